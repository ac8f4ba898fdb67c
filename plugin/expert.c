/* The one table of expert infos.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "expert.h"

static expert_field fields[MW_ISSUE_COUNT];

/* epan keeps the rows: they live as long as the plugin. */
#define MW_ISSUE(id, name, group, severity, text) { &fields[MW_ISSUE_##id], { name, group, severity, text, EXPFILL } },
static ei_register_info smtp_rows[] = {
#include "smtp/issues.def"
};
static ei_register_info pop_rows[] = {
#include "pop3/issues.def"
};
static ei_register_info imap_rows[] = {
#include "imap/issues.def"
};
#undef MW_ISSUE

#define REGISTER(proto, rows) expert_register_field_array(expert_register_protocol(proto), rows, array_length(rows))

void mw_register_experts(int smtp, int pop, int imap)
{
    for (int i = 0; i < MW_ISSUE_COUNT; i++)
        fields[i] = (expert_field)EI_INIT;
    REGISTER(smtp, smtp_rows);
    REGISTER(pop, pop_rows);
    REGISTER(imap, imap_rows);
}

void mw_add_issue(const struct mw_node *node, proto_item *item, mw_issue_id id)
{
    expert_add_info(node->pinfo, item, &fields[id]);
}

void mw_add_issues(const struct mw_node *node, proto_item *item, const mw_issues *issues)
{
    for (unsigned i = 0; i < issues->count; i++) {
        const struct mw_issue *issue = &issues->list[i];
        if (issue->where.len == 0)
            mw_add_issue(node, item, issue->id);
        else
            proto_tree_add_expert(node->tree, node->pinfo, &fields[issue->id], node->tvb,
                                  (int)(node->offset + issue->where.offset), (int)issue->where.len);
    }
}
