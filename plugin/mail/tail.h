/* The end of a message, from the first octets on that the capture lacked when those behind them came.
 *
 * TCP may bring missing octets late: segments overtake each other, or are lost and sent again. From the first hole on,
 * the octets of a message are kept as they were sent, and put in order where the message ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAIL_TAIL_H
#define MAIL_TAIL_H

#include "mail/transaction.h"
#include "smtp/dot.h"

struct mail_piece;

/* What came from the first missing octets on; lives as long as the capture. */
struct mail_tail {
    struct mail_piece *first, *last;
    struct smtp_dot dot;    /* where the scanner stood in front of the first hole */
    bool scanned;           /* false: the octets are the message's as they are */
    size_t octets;          /* of all pieces */
    uint32_t whole_frame;   /* in which octets that were missing made whole a message that had ended; 0: none */
    uint32_t whole_id;      /* of the message then, unique in the capture like that of the body */
    uint64_t octets_before; /* the display's own: octets of the message in front of the first hole */
};

/* A hole in a message; lives as long as the capture. */
struct mail_hole {
    struct mail_body *body;
    struct mail_piece *end, *last; /* pieces of the tail: behind all octets of the hole, its last octets so far */
    struct mail_piece *before;     /* NULL: the hole begins the tail */
    struct smtp_dot dot;           /* where the scanner stood in front of it */
    void *owner;                   /* the session's own */
};

/* Octets are missing where the message has come to: counts them as missing.
 * @param dot  where the scanner stood in front of them; NULL: the octets are the message's as they are */
struct mail_hole *mail_hole_begin(struct mail_body *body, uint64_t octets, const struct smtp_dot *dot);
/* The next octets of a hole, from its start on, and the frame that brought them. Returns octets used: 0 when it is
 * full.
 */
uint32_t mail_hole_fill(struct mail_hole *hole, mw_bytes in, uint32_t frame);
/* The octets that come next are not the first of the hole: it keeps so many in front of them, at least one. Returns the
 * hole behind those; NULL when it has no more. */
struct mail_hole *mail_hole_split(struct mail_hole *hole, uint32_t octets);
/* When this hole has become full: where the scanner stands behind all octets of the message that have come. Returns
 * whether the message ends there. Changes nothing while octets of it are missing. */
bool mail_hole_rescan(const struct mail_hole *hole, struct smtp_dot *dot);
/* After mail_hole_fill: whether this has made whole a message that had ended before, in this frame. */
bool mail_tail_completes(struct mail_body *body, uint32_t frame);
/* The next octets of a message, as sent: copied when there is a hole before them. */
void mail_tail_keep(struct mail_body *body, mw_bytes in, uint32_t frame);

/* Where a walk over the tail is. */
struct mail_walk {
    const struct mail_piece *next;
    struct smtp_dot dot; /* where the scanner stands */
    bool scanned, ended;
};

/* Begins in front of the first hole of a message that has one. */
struct mail_walk mail_tail_walk(const struct mail_body *body);
/* The next octets of the message, framing removed; those that are still missing are left out.
 * @param room    for as many octets as mail_tail_room says; NULL: octets are not wanted
 * @param octets  in room; may be none
 * @param frame   that brought them
 * @return false at the end */
bool mail_tail_next(struct mail_walk *walk, uint8_t *room, mw_bytes *octets, uint32_t *frame);
/* Octets that mail_tail_next writes at most in one step, and in all steps together. */
size_t mail_tail_room(const struct mail_body *body);

/* Octets of a message, framing removed, those that are missing counted.
 * @param dot  where the scanner stands at its end */
uint64_t mail_body_count(const struct mail_body *body, const struct smtp_dot *dot);

#endif
