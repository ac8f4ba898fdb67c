/* Shows the SASL exchange of AUTH, and keeps secrets hidden when that is asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/credentials.h"
#include "smtp/dissect.h"

static int hf_smtp_auth_username = -1;
static int hf_smtp_auth_password = -1;
static int hf_smtp_auth_username_password = -1;
static int hf_smtp_auth_mechanism = -1;
static int hf_smtp_auth_authzid = -1;
static int hf_smtp_auth_challenge = -1;
static int hf_smtp_auth_response = -1;
static int hf_smtp_auth_item = -1;

static hf_register_info fields[] = {
    MW_STRING(hf_smtp_auth_username, "smtp.auth.username", "Username", NULL),
    MW_STRING(hf_smtp_auth_password, "smtp.auth.password", "Password", NULL),
    MW_STRING(hf_smtp_auth_username_password, "smtp.auth.username_password", "Username/Password", NULL),
    MW_STRING(hf_smtp_auth_mechanism, "smtp.auth.mechanism", "Mechanism", "SASL mechanism, upper case"),
    MW_STRING(hf_smtp_auth_authzid, "smtp.auth.authzid", "Authorization identity", "Who the user acts as"),
    MW_STRING(hf_smtp_auth_challenge, "smtp.auth.challenge", "Challenge", "Challenge of the server, decoded"),
    MW_STRING(hf_smtp_auth_response, "smtp.auth.response", "Response", "Response of the client, decoded"),
    MW_STRING(hf_smtp_auth_item, "smtp.auth.item", "Item", "Part of a challenge or response"),
};

static int ett_smtp_auth = -1;

/* The built-in dissector has it too, but an expert info of another cannot be added to: one name, two owners. */
static expert_field ei_smtp_base64_decode = EI_INIT;
static ei_register_info expert_fields[] = {
    { &ei_smtp_base64_decode,
      { "smtp.base64_decode", PI_PROTOCOL, PI_WARN, "base64 does not decode (RFC 4648)", EXPFILL } },
};

static dissector_handle_t ntlmssp_handle, gssapi_handle, spnego_handle;

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

/* The base64 of a client's line: all of a response, the initial response of AUTH. */
static mw_slice secret_of(const struct smtp_element *element, mw_bytes line)
{
    struct smtp_command command;
    if (element->kind == SMTP_AUTH_RESPONSE) {
        struct mw_line parts;
        mw_parse_line(line, &parts);
        return parts.text;
    }
    smtp_parse_command(line, &command);
    return command.initial;
}

const char *smtp_shown_line(packet_info *pinfo, const struct smtp_element *element, mw_bytes line)
{
    struct decoded d;
    if (!mw_hide_secrets || !smtp_extra_of(element)->sasl)
        return mw_text(pinfo, line);
    mw_slice secret = secret_of(element, line);
    mw_bytes base64 = mw_sub(line, secret);
    /* what does not decode may be a secret all the same: typed in clear, or cut */
    if (secret.len == 0 || sasl_is_cancel(base64) ||
        (decode(pinfo, smtp_extra_of(element)->sasl, base64, true, &d) && !holds_secret(&d.message)))
        return mw_text(pinfo, line);
    return wmem_strdup_printf(pinfo->pool, "%s" MW_HIDDEN, mw_text(pinfo, mw_sub(line, mw_slice_of(0, secret.offset))));
}

/* ---- showing ---- */

static int field_of(const struct sasl_item *item)
{
    switch (item->field) {
    case SASL_USERNAME:
        return hf_smtp_auth_username;
    case SASL_PASSWORD:
        return hf_smtp_auth_password;
    case SASL_AUTHZID:
        return hf_smtp_auth_authzid;
    default:
        return hf_smtp_auth_item;
    }
}

static void add_item(const struct mw_node *node, mw_slice base64, const struct sasl_item *item, mw_bytes octets)
{
    bool secret = item->field == SASL_PASSWORD || item->field == SASL_SECRET_PROOF;
    char *value = secret && mw_hide_secrets ? g_strdup(MW_HIDDEN) : sasl_value(item, octets);
    proto_item *shown = mw_add_string(node, field_of(item), base64, value);
    if (field_of(item) == hf_smtp_auth_item)
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
    call_dissector(handle, tvb, node->pinfo, node->tree);
}

static void tap_credentials(const struct mw_node *node, const struct decoded *d)
{
    const struct sasl_item *password = sasl_item_of(&d->message, SASL_PASSWORD);
    const struct sasl_item *user = sasl_item_of(&d->message, SASL_USERNAME);
    if (!password || mw_hide_secrets)
        return;
    char *name = user ? sasl_value(user, d->octets) : g_strdup("");
    mail_tap_credentials(node->pinfo, "SMTP", hf_smtp_auth_password, name);
    g_free(name);
}

void dissect_smtp_auth(const struct mw_node *node, const struct smtp_element *element, mw_slice base64,
                       bool from_client)
{
    struct decoded d;
    mw_bytes octets = mw_sub(node->bytes, base64);

    if (!smtp_extra_of(element)->sasl || sasl_is_cancel(octets))
        return;
    if (!decode(node->pinfo, smtp_extra_of(element)->sasl, octets, from_client, &d)) {
        proto_tree_add_expert(node->tree, node->pinfo, &ei_smtp_base64_decode, node->tvb,
                              (int)(node->offset + base64.offset), (int)base64.len);
        return;
    }
    char *text = sasl_describe(&d.message, d.octets, mw_hide_secrets);
    proto_item *item = mw_add_string(node, from_client ? hf_smtp_auth_response : hf_smtp_auth_challenge, base64, text);
    struct mw_node below = mw_node_below(node, item, ett_smtp_auth);
    if (sasl_item_of(&d.message, SASL_USERNAME) && sasl_item_of(&d.message, SASL_PASSWORD))
        proto_item_set_hidden(mw_add_string(&below, hf_smtp_auth_username_password, base64, text));
    g_free(text);
    for (unsigned i = 0; i < d.message.count; i++)
        add_item(&below, base64, &d.message.items[i], d.octets);
    dissect_token(&below, &d);
    tap_credentials(&below, &d);
}

void add_smtp_auth_mechanism(const struct mw_node *node, mw_slice mechanism)
{
    mw_bytes name = mw_sub(node->bytes, mechanism);
    const struct sasl_mechanism *row = sasl_find(name);
    char *upper = g_ascii_strup(mw_text(node->pinfo, name), -1);
    proto_item *item = mw_add_string(node, hf_smtp_auth_mechanism, mechanism, upper);
    if (row)
        proto_item_append_text(item, " (%s)", row->text);
    g_free(upper);
}

void dissect_smtp_auth_response(const struct smtp_view *view, const struct smtp_element *element)
{
    struct mw_node line = smtp_element_node(view, element);
    struct mw_line parts;

    mw_parse_line(line.bytes, &parts);
    const char *shown = smtp_shown_line(view->pinfo, element, mw_sub(line.bytes, parts.text));
    bool cancel = sasl_is_cancel(mw_sub(line.bytes, parts.text));
    struct mw_node node = mw_add_node(&line, ett_smtp_auth, mw_slice_of(0, element->base.len), "AUTH response: %s%s",
                                      shown, cancel ? " (cancels)" : "");
    dissect_smtp_auth(&node, element, parts.text, true);
    mw_add_issues(&node, proto_tree_get_parent(node.tree), &smtp_extra_of(element)->issues);
    if (element->exchange)
        add_smtp_response_in(&node, proto_tree_get_parent(node.tree), element->exchange);
}

void smtp_register_auth(int proto)
{
    static int *trees[] = { &ett_smtp_auth };
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
    expert_register_field_array(expert_register_protocol(proto), expert_fields, array_length(expert_fields));
}

void smtp_handoff_auth(void)
{
    ntlmssp_handle = find_dissector("ntlmssp");
    gssapi_handle = find_dissector("gssapi");
    spnego_handle = find_dissector("spnego");
}
