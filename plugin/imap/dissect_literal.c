/* Shows the octets of literals: strings where they stand, messages and their parts put together.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissect_sasl.h"
#include "imap/dissect.h"
#include "mail/body.h"
#include "mail/dissect.h"
#include "mail/parts.h"

/* Most octets of a part that are shown as text; the data source has all of them. */
#define MAX_TEXT_OCTETS 65536
/* Octets that text can take per octet when encoded: =XX, and the ends of short lines. */
#define MAX_ENCODED_RATIO 4

static int hf_imap_literal_data = -1;
static int hf_imap_part_type = -1;
static int hf_imap_part_encoding = -1;
static int hf_imap_part_text = -1;
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
    MW_STRING(hf_imap_literal_data, "imap.literal.data", "Literal data",
              "Octets of a literal that is no message, if they are text; of long ones the first"),
    MW_STRING(hf_imap_part_type, "imap.part.type", "Type", "Media type of the part, as a BODYSTRUCTURE told it"),
    MW_STRING(hf_imap_part_encoding, "imap.part.encoding", "Encoding",
              "Transfer encoding of the part, as a BODYSTRUCTURE told it"),
    MW_STRING(hf_imap_part_text, "imap.part.text", "Text", "Text of the part, decoded"),
    MW_NONE(hf_fragments, "imap.data.fragments", "Literal fragments", "Segments of a message or part"),
    MW_FRAME(hf_fragment, "imap.data.fragment", "Literal fragment", FT_FRAMENUM_NONE, "Frame of one segment"),
    MW_BOOL(hf_fragment_overlap, "imap.data.fragment.overlap", "Fragment overlap", "Segment overlaps another"),
    MW_BOOL(hf_fragment_overlap_conflicts, "imap.data.fragment.overlap.conflicts", "Fragment overlap conflict",
            "Overlapping segments differ"),
    MW_BOOL(hf_fragment_multiple_tails, "imap.data.fragment.multiple_tails", "Literal has multiple tails",
            "More than one segment claims to be the last"),
    MW_BOOL(hf_fragment_too_long, "imap.data.fragment.too_long_fragment", "Fragment too long",
            "Segment reaches beyond the end"),
    MW_FRAME(hf_fragment_error, "imap.data.fragment.error", "Defragmentation error", FT_FRAMENUM_NONE,
             "Frame in which reassembly failed"),
    MW_NUMBER(hf_fragment_count, FT_UINT32, "imap.data.fragment.count", "Fragment count", "Number of segments"),
    MW_FRAME(hf_reassembled_in, "imap.data.reassembled.in", "Reassembled literal in frame", FT_FRAMENUM_NONE,
             "Frame that shows all of it"),
    MW_NUMBER(hf_reassembled_length, FT_UINT32, "imap.data.reassembled.length", "Reassembled literal length",
              "Octets of all of it"),
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

/* section = "[" [section-spec] "]"; section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT";
 * section-text = section-msgtext / "MIME"; RFC 9051 9. It may stand behind numbers of parts. */
static const char *section_noun(const char *section)
{
    section += strspn(section, "0123456789.");
    if (g_ascii_strncasecmp(section, "HEADER", 6) == 0 || g_ascii_strcasecmp(section, "MIME") == 0)
        return "header";
    return g_ascii_strcasecmp(section, "TEXT") == 0 ? "text" : "part";
}

/* Of a literal in the place of a string. */
static const char literal_noun[] = "literal";

const char *imap_literal_noun(const struct imap_literal *literal)
{
    switch (literal->role) {
    case IMAP_ROLE_MESSAGE:
    case IMAP_ROLE_APPEND_MESSAGE:
        return "message";
    case IMAP_ROLE_HEADER:
        return "header";
    case IMAP_ROLE_CATENATE_TEXT:
        return "text";
    case IMAP_ROLE_PART:
        return literal->section ? section_noun(literal->section) : "text"; /* RFC822.TEXT */
    default:
        return literal_noun;
    }
}

static const char *describe(packet_info *pinfo, const struct imap_literal *literal)
{
    const char *noun = imap_literal_noun(literal);
    if (noun == literal_noun)
        return "Literal";
    return wmem_strdup_printf(pinfo->pool, "%c%s fragment", g_ascii_toupper(*noun), noun + 1);
}

static struct mw_node add_octets(const struct mw_view *view, const struct imap_element *element)
{
    const struct imap_literal *literal = element->literal;
    struct mw_node node = mw_element_node(view, &element->base);
    struct mw_node below =
        mw_add_node(&node, ett_imap_literal, mw_slice_of(0, element->base.len), "%s: %u octet%s",
                    describe(view->pinfo, literal), element->base.len, element->base.len == 1 ? "" : "s");
    proto_item *item = proto_tree_get_parent(below.tree);

    if (literal->section && literal->body)
        proto_item_append_text(item, " of section %s",
                               *literal->section ? mw_kept_text(view->pinfo, literal->section) : "[]");
    if (literal->type)
        proto_item_append_text(item, ", %s", mw_kept_text(view->pinfo, literal->type));
    bool last = literal->body && element->index + 1 == literal->body->fragments;
    if (PINFO_FD_VISITED(view->pinfo) && last && !literal->body->ended)
        mw_add_issue(&below, item, MW_ISSUE_IMAP_LITERAL_INCOMPLETE);
    mw_add_issues(&below, item, imap_extra_of(element)->issues);
    return below;
}

/* ---- parts ---- */

/* At most so many octets, and no character cut in two. */
static mw_bytes first_octets(mw_bytes octets, uint32_t max)
{
    const uint32_t longest = 4; /* RFC 3629 3 */
    if (octets.len <= max)
        return octets;
    for (octets.len = max; max - octets.len < longest; octets.len--)
        if ((octets.data[octets.len] & 0xC0) != 0x80)
            return octets;
    octets.len = max; /* no UTF-8 */
    return octets;
}

static bool is_type(const struct imap_literal *literal, const char *kind)
{
    return literal->type && g_str_has_prefix(literal->type, kind);
}

/* No control characters but those of text. */
static bool looks_like_text(mw_bytes octets)
{
    static const char allowed[] = { '\t', '\n', '\f', '\r', '\033' };
    for (uint32_t i = 0; i < octets.len; i++)
        if (mw_is(octets.data[i], MW_CTL) && !memchr(allowed, octets.data[i], sizeof allowed))
            return false;
    return true;
}

/* What is encoded as base64 and no text looks like text, but nobody reads it. */
static bool is_text(const struct imap_literal *literal, mw_bytes octets)
{
    if (is_type(literal, "text/") || is_type(literal, "message/") || is_type(literal, "multipart/"))
        return true;
    return !(literal->encoding && strcmp(literal->encoding, "base64") == 0) && looks_like_text(octets);
}

/* What a BODYSTRUCTURE told. */
static void add_type(const struct mw_node *node, const struct imap_literal *literal)
{
    mw_add_generated_string(node, hf_imap_part_type, literal->type);
    mw_add_generated_string(node, hf_imap_part_encoding, literal->encoding);
}

static void append(void *closure, mw_bytes octets)
{
    wmem_strbuf_append_len(closure, (const char *)octets.data, octets.len);
}

/* The first octets of a text without their transfer encoding; of the middle of one only quoted-printable tells enough.
 */
static void add_decoded(const struct mw_node *node, const struct imap_literal *literal, mw_bytes octets)
{
    wmem_strbuf_t *decoded = wmem_strbuf_new(node->pinfo->pool, "");
    bool readable =
        literal->encoding && (!literal->from_middle || g_ascii_strcasecmp(literal->encoding, "quoted-printable") == 0);

    octets = mw_sub(octets, mw_slice_of(0, MAX_TEXT_OCTETS * MAX_ENCODED_RATIO));
    if (!readable || !is_type(literal, "text/") || !mail_octets_decode(octets, literal->encoding, append, decoded))
        return;
    mw_bytes text = mw_bytes_of(wmem_strbuf_get_str(decoded), (uint32_t)wmem_strbuf_get_len(decoded));
    mw_add_generated_string(node, hf_imap_part_text, mw_text(node->pinfo, first_octets(text, MAX_TEXT_OCTETS)));
}

/* A part: its octets as text, or how many of data there are. */
static void add_content(const struct mw_node *node, const struct imap_literal *literal, mw_bytes octets)
{
    mw_slice all = mw_slice_of(0, node->bytes.len);
    mw_bytes shown = first_octets(octets, MAX_TEXT_OCTETS);

    add_type(node, literal);
    if (!is_text(literal, shown)) {
        mw_add_node(node, ett_imap_literal, all, "Data: %u octet%s", octets.len, octets.len == 1 ? "" : "s");
        return;
    }
    proto_item *item = mw_add_string(node, hf_imap_literal_data, all, mw_text(node->pinfo, shown));
    struct mw_node below = mw_node_below(node, item, ett_imap_literal);
    if (shown.len < octets.len)
        proto_item_prepend_text(item, "[first %u of %u octets] ", shown.len, octets.len); /* a label has 240 octets */
    add_decoded(&below, literal, octets);
}

/* A string, or data that nobody puts together. */
static void add_string(const struct mw_node *node, const struct imap_element *element)
{
    const struct imap_literal *literal = element->literal;

    if (element->ends)
        add_type(node, literal);
    if (literal->whole)
        add_imap_literal_value(node, element);
    else if (imap_hides(literal))
        mw_add_string(node, hf_imap_literal_data, mw_slice_of(0, element->base.len), MW_HIDDEN);
    else if (is_text(literal, node->bytes))
        mw_add_slice(node, hf_imap_literal_data, mw_slice_of(0, element->base.len));
}

/* ---- octets put together ---- */

static bool is_header_or_message(const struct imap_literal *literal)
{
    return literal->role == IMAP_ROLE_MESSAGE || literal->role == IMAP_ROLE_APPEND_MESSAGE ||
           literal->role == IMAP_ROLE_HEADER;
}

/* A part where all of it is there. */
static void add_part(const struct mw_node *node, const struct imap_element *element)
{
    mw_bytes octets = mail_body_octets(element->literal->body);
    if (element->ends && octets.len)
        add_content(node, element->literal, octets);
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
        add_part(&node, element);
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
