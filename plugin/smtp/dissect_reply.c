/* Shows the lines of a reply, and the whole reply where it ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "banner.h"
#include "explain.h"
#include "smtp/dissect.h"
#include "smtp/queue_id.h"

static int hf_smtp_response = -1;
static int hf_smtp_response_code = -1;
static int hf_smtp_rsp_parameter = -1;
static int hf_smtp_response_class = -1;
static int hf_smtp_response_text = -1;
static int hf_smtp_response_lines = -1;
static int hf_smtp_status = -1;
static int hf_smtp_status_class = -1;
static int hf_smtp_status_subject = -1;
static int hf_smtp_status_detail = -1;
static int hf_smtp_banner = -1;
static int hf_smtp_server_domain = -1;
static int hf_smtp_server_software = -1;
static int hf_smtp_server_version = -1;
static int hf_smtp_capability = -1;
static int hf_smtp_capability_keyword = -1;
static int hf_smtp_capability_size = -1;
static int hf_smtp_capability_auth = -1;
static int hf_smtp_queue_id = -1;
static int hf_smtp_auth_result = -1;
static int hf_smtp_recipient = -1;

/* Names of numbers, taken from the tables of smtp/tables_status.c when the
 * fields are registered. */
#define MAX_NAMES 8
static value_string reply_classes[MAX_NAMES + 1], status_classes[MAX_NAMES + 1], status_subjects[MAX_NAMES + 1];

static hf_register_info fields[] = {
    MW_STRING(hf_smtp_response, "smtp.response", "Response", NULL),
    MW_NUMBER(hf_smtp_response_code, FT_UINT32, "smtp.response.code", "Response code", NULL),
    MW_STRING(hf_smtp_rsp_parameter, "smtp.rsp.parameter", "Response parameter", NULL),
    MW_ENUM(hf_smtp_response_class, FT_UINT8, "smtp.response.class", "Response class", reply_classes,
            "First digit of the reply code"),
    MW_STRING(hf_smtp_response_text, "smtp.response.text", "Response text", "Text of all lines, joined by a space"),
    MW_NUMBER(hf_smtp_response_lines, FT_UINT32, "smtp.response.lines", "Response lines",
              "Number of lines of the reply"),
    MW_STRING(hf_smtp_status, "smtp.status", "Enhanced status code", "Class, subject and detail (RFC 3463)"),
    MW_ENUM(hf_smtp_status_class, FT_UINT16, "smtp.status.class", "Class", status_classes,
            "First number of the enhanced status code"),
    MW_ENUM(hf_smtp_status_subject, FT_UINT16, "smtp.status.subject", "Subject", status_subjects,
            "Second number of the enhanced status code: what it is about"),
    MW_NUMBER(hf_smtp_status_detail, FT_UINT16, "smtp.status.detail", "Detail",
              "Third number of the enhanced status code"),
    MW_STRING(hf_smtp_banner, "smtp.banner", "Banner", "Text of the greeting, without the code"),
    MW_STRING(hf_smtp_server_domain, "smtp.server.domain", "Server domain", "Host that the greeting names"),
    MW_STRING(hf_smtp_server_software, "smtp.server.software", "Server software", "Software that the greeting names"),
    MW_STRING(hf_smtp_server_version, "smtp.server.version", "Server version", "Version that the greeting names"),
    MW_STRING(hf_smtp_capability, "smtp.capability", "Capability", "Line of an EHLO reply, as written"),
    MW_STRING(hf_smtp_capability_keyword, "smtp.capability.keyword", "Keyword", "EHLO keyword"),
    MW_NUMBER(hf_smtp_capability_size, FT_UINT64, "smtp.capability.size", "Size limit",
              "Octets that a message may have"),
    MW_STRING(hf_smtp_capability_auth, "smtp.capability.auth", "Mechanism", "Offered SASL mechanism"),
    MW_STRING(hf_smtp_queue_id, "smtp.queue_id", "Queue id", "Id that the server gave the message"),
    MW_STRING(hf_smtp_auth_result, "smtp.auth.result", "Authentication result", "Fate of the SASL exchange"),
    MW_STRING(hf_smtp_recipient, "smtp.response.recipient", "Recipient",
              "Whom this reply to the message is about (LMTP, PRDR)"),
};

static int ett_smtp_reply = -1;
static int ett_smtp_reply_line = -1;
static int ett_smtp_status = -1;
static int ett_smtp_capability = -1;

/* ---- EHLO ---- */

static bool keyword_is(const struct mw_node *node, mw_slice word, const char *keyword)
{
    return mw_equal_nocase(mw_sub(node->bytes, word), keyword);
}

static void add_mechanisms(const struct mw_node *node, mw_slice list)
{
    mw_slice word;
    while ((word = mw_next_word(node->bytes, &list)).len)
        mw_add_slice(node, hf_smtp_capability_auth, word);
}

/* ehlo-line = ehlo-keyword *( SP ehlo-param )      RFC 5321 4.1.1.1 */
static void dissect_capability(const struct mw_node *node, mw_slice text)
{
    mw_slice rest = text;
    mw_slice word = mw_next_word(node->bytes, &rest);
    const struct smtp_capability_row *row = smtp_capability_find(mw_sub(node->bytes, word));
    proto_item *item = mw_add_slice(node, hf_smtp_capability, text);
    struct mw_node below = mw_node_below(node, item, ett_smtp_capability);
    uint64_t size;

    if (row)
        mw_explain(item, row->text, row->rfc);
    mw_add_string(&below, hf_smtp_capability_keyword, word, mw_upper(node->pinfo, mw_sub(node->bytes, word)));
    mw_slice parameter = rest;
    if (keyword_is(node, word, "SIZE") && mw_parse_number(node->bytes, mw_next_word(node->bytes, &parameter), &size))
        mw_add_uint64(&below, hf_smtp_capability_size, mw_slice_trim(node->bytes, rest), size);
    bool old_form = mw_starts_nocase(mw_sub(node->bytes, text), "AUTH="); /* 250-AUTH=LOGIN PLAIN */
    if (old_form || keyword_is(node, word, "AUTH"))
        add_mechanisms(&below, mw_slice_skip(text, (uint32_t)strlen("AUTH=")));
}

/* ---- the parts of a whole reply ---- */

static const char *code_text(const struct smtp_reply *reply)
{
    if (reply->code == 220)
        return reply->greeting ? "Service ready" : "Ready to start TLS";
    return smtp_reply_text(reply->code);
}

static bool ends_message(const struct smtp_exchange *to)
{
    return to && (to->row == &smtp_end_of_data_row || to->last);
}

/* What the reply answers, as the table of meanings has it. */
static const struct smtp_verb_row *answered_row(const struct smtp_reply *reply)
{
    if (ends_message(reply->to))
        return reply->recipient ? &smtp_lmtp_end_of_data_row : &smtp_end_of_data_row;
    if (reply->to)
        return reply->to->row;
    return reply->greeting ? &smtp_connection_row : NULL;
}

static void explain_reply(const struct mw_node *node, proto_item *item, const struct smtp_reply *reply)
{
    proto_item *line = proto_tree_get_parent(node->tree);
    if (!mw_explains(line))
        return;
    const struct smtp_reply_row *row = smtp_reply_meaning(answered_row(reply), reply->code);
    if (row)
        mw_explain_line(line, node->bytes.len, item, row->text, row->rfc);
    else
        mw_explain_line(line, node->bytes.len, item, smtp_reply_class_text((uint8_t)(reply->code / 100)),
                        "RFC 5321 4.2.1");
}

static void add_code(const struct mw_node *node, const struct smtp_reply *reply)
{
    uint16_t code = reply->code;
    const char *text = code_text(reply);
    int offset = (int)node->offset;
    proto_item *item = proto_tree_add_uint_format_value(node->tree, hf_smtp_response_code, node->tvb, offset, 3, code,
                                                        "%s (%u)", text ? text : "Unknown", code);

    explain_reply(node, item, reply);
    proto_tree_add_uint(node->tree, hf_smtp_response_class, node->tvb, offset, 1, code / 100);
}

static const char *known(const char *text)
{
    return text ? text : "not registered";
}

static void add_status(const struct mw_node *node, const struct smtp_reply_line *line)
{
    if (line->status.len == 0)
        return;
    const char *class_text = known(smtp_status_class_text(line->status_class));
    const char *subject_text = known(smtp_status_subject_text(line->status_subject));
    const char *detail_text = known(smtp_status_text(line->status_subject, line->status_detail));
    mw_bytes text = mw_sub(node->bytes, line->status);
    uint32_t first = mw_find(text, 0, '.'), second = mw_find(text, first + 1, '.');
    int offset = (int)(node->offset + line->status.offset);
    proto_item *item = mw_add_slice(node, hf_smtp_status, line->status);

    proto_item_append_text(item, " (%s, %s, %s)", class_text, subject_text, detail_text);
    proto_tree *tree = proto_item_add_subtree(item, ett_smtp_status);
    proto_tree_add_uint(tree, hf_smtp_status_class, node->tvb, offset, (int)first, line->status_class);
    proto_tree_add_uint(tree, hf_smtp_status_subject, node->tvb, offset + (int)first + 1, (int)(second - first - 1),
                        line->status_subject);
    proto_tree_add_uint_format_value(tree, hf_smtp_status_detail, node->tvb, offset + (int)second + 1,
                                     (int)(text.len - second - 1), line->status_detail, "%s (%u)", detail_text,
                                     line->status_detail);
}

/* The text is in this line alone, or was kept when its lines came. */
static mw_bytes reply_text(const struct mw_node *node, const struct smtp_reply *reply,
                           const struct smtp_reply_line *line)
{
    return reply->text ? mw_bytes_str(reply->text) : mw_sub(node->bytes, line->text);
}

/* A slice of the reply's text: its octets when the reply has one line, else
 * generated. */
static void add_part(const struct mw_node *node, const struct smtp_reply *reply, const struct smtp_reply_line *line,
                     int hf, mw_slice part)
{
    mw_bytes text = reply_text(node, reply, line);
    if (part.len == 0)
        return;
    if (reply->text)
        mw_add_generated_string(node, hf, mw_text(node->pinfo, mw_sub(text, part)));
    else
        mw_add_slice(node, hf, mw_slice_of(line->text.offset + part.offset, part.len));
}

static void add_greeting(const struct mw_node *node, const struct smtp_reply *reply, const struct smtp_reply_line *line)
{
    mw_bytes text = reply_text(node, reply, line);
    struct mw_banner banner;

    add_part(node, reply, line, hf_smtp_banner, mw_slice_of(0, text.len));
    mw_parse_smtp_banner(text, &banner);
    add_part(node, reply, line, hf_smtp_server_domain, banner.domain);
    add_part(node, reply, line, hf_smtp_server_software, banner.software);
    add_part(node, reply, line, hf_smtp_server_version, banner.version);
    if (banner.version.len)
        mw_add_issue(node, proto_tree_get_parent(node->tree), MW_ISSUE_VERSION_DISCLOSED);
}

static bool is_auth(const struct smtp_exchange *to)
{
    return to && to->row &&
           (to->row == &smtp_auth_response_row || to->row->verb == SMTP_AUTH || to->row->verb == SMTP_X_EXPS);
}

static void add_auth_result(const struct mw_node *node, const struct smtp_reply *reply)
{
    if (!is_auth(reply->to) || reply->code == 334)
        return;
    mw_add_derived_string(node, hf_smtp_auth_result,
                          reply->code == 235   ? "success"
                          : reply->code == 501 ? "cancelled"
                                               : "failure",
                          "By the reply code", "RFC 4954 6");
}

static void add_whole_reply(const struct mw_node *node, const struct smtp_reply *reply,
                            const struct smtp_reply_line *line)
{
    mw_bytes text = reply_text(node, reply, line);
    mw_slice id;

    if (reply->text)
        mw_add_generated_string(node, hf_smtp_response_text, mw_text(node->pinfo, text));
    else
        mw_add_slice(node, hf_smtp_response_text, line->text);
    mw_add_generated_uint(node, hf_smtp_response_lines, reply->lines);
    add_status(node, line);
    if (reply->greeting && reply->code == 220)
        add_greeting(node, reply, line);
    if (ends_message(reply->to) && reply->code / 100 == 2 && smtp_parse_queue_id(text, &id))
        add_part(node, reply, line, hf_smtp_queue_id, id);
    mw_add_derived_string(node, hf_smtp_recipient, reply->recipient, "By its turn: one reply for each accepted RCPT",
                          "RFC 2033 4.2, draft-hall-prdr");
    add_auth_result(node, reply);
    add_smtp_response_to(node, reply);
}

/* ---- lines ---- */

static void check_status(const struct mw_node *node, proto_item *item, const struct smtp_reply_line *line)
{
    if (line->status.len == 0)
        return;
    if (line->status_class != line->code / 100)
        mw_add_issue(node, item, MW_ISSUE_STATUS_CLASS);
    if (!smtp_status_text(line->status_subject, line->status_detail))
        mw_add_issue(node, item, MW_ISSUE_STATUS_UNREGISTERED);
}

static proto_item *add_line(const struct mw_node *node, const struct smtp_element *element,
                            const struct smtp_reply_line *line)
{
    proto_item *item = mw_add_slice(node, hf_smtp_rsp_parameter, line->text);
    if (line->code != element->reply->code)
        mw_add_issue(node, item, MW_ISSUE_CODE_UNEXPECTED);
    if (!line->last)
        proto_item_append_text(item, " [%u-, more lines follow]", line->code);
    else if (element->index > 0)
        proto_item_append_text(item, " [%u, last line]", line->code);
    check_status(node, item, line);
    return item;
}

/* Whether the reply ends in the chunk that holds this line of it. */
static bool ends_here(const struct smtp_element *element)
{
    while (!element->ends) {
        const struct smtp_element *next = (const struct smtp_element *)element->base.next;
        if (!next || next->kind != SMTP_REPLY_LINE || next->reply != element->reply)
            return false;
        element = next;
    }
    return true;
}

void dissect_smtp_reply_line(const struct mw_view *view, const struct smtp_element *element, struct mw_node *reply)
{
    struct mw_node line_node = smtp_element_node(view, element);
    struct smtp_reply_line line;

    smtp_parse_reply_line(line_node.bytes, &line);
    if (!reply->pinfo || element->index == 0) { /* the first line of this reply in the chunk */
        proto_item *item = mw_add_slice(&line_node, hf_smtp_response, mw_slice_of(0, element->base.len));
        *reply = mw_node_below(&line_node, item, ett_smtp_reply);
        if (ends_here(element))
            add_code(reply, element->reply);
    }
    struct mw_node node = line_node;
    node.tree = reply->tree;
    proto_item_set_end(proto_tree_get_parent(reply->tree), view->tvb, (int)(element->base.offset + element->base.len));
    proto_item *item = add_line(&node, element, &line);
    struct mw_node below = mw_node_below(&node, item, ett_smtp_reply_line);
    if (element->reply->ehlo && element->index > 0)
        dissect_capability(&below, line.text);
    if (smtp_extra_of(element)->sasl)
        dissect_smtp_auth(&below, element, line.text, false);
    if (element->ends)
        add_whole_reply(&node, element->reply, &line);
    mw_add_issues(&node, item, smtp_extra_of(element)->issues);
}

static void name_numbers(value_string *names, const char *(*text_of)(unsigned number))
{
    unsigned count = 0;
    for (unsigned number = 0; number < MAX_NAMES; number++)
        if (text_of(number))
            names[count++] = (value_string){ number, text_of(number) };
}

static const char *reply_class_text(unsigned digit)
{
    return smtp_reply_class_text((uint8_t)digit);
}

void smtp_register_reply(int proto)
{
    static int *trees[] = { &ett_smtp_reply, &ett_smtp_reply_line, &ett_smtp_status, &ett_smtp_capability };
    name_numbers(reply_classes, reply_class_text);
    name_numbers(status_classes, smtp_status_class_text);
    name_numbers(status_subjects, smtp_status_subject_text);
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
