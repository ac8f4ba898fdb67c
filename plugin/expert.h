/* Turns issues into expert infos.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_EXPERT_H
#define MW_EXPERT_H

#include "fields.h"
#include "issue.h"

/* Whether issues of policy are shown, such as a password in clear. A preference. */
extern bool mw_policy_notes;

/* How often something stands in octets that are not shown at its place. */
struct mw_repetition {
    uint32_t count;
    uint32_t first; /* offset in octets */
};

/* Registers every row of issue.def; given are the ids of the protocols. */
void mw_register_experts(int smtp, int pop, int imap, int mail);
/* Hangs each issue on an item of its own place (on item itself when the place is empty). issues: NULL for none. */
void mw_add_issues(const struct mw_node *node, proto_item *item, const mw_issues *issues);
void mw_add_issue(const struct mw_node *node, proto_item *item, mw_issue_id id);
/* The same, and the text says how often and where. */
void mw_add_repeated_issue(const struct mw_node *node, proto_item *item, mw_issue_id id,
                           const struct mw_repetition *places);
/* Whether anybody asks for one of these issues by its name, or looks at the tree. */
bool mw_issues_are_wanted(proto_tree *tree, mw_issue_id first, mw_issue_id last);

#endif
