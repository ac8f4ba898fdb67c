/* The record of a RETR: from its command to the dot.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "pop3/state.h"

static void fill(const struct pop3_session *s, struct mail_transaction *t)
{
    t->action = MAIL_RETRIEVED;
    t->protocol = "POP3";
    t->username = s->auth.username;
    t->greeting = s->greeting_text;
    t->parse_greeting = mw_parse_pop_banner;
    t->tls = s->tls;
}

static void end(const struct pop3_step *step, struct mail_transaction *t, enum mail_outcome outcome)
{
    struct mail_transaction **place = &pop3_need_extra(step->element)->record;

    fill(step->session, t);
    mail_transaction_end(t, outcome, step->now);
    while (*place)
        place = &(*place)->next;
    *place = t;
}

struct mail_transaction *pop3_record_new(const struct pop3_session *session, const struct mw_moment *first)
{
    struct mail_transaction *t = mail_transaction_new(first);
    fill(session, t);
    mail_transaction_watch(t);
    return t;
}

void pop3_record_begin(const struct pop3_step *step, const struct pop3_reply *reply)
{
    struct pop3_session *s = step->session;

    if (reply->to)
        s->transaction = reply->to->record;
    else /* without the command, only what the server says tells a message from its beginning */
        s->transaction = reply->excerpt ? NULL : pop3_record_new(s, &reply->first);
    if (!s->transaction)
        return;
    fill(s, s->transaction);
    s->transaction->last = *step->now;
    s->transaction->begun = s->body;
}

void pop3_record_end(const struct pop3_step *step, const struct pop3_reply *reply)
{
    struct pop3_session *s = step->session;
    struct mail_transaction *t = s->transaction;
    bool whole = s->body->ended && !s->body->missing && !s->body->broken;

    s->transaction = NULL;
    if (!t)
        return;
    t->body = s->body->ended ? s->body : NULL;
    end(step, t, whole && !reply->guessed ? MAIL_ACCEPTED : MAIL_INCOMPLETE);
}

void pop3_record_unseen(const struct pop3_step *step, struct pop3_exchange *exchange)
{
    if (exchange->record && !exchange->record->ended)
        end(step, exchange->record, MAIL_INCOMPLETE);
}

void pop3_record_refuse(struct pop3_exchange *exchange)
{
    if (exchange->record)
        exchange->record->ended = true; /* without a number: it makes no record */
    exchange->record = NULL;
}

const struct mail_transaction *pop3_session_left_open(const struct pop3_session *s, const struct pop3_element *element)
{
    const struct mail_transaction *t = NULL;

    if (element->kind == POP3_COMMAND)
        t = element->exchange->record;
    else if (s->transaction && s->body->fragments && element->kind == POP3_BODY && element->body == s->body)
        t = element->index + 1 == s->body->fragments ? s->transaction : NULL;
    else if (s->transaction && !s->body->fragments && element->kind == POP3_REPLY_LINE && element->reply == s->reply)
        t = s->transaction;
    if (!t || t->ended || (t == s->transaction && element->kind == POP3_COMMAND))
        return NULL;
    mail_transactions_number_open();
    return t;
}
