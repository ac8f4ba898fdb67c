/* A look at each TCP segment of the capture after TCP has dissected it: what TCP keeps back may be new to a mail
 * session.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "segment.h"

#include "claim.h"
#include "connection.h"
#include "mail/dissect.h"

#define IP_PROTOCOL_TCP 6
/* Octets of a header without options, and where its fields are: RFC 9293 3.1. */
#define TCP_MIN_HEADER 20
#define TCP_SEQUENCE 4
#define TCP_DATA_OFFSET 12
#define TCP_FLAGS 13

static const char table[] = "ip.proto";
static dissector_handle_t tcp_handle, segment_handle;
static bool relative_numbers;

/* The octets behind the header, or NULL when there are none, or the connection begins or breaks with them. */
static tvbuff_t *payload_of(tvbuff_t *tvb)
{
    uint32_t captured = tvb_captured_length(tvb);
    if (captured <= TCP_MIN_HEADER)
        return NULL;
    const uint8_t *header = tvb_get_ptr(tvb, 0, TCP_MIN_HEADER);
    unsigned octets = (header[TCP_DATA_OFFSET] >> 4) * 4u;
    if (octets < TCP_MIN_HEADER || octets >= captured || (header[TCP_FLAGS] & (TH_SYN | TH_RST)))
        return NULL;
    return tvb_new_subset_remaining(tvb, (int)octets);
}

static int dissect_segment(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    int dissected = call_dissector_only(tcp_handle, tvb, pinfo, tree, data);
    tvbuff_t *payload = payload_of(tvb);
    if (!payload || pinfo->fragmented || pinfo->flags.in_error_pkt || pinfo->ptype != PT_TCP)
        return dissected;
    struct mw_connection *connection = mw_connection_find(pinfo);
    struct tcp_analysis *tcp = connection ? get_tcp_conversation_data(NULL, pinfo) : NULL;
    if (!tcp || !tcp->fwd)
        return dissected;
    uint32_t base = relative_numbers ? tcp->fwd->base_seq : 0; /* TCP tells its dissectors its own view of the number */
    struct tcpinfo info = { .seq = tvb_get_ntohl(tvb, TCP_SEQUENCE) - base };
    mw_connection_dissect_late(connection, mw_view_of(payload, pinfo, tree), &info);
    return dissected;
}

void mw_register_segments(void)
{
    /* In name only: it is no layer of its own, and on as long as TCP is. */
    int proto = proto_register_protocol_in_name_only("TCP segments of mail", "TCP of mail", "mailwire_segment",
                                                     proto_get_id_by_filter_name("tcp"), FT_PROTOCOL);
    segment_handle = create_dissector_handle(dissect_segment, proto);
}

void mw_handoff_segments(void)
{
    tcp_handle = find_dissector("tcp");
}

void mw_segments_begin_capture(bool wanted)
{
    bool in_order = mw_builtin_preference("tcp", "reassemble_out_of_order");
    bool may_be_broken = mw_builtin_preference("tcp", "check_checksum"); /* then TCP keeps back broken segments, too */
    bool analysed = mw_builtin_preference("tcp", "analyze_sequence_numbers");
    dissector_handle_t now = dissector_get_uint_handle(find_dissector_table(table), IP_PROTOCOL_TCP);

    relative_numbers = analysed && mw_builtin_preference("tcp", "relative_sequence_numbers");
    wanted = wanted && analysed && !in_order && !may_be_broken;
    if (wanted && now == tcp_handle)
        dissector_change_uint(table, IP_PROTOCOL_TCP, segment_handle);
    else if (!wanted && now == segment_handle)
        dissector_reset_uint(table, IP_PROTOCOL_TCP);
}
