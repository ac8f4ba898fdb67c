/* Turns issues into expert infos.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_EXPERT_H
#define MW_EXPERT_H

#include "fields.h"
#include "issue.h"

/* Registers every row of issue.def; given are the ids of the protocols. */
void mw_register_experts(int smtp, int pop, int imap);
/* Hangs each issue on an item of its own place (on item itself when the place is empty). */
void mw_add_issues(const struct mw_node *node, proto_item *item, const mw_issues *issues);
void mw_add_issue(const struct mw_node *node, proto_item *item, mw_issue_id id);

#endif
