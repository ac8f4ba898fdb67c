/* SMTP and LMTP as the plugin sees them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SMTP_PROTOCOL_H
#define SMTP_PROTOCOL_H

#include "connection.h"

/* @param proto  the built-in protocol that fields are added to
 * @param desegment_lines, desegment_data  the built-in preferences; read at each frame */
const struct mw_protocol *smtp_register(int proto, const bool *desegment_lines, const bool *desegment_data);

#endif
