/* Means to write shapes with: the steps of a list by table, and lists of names and values.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAP_SHAPES_H
#define IMAP_SHAPES_H

#include <stddef.h>

#include "imap/parser.h"

/* Steps: a value that is no list, a list with elements of one role, a list whatever is in it. */
#define IMAP_PLAIN(of)                                                                                                 \
    {                                                                                                                  \
        IMAP_ROLE_##of, IMAP_ROLE_OTHER, NULL                                                                          \
    }
#define IMAP_LIST(of, shape)                                                                                           \
    {                                                                                                                  \
        IMAP_ROLE_OTHER, IMAP_ROLE_##of, shape                                                                         \
    }
#define IMAP_LIST_OF(list, elements) IMAP_LIST(list, IMAP_AGAIN(IMAP_PLAIN(elements)))

/* A name with what its value means. Sorted by name, upper case. */
struct imap_pair_row {
    const char *name;
    struct imap_step value;
};

struct imap_pairs {
    const struct imap_pair_row *rows;
    size_t count;             /* below 255 */
    uint8_t name_role;        /* enum imap_role */
    bool quoted_names;        /* names may be quoted strings */
    struct imap_step unknown; /* value behind a name that is in no row */
};

/* Reads an element of a list of names and values in turn; list->item tells which value is next, 0 for a name. Software
 * leaves out values or sends one too many: what cannot be a name is of IMAP_ROLE_OTHER in the place of one, and an atom
 * that is a known name is one in the place of a value. */
void imap_read_pair(const struct imap_pairs *pairs, struct imap_list *list, mw_bytes line, struct imap_token *token);

/* Gives a token the role of a step; list or not decides which. */
void imap_take_step(const struct imap_step *step, struct imap_token *token);

#endif
