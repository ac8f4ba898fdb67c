/* Grammar of SMTP and LMTP lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "smtp/syntax.h"

#include <glib.h>

/* Beginnings of other protocols that a browser or a relay may be tricked into sending here. */
static const char *const foreign_starts[] = {
    "GET ", "POST ", "PUT ", "HEAD ", "CONNECT ", "OPTIONS ", "PRI * HTTP/2", "USER-AGENT:", "HOST:",
};

static void check_line(mw_bytes in, mw_slice text, bool bare_lf, uint32_t used, mw_issues *issues)
{
    if (bare_lf)
        mw_issue_add(issues, MW_ISSUE_BARE_LF, mw_slice_of(used - 1, 1));
    for (uint32_t i = 0; i < text.len; i++) {
        uint8_t c = in.data[text.offset + i];
        if (!mw_is(c, MW_CTL) || c == '\t')
            continue;
        mw_slice where = mw_slice_of(text.offset + i, 1);
        mw_issue_add(issues, c == 0 ? MW_ISSUE_NUL : c == '\r' ? MW_ISSUE_BARE_CR : MW_ISSUE_CONTROL_CHAR, where);
    }
}

static bool has_8bit(mw_bytes octets)
{
    uint8_t all = 0;
    for (uint32_t i = 0; i < octets.len; i++)
        all |= octets.data[i];
    return all & 0x80;
}

static void check_8bit(mw_bytes line, struct smtp_command *out)
{
    if (!has_8bit(mw_sub(line, out->text)))
        return;
    if (!g_utf8_validate((const char *)line.data + out->text.offset, out->text.len, NULL))
        mw_issue_add(&out->issues, MW_ISSUE_UTF8_INVALID, out->text);
    /* the session keeps the one that fits, SMTPUTF8 in use or not: RFC 6531 3.3 */
    mw_issue_add(&out->issues, MW_ISSUE_8BIT_COMMAND, out->text);
}

static void check_foreign(mw_bytes line, struct smtp_command *out)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(foreign_starts); i++)
        if (mw_starts_nocase(line, foreign_starts[i]))
            mw_issue_add(&out->issues, MW_ISSUE_CROSS_PROTOCOL, out->text);
}

bool smtp_is_masked(mw_bytes verb)
{
    if (verb.len < 4)
        return false;
    for (uint32_t i = 0; i < verb.len; i++)
        if (verb.data[i] != 'X' && !(verb.data[i] == 'A' && i == verb.len - 1))
            return false;
    return true;
}

mw_status smtp_parse_command(mw_bytes in, struct smtp_command *out)
{
    struct mw_line line;
    mw_status status = mw_parse_line(in, &line);

    memset(out, 0, sizeof *out);
    out->used = line.used;
    out->text = line.text;
    check_line(in, line.text, line.bare_lf, line.used, &out->issues);
    mw_bytes text = mw_bytes_of(in.data, mw_slice_end(line.text));
    mw_slice rest = line.text;
    out->verb = mw_next_word(text, &rest);
    out->args = mw_slice_trim(text, rest);
    if (out->verb.len == 0)
        return status == MW_OK ? MW_BAD : status;
    out->row = smtp_verb_find(mw_sub(text, out->verb));
    if (out->row) {
        out->row->parse(text, out->args, out);
    } else {
        bool masked = smtp_is_masked(mw_sub(text, out->verb));
        mw_issue_add(&out->issues, masked ? MW_ISSUE_EHLO_MASKED : MW_ISSUE_UNKNOWN_COMMAND, out->verb);
        check_foreign(text, out);
    }
    check_8bit(text, out);
    return status;
}

const struct smtp_verb_row *smtp_peek_verb(mw_bytes line)
{
    struct mw_line whole;
    mw_parse_line(line, &whole);
    mw_slice rest = whole.text;
    mw_slice word = mw_next_word(line, &rest);
    return word.offset == 0 && word.len ? smtp_verb_find(mw_sub(line, word)) : NULL;
}

bool smtp_is_plain_command(mw_bytes line)
{
    struct smtp_command command;
    if (!smtp_peek_verb(line))
        return false;
    smtp_parse_command(line, &command);
    switch (command.row->verb) {
    case SMTP_MAIL:
    case SMTP_RCPT:
        return command.path.used > 0;
    case SMTP_BDAT:
        return command.bdat_valid;
    case SMTP_HELO:
    case SMTP_EHLO:
    case SMTP_LHLO:
        return mw_find(mw_sub(line, command.args), 0, ' ') == command.args.len;
    case SMTP_AUTH:
    case SMTP_XCLIENT:
    case SMTP_XFORWARD:
        return command.args.len > 0;
    case SMTP_DATA:
    case SMTP_RSET:
    case SMTP_QUIT:
    case SMTP_STARTTLS:
        return command.args.len == 0;
    case SMTP_NOOP:
        return command.args.len == 0 || mw_find(mw_sub(line, command.args), 0, ' ') == command.args.len;
    default:
        return false;
    }
}

/* ehlo = "EHLO" SP ( Domain / address-literal ) CRLF; RFC 5321 4.1.1.1. Some clients append a comment. */
void smtp_parse_helo_args(mw_bytes line, mw_slice args, struct smtp_command *out)
{
    if (args.len == 0) {
        mw_issue_add(&out->issues, MW_ISSUE_HELO_MISSING, out->verb);
        return;
    }
    out->domain = args;
    smtp_parse_domain_arg(line, args, &out->issues);
}

/* "FROM:" Reverse-path [SP Mail-parameters], "TO:" Forward-path [SP Rcpt-parameters]; RFC 5321 4.1.1.2, 4.1.1.3. A
 * blank before the colon is accepted: old clients send it. */
static void parse_path_args(mw_bytes line, mw_slice args, const char *keyword, struct smtp_command *out)
{
    if (args.len == 0) {
        mw_issue_add(&out->issues, MW_ISSUE_MISSING_ARGUMENT, out->verb);
        return;
    }
    if (!mw_starts_nocase(mw_sub(line, args), keyword)) {
        mw_issue_add(&out->issues, MW_ISSUE_ADDRESS_SYNTAX, args);
        return;
    }
    mw_slice rest = mw_slice_skip(args, (uint32_t)strlen(keyword));
    mw_slice colon = mw_slice_trim(line, rest);
    if (colon.len == 0 || line.data[colon.offset] != ':') {
        mw_issue_add(&out->issues, MW_ISSUE_ADDRESS_SYNTAX, args);
        return;
    }
    if (colon.offset != rest.offset)
        mw_issue_add(&out->issues, MW_ISSUE_ARGUMENT_SPACE, mw_slice_of(rest.offset, 1));
    rest = mw_slice_skip(colon, 1);
    smtp_parse_path(line, rest, &out->path);
    out->params = mw_slice_trim(line, mw_slice_skip(rest, out->path.used));
    for (uint8_t i = 0; i < out->path.issues.count; i++)
        mw_issue_add(&out->issues, out->path.issues.list[i].id, out->path.issues.list[i].where);
}

void smtp_parse_mail_args(mw_bytes line, mw_slice args, struct smtp_command *out)
{
    parse_path_args(line, args, "FROM", out);
}

void smtp_parse_rcpt_args(mw_bytes line, mw_slice args, struct smtp_command *out)
{
    parse_path_args(line, args, "TO", out);
}

/* bdat-cmd = "BDAT" SP chunk-size [ SP end-marker ] CRLF; RFC 3030 2. */
void smtp_parse_bdat_args(mw_bytes line, mw_slice args, struct smtp_command *out)
{
    mw_slice rest = args;
    uint64_t size = 0;
    out->bdat_size_text = mw_next_word(line, &rest);
    mw_slice last = mw_next_word(line, &rest);
    mw_bytes marker = mw_sub(line, last);

    if (args.len == 0) {
        mw_issue_add(&out->issues, MW_ISSUE_MISSING_ARGUMENT, out->verb);
        return;
    }
    out->bdat_last = mw_equal_nocase(marker, "LAST");
    out->bdat_valid = mw_parse_number(line, out->bdat_size_text, &size) && size <= INT64_MAX &&
                      (marker.len == 0 || out->bdat_last) && mw_slice_trim(line, rest).len == 0;
    if (out->bdat_valid)
        out->bdat_size = size;
    else
        mw_issue_add(&out->issues, MW_ISSUE_BDAT_SIZE, args);
}

/* "AUTH" SP sasl-mech [SP initial-response]; RFC 4954 4. */
void smtp_parse_auth_args(mw_bytes line, mw_slice args, struct smtp_command *out)
{
    mw_slice rest = args;
    out->mechanism = mw_next_word(line, &rest);
    out->initial = mw_slice_trim(line, rest);
    if (args.len == 0)
        mw_issue_add(&out->issues, MW_ISSUE_MISSING_ARGUMENT, out->verb);
}

void smtp_parse_no_args(mw_bytes line, mw_slice args, struct smtp_command *out)
{
    (void)line;
    if (args.len)
        mw_issue_add(&out->issues, MW_ISSUE_UNEXPECTED_ARGUMENT, args);
}

void smtp_parse_word_args(mw_bytes line, mw_slice args, struct smtp_command *out)
{
    if (args.len == 0)
        mw_issue_add(&out->issues, MW_ISSUE_MISSING_ARGUMENT, out->verb);
    else
        smtp_check_injection(line, args, &out->issues);
}

void smtp_parse_text_args(mw_bytes line, mw_slice args, struct smtp_command *out)
{
    (void)line, (void)args, (void)out; /* anything goes: NOOP, HELP, RFC 5321 4.1.1.8, 4.1.1.9 */
}

void smtp_parse_attr_args(mw_bytes line, mw_slice args, struct smtp_command *out)
{
    smtp_parse_word_args(line, args, out); /* smtp_next_attr takes them apart */
}

bool smtp_next_attr(mw_bytes in, mw_slice *rest, mw_slice *name, mw_slice *value)
{
    mw_slice word = mw_next_word(in, rest);
    uint32_t equals = mw_find(mw_sub(in, word), 0, '=');
    *name = mw_slice_of(word.offset, equals);
    *value = mw_slice_skip(word, equals + 1);
    return word.len > 0;
}

/* Reply-code = %x32-35 %x30-35 %x30-39; RFC 5321 4.2. 1yz is read too: RFC 821 had it. */
static uint16_t parse_reply_code(mw_bytes in)
{
    if (in.len < 3)
        return 0;
    for (unsigned i = 0; i < 3; i++)
        if (!mw_is(in.data[i], MW_DIGIT))
            return 0;
    if (in.data[0] < '1' || in.data[0] > '5')
        return 0;
    return (uint16_t)((in.data[0] - '0') * 100 + (in.data[1] - '0') * 10 + (in.data[2] - '0'));
}

static bool parse_status_part(mw_bytes in, mw_slice *rest, uint16_t *value)
{
    mw_slice digits = { rest->offset, 0 };
    uint64_t number = 0;
    while (digits.len < rest->len && digits.len < 4 && mw_is(in.data[digits.offset + digits.len], MW_DIGIT))
        digits.len++;
    *rest = mw_slice_skip(*rest, digits.len);
    if (digits.len > 3 || !mw_parse_number(in, digits, &number))
        return false;
    *value = (uint16_t)number;
    return true;
}

static bool skip_octet(mw_bytes in, mw_slice *rest, uint8_t c)
{
    if (rest->len == 0 || in.data[rest->offset] != c)
        return false;
    *rest = mw_slice_skip(*rest, 1);
    return true;
}

/* status-code = class "." subject "." detail      RFC 3463 2, at the start of the text: RFC 2034 4 */
static void parse_status(mw_bytes in, struct smtp_reply_line *out)
{
    mw_slice rest = out->text;
    if (!parse_status_part(in, &rest, &out->status_class) || !skip_octet(in, &rest, '.') ||
        !parse_status_part(in, &rest, &out->status_subject) || !skip_octet(in, &rest, '.') ||
        !parse_status_part(in, &rest, &out->status_detail))
        return;
    bool ended = rest.len == 0 || mw_is(in.data[rest.offset], MW_BLANK) || in.data[rest.offset] == ':';
    if (ended && (out->status_class == 2 || out->status_class == 4 || out->status_class == 5))
        out->status = mw_slice_of(out->text.offset, rest.offset - out->text.offset);
}

mw_status smtp_parse_reply_line(mw_bytes in, struct smtp_reply_line *out)
{
    struct mw_line line;
    mw_status status = mw_parse_line(in, &line);

    memset(out, 0, sizeof *out);
    out->used = line.used;
    out->line = line.text;
    out->text = line.text;
    out->last = true;
    check_line(in, line.text, line.bare_lf, line.used, &out->issues);
    mw_bytes text = mw_sub(in, line.text);
    out->code = parse_reply_code(text);
    uint8_t separator = text.len > 3 ? text.data[3] : ' ';
    if (out->code == 0 || (separator != ' ' && separator != '-' && separator != '\t')) {
        out->code = 0;
        mw_issue_add(&out->issues, MW_ISSUE_REPLY_MALFORMED, line.text);
        return status == MW_OK ? MW_BAD : status;
    }
    if (out->code < 200 || out->code / 10 % 10 > 5)
        mw_issue_add(&out->issues, MW_ISSUE_REPLY_MALFORMED, mw_slice_of(0, 3));
    out->last = separator != '-';
    out->text = mw_slice_skip(line.text, 4);
    if (line.used > SMTP_LINE_OCTETS)
        mw_issue_add(&out->issues, MW_ISSUE_REPLY_TOO_LONG, line.text);
    parse_status(in, out);
    return status;
}

bool smtp_is_reply(mw_bytes in)
{
    if (parse_reply_code(in) == 0)
        return false;
    return in.len == 3 || in.data[3] == ' ' || in.data[3] == '-' || in.data[3] == '\r' || in.data[3] == '\n';
}
