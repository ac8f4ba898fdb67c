/* Follows SASL exchanges.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "auth.h"

#include <glib.h>

void mw_auth_begin(struct mw_auth *auth, mw_bytes mechanism)
{
    sasl_start(&auth->sasl, mechanism);
    auth->claimed = NULL;
}

const struct sasl_exchange *mw_auth_stand(const struct mw_auth *auth)
{
    struct sasl_exchange *stand = mw_new(struct sasl_exchange);
    *stand = auth->sasl;
    return stand;
}

bool mw_auth_line(struct mw_auth *auth, mw_bytes base64, bool from_client)
{
    struct sasl_message message;
    uint8_t *octets;
    uint32_t len;

    if (!sasl_decode(base64, &octets, &len))
        return true; /* the display reports it */
    mw_bytes decoded = mw_bytes_of(octets, len);
    (from_client ? sasl_client : sasl_server)(&auth->sasl, decoded, &message);
    const struct sasl_item *who = from_client ? sasl_identity(&message) : NULL;
    if (who && who->value.len) {
        char *name = sasl_value(who, decoded);
        auth->claimed = auth->sasl.user = mw_keep_string(name);
        g_free(name);
    }
    g_free(octets);
    return !message.malformed;
}

void mw_auth_result(struct mw_auth *auth, bool accepted)
{
    if (accepted)
        auth->username = auth->claimed;
    else
        auth->failed++;
}
