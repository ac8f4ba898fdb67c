/* Tests of the end of data: any cut gives the same message, and what looks like its end is told from it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness.h"
#include "smtp/dot.h"

/* Octets of a literal that may hold NUL. */
#define OCTETS(s) s, sizeof(s) - 1
/* Longest input of which every cut is tried: 2^17 ways. */
#define ALL_CUTS_OCTETS 18

/* What came of an input that was scanned in pieces. */
struct outcome {
    GByteArray *message;
    uint32_t used;
    bool ended;
    uint64_t message_octets;
    bool saw_lookalike;
    bool issues[MW_ISSUE_COUNT];
};

static void scan_piece(struct smtp_dot *dot, mw_bytes piece, struct outcome *out)
{
    struct smtp_dot before = *dot;
    mw_issues issues = { 0 };
    uint32_t used = 0;
    uint8_t message[512];

    out->ended = smtp_dot_scan(dot, piece, &used, &issues);
    g_assert_true(out->ended || used == piece.len);
    g_assert_cmpuint(used, <=, piece.len);
    uint32_t written = smtp_dot_unstuff(&before, mw_sub(piece, mw_slice_of(0, used)), message);
    g_assert_cmpuint(written, <=, used + 1);
    if (!dot->edits)
        g_assert_cmpmem(message, written, piece.data, used);
    g_byte_array_append(out->message, message, written);
    out->used += used;
    for (uint8_t i = 0; i < issues.count; i++) {
        g_assert_false(out->issues[issues.list[i].id]); /* once for a message */
        g_assert_cmpuint(mw_slice_end(issues.list[i].where), <=, used);
        out->issues[issues.list[i].id] = true;
    }
}

/* Bit i of cuts: a piece ends behind octet i. */
static struct outcome scan_cut(const char *data, size_t len, const uint8_t *cuts)
{
    struct outcome out = { .message = g_byte_array_new() };
    struct smtp_dot dot;
    size_t from = 0;

    smtp_dot_start(&dot);
    for (size_t at = 0; at < len && !out.ended; at++)
        if (cuts[at] || at + 1 == len) {
            scan_piece(&dot, mw_bytes_of(data + from, (uint32_t)(at + 1 - from)), &out);
            from = at + 1;
        }
    out.message_octets = dot.message_octets;
    out.saw_lookalike = smtp_dot_saw_lookalike(&dot);
    return out;
}

/* Calls check with every way to cut a short input; with every way to cut a longer one into up to three pieces, and
 * octet by octet. */
static void for_each_cut(const char *data, size_t len, void (*check)(const struct outcome *out, const void *row),
                         const void *row)
{
    uint8_t cuts[512] = { 0 };
    struct outcome out;

    g_assert_cmpuint(len, <=, sizeof cuts);
    if (len <= ALL_CUTS_OCTETS) {
        for (uint32_t way = 0; way < 1u << (len ? len - 1 : 0); way++) {
            for (size_t i = 0; i < len; i++)
                cuts[i] = way >> i & 1;
            out = scan_cut(data, len, cuts);
            check(&out, row);
            g_byte_array_unref(out.message);
        }
        return;
    }
    for (size_t a = 0; a < len; a++)
        for (size_t b = a; b < len; b++) {
            cuts[a] = cuts[b] = 1;
            out = scan_cut(data, len, cuts);
            check(&out, row);
            g_byte_array_unref(out.message);
            cuts[a] = cuts[b] = 0;
        }
    memset(cuts, 1, sizeof cuts);
    out = scan_cut(data, len, cuts);
    check(&out, row);
    g_byte_array_unref(out.message);
}

/* rest: octets behind the end of data. */
static const struct message_row {
    const char *data;
    size_t len;
    const char *message;
    size_t message_len;
    bool ended;
    uint32_t rest;
} message_rows[] = {
    { OCTETS(".\r\n"), OCTETS(""), true, 0 },
    { OCTETS(".\r\nQUIT\r\n"), OCTETS(""), true, 6 },
    { OCTETS("\r\n.\r\n"), OCTETS("\r\n"), true, 0 },
    { OCTETS("a\r\n.\r\nQUIT\r\n"), OCTETS("a\r\n"), true, 6 },
    { OCTETS("a\r\n..b\r\n.\r\n"), OCTETS("a\r\n.b\r\n"), true, 0 },
    { OCTETS("..\r\n.\r\n"), OCTETS(".\r\n"), true, 0 },
    { OCTETS("...\r\n....\r\n.\r\n"), OCTETS("..\r\n...\r\n"), true, 0 },
    { OCTETS("a\r\n..b\r\n.\r\n.c\r\n\r\n.\r\nQUIT\r\n"), OCTETS("a\r\n.b\r\n"), true, 15 },
    { OCTETS("a\r\n..b\r\n.c\r\n\r\n.\r\nQUIT\r\n"), OCTETS("a\r\n.b\r\nc\r\n\r\n"), true, 6 },
    { OCTETS("a.\r\nb..\r\n.\r\n"), OCTETS("a.\r\nb..\r\n"), true, 0 },
    { OCTETS(".a\r\n.\r\n"), OCTETS("a\r\n"), true, 0 },
    { OCTETS("a\r\n.\r\n.\r\n"), OCTETS("a\r\n"), true, 3 },
    { OCTETS("a\r\r\n.\r\n"), OCTETS("a\r\r\n"), true, 0 },
    { OCTETS("a\0\xFF\r\n..\0\r\n.\r\n"), OCTETS("a\0\xFF\r\n.\0\r\n"), true, 0 },
    /* not the end */
    { OCTETS("a\r\n. \r\n.\r\n"), OCTETS("a\r\n \r\n"), true, 0 },
    { OCTETS("a\r\n.\rb\r\n.\r\n"), OCTETS("a\r\n\rb\r\n"), true, 0 },
    { OCTETS("a\r\n.\r\r\n.\r\n"), OCTETS("a\r\n\r\r\n"), true, 0 },
    { OCTETS("a\r\n.\nb\r\n.\r\n"), OCTETS("a\r\n\nb\r\n"), true, 0 },
    { OCTETS("a\r.\r\nb\r\n.\r\n"), OCTETS("a\r.\r\nb\r\n"), true, 0 },
    { OCTETS("a\r\n..\r\nb"), OCTETS("a\r\n.\r\nb"), false, 0 },
    { OCTETS("a\r\nb\n.\r\n..c\r\n.\r\n"), OCTETS("a\r\nb\n.\r\n.c\r\n"), true, 0 },
    { OCTETS("a\r\nb\n..c\r\n.\r\n"), OCTETS("a\r\nb\n..c\r\n"), true, 0 },
    /* lines that end in LF alone: a dot is stuffed as long as no line ended in CRLF, and only CRLF "." CRLF is the end
     */
    { OCTETS("a\n..b\n.c\n"), OCTETS("a\n.b\nc\n"), false, 0 },
    { OCTETS("a\n..b\n\r\n.\r\n"), OCTETS("a\n.b\n\r\n"), true, 0 },
    { OCTETS("a\n.\nb\r\n.\r\n"), OCTETS("a\n\nb\r\n"), true, 0 },
    { OCTETS("\n\n\n\r\n.\r\n"), OCTETS("\n\n\n\r\n"), true, 0 },
    { OCTETS("Subject: x\r\n\r\n.. two\r\n...three\r\nMAIL FROM:<a@b>\r\n.\r\nRSET\r\n"),
      OCTETS("Subject: x\r\n\r\n. two\r\n..three\r\nMAIL FROM:<a@b>\r\n"), true, 6 },
};

static void check_message(const struct outcome *out, const void *data)
{
    const struct message_row *row = data;
    g_assert_cmpint(out->ended, ==, row->ended);
    g_assert_cmpuint(out->used, ==, row->len - row->rest);
    g_assert_cmpmem(out->message->data, out->message->len, row->message, row->message_len);
    if (row->ended)
        g_assert_cmpuint(out->message_octets, ==, row->message_len);
}

static void abuse(mw_bytes in)
{
    struct smtp_dot before, dot;
    mw_issues issues = { 0 };
    uint32_t used;
    uint8_t out[512];

    smtp_dot_start(&dot);
    before = dot;
    smtp_dot_scan(&dot, in, &used, &issues);
    smtp_dot_unstuff(&before, mw_sub(in, mw_slice_of(0, used)), out);
}

static void test_message(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(message_rows); i++) {
        const struct message_row *row = &message_rows[i];
        g_test_message("row %zu", i);
        for_each_cut(row->data, row->len, check_message, row);
        mw_test_abuse(row->data, row->len, abuse);
    }
}

enum { BARE_LF, BARE_CR, NUL, EIGHT_BIT, LONG, UNSTUFFED, LOOKALIKE, SMUGGLING, ISSUES };
static const mw_issue_id issue_ids[ISSUES] = {
    MW_ISSUE_BARE_LF,       MW_ISSUE_BARE_CR,       MW_ISSUE_NUL,           MW_ISSUE_8BIT_DATA,
    MW_ISSUE_LINE_TOO_LONG, MW_ISSUE_DOT_UNSTUFFED, MW_ISSUE_EOD_LOOKALIKE, MW_ISSUE_SMUGGLING,
};
static const char issue_letters[] = "lrn8LuES";

/* What is odd: l bare LF, r bare CR, n NUL, 8 8-bit, u a dot that was not stuffed, E a false end, S smuggling. */
static const struct issue_row {
    const char *name;
    const char *data;
    size_t len;
    const char *issues;
} issue_rows[] = {
    { "plain", OCTETS("a\r\n..\r\n...\r\n.\r\n"), "" },
    { "empty", OCTETS(".\r\n"), "" },
    { "commands", OCTETS("a\r\nMAIL FROM:<x>\r\n.\r\n"), "" },
    { "8-bit", OCTETS("\xC3\xA9\r\n.\r\n"), "8" },
    { "NUL", OCTETS("a\0b\r\n.\r\n"), "n" },
    { "bare CR", OCTETS("a\rb\r\n.\r\n"), "r" },
    { "CR CR LF", OCTETS("a\r\r\n.\r\n"), "r" },
    { "bare LF", OCTETS("a\nb\r\n.\r\n"), "l" },
    { "not stuffed", OCTETS("a\r\n.b\r\n.\r\n"), "u" },
    { "not stuffed, one octet", OCTETS(".b\r\n.\r\n"), "u" },
    /* the forms of a false end, each with a command behind it and without */
    { "LF . LF", OCTETS("a\n.\nQUIT\r\n.\r\n"), "lES" },
    { "LF . LF, no verb", OCTETS("a\n.\nQUITE\r\n.\r\n"), "lE" },
    { "LF . CRLF", OCTETS("a\n.\r\nQUIT\r\n.\r\n"), "lES" },
    { "LF . CRLF, lower case, colon", OCTETS("a\n.\r\nrset:\r\n.\r\n"), "lES" },
    { "LF . CRLF, SP", OCTETS("a\n.\r\nEHLO x\r\n.\r\n"), "lES" },
    { "LF . CRLF, LF", OCTETS("a\n.\r\nDATA\nx\r\n.\r\n"), "lES" },
    { "LF . CRLF, no verb", OCTETS("a\n.\r\nhello\r\n.\r\n"), "lE" },
    { "LF . CRLF, nothing", OCTETS("a\n.\r\n\r\n.\r\n"), "lE" },
    { "CRLF . LF", OCTETS("a\r\n.\nQUIT\r\n.\r\n"), "lE" },
    { "CR . CR", OCTETS("a\r.\rQUIT\r\n.\r\n"), "rES" },
    { "CR . CR, no verb", OCTETS("a\r.\rxx\r\n.\r\n"), "rE" },
    { "CR . LF", OCTETS("a\r.\nQUIT\r\n.\r\n"), "lrES" },
    { "CR . CRLF", OCTETS("a\r.\r\nQUIT\r\n.\r\n"), "rES" },
    { "CR . CRLF, no verb", OCTETS("a\r.\r\nxx\r\n.\r\n"), "rE" },
    { "LF . CR", OCTETS("a\n.\rQUIT\r\n.\r\n"), "lrES" },
    { "LF . CR, no verb", OCTETS("a\n.\rxx\r\n.\r\n"), "lrE" },
    { "CRLF . CR", OCTETS("a\r\n.\rQUIT\r\n.\r\n"), "rE" },
    { "CRLF NUL . CRLF", OCTETS("a\r\n\0.\r\nQUIT\r\n.\r\n"), "nES" },
    { "CRLF NUL . CRLF, no verb", OCTETS("a\r\n\0.\r\nxx\r\n.\r\n"), "nE" },
    { "CRLF . NUL CRLF", OCTETS("a\r\n.\0\r\nQUIT\r\n.\r\n"), "nuE" },
    { "CR CRLF . CR CRLF", OCTETS("a\r\r\n.\r\r\nQUIT\r\n.\r\n"), "rES" },
    { "stuffed dots are none", OCTETS("a\r\n..\nb\r\n.\r\n"), "l" },
    { "a dot in the middle is none", OCTETS("a\nb.\r\nQUIT\r\n.\r\n"), "l" },
};

static char *outcome_letters(const struct outcome *out)
{
    GString *letters = g_string_new(NULL);
    for (unsigned i = 0; i < ISSUES; i++)
        if (out->issues[issue_ids[i]])
            g_string_append_c(letters, issue_letters[i]);
    return g_string_free(letters, FALSE);
}

static void check_issues(const struct outcome *out, const void *data)
{
    const struct issue_row *row = data;
    char *letters = outcome_letters(out);
    g_assert_true(out->ended);
    g_assert_cmpint(out->saw_lookalike, ==, strchr(letters, 'E') != NULL);
    if (strcmp(letters, row->issues) != 0) {
        g_test_message("%s: expected \"%s\", got \"%s\"", row->name, row->issues, letters);
        g_test_fail();
    }
    g_free(letters);
}

/* In one piece, with octets of the next commands behind it. */
static void test_issues(void)
{
    uint8_t cuts[64] = { 0 };
    for (size_t i = 0; i < G_N_ELEMENTS(issue_rows); i++) {
        struct outcome out = scan_cut(issue_rows[i].data, issue_rows[i].len, cuts);
        check_issues(&out, &issue_rows[i]);
        g_byte_array_unref(out.message);
        mw_test_abuse(issue_rows[i].data, issue_rows[i].len, abuse);
    }
}

/* The same for every cut into two pieces: an issue belongs to the octets, not to the segments. */
static void test_issues_cut(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(issue_rows); i++) {
        const struct issue_row *row = &issue_rows[i];
        GString *wrong = g_string_new(NULL);
        for (size_t at = 0; at + 1 < row->len; at++) {
            uint8_t cuts[64] = { 0 };
            cuts[at] = 1;
            struct outcome out = scan_cut(row->data, row->len, cuts);
            char *letters = outcome_letters(&out);
            if (strcmp(letters, row->issues) != 0)
                g_string_append_printf(wrong, " %zu:\"%s\"", at + 1, letters);
            g_free(letters);
            g_byte_array_unref(out.message);
        }
        if (wrong->len) {
            g_test_message("%s: expected \"%s\", but cut behind octet%s", row->name, row->issues, wrong->str);
            g_test_fail();
        }
        g_string_free(wrong, TRUE);
    }
}

/* 1000 octets with CRLF are allowed, a stuffed dot is not counted. RFC 5321 4.5.3.1.6 */
static void test_long_line(void)
{
    static const struct {
        uint32_t octets;
        bool stuffed, issue;
    } rows[] = { { 998, false, false }, { 999, false, true }, { 998, true, false }, { 999, true, true } };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (uint32_t cut = 1; cut < 1003; cut += 7) {
            GString *line = g_string_new(rows[i].stuffed ? "." : "");
            for (uint32_t n = 0; n < rows[i].octets; n++)
                g_string_append_c(line, rows[i].stuffed && n == 0 ? '.' : 'x');
            g_string_append(line, "\r\n");
            struct smtp_dot dot;
            mw_issues first = { 0 }, second = { 0 };
            uint32_t used, len = MIN(cut, (uint32_t)line->len);
            smtp_dot_start(&dot);
            smtp_dot_scan(&dot, mw_bytes_of(line->str, len), &used, &first);
            smtp_dot_scan(&dot, mw_bytes_of(line->str + len, (uint32_t)line->len - len), &used, &second);
            g_assert_cmpint(mw_issue_has(&first, MW_ISSUE_LINE_TOO_LONG) ||
                                mw_issue_has(&second, MW_ISSUE_LINE_TOO_LONG),
                            ==, rows[i].issue);
            g_string_free(line, TRUE);
        }
}

static bool scan(struct smtp_dot *dot, const char *text)
{
    mw_issues issues = { 0 };
    uint32_t used;
    return smtp_dot_scan(dot, mw_bytes_str(text), &used, &issues);
}

/* Of the unfinished line nothing is known after a loss, so a dot there ends nothing and is not stuffed. */
static void test_lost(void)
{
    struct smtp_dot dot;
    uint8_t out[16];

    smtp_dot_start(&dot);
    g_assert_false(scan(&dot, "ab\r\n..c"));
    smtp_dot_lost(&dot);
    g_assert_cmpuint(dot.message_octets, ==, 6);
    struct smtp_dot before = dot;
    g_assert_cmpuint(smtp_dot_unstuff(&before, mw_bytes_str("..x\r\n"), out), ==, 5);
    g_assert_false(scan(&dot, ".\r\n"));
    g_assert_false(smtp_dot_saw_lookalike(&dot));
    g_assert_true(scan(&dot, ".\r\n"));
    g_assert_cmpuint(dot.message_octets, ==, 9);
}

/* lookalike_octets: what of the message is to be taken back when a false end turns out to be one. */
static void test_lookalike_octets(void)
{
    static const struct {
        const char *data;
        uint8_t octets;
    } rows[] = {
        { "a\r\nb\n.\r\n", 3 }, { "a\r\nb\n.\n", 2 }, { "a\n.\r\n", 2 },  { "a\n.\n", 1 },
        { "a\r\n.\n", 1 },      { "a\r\nb\r\n", 0 },  { "a\n.\r\nb", 0 }, { "a\r\n..\r\n", 0 },
        { "a\r\n.\n\n", 2 },    { "a\n.\n\r\n\n", 4 }, { "a\n.\nb\n", 0 }, { "a\r\n\n", 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct smtp_dot dot;
        smtp_dot_start(&dot);
        g_assert_false(scan(&dot, rows[i].data));
        g_test_message("row %zu", i);
        g_assert_cmpuint(dot.lookalike_octets, ==, rows[i].octets);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/smtp/dot/message", test_message);
    g_test_add_func("/smtp/dot/issues", test_issues);
    g_test_add_func("/smtp/dot/issues_cut", test_issues_cut);
    g_test_add_func("/smtp/dot/long_line", test_long_line);
    g_test_add_func("/smtp/dot/lost", test_lost);
    g_test_add_func("/smtp/dot/lookalike_octets", test_lookalike_octets);
    return g_test_run();
}
