/* ESMTP parameters of MAIL and RCPT: RFC 5321 4.1.1.11, RFC 3461, and the RFC of each parameter.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SMTP_PARAMS_H
#define SMTP_PARAMS_H

#include "issue.h"
#include "slice.h"
#include "smtp/tables.h"

/* One parameter; slices are places in the octets that were parsed. */
struct smtp_param {
    mw_slice whole; /* as written: NAME or NAME=value */
    mw_slice name;
    mw_slice value;                   /* behind the first "="; empty without */
    bool has_value;                   /* there is a "=" */
    const struct smtp_param_row *row; /* NULL when the name is unknown */
    mw_issues issues;                 /* PARAMETER_VALUE, at the value (at the name when there is none) */
};

/* esmtp-param = esmtp-keyword ["=" esmtp-value], separated by blanks. RFC 5321 4.1.2.
 * @param rest  what is left of the line; advanced behind the parameter
 * @param out   filled when true is returned
 * @return false when only blanks are left */
bool smtp_next_param(mw_bytes in, mw_slice *rest, struct smtp_param *out);

/* The EHLO keyword that must have been offered for this parameter, NULL when none is known. That of the row, except
 * BODY=BINARYMIME, which needs BINARYMIME (RFC 3030 3) while the other bodies need 8BITMIME. */
const char *smtp_param_capability(mw_bytes in, const struct smtp_param *param);

/* What the value means, as UTF-8, when that differs from what is written or needs explaining: "120 seconds, return" for
 * BY=120;R. NULL when the octets speak for themselves or are not of the grammar. The caller frees it with g_free. */
char *smtp_param_decode(mw_bytes in, const struct smtp_param *param);

/* xtext = *( xchar / hexchar )      hexchar = "+" 2HEXDIG      RFC 3461 4; lower-case hex is accepted.
 * @param out  the decoded octets as UTF-8 text that the caller frees with g_free: NUL and controls are shown as \xHH,
 *             octets that are no UTF-8 as U+FFFD; may be NULL to check only. Set only when true is returned.
 * @return false when in is no xtext */
bool smtp_xtext_decode(mw_bytes in, char **out);

#endif
