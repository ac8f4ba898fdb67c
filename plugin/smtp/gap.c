/* An SMTP session when octets are missing from the capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "smtp/state.h"

/* Which message of the exchange comes next is not known any more: it may hold a secret. */
static void lose_auth(struct smtp_session *s)
{
    sasl_start(&s->auth.sasl, (mw_bytes){ 0 });
    smtp_session_enter(s, SMTP_AFTER_AUTH);
}

/* Returns the hole in a message. */
static struct mail_hole *client_gap(struct smtp_session *s, uint64_t octets, bool unseen)
{
    struct mail_hole *hole = NULL;
    switch (s->state) {
    case SMTP_IN_DATA:
        if (s->body->fragments == 0 && unseen)
            break; /* what is missing is the DATA command: the message begins behind it */
        hole = mail_hole_begin(s->body, octets, &s->dot);
        smtp_dot_lost(&s->dot);
        break;
    case SMTP_IN_BDAT: {
        uint64_t lost = octets < s->counted ? octets : s->counted;
        hole = mail_hole_begin(s->body, lost, NULL);
        s->body->octets += lost;
        s->counted -= lost;
        if (s->counted == 0)
            smtp_session_enter(s, lost == octets ? SMTP_IN_COMMANDS : SMTP_IN_UNKNOWN);
        break;
    }
    case SMTP_AFTER_AUTH:
    case SMTP_IN_AUTH:
        lose_auth(s);
        break;
    case SMTP_BEFORE_TLS:
    case SMTP_IN_TLS:
        break;
    default:
        smtp_session_enter(s, SMTP_IN_UNKNOWN);
        break;
    }
    return hole;
}

static void lose_track(struct smtp_session *s)
{
    s->uncertain = true;
    s->from_start = false;
}

void smtp_session_unseen(void *session, enum mw_side from)
{
    struct smtp_session *s = session;
    s->unseen[from == s->client ? MW_CLIENT : MW_SERVER] = true;
    lose_track(s);
}

struct mail_hole *smtp_session_gap(void *session, const struct mw_arrival *arrival, uint64_t octets,
                                   struct mw_element *element)
{
    struct smtp_session *s = session;
    struct smtp_element *gap = (struct smtp_element *)element;
    bool unseen = s->unseen[MW_CLIENT];

    gap->kind = SMTP_GAP;
    gap->from_client = arrival->from == s->client;
    gap->lmtp = s->lmtp;
    smtp_need_extra(gap)->missing = octets;
    s->unseen[gap->from_client ? MW_CLIENT : MW_SERVER] = false;
    lose_track(s);
    if (gap->from_client)
        return client_gap(s, octets, unseen);
    s->resync = true;
    s->reply = NULL;
    return NULL;
}
