/* Shows what of ENVELOPE and BODYSTRUCTURE is only understood together: addresses, and the leaves of a message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/dissect.h"
#include "mail/header_text.h"

static int hf_imap_envelope_date = -1;
static int hf_imap_envelope_subject = -1;
static int hf_imap_envelope_from = -1;
static int hf_imap_envelope_sender = -1;
static int hf_imap_envelope_reply_to = -1;
static int hf_imap_envelope_to = -1;
static int hf_imap_envelope_cc = -1;
static int hf_imap_envelope_bcc = -1;
static int hf_imap_envelope_in_reply_to = -1;
static int hf_imap_envelope_message_id = -1;
static int hf_imap_bodystructure_type = -1;
static int hf_imap_bodystructure_encoding = -1;
static int hf_imap_bodystructure_octets = -1;
static int hf_imap_bodystructure_filename = -1;

static hf_register_info fields[] = {
    MW_STRING(hf_imap_envelope_date, "imap.envelope.date", "Date", "Date of the header"),
    MW_STRING(hf_imap_envelope_subject, "imap.envelope.subject", "Subject", "Subject, decoded"),
    MW_STRING(hf_imap_envelope_from, "imap.envelope.from", "From", "Address of an author"),
    MW_STRING(hf_imap_envelope_sender, "imap.envelope.sender", "Sender", "Address of the sender"),
    MW_STRING(hf_imap_envelope_reply_to, "imap.envelope.reply_to", "Reply-To", "Address that answers go to"),
    MW_STRING(hf_imap_envelope_to, "imap.envelope.to", "To", "Address of a recipient"),
    MW_STRING(hf_imap_envelope_cc, "imap.envelope.cc", "Cc", "Address of a recipient of a copy"),
    MW_STRING(hf_imap_envelope_bcc, "imap.envelope.bcc", "Bcc", "Address of a hidden recipient"),
    MW_STRING(hf_imap_envelope_in_reply_to, "imap.envelope.in_reply_to", "In-Reply-To",
              "Message ids that this one answers"),
    MW_STRING(hf_imap_envelope_message_id, "imap.envelope.message_id", "Message-ID", "Id of the message, with its <>"),
    MW_STRING(hf_imap_bodystructure_type, "imap.bodystructure.type", "Type", "Media type of a part, lower case"),
    MW_STRING(hf_imap_bodystructure_encoding, "imap.bodystructure.encoding", "Encoding", "Transfer encoding of a part"),
    MW_NUMBER(hf_imap_bodystructure_octets, FT_UINT32, "imap.bodystructure.octets", "Octets",
              "Octets of a part, encoded"),
    MW_STRING(hf_imap_bodystructure_filename, "imap.bodystructure.filename", "File name",
              "Name that a part is to be saved under, decoded"),
};

/* ---- addresses ---- */

static const int *address_field(uint8_t role)
{
    switch (role) {
    case IMAP_ROLE_ENVELOPE_FROM:
        return &hf_imap_envelope_from;
    case IMAP_ROLE_ENVELOPE_SENDER:
        return &hf_imap_envelope_sender;
    case IMAP_ROLE_ENVELOPE_REPLY_TO:
        return &hf_imap_envelope_reply_to;
    case IMAP_ROLE_ENVELOPE_TO:
        return &hf_imap_envelope_to;
    case IMAP_ROLE_ENVELOPE_CC:
        return &hf_imap_envelope_cc;
    case IMAP_ROLE_ENVELOPE_BCC:
        return &hf_imap_envelope_bcc;
    default:
        return NULL;
    }
}

static const char *decoded(packet_info *pinfo, mw_bytes value)
{
    char *text = mail_text_decode(value);
    const char *copy = wmem_strdup(pinfo->pool, text);
    g_free(text);
    return copy;
}

/* addr-mailbox without addr-host begins a group, neither ends it: RFC 9051 7.5.2. */
static void add_address(const struct imap_shown *shown, const struct imap_shown_list *list)
{
    const int *hf = address_field(shown->lists[shown->depth].role);
    if (!hf || !list->mailbox || !list->host)
        return;
    const char *address = wmem_strdup_printf(shown->view->pinfo->pool, "%s@%s", list->mailbox, list->host);
    const struct mw_node *node = &shown->lists[shown->depth].node;
    proto_item *item = mw_add_string(node, *hf, mw_slice_of(0, 0), address);
    proto_item_set_generated(item);
    if (list->name)
        proto_item_append_text(item, " (%s)", list->name);
    if (list->item)
        proto_item_append_text(list->item, ": %s", address);
}

/* ---- parts ---- */

static struct imap_shown_list *innermost(struct imap_shown *shown, uint8_t role)
{
    for (unsigned d = shown->depth; d; d--)
        if (shown->lists[d].role == role)
            return &shown->lists[d];
    return &shown->lists[0];
}

static void add_type(const struct imap_shown *shown, struct imap_shown_list *list, const struct imap_token *subtype,
                     mw_bytes value)
{
    packet_info *pinfo = shown->view->pinfo;
    if (!list->type)
        return;
    mw_slice where = mw_slice_of(list->type_where.offset, mw_slice_end(subtype->where) - list->type_where.offset);
    char *type = wmem_strdup_printf(pinfo->pool, "%s/%s", list->type, mw_text(pinfo, value));
    mw_add_string(&list->node, hf_imap_bodystructure_type, where, wmem_ascii_strdown(pinfo->pool, type, -1));
    if (list->item)
        proto_item_append_text(list->item, ": %s", type);
}

static void add_octets(const struct imap_shown_list *list, const struct imap_token *token, mw_bytes value)
{
    uint64_t octets;
    if (mw_parse_number(value, mw_slice_of(0, value.len), &octets))
        mw_add_uint(&list->node, hf_imap_bodystructure_octets, token->where,
                    octets > UINT32_MAX ? UINT32_MAX : (uint32_t)octets);
}

/* filename of the disposition goes before name of the type. */
static void note_parameter(struct imap_shown *shown, const struct imap_token *token, mw_bytes value)
{
    struct imap_shown_list *body = innermost(shown, IMAP_ROLE_BODY);
    const char *name = shown->lists[shown->depth].name;
    if (!name)
        return;
    bool filename = g_ascii_strcasecmp(name, "filename") == 0;
    if (!filename && (g_ascii_strcasecmp(name, "name") != 0 || body->filename))
        return;
    body->filename = decoded(shown->view->pinfo, value);
    body->name_where = token->where;
}

/* ---- tokens ---- */

static void gather_envelope(const struct imap_shown *shown, const struct imap_token *token, mw_bytes value)
{
    const struct mw_node *node = &shown->lists[shown->depth].node;
    packet_info *pinfo = shown->view->pinfo;

    switch (token->role) {
    case IMAP_ROLE_ENVELOPE_DATE:
        mw_add_string(node, hf_imap_envelope_date, token->where, mw_text(pinfo, value));
        break;
    case IMAP_ROLE_ENVELOPE_SUBJECT:
        mw_add_string(node, hf_imap_envelope_subject, token->where, decoded(pinfo, value));
        break;
    case IMAP_ROLE_ENVELOPE_IN_REPLY_TO:
        mw_add_string(node, hf_imap_envelope_in_reply_to, token->where, mw_text(pinfo, value));
        break;
    case IMAP_ROLE_ENVELOPE_MESSAGE_ID:
        mw_add_string(node, hf_imap_envelope_message_id, token->where, mw_text(pinfo, value));
        break;
    default:
        break;
    }
}

void gather_imap_token(struct imap_shown *shown, const struct imap_token *token, mw_bytes value)
{
    struct imap_shown_list *list = &shown->lists[shown->depth];
    packet_info *pinfo = shown->view->pinfo;

    switch (token->role) {
    case IMAP_ROLE_ADDRESS_NAME:
        list->name = decoded(pinfo, value);
        break;
    case IMAP_ROLE_ADDRESS_MAILBOX:
        list->mailbox = mw_text(pinfo, value);
        break;
    case IMAP_ROLE_ADDRESS_HOST:
        list->host = mw_text(pinfo, value);
        break;
    case IMAP_ROLE_BODY_TYPE:
        list->type = mw_text(pinfo, value);
        list->type_where = token->where;
        break;
    case IMAP_ROLE_BODY_SUBTYPE:
        add_type(shown, list, token, value);
        break;
    case IMAP_ROLE_ID_NAME:
    case IMAP_ROLE_BODY_PARAMETER_NAME:
        list->name = mw_text(pinfo, value);
        break;
    case IMAP_ROLE_ID_VALUE:
        if (!shown->element->from_client && list->name)
            add_imap_server(&list->node, list->name, token->where, value);
        break;
    case IMAP_ROLE_BODY_PARAMETER_VALUE:
        note_parameter(shown, token, value);
        break;
    case IMAP_ROLE_BODY_ENCODING:
        mw_add_string(&list->node, hf_imap_bodystructure_encoding, token->where, mw_text(pinfo, value));
        break;
    case IMAP_ROLE_BODY_OCTETS:
        add_octets(list, token, value);
        break;
    default:
        gather_envelope(shown, token, value);
        break;
    }
}

bool imap_is_gathered(uint8_t role)
{
    switch (role) {
    case IMAP_ROLE_BODY_SUBTYPE:
    case IMAP_ROLE_BODY_ENCODING:
    case IMAP_ROLE_BODY_OCTETS:
    case IMAP_ROLE_ENVELOPE_DATE:
    case IMAP_ROLE_ENVELOPE_SUBJECT:
    case IMAP_ROLE_ENVELOPE_IN_REPLY_TO:
    case IMAP_ROLE_ENVELOPE_MESSAGE_ID:
        return true;
    default:
        return false;
    }
}

void close_imap_list(struct imap_shown *shown, const struct imap_shown_list *list)
{
    if (list->role == IMAP_ROLE_ADDRESS)
        add_address(shown, list);
    if (list->role == IMAP_ROLE_BODY && list->filename)
        mw_add_string(&list->node, hf_imap_bodystructure_filename, list->name_where, list->filename);
}

bool imap_gathered_are_wanted(proto_tree *tree)
{
    return MW_FIELDS_ARE_WANTED(tree, fields);
}

void imap_register_fetch(int proto)
{
    MW_REGISTER_FIELDS(proto, fields);
}
