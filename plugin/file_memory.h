/* Memory that lasts as long as the capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_FILE_MEMORY_H
#define MW_FILE_MEMORY_H

#include <stddef.h>

/* Zeroed octets, aligned for pointers and numbers of up to 64 bits; gone when the capture is closed, and not to be
 * freed before. In wmem, each piece has a header of 16 octets and is rounded up to 16, which nearly doubles the small
 * ones that sessions keep; here they lie side by side in its blocks. */
void *mw_file_alloc(size_t octets);
/* A new capture begins: what the last one had is gone. */
void mw_file_memory_reset(void);

#endif
