/* Memory of the sessions in tests: every block on its own, so that a sanitizer sees its end, all freed together.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_TEST_ARENA_H
#define MW_TEST_ARENA_H

#include <glib.h>
#include <stddef.h>

#include "session.h"

struct mw_arena_block {
    struct mw_arena_block *next;
    max_align_t octets[];
};

static struct mw_arena_block *mw_arena_blocks;

static inline void *mw_arena_alloc(size_t octets)
{
    struct mw_arena_block *block = g_malloc0(sizeof *block + octets);
    block->next = mw_arena_blocks;
    mw_arena_blocks = block;
    return block->octets;
}

static inline void mw_arena_free(void)
{
    while (mw_arena_blocks) {
        struct mw_arena_block *block = mw_arena_blocks;
        mw_arena_blocks = block->next;
        g_free(block);
    }
}

#endif
