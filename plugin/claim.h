/* Taking ports and Decode As entries over from the built-in dissectors, and giving them back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_CLAIM_H
#define MW_CLAIM_H

#include "compat.h"

/* From now on, at the start of each capture, every entry of `tcp.port` and `tls.port` that leads to the built-in
 * dissector of that name leads to ours (or back, while *wanted is false). */
void mw_claim(const char *builtin, dissector_handle_t over_tcp, dissector_handle_t over_tls, const mw_bool *wanted);
/* Ports that the built-in dissector does not have: ours while nobody else claims them. */
void mw_claim_port(unsigned port, dissector_handle_t over_tcp, const mw_bool *wanted);
/* The init routine. */
void mw_claim_ports(void);

/* A preference of a built-in module that is true or false; true when there is none of that name. */
bool mw_builtin_preference(const char *module, const char *name);

#endif
