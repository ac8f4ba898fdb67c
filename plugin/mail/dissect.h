/* Shows the record of a message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAIL_DISSECT_H
#define MAIL_DISSECT_H

#include "fields.h"
#include "mail/transaction.h"

extern int proto_mail;

/* The parts of a message in its record. proto: the protocol that brought it. */
void add_mail_parts(const struct mw_node *node, mw_bytes message, int proto);
void mail_register_parts(void);
/* Whether a field that costs time in proportion to the message is to be computed. */
bool mail_is_wanted(int hf, uint32_t octets, int proto);
/* Registers the protocol `mail` and its fields. */
void mail_register(void);
/* The record of a message that the protocol `proto` brought, in the frame in which the fate of the message is known. Nothing is computed when nobody looks. */
void dissect_mail_transaction(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, int proto,
                              const struct mail_transaction *t);
/* All octets of a message, framing removed; empty when its end is not there. Lives as long as the capture. */
mw_bytes mail_body_octets(const struct mail_body *body);

#endif
