/* SASL mechanisms, RFC 4422: the table of them, and the steps of an exchange.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "sasl.h"
#include "sasl_kinds.h"

#define FIRST true
#define LATER false
#define CLEAR true
#define COVERED false
#define WEAK true
#define FAIR false

/* clang-format off */
static const struct sasl_mechanism mechanisms[] = {
    { "9798-M-DSA-SHA1", SASL_OPAQUE, LATER, COVERED, FAIR, "ISO 9798-3 mutual authentication, DSA", "RFC 3163" },
    { "9798-M-ECDSA-SHA1", SASL_OPAQUE, LATER, COVERED, FAIR, "ISO 9798-3 mutual authentication, ECDSA", "RFC 3163" },
    { "9798-M-RSA-SHA1-ENC", SASL_OPAQUE, LATER, COVERED, FAIR, "ISO 9798-3 mutual authentication, RSA", "RFC 3163" },
    { "9798-U-DSA-SHA1", SASL_OPAQUE, LATER, COVERED, FAIR, "ISO 9798-3 unilateral authentication, DSA", "RFC 3163" },
    { "9798-U-ECDSA-SHA1", SASL_OPAQUE, LATER, COVERED, FAIR, "ISO 9798-3 unilateral authentication, ECDSA",
      "RFC 3163" },
    { "9798-U-RSA-SHA1-ENC", SASL_OPAQUE, LATER, COVERED, FAIR, "ISO 9798-3 unilateral authentication, RSA",
      "RFC 3163" },
    { "ANONYMOUS", SASL_ANONYMOUS, FIRST, COVERED, FAIR, "No authentication, a trace at most", "RFC 4505" },
    { "ATOKEN", SASL_OPAQUE, FIRST, COVERED, FAIR, "Private mechanism with a token", "wild" },
    { "CRAM-MD5", SASL_CRAM, LATER, COVERED, WEAK, "Challenge and HMAC-MD5 with the password", "RFC 2195" },
    { "CRAM-SHA1", SASL_CRAM, LATER, COVERED, FAIR, "Challenge and HMAC-SHA-1 with the password", "wild" },
    { "CRAM-SHA256", SASL_CRAM, LATER, COVERED, FAIR, "Challenge and HMAC-SHA-256 with the password", "wild" },
    { "DIGEST-MD5", SASL_DIGEST, LATER, COVERED, WEAK, "Digest as in HTTP, obsolete", "RFC 2831, 6331" },
    { "EAP-AES128", SASL_GS2, FIRST, COVERED, FAIR, "EAP through GSS-API", "RFC 7055" },
    { "EAP-AES128-PLUS", SASL_GS2, FIRST, COVERED, FAIR, "EAP through GSS-API, bound to the channel", "RFC 7055" },
    { "ECDH-X25519-CHALLENGE", SASL_ECDSA, FIRST, COVERED, FAIR, "Key agreement on Curve25519", "IANA" },
    { "ECDSA-NIST256P-CHALLENGE", SASL_ECDSA, FIRST, COVERED, FAIR, "Challenge signed with ECDSA", "IANA" },
    { "EXTERNAL", SASL_EXTERNAL, FIRST, COVERED, FAIR, "Identity from outside, such as a TLS certificate",
      "RFC 4422 A" },
    { "GS2-*", SASL_GS2, FIRST, COVERED, FAIR, "GSS-API mechanism", "RFC 5801" },
    { "GS2-KRB5", SASL_GS2, FIRST, COVERED, FAIR, "Kerberos V5 through GS2", "RFC 5801" },
    { "GS2-KRB5-PLUS", SASL_GS2, FIRST, COVERED, FAIR, "Kerberos V5 through GS2, bound to the channel", "RFC 5801" },
    { "GSS-SPNEGO", SASL_SPNEGO, FIRST, COVERED, FAIR, "Kerberos V5 or NTLM, negotiated by SPNEGO", "RFC 4178" },
    { "GSSAPI", SASL_GSSAPI, FIRST, COVERED, FAIR, "Kerberos V5 through GSS-API", "RFC 4752" },
    { "KERBEROS_V4", SASL_KERBEROS_V4, LATER, COVERED, WEAK, "Kerberos V4, obsolete", "RFC 2222 7.1" },
    { "KERBEROS_V5", SASL_OPAQUE, LATER, COVERED, FAIR, "Kerberos V5", "IANA" },
    { "LOGIN", SASL_LOGIN, LATER, CLEAR, FAIR, "User name and password in clear, obsolete",
      "draft-murchison-sasl-login" },
    { "NMAS-SAMBA-AUTH", SASL_OPAQUE, LATER, COVERED, FAIR, "Novell Modular Authentication Service", "IANA" },
    { "NMAS_AUTHEN", SASL_OPAQUE, LATER, COVERED, FAIR, "Novell Modular Authentication Service", "IANA" },
    { "NMAS_LOGIN", SASL_OPAQUE, LATER, COVERED, FAIR, "Novell Modular Authentication Service", "IANA" },
    { "NTLM", SASL_NTLM, FIRST, COVERED, WEAK, "Windows challenge and response", "MS-SMTPNTLM, MS-POP3NTLM" },
    { "OAUTH10A", SASL_OAUTH10A, FIRST, COVERED, FAIR, "OAuth 1.0a request with a signature", "RFC 7628" },
    { "OAUTHBEARER", SASL_OAUTHBEARER, FIRST, CLEAR, FAIR, "OAuth 2.0 bearer token", "RFC 7628" },
    { "OPENID20", SASL_IDP, FIRST, COVERED, FAIR, "OpenID 2.0 in a browser", "RFC 6616" },
    { "OTP", SASL_OTP, FIRST, COVERED, FAIR, "One-time password of RFC 2289", "RFC 2444" },
    { "PLAIN", SASL_PLAIN, FIRST, CLEAR, FAIR, "User name and password in clear", "RFC 4616" },
    { "PLAIN-CLIENTTOKEN", SASL_PLAIN, FIRST, CLEAR, FAIR, "PLAIN with a token of the client, Google", "wild" },
    { "SAML20", SASL_IDP, FIRST, COVERED, FAIR, "SAML 2.0 in a browser", "RFC 6595" },
    { "SCRAM-*", SASL_SCRAM, FIRST, COVERED, FAIR, "Salted challenge and response", "RFC 5802" },
    { "SCRAM-SHA-1", SASL_SCRAM, FIRST, COVERED, FAIR, "Salted challenge and response, SHA-1", "RFC 5802" },
    { "SCRAM-SHA-1-PLUS", SASL_SCRAM, FIRST, COVERED, FAIR, "SCRAM-SHA-1 bound to the channel", "RFC 5802" },
    { "SCRAM-SHA-256", SASL_SCRAM, FIRST, COVERED, FAIR, "Salted challenge and response, SHA-256", "RFC 7677" },
    { "SCRAM-SHA-256-PLUS", SASL_SCRAM, FIRST, COVERED, FAIR, "SCRAM-SHA-256 bound to the channel", "RFC 7677" },
    { "SCRAM-SHA-512", SASL_SCRAM, FIRST, COVERED, FAIR, "Salted challenge and response, SHA-512",
      "draft-melnikov-scram-sha-512" },
    { "SCRAM-SHA-512-PLUS", SASL_SCRAM, FIRST, COVERED, FAIR, "SCRAM-SHA-512 bound to the channel",
      "draft-melnikov-scram-sha-512" },
    { "SCRAM-SHA3-512", SASL_SCRAM, FIRST, COVERED, FAIR, "Salted challenge and response, SHA3-512",
      "draft-melnikov-scram-sha3-512" },
    { "SCRAM-SHA3-512-PLUS", SASL_SCRAM, FIRST, COVERED, FAIR, "SCRAM-SHA3-512 bound to the channel",
      "draft-melnikov-scram-sha3-512" },
    { "SECURID", SASL_SECURID, FIRST, CLEAR, FAIR, "Passcode of a SecurID token", "RFC 2808" },
    { "SKEY", SASL_SKEY, FIRST, COVERED, WEAK, "S/Key one-time password with MD4, obsolete", "RFC 2222 7.3, 2444" },
    { "SPNEGO", SASL_SPNEGO, FIRST, COVERED, FAIR, "Must not be used", "RFC 5801 14" },
    { "SPNEGO-PLUS", SASL_SPNEGO, FIRST, COVERED, FAIR, "Must not be used", "RFC 5801 14" },
    { "SXOVER-PLUS", SASL_OPAQUE, FIRST, COVERED, FAIR, "Exchange carried over to another realm",
      "draft-vanrein-diameter-sasl" },
    { "X-*", SASL_OPAQUE, LATER, COVERED, FAIR, "Private mechanism", "wild" },
    { "XOAUTH", SASL_XOAUTH, FIRST, COVERED, FAIR, "OAuth 1.0 request with a signature, Google, obsolete", "wild" },
    { "XOAUTH2", SASL_XOAUTH2, FIRST, CLEAR, FAIR, "OAuth 2.0 bearer token, Google", "wild" },
    { "XYMPKI", SASL_OPAQUE, FIRST, COVERED, FAIR, "Private mechanism, Yahoo", "wild" },
};
/* clang-format on */

static const struct {
    sasl_reader *client, *server;
} readers[SASL_KIND_COUNT] = {
    [SASL_OPAQUE] = { sasl_opaque, sasl_opaque },
    [SASL_PLAIN] = { sasl_plain_client, sasl_prompt_server },
    [SASL_LOGIN] = { sasl_login_client, sasl_login_server },
    [SASL_CRAM] = { sasl_cram_client, sasl_cram_server },
    [SASL_DIGEST] = { sasl_digest_client, sasl_digest_server },
    [SASL_SCRAM] = { sasl_scram_client, sasl_scram_server },
    [SASL_XOAUTH] = { sasl_xoauth_client, sasl_oauth_server },
    [SASL_XOAUTH2] = { sasl_xoauth2_client, sasl_oauth_server },
    [SASL_OAUTHBEARER] = { sasl_oauth_client, sasl_oauth_server },
    [SASL_OAUTH10A] = { sasl_oauth_client, sasl_oauth_server },
    [SASL_EXTERNAL] = { sasl_external_client, sasl_prompt_server },
    [SASL_ANONYMOUS] = { sasl_anonymous_client, sasl_prompt_server },
    [SASL_OTP] = { sasl_otp_client, sasl_otp_server },
    [SASL_SKEY] = { sasl_skey_client, sasl_skey_server },
    [SASL_SECURID] = { sasl_securid_client, sasl_securid_server },
    [SASL_KERBEROS_V4] = { sasl_kerberos4_client, sasl_kerberos4_server },
    [SASL_GSSAPI] = { sasl_gssapi_client, sasl_gssapi_server },
    [SASL_SPNEGO] = { sasl_spnego_token, sasl_spnego_token },
    [SASL_NTLM] = { sasl_ntlm_client, sasl_ntlm_server },
    [SASL_GS2] = { sasl_gs2_client, sasl_gs2_server },
    [SASL_IDP] = { sasl_idp_client, sasl_idp_server },
    [SASL_ECDSA] = { sasl_ecdsa_client, sasl_ecdsa_server },
};

const struct sasl_mechanism *sasl_row(uint32_t row)
{
    return row < G_N_ELEMENTS(mechanisms) ? &mechanisms[row] : NULL;
}

/* "GS2-*" stands for every longer name that begins with "GS2-". */
static bool in_family(const char *family, mw_bytes name)
{
    size_t n = strlen(family) - 1;
    return family[n] == '*' && name.len > n && g_ascii_strncasecmp((const char *)name.data, family, n) == 0;
}

const struct sasl_mechanism *sasl_find(mw_bytes name)
{
    const struct sasl_mechanism *family = NULL;

    for (uint32_t i = 0; i < G_N_ELEMENTS(mechanisms); i++) {
        if (mw_equal_nocase(name, mechanisms[i].name))
            return &mechanisms[i];
        if (in_family(mechanisms[i].name, name))
            family = &mechanisms[i];
    }
    return family;
}

void sasl_start(struct sasl_exchange *x, mw_bytes mechanism)
{
    mw_slice end = { mechanism.len >= 5 ? mechanism.len - 5 : 0, 5 };

    *x = (struct sasl_exchange){ .mechanism = sasl_find(mechanism),
                                 .plus = mw_equal_nocase(mw_sub(mechanism, end), "-PLUS") };
}

/* An empty message at the start only asks the other side to begin. */
static void count(uint8_t *messages, mw_bytes decoded)
{
    if ((decoded.len || *messages) && *messages < UINT8_MAX)
        (*messages)++;
}

void sasl_client(struct sasl_exchange *x, mw_bytes decoded, struct sasl_message *out)
{
    memset(out, 0, sizeof *out);
    readers[x->mechanism ? x->mechanism->kind : SASL_OPAQUE].client(x, decoded, out);
    count(&x->client_messages, decoded);
}

void sasl_server(struct sasl_exchange *x, mw_bytes decoded, struct sasl_message *out)
{
    memset(out, 0, sizeof *out);
    readers[x->mechanism ? x->mechanism->kind : SASL_OPAQUE].server(x, decoded, out);
    count(&x->server_messages, decoded);
}

void sasl_add_coded(struct sasl_message *out, struct sasl_item item)
{
    if (out->count < SASL_MAX_ITEMS)
        out->items[out->count++] = item;
    else
        out->opaque = true;
}

void sasl_add(struct sasl_message *out, enum sasl_field field, const char *name, mw_slice value)
{
    sasl_add_coded(out, (struct sasl_item){ field, SASL_UTF8, name, value });
}

void sasl_malformed(struct sasl_message *out)
{
    out->malformed = out->opaque = true;
}

mw_slice sasl_all(mw_bytes in)
{
    return mw_slice_of(0, in.len);
}

mw_slice sasl_until(mw_bytes in, mw_slice *rest, uint8_t end, bool *found)
{
    uint32_t at = mw_find(mw_bytes_of(in.data, mw_slice_end(*rest)), rest->offset, end);
    bool there = at < mw_slice_end(*rest);
    mw_slice part = { rest->offset, at - rest->offset };

    *rest = mw_slice_skip(*rest, part.len + there);
    if (found)
        *found = there;
    return part;
}

const struct sasl_item *sasl_item_of(const struct sasl_message *message, enum sasl_field field)
{
    for (uint8_t i = 0; i < message->count; i++)
        if (message->items[i].field == field)
            return &message->items[i];
    return NULL;
}

const struct sasl_item *sasl_identity(const struct sasl_message *message)
{
    static const enum sasl_field fields[] = { SASL_USERNAME, SASL_AUTHZID, SASL_TRACE };

    for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++) {
        const struct sasl_item *item = sasl_item_of(message, fields[i]);
        if (item && item->value.len)
            return item;
    }
    return NULL;
}
