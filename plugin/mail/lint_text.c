/* What is wrong with the text of header fields: encoded words, and characters that hide what they are.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "mail/header_text.h"
#include "mail/lint_rules.h"

/* Longest domain in octets whose xn-- labels are decoded, which costs the square of it; RFC 1035 2.3.4 allows 255. */
#define MAX_DOMAIN 1024
/* How far the text next to an encoded word is looked at, in octets: the longest address has 254 (RFC 5321 4.5.3.1). */
#define MAX_BESIDE 254

/* ---- encoded words ---- */

/* Charsets whose octets are no ASCII: their text may hold any of them. */
static bool is_wide(mw_bytes charset)
{
    return mw_starts_nocase(charset, "utf-16") || mw_starts_nocase(charset, "utf-32") ||
           mw_starts_nocase(charset, "ucs-") || mw_starts_nocase(charset, "iso-10646");
}

/* ISO 2022 switches between charsets by control characters. */
static bool is_switching(mw_bytes charset)
{
    return mw_starts_nocase(charset, "iso-2022") || mw_starts_nocase(charset, "hz");
}

/* A control character that no text needs. Tabs do no harm. */
static bool is_control(uint8_t c)
{
    return (c < ' ' && c != '\t') || c == 0x7F;
}

/* A NUL among the octets of an encoded text: it is lost when they are decoded to a string. */
static bool holds_nul(mw_bytes text, char encoding)
{
    bool found = false;
    if (encoding == 'Q') {
        for (uint32_t i = 0; i < text.len; i++)
            found |= text.data[i] == '\0' || mw_starts_nocase(mw_sub(text, mw_slice_of(i, 3)), "=00");
        return found;
    }
    char *base64 = mw_strdup(text);
    gsize length = 0;
    guchar *octets = g_base64_decode(base64, &length);
    found = length && memchr(octets, '\0', length);
    g_free(octets);
    g_free(base64);
    return found;
}

/* Whether a decoded encoded word has a control character. RFC 2047 7. */
static bool holds_control(mw_bytes in, const struct mail_encoded_word *word, uint32_t at)
{
    mw_bytes charset = mw_sub(in, word->charset);
    if (!is_wide(charset) && holds_nul(mw_sub(in, word->text), word->encoding))
        return true;
    /* between two letters it keeps the blanks at its ends */
    GString *framed = g_string_new("x");
    g_string_append_len(framed, (const char *)in.data + at, word->end - at);
    g_string_append_c(framed, 'x');
    char *text = mail_text_decode(mw_bytes_of(framed->str, (uint32_t)framed->len));
    bool found = false, switching = is_switching(charset);
    for (const char *c = text; *c && !found; c++)
        found = is_control((uint8_t)*c) && !(switching && strchr("\x0E\x0F\x1B", *c));
    g_free(text);
    g_string_free(framed, TRUE);
    return found;
}

/* Every '=' of the Q encoding has two hex digits. RFC 2047 4.2. */
static bool is_q(mw_bytes text)
{
    for (uint32_t i = 0; i < text.len; i++)
        if (text.data[i] == '=' &&
            (text.len - i < 3 || !mw_is(text.data[i + 1], MW_HEX) || !mw_is(text.data[i + 2], MW_HEX)))
            return false;
    return true;
}

static bool has_blank(mw_bytes in)
{
    for (uint32_t i = 0; i < in.len; i++)
        if (mw_is(in.data[i], MW_BLANK))
            return true;
    return false;
}

static bool is_correct_word(mw_bytes in, const struct mail_encoded_word *word, uint32_t at)
{
    mw_bytes text = mw_sub(in, word->text);
    uint32_t first;
    return word->end - at <= MAIL_MAX_ENCODED_WORD && !has_blank(text) &&
           mail_charset_is_known(mw_sub(in, word->charset)) &&
           (word->encoding == 'B' ? lint_base64(text, &first) == 0 : is_q(text));
}

/* "=?" charset "?" anything "?" text "?=": meant as an encoded word. The offset behind it, or 0. */
static uint32_t intended_word(mw_bytes in, uint32_t at)
{
    unsigned marks = 0;
    for (uint32_t i = at + 2; i < in.len; i++) {
        uint8_t c = in.data[i];
        if (marks >= 2 && c == '?' && in.len - i > 1 && in.data[i + 1] == '=')
            return i + 2;
        if (c == '=' && in.len - i > 1 && in.data[i + 1] == '?')
            return 0; /* another one begins */
        if (marks < 2 && c != '?' && !g_ascii_isalnum((char)c) && !strchr("-_.:*", c))
            return 0;
        marks += c == '?';
    }
    return 0;
}

static bool ends_address(uint8_t c)
{
    return c <= ' ' || strchr(",;<>()[]\\", c) != NULL;
}

/* Whether an '@' stands next to an encoded word, without a blank between, so that the word is a part of an address. */
static bool touches_at(mw_bytes in, uint32_t start, uint32_t end)
{
    for (uint32_t i = end; i < in.len && i - end < MAX_BESIDE && !ends_address(in.data[i]); i++) {
        if (in.data[i] == '@')
            return true;
        if (in.data[i] == '=' && in.len - i > 1 && in.data[i + 1] == '?')
            break;
    }
    for (uint32_t i = start; i > 0 && start - i < MAX_BESIDE && !ends_address(in.data[i - 1]); i--) {
        if (in.data[i - 1] == '@')
            return true;
        if (in.data[i - 1] == '=' && i > 1 && in.data[i - 2] == '?')
            break;
    }
    return false;
}

/* Where in an address field something stands. */
struct place {
    bool quoted, angle;
    uint32_t last_close; /* offset behind the last '>' */
};

static struct place begin_place(mw_bytes in)
{
    struct place place = { .last_close = in.len };
    while (place.last_close && in.data[place.last_close - 1] != '>')
        place.last_close--;
    return place;
}

/* Steps over the octet at i. Returns how many octets it takes. */
static uint32_t step_place(struct place *place, mw_bytes in, uint32_t i)
{
    uint8_t c = in.data[i];
    if (c == '\\' && place->quoted)
        return 2;
    if (c == '"')
        place->quoted = !place->quoted;
    else if (!place->quoted && c == '<')
        place->angle = i < place->last_close;
    else if (!place->quoted && c == '>')
        place->angle = false;
    return 1;
}

static void lint_word(const struct lint *lint, const struct lint_field *field, const struct mail_encoded_word *word,
                      uint32_t at)
{
    if (!is_correct_word(field->text, word, at))
        lint_add(lint, MW_ISSUE_MAIL_ENCODED_WORD_SYNTAX, field->at);
    if (holds_control(field->text, word, at))
        lint_add(lint, MW_ISSUE_MAIL_ENCODED_WORD_CONTROL, field->at);
}

/* Returns whether the field has encoded words. */
static bool lint_words(const struct lint *lint, const struct lint_field *field, bool addresses)
{
    mw_bytes in = field->text;
    struct place place = begin_place(in);
    struct mail_encoded_word word;
    bool any = false;

    for (uint32_t i = 0, end; i < in.len;) {
        if (in.data[i] != '=' || in.len - i < 2 || in.data[i + 1] != '?') {
            i += step_place(&place, in, i);
        } else if (mail_parse_encoded_word(in, i, &word)) {
            any = true;
            lint_word(lint, field, &word, i);
            if (addresses && (place.angle || touches_at(in, i, word.end)))
                lint_add(lint, MW_ISSUE_MAIL_ENCODED_WORD_ADDRESS, field->at);
            i = word.end;
        } else if ((end = intended_word(in, i)) != 0) {
            lint_add(lint, MW_ISSUE_MAIL_ENCODED_WORD_SYNTAX, field->at);
            i = end;
        } else {
            i += 2;
        }
    }
    return any;
}

static bool holds_word(const char *text)
{
    mw_bytes in = mw_bytes_str(text);
    struct mail_encoded_word word;
    for (uint32_t at = mw_find(in, 0, '='); at < in.len; at = mw_find(in, at + 1, '='))
        if (mail_parse_encoded_word(in, at, &word))
            return true;
    return false;
}

/* ---- characters ---- */

/* Unicode TR 36 2.2: embeddings, overrides and isolates. */
bool lint_has_bidi(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
            return true;
    }
    return false;
}

bool lint_has_invisible(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if ((c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF)
            return true;
    }
    return false;
}

/* Unicode TR 39 5.1, for the scripts whose letters look like Latin ones. */
static bool mixes_scripts(const char *domain)
{
    bool latin = false, other = false;
    for (; *domain; domain = g_utf8_next_char(domain)) {
        gunichar c = g_utf8_get_char(domain);
        if (c == '.' || c == 0x3002 || c == 0xFF0E || c == 0xFF61)
            latin = other = false;
        if (!g_unichar_isalpha(c))
            continue;
        GUnicodeScript script = g_unichar_get_script(c);
        latin |= script == G_UNICODE_SCRIPT_LATIN;
        other |= script == G_UNICODE_SCRIPT_CYRILLIC || script == G_UNICODE_SCRIPT_GREEK;
        if (latin && other)
            return true;
    }
    return false;
}

char *lint_domain_text(const char *domain)
{
    char *text = NULL;
    if (strlen(domain) <= MAX_DOMAIN && g_hostname_is_ascii_encoded(domain))
        text = g_hostname_to_unicode(domain);
    return text ? text : g_strdup(domain);
}

bool lint_is_homograph(const char *domain)
{
    char *text = lint_domain_text(domain);
    bool mixed = mixes_scripts(text);
    g_free(text);
    return mixed;
}

/* authority = [ userinfo "@" ] host [ ":" port ]. RFC 3986 3.2. */
bool lint_is_homograph_url(const char *url)
{
    const char *start = strstr(url, "://");
    if (!start)
        return false;
    start += strlen("://");
    size_t length = strcspn(start, "/?#\\");
    const char *at = g_strrstr_len(start, (gssize)length, "@");
    if (at) {
        length -= (size_t)(at + 1 - start);
        start = at + 1;
    }
    const char *colon = memchr(start, ':', length);
    char *host = g_strndup(start, colon ? (size_t)(colon - start) : length);
    bool mixed = lint_is_homograph(host);
    g_free(host);
    return mixed;
}

void lint_text(const struct lint *lint, const struct lint_field *field, unsigned what)
{
    bool words = lint_words(lint, field, what & LINT_ADDRESSES);
    char *text = mail_text_decode(field->text);

    if (words && holds_word(text))
        lint_add(lint, MW_ISSUE_MAIL_ENCODED_WORD_NESTED, field->at);
    if ((what & LINT_BIDI) && lint_has_bidi(text))
        lint_add(lint, MW_ISSUE_MAIL_BIDI_OVERRIDE, field->at);
    if ((what & LINT_ADDRESSES) && lint_has_invisible(text))
        lint_add(lint, MW_ISSUE_MAIL_INVISIBLE, field->at);
    g_free(text);
}

/* ---- display names ---- */

/* An octet of an address as people write it in text. */
static bool is_local_octet(uint8_t c)
{
    return mw_is(c, MW_ATEXT) || c == '.' || c >= 0x80;
}

static bool is_domain_octet(uint8_t c)
{
    return mw_is(c, MW_ALPHA | MW_DIGIT) || c == '.' || c == '-' || c >= 0x80;
}

/* Whether a domain has two labels, the last one of at least two octets and no number. */
static bool looks_like_domain(mw_bytes domain)
{
    uint32_t dot = domain.len;
    while (dot && domain.data[dot - 1] != '.')
        dot--;
    return dot > 1 && domain.len - dot >= 2 && !g_ascii_isdigit((char)domain.data[domain.len - 1]);
}

/* The addr-spec around the '@' at offset at of a text; empty when there is none. Quotes around it are no part of it. */
static mw_slice address_around(mw_bytes in, uint32_t at)
{
    uint32_t start = at, end = at + 1;
    while (start && is_local_octet(in.data[start - 1]))
        start--;
    while (start < at && strchr("'`", in.data[start]))
        start++;
    while (end < in.len && is_domain_octet(in.data[end]))
        end++;
    while (end > at + 1 && strchr(".-", in.data[end - 1]))
        end--;
    if (start == at || !looks_like_domain(mw_sub(in, mw_slice_of(at + 1, end - at - 1))))
        return mw_slice_of(at, 0);
    return mw_slice_of(start, end - start);
}

/* Whether a display name holds an address that is not the one behind it. */
static bool names_other(mw_bytes phrase, mw_bytes address)
{
    char *text = mail_text_decode(phrase), *own = mail_text_decode(address);
    mw_bytes in = mw_bytes_str(text);
    bool other = false;

    for (uint32_t at = mw_find(in, 0, '@'); at < in.len && !other; at = mw_find(in, at + 1, '@')) {
        mw_bytes found = mw_sub(in, address_around(in, at));
        other = found.len && !mw_equal_nocase(found, own);
    }
    g_free(text);
    g_free(own);
    return other;
}

void lint_display_names(const struct lint *lint, const struct lint_field *from)
{
    mw_bytes in = from->text;
    struct place place = begin_place(in);
    uint32_t start = 0; /* of the mailbox */

    for (uint32_t i = 0; i < in.len;) {
        uint8_t c = in.data[i];
        uint32_t step = step_place(&place, in, i);
        if (!place.quoted && c == '<' && place.angle) {
            uint32_t end = mw_find(in, i, '>');
            mw_slice address = mw_slice_trim(in, mw_slice_of(i + 1, end - i - 1));
            if (names_other(mw_sub(in, mw_slice_of(start, i - start)), mw_sub(in, address)))
                lint_add(lint, MW_ISSUE_MAIL_DISPLAY_ADDRESS, from->at);
            step = end - i;
        } else if (!place.quoted && (c == ',' || c == ';' || c == ':')) {
            start = i + 1;
        }
        i += step;
    }
}
