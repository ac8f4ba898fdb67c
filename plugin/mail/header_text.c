/* Text of header fields as UTF-8. GMime brings the names of charsets and iconv. Its own decoder of encoded words is not
 * used: it stops at an empty word, drops what has no padding or an unknown charset, does not join base64 words that are
 * cut inside a character, and its result depends on the locale.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <gmime/gmime-charset.h>
#include <gmime/gmime-iconv.h>

#include "mail/header_text.h"

/* Octets that iconv writes in one call. */
#define CONVERT_OCTETS 1024
/* Most charsets whose converters are kept open or known to be missing: more than any system's iconv has names. */
#define MAX_CONVERTERS 2048

/* U+FFFD, for what has no character. */
static const char replacement[] = "\xEF\xBF\xBD";

/* windows-1252 in 0x80..0x9F; octets without a character keep their number, as browsers and mail readers do. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
};

/* Charsets that senders name when they mean a larger one. That one is tried when the named one does not fit. */
static const struct {
    const char *name, *larger;
} larger_charsets[] = {
    { "big5", "BIG5-HKSCS" }, { "euc-jp", "EUC-JP-MS" },  { "euc-kr", "CP949" },      { "gb2312", "GB18030" },
    { "gbk", "GB18030" },     { "iso-8859-9", "CP1254" }, { "iso-8859-11", "CP874" }, { "ks_c_5601-1987", "CP949" },
    { "shift_jis", "CP932" }, { "tis-620", "CP874" },
};

/* Adjacent encoded words of one charset, collected before the charset is converted. */
struct run {
    GString *octets;
    char charset[MAIL_MAX_CHARSET + 1];
    uint32_t bits; /* base64: bits of a quantum that the last word did not complete */
    int bit_count;
};

static bool charset_octet(uint8_t c)
{
    return g_ascii_isalnum((char)c) || strchr("-_.:+()", c) != NULL;
}

/* Offset of the first '?' or '*' behind a charset or language, or in.len when another octet comes first. */
static uint32_t charset_end(mw_bytes in, uint32_t at)
{
    uint32_t limit = in.len - at > MAIL_MAX_CHARSET ? at + MAIL_MAX_CHARSET : in.len;
    while (at < limit && in.data[at] && charset_octet(in.data[at]))
        at++;
    return at < in.len && (in.data[at] == '?' || in.data[at] == '*') ? at : in.len;
}

/* Offset of the "?=" that ends an encoded text, or in.len. Another "=?" first means that this one has no end; looking
 * no further also keeps the cost of many unfinished words in proportion to their octets. */
static uint32_t encoded_text_end(mw_bytes in, uint32_t at)
{
    for (; at + 1 < in.len; at++) {
        if (in.data[at] == '?' && in.data[at + 1] == '=')
            return at;
        if (in.data[at] == '=' && in.data[at + 1] == '?' && (at + 2 >= in.len || in.data[at + 2] != '='))
            return in.len;
    }
    return in.len;
}

bool mail_parse_encoded_word(mw_bytes in, uint32_t at, struct mail_encoded_word *out)
{
    if (at > in.len || in.len - at < 7 || in.data[at] != '=' || in.data[at + 1] != '?')
        return false;
    uint32_t charset = at + 2, end = charset_end(in, charset), language = end;
    if (end == in.len || end == charset)
        return false;
    if (in.data[end] == '*')
        language = charset_end(in, end + 1);
    if (in.len - language < 5 || in.data[language] != '?' || in.data[language + 2] != '?')
        return false;
    char encoding = g_ascii_toupper((char)in.data[language + 1]);
    uint32_t text = language + 3, close = encoded_text_end(in, text);
    if ((encoding != 'B' && encoding != 'Q') || close == in.len)
        return false;
    *out = (struct mail_encoded_word){
        .charset = { charset, end - charset },
        .encoding = encoding,
        .text = { text, close - text },
        .end = close + 2,
    };
    return true;
}

static int base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Base64 into the run. Octets outside the alphabet are skipped, and '=' ends a quantum wherever it stands. What a word
 * leaves over goes to the next word unless it is what an encoder leaves at its end: less than six bits, all zero. */
static void append_base64(struct run *run, mw_bytes text)
{
    for (uint32_t i = 0; i < text.len; i++) {
        int value = base64_value(text.data[i]);
        if (text.data[i] == '=')
            run->bit_count = 0;
        if (value < 0)
            continue;
        run->bits = (run->bits << 6 | (uint32_t)value) & 0xFFFF;
        run->bit_count += 6;
        if (run->bit_count < 8)
            continue;
        run->bit_count -= 8;
        g_string_append_c(run->octets, (char)(run->bits >> run->bit_count));
    }
    if (run->bit_count < 6 && (run->bits & ((1U << run->bit_count) - 1)) == 0)
        run->bit_count = 0;
}

/* The Q encoding, RFC 2047 4.2, into the run. '=' without two hex digits stands for itself. */
static void append_q(struct run *run, mw_bytes text)
{
    for (uint32_t i = 0; i < text.len; i++) {
        char c = (char)text.data[i];
        if (c == '_')
            c = ' ';
        if (c == '=' && text.len - i > 2 && mw_is(text.data[i + 1], MW_HEX) && mw_is(text.data[i + 2], MW_HEX)) {
            int high = g_ascii_xdigit_value((char)text.data[i + 1]), low = g_ascii_xdigit_value((char)text.data[i + 2]);
            c = (char)(high << 4 | low);
            i += 2;
        }
        g_string_append_c(run->octets, c);
    }
}

static void append_windows_1252(GString *out, mw_bytes in)
{
    for (uint32_t i = 0; i < in.len; i++) {
        uint8_t c = in.data[i];
        if (c < 0x80)
            g_string_append_c(out, (char)c);
        else
            g_string_append_unichar(out, c < 0xA0 ? windows_1252[c - 0x80] : c);
    }
}

/* UTF-8 that may hold NUL. */
static bool is_utf8(mw_bytes in)
{
    const char *p = (const char *)in.data, *end = p + in.len;
    while (p < end && !g_utf8_validate_len(p, (size_t)(end - p), &p) && *p == '\0')
        p++;
    return p == end;
}

static bool has_multibyte(mw_bytes in)
{
    for (uint32_t i = 0; i < in.len; i++)
        if (in.data[i] >= 0x80 && g_utf8_get_char_validated((const char *)in.data + i, in.len - i) < 0x110000)
            return true;
    return false;
}

/* Octets that were said to be UTF-8, or nothing that is known. With good characters among the bad, the bad ones are
 * damage (a sender cut the text); without, it is windows-1252. */
static void append_utf8_leniently(GString *out, mw_bytes in)
{
    if (!is_utf8(in) && !has_multibyte(in))
        append_windows_1252(out, in);
    else
        g_string_append_len(out, (const char *)in.data, in.len);
}

static void append_replacement(GString *out)
{
    g_string_append(out, replacement);
}

/* Converts all of in to the end of out. strict: false at the first octet that does not fit; else U+FFFD for each. */
static bool convert(iconv_t cd, mw_bytes in, GString *out, bool strict)
{
    char *from = (char *)(uintptr_t)in.data;
    size_t left = in.len;
    bool flushed = false;

    while (!flushed) {
        char buffer[CONVERT_OCTETS], *to = buffer;
        size_t room = sizeof buffer, before = left;
        flushed = left == 0;
        errno = 0;
        size_t result = flushed ? iconv(cd, NULL, NULL, &to, &room) : iconv(cd, &from, &left, &to, &room);
        int error = errno;
        g_string_append_len(out, buffer, to - buffer);
        if (result != (size_t)-1 || flushed || (error == E2BIG && (left < before || to > buffer)))
            continue;
        if (strict)
            return false;
        append_replacement(out);
        from++;
        left--;
    }
    return true;
}

static void close_converter(gpointer cd)
{
    if ((iconv_t)cd != (iconv_t)-1)
        g_mime_iconv_close((iconv_t)cd);
}

/* From a charset to UTF-8; (iconv_t)-1 for an unknown charset. Converters stay open, because opening one can load a
 * library, and mail that alternates between charsets would do that for every word. */
static iconv_t converter(const char *charset)
{
    static GHashTable *converters; /* lower-case charset to iconv_t */
    gpointer cd;

    if (!converters)
        converters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, close_converter);
    char *name = g_ascii_strdown(charset, -1);
    if (g_hash_table_lookup_extended(converters, name, NULL, &cd)) {
        g_free(name);
        return (iconv_t)cd;
    }
    if (g_hash_table_size(converters) >= MAX_CONVERTERS)
        g_hash_table_remove_all(converters);
    cd = g_mime_iconv_open("UTF-8", name);
    g_hash_table_insert(converters, name, cd);
    return (iconv_t)cd;
}

bool mail_charset_is_known(mw_bytes charset)
{
    static const char *const none[] = { "unknown", "unknown-8bit", "x-unknown", "x-user-defined", "default",
                                        "locale",  "internal",     "char",      "wchar_t" };
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        if (mw_equal_nocase(charset, none[i]))
            return false;
    char name[MAIL_MAX_CHARSET + 1] = { 0 };
    if (charset.len == 0 || charset.len > MAIL_MAX_CHARSET)
        return false;
    memcpy(name, charset.data, charset.len);
    return converter(name) != (iconv_t)-1;
}

static bool append_iconv(GString *out, mw_bytes in, const char *charset, bool strict)
{
    gsize start = out->len;
    iconv_t cd = converter(charset);
    if (cd == (iconv_t)-1)
        return false;
    iconv(cd, NULL, NULL, NULL, NULL);
    bool converted = convert(cd, in, out, strict);
    if (!converted)
        g_string_truncate(out, start);
    return converted;
}

static bool charset_is(const char *charset, const char *const *names)
{
    for (; *names; names++)
        if (g_ascii_strcasecmp(charset, *names) == 0)
            return true;
    return false;
}

/* Octets of a charset to the end of out. Of some charsets UTF-8 and windows-1252 are the larger form; "internal" and
 * its like name no charset but what iconv or GMime take from this machine. */
static void append_charset(GString *out, mw_bytes in, const char *charset)
{
    static const char *const utf8[] = { "utf-8",   "utf8",         "us-ascii",  "ascii",          "ansi_x3.4-1968",
                                        "unknown", "unknown-8bit", "x-unknown", "x-user-defined", "default",
                                        "locale",  "internal",     "char",      "wchar_t",        NULL };
    static const char *const latin1[] = { "iso-8859-1", "iso8859-1", "iso_8859-1",   "latin1", "latin-1",
                                          "l1",         "cp1252",    "windows-1252", NULL };
    if (charset_is(charset, utf8)) {
        append_utf8_leniently(out, in);
        return;
    }
    if (charset_is(charset, latin1)) {
        append_windows_1252(out, in);
        return;
    }
    const char *name = g_ascii_strcasecmp(charset, "unicode-1-1-utf-7") == 0 ? "UTF-7" : charset;
    if (append_iconv(out, in, name, true))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(larger_charsets); i++)
        if (g_ascii_strcasecmp(charset, larger_charsets[i].name) == 0 &&
            append_iconv(out, in, larger_charsets[i].larger, true))
            return;
    if (!append_iconv(out, in, name, false))
        append_utf8_leniently(out, in);
}

/* The run's octets to the end of out; the run is empty then. */
static void end_run(struct run *run, GString *out)
{
    if (run->octets->len)
        append_charset(out, mw_bytes_of(run->octets->str, (uint32_t)run->octets->len), run->charset);
    g_string_truncate(run->octets, 0);
    run->bit_count = 0;
}

/* Adds a word to the run; a word of another charset ends the run first. */
static void run_word(struct run *run, mw_bytes in, const struct mail_encoded_word *word, GString *out)
{
    mw_bytes charset = mw_sub(in, word->charset), text = mw_sub(in, word->text);

    if (!mw_equal_nocase(charset, run->charset)) {
        end_run(run, out);
        memcpy(run->charset, charset.data, charset.len);
        run->charset[charset.len] = '\0';
    }
    if (word->encoding == 'B') {
        append_base64(run, text);
        return;
    }
    run->bit_count = 0;
    append_q(run, text);
}

static bool all_blank(mw_bytes in)
{
    for (uint32_t i = 0; i < in.len; i++)
        if (!mw_is(in.data[i], MW_BLANK))
            return false;
    return true;
}

static void append_literal(GString *out, mw_bytes in, bool utf8)
{
    if (utf8)
        g_string_append_len(out, (const char *)in.data, in.len);
    else
        append_windows_1252(out, in);
}

/* Valid UTF-8 of what out holds, which is freed; NUL and all that is no character become U+FFFD. */
static char *finish(GString *out)
{
    char *text = g_utf8_make_valid(out->str, (gssize)out->len);
    g_string_free(out, TRUE);
    return text;
}

GString *mail_text_unfold(mw_bytes value)
{
    GString *out = g_string_sized_new(value.len + 1);

    for (uint32_t at = 0; at < value.len;) {
        uint32_t lf = mw_find(value, at, '\n');
        uint32_t end = lf < value.len && lf > at && value.data[lf - 1] == '\r' ? lf - 1 : lf;
        g_string_append_len(out, (const char *)value.data + at, end - at);
        at = lf + 1;
    }
    gsize start = 0;
    while (out->len && g_ascii_isspace(out->str[out->len - 1]))
        g_string_truncate(out, out->len - 1);
    while (g_ascii_isspace(out->str[start]))
        start++;
    return g_string_erase(out, 0, (gssize)start);
}

char *mail_text_utf8(mw_bytes text)
{
    GString *out = g_string_sized_new(text.len + 1);
    append_literal(out, text, is_utf8(text));
    return finish(out);
}

char *mail_text_decode(mw_bytes text)
{
    GString *out = g_string_sized_new(text.len + 1);
    struct run run = { .octets = g_string_new(NULL) };
    struct mail_encoded_word word;
    bool utf8 = is_utf8(text), after_word = false;
    uint32_t literal = 0;

    for (uint32_t at = mw_find(text, 0, '='); at < text.len;) {
        if (!mail_parse_encoded_word(text, at, &word)) {
            at = mw_find(text, at + 1, '=');
            continue;
        }
        mw_bytes between = mw_sub(text, mw_slice_of(literal, at - literal));
        if (!after_word || !all_blank(between)) {
            end_run(&run, out);
            append_literal(out, between, utf8);
        }
        run_word(&run, text, &word, out);
        after_word = true;
        literal = word.end;
        at = mw_find(text, literal, '=');
    }
    end_run(&run, out);
    append_literal(out, mw_sub(text, mw_slice_of(literal, text.len - literal)), utf8);
    g_string_free(run.octets, TRUE);
    return g_strstrip(finish(out));
}
