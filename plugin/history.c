/* What the capture has shown of servers and clients.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "history.h"

bool mw_history_misses_tls(struct mw_server_history *server, bool offers_tls, bool masked)
{
    if (offers_tls && server)
        server->offered_tls = true;
    return !offers_tls && (masked || (server && server->offered_tls));
}

bool mw_history_counts_failure(struct mw_client_history *client)
{
    return client && ++client->failed_logins == MW_MANY_FAILED_LOGINS;
}

bool mw_history_keeps(struct mw_server_history *server, const char *user, const char *mailbox, uint64_t uidvalidity)
{
    if (!user)
        return true; /* two users have two mailboxes of one name */
    for (struct mw_mailbox_history *m = server->mailboxes; m; m = m->next) {
        if (strcmp(m->mailbox, mailbox) != 0 || strcmp(m->user, user) != 0)
            continue;
        bool same = m->uidvalidity == uidvalidity;
        m->uidvalidity = uidvalidity;
        return same;
    }
    if (server->mailbox_count == MW_MAX_MAILBOXES)
        return true;
    struct mw_mailbox_history *m = mw_new(struct mw_mailbox_history);
    m->next = server->mailboxes;
    m->user = user;
    m->mailbox = mailbox;
    m->uidvalidity = uidvalidity;
    server->mailboxes = m;
    server->mailbox_count++;
    return true;
}
