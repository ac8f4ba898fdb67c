/* The fields of IMAP, and how a value is shown by its role.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "explain.h"
#include "imap/dissect.h"
#include "imap/names.h"
#include "imap/sets.h"
#include "imap/utf7.h"
#include "mail/credentials.h"
#include "dissect_sasl.h"

/* COPYUID, ESEARCH and their kind: a set that stands for more numbers. CVE-2025-25186 */
#define HUGE_SET 10000000
/* Numbers of all sets of a chunk that are shown one by one: a reader looks at no more, and epan stops a frame at a
 * million items. */
#define MAX_RESULTS 20000

static int hf_imap_argument = -1;
static int hf_imap_text = -1;
static int hf_imap_response_code = -1;
static int hf_imap_request_username = -1;
static int hf_imap_request_password = -1;
static int hf_imap_request_folder = -1;
static int hf_imap_capability = -1;
static int hf_imap_enable = -1;
static int hf_imap_mailbox = -1;
static int hf_imap_mailbox_pattern = -1;
static int hf_imap_list_attribute = -1;
static int hf_imap_list_delimiter = -1;
static int hf_imap_list_option = -1;
static int hf_imap_namespace_prefix = -1;
static int hf_imap_exists = -1;
static int hf_imap_recent = -1;
static int hf_imap_expunge = -1;
static int hf_imap_sequence_set = -1;
static int hf_imap_flag = -1;
static int hf_imap_literal_size = -1;
static int hf_imap_search_key = -1;
static int hf_imap_search_result = -1;
static int hf_imap_search_count = -1;
static int hf_imap_thread_number = -1;
static int hf_imap_status_messages = -1;
static int hf_imap_status_recent = -1;
static int hf_imap_status_uidnext = -1;
static int hf_imap_status_uidvalidity = -1;
static int hf_imap_status_unseen = -1;
static int hf_imap_status_highestmodseq = -1;
static int hf_imap_status_size = -1;
static int hf_imap_id_name = -1;
static int hf_imap_id_value = -1;
static int hf_imap_quota_root = -1;
static int hf_imap_quota_resource = -1;
static int hf_imap_quota_usage = -1;
static int hf_imap_quota_limit = -1;
static int hf_imap_acl_identifier = -1;
static int hf_imap_acl_rights = -1;
static int hf_imap_metadata_entry = -1;
static int hf_imap_metadata_value = -1;
static int hf_imap_url = -1;
static int hf_imap_fetch_item = -1;
static int hf_imap_fetch_number = -1;
static int hf_imap_fetch_uid = -1;
static int hf_imap_fetch_size = -1;
static int hf_imap_fetch_internaldate = -1;
static int hf_imap_fetch_modseq = -1;
static int hf_imap_fetch_section = -1;
static int hf_imap_fetch_partial = -1;
static int hf_imap_fetch_emailid = -1;
static int hf_imap_fetch_threadid = -1;
static int hf_imap_fetch_savedate = -1;
static int hf_imap_fetch_preview = -1;
static int hf_imap_fetch_label = -1;

static hf_register_info fields[] = {
    MW_STRING(hf_imap_argument, "imap.argument", "Argument",
              "Part of a command or response without a field of its own"),
    MW_STRING(hf_imap_text, "imap.text", "Text", "Text of a response, without status and response code"),
    MW_STRING(hf_imap_response_code, "imap.response.code", "Response code", "Name of a bracketed response code"),
    MW_STRING(hf_imap_request_username, "imap.request.username", "Request Username", NULL),
    MW_STRING(hf_imap_request_password, "imap.request.password", "Request Password", NULL),
    MW_STRING(hf_imap_request_folder, "imap.request.folder", "Request Folder", NULL),
    MW_STRING(hf_imap_capability, "imap.capability", "Capability", "Announced capability"),
    MW_STRING(hf_imap_enable, "imap.enable", "Enable", "Capability that is switched on"),
    MW_STRING(hf_imap_mailbox, "imap.mailbox", "Mailbox", "Name of a mailbox, decoded"),
    MW_STRING(hf_imap_mailbox_pattern, "imap.mailbox.pattern", "Mailbox pattern", "Names that LIST asks for"),
    MW_STRING(hf_imap_list_attribute, "imap.list.attribute", "Attribute", "Attribute of a mailbox"),
    MW_STRING(hf_imap_list_delimiter, "imap.list.delimiter", "Delimiter", "Separates levels of mailbox names"),
    MW_STRING(hf_imap_list_option, "imap.list.option", "Option", "Selection or return option of LIST"),
    MW_STRING(hf_imap_namespace_prefix, "imap.namespace.prefix", "Prefix", "What the names of a namespace begin with"),
    MW_NUMBER(hf_imap_exists, FT_UINT32, "imap.exists", "Exists", "Messages in the mailbox"),
    MW_NUMBER(hf_imap_recent, FT_UINT32, "imap.recent", "Recent", "Messages that no session has seen before"),
    MW_NUMBER(hf_imap_expunge, FT_UINT32, "imap.expunge", "Expunge", "Number of the message that is gone"),
    MW_STRING(hf_imap_sequence_set, "imap.sequence_set", "Sequence set", "Numbers or unique ids of messages"),
    MW_STRING(hf_imap_flag, "imap.flag", "Flag", "Flag or keyword"),
    MW_NUMBER(hf_imap_literal_size, FT_UINT32, "imap.literal.size", "Literal size", "Octets of a literal"),
    MW_STRING(hf_imap_search_key, "imap.search.key", "Search key", "What SEARCH looks for"),
    MW_NUMBER(hf_imap_search_result, FT_UINT32, "imap.search.result", "Result", "Number of a message that was found"),
    MW_NUMBER(hf_imap_search_count, FT_UINT32, "imap.search.count", "Count", "Messages that were found"),
    MW_NUMBER(hf_imap_thread_number, FT_UINT32, "imap.thread.number", "Message", "Number of a message in a thread"),
    MW_NUMBER(hf_imap_status_messages, FT_UINT32, "imap.status.messages", "Messages", "Messages in a mailbox"),
    MW_NUMBER(hf_imap_status_recent, FT_UINT32, "imap.status.recent", "Recent", "Recent messages in a mailbox"),
    MW_NUMBER(hf_imap_status_uidnext, FT_UINT32, "imap.status.uidnext", "Next UID", "Unique id of the next message"),
    MW_NUMBER(hf_imap_status_uidvalidity, FT_UINT32, "imap.status.uidvalidity", "UIDVALIDITY",
              "Unique ids are valid while this stays the same"),
    MW_NUMBER(hf_imap_status_unseen, FT_UINT32, "imap.status.unseen", "Unseen",
              "Unseen messages, or the first of them"),
    MW_NUMBER(hf_imap_status_highestmodseq, FT_UINT64, "imap.status.highestmodseq", "Highest modseq",
              "Highest modification sequence"),
    MW_NUMBER(hf_imap_status_size, FT_UINT64, "imap.status.size", "Size", "Octets of all messages of a mailbox"),
    MW_STRING(hf_imap_id_name, "imap.id.name", "Name", "Field of ID"),
    MW_STRING(hf_imap_id_value, "imap.id.value", "Value", "Value of a field of ID"),
    MW_STRING(hf_imap_quota_root, "imap.quota.root", "Quota root", "Name of a set of limits"),
    MW_STRING(hf_imap_quota_resource, "imap.quota.resource", "Resource", "What is limited"),
    MW_NUMBER(hf_imap_quota_usage, FT_UINT64, "imap.quota.usage", "Usage", "How much is in use"),
    MW_NUMBER(hf_imap_quota_limit, FT_UINT64, "imap.quota.limit", "Limit", "How much is allowed"),
    MW_STRING(hf_imap_acl_identifier, "imap.acl.identifier", "Identifier", "Who has the rights"),
    MW_STRING(hf_imap_acl_rights, "imap.acl.rights", "Rights", "Letters of rights"),
    MW_STRING(hf_imap_metadata_entry, "imap.metadata.entry", "Entry", "Name of an annotation"),
    MW_STRING(hf_imap_metadata_value, "imap.metadata.value", "Value", "Value of an annotation"),
    MW_STRING(hf_imap_url, "imap.url", "URL", "IMAP URL of a message or part"),
    MW_STRING(hf_imap_fetch_item, "imap.fetch.item", "Data item", "Name of a data item of FETCH"),
    MW_NUMBER(hf_imap_fetch_number, FT_UINT32, "imap.fetch.number", "Message", "Number of the message"),
    MW_NUMBER(hf_imap_fetch_uid, FT_UINT32, "imap.fetch.uid", "UID", "Unique id of the message"),
    MW_NUMBER(hf_imap_fetch_size, FT_UINT32, "imap.fetch.size", "Size", "Octets of the message"),
    MW_STRING(hf_imap_fetch_internaldate, "imap.fetch.internaldate", "Internal date",
              "When the server got the message"),
    MW_NUMBER(hf_imap_fetch_modseq, FT_UINT64, "imap.fetch.modseq", "Modseq", "Modification sequence of the message"),
    MW_STRING(hf_imap_fetch_section, "imap.fetch.section", "Section",
              "What stands between the brackets of BODY[] or BINARY[]"),
    MW_STRING(hf_imap_fetch_partial, "imap.fetch.partial", "Partial", "First octet and number of octets"),
    MW_STRING(hf_imap_fetch_emailid, "imap.fetch.emailid", "Email id", "Id of the message on this server"),
    MW_STRING(hf_imap_fetch_threadid, "imap.fetch.threadid", "Thread id", "Id of the thread on this server"),
    MW_STRING(hf_imap_fetch_savedate, "imap.fetch.savedate", "Save date", "When the message came into the mailbox"),
    MW_STRING(hf_imap_fetch_preview, "imap.fetch.preview", "Preview", "Beginning of the message's text"),
    MW_STRING(hf_imap_fetch_label, "imap.fetch.label", "Label", "Label of the message"),
};

static int ett_imap_value = -1;

/* ---- values ---- */

enum form { TEXT, NUMBER, MAILBOX, SET, RESULTS };

struct role_row {
    const int *hf;     /* NULL: imap.argument */
    uint8_t form;      /* enum form */
    const char *label; /* of a list, or in front of an argument */
    int8_t names;      /* enum imap_names that explains the value; -1: none */
};

#define ROW(role, hf, form, label, names) [IMAP_ROLE_##role] = { hf, form, label, names }
#define PLAIN(role, hf) ROW(role, hf, TEXT, NULL, -1)
#define COUNT(role, hf) ROW(role, hf, NUMBER, NULL, -1)
#define KNOWN(role, hf, names) ROW(role, hf, TEXT, NULL, names)
#define LABEL(role, label) ROW(role, NULL, TEXT, label, -1)

static const struct role_row roles[IMAP_ROLE_COUNT] = {
    LABEL(OTHER, NULL),
    PLAIN(CODE, &hf_imap_response_code),
    LABEL(CODE_LIST, "Response code"),
    PLAIN(TEXT, &hf_imap_text),
    COUNT(EXISTS, &hf_imap_exists),
    COUNT(RECENT, &hf_imap_recent),
    COUNT(EXPUNGE, &hf_imap_expunge),
    COUNT(FETCH_NUMBER, &hf_imap_fetch_number),
    COUNT(FETCH_UID_NUMBER, &hf_imap_fetch_uid),
    PLAIN(USERNAME, &hf_imap_request_username),
    PLAIN(PASSWORD, &hf_imap_request_password),
    KNOWN(CAPABILITY, &hf_imap_capability, IMAP_CAPABILITIES),
    KNOWN(ENABLE, &hf_imap_enable, IMAP_CAPABILITIES),
    LABEL(COMPRESSION, "Compression"),
    ROW(MAILBOX, &hf_imap_mailbox, MAILBOX, NULL, -1),
    ROW(MAILBOX_PATTERN, &hf_imap_mailbox_pattern, MAILBOX, "Patterns", -1),
    LABEL(REFERENCE, "Reference"),
    LABEL(SELECT_PARAMETERS, "Parameters"),
    LABEL(PARAMETER, "Parameter"),
    LABEL(LIST_OPTIONS, "Options"),
    PLAIN(LIST_OPTION, &hf_imap_list_option),
    LABEL(ATTRIBUTES, "Attributes"),
    KNOWN(ATTRIBUTE, &hf_imap_list_attribute, IMAP_ATTRIBUTES),
    PLAIN(DELIMITER, &hf_imap_list_delimiter),
    LABEL(LIST_EXTENSION, "Extended data"),
    LABEL(NAMESPACE_PERSONAL, "Personal namespaces"),
    LABEL(NAMESPACE_OTHER, "Other users' namespaces"),
    LABEL(NAMESPACE_SHARED, "Shared namespaces"),
    LABEL(NAMESPACE, "Namespace"),
    ROW(NAMESPACE_PREFIX, &hf_imap_namespace_prefix, MAILBOX, NULL, -1),
    LABEL(STATUS_ITEMS, "Status"),
    ROW(STATUS_ITEM, NULL, TEXT, "Item", IMAP_STATUS_ITEMS),
    COUNT(STATUS_MESSAGES, &hf_imap_status_messages),
    COUNT(STATUS_RECENT, &hf_imap_status_recent),
    COUNT(STATUS_UIDNEXT, &hf_imap_status_uidnext),
    COUNT(STATUS_UIDVALIDITY, &hf_imap_status_uidvalidity),
    COUNT(STATUS_UNSEEN, &hf_imap_status_unseen),
    COUNT(STATUS_HIGHESTMODSEQ, &hf_imap_status_highestmodseq),
    COUNT(STATUS_SIZE, &hf_imap_status_size),
    ROW(SEQUENCE_SET, &hf_imap_sequence_set, SET, NULL, -1),
    ROW(RESULT_SET, &hf_imap_sequence_set, RESULTS, NULL, -1),
    LABEL(FLAGS, "Flags"),
    KNOWN(FLAG, &hf_imap_flag, IMAP_FLAGS),
    LABEL(STORE_ITEM, "Change"),
    LABEL(DATE_TIME, "Date and time"),
    LABEL(APPEND_MESSAGE, "Message"),
    LABEL(CATENATE, "Parts"),
    LABEL(CATENATE_TEXT, "Text"),
    PLAIN(URL, &hf_imap_url),
    LABEL(FETCH_ITEMS, "Data items"),
    KNOWN(FETCH_ITEM, &hf_imap_fetch_item, IMAP_FETCH_ITEMS),
    PLAIN(SECTION, &hf_imap_fetch_section),
    PLAIN(PARTIAL, &hf_imap_fetch_partial),
    COUNT(UID, &hf_imap_fetch_uid),
    COUNT(SIZE, &hf_imap_fetch_size),
    PLAIN(INTERNALDATE, &hf_imap_fetch_internaldate),
    LABEL(MODSEQ_LIST, "Modification sequence"),
    COUNT(MODSEQ, &hf_imap_fetch_modseq),
    LABEL(MESSAGE, "Message"),
    LABEL(HEADER, "Header"),
    LABEL(PART, "Part"),
    LABEL(BINARY_SIZE, "Size"),
    LABEL(EMAILID_LIST, "Email id"),
    PLAIN(EMAILID, &hf_imap_fetch_emailid),
    LABEL(THREADID_LIST, "Thread id"),
    PLAIN(THREADID, &hf_imap_fetch_threadid),
    PLAIN(SAVEDATE, &hf_imap_fetch_savedate),
    PLAIN(PREVIEW, &hf_imap_fetch_preview),
    LABEL(LABELS, "Labels"),
    PLAIN(LABEL, &hf_imap_fetch_label),
    LABEL(ENVELOPE, "Envelope"),
    LABEL(ENVELOPE_FROM, "From"),
    LABEL(ENVELOPE_SENDER, "Sender"),
    LABEL(ENVELOPE_REPLY_TO, "Reply-To"),
    LABEL(ENVELOPE_TO, "To"),
    LABEL(ENVELOPE_CC, "Cc"),
    LABEL(ENVELOPE_BCC, "Bcc"),
    LABEL(ADDRESS, "Address"),
    LABEL(ADDRESS_NAME, "Name"),
    LABEL(ADDRESS_ROUTE, "Route"),
    LABEL(ADDRESS_MAILBOX, "Mailbox"),
    LABEL(ADDRESS_HOST, "Host"),
    LABEL(BODY, "Part"),
    LABEL(BODY_TYPE, "Type"),
    LABEL(BODY_SUBTYPE, "Subtype"),
    LABEL(MULTIPART_SUBTYPE, "Multipart"),
    LABEL(BODY_PARAMETERS, "Parameters"),
    LABEL(BODY_PARAMETER_NAME, "Parameter"),
    LABEL(BODY_PARAMETER_VALUE, "Value"),
    LABEL(BODY_ID, "Content-ID"),
    LABEL(BODY_DESCRIPTION, "Description"),
    LABEL(BODY_LINES, "Lines"),
    LABEL(BODY_MD5, "MD5"),
    LABEL(BODY_DISPOSITION_LIST, "Disposition"),
    LABEL(BODY_DISPOSITION, "Disposition"),
    LABEL(BODY_LANGUAGE, "Language"),
    LABEL(BODY_LOCATION, "Location"),
    LABEL(BODY_EXTENSION, "Extension"),
    LABEL(SEARCH_RETURN, "Return"),
    LABEL(SEARCH_OPTION, "Option"),
    LABEL(CHARSET, "Charset"),
    LABEL(SEARCH_KEYS, "Search keys"),
    PLAIN(SEARCH_KEY, &hf_imap_search_key),
    LABEL(SEARCH_VALUE, "Value"),
    COUNT(SEARCH_RESULT, &hf_imap_search_result),
    COUNT(SEARCH_COUNT, &hf_imap_search_count),
    LABEL(SEARCH_CORRELATOR, "Correlator"),
    LABEL(SEARCH_TAG, "Tag"),
    LABEL(SORT_KEYS, "Sort keys"),
    LABEL(SORT_KEY, "Sort key"),
    LABEL(THREAD_ALGORITHM, "Algorithm"),
    LABEL(THREAD, "Thread"),
    COUNT(THREAD_NUMBER, &hf_imap_thread_number),
    LABEL(ID_LIST, "Identification"),
    KNOWN(ID_NAME, &hf_imap_id_name, IMAP_ID_FIELDS),
    PLAIN(ID_VALUE, &hf_imap_id_value),
    PLAIN(QUOTA_ROOT, &hf_imap_quota_root),
    LABEL(QUOTA_LIST, "Quota"),
    KNOWN(QUOTA_RESOURCE, &hf_imap_quota_resource, IMAP_QUOTA_RESOURCES),
    COUNT(QUOTA_USAGE, &hf_imap_quota_usage),
    COUNT(QUOTA_LIMIT, &hf_imap_quota_limit),
    PLAIN(ACL_IDENTIFIER, &hf_imap_acl_identifier),
    PLAIN(ACL_RIGHTS, &hf_imap_acl_rights),
    LABEL(METADATA_OPTIONS, "Options"),
    LABEL(METADATA_ENTRIES, "Entries"),
    PLAIN(METADATA_ENTRY, &hf_imap_metadata_entry),
    PLAIN(METADATA_VALUE, &hf_imap_metadata_value),
    LABEL(NOTIFY_EVENTS, "Events"),
    LABEL(NOTIFY_EVENT, "Event"),
    LABEL(NOTIFY_MAILBOXES, "Mailboxes"),
};

static proto_item *add_number(const struct mw_node *node, int hf, mw_slice where, mw_bytes value)
{
    uint64_t number;
    if (!mw_parse_number(value, mw_slice_of(0, value.len), &number))
        return mw_add_string(node, hf_imap_argument, where, mw_text(node->pinfo, value));
    if (proto_registrar_get_ftype(hf) == FT_UINT64)
        return mw_add_uint64(node, hf, where, number);
    return mw_add_uint(node, hf, where, number > UINT32_MAX ? UINT32_MAX : (uint32_t)number);
}

static proto_item *add_mailbox(const struct mw_node *node, int hf, mw_slice where, mw_bytes value)
{
    char *name = imap_mailbox_decode(value, NULL);
    proto_item *item = mw_add_string(node, hf, where, name);
    g_free(name);
    return item;
}

/* Names are modified UTF-7 until UTF-8 was enabled. RFC 3501 5.1.3, 9051 5.1 */
static void check_mailbox(const struct mw_node *node, bool utf8, mw_slice where, mw_bytes value)
{
    mw_issues issues = { 0 };
    uint32_t problems;

    g_free(imap_mailbox_decode(value, &problems));
    if (problems & (utf8 ? IMAP_MAILBOX_NOT_UTF8 : ~0u))
        mw_issue_add(&issues, MW_ISSUE_IMAP_MAILBOX_ENCODING, where);
    mw_add_issues(node, proto_tree_get_parent(node->tree), &issues);
}

static void check_set(const struct mw_node *node, proto_item *item, mw_bytes value)
{
    struct imap_set set;
    imap_set_measure(value, &set);
    if (set.count > HUGE_SET)
        mw_add_issue(node, item, MW_ISSUE_IMAP_SET_HUGE);
}

/* Numbers of sets that may still be shown in this chunk. */
static uint32_t results_left;

void imap_begin_values(void)
{
    results_left = MAX_RESULTS;
}

/* Each number of a set that answers SEARCH. */
static void add_results(const struct mw_node *node, proto_item *item, mw_slice where, mw_bytes value)
{
    struct mw_node below = mw_node_below(node, item, ett_imap_value);
    struct imap_numbers numbers;
    uint32_t number;

    imap_numbers_start(&numbers, value);
    while (results_left && imap_numbers_next(&numbers, &number)) {
        results_left--;
        proto_item_set_generated(mw_add_uint(&below, hf_imap_search_result, where, number));
    }
}

static proto_item *add_argument(const struct mw_node *node, const char *label, mw_slice where, mw_bytes value)
{
    const char *text = mw_text(node->pinfo, value);
    proto_item *item = mw_add_string(node, hf_imap_argument, where, text);
    if (label)
        proto_item_set_text(item, "%s: %s", label, text);
    return item;
}

static void explain(proto_item *item, const struct role_row *row, mw_bytes value)
{
    bool listed = row->names >= 0 && (row->hf || row->label); /* a role without a row has no names */
    const struct imap_name_row *name =
        listed && mw_explains(item) ? imap_name_find((enum imap_names)row->names, value) : NULL;
    if (name)
        mw_explain(item, name->text, name->rfc);
}

/* The name of a data item with the bracket behind it: BODY is the structure, BODY[ the content of a section. */
static mw_bytes data_item_name(const struct mw_node *node, mw_slice where)
{
    mw_bytes name = mw_sub(node->bytes, where), more = mw_sub(node->bytes, mw_slice_of(where.offset, where.len + 1));
    return more.len > name.len && more.data[name.len] == '[' ? more : name;
}

void add_imap_value(const struct mw_node *node, uint8_t role, mw_slice where, mw_bytes value)
{
    const struct role_row *row = &roles[role];
    proto_item *item;

    if (!row->hf) {
        item = add_argument(node, row->label, where, value);
    } else {
        switch (row->form) {
        case NUMBER:
            item = add_number(node, *row->hf, where, value);
            break;
        case MAILBOX:
            item = add_mailbox(node, *row->hf, where, value);
            break;
        default:
            item = mw_add_string(node, *row->hf, where, mw_text(node->pinfo, value));
            break;
        }
    }
    explain(item, row, role == IMAP_ROLE_FETCH_ITEM ? data_item_name(node, where) : value);
    if (row->form == SET || row->form == RESULTS)
        check_set(node, item, value);
    if (row->form == RESULTS)
        add_results(node, item, where, value);
}

/* ---- values that need more ---- */

static void add_password(const struct imap_shown *shown, const struct mw_node *node, mw_slice where, mw_bytes value)
{
    const struct imap_element *element = shown->element;
    if (mw_hide_secrets) {
        mw_add_string(node, hf_imap_request_password, where, MW_HIDDEN);
        return;
    }
    add_imap_value(node, IMAP_ROLE_PASSWORD, where, value);
    const struct imap_exchange *login =
        element->kind == IMAP_LITERAL_OCTETS ? element->literal->exchange : element->exchange;
    const char *user = login && login->username ? login->username : "";
    mail_tap_credentials(node->pinfo, "IMAP", hf_imap_request_password, user, NULL);
}

static void add_rights(const struct mw_node *node, mw_slice where, mw_bytes value)
{
    char *text = imap_rights_text(value);
    proto_item *item = mw_add_string(node, hf_imap_acl_rights, where, mw_text(node->pinfo, value));
    proto_item_append_text(item, " (%s)", text);
    g_free(text);
}

/* The list has the name, too, but not the meaning: its label is a key of -T json. */
static void add_code(const struct mw_node *node, mw_slice where, mw_bytes value)
{
    const struct imap_code_row *row = imap_code_find(value);
    proto_item *item = mw_add_string(node, hf_imap_response_code, where, mw_upper(node->pinfo, value));
    if (!row)
        return;
    proto_item_append_text(proto_tree_get_parent(node->tree), ": %s", row->name);
    mw_explain(item, row->text, row->rfc);
}

/* The octets of a value: unescaped, in packet memory. */
mw_bytes imap_value_of(const struct imap_shown *shown, const struct imap_token *token)
{
    mw_bytes value = mw_sub(shown->line, token->value);
    uint32_t len;

    if (token->kind != IMAP_QUOTED || mw_find(value, 0, '\\') == value.len)
        return value;
    char *plain = imap_unescape(value, &len);
    uint8_t *copy = wmem_memdup(shown->view->pinfo->pool, plain, (size_t)len + 1);
    g_free(plain);
    return mw_bytes_of(copy, len);
}

/* A password with blanks and without quotes goes on in what looks like further arguments. */
static bool hides_words(const struct imap_shown *shown)
{
    const struct imap_command_row *command = shown->parser->command;
    return mw_hide_secrets && command && command->verb == IMAP_VERB_LOGIN && shown->parser->lists[0].index > 2;
}

/* What a client asks for is not what a message or a mailbox has. */
static uint8_t shown_role(const struct imap_shown *shown, const struct imap_token *token)
{
    switch (token->role) {
    case IMAP_ROLE_MODSEQ:
    case IMAP_ROLE_STATUS_UIDVALIDITY:
    case IMAP_ROLE_QUOTA_RESOURCE:
    case IMAP_ROLE_QUOTA_LIMIT:
        return shown->parser->from_client ? IMAP_ROLE_OTHER : token->role;
    default:
        return token->role;
    }
}

void add_imap_token_value(struct imap_shown *shown, const struct mw_node *node, const struct imap_token *token)
{
    mw_bytes value = imap_value_of(shown, token);

    switch (shown_role(shown, token)) {
    case IMAP_ROLE_MAILBOX:
        if (shown->parser->from_client && shown->lists[0].name == NULL) { /* the first one */
            proto_item_set_hidden(mw_add_slice(node, hf_imap_request_folder, token->where));
            shown->lists[0].name = "";
        }
        add_imap_value(node, token->role, token->where, value);
        check_mailbox(node, shown->element->utf8, token->where, value);
        break;
    case IMAP_ROLE_PASSWORD:
        add_password(shown, node, token->where, value);
        break;
    case IMAP_ROLE_MECHANISM:
        add_imap_mechanism(node, token->where);
        break;
    case IMAP_ROLE_INITIAL_RESPONSE:
        add_imap_sasl(node, shown->element, token->where, true);
        break;
    case IMAP_ROLE_ACL_RIGHTS:
        add_rights(node, token->where, value);
        break;
    case IMAP_ROLE_CODE:
        add_code(node, token->where, value);
        break;
    default:
        if (hides_words(shown))
            mw_add_string(node, hf_imap_argument, token->where, MW_HIDDEN);
        else
            add_imap_value(node, shown_role(shown, token), token->where, value);
        break;
    }
}

void add_imap_literal_value(const struct mw_node *node, const struct imap_element *element)
{
    struct imap_shown shown;
    struct imap_token token = { .role = element->literal->role };
    mw_slice all = mw_slice_of(0, element->base.len);

    shown.element = element;
    shown.depth = 0;
    shown.lists[0] = (struct imap_shown_list){ .node = *node, .name = element->literal->section };
    if (token.role == IMAP_ROLE_MAILBOX && element->from_client)
        proto_item_set_hidden(mw_add_slice(node, hf_imap_request_folder, all));
    if (token.role == IMAP_ROLE_PASSWORD)
        add_password(&shown, node, all, node->bytes);
    else if (!imap_is_gathered(token.role))
        add_imap_value(node, token.role, all, node->bytes);
    shown.view = &(struct mw_view){ .pinfo = node->pinfo };
    gather_imap_token(&shown, &token, node->bytes);
    shown.lists[0].role = IMAP_ROLE_BODY; /* the file name of a part, perhaps */
    close_imap_list(&shown, &shown.lists[0]);
}

const char *imap_role_label(uint8_t role)
{
    return roles[role].label;
}

proto_item *add_imap_data_item(const struct mw_node *node, mw_slice where)
{
    proto_item *item = mw_add_slice(node, hf_imap_fetch_item, where);
    explain(item, &roles[IMAP_ROLE_FETCH_ITEM], data_item_name(node, where));
    return item;
}

proto_item *add_imap_literal_size(const struct mw_node *node, const struct imap_token *token)
{
    uint32_t octets = token->octets > UINT32_MAX ? UINT32_MAX : (uint32_t)token->octets;
    proto_item *item = mw_add_uint(node, hf_imap_literal_size, token->where, octets);
    proto_item_append_text(item, "%s%s", token->non_sync ? " (non-synchronising)" : "",
                           token->binary ? " (binary)" : "");
    return item;
}

bool imap_values_are_wanted(proto_tree *tree)
{
    return MW_FIELDS_ARE_WANTED(tree, fields);
}

void imap_register_values(int proto)
{
    static int *trees[] = { &ett_imap_value };
    MW_REGISTER_FIELDS(proto, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
