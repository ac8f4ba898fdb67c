/* Finding the end of a message sent with DATA, and what is odd on the way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SMTP_DOT_H
#define SMTP_DOT_H

#include "issue.h"
#include "slice.h"

/* Text line with CRLF, without the stuffed dot. RFC 5321 4.5.3.1.6 */
#define SMTP_TEXT_LINE_OCTETS 1000
/* Octets of a line's start that tell what it is: the longest false end of data is NUL "." CR LF. */
#define SMTP_DOT_HEAD 4
/* Octets behind a false end that are looked at for a verb: more than the longest has. */
#define SMTP_DOT_VERB 20

/* Where the scanner stands between two calls: plain memory, made by smtp_dot_start. */
struct smtp_dot {
    uint8_t head[SMTP_DOT_HEAD];  /* first octets of the unfinished line */
    uint64_t line_octets;         /* of the unfinished line */
    uint64_t message_octets;      /* of the message in all finished lines, stuffed dots not counted */
    uint8_t last;                 /* last octet seen */
    bool after_crlf;              /* the unfinished line began after CRLF */
    bool after_lf;                /* ... after a bare LF; neither: its start was lost */
    bool after_cr_crlf;           /* ... after CR CR LF */
    bool crlf_seen;               /* a line ended in CRLF: from then on only CRLF ends lines */
    bool edits;                   /* the last octets scanned are not all of the message as they stand */
    uint8_t lookalike_octets;     /* of the message in a false end of data that the octets so far end in, and in empty
                                     lines behind it; 0 for none */
    uint8_t trailing_crs;         /* CRs at the end of the octets so far, at most 2 */
    bool ends_cr_dot;             /* the last two octets are a bare CR and a dot */
    bool suspect;                 /* a false end has just been read that a server may obey; a verb may follow */
    uint8_t after[SMTP_DOT_VERB]; /* octets behind it so far */
    uint8_t after_octets;
    uint32_t reported; /* bits: each issue is reported once for a message */
};

/* At the start of a message: as if CRLF had just been seen. */
void smtp_dot_start(struct smtp_dot *dot);
/* After octets were lost: nothing is known of the unfinished line. */
void smtp_dot_lost(struct smtp_dot *dot);
/* Whether something in the message looks like its end and is not. */
bool smtp_dot_saw_lookalike(const struct smtp_dot *dot);
/* Reads octets of a message up to and including the final CRLF "." CRLF (RFC 5321 4.1.1.4), which may be cut anywhere.
 * @param used    octets that belong to the message and its end
 * @param issues  what is odd in these octets, for the first time in this message
 * @return whether the end is there */
bool smtp_dot_scan(struct smtp_dot *dot, mw_bytes in, uint32_t *used, mw_issues *issues);

/* The octets of the message in what was scanned from a given stand: without stuffed dots (RFC 5321 4.5.2) and without
 * the end of data. A dot after a bare LF is only stuffed while no line has ended in CRLF, as clients do that know LF
 * alone. A CR behind a dot that begins a line is held back until the next octet tells whether it belongs to the end of
 * data.
 * @param before  where the scanner stood
 * @param in      what smtp_dot_scan used then
 * @param out     room for in.len + 1 octets
 * @return octets written */
uint32_t smtp_dot_unstuff(const struct smtp_dot *before, mw_bytes in, uint8_t *out);

#endif
