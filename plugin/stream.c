/* Cuts what TCP or TLS hands over into elements, once, and finds them again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "stream.h"

#include "mail/dissect.h"
#include "mail/tail.h"

/* Calls that may bring one line; what has come by then is taken as it is. More than the longest line that is kept has
 * in segments of a network: Wireshark 4 puts all octets of a line together again for each segment, at a cost that grows
 * with the square of their number. */
#define MAX_CALLS 1024
/* Octets that wait for the rest of their line; sessions take a line before it is that long. */
#define MAX_WAITING ((1u << 29) - 1)
/* Holes of one side that are remembered: more than a burst that is sent again has. */
#define MAX_HOLES 64

/* All chunks of the capture in the order of their frames, which is that of the first pass. An array needs less than
 * half the memory of epan's data per frame. */
static wmem_array_t *chunks;

void mw_stream_begin_capture(void)
{
    chunks = wmem_array_new(wmem_file_scope(), sizeof(struct mw_chunk));
}

/* Number of chunks of one side that this dissection of the frame has shown; the side is part of the key because both
 * can be in one frame only over TLS-in-TLS, and then they must not disturb each other. TLS on Wireshark 4.0 tells no
 * sequence number, so there the chunks of a frame are counted; one that only waits for the rest of a line is not
 * counted, since a later pass may not be asked for it. */
static uint32_t *calls_in_frame(packet_info *pinfo, enum mw_side from)
{
    uint32_t *calls = p_get_proto_data(pinfo->pool, pinfo, proto_mail, from);
    if (!calls) {
        calls = wmem_new0(pinfo->pool, uint32_t);
        p_add_proto_data(pinfo->pool, pinfo, proto_mail, from, calls);
    }
    return calls;
}

static struct mw_element *new_element(const struct mw_stream *stream, uint32_t offset, uint32_t len)
{
    struct mw_element *element = mw_alloc(stream->ops->element_size);
    element->offset = offset;
    element->len = len;
    return element;
}

struct cutter {
    struct mw_stream *stream;
    struct mw_element **last; /* the link that the next element goes into */
    struct mw_arrival arrival;
};

static void append(struct cutter *c, struct mw_element *element)
{
    *c->last = element;
    c->last = &element->next;
}

/* Octets of a message that are missing. */
struct mw_hole {
    struct mw_hole *next;
    struct mail_hole *in_message;
    uint32_t seq, octets; /* that have not come */
};

static struct mail_hole *cut_gap(struct cutter *c, uint32_t offset, uint64_t octets)
{
    struct mw_element *element = new_element(c->stream, offset, 0);
    append(c, element);
    return c->stream->ops->gap(c->stream->session, &c->arrival, octets, element);
}

static struct mw_hole *add_hole(struct mw_hole *next, struct mail_hole *in_message, uint32_t seq, uint32_t octets)
{
    struct mw_hole *hole = mw_new(struct mw_hole);
    *hole = (struct mw_hole){ next, in_message, seq, octets };
    return hole;
}

static void forget_oldest_hole(struct mw_flow *flow)
{
    unsigned count = 0;
    for (struct mw_hole *hole = flow->holes; hole; hole = hole->next)
        if (++count == MAX_HOLES - 1)
            hole->next = NULL;
}

static void cut_hole(struct cutter *c, struct mw_flow *flow, uint32_t octets)
{
    struct mail_hole *in_message = cut_gap(c, 0, octets);
    if (!in_message)
        return;
    forget_oldest_hole(flow);
    flow->holes = add_hole(flow->holes, in_message, flow->next_seq, octets);
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
        append(c, element);
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

static void make_chunk(struct mw_stream *stream, const struct mw_call *call, struct mw_chunk *chunk)
{
    struct mw_flow *flow = &stream->flow[call->tcp ? MW_NUMBERED : MW_COUNTED][call->from];
    uint32_t captured = tvb_captured_length(call->tvb), reported = tvb_reported_length(call->tvb);
    uint32_t seq = call->tcp ? call->tcp->seq : flow->next_seq;
    uint32_t missing;
    uint32_t skip = place(flow, seq, reported, &missing);
    bool crowded = flow->calls >= MAX_CALLS;
    bool flush = captured < reported || call->pinfo->can_desegment == 0 || !call->desegment || crowded;
    struct cutter c = { stream, &chunk->first, { call->from, flush, moment_of(call->pinfo), crowded } };

    chunk->octets = captured;
    chunk->repeated = skip == reported;
    if (chunk->repeated)
        return;
    if (call->tcp)
        check_acknowledged(stream, call->from, call->tcp->lastackseq);
    if (missing)
        cut_hole(&c, flow, missing);
    uint32_t taken = cut_chunk(&c, call->tvb, skip);
    flow->started = true;
    flow->next_seq = seq + taken;
    flow->waiting = reported - taken;
    flow->calls = taken ? flow->waiting > 0 : flow->calls + 1;
    chunk->waiting = flow->waiting & MAX_WAITING;
}

/* The octets of a segment that a hole lacks. Returns whether the hole still waits for more. */
static bool fill_hole(struct cutter *c, struct mw_hole *hole, mw_bytes in, uint32_t seq)
{
    int32_t skip = (int32_t)(hole->seq - seq);
    if (skip >= (int32_t)in.len || -skip >= (int32_t)hole->octets)
        return true;
    if (skip < 0) { /* not its first octets */
        uint32_t kept = seq - hole->seq;
        struct mail_hole *behind = mail_hole_split(hole->in_message, kept);
        if (behind)
            hole->next = add_hole(hole->next, behind, seq, hole->octets - kept);
        hole->octets = kept;
        return true;
    }
    uint32_t octets = in.len - (uint32_t)skip;
    struct mw_element *element = new_element(c->stream, (uint32_t)skip, 0);
    mw_bytes rest = mw_sub(in, mw_slice_of((uint32_t)skip, octets < hole->octets ? octets : hole->octets));
    element->len = c->stream->ops->late(c->stream->session, &c->arrival, rest, hole->in_message, element);
    if (element->len == 0)
        return false;
    append(c, element);
    hole->seq += element->len;
    hole->octets -= element->len;
    return hole->octets > 0;
}

/* Whether octets begin with old ones, or with the next, and end behind all that have come in order. */
static bool goes_on(const struct mw_flow *flow, uint32_t seq, uint32_t octets)
{
    uint32_t old = flow->next_seq - seq;
    return (int32_t)old >= 0 && old + flow->waiting < octets;
}

static void make_late_chunk(struct mw_stream *stream, const struct mw_call *call, struct mw_chunk *chunk)
{
    struct mw_flow *flow = &stream->flow[MW_NUMBERED][call->from];
    uint32_t captured = tvb_captured_length(call->tvb), reported = tvb_reported_length(call->tvb);
    uint32_t seq = call->tcp->seq;
    struct cutter c = { stream, &chunk->first, { call->from, true, moment_of(call->pinfo), false } };
    mw_bytes in = mw_bytes_of(captured ? tvb_get_ptr(call->tvb, 0, (int)captured) : NULL, captured);

    for (struct mw_hole **hole = &flow->holes; *hole;) {
        if (fill_hole(&c, *hole, in, seq))
            hole = &(*hole)->next;
        else
            *hole = (*hole)->next;
    }
    if (!goes_on(flow, seq, reported))
        return;
    cut_chunk(&c, call->tvb, flow->next_seq - seq);
    flow->next_seq = seq + reported;
    flow->waiting = flow->calls = 0;
}

/* Another number of octets is another call; but what waits behind a whole line, TCP may leave out on later passes. */
static bool is_chunk_of(const struct mw_chunk *chunk, const struct mw_call *call)
{
    uint32_t octets = tvb_captured_length(call->tvb);
    return chunk->octets == octets || chunk->octets - chunk->waiting == octets;
}

static int compare_frames(const struct mw_chunk *a, const struct mw_chunk *b)
{
    if (a->frame != b->frame)
        return a->frame < b->frame ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* Index of the first chunk of this frame, or of the first one behind it. */
static unsigned first_of_frame(const struct mw_chunk *wanted)
{
    const struct mw_chunk *all = wmem_array_get_raw(chunks);
    unsigned from = 0, to = wmem_array_get_count(chunks);

    if (to && compare_frames(&all[to - 1], wanted) < 0)
        return to; /* the first pass */
    while (from < to) {
        unsigned middle = from + (to - from) / 2;
        if (compare_frames(&all[middle], wanted) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* The chunk that has been kept for this stream and frame under the number, which is another one of all that the frame
 * has; NULL for none. */
static const struct mw_chunk *find_chunk(const struct mw_chunk *wanted)
{
    const struct mw_chunk *all = wmem_array_get_raw(chunks);
    unsigned count = wmem_array_get_count(chunks);

    for (unsigned i = first_of_frame(wanted); i < count && compare_frames(&all[i], wanted) == 0; i++)
        if (all[i].stream == wanted->stream && all[i].number == wanted->number && all[i].counted == wanted->counted &&
            all[i].late == wanted->late)
            return &all[i];
    return NULL;
}

/* In the order of frames, also where a first pass that was broken off goes on with a frame that somebody clicks. */
static void keep_chunk(const struct mw_chunk *chunk)
{
    wmem_array_append(chunks, chunk, 1);
    struct mw_chunk *all = wmem_array_get_raw(chunks);
    for (unsigned i = wmem_array_get_count(chunks) - 1; i > 0 && compare_frames(&all[i - 1], chunk) > 0; i--) {
        all[i] = all[i - 1];
        all[i - 1] = *chunk;
    }
}

static struct mw_chunk new_chunk(const struct mw_stream *stream, const packet_info *pinfo, uint32_t number)
{
    return (struct mw_chunk){ .stream = stream, .frame = pinfo->num, .place = pinfo->fd->file_off, .number = number };
}

bool mw_stream_chunk(struct mw_stream *stream, const struct mw_call *call, struct mw_chunk *chunk)
{
    packet_info *pinfo = call->pinfo;
    uint32_t *calls = call->tcp ? NULL : calls_in_frame(pinfo, call->from);
    *chunk = new_chunk(stream, pinfo, call->tcp ? call->tcp->seq : *calls * MW_SIDES + call->from);
    chunk->counted = !call->tcp;
    const struct mw_chunk *kept = find_chunk(chunk);

    if (kept) {
        *chunk = *kept;
    } else if (!PINFO_FD_VISITED(pinfo)) {
        make_chunk(stream, call, chunk);
        if (chunk->first || chunk->repeated)
            keep_chunk(chunk);
    } else {
        return false;
    }
    if (!is_chunk_of(chunk, call))
        return false;
    if (calls && chunk->first)
        ++*calls;
    return true;
}

bool mw_stream_late_chunk(struct mw_stream *stream, const struct mw_call *call, struct mw_chunk *chunk)
{
    const struct mw_flow *flow = &stream->flow[MW_NUMBERED][call->from];
    bool visited = PINFO_FD_VISITED(call->pinfo);
    bool news = flow->holes || goes_on(flow, call->tcp->seq, tvb_reported_length(call->tvb));
    if (!flow->started || (!visited && !news))
        return false;
    *chunk = new_chunk(stream, call->pinfo, call->tcp->seq);
    chunk->late = true;
    chunk->octets = tvb_captured_length(call->tvb);
    const struct mw_chunk *kept = find_chunk(chunk);

    if (kept) {
        *chunk = *kept;
    } else if (!visited) {
        make_late_chunk(stream, call, chunk);
        if (chunk->first)
            keep_chunk(chunk);
    }
    return chunk->first;
}
