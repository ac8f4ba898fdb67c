/* What the files of the IMAP session share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAP_STATE_H
#define IMAP_STATE_H

#include "imap/session.h"

/* One turn of the session: what is being read, when, and the element that shows it. */
struct imap_turn {
    struct imap_session *session;
    struct imap_flow *flow; /* of the octets' side */
    const struct mw_moment *now;
    bool from_client;
    bool flush; /* nothing more of an unfinished line will come */
    struct imap_element *element;
};

/* The next element of octets that are neither compressed nor unknown to be so (session.c). */
uint32_t imap_session_next_plain(const struct imap_turn *turn, mw_bytes in);
/* The only place that changes the state of a direction. */
void imap_session_enter(struct imap_flow *flow, enum imap_state state);
/* The line at the start of in, without its ending in *text. Returns octets used, 0 for an unfinished line. */
uint32_t imap_take_line(const struct imap_turn *turn, mw_bytes in, mw_slice *text);

struct imap_extra *imap_need_extra(struct imap_element *element);
void imap_note(const struct imap_turn *turn, mw_issue_id id, mw_slice where);
/* The same, unless a gap or a late start leaves the order of things in doubt. */
void imap_note_order(const struct imap_turn *turn, mw_issue_id id, mw_slice where);

/* Client's line (client.c) and server's line (server.c), without its ending. */
void imap_client_line(const struct imap_turn *turn, mw_bytes line);
void imap_server_line(const struct imap_turn *turn, mw_bytes line);
/* Octets at the start of in that are whole FETCH responses which tell the session nothing: listings of many messages
 * have many thousands of them. 0 without one. */
uint32_t imap_quiet_responses(const struct imap_turn *turn, mw_bytes in);
/* Whether a line is a command, or a response, beyond doubt: for finding one's feet. */
bool imap_is_command(mw_bytes line);
bool imap_is_response(mw_bytes line);

/* A mailbox name, decoded, in the memory of the capture (client.c). */
const char *imap_keep_mailbox(mw_bytes octets);

/* LOGIN names the user (client.c). */
void imap_note_username(struct imap_session *session, struct imap_exchange *exchange, const char *name);

/* Outstanding commands (client.c). */
struct imap_exchange *imap_find_verb(const struct imap_session *session, enum imap_verb verb);
struct imap_exchange *imap_find_tag(const struct imap_session *session, mw_bytes tag);
void imap_session_drop(struct imap_session *session, const struct imap_exchange *exchange);
static inline bool imap_exchange_is(const struct imap_exchange *exchange, enum imap_verb verb)
{
    return exchange && exchange->row && exchange->row->verb == verb;
}

/* A literal is announced at the end of this line (literal.c). exchange: the command it belongs to or answers. */
void imap_literal_begin(const struct imap_turn *turn, const struct imap_token *token, struct imap_exchange *exchange);
/* Whether the rest of a literal is waited for before any of it is taken. */
bool imap_literal_waits(const struct imap_turn *turn, mw_bytes in);
/* Octets of it. Returns octets used, 0 when the rest is waited for. */
uint32_t imap_literal_octets(const struct imap_turn *turn, mw_bytes in);
/* Octets of it are missing. */
struct mail_hole *imap_literal_missing(const struct imap_turn *turn, uint64_t octets);
/* ... and have come late. Returns octets used, 0 when nobody waits for them. */
uint32_t imap_literal_late(const struct imap_turn *turn, mw_bytes in, struct mail_hole *hole);
/* The tagged response to APPEND. uids: of APPENDUID, empty without. */
void imap_append_result(const struct imap_turn *turn, struct imap_exchange *exchange, mw_bytes text, mw_bytes uids);

/* COMPRESS (deflate.c): from now on the octets of this direction are inflated. */
void imap_inflate_begin(struct imap_flow *flow);
/* All octets that are there. */
uint32_t imap_inflate(const struct imap_turn *turn, mw_bytes in);
/* Octets are missing: what follows cannot be inflated. */
void imap_inflate_lost(struct imap_flow *flow);

/* The SASL exchange (auth part of client.c and server.c). */
void imap_keep_stand(const struct imap_turn *turn);

/* Order, capabilities, signs of abuse (checks.c). */
void imap_check_command(const struct imap_turn *turn, const struct imap_exchange *exchange);
void imap_check_argument(const struct imap_turn *turn, mw_bytes line, const struct imap_token *token);
void imap_check_literal(const struct imap_turn *turn, const struct imap_token *token);
void imap_check_untagged(const struct imap_turn *turn, mw_bytes line);
/* Capabilities that were announced without being asked for with a login. */
void imap_check_offer(const struct imap_turn *turn);
/* A response code: alerts in clear, unique ids that have become void. value: its first argument. */
void imap_check_code(const struct imap_turn *turn, mw_bytes code, mw_slice where, mw_bytes value);
void imap_check_result(const struct imap_turn *turn, const struct imap_exchange *exchange);

/* Takes what a capability announces into the offer (offer.c). */
void imap_offer_begin(struct imap_session *session);
void imap_offer_add(struct imap_session *session, mw_bytes capability);
/* Whether one of the capabilities in a list separated by blanks was announced. */
bool imap_offered(const struct imap_session *session, const char *capabilities);

#endif
