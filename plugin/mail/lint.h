/* What is wrong with a message, or worth saying about it. RFC 5322, RFC 2045 to 2047, RFC 2231.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_MAIL_LINT_H
#define MW_MAIL_LINT_H

#include "issue.h"

/* The issues of mail/issues.def. */
#define MAIL_LINT_FIRST MW_ISSUE_MAIL_NO_HEADER
#define MAIL_LINT_LAST MW_ISSUE_MAIL_INCOMPLETE
#define MAIL_LINT_COUNT (MAIL_LINT_LAST - MAIL_LINT_FIRST + 1)

/* Longest line of a header in octets without its ending. RFC 5322 2.1.1. */
#define MAIL_MAX_HEADER_LINE 998
/* Longest encoded word in octets. RFC 2047 2. */
#define MAIL_MAX_ENCODED_WORD 75
/* Longest boundary in octets. RFC 2046 5.1.1. */
#define MAIL_MAX_BOUNDARY 70
/* Longest line of quoted-printable in octets. RFC 2045 6.7. */
#define MAIL_MAX_QUOTED_LINE 76
/* Longest name that usual file systems take, in octets. */
#define MAIL_MAX_FILE_NAME 255
/* From these numbers on a message is unusual: parts around a part, parts, Received fields (RFC 5321 6.3). */
#define MAIL_MANY_DEPTH 10
#define MAIL_MANY_PARTS 500
#define MAIL_MANY_RECEIVED 30
#define MAIL_LOOP_RECEIVED 100
/* How far the Date of a message may be from the moment at which it is sent, in seconds. */
#define MAIL_MAX_DATE_AHEAD (24 * 3600)
#define MAIL_MAX_DATE_BEHIND (7 * 24 * 3600)

/* What is known of a message besides its octets. */
struct mail_lint_context {
    bool sent;                /* by SMTP or LMTP; else fetched or appended */
    bool smtputf8;            /* ... with SMTPUTF8: RFC 6531 */
    const char *reverse_path; /* ... from there, without <>; NULL: unknown */
    int64_t time;             /* ... at that moment, in seconds since 1970 */
};

/* How often something was found. */
struct mail_lint_found {
    uint32_t count; /* 0: not found */
    uint32_t first; /* offset in the message of the first, in octets */
};

struct mail_lint {
    struct mail_lint_found found[MAIL_LINT_COUNT];
};

/* Looks at a whole message; nothing of it may be missing. The cost is in proportion to its octets. Header fields are
 * read as mail_header_parse does, parts as mail_parts_parse does, and their limits hold here, too. Starts GMime; for
 * one thread only. MAIL_MESSAGE_ID_REPEAT and MAIL_INCOMPLETE are up to the caller. */
void mail_lint(mw_bytes message, const struct mail_lint_context *context, struct mail_lint *out);

/* Counts an issue of mail/issues.def at an offset of the message. */
void mail_lint_add(struct mail_lint *lint, mw_issue_id id, uint32_t offset);
const struct mail_lint_found *mail_lint_get(const struct mail_lint *lint, mw_issue_id id);

#endif
