/* Files inside of text. GMime's decoders want lines of exact length that LF ends, so each line is made one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/uu.h"

#include <gmime/gmime.h>

/* Octets in a line of uuencode, a number of six bits, and characters that they take. */
#define UU_MAX_OCTETS 63
#define UU_MAX_CHARACTERS (UU_MAX_OCTETS / 3 * 4)
/* Decoded octets that are handed on together. */
#define SINK_OCTETS 16384

/* A line without its ending, and the offset of the next one. */
struct line {
    mw_slice text;
    uint32_t next;
};

static struct line line_at(mw_bytes in, uint32_t at)
{
    mw_bytes rest = mw_sub(in, mw_slice_of(at, in.len - at));
    struct mw_line parts;

    mw_parse_line(rest, &parts);
    if (!parts.used && rest.len && rest.data[rest.len - 1] == '\r')
        parts.text.len--; /* cut between the two octets of the ending */
    return (struct line){ mw_slice_of(at + parts.text.offset, parts.text.len),
                          at + (parts.used ? parts.used : rest.len) };
}

/* ---- uuencode ---- */

/* begin-line = "begin" SP mode SP name; mode = 3*4OCTAL-DIGIT. */
static bool parse_begin(mw_bytes text, mw_slice line, mw_slice *name)
{
    mw_slice rest = line;
    mw_bytes begin = mw_sub(text, mw_next_word(text, &rest)), mode;

    if (begin.len != 5 || memcmp(begin.data, "begin", 5) != 0)
        return false;
    mode = mw_sub(text, mw_next_word(text, &rest));
    if (mode.len < 3 || mode.len > 4)
        return false;
    for (uint32_t i = 0; i < mode.len; i++)
        if (mode.data[i] < '0' || mode.data[i] > '7')
            return false;
    *name = mw_slice_trim(text, rest);
    return name->len > 0;
}

/* Characters behind the first one that so many octets take. */
static uint32_t uu_characters(unsigned octets)
{
    return (octets + 2) / 3 * 4;
}

/* A line of a file: its first character is the number of octets in it, as all are an octet from blank to "`". */
static bool parse_uu_line(mw_bytes line, unsigned *octets)
{
    if (line.len == 0)
        return false;
    *octets = (line.data[0] - ' ') & UU_MAX_OCTETS;
    if (line.len > 1 + uu_characters(*octets) + 1)
        return false;
    for (uint32_t i = 0; i < line.len; i++)
        if (line.data[i] < ' ' || line.data[i] > '`')
            return false;
    return true;
}

static bool is_end(mw_bytes text, mw_slice line)
{
    mw_bytes word = mw_sub(text, mw_slice_trim(text, line));
    return word.len == 3 && memcmp(word.data, "end", 3) == 0;
}

/* The lines of a file behind its first. A line without octets, whose blank may have got lost, stands before the last.
 */
static bool read_uu_lines(mw_bytes text, uint32_t at, struct mail_file *out)
{
    uint32_t start = at;
    unsigned octets;
    bool full = false, closed = false;

    out->octets = 0;
    while (at < text.len) {
        struct line line = line_at(text, at);
        bool fits = parse_uu_line(mw_sub(text, line.text), &octets);
        if (!fits || octets == 0)
            break;
        if (at == start)
            full = line.text.len > uu_characters(octets);
        out->octets += octets;
        at = line.next;
    }
    out->data = mw_slice_of(start, at - start);
    struct line line = line_at(text, at);
    if (line.text.len == 0 || (parse_uu_line(mw_sub(text, line.text), &octets) && octets == 0))
        line = line_at(text, line.next);
    closed = is_end(text, line.text);
    out->where.len = (closed ? line.next : at) - out->where.offset;
    return closed || full;
}

/* ---- yEnc ---- */

/* The value of a keyword such as " size=" as a number. */
static bool has_number(mw_bytes line, const char *keyword)
{
    uint64_t value;
    uint32_t at = mw_find_nocase(line, 0, keyword);
    mw_slice rest = mw_slice_skip(mw_slice_of(0, line.len), at + (uint32_t)strlen(keyword));
    return at < line.len && mw_parse_number(line, mw_next_word(line, &rest), &value);
}

/* "=ybegin line=128 size=123456 name=" with the name up to the end of the line; others may stand in front of it. */
static bool parse_ybegin(mw_bytes text, mw_slice where, mw_slice *name)
{
    static const char keyword[] = " name=";
    mw_bytes line = mw_sub(text, where);
    uint32_t at = mw_find_nocase(line, 0, keyword);
    mw_bytes front = mw_bytes_of(line.data, at);

    if (!mw_starts_nocase(line, "=ybegin ") || at == line.len || !has_number(front, " line=") ||
        !has_number(front, " size="))
        return false;
    *name = mw_slice_trim(text, mw_slice_skip(where, at + sizeof keyword - 1));
    return name->len > 0;
}

static bool starts_with(mw_bytes text, uint32_t at, const char *word)
{
    return mw_starts_nocase(mw_sub(text, mw_slice_of(at, text.len - at)), word);
}

static void read_yenc_lines(mw_bytes text, uint32_t at, struct mail_file *out)
{
    if (starts_with(text, at, "=ypart "))
        at = line_at(text, at).next;
    uint32_t end = at;
    while (end < text.len && !starts_with(text, end, "=yend"))
        end = line_at(text, end).next;
    out->data = mw_slice_of(at, end - at);
    out->octets = out->data.len;
    if (end < text.len)
        end = line_at(text, end).next;
    out->where.len = end - out->where.offset;
}

/* ---- both ---- */

bool mail_file_find(mw_bytes text, uint32_t at, struct mail_file *out)
{
    while (at < text.len) {
        struct line line = line_at(text, at);
        out->where = mw_slice_of(at, 0);
        if (text.data[at] == 'b' && parse_begin(text, line.text, &out->name)) {
            out->form = MAIL_FILE_UU;
            if (read_uu_lines(text, line.next, out))
                return true;
        } else if (text.data[at] == '=' && parse_ybegin(text, line.text, &out->name)) {
            out->form = MAIL_FILE_YENC;
            read_yenc_lines(text, line.next, out);
            return true;
        }
        at = line.next;
    }
    return false;
}

/* Decoded octets on their way. */
struct sink {
    uint8_t octets[SINK_OCTETS];
    uint32_t len;
    mail_octets_consumer *consume;
    void *closure;
};

/* Room for so many octets, at most all of the sink. */
static uint8_t *room(struct sink *sink, uint32_t octets)
{
    if (SINK_OCTETS - sink->len < octets) {
        sink->consume(sink->closure, mw_bytes_of(sink->octets, sink->len));
        sink->len = 0;
    }
    return sink->octets + sink->len;
}

static void decode_uu_line(GMimeEncoding *state, mw_bytes line, struct sink *sink)
{
    char exact[1 + UU_MAX_CHARACTERS + 1];
    unsigned octets;

    if (!parse_uu_line(line, &octets))
        return;
    uint32_t len = 1 + uu_characters(octets);
    memset(exact, ' ', len);
    memcpy(exact, line.data, MIN(line.len, len));
    exact[len] = '\n';
    char *out = (char *)room(sink, sizeof exact);
    sink->len += (uint32_t)g_mime_encoding_step(state, exact, len + 1, out);
}

struct ystate {
    int state;
    guint32 part_crc, crc;
};

/* GMime would take CR for an octet, and needs no ends of lines. */
static void decode_yenc_line(struct ystate *y, mw_bytes line, struct sink *sink)
{
    for (uint32_t at = 0; at < line.len; at += SINK_OCTETS) {
        mw_bytes piece = mw_sub(line, mw_slice_of(at, SINK_OCTETS));
        uint8_t *out = room(sink, piece.len);
        sink->len += (uint32_t)g_mime_ydecode_step(piece.data, piece.len, out, &y->state, &y->part_crc, &y->crc);
    }
}

void mail_file_decode(mw_bytes text, const struct mail_file *file, mail_octets_consumer *consume, void *closure)
{
    mw_bytes data = mw_sub(text, file->data);
    struct sink sink = { .len = 0, .consume = consume, .closure = closure };
    struct ystate y = { GMIME_YDECODE_STATE_INIT, GMIME_YENCODE_CRC_INIT, GMIME_YENCODE_CRC_INIT };
    GMimeEncoding uu;

    g_mime_encoding_init_decode(&uu, GMIME_CONTENT_ENCODING_UUENCODE);
    for (uint32_t at = 0; at < data.len;) {
        struct line line = line_at(data, at);
        if (file->form == MAIL_FILE_UU)
            decode_uu_line(&uu, mw_sub(data, line.text), &sink);
        else
            decode_yenc_line(&y, mw_sub(data, line.text), &sink);
        at = line.next;
    }
    consume(closure, mw_bytes_of(sink.octets, sink.len));
}
