/* Text of header fields as UTF-8: unfolding, encoded words, 8-bit charsets. RFC 5322 2.2.3, RFC 2047.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_MAIL_HEADER_TEXT_H
#define MW_MAIL_HEADER_TEXT_H

#include <glib.h>

#include "slice.h"

/* Longest charset name of an encoded word, in octets; the longest one registered with IANA has 45. */
#define MAIL_MAX_CHARSET 63

/* encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?=". RFC 2047 2, RFC 2231 5. */
struct mail_encoded_word {
    mw_slice charset; /* without the language */
    char encoding;    /* 'B' or 'Q' */
    mw_slice text;
    uint32_t end; /* offset of the octet behind it */
};

/* An encoded word that starts at offset at of in. Blanks and '?' inside its text, an empty text and any length are
 * accepted; its charset may be unknown. False when there is none. */
bool mail_parse_encoded_word(mw_bytes in, uint32_t at, struct mail_encoded_word *out);

/* Whether text of that charset can be converted. */
bool mail_charset_is_known(mw_bytes charset);

/* The value of a header field, folded or not, without its line endings and the blanks at both ends; other blanks stay
 * as they are. RFC 5322 2.2.3. Octets as sent, which the caller frees with g_string_free. */
GString *mail_text_unfold(mw_bytes value);

/* Octets of an unfolded field as UTF-8: what is not UTF-8 is read as windows-1252; a NUL becomes U+FFFD. Encoded words
 * are left as they are. NUL-terminated; the caller frees it with g_free. */
char *mail_text_utf8(mw_bytes text);

/* An unfolded field decoded to UTF-8, its ends trimmed. Encoded words are decoded wherever they stand: without blanks
 * around them, inside quoted strings, cut within a character or within a base64 quantum. What does not decode becomes
 * U+FFFD; an unknown charset counts as UTF-8, or as windows-1252 when it is not. NUL-terminated; the caller frees it
 * with g_free. Needs g_mime_init: see mail_message_startup. */
char *mail_text_decode(mw_bytes text);

#endif
