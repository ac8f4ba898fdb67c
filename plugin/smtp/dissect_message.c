/* Shows the octets of a message and, where it ends, the whole of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain.h"
#include "mail/body.h"
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

static const struct mail_body_fields body_fields = { &message_items, "Reassembled SMTP" };
static const bool *desegment_data;

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
    mw_explain_line(item, 1, NULL, smtp_end_of_data_row.text, smtp_end_of_data_row.rfc);
}

/* Whether the connection ends behind this fragment, and the message does not. On later passes. */
static bool breaks_off(const struct mw_view *view, const struct smtp_element *element)
{
    const struct mail_body *body = element->body;
    bool last = element->index + 1 == body->fragments;
    return last && !body->ended && !body->missing && mw_connection_is_closed(view->pinfo);
}

/* @param whole_here  the whole message is shown in this frame, too */
static void show_fragment(const struct mw_view *view, const struct smtp_element *element, bool whole_here)
{
    struct mw_node node = smtp_element_node(view, element);
    struct mw_node body =
        mw_add_node(&node, ett_smtp_body, mw_slice_of(0, element->base.len), "DATA fragment: %u octet%s",
                    element->base.len, element->base.len == 1 ? "" : "s");
    if (!whole_here && proto_field_is_referenced(view->tree, hf_smtp_message))
        add_lines(&body);
    if (element->ends && smtp_extra_of(element)->dot)
        add_eom(&node);
    if (PINFO_FD_VISITED(view->pinfo) && breaks_off(view, element))
        mw_add_issue(&body, proto_tree_get_parent(body.tree), MW_ISSUE_ABORTED_DATA);
    mw_add_issues(&body, proto_tree_get_parent(body.tree), smtp_extra_of(element)->issues);
    const struct smtp_exchange *exchange = element->exchange;
    bool on_command = exchange && exchange->row && exchange->row->verb == SMTP_BDAT &&
                      exchange->command_frame == view->pinfo->num; /* the command line has it */
    if (exchange && !on_command)
        add_smtp_response_in(&node, proto_tree_get_parent(body.tree), element->exchange);
}

void dissect_smtp_body(const struct mw_view *view, const struct smtp_element *element)
{
    struct mail_fragment fragment = { .body = element->body, .tvb = view->tvb, .at = element->base.offset };

    /* ends without octets of their own: BDAT 0 LAST, an end that only the reply tells, a dot line */
    fragment.ends = element->ends || element->kind != SMTP_BODY;
    if (view->wanted && element->kind == SMTP_BODY)
        show_fragment(view, element, *desegment_data && mail_body_is_whole_here(view, element->body));
    if (!*desegment_data)
        return;
    if (element->kind == SMTP_BODY)
        mail_unstuff_fragment(view, &element->base, smtp_extra_of(element)->dot, &fragment);
    dissect_mail_fragment(view, &body_fields, &fragment);
}

void smtp_register_message(int proto, const bool *desegment)
{
    static int *trees[] = { &ett_smtp_body, &ett_fragment, &ett_fragments };
    desegment_data = desegment;
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
