/* What the values of ESMTP parameters mean, as text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "smtp/params.h"
#include "smtp/params_value.h"

/* Longest \x{HEX} without "\x{" and "}": the code points end at 10FFFF. */
#define MAX_HEX_POINT 6

/* Adds an octet that stands for itself, a control character as \xHH; returns its length. */
static uint32_t add_octet(GString *text, uint8_t c)
{
    if (mw_is(c, MW_CTL))
        g_string_append_printf(text, "\\x%02X", c);
    else
        g_string_append_c(text, (char)c);
    return 1;
}

/* The text as valid UTF-8 in *out, when it is asked for and ok; text is freed. */
static bool finish(GString *text, bool ok, char **out)
{
    if (ok && out)
        *out = g_utf8_make_valid(text->str, (gssize)text->len);
    g_string_free(text, TRUE);
    return ok;
}

/* hexchar = "+" 2HEXDIG at `at`; adds its octet and returns its length, 0 when it is none. */
static uint32_t add_hexchar(mw_bytes in, uint32_t at, GString *text)
{
    if (in.len - at < 3 || !mw_is(in.data[at + 1], MW_HEX) || !mw_is(in.data[at + 2], MW_HEX))
        return 0;
    int high = g_ascii_xdigit_value((char)in.data[at + 1]), low = g_ascii_xdigit_value((char)in.data[at + 2]);
    add_octet(text, (uint8_t)(high * 16 + low));
    return 3;
}

bool smtp_xtext_decode(mw_bytes in, char **out)
{
    GString *text = g_string_new(NULL);
    uint32_t i = 0;

    while (i < in.len) {
        uint32_t used = 0;
        if (in.data[i] == '+')
            used = add_hexchar(in, i, text);
        else if (mw_is(in.data[i], MW_XCHAR))
            used = add_octet(text, in.data[i]);
        if (used == 0)
            break;
        i += used;
    }
    return finish(text, i == in.len, out);
}

/* EmbeddedUnicodeChar = "\x{" HEXPOINT "}" at `at`, RFC 6533 3; adds the character and returns its length, 0 when it is
 * none. */
static uint32_t add_code_point(mw_bytes in, uint32_t at, GString *text)
{
    mw_bytes rest = mw_sub(in, mw_slice_of(at, in.len - at));
    gunichar point = 0;
    uint32_t i = 3;

    if (!mw_starts_nocase(rest, "\\x{"))
        return 0;
    for (; i < rest.len && i < 3 + MAX_HEX_POINT && mw_is(rest.data[i], MW_HEX); i++)
        point = point * 16 + (gunichar)g_ascii_xdigit_value((char)rest.data[i]);
    if (i == 3 || i == rest.len || rest.data[i] != '}' || !g_unichar_validate(point))
        return 0;
    if (point < 0x80)
        add_octet(text, (uint8_t)point);
    else
        g_string_append_unichar(text, point);
    return i + 1;
}

bool smtp_utf8_addr_decode(mw_bytes in, char **out)
{
    GString *text = g_string_new(NULL);
    uint32_t i = 0;

    while (i < in.len) {
        uint8_t c = in.data[i];
        uint32_t used = 0;
        if (c == '+')
            used = add_hexchar(in, i, text);
        else if (c == '\\')
            used = add_code_point(in, i, text);
        else if (mw_is(c, MW_XCHAR) || c > 0x7F)
            used = add_octet(text, c);
        if (used == 0)
            break;
        i += used;
    }
    return finish(text, i == in.len, out);
}

/* The decoded xtext, NULL when it is what is written. */
static char *decode_xtext(mw_bytes value)
{
    char *text = NULL;
    if (mw_find(value, 0, '+') < value.len)
        smtp_xtext_decode(value, &text);
    return text;
}

/* RFC 4954 5 */
static char *decode_auth(mw_bytes value)
{
    if (mw_equal_nocase(value, "<>"))
        return g_strdup("submitter unknown or not authenticated");
    return decode_xtext(value);
}

/* RFC 6152, 3030 */
static char *decode_body(mw_bytes value)
{
    if (mw_equal_nocase(value, "7BIT"))
        return g_strdup("7-bit text");
    return g_strdup(mw_equal_nocase(value, "8BITMIME") ? "8-bit MIME" : "binary MIME, not divided into lines");
}

/* RFC 3461 4.3 */
static char *decode_ret(mw_bytes value)
{
    return g_strdup(mw_equal_nocase(value, "FULL") ? "return the whole message" : "return the header only");
}

/* Digits of a number of seconds, with its unit. Nine digits at most, see the checks. */
static char *format_seconds(mw_bytes digits)
{
    bool one = mw_equal_nocase(digits, "1");
    return g_strdup_printf("%.*s second%s", (int)digits.len, (const char *)digits.data, one ? "" : "s");
}

/* RFC 2852 4 */
static char *decode_by(mw_bytes value)
{
    struct smtp_by by;
    if (!smtp_parse_by(value, &by))
        return NULL;
    char *seconds = format_seconds(mw_sub(value, by.seconds));
    char *text = g_strconcat(seconds, by.returns ? ", return" : ", notify", by.trace ? ", trace" : NULL, NULL);
    g_free(seconds);
    return text;
}

/* RFC 6710 4.1: higher numbers are more urgent, 0 is normal. */
static char *decode_priority(mw_bytes value)
{
    if (mw_equal_nocase(value, "0"))
        return g_strdup("normal");
    bool minus = value.data[0] == '-';
    bool extreme = value.data[value.len - 1] == '9';
    if (extreme)
        return g_strdup(minus ? "lowest" : "highest");
    return g_strdup(minus ? "below normal" : "above normal");
}

/* RFC 3885 3.1: the certifier is the SHA-1 of a secret, base64. */
static char *decode_mtrk(mw_bytes value)
{
    struct smtp_mtrk mtrk;
    if (!smtp_parse_mtrk(value, &mtrk))
        return NULL;
    char *base64 = mw_strdup(mw_sub(value, mtrk.certifier));
    gsize len = 0;
    guchar *octets = g_base64_decode(base64, &len);
    GString *text = g_string_new("certifier ");
    for (gsize i = 0; i < len; i++)
        g_string_append_printf(text, "%02x", octets[i]);
    if (mtrk.seconds.len) {
        char *seconds = format_seconds(mw_sub(value, mtrk.seconds));
        g_string_append_printf(text, ", %s", seconds);
        g_free(seconds);
    }
    g_free(octets);
    g_free(base64);
    return g_string_free(text, FALSE);
}

/* RFC 3461 4.1 */
static char *decode_notify(mw_bytes value)
{
    GString *text = g_string_new(NULL);
    mw_slice word;

    for (uint32_t from = 0; smtp_next_notify(value, &from, &word);) {
        char *lower = g_ascii_strdown((const char *)value.data + word.offset, (gssize)word.len);
        g_string_append_printf(text, "%s%s%s", text->len ? ", " : "", strcmp(lower, "never") ? "on " : "", lower);
        g_free(lower);
    }
    return g_string_free(text, FALSE);
}

/* RFC 3461 4.2, RFC 6533 3 */
static char *decode_orcpt(mw_bytes value)
{
    struct smtp_orcpt orcpt;
    char *address = NULL;

    if (!smtp_parse_orcpt(value, &orcpt))
        return NULL;
    mw_bytes encoded = mw_sub(value, orcpt.address);
    if (orcpt.utf8 && mw_find(encoded, 0, '+') == encoded.len && mw_find(encoded, 0, '\\') == encoded.len)
        return NULL;
    if (orcpt.utf8)
        smtp_utf8_addr_decode(encoded, &address);
    else
        address = decode_xtext(encoded);
    if (!address)
        return NULL;
    char *text = g_strdup_printf("%.*s;%s", (int)orcpt.type.len, (const char *)value.data, address);
    g_free(address);
    return text;
}

/* RFC 7293 5.1: the action is for a next server without RRVS. */
static char *decode_rrvs(mw_bytes value)
{
    struct smtp_rrvs rrvs;
    if (!smtp_parse_rrvs(value, &rrvs))
        return NULL;
    const char *action = "";
    if (rrvs.action)
        action = rrvs.action == 'C' ? ", continue without support" : ", reject without support";
    return g_strdup_printf("recipient valid since %.*s%s", (int)rrvs.since.len, (const char *)value.data, action);
}

static char *(*const decoders[])(mw_bytes value) = {
    [SMTP_VALUE_BODY] = decode_body,
    [SMTP_VALUE_AUTH] = decode_auth,
    [SMTP_VALUE_RET] = decode_ret,
    [SMTP_VALUE_ENVID] = decode_xtext,
    [SMTP_VALUE_BY] = decode_by,
    [SMTP_VALUE_HOLDFOR] = format_seconds,
    [SMTP_VALUE_MTRK] = decode_mtrk,
    [SMTP_VALUE_SUBMITTER] = decode_xtext,
    [SMTP_VALUE_PRIORITY] = decode_priority,
    [SMTP_VALUE_ALT_ADDRESS] = decode_xtext,
    [SMTP_VALUE_NOTIFY] = decode_notify,
    [SMTP_VALUE_ORCPT] = decode_orcpt,
    [SMTP_VALUE_RRVS] = decode_rrvs,
};

char *smtp_param_decode(mw_bytes in, const struct smtp_param *param)
{
    if (!param->row || !param->has_value || mw_issue_has(&param->issues, MW_ISSUE_PARAMETER_VALUE))
        return NULL;
    mw_bytes value = mw_sub(in, param->value);
    char *(*decode)(mw_bytes) = param->row->kind < G_N_ELEMENTS(decoders) ? decoders[param->row->kind] : NULL;
    return decode && value.len ? decode(value) : NULL;
}
