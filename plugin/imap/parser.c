/* The formal syntax of IMAP: from octets to tokens, and from the place of a token to its role.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/parser.h"

#include <stddef.h>

#include <glib.h>
#include <stdlib.h>

static void note(mw_issues *issues, mw_issue_id id, mw_slice where)
{
    if (issues)
        mw_issue_add(issues, id, where);
}

static void note_malformed(const struct imap_parser *parser, mw_slice where, mw_issues *issues)
{
    note(issues, parser->from_client ? MW_ISSUE_IMAP_COMMAND_MALFORMED : MW_ISSUE_IMAP_RESPONSE_MALFORMED, where);
}

static const struct imap_shape *line_shape(const struct imap_parser *parser)
{
    return parser->from_client ? &imap_shape_command_line : &imap_shape_response_line;
}

void imap_parser_start(struct imap_parser *parser, bool from_client)
{
    /* lists that are not open are never read: a listing has many thousands of short lines */
    memset(parser, 0, offsetof(struct imap_parser, lists) + sizeof parser->lists[0]);
    parser->from_client = from_client;
    parser->lists[0].shape = line_shape(parser);
}

/* literal = "{" number64 ["+"] "}", literal8 = "~{" number64 "}"; RFC 9051 4.3, 9. ~{n+} is sent by clients that know
 * RFC 7888 and 3516. Reads forward from at and no further than the digits. */
static bool parse_literal(mw_bytes line, uint32_t at, struct imap_token *token)
{
    uint32_t i = at;
    bool binary = i < line.len && line.data[i] == '~';
    i += binary;
    if (i >= line.len || line.data[i] != '{')
        return false;
    mw_slice digits = { i + 1, 0 };
    while (mw_slice_end(digits) < line.len && mw_is(line.data[mw_slice_end(digits)], MW_DIGIT))
        digits.len++;
    i = mw_slice_end(digits);
    bool non_sync = i < line.len && line.data[i] == '+';
    i += non_sync;
    if (digits.len == 0 || i + 1 != line.len || line.data[i] != '}')
        return false;
    *token = (struct imap_token){
        .kind = IMAP_LITERAL, .binary = binary, .non_sync = non_sync, .where = { at, line.len - at }, .value = digits
    };
    if (!mw_parse_number(line, digits, &token->octets) || token->octets > INT64_MAX)
        token->octets = UINT64_MAX;
    return true;
}

bool imap_find_literal(mw_bytes line, struct imap_token *literal)
{
    uint32_t i = line.len;
    if (i == 0 || line.data[i - 1] != '}')
        return false;
    i--;
    if (i && line.data[i - 1] == '+')
        i--;
    while (i && mw_is(line.data[i - 1], MW_DIGIT))
        i--;
    if (i == 0 || line.data[i - 1] != '{')
        return false;
    i--;
    if (i && line.data[i - 1] == '~')
        i--;
    return parse_literal(line, i, literal);
}

char *imap_unescape(mw_bytes value, uint32_t *len)
{
    char *out = g_malloc((size_t)value.len + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < value.len; i++) {
        if (value.data[i] == '\\' && i + 1 < value.len)
            i++;
        out[n++] = (char)value.data[i];
    }
    out[n] = '\0';
    *len = n;
    return out;
}

bool imap_is_nil(mw_bytes line, const struct imap_token *token)
{
    return token->kind == IMAP_ATOM && mw_equal_nocase(mw_sub(line, token->value), "NIL");
}

static bool begins_literal(mw_bytes line, uint32_t at)
{
    struct imap_token token;
    return (line.data[at] == '{' || line.data[at] == '~') && parse_literal(line, at, &token);
}

static void set_where(struct imap_token *token, uint32_t from, uint32_t to)
{
    token->where = token->value = mw_slice_of(from, to - from);
}

void imap_take_rest(mw_bytes line, struct imap_token *token, enum imap_role role)
{
    token->kind = IMAP_REST;
    token->role = (uint8_t)role;
    set_where(token, token->where.offset, line.len);
}

bool imap_take_code(mw_bytes line, struct imap_token *token)
{
    if (line.data[token->where.offset] != '[')
        return false;
    token->kind = IMAP_OPEN;
    token->role = IMAP_ROLE_CODE_LIST;
    token->opens = &imap_shape_code;
    set_where(token, token->where.offset, token->where.offset + 1);
    return true;
}

/* The end of a quoted string's inside: at its second quote, or the end of the line. at: behind the first quote. */
static uint32_t find_quote(mw_bytes line, uint32_t at)
{
    for (; at < line.len && line.data[at] != '"'; at++)
        if (line.data[at] == '\\' && at + 1 < line.len)
            at++;
    return at;
}

static void lex_quoted(mw_bytes line, struct imap_token *token)
{
    uint32_t from = token->where.offset, end = find_quote(line, from + 1);
    token->kind = IMAP_QUOTED;
    token->where.len = MIN(end + 1, line.len) - from;
    token->value = mw_slice_of(from + 1, end - from - 1);
}

/* An atom, as wide as any use of it: flag, set, list-mailbox, date. mark: of the list that it stands in. */
static uint32_t find_atom_end(mw_bytes line, uint32_t at, uint8_t mark)
{
    for (uint32_t from = at; at < line.len; at++) {
        uint8_t c = line.data[at];
        if (mw_is(c, MW_BLANK) || c == '(' || c == ')' || (c == ']' && mark == '['))
            return at;
        if (at > from && begins_literal(line, at))
            return at;
    }
    return at;
}

/* Where the name of an item ends that has a section: BODY[, BODY.PEEK[, BINARY.SIZE[. 0: it has none. */
static uint32_t find_section(mw_bytes line, mw_slice atom)
{
    mw_bytes name = mw_sub(line, atom);
    uint32_t bracket = mw_find(name, 0, '[');
    bool has = bracket < name.len && (mw_starts_nocase(name, "BODY") || mw_starts_nocase(name, "BINARY"));
    return has ? atom.offset + bracket : 0;
}

/* section = "[" [section-spec] "]"; RFC 9051 9. From "[", or from inside of it behind a literal, up to "]" or another
 * literal: header names may be literals. An empty piece in front of a literal is none. */
static bool lex_section(struct imap_parser *parser, mw_bytes line, struct imap_token *token)
{
    bool whole = parser->section == IMAP_SECTION_NEXT, ends = false;
    uint32_t from = token->where.offset, at = from + whole;

    for (parser->in_parens = !whole && parser->in_parens; at < line.len && !ends; at++) {
        uint8_t c = line.data[at];
        if (begins_literal(line, at))
            break;
        if (c == '"')
            at = MIN(find_quote(line, at + 1), line.len - 1);
        else if (c == '(' || c == ')')
            parser->in_parens = c == '(';
        ends = c == ']' && !parser->in_parens;
    }
    if (at == from)
        return false;
    token->kind = IMAP_SECTION;
    token->role = IMAP_ROLE_SECTION;
    token->where = mw_slice_of(from, at - from);
    token->value = mw_slice_of(from + whole, at - from - whole - ends);
    parser->section = IMAP_SECTION_OPEN;
    if (ends)
        parser->section = at < line.len && line.data[at] == '<' ? IMAP_PARTIAL_NEXT : IMAP_NO_SECTION;
    return true;
}

/* partial = "<" number64 ["." nz-number64] ">" directly behind a section. */
static void lex_partial(struct imap_parser *parser, mw_bytes line, struct imap_token *token)
{
    uint32_t from = token->where.offset, end = find_atom_end(line, from, 0);
    uint32_t close = mw_find(mw_bytes_of(line.data, end), from, '>');
    set_where(token, from, MIN(close + 1, end));
    token->kind = IMAP_ATOM;
    token->role = IMAP_ROLE_PARTIAL;
    parser->section = IMAP_NO_SECTION;
}

/* The token at token->where.offset, which is before the end of the line. */
static void lex(struct imap_parser *parser, mw_bytes line, struct imap_token *token)
{
    uint32_t from = token->where.offset;
    uint8_t c = line.data[from], mark = parser->lists[parser->depth].mark;

    if (parser->section == IMAP_PARTIAL_NEXT) {
        lex_partial(parser, line, token);
        return;
    }
    if (parser->section && lex_section(parser, line, token))
        return;
    set_where(token, from, from + 1);
    if (c == '"') {
        lex_quoted(line, token);
    } else if (c == '(') {
        token->kind = IMAP_OPEN;
    } else if (c == ')' || (c == ']' && mark == '[')) {
        token->kind = IMAP_CLOSE;
    } else if (!parse_literal(line, from, token)) {
        uint32_t end = find_atom_end(line, from, mark);
        set_where(token, from, end);
        uint32_t bracket = find_section(line, token->where);
        if (bracket)
            set_where(token, from, bracket);
    }
}

static void check_lexed(const struct imap_parser *parser, mw_bytes line, const struct imap_token *token,
                        mw_issues *issues)
{
    if (token->kind == IMAP_LITERAL && token->octets == UINT64_MAX)
        note(issues, MW_ISSUE_IMAP_LITERAL_HUGE, token->where);
    if (token->kind != IMAP_QUOTED)
        return;
    if (token->where.len != token->value.len + 2)
        note_malformed(parser, token->where, issues);
    if (parser->from_client && mw_find(mw_sub(line, token->value), 0, '\r') < token->value.len)
        note(issues, MW_ISSUE_IMAP_QUOTED_NEWLINE, token->where);
}

/* tag = 1*<any ASTRING-CHAR except "+">; RFC 9051 9. */
static bool is_tag(mw_bytes word)
{
    for (uint32_t i = 0; i < word.len; i++) {
        uint8_t c = word.data[i];
        if (c == 0 || c >= 0x7F || mw_is(c, MW_CTL | MW_BLANK) || strchr("(){%*\"\\+", c))
            return false;
    }
    return word.len > 0;
}

/* What the beginning of a line is wrong about; shape is the one that has read the token. */
static void check_read(const struct imap_parser *parser, const struct imap_shape *shape, mw_bytes line,
                       const struct imap_token *token, mw_issues *issues)
{
    if (shape != line_shape(parser))
        return;
    if (token->role == IMAP_ROLE_OTHER)
        note_malformed(parser, token->where, issues);
    if (token->role == IMAP_ROLE_TAG && parser->from_client && !is_tag(mw_sub(line, token->where)))
        note(issues, MW_ISSUE_IMAP_TAG_SYNTAX, token->where);
    if (token->role == IMAP_ROLE_VERB && !parser->command)
        note(issues, MW_ISSUE_IMAP_UNKNOWN_COMMAND, token->where);
}

static void open_list(struct imap_parser *parser, mw_bytes line, struct imap_token *token, mw_issues *issues)
{
    if (parser->depth == IMAP_MAX_DEPTH) {
        if (parser->too_deep < UINT32_MAX)
            parser->too_deep++;
        token->role = IMAP_ROLE_OTHER;
        note(issues, MW_ISSUE_IMAP_TOO_DEEP, token->where);
        return;
    }
    parser->lists[++parser->depth] = (struct imap_list){ .shape = token->opens ? token->opens : &imap_shape_other,
                                                         .role = token->role,
                                                         .mark = line.data[token->where.offset] };
}

static void close_list(struct imap_parser *parser, mw_bytes line, struct imap_token *token, mw_issues *issues)
{
    uint8_t opened = line.data[token->where.offset] == ')' ? '(' : '[';
    if (parser->too_deep) {
        parser->too_deep--;
    } else if (parser->lists[parser->depth].mark == opened) {
        token->role = parser->lists[parser->depth].role;
        token->depth = --parser->depth;
    } else {
        token->kind = IMAP_ATOM;
        note_malformed(parser, token->where, issues);
    }
}

static bool has_own_place(const struct imap_token *token)
{
    return token->kind != IMAP_SECTION && token->role != IMAP_ROLE_PARTIAL;
}

static void read_element(struct imap_parser *parser, mw_bytes line, struct imap_token *token, mw_issues *issues)
{
    struct imap_list *list = &parser->lists[parser->depth];
    const struct imap_shape *shape = list->shape;
    bool counts = has_own_place(token);
    uint8_t role = token->role;

    shape->read(parser, list, line, token);
    if (!counts)
        token->role = role;
    else if (list->shape == shape && list->index < UINT16_MAX)
        list->index++;
    check_read(parser, shape, line, token, issues);
}

/* An atom that was cut in front of "[" has a section when it names an item; else it goes on. */
static void settle_section(struct imap_parser *parser, mw_bytes line, struct imap_token *token)
{
    uint32_t from = token->where.offset, end = mw_slice_end(token->where);
    if (token->kind != IMAP_ATOM || end >= line.len || find_section(line, mw_slice_of(from, end + 1 - from)) != end)
        return;
    if (token->role == IMAP_ROLE_FETCH_ITEM)
        parser->section = IMAP_SECTION_NEXT;
    else
        set_where(token, from, find_atom_end(line, from, parser->lists[parser->depth].mark));
}

static void begin_part(struct imap_parser *parser, mw_bytes line, mw_issues *issues)
{
    uint32_t nul = mw_find(line, 0, '\0'), cr = mw_find(line, 0, '\r');
    parser->literal = false;
    if (nul < line.len)
        note(issues, MW_ISSUE_IMAP_NUL, mw_slice_of(nul, 1));
    if (cr < line.len)
        note(issues, MW_ISSUE_IMAP_BARE_CR, mw_slice_of(cr, 1));
    if (!parser->began && parser->from_client && line.len && mw_is(line.data[0], MW_BLANK))
        note(issues, MW_ISSUE_IMAP_TAG_SYNTAX, mw_slice_of(0, 1));
}

static void end_part(struct imap_parser *parser, mw_bytes line, mw_issues *issues)
{
    bool beginning = parser->lists[0].shape == line_shape(parser);

    parser->began = parser->literal;
    if (parser->literal)
        return;
    if (parser->depth || parser->too_deep || parser->section)
        note_malformed(parser, mw_slice_of(0, line.len), issues);
    parser->depth = 0;
    parser->too_deep = 0;
    parser->section = IMAP_NO_SECTION;
    if (beginning && !parser->from_client)
        note_malformed(parser, mw_slice_of(0, line.len), issues);
    else if (beginning)
        note(issues, parser->lists[0].index ? MW_ISSUE_IMAP_UNKNOWN_COMMAND : MW_ISSUE_IMAP_TAG_SYNTAX,
             mw_slice_of(0, line.len));
}

bool imap_parser_next(struct imap_parser *parser, mw_bytes line, uint32_t *at, struct imap_token *token,
                      mw_issues *issues)
{
    if (*at == 0)
        begin_part(parser, line, issues);
    while (!parser->section && *at < line.len && mw_is(line.data[*at], MW_BLANK))
        ++*at;
    if (*at >= line.len) {
        end_part(parser, line, issues);
        return false;
    }
    *token = (struct imap_token){ .where = { *at, 0 } };
    lex(parser, line, token);
    token->depth = parser->depth;
    check_lexed(parser, line, token, issues);
    if (token->kind == IMAP_CLOSE)
        close_list(parser, line, token, issues);
    else if (parser->section == IMAP_SECTION_OPEN && token->kind == IMAP_LITERAL)
        token->role = IMAP_ROLE_SECTION;
    else if (!parser->too_deep)
        read_element(parser, line, token, issues);
    settle_section(parser, line, token);
    if (token->kind == IMAP_OPEN)
        open_list(parser, line, token, issues);
    parser->literal = token->kind == IMAP_LITERAL;
    *at = mw_slice_end(token->where);
    return true;
}

static void read_other(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    (void)parser;
    (void)list;
    (void)line;
    token->role = IMAP_ROLE_OTHER;
}

const struct imap_shape imap_shape_other = { read_other };

void imap_read_steps(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    const struct imap_steps *shape = (const struct imap_steps *)list->shape;
    uint16_t i = list->index;

    (void)parser;
    (void)line;
    if (i >= shape->count && shape->again < shape->count)
        i = (uint16_t)(shape->again + (i - shape->count) % (shape->count - shape->again));
    if (i >= shape->count)
        return;
    bool opens = token->kind == IMAP_OPEN;
    token->role = opens ? shape->steps[i].list_role : shape->steps[i].role;
    token->opens = opens ? shape->steps[i].opens : NULL;
}

/* A tag, good or bad, is all up to the next blank, except for a literal. */
static void take_word(mw_bytes line, struct imap_token *token)
{
    uint32_t from = token->where.offset, end = from + 1;
    if (token->kind == IMAP_LITERAL)
        return;
    while (end < line.len && !mw_is(line.data[end], MW_BLANK) && !begins_literal(line, end))
        end++;
    token->kind = IMAP_ATOM;
    set_where(token, from, end);
}

/* command = tag SP (command-any / command-auth / command-nonauth / command-select), uid = "UID" SP ...; RFC 9051 9. */
static void read_command_line(struct imap_parser *parser, struct imap_list *list, mw_bytes line,
                              struct imap_token *token)
{
    mw_bytes word = mw_sub(line, token->value);

    if (list->index == 0) {
        take_word(line, token);
        token->role = IMAP_ROLE_TAG;
        return;
    }
    if (token->kind != IMAP_ATOM) {
        imap_list_become(list, &imap_shape_other);
        return;
    }
    if (!parser->uid && mw_equal_nocase(word, "UID")) {
        parser->uid = true;
        token->role = IMAP_ROLE_UID_PREFIX;
        return;
    }
    const struct imap_command_row *row = imap_command_find(word);
    token->role = IMAP_ROLE_VERB;
    parser->command = parser->uid && row && !row->takes_uid ? NULL : row;
    imap_list_become(list, parser->command && row->arguments ? row->arguments : &imap_shape_other);
}

const struct imap_shape imap_shape_command_line = { read_command_line };

static bool is_status(const struct imap_response_row *row)
{
    return row->kind == IMAP_KIND_OK || row->kind == IMAP_KIND_NO || row->kind == IMAP_KIND_BAD ||
           row->kind == IMAP_KIND_BYE || row->kind == IMAP_KIND_PREAUTH;
}

/* What stands at the beginning of a response: "+", "*" or a tag. */
static void read_mark(struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    uint32_t from = token->where.offset;
    uint8_t c = line.data[from];

    if (c == '+' || c == '*') {
        token->kind = IMAP_ATOM;
        token->role = c == '+' ? IMAP_ROLE_CONTINUATION_MARK : IMAP_ROLE_UNTAGGED_MARK;
        set_where(token, from, from + 1);
    } else {
        take_word(line, token);
        token->role = IMAP_ROLE_TAG;
    }
    list->item = token->role;
    if (c == '+')
        imap_list_become(list, &imap_shape_resp_text);
}

/* The number in front of a kind: what it counts is told by the word behind it. */
static bool read_number(mw_bytes line, struct imap_token *token)
{
    uint64_t number;
    if (token->kind != IMAP_ATOM || !mw_parse_number(line, token->value, &number))
        return false;
    uint32_t end = mw_slice_end(token->where);
    while (end < line.len && mw_is(line.data[end], MW_BLANK))
        end++;
    mw_slice kind = { end, find_atom_end(line, end, 0) - end };
    const struct imap_response_row *row = imap_response_find(mw_sub(line, kind));
    token->role = row && row->number_role ? row->number_role : IMAP_ROLE_NUMBER;
    return true;
}

static void read_kind(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    const struct imap_response_row *row = imap_response_find(mw_sub(line, token->value));
    bool untagged = list->item == IMAP_ROLE_UNTAGGED_MARK;
    bool fits = untagged || (row && is_status(row) && row->kind != IMAP_KIND_BYE && row->kind != IMAP_KIND_PREAUTH);

    if (!fits || token->kind != IMAP_ATOM) {
        imap_list_become(list, &imap_shape_other);
        return;
    }
    parser->response = untagged ? row : NULL;
    parser->uid = row && row->number_role == IMAP_ROLE_FETCH_UID_NUMBER;
    if (row && is_status(row)) {
        token->role = IMAP_ROLE_STATUS;
        imap_list_become(list, &imap_shape_resp_text);
    } else {
        token->role = IMAP_ROLE_KIND;
        imap_list_become(list, row && row->data ? row->data : &imap_shape_other);
    }
}

/* response = *(continue-req / response-data) response-done; response-data = "*" SP (...), response-tagged = tag SP
 * resp-cond-state; RFC 9051 9. "+" and "*" need no blank behind them here: they begin no tag. */
static void read_response_line(struct imap_parser *parser, struct imap_list *list, mw_bytes line,
                               struct imap_token *token)
{
    if (list->index == 0)
        read_mark(list, line, token);
    else if (list->index > 1 || list->item != IMAP_ROLE_UNTAGGED_MARK || !read_number(line, token))
        read_kind(parser, list, line, token);
}

const struct imap_shape imap_shape_response_line = { read_response_line };
