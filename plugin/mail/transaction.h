/* One message from its first command to its fate, whichever protocol brought it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAIL_TRANSACTION_H
#define MAIL_TRANSACTION_H

#include "banner.h"
#include "session.h"

enum mail_action { MAIL_SENT = 1, MAIL_RETRIEVED = 2, MAIL_STORED = 3 };
enum mail_outcome { MAIL_ACCEPTED = 1, MAIL_REJECTED = 2, MAIL_ABORTED = 3, MAIL_INCOMPLETE = 4 };

/* The octets of a message as they cross the wire. */
struct mail_body {
    uint32_t id;            /* unique in the capture */
    uint32_t fragments;     /* so far */
    uint64_t octets;        /* of the message so far, framing removed */
    uint64_t missing;       /* octets that the capture lacks; they count as message */
    struct mail_tail *tail; /* what came from the first missing octets on; NULL: none was missing so far */
    bool broken;            /* where it begins, or how much of it is missing, is not known */
    uint8_t trailer;        /* octets at the end that turned out to be framing */
    bool ended;             /* its last octet was seen */
    bool closed;            /* its fate is known: octets that come later change nothing */
    struct mw_moment last;  /* of its last octet so far */
    uint32_t whole_frame;   /* in which it is known to be whole */
    void *shown;            /* the display's own: the whole message once it is there */
    uint32_t gathered;      /* the display's own: fragments handed to reassembly so far */
    uint64_t handed;        /* ... octets in them */
    uint8_t *merging;       /* ... octets that wait to be handed over */
    uint32_t merged;        /* ... how many */
};

struct mail_recipient {
    struct mail_recipient *next;
    const char *address;   /* forward-path, no <> */
    const char *refused;   /* text of the reply that refused it, without its code; NULL: accepted */
    uint16_t refused_code; /* its code */
};

/* All strings live as long as the capture, NULL when unknown. */
struct mail_transaction {
    struct mail_transaction *next;    /* whose fate the same element tells */
    struct mail_transaction *watched; /* the next one that mail_transaction_watch has been told */
    bool ended;                       /* its fate is known */
    uint32_t number;                  /* running, from 1; 0 until its fate is known */
    uint8_t action;                   /* enum mail_action */
    uint8_t outcome;                  /* enum mail_outcome */
    bool tls;
    bool smtputf8; /* sent with SMTPUTF8: RFC 6531 */
    bool cut;      /* octets of a message came, but not its end; body may be NULL then */
    const char *protocol;
    const char *helo;
    const char *from;
    struct mail_recipient *recipients;
    struct mail_recipient **recipients_end;
    const char *reply;   /* text of the final reply without its codes, lines joined by one space */
    uint16_t reply_code; /* 0: the protocol has none */
    const char *mailbox; /* IMAP: fetched from, or appended to */
    uint32_t uid;        /* IMAP: in that mailbox; 0: unknown */
    const char *username;
    const char *greeting; /* text of the server's greeting, without the code */
    void (*parse_greeting)(mw_bytes text, struct mw_banner *out);
    struct mw_moment first, last;
    struct mail_body *body;  /* NULL without a message */
    struct mail_body *begun; /* a message whose end is not in the capture; NULL without, or when body has it */
};

struct mail_transaction *mail_transaction_new(const struct mw_moment *first);
void mail_transaction_add_recipient(struct mail_transaction *t, const char *address, const char *refused,
                                    uint16_t code);
/* Its fate is known: numbers it. */
void mail_transaction_end(struct mail_transaction *t, enum mail_outcome outcome, const struct mw_moment *last);
/* Octets of the message, framing removed. */
uint64_t mail_body_size(const struct mail_body *body);
struct mail_body *mail_body_new(void);
/* Another number that no message of the capture has. */
uint32_t mail_body_new_id(void);
/* What the end of the capture leaves open is numbered behind all that has ended, on the first later pass: first what
 * the numberer finds, then the watched ones, which become incomplete.
 * A transaction that will end with a later element, or not at all. */
void mail_transaction_watch(struct mail_transaction *t);
/* A function that numbers open transactions by mail_transactions_open_number; one, set once. */
void mail_transactions_set_numberer(void (*numberer)(void));
uint32_t mail_transactions_open_number(void);
/* Numbers them all, if that was not done since the last octets came. */
void mail_transactions_number_open(void);
/* More octets came: what the capture leaves open has to be found anew. */
void mail_transactions_forget_open(void);
/* A new capture: numbers begin at 1 again. */
void mail_transactions_reset(void);

#endif
