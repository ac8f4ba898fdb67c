/* The commands of IMAP and their arguments.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "imap/meaning.h"
#include "imap/parser.h"

#define ONE(name)                                                                                                      \
    {                                                                                                                  \
        IMAP_ROLE_##name, IMAP_ROLE_OTHER, NULL                                                                        \
    }
#define LIST(name, shape)                                                                                              \
    {                                                                                                                  \
        IMAP_ROLE_OTHER, IMAP_ROLE_##name, shape                                                                       \
    }
/* One of them, or a list of them. */
#define ONE_OR_LIST(name, list_name, shape)                                                                            \
    {                                                                                                                  \
        IMAP_ROLE_##name, IMAP_ROLE_##list_name, shape                                                                 \
    }

#define MAILBOXES IMAP_AGAIN(ONE(MAILBOX))
#define STATUS_ITEMS IMAP_AGAIN(ONE(STATUS_ITEM))
#define ENTRIES IMAP_AGAIN(ONE(METADATA_ENTRY))
#define EACH_FETCH_ITEM IMAP_AGAIN(ONE_OR_LIST(FETCH_ITEM, OTHER, IMAP_AGAIN(ONE(PARAMETER))))
#define ONE_MAILBOX IMAP_ONCE(ONE(MAILBOX))

/* select-param = "QRESYNC" SP "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")"; RFC 7162
 * 7: known-uids may be missing. */
#define SEQUENCE_MATCH IMAP_AGAIN(ONE(SEQUENCE_SET))
#define KNOWN ONE_OR_LIST(SEQUENCE_SET, OTHER, SEQUENCE_MATCH)
#define QRESYNC IMAP_ONCE(ONE(STATUS_UIDVALIDITY), ONE(MODSEQ), KNOWN, KNOWN)
#define SELECT IMAP_ONCE(ONE(MAILBOX), LIST(SELECT_PARAMETERS, IMAP_AGAIN(ONE_OR_LIST(PARAMETER, OTHER, QRESYNC))))

/* create-param = "USE" SP "(" [use-attr *(SP use-attr)] ")"; RFC 6154 6. */
#define CREATE_PARAMETERS IMAP_AGAIN(ONE_OR_LIST(PARAMETER, ATTRIBUTES, IMAP_AGAIN(ONE(ATTRIBUTE))))
#define CREATE IMAP_ONCE(ONE(MAILBOX), LIST(OTHER, CREATE_PARAMETERS))

/* setquota_list = "(" [setquota_resource *(SP setquota_resource)] ")"; RFC 9208 7. */
#define SETQUOTA IMAP_ONCE(ONE(QUOTA_ROOT), LIST(QUOTA_LIST, IMAP_AGAIN(ONE(QUOTA_RESOURCE), ONE(QUOTA_LIMIT))))

/* setmetadata = "SETMETADATA" SP mailbox SP "(" entry SP value *(SP entry SP value) ")"; RFC 5464 5. */
#define SETMETADATA                                                                                                    \
    IMAP_ONCE(ONE(MAILBOX), LIST(METADATA_ENTRIES, IMAP_AGAIN(ONE(METADATA_ENTRY), ONE(METADATA_VALUE))))

#define ANNOTATION_ENTRIES ONE_OR_LIST(METADATA_ENTRY, METADATA_ENTRIES, ENTRIES)
#define GETANNOTATION                                                                                                  \
    IMAP_ONCE(ONE(MAILBOX), ANNOTATION_ENTRIES, ONE_OR_LIST(PARAMETER, OTHER, IMAP_AGAIN(ONE(PARAMETER))))
#define SETANNOTATION                                                                                                  \
    IMAP_ONCE(ONE(MAILBOX), ANNOTATION_ENTRIES, LIST(OTHER, IMAP_AGAIN(ONE(PARAMETER), ONE(METADATA_VALUE))))

#define URLFETCH IMAP_AGAIN(ONE_OR_LIST(URL, OTHER, IMAP_STEPS_FROM(1, ONE(URL), ONE(PARAMETER))))
#define CONVERT IMAP_ONCE(ONE(SEQUENCE_SET), LIST(OTHER, NULL), ONE_OR_LIST(FETCH_ITEM, FETCH_ITEMS, EACH_FETCH_ITEM))
#define APPLE_PUSH IMAP_AGAIN(ONE(PARAMETER), LIST(OTHER, MAILBOXES))

/* The same for the functions below, where a compound literal would not last. */
static const struct imap_shape *const mailboxes = MAILBOXES;
static const struct imap_shape *const status_items = STATUS_ITEMS;
static const struct imap_shape *const entries = ENTRIES;
static const struct imap_shape *const metadata_options = IMAP_AGAIN(ONE(PARAMETER), ONE(OTHER));
static const struct imap_shape *const labels = IMAP_AGAIN(ONE(LABEL));
static const struct imap_shape *const utf8_message = IMAP_AGAIN(ONE(APPEND_MESSAGE));
static const struct imap_shape *const notify_events =
    IMAP_AGAIN(ONE_OR_LIST(NOTIFY_EVENT, FETCH_ITEMS, EACH_FETCH_ITEM));

/* What list->item remembers of a name that has been read, for the element behind it. */
enum item {
    NOTHING,
    STATUS_OPTION,
    METADATA_OPTION,
    MODSEQ_NEXT,
    RANGE_NEXT,
    CATENATE_NEXT,
    UTF8_NEXT,
    URL_NEXT,
    TEXT_NEXT,
    FLAGS_NEXT,
    LABELS_NEXT,
    VALUE_NEXT,
    MAILBOX_NEXT,
    ENTRIES_NEXT,
};

static void set_list(struct imap_token *token, enum imap_role role, const struct imap_shape *shape)
{
    token->role = (uint8_t)role;
    token->opens = shape;
}

/* fetch-modifier = "CHANGEDSINCE" SP mod-sequence-value / "VANISHED" / "PARTIAL" SP range, store-modifier =
 * "UNCHANGEDSINCE" SP mod-sequence-value; RFC 7162 7, 9394 4. */
static void read_modifiers(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    mw_bytes word = mw_sub(line, token->value);
    uint8_t before = list->item;

    (void)parser;
    list->item = NOTHING;
    if (before == MODSEQ_NEXT)
        token->role = IMAP_ROLE_MODSEQ;
    if (before != NOTHING || token->kind != IMAP_ATOM)
        return;
    token->role = IMAP_ROLE_PARAMETER;
    if (mw_equal_nocase(word, "CHANGEDSINCE") || mw_equal_nocase(word, "UNCHANGEDSINCE"))
        list->item = MODSEQ_NEXT;
    else if (mw_equal_nocase(word, "PARTIAL"))
        list->item = RANGE_NEXT;
}

static const struct imap_shape modifiers_shape = { read_modifiers };

/* fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" ... ")") [fetch-modifiers]; RFC 9051 9,
 * 4466 2.4. */
#define FETCH                                                                                                          \
    IMAP_ONCE(ONE(SEQUENCE_SET), ONE_OR_LIST(FETCH_ITEM, FETCH_ITEMS, EACH_FETCH_ITEM),                                \
              ONE_OR_LIST(FETCH_ITEM, OTHER, &modifiers_shape))

/* store = "STORE" SP sequence-set [store-modifiers] SP store-att-flags; RFC 9051 9, 4466 2.5. The flags stand in a list
 * or, one behind the other, without. */
static void read_store(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    static const uint8_t roles[] = { [FLAGS_NEXT] = IMAP_ROLE_FLAG, [LABELS_NEXT] = IMAP_ROLE_LABEL, [VALUE_NEXT] = 0 };
    mw_bytes word = mw_sub(line, token->value);
    bool opens = token->kind == IMAP_OPEN;

    (void)parser;
    if (list->index == 0) {
        token->role = IMAP_ROLE_SEQUENCE_SET;
    } else if (list->item == NOTHING && opens) {
        set_list(token, IMAP_ROLE_OTHER, &modifiers_shape);
    } else if (list->item == NOTHING) {
        token->role = IMAP_ROLE_STORE_ITEM;
        list->item = mw_find_nocase(word, 0, "FLAGS") < word.len    ? FLAGS_NEXT
                     : mw_find_nocase(word, 0, "LABELS") < word.len ? LABELS_NEXT
                                                                    : VALUE_NEXT;
    } else if (!opens) {
        token->role = roles[list->item];
    } else if (list->item == FLAGS_NEXT) {
        set_list(token, IMAP_ROLE_FLAGS, &imap_shape_flags);
    } else if (list->item == LABELS_NEXT) {
        set_list(token, IMAP_ROLE_LABELS, labels);
    }
}

static const struct imap_shape store_shape = { read_store };

/* cat-part = "URL" SP url / "TEXT" SP literal; RFC 4469 5. */
static void read_catenate(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    (void)parser;
    if (list->item == TEXT_NEXT || list->item == URL_NEXT) {
        token->role = list->item == TEXT_NEXT ? IMAP_ROLE_CATENATE_TEXT : IMAP_ROLE_URL;
        list->item = NOTHING;
        return;
    }
    token->role = IMAP_ROLE_PARAMETER;
    list->item = mw_equal_nocase(mw_sub(line, token->value), "TEXT") ? TEXT_NEXT : URL_NEXT;
}

static const struct imap_shape catenate_shape = { read_catenate };

static void read_append_list(struct imap_list *list, struct imap_token *token)
{
    if (list->item == CATENATE_NEXT)
        set_list(token, IMAP_ROLE_CATENATE, &catenate_shape);
    else if (list->item == UTF8_NEXT)
        set_list(token, IMAP_ROLE_OTHER, utf8_message);
    else if (list->item == NOTHING)
        set_list(token, IMAP_ROLE_FLAGS, &imap_shape_flags);
    list->item = NOTHING;
}

/* append = "APPEND" SP mailbox 1*append-message, append-message = [SP flag-list] [SP date-time] SP append-data,
 * append-data = literal / literal8 / "UTF8" SP "(" literal8 ")" / "CATENATE" SP "(" ... ")"; RFC 9051 9, 3502, 4469,
 * 9755 4. */
static void read_append(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    mw_bytes word = mw_sub(line, token->value);

    (void)parser;
    if (list->index == 0) {
        token->role = IMAP_ROLE_MAILBOX;
    } else if (token->kind == IMAP_OPEN) {
        read_append_list(list, token);
    } else if (token->kind == IMAP_LITERAL) {
        token->role = IMAP_ROLE_APPEND_MESSAGE;
    } else if (token->kind == IMAP_QUOTED) {
        token->role = IMAP_ROLE_DATE_TIME;
    } else {
        token->role = IMAP_ROLE_PARAMETER;
        list->item = mw_equal_nocase(word, "CATENATE") ? CATENATE_NEXT
                     : mw_equal_nocase(word, "UTF8")   ? UTF8_NEXT
                                                       : VALUE_NEXT;
    }
}

static const struct imap_shape append_shape = { read_append };

/* replace = "REPLACE" SP seq-number SP mailbox append-message; RFC 8508 5. */
static void read_replace(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    (void)parser;
    (void)line;
    token->role = IMAP_ROLE_SEQUENCE_SET;
    imap_list_become(list, &append_shape);
}

static const struct imap_shape replace_shape = { read_replace };

/* Selection and return options of LIST: names, STATUS and METADATA with a list. RFC 5258 6, 5819 4, 9590 4. */
static void read_list_options(struct imap_parser *parser, struct imap_list *list, mw_bytes line,
                              struct imap_token *token)
{
    mw_bytes word = mw_sub(line, token->value);

    (void)parser;
    if (token->kind != IMAP_OPEN) {
        token->role = IMAP_ROLE_LIST_OPTION;
        list->item = mw_equal_nocase(word, "STATUS")     ? STATUS_OPTION
                     : mw_equal_nocase(word, "METADATA") ? METADATA_OPTION
                                                         : NOTHING;
        return;
    }
    if (list->item == STATUS_OPTION)
        set_list(token, IMAP_ROLE_STATUS_ITEMS, status_items);
    else if (list->item == METADATA_OPTION)
        set_list(token, IMAP_ROLE_METADATA_ENTRIES, entries);
    list->item = NOTHING;
}

static const struct imap_shape list_options_shape = { read_list_options };

static const struct imap_step list_steps[] = {
    ONE(REFERENCE),
    ONE_OR_LIST(MAILBOX_PATTERN, MAILBOX_PATTERN, IMAP_AGAIN(ONE(MAILBOX_PATTERN))),
    ONE_OR_LIST(PARAMETER, LIST_OPTIONS, &list_options_shape),
};

/* list = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP "RETURN" SP "(" ... ")"]; RFC 9051 9. list->item:
 * elements behind the selection options. */
static void read_list(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    bool opens = token->kind == IMAP_OPEN;

    (void)parser;
    (void)line;
    if (list->index == 0 && opens) {
        set_list(token, IMAP_ROLE_LIST_OPTIONS, &list_options_shape);
        return;
    }
    const struct imap_step *step = &list_steps[list->item];
    token->role = opens ? step->list_role : step->role;
    token->opens = opens ? step->opens : NULL;
    list->item = (uint8_t)MIN(list->item + 1, (int)G_N_ELEMENTS(list_steps) - 1);
}

static const struct imap_shape list_shape = { read_list };

/* getmetadata = "GETMETADATA" [SP "(" options ")"] SP mailbox SP entries; RFC 5464 5. */
static void read_getmetadata(struct imap_parser *parser, struct imap_list *list, mw_bytes line,
                             struct imap_token *token)
{
    bool opens = token->kind == IMAP_OPEN, named = list->item == ENTRIES_NEXT;

    (void)parser;
    (void)line;
    if (opens)
        set_list(token, named ? IMAP_ROLE_METADATA_ENTRIES : IMAP_ROLE_METADATA_OPTIONS,
                 named ? entries : metadata_options);
    else
        token->role = named ? IMAP_ROLE_METADATA_ENTRY : IMAP_ROLE_MAILBOX;
    if (!opens)
        list->item = ENTRIES_NEXT;
}

static const struct imap_shape getmetadata_shape = { read_getmetadata };

/* event-group = "(" filter-mailboxes SP events ")", filter-mailboxes = "SELECTED" / ... / ("SUBTREE" / "MAILBOXES") SP
 * one-or-more-mailbox; RFC 5465 8, 7377 2.3. */
static void read_mailbox_filter(struct imap_parser *parser, struct imap_list *list, mw_bytes line,
                                struct imap_token *token)
{
    mw_bytes word = mw_sub(line, token->value);
    bool opens = token->kind == IMAP_OPEN, takes = list->item == MAILBOX_NEXT;

    (void)parser;
    list->item = NOTHING;
    if (opens) {
        set_list(token, takes ? IMAP_ROLE_MAILBOX : IMAP_ROLE_NOTIFY_EVENTS, takes ? mailboxes : notify_events);
    } else if (takes) {
        token->role = IMAP_ROLE_MAILBOX;
    } else if (mw_equal_nocase(word, "NONE")) {
        token->role = IMAP_ROLE_NOTIFY_EVENT;
    } else {
        token->role = IMAP_ROLE_NOTIFY_MAILBOXES;
        if (mw_starts_nocase(word, "SUBTREE") || mw_equal_nocase(word, "MAILBOXES"))
            list->item = MAILBOX_NEXT;
    }
}

const struct imap_shape imap_shape_mailbox_filter = { read_mailbox_filter };

#define NOTIFY IMAP_AGAIN(ONE_OR_LIST(PARAMETER, OTHER, &imap_shape_mailbox_filter))

#define N IMAP_NOT_AUTHENTICATED
#define S IMAP_SELECTED
#define AS (IMAP_AUTHENTICATED | IMAP_SELECTED)
#define NAS (IMAP_NOT_AUTHENTICATED | IMAP_AUTHENTICATED | IMAP_SELECTED)
#define NONE &imap_shape_other

/* Sorted by name. */
static const struct imap_command_row command_rows[] = {
    { "APPEND", IMAP_VERB_APPEND, &append_shape, AS, false, "", "Adds a message to a mailbox", "RFC 9051 6.3.12" },
    { "AUTHENTICATE", IMAP_VERB_AUTHENTICATE, IMAP_ONCE(ONE(MECHANISM), ONE(INITIAL_RESPONSE)), N, false, "",
      "Starts a SASL authentication", "RFC 9051 6.2.2, 4959" },
    { "CANCELUPDATE", IMAP_OTHER_VERB, IMAP_AGAIN(ONE(SEARCH_TAG)), S, false, "CONTEXT=SEARCH CONTEXT=SORT",
      "Stops the updates of searches", "RFC 5267 4.3" },
    { "CAPABILITY", IMAP_VERB_CAPABILITY, NONE, NAS, false, "", "Asks for the capabilities of the server",
      "RFC 9051 6.1.1" },
    { "CHECK", IMAP_OTHER_VERB, NONE, S, false, "", "Asks for a checkpoint of the mailbox (not in IMAP4rev2)",
      "RFC 3501 6.4.1" },
    { "CLOSE", IMAP_VERB_CLOSE, NONE, S, false, "", "Removes deleted messages and leaves the mailbox",
      "RFC 9051 6.4.1" },
    { "COMPARATOR", IMAP_OTHER_VERB, NONE, AS, false, "I18NLEVEL=2", "Asks for or chooses the comparator of searches",
      "RFC 5255 4.7" },
    { "COMPRESS", IMAP_VERB_COMPRESS, IMAP_ONCE(ONE(COMPRESSION)), AS, false, "COMPRESS=DEFLATE",
      "Asks to go on compressed", "RFC 4978 3" },
    { "CONVERSIONS", IMAP_OTHER_VERB, NONE, AS, false, "CONVERT", "Asks which conversions there are", "RFC 5259" },
    { "CONVERT", IMAP_OTHER_VERB, CONVERT, S, true, "CONVERT", "Asks for parts of messages in another format",
      "RFC 5259" },
    { "COPY", IMAP_VERB_COPY, IMAP_ONCE(ONE(SEQUENCE_SET), ONE(MAILBOX)), S, true, "",
      "Copies messages to another mailbox", "RFC 9051 6.4.7" },
    { "CREATE", IMAP_OTHER_VERB, CREATE, AS, false, "", "Creates a mailbox", "RFC 9051 6.3.4, 6154" },
    { "DELETE", IMAP_OTHER_VERB, ONE_MAILBOX, AS, false, "", "Deletes a mailbox", "RFC 9051 6.3.5" },
    { "DELETEACL", IMAP_OTHER_VERB, IMAP_ONCE(ONE(MAILBOX), ONE(ACL_IDENTIFIER)), AS, false, "ACL",
      "Removes the rights of an identifier", "RFC 4314 3.2" },
    { "ENABLE", IMAP_VERB_ENABLE, IMAP_AGAIN(ONE(ENABLE)), AS, false, "ENABLE IMAP4REV2",
      "Asks the server to use extensions", "RFC 9051 6.3.1" },
    { "ESEARCH", IMAP_OTHER_VERB, &imap_shape_search, AS, false, "MULTISEARCH", "Searches several mailboxes",
      "RFC 7377 2" },
    { "EXAMINE", IMAP_VERB_EXAMINE, SELECT, AS, false, "", "Opens a mailbox read-only", "RFC 9051 6.3.3" },
    { "EXPUNGE", IMAP_VERB_EXPUNGE, IMAP_ONCE(ONE(SEQUENCE_SET)), S, true, "",
      "Removes the messages that are marked as deleted", "RFC 9051 6.4.3" },
    { "FETCH", IMAP_VERB_FETCH, FETCH, S, true, "", "Asks for data of messages", "RFC 9051 6.4.5" },
    { "GENURLAUTH", IMAP_OTHER_VERB, IMAP_AGAIN(ONE(URL), ONE(PARAMETER)), AS, false, "URLAUTH",
      "Asks for a URL that authorizes its bearer", "RFC 4467 7" },
    { "GETACL", IMAP_OTHER_VERB, ONE_MAILBOX, AS, false, "ACL", "Asks for the access control list of a mailbox",
      "RFC 4314 3.3" },
    { "GETANNOTATION", IMAP_OTHER_VERB, GETANNOTATION, AS, false, "ANNOTATEMORE",
      "Asks for annotations (superseded by GETMETADATA)", "wild, draft-daboo-imap-annotatemore" },
    { "GETJMAPACCESS", IMAP_OTHER_VERB, NONE, AS, false, "JMAPACCESS", "Asks where the JMAP server is", "RFC 9698" },
    { "GETMETADATA", IMAP_OTHER_VERB, &getmetadata_shape, AS, false, "METADATA METADATA-SERVER",
      "Asks for annotations of a mailbox or the server", "RFC 5464 4.2" },
    { "GETQUOTA", IMAP_OTHER_VERB, IMAP_ONCE(ONE(QUOTA_ROOT)), AS, false, "QUOTA", "Asks for usage and limits",
      "RFC 9208 4.1.1" },
    { "GETQUOTAROOT", IMAP_OTHER_VERB, ONE_MAILBOX, AS, false, "QUOTA", "Asks which quotas apply to a mailbox",
      "RFC 9208 4.1.2" },
    { "ID", IMAP_VERB_ID, IMAP_ONCE(LIST(ID_LIST, &imap_shape_id)), NAS, false, "ID",
      "Tells about the client and asks about the server", "RFC 2971 3.1" },
    { "IDLE", IMAP_VERB_IDLE, NONE, AS, false, "IDLE IMAP4REV2", "Waits for news of the mailbox until DONE",
      "RFC 9051 6.3.13" },
    { "LANGUAGE", IMAP_OTHER_VERB, IMAP_AGAIN(ONE(PARAMETER)), NAS, false, "LANGUAGE",
      "Asks for or chooses the language of texts", "RFC 5255 3.2" },
    { "LIST", IMAP_VERB_LIST, &list_shape, AS, false, "", "Asks for the mailboxes of a pattern", "RFC 9051 6.3.9" },
    { "LISTRIGHTS", IMAP_OTHER_VERB, IMAP_ONCE(ONE(MAILBOX), ONE(ACL_IDENTIFIER)), AS, false, "ACL",
      "Asks which rights an identifier may be given", "RFC 4314 3.4" },
    { "LOGIN", IMAP_VERB_LOGIN, IMAP_ONCE(ONE(USERNAME), ONE(PASSWORD)), N, false, "",
      "Authenticates by user name and password", "RFC 9051 6.2.3" },
    { "LOGOUT", IMAP_VERB_LOGOUT, NONE, NAS, false, "", "Asks the server to close the connection", "RFC 9051 6.1.3" },
    { "LSUB", IMAP_VERB_LIST, &list_shape, AS, false, "", "Asks for subscribed mailboxes (not in IMAP4rev2)",
      "RFC 3501 6.3.9" },
    { "MOVE", IMAP_VERB_MOVE, IMAP_ONCE(ONE(SEQUENCE_SET), ONE(MAILBOX)), S, true, "MOVE IMAP4REV2",
      "Moves messages to another mailbox", "RFC 9051 6.4.8" },
    { "MYRIGHTS", IMAP_OTHER_VERB, ONE_MAILBOX, AS, false, "ACL", "Asks for the user's own rights", "RFC 4314 3.5" },
    { "NAMESPACE", IMAP_OTHER_VERB, NONE, AS, false, "NAMESPACE IMAP4REV2", "Asks for the prefixes of mailbox names",
      "RFC 9051 6.3.10" },
    { "NOOP", IMAP_VERB_NOOP, NONE, NAS, false, "", "Asks for nothing but news", "RFC 9051 6.1.2" },
    { "NOTIFY", IMAP_OTHER_VERB, NOTIFY, AS, false, "NOTIFY", "Chooses which events the server tells", "RFC 5465 3" },
    { "RENAME", IMAP_OTHER_VERB, IMAP_ONCE(ONE(MAILBOX), ONE(MAILBOX)), AS, false, "", "Renames a mailbox",
      "RFC 9051 6.3.6" },
    { "REPLACE", IMAP_VERB_REPLACE, &replace_shape, S, true, "REPLACE", "Puts a message in place of another",
      "RFC 8508 3" },
    { "RESETKEY", IMAP_OTHER_VERB, IMAP_STEPS_FROM(1, ONE(MAILBOX), ONE(PARAMETER)), AS, false, "URLAUTH",
      "Revokes the URLs that authorize their bearer", "RFC 4467 7" },
    { "RLIST", IMAP_VERB_LIST, &list_shape, AS, false, "MAILBOX-REFERRALS", "As LIST, with mailboxes on other servers",
      "RFC 2193 5" },
    { "RLSUB", IMAP_VERB_LIST, &list_shape, AS, false, "MAILBOX-REFERRALS", "As LSUB, with mailboxes on other servers",
      "RFC 2193 5" },
    { "SEARCH", IMAP_VERB_SEARCH, &imap_shape_search, S, true, "", "Asks which messages match", "RFC 9051 6.4.4" },
    { "SELECT", IMAP_VERB_SELECT, SELECT, AS, false, "", "Opens a mailbox", "RFC 9051 6.3.2" },
    { "SETACL", IMAP_OTHER_VERB, IMAP_ONCE(ONE(MAILBOX), ONE(ACL_IDENTIFIER), ONE(ACL_RIGHTS)), AS, false, "ACL",
      "Sets the rights of an identifier", "RFC 4314 3.1" },
    { "SETANNOTATION", IMAP_OTHER_VERB, SETANNOTATION, AS, false, "ANNOTATEMORE",
      "Sets annotations (superseded by SETMETADATA)", "wild, draft-daboo-imap-annotatemore" },
    { "SETMETADATA", IMAP_OTHER_VERB, SETMETADATA, AS, false, "METADATA METADATA-SERVER",
      "Sets annotations of a mailbox or the server", "RFC 5464 4.3" },
    { "SETQUOTA", IMAP_OTHER_VERB, SETQUOTA, AS, false, "QUOTASET QUOTA", "Sets limits", "RFC 9208 4.1.3" },
    { "SORT", IMAP_VERB_SORT, &imap_shape_sort, S, true, "SORT SORT=DISPLAY",
      "Asks which messages match, in an order of choice", "RFC 5256 3" },
    { "STARTTLS", IMAP_VERB_STARTTLS, NONE, N, false, "STARTTLS", "Asks to go on under TLS", "RFC 9051 6.2.1" },
    { "STATUS", IMAP_VERB_STATUS,
      IMAP_STEPS_FROM(1, ONE(MAILBOX), ONE_OR_LIST(STATUS_ITEM, STATUS_ITEMS, STATUS_ITEMS)), AS, false, "",
      "Asks for counts of a mailbox without opening it", "RFC 9051 6.3.11" },
    { "STORE", IMAP_VERB_STORE, &store_shape, S, true, "", "Changes flags of messages", "RFC 9051 6.4.6" },
    { "SUBSCRIBE", IMAP_OTHER_VERB, ONE_MAILBOX, AS, false, "", "Subscribes to a mailbox", "RFC 9051 6.3.7" },
    { "THREAD", IMAP_VERB_THREAD, &imap_shape_sort, S, true, "THREAD=ORDEREDSUBJECT THREAD=REFERENCES THREAD=REFS",
      "Asks which messages match, as discussions", "RFC 5256 3" },
    { "UIDBATCHES", IMAP_OTHER_VERB, NONE, S, false, "UIDBATCHES", "Asks for ranges of unique ids of equal size",
      "RFC 10022" },
    { "UNAUTHENTICATE", IMAP_VERB_UNAUTHENTICATE, NONE, AS, false, "UNAUTHENTICATE",
      "Gives up the authentication, keeps the connection", "RFC 8437" },
    { "UNSELECT", IMAP_VERB_UNSELECT, NONE, S, false, "UNSELECT IMAP4REV2",
      "Leaves the mailbox without removing messages", "RFC 9051 6.4.2" },
    { "UNSUBSCRIBE", IMAP_OTHER_VERB, ONE_MAILBOX, AS, false, "", "Unsubscribes from a mailbox", "RFC 9051 6.3.8" },
    { "URLFETCH", IMAP_OTHER_VERB, URLFETCH, AS, false, "URLAUTH", "Asks for the content behind URLs", "RFC 4467 7" },
    { "XAPPLEPUSHSERVICE", IMAP_OTHER_VERB, APPLE_PUSH, AS, false, "XAPPLEPUSHSERVICE",
      "Registers a device for push messages", "wild, Apple" },
    { "XLIST", IMAP_VERB_LIST, &list_shape, AS, false, "XLIST", "As LIST, with the use of mailboxes", "wild, Google" },
};

/* What OK and NO say to a command. The same names in the same order as above. */
static const struct imap_result_row result_rows[] = {
    { "APPEND", "The message is in the mailbox", "The message is not stored: no such mailbox, no right, or no room" },
    { "AUTHENTICATE", "The client is authenticated: mailboxes can be opened",
      "The login failed: wrong credentials, or no such mechanism" },
    { "CANCELUPDATE", "The updates stop", "The updates go on" },
    { "CAPABILITY", "The capabilities are listed", "The server does not tell" },
    { "CHECK", "The checkpoint is done", "The checkpoint failed" },
    { "CLOSE", "Deleted messages are removed, and no mailbox is open", "The mailbox stays open" },
    { "COMPARATOR", "The comparator is chosen or told", "No such comparator" },
    { "COMPRESS", "What follows is compressed, in both directions", "Nothing is compressed" },
    { "CONVERSIONS", "The conversions are listed", "The conversions cannot be listed" },
    { "CONVERT", "The parts are converted", "The parts cannot be converted" },
    { "COPY", "The messages are copied, all of them", "None of the messages is copied" },
    { "CREATE", "The mailbox is there", "The mailbox cannot be created" },
    { "DELETE", "The mailbox is gone", "The mailbox cannot be deleted" },
    { "DELETEACL", "The rights are removed", "The rights cannot be removed" },
    { "ENABLE", "What ENABLED lists is in use from here on", "Nothing is enabled" },
    { "ESEARCH", "The search is complete", "The search failed" },
    { "EXAMINE", "The mailbox is open for reading only", "No mailbox is open: no such mailbox, or no right" },
    { "EXPUNGE", "The deleted messages are removed", "The messages cannot be removed" },
    { "FETCH", "The data was sent", "The data cannot be fetched, or not all of it" },
    { "GENURLAUTH", "The URLs were sent", "No URL can be made" },
    { "GETACL", "The list was sent", "The list cannot be read" },
    { "GETANNOTATION", "The annotations were sent", "The annotations cannot be read" },
    { "GETJMAPACCESS", "The place was told", "The place cannot be told" },
    { "GETMETADATA", "The annotations were sent", "The annotations cannot be read" },
    { "GETQUOTA", "Usage and limits were sent", "No such quota root, or no right" },
    { "GETQUOTAROOT", "The quota roots were sent", "No such mailbox, or no right" },
    { "ID", "The server may have told about itself", "The server does not tell" },
    { "IDLE", "The client has ended IDLE", "The server does not wait" },
    { "LANGUAGE", "The language is chosen, or the languages are listed", "The server does not have this language" },
    { "LIST", "The mailboxes are listed", "The mailboxes cannot be listed" },
    { "LISTRIGHTS", "The rights were sent", "The rights cannot be told" },
    { "LOGIN", "The client is authenticated: mailboxes can be opened",
      "The login failed: wrong user name or password" },
    { "LOGOUT", "The connection is closed", "The server refuses" },
    { "LSUB", "The mailboxes are listed", "The mailboxes cannot be listed" },
    { "MOVE", "The messages are moved", "The messages are not moved, or not all of them" },
    { "MYRIGHTS", "The rights were sent", "The rights cannot be told" },
    { "NAMESPACE", "The prefixes were sent", "The prefixes cannot be told" },
    { "NOOP", "The server is there, and has sent its news", "The server refuses" },
    { "NOTIFY", "The server tells these events from here on", "The choice of events is refused" },
    { "RENAME", "The mailbox has the new name", "The mailbox cannot be renamed" },
    { "REPLACE", "The new message is stored, the old one is gone", "The old message stays" },
    { "RESETKEY", "The URLs are void", "The URLs stay valid" },
    { "RLIST", "The mailboxes are listed", "The mailboxes cannot be listed" },
    { "RLSUB", "The mailboxes are listed", "The mailboxes cannot be listed" },
    { "SEARCH", "The search is complete", "The search failed: charset or key not supported" },
    { "SELECT", "The mailbox is open", "No mailbox is open: no such mailbox, or no right" },
    { "SETACL", "The rights are set", "The rights cannot be set" },
    { "SETANNOTATION", "The annotations are set", "The annotations cannot be set" },
    { "SETMETADATA", "The annotations are set", "The annotations cannot be set" },
    { "SETQUOTA", "The limits are set", "The limits cannot be set" },
    { "SORT", "The search is complete", "The search failed: charset or key not supported" },
    { "STARTTLS", "TLS begins with the next octet of the client", "TLS cannot be started" },
    { "STATUS", "The counts were sent", "No such mailbox, or no right" },
    { "STORE", "The flags are changed", "The flags cannot be changed" },
    { "SUBSCRIBE", "The mailbox is subscribed to", "The mailbox cannot be subscribed to" },
    { "THREAD", "The search is complete", "The search failed: charset or algorithm not supported" },
    { "UIDBATCHES", "The ranges were sent", "The ranges cannot be made" },
    { "UNAUTHENTICATE", "Nobody is authenticated any more", "The authentication stays" },
    { "UNSELECT", "No mailbox is open", "The mailbox stays open" },
    { "UNSUBSCRIBE", "The mailbox is not subscribed to any more", "The subscription stays" },
    { "URLFETCH", "The content was sent", "The content cannot be fetched" },
    { "XAPPLEPUSHSERVICE", "The device is registered", "The device cannot be registered" },
    { "XLIST", "The mailboxes are listed", "The mailboxes cannot be listed" },
};

/* RFC 9051 7.1: NO says that a command failed, BAD that it was not understood. */
struct imap_meaning imap_result_meaning(const struct imap_command_row *row, enum imap_kind status)
{
    const struct imap_result_row *result = row ? &result_rows[row - command_rows] : NULL;

    switch (status) {
    case IMAP_KIND_OK:
        return (struct imap_meaning){ result ? result->ok : "The command succeeded",
                                      row ? row->rfc : "RFC 9051 7.1.1" };
    case IMAP_KIND_NO:
        return (struct imap_meaning){ result ? result->no : "The command failed", row ? row->rfc : "RFC 9051 7.1.2" };
    case IMAP_KIND_BAD:
        return (struct imap_meaning){ "The server does not understand the command, or not now", "RFC 9051 7.1.3" };
    default:
        return (struct imap_meaning){ 0 };
    }
}

const struct imap_result_row *imap_result_rows(size_t *count)
{
    *count = G_N_ELEMENTS(result_rows);
    return result_rows;
}

const struct imap_command_row *imap_command_find(mw_bytes name)
{
    return mw_find_row(name, command_rows, G_N_ELEMENTS(command_rows), sizeof command_rows[0]);
}

const struct imap_command_row *imap_command_rows(size_t *count)
{
    *count = G_N_ELEMENTS(command_rows);
    return command_rows;
}
