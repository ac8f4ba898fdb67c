/* What SMTP and LMTP know by name: verbs, EHLO keywords, parameters, reply
 * codes, enhanced status codes.
 *
 * Every table is sorted and has one row per name; names are compared without
 * regard to case. A name that no row has is no error. The reference of a row is
 * an RFC, or `wild` when only software defines the name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SMTP_TABLES_H
#define SMTP_TABLES_H

#include <stddef.h>

#include "slice.h"

struct smtp_command;

enum smtp_verb {
    SMTP_UNKNOWN = 0,
    SMTP_ATRN,
    SMTP_AUTH,
    SMTP_BDAT,
    SMTP_BURL,
    SMTP_DATA,
    SMTP_EHLO,
    SMTP_ETRN,
    SMTP_EXPN,
    SMTP_HELO,
    SMTP_HELP,
    SMTP_LHLO,
    SMTP_MAIL,
    SMTP_NOOP,
    SMTP_ONEX,
    SMTP_QUIT,
    SMTP_RCPT,
    SMTP_RSET,
    SMTP_SAML,
    SMTP_SEND,
    SMTP_SOML,
    SMTP_STARTTLS,
    SMTP_TURN,
    SMTP_VERB,
    SMTP_VRFY,
    SMTP_XADR,
    SMTP_XCIR,
    SMTP_XCLIENT,
    SMTP_XFORWARD,
    SMTP_XGEN,
    SMTP_XSTA,
    /* Exchange */
    SMTP_X_ANONYMOUSTLS,
    SMTP_X_EXPS,
    SMTP_X_LINK2STATE,
    SMTP_XEXCH50,
    SMTP_XPROXY,
    SMTP_XPROXYFROM,
    SMTP_XPROXYTO,
    SMTP_XQDISCARD,
    SMTP_XRDST,
    SMTP_XSESSIONPARAMS,
    SMTP_XSHADOW,
    SMTP_VERB_COUNT
};

struct smtp_verb_row {
    const char *name; /* upper case */
    enum smtp_verb verb;
    /* args is the place in line behind the verb and its blanks */
    void (*parse)(mw_bytes line, mw_slice args, struct smtp_command *out);
    bool last_in_group;    /* must be the last of a pipelined group, RFC 2920 3.1 */
    const char *text;      /* one line for the reader */
    const char *rfc;       /* "RFC 5321 4.1.1.2", or "wild, <who defines it>" */
    const uint16_t *ok;    /* positive replies, 0-terminated */
    const uint16_t *error; /* negative replies besides 421, 500, 501, 502;
                              0-terminated. NULL: nobody published them */
};

/* The row of a verb in any case; NULL when it is unknown. RFC 5321 2.4. */
const struct smtp_verb_row *smtp_verb_find(mw_bytes word);
/* The row of a verb; NULL for SMTP_UNKNOWN. */
const struct smtp_verb_row *smtp_verb_row(enum smtp_verb verb);
/* All verbs, sorted by name. */
const struct smtp_verb_row *smtp_verb_rows(size_t *count);

/* What is answered although it is no command: the connection (greeting), the
 * end of data (also of BDAT LAST), a line of an AUTH exchange. Their parse is
 * NULL and their verb SMTP_UNKNOWN. */
extern const struct smtp_verb_row smtp_connection_row;
extern const struct smtp_verb_row smtp_end_of_data_row;
/* The same for LMTP, whose server answers once per recipient; no exchange has
 * this row. RFC 2033 4.2 */
extern const struct smtp_verb_row smtp_lmtp_end_of_data_row;
extern const struct smtp_verb_row smtp_auth_response_row;

/* Whether a reply code is one that RFC 5321 4.3.2, or the RFC that defines the
 * command, lists for it. 421, 500, 501 and 502 may answer anything. True for a
 * NULL row, since nothing is known about it. */
bool smtp_reply_code_expected(const struct smtp_verb_row *row, uint16_t code);

struct smtp_reply_row {
    uint16_t code;
    const char *text;
    const char *rfc;
};

/* All reply codes, sorted by code. RFC 5321 4.2.3 and extensions. */
const struct smtp_reply_row *smtp_reply_rows(size_t *count);
/* What a reply says to a command (RFC 5321 4.3.2), or, when the table has no
 * row for the two or row is NULL, in general; NULL for an unknown code. */
const struct smtp_reply_row *smtp_reply_meaning(const struct smtp_verb_row *row, uint16_t code);
/* The meaning of a reply code; NULL when it is unknown. */
const char *smtp_reply_text(uint16_t code);
/* The meaning of the first digit of a reply code, 1..5; NULL for others. RFC
 * 5321 4.2.1. */
const char *smtp_reply_class_text(uint8_t first_digit);

/* What a reply code says to one command. */
struct smtp_meaning_row {
    const char *verb; /* name of the row of the verb, or of what is answered
                         without being one */
    struct smtp_reply_row reply;
};

/* All of them, sorted by verb and code. */
const struct smtp_meaning_row *smtp_meaning_rows(size_t *count);

struct smtp_status_row {
    uint16_t subject;
    uint16_t detail;
    const char *text;
    const char *rfc;
};

/* All registered X.subject.detail, sorted by both. RFC 3463, 5248. */
const struct smtp_status_row *smtp_status_rows(size_t *count);
/* The meaning of the class of an enhanced status code: 2, 4, 5; NULL for
 * others. RFC 3463 3.1. */
const char *smtp_status_class_text(unsigned status_class);
/* The meaning of the subject of an enhanced status code: 0..7; NULL for others.
 * RFC 3463 3.2. */
const char *smtp_status_subject_text(unsigned subject);
/* The meaning of X.subject.detail; NULL when it is not registered. */
const char *smtp_status_text(unsigned subject, unsigned detail);

struct smtp_capability_row {
    const char *keyword; /* upper case; one that ends in "=" is a prefix, as in
                            the old "AUTH=LOGIN" */
    const char *text;
    const char *rfc;
    uint16_t adds_mail; /* octets that a MAIL line may be longer than 512 when
                           this is offered */
    uint16_t adds_rcpt; /* the same for RCPT */
};

/* All EHLO keywords, sorted. */
const struct smtp_capability_row *smtp_capability_rows(size_t *count);
/* The row of an EHLO keyword (the first word of the line; `AUTH=LOGIN` finds
 * `AUTH=`); NULL when it is unknown. */
const struct smtp_capability_row *smtp_capability_find(mw_bytes keyword);

/* Commands that take a parameter: bits of smtp_param_row.commands. */
enum {
    SMTP_PARAM_MAIL = 1 << 0,
    SMTP_PARAM_RCPT = 1 << 1,
};

/* What the value of a parameter is made of. */
enum smtp_param_kind {
    SMTP_VALUE_ANY,         /* nothing is known */
    SMTP_VALUE_NONE,        /* no value allowed */
    SMTP_VALUE_SIZE,        /* 1*20DIGIT */
    SMTP_VALUE_BODY,        /* 7BIT / 8BITMIME / BINARYMIME */
    SMTP_VALUE_AUTH,        /* mailbox as xtext, or <> */
    SMTP_VALUE_RET,         /* FULL / HDRS */
    SMTP_VALUE_ENVID,       /* xtext, at most 100 octets */
    SMTP_VALUE_BY,          /* by-time ";" "N" or "R" ["T"] */
    SMTP_VALUE_HOLDFOR,     /* 1*9DIGIT seconds */
    SMTP_VALUE_DATE_TIME,   /* RFC 3339 date-time */
    SMTP_VALUE_MTRK,        /* base64 certifier [":" seconds] */
    SMTP_VALUE_SOLICIT,     /* solicitation keywords */
    SMTP_VALUE_SUBMITTER,   /* mailbox as xtext */
    SMTP_VALUE_PRIORITY,    /* -9 .. 9 */
    SMTP_VALUE_TRANSID,     /* "<" transaction id ">" */
    SMTP_VALUE_ALT_ADDRESS, /* mailbox, as xtext */
    SMTP_VALUE_NOTIFY,      /* NEVER, or a list of SUCCESS, FAILURE, DELAY */
    SMTP_VALUE_ORCPT,       /* addr-type ";" xtext, at most 500 octets */
    SMTP_VALUE_RRVS,        /* date-time [";" "C" or "R"] */
};

struct smtp_param_row {
    const char *name;       /* upper case */
    uint8_t commands;       /* SMTP_PARAM_MAIL, SMTP_PARAM_RCPT */
    const char *capability; /* EHLO keyword that must be offered; NULL: none
                               known. BODY: smtp_param_capability */
    enum smtp_param_kind kind;
    const char *text;
    const char *rfc;
};

/* All parameters of MAIL and RCPT, sorted by name. */
const struct smtp_param_row *smtp_param_rows(size_t *count);
/* The row of a parameter's name; NULL when it is unknown. */
const struct smtp_param_row *smtp_param_find(mw_bytes name);

#endif
