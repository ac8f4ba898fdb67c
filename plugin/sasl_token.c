/* SASL mechanisms with binary messages: NTLM, GSSAPI, GSS-SPNEGO, GS2, KERBEROS_V4 and those without known grammar.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "sasl_kinds.h"

static uint32_t le16(mw_bytes in, uint32_t at)
{
    return at + 2 <= in.len ? in.data[at] | (uint32_t)in.data[at + 1] << 8 : 0;
}

static uint32_t le32(mw_bytes in, uint32_t at)
{
    return le16(in, at) | le16(in, at + 2) << 16;
}

static void add_hex(struct sasl_message *out, enum sasl_field field, const char *name, mw_slice value)
{
    sasl_add_coded(out, (struct sasl_item){ field, SASL_HEX, name, value });
}

static bool is_ntlmssp(mw_bytes in)
{
    return in.len >= 12 && memcmp(in.data, "NTLMSSP", 8) == 0;
}

/* The octets behind the DER length at in[1]; a length of up to four octets is passed over, not believed. */
static mw_bytes behind_der_length(mw_bytes in)
{
    uint32_t skip = 2;

    if (in.len >= 2 && in.data[1] & 0x80)
        skip += in.data[1] & 0x7F;
    return mw_sub(in, mw_slice_of(skip < 7 ? skip : 7, in.len));
}

/* RFC 2743 3.1: 0x60, length, the OID of the mechanism. RFC 4178 4.2: the OID of SPNEGO is 1.3.6.1.5.5.2; a
 * NegTokenInit and a NegTokenResp may also come without that header. RFC 4121 4.2.6: 05 04 and 04 04 begin a Kerberos
 * token behind the first. */
static void note_token(mw_bytes in, struct sasl_message *out)
{
    static const uint8_t spnego[] = { 0x06, 0x06, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x02 };

    if (in.len < 4)
        return;
    mw_bytes inner = behind_der_length(in);
    out->is_ntlm = is_ntlmssp(in);
    if (in.data[0] == 0x60 && inner.len >= 2 && inner.data[0] == 0x06) {
        out->is_gssapi = true;
        out->is_spnego = inner.len >= sizeof spnego && memcmp(inner.data, spnego, sizeof spnego) == 0;
    } else if ((in.data[0] == 0x05 || in.data[0] == 0x04) && in.data[1] == 0x04 && in.len >= 16) {
        out->is_gssapi = true;
    } else if ((in.data[0] == 0xA0 || in.data[0] == 0xA1) && inner.len >= 2 && inner.data[0] == 0x30) {
        out->is_spnego = true;
    }
}

/* A message whose grammar is not known, or is left to a dissector of tokens. */
void sasl_opaque(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    (void)x;
    if (in.len == 0)
        return;
    out->opaque = true;
    note_token(in, out);
    out->binary = out->is_ntlm || out->is_gssapi || out->is_spnego;
    if (out->binary)
        add_hex(out, SASL_TOKEN, "Token", sasl_all(in));
    else
        sasl_add(out, SASL_OTHER, "Data", sasl_all(in));
}

static void add_token(mw_bytes in, struct sasl_message *out)
{
    out->binary = true;
    note_token(in, out);
    add_hex(out, SASL_TOKEN, "Token", sasl_all(in));
}

/* MS-NLMP 2.2: length, space and offset of a part of the message. Empty when it does not lie within the message. */
static mw_slice ntlm_part(mw_bytes in, uint32_t at)
{
    uint32_t len = le16(in, at), offset = le32(in, at + 4);

    if (at + 8 > in.len || offset > in.len || len > in.len - offset)
        return mw_slice_of(0, 0);
    return mw_slice_of(offset, len);
}

static void add_ntlm_name(mw_bytes in, struct sasl_item item, bool unicode, struct sasl_message *out)
{
    item.coding = unicode ? SASL_UTF16LE : SASL_UTF8;
    if (item.value.len && item.value.len <= in.len)
        sasl_add_coded(out, item);
}

/* Bit 0 of the flags. Old clients send an AUTHENTICATE_MESSAGE without flags: in UTF-16 the second octet of a name is
 * nearly always 0. */
static bool ntlm_unicode(mw_bytes in, uint32_t flags_at, mw_slice name)
{
    bool has_flags = flags_at + 4 <= in.len && (name.len == 0 || name.offset >= flags_at + 4);

    if (has_flags)
        return le32(in, flags_at) & 1;
    return name.len >= 2 && in.data[name.offset + 1] == 0;
}

/* MS-NLMP 2.2.1.1 NEGOTIATE_MESSAGE: names in the OEM character set. */
static void ntlm_negotiate(mw_bytes in, struct sasl_message *out)
{
    add_ntlm_name(in, (struct sasl_item){ SASL_REALM, 0, "Domain", ntlm_part(in, 16) }, false, out);
    add_ntlm_name(in, (struct sasl_item){ SASL_HOST, 0, "Workstation", ntlm_part(in, 24) }, false, out);
}

/* MS-NLMP 2.2.1.3 AUTHENTICATE_MESSAGE. */
static void ntlm_authenticate(mw_bytes in, struct sasl_message *out)
{
    mw_slice domain = ntlm_part(in, 28), user = ntlm_part(in, 36), host = ntlm_part(in, 44);
    mw_slice lm = ntlm_part(in, 12), nt = ntlm_part(in, 20);
    bool unicode = ntlm_unicode(in, 60, user.len ? user : domain);

    add_ntlm_name(in, (struct sasl_item){ SASL_REALM, 0, "Domain", domain }, unicode, out);
    add_ntlm_name(in, (struct sasl_item){ SASL_USERNAME, 0, "User name", user }, unicode, out);
    add_ntlm_name(in, (struct sasl_item){ SASL_HOST, 0, "Workstation", host }, unicode, out);
    if (lm.len)
        add_hex(out, SASL_SECRET_PROOF, "LM response", lm);
    if (nt.len)
        add_hex(out, SASL_SECRET_PROOF, "NT response", nt);
}

/* MS-SMTPNTLM 3: NEGOTIATE_MESSAGE and then AUTHENTICATE_MESSAGE. */
void sasl_ntlm_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    uint32_t type = le32(in, 8);

    (void)x;
    if (in.len == 0)
        return;
    add_token(in, out);
    if (!out->is_ntlm || (type != 1 && type != 3))
        sasl_malformed(out);
    else if (type == 1)
        ntlm_negotiate(in, out);
    else
        ntlm_authenticate(in, out);
}

/* MS-NLMP 2.2.1.2 CHALLENGE_MESSAGE. Before it the server may say some words, such as "NTLM supported". */
void sasl_ntlm_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    if (in.len == 0)
        return;
    if (!is_ntlmssp(in) && x->client_messages == 0) {
        sasl_add(out, SASL_PROMPT, "Prompt", sasl_all(in));
        return;
    }
    add_token(in, out);
    if (!out->is_ntlm || le32(in, 8) != 2 || in.len < 32) {
        sasl_malformed(out);
        return;
    }
    bool unicode = le32(in, 20) & 1;
    add_ntlm_name(in, (struct sasl_item){ SASL_REALM, 0, "Target", ntlm_part(in, 12) }, unicode, out);
    add_hex(out, SASL_NONCE, "Server challenge", mw_slice_of(24, 8));
}

/* RFC 4121 4.2.4, 4.2.6.2: what a wrap token holds, when it is not sealed: 16 octets of header, the text, a checksum.
 * Octets 4 and 5 are the length of the checksum, 6 and 7 by how much both are rotated. */
static mw_slice wrapped_text(mw_bytes in)
{
    if (in.len < 16 || in.data[0] != 0x05 || in.data[1] != 0x04 || in.data[2] & 0x02)
        return mw_slice_of(0, 0);
    uint32_t checksum = (uint32_t)in.data[4] << 8 | in.data[5];
    uint32_t rotated = (uint32_t)in.data[6] << 8 | in.data[7];
    uint32_t body = in.len - 16;
    if (checksum > body || (rotated && rotated != checksum))
        return mw_slice_of(0, 0);
    return mw_slice_of(16 + rotated, body - checksum);
}

/* RFC 4752 3.1, 3.2: a bit mask of security layers, three octets of buffer size; from the client the authorization
 * identity too. */
static void add_security_layer(mw_bytes in, struct sasl_message *out)
{
    mw_slice text = wrapped_text(in);

    if (text.len < 4)
        return;
    add_hex(out, SASL_OTHER, "Security layers", mw_slice_of(text.offset, 1));
    add_hex(out, SASL_OTHER, "Buffer size", mw_slice_of(text.offset + 1, 3));
    if (text.len > 4)
        sasl_add(out, SASL_AUTHZID, "Authorization identity", mw_slice_skip(text, 4));
}

/* RFC 4752 3.1: GSS-API tokens and at last the security layer; empty when the server has the last token. Exchange
 * takes SPNEGO and NTLMSSP under this name too. */
void sasl_gssapi_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    if (in.len == 0)
        return;
    add_token(in, out);
    add_security_layer(in, out);
    if (x->client_messages == 0 && !out->is_gssapi && !out->is_spnego && !out->is_ntlm)
        sasl_malformed(out);
}

void sasl_gssapi_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    (void)x;
    if (in.len == 0)
        return;
    add_token(in, out);
    add_security_layer(in, out);
}

/* RFC 4178: both sides. Windows also sends bare NTLMSSP. */
void sasl_spnego_token(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    if (in.len == 0)
        return;
    add_token(in, out);
    if (x->client_messages == 0 && !out->is_gssapi && !out->is_spnego && !out->is_ntlm)
        sasl_malformed(out);
}

/* RFC 5801 3.1, 4: gs2-header and the initial token, without its own header unless the flag "F" is there; later
 * messages are tokens. */
void sasl_gs2_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    mw_slice rest = sasl_all(in);

    if (in.len == 0)
        return;
    out->binary = true;
    if (x->client_messages == 0 && !sasl_gs2_header(in, &rest, out))
        sasl_malformed(out);
    add_hex(out, SASL_TOKEN, "Token", rest);
}

void sasl_gs2_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    (void)x;
    if (in.len)
        add_token(in, out);
}

/* RFC 2222 7.1: a random number of 32 bits; then eight octets, encrypted. */
void sasl_kerberos4_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    bool first = x->server_messages == 0;

    out->binary = true;
    if (in.len)
        add_hex(out, first ? SASL_NONCE : SASL_TOKEN, first ? "Nonce" : "Token", sasl_all(in));
    if (in.len != (first ? 4 : 8))
        sasl_malformed(out);
}

/* RFC 2222 7.1: a ticket with its authenticator; then the security layer, encrypted. */
void sasl_kerberos4_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    (void)x;
    if (in.len == 0)
        return;
    out->binary = true;
    add_hex(out, SASL_TOKEN, "Token", sasl_all(in));
}
