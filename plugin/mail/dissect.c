/* The protocol `mail`: one record for each message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/dissect.h"

#include <gcrypt.h>

#include "banner.h"
#include "expert.h"
#include "mail/message.h"
#include "mail/taps.h"
#include "smtp/queue_id.h"
#include "smtp/syntax.h"

int proto_mail = -1;

static const value_string action_names[] = {
    { MAIL_SENT, "sent" },
    { MAIL_RETRIEVED, "retrieved" },
    { MAIL_STORED, "stored" },
    { 0, NULL },
};

static const value_string outcome_names[] = {
    { MAIL_ACCEPTED, "accepted" },
    { MAIL_REJECTED, "rejected" },
    { MAIL_ABORTED, "aborted" },
    { MAIL_INCOMPLETE, "incomplete" },
    { 0, NULL },
};

static int hf_transaction = -1;
static int hf_protocol = -1;
static int hf_action = -1;
static int hf_outcome = -1;
static int hf_helo = -1;
static int hf_envelope_from = -1;
static int hf_envelope_to = -1;
static int hf_envelope_refused = -1;
static int hf_envelope_refused_reply = -1;
static int hf_reply = -1;
static int hf_reply_code = -1;
static int hf_status = -1;
static int hf_queue_id = -1;
static int hf_size = -1;
static int hf_sha256 = -1;
static int hf_mailbox = -1;
static int hf_uid = -1;
static int hf_auth_username = -1;
static int hf_tls = -1;
static int hf_server = -1;
static int hf_first_frame = -1;
static int hf_last_frame = -1;
static int hf_duration = -1;
static int hf_header[MAIL_FIELD_COUNT] = { [0 ... MAIL_FIELD_COUNT - 1] = -1 };

/* Names of SMTP's reply codes, taken from its table when the fields are registered. */
#define MAX_REPLY_CODES 100
static value_string reply_codes[MAX_REPLY_CODES + 1];

static hf_register_info fields[] = {
    MW_NUMBER(hf_transaction, FT_UINT32, "mail.transaction", "Transaction", "Running number in the capture"),
    MW_STRING(hf_protocol, "mail.protocol", "Protocol", "Protocol that carried the message"),
    MW_ENUM(hf_action, FT_UINT8, "mail.action", "Action", action_names, "What happened to the message"),
    MW_ENUM(hf_outcome, FT_UINT8, "mail.outcome", "Outcome", outcome_names, "Fate of the message"),
    MW_STRING(hf_helo, "mail.helo", "Client", "Name that the client gave with HELO, EHLO or LHLO"),
    MW_STRING(hf_envelope_from, "mail.envelope.from", "Envelope from", "Reverse-path"),
    MW_STRING(hf_envelope_to, "mail.envelope.to", "Envelope to", "Accepted forward-path"),
    MW_STRING(hf_envelope_refused, "mail.envelope.refused", "Refused recipient", "Refused forward-path"),
    MW_STRING(hf_envelope_refused_reply, "mail.envelope.refused.reply", "Refused with", "Reply that refused it"),
    MW_STRING(hf_reply, "mail.reply", "Reply", "Final reply, lines joined by a space"),
    MW_ENUM(hf_reply_code, FT_UINT32, "mail.reply.code", "Reply code", reply_codes, "Code of the final reply"),
    MW_STRING(hf_status, "mail.status", "Enhanced status code", "Enhanced status code of the final reply"),
    MW_STRING(hf_queue_id, "mail.queue_id", "Queue id", "Id that the server gave the message"),
    MW_NUMBER(hf_size, FT_UINT64, "mail.size", "Size", "Octets of the message, framing removed"),
    MW_STRING(hf_sha256, "mail.sha256", "SHA-256", "SHA-256 of the octets of the message"),
    MW_STRING(hf_mailbox, "mail.mailbox", "Mailbox", "Mailbox that it was fetched from or appended to"),
    MW_NUMBER(hf_uid, FT_UINT32, "mail.uid", "UID", "Its unique id in the mailbox"),
    MW_STRING(hf_auth_username, "mail.auth.username", "Authenticated as", "User name of the session"),
    MW_BOOL(hf_tls, "mail.tls", "TLS", "The session was under TLS"),
    MW_STRING(hf_server, "mail.server", "Server", "Software and version that the greeting names"),
    MW_FRAME(hf_first_frame, "mail.first_frame", "First frame", FT_FRAMENUM_NONE, "First command of the transaction"),
    MW_FRAME(hf_last_frame, "mail.last_frame", "Last frame", FT_FRAMENUM_NONE, "Last reply of the transaction"),
    MW_TIME(hf_duration, "mail.duration", "Duration", "From the first command to the last reply"),
    MW_STRING(hf_header[MAIL_FROM], "mail.from", "From", "Header field, decoded"),
    MW_STRING(hf_header[MAIL_SENDER], "mail.sender", "Sender", "Header field, decoded"),
    MW_STRING(hf_header[MAIL_TO], "mail.to", "To", "Header field, decoded"),
    MW_STRING(hf_header[MAIL_CC], "mail.cc", "Cc", "Header field, decoded"),
    MW_STRING(hf_header[MAIL_BCC], "mail.bcc", "Bcc", "Header field, decoded"),
    MW_STRING(hf_header[MAIL_REPLY_TO], "mail.reply_to", "Reply-To", "Header field, decoded"),
    MW_STRING(hf_header[MAIL_DATE], "mail.date", "Date", "Date, as sent"),
    MW_STRING(hf_header[MAIL_SUBJECT], "mail.subject", "Subject", "Header field, decoded"),
    MW_STRING(hf_header[MAIL_MESSAGE_ID], "mail.message_id", "Message-ID", "Header field, with its <>"),
    MW_STRING(hf_header[MAIL_IN_REPLY_TO], "mail.in_reply_to", "In-Reply-To",
              "In-Reply-To: the messages that this one answers"),
    MW_STRING(hf_header[MAIL_REFERENCES], "mail.references", "References", "References: the messages of the thread"),
    MW_STRING(hf_header[MAIL_FROM_ADDRESS], "mail.from.address", "From address", "addr-spec in From"),
    MW_STRING(hf_header[MAIL_TO_ADDRESS], "mail.to.address", "To address", "addr-spec in To"),
    MW_STRING(hf_header[MAIL_CC_ADDRESS], "mail.cc.address", "Cc address", "addr-spec in Cc"),
    MW_STRING(hf_header[MAIL_BCC_ADDRESS], "mail.bcc.address", "Bcc address", "addr-spec in Bcc"),
    MW_STRING(hf_header[MAIL_USER_AGENT], "mail.user_agent", "User agent", "User-Agent or X-Mailer"),
    MW_STRING(hf_header[MAIL_ORIGINATING_IP], "mail.originating_ip", "Originating IP",
              "X-Originating-IP, brackets removed"),
    MW_STRING(hf_header[MAIL_RECEIVED], "mail.received", "Received", "Received field, unfolded; the top one first"),
    MW_STRING(hf_header[MAIL_LIST_ID], "mail.list_id", "List-Id", "List-Id: the mailing list that sent it"),
    MW_STRING(hf_header[MAIL_DKIM_DOMAIN], "mail.dkim.domain", "DKIM domain", "d= of a DKIM-Signature"),
    MW_STRING(hf_header[MAIL_AUTHENTICATION_RESULTS], "mail.authentication_results", "Authentication results",
              "Authentication-Results: what a server found out about the sender"),
    MW_STRING(hf_header[MAIL_CONTENT_TYPE], "mail.content_type", "Content type",
              "Media type of the message, lower case"),
};

static int ett_mail = -1;

const char *mail_action_name(uint8_t action)
{
    return val_to_str_const(action, action_names, "?");
}

const char *mail_outcome_name(uint8_t outcome)
{
    return val_to_str_const(outcome, outcome_names, "?");
}

const char *mail_reply_text(packet_info *pinfo, uint16_t code, const char *text)
{
    if (code == 0)
        return mw_text(pinfo, mw_bytes_str(text));
    return wmem_strdup_printf(pinfo->pool, *text ? "%u %s" : "%u", code, mw_text(pinfo, mw_bytes_str(text)));
}

/* Returns whether a list had to be cut, as do add_header and add_message. */
static bool add_envelope(const struct mw_node *node, const struct mail_transaction *t)
{
    unsigned accepted = 0, refused = 0;

    mw_add_generated_string(node, hf_envelope_from, t->from);
    for (const struct mail_recipient *r = t->recipients; r; r = r->next)
        if (!r->refused && accepted++ < MAIL_MAX_LISTED)
            mw_add_generated_string(node, hf_envelope_to, r->address);
    for (const struct mail_recipient *r = t->recipients; r; r = r->next) {
        if (!r->refused || refused++ >= MAIL_MAX_LISTED / 2)
            continue;
        mw_add_generated_string(node, hf_envelope_refused, r->address);
        mw_add_generated_string(node, hf_envelope_refused_reply,
                                mail_reply_text(node->pinfo, r->refused_code, r->refused));
    }
    return accepted > MAIL_MAX_LISTED || refused > MAIL_MAX_LISTED / 2;
}

static void add_reply(const struct mw_node *node, const struct mail_transaction *t)
{
    if (!t->reply)
        return;
    const char *whole = mail_reply_text(node->pinfo, t->reply_code, t->reply);
    mw_bytes text = mw_bytes_str(t->reply);
    struct smtp_reply_line line;
    mw_slice id;

    mw_add_generated_string(node, hf_reply, whole);
    if (t->reply_code == 0)
        return;
    mw_add_generated_uint(node, hf_reply_code, t->reply_code);
    smtp_parse_reply_line(mw_bytes_str(whole), &line);
    if (line.status.len)
        mw_add_generated_string(node, hf_status, mw_text(node->pinfo, mw_sub(mw_bytes_str(whole), line.status)));
    if (t->outcome == MAIL_ACCEPTED && smtp_parse_queue_id(text, &id))
        mw_add_generated_string(node, hf_queue_id, mw_text(node->pinfo, mw_sub(text, id)));
}

/* Header fields that somebody looks at, as bits. */
static uint32_t wanted_fields(proto_tree *tree)
{
    uint32_t wanted = 0;
    for (unsigned f = 0; f < MAIL_FIELD_COUNT; f++)
        wanted |= proto_field_is_referenced(tree, hf_header[f]) ? MAIL_FIELD(f) : 0;
    return wanted;
}

/* Addresses have a list of their own, so that many do not take the place of what stands once. */
static bool add_header(const struct mw_node *node, mw_bytes message, uint32_t wanted)
{
    if (!wanted)
        return false;
    struct mail_header *header = mail_header_parse(message, wanted);
    unsigned addresses = 0, values = 0;
    for (unsigned f = 0; f < MAIL_FIELD_COUNT; f++) {
        unsigned *listed = f >= MAIL_FROM_ADDRESS && f <= MAIL_BCC_ADDRESS ? &addresses : &values;
        for (unsigned i = 0; i < header->values[f]->len; i++)
            if ((*listed)++ < MAIL_MAX_LISTED)
                mw_add_generated_string(node, hf_header[f], g_ptr_array_index(header->values[f], i));
    }
    mail_header_free(header);
    return addresses > MAIL_MAX_LISTED || values > MAIL_MAX_LISTED;
}

static const char *sha256(packet_info *pinfo, mw_bytes octets)
{
    uint8_t sum[32];
    gcry_md_hash_buffer(GCRY_MD_SHA256, sum, octets.data, octets.len);
    return bytes_to_str(pinfo->pool, sum, sizeof sum);
}

/* all: even what nobody looks at, to learn whether a list has to be cut. */
static bool add_message(const struct mw_node *node, const struct mail_transaction *t, bool all)
{
    const struct mail_body *body = t->body ? t->body : t->begun;
    mw_bytes message = mail_octets_so_far(node->pinfo, t);
    bool cut = add_header(node, message, all ? MAIL_ALL_FIELDS : wanted_fields(node->tree));
    if (!body || body->broken)
        return cut;
    bool whole = t->body && !body->missing && message.len == mail_body_size(body);
    if (t->body)
        mw_add_generated_uint64(node, hf_size, mail_body_size(body));
    cut |= add_mail_parts(node, message, whole, all);
    if (whole && proto_field_is_referenced(node->tree, hf_sha256))
        mw_add_generated_string(node, hf_sha256, sha256(node->pinfo, message));
    return cut;
}

/* Software and version that the greeting names. */
static void add_server(const struct mw_node *node, const struct mail_transaction *t)
{
    mw_bytes text = mw_bytes_str(t->greeting ? t->greeting : "");
    struct mw_banner banner;

    if (!proto_field_is_referenced(node->tree, hf_server))
        return;
    t->parse_greeting(text, &banner);
    if (banner.software.len == 0)
        return;
    const char *software = mw_text(node->pinfo, mw_sub(text, banner.software));
    const char *version = mw_text(node->pinfo, mw_sub(text, banner.version));
    mw_add_generated_string(node, hf_server,
                            *version ? wmem_strdup_printf(node->pinfo->pool, "%s %s", software, version) : software);
}

static void add_session(const struct mw_node *node, const struct mail_transaction *t)
{
    mw_add_generated_string(node, hf_helo, t->helo);
    mw_add_generated_string(node, hf_mailbox, t->mailbox);
    if (t->uid)
        mw_add_generated_uint(node, hf_uid, t->uid);
    mw_add_generated_string(node, hf_auth_username, t->username);
    proto_item_set_generated(proto_tree_add_boolean(node->tree, hf_tls, node->tvb, (int)node->offset, 0, t->tls));
    add_server(node, t);
    mw_add_generated_uint(node, hf_first_frame, t->first.frame);
    mw_add_generated_uint(node, hf_last_frame, t->last.frame);
    mw_add_generated_time(node, hf_duration, t->last.time - t->first.time);
}

void dissect_mail_transaction(const struct mw_view *view, uint32_t offset, const struct mail_transaction *t)
{
    packet_info *pinfo = view->pinfo;
    proto_tree *tree = view->top;
    if (t->body)
        mw_depends_on(pinfo, t->body->last.frame);
    mail_tap_transaction(pinfo, t);
    if (!PINFO_FD_VISITED(pinfo))
        mail_note_sent(pinfo, t);
    bool issues = mail_issues_are_wanted(tree);
    if (!issues && (!tree || !proto_field_is_referenced(tree, proto_mail)))
        return;
    proto_item *item =
        proto_tree_add_protocol_format(tree, proto_mail, view->tvb, (int)offset, 0, "Mail Transaction %u: %s, %s",
                                       t->number, mail_action_name(t->action), mail_outcome_name(t->outcome));
    struct mw_node node = { proto_item_add_subtree(item, ett_mail), view->tvb, pinfo, { 0 }, offset };
    proto_item_set_generated(item);
    if (issues)
        add_mail_issues(&node, item, t);
    mw_add_generated_uint(&node, hf_transaction, t->number);
    mw_add_generated_string(&node, hf_protocol, t->protocol);
    mw_add_generated_uint(&node, hf_action, t->action);
    mw_add_generated_uint(&node, hf_outcome, t->outcome);
    bool cut = add_envelope(&node, t);
    add_reply(&node, t);
    cut |= add_message(&node, t, issues);
    add_session(&node, t);
    if (cut)
        mw_add_issue(&node, item, MW_ISSUE_MAIL_LIMIT);
}

static void name_reply_codes(void)
{
    size_t count;
    const struct smtp_reply_row *rows = smtp_reply_rows(&count);
    for (size_t i = 0; i < MIN(count, MAX_REPLY_CODES); i++)
        reply_codes[i] = (value_string){ rows[i].code, rows[i].text };
}

void mail_register(void)
{
    static int *trees[] = { &ett_mail };
    proto_mail = proto_register_protocol("Mail Transaction", "Mail", "mail");
    name_reply_codes();
    MW_REGISTER_FIELDS(proto_mail, fields);
    proto_register_subtree_array(trees, array_length(trees));
    mail_register_parts();
}
