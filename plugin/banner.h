/* What a server's greeting names: its host, its software and the version.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_BANNER_H
#define MW_BANNER_H

#include "slice.h"

/* Octets of a greeting line that are looked at: a reply line has at most 512, RFC 5321 4.5.3.1.5. */
#define MW_MAX_BANNER 512

/* Places in the text that was parsed. A slice of length 0: not named. */
struct mw_banner {
    mw_slice domain;   /* host name, or address literal with its brackets */
    mw_slice software; /* name as the greeting writes it, without the version */
    mw_slice version;  /* without a leading v; ends at "/", ";", "," or a blank */
};

/* RFC 5321 4.2, Greeting: text is the textstring of the first line of the 220 reply (behind "220 " or "220-", without
 * the line ending). Never fails: what the text does not name, or hides behind asterisks, stays empty. */
void mw_parse_smtp_banner(mw_bytes text, struct mw_banner *out);

/* Looks for known software in a further line of a greeting, or in any other text in which a server names itself.
 * True when there is some; *software and *version (perhaps empty) are then places in text, else both are empty. */
bool mw_find_software(mw_bytes text, mw_slice *software, mw_slice *version);

/* Whether the first line of a server, from its first octet (with or without line ending), greets as SMTP or LMTP:
 * "220 " or "220-" with a text that says so and does not speak of FTP. Strict, for use on any TCP port: a greeting that
 * only gives a host name is not taken. */
bool mw_is_smtp_greeting(mw_bytes first_line);

/* The greeting of a POP3 server (RFC 1939 4), text: what stands behind "+OK ". The rest is as for SMTP, but software
 * that does not name itself may give a version all the same: UW's "POP3 host 2004.89 server ready". */
void mw_parse_pop_banner(mw_bytes text, struct mw_banner *out);

/* The same for IMAP (RFC 9051 7.1), text: what stands behind "* OK " and a response code in brackets. */
void mw_parse_imap_banner(mw_bytes text, struct mw_banner *out);

/* Whether the first line of a server, from its first octet (with or without line ending), greets as POP3: "+OK" with a
 * text that speaks of POP, names Dovecot or holds a valid timestamp. Strict, for use on any TCP port. */
bool mw_is_pop_greeting(mw_bytes first_line);

/* The same for IMAP: "* OK", "* PREAUTH" or "* BYE" with a text or capabilities that speak of IMAP. */
bool mw_is_imap_greeting(mw_bytes first_line);

/* The timestamp for APOP in the greeting of a POP3 server, RFC 1939 7: of what stands in angle brackets the last that
 * holds an "@", or the last at all. *out has the brackets. *valid: it is a msg-id, as the RFC asks for, here "<",
 * printable ASCII without blank, one "@" inside, ">"; another may serve to find out passwords (CVE-2007-1558).
 * False, and *out empty, when there is none. Reads the whole text, in linear time. */
bool mw_find_apop_timestamp(mw_bytes text, mw_slice *out, bool *valid);

/* Name in a row of the table of known software, sorted without regard to case; NULL behind the last row. */
const char *mw_known_software(uint32_t row);
/* The same of the table of what only greets as POP3 or IMAP. */
const char *mw_known_access_software(uint32_t row);

#endif
