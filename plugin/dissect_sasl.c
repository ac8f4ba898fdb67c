/* Shows the lines of a SASL exchange: RFC 4954, RFC 5034, RFC 9051 6.2.2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect_sasl.h"

#include "mail/credentials.h"

bool mw_hide_secrets;

static int ett_sasl = -1;
static dissector_handle_t ntlmssp_handle, gssapi_handle, spnego_handle;
/* Protocols of tokens, and what they carry. */
static const char *const token_protocols[] = { "ntlmssp", "gss-api", "spnego", "kerberos" };
static int token_proto[G_N_ELEMENTS(token_protocols)];

bool mw_tokens_are_wanted(proto_tree *top)
{
    for (size_t i = 0; i < G_N_ELEMENTS(token_proto); i++)
        if (token_proto[i] != -1 && proto_field_is_referenced(top, token_proto[i]))
            return true;
    return false;
}

/* ---- decoding ---- */

struct decoded {
    mw_bytes octets; /* packet memory */
    struct sasl_message message;
};

/* Decodes a base64 line from where the exchange stood. False when it does not decode. */
static bool decode(packet_info *pinfo, const struct sasl_exchange *stand, mw_bytes base64, bool from_client,
                   struct decoded *out)
{
    struct sasl_exchange exchange = *stand;
    uint8_t *octets;
    uint32_t len;

    memset(out, 0, sizeof *out);
    if (!sasl_decode(base64, &octets, &len))
        return false;
    out->octets = mw_bytes_of(wmem_memdup(pinfo->pool, octets ? octets : (const uint8_t *)"", len + !len), len);
    g_free(octets);
    (from_client ? sasl_client : sasl_server)(&exchange, out->octets, &out->message);
    return true;
}

static bool holds_secret(const struct sasl_message *message)
{
    return message->binary || message->opaque || sasl_item_of(message, SASL_PASSWORD) ||
           sasl_item_of(message, SASL_SECRET_PROOF);
}

const char *mw_shown_sasl(packet_info *pinfo, mw_bytes line, const struct sasl_exchange *stand, mw_slice secret)
{
    struct decoded d;
    mw_bytes base64 = mw_sub(line, secret);
    /* what does not decode may be a secret all the same: typed in clear, or cut */
    if (!mw_hide_secrets || !stand || secret.len == 0 || sasl_is_cancel(base64) ||
        (decode(pinfo, stand, base64, true, &d) && !holds_secret(&d.message)))
        return mw_text(pinfo, line);
    return wmem_strdup_printf(pinfo->pool, "%s" MW_HIDDEN, mw_text(pinfo, mw_sub(line, mw_slice_of(0, secret.offset))));
}

/* ---- showing ---- */

static int field_of(const struct mw_sasl_fields *fields, const struct sasl_item *item)
{
    switch (item->field) {
    case SASL_USERNAME:
        return *fields->username;
    case SASL_PASSWORD:
        return *fields->password;
    case SASL_AUTHZID:
        return *fields->authzid;
    default:
        return *fields->item;
    }
}

static void add_item(const struct mw_node *node, const struct mw_sasl_fields *fields, mw_slice base64,
                     const struct sasl_item *item, mw_bytes octets)
{
    bool secret = item->field == SASL_PASSWORD || item->field == SASL_SECRET_PROOF;
    char *value = secret && mw_hide_secrets ? g_strdup(MW_HIDDEN) : sasl_value(item, octets);
    int hf = field_of(fields, item);
    proto_item *shown = mw_add_string(node, hf, base64, value);
    if (hf == *fields->item)
        proto_item_set_text(shown, "%s: %s", item->name, value);
    g_free(value);
}

/* Tokens of other protocols go whole to their own dissectors. */
static void dissect_token(const struct mw_node *node, const struct decoded *d)
{
    const struct sasl_message *m = &d->message;
    dissector_handle_t handle = m->is_ntlm     ? ntlmssp_handle
                                : m->is_gssapi ? gssapi_handle
                                : m->is_spnego ? spnego_handle
                                               : NULL;
    if (!handle || d->octets.len == 0 || mw_hide_secrets)
        return;
    tvbuff_t *tvb = tvb_new_child_real_data(node->tvb, d->octets.data, d->octets.len, (int)d->octets.len);
    add_new_data_source(node->pinfo, tvb, "Decoded SASL token");
    mw_call_dissector(node, handle, tvb);
}

/* The user name may stand in an earlier message. */
static void tap_credentials(const struct mw_node *node, const struct mw_sasl_fields *fields,
                            const struct sasl_exchange *stand, const struct decoded *d)
{
    const struct sasl_item *password = sasl_item_of(&d->message, SASL_PASSWORD);
    const struct sasl_item *secret = password ? password : sasl_item_of(&d->message, SASL_SECRET_PROOF);
    const struct sasl_item *user = sasl_item_of(&d->message, SASL_USERNAME);
    if (!secret || mw_hide_secrets)
        return;
    char *name = user ? sasl_value(user, d->octets) : g_strdup(stand->user ? stand->user : "");
    const char *proof = password || !stand->mechanism ? NULL : stand->mechanism->name;
    mail_tap_credentials(node->pinfo, fields->protocol, field_of(fields, secret), name, proof);
    g_free(name);
}

void dissect_sasl_line(const struct mw_node *node, const struct mw_sasl_fields *fields,
                       const struct sasl_exchange *stand, mw_slice base64, bool from_client)
{
    struct decoded d;
    mw_bytes octets = mw_sub(node->bytes, base64);

    if (!stand || sasl_is_cancel(octets))
        return;
    if (!decode(node->pinfo, stand, octets, from_client, &d)) {
        mw_issues issues = { 0 };
        mw_issue_add(&issues, fields->base64, base64);
        mw_add_issues(node, proto_tree_get_parent(node->tree), &issues);
        return;
    }
    char *text = sasl_describe(&d.message, d.octets, mw_hide_secrets);
    proto_item *item = mw_add_string(node, from_client ? *fields->response : *fields->challenge, base64, text);
    struct mw_node below = mw_node_below(node, item, ett_sasl);
    bool both = sasl_item_of(&d.message, SASL_USERNAME) && sasl_item_of(&d.message, SASL_PASSWORD);
    if (both && fields->username_password)
        proto_item_set_hidden(mw_add_string(&below, *fields->username_password, base64, text));
    g_free(text);
    for (unsigned i = 0; i < d.message.count; i++)
        add_item(&below, fields, base64, &d.message.items[i], d.octets);
    dissect_token(&below, &d);
    tap_credentials(&below, fields, stand, &d);
}

void add_sasl_mechanism(const struct mw_node *node, const struct mw_sasl_fields *fields, mw_slice mechanism)
{
    mw_bytes name = mw_sub(node->bytes, mechanism);
    const struct sasl_mechanism *row = sasl_find(name);
    proto_item *item = mw_add_string(node, *fields->mechanism, mechanism, mw_upper(node->pinfo, name));
    if (row)
        proto_item_append_text(item, " (%s)", row->text);
}

void mw_register_sasl(void)
{
    static int *trees[] = { &ett_sasl };
    proto_register_subtree_array(trees, array_length(trees));
}

void mw_handoff_sasl(void)
{
    ntlmssp_handle = find_dissector("ntlmssp");
    gssapi_handle = find_dissector("gssapi");
    spnego_handle = find_dissector("spnego");
    for (size_t i = 0; i < G_N_ELEMENTS(token_protocols); i++)
        token_proto[i] = proto_get_id_by_filter_name(token_protocols[i]);
}
