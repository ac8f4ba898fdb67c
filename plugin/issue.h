/* What can be wrong with, or worth saying about, the octets. Parsers and sessions name an issue; only expert.c
 * turns one into words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_ISSUE_H
#define MW_ISSUE_H

#include "slice.h"

typedef enum {
#define MW_ISSUE(id, name, group, severity, text) MW_ISSUE_##id,
#include "issue.def"
#undef MW_ISSUE
    MW_ISSUE_COUNT
} mw_issue_id;

/* Most issues that one element keeps: the first ones matter, the rest repeats them. */
#define MW_MAX_ISSUES 8

struct mw_issue {
    uint16_t id; /* mw_issue_id */
    mw_slice where;
};

typedef struct {
    uint8_t count;
    struct mw_issue list[MW_MAX_ISSUES];
} mw_issues;

/* Notes an issue once per element; silently full after MW_MAX_ISSUES. */
void mw_issue_add(mw_issues *issues, mw_issue_id id, mw_slice where);
/* issues: NULL for none. */
bool mw_issue_has(const mw_issues *issues, mw_issue_id id);

#endif
