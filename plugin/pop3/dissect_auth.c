/* Shows how a session authenticates, and keeps secrets hidden when that is asked for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect_sasl.h"
#include "explain.h"
#include "mail/credentials.h"
#include "pop3/dissect.h"

static int hf_pop_username = -1;
static int hf_pop_password = -1;
static int hf_pop_apop_digest = -1;
static int hf_pop_auth_mechanism = -1;
static int hf_pop_auth_authzid = -1;
static int hf_pop_auth_challenge = -1;
static int hf_pop_auth_response = -1;
static int hf_pop_auth_item = -1;

static hf_register_info fields[] = {
    MW_STRING(hf_pop_username, "pop.username", "Username", "User name of USER, APOP or a SASL exchange"),
    MW_STRING(hf_pop_password, "pop.password", "Password", "Password of PASS or a SASL exchange"),
    MW_STRING(hf_pop_apop_digest, "pop.apop.digest", "Digest", "MD5 of the greeting's timestamp and the password"),
    MW_STRING(hf_pop_auth_mechanism, "pop.auth.mechanism", "Mechanism", "SASL mechanism, upper case"),
    MW_STRING(hf_pop_auth_authzid, "pop.auth.authzid", "Authorization identity", "Who the user acts as"),
    MW_STRING(hf_pop_auth_challenge, "pop.auth.challenge", "Challenge", "Challenge of the server, decoded"),
    MW_STRING(hf_pop_auth_response, "pop.auth.response", "Response", "Response of the client, decoded"),
    MW_STRING(hf_pop_auth_item, "pop.auth.item", "Item",
              "Another part of a challenge or response, such as a nonce, a realm or a proof"),
};

static int ett_pop_auth = -1;

static const struct mw_sasl_fields sasl_fields = {
    .protocol = "POP3",
    .username = &hf_pop_username,
    .password = &hf_pop_password,
    .mechanism = &hf_pop_auth_mechanism,
    .authzid = &hf_pop_auth_authzid,
    .challenge = &hf_pop_auth_challenge,
    .response = &hf_pop_auth_response,
    .item = &hf_pop_auth_item,
    .base64 = MW_ISSUE_POP_BASE64_DECODE,
};

/* ---- what is not to be seen ---- */

/* What of it stands in part, relative to part. */
static mw_slice inside(mw_slice secret, mw_slice part)
{
    uint32_t skip = secret.offset < part.offset ? part.offset - secret.offset : 0;
    mw_slice rest = mw_slice_skip(secret, skip);
    return mw_slice_of(rest.len ? rest.offset - part.offset : 0, rest.len);
}

const char *pop3_shown(packet_info *pinfo, const struct pop3_element *element, mw_bytes line, mw_slice part)
{
    struct pop3_command command;
    mw_bytes text = mw_sub(line, part);
    const struct sasl_exchange *stand = pop3_extra_of(element)->sasl;

    if (!mw_hide_secrets || !element->from_client)
        return mw_text(pinfo, text);
    if (element->kind == POP3_AUTH_RESPONSE)
        return mw_shown_sasl(pinfo, text, stand, mw_slice_of(0, text.len));
    if (element->kind != POP3_COMMAND)
        return mw_text(pinfo, text);
    pop3_parse_command(line, &command);
    if (command.initial.len)
        return mw_shown_sasl(pinfo, text, stand, inside(command.initial, part));
    mw_slice secret = inside(command.password.len ? command.password : command.digest, part);
    if (secret.len == 0)
        return mw_text(pinfo, text);
    const char *before = mw_text(pinfo, mw_sub(text, mw_slice_of(0, secret.offset)));
    const char *behind = mw_text(pinfo, mw_sub(text, mw_slice_of(mw_slice_end(secret), text.len)));
    return wmem_strdup_printf(pinfo->pool, "%s" MW_HIDDEN "%s", before, behind);
}

/* ---- USER, PASS, APOP, AUTH ---- */

/* A secret, and who it belongs to for the Credentials window: see mail_tap_credentials. */
static void add_secret(const struct mw_node *node, int hf, mw_slice secret, const char *user, const char *proof)
{
    if (secret.len == 0)
        return;
    if (mw_hide_secrets) {
        mw_add_string(node, hf, secret, MW_HIDDEN);
        return;
    }
    mw_add_slice(node, hf, secret);
    mail_tap_credentials(node->pinfo, sasl_fields.protocol, hf, user ? user : "", proof);
}

void add_pop3_login(const struct mw_node *node, const struct pop3_element *element, const struct pop3_command *command)
{
    const char *user = element->exchange ? element->exchange->argument : NULL;

    switch (command->row ? command->row->verb : POP3_UNKNOWN) {
    case POP3_APOP:
    case POP3_USER:
        if (command->name.len)
            mw_add_slice(node, hf_pop_username, command->name);
        add_secret(node, hf_pop_apop_digest, command->digest, user, "APOP");
        break;
    case POP3_PASS:
        add_secret(node, hf_pop_password, command->password, user, NULL);
        break;
    case POP3_AUTH:
        if (command->mechanism.len)
            add_sasl_mechanism(node, &sasl_fields, command->mechanism);
        if (command->initial.len)
            add_pop3_sasl(node, element, command->initial, true);
        break;
    default:
        break;
    }
}

void add_pop3_sasl(const struct mw_node *node, const struct pop3_element *element, mw_slice base64, bool from_client)
{
    dissect_sasl_line(node, &sasl_fields, pop3_extra_of(element)->sasl, base64, from_client);
}

void dissect_pop3_auth_response(const struct mw_view *view, const struct pop3_element *element)
{
    struct mw_node line = mw_element_node(view, &element->base);
    struct mw_line parts;

    mw_parse_line(line.bytes, &parts);
    const char *shown = pop3_shown(view->pinfo, element, line.bytes, parts.text);
    proto_item *item = add_pop3_data(&line, true, mw_slice_of(0, element->base.len), shown);
    proto_item_prepend_text(item, "AUTH response: ");
    if (sasl_is_cancel(mw_sub(line.bytes, parts.text)))
        proto_item_append_text(item, " (cancels)");
    mw_explain_line(item, element->base.len, NULL, pop3_auth_response_row.text, pop3_auth_response_row.rfc);
    struct mw_node node = mw_node_below(&line, item, ett_pop_auth);
    add_pop3_sasl(&node, element, parts.text, true);
    mw_add_issues(&node, item, pop3_extra_of(element)->issues);
    if (element->exchange)
        add_pop3_response_in(&node, item, element->exchange);
}

void pop3_register_auth(int proto)
{
    static int *trees[] = { &ett_pop_auth };
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
