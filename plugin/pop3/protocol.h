/* POP3 as the plugin sees it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef POP3_PROTOCOL_H
#define POP3_PROTOCOL_H

#include "connection.h"

/* @param proto  the built-in protocol that fields are added to
 * @param desegment_data  the built-in preference; read at each frame */
const struct mw_protocol *pop3_register(int proto, const bool *desegment_data);

#endif
