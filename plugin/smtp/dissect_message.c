/* Shows the octets of a message and, where it ends, the whole of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/dissect.h"
#include "smtp/dissect.h"

static int hf_smtp_message = -1;
static int hf_smtp_eom = -1;
static int hf_fragments = -1;
static int hf_fragment = -1;
static int hf_fragment_overlap = -1;
static int hf_fragment_overlap_conflicts = -1;
static int hf_fragment_multiple_tails = -1;
static int hf_fragment_too_long = -1;
static int hf_fragment_error = -1;
static int hf_fragment_count = -1;
static int hf_reassembled_in = -1;
static int hf_reassembled_length = -1;

static hf_register_info fields[] = {
    MW_STRING(hf_smtp_message, "smtp.message", "Message", NULL),
    MW_NONE(hf_smtp_eom, "smtp.eom", "EOM", NULL),
    MW_NONE(hf_fragments, "smtp.data.fragments", "DATA fragments", NULL),
    MW_FRAME(hf_fragment, "smtp.data.fragment", "DATA fragment", FT_FRAMENUM_NONE, NULL),
    MW_BOOL(hf_fragment_overlap, "smtp.data.fragment.overlap", "DATA fragment overlap", NULL),
    MW_BOOL(hf_fragment_overlap_conflicts, "smtp.data.fragment.overlap.conflicts", "DATA fragment overlap conflict",
            NULL),
    MW_BOOL(hf_fragment_multiple_tails, "smtp.data.fragment.multiple_tails", "DATA has multiple tails", NULL),
    MW_BOOL(hf_fragment_too_long, "smtp.data.fragment.too_long_fragment", "DATA fragment too long", NULL),
    MW_FRAME(hf_fragment_error, "smtp.data.fragment.error", "DATA defragmentation error", FT_FRAMENUM_NONE, NULL),
    MW_NUMBER(hf_fragment_count, FT_UINT32, "smtp.data.fragment.count", "DATA fragment count", NULL),
    MW_FRAME(hf_reassembled_in, "smtp.data.reassembled.in", "Reassembled DATA in frame", FT_FRAMENUM_NONE, NULL),
    MW_NUMBER(hf_reassembled_length, FT_UINT32, "smtp.data.reassembled.length", "Reassembled DATA length", NULL),
};

static int ett_smtp_body = -1;
static int ett_fragment = -1;
static int ett_fragments = -1;

static const fragment_items message_items = {
    &ett_fragment,
    &ett_fragments,
    &hf_fragments,
    &hf_fragment,
    &hf_fragment_overlap,
    &hf_fragment_overlap_conflicts,
    &hf_fragment_multiple_tails,
    &hf_fragment_too_long,
    &hf_fragment_error,
    &hf_fragment_count,
    &hf_reassembled_in,
    &hf_reassembled_length,
    NULL,
    "DATA fragments",
};

/* Wireshark 4.0 walks over all fragments of a message for each new one. Up to this number each segment is a fragment,
 * as everybody expects; from then on segments are merged before they are added. */
#define MAX_SINGLE_FRAGMENTS 1000
#define MERGED_OCTETS (256 * 1024)

/* Larger messages are not put together: epan counts octets in 32 bits. */
#define MAX_MESSAGE_OCTETS (1024u * 1024 * 1024)

static dissector_handle_t imf_handle;
static const bool *desegment_data;
static reassembly_table messages;

/* A message has an id of its own, and its end may stand in a frame of the other side: the id alone is the key. */
static gpointer message_key(const packet_info *pinfo _U_, const uint32_t id, const void *data _U_)
{
    return GUINT_TO_POINTER(id);
}

static void free_message_key(gpointer key _U_)
{
    /* owns nothing */
}

static const reassembly_table_functions message_functions = {
    g_direct_hash, g_direct_equal, message_key, message_key, free_message_key, free_message_key,
};

/* ---- fragments ---- */

static void add_lines(const struct mw_node *node)
{
    for (uint32_t at = 0; at < node->bytes.len;) {
        uint32_t lf = mw_find(node->bytes, at, '\n');
        uint32_t end = lf < node->bytes.len ? lf + 1 : lf;
        proto_tree_add_item(node->tree, hf_smtp_message, node->tvb, (int)(node->offset + at), (int)(end - at),
                            ENC_UTF_8);
        at = end;
    }
}

/* The dot line may be cut: what of it is in this element. */
static void add_eom(const struct mw_node *node)
{
    uint32_t here = node->bytes.len < 3 ? node->bytes.len : 3;
    int offset = (int)(node->offset + node->bytes.len - here);
    proto_item *item = proto_tree_add_item(node->tree, hf_smtp_eom, node->tvb, offset, (int)here, ENC_NA);
    proto_item_set_text(item, "C: .");
}

/* @param whole_here  the whole message is shown in this frame, too */
static void show_fragment(const struct smtp_view *view, const struct smtp_element *element, bool whole_here)
{
    struct mw_node node = smtp_element_node(view, element);
    struct mw_node body =
        mw_add_node(&node, ett_smtp_body, mw_slice_of(0, element->base.len), "DATA fragment: %u octet%s",
                    element->base.len, element->base.len == 1 ? "" : "s");
    if (!whole_here && proto_field_is_referenced(view->tree, hf_smtp_message))
        add_lines(&body);
    if (element->ends && smtp_extra_of(element)->dot)
        add_eom(&node);
    bool last = element->index + 1 == element->body->fragments;
    if (PINFO_FD_VISITED(view->pinfo) && last && !element->body->ended)
        mw_add_issue(&body, proto_tree_get_parent(body.tree), MW_ISSUE_ABORTED_DATA);
    mw_add_issues(&body, proto_tree_get_parent(body.tree), &smtp_extra_of(element)->issues);
    const struct smtp_exchange *exchange = element->exchange;
    bool on_command = exchange && exchange->row && exchange->row->verb == SMTP_BDAT &&
                      exchange->command_frame == view->pinfo->num; /* the command line has it */
    if (exchange && !on_command)
        add_smtp_response_in(&node, proto_tree_get_parent(body.tree), element->exchange);
}

/* ---- the whole message ---- */

/* What of an element is the message, for reassembly. */
struct piece {
    tvbuff_t *tvb;
    int offset;
    uint32_t octets;
};

static struct piece piece_of(const struct smtp_view *view, const struct smtp_element *element)
{
    struct piece piece = { view->tvb, (int)element->base.offset, element->base.len };
    const struct smtp_dot *before = smtp_extra_of(element)->dot;

    if (before) {
        uint8_t *copy = wmem_alloc(view->pinfo->pool, (size_t)piece.octets + 1);
        piece.octets = smtp_dot_unstuff(before, smtp_element_node(view, element).bytes, copy);
        piece.tvb = tvb_new_child_real_data(view->tvb, copy, piece.octets, (int)piece.octets);
        piece.offset = 0;
    }
    return piece;
}

/* Collects the pieces of a message with very many. Returns whether there is enough for a fragment, which *piece is
 * then. */
static bool merge(const struct smtp_view *view, struct mail_body *body, bool ends, struct piece *piece)
{
    if (body->gathered < MAX_SINGLE_FRAGMENTS || PINFO_FD_VISITED(view->pinfo))
        return true;
    if (!body->merging)
        body->merging = wmem_alloc(wmem_file_scope(), MERGED_OCTETS);
    uint32_t together = body->merged + piece->octets;
    bool enough = ends || together > MERGED_OCTETS;
    uint8_t *to = enough ? wmem_alloc(view->pinfo->pool, (size_t)together + 1) : body->merging;

    if (enough)
        memcpy(to, body->merging, body->merged);
    if (piece->octets)
        tvb_memcpy(piece->tvb, to + body->merged, piece->offset, piece->octets);
    body->merged = enough ? 0 : together;
    if (enough)
        *piece = (struct piece){ tvb_new_child_real_data(view->tvb, to, together, (int)together), 0, together };
    return enough;
}

/* Adds what of this element is the message; on later passes the octets do not matter. Ends without octets of their own
 * are BDAT 0 LAST, an end that only the reply tells, and a dot line. */
static fragment_head *reassemble(const struct smtp_view *view, const struct smtp_element *element)
{
    struct mail_body *body = element->body;
    bool ends = element->ends || element->kind != SMTP_BODY;
    struct piece piece = { view->tvb, 0, 0 };

    if (element->kind == SMTP_BODY)
        piece = piece_of(view, element);
    if (piece.octets == 0 && body->merged == 0)
        return ends && body->gathered ? fragment_end_seq_next(&messages, view->pinfo, body->id, NULL) : NULL;
    if (!PINFO_FD_VISITED(view->pinfo) && body->handed + piece.octets > MAX_MESSAGE_OCTETS)
        return NULL; /* its fragments stay visible */
    body->handed += PINFO_FD_VISITED(view->pinfo) ? 0 : piece.octets;
    if (!merge(view, body, ends, &piece))
        return NULL;
    uint32_t number = body->gathered;
    if (!PINFO_FD_VISITED(view->pinfo))
        body->gathered++;
    return fragment_add_seq_check(&messages, piece.tvb, piece.offset, view->pinfo, body->id, NULL, number, piece.octets,
                                  !ends);
}

static void dissect_message(const struct smtp_view *view, tvbuff_t *message)
{
    if (!imf_handle || tvb_captured_length(message) == 0)
        return;
    /* imf clears the column up to the fence, and then tells From and Subject */
    col_append_str(view->pinfo->cinfo, COL_INFO, ", ");
    col_set_fence(view->pinfo->cinfo, COL_INFO);
    call_dissector(imf_handle, message, view->pinfo, view->top);
    col_set_fence(view->pinfo->cinfo, COL_INFO);
}

void dissect_smtp_body(const struct smtp_view *view, const struct smtp_element *element)
{
    struct mail_body *body = element->body;

    fragment_head *head = *desegment_data ? reassemble(view, element) : NULL;
    bool whole_here = *desegment_data && body->ended && body->whole_frame == view->pinfo->num;
    if (view->wanted && element->kind == SMTP_BODY)
        show_fragment(view, element, whole_here);
    if (head && !body->shown)
        body->shown = head;
    bool ends = element->ends || element->kind != SMTP_BODY;
    if (!ends && (!view->wanted || whole_here)) /* the end shows the whole of it */
        return;
    if (!ends && !head && body->ended && PINFO_FD_VISITED(view->pinfo)) { /* merged: no fragment of its own */
        struct mw_node node = smtp_element_node(view, element);
        proto_item_set_generated(mw_add_uint(&node, hf_reassembled_in, mw_slice_of(0, 0), body->whole_frame));
        return;
    }
    tvbuff_t *whole = process_reassembled_data(view->tvb, (int)element->base.offset, view->pinfo, "Reassembled SMTP",
                                               head, &message_items, NULL, view->tree);
    if (!whole || !ends)
        return;
    uint32_t len = tvb_captured_length(whole);
    if (len >= body->trailer)
        dissect_message(view, tvb_new_subset_length(whole, 0, (int)(len - body->trailer)));
}

mw_bytes mail_body_octets(const struct mail_body *body)
{
    const fragment_head *head = body->shown;
    if (!head || !head->tvb_data || tvb_captured_length(head->tvb_data) < body->trailer)
        return (mw_bytes){ 0 };
    uint32_t len = tvb_captured_length(head->tvb_data) - body->trailer;
    return mw_bytes_of(len ? tvb_get_ptr(head->tvb_data, 0, (int)len) : NULL, len);
}

void smtp_register_message(int proto, const bool *desegment)
{
    static int *trees[] = { &ett_smtp_body, &ett_fragment, &ett_fragments };
    desegment_data = desegment;
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
    reassembly_table_register(&messages, &message_functions);
}

void smtp_handoff_message(void)
{
    imf_handle = find_dissector("imf");
}
