/* Follow > SMTP, POP or IMAP stream: the dialogue as text, inflated and decrypted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAIL_FOLLOW_H
#define MAIL_FOLLOW_H

#include "connection.h"
#include "mail/taps.h"

/* Hands the octets of elements on, up to the first one that is not plain; nothing when nobody listens.
 * @param first     an element of the view; NULL: none
 * @param is_plain  whether an element's octets are what client and server say, not ciphertext or compressed */
void mail_follow(enum mail_tap tap, const struct mw_view *view, const struct mw_element *first, enum mw_side from,
                 bool (*is_plain)(const struct mw_element *element));

void mail_register_follow(void);

#endif
