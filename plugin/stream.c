/* Cuts what TCP or TLS hands over into elements, once, and finds them again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream.h"

/* A chunk is found by its frame and, over TCP, its sequence number. TLS on Wireshark 4.0 tells no number, so there the
 * chunks of a frame are counted; one that only waits for the rest of a line is not counted, since a later pass may
 * not be asked for it. */
static int chunk_key[MW_CARRIERS];

void mw_stream_init(int numbered_key, int counted_key)
{
    chunk_key[MW_NUMBERED] = numbered_key;
    chunk_key[MW_COUNTED] = counted_key;
}

/* Number of chunks of one side that this dissection of the frame has shown; the side is part of the key because both
 * can be in one frame only over TLS-in-TLS, and then they must not disturb each other. */
static uint32_t *calls_in_frame(packet_info *pinfo, enum mw_side from)
{
    uint32_t *calls = p_get_proto_data(pinfo->pool, pinfo, chunk_key[MW_COUNTED], from);
    if (!calls) {
        calls = wmem_new0(pinfo->pool, uint32_t);
        p_add_proto_data(pinfo->pool, pinfo, chunk_key[MW_COUNTED], from, calls);
    }
    return calls;
}

static void append(struct mw_chunk *chunk, struct mw_element ***last, struct mw_element *element)
{
    if (!chunk->first)
        *last = &chunk->first;
    **last = element;
    *last = &element->next;
}

static struct mw_element *new_element(const struct mw_stream *stream, uint32_t offset, uint32_t len)
{
    struct mw_element *element = wmem_alloc0(wmem_file_scope(), stream->ops->element_size);
    element->offset = offset;
    element->len = len;
    return element;
}

struct cutter {
    struct mw_stream *stream;
    struct mw_chunk *chunk;
    struct mw_element **last;
    struct mw_arrival arrival;
};

static void cut_gap(struct cutter *c, uint32_t offset, uint64_t octets)
{
    struct mw_element *element = new_element(c->stream, offset, 0);
    c->stream->ops->gap(c->stream->session, &c->arrival, octets, element);
    append(c->chunk, &c->last, element);
}

/* Elements up to the end of the octets, or to a line that is unfinished. Returns the octets taken. */
static uint32_t cut_elements(struct cutter *c, mw_bytes in, uint32_t offset)
{
    struct mw_element *element = NULL;
    while (offset < in.len) {
        mw_slice rest = mw_slice_of(offset, in.len - offset);
        if (!element)
            element = new_element(c->stream, offset, 0);
        uint32_t used = c->stream->ops->next(c->stream->session, &c->arrival, mw_sub(in, rest), element);
        if (used == 0)
            break;
        element->offset = offset;
        element->len = used;
        append(c->chunk, &c->last, element);
        element = NULL;
        offset += used;
    }
    return offset;
}

/* Octets at the start that were taken before, and how many are missing in front of it. */
static uint32_t place(const struct mw_flow *flow, uint32_t seq, uint32_t octets, uint32_t *missing)
{
    int32_t ahead = flow->started ? (int32_t)(seq - flow->next_seq) : 0;
    *missing = ahead > 0 ? (uint32_t)ahead : 0;
    if (ahead >= 0)
        return 0;
    uint32_t behind = (uint32_t)-ahead;
    return behind < octets ? behind : octets;
}

/* What one side acknowledges, the other has sent. A FIN counts as one octet. */
static void check_acknowledged(const struct mw_stream *stream, enum mw_side from, uint32_t acknowledged)
{
    enum mw_side to = from == MW_CLIENT ? MW_SERVER : MW_CLIENT;
    const struct mw_flow *flow = &stream->flow[MW_NUMBERED][to];
    if (flow->started && (int32_t)(acknowledged - (flow->next_seq + flow->waiting)) > 1)
        stream->ops->unseen(stream->session, to);
}

static struct mw_moment moment_of(const packet_info *pinfo)
{
    return (struct mw_moment){ pinfo->num, (int64_t)pinfo->abs_ts.secs * 1000000000 + pinfo->abs_ts.nsecs };
}

/* The elements of octets that are new from skip on; what the snap length has cut off is a gap. Returns the octets
 * taken. */
static uint32_t cut_chunk(struct cutter *c, tvbuff_t *tvb, uint32_t skip)
{
    uint32_t captured = tvb_captured_length(tvb), reported = tvb_reported_length(tvb);
    mw_bytes in = mw_bytes_of(captured ? tvb_get_ptr(tvb, 0, (int)captured) : NULL, captured);
    uint32_t taken = skip < captured ? cut_elements(c, in, skip) : captured;

    if (captured == reported)
        return taken;
    cut_gap(c, captured, reported - (skip > captured ? skip : captured));
    return reported;
}

static struct mw_chunk *make_chunk(struct mw_stream *stream, const struct mw_call *call)
{
    struct mw_flow *flow = &stream->flow[call->tcp ? MW_NUMBERED : MW_COUNTED][call->from];
    uint32_t captured = tvb_captured_length(call->tvb), reported = tvb_reported_length(call->tvb);
    uint32_t seq = call->tcp ? call->tcp->seq : flow->next_seq;
    uint32_t missing;
    uint32_t skip = place(flow, seq, reported, &missing);
    bool flush = captured < reported || call->pinfo->can_desegment == 0 || !call->desegment;
    struct mw_chunk *chunk = wmem_new0(wmem_file_scope(), struct mw_chunk);
    struct cutter c = { stream, chunk, NULL, { call->from, flush, moment_of(call->pinfo) } };

    chunk->stream = stream;
    chunk->octets = captured;
    chunk->repeated = skip == reported;
    if (chunk->repeated)
        return chunk;
    if (call->tcp)
        check_acknowledged(stream, call->from, call->tcp->lastackseq);
    if (missing)
        cut_gap(&c, 0, missing);
    uint32_t taken = cut_chunk(&c, call->tvb, skip);
    flow->started = true;
    flow->next_seq = seq + taken;
    flow->waiting = chunk->waiting = reported - taken;
    return chunk;
}

/* Another number of octets is another call; but what waits behind a whole line, TCP may leave out on later passes. */
static bool is_chunk_of(const struct mw_chunk *chunk, const struct mw_stream *stream, const struct mw_call *call)
{
    uint32_t octets = tvb_captured_length(call->tvb);
    return chunk->stream == stream && (chunk->octets == octets || chunk->octets - chunk->waiting == octets);
}

const struct mw_chunk *mw_stream_chunk(struct mw_stream *stream, const struct mw_call *call)
{
    packet_info *pinfo = call->pinfo;
    int proto = chunk_key[call->tcp ? MW_NUMBERED : MW_COUNTED];
    uint32_t *calls = call->tcp ? NULL : calls_in_frame(pinfo, call->from);
    uint32_t key = call->tcp ? call->tcp->seq : *calls * MW_SIDES + call->from;
    struct mw_chunk *chunk = p_get_proto_data(wmem_file_scope(), pinfo, proto, key);

    if (!chunk && !PINFO_FD_VISITED(pinfo)) {
        chunk = make_chunk(stream, call);
        if (chunk->first || chunk->repeated)
            p_add_proto_data(wmem_file_scope(), pinfo, proto, key, chunk);
    }
    if (!chunk || !is_chunk_of(chunk, stream, call))
        return NULL;
    if (calls && chunk->first)
        ++*calls;
    return chunk;
}
