/* URLs in text and HTML. The HTML reader knows tags, attributes and comments, and no tree: broken HTML costs no URL and
 * no time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/urls.h"

/* Most octets of a character reference between '&' and ';': the longest one that is known, or a number of any plane. */
#define MAX_REFERENCE 8

/* Character references that occur in URLs or end them. HTML 13.5. */
static const struct {
    const char *name;
    char character;
} references[] = {
    { "amp", '&' }, { "apos", '\'' }, { "gt", '>' }, { "lt", '<' }, { "nbsp", ' ' }, { "quot", '"' },
};

/* Elements whose content is no text. HTML 13.1.2: raw text. */
static const char *const raw_text[] = { "script", "style" };

/* A start or end tag. */
struct tag {
    mw_slice name; /* with the '/' of an end tag */
    uint32_t end;  /* offset behind it */
};

struct mail_urls *mail_urls_new(void)
{
    struct mail_urls *urls = g_new(struct mail_urls, 1);
    urls->list = g_ptr_array_new_with_free_func(g_free);
    urls->seen = g_hash_table_new(g_str_hash, g_str_equal);
    return urls;
}

GPtrArray *mail_urls_free(struct mail_urls *urls)
{
    GPtrArray *list = urls->list;
    g_hash_table_destroy(urls->seen);
    g_free(urls);
    return list;
}

/* scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ). RFC 3986 3.1. Offset at which the scheme before the colon
 * starts, not before from; the offset of the colon when there is none. A dot ends it, for it is the one of the sentence
 * before: no scheme that has one goes with "://" in mail. */
static uint32_t scheme_start(mw_bytes in, uint32_t from, uint32_t colon)
{
    uint32_t start = colon;
    for (uint32_t at = colon; at > from && colon - at < MAIL_MAX_SCHEME; at--) {
        char c = (char)in.data[at - 1];
        if (!g_ascii_isalnum(c) && c != '+' && c != '-')
            break;
        if (g_ascii_isalpha(c))
            start = at - 1;
    }
    return start;
}

/* Offset of the next "://" at or after from, or in.len. */
static uint32_t find_authority(mw_bytes in, uint32_t from)
{
    uint32_t at = mw_find(in, from, ':');
    while (at < in.len && !(in.len - at > 3 && in.data[at + 1] == '/' && in.data[at + 2] == '/'))
        at = mw_find(in, at + 1, ':');
    return at;
}

/* Octets of the character of a URL at offset at, 0 if it ends there. */
static uint32_t url_character(mw_bytes in, uint32_t at)
{
    uint8_t c = in.data[at];
    if (c < 0x80)
        return c > ' ' && c < 0x7F && !strchr("<>\"`{}|\\^", c);
    gunichar wide = g_utf8_get_char_validated((const char *)in.data + at, in.len - at);
    if (wide >= 0x110000 || g_unichar_iswide(wide) || !(g_unichar_isalnum(wide) || g_unichar_ismark(wide)))
        return 0;
    return (uint32_t)g_unichar_to_utf8(wide, NULL);
}

/* How many opening brackets there are more than closing ones; negative: fewer. */
static int64_t open_brackets(mw_bytes in, uint8_t opening, uint8_t closing)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < in.len; i++)
        count += (in.data[i] == opening) - (in.data[i] == closing);
    return count;
}

/* Without the punctuation of the sentence around it. The first keep octets stay. A closing bracket belongs to the URL
 * when the URL holds the opening one too. */
static mw_bytes trim_punctuation(mw_bytes url, uint32_t keep)
{
    int64_t round = open_brackets(url, '(', ')'), square = open_brackets(url, '[', ']');
    while (url.len > keep) {
        uint8_t last = url.data[url.len - 1];
        bool bracket = (last == ')' && round < 0) || (last == ']' && square < 0);
        bool punctuation = last && strchr(".,;:!?'*\"<>`{}([", last);
        if (!bracket && !punctuation)
            return url;
        round += (last == ')') - (last == '(');
        square += (last == ']') - (last == '[');
        url.len--;
    }
    return url;
}

/* Adds a URL whose scheme ends at colon. */
static void add_url(struct mail_urls *urls, mw_bytes url, uint32_t colon)
{
    url = trim_punctuation(url, colon + 3);
    if (url.len == colon + 3 || urls->list->len >= MAIL_MAX_URLS)
        return;
    char *text = g_utf8_make_valid((const char *)url.data, url.len);
    if (g_hash_table_contains(urls->seen, text)) { /* adding it would put this copy in the place of the first */
        g_free(text);
        return;
    }
    g_hash_table_add(urls->seen, text);
    g_ptr_array_add(urls->list, text);
}

void mail_urls_add_text(struct mail_urls *urls, mw_bytes text)
{
    uint32_t done = 0;
    for (uint32_t colon = find_authority(text, 0); colon < text.len; colon = find_authority(text, done)) {
        uint32_t start = scheme_start(text, done, colon), length;
        done = colon + 3;
        if (start == colon)
            continue;
        while (done < text.len && (length = url_character(text, done)) > 0)
            done += length;
        add_url(urls, mw_sub(text, mw_slice_of(start, done - start)), colon - start);
    }
}

static gunichar numeric_reference(const char *digits)
{
    bool hex = *digits == 'x' || *digits == 'X';
    char *end;
    guint64 number = g_ascii_strtoull(digits + hex, &end, hex ? 16 : 10);
    if (*end || end == digits + hex || number == 0 || number > 0x10FFFF || !g_unichar_validate((gunichar)number))
        return 0;
    return (gunichar)number;
}

/* Appends the character that a reference at offset at stands for, and returns its octets; 0 when it is none. */
static uint32_t append_reference(GString *out, mw_bytes in, uint32_t at)
{
    mw_bytes window = mw_sub(in, mw_slice_of(at + 1, MAX_REFERENCE + 1));
    uint32_t end = mw_find(window, 0, ';');
    char name[MAX_REFERENCE + 1];

    if (end == window.len || end == 0)
        return 0;
    memcpy(name, window.data, end);
    name[end] = '\0';
    gunichar number = *name == '#' ? numeric_reference(name + 1) : 0;
    for (size_t i = 0; i < G_N_ELEMENTS(references) && !number; i++)
        if (g_ascii_strcasecmp(name, references[i].name) == 0)
            number = (guchar)references[i].character;
    if (!number)
        return 0;
    g_string_append_unichar(out, number);
    return end + 2;
}

/* HTML without tags to the end of out, character references resolved. */
static void append_html_text(GString *out, mw_bytes in)
{
    uint32_t at = 0;
    while (at < in.len) {
        uint32_t ampersand = mw_find(in, at, '&');
        g_string_append_len(out, (const char *)in.data + at, ampersand - at);
        at = ampersand;
        if (at == in.len)
            return;
        uint32_t used = append_reference(out, in, at);
        if (!used)
            g_string_append_c(out, '&');
        at += used ? used : 1;
    }
}

/* Adds the value of href or src. It is one URL, whatever characters it holds; blanks at its ends and line ends inside
 * do not count (URL Standard 4.4). */
static void add_reference(struct mail_urls *urls, mw_bytes value)
{
    GString *text = g_string_sized_new(value.len + 1), *url = g_string_sized_new(value.len + 1);

    append_html_text(text, value);
    for (gsize i = 0; i < text->len; i++)
        if (text->str[i] && !strchr("\t\r\n", text->str[i]))
            g_string_append_c(url, text->str[i]);
    mw_bytes in = mw_bytes_of(url->str, (uint32_t)url->len);
    while (in.len && in.data[0] <= ' ')
        in = mw_bytes_of(in.data + 1, in.len - 1);
    while (in.len && in.data[in.len - 1] <= ' ')
        in.len--;
    uint32_t colon = mw_find(in, 0, ':');
    if (colon > 0 && find_authority(mw_sub(in, mw_slice_of(0, colon + 4)), colon) == colon && colon < in.len &&
        scheme_start(in, 0, colon) == 0)
        add_url(urls, in, colon);
    g_string_free(text, TRUE);
    g_string_free(url, TRUE);
}

static uint32_t skip_space(mw_bytes in, uint32_t at)
{
    while (at < in.len && g_ascii_isspace((char)in.data[at]))
        at++;
    return at;
}

/* Offset of the first octet at or after at that is a blank or one of stops, or in.len. */
static uint32_t word_end(mw_bytes in, uint32_t at, const char *stops)
{
    while (at < in.len && !g_ascii_isspace((char)in.data[at]) && (!in.data[at] || !strchr(stops, in.data[at])))
        at++;
    return at;
}

/* The value of an attribute, which starts at *at: quoted or a word. HTML 13.1.2.3. *at is moved behind it. A quote
 * without an end takes all that follows. */
static mw_slice attribute_value(mw_bytes in, uint32_t *at)
{
    uint8_t quote = *at < in.len ? in.data[*at] : 0;
    if (quote != '"' && quote != '\'') {
        mw_slice word = mw_slice_of(*at, word_end(in, *at, ">") - *at);
        *at = mw_slice_end(word);
        return word;
    }
    uint32_t start = *at + 1, end = mw_find(in, start, quote);
    *at = end < in.len ? end + 1 : end;
    return mw_slice_of(start, end - start);
}

/* Offset of the next attribute or of the '>' that ends the tag. */
static uint32_t next_attribute(mw_bytes in, uint32_t at)
{
    while (at < in.len && (in.data[at] == '/' || g_ascii_isspace((char)in.data[at])))
        at++;
    return at;
}

/* Reads attributes from at to the '>' that ends the tag, and returns the offset behind that. */
static uint32_t read_attributes(struct mail_urls *urls, mw_bytes in, uint32_t at)
{
    while ((at = next_attribute(in, at)) < in.len && in.data[at] != '>') {
        uint32_t name_end = word_end(in, at + 1, "=>/");
        mw_bytes name = mw_sub(in, mw_slice_of(at, name_end - at));
        uint32_t equals = skip_space(in, name_end);
        at = name_end;
        if (equals >= in.len || in.data[equals] != '=')
            continue;
        at = skip_space(in, equals + 1);
        mw_bytes value = mw_sub(in, attribute_value(in, &at));
        if (mw_equal_nocase(name, "href") || mw_equal_nocase(name, "src"))
            add_reference(urls, value);
    }
    return at < in.len ? at + 1 : at;
}

/* Offset behind a comment or declaration, "<!" or "<?", at offset at. HTML 13.1.6, 13.1.1. */
static uint32_t declaration_end(mw_bytes in, uint32_t at)
{
    mw_bytes rest = mw_sub(in, mw_slice_of(at, 4));
    uint32_t end = mw_find(in, at, '>');
    if (rest.len == 4 && memcmp(rest.data, "<!--", 4) == 0)
        while (end < in.len && !(end >= at + 4 && in.data[end - 1] == '-' && in.data[end - 2] == '-'))
            end = mw_find(in, end + 1, '>');
    return end < in.len ? end + 1 : in.len;
}

/* Offset of the end tag of an element that holds no text, or in.len. */
static uint32_t raw_text_end(mw_bytes in, uint32_t at, const char *element)
{
    for (at = mw_find(in, at, '<'); at < in.len; at = mw_find(in, at + 1, '<'))
        if (in.len - at > 2 && in.data[at + 1] == '/' &&
            mw_starts_nocase(mw_sub(in, mw_slice_of(at + 2, in.len)), element))
            return at;
    return in.len;
}

/* Reads the tag, comment or declaration at offset at and returns the offset behind it; at itself when '<' starts none.
 */
static uint32_t read_markup(struct mail_urls *urls, mw_bytes in, uint32_t at)
{
    uint8_t next = in.len - at > 1 ? in.data[at + 1] : 0;
    if (next == '!' || next == '?')
        return declaration_end(in, at);
    if (next != '/' && !g_ascii_isalpha((char)next))
        return at;
    uint32_t name_end = word_end(in, at + 2, "/>");
    mw_bytes name = mw_sub(in, mw_slice_of(at + 1, name_end - at - 1));
    uint32_t end = read_attributes(urls, in, name_end);
    for (size_t i = 0; i < G_N_ELEMENTS(raw_text); i++)
        if (mw_equal_nocase(name, raw_text[i]))
            return raw_text_end(in, end, raw_text[i]);
    return end;
}

/* Adds the URLs of what lies between two tags. */
static void add_html_text(struct mail_urls *urls, mw_bytes in)
{
    if (find_authority(in, 0) == in.len && mw_find(in, 0, '&') == in.len)
        return;
    GString *text = g_string_sized_new(in.len + 1);
    append_html_text(text, in);
    mail_urls_add_text(urls, mw_bytes_of(text->str, (uint32_t)text->len));
    g_string_free(text, TRUE);
}

void mail_urls_add_html(struct mail_urls *urls, mw_bytes html)
{
    uint32_t text = 0, at = mw_find(html, 0, '<');
    while (at < html.len) {
        add_html_text(urls, mw_sub(html, mw_slice_of(text, at - text)));
        uint32_t end = read_markup(urls, html, at);
        text = end;
        at = mw_find(html, end == at ? at + 1 : end, '<');
    }
    add_html_text(urls, mw_sub(html, mw_slice_of(text, html.len - text)));
}
