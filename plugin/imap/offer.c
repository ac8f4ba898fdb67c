/* What an IMAP server announces.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "imap/state.h"

/* Octets of all capabilities together that are kept: ten times the longest announcement of real servers. */
#define MAX_OFFER 8192

void imap_offer_begin(struct imap_session *session)
{
    char *names = session->offer.names;
    memset(&session->offer, 0, sizeof session->offer);
    session->offer.known = true;
    session->offer.names = names; /* its room is used again */
    session->offer.names_len = 0;
}

static void keep_name(struct imap_session *session, mw_bytes name)
{
    if (session->offer.names_len + name.len + 2 > MAX_OFFER)
        return;
    if (!session->offer.names)
        session->offer.names = mw_alloc(MAX_OFFER);
    char *to = session->offer.names + session->offer.names_len;
    *to++ = ' ';
    for (uint32_t i = 0; i < name.len; i++)
        to[i] = g_ascii_toupper((char)name.data[i]);
    to[name.len] = ' ';
    session->offer.names_len += name.len + 1; /* the blank behind is that of the next one */
}

void imap_offer_add(struct imap_session *session, mw_bytes capability)
{
    static const char limit[] = "APPENDLIMIT=";
    const uint32_t limit_len = sizeof limit - 1;

    keep_name(session, capability);
    if (mw_starts_nocase(capability, limit))
        mw_parse_number(capability, mw_slice_of(limit_len, capability.len - limit_len), &session->offer.append_limit);
}

bool imap_offered(const struct imap_session *session, const char *capabilities)
{
    mw_bytes list = mw_bytes_str(capabilities), all = { 0 };
    mw_slice rest = mw_slice_of(0, list.len), word;

    if (session->offer.names && session->offer.names_len)
        all = mw_bytes_of(session->offer.names, session->offer.names_len + 1);
    while ((word = mw_next_word(list, &rest)).len) {
        char padded[64];
        g_snprintf(padded, sizeof padded, " %.*s ", (int)word.len, capabilities + word.offset);
        if (mw_find_nocase(all, 0, padded) < all.len)
            return true;
    }
    return false;
}
