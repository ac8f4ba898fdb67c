/* The IMAP dissector: finds the session, has the octets cut into elements, shows each.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/dissect.h"

#include "imap/protocol.h"
#include "mail/dissect.h"
#include "mail/follow.h"

static int hf_imap_isrequest = -1;
static int hf_imap_response_in = -1;
static int hf_imap_response_to = -1;
static int hf_imap_time = -1;

static hf_register_info fields[] = {
    MW_BOOL(hf_imap_isrequest, "imap.isrequest", "Request", NULL),
    MW_FRAME(hf_imap_response_in, "imap.response_in", "Response In", FT_FRAMENUM_RESPONSE, NULL),
    MW_FRAME(hf_imap_response_to, "imap.response_to", "Request In", FT_FRAMENUM_REQUEST, NULL),
    MW_TIME(hf_imap_time, "imap.time", "Response Time", NULL),
};

/* TLS from the first octet: RFC 8314 3.2 */
#define IMAPS_PORT 993

static int ett_imap_plain = -1;

static const struct mw_stream_ops imap_ops = { imap_session_next, imap_session_gap, imap_session_late,
                                               imap_session_unseen, sizeof(struct imap_element) };

static const struct imap_element *element_of(const struct mw_element *element)
{
    return (const struct imap_element *)element;
}

static void *open_session(const struct mw_peers *peers)
{
    struct imap_session *session = mw_new(struct imap_session);
    imap_session_init(session);
    session->tls_port = peers->server_port == IMAPS_PORT;
    session->server = peers->server;
    session->client = peers->client;
    return session;
}

/* ---- pairing ---- */

static const struct mw_pairing_fields pairing = { &hf_imap_response_in, &hf_imap_response_to, &hf_imap_time };

void add_imap_response_in(const struct mw_node *node, proto_item *item, const struct imap_exchange *exchange)
{
    if (!mw_add_response_in(node, &pairing, &exchange->pairing) && PINFO_FD_VISITED(node->pinfo) &&
        exchange->awaited_from_server && !exchange->unseen && !(exchange->row && exchange->row->verb == IMAP_VERB_IDLE))
        mw_add_issue(node, item, MW_ISSUE_IMAP_NO_REPLY);
}

/* The link goes to the command's first line, the time counts from its last octet. */
void add_imap_response_to(const struct mw_node *node, const struct imap_element *element, const struct mw_moment *first)
{
    if (element->greeting) {
        mw_add_greeting_time(node, &pairing, first);
    } else if (element->exchange) {
        struct mw_exchange exchange = element->exchange->pairing;
        exchange.request.frame = element->exchange->command_frame;
        mw_add_response_to(node, &pairing, &exchange, first);
    }
}

/* ---- columns ---- */

static const char *literal_info(const struct mw_view *view, const struct imap_element *element)
{
    return wmem_strdup_printf(view->pinfo->pool, "%s, %u byte%s", imap_literal_noun(element->literal),
                              element->base.len, element->base.len == 1 ? "" : "s");
}

static const char *element_info(const struct mw_view *view, const struct imap_element *element)
{
    struct mw_line parts;
    mw_bytes line = mw_element_bytes(view, &element->base);

    switch (element->kind) {
    case IMAP_GAP_MARK:
        return wmem_strdup_printf(view->pinfo->pool, "[%" PRIu64 " bytes missing]", imap_extra_of(element)->missing);
    case IMAP_LITERAL_OCTETS:
        if (element->literal->whole && !imap_hides(element->literal))
            return mw_text(view->pinfo, line);
        return literal_info(view, element);
    default:
        mw_parse_line(line, &parts);
        return imap_shown_line(view, element, mw_sub(line, parts.text));
    }
}

/* @param so_far  characters of the column so far */
static void show_info(const struct mw_view *view, const struct imap_element *element, size_t *so_far)
{
    if (mw_info_is_full(view, *so_far) || element->kind == IMAP_TLS_OCTETS || element->kind == IMAP_DEFLATED)
        return;
    mw_add_info(view, element->from_client ? "Request: " : "Response: ", element_info(view, element),
                element->base.next != NULL, so_far);
}

/* ---- elements ---- */

static void dissect_text(const struct mw_view *view, const struct imap_element *element)
{
    mw_bytes octets = mw_element_bytes(view, &element->base);
    const char *text = wmem_strdup_printf(view->pinfo->pool, "Unknown: %s", mw_text(view->pinfo, octets));
    struct mw_node node = mw_add_remark(view, &element->base, text);
    mw_add_issues(&node, proto_tree_get_parent(node.tree), imap_extra_of(element)->issues);
}

static void dissect_element(const struct mw_view *view, const struct imap_element *element)
{
    if (element->cut)
        mw_add_remark(view, &element->base, "[The next line has no ending]");
    switch (element->kind) {
    case IMAP_COMMAND_PART:
        dissect_imap_command_part(view, element);
        break;
    case IMAP_RESPONSE_PART:
        dissect_imap_response_part(view, element);
        break;
    case IMAP_AUTH_RESPONSE:
        dissect_imap_auth_response(view, element);
        break;
    case IMAP_DONE:
        dissect_imap_done(view, element);
        break;
    case IMAP_TEXT:
        dissect_text(view, element);
        break;
    case IMAP_GAP_MARK:
        mw_add_gap(view, &element->base, imap_extra_of(element)->missing, MW_ISSUE_IMAP_GAP);
        break;
    default:
        break;
    }
}

static void show_records(const struct mw_view *view, const struct imap_element *element)
{
    for (const struct mail_transaction *t = imap_extra_of(element)->record; t; t = t->next)
        dissect_mail_transaction(view, element->base.offset, t);
    const struct mail_transaction *open = PINFO_FD_VISITED(view->pinfo) ? imap_session_left_open(element) : NULL;
    if (open)
        dissect_mail_transaction(view, element->base.offset, open);
}

static void show_elements(struct mw_connection *c, const struct mw_view *view, const struct mw_element *first,
                          size_t *info);

/* What octets of COMPRESS inflate to, as a data source of its own. A connection is compressed once at most, so this is
 * not called for what is in there. NOLINTNEXTLINE(misc-no-recursion) */
static void show_deflated(struct mw_connection *c, const struct mw_view *view, const struct imap_element *element,
                          size_t *info)
{
    const struct imap_inflated *plain = imap_extra_of(element)->plain;
    const char *text = wmem_strdup_printf(view->pinfo->pool, "Compressed: %u octet%s", element->base.len,
                                          element->base.len == 1 ? "" : "s");
    if (view->wanted) {
        struct mw_node node = mw_add_remark(view, &element->base, text);
        mw_add_issues(&node, proto_tree_get_parent(node.tree), imap_extra_of(element)->issues);
    }
    if (!plain)
        return;
    struct mw_view inner = *view;
    inner.tvb = tvb_new_child_real_data(view->tvb, plain->data, plain->len, (int)plain->len);
    add_new_data_source(view->pinfo, inner.tvb, "Inflated IMAP");
    if (view->wanted)
        inner.tree = proto_tree_add_subtree_format(view->tree, inner.tvb, 0, (int)plain->len, ett_imap_plain, NULL,
                                                   "Inflated: %u octet%s", plain->len, plain->len == 1 ? "" : "s");
    show_elements(c, &inner, plain->first, info);
}

/* Lines that one element stands for, each as if it had one of its own. */
static void show_lines(const struct mw_view *view, const struct imap_element *element, size_t *info)
{
    mw_bytes lines = mw_element_bytes(view, &element->base);
    struct imap_element line = *element;

    for (uint32_t at = 0; at < lines.len; at += line.base.len) {
        line.base.offset = element->base.offset + at;
        line.base.len = mw_find(lines, at, '\n') + 1 - at;
        show_info(view, &line, info);
        if (view->wanted)
            dissect_imap_response_part(view, &line);
    }
}

static bool is_plain(const struct mw_element *element)
{
    return element_of(element)->kind != IMAP_TLS_OCTETS && element_of(element)->kind != IMAP_DEFLATED;
}

/* NOLINTNEXTLINE(misc-no-recursion): see show_deflated */
static void show_elements(struct mw_connection *c, const struct mw_view *view, const struct mw_element *first,
                          size_t *info)
{
    if (first)
        mail_follow(MAIL_TAP_IMAP, view, first, element_of(first)->from_client ? MW_CLIENT : MW_SERVER, is_plain);
    for (const struct mw_element *e = first; e; e = e->next) {
        const struct imap_element *element = element_of(e);
        tap_imap_element(view, element);
        if (element->several) {
            show_lines(view, element, info);
            continue;
        }
        show_info(view, element, info);
        if (element->kind == IMAP_TLS_OCTETS) {
            mw_start_tls(c, view, e->offset);
            return;
        }
        if (element->kind == IMAP_DEFLATED)
            show_deflated(c, view, element, info);
        if (view->wanted)
            dissect_element(view, element);
        if (element->kind == IMAP_LITERAL_OCTETS)
            dissect_imap_literal(view, element);
        else if (element->kind == IMAP_GAP_MARK && element->literal)
            dissect_imap_literal_gap(view, element);
        show_records(view, element);
    }
}

/* ---- the protocol ---- */

static bool is_tls(const struct mw_element *first)
{
    return element_of(first)->kind == IMAP_TLS_OCTETS;
}

/* Whether anybody looks at more of a line than its text. */
static bool details_are_wanted(const struct mw_view *view)
{
    return view->all_wanted || MW_FIELDS_ARE_WANTED(view->tree, fields) || imap_part_is_wanted(view->tree) ||
           imap_values_are_wanted(view->tree) || imap_gathered_are_wanted(view->tree) ||
           imap_auth_is_wanted(view->tree) ||
           mw_issues_are_wanted(view->tree, MW_ISSUE_IMAP_AUTH_CLEARTEXT, MW_ISSUE_IMAP_TOO_DEEP);
}

static void show(struct mw_connection *c, struct mw_view *view, const struct mw_chunk *chunk, enum mw_side from)
{
    size_t info = 0;

    imap_begin_values();
    imap_begin_tokens();
    view->details = details_are_wanted(view);
    if (view->wanted && !chunk->repeated)
        proto_item_set_hidden(
            proto_tree_add_boolean(view->tree, hf_imap_isrequest, view->tvb, 0, 0, from == MW_CLIENT));
    show_elements(c, view, chunk->first, &info);
}

static bool from_server(mw_bytes octets)
{
    return mw_starts_nocase(octets, "* ");
}

static struct mw_protocol protocol = {
    .name = "IMAP",
    .ops = &imap_ops,
    .open = open_session,
    .from_server = from_server,
    .secured = imap_session_secured,
    .is_tls = is_tls,
    .show = show,
};

static int dissect_imap_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return mw_connection_dissect(&protocol, mw_view_of(tvb, pinfo, tree), data, false);
}

static int dissect_imap_tls(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    return mw_connection_dissect(&protocol, mw_view_of(tvb, pinfo, tree), NULL, true);
}

const struct mw_protocol *imap_register(int proto)
{
    static int *trees[] = { &protocol.ett, &ett_imap_plain };

    protocol.proto = proto;
    protocol.ett = -1;
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
    imap_register_part(proto);
    imap_register_values(proto);
    imap_register_tokens();
    imap_register_fetch(proto);
    imap_register_literal(proto);
    imap_register_auth(proto);
    mw_protocol_register(&protocol, dissect_imap_tcp, dissect_imap_tls);
    return &protocol;
}
