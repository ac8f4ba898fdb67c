/* Shows the record of a message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAIL_DISSECT_H
#define MAIL_DISSECT_H

#include "connection.h"
#include "mail/transaction.h"

extern int proto_mail;

/* Items of one list of a record. There are six such lists, and Wireshark 4.6 takes 50,000 items that begin no further
 * than one before for a dissector that does not end. */
#define MAIL_MAX_LISTED 8000

/* The attachments and URLs of a message in its record.
 * @param whole  no octet is missing: only then sizes and checksums of attachments are true, and shown
 * @param all    look for all, even for what nobody looks at
 * @return whether there are more than are listed */
bool add_mail_parts(const struct mw_node *node, mw_bytes message, bool whole, bool all);
void mail_register_parts(void);
/* Remembers a message on the first pass, so that copies of it are recognised. */
void mail_note_sent(packet_info *pinfo, const struct mail_transaction *t);
/* Whether anybody looks at what is wrong with messages. */
bool mail_issues_are_wanted(proto_tree *tree);
/* What is wrong with the message, on the item of its record. */
void add_mail_issues(const struct mw_node *node, proto_item *item, const struct mail_transaction *t);
void mail_handoff_lint(void);
/* Registers the protocol `mail` and its fields. */
void mail_register(void);
/* The record, in the frame in which the fate of the message is known. Nothing is computed when nobody looks. */
void dissect_mail_transaction(const struct mw_view *view, uint32_t offset, const struct mail_transaction *t);
/* "sent", "accepted": words for enum mail_action and enum mail_outcome. */
const char *mail_action_name(uint8_t action);
const char *mail_outcome_name(uint8_t outcome);
/* "250 2.1.0 Ok": a reply as it was sent, in packet memory. A code of 0 is none. */
const char *mail_reply_text(packet_info *pinfo, uint16_t code, const char *text);
/* All octets of a message, framing removed; empty when its end is not there. Lives as long as the capture. */
mw_bytes mail_body_octets(const struct mail_body *body);
/* All octets of the message of a record, or, when its end is not there, what the capture has of it; then in packet
 * memory. Empty without a message. */
mw_bytes mail_octets_so_far(packet_info *pinfo, const struct mail_transaction *t);

#endif
