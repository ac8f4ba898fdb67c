/* What stands between the +OK line and the dot: rows, or a message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "pop3/state.h"

static void begin_message(const struct pop3_step *step, const struct pop3_reply *reply)
{
    struct pop3_session *s = step->session;

    smtp_dot_start(&s->dot);
    s->body = mail_body_new();
    s->lines = 0;
    if (reply->broken) {
        s->body->broken = true;
        smtp_dot_lost(&s->dot);
    }
    pop3_record_begin(step, reply);
}

void pop3_content_begin(const struct pop3_step *step, struct pop3_reply *reply)
{
    struct pop3_session *s = step->session;

    s->reply = reply;
    s->unasked = NULL;
    s->lost = false;
    switch (reply->content) {
    case POP3_MESSAGE:
        begin_message(step, reply);
        break;
    case POP3_SCAN_LISTING:
        pop3_forget_sizes(s);
        break;
    case POP3_UNIQUE_IDS:
        s->ids.reply++;
        s->ids.count = 0;
        break;
    case POP3_CAPABILITIES:
        s->offer = (struct pop3_offer){ .known = true };
        break;
    default:
        break;
    }
}

/* ---- its end ---- */

static void leave(struct pop3_session *s)
{
    if (s->reply->to && s->first == s->reply->to)
        pop3_session_drop(s);
    s->reply = NULL;
}

static void end_content(const struct pop3_step *step)
{
    struct pop3_reply *reply = step->session->reply;

    step->element->ends = true;
    reply->end_frame = step->now->frame;
    if (reply->to)
        reply->to->pairing.reply_frame = step->now->frame;
    pop3_check_content(step, reply);
    leave(step->session);
}

void pop3_content_break_off(const struct pop3_step *step)
{
    struct pop3_session *s = step->session;

    if (s->reply->broken)
        s->resync = true; /* other replies may be missing with its dot */
    else
        pop3_note_order(step, MW_ISSUE_POP_UNTERMINATED, mw_slice_of(0, 0));
    if (s->reply->content == POP3_MESSAGE)
        pop3_record_end(step, s->reply);
    leave(s);
}

/* The client has gone on after the last octets of this reply. */
static bool client_goes_on(const struct pop3_session *s)
{
    return s->spoke && (s->reply->to ? s->reply->to->next : s->first);
}

/* A message may hold any line, so that only a gap, which may have taken its dot, lets one with a status end it. A row
 * never begins with a status. */
bool pop3_content_is_over(const struct pop3_session *s, mw_bytes in)
{
    const struct pop3_reply *reply = s->reply;

    if (!pop3_is_reply(in))
        return false;
    if (reply->content == POP3_MESSAGE)
        return reply->broken && client_goes_on(s);
    return reply->broken || client_goes_on(s) || (reply->guessed && !s->seen[MW_CLIENT]);
}

bool pop3_content_may_be_over(const struct pop3_session *s, mw_bytes in)
{
    const struct pop3_reply *reply = s->reply;
    return reply->content == POP3_MESSAGE && reply->broken && client_goes_on(s) && pop3_may_become_reply(in);
}

/* ---- rows ---- */

static uint32_t next_row(const struct pop3_step *step, mw_bytes in, bool flush)
{
    struct pop3_reply *reply = step->session->reply;
    struct pop3_row row;
    mw_slice text;
    uint32_t used = pop3_take_line(step, in, flush, &text);

    if (used == 0)
        return 0;
    mw_bytes line = mw_bytes_of(in.data, used);
    pop3_parse_row(line, &row);
    step->element->reply = reply;
    if (row.ends) {
        step->element->kind = POP3_DOT;
        end_content(step);
        return used;
    }
    step->element->kind = POP3_ROW;
    step->element->index = reply->rows++;
    pop3_check_row(step, reply, line);
    return used;
}

/* ---- messages ---- */

static uint32_t count_lines(mw_bytes in)
{
    uint32_t lines = 0;
    for (uint32_t at = mw_find(in, 0, '\n'); at < in.len; at = mw_find(in, at + 1, '\n'))
        lines++;
    return lines;
}

/* Of what the scanner of SMTP tells only this is said of a fetched message: where it ends is the server's word, and
 * what is odd in its text is said of the message. */
static void keep_unstuffed(const struct pop3_step *step, const mw_issues *issues, uint32_t offset)
{
    for (unsigned i = 0; i < issues->count; i++)
        if (issues->list[i].id == MW_ISSUE_DOT_UNSTUFFED)
            pop3_note(step, MW_ISSUE_POP_DOT_UNSTUFFED,
                      mw_slice_of(issues->list[i].where.offset + offset, issues->list[i].where.len));
}

/* Octets up to the dot. Until a line has ended in CRLF, a dot between bare LFs ends the message, too: there are servers
 * that know LF alone. */
static bool scan_message(const struct pop3_step *step, mw_bytes in, uint32_t *used)
{
    struct pop3_session *s = step->session;
    bool ends = false, edits = false;

    for (*used = 0; *used < in.len && !ends;) {
        bool lf_only = !s->dot.crlf_seen;
        uint32_t end = lf_only ? mw_find(in, *used, '\n') + 1 : in.len;
        mw_issues issues = { 0 };
        uint32_t taken;
        end = end < in.len ? end : in.len;
        ends = smtp_dot_scan(&s->dot, mw_sub(in, mw_slice_of(*used, end - *used)), &taken, &issues);
        keep_unstuffed(step, &issues, *used);
        edits = edits || s->dot.edits;
        *used += taken;
        if (!ends && lf_only && s->dot.lookalike_octets) {
            s->body->trailer = s->dot.lookalike_octets;
            ends = true;
        }
    }
    s->dot.edits = edits;
    s->lines += count_lines(mw_sub(in, mw_slice_of(0, *used))) - ends;
    return ends;
}

static void end_message(const struct pop3_step *step)
{
    struct pop3_session *s = step->session;

    s->body->octets = mail_body_count(s->body, &s->dot);
    s->body->ended = true;
    s->body->whole_frame = step->now->frame;
    pop3_record_end(step, s->reply);
    end_content(step);
}

/* An element with octets of the message. */
static void show_body(const struct pop3_step *step)
{
    struct pop3_session *s = step->session;

    step->element->kind = POP3_BODY;
    step->element->reply = s->reply;
    step->element->body = s->body;
    step->element->index = s->body->fragments++;
    s->body->last = *step->now;
    if (s->transaction)
        s->transaction->last = *step->now;
}

static uint32_t next_body(const struct pop3_step *step, mw_bytes in)
{
    struct pop3_session *s = step->session;
    struct smtp_dot before = s->dot;
    uint32_t used;
    bool ends = scan_message(step, in, &used);

    mail_tail_keep(s->body, mw_sub(in, mw_slice_of(0, used)), step->now->frame);
    show_body(step);
    if (s->dot.edits) {
        struct smtp_dot *stand = mw_new(struct smtp_dot);
        *stand = before;
        pop3_need_extra(step->element)->dot = stand;
    }
    if (ends)
        end_message(step);
    return used;
}

uint32_t pop3_session_late(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mail_hole *hole,
                           struct mw_element *element)
{
    struct pop3_session *s = session;
    struct pop3_step step = { s, &arrival->when, (struct pop3_element *)element };
    bool waits = s->reply && s->reply->content == POP3_MESSAGE && s->body == hole->body && !hole->body->ended;
    uint32_t used = waits ? mail_hole_fill(hole, in, arrival->when.frame) : 0;

    if (used == 0)
        return 0;
    mail_transactions_forget_open();
    show_body(&step);
    if (mail_hole_rescan(hole, &s->dot))
        end_message(&step);
    return used;
}

uint32_t pop3_content_next(const struct pop3_step *step, mw_bytes in, bool flush)
{
    return step->session->reply->content == POP3_MESSAGE ? next_body(step, in) : next_row(step, in, flush);
}
