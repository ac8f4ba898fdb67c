/* The steps that find names in a greeting, shared by banner.c (SMTP, LMTP) and banner_access.c (POP3, IMAP).
 *
 * All of them look at a text of at most MW_MAX_BANNER octets; offsets and slices are places in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_BANNER_PARTS_H
#define MW_BANNER_PARTS_H

#include <stddef.h>

#include "banner.h"

enum {
    BANNER_SEEK = 1 << 0,   /* the version may stand further on, behind the word "Version" */
    BANNER_ALONE = 1 << 1,  /* no other service greets with this name: enough for the heuristic */
    BANNER_TAGGED = 1 << 2, /* the version may begin with letters: SMI-8.6, vM.5.01, Switch-3.1.7 */
};

/* Tables of them are sorted without regard to case. Where several names begin at one place the longest counts. */
struct banner_software {
    const char *name;
    uint8_t flags;
};

/* The first MW_MAX_BANNER octets. */
mw_bytes banner_cut(mw_bytes text);
mw_bytes banner_without_line_ending(mw_bytes line);
/* Without control characters other than TAB. */
bool banner_is_printable(mw_bytes in);

bool banner_in_list(mw_bytes word, const char *const *list, size_t n);
/* A name that stands at an offset as a word of its own, not within a host name. */
bool banner_word_at(mw_bytes in, uint32_t at, const char *name);

/* The row whose name begins at an offset, NULL without one; of a table, or of the one that all protocols share. */
const struct banner_software *banner_row_at(mw_bytes in, uint32_t at, const struct banner_software *rows, size_t n);
const struct banner_software *banner_software_at(mw_bytes in, uint32_t at);
/* The version of a name that ends at an offset; flags are those of its row. Empty without one. */
mw_slice banner_find_version(mw_bytes in, uint32_t from, uint8_t flags);

bool banner_is_address_literal(mw_bytes word);
/* RFC 5321 4.1.2, Domain; also with "_" and with UTF-8 (RFC 6531), and an IPv4 address without its brackets. */
bool banner_is_domain(mw_bytes word);
/* The word without punctuation at its end, or the domain of a message id: XMail greets with
 * "<1077.25@mail.example.org> [XMail 1.27 ESMTP Server] service ready". */
mw_slice banner_domain_in_word(mw_bytes in, mw_slice word);

#endif
