/* One-line meanings in the labels of the tree, for readers who do not know the
 * protocol yet.
 *
 * They are appended to labels of items that are there anyway, and only where
 * the tree is shown: no field's value changes, and nothing is done for a tree
 * that nobody sees.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_EXPLAIN_H
#define MW_EXPLAIN_H

#include "fields.h"

/* `mail.explanations` */
extern bool mw_explanations;

/* A meaning stands behind a line of up to so many octets. epan cuts a label at
 * 240 characters: behind a longer line it would be lost, and goes to a part of
 * the line instead. The unit tests of the tables know how much room is left. */
#define MW_EXPLAINED_OCTETS 100

/* Whether a meaning of this item would be seen: asked before one is looked up.
 */
static inline bool mw_explains(proto_item *item)
{
    return mw_explanations && item && PTREE_DATA(item)->visible;
}

/* "Verb: MAIL (Starts a mail transaction, RFC 5321 4.1.1.2)". text NULL:
 * nothing is known, nothing is appended. */
static inline void mw_explain(proto_item *item, const char *text, const char *rfc)
{
    if (text && mw_explains(item))
        proto_item_append_text(item, " (%s, %s)", text, rfc);
}

/* "Command Line: DATA\r\n [Asks to send the message (RFC 5321 4.1.1.4)]": in
 * brackets, since the label has the line as sent. part: an item below the line,
 * for the meaning of a long one; NULL without. */
static inline void mw_explain_line(proto_item *line, uint32_t octets, proto_item *part, const char *text,
                                   const char *rfc)
{
    if (octets > MW_EXPLAINED_OCTETS && part)
        mw_explain(part, text, rfc);
    else if (text && mw_explains(line))
        proto_item_append_text(line, " [%s (%s)]", text, rfc);
}

/* Where a generated value comes from: "[Time: 0.2 seconds (since the connection began)]". */
static inline void mw_add_origin(proto_item *item, const char *origin)
{
    if (mw_explains(item))
        proto_item_append_text(item, " (%s)", origin);
}

/* A generated string, with where it comes from. NULL values add nothing. */
static inline void mw_add_derived_string(const struct mw_node *node, int hf, const char *value, const char *origin,
                                         const char *rfc)
{
    if (!value)
        return;
    proto_item *item = mw_add_string(node, hf, mw_slice_of(0, 0), value);
    proto_item_set_generated(item);
    mw_explain(item, origin, rfc);
}

#endif
