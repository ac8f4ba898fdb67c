/* The one table of expert infos.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "expert.h"

static expert_field fields[MW_ISSUE_COUNT];

/* epan keeps the rows: they live as long as the plugin. */
static ei_register_info rows[] = {
#define MW_ISSUE(id, name, group, severity, text)                                                                      \
    [MW_ISSUE_##id] = { &fields[MW_ISSUE_##id], { "smtp.expert." name, group, severity, text, EXPFILL } },
#include "issue.def"
#undef MW_ISSUE
};

void mw_register_experts(int proto)
{
    for (int i = 0; i < MW_ISSUE_COUNT; i++)
        fields[i] = (expert_field)EI_INIT;
    expert_register_field_array(expert_register_protocol(proto), rows, MW_ISSUE_COUNT);
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
