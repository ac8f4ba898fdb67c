/* Shows the record of a message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAIL_DISSECT_H
#define MAIL_DISSECT_H

#include "fields.h"
#include "mail/transaction.h"

extern int proto_mail;

/* The attachments and URLs of a message in its record.
 * @param whole  no octet is missing: only then sizes and checksums of attachments are true, and shown */
void add_mail_parts(const struct mw_node *node, mw_bytes message, bool whole);
void mail_register_parts(void);
/* Registers the protocol `mail` and its fields. */
void mail_register(void);
/* The record, in the frame in which the fate of the message is known. Nothing is computed when nobody looks. */
void dissect_mail_transaction(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const struct mail_transaction *t);
/* All octets of a message, framing removed; empty when its end is not there. Lives as long as the capture. */
mw_bytes mail_body_octets(const struct mail_body *body);

#endif
