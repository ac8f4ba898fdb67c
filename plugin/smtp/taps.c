/* What the tap "smtp" is told of an element.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/taps.h"
#include "smtp/dissect.h"

static const char *known_name(const struct smtp_verb_row *row)
{
    return row ? row->name : MAIL_EVENT_UNKNOWN;
}

static void tap_command(packet_info *pinfo, mw_bytes line)
{
    struct smtp_command command;

    smtp_parse_command(line, &command);
    mail_tap_name(MAIL_TAP_SMTP, pinfo, MAIL_EVENT_COMMAND, known_name(command.row));
    if (command.mechanism.len == 0)
        return;
    const struct sasl_mechanism *mechanism = sasl_find(mw_sub(line, command.mechanism));
    mail_tap_name(MAIL_TAP_SMTP, pinfo, MAIL_EVENT_MECHANISM, mechanism ? mechanism->name : MAIL_EVENT_UNKNOWN);
}

static void tap_capability(packet_info *pinfo, mw_bytes text)
{
    mw_slice rest = mw_slice_of(0, text.len);
    const struct smtp_capability_row *row = smtp_capability_find(mw_sub(text, mw_next_word(text, &rest)));
    mail_tap_name(MAIL_TAP_SMTP, pinfo, MAIL_EVENT_CAPABILITY, row ? row->keyword : MAIL_EVENT_UNKNOWN);
}

/* "5.1.1 Bad destination mailbox address"; NULL without a status. */
static const char *status_text(packet_info *pinfo, mw_bytes line, const struct smtp_reply_line *parsed)
{
    if (parsed->status.len == 0)
        return NULL;
    const char *text = smtp_status_text(parsed->status_subject, parsed->status_detail);
    if (!text || !smtp_status_class_text(parsed->status_class))
        return "(not registered)";
    return wmem_strdup_printf(pinfo->pool, "%s (%s)", mw_text(pinfo, mw_sub(line, parsed->status)), text);
}

static void tap_reply(packet_info *pinfo, const struct smtp_reply *reply, mw_bytes line)
{
    unsigned code = reply->code;
    const char *class_text = smtp_reply_class_text((uint8_t)(code / 100));
    struct smtp_reply_line parsed;
    struct mail_event event = { .kind = MAIL_EVENT_REPLY, .failed = code >= 400 };

    smtp_parse_reply_line(line, &parsed);
    event.name = reply->to ? known_name(reply->to->row) : reply->greeting ? MAIL_EVENT_CONNECTION : MAIL_EVENT_UNKNOWN;
    event.status_class =
        wmem_strdup_printf(pinfo->pool, "%uyz (%s)", code / 100, class_text ? class_text : "not registered");
    event.status = wmem_strdup_printf(pinfo->pool, "%u", code);
    event.detail = status_text(pinfo, line, &parsed);
    if (reply->to)
        mail_event_set_time(&event, &reply->to->pairing, &reply->first);
    mail_tap_event(MAIL_TAP_SMTP, pinfo, &event);
}

void tap_smtp_element(const struct mw_view *view, const struct smtp_element *element)
{
    struct smtp_reply_line parsed;

    if (!mail_events_wanted(MAIL_TAP_SMTP) || (element->kind != SMTP_COMMAND && element->kind != SMTP_REPLY_LINE))
        return;
    mw_bytes line = mw_element_bytes(view, &element->base);
    if (element->kind == SMTP_COMMAND) {
        tap_command(view->pinfo, line);
        return;
    }
    smtp_parse_reply_line(line, &parsed);
    if (element->reply->ehlo && element->index > 0)
        tap_capability(view->pinfo, mw_sub(line, parsed.text));
    if (element->ends)
        tap_reply(view->pinfo, element->reply, line);
}
