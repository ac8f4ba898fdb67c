/* Lists of names and values.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/shapes.h"

void imap_take_step(const struct imap_step *step, struct imap_token *token)
{
    bool opens = token->kind == IMAP_OPEN;
    token->role = opens ? step->list_role : step->role;
    token->opens = opens ? step->opens : NULL;
}

static bool can_be_name(const struct imap_pairs *pairs, mw_bytes line, const struct imap_token *token)
{
    if (token->kind == IMAP_QUOTED)
        return pairs->quoted_names;
    return token->kind == IMAP_ATOM && mw_is(line.data[token->where.offset], MW_ALPHA);
}

void imap_read_pair(const struct imap_pairs *pairs, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    bool is_value = list->item != 0, is_name = can_be_name(pairs, line, token);
    const struct imap_pair_row *row = NULL;

    if (is_name && (!is_value || token->kind == IMAP_ATOM))
        row = mw_find_row(mw_sub(line, token->value), pairs->rows, pairs->count, sizeof pairs->rows[0]);
    if (is_value && !row) {
        size_t at = (size_t)list->item - 1;
        imap_take_step(at < pairs->count ? &pairs->rows[at].value : &pairs->unknown, token);
        list->item = 0;
    } else if (is_name) {
        token->role = pairs->name_role;
        list->item = (uint8_t)(1 + (row ? (size_t)(row - pairs->rows) : pairs->count));
    } else {
        token->role = IMAP_ROLE_OTHER;
    }
}
