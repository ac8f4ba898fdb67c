/* Tests of the tokens of IMAP: what they are, where they end, how lists, literals and parts go together.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness.h"
#include "imap_tokens.h"

struct row {
    const char *parts, *expected;
};

static void check_rows(bool from_client, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        imap_check(from_client, rows[i].parts, rows[i].expected);
}

/* The command is one whose arguments have no meaning of their own. */
static void test_tokens(void)
{
    static const struct row rows[] = {
        { "a1 CHECK", "TAG:a1 VERB:CHECK" },
        { "a1 CHECK ", "TAG:a1 VERB:CHECK" },
        { "a1\tCHECK \t x  y", "TAG:a1 VERB:CHECK OTHER:x OTHER:y" },
        { "a1 CHECK \"b c\" d", "TAG:a1 VERB:CHECK OTHER:\"b c\" OTHER:d" },
        { "a1 CHECK \"\"", "TAG:a1 VERB:CHECK OTHER:\"\"" },
        { "a1 CHECK \"b\\\"c\" d", "TAG:a1 VERB:CHECK OTHER:\"b\\\"c\" OTHER:d" },
        { "a1 CHECK \"b\\\\\" d", "TAG:a1 VERB:CHECK OTHER:\"b\\\\\" OTHER:d" },
        { "a1 CHECK \"b\"\"c\"", "TAG:a1 VERB:CHECK OTHER:\"b\" OTHER:\"c\"" },
        { "a1 CHECK b\"c\" d", "TAG:a1 VERB:CHECK OTHER:b\"c\" OTHER:d" },
        { "a1 CHECK \"b c", "TAG:a1 VERB:CHECK OTHER:\"b c !command_malformed" },
        { "a1 CHECK \"", "TAG:a1 VERB:CHECK OTHER:\" !command_malformed" },
        { "a1 CHECK \"b\\", "TAG:a1 VERB:CHECK OTHER:\"b\\ !command_malformed" },
        { "a1 CHECK \"b\\\"", "TAG:a1 VERB:CHECK OTHER:\"b\\\" !command_malformed" },
        { "a1 CHECK \\Seen \\* $x %* * [b] b]", "TAG:a1 VERB:CHECK OTHER:\\Seen OTHER:\\* OTHER:$x OTHER:%* OTHER:* "
                                                "OTHER:[b] OTHER:b]" },
        { "a1 CHECK (b (c) ()) d", "TAG:a1 VERB:CHECK OTHER( OTHER:b OTHER( OTHER:c OTHER) OTHER( OTHER) OTHER) "
                                   "OTHER:d" },
        { "a1 CHECK(b)c", "TAG:a1 VERB:CHECK OTHER( OTHER:b OTHER) OTHER:c" },
        { "a1 CHECK (b", "TAG:a1 VERB:CHECK OTHER( OTHER:b !command_malformed" },
        { "a1 CHECK b) c", "TAG:a1 VERB:CHECK OTHER:b OTHER:) OTHER:c !command_malformed" },
        { "a1 CHECK )) c", "TAG:a1 VERB:CHECK OTHER:) OTHER:) OTHER:c !command_malformed" },
        { "a1 CHECK b)[)", "TAG:a1 VERB:CHECK OTHER:b OTHER:) OTHER:[ OTHER:) !command_malformed" },
        { "a1 CHECK b\rc", "TAG:a1 VERB:CHECK OTHER:b\rc !bare_cr" },
        { "a1 CHECK \"b\rc\"", "TAG:a1 VERB:CHECK OTHER:\"b\rc\" !bare_cr !quoted_newline" },
        { "a1 CHECK \xC3\xA9 \"\xFF\"", "TAG:a1 VERB:CHECK OTHER:\xC3\xA9 OTHER:\"\xFF\"" },
        { "a1 CHECK BODY[x] BODY[ BINARY", "TAG:a1 VERB:CHECK OTHER:BODY[x] OTHER:BODY[ OTHER:BINARY" },
    };
    check_rows(true, rows, G_N_ELEMENTS(rows));
}

static void test_literals(void)
{
    static const struct row rows[] = {
        { "a1 LOGIN {3}\n {4+}\n", "TAG:a1 VERB:LOGIN USERNAME:{3} | PASSWORD:{4+} |" },
        { "a1 LOGIN {3}\n secret", "TAG:a1 VERB:LOGIN USERNAME:{3} | PASSWORD:secret" },
        { "a1 LOGIN ~{3}\n ~{3+}\n", "TAG:a1 VERB:LOGIN USERNAME:~{3} | PASSWORD:~{3+} |" },
        { "a1 LOGIN b{3}\n c", "TAG:a1 VERB:LOGIN USERNAME:b PASSWORD:{3} | OTHER:c" },
        { "a1 LOGIN b~{3}\n c", "TAG:a1 VERB:LOGIN USERNAME:b PASSWORD:~{3} | OTHER:c" },
        { "a1 LOGIN {3} c", "TAG:a1 VERB:LOGIN USERNAME:{3} PASSWORD:c" },
        { "a1 LOGIN b {3} ", "TAG:a1 VERB:LOGIN USERNAME:b PASSWORD:{3}" },
        { "a1 LOGIN {} {+}", "TAG:a1 VERB:LOGIN USERNAME:{} PASSWORD:{+}" },
        { "a1 LOGIN {-1} {3-}", "TAG:a1 VERB:LOGIN USERNAME:{-1} PASSWORD:{3-}" },
        { "a1 LOGIN \"b {3}", "TAG:a1 VERB:LOGIN USERNAME:\"b {3} !command_malformed" },
        { "a1 LOGIN (b {3}\n c) d", "TAG:a1 VERB:LOGIN OTHER( OTHER:b OTHER:{3} | OTHER:c OTHER) PASSWORD:d" },
        { "a1 LOGIN (b {3}\n c", "TAG:a1 VERB:LOGIN OTHER( OTHER:b OTHER:{3} | OTHER:c !command_malformed" },
        { "a1 LOGIN {9223372036854775807}\n b", "TAG:a1 VERB:LOGIN USERNAME:{9223372036854775807} | PASSWORD:b" },
        { "a1 LOGIN {9223372036854775808}\n b",
          "TAG:a1 VERB:LOGIN USERNAME:{9223372036854775808} | PASSWORD:b !literal_huge" },
        { "a1 LOGIN {99999999999999999999999+}\n b",
          "TAG:a1 VERB:LOGIN USERNAME:{99999999999999999999999+} | PASSWORD:b !literal_huge" },
    };
    check_rows(true, rows, G_N_ELEMENTS(rows));
}

static void test_command_line(void)
{
    static const struct row rows[] = {
        { "", "!tag_syntax" },
        { " a1 CHECK", "TAG:a1 VERB:CHECK !tag_syntax" },
        { "a1", "TAG:a1 !unknown_command" },
        { "a1 check", "TAG:a1 VERB:check" },
        { "a1 XFOO b (c)", "TAG:a1 VERB:XFOO OTHER:b OTHER( OTHER:c OTHER) !unknown_command" },
        { "a1 CHEC", "TAG:a1 VERB:CHEC !unknown_command" },
        { "a1 CHECKS", "TAG:a1 VERB:CHECKS !unknown_command" },
        { "a1 UID COPY 1 b", "TAG:a1 UID_PREFIX:UID VERB:COPY SEQUENCE_SET:1 MAILBOX:b" },
        { "a1 uid copy 1 b", "TAG:a1 UID_PREFIX:uid VERB:copy SEQUENCE_SET:1 MAILBOX:b" },
        { "a1 UID LOGIN b", "TAG:a1 UID_PREFIX:UID VERB:LOGIN OTHER:b !unknown_command" },
        { "a1 UID UID COPY b", "TAG:a1 UID_PREFIX:UID VERB:UID OTHER:COPY OTHER:b !unknown_command" },
        { "a1 UID", "TAG:a1 UID_PREFIX:UID !unknown_command" },
        { "* CHECK", "TAG:* VERB:CHECK !tag_syntax" },
        { "a+1 CHECK", "TAG:a+1 VERB:CHECK !tag_syntax" },
        { "a(1 CHECK", "TAG:a(1 VERB:CHECK !tag_syntax" },
        { "(a CHECK", "TAG:(a VERB:CHECK !tag_syntax" },
        { "\"a b\" CHECK", "TAG:\"a VERB:b\" OTHER:CHECK !tag_syntax !unknown_command" },
        { "a\x80 CHECK", "TAG:a\x80 VERB:CHECK !tag_syntax" },
        { "a]1.-#&'/:;<=>?@[^_`|}~$!, CHECK", "TAG:a]1.-#&'/:;<=>?@[^_`|}~$!, VERB:CHECK" },
        { "BODY[a CHECK", "TAG:BODY[a VERB:CHECK" },
        { ") a1 CHECK", "OTHER:) TAG:a1 VERB:CHECK !command_malformed" },
        { "a1 (b) c", "TAG:a1 OTHER( OTHER:b OTHER) OTHER:c !command_malformed" },
        { "a1 \"CHECK\"", "TAG:a1 OTHER:\"CHECK\" !command_malformed" },
        { "{5}\n CHECK", "TAG:{5} | VERB:CHECK !tag_syntax" },
        { "*", "TAG:* !tag_syntax !unknown_command" },
    };
    check_rows(true, rows, G_N_ELEMENTS(rows));
}

static void test_response_line(void)
{
    static const struct row rows[] = {
        { "* OK [READ-WRITE] done (x) \"y",
          "UNTAGGED_MARK:* STATUS:OK CODE_LIST[ CODE:READ-WRITE CODE_LIST] TEXT=done (x) \"y" },
        { "a1 ok done [x]", "TAG:a1 STATUS:ok TEXT=done [x]" },
        { "a1 NO", "TAG:a1 STATUS:NO" },
        { "* BYE x {5}", "UNTAGGED_MARK:* STATUS:BYE TEXT=x {5}" },
        { "* PREAUTH x", "UNTAGGED_MARK:* STATUS:PREAUTH TEXT=x" },
        { "+ idling", "CONTINUATION_MARK:+ TEXT=idling" },
        { "+", "CONTINUATION_MARK:+" },
        { "+ ", "CONTINUATION_MARK:+" },
        { "+ Zm9v", "CONTINUATION_MARK:+ TEXT=Zm9v" },
        { "+Zm9v", "CONTINUATION_MARK:+ TEXT=Zm9v" },
        { "* 5 EXISTS", "UNTAGGED_MARK:* EXISTS:5 KIND:EXISTS" },
        { "* 5 exists", "UNTAGGED_MARK:* EXISTS:5 KIND:exists" },
        { "* 5 XFOO b", "UNTAGGED_MARK:* NUMBER:5 KIND:XFOO OTHER:b" },
        { "* XFOO (b)", "UNTAGGED_MARK:* KIND:XFOO OTHER( OTHER:b OTHER)" },
        { "* 5 FETCH(FLAGS x)", "UNTAGGED_MARK:* FETCH_NUMBER:5 KIND:FETCH FETCH_ITEMS( FETCH_ITEM:FLAGS "
                                "FETCH_VALUE:x FETCH_ITEMS)" },
        { "* 5", "UNTAGGED_MARK:* NUMBER:5 !response_malformed" },
        { "* 5 6 EXISTS", "UNTAGGED_MARK:* NUMBER:5 KIND:6 OTHER:EXISTS" },
        { "*", "UNTAGGED_MARK:* !response_malformed" },
        { "* (b)", "UNTAGGED_MARK:* OTHER( OTHER:b OTHER) !response_malformed" },
        { "", "!response_malformed" },
        { "a1", "TAG:a1 !response_malformed" },
        { "a1 XFOO b", "TAG:a1 OTHER:XFOO OTHER:b !response_malformed" },
        { "a1 BYE b", "TAG:a1 OTHER:BYE OTHER:b !response_malformed" },
        { "a1 5 EXISTS", "TAG:a1 OTHER:5 OTHER:EXISTS !response_malformed" },
        { "HTTP/1.1 400 Bad", "TAG:HTTP/1.1 OTHER:400 OTHER:Bad !response_malformed" },
        { "*[", "UNTAGGED_MARK:* KIND:[" },
        { "+[b", "CONTINUATION_MARK:+ CODE_LIST[ CODE:b !response_malformed" },
        { "*OK b", "UNTAGGED_MARK:* STATUS:OK TEXT=b" },
        { "* OK [X (b] c", "UNTAGGED_MARK:* STATUS:OK CODE_LIST[ CODE:X OTHER( OTHER:b] OTHER:c !response_malformed" },
        { "* OK [X b) c] d",
          "UNTAGGED_MARK:* STATUS:OK CODE_LIST[ CODE:X OTHER:b OTHER:) OTHER:c CODE_LIST] TEXT=d !response_malformed" },
        { "* OK [X \"b]\" {3}\n] d",
          "UNTAGGED_MARK:* STATUS:OK CODE_LIST[ CODE:X OTHER:\"b]\" OTHER:{3} | CODE_LIST] TEXT=d" },
        { "* OK [X", "UNTAGGED_MARK:* STATUS:OK CODE_LIST[ CODE:X !response_malformed" },
        { "* OK [", "UNTAGGED_MARK:* STATUS:OK CODE_LIST[ !response_malformed" },
        { "* XFOO \"b\rc\"", "UNTAGGED_MARK:* KIND:XFOO OTHER:\"b\rc\" !bare_cr" },
    };
    check_rows(false, rows, G_N_ELEMENTS(rows));
}

#define ASK "a1 FETCH 1 "
#define ASKED "TAG:a1 VERB:FETCH SEQUENCE_SET:1 "

static void test_sections(void)
{
    static const struct row rows[] = {
        { ASK "BODY[]", ASKED "FETCH_ITEM:BODY SECTION:[]" },
        { ASK "BODY.PEEK[1.2.MIME]<0.100>", ASKED "FETCH_ITEM:BODY.PEEK SECTION:[1.2.MIME] PARTIAL:<0.100>" },
        { ASK "(BODY[]<5> UID)",
          ASKED "FETCH_ITEMS( FETCH_ITEM:BODY SECTION:[] PARTIAL:<5> FETCH_ITEM:UID FETCH_ITEMS)" },
        { ASK "(BODY[HEADER.FIELDS (To \"a]b\" c]d)] UID)",
          ASKED "FETCH_ITEMS( FETCH_ITEM:BODY SECTION:[HEADER.FIELDS (To \"a]b\" c]d)] FETCH_ITEM:UID FETCH_ITEMS)" },
        { ASK "(binary.size[1] Binary[2])",
          ASKED "FETCH_ITEMS( FETCH_ITEM:binary.size SECTION:[1] FETCH_ITEM:Binary SECTION:[2] FETCH_ITEMS)" },
        { ASK "(BODY BODYSTRUCTURE)", ASKED "FETCH_ITEMS( FETCH_ITEM:BODY FETCH_ITEM:BODYSTRUCTURE FETCH_ITEMS)" },
        { ASK "(BODY [1])", ASKED "FETCH_ITEMS( FETCH_ITEM:BODY FETCH_ITEM:[1] FETCH_ITEMS)" },
        { ASK "(BODY[HEADER.FIELDS ({2}\n {4}\n X)]<0> UID)",
          ASKED "FETCH_ITEMS( FETCH_ITEM:BODY SECTION:[HEADER.FIELDS ( SECTION:{2} | SECTION:  SECTION:{4} | SECTION: "
                "X)] PARTIAL:<0> FETCH_ITEM:UID FETCH_ITEMS)" },
        { ASK "BODY[HEADER.FIELDS ({2}\n{4}\n]x)] UID",
          ASKED "FETCH_ITEM:BODY SECTION:[HEADER.FIELDS ( SECTION:{2} | SECTION:{4} | SECTION:]x)] FETCH_ITEM:UID" },
        { ASK "(BODY[1 UID)", ASKED "FETCH_ITEMS( FETCH_ITEM:BODY SECTION:[1 UID) !command_malformed" },
        { ASK "BODY[", ASKED "FETCH_ITEM:BODY SECTION:[ !command_malformed" },
        { ASK "BODY[\"]", ASKED "FETCH_ITEM:BODY SECTION:[\"] !command_malformed" },
        { ASK "BODY[]<0.5 x", ASKED "FETCH_ITEM:BODY SECTION:[] PARTIAL:<0.5 FETCH_ITEM:x" },
        { ASK "BODY[]<0>x", ASKED "FETCH_ITEM:BODY SECTION:[] PARTIAL:<0> FETCH_ITEM:x" },
        { ASK "BODY[]{5}\n", ASKED "FETCH_ITEM:BODY SECTION:[] FETCH_ITEM:{5} |" },
        { ASK "BODY[]<{5}\n", ASKED "FETCH_ITEM:BODY SECTION:[] PARTIAL:< FETCH_ITEM:{5} |" },
        { "a1 SELECT BODY[x]", "TAG:a1 VERB:SELECT MAILBOX:BODY[x]" },
        { "a1 SELECT (BODY[x] y", "TAG:a1 VERB:SELECT OTHER( OTHER:BODY[x] OTHER:y !command_malformed" },
    };
    check_rows(true, rows, G_N_ELEMENTS(rows));
}

static void test_places(void)
{
    static const char line[] = "a1 FETCH 1 (\"b\\\"c\" BODY[1]<0> {12+}";
    static const struct {
        enum imap_token_kind kind;
        mw_slice where, value;
        uint8_t depth;
    } rows[] = {
        { IMAP_ATOM, { 0, 2 }, { 0, 2 }, 0 },      { IMAP_ATOM, { 3, 5 }, { 3, 5 }, 0 },
        { IMAP_ATOM, { 9, 1 }, { 9, 1 }, 0 },      { IMAP_OPEN, { 11, 1 }, { 11, 1 }, 0 },
        { IMAP_QUOTED, { 12, 6 }, { 13, 4 }, 1 },  { IMAP_ATOM, { 19, 4 }, { 19, 4 }, 1 },
        { IMAP_SECTION, { 23, 3 }, { 24, 1 }, 1 }, { IMAP_ATOM, { 26, 3 }, { 26, 3 }, 1 },
        { IMAP_LITERAL, { 30, 5 }, { 31, 2 }, 1 },
    };
    struct imap_parser parser;
    struct imap_token token;
    uint32_t at = 0;
    size_t n = 0;

    imap_parser_start(&parser, true);
    for (; imap_parser_next(&parser, mw_bytes_str(line), &at, &token, NULL); n++) {
        g_assert_cmpuint(n, <, G_N_ELEMENTS(rows));
        g_assert_cmpuint(token.kind, ==, rows[n].kind);
        g_assert_cmpuint(token.where.offset, ==, rows[n].where.offset);
        g_assert_cmpuint(token.where.len, ==, rows[n].where.len);
        g_assert_cmpuint(token.value.offset, ==, rows[n].value.offset);
        g_assert_cmpuint(token.value.len, ==, rows[n].value.len);
        g_assert_cmpuint(token.depth, ==, rows[n].depth);
    }
    g_assert_cmpuint(n, ==, G_N_ELEMENTS(rows));
    g_assert_true(token.non_sync && !token.binary);
    g_assert_cmpuint(token.octets, ==, 12);
    g_assert_true(parser.began);
    g_assert_cmpuint(parser.depth, ==, 1);
}

static void test_find_literal(void)
{
    static const struct {
        const char *line;
        int64_t octets; /* -1: none; -2: UINT64_MAX */
        bool non_sync, binary;
    } rows[] = {
        { "a {5}", 5, false, false },   { "a {05+}", 5, true, false },
        { "a ~{5}", 5, false, true },   { "a ~{5+}", 5, true, true },
        { "{0}", 0, false, false },     { "a{5}", 5, false, false },
        { "a {5} ", -1, false, false }, { "a {}", -1, false, false },
        { "a {+}", -1, false, false },  { "a 5}", -1, false, false },
        { "5}", -1, false, false },     { "}", -1, false, false },
        { "", -1, false, false },       { "a {5++}", -1, false, false },
        { "a {x5}", -1, false, false }, { "a {5x}", -1, false, false },
        { "a {{5}", 5, false, false },  { "a {18446744073709551616}", -2, false, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct imap_token token;
        bool found = imap_find_literal(mw_bytes_str(rows[i].line), &token);
        g_test_message("%s", rows[i].line);
        g_assert_cmpint(found, ==, rows[i].octets != -1);
        if (!found)
            continue;
        g_assert_cmpuint(token.octets, ==, rows[i].octets == -2 ? UINT64_MAX : (uint64_t)rows[i].octets);
        g_assert_cmpint(token.non_sync, ==, rows[i].non_sync);
        g_assert_cmpint(token.binary, ==, rows[i].binary);
        g_assert_cmpuint(mw_slice_end(token.where), ==, strlen(rows[i].line));
    }
}

static void test_unescape(void)
{
    static const struct row rows[] = {
        { "", "" }, { "abc", "abc" }, { "a\\\"b\\\\c", "a\"b\\c" }, { "a\\", "a\\" }, { "\\x", "x" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint32_t len = 99;
        char *got = imap_unescape(mw_bytes_str(rows[i].parts), &len);
        g_assert_cmpstr(got, ==, rows[i].expected);
        g_assert_cmpuint(len, ==, strlen(rows[i].expected));
        g_free(got);
    }
}

static void test_nil(void)
{
    static const struct {
        const char *in;
        enum imap_token_kind kind;
        bool nil;
    } rows[] = {
        { "NIL", IMAP_ATOM, true },   { "nil", IMAP_ATOM, true }, { "NIL", IMAP_QUOTED, false },
        { "NILL", IMAP_ATOM, false }, { "NI", IMAP_ATOM, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint32_t len = (uint32_t)strlen(rows[i].in);
        struct imap_token token = { .kind = rows[i].kind, .where = { 0, len }, .value = { 0, len } };
        g_assert_cmpint(imap_is_nil(mw_bytes_str(rows[i].in), &token), ==, rows[i].nil);
    }
}

static void test_nul(void)
{
    static const char line[] = "a1 CHECK b\0c\0d \"e\0\"";
    struct imap_parser parser;
    mw_issues issues = { 0 };
    GString *out = g_string_new(NULL);

    imap_parser_start(&parser, true);
    imap_render_part(out, &parser, mw_bytes_of(line, sizeof line - 1), &issues);
    g_assert_cmpuint(issues.count, ==, 1);
    g_assert_cmpuint(issues.list[0].id, ==, MW_ISSUE_IMAP_NUL);
    g_assert_cmpuint(issues.list[0].where.offset, ==, 10);
    g_string_free(out, TRUE);
}

/* What a session may ask for after the line. */
static void test_rows_found(void)
{
    struct imap_parser parser;
    GString *out = g_string_new(NULL);

    imap_parser_start(&parser, true);
    imap_render_part(out, &parser, mw_bytes_str("a1 UID FETCH 1:* (FLAGS"), NULL);
    g_assert_cmpint(parser.command->verb, ==, IMAP_VERB_FETCH);
    g_assert_true(parser.uid && !parser.began);
    g_assert_cmpuint(parser.depth, ==, 0);
    imap_parser_start(&parser, true);
    imap_render_part(out, &parser, mw_bytes_str("a1 XFOO"), NULL);
    g_assert_null(parser.command);
    imap_parser_start(&parser, false);
    imap_render_part(out, &parser, mw_bytes_str("* 7 UIDFETCH ()"), NULL);
    g_assert_cmpint(parser.response->number_role, ==, IMAP_ROLE_FETCH_UID_NUMBER);
    g_assert_true(parser.uid);
    imap_parser_start(&parser, false);
    imap_render_part(out, &parser, mw_bytes_str("a1 OK x"), NULL);
    g_assert_null(parser.response);
    g_string_free(out, TRUE);
}

/* Lists as deep as depth, one around the other, and an atom in the innermost; then what follows them. */
static char *render_nested(unsigned depth)
{
    GString *line = g_string_new("a1 LOGIN ");
    for (unsigned i = 0; i < depth; i++)
        g_string_append(line, "(");
    g_string_append(line, "BODY[x]");
    for (unsigned i = 0; i < depth; i++)
        g_string_append(line, ")");
    g_string_append(line, " secret");
    char *out = imap_render(true, line->str);
    g_string_free(line, TRUE);
    return out;
}

static void test_depth(void)
{
    static const unsigned depths[] = { 1, IMAP_MAX_DEPTH, IMAP_MAX_DEPTH + 1, 1000, 50000 };
    for (size_t i = 0; i < G_N_ELEMENTS(depths); i++) {
        char *got = render_nested(depths[i]);
        bool deep = depths[i] > IMAP_MAX_DEPTH;
        g_test_message("%u", depths[i]);
        g_assert_true(g_str_has_suffix(got, deep ? " PASSWORD:secret !too_deep" : " PASSWORD:secret"));
        g_assert_nonnull(strstr(got, " OTHER:BODY[x] OTHER) "));
        g_free(got);
    }
}

/* Lists left open in one command are not open in the next, whichever parser state is kept. */
static void test_nothing_dangles(void)
{
    struct imap_parser parser;
    mw_issues issues = { 0 };
    GString *out = g_string_new(NULL);

    imap_parser_start(&parser, true);
    imap_render_part(out, &parser, mw_bytes_str("a1 FETCH 1 (BODY[HEADER.FIELDS ((((({3}"), NULL);
    imap_render_part(out, &parser, mw_bytes_str(" x"), &issues);
    g_assert_true(mw_issue_has(&issues, MW_ISSUE_IMAP_COMMAND_MALFORMED));
    g_assert_cmpuint(parser.depth + parser.too_deep + parser.section + parser.began, ==, 0);
    g_string_free(out, TRUE);
}

/* A part read again from a copy of the parser gives the same. */
static void test_snapshot(void)
{
    static const char *const parts[] = { "a1 LIST (SUBSCRIBED) {3}", " (\"%\" {4+}", " x) RETURN (STATUS (UIDNEXT {2}",
                                         " SIZE))" };
    struct imap_parser parser;

    imap_parser_start(&parser, true);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        struct imap_parser copies[] = { parser, parser };
        GString *out[] = { g_string_new(NULL), g_string_new(NULL) };
        mw_issues issues = { 0 };
        for (size_t j = 0; j < G_N_ELEMENTS(copies); j++)
            imap_render_part(out[j], &copies[j], mw_bytes_str(parts[i]), &issues);
        g_assert_cmpstr(out[0]->str, ==, out[1]->str);
        g_assert_cmpmem(&copies[0], sizeof copies[0], &copies[1], sizeof copies[1]);
        g_assert_cmpuint(issues.count, ==, 0);
        parser = copies[0];
        g_string_free(out[0], TRUE);
        g_string_free(out[1], TRUE);
    }
}

/* Every octet is a blank or in one token, and tokens are in order, however the line is cut. */
static void check_cover(mw_bytes line, bool from_client)
{
    struct imap_parser parser;
    struct imap_token token;
    mw_issues issues = { 0 };
    uint32_t at = 0, end = 0;

    imap_parser_start(&parser, from_client);
    while (imap_parser_next(&parser, line, &at, &token, &issues)) {
        g_assert_cmpuint(token.where.len, >, 0);
        g_assert_cmpuint(token.where.offset, >=, end);
        g_assert_cmpuint(at, ==, mw_slice_end(token.where));
        g_assert_cmpuint(at, <=, line.len);
        g_assert_cmpuint(token.role, <, IMAP_ROLE_COUNT);
        for (; end < token.where.offset; end++)
            g_assert_true(mw_is(line.data[end], MW_BLANK));
        end = at;
    }
    for (; end < line.len; end++)
        g_assert_true(mw_is(line.data[end], MW_BLANK));
    g_assert_cmpuint(parser.literal ? 0 : parser.depth + parser.too_deep + parser.section, ==, 0);
}

static void abuse_command(mw_bytes in)
{
    check_cover(in, true);
}

static void abuse_response(mw_bytes in)
{
    check_cover(in, false);
}

static void test_abuse(void)
{
    static const char *const commands[] = {
        "a1 UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (To \"x\")]<0.5>) (CHANGEDSINCE 5 VANISHED) {12+}",
        "a1 APPEND \"a\\\"b\" (\\Seen $x) \"01-Jan-2024 00:00:00 +0000\" CATENATE (URL \"/x\" TEXT ~{5+}",
        "a1 SEARCH RETURN (MIN PARTIAL 1:5) CHARSET UTF-8 OR (NOT HEADER X Y) 1:5 KEYWORD z MODSEQ \"/f\" all 5",
        "a1 LIST (SUBSCRIBED) \"\" (a% b*) RETURN (STATUS (UIDNEXT) CHILDREN)",
    };
    static const char *const responses[] = {
        "* OK [COPYUID 1 2:3 (x \"]\")] text {5}",
        "* 12 FETCH (UID 5 BODY[1]<0> \"x\" FLAGS (\\Seen \\*) ENVELOPE (NIL ((NIL NIL \"a\" \"b\")))",
        "a1 NO [X {5}",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        mw_test_abuse(commands[i], strlen(commands[i]), abuse_command);
    for (size_t i = 0; i < G_N_ELEMENTS(responses); i++)
        mw_test_abuse(responses[i], strlen(responses[i]), abuse_response);
}

/* Lines of a megabyte that would take hours if each of their octets were looked at from each of the others. */
static void test_long_lines(void)
{
    static const struct row rows[] = {
        { "a1 XFOO ", "x" },
        { "a1 XFOO ", "{1" },
        { "a1 XFOO ", " {1" },
        { "a1 XFOO ", "(" },
        { "a1 XFOO ", ")" },
        { "a1 XFOO ", "()" },
        { "a1 XFOO \"", "\\\"" },
        { "a1 FETCH 1 (", " BODY[" },
        { "a1 FETCH 1 BODY[", "[{1" },
        { "a1 FETCH 1 (", "BODY[x]<" },
        { "a1 XFOO ", "BODY[" },
        { "a1 XFOO ", "\"" },
        { "a1 XFOO {", "1" },
        { "a1 XFOO ", "~{11111" },
        { "* OK [", "]" },
        { "* 1 FETCH (", "BODY[] " },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        GString *line = g_string_new(rows[i].parts);
        while (line->len < 1 << 20)
            g_string_append(line, rows[i].expected);
        g_test_message("%s%s...", rows[i].parts, rows[i].expected);
        double start = mw_cpu_seconds();
        check_cover(mw_bytes_of(line->str, (uint32_t)line->len), line->str[0] == 'a');
        g_assert_cmpfloat(mw_cpu_seconds() - start, <, 5);
        g_string_free(line, TRUE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap/parser/tokens", test_tokens);
    g_test_add_func("/imap/parser/literals", test_literals);
    g_test_add_func("/imap/parser/command_line", test_command_line);
    g_test_add_func("/imap/parser/response_line", test_response_line);
    g_test_add_func("/imap/parser/sections", test_sections);
    g_test_add_func("/imap/parser/places", test_places);
    g_test_add_func("/imap/parser/find_literal", test_find_literal);
    g_test_add_func("/imap/parser/unescape", test_unescape);
    g_test_add_func("/imap/parser/nil", test_nil);
    g_test_add_func("/imap/parser/nul", test_nul);
    g_test_add_func("/imap/parser/rows_found", test_rows_found);
    g_test_add_func("/imap/parser/depth", test_depth);
    g_test_add_func("/imap/parser/nothing_dangles", test_nothing_dangles);
    g_test_add_func("/imap/parser/snapshot", test_snapshot);
    g_test_add_func("/imap/parser/abuse", test_abuse);
    g_test_add_func("/imap/parser/long_lines", test_long_lines);
    return g_test_run();
}
