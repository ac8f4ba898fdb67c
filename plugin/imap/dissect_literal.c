/* Shows the octets of literals: strings where they stand, messages and their parts put together.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect_sasl.h"
#include "imap/dissect.h"
#include "mail/body.h"
#include "mail/dissect.h"

static int hf_imap_literal_data = -1;
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
    MW_STRING(hf_imap_literal_data, "imap.literal.data", "Literal data", "Octets of a literal that is no message"),
    MW_NONE(hf_fragments, "imap.data.fragments", "Literal fragments", NULL),
    MW_FRAME(hf_fragment, "imap.data.fragment", "Literal fragment", FT_FRAMENUM_NONE, NULL),
    MW_BOOL(hf_fragment_overlap, "imap.data.fragment.overlap", "Fragment overlap", NULL),
    MW_BOOL(hf_fragment_overlap_conflicts, "imap.data.fragment.overlap.conflicts", "Fragment overlap conflict", NULL),
    MW_BOOL(hf_fragment_multiple_tails, "imap.data.fragment.multiple_tails", "Literal has multiple tails", NULL),
    MW_BOOL(hf_fragment_too_long, "imap.data.fragment.too_long_fragment", "Fragment too long", NULL),
    MW_FRAME(hf_fragment_error, "imap.data.fragment.error", "Defragmentation error", FT_FRAMENUM_NONE, NULL),
    MW_NUMBER(hf_fragment_count, FT_UINT32, "imap.data.fragment.count", "Fragment count", NULL),
    MW_FRAME(hf_reassembled_in, "imap.data.reassembled.in", "Reassembled literal in frame", FT_FRAMENUM_NONE, NULL),
    MW_NUMBER(hf_reassembled_length, FT_UINT32, "imap.data.reassembled.length", "Reassembled literal length", NULL),
};

static int ett_imap_literal = -1;
static int ett_fragment = -1;
static int ett_fragments = -1;

static const fragment_items literal_items = {
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
    "Literal fragments",
};

static const struct mail_body_fields body_fields = { &literal_items, "Reassembled IMAP literal" };

/* ---- octets where they are ---- */

static const char *describe(const struct imap_literal *literal)
{
    switch (literal->role) {
    case IMAP_ROLE_MESSAGE:
    case IMAP_ROLE_APPEND_MESSAGE:
        return "Message fragment";
    case IMAP_ROLE_HEADER:
        return "Header fragment";
    case IMAP_ROLE_PART:
        return "Part fragment";
    default:
        return "Literal";
    }
}

static struct mw_node add_octets(const struct mw_view *view, const struct imap_element *element)
{
    const struct imap_literal *literal = element->literal;
    struct mw_node node = mw_element_node(view, &element->base);
    struct mw_node below = mw_add_node(&node, ett_imap_literal, mw_slice_of(0, element->base.len), "%s: %u octet%s",
                                       describe(literal), element->base.len, element->base.len == 1 ? "" : "s");
    proto_item *item = proto_tree_get_parent(below.tree);

    if (literal->section && literal->body)
        proto_item_append_text(item, " of section %s", *literal->section ? literal->section : "[]");
    bool last = literal->body && element->index + 1 == literal->body->fragments;
    if (PINFO_FD_VISITED(view->pinfo) && last && !literal->body->ended)
        mw_add_issue(&below, item, MW_ISSUE_IMAP_LITERAL_INCOMPLETE);
    mw_add_issues(&below, item, &imap_extra_of(element)->issues);
    return below;
}

/* A string, or data that nobody puts together. */
static void add_string(const struct mw_node *node, const struct imap_element *element)
{
    mw_slice all = mw_slice_of(0, element->base.len);
    struct mw_node below = *node;

    if (element->literal->whole)
        add_imap_literal_value(&below, element);
    else
        mw_add_slice(&below, hf_imap_literal_data, all);
}

/* ---- octets put together ---- */

static bool is_header_or_message(const struct imap_literal *literal)
{
    return literal->role == IMAP_ROLE_MESSAGE || literal->role == IMAP_ROLE_APPEND_MESSAGE ||
           literal->role == IMAP_ROLE_HEADER;
}

/* A part, as text, where all of it is there. */
static void add_part(const struct mw_view *view, const struct mw_node *node, const struct imap_element *element)
{
    mw_bytes octets = mail_body_octets(element->literal->body);
    if (!element->ends || !octets.len)
        return;
    proto_item *item = proto_tree_add_string(node->tree, hf_imap_literal_data, node->tvb, (int)element->base.offset,
                                             (int)element->base.len, mw_text(view->pinfo, octets));
    if (element->literal->type)
        proto_item_append_text(item, " (%s, %s)", element->literal->type, element->literal->encoding);
}

void dissect_imap_literal(const struct mw_view *view, const struct imap_element *element)
{
    const struct imap_literal *literal = element->literal;
    struct mw_node node = { 0 };

    if (view->wanted)
        node = add_octets(view, element);
    if (!literal->body) {
        if (view->wanted)
            add_string(&node, element);
        return;
    }
    struct mail_fragment fragment = {
        .body = literal->body,
        .tvb = view->tvb,
        .offset = (int)element->base.offset,
        .octets = element->base.len,
        .at = element->base.offset,
        .ends = element->ends,
        .partial = !is_header_or_message(literal),
    };
    dissect_mail_fragment(view, &body_fields, &fragment);
    if (view->wanted && fragment.partial)
        add_part(view, &node, element);
}

void dissect_imap_literal_gap(const struct mw_view *view, const struct imap_element *element)
{
    if (!element->literal->body || !element->ends)
        return;
    struct mail_fragment fragment = { .body = element->literal->body,
                                      .tvb = view->tvb,
                                      .at = element->base.offset,
                                      .ends = true,
                                      .partial = !is_header_or_message(element->literal) };
    dissect_mail_fragment(view, &body_fields, &fragment);
}

void imap_register_literal(int proto)
{
    static int *trees[] = { &ett_imap_literal, &ett_fragment, &ett_fragments };
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
