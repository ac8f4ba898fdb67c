/* IMAP as the plugin sees it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IMAP_PROTOCOL_H
#define IMAP_PROTOCOL_H

#include "connection.h"

/* @param proto  the built-in protocol that fields are added to */
const struct mw_protocol *imap_register(int proto);

#endif
