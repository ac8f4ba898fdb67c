/* What the dissectors of all mail protocols do alike.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "connection.h"

#include "dissect_sasl.h"
#include "explain.h"
#include "mail/credentials.h"
#include "mail/dissect.h"

/* Characters of the Info column after which further elements are only counted. */
#define INFO_CHARACTERS 400

static dissector_handle_t tls_handle;
static int expert_tap;
static int ett_remark = -1;
static wmem_map_t *servers, *clients; /* histories by name */

/* ---- the connection ---- */

/* Whether the sender of this frame is the server: the side of the port that was claimed, else what the octets say.
 * HTTP gives either side the port that a proxy was asked for. */
static bool sent_by_server(const struct mw_protocol *protocol, const struct mw_view *where)
{
    const packet_info *pinfo = where->pinfo;
    bool to_port = pinfo->match_uint == pinfo->destport, from_port = pinfo->match_uint == pinfo->srcport;
    bool proxied = proto_is_frame_protocol(pinfo->layers, "http");
    if (to_port != from_port && !proxied)
        return from_port;
    int len = (int)tvb_captured_length(where->tvb);
    return protocol->from_server(mw_bytes_of(tvb_get_ptr(where->tvb, 0, len), (uint32_t)len));
}

/* The record of that name, made when it is new. */
static void *remembered(wmem_map_t *map, const char *name, size_t octets)
{
    void *record = wmem_map_lookup(map, name);
    if (!record) {
        record = mw_alloc(octets);
        wmem_map_insert(map, mw_keep_string(name), record);
    }
    return record;
}

static void find_histories(struct mw_peers *peers, const struct mw_connection *c, const struct mw_view *where)
{
    packet_info *pinfo = where->pinfo;
    bool server = addresses_equal(&pinfo->src, &c->server) && pinfo->srcport == c->server_port;
    const char *name =
        wmem_strdup_printf(pinfo->pool, "%s %u", address_to_str(pinfo->pool, &c->server), c->server_port);
    const char *client = address_to_str(pinfo->pool, server ? &pinfo->dst : &pinfo->src);

    peers->server = remembered(servers, name, sizeof *peers->server);
    peers->client = remembered(clients, wmem_strdup_printf(pinfo->pool, "%s %s", client, name), sizeof *peers->client);
}

static struct mw_connection *open_connection(const struct mw_protocol *protocol, const struct mw_view *where)
{
    const packet_info *pinfo = where->pinfo;
    bool server = sent_by_server(protocol, where);
    struct mw_connection *c = mw_new(struct mw_connection);

    c->protocol = protocol;
    copy_address_wmem(wmem_file_scope(), &c->server, server ? &pinfo->src : &pinfo->dst);
    c->server_port = server ? pinfo->srcport : pinfo->destport;
    struct mw_peers peers = { .server_port = c->server_port, .same_host = addresses_equal(&pinfo->src, &pinfo->dst) };
    find_histories(&peers, c, where);
    c->session = protocol->open(&peers);
    c->stream.ops = protocol->ops;
    c->stream.session = c->session;
    return c;
}

static struct mw_connection *get_connection(const struct mw_protocol *protocol, const struct mw_view *where)
{
    conversation_t *conversation = find_or_create_conversation(where->pinfo);
    struct mw_connection *first = conversation_get_proto_data(conversation, proto_mail), *c = first;

    while (c && c->protocol != protocol)
        c = c->next;
    if (!c) {
        c = open_connection(protocol, where);
        c->next = first;
        conversation_add_proto_data(conversation, proto_mail, c);
    }
    return c;
}

static enum mw_side side_of(const struct mw_connection *c, const packet_info *pinfo)
{
    if (pinfo->srcport != pinfo->destport)
        return pinfo->srcport == c->server_port ? MW_SERVER : MW_CLIENT;
    return addresses_equal(&pinfo->src, &c->server) ? MW_SERVER : MW_CLIENT;
}

/* ---- TLS ---- */

/* TLS takes the whole of a conversation, and gives the frames before its own back to nobody: they stay with whom they
 * came to. */
static void hand_to_tls(const struct mw_protocol *protocol, packet_info *pinfo)
{
    conversation_t *conversation = find_or_create_conversation(pinfo);
    dissector_handle_t first = conversation_get_dissector(conversation, 0);

    ssl_starttls_post_ack(tls_handle, pinfo, protocol->over_tls);
    conversation_set_dissector(conversation, first);
    conversation_set_dissector_from_frame_number(conversation, pinfo->num, tls_handle);
}

void mw_start_tls(struct mw_connection *connection, const struct mw_view *view, uint32_t offset)
{
    packet_info *pinfo = view->pinfo;
    if (!connection->tls_started) {
        connection->tls_started = true;
        hand_to_tls(connection->protocol, pinfo);
    }
    tvbuff_t *rest = tvb_new_subset_remaining(view->tvb, (int)offset);
    uint16_t can_desegment = pinfo->can_desegment;
    pinfo->can_desegment = pinfo->saved_can_desegment;
    call_dissector(tls_handle, rest, pinfo, view->top);
    pinfo->can_desegment = can_desegment;
    if (pinfo->desegment_len)
        pinfo->desegment_offset += (int)offset;
}

/* ---- elements ---- */

mw_bytes mw_element_bytes(const struct mw_view *view, const struct mw_element *element)
{
    if (element->len == 0)
        return (mw_bytes){ 0 };
    return mw_bytes_of(tvb_get_ptr(view->tvb, (int)element->offset, (int)element->len), element->len);
}

struct mw_node mw_element_node(const struct mw_view *view, const struct mw_element *element)
{
    return (struct mw_node){ view->tree, view->tvb, view->pinfo, mw_element_bytes(view, element), element->offset };
}

bool mw_add_response_in(const struct mw_node *node, const struct mw_pairing_fields *fields,
                        const struct mw_exchange *exchange)
{
    if (!exchange->reply_frame)
        return false;
    proto_item_set_generated(mw_add_uint(node, *fields->response_in, mw_slice_of(0, 0), exchange->reply_frame));
    return true;
}

void mw_add_response_to(const struct mw_node *node, const struct mw_pairing_fields *fields,
                        const struct mw_exchange *exchange, const struct mw_moment *first)
{
    if (!exchange->request.frame)
        return;
    mw_depends_on(node->pinfo, exchange->request.frame);
    proto_item_set_generated(mw_add_uint(node, *fields->response_to, mw_slice_of(0, 0), exchange->request.frame));
    mw_add_origin(mw_add_generated_time(node, *fields->time, first->time - exchange->request.time),
                  "from the last octet of the request to the first of the reply");
}

/* Bits of tcp.completeness: a FIN, a reset. */
#define TCP_CLOSED 0x30

bool mw_connection_is_closed(packet_info *pinfo)
{
    const struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, pinfo);
    return tcp && (tcp->conversation_completeness & TCP_CLOSED);
}

void mw_add_greeting_time(const struct mw_node *node, const struct mw_pairing_fields *fields,
                          const struct mw_moment *first)
{
    struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, node->pinfo);
    if (!tcp)
        return;
    int64_t start = (int64_t)tcp->ts_first.secs * 1000000000 + tcp->ts_first.nsecs;
    if (start && start < first->time)
        mw_add_origin(mw_add_generated_time(node, *fields->time, first->time - start), "since the connection began");
}

struct mw_node mw_add_remark(const struct mw_view *view, const struct mw_element *element, const char *text)
{
    struct mw_node node = mw_element_node(view, element);
    return mw_add_node(&node, ett_remark, mw_slice_of(0, element->len), "%s", text);
}

void mw_add_gap(const struct mw_view *view, const struct mw_element *element, uint64_t octets, mw_issue_id issue)
{
    struct mw_node node = mw_element_node(view, element);
    node.bytes.len = 0;
    struct mw_node gap = mw_add_node(&node, ett_remark, mw_slice_of(0, 0), "[%" PRIu64 " octets are missing]", octets);
    mw_add_issue(&gap, proto_tree_get_parent(gap.tree), issue);
}

/* ---- the Info column ---- */

bool mw_info_is_full(const struct mw_view *view, size_t so_far)
{
    return !view->pinfo->cinfo || so_far > INFO_CHARACTERS;
}

void mw_add_info(const struct mw_view *view, const char *side, const char *text, bool more, size_t *so_far)
{
    const char *before = *so_far ? " | " : side;
    *so_far += strlen(before) + strlen(text);
    const char *after = more && *so_far > INFO_CHARACTERS ? " | ..." : "";
    col_append_lstr(view->pinfo->cinfo, COL_INFO, before, text, after, COL_ADD_LSTR_TERMINATOR);
}

/* ---- the dissector ---- */

bool mw_experts_are_wanted(proto_tree *top)
{
    return proto_field_is_referenced(top, proto_expert) || have_tap_listener(expert_tap);
}

/* Whether anybody looks at what the tree would show; expert infos and credentials are collected without a tree, too. */
static void look_who_wants(struct mw_view *view, int proto)
{
    view->all_wanted = mw_experts_are_wanted(view->top) || mail_credentials_wanted() || mw_tokens_are_wanted(view->top);
    view->wanted = view->all_wanted || proto_field_is_referenced(view->top, proto);
}

static void add_remark(const struct mw_view *view, uint32_t octets, const char *text)
{
    int offset = (int)(tvb_captured_length(view->tvb) - octets);
    proto_tree_add_subtree(view->tree, view->tvb, offset, (int)octets, ett_remark, NULL, text);
}

static void ask_for_more(tvbuff_t *tvb, packet_info *pinfo, uint32_t octets)
{
    pinfo->desegment_offset = (int)(tvb_captured_length(tvb) - octets);
    pinfo->desegment_len = DESEGMENT_ONE_MORE_SEGMENT;
}

/* Octets at the end that wait for the rest of their line; TCP may leave them out on later passes. */
static uint32_t waiting_in(const struct mw_view *view, const struct mw_chunk *chunk)
{
    return tvb_captured_length(view->tvb) == chunk->octets ? chunk->waiting : 0;
}

static void show(struct mw_connection *c, struct mw_view *view, const struct mw_chunk *chunk, enum mw_side from)
{
    const struct mw_protocol *protocol = c->protocol;
    bool tls = chunk->first && protocol->is_tls(chunk->first);
    proto_item *item = NULL;

    if (!tls) {
        col_set_str(view->pinfo->cinfo, COL_PROTOCOL, protocol->name);
        col_clear(view->pinfo->cinfo, COL_INFO);
        look_who_wants(view, protocol->proto);
        item = proto_tree_add_item(view->top, protocol->proto, view->tvb, 0, -1, ENC_NA); /* for -z io,phs, too */
    }
    if (view->wanted) {
        view->tree = proto_item_add_subtree(item, protocol->ett);
        if (chunk->repeated)
            add_remark(view, tvb_captured_length(view->tvb), "[Octets that were sent before]");
        if (chunk->late)
            add_remark(view, tvb_captured_length(view->tvb), "[Out of order, or sent again: TCP keeps this back]");
    }
    protocol->show(c, view, chunk, from);
    if (chunk->waiting && view->wanted)
        add_remark(view, waiting_in(view, chunk),
                   wmem_strdup_printf(view->pinfo->pool, "[Line goes on in another segment: %u octets so far]",
                                      chunk->waiting));
}

int mw_connection_dissect(const struct mw_protocol *protocol, struct mw_view view, const struct tcpinfo *tcp,
                          bool over_tls)
{
    packet_info *pinfo = view.pinfo;
    if (pinfo->flags.in_error_pkt)
        return 0; /* ICMP quotes a part of a segment: it is not on its way to anybody */
    struct mw_connection *c = get_connection(protocol, &view);
    struct mw_call call = { view.tvb, pinfo, tcp, side_of(c, pinfo), !protocol->desegment || *protocol->desegment };
    int octets = (int)tvb_captured_length(view.tvb);

    if (over_tls && !c->secured && !PINFO_FD_VISITED(pinfo)) {
        c->secured = true;
        protocol->secured(c->session);
    }
    struct mw_chunk chunk;
    if (!mw_stream_chunk(&c->stream, &call, &chunk) || (!chunk.first && chunk.waiting)) {
        ask_for_more(view.tvb, pinfo, tvb_captured_length(view.tvb));
        return octets;
    }
    if (waiting_in(&view, &chunk))
        ask_for_more(view.tvb, pinfo, chunk.waiting);
    show(c, &view, &chunk, call.from);
    return octets;
}

struct mw_connection *mw_connection_find(packet_info *pinfo)
{
    conversation_t *conversation = wmem_map_size(servers) ? find_conversation_pinfo(pinfo, 0) : NULL;
    return conversation ? conversation_get_proto_data(conversation, proto_mail) : NULL;
}

void mw_connection_dissect_late(struct mw_connection *first, struct mw_view view, const struct tcpinfo *tcp)
{
    for (struct mw_connection *c = first; c; c = c->next) {
        struct mw_call call = { view.tvb, view.pinfo, tcp, side_of(c, view.pinfo), false };
        struct mw_chunk chunk;
        bool clear = PINFO_FD_VISITED(view.pinfo) || !c->tls_started; /* TLS waits for whole records of its own */
        if (clear && mw_stream_late_chunk(&c->stream, &call, &chunk)) {
            show(c, &view, &chunk, call.from);
            return;
        }
    }
}

void mw_connection_take(const struct mw_protocol *protocol, struct mw_view view, void *data)
{
    if (!PINFO_FD_VISITED(view.pinfo)) /* what came before stays with whom it came to; later, TLS may have it */
        conversation_set_dissector_from_frame_number(find_or_create_conversation(view.pinfo), view.pinfo->num,
                                                     protocol->over_tcp);
    mw_connection_dissect(protocol, view, data, false);
}

void mw_protocol_register(struct mw_protocol *protocol, dissector_t over_tcp, dissector_t over_tls)
{
    protocol->over_tcp = create_dissector_handle(over_tcp, protocol->proto);
    protocol->over_tls = create_dissector_handle(over_tls, protocol->proto);
    if (ett_remark == -1) {
        static int *trees[] = { &ett_remark };
        proto_register_subtree_array(trees, array_length(trees));
    }
}

void mw_connection_handoff(void)
{
    servers = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_str_hash, g_str_equal);
    clients = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_str_hash, g_str_equal);
    tls_handle = find_dissector("tls");
}

void mw_connection_begin_capture(void)
{
    expert_tap = find_tap_id("expert"); /* registered after all dissectors */
}
