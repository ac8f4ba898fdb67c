/* Shows the tokens of a command or response by their roles.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/dissect.h"

/* Tokens of a chunk that are shown: epan stops a frame at a million items, and a token may have several. */
#define MAX_TOKENS 100000

static uint32_t tokens_left;

static int ett_imap_list = -1;
static int ett_imap_item = -1;

/* A value in the place of a string that NIL stands for nothing in. */
static bool says_nothing(const struct imap_shown *shown, const struct imap_token *token)
{
    return token->role != IMAP_ROLE_OTHER && token->role != IMAP_ROLE_MAILBOX && imap_is_nil(shown->line, token);
}

static const struct mw_node *place_of(const struct imap_shown *shown, const struct imap_token *token)
{
    const struct imap_shown_list *list = &shown->lists[shown->depth];
    bool new_item = token->role == IMAP_ROLE_FETCH_ITEM;
    return list->data_item.tree && !new_item ? &list->data_item : &list->node;
}

static void open_list(struct imap_shown *shown, const struct imap_token *token)
{
    const struct mw_node *outer = place_of(shown, token);
    const char *label = imap_role_label(token->role);

    if (shown->depth == IMAP_MAX_DEPTH)
        return;
    struct imap_shown_list *list = &shown->lists[++shown->depth];
    *list = (struct imap_shown_list){ .role = token->role };
    list->node = *outer;
    list->node.tree = proto_tree_add_subtree(outer->tree, outer->tvb, (int)(outer->offset + token->where.offset),
                                             (int)token->where.len, ett_imap_list, &list->item, label ? label : "List");
}

static void close_list(struct imap_shown *shown, const struct imap_token *token)
{
    if (shown->depth == 0 || token->depth >= shown->depth)
        return;
    struct imap_shown_list *list = &shown->lists[shown->depth--];
    if (list->item)
        proto_item_set_end(list->item, list->node.tvb, (int)(list->node.offset + mw_slice_end(token->where)));
    close_imap_list(shown, list);
}

/* The name of a data item of a FETCH response; what follows is its value. */
static void add_data_item(struct imap_shown *shown, const struct imap_token *token)
{
    struct imap_shown_list *list = &shown->lists[shown->depth];
    list->data_item = mw_node_below(&list->node, add_imap_data_item(&list->node, token->where), ett_imap_item);
}

static void add_token(struct imap_shown *shown, const struct imap_token *token)
{
    switch (token->kind) {
    case IMAP_OPEN:
        open_list(shown, token);
        return;
    case IMAP_CLOSE:
        close_list(shown, token);
        return;
    case IMAP_LITERAL:
        add_imap_literal_size(place_of(shown, token), token);
        return;
    default:
        break;
    }
    if (token->role == IMAP_ROLE_FETCH_ITEM && !shown->parser->from_client) {
        add_data_item(shown, token);
        return;
    }
    if (says_nothing(shown, token))
        return;
    if (!imap_is_gathered(token->role))
        add_imap_token_value(shown, place_of(shown, token), token);
    gather_imap_token(shown, token, imap_value_of(shown, token));
}

/* Shown by whoever shows the line's beginning. */
static bool is_beginning(const struct imap_token *token)
{
    return token->role == IMAP_ROLE_TAG || token->role == IMAP_ROLE_UNTAGGED_MARK ||
           token->role == IMAP_ROLE_CONTINUATION_MARK || token->role == IMAP_ROLE_UID_PREFIX ||
           token->role == IMAP_ROLE_VERB || token->role == IMAP_ROLE_STATUS || token->role == IMAP_ROLE_KIND;
}

void dissect_imap_tokens(struct imap_shown *shown, const struct mw_node *node)
{
    mw_issues issues = { 0 };
    struct imap_token token;
    uint32_t at = 0;

    shown->depth = shown->parser->depth; /* lists that an earlier part has opened */
    for (unsigned d = 0; d <= shown->depth; d++)
        shown->lists[d] = (struct imap_shown_list){ .node = *node, .role = shown->parser->lists[d].role };
    while (tokens_left && imap_parser_next(shown->parser, shown->line, &at, &token, &issues)) {
        tokens_left--;
        if (!is_beginning(&token))
            add_token(shown, &token);
    }
    if (!tokens_left)
        mw_add_issue(node, proto_tree_get_parent(node->tree), MW_ISSUE_IMAP_LIMIT);
    if (!shown->element->cut)
        mw_add_issues(node, proto_tree_get_parent(node->tree), &issues);
}

void imap_begin_tokens(void)
{
    tokens_left = MAX_TOKENS;
}

void imap_register_tokens(void)
{
    static int *trees[] = { &ett_imap_list, &ett_imap_item };
    proto_register_subtree_array(trees, array_length(trees));
}
