/* File names that are safe to write, made of what a stranger has sent.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_MAIL_SAFE_NAME_H
#define MW_MAIL_SAFE_NAME_H

#include "slice.h"

/* Most octets of a safe name: file systems take 255, and a number in front and the one that Wireshark puts behind names
 * that exist already must fit, too. */
#define MAIL_SAFE_NAME_OCTETS 160
/* Most octets of an extension, with its dot, that are kept when a name is cut. */
#define MAIL_SAFE_EXTENSION_OCTETS 16

/* One component of a path that any system takes as it is, in any folder, and shows as it reads: UTF-8, 1 to
 * MAIL_SAFE_NAME_OCTETS octets, no separator of Unix or Windows, no control or formatting character (among them the
 * marks that change the direction of text), no dot, dash or tilde in front, no dot or blank at the end, no name of a
 * Windows device. What is not allowed, or is no UTF-8, becomes "_"; a name that is too long loses octets in front of
 * its extension. Two names may become the same one.
 * @param name      what was sent; any octets
 * @param fallback  a safe name, for a name of which nothing is left
 * @return the caller frees it with g_free */
char *mail_safe_name(mw_bytes name, const char *fallback);

#endif
