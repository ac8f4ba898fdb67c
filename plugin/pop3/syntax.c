/* Grammar of POP3 lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "pop3/syntax.h"

#include <strings.h>

#define WITHIN_LIMIT(value) ((value) <= UINT32_MAX ? (uint32_t)(value) : 0)

static void check_line(mw_bytes in, const struct mw_line *line, mw_issues *issues)
{
    if (line->bare_lf)
        mw_issue_add(issues, MW_ISSUE_POP_BARE_LF, mw_slice_of(line->used - 1, 1));
    for (uint32_t i = 0; i < line->text.len; i++) {
        uint8_t c = in.data[line->text.offset + i];
        if (!mw_is(c, MW_CTL) || c == '\t')
            continue;
        mw_slice where = mw_slice_of(line->text.offset + i, 1);
        mw_issue_add(issues,
                     c == 0      ? MW_ISSUE_POP_NUL
                     : c == '\r' ? MW_ISSUE_POP_BARE_CR
                                 : MW_ISSUE_POP_CONTROL_CHAR,
                     where);
    }
}

/* ---- commands ---- */

mw_status pop3_parse_command(mw_bytes in, struct pop3_command *out)
{
    struct mw_line line;
    mw_status status = mw_parse_line(in, &line);

    memset(out, 0, sizeof *out);
    out->used = line.used;
    out->text = line.text;
    check_line(in, &line, &out->issues);
    mw_bytes text = mw_bytes_of(in.data, mw_slice_end(line.text));
    mw_slice rest = line.text;
    out->verb = mw_next_word(text, &rest);
    out->args = mw_slice_trim(text, rest);
    if (out->verb.len == 0)
        return status == MW_OK ? MW_BAD : status;
    if (line.used > POP3_COMMAND_OCTETS)
        mw_issue_add(&out->issues, MW_ISSUE_POP_COMMAND_TOO_LONG, out->text);
    out->row = pop3_verb_find(mw_sub(text, out->verb));
    if (out->row)
        out->row->parse(text, out->args, out);
    else
        mw_issue_add(&out->issues, MW_ISSUE_POP_UNKNOWN_COMMAND, out->verb);
    return status;
}

enum pop3_content pop3_content_of(mw_bytes line, const struct pop3_command *command)
{
    const struct pop3_verb_row *row = command->row;
    mw_slice rest = command->args;

    switch (row ? row->multi : POP3_SINGLE) {
    case POP3_MULTI:
        return row->content;
    case POP3_MULTI_WITHOUT_ARGUMENT:
        return command->args.len ? POP3_NO_CONTENT : row->content;
    case POP3_MULTI_BY_ARGUMENT:
        return mw_equal_nocase(mw_sub(line, mw_next_word(line, &rest)), "XLST") ? row->content : POP3_NO_CONTENT;
    default:
        return POP3_NO_CONTENT;
    }
}

bool pop3_is_plain_command(mw_bytes line)
{
    struct pop3_command command;
    pop3_parse_command(line, &command);
    return command.row && command.verb.offset == 0 && !mw_issue_has(&command.issues, MW_ISSUE_POP_ARGUMENT);
}

static void refuse_args(struct pop3_command *out)
{
    mw_issue_add(&out->issues, MW_ISSUE_POP_ARGUMENT, out->args.len ? out->args : out->verb);
}

void pop3_parse_no_args(mw_bytes line, mw_slice args, struct pop3_command *out)
{
    (void)line;
    if (args.len)
        refuse_args(out);
}

void pop3_parse_text_args(mw_bytes line, mw_slice args, struct pop3_command *out)
{
    (void)line, (void)args, (void)out; /* LANG [tag]: anything goes */
}

void pop3_parse_word_args(mw_bytes line, mw_slice args, struct pop3_command *out)
{
    (void)line;
    if (args.len == 0)
        refuse_args(out);
}

/* "USER" SP name; RFC 1939 7. Servers take a name with blanks as one. */
void pop3_parse_name_args(mw_bytes line, mw_slice args, struct pop3_command *out)
{
    mw_slice rest = args;
    out->name = args;
    if (mw_next_word(line, &rest).len == 0 || rest.len)
        refuse_args(out);
}

/* "PASS" SP string; RFC 1939 7: there is one argument only, so blanks are part of the password. */
void pop3_parse_pass_args(mw_bytes line, mw_slice args, struct pop3_command *out)
{
    (void)args;
    uint32_t from = mw_slice_end(out->verb) + 1;
    if (from < line.len)
        out->password = mw_slice_of(from, line.len - from);
    else
        refuse_args(out);
}

static bool is_digest(mw_bytes word)
{
    for (uint32_t i = 0; i < word.len; i++)
        if (!mw_is(word.data[i], MW_HEX))
            return false;
    return word.len == POP3_DIGEST_OCTETS;
}

/* "APOP" SP name SP digest; RFC 1939 7. The digest is the last word, whatever the name holds. */
void pop3_parse_apop_args(mw_bytes line, mw_slice args, struct pop3_command *out)
{
    uint32_t from = mw_slice_end(args);
    while (from > args.offset && !mw_is(line.data[from - 1], MW_BLANK))
        from--;
    mw_slice name = mw_slice_trim(line, mw_slice_of(args.offset, from - args.offset));
    if (name.len) {
        out->name = name;
        out->digest = mw_slice_of(from, mw_slice_end(args) - from);
    } else {
        out->name = args;
    }
    mw_slice rest = name;
    mw_next_word(line, &rest);
    if (name.len == 0 || rest.len || !is_digest(mw_sub(line, out->digest)))
        refuse_args(out);
}

/* "AUTH" [SP mechanism [SP initial-response]]; RFC 5034 4; without argument as many servers of RFC 1734 have it. */
void pop3_parse_auth_args(mw_bytes line, mw_slice args, struct pop3_command *out)
{
    mw_slice rest = args;
    out->mechanism = mw_next_word(line, &rest);
    out->initial = mw_slice_trim(line, rest);
    rest = out->initial;
    mw_next_word(line, &rest);
    if (rest.len)
        refuse_args(out);
}

/* msg = a positive number; RFC 1939 5. Returns what stands behind it. */
static mw_slice parse_message(mw_bytes line, mw_slice args, struct pop3_command *out)
{
    mw_slice rest = args;
    uint64_t number = 0;

    out->number_text = mw_next_word(line, &rest);
    mw_parse_number(line, out->number_text, &number);
    out->number = WITHIN_LIMIT(number);
    if (out->number == 0)
        refuse_args(out);
    return mw_slice_trim(line, rest);
}

void pop3_parse_message_args(mw_bytes line, mw_slice args, struct pop3_command *out)
{
    if (parse_message(line, args, out).len)
        refuse_args(out);
}

void pop3_parse_optional_message_args(mw_bytes line, mw_slice args, struct pop3_command *out)
{
    if (args.len)
        pop3_parse_message_args(line, args, out);
}

/* "TOP" SP msg SP n; RFC 1939 7: n is not negative. */
void pop3_parse_top_args(mw_bytes line, mw_slice args, struct pop3_command *out)
{
    mw_slice rest = parse_message(line, args, out);
    uint64_t lines = 0;

    out->lines_text = mw_next_word(line, &rest);
    out->lines_valid = mw_parse_number(line, out->lines_text, &lines) && lines <= UINT32_MAX;
    out->lines = out->lines_valid ? (uint32_t)lines : 0;
    if (!out->lines_valid || rest.len)
        refuse_args(out);
}

/* ---- status lines ---- */

static enum pop3_status parse_status(mw_bytes text, uint32_t *len)
{
    *len = 3;
    if (mw_starts_nocase(text, "+OK"))
        return POP3_OK;
    *len = 4;
    if (mw_starts_nocase(text, "-ERR"))
        return POP3_ERR;
    *len = 1;
    bool challenge = text.len && text.data[0] == '+' && (text.len == 1 || mw_is(text.data[1], MW_BLANK));
    return challenge ? POP3_CONTINUE : POP3_NO_STATUS;
}

/* resp-code = "[" resp-level *( "/" resp-level ) "]"; RFC 2449 8, at the start of the text of -ERR. */
static mw_slice parse_code(mw_bytes in, mw_slice text)
{
    mw_bytes t = mw_sub(in, text);
    uint32_t end = mw_find(t, 0, ']');
    if (t.len < 3 || t.data[0] != '[' || end == t.len || end == 1)
        return mw_slice_of(text.offset, 0);
    for (uint32_t i = 1; i < end; i++)
        if (t.data[i] < 0x21 || t.data[i] > 0x7E)
            return mw_slice_of(text.offset, 0);
    return mw_slice_of(text.offset + 1, end - 1);
}

mw_status pop3_parse_status_line(mw_bytes in, struct pop3_status_line *out)
{
    struct mw_line line;
    mw_status status = mw_parse_line(in, &line);
    uint32_t len;

    memset(out, 0, sizeof *out);
    out->used = line.used;
    out->line = out->text = line.text;
    check_line(in, &line, &out->issues);
    out->status = parse_status(mw_sub(in, line.text), &len);
    if (out->status == POP3_NO_STATUS) {
        mw_issue_add(&out->issues, MW_ISSUE_POP_REPLY_MALFORMED, line.text);
        return status == MW_OK ? MW_BAD : status;
    }
    out->text = mw_slice_skip(line.text, len);
    if (out->text.len && mw_is(in.data[out->text.offset], MW_BLANK))
        out->text = mw_slice_skip(out->text, 1);
    if (out->status == POP3_ERR)
        out->code = parse_code(in, out->text);
    /* RFC 5034 4: a challenge may be longer */
    if (line.used > POP3_REPLY_OCTETS && out->status != POP3_CONTINUE)
        mw_issue_add(&out->issues, MW_ISSUE_POP_REPLY_TOO_LONG, line.text);
    return status;
}

bool pop3_is_reply(mw_bytes in)
{
    return mw_starts_nocase(in, "+OK") || mw_starts_nocase(in, "-ERR");
}

bool pop3_may_become_reply(mw_bytes in)
{
    static const char *const starts[] = { "+OK", "-ERR" };
    for (unsigned i = 0; i < 2; i++) {
        mw_bytes start = mw_bytes_str(starts[i]);
        if (in.len < start.len && strncasecmp((const char *)start.data, (const char *)in.data, in.len) == 0)
            return true;
    }
    return false;
}

/* ---- what status lines tell ---- */

bool pop3_parse_octets(mw_bytes text, mw_slice *digits, uint64_t *octets)
{
    uint32_t unit = mw_find_nocase(text, 0, "octet");
    if (unit == text.len)
        unit = mw_find_nocase(text, 0, "byte");
    if (unit == text.len)
        return false;
    while (unit > 0 && mw_is(text.data[unit - 1], MW_BLANK))
        unit--;
    uint32_t from = unit;
    while (from > 0 && mw_is(text.data[from - 1], MW_DIGIT))
        from--;
    *digits = mw_slice_of(from, unit - from);
    return mw_parse_number(text, *digits, octets);
}

/* ---- rows ---- */

mw_status pop3_parse_row(mw_bytes in, struct pop3_row *out)
{
    struct mw_line line;
    mw_status status = mw_parse_line(in, &line);
    bool dot = line.text.len && in.data[0] == '.';

    out->used = line.used;
    out->ends = dot && line.text.len == 1;
    out->text = mw_slice_skip(line.text, dot);
    return status;
}

void pop3_parse_listing(mw_bytes in, mw_slice text, struct pop3_listing *out)
{
    mw_slice rest = text;
    memset(out, 0, sizeof *out);
    out->number_text = mw_next_word(in, &rest);
    out->octets_text = mw_next_word(in, &rest);
    out->valid =
        mw_parse_number(in, out->number_text, &out->number) && mw_parse_number(in, out->octets_text, &out->octets);
    out->alone = out->valid && mw_slice_trim(in, rest).len == 0;
    if (!out->valid)
        out->number = 0;
}

void pop3_parse_unique_id(mw_bytes in, mw_slice text, struct pop3_unique_id *out)
{
    mw_slice rest = text;
    memset(out, 0, sizeof *out);
    out->number_text = mw_next_word(in, &rest);
    mw_parse_number(in, out->number_text, &out->number);
    out->id = mw_slice_trim(in, rest);
    mw_bytes id = mw_sub(in, out->id);
    out->valid = id.len > 0 && id.len <= POP3_UNIQUE_ID_OCTETS;
    for (uint32_t i = 0; out->valid && i < id.len; i++)
        out->valid = id.data[i] >= 0x21 && id.data[i] <= 0x7E;
}
