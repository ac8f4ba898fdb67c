/* What the session fuzzers share of holes in messages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_FUZZ_TAIL_H
#define MW_FUZZ_TAIL_H

#include "fuzz.h"
#include "mail/tail.h"

/* The last hole that a session told of; hole is NULL without one. */
struct fuzz_hole {
    struct mail_hole *hole;
    uint64_t octets; /* that have not come */
};

/* An odd number of octets does not come first. */
static inline void fuzz_split_hole(struct fuzz_hole *last, size_t len)
{
    if (len % 2 == 0 || last->octets < 2)
        return;
    struct mail_hole *behind = mail_hole_split(last->hole, 1);
    if (!behind)
        return;
    last->hole = behind;
    last->octets--;
}

/* What came from the first hole on never needs more room than is said. */
static inline void fuzz_check_tail(const struct mail_body *body)
{
    if (!body || !body->tail)
        return;
    uint8_t *room = fuzz_copy(NULL, 0);
    room = realloc(room, mail_tail_room(body));
    FUZZ_CHECK(room);
    struct mail_walk walk = mail_tail_walk(body);
    size_t written = 0;
    mw_bytes octets;
    uint32_t frame;
    for (; mail_tail_next(&walk, room + written, &octets, &frame); written += octets.len) {
        FUZZ_CHECK(octets.len <= mail_tail_room(body) - written && frame);
        if (octets.data != room + written)
            memcpy(room + written, octets.data, octets.len);
    }
    free(room);
}

#endif
