/* What the files that show IMAP share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAP_DISSECT_H
#define IMAP_DISSECT_H

#include "connection.h"
#include "imap/session.h"

/* A list that is open while a part is shown. */
struct imap_shown_list {
    struct mw_node node;
    proto_item *item;         /* of the list; NULL: it was opened in an earlier part */
    struct mw_node data_item; /* FETCH: of the data item whose value comes next; tree NULL: none */
    uint8_t role;
    /* what is gathered for the end of an address or a leaf of a BODYSTRUCTURE; NULL: not seen */
    const char *name, *mailbox, *host, *type, *filename;
    mw_slice type_where, name_where;
};

/* A part that is being shown. */
struct imap_shown {
    const struct mw_view *view;
    const struct imap_element *element;
    struct imap_parser *parser;
    mw_bytes line;                                    /* the part without its line ending */
    struct imap_shown_list lists[IMAP_MAX_DEPTH + 1]; /* [0]: the part */
    uint8_t depth;                                    /* of the list that the next token stands in */
};

/* Whether anybody looks at a field of dissect_part.c but the line, dissect_values.c, dissect_fetch.c, dissect_auth.c.
 */
bool imap_part_is_wanted(proto_tree *tree);
bool imap_values_are_wanted(proto_tree *tree);
bool imap_gathered_are_wanted(proto_tree *tree);
bool imap_auth_is_wanted(proto_tree *tree);

void dissect_imap_command_part(const struct mw_view *view, const struct imap_element *element);
void dissect_imap_response_part(const struct mw_view *view, const struct imap_element *element);
void dissect_imap_auth_response(const struct mw_view *view, const struct imap_element *element);
void dissect_imap_done(const struct mw_view *view, const struct imap_element *element);
/* What the octets of a literal are, in one word: "message", "header" and the like. */
const char *imap_literal_noun(const struct imap_literal *literal);
/* Octets of a literal; puts those of messages together whoever looks. */
void dissect_imap_literal(const struct mw_view *view, const struct imap_element *element);
/* A gap inside a literal. */
void dissect_imap_literal_gap(const struct mw_view *view, const struct imap_element *element);

/* The tokens of a part, below node, which is relative to the line. */
void dissect_imap_tokens(struct imap_shown *shown, const struct mw_node *node);
/* A value by its role: octets without quotes, at a place of node. */
void add_imap_value(const struct mw_node *node, uint8_t role, mw_slice where, mw_bytes value);
/* Before the first value of a chunk. */
void imap_begin_values(void);
void imap_begin_tokens(void);
/* The value of a token: as its role asks for, secrets hidden (dissect_values.c). */
void add_imap_token_value(struct imap_shown *shown, const struct mw_node *node, const struct imap_token *token);
/* The octets of a token's value: unescaped, in packet memory. */
mw_bytes imap_value_of(const struct imap_shown *shown, const struct imap_token *token);
proto_item *add_imap_data_item(const struct mw_node *node, mw_slice where);
proto_item *add_imap_literal_size(const struct mw_node *node, const struct imap_token *token);
/* What a list of that role is called; NULL: nothing special. */
const char *imap_role_label(uint8_t role);
/* ENVELOPE and BODYSTRUCTURE: tokens that are only understood together (dissect_fetch.c). */
void gather_imap_token(struct imap_shown *shown, const struct imap_token *token, mw_bytes value);
void close_imap_list(struct imap_shown *shown, const struct imap_shown_list *list);
/* Whether a token of that role gets its field from gather_imap_token. */
bool imap_is_gathered(uint8_t role);
/* The octets of a literal that is all there, as a value of its role. */
void add_imap_literal_value(const struct mw_node *node, const struct imap_element *element);

/* A field of the server's ID: its software and version (dissect_part.c). */
void add_imap_server(const struct mw_node *node, const char *name, mw_slice where, mw_bytes value);

/* Tells the tap "imap" of an element; nothing when nobody listens (taps.c). */
void tap_imap_element(const struct mw_view *view, const struct imap_element *element);

/* imap.response_in, imap.response_to, imap.time (dissect.c). */
void add_imap_response_in(const struct mw_node *node, proto_item *item, const struct imap_exchange *exchange);
void add_imap_response_to(const struct mw_node *node, const struct imap_element *element,
                          const struct mw_moment *first);

/* The text of an element's octets for the Info column and the tree, with secrets replaced when they are to be hidden.
 */
const char *imap_shown_line(const struct mw_view *view, const struct imap_element *element, mw_bytes line);
/* Whether a literal holds what is to be hidden. */
bool imap_hides(const struct imap_literal *literal);

void add_imap_mechanism(const struct mw_node *node, mw_slice where);
void add_imap_sasl(const struct mw_node *node, const struct imap_element *element, mw_slice base64, bool from_client);

void imap_register_part(int proto);
void imap_register_values(int proto);
void imap_register_tokens(void);
void imap_register_fetch(int proto);
void imap_register_literal(int proto);
void imap_register_auth(int proto);

#endif
