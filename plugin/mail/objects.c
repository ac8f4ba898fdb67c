/* Export of objects: messages as they were sent, and attachments decoded.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/dissect.h"
#include "mail/message.h"
#include "mail/parts.h"
#include "mail/safe_name.h"
#include "mail/taps.h"

/* Names begin with the number of the record (mail.transaction), and that of the attachment in it: so no two are the
 * same, they sort, and tell where they come from. A message of which octets are missing is exported as far as it is
 * there, and so are its attachments; their names say so, for a checksum of them means nothing. */
#define INCOMPLETE "incomplete-"

static const char *first_value(const struct mail_header *header, enum mail_field field)
{
    GPtrArray *values = header->values[field];
    return values->len ? g_ptr_array_index(values, 0) : "";
}

static bool is_whole(const struct mail_transaction *t, mw_bytes message)
{
    const struct mail_body *body = t->body;
    return body && body->ended && !body->broken && !body->missing && message.len == mail_body_size(body);
}

/* The list keeps the entry, and frees it. */
static void add_entry(export_object_list_t *list, export_object_entry_t *entry, const void *octets, size_t len)
{
    entry->payload_len = len;
    entry->payload_data = g_malloc(len + 1);
    if (len)
        memcpy(entry->payload_data, octets, len);
    list->add_entry(list->gui_data, entry);
}

static tap_packet_status export_message(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *record,
                                        tap_flags_t flags _U_)
{
    const struct mail_transaction *t = record;
    mw_bytes message = mail_octets_so_far(pinfo, t);
    if (message.len == 0 && !is_whole(t, message))
        return TAP_PACKET_DONT_REDRAW;
    struct mail_header *header = mail_header_parse(message, MAIL_FIELD(MAIL_FROM) | MAIL_FIELD(MAIL_SUBJECT));
    char *name = mail_safe_name(mw_bytes_str(first_value(header, MAIL_SUBJECT)), "message");
    export_object_entry_t *entry = g_new0(export_object_entry_t, 1);

    entry->pkt_num = pinfo->num;
    entry->hostname = g_strdup(first_value(header, MAIL_FROM));
    entry->content_type = g_strdup("message/rfc822");
    entry->filename = g_strdup_printf("%u-%s%s.eml", t->number, is_whole(t, message) ? "" : INCOMPLETE, name);
    add_entry(data, entry, message.data, message.len);
    g_free(name);
    mail_header_free(header);
    return TAP_PACKET_REDRAW;
}

static tap_packet_status export_attachments(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *record,
                                            tap_flags_t flags _U_)
{
    const struct mail_transaction *t = record;
    mw_bytes message = mail_octets_so_far(pinfo, t);
    struct mail_parts *parts = mail_parts_parse(message, MAIL_PARTS_OCTETS);
    struct mail_header *header = mail_header_parse(message, MAIL_FIELD(MAIL_FROM));
    unsigned count = parts->attachments->len;

    for (unsigned i = 0; i < count; i++) {
        const struct mail_attachment *a = g_ptr_array_index(parts->attachments, i);
        if (!a->octets)
            continue;
        char *name = mail_safe_name(mw_bytes_str(a->filename), "attachment");
        export_object_entry_t *entry = g_new0(export_object_entry_t, 1);
        entry->pkt_num = pinfo->num;
        entry->hostname = g_strdup(first_value(header, MAIL_FROM));
        entry->content_type = g_strdup(a->content_type);
        entry->filename = g_strdup_printf("%u.%u-%s%s", t->number, i + 1, is_whole(t, message) ? "" : INCOMPLETE, name);
        add_entry(data, entry, a->octets->str, a->octets->len);
        g_free(name);
    }
    mail_header_free(header);
    mail_parts_free(parts);
    return count ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

void mail_register_objects(int *message_tap, int *attachment_tap)
{
    /* The name of an export is the filter name of a protocol. The field mail.attachment has the same one and comes
     * first, so that filters mean the field. */
    int proto_attachment = proto_register_protocol_in_name_only("Mail Attachment", "Mail Attachment", "mail.attachment",
                                                                proto_mail, FT_PROTOCOL);
    *message_tap = register_export_object(proto_mail, export_message, NULL);
    *attachment_tap = register_export_object(proto_attachment, export_attachments, NULL);
}
