/* The octets of a connection as they come from TCP or TLS: what is new, what is missing, what was there before.
 *
 * One call of the dissector is a chunk. On the first pass a chunk is cut into elements by the protocol's session; every
 * later pass finds the same chunk again, whichever frame, order or pass asks for it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_STREAM_H
#define MW_STREAM_H

#include "compat.h"
#include "session.h"

/* What a protocol's session does for the stream. All are called on the first pass only. */
struct mw_stream_ops {
    /* Takes the next element from the start of in and fills the element (zeroed before, mw_alloc).
     * Returns the octets it has used; 0 when the line is unfinished, which is never returned when arrival->flush is
     * set. */
    uint32_t (*next)(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mw_element *element);
    /* Notes that octets are missing in that direction, in front of those that come next. Returns the hole that they
     * leave in a message; NULL: they are of no use should they come late. */
    struct mail_hole *(*gap)(void *session, const struct mw_arrival *arrival, uint64_t octets,
                             struct mw_element *element);
    /* Takes the first octets of such a hole, and fills the element. Returns the octets used; 0: nobody waits for them
     * any more. */
    uint32_t (*late)(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mail_hole *hole,
                     struct mw_element *element);
    /* The other side has acknowledged octets of that side which the capture has not shown so far. */
    void (*unseen)(void *session, enum mw_side from);
    size_t element_size;
};

struct mw_hole;

struct mw_flow {
    uint32_t next_seq; /* of the first octet that was not yet taken */
    uint32_t waiting;  /* octets behind it that wait for the rest of their line */
    uint32_t calls;    /* that have brought parts of that line */
    bool started;
    struct mw_hole *holes; /* octets that are of use should they come late, the last hole first */
};

/* TCP numbers its octets; TLS on Wireshark 4.0 does not tell, nor do proxies. */
enum mw_carrier { MW_NUMBERED, MW_COUNTED, MW_CARRIERS };

struct mw_stream {
    const struct mw_stream_ops *ops;
    void *session;
    struct mw_flow flow[MW_CARRIERS][MW_SIDES];
};

/* What one call brought. */
struct mw_chunk {
    const struct mw_stream *stream; /* two connections in one frame, in a tunnel, may have the same numbers */
    struct mw_element *first;
    int64_t place; /* of the frame in the file: frames that a read filter drops share their number with the next */
    uint32_t frame;
    uint32_t number;       /* sequence number; for a carrier that has none, see calls_in_frame */
    uint32_t octets;       /* of the tvb: another size is another call */
    uint32_t waiting : 29; /* octets at the end that wait for the rest of their line */
    uint32_t counted : 1;  /* enum mw_carrier */
    uint32_t repeated : 1; /* nothing but octets that were there before */
    uint32_t late : 1;     /* TCP took them for octets that were there before */
};

/* One call of the dissector. */
struct mw_call {
    tvbuff_t *tvb;
    packet_info *pinfo;
    const struct tcpinfo *tcp; /* what TCP handed over; NULL when the octets come from TLS or a proxy */
    enum mw_side from;         /* who sent it */
    bool desegment;            /* whether to wait for the rest of an unfinished line */
};

/* The chunk of a call, made on the first pass. Returns false when a later pass asks with octets that were never a chunk
 * (they wait for the rest of their line). */
bool mw_stream_chunk(struct mw_stream *stream, const struct mw_call *call, struct mw_chunk *chunk);
/* The same for a segment that TCP has handed to nobody, because it is out of order or begins with octets that were sent
 * before. Returns false when there is nothing new in it. */
bool mw_stream_late_chunk(struct mw_stream *stream, const struct mw_call *call, struct mw_chunk *chunk);

/* A new capture begins. */
void mw_stream_begin_capture(void);

#endif
