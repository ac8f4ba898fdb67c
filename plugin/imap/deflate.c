/* COMPRESS=DEFLATE: RFC 4978. Both directions are raw DEFLATE from the octet behind the tagged OK on.
 *
 * What a segment inflates to is kept, so that any frame can be asked for in any order: of all segments of a direction
 * together at most MAX_PLAIN octets and USUAL_RATIO times their size, and nothing of one that inflates to more than
 * MAX_RATIO times its size (RFC 1951 allows 1032 times). A line that is cut by the end of a segment goes in front of
 * what the next one inflates to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <zlib.h>

#include "imap/state.h"

/* expert.md's bound, and what no mailbox of text and base64 comes near to. */
#define MAX_RATIO 1000
#define USUAL_RATIO 50
#define MAX_PLAIN (1024u * 1024)

struct imap_inflater {
    z_stream zlib;
    bool dead;             /* octets are missing, or do not inflate */
    bool dropping;         /* too much was kept: inflated only to tell how much it is */
    uint64_t taken, total; /* octets in and out so far */
    uint8_t *carried;      /* the start of a line */
    uint32_t carried_len, carried_room;
};

static voidpf allocate(voidpf opaque, uInt items, uInt size)
{
    (void)opaque;
    return mw_alloc((size_t)items * size);
}

static void release(voidpf opaque, voidpf address)
{
    (void)opaque;
    (void)address; /* goes with the capture */
}

void imap_inflate_begin(struct imap_flow *flow)
{
    struct imap_inflater *inflater = mw_new(struct imap_inflater);
    inflater->zlib.zalloc = allocate;
    inflater->zlib.zfree = release;
    inflater->dead = inflateInit2(&inflater->zlib, -MAX_WBITS) != Z_OK;
    flow->inflater = inflater;
    imap_session_enter(flow, IMAP_IN_LINES);
}

void imap_inflate_lost(struct imap_flow *flow)
{
    flow->inflater->dead = true;
}

/* Why no more of this direction is inflated; MW_ISSUE_COUNT: it goes on. */
static mw_issue_id problem(const struct imap_inflater *inflater, int status, uint64_t made, uint64_t octets)
{
    if (made > octets * MAX_RATIO)
        return MW_ISSUE_IMAP_COMPRESS_RATIO;
    bool fine = status == Z_OK || status == Z_BUF_ERROR || (status == Z_STREAM_END && inflater->zlib.avail_in == 0);
    return fine ? MW_ISSUE_COUNT : MW_ISSUE_IMAP_COMPRESS_FAILED;
}

static bool may_keep(const struct imap_inflater *inflater)
{
    return inflater->total <= MAX_PLAIN + inflater->taken * USUAL_RATIO;
}

/* Inflates all of in behind what was carried over; out gets no more than may be kept. What does not inflate any more is
 * noted; what did is there. */
static void run(const struct imap_turn *turn, mw_bytes in, GByteArray *out)
{
    struct imap_inflater *inflater = turn->flow->inflater;
    uint8_t buffer[16384];
    z_stream *zlib = &inflater->zlib;
    mw_issue_id why = MW_ISSUE_COUNT;
    uint64_t before = inflater->total;
    bool more = true;

    inflater->taken += in.len;
    zlib->next_in = (z_const Bytef *)in.data;
    zlib->avail_in = in.len;
    while (more && why == MW_ISSUE_COUNT) {
        zlib->next_out = buffer;
        zlib->avail_out = sizeof buffer;
        int status = inflate(zlib, Z_SYNC_FLUSH);
        uint32_t made = (uint32_t)(sizeof buffer - zlib->avail_out);
        inflater->total += made;
        if (!inflater->dropping && may_keep(inflater))
            g_byte_array_append(out, buffer, made);
        why = problem(inflater, status, inflater->total - before, in.len);
        more = status == Z_OK && (made == sizeof buffer || zlib->avail_in);
    }
    if (why == MW_ISSUE_COUNT && !inflater->dropping && !may_keep(inflater)) {
        inflater->dropping = true;
        imap_note(turn, MW_ISSUE_IMAP_LIMIT, mw_slice_of(0, 0));
    }
    if (why == MW_ISSUE_IMAP_COMPRESS_RATIO)
        g_byte_array_set_size(out, inflater->carried_len); /* nobody wants to read that */
    if (why == MW_ISSUE_COUNT)
        return;
    imap_note(turn, why, mw_slice_of(0, 0));
    inflater->dead = true;
}

/* Cuts plain text into elements. Returns the octets taken. */
static uint32_t cut(const struct imap_turn *turn, mw_bytes in, struct mw_element **last)
{
    uint32_t at = 0;

    while (at < in.len) {
        struct imap_element *element = mw_new(struct imap_element);
        struct imap_turn inner = *turn;
        inner.element = element;
        element->from_client = turn->from_client;
        element->utf8 = turn->session->utf8;
        uint32_t used = imap_session_next_plain(&inner, mw_bytes_of(in.data + at, in.len - at));
        if (used == 0)
            break;
        element->base.offset = at;
        element->base.len = used;
        *last = &element->base;
        last = &element->base.next;
        at += used;
    }
    return at;
}

/* In a room that doubles: a line that comes in many segments is not kept again with each of them. */
static void carry(struct imap_inflater *inflater, mw_bytes rest)
{
    if (rest.len > inflater->carried_room) {
        inflater->carried_room = rest.len * 2;
        inflater->carried = mw_alloc(inflater->carried_room);
    }
    if (rest.len)
        memcpy(inflater->carried, rest.data, rest.len);
    inflater->carried_len = rest.len;
}

/* What a segment inflates to; out: all of it behind what was carried over. Without an element, what was carried over is
 * left for the segment that ends its line. */
static struct imap_inflated *keep_plain(const struct imap_turn *turn, const GByteArray *out)
{
    struct imap_inflater *inflater = turn->flow->inflater;
    struct imap_inflated *plain = mw_new(struct imap_inflated);
    uint32_t taken = cut(turn, mw_bytes_of(out->data, out->len), &plain->first);

    plain->carried = plain->first ? inflater->carried_len : 0;
    plain->len = out->len - (plain->first ? 0 : inflater->carried_len);
    plain->data = (uint8_t *)mw_keep(mw_bytes_of(out->data + out->len - plain->len, plain->len));
    carry(inflater, mw_bytes_of(out->data + taken, out->len - taken));
    return plain;
}

uint32_t imap_inflate(const struct imap_turn *turn, mw_bytes in)
{
    struct imap_inflater *inflater = turn->flow->inflater;
    GByteArray *out = g_byte_array_new();
    bool was_dead = inflater->dead;

    turn->element->kind = IMAP_DEFLATED;
    g_byte_array_append(out, inflater->carried, inflater->carried_len);
    if (!inflater->dead)
        run(turn, in, out);
    if (!was_dead && out->len > inflater->carried_len)
        imap_need_extra(turn->element)->plain = keep_plain(turn, out);
    g_byte_array_free(out, true);
    return in.len;
}
