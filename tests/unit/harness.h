/* Runs a parser on an input in every way that has broken parsers before: each prefix, ending at a page that cannot be
 * read, and with one octet changed at each place. The parser only has to survive.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_TEST_HARNESS_H
#define MW_TEST_HARNESS_H

#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "slice.h"

/* Processor time of this program so far: bounds of it hold on a crowded machine, too. */
static inline double mw_cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

struct mw_guarded {
    uint8_t *map;
    size_t size;
    uint8_t *data; /* len octets that end where the unreadable page begins */
};

static inline struct mw_guarded mw_guard(size_t len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct mw_guarded g = { .size = (len / page + 2) * page };
    g.map = mmap(NULL, g.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_assert_true(g.map != MAP_FAILED);
    g_assert_cmpint(mprotect(g.map + g.size - page, page, PROT_NONE), ==, 0);
    g.data = g.map + g.size - page - len;
    return g;
}

static inline void mw_test_abuse(const char *data, size_t len, void (*parse)(mw_bytes in))
{
    static const uint8_t changes[] = { 0, '\n', '\r', ' ', '<', '"', '\\', '=', 0x80, 0xFF };

    for (size_t n = 0; n <= len; n++) {
        struct mw_guarded g = mw_guard(n);
        memcpy(g.data, data, n);
        parse(mw_bytes_of(g.data, (uint32_t)n));
        munmap(g.map, g.size);
    }
    struct mw_guarded g = mw_guard(len);
    memcpy(g.data, data, len);
    for (size_t at = 0; at < len; at++)
        for (size_t c = 0; c < sizeof changes; c++) {
            g.data[at] = changes[c];
            parse(mw_bytes_of(g.data, (uint32_t)len));
            g.data[at] = (uint8_t)data[at];
        }
    munmap(g.map, g.size);
}

#endif
