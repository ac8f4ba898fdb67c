/* What POP3 knows by name: verbs, capabilities, response codes.
 *
 * Every table is sorted and has one row per name; names are compared without regard to case. A name that no row has is
 * no error. The reference of a row is an RFC, or `wild` when only software defines the name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef POP3_TABLES_H
#define POP3_TABLES_H

#include <stddef.h>

#include "slice.h"

struct pop3_command;

enum pop3_verb {
    POP3_UNKNOWN = 0,
    POP3_APOP,
    POP3_AUTH,
    POP3_CAPA,
    POP3_DELE,
    POP3_LANG,
    POP3_LAST,
    POP3_LIST,
    POP3_NOOP,
    POP3_PASS,
    POP3_QUIT,
    POP3_RETR,
    POP3_RPOP,
    POP3_RSET,
    POP3_STAT,
    POP3_STLS,
    POP3_TOP,
    POP3_UIDL,
    POP3_USER,
    POP3_UTF8,
    POP3_XCLIENT,
    POP3_XSENDER,
    POP3_XTND,
    POP3_VERB_COUNT
};

/* States in which a command is allowed: bits of pop3_verb_row.states. RFC 1939 3 */
enum {
    POP3_AUTHORIZATION = 1 << 0,
    POP3_TRANSACTION = 1 << 1,
};

/* What stands between the +OK line and the dot. */
enum pop3_content {
    POP3_NO_CONTENT,   /* the reply is one line */
    POP3_SCAN_LISTING, /* LIST */
    POP3_UNIQUE_IDS,   /* UIDL */
    POP3_CAPABILITIES, /* CAPA */
    POP3_MECHANISMS,   /* AUTH */
    POP3_LANGUAGES,    /* LANG */
    POP3_LINES,        /* XTND XLST, and what nobody understood */
    POP3_MESSAGE,      /* RETR, TOP */
};

/* When the positive reply has the content of the row. */
enum pop3_multi {
    POP3_SINGLE,
    POP3_MULTI,
    POP3_MULTI_WITHOUT_ARGUMENT,
    POP3_MULTI_BY_ARGUMENT, /* pop3_content_of knows */
};

struct pop3_verb_row {
    const char *name; /* upper case */
    enum pop3_verb verb;
    /* args is the place in line behind the verb and its blanks */
    void (*parse)(mw_bytes line, mw_slice args, struct pop3_command *out);
    uint8_t states; /* POP3_AUTHORIZATION, POP3_TRANSACTION */
    bool login;     /* its positive reply, or that to what follows it, leads to the TRANSACTION state */
    enum pop3_multi multi;
    enum pop3_content content;
    const char *text; /* one line for the reader */
    const char *rfc;  /* "RFC 1939 5", or "wild, <who defines it>" */
    const char *ok;   /* what +OK says to it */
    const char *err;  /* what -ERR says to it */
};

/* The row of a verb in any case; NULL when it is unknown. RFC 1939 3. */
const struct pop3_verb_row *pop3_verb_find(mw_bytes word);
/* The row of a verb; NULL for POP3_UNKNOWN. */
const struct pop3_verb_row *pop3_verb_row(enum pop3_verb verb);
/* All verbs, sorted by name. */
const struct pop3_verb_row *pop3_verb_rows(size_t *count);

/* What is answered although it is no command: a line of an AUTH exchange, the end of the text that XTND XMIT submits.
 * Their parse is NULL and their verb POP3_UNKNOWN. */
extern const struct pop3_verb_row pop3_auth_response_row;
extern const struct pop3_verb_row pop3_end_of_text_row;

/* A capability, a response code or a status. */
struct pop3_name_row {
    const char *name; /* upper case */
    const char *text;
    const char *rfc;
};

/* What the status of a reply says: to a command, to nobody in particular (row NULL), or as a greeting.
 * @param status  enum pop3_status
 * @return name: the status; all NULL for POP3_NO_STATUS */
struct pop3_name_row pop3_status_meaning(const struct pop3_verb_row *row, bool greeting, unsigned status);

/* All capabilities, sorted by name. */
const struct pop3_name_row *pop3_capability_rows(size_t *count);
/* The row of the first word of a CAPA line; NULL when it is unknown. */
const struct pop3_name_row *pop3_capability_find(mw_bytes keyword);

/* All response codes, sorted by name. RFC 2449 8, 3206 */
const struct pop3_name_row *pop3_code_rows(size_t *count);
/* The row of a response code, without its brackets; NULL when it is unknown. */
const struct pop3_name_row *pop3_code_find(mw_bytes code);

#endif
