/* Mailbox names of IMAP: modified UTF-7, or UTF-8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAP_UTF7_H
#define IMAP_UTF7_H

#include "slice.h"

/* Why a name is not what RFC 3501 5.1.3 asks for: bits. The first alone is right where UTF-8 was enabled (RFC 9051 5.1,
 * 9755 3) or only 8-bit names are in use. */
enum imap_mailbox_problem {
    IMAP_MAILBOX_8BIT = 1 << 0,      /* octets above 0x7F, in UTF-8 */
    IMAP_MAILBOX_NOT_UTF8 = 1 << 1,  /* octets above 0x7F, not in UTF-8 */
    IMAP_MAILBOX_LONE_AMP = 1 << 2,  /* "&" without base64 behind it */
    IMAP_MAILBOX_UNENDED = 1 << 3,   /* "&" and base64 without "-" behind it */
    IMAP_MAILBOX_ASCII = 1 << 4,     /* printable ASCII in base64 */
    IMAP_MAILBOX_ODD_UTF16 = 1 << 5, /* base64 does not end with a whole UTF-16 unit, or its last bits are not 0 */
    IMAP_MAILBOX_SURROGATE = 1 << 6, /* half of a surrogate pair */
    IMAP_MAILBOX_SPLIT = 1 << 7,     /* "-&": base64 ends and begins again at one place */
    IMAP_MAILBOX_CONTROL = 1 << 8,   /* control character or NUL, as it stands or in base64 */
};

/* A mailbox name as UTF-8. RFC 3501 5.1.3. Never fails: octets that are neither modified UTF-7 nor UTF-8 stay as they
 * are written. The result is printable: control characters (also U+0080 to U+009F) and octets that are no UTF-8 become
 * \xHH; it has at most four times the octets of the name.
 * @param name  without quotes and backslashes
 * @param problems  bits of enum imap_mailbox_problem; may be NULL
 * @return the caller frees it with g_free */
char *imap_mailbox_decode(mw_bytes name, uint32_t *problems);

#endif
