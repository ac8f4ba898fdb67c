/* What the files of mail/lint*.c share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_MAIL_LINT_RULES_H
#define MW_MAIL_LINT_RULES_H

#include "mail/lint.h"
#include "mail/parts.h"

/* A message that is looked at. */
struct lint {
    mw_bytes in;
    const struct mail_lint_context *context;
    struct mail_lint *out;
    unsigned parts;
    bool binary; /* a part is sent as binary: RFC 2045 6.2 */
};

/* A header field. */
struct lint_field {
    uint32_t at;   /* its offset in the message */
    mw_bytes text; /* unfolded */
};

/* Whose text lint_text looks at: bits. */
enum {
    LINT_WORDS = 1 << 0,     /* may hold encoded words */
    LINT_ADDRESSES = 1 << 1, /* holds addresses */
    LINT_BIDI = 1 << 2,      /* is shown to people: its direction matters */
};

static inline void lint_add(const struct lint *lint, mw_issue_id id, uint32_t offset)
{
    mail_lint_add(lint->out, id, offset);
}

/* lint_header.c: the header of the message. */
void lint_header(const struct lint *lint);

/* lint_text.c: the text of a field; what: LINT_ bits. */
void lint_text(const struct lint *lint, const struct lint_field *field, unsigned what);
/* Display names of From. */
void lint_display_names(const struct lint *lint, const struct lint_field *from);
/* Issues of decoded text of any kind. */
bool lint_has_bidi(const char *text);
bool lint_has_invisible(const char *text);
/* A domain with its xn-- labels decoded, as far as they are correct; the caller frees it. RFC 3490. */
char *lint_domain_text(const char *domain);
/* Whether a label of a domain, in UTF-8 or as xn--, mixes scripts that look alike. */
bool lint_is_homograph(const char *domain);
/* The same of the host of a URL. */
bool lint_is_homograph_url(const char *url);

/* lint_parts.c: a part of the message. closure: struct lint. */
void lint_part(void *closure, const struct mail_part *part);
/* Faults of base64: octets outside of the alphabet and white space, octets behind the padding, an odd end. *first:
 * offset of the first one in in. */
uint32_t lint_base64(mw_bytes in, uint32_t *first);

#endif
