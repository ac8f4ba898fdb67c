/* What the fuzz targets share: a check that stops the fuzzer, an exact copy, slices inside their octets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_FUZZ_H
#define MW_FUZZ_H

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#include "issue.h"
#include "slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);                                  \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* A copy that ends where its memory ends; the caller frees it with free. */
static inline uint8_t *fuzz_copy(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    FUZZ_CHECK(copy);
    if (size)
        memcpy(copy, data, size);
    return copy;
}

static inline void fuzz_check_slice(mw_slice s, uint32_t len)
{
    FUZZ_CHECK(s.len <= len && s.offset <= len - s.len);
}

static inline void fuzz_check_issues(const mw_issues *issues, uint32_t len)
{
    if (!issues)
        return;
    FUZZ_CHECK(issues->count <= MW_MAX_ISSUES);
    for (uint8_t i = 0; i < issues->count; i++) {
        FUZZ_CHECK(issues->list[i].id < MW_ISSUE_COUNT);
        fuzz_check_slice(issues->list[i].where, len);
    }
}

static inline void fuzz_check_utf8(const char *text)
{
    if (text)
        FUZZ_CHECK(g_utf8_validate(text, -1, NULL));
}

#endif
