/* The POP3 dissector: finds the session, has the octets cut into elements, shows each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "pop3/dissect.h"

#include "mail/dissect.h"
#include "mail/follow.h"
#include "pop3/protocol.h"

static int hf_pop_request_data = -1;
static int hf_pop_response_data = -1;
static int hf_pop_response_in = -1;
static int hf_pop_response_to = -1;
static int hf_pop_time = -1;

static hf_register_info fields[] = {
    MW_STRING(hf_pop_request_data, "pop.request.data", "Data", NULL),
    MW_STRING(hf_pop_response_data, "pop.response.data", "Data", NULL),
    MW_FRAME(hf_pop_response_in, "pop.response_in", "Response in", FT_FRAMENUM_RESPONSE,
             "Frame in which the reply ends"),
    MW_FRAME(hf_pop_response_to, "pop.response_to", "Response to", FT_FRAMENUM_REQUEST,
             "Frame in which the request ends"),
    MW_TIME(hf_pop_time, "pop.time", "Time", "From the last octet of the request to the first of the reply"),
};

/* TLS from the first octet: RFC 8314 3.2 */
#define POP3S_PORT 995

static const struct mw_stream_ops pop3_ops = { pop3_session_next, pop3_session_gap, pop3_session_late,
                                               pop3_session_unseen, sizeof(struct pop3_element) };

static const struct pop3_element *element_of(const struct mw_element *element)
{
    return (const struct pop3_element *)element;
}

static void *open_session(const struct mw_peers *peers)
{
    struct pop3_session *session = mw_new(struct pop3_session);
    session->tls_port = peers->server_port == POP3S_PORT;
    session->server = peers->server;
    session->client = peers->client;
    return session;
}

/* ---- lines ---- */

static const char *ending_of(mw_bytes line)
{
    if (line.len == 0 || line.data[line.len - 1] != '\n')
        return "";
    return line.len > 1 && line.data[line.len - 2] == '\r' ? "\\r\\n" : "\\n";
}

proto_item *add_pop3_line(const struct mw_node *node, int hf, mw_slice line, const char *text)
{
    proto_item *item = mw_add_string(node, hf, line, text);
    if (item && PTREE_DATA(item)->visible)
        proto_item_set_text(item, "%s%s", format_text_string(node->pinfo->pool, (const void *)text),
                            ending_of(mw_sub(node->bytes, line)));
    return item;
}

proto_item *add_pop3_data(const struct mw_node *node, bool from_client, mw_slice line, const char *text)
{
    return add_pop3_line(node, from_client ? hf_pop_request_data : hf_pop_response_data, line, text);
}

/* ---- pairing ---- */

static const struct mw_pairing_fields pairing = { &hf_pop_response_in, &hf_pop_response_to, &hf_pop_time };

void add_pop3_response_in(const struct mw_node *node, proto_item *item, const struct pop3_exchange *exchange)
{
    if (!mw_add_response_in(node, &pairing, &exchange->pairing) && PINFO_FD_VISITED(node->pinfo) &&
        exchange->awaited_from_server && !exchange->unseen)
        mw_add_issue(node, item, MW_ISSUE_POP_NO_REPLY);
}

void add_pop3_response_to(const struct mw_node *node, const struct pop3_reply *reply)
{
    if (reply->to)
        mw_add_response_to(node, &pairing, &reply->to->pairing, &reply->first);
    else if (reply->greeting)
        mw_add_greeting_time(node, &pairing, &reply->first);
}

/* ---- columns ---- */

static const char *element_info(const struct mw_view *view, const struct pop3_element *element)
{
    struct mw_line parts;
    mw_bytes line;

    switch (element->kind) {
    case POP3_BODY:
        return wmem_strdup_printf(view->pinfo->pool, "DATA fragment, %u byte%s", element->base.len,
                                  element->base.len == 1 ? "" : "s");
    case POP3_GAP:
        return wmem_strdup_printf(view->pinfo->pool, "[%" PRIu64 " bytes missing]", pop3_extra_of(element)->missing);
    default:
        line = mw_element_bytes(view, &element->base);
        mw_parse_line(line, &parts);
        return pop3_shown(view->pinfo, element, line, parts.text);
    }
}

/* @param so_far  characters of the column so far */
static void show_info(const struct mw_view *view, const struct pop3_element *element, size_t *so_far)
{
    if (mw_info_is_full(view, *so_far) || element->kind == POP3_TLS_OCTETS)
        return;
    mw_add_info(view, element->from_client ? "C: " : "S: ", element_info(view, element), element->base.next != NULL,
                so_far);
}

/* ---- elements ---- */

/* What nobody understood, and lines of XTND XMIT, of which the last one is answered. */
static void dissect_text(const struct mw_view *view, const struct pop3_element *element)
{
    struct mw_node line = mw_element_node(view, &element->base);
    struct mw_line parts;

    mw_parse_line(line.bytes, &parts);
    const char *text = pop3_shown(view->pinfo, element, line.bytes, parts.text);
    proto_item *item = add_pop3_data(&line, element->from_client, mw_slice_of(0, element->base.len), text);
    mw_add_issues(&line, item, pop3_extra_of(element)->issues);
    if (element->exchange)
        add_pop3_response_in(&line, item, element->exchange);
}

static void dissect_element(const struct mw_view *view, const struct pop3_element *element)
{
    if (element->cut)
        mw_add_remark(view, &element->base, "[The next line has no ending]");
    switch (element->kind) {
    case POP3_COMMAND:
        dissect_pop3_command(view, element);
        break;
    case POP3_AUTH_RESPONSE:
        dissect_pop3_auth_response(view, element);
        break;
    case POP3_REPLY_LINE:
        dissect_pop3_reply_line(view, element);
        break;
    case POP3_ROW:
    case POP3_DOT:
        dissect_pop3_row(view, element);
        break;
    case POP3_TEXT:
        dissect_text(view, element);
        break;
    case POP3_GAP:
        mw_add_gap(view, &element->base, pop3_extra_of(element)->missing, MW_ISSUE_POP_GAP);
        break;
    default:
        break;
    }
}

/* What only the end of the capture tells. */
static void add_loose_ends(const struct pop3_session *session, const struct mw_view *view,
                           const struct pop3_element *element)
{
    struct mw_node node = mw_element_node(view, &element->base);
    mw_issues issues = { 0 };
    mw_slice whole = mw_slice_of(0, element->base.len);

    if (session->uncertain)
        return;
    if (element->kind == POP3_REPLY_LINE && element->reply == session->reply && !element->reply->broken)
        mw_issue_add(&issues, MW_ISSUE_POP_UNTERMINATED, whole);
    if (element->kind == POP3_COMMAND && element->exchange == session->marked && !session->quit &&
        mw_connection_is_closed(view->pinfo))
        mw_issue_add(&issues, MW_ISSUE_POP_NO_QUIT, whole);
    mw_add_issues(&node, NULL, &issues);
}

static void show_records(const struct pop3_session *session, const struct mw_view *view,
                         const struct pop3_element *element)
{
    for (const struct mail_transaction *t = pop3_extra_of(element)->record; t; t = t->next)
        dissect_mail_transaction(view, element->base.offset, t);
    const struct mail_transaction *open =
        PINFO_FD_VISITED(view->pinfo) ? pop3_session_left_open(session, element) : NULL;
    if (open)
        dissect_mail_transaction(view, element->base.offset, open);
}

/* ---- the protocol ---- */

static bool is_tls(const struct mw_element *first)
{
    return element_of(first)->kind == POP3_TLS_OCTETS;
}

static bool is_plain(const struct mw_element *element)
{
    return element_of(element)->kind != POP3_TLS_OCTETS;
}

static void show(struct mw_connection *c, struct mw_view *view, const struct mw_chunk *chunk, enum mw_side from)
{
    size_t info = 0;
    mail_follow(MAIL_TAP_POP, view, chunk->first, from, is_plain);
    for (const struct mw_element *e = chunk->first; e; e = e->next) {
        const struct pop3_element *element = element_of(e);
        show_info(view, element, &info);
        if (element->kind == POP3_TLS_OCTETS) {
            mw_start_tls(c, view, e->offset);
            return;
        }
        tap_pop3_element(view, element);
        if (view->wanted)
            dissect_element(view, element);
        if (view->wanted && PINFO_FD_VISITED(view->pinfo))
            add_loose_ends(c->session, view, element);
        if (element->kind == POP3_BODY)
            dissect_pop3_body(view, element);
        show_records(c->session, view, element);
    }
}

static struct mw_protocol protocol = {
    .name = "POP",
    .ops = &pop3_ops,
    .open = open_session,
    .from_server = pop3_is_reply,
    .secured = pop3_session_secured,
    .is_tls = is_tls,
    .show = show,
};

static int dissect_pop3_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return mw_connection_dissect(&protocol, mw_view_of(tvb, pinfo, tree), data, false);
}

static int dissect_pop3_tls(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    return mw_connection_dissect(&protocol, mw_view_of(tvb, pinfo, tree), NULL, true);
}

const struct mw_protocol *pop3_register(int proto, const bool *desegment_data)
{
    static int *trees[] = { &protocol.ett };

    protocol.proto = proto;
    protocol.ett = -1;
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
    pop3_register_command(proto);
    pop3_register_reply(proto);
    pop3_register_auth(proto);
    pop3_register_message(proto, desegment_data);
    mw_protocol_register(&protocol, dissect_pop3_tcp, dissect_pop3_tls);
    return &protocol;
}
