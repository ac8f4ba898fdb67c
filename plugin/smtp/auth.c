/* The SASL exchange of AUTH: RFC 4954 4. Each element keeps where the exchange stood before it, so that any later pass
 * decodes it the same.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "smtp/state.h"

static void read_line(const struct smtp_step *step, mw_bytes base64, mw_slice where, bool from_client)
{
    if (!mw_auth_line(&step->session->auth, base64, from_client))
        smtp_note(step, MW_ISSUE_AUTH_MALFORMED, where);
}

static void keep_stand(const struct smtp_step *step)
{
    smtp_need_extra(step->element)->sasl = mw_auth_stand(&step->session->auth);
}

void smtp_auth_begin(const struct smtp_step *step, mw_bytes line, const struct smtp_command *command)
{
    struct smtp_session *s = step->session;

    mw_auth_begin(&s->auth, mw_sub(line, command->mechanism));
    keep_stand(step);
    const struct sasl_mechanism *mechanism = s->auth.sasl.mechanism;
    if (mechanism && mechanism->weak)
        smtp_note(step, MW_ISSUE_AUTH_WEAK, command->mechanism);
    if (!s->tls && ((mechanism && mechanism->cleartext) || command->row->verb == SMTP_X_EXPS))
        smtp_note(step, MW_ISSUE_AUTH_CLEARTEXT, command->mechanism);
    if (command->initial.len)
        read_line(step, mw_sub(line, command->initial), command->initial, true);
}

void smtp_auth_response(const struct smtp_step *step, mw_bytes line)
{
    keep_stand(step);
    if (sasl_is_cancel(line))
        smtp_note(step, MW_ISSUE_AUTH_CANCELLED, mw_slice_of(0, line.len));
    else
        read_line(step, line, mw_slice_of(0, line.len), true);
}

void smtp_auth_challenge(const struct smtp_step *step, mw_bytes text)
{
    keep_stand(step);
    read_line(step, text, mw_slice_of(0, 0), false);
}

void smtp_auth_result(const struct smtp_step *step, const struct smtp_reply *reply)
{
    struct smtp_session *s = step->session;
    if (reply->code != 235)
        return;
    s->authenticated = true;
    mw_auth_result(&s->auth, true);
}
