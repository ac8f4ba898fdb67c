/* The taps that statistics, the log and the export of objects listen to.
 *
 * "mail": a const struct mail_transaction for each record. "smtp", "pop", "imap": a const struct mail_event for each
 * command and each reply, in the frame and pass that show it. Nothing is made when nobody listens.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAIL_TAPS_H
#define MAIL_TAPS_H

#include "compat.h"
#include "mail/transaction.h"

#include <epan/export_object.h>
#include <epan/srt_table.h>
#include <epan/stat_tap_ui.h>
#include <epan/stats_tree.h>

enum mail_tap { MAIL_TAP_SMTP, MAIL_TAP_POP, MAIL_TAP_IMAP, MAIL_TAP_COUNT };

enum mail_event_kind {
    MAIL_EVENT_COMMAND = 1,
    MAIL_EVENT_REPLY,      /* to a command, the greeting, or one that nobody asked for */
    MAIL_EVENT_DATA,       /* IMAP: an untagged response */
    MAIL_EVENT_CAPABILITY, /* offered */
    MAIL_EVENT_MECHANISM,  /* of SASL, that the client asks for */
};

/* What a name stands for that the peer has made up: counters of a name each would be without limit. */
#define MAIL_EVENT_UNKNOWN "(unknown)"
/* What the greeting answers. */
#define MAIL_EVENT_CONNECTION "(connection)"

/* Strings are of the tables, or live as long as the frame's memory; NULL without. */
struct mail_event {
    uint8_t kind;     /* enum mail_event_kind */
    uint32_t more;    /* further ones of the same kind and name */
    bool failed;      /* reply: the command was refused */
    bool timed;       /* reply: the request is in the capture */
    int64_t time;     /* ... nanoseconds from its last octet to the first one of the reply */
    const char *name; /* verb of the command, or of the one that is answered; kind of data; capability, mechanism */
    const char *status_class; /* reply: what groups its statuses */
    const char *status;       /* reply: code of SMTP; +OK, -ERR; OK, NO, BAD, PREAUTH, BYE */
    const char *detail;       /* reply: enhanced status code, response code */
};

/* Whether somebody listens to that protocol's tap. */
bool mail_events_wanted(enum mail_tap tap);
/* Queues a copy of an event. */
void mail_tap_event(enum mail_tap tap, packet_info *pinfo, const struct mail_event *event);
/* An event that is a name. */
void mail_tap_name(enum mail_tap tap, packet_info *pinfo, enum mail_event_kind kind, const char *name);
/* Time of a reply whose first octet came at that moment. */
void mail_event_set_time(struct mail_event *event, const struct mw_exchange *exchange, const struct mw_moment *first);
/* Queues a record for the log, the statistics and the export of objects. */
void mail_tap_transaction(packet_info *pinfo, const struct mail_transaction *t);

void mail_register_taps(void);
/* -z mail,log and Statistics > Mail > Log (log.c). */
void mail_register_log(void);
/* Trees and response times (stats.c). */
void mail_register_stats(void);
/* File > Export Objects; stores the ids of their taps (objects.c). */
void mail_register_objects(int *message_tap, int *attachment_tap);

#endif
