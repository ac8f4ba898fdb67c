/* Fields, trees and the octets behind them: the small steps that every display file takes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_FIELDS_H
#define MW_FIELDS_H

#include "compat.h"
#include "slice.h"

/* Where a display function writes: a tree, and the octets that its slices point into. */
struct mw_node {
    proto_tree *tree;
    tvbuff_t *tvb;
    packet_info *pinfo;
    mw_bytes bytes;  /* octets that the slices are relative to */
    uint32_t offset; /* of bytes in tvb */
};

/* Rows for a table of hf_register_info. */
#define MW_STRING(hf, abbrev, name, blurb)                                                                             \
    {                                                                                                                  \
        &hf,                                                                                                           \
        {                                                                                                              \
            name, abbrev, FT_STRING, BASE_NONE, NULL, 0, blurb, HFILL                                                  \
        }                                                                                                              \
    }
#define MW_NUMBER(hf, type, abbrev, name, blurb)                                                                       \
    {                                                                                                                  \
        &hf,                                                                                                           \
        {                                                                                                              \
            name, abbrev, type, BASE_DEC, NULL, 0, blurb, HFILL                                                        \
        }                                                                                                              \
    }
#define MW_ENUM(hf, type, abbrev, name, vals, blurb)                                                                   \
    {                                                                                                                  \
        &hf,                                                                                                           \
        {                                                                                                              \
            name, abbrev, type, BASE_DEC, VALS(vals), 0, blurb, HFILL                                                  \
        }                                                                                                              \
    }
#define MW_BOOL(hf, abbrev, name, blurb)                                                                               \
    {                                                                                                                  \
        &hf,                                                                                                           \
        {                                                                                                              \
            name, abbrev, FT_BOOLEAN, BASE_NONE, NULL, 0, blurb, HFILL                                                 \
        }                                                                                                              \
    }
#define MW_TIME(hf, abbrev, name, blurb)                                                                               \
    {                                                                                                                  \
        &hf,                                                                                                           \
        {                                                                                                              \
            name, abbrev, FT_RELATIVE_TIME, BASE_NONE, NULL, 0, blurb, HFILL                                           \
        }                                                                                                              \
    }
#define MW_FRAME(hf, abbrev, name, kind, blurb)                                                                        \
    {                                                                                                                  \
        &hf,                                                                                                           \
        {                                                                                                              \
            name, abbrev, FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(kind), 0, blurb, HFILL                                 \
        }                                                                                                              \
    }
#define MW_NONE(hf, abbrev, name, blurb)                                                                               \
    {                                                                                                                  \
        &hf,                                                                                                           \
        {                                                                                                              \
            name, abbrev, FT_NONE, BASE_NONE, NULL, 0, blurb, HFILL                                                    \
        }                                                                                                              \
    }

/* Adopts each field that Wireshark already has under that name, registers the others under proto. The rows must live
 * for ever. */
void mw_register_fields(int proto, hf_register_info *rows, unsigned count);
#define MW_REGISTER_FIELDS(proto, rows) mw_register_fields(proto, rows, array_length(rows))

/* Whether anybody looks at one of the fields, or at the whole tree. */
bool mw_fields_are_wanted(proto_tree *tree, const hf_register_info *rows, unsigned count);
#define MW_FIELDS_ARE_WANTED(tree, rows) mw_fields_are_wanted(tree, rows, array_length(rows))

/* A subtree over a slice, labelled by a format; control characters in it are escaped. */
struct mw_node mw_add_node(const struct mw_node *parent, int ett, mw_slice where, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* The node below an item. */
struct mw_node mw_node_below(const struct mw_node *parent, proto_item *item, int ett);
/* A string field whose value is the slice's octets, as UTF-8. */
proto_item *mw_add_slice(const struct mw_node *node, int hf, mw_slice where);
/* A string field with a value of its own over a slice. value is copied. */
proto_item *mw_add_string(const struct mw_node *node, int hf, mw_slice where, const char *value);
proto_item *mw_add_uint(const struct mw_node *node, int hf, mw_slice where, uint32_t value);
proto_item *mw_add_uint64(const struct mw_node *node, int hf, mw_slice where, uint64_t value);
/* Computed elsewhere: no octets of this frame, marked generated. NULL values add nothing. */
void mw_add_generated_string(const struct mw_node *node, int hf, const char *value);
void mw_add_generated_uint(const struct mw_node *node, int hf, uint32_t value);
void mw_add_generated_uint64(const struct mw_node *node, int hf, uint64_t value);
/* Nanoseconds as a generated relative time. */
proto_item *mw_add_generated_time(const struct mw_node *node, int hf, int64_t nanoseconds);

/* Calls a dissector of somebody else: what is wrong with its octets, or with it, is shown and must not take away what
 * follows in the frame. */
void mw_call_dissector(const struct mw_node *node, dissector_handle_t handle, tvbuff_t *tvb);

/* The octets as UTF-8 in packet memory; what is not UTF-8 is read as windows-1252 when all of it is text, else
 * replaced. */
const char *mw_text(packet_info *pinfo, mw_bytes octets);
/* What mw_text gives for a string as a peer sent it, which is given back when it is UTF-8; NULL for NULL. */
const char *mw_kept_text(packet_info *pinfo, const char *kept);
/* What mw_text gives, with ASCII letters in upper case: keywords and verbs. */
const char *mw_upper(packet_info *pinfo, mw_bytes octets);

#endif
