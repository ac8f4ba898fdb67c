/* What is wrong with a message: the counts, and what concerns all of its octets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/lint.h"

#include "mail/lint_rules.h"

void mail_lint_add(struct mail_lint *lint, mw_issue_id id, uint32_t offset)
{
    struct mail_lint_found *found = &lint->found[id - MAIL_LINT_FIRST];
    if (found->count == 0 || offset < found->first)
        found->first = offset;
    if (found->count < UINT32_MAX)
        found->count++;
}

const struct mail_lint_found *mail_lint_get(const struct mail_lint *lint, mw_issue_id id)
{
    return &lint->found[id - MAIL_LINT_FIRST];
}

/* RFC 5322 2.3: CR and LF only together, no NUL. SMTP looks at its octets itself. */
static void lint_octets(const struct lint *lint)
{
    mw_bytes in = lint->in;
    for (uint32_t i = 0; i < in.len; i++) {
        uint8_t c = in.data[i];
        if (c > '\r')
            continue;
        if (c == '\0')
            lint_add(lint, MW_ISSUE_MAIL_NUL, i);
        else if (c == '\n' && (i == 0 || in.data[i - 1] != '\r'))
            lint_add(lint, MW_ISSUE_MAIL_BARE_LF, i);
        else if (c == '\r' && (in.len - i < 2 || in.data[i + 1] != '\n'))
            lint_add(lint, MW_ISSUE_MAIL_BARE_CR, i);
    }
}

static void lint_parts(struct lint *lint)
{
    struct mail_parts *parts = mail_parts_visit(lint->in, MAIL_PARTS_URLS, lint_part, lint);
    for (guint i = 0; i < parts->urls->len; i++)
        if (lint_is_homograph_url(g_ptr_array_index(parts->urls, i)))
            lint_add(lint, MW_ISSUE_MAIL_HOMOGRAPH, 0);
    if (lint->parts > MAIL_MANY_PARTS)
        lint_add(lint, MW_ISSUE_MAIL_MIME_PARTS, 0);
    mail_parts_free(parts);
}

void mail_lint(mw_bytes message, const struct mail_lint_context *context, struct mail_lint *out)
{
    struct lint lint = { .in = message, .context = context, .out = out };
    *out = (struct mail_lint){ 0 };
    lint_parts(&lint); /* starts GMime */
    lint_header(&lint);
    if (!context->sent && !lint.binary)
        lint_octets(&lint);
}
