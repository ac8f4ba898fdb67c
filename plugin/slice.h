/* Octets and places in them: what every pure parser takes and returns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_SLICE_H
#define MW_SLICE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Octets that somebody else owns; not NUL-terminated, may hold NUL. */
typedef struct {
    const uint8_t *data;
    uint32_t len; /* octets */
} mw_bytes;

/* A place inside an mw_bytes: octets from its data. Owns nothing; len 0 means empty or absent. */
typedef struct {
    uint32_t offset;
    uint32_t len;
} mw_slice;

typedef enum {
    MW_OK,      /* understood; issues may still be listed */
    MW_PARTIAL, /* the octets end before the element does */
    MW_BAD,     /* not what the grammar asks for; what was understood is filled in */
} mw_status;

/* One line with its ending. RFC 5321 2.3.8; a bare LF ends a line too (old software does that). */
struct mw_line {
    uint32_t used; /* octets with the ending; 0 without a LF */
    mw_slice text; /* without the ending */
    bool bare_lf;
};

static inline mw_bytes mw_bytes_of(const void *data, uint32_t len)
{
    return (mw_bytes){ (const uint8_t *)data, len };
}

static inline mw_bytes mw_bytes_str(const char *s)
{
    return mw_bytes_of(s, (uint32_t)strlen(s));
}

/* The octets of a slice; a slice beyond the end is cut. An empty one may have no data. */
static inline mw_bytes mw_sub(mw_bytes in, mw_slice s)
{
    if (in.len == 0 || s.offset > in.len)
        return (mw_bytes){ in.data, 0 };
    if (s.len > in.len - s.offset)
        s.len = in.len - s.offset;
    return (mw_bytes){ in.data + s.offset, s.len };
}

static inline mw_slice mw_slice_of(uint32_t offset, uint32_t len)
{
    return (mw_slice){ offset, len };
}

/* Without the first n octets; empty when it has no more. */
static inline mw_slice mw_slice_skip(mw_slice s, uint32_t n)
{
    if (n > s.len)
        n = s.len;
    return (mw_slice){ s.offset + n, s.len - n };
}

static inline uint32_t mw_slice_end(mw_slice s)
{
    return s.offset + s.len;
}

/* Equal to an ASCII word, without regard to case. */
bool mw_equal_nocase(mw_bytes in, const char *word);
/* Begins with an ASCII word, without regard to case. */
bool mw_starts_nocase(mw_bytes in, const char *word);
/* Offset of the first octet equal to c in [from, in.len), or in.len. */
uint32_t mw_find(mw_bytes in, uint32_t from, uint8_t c);
/* Offset of an ASCII word (case-insensitive) at or after from, or in.len. */
uint32_t mw_find_nocase(mw_bytes in, uint32_t from, const char *word);
/* Without blanks (SP, TAB) at both ends. */
mw_slice mw_slice_trim(mw_bytes in, mw_slice s);
/* The next word of *rest, which is separated by SP or TAB; *rest is advanced behind it. Empty at the end. */
mw_slice mw_next_word(mw_bytes in, mw_slice *rest);
/* A line from the start of in. MW_PARTIAL without LF (out->used is 0, out->text all that is there). */
mw_status mw_parse_line(mw_bytes in, struct mw_line *out);
/* 1*DIGIT, nothing else. False without a digit, with anything else, or above UINT64_MAX; *value is then unchanged. */
bool mw_parse_number(mw_bytes in, mw_slice digits, uint64_t *value);
/* The row of a table sorted by upper-case name, each row of `size` octets beginning with a `const char *name`; the word
 * may be in any case. NULL without such a row. */
const void *mw_find_row(mw_bytes word, const void *rows, size_t count, size_t size);
/* A NUL-terminated copy that the caller frees with g_free. */
char *mw_strdup(mw_bytes in);

/* Character classes of the RFCs: bits of mw_char_class[octet]. */
enum {
    MW_ALPHA = 1 << 0,
    MW_DIGIT = 1 << 1,
    MW_HEX = 1 << 2,
    MW_ATEXT = 1 << 3,  /* RFC 5322 3.2.3 */
    MW_BASE64 = 1 << 4, /* alphabet of RFC 4648 4, without the padding */
    MW_BLANK = 1 << 5,  /* SP, TAB */
    MW_CTL = 1 << 6,    /* 0x00..0x1F, 0x7F */
    MW_XCHAR = 1 << 7,  /* xtext: 0x21..0x7E except + and = , RFC 3461 4 */
};
extern const uint8_t mw_char_class[256];

static inline bool mw_is(uint8_t c, uint8_t classes)
{
    return (mw_char_class[c] & classes) != 0;
}

#endif
