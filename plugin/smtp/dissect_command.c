/* Shows a command line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain.h"
#include "smtp/dissect.h"
#include "smtp/params.h"

static int hf_smtp_command_line = -1;
static int hf_smtp_req_command = -1;
static int hf_smtp_req_parameter = -1;
static int hf_smtp_req_verb = -1;
static int hf_smtp_client_domain = -1;
static int hf_smtp_mail_from = -1;
static int hf_smtp_rcpt_to = -1;
static int hf_smtp_source_route = -1;
static int hf_smtp_param = -1;
static int hf_smtp_param_name = -1;
static int hf_smtp_param_value = -1;
static int hf_smtp_param_decoded = -1;
static int hf_smtp_param_size = -1;
static int hf_smtp_bdat_size = -1;
static int hf_smtp_bdat_last = -1;
static int hf_smtp_attribute = -1;
static int hf_smtp_attribute_name = -1;
static int hf_smtp_attribute_value = -1;

static hf_register_info fields[] = {
    MW_STRING(hf_smtp_command_line, "smtp.command_line", "Command Line", NULL),
    MW_STRING(hf_smtp_req_command, "smtp.req.command", "Command", NULL),
    MW_STRING(hf_smtp_req_parameter, "smtp.req.parameter", "Request parameter", NULL),
    MW_STRING(hf_smtp_req_verb, "smtp.req.verb", "Verb", "Upper-case verb of a known command"),
    MW_STRING(hf_smtp_client_domain, "smtp.client.domain", "Client domain", "Argument of HELO, EHLO or LHLO"),
    MW_STRING(hf_smtp_mail_from, "smtp.mail.from", "Reverse-path",
              "Address of the sender, without <> and source route"),
    MW_STRING(hf_smtp_rcpt_to, "smtp.rcpt.to", "Forward-path", "Address of a recipient, without <> and source route"),
    MW_STRING(hf_smtp_source_route, "smtp.source_route", "Source route", "Hosts that the mail is to pass (obsolete)"),
    MW_STRING(hf_smtp_param, "smtp.param", "Parameter", "ESMTP parameter as written"),
    MW_STRING(hf_smtp_param_name, "smtp.param.name", "Name", "Name of the parameter"),
    MW_STRING(hf_smtp_param_value, "smtp.param.value", "Value", "Value of the parameter as written"),
    MW_STRING(hf_smtp_param_decoded, "smtp.param.decoded", "Decoded value",
              "Value of the parameter, decoded or explained"),
    MW_NUMBER(hf_smtp_param_size, FT_UINT64, "smtp.param.size", "Declared size", "Octets declared in SIZE="),
    MW_NUMBER(hf_smtp_bdat_size, FT_UINT64, "smtp.bdat.size", "Chunk size", "Octets of the chunk"),
    MW_BOOL(hf_smtp_bdat_last, "smtp.bdat.last", "Last chunk", "LAST is given: the message ends with this chunk"),
    MW_STRING(hf_smtp_attribute, "smtp.attribute", "Attribute", "Attribute of XCLIENT or XFORWARD as written"),
    MW_STRING(hf_smtp_attribute_name, "smtp.attribute.name", "Name", "Name of the attribute"),
    MW_STRING(hf_smtp_attribute_value, "smtp.attribute.value", "Value", "Value of the attribute, decoded"),
};

static int ett_smtp_command = -1;
static int ett_smtp_param = -1;

static void add_path(const struct mw_node *node, const struct smtp_path *path, int hf)
{
    if (path->used == 0)
        return;
    mw_slice where = path->mailbox.len ? path->mailbox : path->path;
    proto_item *item = mw_add_string(node, hf, where, mw_text(node->pinfo, mw_sub(node->bytes, path->mailbox)));
    if (path->null) {
        proto_item_append_text(item, "<>");
        mw_explain(item,
                   "The null reverse-path: a notification, to which nobody may "
                   "reply with another",
                   "RFC 5321 4.5.5");
    }
    if (path->source_route.len)
        mw_add_slice(node, hf_smtp_source_route, path->source_route);
}

static void dissect_param(const struct mw_node *node, const struct smtp_param *param)
{
    proto_item *item = mw_add_slice(node, hf_smtp_param, param->whole);
    struct mw_node below = mw_node_below(node, item, ett_smtp_param);
    uint64_t size;

    if (param->row)
        mw_explain(item, param->row->text, param->row->rfc);
    mw_add_slice(&below, hf_smtp_param_name, param->name);
    if (param->has_value)
        mw_add_slice(&below, hf_smtp_param_value, param->value);
    if (param->row && param->row->kind == SMTP_VALUE_SIZE && mw_parse_number(node->bytes, param->value, &size))
        mw_add_uint64(&below, hf_smtp_param_size, param->value, size);
    char *decoded = smtp_param_decode(node->bytes, param);
    if (decoded)
        proto_item_set_generated(mw_add_string(&below, hf_smtp_param_decoded, param->value, decoded));
    g_free(decoded);
}

static void add_params(const struct mw_node *node, mw_slice params)
{
    struct smtp_param param;
    while (smtp_next_param(node->bytes, &params, &param))
        dissect_param(node, &param);
}

static void add_attributes(const struct mw_node *node, mw_slice args)
{
    mw_slice name, value;
    while (smtp_next_attr(node->bytes, &args, &name, &value)) {
        mw_slice whole = mw_slice_of(name.offset, mw_slice_end(value) - name.offset);
        proto_item *item = mw_add_slice(node, hf_smtp_attribute, whole);
        struct mw_node below = mw_node_below(node, item, ett_smtp_param);
        char *decoded = NULL;
        mw_add_slice(&below, hf_smtp_attribute_name, name);
        if (smtp_xtext_decode(mw_sub(node->bytes, value), &decoded))
            mw_add_string(&below, hf_smtp_attribute_value, value, decoded);
        else
            mw_add_slice(&below, hf_smtp_attribute_value, value);
        g_free(decoded);
    }
}

static void add_bdat(const struct mw_node *node, const struct smtp_command *command)
{
    if (!command->bdat_valid)
        return;
    mw_add_uint64(node, hf_smtp_bdat_size, command->bdat_size_text, command->bdat_size);
    mw_slice last = mw_slice_of(mw_slice_end(command->args) - (command->bdat_last ? 4 : 0), command->bdat_last ? 4 : 0);
    proto_item *item = proto_tree_add_boolean(node->tree, hf_smtp_bdat_last, node->tvb,
                                              (int)(node->offset + last.offset), (int)last.len, command->bdat_last);
    if (!command->bdat_last)
        proto_item_set_generated(item);
}

/* An address literal that is not where the client comes from: a host behind
 * address translation, or a lie. */
static void check_literal(const struct mw_node *node, proto_item *item, const struct smtp_command *command)
{
    mw_bytes literal = mw_sub(node->bytes, command->domain);
    if (literal.len < 3 || literal.data[0] != '[' || mw_issue_has(&command->issues, MW_ISSUE_HELO_SYNTAX))
        return;
    bool v6 = mw_starts_nocase(literal, "[IPv6:");
    mw_bytes text = mw_sub(literal, mw_slice_of(v6 ? 6 : 1, literal.len - (v6 ? 7 : 2)));
    char *source = address_to_str(node->pinfo->pool, &node->pinfo->src);
    if (smtp_ip_version(text) == (node->pinfo->src.type == AT_IPv6 ? 6 : 4) && !v6 && !mw_equal_nocase(text, source))
        mw_add_issue(node, item, MW_ISSUE_HELO_LITERAL_MISMATCH);
}

static void add_arguments(const struct mw_node *node, const struct smtp_element *element,
                          const struct smtp_command *command)
{
    switch (command->row->verb) {
    case SMTP_HELO:
    case SMTP_EHLO:
    case SMTP_LHLO:
        if (command->domain.len)
            check_literal(node, mw_add_slice(node, hf_smtp_client_domain, command->domain), command);
        break;
    case SMTP_MAIL:
    case SMTP_SEND:
    case SMTP_SOML:
    case SMTP_SAML:
        add_path(node, &command->path, hf_smtp_mail_from);
        add_params(node, command->params);
        break;
    case SMTP_RCPT:
        add_path(node, &command->path, hf_smtp_rcpt_to);
        add_params(node, command->params);
        break;
    case SMTP_BDAT:
        add_bdat(node, command);
        break;
    case SMTP_XCLIENT:
    case SMTP_XFORWARD:
        add_attributes(node, command->args);
        break;
    case SMTP_AUTH:
    case SMTP_X_EXPS:
        if (command->mechanism.len)
            add_smtp_auth_mechanism(node, command->mechanism);
        if (command->initial.len)
            dissect_smtp_auth(node, element, command->initial, true);
        break;
    default:
        break;
    }
}

/* The line as the built-in dissector shows it: with its ending, or with secrets
 * replaced. */
static proto_item *add_command_line(const struct mw_node *node, const struct smtp_element *element)
{
    mw_slice whole = mw_slice_of(0, element->base.len);
    const char *shown = smtp_shown_line(node->pinfo, element, node->bytes);
    return mw_add_string(node, hf_smtp_command_line, whole, shown);
}

/* All behind the one blank that ends the verb, as the built-in dissector has it. */
static void add_request_parameter(const struct mw_node *node, const struct smtp_element *element,
                                  const struct smtp_command *command)
{
    if (command->args.len == 0)
        return;
    uint32_t start = mw_slice_end(command->verb) + 1;
    mw_slice parameter = { start, mw_slice_end(command->text) - start };
    const char *shown = smtp_shown_line(node->pinfo, element, mw_sub(node->bytes, command->text));
    size_t skip = MIN(start, strlen(shown));
    /* a line is shown octet by octet up to its arguments, which are ASCII for
     * every command that hides something */
    if (strcmp(shown, mw_text(node->pinfo, mw_sub(node->bytes, command->text))) == 0)
        mw_add_slice(node, hf_smtp_req_parameter, parameter);
    else
        mw_add_string(node, hf_smtp_req_parameter, parameter, shown + skip);
}

void dissect_smtp_command(const struct mw_view *view, const struct smtp_element *element)
{
    struct mw_node line = smtp_element_node(view, element);
    struct smtp_command command;

    smtp_parse_command(line.bytes, &command);
    proto_item *item = add_command_line(&line, element);
    struct mw_node node = mw_node_below(&line, item, ett_smtp_command);
    mw_add_slice(&node, hf_smtp_req_command, command.verb);
    if (command.row) {
        proto_item *verb = mw_add_string(&node, hf_smtp_req_verb, command.verb, command.row->name);
        mw_explain_line(item, element->base.len, verb, command.row->text, command.row->rfc);
    }
    add_request_parameter(&node, element, &command);
    if (command.row)
        add_arguments(&node, element, &command);
    mw_add_issues(&node, item, smtp_extra_of(element)->issues);
    if (element->exchange)
        add_smtp_response_in(&node, item, element->exchange);
}

void smtp_register_command(int proto)
{
    static int *trees[] = { &ett_smtp_command, &ett_smtp_param };
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
