/* Tests of character classes and of the smallest steps of a parser.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness.h"
#include "issue.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* Every octet of a class, NUL excepted; octets from lowest to highest that are in it besides. */
static const struct {
    const char *name;
    uint8_t class;
    const char *octets;
    unsigned lowest, highest;
    const char *except;
} class_rows[] = {
    { "ALPHA", MW_ALPHA, LETTERS, 1, 0, "" },
    { "DIGIT", MW_DIGIT, DIGITS, 1, 0, "" },
    { "HEX", MW_HEX, DIGITS "abcdefABCDEF", 1, 0, "" },
    { "atext, RFC 5322 3.2.3", MW_ATEXT, LETTERS DIGITS "!#$%&'*+-/=?^_`{|}~", 1, 0, "" },
    { "base64, RFC 4648 4", MW_BASE64, LETTERS DIGITS "+/", 1, 0, "" },
    { "blank", MW_BLANK, " \t", 1, 0, "" },
    { "CTL", MW_CTL, "\x7F", 0, 0x1F, "" },
    { "xchar, RFC 3461 4", MW_XCHAR, "", 0x21, 0x7E, "+=" },
};

static void test_classes(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(class_rows); i++)
        for (unsigned c = 0; c < 256; c++) {
            bool in_range = c >= class_rows[i].lowest && c <= class_rows[i].highest;
            bool listed = c && strchr(class_rows[i].octets, (int)c);
            bool excepted = c && strchr(class_rows[i].except, (int)c);
            if (mw_is((uint8_t)c, class_rows[i].class) != ((in_range || listed) && !excepted))
                g_test_message("%s: 0x%02X", class_rows[i].name, c);
            g_assert_cmpint(mw_is((uint8_t)c, class_rows[i].class), ==, (in_range || listed) && !excepted);
        }
}

static void test_compare(void)
{
    static const struct {
        const char *in, *word;
        bool equal, starts;
        uint32_t found;
    } rows[] = {
        { "mail", "MAIL", true, true, 0 },
        { "MaIl ", "MAIL", false, true, 0 },
        { "mai", "MAIL", false, false, 3 },
        { "", "MAIL", false, false, 0 },
        { "", "", true, true, 0 },
        { "x", "", false, true, 0 },
        { "a mail", "MAIL", false, false, 2 },
        { "a mai", "MAIL", false, false, 5 },
        { "mamail", "MAIL", false, false, 2 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        mw_bytes in = mw_bytes_str(rows[i].in);
        g_test_message("\"%s\", \"%s\"", rows[i].in, rows[i].word);
        g_assert_cmpint(mw_equal_nocase(in, rows[i].word), ==, rows[i].equal);
        g_assert_cmpint(mw_starts_nocase(in, rows[i].word), ==, rows[i].starts);
        g_assert_cmpuint(mw_find_nocase(in, 0, rows[i].word), ==, rows[i].found);
    }
    g_assert_false(mw_equal_nocase(mw_bytes_of("ma\0l", 4), "ma"));
    g_assert_cmpuint(mw_find(mw_bytes_of("a\0b", 3), 0, 0), ==, 1);
    g_assert_cmpuint(mw_find(mw_bytes_str("abab"), 2, 'b'), ==, 3);
    g_assert_cmpuint(mw_find(mw_bytes_str("abab"), 9, 'b'), ==, 4);
    g_assert_cmpuint(mw_find((mw_bytes){ NULL, 0 }, 0, 'b'), ==, 0);
    g_assert_cmpuint(mw_find_nocase(mw_bytes_str("ab ab"), 1, "AB"), ==, 3);
    g_assert_cmpuint(mw_find_nocase(mw_bytes_str("ab"), 7, "AB"), ==, 2);
}

static void test_line(void)
{
    static const struct {
        const char *in;
        mw_status status;
        uint32_t used, text;
        bool bare_lf;
    } rows[] = {
        { "", MW_PARTIAL, 0, 0, false },    { "a", MW_PARTIAL, 0, 1, false },
        { "a\r", MW_PARTIAL, 0, 2, false }, { "a\r\n", MW_OK, 3, 1, false },
        { "a\n", MW_OK, 2, 1, true },       { "\r\n", MW_OK, 2, 0, false },
        { "\n", MW_OK, 1, 0, true },        { "a\rb\r\nc\r\n", MW_OK, 5, 3, false },
        { "a\r\r\n", MW_OK, 4, 2, false },  { "a\nb\r\n", MW_OK, 2, 1, true },
        { "a\n\r", MW_OK, 2, 1, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct mw_line line;
        g_test_message("row %zu", i);
        g_assert_cmpint(mw_parse_line(mw_bytes_str(rows[i].in), &line), ==, rows[i].status);
        g_assert_cmpuint(line.used, ==, rows[i].used);
        g_assert_cmpuint(line.text.offset, ==, 0);
        g_assert_cmpuint(line.text.len, ==, rows[i].text);
        g_assert_cmpint(line.bare_lf, ==, rows[i].bare_lf);
    }
}

static void test_number(void)
{
    static const struct {
        const char *digits;
        bool ok;
        uint64_t value;
    } rows[] = {
        { "0", true, 0 },    { "007", true, 7 },   { "18446744073709551615", true, UINT64_MAX },
        { "", false, 99 },   { " 1", false, 99 },  { "18446744073709551616", false, 99 },
        { "+1", false, 99 }, { "1 ", false, 99 },  { "99999999999999999999999", false, 99 },
        { "-1", false, 99 }, { "0x1", false, 99 }, { "000000000000000000000000000001", true, 1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint64_t value = 99;
        mw_bytes in = mw_bytes_str(rows[i].digits);
        g_test_message("%s", rows[i].digits);
        g_assert_cmpint(mw_parse_number(in, mw_slice_of(0, in.len), &value), ==, rows[i].ok);
        g_assert_cmpuint(value, ==, rows[i].value);
    }
}

static void test_words(void)
{
    static const struct {
        const char *in, *words; /* joined by | */
        uint32_t offset, len;   /* trimmed */
    } rows[] = {
        { "", "", 0, 0 },       { " \t ", "", 3, 0 },          { "a", "a", 0, 1 },
        { "a b", "a|b", 0, 3 }, { " a\t\tbc ", "a|bc", 1, 5 }, { "a\r", "a\r", 0, 2 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        mw_bytes in = mw_bytes_str(rows[i].in);
        mw_slice rest = mw_slice_of(0, in.len), trimmed = mw_slice_trim(in, rest), word;
        GString *words = g_string_new(NULL);
        while ((word = mw_next_word(in, &rest)).len)
            g_string_append_printf(words, "%s%.*s", words->len ? "|" : "", (int)word.len, rows[i].in + word.offset);
        g_assert_cmpstr(words->str, ==, rows[i].words);
        g_assert_cmpuint(trimmed.len, ==, rows[i].len);
        if (trimmed.len)
            g_assert_cmpuint(trimmed.offset, ==, rows[i].offset);
        g_string_free(words, TRUE);
    }
}

static void test_slices(void)
{
    mw_bytes in = mw_bytes_str("abcdef");
    g_assert_cmpuint(mw_sub(in, mw_slice_of(2, 3)).len, ==, 3);
    g_assert_cmpuint(mw_sub(in, mw_slice_of(4, 9)).len, ==, 2);
    g_assert_cmpuint(mw_sub(in, mw_slice_of(6, 1)).len, ==, 0);
    g_assert_cmpuint(mw_sub(in, mw_slice_of(UINT32_MAX, UINT32_MAX)).len, ==, 0);
    g_assert_cmpuint(mw_sub(in, mw_slice_of(1, UINT32_MAX)).len, ==, 5);
    g_assert_null(mw_sub(mw_bytes_of(NULL, 0), mw_slice_of(0, 1)).data);
    g_assert_cmpuint(mw_slice_skip(mw_slice_of(1, 2), 9).offset, ==, 3);
    g_assert_cmpuint(mw_slice_skip(mw_slice_of(1, 2), 9).len, ==, 0);
    char *copy = mw_strdup(mw_bytes_of("abc", 2));
    g_assert_cmpstr(copy, ==, "ab");
    g_free(copy);
}

/* Once per element, the first ones, and silently full. */
static void test_issues(void)
{
    mw_issues issues = { 0 };
    mw_issue_add(&issues, MW_ISSUE_BARE_LF, mw_slice_of(1, 1));
    mw_issue_add(&issues, MW_ISSUE_BARE_LF, mw_slice_of(5, 1));
    g_assert_cmpuint(issues.count, ==, 1);
    g_assert_cmpuint(issues.list[0].where.offset, ==, 1);
    g_assert_false(mw_issue_has(&issues, MW_ISSUE_BARE_CR));
    for (unsigned id = 0; id < MW_MAX_ISSUES * 2; id++)
        mw_issue_add(&issues, (mw_issue_id)id, mw_slice_of(0, 0));
    g_assert_cmpuint(issues.count, ==, MW_MAX_ISSUES);
    g_assert_true(mw_issue_has(&issues, MW_ISSUE_BARE_LF));
}

static void abuse(mw_bytes in)
{
    struct mw_line line;
    mw_slice rest = mw_slice_of(0, in.len);
    uint64_t number;

    mw_parse_line(in, &line);
    mw_parse_number(in, rest, &number);
    mw_slice_trim(in, rest);
    mw_find_nocase(in, 0, "last");
    while (mw_next_word(in, &rest).len)
        ;
    g_free(mw_strdup(in));
}

static void test_abuse(void)
{
    static const char text[] = "BDAT 18446744073709551616 LAST\r\n";
    mw_test_abuse(text, sizeof text - 1, abuse);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/chars/classes", test_classes);
    g_test_add_func("/chars/compare", test_compare);
    g_test_add_func("/chars/line", test_line);
    g_test_add_func("/chars/number", test_number);
    g_test_add_func("/chars/words", test_words);
    g_test_add_func("/chars/slices", test_slices);
    g_test_add_func("/chars/issues", test_issues);
    g_test_add_func("/chars/abuse", test_abuse);
    return g_test_run();
}
