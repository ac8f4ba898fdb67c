/* Shows AUTH and its SASL exchange.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect_sasl.h"
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
    MW_STRING(hf_smtp_auth_item, "smtp.auth.item", "Item",
              "Another part of a challenge or response, such as a nonce, a realm or a proof"),
};

static int ett_smtp_auth = -1;

static const struct mw_sasl_fields sasl_fields = {
    .protocol = "SMTP",
    .username = &hf_smtp_auth_username,
    .password = &hf_smtp_auth_password,
    .username_password = &hf_smtp_auth_username_password,
    .mechanism = &hf_smtp_auth_mechanism,
    .authzid = &hf_smtp_auth_authzid,
    .challenge = &hf_smtp_auth_challenge,
    .response = &hf_smtp_auth_response,
    .item = &hf_smtp_auth_item,
    .base64 = MW_ISSUE_BASE64_DECODE,
};

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
    const struct sasl_exchange *stand = smtp_extra_of(element)->sasl;
    return mw_shown_sasl(pinfo, line, stand, stand ? secret_of(element, line) : mw_slice_of(0, 0));
}

void dissect_smtp_auth(const struct mw_node *node, const struct smtp_element *element, mw_slice base64,
                       bool from_client)
{
    dissect_sasl_line(node, &sasl_fields, smtp_extra_of(element)->sasl, base64, from_client);
}

void add_smtp_auth_mechanism(const struct mw_node *node, mw_slice mechanism)
{
    add_sasl_mechanism(node, &sasl_fields, mechanism);
}

void dissect_smtp_auth_response(const struct mw_view *view, const struct smtp_element *element)
{
    struct mw_node line = smtp_element_node(view, element);
    struct mw_line parts;

    mw_parse_line(line.bytes, &parts);
    const char *shown = smtp_shown_line(view->pinfo, element, mw_sub(line.bytes, parts.text));
    bool cancel = sasl_is_cancel(mw_sub(line.bytes, parts.text));
    struct mw_node node = mw_add_node(&line, ett_smtp_auth, mw_slice_of(0, element->base.len), "AUTH response: %s%s",
                                      shown, cancel ? " (cancels)" : "");
    dissect_smtp_auth(&node, element, parts.text, true);
    mw_add_issues(&node, proto_tree_get_parent(node.tree), smtp_extra_of(element)->issues);
    if (element->exchange)
        add_smtp_response_in(&node, proto_tree_get_parent(node.tree), element->exchange);
}

void smtp_register_auth(int proto)
{
    static int *trees[] = { &ett_smtp_auth };
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
