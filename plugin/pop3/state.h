/* What the files of the POP3 session share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef POP3_STATE_H
#define POP3_STATE_H

#include "pop3/session.h"

/* One step of the session: what is being read, when, and the element that shows it. */
struct pop3_step {
    struct pop3_session *session;
    const struct mw_moment *now;
    struct pop3_element *element;
};

/* The only place that changes the state. */
void pop3_session_enter(struct pop3_session *session, enum pop3_state state);

/* The extra part of an element, made when it has none. */
struct pop3_extra *pop3_need_extra(struct pop3_element *element);
void pop3_note(const struct pop3_step *step, mw_issue_id id, mw_slice where);
/* The same, unless a gap or a late start leaves the order of things in doubt. */
void pop3_note_order(const struct pop3_step *step, mw_issue_id id, mw_slice where);
/* Octets of a line with its ending, which *text is without; 0 for an unfinished one. A line that will not be finished,
 * or is too long, is taken as it is. */
uint32_t pop3_take_line(const struct pop3_step *step, mw_bytes in, bool flush, mw_slice *text);

/* Remembers what a reply is expected for. */
struct pop3_exchange *pop3_session_expect(const struct pop3_step *step, const struct pop3_verb_row *row);
/* Forgets the oldest expectation: its reply has come, or will not be seen. */
void pop3_session_drop(struct pop3_session *session);
static inline bool pop3_exchange_is(const struct pop3_exchange *exchange, enum pop3_verb verb)
{
    return exchange && exchange->row && exchange->row->verb == verb;
}
/* AUTH with a mechanism, or a line of its exchange. */
bool pop3_exchange_is_auth(const struct pop3_exchange *exchange);

/* The server's octets (reply.c). Returns octets used, 0 for an unfinished line. */
uint32_t pop3_session_server_octets(const struct pop3_step *step, mw_bytes in, bool flush);
/* The oldest outstanding command's reply will not be seen: it counts as accepted (reply.c). */
void pop3_session_skip_oldest(const struct pop3_step *step);
/* The replies to everything outstanding will not be seen (reply.c). */
void pop3_session_assume_accepted(const struct pop3_step *step);

/* Further lines of a reply (content.c). */
void pop3_content_begin(const struct pop3_step *step, struct pop3_reply *reply);
/* A line, or octets of a message. Returns octets used, 0 for an unfinished line. */
uint32_t pop3_content_next(const struct pop3_step *step, mw_bytes in, bool flush);
/* Whether octets are the next reply, although the dot of this one has not come; whether more octets could tell so. */
bool pop3_content_is_over(const struct pop3_session *session, mw_bytes in);
bool pop3_content_may_be_over(const struct pop3_session *session, mw_bytes in);
/* The dot is not there and will not come. */
void pop3_content_break_off(const struct pop3_step *step);

/* The record of a RETR (transaction.c). */
struct mail_transaction *pop3_record_new(const struct pop3_session *session, const struct mw_moment *first);
/* Its message begins. */
void pop3_record_begin(const struct pop3_step *step, const struct pop3_reply *reply);
void pop3_record_end(const struct pop3_step *step, const struct pop3_reply *reply);
/* The reply is missing from the capture; it refuses. */
void pop3_record_unseen(const struct pop3_step *step, struct pop3_exchange *exchange);
void pop3_record_refuse(struct pop3_exchange *exchange);

/* The SASL exchange (auth.c). */
void pop3_auth_begin(const struct pop3_step *step, mw_bytes line, const struct pop3_command *command);
void pop3_auth_response(const struct pop3_step *step, mw_bytes line);
void pop3_auth_challenge(const struct pop3_step *step, mw_bytes text);

/* Order, capabilities and what is told twice (checks.c). */
void pop3_check_command(const struct pop3_step *step, const struct pop3_command *command);
void pop3_check_reply(const struct pop3_step *step, const struct pop3_reply *reply);
void pop3_check_row(const struct pop3_step *step, const struct pop3_reply *reply, mw_bytes line);
/* The first line of a reply without further ones, or the end of a reply's content. */
void pop3_check_listing(const struct pop3_step *step, const struct pop3_reply *reply, mw_bytes text);
void pop3_check_content(const struct pop3_step *step, const struct pop3_reply *reply);
void pop3_forget_sizes(struct pop3_session *session);

#endif
