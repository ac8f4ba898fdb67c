/* Counting and filling records of messages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/transaction.h"

static uint32_t transactions, bodies, left_open;
static bool open_is_known;
static void (*numberer)(void);
static struct mail_transaction *watched, **watched_end = &watched;

void mail_transactions_reset(void)
{
    transactions = bodies = left_open = 0;
    open_is_known = false;
    watched = NULL;
    watched_end = &watched;
}

void mail_transaction_watch(struct mail_transaction *t)
{
    *watched_end = t;
    watched_end = &t->watched;
}

void mail_transactions_set_numberer(void (*function)(void))
{
    numberer = function;
}

uint32_t mail_transactions_open_number(void)
{
    return transactions + ++left_open;
}

void mail_transactions_number_open(void)
{
    if (open_is_known)
        return;
    open_is_known = true;
    left_open = 0;
    if (numberer)
        numberer();
    for (struct mail_transaction *t = watched; t; t = t->watched) {
        if (t->ended)
            continue;
        t->outcome = MAIL_INCOMPLETE;
        t->number = mail_transactions_open_number();
    }
}

void mail_transactions_forget_open(void)
{
    open_is_known = false;
}

struct mail_transaction *mail_transaction_new(const struct mw_moment *first)
{
    struct mail_transaction *t = mw_new(struct mail_transaction);
    t->first = t->last = *first;
    t->recipients_end = &t->recipients;
    return t;
}

void mail_transaction_add_recipient(struct mail_transaction *t, const char *address, const char *refused, uint16_t code)
{
    struct mail_recipient *r = mw_new(struct mail_recipient);
    r->address = address;
    r->refused = refused;
    r->refused_code = code;
    *t->recipients_end = r;
    t->recipients_end = &r->next;
}

void mail_transaction_end(struct mail_transaction *t, enum mail_outcome outcome, const struct mw_moment *last)
{
    t->outcome = (uint8_t)outcome;
    t->last = *last;
    t->ended = true;
    if (t->body)
        t->body->closed = true;
    t->number = ++transactions;
}

uint32_t mail_body_new_id(void)
{
    return ++bodies;
}

struct mail_body *mail_body_new(void)
{
    struct mail_body *body = mw_new(struct mail_body);
    body->id = mail_body_new_id();
    return body;
}

uint64_t mail_body_size(const struct mail_body *body)
{
    return body->octets - body->trailer;
}
