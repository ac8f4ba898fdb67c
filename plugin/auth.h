/* A session's SASL exchange: who the client says it is, and who it is once the server has accepted that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_AUTH_H
#define MW_AUTH_H

#include "sasl.h"
#include "session.h"

/* In one session: enough to tell a guesser from a typing error. */
#define MW_MANY_FAILED_AUTH 3

struct mw_auth {
    struct sasl_exchange sasl;
    const char *claimed;  /* who the client says it is; NULL: not yet */
    const char *username; /* ... and the server has accepted */
    uint32_t failed;      /* attempts */
};

/* Begins an exchange with the name from the AUTH or AUTHENTICATE command. */
void mw_auth_begin(struct mw_auth *auth, mw_bytes mechanism);
/* Where the exchange stands, for the element of the next line: any later pass decodes it the same. */
const struct sasl_exchange *mw_auth_stand(const struct mw_auth *auth);
/* A base64 line, without its ending; what does not decode is passed over. Advances the exchange and learns who it is.
 * @return false when the message does not have the form of its mechanism */
bool mw_auth_line(struct mw_auth *auth, mw_bytes base64, bool from_client);
/* The server's answer to the exchange, or to a plain login. */
void mw_auth_result(struct mw_auth *auth, bool accepted);

#endif
