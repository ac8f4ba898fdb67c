/* Memory of the sessions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "session.h"

unsigned mw_slow_reply_seconds = 10;

void *(*mw_alloc)(size_t octets);

char *mw_keep(mw_bytes octets)
{
    char *copy = mw_alloc((size_t)octets.len + 1);
    if (octets.len)
        memcpy(copy, octets.data, octets.len);
    return copy;
}

char *mw_keep_string(const char *s)
{
    return mw_keep(mw_bytes_str(s));
}
