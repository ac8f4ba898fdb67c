/* What BODY and BODYSTRUCTURE have told of the parts of messages: a part that is fetched later is known by its type.
 * RFC 9051 6.4.5, 7.5.2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAP_STRUCTURE_H
#define IMAP_STRUCTURE_H

#include "imap/parser.h"

/* Messages that are remembered. Clients fetch the parts of a message right behind its structure, or behind those of
 * the messages on the screen. */
#define IMAP_MAX_STRUCTURES 64
/* Octets that the parts of one message take, some 35 for each: more than 200 parts. The parts behind have no type. */
#define IMAP_MAX_STRUCTURE_OCTETS 8192
/* Longest section number, type and encoding, in octets. RFC 6838 4.2 allows 127 for each half of a type. */
#define IMAP_MAX_STRUCTURE_WORD 255

struct imap_structures;

/* A message of the selected mailbox. 0: not known. */
struct imap_message_id {
    uint32_t number, uid;
};

/* Of a part. Both are printable ASCII in lower case and valid until the next token. */
struct imap_part_type {
    mw_bytes type;     /* type/subtype */
    mw_bytes encoding; /* empty for a multipart, and where none was told */
};

/* Whether a line of a FETCH response may hold a list behind BODY or BODYSTRUCTURE. Wrongly true when text in it looks
 * like one; never wrongly false. Looks at every fourth octet where none is a letter of BODY. */
bool imap_tells_structure(mw_bytes line);

/* In memory of the session, never freed. Each message's own memory is used again. */
struct imap_structures *imap_structures_new(void);

/* A response begins; what the one before left open is over. */
void imap_structures_begin(struct imap_structures *all);
/* A token of a FETCH response, in their order; all but those of BODY lists are passed over. Values that are literals
 * are not known, nor is the part that lacks its type by that. Not to be called for lists that describe a section
 * instead of a message. */
void imap_structures_token(struct imap_structures *all, struct imap_message_id message, mw_bytes line,
                           const struct imap_token *token);
/* The response tells the message's UID, which may stand behind its structure. */
void imap_structures_uid(struct imap_structures *all, uint32_t uid);

/* The type of a section as it stands between the brackets: 1, 2.1, TEXT, 2.TEXT. False for headers, .MIME, and when
 * it was not told. The UID decides when both are known. */
bool imap_structures_find(const struct imap_structures *all, struct imap_message_id message, mw_bytes section,
                          struct imap_part_type *type);

/* Another mailbox is selected, or none. */
void imap_structures_forget(struct imap_structures *all);
/* RFC 9051 7.5.1: the message is no more, and those behind it have moved up. */
void imap_structures_expunge(struct imap_structures *all, uint32_t number);
/* Which message has which number is not known any longer: those whose UID was told remain. */
void imap_structures_renumber(struct imap_structures *all);

#endif
