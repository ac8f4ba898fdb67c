/* An SMTP or LMTP session: what may come next, which reply answers which command, the transaction in progress.
 *
 * Every function runs on the first pass only, in the order of the capture. What later passes show is in the elements.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SMTP_SESSION_H
#define SMTP_SESSION_H

#include "auth.h"
#include "history.h"
#include "mail/tail.h"
#include "session.h"
#include "smtp/dot.h"
#include "smtp/syntax.h"

/* Octets without a line ending that are kept as one line before they are shown as they are. More than an AUTH line,
 * the longest line that any RFC allows. */
#define SMTP_MAX_LINE_OCTETS 16384
/* Commands without reply that are remembered: more than any client pipelines. */
#define SMTP_MAX_OUTSTANDING 4096
/* Lines of a reply whose text is kept; EHLO and HELP replies stay far below. */
#define SMTP_MAX_REPLY_TEXT 65536

enum smtp_state {
    SMTP_IN_COMMANDS,
    SMTP_AFTER_DATA, /* DATA was sent and is not answered yet */
    SMTP_IN_DATA,
    SMTP_IN_BDAT,    /* counted octets of a chunk */
    SMTP_IN_BLOB,    /* counted octets of XEXCH50 */
    SMTP_AFTER_AUTH, /* AUTH, or a line of its exchange, was sent and is not answered yet */
    SMTP_IN_AUTH,    /* a challenge waits for its response */
    SMTP_IN_UNKNOWN, /* the capture began, or goes on after a gap, in the middle of something */
    SMTP_BEFORE_TLS, /* 220 to STARTTLS was seen: the next octets tell */
    SMTP_IN_TLS,
};

enum smtp_element_kind {
    SMTP_COMMAND = 1,
    SMTP_AUTH_RESPONSE, /* client's line of a SASL exchange */
    SMTP_REPLY_LINE,
    SMTP_BODY, /* octets of a message */
    SMTP_BLOB_OCTETS,
    SMTP_TEXT, /* what nobody understood */
    SMTP_GAP,
    SMTP_TLS_OCTETS,
};

/* Replies to one end of data: LMTP has one for each accepted recipient (RFC 2033 4.2), PRDR these and a last one. */
struct smtp_answers {
    uint32_t came, awaited;
    uint32_t refusals;                 /* negative ones among those that came */
    struct mail_recipient **recipient; /* whom the next one is about; NULL: not looked for yet */
};

/* A command, the end of a message or a line of AUTH, and its reply. */
struct smtp_exchange {
    struct smtp_exchange *next;
    const struct smtp_verb_row *row; /* NULL: unknown verb */
    struct mw_exchange pairing;
    uint32_t command_frame;       /* of the command line; for BDAT the request ends with the chunk */
    bool last : 1;                /* BDAT LAST, or the end of data */
    bool utf8 : 1;                /* MAIL: SMTPUTF8 */
    bool relay : 1;               /* RCPT: the forward-path asks for relaying */
    bool unseen : 1;              /* its reply is missing from the capture */
    bool awaited_from_server : 1; /* the capture holds the server's side */
    const char *argument;         /* reverse-path, forward-path, domain, mechanism; NULL without */
    struct mail_body *body;       /* of the end of data, of BDAT, of a DATA whose message was sent before its reply */
    uint64_t size;                /* MAIL: SIZE=; BDAT: octets of the chunk; XEXCH50: octets that follow the 354 */
    struct smtp_answers *answers; /* LMTP, PRDR; NULL: one */
};

struct smtp_reply {
    struct smtp_exchange *to; /* NULL: greeting, or nobody asked */
    struct mw_moment first;   /* of its first octet */
    uint32_t end_frame;
    uint32_t lines;
    uint16_t code;
    bool greeting;
    bool ehlo;             /* answers EHLO or LHLO with 250: lines behind the first are capabilities */
    bool unmatched;        /* nobody asked */
    const char *text;      /* all lines joined by one space; NULL when there is one line */
    const char *status;    /* enhanced status code of the first line; NULL without */
    const char *recipient; /* LMTP, PRDR: whom this reply to the end of data is about */
};

/* What few elements have. */
struct smtp_extra {
    uint64_t missing;                 /* gap: octets */
    struct mail_transaction *record;  /* whose fate this element tells */
    const struct sasl_exchange *sasl; /* AUTH: where the exchange stood before this line */
    const struct smtp_dot *dot;       /* body that is not the message's octets as they stand: where the scanner stood */
    mw_issues *issues;                /* slices are relative to the element; NULL: none */
};

struct smtp_element {
    struct mw_element base;
    uint8_t kind; /* enum smtp_element_kind */
    bool from_client : 1;
    bool lmtp : 1;
    bool ends : 1;  /* last line of a reply; last octets of a message */
    bool cut : 1;   /* the line has no ending: capture or snap length cut it, or it is too long */
    uint32_t index; /* line of the reply, fragment of the message, from 0 */
    union {
        struct smtp_exchange *exchange; /* of a command, a line of AUTH, the last octets of a message */
        struct smtp_reply *reply;       /* of SMTP_REPLY_LINE */
    };
    struct mail_body *body;   /* of octets of a message, or of what ends one */
    struct smtp_extra *extra; /* NULL for most; smtp_extra_of reads it */
};

/* The extra part of an element, or an empty one. */
const struct smtp_extra *smtp_extra_of(const struct smtp_element *element);

/* What the EHLO reply offers, as far as the session needs it. */
struct smtp_offer {
    bool known; /* EHLO was answered with 250, or HELO, which offers nothing */
    bool pipelining;
    bool starttls;
    bool masked;                     /* a middle box has overwritten a keyword */
    uint64_t keywords[2];            /* bits: rows of the table of capabilities */
    uint16_t *hashes;                /* of the lines that named them */
    uint64_t size;                   /* 0: no fixed limit */
    uint32_t extra_mail, extra_rcpt; /* octets that extensions add to a command line */
};

struct smtp_session {
    struct smtp_session *next;                /* that began later in the capture */
    enum smtp_state state;                    /* of the client's octets */
    enum mw_side client;                      /* the side that is client now: ATRN and TURN exchange them */
    struct mw_server_history *server;         /* what the capture knows of the server; NULL in tests */
    struct mw_client_history *client_history; /* ... and of this client of it */
    bool seen[MW_SIDES];                      /* octets of that side are in the capture */
    bool lmtp;
    bool tls;
    bool same_host;        /* both sides have one address */
    bool tls_port;         /* the server's port is for TLS only */
    bool greeted;          /* a server reply has been seen */
    bool from_start;       /* the beginning of the session is known: its greeting, or HELO or EHLO */
    bool unseen[MW_SIDES]; /* octets of that side are missing, and those behind the hole have not come yet */
    bool uncertain;        /* after a gap or a late start: nothing is said about order until the state is known again */
    bool resync;           /* server octets are missing: the next reply may answer a later command */
    bool authenticated;
    bool starttls_refused;
    bool data_refused;    /* the last DATA was refused, and no command has followed */
    bool last_chunk_sent; /* BDAT LAST was sent in this transaction */
    bool unclosed_path;   /* the last command's path has no ">" */
    bool after_message;   /* the last reply was to a message that holds a false end of data */
    bool chunking;        /* a chunk without LAST was sent: the next one goes on with its message */
    bool utf8;            /* SMTPUTF8 in this transaction */
    bool eightbit;        /* BODY=8BITMIME or BINARYMIME, or SMTPUTF8 */
    struct smtp_dot dot;
    struct mail_body *body;
    uint64_t counted;                   /* octets of the chunk or blob still to come */
    struct smtp_exchange *chunk;        /* the BDAT that they belong to */
    struct smtp_exchange *first, *last; /* outstanding, oldest first; last is valid while first is */
    uint32_t outstanding;
    struct smtp_reply *reply; /* whose last line has not come */
    uint64_t declared_size;   /* of the transaction */
    const char *helo, *greeting_text;
    struct smtp_offer offer;
    struct mw_auth auth;
    struct mail_transaction *transaction;
    const struct mail_body *earlier_body; /* the last one before this transaction */
    struct mail_transaction *open;        /* what the end of the capture leaves of the transaction */
    const struct smtp_exchange *open_end; /* ... and the command that would have ended it */
    uint32_t refused_rcpt, errors, recipients;
    char *reply_text; /* of the unfinished reply */
    uint32_t reply_text_len, reply_text_room;
};

void smtp_session_init(struct smtp_session *session);
/* A new capture begins. */
void smtp_sessions_reset(void);
/* On later passes: the transaction that the capture leaves open, when its message ends (or breaks off) with this
 * element, or this is the command without reply that would have ended it. NULL for all others. */
const struct mail_transaction *smtp_session_left_open(const struct smtp_session *session,
                                                      const struct smtp_element *element);
/* TLS is up: the same session, a struct smtp_session, goes on inside it, knowing nothing of before. RFC 3207 4.2 */
void smtp_session_secured(void *data);

/* See struct mw_stream_ops. session is a struct smtp_session, element a struct smtp_element. */
uint32_t smtp_session_next(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mw_element *element);
struct mail_hole *smtp_session_gap(void *session, const struct mw_arrival *arrival, uint64_t octets,
                                   struct mw_element *element);
uint32_t smtp_session_late(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mail_hole *hole,
                           struct mw_element *element);
void smtp_session_unseen(void *session, enum mw_side from);

#endif
