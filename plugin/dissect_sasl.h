/* Shows the lines of a SASL exchange, and keeps secrets hidden when that is asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_DISSECT_SASL_H
#define MW_DISSECT_SASL_H

#include "expert.h"
#include "sasl.h"

/* `mail.hide_secrets` */
extern bool mw_hide_secrets;
#define MW_HIDDEN "********"

/* A protocol's fields of an exchange. */
struct mw_sasl_fields {
    const char *protocol; /* for the Credentials window */
    const int *username, *password, *username_password, *mechanism, *authzid, *challenge, *response, *item;
    mw_issue_id base64; /* does not decode */
};
/* username_password may be NULL: SMTP's built-in dissector alone has it. */

/* A base64 line of an exchange.
 * @param stand   where the exchange stood before it; NULL: unknown, nothing is shown
 * @param base64  slice of node */
void dissect_sasl_line(const struct mw_node *node, const struct mw_sasl_fields *fields,
                       const struct sasl_exchange *stand, mw_slice base64, bool from_client);
/* The name of a mechanism in AUTH or AUTHENTICATE. */
void add_sasl_mechanism(const struct mw_node *node, const struct mw_sasl_fields *fields, mw_slice mechanism);

/* A client's line as it may be shown: as it is, or with the secret at its end replaced when secrets are to be hidden.
 * @param stand   where the exchange stood; NULL: the line belongs to none
 * @param secret  slice of line: its base64 */
const char *mw_shown_sasl(packet_info *pinfo, mw_bytes line, const struct sasl_exchange *stand, mw_slice secret);

/* Whether anybody looks at what tokens of an exchange hold, in fields of their own protocols. */
bool mw_tokens_are_wanted(proto_tree *top);

void mw_register_sasl(void);
void mw_handoff_sasl(void);

#endif
