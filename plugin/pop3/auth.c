/* The SASL exchange of AUTH: RFC 5034 4. Each element keeps where the exchange stood before it, so that any later pass
 * decodes it the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "pop3/state.h"

static void keep_stand(const struct pop3_step *step)
{
    pop3_need_extra(step->element)->sasl = mw_auth_stand(&step->session->auth);
}

static void read_line(const struct pop3_step *step, mw_bytes base64, mw_slice where, bool from_client)
{
    if (!mw_auth_line(&step->session->auth, base64, from_client))
        pop3_note(step, MW_ISSUE_POP_AUTH_MALFORMED, where);
}

void pop3_auth_begin(const struct pop3_step *step, mw_bytes line, const struct pop3_command *command)
{
    struct pop3_session *s = step->session;

    mw_auth_begin(&s->auth, mw_sub(line, command->mechanism));
    keep_stand(step);
    if (!s->tls && s->auth.sasl.mechanism && s->auth.sasl.mechanism->cleartext)
        pop3_note(step, MW_ISSUE_POP_AUTH_CLEARTEXT, command->mechanism);
    if (command->initial.len)
        read_line(step, mw_sub(line, command->initial), command->initial, true);
}

void pop3_auth_response(const struct pop3_step *step, mw_bytes line)
{
    mw_slice whole = mw_slice_of(0, line.len);

    keep_stand(step);
    step->element->exchange->cancels = sasl_is_cancel(line);
    if (step->element->exchange->cancels)
        pop3_note(step, MW_ISSUE_POP_AUTH_CANCELLED, whole);
    else
        read_line(step, line, whole, true);
}

void pop3_auth_challenge(const struct pop3_step *step, mw_bytes text)
{
    keep_stand(step);
    read_line(step, text, mw_slice_of(0, 0), false);
}
