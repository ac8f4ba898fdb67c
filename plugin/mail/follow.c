/* Follow > SMTP, POP or IMAP stream: the dialogue as text, inflated and decrypted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/follow.h"

#include <epan/addr_resolv.h>
#include <epan/follow.h>

static const char *const protocols[MAIL_TAP_COUNT] = {
    [MAIL_TAP_SMTP] = "smtp",
    [MAIL_TAP_POP] = "pop",
    [MAIL_TAP_IMAP] = "imap",
};

static const char *const tap_names[MAIL_TAP_COUNT] = {
    [MAIL_TAP_SMTP] = "smtp_follow",
    [MAIL_TAP_POP] = "pop_follow",
    [MAIL_TAP_IMAP] = "imap_follow",
};

static int taps[MAIL_TAP_COUNT];

/* Octets that one side says. */
struct said {
    tvbuff_t *tvb;
    uint32_t offset, len;
    enum mw_side from;
};

void mail_follow(enum mail_tap tap, const struct mw_view *view, const struct mw_element *first, enum mw_side from,
                 bool (*is_plain)(const struct mw_element *element))
{
    if (!first || !have_tap_listener(taps[tap]))
        return;
    struct said *said = wmem_new(view->pinfo->pool, struct said);
    *said = (struct said){ view->tvb, first->offset, 0, from };
    for (const struct mw_element *e = first; e && is_plain(e); e = e->next)
        said->len = e->offset + e->len - said->offset;
    if (said->len)
        tap_queue_packet(taps[tap], view->pinfo, said);
}

/* Wireshark's own listener takes the first who says something for the client; here servers speak first. */
static tap_packet_status follow(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *tapped,
                                tap_flags_t flags _U_)
{
    const struct said *said = tapped;
    follow_info_t *info = data;
    follow_record_t *record = g_new0(follow_record_t, 1);
    bool server = said->from == MW_SERVER;

    if (info->client_port == 0) {
        info->client_port = server ? pinfo->destport : pinfo->srcport;
        info->server_port = server ? pinfo->srcport : pinfo->destport;
        copy_address(&info->client_ip, server ? &pinfo->dst : &pinfo->src);
        copy_address(&info->server_ip, server ? &pinfo->src : &pinfo->dst);
    }
    record->is_server = server;
    record->packet_num = pinfo->num;
    record->abs_ts = pinfo->abs_ts;
    record->data = g_byte_array_sized_new(said->len);
    g_byte_array_append(record->data, tvb_get_ptr(said->tvb, (int)said->offset, (int)said->len), said->len);
    info->bytes_written[server] += said->len;
    info->payload = g_list_prepend(info->payload, record); /* the newest one comes first */
    return TAP_PACKET_DONT_REDRAW;
}

/* ---- which frames ---- */

static char *stream_filter(unsigned stream, unsigned sub_stream _U_)
{
    return g_strdup_printf("tcp.stream eq %u", stream);
}

static char *conversation_filter(epan_dissect_t *edt _U_, packet_info *pinfo, unsigned *stream, unsigned *sub_stream)
{
    conversation_t *conversation = pinfo->ptype == PT_TCP ? find_conversation_pinfo(pinfo, 0) : NULL;
    if (!conversation)
        return NULL;
    *stream = get_tcp_conversation_data(conversation, pinfo)->stream;
    return stream_filter(*stream, *sub_stream);
}

static char *address_filter(address *from, address *to, int from_port, int to_port)
{
    const char *ip = from->type == AT_IPv6 ? "ipv6" : "ip";
    char *source = address_to_str(NULL, from), *destination = address_to_str(NULL, to);
    char *filter = g_strdup_printf("(%s.src eq %s and tcp.srcport eq %d and %s.dst eq %s and tcp.dstport eq %d) or "
                                   "(%s.src eq %s and tcp.srcport eq %d and %s.dst eq %s and tcp.dstport eq %d)",
                                   ip, source, from_port, ip, destination, to_port, ip, destination, to_port, ip,
                                   source, from_port);
    wmem_free(NULL, source);
    wmem_free(NULL, destination);
    return filter;
}

void mail_register_follow(void)
{
    for (unsigned i = 0; i < MAIL_TAP_COUNT; i++) {
        taps[i] = register_tap(tap_names[i]);
        mw_register_follow(proto_get_id_by_filter_name(protocols[i]), tap_names[i], conversation_filter, stream_filter,
                           address_filter, tcp_port_to_display, follow);
    }
}
