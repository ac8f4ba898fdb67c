/* sequence-set and uid-set of RFC 9051 9.
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
