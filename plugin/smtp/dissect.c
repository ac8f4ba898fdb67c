/* The SMTP dissector: finds the session, has the octets cut into elements, shows each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "smtp/dissect.h"

#include "mail/dissect.h"
#include "mail/follow.h"
#include "smtp/protocol.h"

static int hf_smtp_req = -1;
static int hf_smtp_rsp = -1;
static int hf_smtp_response_in = -1;
static int hf_smtp_response_to = -1;
static int hf_smtp_time = -1;

static hf_register_info fields[] = {
    MW_BOOL(hf_smtp_req, "smtp.req", "Request", NULL),
    MW_BOOL(hf_smtp_rsp, "smtp.rsp", "Response", NULL),
    MW_FRAME(hf_smtp_response_in, "smtp.response_in", "Response in", FT_FRAMENUM_RESPONSE,
             "Frame in which the reply ends"),
    MW_FRAME(hf_smtp_response_to, "smtp.response_to", "Response to", FT_FRAMENUM_REQUEST,
             "Frame in which the request ends"),
    MW_TIME(hf_smtp_time, "smtp.time", "Time", "From the last octet of the request to the first of the reply"),
};

/* Private LMTP in common use; RFC 2033 only forbids 25. */
#define LMTP_PORT 24
/* TLS from the first octet: RFC 8314 3.3 */
#define SUBMISSIONS_PORT 465

static int ett_smtp_text = -1;

static const struct mw_stream_ops smtp_ops = { smtp_session_next, smtp_session_gap, smtp_session_late,
                                               smtp_session_unseen, sizeof(struct smtp_element) };

static void *open_session(const struct mw_peers *peers)
{
    struct smtp_session *session = mw_new(struct smtp_session);
    smtp_session_init(session);
    session->lmtp = peers->server_port == LMTP_PORT;
    session->tls_port = peers->server_port == SUBMISSIONS_PORT;
    session->same_host = peers->same_host;
    session->server = peers->server;
    session->client_history = peers->client;
    return session;
}

static const struct smtp_element *element_of(const struct mw_element *element)
{
    return (const struct smtp_element *)element;
}

/* ---- columns ---- */

static const char *line_info(const struct mw_view *view, const struct smtp_element *element, bool continued)
{
    mw_bytes line = mw_element_bytes(view, &element->base);
    struct mw_line parts;
    mw_parse_line(line, &parts);
    if (element->from_client)
        return smtp_shown_line(view->pinfo, element, mw_sub(line, parts.text));
    mw_slice text = continued ? mw_slice_skip(parts.text, 4) : parts.text;
    return mw_text(view->pinfo, mw_sub(line, text));
}

static const char *element_info(const struct mw_view *view, const struct smtp_element *element, bool continued)
{
    switch (element->kind) {
    case SMTP_BODY:
        return wmem_strdup_printf(view->pinfo->pool, "DATA fragment, %u byte%s", element->base.len,
                                  element->base.len == 1 ? "" : "s");
    case SMTP_BLOB_OCTETS:
        return wmem_strdup_printf(view->pinfo->pool, "XEXCH50 data, %u byte%s", element->base.len,
                                  element->base.len == 1 ? "" : "s");
    case SMTP_GAP:
        return wmem_strdup_printf(view->pinfo->pool, "[%" PRIu64 " bytes missing]", smtp_extra_of(element)->missing);
    default:
        return line_info(view, element, continued);
    }
}

/* @param so_far  characters of the column so far */
static void show_info(const struct mw_view *view, const struct smtp_element *element, const struct smtp_element *before,
                      size_t *so_far)
{
    if (mw_info_is_full(view, *so_far) || element->kind == SMTP_TLS_OCTETS)
        return;
    bool continued = before && before->kind == SMTP_REPLY_LINE && before->reply == element->reply;
    mw_add_info(view, element->from_client ? "C: " : "S: ", element_info(view, element, continued),
                element->base.next != NULL, so_far);
}

/* ---- the tree ---- */

struct mw_node smtp_element_node(const struct mw_view *view, const struct smtp_element *element)
{
    return mw_element_node(view, &element->base);
}

static const struct mw_pairing_fields pairing = { &hf_smtp_response_in, &hf_smtp_response_to, &hf_smtp_time };

void add_smtp_response_in(const struct mw_node *node, proto_item *item, const struct smtp_exchange *exchange)
{
    if (!mw_add_response_in(node, &pairing, &exchange->pairing) && PINFO_FD_VISITED(node->pinfo) &&
        exchange->awaited_from_server && !exchange->unseen)
        mw_add_issue(node, item, MW_ISSUE_NO_REPLY);
}

/* A greeting's time: RFC 5321 4.5.3.2.1 counts from the handshake. */
void add_smtp_response_to(const struct mw_node *node, const struct smtp_reply *reply)
{
    const struct smtp_exchange *to = reply->to;
    if (to && to->pairing.request.frame)
        mw_add_response_to(node, &pairing, &to->pairing, &reply->first);
    else if (reply->greeting)
        mw_add_greeting_time(node, &pairing, &reply->first);
}

static void dissect_text(const struct mw_view *view, const struct smtp_element *element)
{
    struct mw_node node = smtp_element_node(view, element);
    const char *what = element->kind == SMTP_BLOB_OCTETS ? "XEXCH50 data" : "Unknown";
    struct mw_node below = mw_add_node(&node, ett_smtp_text, mw_slice_of(0, element->base.len), "%s: %s", what,
                                       element->kind == SMTP_BLOB_OCTETS ? "" : mw_text(view->pinfo, node.bytes));
    mw_add_issues(&below, proto_tree_get_parent(below.tree), smtp_extra_of(element)->issues);
}

static void dissect_element(const struct mw_view *view, const struct smtp_element *element, struct mw_node *reply)
{
    if (element->cut)
        proto_tree_add_subtree(view->tree, view->tvb, (int)element->base.offset, (int)element->base.len, ett_smtp_text,
                               NULL, "[The next line has no ending]");
    switch (element->kind) {
    case SMTP_COMMAND:
        dissect_smtp_command(view, element);
        break;
    case SMTP_AUTH_RESPONSE:
        dissect_smtp_auth_response(view, element);
        break;
    case SMTP_REPLY_LINE:
        dissect_smtp_reply_line(view, element, reply);
        break;
    case SMTP_TEXT:
    case SMTP_BLOB_OCTETS:
        dissect_text(view, element);
        break;
    case SMTP_GAP:
        mw_add_gap(view, &element->base, smtp_extra_of(element)->missing, MW_ISSUE_GAP);
        break;
    default:
        break;
    }
}

/* ---- the dissector ---- */

static void add_side(const struct mw_view *view, bool client)
{
    proto_item_set_hidden(
        proto_tree_add_boolean(view->tree, client ? hf_smtp_req : hf_smtp_rsp, view->tvb, 0, 0, true));
}

static bool has_command(const struct smtp_element *element)
{
    while (element && element->kind != SMTP_COMMAND)
        element = element_of(element->base.next);
    return element != NULL;
}

static void show_start(const struct mw_view *view, const struct mw_chunk *chunk, enum mw_side side)
{
    const struct smtp_element *first = element_of(chunk->first);
    bool client = first ? first->from_client : side == MW_CLIENT;

    if (first && first->lmtp)
        col_set_str(view->pinfo->cinfo, COL_PROTOCOL, "LMTP");
    if (!view->wanted || chunk->repeated)
        return;
    if (first && first->lmtp)
        proto_item_append_text(proto_tree_get_parent(view->tree), " (LMTP)");
    if (!client || !has_command(first)) /* each command has one of its own */
        add_side(view, client);
}

static void show_records(const struct smtp_session *session, const struct mw_view *view,
                         const struct smtp_element *element)
{
    for (const struct mail_transaction *t = smtp_extra_of(element)->record; t; t = t->next)
        dissect_mail_transaction(view, element->base.offset, t);
    const struct mail_transaction *open =
        PINFO_FD_VISITED(view->pinfo) ? smtp_session_left_open(session, element) : NULL;
    if (open)
        dissect_mail_transaction(view, element->base.offset, open);
}

static bool is_tls(const struct mw_element *first)
{
    return element_of(first)->kind == SMTP_TLS_OCTETS;
}

static bool is_plain(const struct mw_element *element)
{
    return element_of(element)->kind != SMTP_TLS_OCTETS;
}

static void show(struct mw_connection *c, struct mw_view *view, const struct mw_chunk *chunk, enum mw_side from)
{
    const struct smtp_element *before = NULL;
    struct mw_node reply = { 0 };
    size_t info = 0;

    if (!chunk->first || !is_tls(chunk->first))
        show_start(view, chunk, from);
    mail_follow(MAIL_TAP_SMTP, view, chunk->first, from, is_plain);
    for (const struct mw_element *e = chunk->first; e; e = e->next) {
        const struct smtp_element *element = element_of(e);
        show_info(view, element, before, &info);
        if (element->kind == SMTP_TLS_OCTETS) {
            mw_start_tls(c, view, e->offset);
            return;
        }
        tap_smtp_element(view, element);
        if (view->wanted && element->kind == SMTP_COMMAND)
            add_side(view, true);
        if (view->wanted)
            dissect_element(view, element, &reply);
        if (element->body)
            dissect_smtp_body(view, element);
        show_records(c->session, view, element);
        before = element;
    }
}

static struct mw_protocol protocol = {
    .name = "SMTP",
    .ops = &smtp_ops,
    .open = open_session,
    .from_server = smtp_is_reply,
    .secured = smtp_session_secured,
    .is_tls = is_tls,
    .show = show,
};

static int dissect_smtp_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return mw_connection_dissect(&protocol, mw_view_of(tvb, pinfo, tree), data, false);
}

static int dissect_smtp_tls(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    return mw_connection_dissect(&protocol, mw_view_of(tvb, pinfo, tree), NULL, true);
}

const struct mw_protocol *smtp_register(int proto, const bool *lines, const bool *data)
{
    static int *trees[] = { &protocol.ett, &ett_smtp_text };

    protocol.proto = proto;
    protocol.ett = -1;
    protocol.desegment = lines;
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
    smtp_register_command(proto);
    smtp_register_reply(proto);
    smtp_register_auth(proto);
    smtp_register_message(proto, data);
    mw_protocol_register(&protocol, dissect_smtp_tcp, dissect_smtp_tls);
    return &protocol;
}
