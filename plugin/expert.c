/* The one table of expert infos.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "expert.h"

static const struct {
    const char *name;
    int group, severity;
    const char *text;
} rows[] = {
#define MW_ISSUE(id, name, group, severity, text) [MW_ISSUE_##id] = { name, group, severity, text },
#include "issue.def"
#undef MW_ISSUE
};

static expert_field fields[MW_ISSUE_COUNT];

void mw_register_experts(int proto, const char *prefix)
{
    expert_module_t *module = expert_register_protocol(proto);
    for (int i = 0; i < MW_ISSUE_COUNT; i++) {
        ei_register_info *info = g_new0(ei_register_info, 1); /* epan keeps it for ever */
        fields[i] = (expert_field)EI_INIT;
        *info = (ei_register_info){
            &fields[i],
            { g_strdup_printf("%s.expert.%s", prefix, rows[i].name), rows[i].group, rows[i].severity, rows[i].text,
              EXPFILL },
        };
        expert_register_field_array(module, info, 1);
    }
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
