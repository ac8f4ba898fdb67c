/* One message from its first command to its fate, whichever protocol brought it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAIL_TRANSACTION_H
#define MAIL_TRANSACTION_H

#include "session.h"

enum mail_action { MAIL_SENT = 1, MAIL_RETRIEVED = 2, MAIL_STORED = 3 };
enum mail_outcome { MAIL_ACCEPTED = 1, MAIL_REJECTED = 2, MAIL_ABORTED = 3, MAIL_INCOMPLETE = 4 };

/* The octets of a message as they cross the wire. */
struct mail_body {
    uint32_t id;           /* unique in the capture */
    uint32_t fragments;    /* so far */
    uint64_t octets;       /* of the message so far, framing removed */
    uint64_t missing;      /* octets that the capture lacks; they count as message */
    bool broken;           /* where it begins, or how much of it is missing, is not known */
    uint8_t trailer;       /* octets at the end that turned out to be framing */
    bool ended;            /* its last octet was seen */
    struct mw_moment last; /* of its last octet so far */
    uint32_t whole_frame;  /* in which it is known to be whole */
    void *shown;           /* the display's own: the whole message once it is there */
    uint32_t gathered;     /* the display's own: fragments handed to reassembly so far */
    uint64_t handed;       /* ... octets in them */
    uint8_t *merging;      /* ... octets that wait to be handed over */
    uint32_t merged;       /* ... how many */
};

struct mail_recipient {
    struct mail_recipient *next;
    const char *address;   /* forward-path, no <> */
    const char *refused;   /* text of the reply that refused it, without its code; NULL: accepted */
    uint16_t refused_code; /* its code */
};

/* All strings live as long as the capture, NULL when unknown. */
struct mail_transaction {
    struct mail_transaction *next; /* whose fate the same element tells */
    uint32_t number;               /* running, from 1; 0 until its fate is known */
    uint8_t action;                /* enum mail_action */
    uint8_t outcome;               /* enum mail_outcome */
    bool tls;
    const char *protocol;
    const char *helo;
    const char *from;
    struct mail_recipient *recipients;
    struct mail_recipient **recipients_end;
    const char *reply; /* text of the final reply without its codes, lines joined by one space */
    uint16_t reply_code;
    const char *username;
    const char *greeting; /* text of the server's greeting, without the code */
    struct mw_moment first, last;
    struct mail_body *body; /* NULL without a message */
};

struct mail_transaction *mail_transaction_new(const struct mw_moment *first);
void mail_transaction_add_recipient(struct mail_transaction *t, const char *address, const char *refused,
                                    uint16_t code);
/* Its fate is known: numbers it. */
void mail_transaction_end(struct mail_transaction *t, enum mail_outcome outcome, const struct mw_moment *last);
/* Octets of the message, framing removed. */
uint64_t mail_body_size(const struct mail_body *body);
struct mail_body *mail_body_new(void);
/* Transactions that have ended in this capture. */
uint32_t mail_transactions_ended(void);
/* A new capture: numbers begin at 1 again. */
void mail_transactions_reset(void);

#endif
