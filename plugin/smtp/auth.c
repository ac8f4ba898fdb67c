/* The SASL exchange of AUTH: RFC 4954 4. Each element keeps where the exchange stood before it, so that any later pass
 * decodes it the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "smtp/state.h"

static void keep_stand(const struct smtp_step *step)
{
    struct sasl_exchange *stand = mw_new(struct sasl_exchange);
    *stand = step->session->sasl;
    smtp_need_extra(step->element)->sasl = stand;
}

/* Decodes one line; advances the exchange; learns who it is. */
static void decode(const struct smtp_step *step, mw_bytes base64, mw_slice where, bool from_client)
{
    struct smtp_session *s = step->session;
    struct sasl_message message;
    uint8_t *octets;
    uint32_t len;

    if (!sasl_decode(base64, &octets, &len))
        return; /* the display reports it */
    mw_bytes decoded = mw_bytes_of(octets, len);
    (from_client ? sasl_client : sasl_server)(&s->sasl, decoded, &message);
    const struct sasl_item *who = from_client ? sasl_identity(&message) : NULL;
    if (who && who->value.len) {
        char *name = sasl_value(who, decoded);
        s->pending_username = mw_keep_string(name);
        g_free(name);
    }
    if (message.malformed)
        smtp_note(step, MW_ISSUE_AUTH_MALFORMED, where);
    g_free(octets);
}

void smtp_auth_begin(const struct smtp_step *step, mw_bytes line, const struct smtp_command *command)
{
    struct smtp_session *s = step->session;
    const struct sasl_mechanism *mechanism;

    sasl_start(&s->sasl, mw_sub(line, command->mechanism));
    s->pending_username = NULL;
    keep_stand(step);
    mechanism = s->sasl.mechanism;
    if (mechanism && mechanism->weak)
        smtp_note(step, MW_ISSUE_AUTH_WEAK, command->mechanism);
    if (!s->tls && ((mechanism && mechanism->cleartext) || command->row->verb == SMTP_X_EXPS))
        smtp_note(step, MW_ISSUE_AUTH_CLEARTEXT, command->mechanism);
    if (command->initial.len)
        decode(step, mw_sub(line, command->initial), command->initial, true);
}

void smtp_auth_response(const struct smtp_step *step, mw_bytes line)
{
    keep_stand(step);
    if (sasl_is_cancel(line))
        smtp_note(step, MW_ISSUE_AUTH_CANCELLED, mw_slice_of(0, line.len));
    else
        decode(step, line, mw_slice_of(0, line.len), true);
}

void smtp_auth_challenge(const struct smtp_step *step, mw_bytes text)
{
    keep_stand(step);
    decode(step, text, mw_slice_of(0, 0), false);
}

void smtp_auth_result(const struct smtp_step *step, const struct smtp_reply *reply)
{
    struct smtp_session *s = step->session;
    if (reply->code != 235)
        return;
    s->authenticated = true;
    s->username = s->pending_username;
}
