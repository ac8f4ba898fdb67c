/* Memory that lasts as long as the capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "file_memory.h"

#include "compat.h"

#define ALIGNMENT sizeof(uint64_t)
#define BLOCK_OCTETS 65536
/* Larger pieces come from wmem: what a block has left is lost when the next one begins. */
#define LARGEST_PIECE (BLOCK_OCTETS / 16)

static char *block;
static size_t room;

void mw_file_memory_reset(void)
{
    block = NULL;
    room = 0;
}

void *mw_file_alloc(size_t octets)
{
    size_t whole = (octets + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (MW_SANITIZED || whole > LARGEST_PIECE)
        return wmem_alloc0(wmem_file_scope(), octets);
    if (whole > room) {
        block = wmem_alloc0(wmem_file_scope(), BLOCK_OCTETS);
        room = BLOCK_OCTETS;
    }
    void *piece = block;
    block += whole;
    room -= whole;
    return piece;
}
