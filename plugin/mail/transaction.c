/* Counting and filling records of messages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/transaction.h"

static uint32_t transactions, bodies;

void mail_transactions_reset(void)
{
    transactions = bodies = 0;
}

uint32_t mail_transactions_ended(void)
{
    return transactions;
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
    t->number = ++transactions;
}

struct mail_body *mail_body_new(void)
{
    struct mail_body *body = mw_new(struct mail_body);
    body->id = ++bodies;
    return body;
}

uint64_t mail_body_size(const struct mail_body *body)
{
    return body->octets - body->trailer;
}
