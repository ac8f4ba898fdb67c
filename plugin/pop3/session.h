/* A POP3 session: which reply answers which command, how far it goes, who has logged in.
 *
 * Every function runs on the first pass only, in the order of the capture. What later passes show is in the elements.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef POP3_SESSION_H
#define POP3_SESSION_H

#include "auth.h"
#include "history.h"
#include "mail/tail.h"
#include "pop3/syntax.h"
#include "session.h"
#include "smtp/dot.h"

/* Octets without a line ending that are kept as one line before they are shown as they are. More than a line of an AUTH
 * exchange, the longest line that any RFC allows. */
#define POP3_MAX_LINE_OCTETS 16384
/* Commands without reply that are remembered: more than any client pipelines. */
#define POP3_MAX_OUTSTANDING 4096
/* Unique-ids of one reply that are compared with each other, and places that are looked at for one of them. */
#define POP3_MAX_UNIQUE_IDS (1u << 19)
#define POP3_MAX_PROBES 32

enum pop3_state {
    POP3_IN_COMMANDS,
    POP3_AFTER_AUTH, /* AUTH, or a line of its exchange, was sent and is not answered yet */
    POP3_IN_AUTH,    /* a challenge waits for its response */
    POP3_IN_TEXT,    /* the client submits a message: XTND XMIT */
    POP3_IN_UNKNOWN, /* the capture began, or goes on after a gap, in the middle of something */
    POP3_BEFORE_TLS, /* +OK to STLS was seen: the next octets tell */
    POP3_IN_TLS,
};

enum pop3_element_kind {
    POP3_COMMAND = 1,
    POP3_AUTH_RESPONSE, /* client's line of a SASL exchange */
    POP3_REPLY_LINE,    /* the first line of a reply */
    POP3_ROW,           /* a further line; pop3_parse_row takes it apart, reply->content tells what it is */
    POP3_DOT,           /* the line that ends the rows */
    POP3_BODY,          /* octets of a message; the last ones with its dot */
    POP3_TEXT,          /* what nobody understood; a line of XTND XMIT */
    POP3_GAP,
    POP3_TLS_OCTETS,
};

/* A command or a line of AUTH, and its reply. */
struct pop3_exchange {
    struct pop3_exchange *next;
    const struct pop3_verb_row *row; /* NULL: unknown verb */
    struct mw_exchange pairing;      /* reply_frame: of its last line that was seen */
    struct mail_transaction *record; /* RETR; NULL when it is refused */
    const char *argument;            /* APOP, USER: name; PASS, RPOP: name that USER gave; NULL without */
    uint32_t number;                 /* message; 0 without */
    uint8_t content;                 /* enum pop3_content of a positive reply */
    bool submits;                    /* XTND XMIT: text follows the +OK */
    bool cancels;                    /* a response that is "*" */
    bool unseen;                     /* its reply is missing from the capture */
    bool awaited_from_server;        /* the capture holds the server's side */
};

struct pop3_reply {
    struct pop3_exchange *to; /* NULL: greeting, or nobody asked */
    struct mw_moment first;   /* of its first octet */
    uint32_t end_frame;       /* 0: its end is missing */
    uint32_t rows;            /* without the first line and the dot */
    uint8_t status;           /* enum pop3_status */
    uint8_t content;          /* enum pop3_content that follows */
    bool greeting;
    bool unmatched; /* nobody asked */
    bool guessed;   /* the content was guessed: the command is missing from the capture */
    bool broken;    /* some of it is missing from the capture */
    bool excerpt;   /* the first line speaks of a header or of TOP */
    bool sized;     /* the first line tells the octets of the message */
    uint64_t octets;
};

/* What few elements have. */
struct pop3_extra {
    uint64_t missing;                 /* gap: octets */
    struct mail_transaction *record;  /* whose fate this element tells */
    const struct sasl_exchange *sasl; /* AUTH: where the exchange stood before this line */
    const struct smtp_dot *dot;       /* body that is not the message's octets as they stand: where the scanner stood */
    mw_issues *issues;                /* slices are relative to the element; NULL: none */
};

struct pop3_element {
    struct mw_element base;
    uint8_t kind; /* enum pop3_element_kind */
    bool from_client : 1;
    bool ends : 1;                  /* last line of a reply; last octets of a message */
    bool cut : 1;                   /* the line has no ending: capture or snap length cut it, or it is too long */
    uint32_t index;                 /* row of the reply, fragment of the message, from 0 */
    struct pop3_exchange *exchange; /* of a command, a line of AUTH, the end of XTND XMIT */
    struct pop3_reply *reply;       /* of a reply line, a row, the dot, octets of a message */
    struct mail_body *body;         /* of octets of a message */
    struct pop3_extra *extra;       /* NULL for most; pop3_extra_of reads it */
};

/* The extra part of an element, or an empty one. */
const struct pop3_extra *pop3_extra_of(const struct pop3_element *element);

/* What the CAPA reply offers, as far as the session needs it. */
struct pop3_offer {
    bool known;
    bool pipelining;
    bool stls;
    bool masked; /* a middle box has overwritten a keyword */
};

/* A row of the last LIST. */
struct pop3_size {
    uint64_t number, octets;
};

struct pop3_sizes {
    struct pop3_size *rows;
    uint32_t count, room;
    bool ascending; /* by number */
};

/* Unique-ids of the last UIDL, by hash. */
struct pop3_unique_ids {
    struct pop3_hash {
        uint64_t hash;
        uint64_t reply; /* number of the UIDL reply that it is of */
    } * slots;
    uint32_t room, count; /* slots; those of the last reply */
    uint64_t reply;       /* number of the last UIDL reply, from 1 */
};

/* A new one is all zero. */
struct pop3_session {
    enum pop3_state state; /* of the client's octets */
    bool seen[MW_SIDES];   /* octets of that side are in the capture */
    bool unseen[MW_SIDES]; /* octets of that side are missing, and those behind the hole have not come yet */
    bool tls;
    bool tls_port;      /* the server's port is for TLS only */
    bool greeted;       /* a status line has been seen */
    bool from_start;    /* the beginning of the session is known: its greeting, or TLS */
    bool uncertain;     /* after a gap or a late start: nothing is said about order until the state is known again */
    bool resync;        /* server octets are missing: the next reply may answer a later command */
    bool lost;          /* ... and what comes may be in the middle of a reply */
    bool spoke;         /* the client has sent something since the server's last octets */
    bool authenticated; /* TRANSACTION state */
    bool quit;          /* QUIT was sent */
    bool stls_refused;
    bool timestamp_bad; /* the greeting's timestamp is no msg-id */
    bool counted;       /* STAT has told the number of messages */
    struct smtp_dot dot;
    struct mail_body *body;
    uint64_t lines;                     /* line ends in the message so far */
    uint64_t messages;                  /* by STAT, less those deleted since */
    struct pop3_exchange *first, *last; /* outstanding, oldest first; last is valid while first is */
    uint32_t outstanding;
    uint32_t logins;                    /* outstanding commands that may lead to the TRANSACTION state */
    struct pop3_reply *reply;           /* whose last line has not come */
    struct pop3_reply *unasked;         /* the last line was this +OK, which answers nothing that the capture holds */
    const struct pop3_exchange *marked; /* the last DELE that was accepted, unless RSET has taken it back */
    struct mw_server_history *server;   /* what the capture knows of the server; NULL in tests */
    struct mw_client_history *client;   /* ... and of this client of it */
    const char *greeting_text;
    const char *user; /* that USER gave; NULL: none, or refused */
    struct mw_auth auth;
    struct pop3_offer offer;
    struct pop3_sizes sizes;
    struct pop3_unique_ids ids;
    struct mail_transaction *transaction; /* of the RETR in progress */
};

/* On later passes: the RETR that the capture leaves open, when its octets break off with this element, or this is its
 * command and nothing of its reply is there. NULL for all others. */
const struct mail_transaction *pop3_session_left_open(const struct pop3_session *session,
                                                      const struct pop3_element *element);
/* TLS is up: the same session, a struct pop3_session, goes on inside it, knowing nothing of before. RFC 2595 4 */
void pop3_session_secured(void *data);

/* See struct mw_stream_ops. session is a struct pop3_session, element a struct pop3_element. */
uint32_t pop3_session_next(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mw_element *element);
struct mail_hole *pop3_session_gap(void *session, const struct mw_arrival *arrival, uint64_t octets,
                                   struct mw_element *element);
uint32_t pop3_session_late(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mail_hole *hole,
                           struct mw_element *element);
void pop3_session_unseen(void *session, enum mw_side from);

#endif
