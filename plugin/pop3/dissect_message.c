/* Shows the octets of a message and, where it ends, the whole of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/body.h"
#include "pop3/dissect.h"

static int hf_pop_response_data = -1;
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
    MW_STRING(hf_pop_response_data, "pop.response.data", "Data", NULL),
    MW_NONE(hf_fragments, "pop.data.fragments", "DATA fragments", NULL),
    MW_FRAME(hf_fragment, "pop.data.fragment", "DATA fragment", FT_FRAMENUM_NONE, NULL),
    MW_BOOL(hf_fragment_overlap, "pop.data.fragment.overlap", "DATA fragment overlap", NULL),
    MW_BOOL(hf_fragment_overlap_conflicts, "pop.data.fragment.overlap.conflicts", "DATA fragment overlap conflict",
            NULL),
    MW_BOOL(hf_fragment_multiple_tails, "pop.data.fragment.multiple_tails", "DATA has multiple tails", NULL),
    MW_BOOL(hf_fragment_too_long, "pop.data.fragment.too_long_fragment", "DATA fragment too long", NULL),
    MW_FRAME(hf_fragment_error, "pop.data.fragment.error", "DATA defragmentation error", FT_FRAMENUM_NONE, NULL),
    MW_NUMBER(hf_fragment_count, FT_UINT32, "pop.data.fragment.count", "DATA fragment count", NULL),
    MW_FRAME(hf_reassembled_in, "pop.data.reassembled.in", "Reassembled DATA in frame", FT_FRAMENUM_NONE, NULL),
    MW_NUMBER(hf_reassembled_length, FT_UINT32, "pop.data.reassembled.length", "Reassembled DATA length", NULL),
};

static int ett_pop_body = -1;
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

static const struct mail_body_fields body_fields = { &message_items, "Reassembled POP3" };
static const bool *desegment_data;

static void add_lines(const struct mw_node *node, uint32_t octets)
{
    for (uint32_t at = 0; at < octets;) {
        struct mw_line line;
        mw_parse_line(mw_sub(node->bytes, mw_slice_of(at, octets - at)), &line);
        uint32_t len = line.used ? line.used : octets - at;
        const char *text = mw_text(node->pinfo, mw_sub(node->bytes, mw_slice_of(at, line.text.len)));
        add_pop3_line(node, hf_pop_response_data, mw_slice_of(at, len), text);
        at += len;
    }
}

/* Octets of the dot line; it may be cut: what of it is in this element. */
static uint32_t dot_octets(mw_bytes octets)
{
    uint32_t dot = octets.len > 1 && octets.data[octets.len - 2] != '\r' ? 2 : 3;
    return dot < octets.len ? dot : octets.len;
}

/* @param whole_here  the whole message is shown in this frame, too */
static void show_fragment(const struct mw_view *view, const struct pop3_element *element, bool whole_here)
{
    struct mw_node node = mw_element_node(view, &element->base);
    uint32_t octets = node.bytes.len, dot = element->ends ? dot_octets(node.bytes) : 0;
    struct mw_node body = mw_add_node(&node, ett_pop_body, mw_slice_of(0, octets), "DATA fragment: %u octet%s", octets,
                                      octets == 1 ? "" : "s");
    proto_item *item = proto_tree_get_parent(body.tree);

    if (!whole_here && proto_field_is_referenced(view->tree, hf_pop_response_data))
        add_lines(&body, octets - dot);
    if (element->ends) {
        add_pop3_line(&node, hf_pop_response_data, mw_slice_of(octets - dot, dot), ".");
        add_pop3_response_to(&node, element->reply);
    }
    mw_add_issues(&body, item, pop3_extra_of(element)->issues);
}

void dissect_pop3_body(const struct mw_view *view, const struct pop3_element *element)
{
    struct mail_fragment fragment = {
        .body = element->body, .tvb = view->tvb, .at = element->base.offset, .ends = element->ends
    };
    if (view->wanted)
        show_fragment(view, element, *desegment_data && mail_body_is_whole_here(view, element->body));
    if (!*desegment_data)
        return;
    mail_unstuff_fragment(view, &element->base, pop3_extra_of(element)->dot, &fragment);
    dissect_mail_fragment(view, &body_fields, &fragment);
}

void pop3_register_message(int proto, const bool *desegment)
{
    static int *trees[] = { &ett_pop_body, &ett_fragment, &ett_fragments };
    desegment_data = desegment;
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
