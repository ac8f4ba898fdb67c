/* Shows a command line.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain.h"
#include "pop3/dissect.h"

static int hf_pop_request = -1;
static int hf_pop_request_command = -1;
static int hf_pop_request_parameter = -1;
static int hf_pop_request_verb = -1;
static int hf_pop_message_number = -1;
static int hf_pop_top_lines = -1;

static hf_register_info fields[] = {
    MW_STRING(hf_pop_request, "pop.request", "Request", NULL),
    MW_STRING(hf_pop_request_command, "pop.request.command", "Request command", NULL),
    MW_STRING(hf_pop_request_parameter, "pop.request.parameter", "Request parameter", NULL),
    MW_STRING(hf_pop_request_verb, "pop.request.verb", "Verb", "Upper-case verb of a known command"),
    MW_NUMBER(hf_pop_message_number, FT_UINT32, "pop.message.number", "Message number",
              "Message that a command is about"),
    MW_NUMBER(hf_pop_top_lines, FT_UINT32, "pop.top.lines", "Lines", "Lines behind the header that TOP asks for"),
};

static int ett_pop_request = -1;

/* As the built-in dissector has it: up to the end of the line. */
static void add_parameter(const struct mw_node *node, const struct pop3_element *element,
                          const struct pop3_command *command)
{
    if (command->args.len == 0)
        return;
    mw_slice rest = mw_slice_of(command->args.offset, mw_slice_end(command->text) - command->args.offset);
    mw_add_string(node, hf_pop_request_parameter, rest, pop3_shown(node->pinfo, element, node->bytes, rest));
}

static void add_verb(const struct mw_node *node, proto_item *line, const struct pop3_command *command)
{
    proto_item *item = mw_add_string(node, hf_pop_request_verb, command->verb, command->row->name);
    mw_explain_line(line, node->bytes.len, item, command->row->text, command->row->rfc);
}

void dissect_pop3_command(const struct mw_view *view, const struct pop3_element *element)
{
    struct mw_node line = mw_element_node(view, &element->base);
    struct pop3_command command;

    pop3_parse_command(line.bytes, &command);
    const char *shown = pop3_shown(view->pinfo, element, line.bytes, command.text);
    proto_item *item = add_pop3_line(&line, hf_pop_request, mw_slice_of(0, element->base.len), shown);
    struct mw_node node = mw_node_below(&line, item, ett_pop_request);
    if (command.verb.len)
        mw_add_slice(&node, hf_pop_request_command, command.verb);
    if (command.row)
        add_verb(&node, item, &command);
    add_parameter(&node, element, &command);
    add_pop3_login(&node, element, &command);
    if (command.number)
        mw_add_uint(&node, hf_pop_message_number, command.number_text, command.number);
    if (command.lines_valid)
        mw_add_uint(&node, hf_pop_top_lines, command.lines_text, command.lines);
    mw_add_issues(&node, item, pop3_extra_of(element)->issues);
    if (element->exchange)
        add_pop3_response_in(&node, item, element->exchange);
}

void pop3_register_command(int proto)
{
    static int *trees[] = { &ett_pop_request };
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
