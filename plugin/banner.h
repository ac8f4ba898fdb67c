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

/* Name in a row of the table of known software, sorted without regard to case; NULL behind the last row. */
const char *mw_known_software(uint32_t row);

#endif
