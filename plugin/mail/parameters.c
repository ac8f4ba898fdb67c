/* Parameters of Content-Type and Content-Disposition.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/header_text.h"
#include "mail/parameters.h"

/* Longest number of a section of a parameter, in digits; more than MAIL_MAX_PARAMETERS can fill. */
#define MAX_SECTION_DIGITS 6

static void free_string(GString *string)
{
    if (string)
        g_string_free(string, TRUE);
}

/* quoted-string. RFC 2045 5.1. The text of a value that starts at *at, which is moved behind it. Only '\' and '"' are
 * quoted: other backslashes are those of a path. Without quotes everything up to ';' counts, blanks too. */
static GString *parameter_value(mw_bytes in, uint32_t *at)
{
    GString *value = g_string_new(NULL);
    uint32_t i = *at;

    if (i >= in.len || in.data[i] != '"') {
        uint32_t end = mw_find(in, i, ';');
        mw_bytes text = mw_sub(in, mw_slice_trim(in, mw_slice_of(i, end - i)));
        g_string_append_len(value, (const char *)text.data, text.len);
        *at = end;
        return value;
    }
    for (i++; i < in.len && in.data[i] != '"'; i++) {
        if (in.data[i] == '\\' && in.len - i > 1 && (in.data[i + 1] == '"' || in.data[i + 1] == '\\'))
            i++;
        g_string_append_c(value, (char)in.data[i]);
    }
    *at = i < in.len ? i + 1 : i;
    return value;
}

/* attribute [ "*" section ] [ "*" ]. RFC 2231 7. */
static void split_name(mw_bytes in, mw_slice name, struct mail_parameter *out)
{
    *out = (struct mail_parameter){ .name = name };
    uint32_t star = mw_find(mw_sub(in, name), 0, '*');
    if (star == name.len)
        return;
    out->name.len = star;
    mw_bytes rest = mw_sub(in, mw_slice_skip(name, star + 1));
    uint64_t section = 0;
    out->extended = rest.len == 0 || rest.data[rest.len - 1] == '*';
    if (rest.len && out->extended)
        rest.len--;
    out->sectioned = rest.len <= MAX_SECTION_DIGITS && mw_parse_number(rest, mw_slice_of(0, rest.len), &section);
    out->section = (unsigned)section;
}

static void clear_parameter(gpointer parameter)
{
    free_string(((struct mail_parameter *)parameter)->value);
}

GArray *mail_parameters_parse(mw_bytes in)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct mail_parameter));
    g_array_set_clear_func(all, clear_parameter);

    for (uint32_t at = mw_find(in, 0, ';'); at < in.len && all->len < MAIL_MAX_PARAMETERS; at = mw_find(in, at, ';')) {
        struct mail_parameter parameter;
        uint32_t start = ++at;
        while (at < in.len && in.data[at] != '=' && in.data[at] != ';')
            at++;
        if (at >= in.len || in.data[at] == ';')
            continue;
        split_name(in, mw_slice_trim(in, mw_slice_of(start, at - start)), &parameter);
        at++;
        while (at < in.len && mw_is(in.data[at], MW_BLANK))
            at++;
        parameter.value = parameter_value(in, &at);
        g_array_append_val(all, parameter);
    }
    return all;
}

static gint by_section(gconstpointer a, gconstpointer b)
{
    unsigned left = (*(const struct mail_parameter *const *)a)->section,
             right = (*(const struct mail_parameter *const *)b)->section;
    return (left > right) - (left < right);
}

/* The parameters that make up the value of name: those with sections or charset, in order (RFC 2231 3 lets them come
 * in any), else the plain ones. */
static GPtrArray *select_parameter(mw_bytes in, GArray *all, const char *name)
{
    GPtrArray *found = g_ptr_array_new();
    for (int pass = 0; pass < 2 && found->len == 0; pass++)
        for (guint i = 0; i < all->len; i++) {
            struct mail_parameter *p = &g_array_index(all, struct mail_parameter, i);
            if ((p->extended || p->sectioned) == (pass == 0) && mw_equal_nocase(mw_sub(in, p->name), name))
                g_ptr_array_add(found, p);
        }
    g_ptr_array_sort(found, by_section);
    return found;
}

/* ext-octet = "%" 2(DIGIT / "A" / "B" / "C" / "D" / "E" / "F"). RFC 2231 7. Other '%' stand for themselves, as all do
 * in a value that is not extended. */
static void append_percent(GString *out, mw_bytes in, bool extended)
{
    for (uint32_t i = 0; i < in.len; i++) {
        int c = in.data[i];
        if (extended && c == '%' && in.len - i > 2 && mw_is(in.data[i + 1], MW_HEX) && mw_is(in.data[i + 2], MW_HEX)) {
            c = g_ascii_xdigit_value((char)in.data[i + 1]) << 4 | g_ascii_xdigit_value((char)in.data[i + 2]);
            i += 2;
        }
        g_string_append_c(out, (char)c);
    }
}

/* [charset] "'" [language] "'". RFC 2231 4. Returns the octets in front of the text, 0 without both quotes. */
static uint32_t parse_charset(mw_bytes in, GString *charset)
{
    uint32_t first = mw_find(in, 0, '\''), second = mw_find(in, first + (first < in.len), '\'');
    if (second == in.len)
        return 0;
    g_string_append_len(charset, (const char *)in.data, first);
    return second + 1;
}

/* Octets of a charset as UTF-8. They are put into an encoded word, so that charsets are known and faults forgiven as
 * they are in the header. */
static char *decode_charset(const char *charset, const GString *octets)
{
    static const char hex[] = "0123456789ABCDEF";
    GString *text = g_string_sized_new(octets->len * 3 + MAIL_MAX_CHARSET + 8);
    struct mail_encoded_word word;

    g_string_append_printf(text, "=?%s?Q?", charset);
    for (gsize i = 0; i < octets->len; i++) {
        g_string_append_c(text, '=');
        g_string_append_c(text, hex[(uint8_t)octets->str[i] >> 4]);
        g_string_append_c(text, hex[(uint8_t)octets->str[i] & 15]);
    }
    g_string_append(text, "?=");
    mw_bytes in = mw_bytes_of(text->str, (uint32_t)text->len);
    bool known = mail_parse_encoded_word(in, 0, &word) && word.end == in.len;
    char *name = known ? mail_text_decode(in) : mail_text_utf8(mw_bytes_of(octets->str, (uint32_t)octets->len));
    g_string_free(text, TRUE);
    return name;
}

GString *mail_parameter_join(const GString *field, const char *name, GString *charset)
{
    if (!field)
        return NULL;
    mw_bytes in = mw_bytes_of(field->str, (uint32_t)field->len);
    GArray *all = mail_parameters_parse(in);
    GPtrArray *pieces = select_parameter(in, all, name);
    const struct mail_parameter *last = NULL;
    GString *octets = g_string_new(NULL);

    for (guint i = 0; i < pieces->len; i++) {
        const struct mail_parameter *p = g_ptr_array_index(pieces, i);
        mw_bytes value = mw_bytes_of(p->value->str, (uint32_t)p->value->len);
        uint32_t prefix = p->extended && !last ? parse_charset(value, charset) : 0;
        value = mw_sub(value, mw_slice_of(prefix, value.len - prefix));
        if (!last || p->section != last->section)
            append_percent(octets, value, p->extended);
        last = p;
    }
    g_ptr_array_unref(pieces);
    g_array_unref(all);
    return octets;
}

char *mail_parameter_decode(const GString *field, const char *name)
{
    GString *charset = g_string_new(NULL), *octets = mail_parameter_join(field, name, charset);
    char *text = NULL;
    if (octets && charset->len)
        text = decode_charset(charset->str, octets);
    else if (octets)
        text = mail_text_decode(mw_bytes_of(octets->str, (uint32_t)octets->len));
    free_string(octets);
    free_string(charset);
    if (text && !*text)
        g_clear_pointer(&text, g_free);
    return text;
}
