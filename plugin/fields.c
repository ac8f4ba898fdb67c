/* Adopting and registering fields, and adding them to a tree.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"

#include <stdarg.h>

void mw_register_fields(int proto, hf_register_info *rows, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        int id = proto_registrar_get_id_byname(rows[i].hfinfo.abbrev);
        if (id > 0)
            *rows[i].p_id = id;
        else
            proto_register_field_array(proto, &rows[i], 1);
    }
}

struct mw_node mw_node_below(const struct mw_node *parent, proto_item *item, int ett)
{
    struct mw_node node = *parent;
    node.tree = proto_item_add_subtree(item, ett);
    return node;
}

struct mw_node mw_add_node(const struct mw_node *parent, int ett, mw_slice where, const char *format, ...)
{
    struct mw_node node = *parent;
    va_list args;
    va_start(args, format);
    const char *text = wmem_strdup_vprintf(parent->pinfo->pool, format, args);
    va_end(args);
    const char *label = format_text_string(parent->pinfo->pool, (const void *)text); /* as epan shows strings */
    node.tree = proto_tree_add_subtree(parent->tree, parent->tvb, (int)(parent->offset + where.offset), (int)where.len,
                                       ett, NULL, label);
    return node;
}

const char *mw_text(packet_info *pinfo, mw_bytes octets)
{
    if (g_utf8_validate((const char *)octets.data, octets.len, NULL))
        return wmem_strndup(pinfo->pool, (const char *)octets.data, octets.len);
    char *latin = g_convert((const char *)octets.data, octets.len, "UTF-8", "WINDOWS-1252", NULL, NULL, NULL);
    if (!latin || strlen(latin) < octets.len) { /* holds NUL or an unassigned octet */
        g_free(latin);
        latin = g_utf8_make_valid((const char *)octets.data, octets.len);
    }
    char *copy = wmem_strdup(pinfo->pool, latin);
    g_free(latin);
    return copy;
}

const char *mw_upper(packet_info *pinfo, mw_bytes octets)
{
    char *upper = g_ascii_strup(mw_text(pinfo, octets), -1);
    const char *copy = wmem_strdup(pinfo->pool, upper);
    g_free(upper);
    return copy;
}

const char *mw_kept_text(packet_info *pinfo, const char *kept)
{
    return !kept || g_utf8_validate(kept, -1, NULL) ? kept : mw_text(pinfo, mw_bytes_str(kept));
}

static proto_item *add_text(const struct mw_node *node, int hf, mw_slice where, const char *value)
{
    return proto_tree_add_string(node->tree, hf, node->tvb, (int)(node->offset + where.offset), (int)where.len, value);
}

proto_item *mw_add_string(const struct mw_node *node, int hf, mw_slice where, const char *value)
{
    return add_text(node, hf, where, mw_kept_text(node->pinfo, value));
}

bool mw_fields_are_wanted(proto_tree *tree, const hf_register_info *rows, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (proto_field_is_referenced(tree, *rows[i].p_id))
            return true;
    return false;
}

/* What epan would only pretend to add is not made into text before. */
proto_item *mw_add_slice(const struct mw_node *node, int hf, mw_slice where)
{
    if (!proto_field_is_referenced(node->tree, hf))
        return (proto_item *)node->tree;
    return add_text(node, hf, where, mw_text(node->pinfo, mw_sub(node->bytes, where)));
}

proto_item *mw_add_uint(const struct mw_node *node, int hf, mw_slice where, uint32_t value)
{
    return proto_tree_add_uint(node->tree, hf, node->tvb, (int)(node->offset + where.offset), (int)where.len, value);
}

proto_item *mw_add_uint64(const struct mw_node *node, int hf, mw_slice where, uint64_t value)
{
    return proto_tree_add_uint64(node->tree, hf, node->tvb, (int)(node->offset + where.offset), (int)where.len, value);
}

void mw_add_generated_string(const struct mw_node *node, int hf, const char *value)
{
    if (value)
        proto_item_set_generated(mw_add_string(node, hf, mw_slice_of(0, 0), value));
}

void mw_add_generated_uint(const struct mw_node *node, int hf, uint32_t value)
{
    proto_item_set_generated(mw_add_uint(node, hf, mw_slice_of(0, 0), value));
}

void mw_add_generated_uint64(const struct mw_node *node, int hf, uint64_t value)
{
    proto_item_set_generated(mw_add_uint64(node, hf, mw_slice_of(0, 0), value));
}

proto_item *mw_add_generated_time(const struct mw_node *node, int hf, int64_t nanoseconds)
{
    nstime_t t = { .secs = (time_t)(nanoseconds / 1000000000), .nsecs = (int)(nanoseconds % 1000000000) };
    proto_item *item = proto_tree_add_time(node->tree, hf, node->tvb, (int)node->offset, 0, &t);
    proto_item_set_generated(item);
    return item;
}

/* NOLINTNEXTLINE(readability-function-size): the macros of epan nest */
void mw_call_dissector(const struct mw_node *node, dissector_handle_t handle, tvbuff_t *tvb)
{
    packet_info *pinfo = node->pinfo;
    const char *protocol = pinfo->current_proto;
    TRY
    {
        call_dissector(handle, tvb, pinfo, node->tree);
    }
    CATCH_NONFATAL_ERRORS
    {
        show_exception(tvb, pinfo, node->tree, EXCEPT_CODE, GET_MESSAGE);
        pinfo->current_proto = protocol;
    }
    ENDTRY;
}
