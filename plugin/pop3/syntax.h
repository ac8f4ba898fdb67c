/* Grammar of one POP3 command line, one status line and the rows of multi-line replies: octets in, structs of slices
 * out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef POP3_SYNTAX_H
#define POP3_SYNTAX_H

#include "issue.h"
#include "pop3/tables.h"
#include "slice.h"

/* Command line with CRLF. RFC 2449 4 */
#define POP3_COMMAND_OCTETS 255
/* First line of a reply with CRLF. RFC 1939 3 */
#define POP3_REPLY_OCTETS 512
/* Unique-id. RFC 1939 7 */
#define POP3_UNIQUE_ID_OCTETS 70
/* MD5 in hexadecimal. RFC 1939 7 */
#define POP3_DIGEST_OCTETS 32

struct pop3_command {
    uint32_t used;                   /* octets of the line with its ending; 0 if incomplete */
    mw_slice text;                   /* without the ending */
    mw_slice verb;                   /* first word, as written */
    mw_slice args;                   /* what follows, without blanks at the ends */
    const struct pop3_verb_row *row; /* NULL: unknown verb */
    mw_issues issues;

    /* filled by the verb's own grammar; len 0 without */
    mw_slice name;        /* USER APOP RPOP */
    mw_slice password;    /* PASS: all behind the first blank */
    mw_slice digest;      /* APOP, as written */
    mw_slice mechanism;   /* AUTH */
    mw_slice initial;     /* initial response as written: base64 or "=" */
    mw_slice number_text; /* RETR TOP DELE LIST UIDL XSENDER */
    mw_slice lines_text;  /* TOP */
    uint32_t number;      /* 0: absent or no message number */
    uint32_t lines;
    bool lines_valid;
};

/* One command line. RFC 1939 3: keyword and arguments separated by one SP; TAB and several blanks are accepted too.
 * @param in  octets from the start of a line; may hold more than that line, or its ending may be missing
 * @return MW_PARTIAL without LF: everything is filled from what is there, but used is 0; MW_BAD for an empty line */
mw_status pop3_parse_command(mw_bytes in, struct pop3_command *out);

/* What follows the +OK line that answers a command; POP3_NO_CONTENT for an unknown verb. */
enum pop3_content pop3_content_of(mw_bytes line, const struct pop3_command *command);

/* Whether a line is a command beyond doubt: a known verb at its start, with arguments that the verb takes. */
bool pop3_is_plain_command(mw_bytes line);

/* Grammar functions of the verbs' rows; see tables.c for which verb uses which. line is the command line without its
 * ending, args what follows the verb. They only add to out. */
void pop3_parse_no_args(mw_bytes line, mw_slice args, struct pop3_command *out);
void pop3_parse_text_args(mw_bytes line, mw_slice args, struct pop3_command *out);
void pop3_parse_word_args(mw_bytes line, mw_slice args, struct pop3_command *out);
void pop3_parse_name_args(mw_bytes line, mw_slice args, struct pop3_command *out);
void pop3_parse_pass_args(mw_bytes line, mw_slice args, struct pop3_command *out);
void pop3_parse_apop_args(mw_bytes line, mw_slice args, struct pop3_command *out);
void pop3_parse_auth_args(mw_bytes line, mw_slice args, struct pop3_command *out);
void pop3_parse_message_args(mw_bytes line, mw_slice args, struct pop3_command *out);
void pop3_parse_optional_message_args(mw_bytes line, mw_slice args, struct pop3_command *out);
void pop3_parse_top_args(mw_bytes line, mw_slice args, struct pop3_command *out);

enum pop3_status {
    POP3_NO_STATUS,
    POP3_OK,       /* +OK */
    POP3_ERR,      /* -ERR */
    POP3_CONTINUE, /* "+ " with a challenge, RFC 5034 4 */
};

struct pop3_status_line {
    uint32_t used;           /* octets of the line with its ending; 0 if incomplete */
    mw_slice line;           /* without the ending */
    enum pop3_status status; /* POP3_NO_STATUS if it begins with none */
    mw_slice text;           /* behind the status and one blank; the base64 of a challenge */
    mw_slice code;           /* response code of -ERR without its brackets; len 0 without. RFC 2449 8 */
    mw_issues issues;
};

/* First line of a reply. RFC 1939 3, 5034 4; the status in any case, a bare LF ends a line too, and a "+" may stand
 * alone.
 * @param in  octets from the start of a line
 * @return MW_PARTIAL without LF (filled from what is there, used is 0), MW_BAD if it begins with no status */
mw_status pop3_parse_status_line(mw_bytes in, struct pop3_status_line *out);

/* Whether octets begin with +OK or -ERR, in any case. */
bool pop3_is_reply(mw_bytes in);
/* Whether octets are too few to tell, and more could make them begin so. */
bool pop3_may_become_reply(mw_bytes in);

/* The number in front of "octets" or "bytes" in the text of a +OK line, as in "120 octets". Not of any grammar, but
 * most servers say it so. False without one. */
bool pop3_parse_octets(mw_bytes text, mw_slice *digits, uint64_t *octets);

/* A line of a multi-line reply. RFC 1939 3 */
struct pop3_row {
    uint32_t used; /* octets with the ending; 0 if incomplete */
    bool ends;     /* the dot alone */
    mw_slice text; /* without the ending and without the stuffed dot */
};

/* @return MW_PARTIAL without LF: everything is filled from what is there, but used is 0 */
mw_status pop3_parse_row(mw_bytes in, struct pop3_row *out);

/* Two numbers: a scan listing (message number and octets), or a drop listing (messages and octets). RFC 1939 5 */
struct pop3_listing {
    mw_slice number_text, octets_text;
    uint64_t number, octets;
    bool valid; /* both are numbers; else both are 0 */
    bool alone; /* nothing stands behind them */
};

/* Takes a row of LIST, or the text of the +OK line that answers STAT or LIST with an argument. What stands behind the
 * two numbers is passed over (RFC 1939 5 discourages but allows it). */
void pop3_parse_listing(mw_bytes in, mw_slice text, struct pop3_listing *out);

/* unique-id listing. RFC 1939 7 */
struct pop3_unique_id {
    mw_slice number_text, id;
    uint64_t number; /* 0: no number */
    bool valid;      /* the id has 1 to 70 octets in 0x21..0x7E */
};

/* Takes a row of UIDL, or the text of the +OK line that answers UIDL with an argument. */
void pop3_parse_unique_id(mw_bytes in, mw_slice text, struct pop3_unique_id *out);

#endif
