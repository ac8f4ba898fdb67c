/* What the tap "imap" is told of an element.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/dissect.h"
#include "imap/names.h"
#include "mail/taps.h"

static const char auth_prefix[] = "AUTH=";

static const char *known_name(const struct imap_command_row *row)
{
    return row ? row->name : MAIL_EVENT_UNKNOWN;
}

static const char *mechanism_name(mw_bytes word)
{
    const struct sasl_mechanism *mechanism = sasl_find(word);
    return mechanism ? mechanism->name : MAIL_EVENT_UNKNOWN;
}

static void tap_capability(packet_info *pinfo, mw_bytes word)
{
    const struct imap_name_row *row = imap_name_find(IMAP_CAPABILITIES, word);
    const char *name = row ? row->name : MAIL_EVENT_UNKNOWN;
    uint32_t prefix = (uint32_t)strlen(auth_prefix);

    if (mw_starts_nocase(word, auth_prefix) && sasl_find(mw_bytes_of(word.data + prefix, word.len - prefix)))
        name = wmem_strconcat(pinfo->pool, auth_prefix,
                              mechanism_name(mw_bytes_of(word.data + prefix, word.len - prefix)), NULL);
    mail_tap_name(MAIL_TAP_IMAP, pinfo, MAIL_EVENT_CAPABILITY, name);
}

static void tap_command(packet_info *pinfo, mw_bytes line)
{
    struct imap_parser parser;
    struct imap_token token;
    uint32_t at = 0;

    imap_parser_start(&parser, true);
    while (imap_parser_next(&parser, line, &at, &token, NULL)) {
        if (token.role == IMAP_ROLE_VERB)
            mail_tap_name(MAIL_TAP_IMAP, pinfo, MAIL_EVENT_COMMAND, known_name(parser.command));
        if (token.role == IMAP_ROLE_MECHANISM)
            mail_tap_name(MAIL_TAP_IMAP, pinfo, MAIL_EVENT_MECHANISM, mechanism_name(mw_sub(line, token.value)));
        bool login = parser.command && parser.command->verb == IMAP_VERB_AUTHENTICATE;
        if (token.role == IMAP_ROLE_MECHANISM || (token.role == IMAP_ROLE_VERB && !login))
            return;
    }
}

/* What the words of a response say, as far as they count. */
struct response {
    const struct imap_response_row *row; /* status or kind; NULL: unknown */
    const char *code;                    /* NULL without */
    bool named, tagged;
};

/* Whether the words behind the kind matter: only those of a status and of CAPABILITY do. */
static bool goes_on(const struct response *response)
{
    return response->row && response->row->kind >= IMAP_KIND_OK && response->row->kind <= IMAP_KIND_CAPABILITY;
}

static void read_token(packet_info *pinfo, mw_bytes line, const struct imap_token *token, struct response *response)
{
    switch (token->role) {
    case IMAP_ROLE_TAG:
        response->tagged = true;
        break;
    case IMAP_ROLE_STATUS:
    case IMAP_ROLE_KIND:
        response->named = true;
        response->row = imap_response_find(mw_sub(line, token->where));
        break;
    case IMAP_ROLE_CODE: {
        const struct imap_code_row *code = imap_code_find(mw_sub(line, token->value));
        response->code = code ? code->name : MAIL_EVENT_UNKNOWN;
        break;
    }
    case IMAP_ROLE_CAPABILITY:
        tap_capability(pinfo, mw_sub(line, token->value));
        break;
    default:
        break;
    }
}

static struct response read_response(packet_info *pinfo, mw_bytes line)
{
    struct response response = { 0 };
    struct imap_parser parser;
    struct imap_token token;
    uint32_t at = 0;

    imap_parser_start(&parser, false);
    while (imap_parser_next(&parser, line, &at, &token, NULL)) {
        read_token(pinfo, line, &token, &response);
        if (response.named && !goes_on(&response))
            break;
    }
    return response;
}

static void tap_reply(packet_info *pinfo, const struct imap_element *element, const struct response *response)
{
    const struct imap_exchange *exchange = element->exchange;
    enum imap_kind kind = response->row ? response->row->kind : IMAP_KIND_BAD;
    struct mw_moment now = { pinfo->num, (int64_t)pinfo->abs_ts.secs * 1000000000 + pinfo->abs_ts.nsecs };
    struct mail_event event = { .kind = MAIL_EVENT_REPLY, .detail = response->code };

    event.failed = kind == IMAP_KIND_NO || kind == IMAP_KIND_BAD || kind == IMAP_KIND_BYE;
    event.name = element->greeting ? MAIL_EVENT_CONNECTION : exchange ? known_name(exchange->row) : MAIL_EVENT_UNKNOWN;
    event.status = event.status_class = response->row ? response->row->name : MAIL_EVENT_UNKNOWN;
    if (exchange && !element->greeting)
        mail_event_set_time(&event, &exchange->pairing, &now);
    mail_tap_event(MAIL_TAP_IMAP, pinfo, &event);
}

static void tap_response(packet_info *pinfo, const struct imap_element *element, mw_bytes line)
{
    struct response response = read_response(pinfo, line);

    if (response.tagged || (element->greeting && response.named))
        tap_reply(pinfo, element, &response);
    else if (response.named)
        mail_tap_name(MAIL_TAP_IMAP, pinfo, MAIL_EVENT_DATA, response.row ? response.row->name : MAIL_EVENT_UNKNOWN);
}

/* Whole lines of FETCH, counted by one event: a frame may hold more than a tap takes from one. */
static void tap_several(packet_info *pinfo, mw_bytes lines)
{
    struct mail_event event = { .kind = MAIL_EVENT_DATA, .name = "FETCH" };
    for (uint32_t at = 0; at < lines.len; at = mw_find(lines, at, '\n') + 1)
        event.more++;
    event.more--;
    mail_tap_event(MAIL_TAP_IMAP, pinfo, &event);
}

void tap_imap_element(const struct mw_view *view, const struct imap_element *element)
{
    struct mw_line parts;

    if (!mail_events_wanted(MAIL_TAP_IMAP))
        return;
    if (element->kind != IMAP_COMMAND_PART && element->kind != IMAP_RESPONSE_PART)
        return;
    mw_bytes line = mw_element_bytes(view, &element->base);
    mw_parse_line(line, &parts);
    if (element->several)
        tap_several(view->pinfo, line);
    else if (element->first && element->kind == IMAP_COMMAND_PART)
        tap_command(view->pinfo, mw_sub(line, parts.text));
    else if (element->first)
        tap_response(view->pinfo, element, mw_sub(line, parts.text));
}
