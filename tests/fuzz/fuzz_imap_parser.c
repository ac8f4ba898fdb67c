/* Fuzzes the formal syntax of IMAP: the first octet says who speaks, lines end in LF, the octets of literals are left
 * out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "imap/parser.h"

static void check_token(mw_bytes line, const struct imap_token *token)
{
    fuzz_check_slice(token->where, line.len);
    fuzz_check_slice(token->value, line.len);
    FUZZ_CHECK(token->where.len > 0);
    FUZZ_CHECK(token->kind <= IMAP_REST && token->role < IMAP_ROLE_COUNT && token->depth <= IMAP_MAX_DEPTH);
    FUZZ_CHECK(token->value.offset >= token->where.offset && mw_slice_end(token->value) <= mw_slice_end(token->where));
    FUZZ_CHECK(token->kind != IMAP_LITERAL || mw_slice_end(token->where) == line.len);
    FUZZ_CHECK(token->kind != IMAP_LITERAL || token->octets <= INT64_MAX || token->octets == UINT64_MAX);
    if (token->kind == IMAP_QUOTED) {
        uint32_t len = 0;
        char *value = imap_unescape(mw_sub(line, token->value), &len);
        FUZZ_CHECK(len <= token->value.len);
        g_free(value);
    }
}

/* Every octet is a blank or in one token. The same again, from a copy, is the same. */
static void check_part(struct imap_parser *parser, mw_bytes line)
{
    struct imap_parser again = *parser;
    struct imap_token token, same;
    mw_issues issues = { 0 };
    uint32_t at = 0, at_again = 0, end = 0;
    bool literal = false;

    while (imap_parser_next(parser, line, &at, &token, &issues)) {
        check_token(line, &token);
        for (; end < token.where.offset; end++)
            FUZZ_CHECK(mw_is(line.data[end], MW_BLANK));
        FUZZ_CHECK(token.where.offset == end && at == mw_slice_end(token.where));
        end = at;
        literal = token.kind == IMAP_LITERAL;
        FUZZ_CHECK(imap_parser_next(&again, line, &at_again, &same, NULL));
        FUZZ_CHECK(same.kind == token.kind && same.role == token.role && same.depth == token.depth);
        FUZZ_CHECK(same.octets == token.octets && at_again == at);
    }
    for (; end < line.len; end++)
        FUZZ_CHECK(mw_is(line.data[end], MW_BLANK));
    fuzz_check_issues(&issues, line.len);
    FUZZ_CHECK(parser->began == literal);
    FUZZ_CHECK(literal || (parser->depth == 0 && parser->too_deep == 0 && parser->section == IMAP_NO_SECTION));
    FUZZ_CHECK(!literal || imap_find_literal(line, &token));
    FUZZ_CHECK(!imap_parser_next(&again, line, &at_again, &same, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    bool from_client = data[0] & 1;
    struct imap_parser parser;
    uint32_t from = 1;

    imap_parser_start(&parser, from_client);
    while (from < size) {
        mw_bytes rest = mw_bytes_of(data + from, (uint32_t)size - from);
        uint32_t len = mw_find(rest, 0, '\n');
        uint8_t *copy = fuzz_copy(rest.data, len);
        check_part(&parser, mw_bytes_of(copy, len));
        free(copy);
        from += len + 1;
        if (!parser.began)
            imap_parser_start(&parser, from_client);
    }
    return 0;
}
