/* The id that a server gives an accepted message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SMTP_QUEUE_ID_H
#define SMTP_QUEUE_ID_H

#include "slice.h"

/* Octets of a reply that are looked at; an id stands in its first lines. */
#define SMTP_MAX_QUEUE_REPLY 1024

/* RFC 5321 4.2.5 leaves the text of the 250 reply to the message to the server; many say there under which id they log
 * and queue it. text is all lines of that reply, joined by a space, without the codes; it may begin with an enhanced
 * status code (RFC 2034). False, with *id empty, when no id is recognised; else *id is a place in text. */
bool smtp_parse_queue_id(mw_bytes text, mw_slice *id);

#endif
