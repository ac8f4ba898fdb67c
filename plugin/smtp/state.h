/* What the files of the SMTP session share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SMTP_STATE_H
#define SMTP_STATE_H

#include "smtp/session.h"

/* One step of the session: what is being read, when, and the element that shows it. */
struct smtp_step {
    struct smtp_session *session;
    const struct mw_moment *now;
    struct smtp_element *element;
};

/* The first session of the capture. */
struct smtp_session *smtp_sessions(void);
/* Numbers what the capture leaves open (transaction.c). */
void smtp_sessions_number_open(void);
/* The oldest outstanding command's reply will not be seen: it counts as accepted (reply.c). */
void smtp_session_skip_oldest(const struct smtp_step *step);
/* The only place that changes the state. */
void smtp_session_enter(struct smtp_session *session, enum smtp_state state);

/* The extra part of an element, made when it has none. */
struct smtp_extra *smtp_need_extra(struct smtp_element *element);
void smtp_note(const struct smtp_step *step, mw_issue_id id, mw_slice where);
/* The same, unless a gap or a late start leaves the order of things in doubt. */
void smtp_note_order(const struct smtp_step *step, mw_issue_id id, mw_slice where);

/* Remembers what a reply is expected for. */
struct smtp_exchange *smtp_session_expect(const struct smtp_step *step, const struct smtp_verb_row *row);
/* Forgets the oldest expectation: its reply has come, or will not be seen. */
void smtp_session_drop(struct smtp_session *session);
static inline bool smtp_exchange_is(const struct smtp_exchange *exchange, enum smtp_verb verb)
{
    return exchange && exchange->row && exchange->row->verb == verb;
}

/* Takes a keyword of an EHLO reply into the offer; rest is what follows it in the line (reply.c). */
void smtp_session_note_offer(struct smtp_offer *offer, const struct smtp_capability_row *row, mw_bytes line,
                             mw_slice rest);
/* A message begins (session.c). */
void smtp_session_begin_body(struct smtp_session *session);
/* Server's line (reply.c). Returns octets used, 0 for an unfinished line. */
uint32_t smtp_session_server_line(const struct smtp_step *step, mw_bytes in, bool flush);
uint32_t smtp_take_line(const struct smtp_step *step, mw_bytes in, bool flush, mw_slice *text);
/* The replies to everything outstanding will not be seen: each command counts as accepted (transaction.c). */
void smtp_session_assume_accepted(const struct smtp_step *step);
/* What a reply, or its absence (NULL), means for the transaction in progress (transaction.c).
 * @param text  all lines of the reply, without codes, joined by one space */
void smtp_session_apply(const struct smtp_step *step, struct smtp_exchange *exchange, struct smtp_reply *reply,
                        mw_bytes text);
/* QUIT ends the transaction as soon as nothing before it is outstanding. */
void smtp_session_apply_quit(const struct smtp_step *step);

/* The SASL exchange (auth.c). */
void smtp_auth_begin(const struct smtp_step *step, mw_bytes line, const struct smtp_command *command);
void smtp_auth_response(const struct smtp_step *step, mw_bytes line);
void smtp_auth_challenge(const struct smtp_step *step, mw_bytes text);
void smtp_auth_result(const struct smtp_step *step, const struct smtp_reply *reply);

/* Order and extensions (checks.c). */
void smtp_check_command(const struct smtp_step *step, mw_bytes line, const struct smtp_command *command);
void smtp_check_reply(const struct smtp_step *step, const struct smtp_reply *reply);
/* The enhanced status code of a line against that of the first. RFC 2034 4 */
void smtp_check_status(const struct smtp_step *step, struct smtp_reply *reply, mw_bytes line, mw_slice status);
void smtp_check_capability(const struct smtp_step *step, mw_bytes line, mw_slice text, bool first);

#endif
