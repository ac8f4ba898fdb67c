/* Putting the end of a message in order when some of its octets came late.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/tail.h"

/* Octets as they were sent; or the end of a hole, in front of which its octets are inserted. */
struct mail_piece {
    struct mail_piece *next;
    mw_bytes octets;
    uint32_t frame;   /* that brought them */
    uint64_t missing; /* the end of a hole: octets in front of it that have not come */
};

static struct mail_piece *insert_behind(struct mail_tail *tail, struct mail_piece *piece)
{
    struct mail_piece **link = piece ? &piece->next : &tail->first;
    struct mail_piece *added = mw_new(struct mail_piece);

    added->next = *link;
    *link = added;
    if (piece == tail->last)
        tail->last = added;
    return added;
}

static struct mail_piece *insert_octets(struct mail_tail *tail, struct mail_piece *behind, mw_bytes in, uint32_t frame)
{
    struct mail_piece *piece = insert_behind(tail, behind);
    piece->octets = mw_bytes_of(mw_keep(in), in.len);
    piece->frame = frame;
    tail->octets += in.len;
    return piece;
}

struct mail_hole *mail_hole_begin(struct mail_body *body, uint64_t octets, const struct smtp_dot *dot)
{
    struct mail_hole *hole = mw_new(struct mail_hole);
    struct mail_tail *tail = body->tail;

    if (!tail) {
        tail = body->tail = mw_new(struct mail_tail);
        tail->scanned = dot;
        if (dot)
            tail->dot = *dot;
    }
    if (dot)
        hole->dot = *dot;
    hole->body = body;
    hole->last = hole->before = tail->last;
    hole->end = insert_behind(tail, tail->last);
    hole->end->missing = octets;
    body->missing += octets;
    return hole;
}

uint32_t mail_hole_fill(struct mail_hole *hole, mw_bytes in, uint32_t frame)
{
    struct mail_body *body = hole->body;
    uint32_t used = in.len < hole->end->missing ? in.len : (uint32_t)hole->end->missing;

    if (used == 0)
        return 0;
    hole->last = insert_octets(body->tail, hole->last, mw_sub(in, mw_slice_of(0, used)), frame);
    hole->end->missing -= used;
    body->missing -= used;
    return used;
}

struct mail_hole *mail_hole_split(struct mail_hole *hole, uint32_t octets)
{
    if (octets >= hole->end->missing)
        return NULL;
    struct mail_hole *rest = mw_new(struct mail_hole);
    *rest = *hole;
    smtp_dot_lost(&rest->dot);
    hole->end = insert_behind(hole->body->tail, hole->last);
    hole->end->missing = octets;
    rest->end->missing -= octets;
    rest->before = rest->last = hole->end;
    return rest;
}

bool mail_tail_completes(struct mail_body *body, uint32_t frame)
{
    if (!body->ended || body->missing || body->tail->whole_frame)
        return false;
    body->tail->whole_frame = frame;
    body->tail->whole_id = mail_body_new_id();
    return true;
}

void mail_tail_keep(struct mail_body *body, mw_bytes in, uint32_t frame)
{
    if (body->tail)
        insert_octets(body->tail, body->tail->last, in, frame);
}

struct mail_walk mail_tail_walk(const struct mail_body *body)
{
    const struct mail_tail *tail = body->tail;
    return (struct mail_walk){ .next = tail->first, .dot = tail->dot, .scanned = tail->scanned };
}

static mw_bytes unstuff(struct mail_walk *walk, mw_bytes in, uint8_t *room)
{
    struct smtp_dot before = walk->dot;
    mw_issues issues = { 0 };
    uint32_t used;

    walk->ended = smtp_dot_scan(&walk->dot, in, &used, &issues);
    return mw_bytes_of(room, room ? smtp_dot_unstuff(&before, mw_sub(in, mw_slice_of(0, used)), room) : 0);
}

bool mail_tail_next(struct mail_walk *walk, uint8_t *room, mw_bytes *octets, uint32_t *frame)
{
    const struct mail_piece *piece = walk->next;

    for (; piece && piece->octets.len == 0; piece = piece->next)
        if (piece->missing)
            smtp_dot_lost(&walk->dot);
    if (!piece || walk->ended)
        return false;
    walk->next = piece->next;
    *frame = piece->frame;
    *octets = walk->scanned ? unstuff(walk, piece->octets, room) : piece->octets;
    return true;
}

bool mail_hole_rescan(const struct mail_hole *hole, struct smtp_dot *dot)
{
    struct mail_walk walk = mail_tail_walk(hole->body);
    mw_bytes octets;
    uint32_t frame;

    if (hole->end->missing)
        return false;
    if (hole->before)
        walk.next = hole->before->next;
    walk.dot = hole->dot;
    while (mail_tail_next(&walk, NULL, &octets, &frame))
        ;
    *dot = walk.dot;
    return walk.ended;
}

size_t mail_tail_room(const struct mail_body *body)
{
    return body->tail->octets + 1; /* a CR that was held back in front of the first hole */
}

uint64_t mail_body_count(const struct mail_body *body, const struct smtp_dot *dot)
{
    mw_bytes octets;
    uint32_t frame;

    if (!body->tail)
        return dot->message_octets + body->missing;
    struct mail_walk walk = mail_tail_walk(body);
    while (mail_tail_next(&walk, NULL, &octets, &frame))
        ;
    return walk.dot.message_octets + body->missing;
}
