/* The base64 framing of SASL exchanges, and their octets as readable text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "sasl.h"

#define HIDDEN "********"

static mw_bytes without_blanks(mw_bytes in)
{
    return mw_sub(in, mw_slice_trim(in, mw_slice_of(0, in.len)));
}

/* RFC 4648 4, with padding: groups of four, of which the last may end with one or two "=". */
static bool is_base64(mw_bytes in)
{
    uint32_t n = in.len;

    if (n % 4)
        return false;
    for (int pad = 0; pad < 2 && n && in.data[n - 1] == '='; pad++)
        n--;
    for (uint32_t i = 0; i < n; i++)
        if (!mw_is(in.data[i], MW_BASE64))
            return false;
    return true;
}

bool sasl_decode(mw_bytes base64, uint8_t **out, uint32_t *len)
{
    mw_bytes in = without_blanks(base64);
    int state = 0;
    guint save = 0;

    *out = NULL;
    *len = 0;
    if (in.len == 0 || mw_equal_nocase(in, "="))
        return true;
    if (!is_base64(in))
        return false;
    *out = g_malloc(in.len / 4 * 3 + 3);
    *len = (uint32_t)g_base64_decode_step((const char *)in.data, in.len, *out, &state, &save);
    return true;
}

bool sasl_is_cancel(mw_bytes line)
{
    return mw_equal_nocase(without_blanks(line), "*");
}

/* What "=2C", "=3D" or a backslash stands for at in[i], and how many octets it takes; else the octet itself. */
static uint8_t unescape(mw_bytes in, uint32_t i, enum sasl_coding coding, uint32_t *used)
{
    mw_bytes three = mw_sub(in, mw_slice_of(i, 3));
    bool comma = mw_equal_nocase(three, "=2C");

    *used = 1;
    if (coding == SASL_NAME && (comma || mw_equal_nocase(three, "=3D"))) {
        *used = 3;
        return comma ? ',' : '=';
    }
    if (coding == SASL_QUOTED && in.data[i] == '\\' && i + 1 < in.len) {
        *used = 2;
        return in.data[i + 1];
    }
    return in.data[i];
}

/* Characters that are no controls (C0, DEL, C1) are kept; all other octets become \xHH, or \0 and \1. */
static void append_text(GString *to, mw_bytes in)
{
    for (uint32_t i = 0; i < in.len;) {
        gunichar c = g_utf8_get_char_validated((const char *)in.data + i, in.len - i);
        bool valid = in.data[i] && c != (gunichar)-1 && c != (gunichar)-2;
        if (valid && g_unichar_type(c) != G_UNICODE_CONTROL) {
            uint32_t n = (uint32_t)g_utf8_skip[in.data[i]];
            g_string_append_len(to, (const char *)in.data + i, n);
            i += n;
            continue;
        }
        g_string_append_printf(to, in.data[i] < 2 ? "\\%u" : "\\x%02x", in.data[i]);
        i++;
    }
}

static void append_hex(GString *to, mw_bytes in)
{
    for (uint32_t i = 0; i < in.len && i < SASL_MAX_HEX; i++)
        g_string_append_printf(to, "%02x", in.data[i]);
    if (in.len > SASL_MAX_HEX)
        g_string_append(to, "…");
}

/* UTF-16, little-endian; a lone surrogate becomes U+FFFD, an odd last octet is dropped. */
static void append_utf16(GString *to, mw_bytes in)
{
    for (uint32_t i = 0; i + 1 < in.len; i += 2) {
        gunichar c = in.data[i] | (gunichar)in.data[i + 1] << 8;
        gunichar low = i + 3 < in.len ? in.data[i + 2] | (gunichar)in.data[i + 3] << 8 : 0;
        if ((c & 0xFC00) == 0xD800 && (low & 0xFC00) == 0xDC00) {
            c = 0x10000 + ((c & 0x3FF) << 10) + (low & 0x3FF);
            i += 2;
        }
        char utf8[6];
        bool fine = g_unichar_validate(c) && c;
        append_text(to, mw_bytes_of(utf8, (uint32_t)g_unichar_to_utf8(fine ? c : 0xFFFD, utf8)));
    }
}

char *sasl_value(const struct sasl_item *item, mw_bytes decoded)
{
    mw_bytes in = mw_sub(decoded, item->value);
    GString *to = g_string_new(NULL);

    if (item->coding == SASL_HEX) {
        append_hex(to, in);
        return g_string_free(to, FALSE);
    }
    if (item->coding == SASL_UTF16LE) {
        append_utf16(to, in);
        return g_string_free(to, FALSE);
    }
    GString *plain = g_string_sized_new(in.len);
    for (uint32_t i = 0, used = 0; i < in.len; i += used)
        g_string_append_c(plain, (char)unescape(in, i, item->coding, &used));
    append_text(to, mw_bytes_of(plain->str, (uint32_t)plain->len));
    g_string_free(plain, TRUE);
    return g_string_free(to, FALSE);
}

/* Not UTF-8, or with controls other than the separators NUL and Ctrl-A and the ends of lines. */
static bool is_binary(const struct sasl_message *message, mw_bytes in)
{
    if (message->binary)
        return true;
    for (uint32_t i = 0; i < in.len; i++)
        if (in.data[i] > 1 && in.data[i] != '\t' && in.data[i] != '\r' && in.data[i] != '\n' &&
            mw_is(in.data[i], MW_CTL))
            return true;
    for (uint32_t from = 0; from < in.len;) {
        uint32_t end = mw_find(in, from, 0);
        if (!g_utf8_validate((const char *)in.data + from, end - from, NULL))
            return true;
        from = end + 1;
    }
    return false;
}

static bool is_secret(const struct sasl_item *item)
{
    return item->value.len && (item->field == SASL_PASSWORD || item->field == SASL_SECRET_PROOF);
}

/* The secret that begins first at or after from; NULL without one. */
static const struct sasl_item *next_secret(const struct sasl_message *message, uint32_t from)
{
    const struct sasl_item *next = NULL;

    for (uint8_t i = 0; i < message->count; i++) {
        const struct sasl_item *item = &message->items[i];
        if (is_secret(item) && item->value.offset >= from && (!next || item->value.offset < next->value.offset))
            next = item;
    }
    return next;
}

static void append_hidden(GString *to)
{
    g_string_append(to, HIDDEN);
}

static void append_hiding(GString *to, const struct sasl_message *message, mw_bytes in)
{
    uint32_t from = 0;
    const struct sasl_item *secret;

    while ((secret = next_secret(message, from))) {
        append_text(to, mw_sub(in, mw_slice_of(from, secret->value.offset - from)));
        append_hidden(to);
        from = mw_slice_end(secret->value);
    }
    append_text(to, mw_sub(in, mw_slice_of(from, in.len)));
}

char *sasl_describe(const struct sasl_message *message, mw_bytes decoded, bool hide_secrets)
{
    bool binary = is_binary(message, decoded);
    GString *to = g_string_new(NULL);

    if (decoded.len == 0)
        return g_string_free(to, FALSE);
    if (hide_secrets && (binary || message->opaque))
        g_string_append(to, HIDDEN);
    else if (binary)
        append_hex(to, decoded);
    else if (hide_secrets)
        append_hiding(to, message, decoded);
    else
        append_text(to, decoded);
    return g_string_free(to, FALSE);
}
