/* Memory of the sessions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "session.h"

unsigned mw_slow_reply_seconds = 10;

void *(*mw_alloc)(size_t octets);

void mw_issue_note(mw_issues **issues, mw_issue_id id, mw_slice where)
{
    if (!*issues)
        *issues = mw_new(mw_issues);
    mw_issue_add(*issues, id, where);
}

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

bool mw_is_tls_record(mw_bytes in)
{
    return in.len && ((in.data[0] >= 0x14 && in.data[0] <= 0x17) || in.data[0] == 0x80) &&
           (in.len == 1 || in.data[1] == 0x03 || in.data[0] == 0x80);
}
