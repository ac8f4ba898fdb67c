/* SMTP and LMTP as the plugin sees them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SMTP_PROTOCOL_H
#define SMTP_PROTOCOL_H

#include "compat.h"

/* @param proto  the built-in protocol that fields are added to
 * @param desegment_lines, desegment_data  the built-in preferences; read at each frame */
void smtp_register(int proto, const bool *desegment_lines, const bool *desegment_data);
void smtp_handoff(void);
void smtp_begin_capture(void);
/* The dissector for a port, or for what TLS has decrypted. */
dissector_handle_t smtp_handle(bool over_tls);
/* Dissects these octets; the connection is SMTP from this frame on, whatever its port. data: struct tcpinfo. */
void dissect_smtp_from_now_on(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data);

#endif
