/* What every protocol's session has in common: sides, moments, elements, pairing, memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_SESSION_H
#define MW_SESSION_H

#include "issue.h"
#include "slice.h"

enum mw_side { MW_CLIENT, MW_SERVER, MW_SIDES };

struct mw_moment {
    uint32_t frame;
    int64_t time; /* nanoseconds since 1970 */
};

/* Octets that come in. */
struct mw_arrival {
    enum mw_side from;
    bool flush; /* nothing more of an unfinished line will come: it is taken as it is */
    struct mw_moment when;
    bool crowded; /* that is because too many segments have brought parts of the line */
};

/* A piece of the stream with one meaning. Protocols embed it as the first member of theirs. */
struct mw_element {
    struct mw_element *next;
    uint32_t offset; /* octets from the start of its chunk */
    uint32_t len;    /* octets; 0 for a gap */
};

/* A request and its reply. */
struct mw_exchange {
    struct mw_moment request; /* of its last octet; frame 0: not captured */
    uint32_t reply_frame;     /* in which the reply ends; 0 for none */
};

/* Replies that took longer than this many seconds are noted. A preference. */
extern unsigned mw_slow_reply_seconds;

/* Whether octets begin as a TLS record (RFC 8446 5.1), or as a hello of SSL 2, as far as they tell. False without one.
 */
bool mw_is_tls_record(mw_bytes in);

/* Where sessions get their memory: zeroed, never freed by them. Set once by the plugin or the test. */
extern void *(*mw_alloc)(size_t octets);
#define mw_new(type) ((type *)mw_alloc(sizeof(type)))
/* Notes an issue of an element, whose list is made with the first one. See mw_issue_add */
void mw_issue_note(mw_issues **issues, mw_issue_id id, mw_slice where);
/* A NUL-terminated copy in the sessions' memory. */
char *mw_keep(mw_bytes octets);
char *mw_keep_string(const char *s);

#endif
