/* Grammar of one SMTP or LMTP command line and one reply line: octets in, structs of slices out.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SMTP_SYNTAX_H
#define SMTP_SYNTAX_H

#include "issue.h"
#include "slice.h"
#include "smtp/address.h"
#include "smtp/tables.h"

/* Command line, with CRLF, without extensions, and reply line: 512 octets. RFC 5321 4.5.3.1.4, 4.5.3.1.5 */
#define SMTP_LINE_OCTETS 512
/* Line of an AUTH exchange, with CRLF. RFC 4954 4 */
#define SMTP_AUTH_LINE_OCTETS 12288

struct smtp_command {
    uint32_t used;                   /* octets of the line with its ending; 0 if incomplete */
    mw_slice text;                   /* without the ending */
    mw_slice verb;                   /* first word, as written */
    mw_slice args;                   /* what follows, without blanks at the ends */
    const struct smtp_verb_row *row; /* NULL: unknown verb */
    mw_issues issues;

    /* filled by the verb's own grammar */
    struct smtp_path path; /* MAIL RCPT SEND SOML SAML; path.used 0 without */
    mw_slice params;       /* what follows the path */
    mw_slice domain;       /* HELO EHLO LHLO */
    mw_slice bdat_size_text;
    uint64_t bdat_size; /* octets; 0 when bdat_valid is false */
    bool bdat_valid;
    bool bdat_last;
    mw_slice mechanism; /* AUTH, X-EXPS */
    mw_slice initial;   /* initial response as written: base64 or "="; len 0 without */
};

/* One command line. RFC 5321 4.1.1: verb and arguments separated by SP; TAB and several blanks are accepted too.
 * @param in  octets from the start of a line; may hold more than that line, or its ending may be missing
 * @return MW_PARTIAL without LF: everything is filled from what is there, but used is 0; MW_BAD for an empty line */
mw_status smtp_parse_command(mw_bytes in, struct smtp_command *out);

/* The row of the verb that a line starts with, and nothing else parsed; NULL when it is none. For looking ahead. */
const struct smtp_verb_row *smtp_peek_verb(mw_bytes line);

/* Whether a line is a command beyond doubt: a known verb with an argument of the right form, or none where none may be.
 * Text of a message rarely is. */
bool smtp_is_plain_command(mw_bytes line);

/* Whether a verb or keyword is made of X only (4 or more), or X…A: a middle box has overwritten it. */
bool smtp_is_masked(mw_bytes verb);

/* Grammar functions of the verbs' rows; see tables.c for which verb uses which. line is the command line without its
 * ending, args what follows the verb. They only add to out. */
void smtp_parse_helo_args(mw_bytes line, mw_slice args, struct smtp_command *out);
void smtp_parse_mail_args(mw_bytes line, mw_slice args, struct smtp_command *out);
void smtp_parse_rcpt_args(mw_bytes line, mw_slice args, struct smtp_command *out);
void smtp_parse_bdat_args(mw_bytes line, mw_slice args, struct smtp_command *out);
void smtp_parse_auth_args(mw_bytes line, mw_slice args, struct smtp_command *out);
void smtp_parse_no_args(mw_bytes line, mw_slice args, struct smtp_command *out);
void smtp_parse_word_args(mw_bytes line, mw_slice args, struct smtp_command *out);
void smtp_parse_text_args(mw_bytes line, mw_slice args, struct smtp_command *out);
void smtp_parse_attr_args(mw_bytes line, mw_slice args, struct smtp_command *out);

/* The next NAME=value of XCLIENT and XFORWARD. False at the end. */
bool smtp_next_attr(mw_bytes in, mw_slice *rest, mw_slice *name, mw_slice *value);

struct smtp_reply_line {
    uint32_t used;   /* octets of the line with its ending; 0 if incomplete */
    mw_slice line;   /* without the ending */
    uint16_t code;   /* as sent; 0 if unreadable */
    bool last;       /* SP or nothing after the code: no line follows */
    mw_slice text;   /* textstring, without code and separator */
    mw_slice status; /* enhanced status code at the start of text; len 0 without. RFC 2034 */
    uint16_t status_class, status_subject, status_detail;
    mw_issues issues;
};

/* One line of a reply. RFC 5321 4.2; a bare LF ends a line too, and a line may end right after the code.
 * @param in  octets from the start of a line
 * @return MW_PARTIAL without LF (filled from what is there, used is 0), MW_BAD if it is no reply line */
mw_status smtp_parse_reply_line(mw_bytes in, struct smtp_reply_line *out);

/* Whether octets from the server begin like a reply: three digits of the allowed ranges and a separator. */
bool smtp_is_reply(mw_bytes in);

#endif
