/* The taps that statistics, the log and the export of objects listen to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/taps.h"

#include "mail/follow.h"

static const char *const tap_names[MAIL_TAP_COUNT] = {
    [MAIL_TAP_SMTP] = "smtp",
    [MAIL_TAP_POP] = "pop",
    [MAIL_TAP_IMAP] = "imap",
};

static int event_taps[MAIL_TAP_COUNT];
static int mail_tap, message_tap, attachment_tap;

bool mail_events_wanted(enum mail_tap tap)
{
    return have_tap_listener(event_taps[tap]);
}

void mail_tap_event(enum mail_tap tap, packet_info *pinfo, const struct mail_event *event)
{
    struct mail_event *copy = wmem_new(pinfo->pool, struct mail_event);
    *copy = *event;
    tap_queue_packet(event_taps[tap], pinfo, copy);
}

void mail_tap_name(enum mail_tap tap, packet_info *pinfo, enum mail_event_kind kind, const char *name)
{
    struct mail_event event = { .kind = (uint8_t)kind, .name = name };
    mail_tap_event(tap, pinfo, &event);
}

void mail_event_set_time(struct mail_event *event, const struct mw_exchange *exchange, const struct mw_moment *first)
{
    event->timed = exchange->request.frame != 0;
    event->time = event->timed ? first->time - exchange->request.time : 0;
}

void mail_tap_transaction(packet_info *pinfo, const struct mail_transaction *t)
{
    const int taps[] = { mail_tap, message_tap, attachment_tap };
    for (unsigned i = 0; i < array_length(taps); i++)
        if (have_tap_listener(taps[i]))
            tap_queue_packet(taps[i], pinfo, t);
}

void mail_register_taps(void)
{
    for (unsigned i = 0; i < MAIL_TAP_COUNT; i++)
        event_taps[i] = register_tap(tap_names[i]);
    mail_tap = register_tap("mail");
    mail_register_objects(&message_tap, &attachment_tap);
    mail_register_stats();
    mail_register_log();
    mail_register_follow();
}
