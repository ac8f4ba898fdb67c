/* Wireshark's Credentials window and `tshark -z credentials`.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAIL_CREDENTIALS_H
#define MAIL_CREDENTIALS_H

#include "compat.h"

void mail_credentials_init(void);
/* Whether anybody listens. */
bool mail_credentials_wanted(void);
/* A password, or what proves that one is known, was seen in this frame.
 * @param hf        field that holds it; the window jumps there
 * @param username  who it belongs to; copied
 * @param proof     the mechanism that has made a proof of the password; static; NULL: the password itself */
void mail_tap_credentials(packet_info *pinfo, const char *protocol, int hf, const char *username, const char *proof);

#endif
