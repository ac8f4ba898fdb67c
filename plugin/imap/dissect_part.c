/* Shows the lines of commands and responses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "banner.h"
#include "explain.h"
#include "imap/dissect.h"
#include "imap/meaning.h"

static int hf_imap_line = -1;
static int hf_imap_request = -1;
static int hf_imap_request_tag = -1;
static int hf_imap_request_command = -1;
static int hf_imap_request_command_uid = -1;
static int hf_imap_request_verb = -1;
static int hf_imap_response = -1;
static int hf_imap_response_tag = -1;
static int hf_imap_response_status = -1;
static int hf_imap_response_command = -1;
static int hf_imap_tag = -1;
static int hf_imap_command = -1;
static int hf_imap_untagged = -1;
static int hf_imap_banner = -1;
static int hf_imap_server_domain = -1;
static int hf_imap_server_software = -1;
static int hf_imap_server_version = -1;
static int hf_imap_continuation_of = -1;
static int hf_imap_auth_result = -1;

static hf_register_info fields[] = {
    MW_STRING(hf_imap_line, "imap.line", "Line", NULL),
    MW_STRING(hf_imap_request, "imap.request", "Request", NULL),
    MW_STRING(hf_imap_request_tag, "imap.request_tag", "Request Tag", NULL),
    MW_STRING(hf_imap_request_command, "imap.request.command", "Request Command", NULL),
    MW_BOOL(hf_imap_request_command_uid, "imap.request.command.uid", "Request isUID", NULL),
    MW_STRING(hf_imap_request_verb, "imap.request.verb", "Verb", "Upper-case command, without the UID prefix"),
    MW_STRING(hf_imap_response, "imap.response", "Response", NULL),
    MW_STRING(hf_imap_response_tag, "imap.response_tag", "Response Tag", NULL),
    MW_STRING(hf_imap_response_status, "imap.response.status", "Response Status", NULL),
    MW_STRING(hf_imap_response_command, "imap.response.command", "Response Command", NULL),
    MW_STRING(hf_imap_tag, "imap.tag", "Tag", NULL),
    MW_STRING(hf_imap_command, "imap.command", "Command", NULL),
    MW_STRING(hf_imap_untagged, "imap.untagged", "Untagged response", "Kind of an untagged response, upper case"),
    MW_STRING(hf_imap_banner, "imap.banner", "Banner", "Text of the greeting, without status and response code"),
    MW_STRING(hf_imap_server_domain, "imap.server.domain", "Server domain", "Host that the greeting names"),
    MW_STRING(hf_imap_server_software, "imap.server.software", "Server software",
              "Software that the greeting or ID names"),
    MW_STRING(hf_imap_server_version, "imap.server.version", "Server version", "Version that the greeting or ID names"),
    MW_FRAME(hf_imap_continuation_of, "imap.continuation_of", "Continuation of", FT_FRAMENUM_REQUEST,
             "Frame of the command that this continuation request is for"),
    MW_STRING(hf_imap_auth_result, "imap.auth.result", "Authentication result", "Fate of LOGIN or AUTHENTICATE"),
};

static int ett_imap_part = -1;

/* ---- both ---- */

static mw_bytes without_ending(mw_bytes octets)
{
    struct mw_line parts;
    mw_parse_line(octets, &parts);
    return mw_sub(octets, parts.text);
}

/* The parser as it stood before the part, which knows the line's words after the first pass over its tokens. */
static void start_parser(struct imap_parser *parser, const struct imap_element *element)
{
    if (imap_extra_of(element)->parser)
        imap_parser_restore(parser, imap_extra_of(element)->parser);
    else
        imap_parser_start(parser, element->from_client);
}

static void start_shown(struct imap_shown *shown, const struct mw_view *view, const struct imap_element *element,
                        struct imap_parser *parser)
{
    shown->view = view;
    shown->element = element;
    shown->parser = parser;
    shown->depth = 0;
}

/* The line as the built-in dissector shows it, and the node below it. */
static struct mw_node add_line(const struct mw_view *view, const struct imap_element *element)
{
    struct mw_node node = mw_element_node(view, &element->base);
    mw_slice all = mw_slice_of(0, element->base.len);
    proto_item *item = element->from_client
                           ? mw_add_string(&node, hf_imap_line, all, imap_shown_line(view, element, node.bytes))
                           : mw_add_slice(&node, hf_imap_line, all);
    return mw_node_below(&node, item, ett_imap_part);
}

/* RFC 9051 4.3.1: only UTF-8, and only once it was enabled. */
static void check_8bit(const struct mw_node *node, mw_bytes line, const struct imap_element *element)
{
    uint8_t all = 0;
    for (uint32_t i = 0; i < line.len; i++)
        all |= line.data[i];
    if ((all & 0x80) && !element->utf8)
        mw_add_issue(node, proto_tree_get_parent(node->tree), MW_ISSUE_IMAP_8BIT);
}

static void add_tokens(struct imap_shown *shown, const struct mw_node *node, const struct imap_element *element)
{
    check_8bit(node, shown->line, element);
    dissect_imap_tokens(shown, node);
    mw_add_issues(node, proto_tree_get_parent(node->tree), imap_extra_of(element)->issues);
}

static void add_hidden(const struct mw_node *node, int hf, mw_slice where)
{
    proto_item_set_hidden(mw_add_slice(node, hf, where));
}

/* ---- commands ---- */

static void add_verb(const struct mw_node *node, mw_slice where, const struct imap_command_row *row)
{
    mw_add_slice(node, hf_imap_request_command, where);
    add_hidden(node, hf_imap_command, where);
    proto_item *item =
        mw_add_string(node, hf_imap_request_verb, where, mw_upper(node->pinfo, mw_sub(node->bytes, where)));
    if (row)
        mw_explain_line(proto_tree_get_parent(node->tree), node->bytes.len, item, row->text, row->rfc);
}

/* Tag, UID and verb: the fields that the built-in dissector has, and ours. */
static void add_beginning(const struct mw_node *node, mw_bytes line)
{
    struct imap_parser parser;
    struct imap_token token;
    uint32_t at = 0;

    imap_parser_start(&parser, true);
    while (imap_parser_next(&parser, line, &at, &token, NULL)) {
        if (token.role == IMAP_ROLE_TAG) {
            mw_add_slice(node, hf_imap_request_tag, token.where);
            add_hidden(node, hf_imap_tag, token.where);
        } else if (token.role == IMAP_ROLE_UID_PREFIX) {
            proto_tree_add_boolean(node->tree, hf_imap_request_command_uid, node->tvb,
                                   (int)(node->offset + token.where.offset), (int)token.where.len, true);
            add_hidden(node, hf_imap_command, token.where);
        } else {
            if (token.role == IMAP_ROLE_VERB)
                add_verb(node, token.where, parser.command);
            return;
        }
    }
}

void dissect_imap_command_part(const struct mw_view *view, const struct imap_element *element)
{
    struct mw_node node = add_line(view, element);
    struct imap_parser parser;
    struct imap_shown shown; /* large: its lists are filled as they open */

    start_shown(&shown, view, element, &parser);
    shown.line = without_ending(node.bytes);
    if (element->first) {
        mw_add_string(&node, hf_imap_request, mw_slice_of(0, shown.line.len),
                      imap_shown_line(view, element, shown.line));
        add_beginning(&node, shown.line);
    }
    start_parser(&parser, element);
    add_tokens(&shown, &node, element);
    if (element->first && element->exchange)
        add_imap_response_in(&node, proto_tree_get_parent(node.tree), element->exchange);
}

void dissect_imap_done(const struct mw_view *view, const struct imap_element *element)
{
    struct mw_node node = add_line(view, element);
    mw_explain_line(proto_tree_get_parent(node.tree), node.bytes.len, NULL, "Ends IDLE", "RFC 9051 6.3.13");
    mw_add_slice(&node, hf_imap_request, mw_slice_of(0, without_ending(node.bytes).len));
}

/* ---- responses ---- */

static void explain_meaning(const struct mw_node *node, proto_item *part, struct imap_meaning meaning)
{
    mw_explain_line(proto_tree_get_parent(node->tree), node->bytes.len, part, meaning.text, meaning.rfc);
}

/* OK, NO and the like; IMAP_OTHER_KIND for all else. */
static enum imap_kind status_of(mw_bytes word)
{
    const struct imap_response_row *row = imap_response_find(word);
    return row ? row->kind : IMAP_OTHER_KIND;
}

/* Tag, status and the word behind it, as the built-in dissector has them. */
static void add_tagged(const struct mw_node *node, mw_bytes line, const struct imap_exchange *exchange)
{
    mw_slice rest = mw_slice_of(0, line.len);
    mw_slice tag = mw_next_word(line, &rest), status = mw_next_word(line, &rest), word = mw_next_word(line, &rest);

    mw_add_slice(node, hf_imap_response, mw_slice_of(0, line.len));
    mw_add_slice(node, hf_imap_response_tag, tag);
    add_hidden(node, hf_imap_tag, tag);
    proto_item *item = mw_add_slice(node, hf_imap_response_status, status);
    if (mw_explains(item))
        explain_meaning(node, item,
                        imap_result_meaning(exchange ? exchange->row : NULL, status_of(mw_sub(line, status))));
    if (word.len) {
        mw_add_slice(node, hf_imap_response_command, word);
        add_hidden(node, hf_imap_command, word);
    }
}

static void add_untagged(const struct mw_node *node, mw_bytes line, const struct imap_token *kind, bool greeting)
{
    mw_bytes word = mw_sub(line, kind->where);
    proto_item *item = mw_add_string(node, hf_imap_untagged, kind->where, mw_upper(node->pinfo, word));
    if (!mw_explains(item))
        return;
    const struct imap_response_row *row = imap_response_find(word);
    struct imap_meaning meaning = { row ? row->text : NULL, row ? row->rfc : NULL };
    explain_meaning(node, item, row && greeting ? imap_greeting_meaning(row->kind) : meaning);
}

void add_imap_server(const struct mw_node *node, const char *name, mw_slice where, mw_bytes value)
{
    bool version = g_ascii_strcasecmp(name, "version") == 0;
    if (!version && g_ascii_strcasecmp(name, "name") != 0)
        return;
    mw_add_string(node, version ? hf_imap_server_version : hf_imap_server_software, where, mw_text(node->pinfo, value));
    if (version)
        mw_add_issue(node, proto_tree_get_parent(node->tree), MW_ISSUE_IMAP_VERSION_DISCLOSED);
}

static void add_banner_part(const struct mw_node *node, int hf, mw_slice text, mw_slice part)
{
    if (part.len)
        mw_add_slice(node, hf, mw_slice_of(text.offset + part.offset, part.len));
}

static void add_greeting(const struct mw_node *node, mw_bytes line, mw_slice text)
{
    struct mw_banner banner;
    mw_parse_imap_banner(mw_sub(line, text), &banner);
    mw_add_slice(node, hf_imap_banner, text);
    add_banner_part(node, hf_imap_server_domain, text, banner.domain);
    add_banner_part(node, hf_imap_server_software, text, banner.software);
    add_banner_part(node, hf_imap_server_version, text, banner.version);
    if (banner.version.len)
        mw_add_issue(node, proto_tree_get_parent(node->tree), MW_ISSUE_IMAP_VERSION_DISCLOSED);
}

/* What the first words of a response are. */
struct beginning {
    bool tagged, continues;
    struct imap_token kind; /* status or kind of an untagged response; len 0 without */
    struct imap_token text; /* resp-text */
};

static struct beginning read_beginning(mw_bytes line, bool with_text)
{
    struct beginning b = { 0 };
    struct imap_parser parser;
    struct imap_token token;
    uint32_t at = 0;

    imap_parser_start(&parser, false);
    while (imap_parser_next(&parser, line, &at, &token, NULL)) {
        b.tagged |= token.role == IMAP_ROLE_TAG;
        b.continues |= token.role == IMAP_ROLE_CONTINUATION_MARK;
        if (token.role == IMAP_ROLE_KIND || token.role == IMAP_ROLE_STATUS)
            b.kind = token;
        if (token.role == IMAP_ROLE_TEXT)
            b.text = token;
        if (b.kind.where.len && !with_text)
            break;
    }
    return b;
}

static void add_result(const struct mw_node *node, const struct imap_element *element)
{
    const struct imap_exchange *exchange = element->exchange;
    enum imap_verb verb = exchange && exchange->row ? exchange->row->verb : IMAP_OTHER_VERB;
    if (verb != IMAP_VERB_LOGIN && verb != IMAP_VERB_AUTHENTICATE)
        return;
    mw_add_derived_string(node, hf_imap_auth_result,
                          exchange->status == IMAP_KIND_OK    ? "success"
                          : exchange->status == IMAP_KIND_BAD ? "cancelled"
                                                              : "failure",
                          "By the status of the response", "RFC 9051 6.2");
}

static void add_continuation(const struct mw_node *node, const struct imap_element *element, const struct beginning *b)
{
    proto_item *item = mw_add_slice(node, hf_imap_response, mw_slice_of(0, without_ending(node->bytes).len));
    if (element->exchange) {
        item = mw_add_uint(node, hf_imap_continuation_of, mw_slice_of(0, 0), element->exchange->command_frame);
        proto_item_set_generated(item);
        proto_item_append_text(item, " (%s %s)", mw_kept_text(node->pinfo, element->exchange->tag),
                               element->exchange->verb ? mw_kept_text(node->pinfo, element->exchange->verb) : "");
    }
    explain_meaning(node, item, imap_continuation_meaning(element->exchange ? element->exchange->row : NULL));
    add_imap_sasl(node, element, b->text.where, false);
}

static void add_response_beginning(const struct mw_node *node, const struct imap_shown *shown)
{
    const struct imap_element *element = shown->element;
    struct mw_moment now = { shown->view->pinfo->num,
                             (int64_t)shown->view->pinfo->abs_ts.secs * 1000000000 + shown->view->pinfo->abs_ts.nsecs };
    struct beginning b = read_beginning(shown->line, element->greeting || imap_extra_of(element)->sasl);

    if (b.tagged)
        add_tagged(node, shown->line, element->exchange);
    else if (b.continues)
        add_continuation(node, element, &b);
    else if (b.kind.where.len)
        add_untagged(node, shown->line, &b.kind, element->greeting);
    if (element->greeting && b.text.where.len)
        add_greeting(node, shown->line, b.text.where);
    if (b.tagged)
        add_result(node, element);
    if (b.tagged || element->greeting)
        add_imap_response_to(node, element, &now);
}

void dissect_imap_response_part(const struct mw_view *view, const struct imap_element *element)
{
    struct mw_node node = add_line(view, element);
    struct imap_parser parser;
    struct imap_shown shown; /* large: its lists are filled as they open */

    if (!view->details)
        return;
    start_shown(&shown, view, element, &parser);
    shown.line = without_ending(node.bytes);
    if (element->first)
        add_response_beginning(&node, &shown);
    start_parser(&parser, element);
    add_tokens(&shown, &node, element);
}

bool imap_part_is_wanted(proto_tree *tree)
{
    for (unsigned i = 0; i < array_length(fields); i++)
        if (*fields[i].p_id != hf_imap_line && proto_field_is_referenced(tree, *fields[i].p_id))
            return true;
    return false;
}

void imap_register_part(int proto)
{
    static int *trees[] = { &ett_imap_part };
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
