/* sequence-set, uid-set and date-time of RFC 9051 9.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/sets.h"

#include <glib.h>

/* seq-number = nz-number / "*", nz-number = digit-nz *DIGIT below 2^32. Reads at *at and advances it. */
static bool read_number(mw_bytes set, uint32_t *at, uint64_t *number)
{
    mw_slice digits = { *at, 0 };

    if (*at < set.len && set.data[*at] == '*') {
        *number = IMAP_STAR;
        (*at)++;
        return true;
    }
    while (mw_slice_end(digits) < set.len && mw_is(set.data[mw_slice_end(digits)], MW_DIGIT))
        digits.len++;
    if (digits.len == 0 || set.data[digits.offset] == '0' || !mw_parse_number(set, digits, number) ||
        *number > UINT32_MAX)
        return false;
    *at = mw_slice_end(digits);
    return true;
}

/* seq-range = seq-number ":" seq-number */
static bool read_range(mw_bytes set, uint32_t *at, struct imap_range *range)
{
    uint64_t first, second;

    if (!read_number(set, at, &first))
        return false;
    second = first;
    if (*at < set.len && set.data[*at] == ':') {
        (*at)++;
        if (!read_number(set, at, &second))
            return false;
    }
    range->low = MIN(first, second);
    range->high = MAX(first, second);
    return true;
}

/* sequence-set = (seq-number / seq-range) ["," sequence-set]
 * sequence-set =/ seq-last-command
 * seq-last-command = "$"
 * So "$" may only stand last. A comma belongs to the range behind it. */
bool imap_set_next(mw_bytes set, uint32_t *at, struct imap_range *range)
{
    uint32_t from = *at, to;

    *range = (struct imap_range){ 0 };
    if (from >= set.len)
        return false;
    if (from > 0 && set.data[from++] != ',')
        return false;
    to = from;
    if (to < set.len && set.data[to] == '$') {
        range->saved = true;
        to++;
    } else if (!read_range(set, &to, range)) {
        return false;
    }
    if (to < set.len && (range->saved || set.data[to] != ','))
        return false;
    range->where = mw_slice_of(from, to - from);
    *at = to;
    return true;
}

static uint64_t count_of(const struct imap_range *range)
{
    if (range->saved)
        return 0;
    return range->high == IMAP_STAR ? 1 : range->high - range->low + 1;
}

void imap_set_measure(mw_bytes set, struct imap_set *out)
{
    struct imap_range range;
    uint32_t at = 0;

    *out = (struct imap_set){ 0 };
    while (imap_set_next(set, &at, &range)) {
        uint64_t n = count_of(&range);
        out->ranges++;
        out->star = out->star || range.high == IMAP_STAR;
        out->saved = out->saved || range.saved;
        out->count = n > UINT64_MAX - out->count ? UINT64_MAX : out->count + n;
    }
    out->valid = out->ranges > 0 && at == set.len;
}

bool imap_set_single(mw_bytes set, uint32_t *number)
{
    uint64_t value;
    uint32_t at = 0;

    if (!read_number(set, &at, &value) || at < set.len || value == IMAP_STAR)
        return false;
    *number = (uint32_t)value;
    return true;
}

void imap_numbers_start(struct imap_numbers *numbers, mw_bytes set)
{
    *numbers = (struct imap_numbers){ .set = set, .next = 1, .left = IMAP_MAX_SET_NUMBERS };
}

bool imap_numbers_next(struct imap_numbers *numbers, uint32_t *number)
{
    if (numbers->left == 0)
        return false;
    if (numbers->next > numbers->range.high) {
        if (!imap_set_next(numbers->set, &numbers->at, &numbers->range) || numbers->range.saved ||
            numbers->range.high == IMAP_STAR) {
            numbers->left = 0;
            return false;
        }
        numbers->next = numbers->range.low;
    }
    *number = (uint32_t)numbers->next++;
    numbers->left--;
    return true;
}

/* Digits at a fixed place; false with anything else there. */
static bool digits_at(mw_bytes in, uint32_t at, uint32_t len, uint32_t *value)
{
    uint64_t number;

    if (at + len > in.len || !mw_parse_number(in, mw_slice_of(at, len), &number))
        return false;
    *value = (uint32_t)number;
    return true;
}

static GDateMonth month_at(mw_bytes in, uint32_t at)
{
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

    for (size_t i = 0; i < G_N_ELEMENTS(months); i++)
        if (mw_starts_nocase(mw_sub(in, mw_slice_of(at, 3)), months[i]))
            return (GDateMonth)(G_DATE_JANUARY + i);
    return G_DATE_BAD_MONTH;
}

/* in is "-Jul-1996 02:44:25 -0700". @return days since year 1, 0 for no such day */
static uint32_t date_at(mw_bytes in, uint32_t day)
{
    GDate date;
    uint32_t year;
    GDateMonth month = month_at(in, 1);

    if (!digits_at(in, 5, 4, &year) || day > 31 || !g_date_valid_dmy((GDateDay)day, month, (GDateYear)year))
        return 0;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, month, (GDateYear)year);
    return g_date_get_julian(&date);
}

/* date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE
 * date-day-fixed = (SP DIGIT) / 2DIGIT */
bool imap_parse_date_time(mw_bytes in, struct imap_date_time *out)
{
    static const char form[] = "-Mmm-yyyy hh:mm:ss +hhmm";
    const uint32_t epoch = 719163; /* 1970-01-01 in days since year 1 */
    uint32_t dash = mw_find(in, 0, '-'), day, hour = 0, minute = 0, second = 0, zone_hour = 0, zone_minute = 0;
    uint32_t blanks = dash > 1 && in.data[0] == ' ';

    if (dash > 2 || !digits_at(in, blanks, dash - blanks, &day) || in.len - dash != sizeof form - 1)
        return false;
    mw_bytes rest = mw_sub(in, mw_slice_of(dash, in.len - dash));
    for (uint32_t i = 0; i < rest.len; i++)
        if (strchr("- :", form[i]) && rest.data[i] != (uint8_t)form[i])
            return false;
    uint32_t days = date_at(rest, day);
    bool time = digits_at(rest, 10, 2, &hour) && digits_at(rest, 13, 2, &minute) && digits_at(rest, 16, 2, &second);
    bool zone = (rest.data[19] == '+' || rest.data[19] == '-') && digits_at(rest, 20, 2, &zone_hour) &&
                digits_at(rest, 22, 2, &zone_minute);
    if (!days || !time || !zone || hour > 23 || minute > 59 || second > 60 || zone_hour > 23 || zone_minute > 59)
        return false;
    int32_t minutes = (int32_t)(zone_hour * 60 + zone_minute);
    out->zone_minutes = (int16_t)(rest.data[19] == '-' ? -minutes : minutes);
    out->utc_seconds = ((int64_t)days - epoch) * 86400 + hour * 3600 + minute * 60 + second - out->zone_minutes * 60;
    return true;
}
