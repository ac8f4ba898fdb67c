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
static ei_register_info mail_rows[] = {
#include "mail/issues.def"
};
#undef MW_ISSUE

static const char *const texts[] = {
#define MW_ISSUE(id, name, group, severity, text) text,
#include "issue.def"
#undef MW_ISSUE
};

bool mw_policy_notes = true;

/* What depends on the policy of a network: a laboratory does without TLS. */
static const mw_issue_id policy[] = {
    MW_ISSUE_AUTH_CLEARTEXT,         MW_ISSUE_AUTH_OFFERED_CLEARTEXT, MW_ISSUE_AUTH_WEAK,
    MW_ISSUE_IMAP_ALERT_CLEARTEXT,   MW_ISSUE_IMAP_AUTH_CLEARTEXT,    MW_ISSUE_IMAP_PREAUTH_CLEARTEXT,
    MW_ISSUE_IMAP_STARTTLS_NOT_USED, MW_ISSUE_IMAP_VERSION_DISCLOSED, MW_ISSUE_POP_APOP,
    MW_ISSUE_POP_AUTH_CLEARTEXT,     MW_ISSUE_POP_STLS_NOT_USED,      MW_ISSUE_POP_VERSION_DISCLOSED,
    MW_ISSUE_REQUIRETLS_CLEARTEXT,   MW_ISSUE_STARTTLS_NOT_USED,      MW_ISSUE_VERSION_DISCLOSED,
};

static bool is_wanted(mw_issue_id id)
{
    for (size_t i = 0; i < array_length(policy) && !mw_policy_notes; i++)
        if (policy[i] == id)
            return false;
    return true;
}

#define REGISTER(proto, rows) expert_register_field_array(expert_register_protocol(proto), rows, array_length(rows))

void mw_register_experts(int smtp, int pop, int imap, int mail)
{
    for (int i = 0; i < MW_ISSUE_COUNT; i++)
        fields[i] = (expert_field)EI_INIT;
    REGISTER(mail,
             mail_rows); /* next to its fields: -G elastic-mapping begins an object with each change of protocol */
    REGISTER(smtp, smtp_rows);
    REGISTER(pop, pop_rows);
    REGISTER(imap, imap_rows);
}

void mw_add_issue(const struct mw_node *node, proto_item *item, mw_issue_id id)
{
    if (is_wanted(id))
        expert_add_info(node->pinfo, item, &fields[id]);
}

void mw_add_repeated_issue(const struct mw_node *node, proto_item *item, mw_issue_id id,
                           const struct mw_repetition *places)
{
    if (places->count < 2 || !is_wanted(id))
        mw_add_issue(node, item, id);
    else
        expert_add_info_format(node->pinfo, item, &fields[id], "%s: %u times, first at octet %u", texts[id],
                               places->count, places->first);
}

bool mw_issues_are_wanted(proto_tree *tree, mw_issue_id first, mw_issue_id last)
{
    if (tree)
        for (unsigned id = first; id <= last; id++)
            if (proto_field_is_referenced(tree, fields[id].hf))
                return true;
    return false;
}

void mw_add_issues(const struct mw_node *node, proto_item *item, const mw_issues *issues)
{
    for (unsigned i = 0; issues && i < issues->count; i++) {
        const struct mw_issue *issue = &issues->list[i];
        if (issue->where.len == 0 || !is_wanted(issue->id))
            mw_add_issue(node, item, issue->id);
        else
            proto_tree_add_expert(node->tree, node->pinfo, &fields[issue->id], node->tvb,
                                  (int)(node->offset + issue->where.offset), (int)issue->where.len);
    }
}
