/* What IMAP knows by name besides commands, responses and codes, each with one line for the reader.
 *
 * Every table is sorted and has one row per name; names are compared without regard to case. A name that no row has is
 * no error. The reference of a row is an RFC, an Internet-Draft, or `wild` when only software defines the name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAP_NAMES_H
#define IMAP_NAMES_H

#include <stddef.h>

#include "slice.h"

enum imap_names {
    IMAP_CAPABILITIES,
    IMAP_FETCH_ITEMS,
    IMAP_STATUS_ITEMS,
    IMAP_FLAGS,      /* system flags and keywords */
    IMAP_ATTRIBUTES, /* of mailboxes, in LIST, LSUB and XLIST */
    IMAP_QUOTA_RESOURCES,
    IMAP_RIGHTS, /* letters of ACL, MYRIGHTS, LISTRIGHTS */
    IMAP_ID_FIELDS,
    IMAP_NAMES_COUNT
};

struct imap_name_row {
    const char *name; /* upper case; one that ends in "=" or "[" stands for all names that begin so */
    const char *text;
    const char *rfc; /* "RFC 9051 7.5.2", "draft-...", "wild, <who defines it>" */
};

/* The row of a name; NULL when it is unknown. AUTH=PLAIN finds AUTH=, BODY[TEXT] finds BODY[; a name with a row of its
 * own, such as THREAD=REFERENCES, finds that. */
const struct imap_name_row *imap_name_find(enum imap_names table, mw_bytes name);
/* All rows of a table. */
const struct imap_name_row *imap_name_rows(enum imap_names table, size_t *count);

/* Rights in words: "lr" is "sees the mailbox, reads messages". RFC 4314 2.1. A "+" or "-" in front (SETACL) is skipped;
 * letters without a row are named by themselves, each once.
 * @return the caller frees it with g_free */
char *imap_rights_text(mw_bytes rights);

#endif
