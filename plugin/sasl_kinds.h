/* Grammars of the SASL mechanisms: what sasl.c dispatches to. Not for use elsewhere.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_SASL_KINDS_H
#define MW_SASL_KINDS_H

#include "sasl.h"

/* Reads one message. x is as it was before; out is empty. */
typedef void sasl_reader(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out);

/* Adds a part; one that does not fit makes the message opaque. */
void sasl_add(struct sasl_message *out, enum sasl_field field, const char *name, mw_slice value);
/* Adds a part with a coding other than SASL_UTF8. */
void sasl_add_coded(struct sasl_message *out, struct sasl_item item);
/* Flags a message of the wrong form; nobody knows what it holds. */
void sasl_malformed(struct sasl_message *out);
/* The whole message as a slice. */
mw_slice sasl_all(mw_bytes in);
/* The part of *rest up to the octet end, or all of it; *rest is advanced behind that octet. *found (may be NULL) tells
 * whether it was there. */
mw_slice sasl_until(mw_bytes in, mw_slice *rest, uint8_t end, bool *found);
/* RFC 5801 4: gs2-header. *rest begins behind it; false, and nothing added, when there is none. */
bool sasl_gs2_header(mw_bytes in, mw_slice *rest, struct sasl_message *out);

/* sasl_text.c */
sasl_reader sasl_plain_client, sasl_prompt_server, sasl_login_client, sasl_login_server, sasl_cram_client,
    sasl_cram_server, sasl_external_client, sasl_anonymous_client, sasl_otp_client, sasl_otp_server, sasl_skey_client,
    sasl_skey_server, sasl_securid_client, sasl_securid_server, sasl_ecdsa_client, sasl_ecdsa_server;
/* sasl_oauth.c */
sasl_reader sasl_xoauth_client, sasl_xoauth2_client, sasl_oauth_client, sasl_oauth_server, sasl_idp_client,
    sasl_idp_server;
/* sasl_scram.c */
sasl_reader sasl_scram_client, sasl_scram_server, sasl_digest_client, sasl_digest_server;
/* sasl_token.c */
sasl_reader sasl_ntlm_client, sasl_ntlm_server, sasl_gssapi_client, sasl_gssapi_server, sasl_spnego_token,
    sasl_gs2_client, sasl_gs2_server, sasl_kerberos4_client, sasl_kerberos4_server, sasl_opaque;

#endif
