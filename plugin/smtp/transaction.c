/* The mail transaction: opened by MAIL, ended by the reply to the message or by what resets it. RFC 5321 3.3, 4.1.1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "smtp/state.h"

static bool accepted(const struct smtp_reply *reply)
{
    return !reply || reply->code / 100 == 2;
}

static void fill(const struct smtp_session *s, struct mail_transaction *t)
{
    t->action = MAIL_SENT;
    t->protocol = s->lmtp ? "LMTP" : "SMTP";
    t->helo = s->helo;
    t->username = s->auth.username;
    t->greeting = s->greeting_text;
    t->parse_greeting = mw_parse_smtp_banner;
    t->tls = s->tls;
}

static void end(const struct smtp_step *step, struct mail_transaction *t, enum mail_outcome outcome)
{
    struct mail_transaction **place = &smtp_need_extra(step->element)->record;

    fill(step->session, t);
    mail_transaction_end(t, outcome, step->now);
    while (*place)
        place = &(*place)->next;
    *place = t;
    step->session->transaction = NULL;
}

static void set_reply(struct mail_transaction *t, const struct smtp_reply *reply, mw_bytes text)
{
    t->reply = reply->text ? reply->text : mw_keep(text);
    t->reply_code = reply->code;
}

/* Adds a recipient as its reply says; an absent reply accepts. */
static void add_recipient(struct mail_transaction *t, const char *address, const struct smtp_reply *reply,
                          mw_bytes text)
{
    bool ok = accepted(reply);
    mail_transaction_add_recipient(t, address, ok ? NULL : mw_keep(text), ok ? 0 : reply->code);
}

static void apply_mail(const struct smtp_step *step, struct smtp_exchange *exchange, const struct smtp_reply *reply,
                       mw_bytes text)
{
    struct smtp_session *s = step->session;

    if (accepted(reply)) {
        if (s->transaction)
            end(step, s->transaction, reply ? MAIL_ABORTED : MAIL_INCOMPLETE);
        s->transaction = mail_transaction_new(&exchange->pairing.request);
        s->transaction->from = exchange->argument;
        s->transaction->smtputf8 = exchange->utf8;
        s->earlier_body = exchange->body;
        s->recipients = 0;
        s->declared_size = exchange->size;
    } else if (!s->transaction && reply->code >= 400) {
        struct mail_transaction *refused = mail_transaction_new(&exchange->pairing.request);
        refused->from = exchange->argument;
        set_reply(refused, reply, text);
        end(step, refused, MAIL_REJECTED);
    }
}

static void apply_rcpt(const struct smtp_step *step, const struct smtp_exchange *exchange,
                       const struct smtp_reply *reply, mw_bytes text)
{
    struct mail_transaction *t = step->session->transaction;
    if (!t || !exchange->argument)
        return;
    add_recipient(t, exchange->argument, reply, text);
    if (accepted(reply))
        step->session->recipients++;
}

/* Moves an accepted recipient, which *place leads to, behind those that were refused before. */
static void refuse_late(struct mail_transaction *t, struct mail_recipient **place, const struct smtp_reply *reply,
                        mw_bytes text)
{
    struct mail_recipient *recipient = *place;
    *place = recipient->next;
    if (!recipient->next)
        t->recipients_end = place;
    add_recipient(t, recipient->address, reply, text);
}

static uint32_t count_accepted(const struct mail_transaction *t)
{
    uint32_t n = 0;
    for (const struct mail_recipient *r = t->recipients; r; r = r->next)
        n += !r->refused;
    return n;
}

/* The first of several replies has come. */
static struct smtp_answers *await_answers(struct smtp_exchange *exchange, uint32_t awaited)
{
    exchange->answers = mw_new(struct smtp_answers);
    exchange->answers->came = 1;
    exchange->answers->awaited = awaited;
    return exchange->answers;
}

/* One of several replies to a message. Returns whether it was the last. */
static bool apply_recipient_reply(const struct smtp_step *step, struct smtp_exchange *exchange,
                                  struct smtp_reply *reply, mw_bytes text)
{
    struct mail_transaction *t = step->session->transaction;
    struct smtp_answers *answers = exchange->answers;

    if (!answers)
        answers = await_answers(exchange, count_accepted(t));
    if (!answers->recipient)
        answers->recipient = &t->recipients;
    /* RFC 2033 4.2: a reply for each accepted recipient, in their order */
    while (*answers->recipient && (*answers->recipient)->refused)
        answers->recipient = &(*answers->recipient)->next;
    struct mail_recipient *r = *answers->recipient;
    if (r)
        reply->recipient = r->address;
    if (r && accepted(reply)) {
        answers->recipient = &r->next;
    } else if (r) {
        refuse_late(t, answers->recipient, reply, text);
        answers->refusals++;
    }
    return answers->came >= answers->awaited;
}

/* LMTP: each recipient has a reply. Returns whether it was the last; *ok: whether any recipient gets the message. */
static bool apply_lmtp_reply(const struct smtp_step *step, struct smtp_exchange *exchange, struct smtp_reply *reply,
                             mw_bytes text, bool *ok)
{
    struct mail_transaction *t = step->session->transaction;
    bool whole = apply_recipient_reply(step, exchange, reply, text);
    if (accepted(reply) || !t->reply || t->reply_code >= 400)
        set_reply(t, reply, text); /* the refusals have a place of their own */
    *ok = exchange->answers->refusals < exchange->answers->awaited;
    return whole;
}

/* PRDR (draft-hall-prdr): 353, a reply for each recipient, and one for all. Returns whether this is the last, as any is
 * without PRDR. */
static bool apply_prdr_reply(const struct smtp_step *step, struct smtp_exchange *exchange, struct smtp_reply *reply,
                             mw_bytes text)
{
    const struct smtp_answers *answers = exchange->answers;
    if (!answers && reply && reply->code == 353 && !step->session->lmtp) {
        await_answers(exchange, count_accepted(step->session->transaction) + 2);
        return false;
    }
    if (!answers || answers->came >= answers->awaited)
        return true;
    if (reply)
        apply_recipient_reply(step, exchange, reply, text);
    return false;
}

static void apply_message(const struct smtp_step *step, struct smtp_exchange *exchange, struct smtp_reply *reply,
                          mw_bytes text)
{
    struct smtp_session *s = step->session;
    struct mail_transaction *t = s->transaction;
    bool ok = accepted(reply), lmtp = reply && exchange->last && s->lmtp;

    if (!t || (ok && !exchange->last))
        return;
    if (exchange->body && exchange->body->ended)
        t->body = exchange->body;
    bool whole =
        lmtp ? apply_lmtp_reply(step, exchange, reply, text, &ok) : apply_prdr_reply(step, exchange, reply, text);
    if (!whole)
        return;
    if (reply && !s->lmtp)
        set_reply(t, reply, text);
    end(step, t, !reply ? MAIL_INCOMPLETE : ok ? MAIL_ACCEPTED : MAIL_REJECTED);
}

static void apply_reset(const struct smtp_step *step, const struct smtp_reply *reply)
{
    if (accepted(reply) && step->session->transaction)
        end(step, step->session->transaction, reply ? MAIL_ABORTED : MAIL_INCOMPLETE);
}

void smtp_session_apply(const struct smtp_step *step, struct smtp_exchange *exchange, struct smtp_reply *reply,
                        mw_bytes text)
{
    struct smtp_session *s = step->session;

    if (exchange->row == &smtp_end_of_data_row) {
        apply_message(step, exchange, reply, text);
        return;
    }
    switch (exchange->row ? exchange->row->verb : SMTP_UNKNOWN) {
    case SMTP_MAIL:
        apply_mail(step, exchange, reply, text);
        break;
    case SMTP_RCPT:
        apply_rcpt(step, exchange, reply, text);
        break;
    case SMTP_BDAT:
    case SMTP_BURL:
        apply_message(step, exchange, reply, text);
        break;
    case SMTP_HELO:
    case SMTP_EHLO:
    case SMTP_LHLO:
        apply_reset(step, reply);
        if (accepted(reply) || !s->helo)
            s->helo = exchange->argument;
        break;
    case SMTP_RSET:
    case SMTP_STARTTLS:
    case SMTP_QUIT:
        apply_reset(step, reply);
        break;
    default:
        break;
    }
}

void smtp_session_apply_quit(const struct smtp_step *step)
{
    struct smtp_session *s = step->session;
    bool alone = !s->first || s->first == s->last;
    if (alone && s->transaction && s->seen[MW_SERVER])
        end(step, s->transaction, MAIL_ABORTED);
}

void smtp_session_assume_accepted(const struct smtp_step *step)
{
    struct smtp_session *s = step->session;

    /* the first octets of the capture may be a client that does not wait for the greeting */
    if (!s->first || s->first->pairing.request.frame == step->now->frame)
        return;
    while (s->first) {
        struct smtp_exchange *oldest = s->first;
        smtp_session_drop(s);
        smtp_session_apply(step, oldest, NULL, (mw_bytes){ 0 });
    }
}

/* ---- what the capture leaves open ---- */

static bool has_open_message(const struct smtp_session *s)
{
    return s->transaction && s->body && s->body != s->earlier_body && s->body->fragments;
}

/* The command without reply that would have ended the transaction. */
static const struct smtp_exchange *open_end(const struct smtp_session *s)
{
    if (!s->transaction || has_open_message(s))
        return NULL;
    for (const struct smtp_exchange *e = s->first; e; e = e->next)
        if (smtp_exchange_is(e, SMTP_RSET) || smtp_exchange_is(e, SMTP_EHLO) || smtp_exchange_is(e, SMTP_HELO) ||
            smtp_exchange_is(e, SMTP_LHLO) || smtp_exchange_is(e, SMTP_MAIL) || smtp_exchange_is(e, SMTP_STARTTLS))
            return e;
    return NULL;
}

/* Adds the recipients whose replies never came: they count as accepted. A copy, since the session stays as it is. */
static void add_unanswered(const struct smtp_session *s, struct mail_transaction *t)
{
    t->recipients = NULL;
    t->recipients_end = &t->recipients;
    for (const struct mail_recipient *r = s->transaction->recipients; r; r = r->next)
        mail_transaction_add_recipient(t, r->address, r->refused, r->refused_code);
    for (const struct smtp_exchange *e = s->first; e; e = e->next)
        if (smtp_exchange_is(e, SMTP_RCPT) && e->argument)
            mail_transaction_add_recipient(t, e->argument, NULL, 0);
}

static struct mail_transaction *make_open(const struct smtp_session *s, uint32_t number)
{
    struct mail_transaction *t = mw_new(struct mail_transaction);
    bool message = has_open_message(s);

    *t = *s->transaction;
    t->next = NULL;
    t->reply = NULL;
    t->body = message && s->body->ended ? s->body : NULL;
    t->begun = message ? s->body : NULL;
    t->cut = message && !s->body->ended;
    t->last = message ? s->body->last : s->open_end->pairing.request;
    t->outcome = MAIL_INCOMPLETE;
    t->number = number;
    add_unanswered(s, t);
    fill(s, t);
    return t;
}

/* Once for all sessions, when the capture has been read. */
void smtp_sessions_number_open(void)
{
    for (struct smtp_session *s = smtp_sessions(); s; s = s->next) {
        s->open_end = open_end(s);
        bool open = has_open_message(s) || s->open_end;
        s->open = open ? make_open(s, mail_transactions_open_number()) : NULL;
    }
}

const struct mail_transaction *smtp_session_left_open(const struct smtp_session *s, const struct smtp_element *element)
{
    if (element->kind != SMTP_BODY && element->kind != SMTP_COMMAND)
        return NULL;
    mail_transactions_number_open();
    if (!s->open)
        return NULL;
    bool here = s->open_end ? element->kind == SMTP_COMMAND && element->exchange == s->open_end
                            : element->kind == SMTP_BODY && element->body == s->body &&
                                  element->index + 1 == s->body->fragments;
    return here ? s->open : NULL;
}
