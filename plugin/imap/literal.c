/* Literals of an IMAP session: strings, messages, parts of messages, and the records of messages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/sets.h"
#include "imap/state.h"

/* ---- records ---- */

static struct mail_transaction *new_record(const struct imap_turn *turn, enum mail_action action,
                                           const struct mw_moment *first)
{
    const struct imap_session *s = turn->session;
    struct mail_transaction *t = mail_transaction_new(first);

    t->action = (uint8_t)action;
    t->protocol = "IMAP";
    t->tls = s->tls;
    t->username = s->auth.username;
    t->greeting = s->greeting_text;
    t->parse_greeting = mw_parse_imap_banner;
    mail_transaction_watch(t);
    return t;
}

/* The message of a FETCH response: RFC 9051 7.5.2. */
static void begin_retrieved(const struct imap_turn *turn, struct imap_literal *literal)
{
    const struct imap_session *s = turn->session;
    struct imap_exchange *fetch = imap_find_verb(s, IMAP_VERB_FETCH);
    struct mail_transaction *t = new_record(turn, MAIL_RETRIEVED, fetch ? &fetch->pairing.request : &s->part_began);

    literal->exchange = fetch;
    literal->transaction = t;
    t->last = *turn->now;
    t->body = literal->body;
    t->mailbox = s->mailbox;
    t->uid = s->fetch_uid ? s->fetch_uid : fetch ? fetch->uid : 0;
}

/* A message of an APPEND: RFC 9051 6.3.12, RFC 3502. */
static void begin_stored(const struct imap_turn *turn, struct imap_literal *literal)
{
    struct imap_exchange *append = literal->exchange;
    struct mw_moment first = append->pairing.request;
    struct mail_transaction *t = new_record(turn, MAIL_STORED, &first);

    literal->transaction = t;
    t->body = literal->body;
    t->mailbox = append->mailbox;
    if (!append->appends_end)
        append->appends_end = &append->appends;
    *append->appends_end = t;
    append->appends_end = &t->next;
}

/* Its last octet has come. */
static void finish_message(const struct imap_turn *turn, struct mail_transaction *t)
{
    t->last = *turn->now;
    if (t->action == MAIL_RETRIEVED) {
        mail_transaction_end(t, MAIL_ACCEPTED, turn->now);
        imap_need_extra(turn->element)->record = t;
    }
}

void imap_append_result(const struct imap_turn *turn, struct imap_exchange *exchange, mw_bytes text, mw_bytes uids)
{
    bool accepted = exchange->status == IMAP_KIND_OK;
    mw_slice rest = mw_slice_of(0, text.len);
    struct imap_numbers numbers;

    mw_next_word(text, &rest); /* the tag */
    imap_numbers_start(&numbers, uids);
    for (struct mail_transaction *t = exchange->appends; t; t = t->next) {
        imap_numbers_next(&numbers, &t->uid);
        t->reply = mw_keep(mw_sub(text, mw_slice_trim(text, rest)));
        if (t->body->fragments == 0 && !t->body->ended)
            t->body = NULL; /* refused before a single octet came */
        mail_transaction_end(t, accepted ? MAIL_ACCEPTED : MAIL_REJECTED, turn->now);
    }
    if (exchange->appends)
        imap_need_extra(turn->element)->record = exchange->appends;
}

/* ---- octets ---- */

static bool is_message(uint8_t role)
{
    return role == IMAP_ROLE_MESSAGE || role == IMAP_ROLE_APPEND_MESSAGE;
}

static bool is_content(uint8_t role)
{
    return role == IMAP_ROLE_HEADER || role == IMAP_ROLE_PART || role == IMAP_ROLE_CATENATE_TEXT;
}

static void learn_string(const struct imap_turn *turn, const struct imap_literal *literal, mw_bytes octets)
{
    struct imap_exchange *exchange = literal->exchange;
    if (!turn->from_client || !exchange)
        return;
    if (literal->role == IMAP_ROLE_USERNAME)
        imap_note_username(turn->session, exchange, mw_keep(octets));
    else if (literal->role == IMAP_ROLE_MAILBOX && !exchange->mailbox)
        exchange->mailbox = imap_keep_mailbox(octets);
}

static void end_literal(const struct imap_turn *turn, struct imap_literal *literal)
{
    turn->element->ends = true;
    if (literal->body) {
        literal->body->ended = true;
        literal->body->whole_frame = turn->now->frame;
    }
    if (literal->transaction)
        finish_message(turn, literal->transaction);
    imap_session_enter(turn->flow, IMAP_IN_PART);
}

/* In which state the octets are waited for. RFC 9051 4.3: a client asks before it sends, unless RFC 7888. */
static void wait_for_octets(const struct imap_turn *turn, const struct imap_literal *literal)
{
    bool asks = turn->from_client && !literal->non_sync && turn->session->flow[MW_SERVER].seen;
    turn->flow->counted = literal->octets;
    imap_session_enter(turn->flow, asks ? IMAP_AT_LITERAL : literal->octets ? IMAP_IN_LITERAL : IMAP_IN_PART);
}

/* Whether a structure told what a section of a FETCH response is. RFC822.TEXT alone is a part without a section. */
static void learn_type(const struct imap_session *s, struct imap_literal *literal)
{
    mw_bytes section = mw_bytes_str(s->section ? s->section : "TEXT");
    struct imap_message_id message = { s->fetch_number, s->fetch_uid };
    struct imap_part_type told;

    if (!s->structures || !imap_structures_find(s->structures, message, section, &told))
        return;
    literal->type = mw_keep(told.type);
    if (told.encoding.len && !s->section_decoded)
        literal->encoding = mw_keep(told.encoding);
    literal->from_middle = s->section_from_middle;
}

void imap_literal_begin(const struct imap_turn *turn, const struct imap_token *token, struct imap_exchange *exchange)
{
    struct imap_session *s = turn->session;
    struct imap_literal *literal = mw_new(struct imap_literal);
    bool message = is_message(token->role);

    literal->octets = token->octets;
    literal->role = token->role;
    literal->non_sync = token->non_sync;
    literal->binary = token->binary;
    literal->exchange = exchange;
    literal->whole = !message && !is_content(token->role) && token->octets <= IMAP_MAX_STRING_OCTETS;
    imap_check_literal(turn, token);
    if (message || (is_content(token->role) && token->octets <= IMAP_MAX_PART_OCTETS))
        literal->body = mail_body_new();
    if ((is_content(token->role) || token->role == IMAP_ROLE_BODY_PARAMETER_VALUE) && !turn->from_client)
        literal->section = s->section;
    if (token->role == IMAP_ROLE_PART && !turn->from_client)
        learn_type(s, literal);
    if (token->role == IMAP_ROLE_MESSAGE)
        begin_retrieved(turn, literal);
    else if (token->role == IMAP_ROLE_APPEND_MESSAGE && exchange)
        begin_stored(turn, literal);
    imap_need_extra(turn->element)->literal = literal;
    turn->flow->literal = literal;
    wait_for_octets(turn, literal);
    if (literal->octets == 0 && !turn->from_client) {
        end_literal(turn, literal);
        turn->element->ends = false; /* the response goes on behind it */
    } else if (literal->octets == 0 && literal->body) {
        literal->body->ended = true;
    }
}

bool imap_literal_waits(const struct imap_turn *turn, mw_bytes in)
{
    return turn->flow->literal->whole && in.len < turn->flow->counted && !turn->flush;
}

/* An element with octets that are put together. */
static void show_body(const struct imap_turn *turn, struct imap_literal *literal)
{
    turn->element->index = literal->body->fragments++;
    literal->body->last = *turn->now;
    if (literal->transaction && !literal->transaction->ended)
        literal->transaction->last = *turn->now;
}

uint32_t imap_literal_octets(const struct imap_turn *turn, mw_bytes in)
{
    struct imap_flow *flow = turn->flow;
    struct imap_literal *literal = flow->literal;
    uint32_t used = in.len < flow->counted ? in.len : (uint32_t)flow->counted;

    if (imap_literal_waits(turn, in))
        return 0;
    flow->counted -= used;
    turn->element->kind = IMAP_LITERAL_OCTETS;
    turn->element->literal = literal;
    if (literal->body) {
        mail_tail_keep(literal->body, mw_bytes_of(in.data, used), turn->now->frame);
        literal->body->octets += used;
        show_body(turn, literal);
    }
    if (literal->whole)
        learn_string(turn, literal, mw_bytes_of(in.data, used));
    if (literal->role == IMAP_ROLE_APPEND_MESSAGE && !literal->binary && memchr(in.data, 0, used))
        imap_note(turn, MW_ISSUE_IMAP_APPEND_NUL, mw_slice_of(0, 0));
    if (flow->counted == 0)
        end_literal(turn, literal);
    return used;
}

struct mail_hole *imap_literal_missing(const struct imap_turn *turn, uint64_t octets)
{
    struct imap_flow *flow = turn->flow;
    struct mail_hole *hole = NULL;
    struct imap_literal *literal = flow->literal;

    imap_session_enter(flow, IMAP_IN_LITERAL);
    flow->counted -= octets;
    turn->element->literal = literal;
    if (literal->body) {
        literal->body->octets += octets;
        hole = mail_hole_begin(literal->body, octets, NULL);
        hole->owner = literal;
    }
    if (flow->counted == 0)
        end_literal(turn, literal);
    return hole;
}

uint32_t imap_literal_late(const struct imap_turn *turn, mw_bytes in, struct mail_hole *hole)
{
    struct imap_literal *literal = hole->owner;
    uint32_t used = literal->body->closed ? 0 : mail_hole_fill(hole, in, turn->now->frame);

    if (used == 0)
        return 0;
    turn->element->kind = IMAP_LITERAL_OCTETS;
    turn->element->literal = literal;
    turn->element->ends = mail_tail_completes(literal->body, turn->now->frame);
    show_body(turn, literal);
    return used;
}

const struct mail_transaction *imap_session_left_open(const struct imap_element *element)
{
    bool octets = element->kind == IMAP_LITERAL_OCTETS;
    bool part = element->kind == IMAP_COMMAND_PART || element->kind == IMAP_RESPONSE_PART;
    const struct imap_literal *literal = octets ? element->literal : part ? imap_extra_of(element)->literal : NULL;
    const struct mail_transaction *t = literal ? literal->transaction : NULL;
    if (!t || t->ended || t->body->fragments != (octets ? element->index + 1 : 0))
        return NULL;
    mail_transactions_number_open();
    return t;
}
