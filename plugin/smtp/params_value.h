/* Values of ESMTP parameters that have parts: taken apart by params.c, shown by params_decode.c.
 *
 * Each function takes the octets of one value, fills out in any case with places in them, and returns whether the value
 * is of the grammar.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SMTP_PARAMS_VALUE_H
#define SMTP_PARAMS_VALUE_H

#include "slice.h"

struct smtp_by {
    mw_slice seconds; /* with its sign */
    bool returns;     /* R: return the message after the time; otherwise N: notify the sender */
    bool trace;       /* T: report each relay */
};

/* by-value = by-time ";" by-mode [by-trace]      by-time = ["-" / "+"] 1*9DIGIT      RFC 2852 4 */
bool smtp_parse_by(mw_bytes value, struct smtp_by *out);

struct smtp_mtrk {
    mw_slice certifier; /* base64 */
    mw_slice seconds;   /* len 0 without */
};

/* mtrk-certifier [ ":" mtrk-timeout ]      RFC 3885 3.1 */
bool smtp_parse_mtrk(mw_bytes value, struct smtp_mtrk *out);

struct smtp_rrvs {
    mw_slice since; /* date-time */
    char action;    /* C continue, R reject, NUL without */
};

/* date-time [ ";" ( "C" / "R" ) ]      RFC 7293 5.1 */
bool smtp_parse_rrvs(mw_bytes value, struct smtp_rrvs *out);

struct smtp_orcpt {
    mw_slice type;    /* rfc822, utf-8, x400, unknown, ... */
    mw_slice address; /* encoded as the type asks for */
    bool utf8;        /* the type is utf-8: RFC 6533 3 instead of xtext */
};

/* addr-type ";" address      RFC 3461 4.2, RFC 6533 3. The length is not judged. */
bool smtp_parse_orcpt(mw_bytes value, struct smtp_orcpt *out);

/* The next word of a NOTIFY list, which may be empty; *from is 0 at first. False at the end. RFC 3461 4.1 */
bool smtp_next_notify(mw_bytes value, uint32_t *from, mw_slice *word);

/* utf-8-addr-xtext / utf-8-addr-unitext: printable ASCII and UTF-8, \x{HEX} for a code point. RFC 6533 3; +HEXHEX of
 * xtext is accepted besides. out as of smtp_xtext_decode. */
bool smtp_utf8_addr_decode(mw_bytes in, char **out);

#endif
