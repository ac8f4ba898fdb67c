/* Tests of POP3 command lines, status lines and rows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness.h"
#include "pop3/syntax.h"

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X250 X50 X50 X50 X50 X50
#define DIGEST "c4c9334bac560ecc979e58001b3e22fb"

static const char *const issue_names[] = {
#define MW_ISSUE(id, name, group, severity, text) name,
#include "issue.def"
#undef MW_ISSUE
};

/* Names in the order in which they were noted, separated by blanks. */
static char *issue_list(const mw_issues *issues)
{
    GString *out = g_string_new(NULL);
    for (uint8_t i = 0; i < issues->count; i++)
        g_string_append_printf(out, "%s%s", i ? " " : "", strrchr(issue_names[issues->list[i].id], '.') + 1);
    return g_string_free(out, FALSE);
}

static void same(const char *what, char *got, const char *expected)
{
    if (strcmp(got, expected) != 0) {
        g_test_message("%s: expected \"%s\", got \"%s\"", what, expected, got);
        g_test_fail();
    }
    g_free(got);
}

/* verb: of the row, "?" for an unknown one, "" for none. args: in wire spelling. */
static const struct command_row {
    const char *line;
    mw_status status;
    const char *verb, *args, *issues;
    enum pop3_content content;
} command_rows[] = {
    { "QUIT\r\n", MW_OK, "QUIT", "", "", POP3_NO_CONTENT },
    { "quit\r\n", MW_OK, "QUIT", "", "", POP3_NO_CONTENT },
    { "QUIT", MW_PARTIAL, "QUIT", "", "", POP3_NO_CONTENT },
    { "QUIT\n", MW_OK, "QUIT", "", "bare_lf", POP3_NO_CONTENT },
    { "QUIT \r\n", MW_OK, "QUIT", "", "", POP3_NO_CONTENT },
    { "QUIT now\r\n", MW_OK, "QUIT", "now", "argument", POP3_NO_CONTENT },
    { "QUIT\r\nNOOP\r\n", MW_OK, "QUIT", "", "", POP3_NO_CONTENT },
    { "\r\n", MW_BAD, "", "", "", POP3_NO_CONTENT },
    { "", MW_PARTIAL, "", "", "", POP3_NO_CONTENT },
    { "FOO bar\r\n", MW_OK, "?", "bar", "unknown_command", POP3_NO_CONTENT },
    { "USER mrose\r\n", MW_OK, "USER", "mrose", "", POP3_NO_CONTENT },
    { "USER\r\n", MW_OK, "USER", "", "argument", POP3_NO_CONTENT },
    { "USER a b\r\n", MW_OK, "USER", "a b", "argument", POP3_NO_CONTENT },
    { "PASS secret\r\n", MW_OK, "PASS", "secret", "", POP3_NO_CONTENT },
    { "PASS a b c\r\n", MW_OK, "PASS", "a b c", "", POP3_NO_CONTENT },
    { "PASS\r\n", MW_OK, "PASS", "", "argument", POP3_NO_CONTENT },
    { "PASS \r\n", MW_OK, "PASS", "", "argument", POP3_NO_CONTENT },
    { "APOP mrose " DIGEST "\r\n", MW_OK, "APOP", "mrose " DIGEST, "", POP3_NO_CONTENT },
    { "APOP mrose\r\n", MW_OK, "APOP", "mrose", "argument", POP3_NO_CONTENT },
    { "APOP mrose 12\r\n", MW_OK, "APOP", "mrose 12", "argument", POP3_NO_CONTENT },
    { "APOP m rose " DIGEST "\r\n", MW_OK, "APOP", "m rose " DIGEST, "argument", POP3_NO_CONTENT },
    { "APOP\r\n", MW_OK, "APOP", "", "argument", POP3_NO_CONTENT },
    { "AUTH\r\n", MW_OK, "AUTH", "", "", POP3_MECHANISMS },
    { "AUTH PLAIN\r\n", MW_OK, "AUTH", "PLAIN", "", POP3_NO_CONTENT },
    { "AUTH PLAIN =\r\n", MW_OK, "AUTH", "PLAIN =", "", POP3_NO_CONTENT },
    { "AUTH PLAIN a b\r\n", MW_OK, "AUTH", "PLAIN a b", "argument", POP3_NO_CONTENT },
    { "CAPA\r\n", MW_OK, "CAPA", "", "", POP3_CAPABILITIES },
    { "LANG\r\n", MW_OK, "LANG", "", "", POP3_LANGUAGES },
    { "LANG *\r\n", MW_OK, "LANG", "*", "", POP3_NO_CONTENT },
    { "LIST\r\n", MW_OK, "LIST", "", "", POP3_SCAN_LISTING },
    { "LIST \r\n", MW_OK, "LIST", "", "", POP3_SCAN_LISTING },
    { "LIST 2\r\n", MW_OK, "LIST", "2", "", POP3_NO_CONTENT },
    { "LIST x\r\n", MW_OK, "LIST", "x", "argument", POP3_NO_CONTENT },
    { "UIDL\r\n", MW_OK, "UIDL", "", "", POP3_UNIQUE_IDS },
    { "UIDL 1\r\n", MW_OK, "UIDL", "1", "", POP3_NO_CONTENT },
    { "RETR 1\r\n", MW_OK, "RETR", "1", "", POP3_MESSAGE },
    { "RETR\t1\r\n", MW_OK, "RETR", "1", "", POP3_MESSAGE },
    { "RETR  1\r\n", MW_OK, "RETR", "1", "", POP3_MESSAGE },
    { "RETR\r\n", MW_OK, "RETR", "", "argument", POP3_MESSAGE },
    { "RETR 0\r\n", MW_OK, "RETR", "0", "argument", POP3_MESSAGE },
    { "RETR -1\r\n", MW_OK, "RETR", "-1", "argument", POP3_MESSAGE },
    { "RETR 4294967296\r\n", MW_OK, "RETR", "4294967296", "argument", POP3_MESSAGE },
    { "RETR 1 2\r\n", MW_OK, "RETR", "1 2", "argument", POP3_MESSAGE },
    { "DELE 1\r\n", MW_OK, "DELE", "1", "", POP3_NO_CONTENT },
    { "TOP 1 0\r\n", MW_OK, "TOP", "1 0", "", POP3_MESSAGE },
    { "TOP 1\r\n", MW_OK, "TOP", "1", "argument", POP3_MESSAGE },
    { "TOP 1 -1\r\n", MW_OK, "TOP", "1 -1", "argument", POP3_MESSAGE },
    { "TOP 1 1 1\r\n", MW_OK, "TOP", "1 1 1", "argument", POP3_MESSAGE },
    { "XTND XLST Subject 1\r\n", MW_OK, "XTND", "XLST Subject 1", "", POP3_LINES },
    { "XTND XMIT\r\n", MW_OK, "XTND", "XMIT", "", POP3_NO_CONTENT },
    { "XTND\r\n", MW_OK, "XTND", "", "argument", POP3_NO_CONTENT },
    { "NOOP a\bb\r\n", MW_OK, "NOOP", "a\bb", "control_char argument", POP3_NO_CONTENT },
    { "USER a\rb\r\n", MW_OK, "USER", "a\rb", "bare_cr", POP3_NO_CONTENT },
    { "USER xxxxxx" X50 X50 X50 X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n", MW_OK, "USER",
      "xxxxxx" X50 X50 X50 X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "", POP3_NO_CONTENT },
    { "USER xxxxxx" X50 X50 X50 X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n", MW_OK, "USER",
      "xxxxxx" X50 X50 X50 X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "command_too_long", POP3_NO_CONTENT },
};

static void abuse_command(mw_bytes in)
{
    struct pop3_command command;
    pop3_parse_command(in, &command);
    pop3_content_of(in, &command);
    pop3_is_plain_command(in);
}

static void test_command(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(command_rows); i++) {
        const struct command_row *row = &command_rows[i];
        mw_bytes in = mw_bytes_str(row->line);
        struct pop3_command c;
        g_test_message("%.60s", row->line);
        g_assert_cmpint(pop3_parse_command(in, &c), ==, row->status);
        g_assert_cmpuint(c.used, ==, row->status == MW_PARTIAL ? 0 : mw_find(in, 0, '\n') + 1);
        g_assert_cmpstr(c.row ? c.row->name : c.verb.len ? "?" : "", ==, row->verb);
        same(row->line, mw_strdup(mw_sub(in, c.args)), row->args);
        same(row->line, issue_list(&c.issues), row->issues);
        g_assert_cmpint(pop3_content_of(in, &c), ==, row->content);
        bool plain = c.row && !mw_issue_has(&c.issues, MW_ISSUE_POP_ARGUMENT);
        g_assert_cmpint(pop3_is_plain_command(in), ==, plain);
        mw_test_abuse(row->line, in.len, abuse_command);
    }
    g_assert_false(pop3_is_plain_command(mw_bytes_str(" QUIT\r\n")));
}

static void test_nul(void)
{
    struct pop3_command c;
    pop3_parse_command(mw_bytes_of("USER a\0b\r\n", 10), &c);
    same("NUL", issue_list(&c.issues), "nul");
    g_assert_cmpuint(c.name.len, ==, 3);
}

/* name, password, digest, mechanism, initial response, message number, lines; separated by "|". */
static void test_arguments(void)
{
    static const char *const rows[][2] = {
        { "USER mrose\r\n", "mrose||||||" },
        { "USER m rose\r\n", "m rose||||||" },
        { "PASS  a b \r\n", "| a b |||||" },
        { "pass x", "|x|||||" },
        { "PASS   \r\n", "|  |||||" },
        { "APOP m rose " DIGEST "\r\n", "m rose||" DIGEST "||||" },
        { "APOP mrose\r\n", "mrose||||||" },
        { "APOP mrose 12 \r\n", "mrose||12||||" },
        { "RPOP u\r\n", "u||||||" },
        { "AUTH CRAM-MD5\r\n", "|||CRAM-MD5|||" },
        { "AUTH PLAIN  AGEAYg==\r\n", "|||PLAIN|AGEAYg==||" },
        { "TOP 12 10\r\n", "|||||12|10" },
        { "LIST 7\r\n", "|||||7|" },
        { "DELE x\r\n", "|||||x|" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        mw_bytes in = mw_bytes_str(rows[i][0]);
        struct pop3_command c;
        pop3_parse_command(in, &c);
        const mw_slice parts[] = { c.name, c.password, c.digest, c.mechanism, c.initial, c.number_text, c.lines_text };
        GString *out = g_string_new(NULL);
        for (size_t part = 0; part < G_N_ELEMENTS(parts); part++) {
            mw_bytes octets = mw_sub(in, parts[part]);
            g_string_append_len(out, (const char *)octets.data, octets.len);
            g_string_append(out, part + 1 < G_N_ELEMENTS(parts) ? "|" : "");
        }
        same(rows[i][0], g_string_free(out, FALSE), rows[i][1]);
    }
    struct pop3_command c;
    pop3_parse_command(mw_bytes_str("TOP 4294967295 4294967295\r\n"), &c);
    g_assert_cmpuint(c.number, ==, UINT32_MAX);
    g_assert_cmpuint(c.lines, ==, UINT32_MAX);
    g_assert_true(c.lines_valid);
    pop3_parse_command(mw_bytes_str("TOP 4294967296 4294967296\r\n"), &c);
    g_assert_cmpuint(c.number, ==, 0);
    g_assert_false(c.lines_valid);
}

static const struct status_row {
    const char *line;
    mw_status result;
    enum pop3_status status;
    const char *text, *code, *issues;
} status_rows[] = {
    { "+OK\r\n", MW_OK, POP3_OK, "", "", "" },
    { "+OK 2 320\r\n", MW_OK, POP3_OK, "2 320", "", "" },
    { "+ok x\r\n", MW_OK, POP3_OK, "x", "", "" },
    { "+OK x", MW_PARTIAL, POP3_OK, "x", "", "" },
    { "+OK x\n", MW_OK, POP3_OK, "x", "", "bare_lf" },
    { "+OK\tx\r\n", MW_OK, POP3_OK, "x", "", "" },
    { "+OK  x\r\n", MW_OK, POP3_OK, " x", "", "" },
    { "+OKx\r\n", MW_OK, POP3_OK, "x", "", "" },
    { "+OK [IN-USE] x\r\n", MW_OK, POP3_OK, "[IN-USE] x", "", "" },
    { "-ERR\r\n", MW_OK, POP3_ERR, "", "", "" },
    { "-err no\r\n", MW_OK, POP3_ERR, "no", "", "" },
    { "-ERR [IN-USE] busy\r\n", MW_OK, POP3_ERR, "[IN-USE] busy", "IN-USE", "" },
    { "-ERR [SYS/TEMP]\r\n", MW_OK, POP3_ERR, "[SYS/TEMP]", "SYS/TEMP", "" },
    { "-ERR []\r\n", MW_OK, POP3_ERR, "[]", "", "" },
    { "-ERR [a b] x\r\n", MW_OK, POP3_ERR, "[a b] x", "", "" },
    { "-ERR [AUTH\r\n", MW_OK, POP3_ERR, "[AUTH", "", "" },
    { "-ERR x [AUTH]\r\n", MW_OK, POP3_ERR, "x [AUTH]", "", "" },
    { "+ \r\n", MW_OK, POP3_CONTINUE, "", "", "" },
    { "+\r\n", MW_OK, POP3_CONTINUE, "", "", "" },
    { "+ VXNlcm5hbWU6\r\n", MW_OK, POP3_CONTINUE, "VXNlcm5hbWU6", "", "" },
    { "+x\r\n", MW_BAD, POP3_NO_STATUS, "+x", "", "reply_malformed" },
    { "+O\r\n", MW_BAD, POP3_NO_STATUS, "+O", "", "reply_malformed" },
    { "-ER\r\n", MW_BAD, POP3_NO_STATUS, "-ER", "", "reply_malformed" },
    { " +OK\r\n", MW_BAD, POP3_NO_STATUS, " +OK", "", "reply_malformed" },
    { "220 x\r\n", MW_BAD, POP3_NO_STATUS, "220 x", "", "reply_malformed" },
    { "\r\n", MW_BAD, POP3_NO_STATUS, "", "", "reply_malformed" },
    { "+OK a\bb\r\n", MW_OK, POP3_OK, "a\bb", "", "control_char" },
    { "+OK a\rb\r\n", MW_OK, POP3_OK, "a\rb", "", "bare_cr" },
    { "+OK " X250 X250 "xxxxxx\r\n", MW_OK, POP3_OK, X250 X250 "xxxxxx", "", "" },
    { "+OK " X250 X250 "xxxxxxx\r\n", MW_OK, POP3_OK, X250 X250 "xxxxxxx", "", "reply_too_long" },
    { "+ " X250 X250 X50 "\r\n", MW_OK, POP3_CONTINUE, X250 X250 X50, "", "" },
};

static void abuse_status(mw_bytes in)
{
    struct pop3_status_line line;
    mw_slice digits;
    uint64_t octets;
    pop3_parse_status_line(in, &line);
    pop3_parse_octets(mw_sub(in, line.text), &digits, &octets);
    pop3_is_reply(in);
    pop3_may_become_reply(in);
}

static void test_status(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(status_rows); i++) {
        const struct status_row *row = &status_rows[i];
        mw_bytes in = mw_bytes_str(row->line);
        struct pop3_status_line line;
        g_test_message("%.60s", row->line);
        g_assert_cmpint(pop3_parse_status_line(in, &line), ==, row->result);
        g_assert_cmpuint(line.used, ==, row->result == MW_PARTIAL ? 0 : in.len);
        g_assert_cmpint(line.status, ==, row->status);
        same(row->line, mw_strdup(mw_sub(in, line.text)), row->text);
        same(row->line, mw_strdup(mw_sub(in, line.code)), row->code);
        same(row->line, issue_list(&line.issues), row->issues);
        if (in.len < POP3_COMMAND_OCTETS)
            mw_test_abuse(row->line, in.len, abuse_status);
    }
}

static void test_is_reply(void)
{
    static const struct {
        const char *in;
        bool reply, may_become;
    } rows[] = {
        { "", false, true },      { "+", false, true },   { "+O", false, true },  { "+OK", true, false },
        { "+ok x", true, false }, { "-", false, true },   { "-er", false, true }, { "-ERR", true, false },
        { "+ ", false, false },   { "-x", false, false }, { "x", false, false },  { "-EXR", false, false },
        { "+O x", false, false }, { "OK", false, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].in);
        g_assert_cmpint(pop3_is_reply(mw_bytes_str(rows[i].in)), ==, rows[i].reply);
        g_assert_cmpint(pop3_may_become_reply(mw_bytes_str(rows[i].in)), ==, rows[i].may_become);
    }
}

static void test_octets(void)
{
    static const struct {
        const char *text;
        bool found;
        uint64_t octets;
    } rows[] = {
        { "120 octets", true, 120 },
        { "Message 1 (120 octets)", true, 120 },
        { "120 Octets follow.", true, 120 },
        { "120 bytes", true, 120 },
        { "120octets", true, 120 },
        { "120", false, 0 },
        { "octets", false, 0 },
        { "120 more octets", false, 0 },
        { "99999999999999999999 octets", false, 0 },
        { "", false, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        mw_slice digits;
        uint64_t octets = 0;
        g_test_message("%s", rows[i].text);
        g_assert_cmpint(pop3_parse_octets(mw_bytes_str(rows[i].text), &digits, &octets), ==, rows[i].found);
        g_assert_cmpuint(octets, ==, rows[i].octets);
    }
}

static void test_row(void)
{
    static const struct {
        const char *line, *text;
        mw_status status;
        bool ends;
    } rows[] = {
        { "1 120\r\n", "1 120", MW_OK, false }, { ".\r\n", "", MW_OK, true },    { ".\n", "", MW_OK, true },
        { "..\r\n", ".", MW_OK, false },        { ".x\r\n", "x", MW_OK, false }, { "\r\n", "", MW_OK, false },
        { "1", "1", MW_PARTIAL, false },        { "", "", MW_PARTIAL, false },   { "x.\r\n", "x.", MW_OK, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        mw_bytes in = mw_bytes_str(rows[i].line);
        struct pop3_row row;
        g_assert_cmpint(pop3_parse_row(in, &row), ==, rows[i].status);
        g_assert_cmpint(row.ends, ==, rows[i].ends);
        g_assert_cmpuint(row.used, ==, rows[i].status == MW_OK ? in.len : 0);
        same(rows[i].line, mw_strdup(mw_sub(in, row.text)), rows[i].text);
    }
}

static void test_listing(void)
{
    static const struct {
        const char *text;
        bool valid, alone;
        uint64_t number, octets;
    } rows[] = {
        { "1 120", true, true, 1, 120 },
        { "0 0", true, true, 0, 0 },
        { "1 120 more", true, false, 1, 120 },
        { " 1\t120 ", true, true, 1, 120 },
        { "1", false, false, 0, 0 },
        { "", false, false, 0, 0 },
        { "1 x", false, false, 0, 0 },
        { "x 1", false, false, 0, 0 },
        { "2 messages", false, false, 0, 0 },
        { "1 18446744073709551615", true, true, 1, UINT64_MAX },
        { "1 18446744073709551616", false, false, 0, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        mw_bytes in = mw_bytes_str(rows[i].text);
        struct pop3_listing listing;
        g_test_message("%s", rows[i].text);
        pop3_parse_listing(in, mw_slice_of(0, in.len), &listing);
        g_assert_cmpint(listing.valid, ==, rows[i].valid);
        g_assert_cmpint(listing.alone, ==, rows[i].alone);
        g_assert_cmpuint(listing.number, ==, rows[i].number);
        g_assert_cmpuint(listing.octets, ==, rows[i].octets);
    }
}

static void test_unique_id(void)
{
    static const struct {
        const char *text;
        uint64_t number;
        const char *id;
        bool valid;
    } rows[] = {
        { "1 whqtswO00WBw418f9t5JxYwZ", 1, "whqtswO00WBw418f9t5JxYwZ", true },
        { "1 !~", 1, "!~", true },
        { "1", 1, "", false },
        { "", 0, "", false },
        { "1 a b", 1, "a b", false },
        { "1 \x7F", 1, "\x7F", false },
        { "1 \xC3\xA9", 1, "\xC3\xA9", false },
        { "1 " X50 "xxxxxxxxxxxxxxxxxxxx", 1, X50 "xxxxxxxxxxxxxxxxxxxx", true },
        { "1 " X50 "xxxxxxxxxxxxxxxxxxxxx", 1, X50 "xxxxxxxxxxxxxxxxxxxxx", false },
        { "x y", 0, "y", true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        mw_bytes in = mw_bytes_str(rows[i].text);
        struct pop3_unique_id row;
        g_test_message("%s", rows[i].text);
        pop3_parse_unique_id(in, mw_slice_of(0, in.len), &row);
        g_assert_cmpuint(row.number, ==, rows[i].number);
        g_assert_cmpint(row.valid, ==, rows[i].valid);
        same(rows[i].text, mw_strdup(mw_sub(in, row.id)), rows[i].id);
    }
}

static void abuse_row(mw_bytes in)
{
    struct pop3_row row;
    struct pop3_listing listing;
    struct pop3_unique_id unique_id;
    pop3_parse_row(in, &row);
    pop3_parse_listing(in, row.text, &listing);
    pop3_parse_unique_id(in, row.text, &unique_id);
}

static void test_row_abuse(void)
{
    static const char line[] = ".12 120 x y\r\n";
    mw_test_abuse(line, sizeof line - 1, abuse_row);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pop3/syntax/command", test_command);
    g_test_add_func("/pop3/syntax/nul", test_nul);
    g_test_add_func("/pop3/syntax/arguments", test_arguments);
    g_test_add_func("/pop3/syntax/status", test_status);
    g_test_add_func("/pop3/syntax/is_reply", test_is_reply);
    g_test_add_func("/pop3/syntax/octets", test_octets);
    g_test_add_func("/pop3/syntax/row", test_row);
    g_test_add_func("/pop3/syntax/listing", test_listing);
    g_test_add_func("/pop3/syntax/unique_id", test_unique_id);
    g_test_add_func("/pop3/syntax/row_abuse", test_row_abuse);
    return g_test_run();
}
