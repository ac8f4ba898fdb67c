/* Puts the octets of a message together and, where it ends, shows the whole of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/body.h"
#include "mail/dissect.h"
#include "mail/tail.h"

/* Wireshark 4.0 walks over all fragments of a message for each new one. Up to this number each segment is a fragment,
 * as everybody expects; from then on segments are merged before they are added. */
#define MAX_SINGLE_FRAGMENTS 1000
#define MERGED_OCTETS (256 * 1024)

/* Larger messages are not put together: epan counts octets in 32 bits. */
#define MAX_MESSAGE_OCTETS (1024u * 1024 * 1024)

static dissector_handle_t imf_handle;
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

/* Collects the pieces of a message with very many. Returns whether there is enough for a fragment, which *piece is
 * then. */
static bool merge(const struct mw_view *view, struct mail_fragment *piece)
{
    struct mail_body *body = piece->body;
    if (body->gathered < MAX_SINGLE_FRAGMENTS)
        return true;
    if (!body->merging)
        body->merging = wmem_alloc(wmem_file_scope(), MERGED_OCTETS);
    uint32_t together = body->merged + piece->octets;
    bool enough = piece->ends || together > MERGED_OCTETS;
    uint8_t *to = enough ? wmem_alloc(view->pinfo->pool, (size_t)together + 1) : body->merging;

    if (enough)
        memcpy(to, body->merging, body->merged);
    if (piece->octets)
        tvb_memcpy(piece->tvb, to + body->merged, piece->offset, piece->octets);
    body->merged = enough ? 0 : together;
    if (enough) {
        piece->tvb = tvb_new_child_real_data(view->tvb, to, together, (int)together);
        piece->offset = 0;
        piece->octets = together;
    }
    return enough;
}

/* Whether this frame has made whole a message that had ended with octets missing: it is shown once more. */
static bool is_whole_again(const struct mw_view *view, const struct mail_body *body)
{
    return body->tail && body->tail->whole_frame == view->pinfo->num;
}

/* Adds octets that are the message's, at the end of what has been added. */
static fragment_head *add_fragment(const struct mw_view *view, struct mail_fragment piece)
{
    struct mail_body *body = piece.body;
    uint32_t id = piece.id;

    if (piece.octets == 0 && body->merged == 0)
        return piece.ends && body->gathered ? fragment_end_seq_next(&messages, view->pinfo, id, NULL) : NULL;
    if (body->handed + piece.octets > MAX_MESSAGE_OCTETS)
        return NULL; /* its fragments stay visible */
    body->handed += piece.octets;
    if (!merge(view, &piece))
        return NULL;
    return fragment_add_seq_check(&messages, piece.tvb, piece.offset, view->pinfo, id, NULL, body->gathered++,
                                  piece.octets, !piece.ends);
}

/* Adds once more what came in front of the first hole. */
static void begin_again(const struct mw_view *view, struct mail_fragment piece)
{
    struct mail_body *body = piece.body;
    const fragment_head *before = body->shown;
    uint32_t octets = before ? tvb_captured_length(before->tvb_data) : 0;

    body->gathered = body->merged = 0;
    body->handed = 0;
    piece.octets = octets < body->tail->octets_before ? octets : (uint32_t)body->tail->octets_before;
    piece.offset = 0;
    if (piece.octets) {
        piece.tvb = before->tvb_data;
        add_fragment(view, piece);
    }
}

/* What came from the first hole on is added where the message ends, since octets may come late: each piece as a
 * fragment of the frame that brought it. */
static void add_tail(const struct mw_view *view, struct mail_fragment piece)
{
    uint32_t this_frame = view->pinfo->num;
    struct mail_walk walk = mail_tail_walk(piece.body);
    uint8_t *room = wmem_alloc(view->pinfo->pool, mail_tail_room(piece.body));
    mw_bytes octets;

    piece.ends = false;
    piece.offset = 0;
    if (is_whole_again(view, piece.body))
        begin_again(view, piece);
    else
        piece.body->tail->octets_before = piece.body->handed;
    while (mail_tail_next(&walk, room, &octets, &view->pinfo->num)) {
        piece.octets = octets.len;
        piece.tvb = tvb_new_child_real_data(view->tvb, octets.data, octets.len, (int)octets.len);
        add_fragment(view, piece);
    }
    view->pinfo->num = this_frame;
}

/* Adds what of this element is the message; on later passes the octets do not matter. */
static fragment_head *reassemble(const struct mw_view *view, const struct mail_fragment *fragment)
{
    struct mail_fragment piece = *fragment;

    piece.id = is_whole_again(view, piece.body) ? piece.body->tail->whole_id : piece.body->id;
    if (PINFO_FD_VISITED(view->pinfo))
        return fragment_add_seq_check(&messages, view->tvb, 0, view->pinfo, piece.id, NULL, 0, 0, !piece.ends);
    if (piece.body->tail) {
        if (!piece.ends)
            return NULL;
        add_tail(view, piece);
        piece.octets = 0;
    }
    return add_fragment(view, piece);
}

void dissect_mail_message(const struct mw_view *view, tvbuff_t *message)
{
    if (!imf_handle || tvb_captured_length(message) == 0)
        return;
    /* imf clears the column up to the fence, and then tells From and Subject */
    col_append_str(view->pinfo->cinfo, COL_INFO, ", ");
    col_set_fence(view->pinfo->cinfo, COL_INFO);
    mw_call_dissector(&(struct mw_node){ .tree = view->top, .pinfo = view->pinfo }, imf_handle, message);
    col_set_fence(view->pinfo->cinfo, COL_INFO);
}

void mail_unstuff_fragment(const struct mw_view *view, const struct mw_element *element, const struct smtp_dot *before,
                           struct mail_fragment *fragment)
{
    fragment->offset = (int)element->offset;
    fragment->octets = element->len;
    if (!before || PINFO_FD_VISITED(view->pinfo))
        return;
    uint8_t *copy = wmem_alloc(view->pinfo->pool, (size_t)element->len + 1);
    fragment->octets = smtp_dot_unstuff(before, mw_element_bytes(view, element), copy);
    fragment->tvb = tvb_new_child_real_data(view->tvb, copy, fragment->octets, (int)fragment->octets);
    fragment->offset = 0;
}

bool mail_body_is_whole_here(const struct mw_view *view, const struct mail_body *body)
{
    return body->ended && (body->whole_frame == view->pinfo->num || is_whole_again(view, body));
}

void dissect_mail_fragment(const struct mw_view *view, const struct mail_body_fields *fields,
                           const struct mail_fragment *fragment)
{
    struct mail_body *body = fragment->body;
    fragment_head *head = reassemble(view, fragment);

    if (head && (!body->shown || is_whole_again(view, body)))
        body->shown = head;
    if (!fragment->ends && (!view->wanted || mail_body_is_whole_here(view, body))) /* the end shows the whole of it */
        return;
    if (!fragment->ends && !head && body->ended && PINFO_FD_VISITED(view->pinfo)) { /* merged */
        struct mw_node node = { view->tree, view->tvb, view->pinfo, { 0 }, fragment->at };
        proto_item_set_generated(
            mw_add_uint(&node, *fields->items->hf_reassembled_in, mw_slice_of(0, 0), body->whole_frame));
        return;
    }
    tvbuff_t *whole = process_reassembled_data(view->tvb, (int)fragment->at, view->pinfo, fields->source, head,
                                               fields->items, NULL, view->tree);
    if (!whole || !fragment->ends || fragment->partial)
        return;
    uint32_t len = tvb_captured_length(whole);
    if (len >= body->trailer)
        dissect_mail_message(view, tvb_new_subset_length(whole, 0, (int)(len - body->trailer)));
}

mw_bytes mail_body_octets(const struct mail_body *body)
{
    const fragment_head *head = body->shown;
    if (!head || !head->tvb_data || tvb_captured_length(head->tvb_data) < body->trailer)
        return (mw_bytes){ 0 };
    uint32_t len = tvb_captured_length(head->tvb_data) - body->trailer;
    return mw_bytes_of(len ? tvb_get_ptr(head->tvb_data, 0, (int)len) : NULL, len);
}

/* What came from the first hole of a message on. Returns octets written. */
static uint32_t join_tail(const struct mail_body *body, uint8_t *out)
{
    struct mail_walk walk = mail_tail_walk(body);
    uint32_t written = 0, frame;
    mw_bytes octets;

    for (; mail_tail_next(&walk, out + written, &octets, &frame); written += octets.len)
        if (octets.data != out + written && octets.len)
            memcpy(out + written, octets.data, octets.len);
    return written;
}

/* The fragments of a message that are waiting for the rest of it. */
static mw_bytes join_fragments(packet_info *pinfo, const struct mail_body *body)
{
    const fragment_head *head = fragment_get(&messages, pinfo, body->id, NULL);
    size_t octets = body->merged + (body->tail ? mail_tail_room(body) : 0);
    uint32_t len = 0;

    for (const fragment_item *piece = head ? head->next : NULL; piece; piece = piece->next)
        octets += piece->tvb_data ? piece->len : 0;
    uint8_t *copy = wmem_alloc(pinfo->pool, (size_t)octets + 1);
    for (const fragment_item *piece = head ? head->next : NULL; piece; piece = piece->next) {
        if (!piece->tvb_data)
            continue;
        tvb_memcpy(piece->tvb_data, copy + len, 0, piece->len);
        len += piece->len;
    }
    if (body->merged)
        memcpy(copy + len, body->merging, body->merged);
    len += body->merged;
    return mw_bytes_of(copy, len + (body->tail ? join_tail(body, copy + len) : 0));
}

mw_bytes mail_octets_so_far(packet_info *pinfo, const struct mail_transaction *t)
{
    const struct mail_body *body = t->body ? t->body : t->begun;
    if (!body)
        return (mw_bytes){ 0 };
    return body->shown ? mail_body_octets(body) : join_fragments(pinfo, body);
}

void mail_register_body(void)
{
    reassembly_table_register(&messages, &message_functions);
}

void mail_handoff_body(void)
{
    imf_handle = find_dissector("imf");
}
