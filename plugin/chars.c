/* Character classes and the smallest steps of a parser.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "issue.h"
#include "slice.h"

#include <stdlib.h>

#define A (MW_ALPHA | MW_ATEXT | MW_BASE64 | MW_XCHAR)
#define H (A | MW_HEX)
#define D (MW_DIGIT | MW_HEX | MW_ATEXT | MW_BASE64 | MW_XCHAR)
#define T (MW_ATEXT | MW_XCHAR)
#define X MW_XCHAR
#define C MW_CTL

const uint8_t mw_char_class[256] = {
    [0x00 ... 0x08] = C,
    ['\t'] = C | MW_BLANK,
    [0x0A ... 0x1F] = C,
    [' '] = MW_BLANK,
    ['!'] = T,
    ['"'] = X,
    ['#'] = T,
    ['$'] = T,
    ['%'] = T,
    ['&'] = T,
    ['\''] = T,
    ['('] = X,
    [')'] = X,
    ['*'] = T,
    ['+'] = MW_ATEXT | MW_BASE64,
    [','] = X,
    ['-'] = T,
    ['.'] = X,
    ['/'] = T | MW_BASE64,
    ['0' ... '9'] = D,
    [':'] = X,
    [';'] = X,
    ['<'] = X,
    ['='] = MW_ATEXT,
    ['>'] = X,
    ['?'] = T,
    ['@'] = X,
    ['A' ... 'F'] = H,
    ['G' ... 'Z'] = A,
    ['['] = X,
    ['\\'] = X,
    [']'] = X,
    ['^'] = T,
    ['_'] = T,
    ['`'] = T,
    ['a' ... 'f'] = H,
    ['g' ... 'z'] = A,
    ['{'] = T,
    ['|'] = T,
    ['}'] = T,
    ['~'] = T,
    [0x7F] = C,
};

bool mw_equal_nocase(mw_bytes in, const char *word)
{
    return strlen(word) == in.len && mw_starts_nocase(in, word);
}

bool mw_starts_nocase(mw_bytes in, const char *word)
{
    size_t n = strlen(word);
    return n <= in.len && g_ascii_strncasecmp((const char *)in.data, word, n) == 0;
}

uint32_t mw_find(mw_bytes in, uint32_t from, uint8_t c)
{
    if (from >= in.len)
        return in.len;
    const uint8_t *p = memchr(in.data + from, c, in.len - from);
    return p ? (uint32_t)(p - in.data) : in.len;
}

uint32_t mw_find_nocase(mw_bytes in, uint32_t from, const char *word)
{
    size_t n = strlen(word);
    for (uint32_t i = from; n <= in.len && i <= in.len - n; i++)
        if (g_ascii_strncasecmp((const char *)in.data + i, word, n) == 0)
            return i;
    return in.len;
}

mw_slice mw_slice_trim(mw_bytes in, mw_slice s)
{
    while (s.len && mw_is(in.data[s.offset], MW_BLANK))
        s = mw_slice_skip(s, 1);
    while (s.len && mw_is(in.data[mw_slice_end(s) - 1], MW_BLANK))
        s.len--;
    return s;
}

mw_slice mw_next_word(mw_bytes in, mw_slice *rest)
{
    while (rest->len && mw_is(in.data[rest->offset], MW_BLANK))
        *rest = mw_slice_skip(*rest, 1);
    mw_slice word = { rest->offset, 0 };
    while (word.len < rest->len && !mw_is(in.data[word.offset + word.len], MW_BLANK))
        word.len++;
    *rest = mw_slice_skip(*rest, word.len);
    return word;
}

mw_status mw_parse_line(mw_bytes in, struct mw_line *out)
{
    uint32_t lf = mw_find(in, 0, '\n');
    bool found = lf < in.len;
    bool cr = found && lf > 0 && in.data[lf - 1] == '\r';
    *out = (struct mw_line){ .used = found ? lf + 1 : 0, .text = { 0, cr ? lf - 1 : lf }, .bare_lf = found && !cr };
    return found ? MW_OK : MW_PARTIAL;
}

bool mw_parse_number(mw_bytes in, mw_slice digits, uint64_t *value)
{
    mw_bytes d = mw_sub(in, digits);
    uint64_t v = 0;
    if (d.len == 0)
        return false;
    for (uint32_t i = 0; i < d.len; i++) {
        uint8_t digit = (uint8_t)(d.data[i] - '0');
        if (digit > 9 || v > (UINT64_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *value = v;
    return true;
}

char *mw_strdup(mw_bytes in)
{
    return g_strndup((const char *)in.data, in.len);
}

void mw_issue_add(mw_issues *issues, mw_issue_id id, mw_slice where)
{
    for (uint8_t i = 0; i < issues->count; i++)
        if (issues->list[i].id == id)
            return;
    if (issues->count < MW_MAX_ISSUES)
        issues->list[issues->count++] = (struct mw_issue){ (uint16_t)id, where };
}

bool mw_issue_has(const mw_issues *issues, mw_issue_id id)
{
    for (uint8_t i = 0; issues && i < issues->count; i++)
        if (issues->list[i].id == id)
            return true;
    return false;
}

struct row_key {
    mw_bytes word;
};

/* Every row begins with its name. */
static int compare_name(const void *key, const void *row)
{
    mw_bytes word = ((const struct row_key *)key)->word;
    const char *name = *(const char *const *)row;

    for (uint32_t i = 0; i < word.len; i++) {
        int differs = (uint8_t)g_ascii_toupper((char)word.data[i]) - (uint8_t)name[i];
        if (differs || name[i] == '\0')
            return differs ? differs : 1;
    }
    return name[word.len] == '\0' ? 0 : -1;
}

const void *mw_find_row(mw_bytes word, const void *rows, size_t count, size_t size)
{
    struct row_key key = { word };
    return bsearch(&key, rows, count, size, compare_name);
}
