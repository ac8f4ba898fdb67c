/* Segments that TCP hands to nobody.
 *
 * TCP keeps back what it takes for out of order or sent again, unless told to put everything in order by
 * tcp.reassemble_out_of_order, which keeps back all that follows an octet that the capture lacks. Octets of a mail
 * session that are in such a segment alone would be lost, and with them the message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_SEGMENT_H
#define MW_SEGMENT_H

#include "compat.h"

void mw_register_segments(void);
void mw_handoff_segments(void);
/* A new capture begins: looks at TCP's segments if that is wanted and TCP's preferences leave anything to do. */
void mw_segments_begin_capture(bool wanted);

#endif
