/* URLs in text and HTML. RFC 3986, RFC 3987.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_MAIL_URLS_H
#define MW_MAIL_URLS_H

#include <glib.h>

#include "slice.h"

/* Most URLs that are kept; each one becomes an item in the tree. */
#define MAIL_MAX_URLS 10000
/* Most octets of a scheme; the longest registered with IANA has 36. */
#define MAIL_MAX_SCHEME 40

/* Distinct URLs: scheme "://" and at least one octet, as written and without trailing punctuation. mailto:, cid:, data:
 * and the like name no place and are left out, so are relative references and names without a scheme. */
struct mail_urls {
    GPtrArray *list;  /* char, UTF-8, first seen first; owned */
    GHashTable *seen; /* the same strings */
};

/* Freed by mail_urls_free. */
struct mail_urls *mail_urls_new(void);

/* Frees the set. Returns its list, which the caller unrefs; it frees the strings. */
GPtrArray *mail_urls_free(struct mail_urls *urls);

/* Adds the URLs of plain text in any charset that extends ASCII. A URL ends at a blank, a control character, one of
 * <>"`{}|\^ or, beyond ASCII, at all that is no letter or digit of UTF-8; Chinese, Japanese and Korean characters end
 * it too, because such text has no blanks. Trailing punctuation is no part of it: .,;:!?'* and brackets without their
 * other half. */
void mail_urls_add_text(struct mail_urls *urls, mw_bytes text);

/* Adds the URLs of the text of HTML and of the attributes href and src of any element; character references are
 * resolved. Comments, declarations, other attributes, script and style are left out. */
void mail_urls_add_html(struct mail_urls *urls, mw_bytes html);

#endif
