/* An IMAP session: which part of a command or response comes next, which response answers which command, the messages
 * in literals.
 *
 * Every function runs on the first pass only, in the order of the capture. What later passes show is in the elements.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAP_SESSION_H
#define IMAP_SESSION_H

#include "auth.h"
#include "history.h"
#include "imap/parser.h"
#include "imap/structure.h"
#include "mail/tail.h"

/* Octets without a line ending that are kept as one line before they are shown as they are. Listings of large
 * mailboxes (SEARCH, BODYSTRUCTURE) are the longest lines; what waits is looked at again with each segment. */
#define IMAP_MAX_LINE_OCTETS (1024u * 1024)
/* Commands without tagged response that are remembered: more than any client pipelines. */
#define IMAP_MAX_OUTSTANDING 1024
/* A literal in the place of a string is waited for up to this size, and is then one element. */
#define IMAP_MAX_STRING_OCTETS 16384
/* A literal that is no whole message is put together up to this size. */
#define IMAP_MAX_PART_OCTETS (64u * 1024 * 1024)

enum imap_state {
    IMAP_IN_LINES,
    IMAP_IN_PART,    /* the line goes on behind a literal */
    IMAP_AT_LITERAL, /* a synchronising literal was announced: its octets, or a refusal, come next */
    IMAP_IN_LITERAL,
    IMAP_IN_AUTH, /* lines of a SASL exchange */
    IMAP_IN_IDLE,
    IMAP_IN_LONG_LINE, /* the rest of a line that was too long to be kept */
    IMAP_IN_UNKNOWN,   /* the capture began, or goes on after a gap, in the middle of something */
    IMAP_BEFORE_TLS,   /* OK to STARTTLS was seen: the next octets tell */
    IMAP_IN_TLS,
};

enum imap_element_kind {
    IMAP_COMMAND_PART = 1, /* line of a command: its first, or one behind a literal */
    IMAP_RESPONSE_PART,    /* line of a response, likewise */
    IMAP_AUTH_RESPONSE,    /* client's line of a SASL exchange */
    IMAP_DONE,             /* client ends IDLE */
    IMAP_LITERAL_OCTETS,
    IMAP_DEFLATED, /* octets of COMPRESS */
    IMAP_TEXT,     /* what nobody understood */
    IMAP_GAP_MARK,
    IMAP_TLS_OCTETS,
};

/* A command and its tagged response. */
struct imap_exchange {
    struct imap_exchange *next;
    const struct imap_command_row *row; /* NULL: unknown command */
    struct mw_exchange pairing;         /* the request ends with its last part, IDLE with its first */
    const char *tag, *verb;
    uint32_t tag_len, tag_hash; /* the hash without regard to case: tags of a hostile client are long and alike */
    const char *username;       /* of LOGIN */
    const char *mailbox;        /* of SELECT, EXAMINE, APPEND; decoded */
    uint32_t command_frame;
    uint32_t uid; /* of a UID FETCH of one message; 0: none */
    bool by_uid;
    bool unseen;              /* its response is missing from the capture */
    bool awaited_from_server; /* the capture holds the server's side */
    bool answered;
    uint8_t status;                        /* enum imap_kind of its response */
    struct mail_transaction *appends;      /* APPEND: its messages */
    struct mail_transaction **appends_end; /* NULL before the first */
};

/* A literal, from its announcement on. */
struct imap_literal {
    uint64_t octets;
    uint8_t role; /* enum imap_role */
    bool non_sync, binary;
    bool whole;                           /* one element holds all of it */
    struct mail_body *body;               /* that its octets are put together in; NULL: shown where they are */
    const char *section;                  /* of FETCH BODY[section]; NULL without */
    const char *type;                     /* media type that a BODYSTRUCTURE told; NULL when unknown */
    const char *encoding;                 /* ... and its transfer encoding; NULL when the octets have none */
    bool from_middle;                     /* these are not the section's first octets: BODY[1]<4096> */
    struct mail_transaction *transaction; /* whose message it is */
    struct imap_exchange *exchange;       /* APPEND; FETCH that asked for it */
};

/* What a segment of COMPRESS inflates to. */
struct imap_inflated {
    uint8_t *data; /* what waited from before, if its line ends here, then the plain text of this segment */
    uint32_t len, carried;
    struct mw_element *first;
};

/* What few elements have. */
struct imap_extra {
    uint64_t missing;                   /* gap: octets */
    const struct imap_parser *parser;   /* a part behind a literal: where the parser stood; see imap_parser_restore */
    const struct imap_literal *literal; /* announced at the end of this line, or the one whose octets these are */
    struct mail_transaction *record;    /* whose fate this element tells */
    const struct sasl_exchange *sasl;   /* where the exchange stood before this line */
    const struct imap_inflated *plain;  /* of octets of COMPRESS; NULL: they do not inflate */
    mw_issues *issues;                  /* slices are relative to the element; NULL: none */
};

struct imap_element {
    struct mw_element base;
    uint8_t kind; /* enum imap_element_kind */
    bool from_client : 1;
    bool first : 1; /* first part of a command or response */
    bool ends : 1;  /* last part; last octets of a literal */
    bool cut : 1;   /* the line has no ending: capture or snap length cut it, or it is too long */
    bool greeting : 1;
    bool several : 1; /* whole lines, each an untagged FETCH response that tells the session nothing */
    bool utf8 : 1;    /* names may be UTF-8: RFC 9051 5.1, 9755 3 */
    uint32_t index;   /* fragment of the literal, from 0 */
    union {
        struct imap_exchange *exchange; /* client: the command; server: whom a tagged response or "+" is for */
        struct imap_literal *literal;   /* of IMAP_LITERAL_OCTETS, and of a gap in a literal */
    };
    struct imap_extra *extra; /* NULL for most; imap_extra_of reads it */
};

/* The extra part of an element, or an empty one. */
const struct imap_extra *imap_extra_of(const struct imap_element *element);

/* Copies of a parser between two parts: no larger than the lists that are open. */
const struct imap_parser *imap_parser_keep(const struct imap_parser *parser);
void imap_parser_restore(struct imap_parser *parser, const struct imap_parser *kept);

struct imap_inflater;

/* One direction. */
struct imap_flow {
    enum imap_state state;
    bool seen;   /* octets of it are in the capture */
    bool unseen; /* octets are missing, and those behind the hole have not come yet */
    struct imap_parser parser;
    struct imap_literal *literal;   /* announced, or under way */
    uint64_t counted;               /* octets of it to come */
    struct imap_exchange *exchange; /* client: the command whose parts come */
    bool asked;                     /* client: a challenge waits for its answer */
    bool nonsense;                  /* server: the last line was no response */
    struct imap_inflater *inflater; /* COMPRESS is on */
};

struct imap_session {
    struct imap_flow flow[MW_SIDES];
    bool tls, tls_port;
    bool greeted;    /* a greeting has been seen, or the session is under way */
    bool from_start; /* ... and was its beginning */
    bool uncertain;  /* after a gap or a late start: nothing is said about order until the state is known again */
    bool utf8;       /* RFC 9755 or IMAP4rev2 was enabled */
    bool starttls_refused;
    bool open_quote; /* the client's last line ended inside a quoted string */
    uint8_t phase;   /* enum imap_states; 0: unknown */
    const char *greeting_text;
    const char *mailbox; /* selected; NULL: none, or unknown */
    struct mw_auth auth;
    struct {
        bool known;
        bool with_login;       /* announced while a login was under way: true for the time behind it */
        uint64_t append_limit; /* 0: none announced */
        char *names;           /* upper case, each between blanks; not NUL-terminated */
        uint32_t names_len;    /* without the last blank */
    } offer;
    uint32_t exists; /* messages of the mailbox */
    bool exists_known;
    uint32_t fetch_number;              /* message of the FETCH response in progress; 0: none */
    uint32_t fetch_uid;                 /* UID that it has told; 0: none */
    const char *section;                /* ... and the section in front of the literal */
    bool section_decoded;               /* BINARY: without transfer encoding */
    bool section_from_middle;           /* BODY[1]<4096> */
    bool of_message;                    /* the item in progress tells the structure of the message */
    struct imap_structures *structures; /* NULL: none was told */
    struct mw_moment part_began;        /* first part of the response in progress */
    struct mw_server_history *server;   /* what the capture knows of the server and of this client of it */
    struct mw_client_history *client;
    struct imap_exchange *oldest, *newest; /* outstanding; NULL when there are none */
    uint32_t outstanding;
};

void imap_session_init(struct imap_session *session);
/* On later passes: the transaction that the capture leaves open, when its message ends (or breaks off) with this
 * element. NULL for all others. */
const struct mail_transaction *imap_session_left_open(const struct imap_element *element);
/* TLS is up: the same session, a struct imap_session, goes on inside it. RFC 9051 6.2.1 */
void imap_session_secured(void *session);

/* See struct mw_stream_ops. session is a struct imap_session, element a struct imap_element. */
uint32_t imap_session_next(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mw_element *element);
struct mail_hole *imap_session_gap(void *session, const struct mw_arrival *arrival, uint64_t octets,
                                   struct mw_element *element);
uint32_t imap_session_late(void *session, const struct mw_arrival *arrival, mw_bytes in, struct mail_hole *hole,
                           struct mw_element *element);
void imap_session_unseen(void *session, enum mw_side from);

#endif
