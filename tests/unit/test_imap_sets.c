/* Sets of numbers of IMAP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "harness.h"
#include "imap/sets.h"

static const struct {
    const char *set;
    const char *ranges; /* as low-high in the order of the set, "s" for "$", "*" for IMAP_STAR */
    bool valid, star, saved;
    uint64_t count;
} sets[] = {
    { "1", "1-1", true, false, false, 1 },
    { "17", "17-17", true, false, false, 1 },
    { "1:5", "1-5", true, false, false, 5 },
    { "5:1", "1-5", true, false, false, 5 },
    { "3:3", "3-3", true, false, false, 1 },
    { "2,4:7,9,12:*", "2-2 4-7 9-9 12-*", true, true, false, 7 },
    { "*:4,5:7", "4-* 5-7", true, true, false, 4 },
    { "*", "*-*", true, true, false, 1 },
    { "*:*", "*-*", true, true, false, 1 },
    { "1:*", "1-*", true, true, false, 1 },
    { "$", "s", true, false, true, 0 },
    { "1,$", "1-1 s", true, false, true, 1 },
    { "1:3,2:4", "1-3 2-4", true, false, false, 6 },
    { "4294967295", "4294967295-4294967295", true, false, false, 1 },
    { "4294967295:*", "4294967295-*", true, true, false, 1 },
    { "1:4294967295", "1-4294967295", true, false, false, 4294967295u },
    { "1:4294967295,1:4294967295", "1-4294967295 1-4294967295", true, false, false, 8589934590u },
    /* not valid */
    { "", "", false, false, false, 0 },
    { "0", "", false, false, false, 0 },
    { "01", "", false, false, false, 0 },
    { "1,0", "1-1", false, false, false, 1 },
    { "1:0", "", false, false, false, 0 },
    { "4294967296", "", false, false, false, 0 },
    { "1:4294967296", "", false, false, false, 0 },
    { "99999999999999999999999", "", false, false, false, 0 },
    { "1,", "1-1", false, false, false, 1 },
    { ",1", "", false, false, false, 0 },
    { "1,,2", "1-1", false, false, false, 1 },
    { "1:", "", false, false, false, 0 },
    { ":1", "", false, false, false, 0 },
    { "1:2:3", "", false, false, false, 0 },
    { "1 2", "", false, false, false, 0 },
    { "1,2 ", "1-1", false, false, false, 1 },
    { " 1", "", false, false, false, 0 },
    { "-1", "", false, false, false, 0 },
    { "+1", "", false, false, false, 0 },
    { "1:2,x", "1-2", false, false, false, 2 },
    { "$,1", "", false, false, false, 0 },
    { "$:1", "", false, false, false, 0 },
    { "1:$", "", false, false, false, 0 },
    { "$$", "", false, false, false, 0 },
    { "**", "", false, false, false, 0 },
    { "NIL", "", false, false, false, 0 },
};

static void append_number(GString *to, uint64_t number)
{
    if (number == IMAP_STAR)
        g_string_append_c(to, '*');
    else
        g_string_append_printf(to, "%" G_GUINT64_FORMAT, number);
}

static char *ranges_of(mw_bytes set, uint32_t *at)
{
    GString *text = g_string_new(NULL);
    struct imap_range range;

    while (imap_set_next(set, at, &range)) {
        g_assert_cmpuint(mw_slice_end(range.where), ==, *at);
        g_assert_cmpuint(range.where.len, >, 0);
        g_string_append(text, text->len ? " " : "");
        if (range.saved) {
            g_string_append_c(text, 's');
            continue;
        }
        append_number(text, range.low);
        g_string_append_c(text, '-');
        append_number(text, range.high);
    }
    return g_string_free(text, FALSE);
}

static void test_sets(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        mw_bytes in = mw_bytes_str(sets[i].set);
        struct imap_set set;
        uint32_t at = 0;
        g_test_message("%s", sets[i].set);
        char *ranges = ranges_of(in, &at);
        g_assert_cmpstr(ranges, ==, sets[i].ranges);
        g_free(ranges);
        imap_set_measure(in, &set);
        g_assert_cmpint(set.valid, ==, sets[i].valid);
        g_assert_cmpint(set.valid, ==, in.len > 0 && at == in.len);
        g_assert_cmpint(set.star, ==, sets[i].star);
        g_assert_cmpint(set.saved, ==, sets[i].saved);
        g_assert_cmpuint(set.count, ==, sets[i].count);
    }
}

static void test_single(void)
{
    static const char *const no[] = { "", "0", "*", "$", "1:1", "1,2", "1,", "1 ", "4294967296", "x" };
    uint32_t number = 7;

    for (size_t i = 0; i < G_N_ELEMENTS(no); i++)
        g_assert_false(imap_set_single(mw_bytes_str(no[i]), &number));
    g_assert_cmpuint(number, ==, 7);
    g_assert_true(imap_set_single(mw_bytes_str("4294967295"), &number));
    g_assert_cmpuint(number, ==, UINT32_MAX);
}

static void assert_numbers(const char *set, const char *expect)
{
    GString *text = g_string_new(NULL);
    struct imap_numbers numbers;
    uint32_t number;

    imap_numbers_start(&numbers, mw_bytes_str(set));
    while (imap_numbers_next(&numbers, &number))
        g_string_append_printf(text, "%s%u", text->len ? " " : "", number);
    g_assert_false(imap_numbers_next(&numbers, &number));
    g_assert_cmpstr(text->str, ==, expect);
    g_string_free(text, TRUE);
}

static void test_numbers(void)
{
    assert_numbers("2,10:12,4:3", "2 10 11 12 3 4");
    assert_numbers("1", "1");
    assert_numbers("4294967294:4294967295", "4294967294 4294967295");
    assert_numbers("7,4294967295,8", "7 4294967295 8");
    assert_numbers("1,5:*,7", "1");
    assert_numbers("1,$", "1");
    assert_numbers("*", "");
    assert_numbers("3,4,x", "3 4");
    assert_numbers("", "");
}

static void test_limit(void)
{
    struct imap_numbers numbers;
    uint32_t number = 0, n = 0;

    imap_numbers_start(&numbers, mw_bytes_str("1:4294967295,1:4294967295"));
    while (imap_numbers_next(&numbers, &number))
        g_assert_cmpuint(number, ==, ++n);
    g_assert_cmpuint(n, ==, IMAP_MAX_SET_NUMBERS);
    g_assert_cmpuint(numbers.range.where.len, ==, strlen("1:4294967295"));
}

/* Linear in octets, whatever they stand for. */
static void test_long(void)
{
    GString *text = g_string_new("1:4294967295");
    struct imap_set set;

    while (text->len < 8 * 1024 * 1024)
        g_string_append(text, ",1:4294967295");
    imap_set_measure(mw_bytes_of(text->str, (uint32_t)text->len), &set);
    g_assert_true(set.valid);
    g_assert_cmpuint(set.count, ==, set.ranges * (uint64_t)UINT32_MAX);
    g_string_assign(text, "1");
    while (text->len < 8 * 1024 * 1024)
        g_string_append_c(text, '1');
    imap_set_measure(mw_bytes_of(text->str, (uint32_t)text->len), &set);
    g_assert_false(set.valid);
    g_string_free(text, TRUE);
}

static void parse(mw_bytes in)
{
    struct imap_set set;
    struct imap_numbers numbers;
    uint32_t number, n = 0;

    imap_set_measure(in, &set);
    g_assert_cmpuint(set.ranges, <=, in.len);
    imap_numbers_start(&numbers, in);
    while (imap_numbers_next(&numbers, &number)) {
        g_assert_cmpuint(number, >, 0);
        n++;
    }
    g_assert_cmpuint(n, <=, MIN(set.count, IMAP_MAX_SET_NUMBERS));
    if (imap_set_single(in, &number))
        g_assert_cmpuint(set.count, ==, 1);
}

static void test_abuse(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++)
        mw_test_abuse(sets[i].set, strlen(sets[i].set), parse);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap/sets/sets", test_sets);
    g_test_add_func("/imap/sets/single", test_single);
    g_test_add_func("/imap/sets/numbers", test_numbers);
    g_test_add_func("/imap/sets/limit", test_limit);
    g_test_add_func("/imap/sets/long", test_long);
    g_test_add_func("/imap/sets/abuse", test_abuse);
    return g_test_run();
}
