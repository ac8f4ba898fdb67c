/* Shows the lines of a reply.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "banner.h"
#include "explain.h"
#include "pop3/dissect.h"

static int hf_pop_response = -1;
static int hf_pop_response_indicator = -1;
static int hf_pop_response_description = -1;
static int hf_pop_response_code = -1;
static int hf_pop_banner = -1;
static int hf_pop_server_software = -1;
static int hf_pop_server_version = -1;
static int hf_pop_apop_timestamp = -1;
static int hf_pop_auth_result = -1;
static int hf_pop_stat_messages = -1;
static int hf_pop_stat_octets = -1;
static int hf_pop_scan_number = -1;
static int hf_pop_scan_octets = -1;
static int hf_pop_uidl_number = -1;
static int hf_pop_uidl_id = -1;
static int hf_pop_capability = -1;
static int hf_pop_capability_keyword = -1;

static hf_register_info fields[] = {
    MW_STRING(hf_pop_response, "pop.response", "Response", NULL),
    MW_STRING(hf_pop_response_indicator, "pop.response.indicator", "Response indicator", NULL),
    MW_STRING(hf_pop_response_description, "pop.response.description", "Response description", NULL),
    MW_STRING(hf_pop_response_code, "pop.response.code", "Response code",
              "Code in the brackets of -ERR, upper case: IN-USE, AUTH"),
    MW_STRING(hf_pop_banner, "pop.banner", "Banner", "Text of the greeting, without the indicator"),
    MW_STRING(hf_pop_server_software, "pop.server.software", "Server software", "Software that the greeting names"),
    MW_STRING(hf_pop_server_version, "pop.server.version", "Server version", "Version that the greeting names"),
    MW_STRING(hf_pop_apop_timestamp, "pop.apop.timestamp", "Timestamp", "Timestamp of the greeting, for APOP"),
    MW_STRING(hf_pop_auth_result, "pop.auth.result", "Authentication result", "Fate of PASS, APOP or AUTH"),
    MW_NUMBER(hf_pop_stat_messages, FT_UINT32, "pop.stat.messages", "Messages", "Messages in the maildrop"),
    MW_NUMBER(hf_pop_stat_octets, FT_UINT64, "pop.stat.octets", "Octets", "Octets of all messages"),
    MW_NUMBER(hf_pop_scan_number, FT_UINT32, "pop.scan.number", "Message number", "Number in a row of LIST"),
    MW_NUMBER(hf_pop_scan_octets, FT_UINT64, "pop.scan.octets", "Octets", "Octets of the message"),
    MW_NUMBER(hf_pop_uidl_number, FT_UINT32, "pop.uidl.number", "Message number", "Number in a row of UIDL"),
    MW_STRING(hf_pop_uidl_id, "pop.uidl.id", "Unique-id", "Unique-id of the message"),
    MW_STRING(hf_pop_capability, "pop.capability", "Capability", "Row of a CAPA reply, as written"),
    MW_STRING(hf_pop_capability_keyword, "pop.capability.keyword", "Keyword", "Name of the capability, upper case"),
};

static int ett_pop_response = -1;
static int ett_pop_row = -1;
static int ett_pop_capability = -1;

/* ---- what a line says ---- */

static void add_number(const struct mw_node *node, int hf, mw_slice digits, uint64_t number)
{
    if (number <= UINT32_MAX)
        mw_add_uint(node, hf, digits, (uint32_t)number);
}

static void add_listing(const struct mw_node *node, mw_slice text, int hf_number, int hf_octets)
{
    struct pop3_listing listing;

    pop3_parse_listing(node->bytes, text, &listing);
    if (!listing.valid)
        return;
    add_number(node, hf_number, listing.number_text, listing.number);
    mw_add_uint64(node, hf_octets, listing.octets_text, listing.octets);
}

static void add_unique_id(const struct mw_node *node, mw_slice text)
{
    struct pop3_unique_id row;

    pop3_parse_unique_id(node->bytes, text, &row);
    if (row.number == 0)
        return;
    add_number(node, hf_pop_uidl_number, row.number_text, row.number);
    if (row.id.len)
        mw_add_slice(node, hf_pop_uidl_id, row.id);
}

static void add_capability(const struct mw_node *node, mw_slice text)
{
    mw_slice rest = text;
    mw_slice word = mw_next_word(node->bytes, &rest);
    mw_bytes keyword = mw_sub(node->bytes, word);
    const struct pop3_name_row *row = pop3_capability_find(keyword);

    if (word.len == 0)
        return;
    proto_item *item = mw_add_slice(node, hf_pop_capability, text);
    struct mw_node below = mw_node_below(node, item, ett_pop_capability);
    if (row)
        mw_explain(item, row->text, row->rfc);
    mw_add_string(&below, hf_pop_capability_keyword, word, mw_upper(node->pinfo, keyword));
}

/* ---- the first line ---- */

static proto_item *add_indicator(const struct mw_node *node, const struct pop3_status_line *line)
{
    uint32_t octets = line->status == POP3_OK ? 3 : line->status == POP3_ERR ? 4 : 1;
    mw_slice text = line->text;

    proto_item *item = mw_add_slice(node, hf_pop_response_indicator, mw_slice_of(line->line.offset, octets));
    while (text.len && mw_is(node->bytes.data[text.offset], MW_BLANK))
        text = mw_slice_skip(text, 1);
    if (text.len)
        mw_add_slice(node, hf_pop_response_description, text);
    return item;
}

static void explain_status(const struct mw_node *node, proto_item *line, proto_item *indicator,
                           const struct pop3_reply *reply)
{
    if (!mw_explains(line))
        return;
    struct pop3_name_row meaning =
        pop3_status_meaning(reply->to ? reply->to->row : NULL, reply->greeting, reply->status);
    mw_explain_line(line, node->bytes.len, indicator, meaning.text, meaning.rfc);
}

static void add_code(const struct mw_node *node, const struct pop3_status_line *line)
{
    mw_bytes code = mw_sub(node->bytes, line->code);
    const struct pop3_name_row *row = pop3_code_find(code);

    if (code.len == 0)
        return;
    proto_item *item = mw_add_string(node, hf_pop_response_code, line->code, mw_upper(node->pinfo, code));
    if (row)
        mw_explain(item, row->text, row->rfc);
}

/* A slice of text, which is a slice of node. */
static void add_part(const struct mw_node *node, int hf, mw_slice text, mw_slice part)
{
    if (part.len)
        mw_add_slice(node, hf, mw_slice_of(text.offset + part.offset, part.len));
}

static void add_greeting(const struct mw_node *node, proto_item *item, mw_slice text)
{
    mw_bytes octets = mw_sub(node->bytes, text);
    struct mw_banner banner;
    mw_slice timestamp;
    bool valid;

    if (text.len)
        mw_add_slice(node, hf_pop_banner, text);
    mw_parse_pop_banner(octets, &banner);
    add_part(node, hf_pop_server_software, text, banner.software);
    add_part(node, hf_pop_server_version, text, banner.version);
    if (mw_find_apop_timestamp(octets, &timestamp, &valid))
        add_part(node, hf_pop_apop_timestamp, text, timestamp);
    if (banner.version.len)
        mw_add_issue(node, item, MW_ISSUE_POP_VERSION_DISCLOSED);
}

/* The reply to a command that has its answer in the first line. */
static void add_answer(const struct mw_node *node, const struct pop3_exchange *to, mw_slice text)
{
    switch (to->row && to->content == POP3_NO_CONTENT ? to->row->verb : POP3_UNKNOWN) {
    case POP3_STAT:
        add_listing(node, text, hf_pop_stat_messages, hf_pop_stat_octets);
        break;
    case POP3_LIST:
        add_listing(node, text, hf_pop_scan_number, hf_pop_scan_octets);
        break;
    case POP3_UIDL:
        add_unique_id(node, text);
        break;
    default:
        break;
    }
}

static void add_auth_result(const struct mw_node *node, const struct pop3_reply *reply)
{
    const struct pop3_exchange *to = reply->to;
    const struct pop3_verb_row *row = to->row;
    bool sasl = row == &pop3_auth_response_row || (row && row->verb == POP3_AUTH && to->content == POP3_NO_CONTENT);
    bool login = sasl || (row && (row->verb == POP3_PASS || row->verb == POP3_APOP));

    if (reply->status == POP3_CONTINUE || !login)
        return;
    mw_add_derived_string(node, hf_pop_auth_result,
                          reply->status == POP3_OK ? "success"
                          : to->cancels            ? "cancelled"
                                                   : "failure",
                          "By the reply", sasl ? "RFC 5034 4" : "RFC 1939 7");
}

/* A size is announced, but is no number. */
static bool size_is_no_number(const struct pop3_reply *reply, mw_bytes text)
{
    bool message = reply->to && reply->to->record && reply->status == POP3_OK;
    return message && !reply->sized && mw_find_nocase(text, 0, "octets") < text.len;
}

void dissect_pop3_reply_line(const struct mw_view *view, const struct pop3_element *element)
{
    struct mw_node whole = mw_element_node(view, &element->base);
    const struct pop3_reply *reply = element->reply;
    struct pop3_status_line line;

    pop3_parse_status_line(whole.bytes, &line);
    const char *text = mw_text(view->pinfo, mw_sub(whole.bytes, line.line));
    proto_item *item = add_pop3_line(&whole, hf_pop_response, mw_slice_of(0, element->base.len), text);
    struct mw_node node = mw_node_below(&whole, item, ett_pop_response);
    explain_status(&node, item, add_indicator(&node, &line), reply);
    add_code(&node, &line);
    if (reply->greeting && reply->status == POP3_OK)
        add_greeting(&node, item, line.text);
    if (reply->to && reply->status == POP3_OK)
        add_answer(&node, reply->to, line.text);
    if (pop3_extra_of(element)->sasl)
        add_pop3_sasl(&node, element, line.text, false);
    if (reply->to)
        add_auth_result(&node, reply);
    if (size_is_no_number(reply, mw_sub(whole.bytes, line.text)))
        mw_add_issue(&node, item, MW_ISSUE_POP_TOT_LEN_INVALID);
    mw_add_issues(&node, item, pop3_extra_of(element)->issues);
    if (element->ends)
        add_pop3_response_to(&node, reply);
}

/* ---- further lines ---- */

static void add_content(const struct mw_node *node, const struct pop3_reply *reply, mw_slice text)
{
    switch (reply->content) {
    case POP3_SCAN_LISTING:
        add_listing(node, text, hf_pop_scan_number, hf_pop_scan_octets);
        break;
    case POP3_UNIQUE_IDS:
        add_unique_id(node, text);
        break;
    case POP3_CAPABILITIES:
        add_capability(node, text);
        break;
    default:
        break;
    }
}

void dissect_pop3_row(const struct mw_view *view, const struct pop3_element *element)
{
    struct mw_node line = mw_element_node(view, &element->base);
    struct mw_line parts;
    struct pop3_row row;

    pop3_parse_row(line.bytes, &row);
    mw_parse_line(line.bytes, &parts);
    const char *text = mw_text(view->pinfo, mw_sub(line.bytes, parts.text)); /* with its dots */
    proto_item *item = add_pop3_data(&line, false, mw_slice_of(0, element->base.len), text);
    struct mw_node node = mw_node_below(&line, item, ett_pop_row);
    if (element->kind == POP3_ROW)
        add_content(&node, element->reply, row.text);
    else
        mw_explain_line(item, line.bytes.len, NULL, "The end of the reply", "RFC 1939 3");
    mw_add_issues(&node, item, pop3_extra_of(element)->issues);
    if (element->ends)
        add_pop3_response_to(&node, element->reply);
}

void pop3_register_reply(int proto)
{
    static int *trees[] = { &ett_pop_response, &ett_pop_row, &ett_pop_capability };
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
