/* Addresses in From, To, Cc and Bcc. RFC 5322 3.4, 4.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_MAIL_ADDRESSES_H
#define MW_MAIL_ADDRESSES_H

#include <glib.h>

#include "slice.h"

/* Appends each addr-spec of an unfolded address field to out, as UTF-8 strings that out owns, in wire order and
 * members of groups included; comments, display names and source routes are left out. RFC 5322 3.4, 4.4.
 *
 * Beyond that it accepts what mail holds: missing, doubled or ';' separators, display names with unquoted dots, commas,
 * brackets or 8-bit text, dots anywhere in a local-part (mobile operators in Japan), unterminated quotes, comments and
 * '<', "mailto:", a name without a domain in '<>' or as the only word of the field ("root"), and, if there is nothing
 * else, addresses that are inside encoded words. Stops when out holds max strings. */
void mail_parse_addresses(mw_bytes field, GPtrArray *out, guint max);

#endif
