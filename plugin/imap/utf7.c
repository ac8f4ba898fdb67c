/* Modified UTF-7, RFC 3501 5.1.3: printable ASCII stands for itself, except "&", which is "&-"; all else is UTF-16 in
 * base64 between "&" and "-", with "," instead of "/" and without padding.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/utf7.h"

#include <glib.h>

static int sextet(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == ',' ? 63 : -1;
}

/* UTF-16, big-endian, out of sextets. */
struct utf16 {
    mw_bytes base64;
    uint32_t at;
    uint32_t bits;   /* not used yet, the last ones read lowest */
    uint32_t n_bits; /* of them; less than 16 between two units */
};

static bool next_unit(struct utf16 *from, uint32_t *unit)
{
    while (from->n_bits < 16 && from->at < from->base64.len) {
        from->bits = (from->bits << 6 | (uint32_t)sextet(from->base64.data[from->at++])) & 0x3FFFFF;
        from->n_bits += 6;
    }
    if (from->n_bits < 16)
        return false;
    from->n_bits -= 16;
    *unit = from->bits >> from->n_bits & 0xFFFF;
    return true;
}

/* False at the end, or with a problem at half of a surrogate pair. */
static bool next_char(struct utf16 *from, gunichar *c, uint32_t *problems)
{
    uint32_t high, low;

    if (!next_unit(from, &high))
        return false;
    *c = high;
    if (high < 0xD800 || high > 0xDFFF)
        return true;
    if (high > 0xDBFF || !next_unit(from, &low) || low < 0xDC00 || low > 0xDFFF) {
        *problems |= IMAP_MAILBOX_SURROGATE;
        return false;
    }
    *c = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

static void append_char(GString *text, gunichar c, uint32_t *problems)
{
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
        *problems |= IMAP_MAILBOX_CONTROL;
        g_string_append_printf(text, "\\x%02X", c);
    } else {
        g_string_append_unichar(text, c);
    }
}

/* What stands between "&" and "-". Half a surrogate pair, or half a unit, and the caller takes it as it is written. */
static bool append_base64(GString *text, mw_bytes base64, uint32_t *problems)
{
    struct utf16 from = { .base64 = base64 };
    uint32_t found = 0;
    gsize before = text->len;
    gunichar c;

    while (next_char(&from, &c, &found)) {
        if (c >= 0x20 && c <= 0x7E)
            found |= IMAP_MAILBOX_ASCII;
        append_char(text, c, &found);
    }
    bool whole = from.n_bits < 6 && (from.bits & ((1u << from.n_bits) - 1)) == 0;
    if (!whole && !(found & IMAP_MAILBOX_SURROGATE))
        found |= IMAP_MAILBOX_ODD_UTF16;
    if (found & (IMAP_MAILBOX_SURROGATE | IMAP_MAILBOX_ODD_UTF16)) {
        g_string_truncate(text, before);
        found &= ~(uint32_t)(IMAP_MAILBOX_ASCII | IMAP_MAILBOX_CONTROL);
    }
    *problems |= found;
    return text->len > before;
}

/* From "&" on. @return octets that were read */
static uint32_t append_shift(GString *text, mw_bytes in, uint32_t *problems)
{
    uint32_t end = 1;

    while (end < in.len && sextet(in.data[end]) >= 0)
        end++;
    bool ended = end < in.len && in.data[end] == '-';
    if (ended && end == 1) {
        g_string_append_c(text, '&');
        return 2;
    }
    if (!ended)
        *problems |= end == 1 ? IMAP_MAILBOX_LONE_AMP : IMAP_MAILBOX_UNENDED;
    uint32_t used = ended ? end + 1 : end;
    if (!ended || !append_base64(text, mw_sub(in, mw_slice_of(1, end - 1)), problems))
        g_string_append_len(text, (const char *)in.data, used);
    if (ended && used + 1 < in.len && in.data[used] == '&' && sextet(in.data[used + 1]) >= 0)
        *problems |= IMAP_MAILBOX_SPLIT;
    return used;
}

/* A character above 0x7F in UTF-8, or one octet that is none. @return octets that were read */
static uint32_t append_8bit(GString *text, mw_bytes in, uint32_t *problems)
{
    gunichar c = g_utf8_get_char_validated((const char *)in.data, (gssize)MIN(in.len, 6u));

    if (c >= 0x80 && c <= 0x10FFFF) {
        *problems |= IMAP_MAILBOX_8BIT;
        append_char(text, c, problems);
        return (uint32_t)g_unichar_to_utf8(c, NULL);
    }
    *problems |= IMAP_MAILBOX_NOT_UTF8;
    g_string_append_printf(text, "\\x%02X", in.data[0]);
    return 1;
}

char *imap_mailbox_decode(mw_bytes name, uint32_t *problems)
{
    GString *text = g_string_sized_new(name.len + 1u);
    uint32_t found = 0, used;

    for (uint32_t at = 0; at < name.len; at += used) {
        mw_bytes in = mw_sub(name, mw_slice_of(at, name.len - at));
        used = 1;
        if (in.data[0] == '&')
            used = append_shift(text, in, &found);
        else if (in.data[0] >= 0x80)
            used = append_8bit(text, in, &found);
        else
            append_char(text, in.data[0], &found);
    }
    if (problems)
        *problems = found;
    return g_string_free(text, FALSE);
}
