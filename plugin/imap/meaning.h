/* What responses of IMAP say, in one line for the reader. RFC 9051 7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAP_MEANING_H
#define IMAP_MEANING_H

#include "imap/parser.h"

struct imap_meaning {
    const char *text; /* NULL: nothing is known */
    const char *rfc;  /* "RFC 9051 6.3.2", or "wild, <who defines it>" */
};

/* What a tagged response says to a command; row NULL: to one that is unknown. No text for a status that is none. */
struct imap_meaning imap_result_meaning(const struct imap_command_row *row, enum imap_kind status);

/* What the greeting says: OK, PREAUTH or BYE. RFC 9051 7.1 */
struct imap_meaning imap_greeting_meaning(enum imap_kind status);

/* What a continuation request asks for; row NULL: its command is unknown. RFC 9051 7.6 */
struct imap_meaning imap_continuation_meaning(const struct imap_command_row *row);

/* What OK and NO say to the command of that name, for each row of imap_command_rows. */
struct imap_result_row {
    const char *name, *ok, *no;
};
const struct imap_result_row *imap_result_rows(size_t *count);

#endif
