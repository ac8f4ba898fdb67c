/* The SMTP dissector: finds the session, has the octets cut into elements, shows each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "smtp/dissect.h"

#include "mail/dissect.h"
#include "smtp/protocol.h"
#include "stream.h"

int proto_smtp = -1;

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

static int ett_smtp = -1;
static int ett_smtp_text = -1;

static dissector_handle_t smtp_tcp_handle, smtp_tls_handle, tls_handle;
static const bool *desegment_lines;
static int expert_tap;

/* What a TCP connection holds for us. */
struct smtp_connection {
    struct mw_stream stream;
    struct smtp_session session;
    address server;
    uint32_t server_port;
    bool tls_started;
};

static const struct mw_stream_ops smtp_ops = { smtp_session_next, smtp_session_gap, smtp_session_unseen,
                                               sizeof(struct smtp_element) };

/* ---- the connection ---- */

/* Whether the sender of this frame is the server: the side of the port that was claimed, else what the octets say. */
static bool sent_by_server(tvbuff_t *tvb, const packet_info *pinfo)
{
    bool to_port = pinfo->match_uint == pinfo->destport, from_port = pinfo->match_uint == pinfo->srcport;
    if (to_port != from_port)
        return from_port;
    int len = (int)tvb_captured_length(tvb);
    return smtp_is_reply(mw_bytes_of(tvb_get_ptr(tvb, 0, len), (uint32_t)len));
}

static struct smtp_connection *get_connection(tvbuff_t *tvb, packet_info *pinfo)
{
    conversation_t *conversation = find_or_create_conversation(pinfo);
    struct smtp_connection *c = conversation_get_proto_data(conversation, proto_mail);
    if (c)
        return c;
    bool server = sent_by_server(tvb, pinfo);
    c = wmem_new0(wmem_file_scope(), struct smtp_connection);
    copy_address_wmem(wmem_file_scope(), &c->server, server ? &pinfo->src : &pinfo->dst);
    c->server_port = server ? pinfo->srcport : pinfo->destport;
    c->stream.ops = &smtp_ops;
    c->stream.session = &c->session;
    smtp_session_init(&c->session);
    c->session.lmtp = c->server_port == LMTP_PORT;
    c->session.tls_port = c->server_port == SUBMISSIONS_PORT;
    c->session.same_host = addresses_equal(&pinfo->src, &pinfo->dst);
    conversation_add_proto_data(conversation, proto_mail, c);
    return c;
}

static enum mw_side side_of(const struct smtp_connection *c, const packet_info *pinfo)
{
    if (pinfo->srcport != pinfo->destport)
        return pinfo->srcport == c->server_port ? MW_SERVER : MW_CLIENT;
    return addresses_equal(&pinfo->src, &c->server) ? MW_SERVER : MW_CLIENT;
}

/* ---- columns ---- */

static mw_bytes element_bytes(const struct smtp_view *view, const struct smtp_element *element)
{
    if (element->base.len == 0)
        return (mw_bytes){ 0 };
    return mw_bytes_of(tvb_get_ptr(view->tvb, (int)element->base.offset, (int)element->base.len), element->base.len);
}

static const char *line_info(const struct smtp_view *view, const struct smtp_element *element, bool continued)
{
    mw_bytes line = element_bytes(view, element);
    struct mw_line parts;
    mw_parse_line(line, &parts);
    if (element->from_client)
        return smtp_shown_line(view->pinfo, element, mw_sub(line, parts.text));
    mw_slice text = continued ? mw_slice_skip(parts.text, 4) : parts.text;
    return mw_text(view->pinfo, mw_sub(line, text));
}

static const char *element_info(const struct smtp_view *view, const struct smtp_element *element, bool continued)
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

static void show_info(const struct smtp_view *view, const struct smtp_element *element,
                      const struct smtp_element *before)
{
    if (!view->pinfo->cinfo || element->kind == SMTP_TLS_OCTETS)
        return;
    bool continued = before && before->reply && before->reply == element->reply;
    col_append_str(view->pinfo->cinfo, COL_INFO, before ? " | " : element->from_client ? "C: " : "S: ");
    col_append_str(view->pinfo->cinfo, COL_INFO, element_info(view, element, continued));
}

/* ---- the tree ---- */

struct mw_node smtp_element_node(const struct smtp_view *view, const struct smtp_element *element)
{
    return (struct mw_node){ view->tree, view->tvb, view->pinfo, element_bytes(view, element), element->base.offset };
}

void add_smtp_response_in(const struct mw_node *node, proto_item *item, const struct smtp_exchange *exchange)
{
    if (exchange->pairing.reply_frame) {
        proto_item *in = mw_add_uint(node, hf_smtp_response_in, mw_slice_of(0, 0), exchange->pairing.reply_frame);
        proto_item_set_generated(in);
    } else if (PINFO_FD_VISITED(node->pinfo) && exchange->awaited_from_server && !exchange->unseen) {
        mw_add_issue(node, item, MW_ISSUE_NO_REPLY);
    }
}

/* The greeting has no request but the handshake: RFC 5321 4.5.3.2.1 counts from there. */
static void add_greeting_time(const struct mw_node *node, const struct smtp_reply *reply)
{
    struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, node->pinfo);
    if (!tcp)
        return;
    int64_t first = (int64_t)tcp->ts_first.secs * 1000000000 + tcp->ts_first.nsecs;
    if (first && first < reply->first.time)
        mw_add_generated_time(node, hf_smtp_time, reply->first.time - first);
}

void add_smtp_response_to(const struct mw_node *node, const struct smtp_reply *reply)
{
    const struct smtp_exchange *to = reply->to;
    if (!to || !to->pairing.request.frame) {
        if (reply->greeting)
            add_greeting_time(node, reply);
        return;
    }
    mw_depends_on(node->pinfo, to->pairing.request.frame);
    proto_item_set_generated(mw_add_uint(node, hf_smtp_response_to, mw_slice_of(0, 0), to->pairing.request.frame));
    mw_add_generated_time(node, hf_smtp_time, reply->first.time - to->pairing.request.time);
}

static void dissect_text(const struct smtp_view *view, const struct smtp_element *element)
{
    struct mw_node node = smtp_element_node(view, element);
    const char *what = element->kind == SMTP_BLOB_OCTETS ? "XEXCH50 data" : "Unknown";
    struct mw_node below = mw_add_node(&node, ett_smtp_text, mw_slice_of(0, element->base.len), "%s: %s", what,
                                       element->kind == SMTP_BLOB_OCTETS ? "" : mw_text(view->pinfo, node.bytes));
    mw_add_issues(&below, proto_tree_get_parent(below.tree), &smtp_extra_of(element)->issues);
}

static void dissect_gap(const struct smtp_view *view, const struct smtp_element *element)
{
    struct mw_node node = smtp_element_node(view, element);
    node.bytes.len = 0;
    struct mw_node gap = mw_add_node(&node, ett_smtp_text, mw_slice_of(0, 0), "[%" PRIu64 " octets are missing]",
                                     smtp_extra_of(element)->missing);
    mw_add_issue(&gap, proto_tree_get_parent(gap.tree), MW_ISSUE_GAP);
}

static void dissect_element(const struct smtp_view *view, const struct smtp_element *element, struct mw_node *reply)
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
        dissect_gap(view, element);
        break;
    default:
        break;
    }
}

/* ---- TLS ---- */

/* The first octets of TLS: hands them to TLS, which will be asked for all later frames. RFC 3207 4 */
static void start_tls(struct smtp_connection *c, const struct smtp_view *view, const struct smtp_element *element)
{
    packet_info *pinfo = view->pinfo;
    if (!c->tls_started) {
        c->tls_started = true;
        ssl_starttls_post_ack(tls_handle, pinfo, smtp_tls_handle);
    }
    tvbuff_t *rest = tvb_new_subset_remaining(view->tvb, (int)element->base.offset);
    uint16_t can_desegment = pinfo->can_desegment;
    pinfo->can_desegment = pinfo->saved_can_desegment;
    call_dissector(tls_handle, rest, pinfo, view->top);
    pinfo->can_desegment = can_desegment;
    if (pinfo->desegment_len)
        pinfo->desegment_offset += (int)element->base.offset;
}

/* ---- the dissector ---- */

/* Whether anybody looks at what the tree would show; expert infos are counted without a tree, too. */
static bool is_wanted(proto_tree *tree)
{
    return proto_field_is_referenced(tree, proto_smtp) || proto_field_is_referenced(tree, proto_expert) ||
           have_tap_listener(expert_tap);
}

static const struct smtp_element *element_of(const struct mw_element *element)
{
    return (const struct smtp_element *)element;
}

static void add_side(const struct smtp_view *view, bool client)
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

static void show_protocol(struct smtp_view *view, const struct mw_chunk *chunk, enum mw_side side)
{
    const struct smtp_element *first = element_of(chunk->first);
    proto_item *item = proto_tree_add_item(view->top, proto_smtp, view->tvb, 0, -1, ENC_NA);
    view->tree = proto_item_add_subtree(item, ett_smtp);
    if (first && first->lmtp)
        proto_item_append_text(item, " (LMTP)");
    if (chunk->repeated) {
        proto_tree_add_subtree(view->tree, view->tvb, 0, -1, ett_smtp_text, NULL, "[Octets that were sent before]");
        return;
    }
    bool client = first ? first->from_client : side == MW_CLIENT;
    if (!client || !has_command(first)) /* each command has one of its own */
        add_side(view, client);
}

static void show_waiting(const struct smtp_view *view, uint32_t octets)
{
    int offset = (int)(tvb_captured_length(view->tvb) - octets);
    proto_tree_add_subtree_format(view->tree, view->tvb, offset, (int)octets, ett_smtp_text, NULL,
                                  "[Line goes on in another segment: %u octets so far]", octets);
}

static void show_chunk(struct smtp_connection *c, struct smtp_view *view, const struct mw_chunk *chunk)
{
    const struct smtp_element *before = NULL;
    struct mw_node reply = { 0 };

    for (const struct mw_element *e = chunk->first; e; e = e->next) {
        const struct smtp_element *element = element_of(e);
        show_info(view, element, before);
        if (element->kind == SMTP_TLS_OCTETS) {
            start_tls(c, view, element);
            return;
        }
        if (view->wanted && element->kind == SMTP_COMMAND)
            add_side(view, true);
        if (view->wanted)
            dissect_element(view, element, &reply);
        if (element->body)
            dissect_smtp_body(view, element);
        for (const struct mail_transaction *t = smtp_extra_of(element)->record; t; t = t->next)
            dissect_mail_transaction(view->tvb, view->pinfo, view->top, t);
        const struct mail_transaction *open =
            PINFO_FD_VISITED(view->pinfo) ? smtp_session_left_open(&c->session, element) : NULL;
        if (open)
            dissect_mail_transaction(view->tvb, view->pinfo, view->top, open);
        before = element;
    }
    if (chunk->waiting && view->wanted)
        show_waiting(view, chunk->waiting);
}

static void ask_for_more(tvbuff_t *tvb, packet_info *pinfo, uint32_t octets)
{
    pinfo->desegment_offset = (int)(tvb_captured_length(tvb) - octets);
    pinfo->desegment_len = DESEGMENT_ONE_MORE_SEGMENT;
}

static int dissect(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const struct tcpinfo *tcp, bool over_tls)
{
    if (pinfo->flags.in_error_pkt)
        return 0; /* ICMP quotes a part of a segment: it is not on its way to anybody */
    struct smtp_connection *c = get_connection(tvb, pinfo);
    struct smtp_view view = { pinfo, false, NULL, tree, tvb };
    struct mw_call call = { tvb, pinfo, tcp, side_of(c, pinfo), *desegment_lines };
    int octets = (int)tvb_captured_length(tvb);

    if (over_tls && !PINFO_FD_VISITED(pinfo) && !c->session.tls)
        smtp_session_secured(&c->session);
    const struct mw_chunk *chunk = mw_stream_chunk(&c->stream, &call);
    if (!chunk || (!chunk->first && chunk->waiting)) {
        ask_for_more(tvb, pinfo, tvb_captured_length(tvb));
        return octets;
    }
    if (chunk->waiting)
        ask_for_more(tvb, pinfo, chunk->waiting);
    const struct smtp_element *first = element_of(chunk->first);
    if (!first || first->kind != SMTP_TLS_OCTETS) {
        col_set_str(pinfo->cinfo, COL_PROTOCOL, first && first->lmtp ? "LMTP" : "SMTP");
        col_clear(pinfo->cinfo, COL_INFO);
        view.wanted = is_wanted(tree);
        if (view.wanted)
            show_protocol(&view, chunk, call.from);
    }
    show_chunk(c, &view, chunk);
    return octets;
}

static int dissect_smtp_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return dissect(tvb, pinfo, tree, data, false);
}

/* Since 4.4 TLS tells a sequence number, on 4.0 it does not: chunks under TLS are found without it on both. */
static int dissect_smtp_tls(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    return dissect(tvb, pinfo, tree, NULL, true);
}

dissector_handle_t smtp_handle(bool over_tls)
{
    return over_tls ? smtp_tls_handle : smtp_tcp_handle;
}

void dissect_smtp_from_now_on(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    conversation_set_dissector(find_or_create_conversation(pinfo), smtp_tcp_handle);
    dissect_smtp_tcp(tvb, pinfo, tree, data);
}

void smtp_register(int proto, const bool *lines, const bool *data)
{
    static int *trees[] = { &ett_smtp, &ett_smtp_text };

    proto_smtp = proto;
    desegment_lines = lines;
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
    smtp_register_command(proto);
    smtp_register_reply(proto);
    smtp_register_auth(proto);
    smtp_register_message(proto, data);
    smtp_tcp_handle = create_dissector_handle(dissect_smtp_tcp, proto);
    smtp_tls_handle = create_dissector_handle(dissect_smtp_tls, proto);
}

void smtp_begin_capture(void)
{
    smtp_sessions_reset();
    expert_tap = find_tap_id("expert"); /* registered after all dissectors */
}

void smtp_handoff(void)
{
    tls_handle = find_dissector("tls");
    smtp_handoff_auth();
    smtp_handoff_message();
}
