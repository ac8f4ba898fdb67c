/* Fuzzes the small texts of IMAP and POP3: mailbox names, sets, names with a meaning, greetings.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "banner.h"
#include "fuzz.h"
#include "imap/names.h"
#include "imap/sets.h"
#include "imap/utf7.h"

static void fuzz_mailbox(mw_bytes in)
{
    uint32_t problems;
    char *text = imap_mailbox_decode(in, &problems);

    fuzz_check_utf8(text);
    FUZZ_CHECK(strlen(text) <= 4 * (size_t)in.len);
    for (const char *p = text; *p; p++)
        FUZZ_CHECK((uint8_t)*p >= 0x20 && *p != 0x7F);
    FUZZ_CHECK(problems || strlen(text) <= 2 * (size_t)in.len);
    g_free(text);
}

static void check_range(const struct imap_range *range)
{
    bool in_order = range->low > 0 && range->low <= range->high;
    FUZZ_CHECK(range->saved ? range->high == 0 : in_order);
}

static void fuzz_ranges(mw_bytes in, const struct imap_set *set)
{
    struct imap_range range;
    uint32_t at = 0, before = 0, n = 0;
    bool forward = true;

    while (imap_set_next(in, &at, &range)) {
        forward = forward && at > before && at <= in.len;
        check_range(&range);
        fuzz_check_slice(range.where, in.len);
        before = at;
        n++;
    }
    FUZZ_CHECK(forward);
    FUZZ_CHECK(n == set->ranges && set->valid == (n > 0 && at == in.len));
}

static void fuzz_set(mw_bytes in)
{
    struct imap_set set;
    struct imap_numbers numbers;
    uint32_t number, n = 0;

    imap_set_measure(in, &set);
    fuzz_ranges(in, &set);
    imap_numbers_start(&numbers, in);
    for (; imap_numbers_next(&numbers, &number); n++)
        FUZZ_CHECK(number >= numbers.range.low && number <= numbers.range.high);
    FUZZ_CHECK(n <= IMAP_MAX_SET_NUMBERS && n <= set.count);
    FUZZ_CHECK(!imap_set_single(in, &number) || (set.valid && set.count == 1));
}

static void fuzz_table(enum imap_names table, mw_bytes in)
{
    const struct imap_name_row *row = imap_name_find(table, in);
    FUZZ_CHECK(!row || mw_starts_nocase(in, row->name));
}

static void fuzz_names(mw_bytes in)
{
    for (int table = 0; table < IMAP_NAMES_COUNT; table++)
        fuzz_table((enum imap_names)table, in);
    char *text = imap_rights_text(in);
    fuzz_check_utf8(text);
    g_free(text);
}

static void fuzz_banner(mw_bytes in, void (*parse)(mw_bytes text, struct mw_banner *out))
{
    struct mw_banner banner;

    parse(in, &banner);
    fuzz_check_slice(banner.domain, in.len);
    fuzz_check_slice(banner.software, in.len);
    fuzz_check_slice(banner.version, in.len);
}

static void fuzz_timestamp(mw_bytes in)
{
    mw_slice timestamp;
    bool valid;
    bool found = mw_find_apop_timestamp(in, &timestamp, &valid);

    fuzz_check_slice(timestamp, in.len);
    FUZZ_CHECK(found == (timestamp.len > 0) && (found || !valid));
    mw_bytes id = mw_sub(in, timestamp);
    FUZZ_CHECK(!found || (id.len >= 2 && id.data[0] == '<' && id.data[id.len - 1] == '>'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = fuzz_copy(data, size);
    mw_bytes in = mw_bytes_of(copy, (uint32_t)size);

    fuzz_mailbox(in);
    fuzz_set(in);
    fuzz_names(in);
    fuzz_banner(in, mw_parse_pop_banner);
    fuzz_banner(in, mw_parse_imap_banner);
    fuzz_timestamp(in);
    FUZZ_CHECK(!mw_is_pop_greeting(in) || !mw_is_imap_greeting(in));
    free(copy);
    return 0;
}
