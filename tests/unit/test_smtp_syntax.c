/* Tests of command lines and reply lines.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness.h"
#include "smtp/syntax.h"

#define X100 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const char *const issue_names[] = {
#define MW_ISSUE(id, name, group, severity, text) &name[sizeof "smtp.expert." - 1],
#include "issue.def"
#undef MW_ISSUE
};

/* Names in the order in which they were noted, separated by blanks. */
static char *issue_list(const mw_issues *issues)
{
    GString *out = g_string_new(NULL);
    for (uint8_t i = 0; i < issues->count; i++)
        g_string_append_printf(out, "%s%s", i ? " " : "", issue_names[issues->list[i].id]);
    return g_string_free(out, FALSE);
}

static bool same(const char *what, char *got, const char *expected)
{
    bool equal = strcmp(got, expected) == 0;
    if (!equal) {
        g_test_message("%s: expected \"%s\", got \"%s\"", what, expected, got);
        g_test_fail();
    }
    g_free(got);
    return equal;
}

/* verb: of the row, "?" for an unknown one, "" for none. args: in wire spelling. */
static const struct command_row {
    const char *line;
    mw_status status;
    const char *verb, *args, *issues;
} command_rows[] = {
    { "QUIT\r\n", MW_OK, "QUIT", "", "" },
    { "quit\r\n", MW_OK, "QUIT", "", "" },
    { "QUIT", MW_PARTIAL, "QUIT", "", "" },
    { "QUIT\n", MW_OK, "QUIT", "", "bare_lf" },
    { "QUIT \r\n", MW_OK, "QUIT", "", "" },
    { " QUIT\r\n", MW_OK, "QUIT", "", "" },
    { "QUIT now\r\n", MW_OK, "QUIT", "now", "unexpected_argument" },
    { "DATA x\r\n", MW_OK, "DATA", "x", "unexpected_argument" },
    { "RSET x\r\n", MW_OK, "RSET", "x", "unexpected_argument" },
    { "STARTTLS x\r\n", MW_OK, "STARTTLS", "x", "unexpected_argument" },
    { "NOOP anything goes\r\n", MW_OK, "NOOP", "anything goes", "" },
    { "NOOP\r\nQUIT\r\n", MW_OK, "NOOP", "", "" },
    { "\r\n", MW_BAD, "", "", "" },
    { "  \r\n", MW_BAD, "", "", "" },
    { "", MW_PARTIAL, "", "", "" },
    { "EHLO c.example\r\n", MW_OK, "EHLO", "c.example", "" },
    { "EHLO\r\n", MW_OK, "EHLO", "", "helo_missing" },
    { "HELO\r\n", MW_OK, "HELO", "", "helo_missing" },
    { "EHLO [192.0.2.1]\r\n", MW_OK, "EHLO", "[192.0.2.1]", "" },
    { "EHLO 192.0.2.1\r\n", MW_OK, "EHLO", "192.0.2.1", "helo_bare_ip" },
    { "HELO c\r\n", MW_OK, "HELO", "c", "helo_not_fqdn" },
    { "HELO c_d.example\r\n", MW_OK, "HELO", "c_d.example", "helo_syntax" },
    { "MAIL FROM:<a@b>\r\n", MW_OK, "MAIL", "FROM:<a@b>", "" },
    { "mail from:<a@b>\r\n", MW_OK, "MAIL", "from:<a@b>", "" },
    { "MAIL\tFROM:<a@b>\r\n", MW_OK, "MAIL", "FROM:<a@b>", "" },
    { "MAIL FROM: <a@b>\r\n", MW_OK, "MAIL", "FROM: <a@b>", "argument_space" },
    { "MAIL FROM :<a@b>\r\n", MW_OK, "MAIL", "FROM :<a@b>", "argument_space" },
    { "MAIL FROM:a@b\r\n", MW_OK, "MAIL", "FROM:a@b", "no_brackets" },
    { "MAIL\r\n", MW_OK, "MAIL", "", "missing_argument" },
    { "MAIL <a@b>\r\n", MW_OK, "MAIL", "<a@b>", "address_syntax" },
    { "MAIL TO:<a@b>\r\n", MW_OK, "MAIL", "TO:<a@b>", "address_syntax" },
    { "MAIL FROM:<a>\r\n", MW_OK, "MAIL", "FROM:<a>", "address_syntax" },
    { "RCPT TO:<Postmaster>\r\n", MW_OK, "RCPT", "TO:<Postmaster>", "" },
    { "RCPT\r\n", MW_OK, "RCPT", "", "missing_argument" },
    { "RCPT TO:<@x:a@b>\r\n", MW_OK, "RCPT", "TO:<@x:a@b>", "source_route" },
    { "BDAT\r\n", MW_OK, "BDAT", "", "missing_argument" },
    { "BDAT x\r\n", MW_OK, "BDAT", "x", "bdat_size" },
    { "VRFY\r\n", MW_OK, "VRFY", "", "missing_argument" },
    { "EXPN\r\n", MW_OK, "EXPN", "", "missing_argument" },
    { "ETRN\r\n", MW_OK, "ETRN", "", "missing_argument" },
    { "AUTH\r\n", MW_OK, "AUTH", "", "missing_argument" },
    { "VRFY a`id`\r\n", MW_OK, "VRFY", "a`id`", "address_injection" },
    { "FOO bar\r\n", MW_OK, "?", "bar", "unknown_command" },
    { "MAILFROM:<a@b>\r\n", MW_OK, "?", "", "unknown_command" },
    { "XXXX c.example\r\n", MW_OK, "?", "c.example", "ehlo_masked" },
    { "XXXXXXXA\r\n", MW_OK, "?", "", "ehlo_masked" },
    { "XXX\r\n", MW_OK, "?", "", "unknown_command" },
    { "GET / HTTP/1.1\r\n", MW_OK, "?", "/ HTTP/1.1", "unknown_command cross_protocol" },
    { "POST / HTTP/1.1\r\n", MW_OK, "?", "/ HTTP/1.1", "unknown_command cross_protocol" },
    { "PUT / HTTP/1.1\r\n", MW_OK, "?", "/ HTTP/1.1", "unknown_command cross_protocol" },
    { "HEAD / HTTP/1.1\r\n", MW_OK, "?", "/ HTTP/1.1", "unknown_command cross_protocol" },
    { "CONNECT x:25 HTTP/1.1\r\n", MW_OK, "?", "x:25 HTTP/1.1", "unknown_command cross_protocol" },
    { "OPTIONS * HTTP/1.1\r\n", MW_OK, "?", "* HTTP/1.1", "unknown_command cross_protocol" },
    { "PRI * HTTP/2.0\r\n", MW_OK, "?", "* HTTP/2.0", "unknown_command cross_protocol" },
    { "User-Agent: x\r\n", MW_OK, "?", "x", "unknown_command cross_protocol" },
    { "Host: x\r\n", MW_OK, "?", "x", "unknown_command cross_protocol" },
    { "NOOP a\tb\r\n", MW_OK, "NOOP", "a\tb", "" },
    { "NOOP a\bb\r\n", MW_OK, "NOOP", "a\bb", "control_char" },
    { "NOOP a\x7F\r\n", MW_OK, "NOOP", "a\x7F", "control_char" },
    { "NOOP a\rb\r\n", MW_OK, "NOOP", "a\rb", "bare_cr" },
    { "NOOP \xC3\xA9\r\n", MW_OK, "NOOP", "\xC3\xA9", "8bit_command" },
    { "NOOP \xE9\r\n", MW_OK, "NOOP", "\xE9", "utf8_invalid 8bit_command" },
};

static void abuse_command(mw_bytes in)
{
    struct smtp_command command;
    smtp_parse_command(in, &command);
    smtp_peek_verb(in);
    smtp_is_plain_command(in);
    mw_slice rest = command.args, name, value;
    while (smtp_next_attr(in, &rest, &name, &value))
        ;
}

static void test_command(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(command_rows); i++) {
        const struct command_row *row = &command_rows[i];
        mw_bytes in = mw_bytes_str(row->line);
        struct smtp_command c;
        g_assert_cmpint(smtp_parse_command(in, &c), ==, row->status);
        const char *lf = strchr(row->line, '\n');
        g_assert_cmpuint(c.used, ==, lf ? lf - row->line + 1 : 0);
        same(row->line, g_strdup(c.row ? c.row->name : c.verb.len ? "?" : ""), row->verb);
        same(row->line, mw_strdup(mw_sub(in, c.args)), row->args);
        same(row->line, issue_list(&c.issues), row->issues);
        mw_test_abuse(row->line, in.len, abuse_command);
    }
    struct smtp_command c;
    smtp_parse_command(mw_bytes_of("NOOP a\0b\r\n", 10), &c);
    same("NUL", issue_list(&c.issues), "nul");
}

/* mailbox|params of MAIL and RCPT, domain of HELO, mechanism|initial response of AUTH. */
static void test_parts(void)
{
    static const struct {
        const char *line, *first, *second;
    } rows[] = {
        { "MAIL FROM:<a@b> SIZE=3 BODY=8BITMIME\r\n", "a@b", "SIZE=3 BODY=8BITMIME" },
        { "MAIL FROM:<>  RET=HDRS \r\n", "", "RET=HDRS" },
        { "MAIL FROM: a@b SIZE=3\r\n", "a@b", "SIZE=3" },
        { "RCPT TO:<\"a b\"@c> NOTIFY=NEVER\r\n", "\"a b\"@c", "NOTIFY=NEVER" },
        { "RCPT TO:<@x,@y:a@b>\r\n", "a@b", "" },
        { "SEND FROM:<a@b>\r\n", "a@b", "" },
        { "HELO c.example\r\n", "c.example", "" },
        { "LHLO [IPv6:::1]\r\n", "[IPv6:::1]", "" },
        { "AUTH PLAIN AGEAYg==\r\n", "PLAIN", "AGEAYg==" },
        { "AUTH EXTERNAL =\r\n", "EXTERNAL", "=" },
        { "AUTH LOGIN\r\n", "LOGIN", "" },
        { "auth  login \r\n", "login", "" },
        { "X-EXPS NTLM\r\n", "NTLM", "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        mw_bytes in = mw_bytes_str(rows[i].line);
        struct smtp_command c;
        g_assert_cmpint(smtp_parse_command(in, &c), ==, MW_OK);
        bool path = c.path.used, helo = c.domain.len;
        mw_slice first = path ? c.path.mailbox : helo ? c.domain : c.mechanism;
        same(rows[i].line, mw_strdup(mw_sub(in, first)), rows[i].first);
        same(rows[i].line, mw_strdup(mw_sub(in, path ? c.params : c.initial)), rows[i].second);
    }
}

/* RFC 3030 2 */
static void test_bdat(void)
{
    static const struct {
        const char *line;
        bool valid, last;
        uint64_t size;
    } rows[] = {
        { "BDAT 0\r\n", true, false, 0 },
        { "BDAT 0 LAST\r\n", true, true, 0 },
        { "BDAT 86 last\r\n", true, true, 86 },
        { "bdat  86  LAST \r\n", true, true, 86 },
        { "BDAT 9223372036854775807\r\n", true, false, INT64_MAX },
        { "BDAT 9223372036854775808\r\n", false, false, 0 },
        { "BDAT 99999999999999999999 LAST\r\n", false, true, 0 },
        { "BDAT -1\r\n", false, false, 0 },
        { "BDAT 1 FIRST\r\n", false, false, 0 },
        { "BDAT 1 LAST LAST\r\n", false, true, 0 },
        { "BDAT LAST\r\n", false, false, 0 },
        { "BDAT\r\n", false, false, 0 },
        { "BDAT 0x10\r\n", false, false, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct smtp_command c;
        g_test_message("%s", rows[i].line);
        smtp_parse_command(mw_bytes_str(rows[i].line), &c);
        g_assert_cmpint(c.bdat_valid, ==, rows[i].valid);
        g_assert_cmpint(c.bdat_last, ==, rows[i].last);
        g_assert_cmpuint(c.bdat_size, ==, rows[i].size);
        if (!rows[i].valid)
            g_assert_true(mw_issue_has(&c.issues, MW_ISSUE_BDAT_SIZE) ||
                          mw_issue_has(&c.issues, MW_ISSUE_MISSING_ARGUMENT));
    }
}

/* A command beyond doubt, and lines of messages and of AUTH that are none. */
static void test_plain_command(void)
{
    static const struct {
        const char *line;
        bool plain;
        const char *verb; /* that smtp_peek_verb sees */
    } rows[] = {
        { "QUIT\r\n", true, "QUIT" },
        { "RSET\r\n", true, "RSET" },
        { "rset\r\n", true, "RSET" },
        { "MAIL FROM:<a@b>\r\n", true, "MAIL" },
        { "RCPT TO:<c@d> NOTIFY=NEVER\r\n", true, "RCPT" },
        { "BDAT 86 LAST\r\n", true, "BDAT" },
        { "EHLO c.example\r\n", true, "EHLO" },
        { "AUTH PLAIN\r\n", true, "AUTH" },
        { "DATA\r\n", true, "DATA" },
        { "NOOP\r\n", true, "NOOP" },
        { "Quit smoking\r\n", false, "QUIT" },
        { "Data is what we have\r\n", false, "DATA" },
        { "Mail will come tomorrow\r\n", false, "MAIL" },
        { "Help me\r\n", false, "HELP" },
        { "Send it\r\n", false, "SEND" },
        { "Helo there my friend\r\n", false, "HELO" },
        { "BDAT now\r\n", false, "BDAT" },
        { "Subject: x\r\n", false, NULL },
        { "dXNlcg==\r\n", false, NULL },
        { "\r\n", false, NULL },
        { "", false, NULL },
        { " QUIT\r\n", false, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        mw_bytes in = mw_bytes_str(rows[i].line);
        const struct smtp_verb_row *row = smtp_peek_verb(in);
        g_test_message("%s", rows[i].line);
        g_assert_cmpint(smtp_is_plain_command(in), ==, rows[i].plain);
        g_assert_cmpstr(row ? row->name : NULL, ==, rows[i].verb);
    }
}

static void test_attr(void)
{
    static const char line[] = " NAME=a ADDR=192.0.2.1  PORT= x =y";
    static const char *const expected[] = { "NAME", "a", "ADDR", "192.0.2.1", "PORT", "", "x", "", "", "y" };
    mw_bytes in = mw_bytes_str(line);
    mw_slice rest = mw_slice_of(0, in.len), name, value;
    size_t n = 0;

    for (; smtp_next_attr(in, &rest, &name, &value); n += 2) {
        g_assert_cmpuint(n, <, G_N_ELEMENTS(expected));
        same(line, mw_strdup(mw_sub(in, name)), expected[n]);
        same(line, mw_strdup(mw_sub(in, value)), expected[n + 1]);
    }
    g_assert_cmpuint(n, ==, G_N_ELEMENTS(expected));
}

static const struct reply_row {
    const char *line;
    mw_status status;
    uint16_t code;
    bool last;
    const char *text, *enhanced, *issues;
} reply_rows[] = {
    { "250 ok\r\n", MW_OK, 250, true, "ok", "", "" },
    { "250-ok\r\n", MW_OK, 250, false, "ok", "", "" },
    { "250 ok", MW_PARTIAL, 250, true, "ok", "", "" },
    { "250 ok\n", MW_OK, 250, true, "ok", "", "bare_lf" },
    { "250\r\n", MW_OK, 250, true, "", "", "" },
    { "250 \r\n", MW_OK, 250, true, "", "", "" },
    { "250-\r\n", MW_OK, 250, false, "", "", "" },
    { "250 2.1.0 ok\r\n", MW_OK, 250, true, "2.1.0 ok", "2.1.0", "" },
    { "250-2.1.0 ok\r\n", MW_OK, 250, false, "2.1.0 ok", "2.1.0", "" },
    { "550 5.7.999\r\n", MW_OK, 550, true, "5.7.999", "5.7.999", "" },
    { "550 5.7.1000 no\r\n", MW_OK, 550, true, "5.7.1000 no", "", "" },
    { "550 5.7 no\r\n", MW_OK, 550, true, "5.7 no", "", "" },
    { "550 3.1.1 no\r\n", MW_OK, 550, true, "3.1.1 no", "", "" },
    { "550 5.1.1x\r\n", MW_OK, 550, true, "5.1.1x", "", "" },
    { "220 8.13.1 x\r\n", MW_OK, 220, true, "8.13.1 x", "", "" },
    { "250 text 2.1.0\r\n", MW_OK, 250, true, "text 2.1.0", "", "" },
    { "559 x\r\n", MW_OK, 559, true, "x", "", "" },
    { "354 go\r\n", MW_OK, 354, true, "go", "", "" },
    { "260 x\r\n", MW_OK, 260, true, "x", "", "reply_malformed" },
    { "100 x\r\n", MW_OK, 100, true, "x", "", "reply_malformed" },
    { "600 x\r\n", MW_BAD, 0, true, "600 x", "", "reply_malformed" },
    { "25 x\r\n", MW_BAD, 0, true, "25 x", "", "reply_malformed" },
    { "2500 x\r\n", MW_BAD, 0, true, "2500 x", "", "reply_malformed" },
    { "250x\r\n", MW_BAD, 0, true, "250x", "", "reply_malformed" },
    { "+OK\r\n", MW_BAD, 0, true, "+OK", "", "reply_malformed" },
    { "\r\n", MW_BAD, 0, true, "", "", "reply_malformed" },
    { "250 a\bb\r\n", MW_OK, 250, true, "a\bb", "", "control_char" },
    { "250 a\rb\r\n", MW_OK, 250, true, "a\rb", "", "bare_cr" },
    { "250 " X100 X100 X100 X100 X100 "xxxxxx\r\n", MW_OK, 250, true, X100 X100 X100 X100 X100 "xxxxxx", "", "" },
    { "250 " X100 X100 X100 X100 X100 "xxxxxxx\r\n", MW_OK, 250, true, X100 X100 X100 X100 X100 "xxxxxxx", "",
      "reply_too_long" },
};

static void abuse_reply(mw_bytes in)
{
    struct smtp_reply_line reply;
    smtp_parse_reply_line(in, &reply);
    smtp_is_reply(in);
}

static void test_reply(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(reply_rows); i++) {
        const struct reply_row *row = &reply_rows[i];
        mw_bytes in = mw_bytes_str(row->line);
        struct smtp_reply_line r;
        g_test_message("%.60s", row->line);
        g_assert_cmpint(smtp_parse_reply_line(in, &r), ==, row->status);
        g_assert_cmpuint(r.used, ==, row->status == MW_PARTIAL ? 0 : in.len);
        g_assert_cmpuint(r.code, ==, row->code);
        g_assert_cmpint(r.last, ==, row->last);
        same(row->line, mw_strdup(mw_sub(in, r.text)), row->text);
        same(row->line, mw_strdup(mw_sub(in, r.status)), row->enhanced);
        same(row->line, issue_list(&r.issues), row->issues);
        if (in.len < SMTP_LINE_OCTETS)
            mw_test_abuse(row->line, in.len, abuse_reply);
    }
    struct smtp_reply_line r;
    smtp_parse_reply_line(mw_bytes_str("554 5.7.26 no\r\n"), &r);
    g_assert_cmpuint(r.status_class, ==, 5);
    g_assert_cmpuint(r.status_subject, ==, 7);
    g_assert_cmpuint(r.status_detail, ==, 26);
}

static void test_is_reply(void)
{
    static const struct {
        const char *in;
        bool reply;
    } rows[] = {
        { "220 x", true }, { "220-x", true }, { "220\r\n", true }, { "220", true },
        { "22", false },   { "220x", false }, { "", false },       { "+OK", false },
        { "* OK", false }, { "620 ", false }, { "250\n", true },   { "SSH-2.0", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].in);
        g_assert_cmpint(smtp_is_reply(mw_bytes_str(rows[i].in)), ==, rows[i].reply);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/smtp/syntax/command", test_command);
    g_test_add_func("/smtp/syntax/parts", test_parts);
    g_test_add_func("/smtp/syntax/bdat", test_bdat);
    g_test_add_func("/smtp/syntax/plain_command", test_plain_command);
    g_test_add_func("/smtp/syntax/attr", test_attr);
    g_test_add_func("/smtp/syntax/reply", test_reply);
    g_test_add_func("/smtp/syntax/is_reply", test_is_reply);
    return g_test_run();
}
