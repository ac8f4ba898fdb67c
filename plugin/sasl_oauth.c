/* SASL mechanisms that leave authentication to a web server: XOAUTH, XOAUTH2, OAUTHBEARER, OAUTH10A, SAML20, OPENID20.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "sasl_kinds.h"

#define KVSEP 0x01

/* auth = scheme SP credentials. The token of RFC 6750 is as good as a password; OAuth 1.0a signs instead. */
static void add_auth(const struct sasl_exchange *x, mw_bytes in, mw_slice value, struct sasl_message *out)
{
    bool space, signs = x->mechanism->kind == SASL_OAUTH10A;
    mw_slice scheme = sasl_until(in, &value, ' ', &space);

    if (!space) {
        sasl_add(out, SASL_PASSWORD, "Token", scheme);
        sasl_malformed(out);
        return;
    }
    sasl_add(out, SASL_OTHER, "Scheme", scheme);
    sasl_add(out, signs ? SASL_SECRET_PROOF : SASL_PASSWORD, signs ? "Credentials" : "Token", value);
    if (!value.len)
        sasl_malformed(out);
}

/* One key=value; true when it is the one with the credentials. */
static bool add_pair(const struct sasl_exchange *x, mw_bytes in, mw_slice pair, struct sasl_message *out)
{
    static const struct {
        const char *key;
        enum sasl_field field;
        const char *name;
    } keys[] = {
        { "user", SASL_USERNAME, "User name" }, { "host", SASL_HOST, "Host" },          { "port", SASL_PORT, "Port" },
        { "mthd", SASL_OTHER, "Method" },       { "path", SASL_OTHER, "Path" },         { "post", SASL_OTHER, "Body" },
        { "qs", SASL_OTHER, "Query string" },   { "scope", SASL_OTHER, "OAuth scope" },
    };
    bool equals;
    mw_slice value = pair;
    mw_slice key = sasl_until(in, &value, '=', &equals);

    if (!equals) {
        sasl_malformed(out);
        return false;
    }
    if (mw_equal_nocase(mw_sub(in, key), "auth")) {
        add_auth(x, in, value, out);
        return true;
    }
    for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
        if (mw_equal_nocase(mw_sub(in, key), keys[i].key)) {
            sasl_add(out, keys[i].field, keys[i].name, value);
            return false;
        }
    sasl_add(out, SASL_OTHER, "Extension", pair);
    return false;
}

/* RFC 7628 3.1: *kvpair kvsep, kvpair = key "=" value kvsep. True when it has credentials and its proper end. */
static bool add_pairs(const struct sasl_exchange *x, mw_bytes in, mw_slice rest, struct sasl_message *out)
{
    bool auth = false, separator = true;

    while (separator && rest.len) {
        mw_slice pair = sasl_until(in, &rest, KVSEP, &separator);
        if (separator && pair.len == 0)
            return auth && rest.len == 0;
        auth |= add_pair(x, in, pair, out);
    }
    return false;
}

/* RFC 7628 3.2.3: behind an error comes a single kvsep; Google's mechanism has no octet there. */
static bool is_dummy(const struct sasl_exchange *x, mw_bytes in)
{
    return (x->failed || x->client_messages) && (in.len == 0 || (in.len == 1 && in.data[0] == KVSEP));
}

/* Google: "user=" user ^A "auth=Bearer " token ^A ^A */
void sasl_xoauth2_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    if (is_dummy(x, in))
        return;
    if (!add_pairs(x, in, sasl_all(in), out) || !sasl_identity(out))
        sasl_malformed(out);
}

/* RFC 7628 3.1: client-resp = (gs2-header kvsep *kvpair kvsep) / kvsep */
void sasl_oauth_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    mw_slice rest = sasl_all(in);

    if (is_dummy(x, in))
        return;
    bool header = sasl_gs2_header(in, &rest, out) && rest.len && in.data[rest.offset] == KVSEP;
    if (!header || !add_pairs(x, in, mw_slice_skip(rest, 1), out))
        sasl_malformed(out);
}

/* RFC 7628 3.2.2: an error is told as JSON; success has no message. */
void sasl_oauth_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    if (in.len == 0)
        return;
    x->failed = true;
    sasl_add(out, SASL_ERROR, "Error", sasl_all(in));
    if (in.data[0] != '{')
        sasl_malformed(out);
}

/* One key="value" of the signed request. */
static void add_oauth_parameter(mw_bytes in, mw_slice parameter, struct sasl_message *out)
{
    mw_slice value = parameter;
    mw_bytes key = mw_sub(in, sasl_until(in, &value, '=', NULL));

    if (value.len >= 2 && in.data[value.offset] == '"' && in.data[mw_slice_end(value) - 1] == '"')
        value = mw_slice_of(value.offset + 1, value.len - 2);
    if (mw_equal_nocase(key, "oauth_signature"))
        sasl_add(out, SASL_SECRET_PROOF, "Signature", value);
    else if (mw_equal_nocase(key, "oauth_nonce"))
        sasl_add(out, SASL_CNONCE, "Client nonce", value);
    else
        sasl_add(out, SASL_OTHER, "Parameter", parameter);
}

/* Google: method SP URL SP key="value" *("," key="value") */
void sasl_xoauth_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    mw_slice rest = sasl_all(in);

    if (is_dummy(x, in))
        return;
    sasl_add(out, SASL_OTHER, "Method", mw_next_word(in, &rest));
    sasl_add(out, SASL_OTHER, "URL", mw_next_word(in, &rest));
    rest = mw_slice_trim(in, rest);
    while (rest.len)
        add_oauth_parameter(in, sasl_until(in, &rest, ',', NULL), out);
    if (!sasl_item_of(out, SASL_SECRET_PROOF))
        sasl_malformed(out);
}

/* RFC 6595 3.2: gs2-header and the identity provider, RFC 6616 3.1: and the identifier of the user; then "=" or
 * nothing while the browser is at work. */
void sasl_idp_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    mw_slice rest = sasl_all(in);

    if (x->client_messages && (in.len == 0 || mw_equal_nocase(in, "=")))
        return;
    if (!sasl_gs2_header(in, &rest, out))
        sasl_malformed(out);
    sasl_add(out, SASL_OTHER, "Identity provider", rest);
}

/* RFC 6595 3.3, 6616 3.2, 3.4: the URL for the browser, then the outcome. */
void sasl_idp_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    if (in.len == 0)
        return;
    if (mw_starts_nocase(in, "openid.error")) {
        x->failed = true;
        sasl_add(out, SASL_ERROR, "Error", sasl_all(in));
        return;
    }
    sasl_add(out, SASL_OTHER, x->server_messages ? "Outcome" : "Redirect URL", sasl_all(in));
    if (!x->server_messages && !mw_starts_nocase(in, "http"))
        sasl_malformed(out);
}
