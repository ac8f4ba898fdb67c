/* Shows AUTHENTICATE and its SASL exchange, and keeps secrets hidden when that is asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect_sasl.h"
#include "imap/dissect.h"

static int hf_imap_auth_username = -1;
static int hf_imap_auth_password = -1;
static int hf_imap_auth_mechanism = -1;
static int hf_imap_auth_authzid = -1;
static int hf_imap_auth_challenge = -1;
static int hf_imap_auth_response = -1;
static int hf_imap_auth_item = -1;

static hf_register_info fields[] = {
    MW_STRING(hf_imap_auth_username, "imap.auth.username", "Username", "User name of a SASL exchange"),
    MW_STRING(hf_imap_auth_password, "imap.auth.password", "Password", "Password of a SASL exchange"),
    MW_STRING(hf_imap_auth_mechanism, "imap.auth.mechanism", "Mechanism", "SASL mechanism, upper case"),
    MW_STRING(hf_imap_auth_authzid, "imap.auth.authzid", "Authorization identity", "Who the user acts as"),
    MW_STRING(hf_imap_auth_challenge, "imap.auth.challenge", "Challenge", "Challenge of the server, decoded"),
    MW_STRING(hf_imap_auth_response, "imap.auth.response", "Response", "Response of the client, decoded"),
    MW_STRING(hf_imap_auth_item, "imap.auth.item", "Item",
              "Another part of a challenge or response, such as a nonce, a realm or a proof"),
};

static int ett_imap_auth = -1;

static const struct mw_sasl_fields sasl_fields = {
    .protocol = "IMAP",
    .username = &hf_imap_auth_username,
    .password = &hf_imap_auth_password,
    .mechanism = &hf_imap_auth_mechanism,
    .authzid = &hf_imap_auth_authzid,
    .challenge = &hf_imap_auth_challenge,
    .response = &hf_imap_auth_response,
    .item = &hf_imap_auth_item,
    .base64 = MW_ISSUE_IMAP_BASE64_DECODE,
};

void add_imap_mechanism(const struct mw_node *node, mw_slice where)
{
    add_sasl_mechanism(node, &sasl_fields, where);
}

void add_imap_sasl(const struct mw_node *node, const struct imap_element *element, mw_slice base64, bool from_client)
{
    dissect_sasl_line(node, &sasl_fields, imap_extra_of(element)->sasl, base64, from_client);
}

bool imap_hides(const struct imap_literal *literal)
{
    return mw_hide_secrets && literal->role == IMAP_ROLE_PASSWORD;
}

/* The password or the base64 in a line of a command; empty without one. */
static struct imap_token find_secret(const struct imap_element *element, mw_bytes line)
{
    struct imap_parser parser;
    struct imap_token token = { 0 };
    uint32_t at = 0;

    if (imap_extra_of(element)->parser)
        imap_parser_restore(&parser, imap_extra_of(element)->parser);
    else
        imap_parser_start(&parser, true);
    while (imap_parser_next(&parser, line, &at, &token, NULL))
        if (token.role == IMAP_ROLE_PASSWORD || token.role == IMAP_ROLE_INITIAL_RESPONSE)
            return token;
    return (struct imap_token){ 0 };
}

const char *imap_shown_line(const struct mw_view *view, const struct imap_element *element, mw_bytes line)
{
    packet_info *pinfo = view->pinfo;
    if (!mw_hide_secrets || !element->from_client)
        return mw_text(pinfo, line);
    if (element->kind == IMAP_AUTH_RESPONSE)
        return mw_shown_sasl(pinfo, line, imap_extra_of(element)->sasl, mw_slice_of(0, line.len));
    struct mw_line parts;
    mw_parse_line(line, &parts);
    struct imap_token secret = find_secret(element, mw_sub(line, parts.text));
    if (secret.role == IMAP_ROLE_INITIAL_RESPONSE)
        return mw_shown_sasl(pinfo, line, imap_extra_of(element)->sasl, secret.where);
    if (secret.role != IMAP_ROLE_PASSWORD || secret.kind == IMAP_LITERAL)
        return mw_text(pinfo, line);
    const char *before = mw_text(pinfo, mw_sub(line, mw_slice_of(0, secret.where.offset)));
    /* a password with blanks and without quotes goes on to the end of the line */
    bool goes_on = secret.kind == IMAP_ATOM;
    uint32_t end = goes_on ? mw_slice_end(parts.text) : mw_slice_end(secret.where);
    const char *behind = mw_text(pinfo, mw_sub(line, mw_slice_of(end, line.len)));
    return wmem_strdup_printf(pinfo->pool, "%s" MW_HIDDEN "%s", before, behind);
}

void dissect_imap_auth_response(const struct mw_view *view, const struct imap_element *element)
{
    struct mw_node line = mw_element_node(view, &element->base);
    struct mw_line parts;

    mw_parse_line(line.bytes, &parts);
    mw_bytes text = mw_sub(line.bytes, parts.text);
    struct mw_node node =
        mw_add_node(&line, ett_imap_auth, mw_slice_of(0, element->base.len), "AUTHENTICATE response: %s%s",
                    imap_shown_line(view, element, text), sasl_is_cancel(text) ? " (cancels)" : "");
    add_imap_sasl(&node, element, parts.text, true);
    mw_add_issues(&node, proto_tree_get_parent(node.tree), imap_extra_of(element)->issues);
}

bool imap_auth_is_wanted(proto_tree *tree)
{
    return MW_FIELDS_ARE_WANTED(tree, fields);
}

void imap_register_auth(int proto)
{
    static int *trees[] = { &ett_imap_auth };
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
