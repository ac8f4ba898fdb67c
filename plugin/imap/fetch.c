/* FETCH responses: items of a message, each with its value. RFC 9051 7.5.2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/shapes.h"

#include <glib.h>

/* A value of which nothing is known: every element of it, lists in lists too. */
static void read_value(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    (void)parser;
    (void)line;
    token->role = IMAP_ROLE_FETCH_VALUE;
    token->opens = list->shape;
}

static const struct imap_shape value_shape = { read_value };

/* Steps of values: a list is one of which nothing is known, unless the item has lists. */
#define VALUE(of)                                                                                                      \
    {                                                                                                                  \
        IMAP_ROLE_##of, IMAP_ROLE_FETCH_VALUE, &value_shape                                                            \
    }
#define VALUES(list, of)                                                                                               \
    {                                                                                                                  \
        IMAP_ROLE_##of, IMAP_ROLE_##list, IMAP_AGAIN(IMAP_PLAIN(of))                                                   \
    }
#define STRUCTURE                                                                                                      \
    {                                                                                                                  \
        IMAP_ROLE_FETCH_VALUE, IMAP_ROLE_BODY, &imap_shape_body                                                        \
    }
/* RFC 5257 4.3: (entry (attribute value ...) ...) */
#define ANNOTATIONS                                                                                                    \
    IMAP_LIST(METADATA_ENTRIES, IMAP_AGAIN(IMAP_PLAIN(METADATA_ENTRY),                                                 \
                                           IMAP_LIST(METADATA_ENTRIES, IMAP_AGAIN(IMAP_PLAIN(METADATA_ENTRY),          \
                                                                                  IMAP_PLAIN(METADATA_VALUE)))))
/* (FUZZY "text"): what became RFC 8970, as Dovecot 2.3 sends it. */
#define SNIPPET                                                                                                        \
    {                                                                                                                  \
        IMAP_ROLE_PREVIEW, IMAP_ROLE_FETCH_VALUE, IMAP_ONCE(IMAP_PLAIN(FETCH_VALUE), IMAP_PLAIN(PREVIEW))              \
    }

/* What list->item can be, when it is no row of items: values by the section behind the name. */
enum {
    MESSAGE_VALUE = 0x80,
    HEADER_VALUE,
    PART_VALUE,
};

/* Sorted by name. BODY and BINARY without a section are told by their own rows. .PEEK is only for commands, but a
 * server may repeat the name as asked for. X-GM-MSGID and X-GM-THRID are what EMAILID and THREADID were made of. */
static const struct imap_pair_row item_rows[] = {
    { "ANNOTATION", ANNOTATIONS },
    { "BINARY", VALUE(FETCH_VALUE) },
    { "BINARY.PEEK", VALUE(FETCH_VALUE) },
    { "BINARY.SIZE", VALUE(BINARY_SIZE) },
    { "BODY", STRUCTURE },
    { "BODY.PEEK", STRUCTURE },
    { "BODYPARTSTRUCTURE", STRUCTURE },
    { "BODYSTRUCTURE", STRUCTURE },
    { "EMAILID", VALUES(EMAILID_LIST, EMAILID) },
    { "ENVELOPE", { IMAP_ROLE_FETCH_VALUE, IMAP_ROLE_ENVELOPE, &imap_shape_envelope } },
    { "FLAGS", { IMAP_ROLE_FETCH_VALUE, IMAP_ROLE_FLAGS, &imap_shape_flags } },
    { "INTERNALDATE", VALUE(INTERNALDATE) },
    { "MODSEQ", VALUES(MODSEQ_LIST, MODSEQ) },
    { "PREVIEW", SNIPPET },
    { "RFC822", VALUE(MESSAGE) },
    { "RFC822.HEADER", VALUE(HEADER) },
    { "RFC822.SIZE", VALUE(SIZE) },
    { "RFC822.TEXT", VALUE(PART) },
    { "SAVEDATE", VALUE(SAVEDATE) },
    { "SNIPPET", SNIPPET },
    { "THREADID", VALUES(THREADID_LIST, THREADID) },
    { "UID", VALUE(UID) },
    { "X-GM-LABELS", VALUES(LABELS, LABEL) },
    { "X-GM-MSGID", VALUE(EMAILID) },
    { "X-GM-THRID", VALUE(THREADID) },
};

static const struct imap_pairs items = {
    item_rows, G_N_ELEMENTS(item_rows), IMAP_ROLE_FETCH_ITEM, false, VALUE(FETCH_VALUE),
};

static const struct imap_step section_values[] = { VALUE(MESSAGE), VALUE(HEADER), VALUE(PART) };

static bool is_item(const struct imap_list *list, const char *name)
{
    return list->item > 0 && list->item <= G_N_ELEMENTS(item_rows) && strcmp(item_rows[list->item - 1].name, name) == 0;
}

/* section = "[" [section-spec] "]", section-binary = "[" [section-part] "]"; RFC 9051 9. Nothing between the brackets
 * is the whole message; a section that a literal cuts is never that. A later piece of one finds list->item settled. */
static void read_section(struct imap_list *list, mw_bytes line, const struct imap_token *token)
{
    bool body = is_item(list, "BODY") || is_item(list, "BODY.PEEK");
    mw_slice section = mw_slice_trim(line, token->value);

    if (!body && !is_item(list, "BINARY") && !is_item(list, "BINARY.PEEK"))
        return;
    if (section.len == 0 && line.data[mw_slice_end(token->where) - 1] == ']')
        list->item = MESSAGE_VALUE;
    else if (body && mw_starts_nocase(mw_sub(line, section), "HEADER"))
        list->item = HEADER_VALUE;
    else
        list->item = PART_VALUE;
}

/* msg-att = "(" (msg-att-dynamic / msg-att-static) *(SP (msg-att-dynamic / msg-att-static)) ")"; RFC 9051 9. */
static void read_fetch_response(struct imap_parser *parser, struct imap_list *list, mw_bytes line,
                                struct imap_token *token)
{
    (void)parser;
    if (token->kind == IMAP_SECTION) {
        read_section(list, line, token);
    } else if (token->role == IMAP_ROLE_PARTIAL) {
        if (list->item >= MESSAGE_VALUE)
            list->item = PART_VALUE;
    } else if (list->item >= MESSAGE_VALUE) {
        imap_take_step(&section_values[list->item - MESSAGE_VALUE], token);
        list->item = 0;
    } else {
        imap_read_pair(&items, list, line, token);
    }
}

const struct imap_shape imap_shape_fetch_response = { read_fetch_response };
