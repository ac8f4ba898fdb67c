/* What the capture has shown of a server, and of a client of it, in all their sessions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_HISTORY_H
#define MW_HISTORY_H

#include "session.h"

/* Failed logins from one address to one server that tell a guesser. */
#define MW_MANY_FAILED_LOGINS 10
/* Mailboxes of a server whose UIDVALIDITY is remembered. */
#define MW_MAX_MAILBOXES 1000

struct mw_mailbox_history {
    struct mw_mailbox_history *next;
    const char *user, *mailbox;
    uint64_t uidvalidity;
};

/* One address and port. */
struct mw_server_history {
    bool offered_tls; /* STARTTLS, in some session */
    struct mw_mailbox_history *mailboxes;
    uint32_t mailbox_count;
};

/* One address that connects to it. */
struct mw_client_history {
    uint32_t failed_logins;
};

/* A server announces what it can, in clear. Returns whether it, or somebody on the way, hides TLS: this session or an
 * earlier one tells so. server: may be NULL.
 * @param masked  something on the way has overwritten the announcement */
bool mw_history_misses_tls(struct mw_server_history *server, bool offers_tls, bool masked);
/* Counts a failed login. Returns whether this one makes them many; false for NULL. */
bool mw_history_counts_failure(struct mw_client_history *client);
/* Remembers the UIDVALIDITY of a user's mailbox. Returns whether it is the one that was told before, or none was.
 * user: NULL when unknown, which tells nothing. Both strings live as long as the capture. RFC 9051 2.3.1.1 */
bool mw_history_keeps(struct mw_server_history *server, const char *user, const char *mailbox, uint64_t uidvalidity);

#endif
