/* Paths of MAIL and RCPT, and the domain that HELO and EHLO name: RFC 5321 4.1.2, 4.1.3, RFC 6531 3.3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SMTP_ADDRESS_H
#define SMTP_ADDRESS_H

#include "issue.h"
#include "slice.h"

/* Limits of RFC 5321 4.5.3.1.1 to 4.5.3.1.3, octets. */
#define SMTP_MAX_LOCAL_PART 64
#define SMTP_MAX_DOMAIN 255
#define SMTP_MAX_PATH 256

/* A reverse-path or forward-path. All slices are places in the octets that were parsed; an absent part has len 0. */
struct smtp_path {
    uint32_t used;         /* octets of the argument up to the end of the path, with leading blanks */
    mw_slice path;         /* with < > as far as they are there */
    mw_slice source_route; /* "@one,@two" of "<@one,@two:user@domain>", without the colon */
    mw_slice mailbox;      /* without < >, source route and blanks around it; empty for <> */
    mw_slice local_part;   /* as written, with quotes; the whole mailbox without "@" */
    mw_slice domain;       /* with [ ] of an address literal */
    bool brackets;         /* begins with "<" */
    bool unclosed;         /* begins with "<" and has no ">" */
    bool null;             /* <>: the null reverse-path */
    bool postmaster;       /* "Postmaster" in any case, without domain */
    bool literal;          /* the domain is in [ ] */
    bool relay;            /* % or ! in the local-part, "@" within its quotes, or a source route */
    bool needs_utf8;       /* holds octets above 0x7F: allowed with SMTPUTF8 only */
    mw_issues issues;
};

/* Reverse-path = Path / "<>"      Forward-path = Path      Path = "<" [ A-d-l ":" ] Mailbox ">"      RFC 5321 4.1.2
 * Accepts besides: blanks before the path, no brackets (the path then ends at the first blank outside quotes), no ">",
 * blanks next to the brackets, UTF-8 (RFC 6531 3.3).
 * @param in    the octets that args is a place in
 * @param args  what follows "FROM:" or "TO:"; parameters may stand behind the path
 * @param out   always filled; owns nothing
 * @return MW_BAD when there is no path or it is not of the grammar (the issues say why); MW_OK otherwise, with issues
 *         about what is only notable. Never MW_PARTIAL: a line is complete. */
mw_status smtp_parse_path(mw_bytes in, mw_slice args, struct smtp_path *out);

/* Domain / address-literal of HELO, EHLO, LHLO. RFC 5321 4.1.1.1, 4.1.3. Adds HELO_SYNTAX, HELO_BARE_IP, HELO_NOT_FQDN
 * at arg without the blanks around it; adds nothing when arg is empty. */
void smtp_parse_domain_arg(mw_bytes in, mw_slice arg, mw_issues *issues);

/* Adds ADDRESS_INJECTION at the first octets, outside a quoted string, that only a shell, a string expansion or a URL
 * decoder understands: backquote, ${, $(, ;, |, () {, %0a, %0d. For the path of MAIL and RCPT (smtp_parse_path does it)
 * and the argument of VRFY. */
void smtp_check_injection(mw_bytes in, mw_slice arg, mw_issues *issues);

/* Whether octets are an IP address: 4 for four decimal numbers 0..255, 6 for RFC 4291 2.2 without a zone, 0 for
 * neither. No brackets, no tag. */
int smtp_ip_version(mw_bytes text);

#endif
