/* What the tap "pop" is told of an element.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/taps.h"
#include "pop3/dissect.h"

static const char *known_name(const struct pop3_verb_row *row)
{
    return row ? row->name : MAIL_EVENT_UNKNOWN;
}

static void tap_command(packet_info *pinfo, mw_bytes line)
{
    struct pop3_command command;

    pop3_parse_command(line, &command);
    mail_tap_name(MAIL_TAP_POP, pinfo, MAIL_EVENT_COMMAND, known_name(command.row));
    if (command.mechanism.len == 0)
        return;
    const struct sasl_mechanism *mechanism = sasl_find(mw_sub(line, command.mechanism));
    mail_tap_name(MAIL_TAP_POP, pinfo, MAIL_EVENT_MECHANISM, mechanism ? mechanism->name : MAIL_EVENT_UNKNOWN);
}

static void tap_row(packet_info *pinfo, const struct pop3_element *element, mw_bytes line)
{
    struct pop3_row row;

    if (!element->reply || element->reply->content != POP3_CAPABILITIES)
        return;
    pop3_parse_row(line, &row);
    mw_slice rest = row.text;
    const struct pop3_name_row *known = pop3_capability_find(mw_sub(line, mw_next_word(line, &rest)));
    mail_tap_name(MAIL_TAP_POP, pinfo, MAIL_EVENT_CAPABILITY, known ? known->name : MAIL_EVENT_UNKNOWN);
}

/* A reply counts where it begins: its fate is then known. */
static void tap_reply(packet_info *pinfo, const struct pop3_reply *reply, mw_bytes line)
{
    struct pop3_status_line parsed;
    struct mail_event event = { .kind = MAIL_EVENT_REPLY, .failed = reply->status == POP3_ERR };

    pop3_parse_status_line(line, &parsed);
    event.name = reply->to ? known_name(reply->to->row) : reply->greeting ? MAIL_EVENT_CONNECTION : MAIL_EVENT_UNKNOWN;
    event.status = reply->status == POP3_OK ? "+OK" : reply->status == POP3_ERR ? "-ERR" : "+";
    event.status_class = event.status;
    if (parsed.code.len) {
        const struct pop3_name_row *code = pop3_code_find(mw_sub(line, parsed.code));
        event.detail = code ? code->name : MAIL_EVENT_UNKNOWN;
    }
    if (reply->to)
        mail_event_set_time(&event, &reply->to->pairing, &reply->first);
    mail_tap_event(MAIL_TAP_POP, pinfo, &event);
}

void tap_pop3_element(const struct mw_view *view, const struct pop3_element *element)
{
    if (!mail_events_wanted(MAIL_TAP_POP))
        return;
    switch (element->kind) {
    case POP3_COMMAND:
        tap_command(view->pinfo, mw_element_bytes(view, &element->base));
        break;
    case POP3_REPLY_LINE:
        tap_reply(view->pinfo, element->reply, mw_element_bytes(view, &element->base));
        break;
    case POP3_ROW:
        tap_row(view->pinfo, element, mw_element_bytes(view, &element->base));
        break;
    default:
        break;
    }
}
