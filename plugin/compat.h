/* The only file that knows which Wireshark it is built for: 4.0, 4.2, 4.4 or 4.6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_COMPAT_H
#define MW_COMPAT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <glib.h>

#include <ws_version.h>

#define MW_WS_AT_LEAST(major, minor)                                                                                   \
    (WIRESHARK_VERSION_MAJOR > (major) || (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

#if !MW_WS_AT_LEAST(4, 0)
#error "mailwire needs Wireshark 4.0 or later"
#endif

#include <epan/packet.h>

#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>
#include <epan/dissectors/packet-tls-utils.h>
#include <epan/dissectors/packet-tls.h>
#include <epan/exceptions.h>
#include <epan/expert.h>
#include <epan/prefs.h>
#include <epan/prefs-int.h>
#include <epan/proto.h>
#include <epan/proto_data.h>
#include <epan/reassemble.h>
#include <epan/show_exception.h>
#include <epan/strutil.h>
#include <epan/to_str.h>
#include <epan/tap.h>
#include <epan/tvbuff.h>
#include <epan/wmem_scopes.h>

#if MW_WS_AT_LEAST(4, 4)
#include <wsutil/array.h>
#include <wsutil/str_util.h>
typedef bool mw_bool; /* where a pointer or a callback of this type is passed */
typedef uint32_t mw_uint;
#else
typedef gboolean mw_bool;
typedef guint mw_uint;
#endif

#ifndef WS_PLUGIN_DESC_DISSECTOR /* 4.0 installs no header that has it */
#define WS_PLUGIN_DESC_DISSECTOR (1u << 0)
#endif

/* AddressSanitizer looks: it has to see where each piece of memory ends. */
#if defined(__SANITIZE_ADDRESS__)
#define MW_SANITIZED true
#elif defined(__has_feature)
#define MW_SANITIZED __has_feature(address_sanitizer)
#else
#define MW_SANITIZED false
#endif

/* The callback that starts a statistic of the command line: MW_STAT_DONE or MW_STAT_FAIL is its last word. */
#if MW_WS_AT_LEAST(4, 6)
typedef bool mw_stat_ret;
#define MW_STAT_DONE return true
#define MW_STAT_FAIL return false
#else
typedef void mw_stat_ret;
#define MW_STAT_DONE return
#define MW_STAT_FAIL exit(1)
#endif

/* A follower of TCP streams. */
#if MW_WS_AT_LEAST(4, 2)
#define mw_register_follow(proto, tap, conversation, stream, address, port, listener)                                  \
    register_follow_stream(proto, tap, conversation, stream, address, port, listener, get_tcp_stream_count, NULL)
#else
#define mw_register_follow register_follow_stream
#endif

/* Between a menu and what is in it, in the title of a stats_tree. */
#if MW_WS_AT_LEAST(4, 4)
#define MW_STATS_SEP "//"
#else
#define MW_STATS_SEP "/"
#endif

/* The frame is needed to show this one ("Export specified packets" takes it along). */
static inline void mw_depends_on(packet_info *pinfo, uint32_t frame)
{
#if MW_WS_AT_LEAST(4, 4)
    mark_frame_as_depended_upon(pinfo->fd, frame);
#else
    mark_frame_as_depended_upon(pinfo, frame);
#endif
}

#endif
