/* The untagged responses of IMAP and what their data means. RFC 9051 7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/meaning.h"
#include "imap/shapes.h"

#include <glib.h>

/* resp-text = ["[" resp-text-code "]" SP] [text]; RFC 9051 9. */
static void read_resp_text(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    (void)parser;
    if (list->index > 0 || !imap_take_code(line, token))
        imap_take_rest(line, token, IMAP_ROLE_TEXT);
}

const struct imap_shape imap_shape_resp_text = { read_resp_text };

/* flag-list = "(" [flag *(SP flag)] ")"; RFC 9051 9. */
static void read_flags(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    (void)parser;
    (void)list;
    (void)line;
    token->role = token->kind == IMAP_OPEN ? IMAP_ROLE_OTHER : IMAP_ROLE_FLAG;
}

const struct imap_shape imap_shape_flags = { read_flags };

/* id-params-list = "(" *(string SP nstring) ")"; RFC 2971 4. */
static void read_id(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    (void)parser;
    (void)line;
    if (token->kind == IMAP_OPEN)
        token->role = IMAP_ROLE_OTHER;
    else
        token->role = list->item ? IMAP_ROLE_ID_VALUE : IMAP_ROLE_ID_NAME;
    list->item = !list->item;
}

const struct imap_shape imap_shape_id = { read_id };

/* thread-list = "(" (thread-members / thread-nested) ")"; RFC 5256 5. */
static void read_thread(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    (void)parser;
    (void)line;
    token->role = token->kind == IMAP_OPEN ? IMAP_ROLE_THREAD : IMAP_ROLE_THREAD_NUMBER;
    token->opens = list->shape;
}

static const struct imap_shape thread_shape = { read_thread };

#define EXTENSION(values)                                                                                              \
    {                                                                                                                  \
        IMAP_ROLE_LIST_EXTENSION, IMAP_ROLE_LIST_EXTENSION, values                                                     \
    }
static const struct imap_pair_row extension_rows[] = {
    { "CHILDINFO", EXTENSION(IMAP_AGAIN(IMAP_PLAIN(LIST_EXTENSION))) },
    { "OLDNAME", EXTENSION(IMAP_AGAIN(IMAP_PLAIN(MAILBOX))) },
};
static const struct imap_pairs list_extensions = {
    extension_rows,
    G_N_ELEMENTS(extension_rows),
    IMAP_ROLE_LIST_EXTENSION,
    true,
    EXTENSION(IMAP_AGAIN(IMAP_PLAIN(LIST_EXTENSION))),
};
#undef EXTENSION

/* mbox-list-extended-item = mbox-list-extended-item-tag SP tagged-ext-val; RFC 9051 9. */
static void read_list_extension(struct imap_parser *parser, struct imap_list *list, mw_bytes line,
                                struct imap_token *token)
{
    (void)parser;
    imap_read_pair(&list_extensions, list, line, token);
}

static const struct imap_shape list_extension_shape = { read_list_extension };

#define VALUE(of)                                                                                                      \
    {                                                                                                                  \
        IMAP_ROLE_STATUS_##of, IMAP_ROLE_STATUS_VALUE, IMAP_AGAIN(IMAP_PLAIN(STATUS_VALUE))                            \
    }
static const struct imap_pair_row status_rows[] = {
    { "APPENDLIMIT", VALUE(VALUE) },     { "DELETED", VALUE(VALUE) },
    { "DELETED-STORAGE", VALUE(VALUE) }, { "HIGHESTMODSEQ", VALUE(HIGHESTMODSEQ) },
    { "MAILBOXID", VALUE(VALUE) },       { "MESSAGES", VALUE(MESSAGES) },
    { "RECENT", VALUE(RECENT) },         { "SIZE", VALUE(SIZE) },
    { "UIDNEXT", VALUE(UIDNEXT) },       { "UIDVALIDITY", VALUE(UIDVALIDITY) },
    { "UNSEEN", VALUE(UNSEEN) },
};
static const struct imap_pairs status_items = {
    status_rows, G_N_ELEMENTS(status_rows), IMAP_ROLE_STATUS_ITEM, false, VALUE(VALUE),
};
#undef VALUE

/* status-att-list = status-att-val *(SP status-att-val); RFC 9051 9. */
static void read_status_items(struct imap_parser *parser, struct imap_list *list, mw_bytes line,
                              struct imap_token *token)
{
    (void)parser;
    imap_read_pair(&status_items, list, line, token);
}

static const struct imap_shape status_items_shape = { read_status_items };

static const struct imap_pair_row correlator_rows[] = {
    { "MAILBOX", IMAP_PLAIN(MAILBOX) },
    { "TAG", IMAP_PLAIN(SEARCH_TAG) },
    { "UIDVALIDITY", IMAP_PLAIN(STATUS_UIDVALIDITY) },
};
static const struct imap_pairs correlators = {
    correlator_rows, G_N_ELEMENTS(correlator_rows), IMAP_ROLE_SEARCH_OPTION, false, IMAP_PLAIN(OTHER),
};

/* search-correlator = SP "(" "TAG" SP tag-string ")"; RFC 9051 9. RFC 7377 2.1 adds MAILBOX and UIDVALIDITY. */
static void read_correlator(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    (void)parser;
    imap_read_pair(&correlators, list, line, token);
}

static const struct imap_shape correlator_shape = { read_correlator };

#define POSITIONS IMAP_LIST(OTHER, IMAP_AGAIN(IMAP_PLAIN(OTHER), IMAP_PLAIN(RESULT_SET)))
static const struct imap_pair_row search_rows[] = {
    { "ADDTO", POSITIONS },
    { "ALL", IMAP_PLAIN(RESULT_SET) },
    { "COUNT", IMAP_PLAIN(SEARCH_COUNT) },
    { "MAX", IMAP_PLAIN(SEARCH_RESULT) },
    { "MIN", IMAP_PLAIN(SEARCH_RESULT) },
    { "MODSEQ", IMAP_PLAIN(MODSEQ) },
    { "PARTIAL", POSITIONS },
    { "RELEVANCY", IMAP_PLAIN(OTHER) },
    { "REMOVEFROM", POSITIONS },
};
static const struct imap_pairs search_data = {
    search_rows, G_N_ELEMENTS(search_rows), IMAP_ROLE_SEARCH_OPTION, false, IMAP_PLAIN(OTHER),
};
#undef POSITIONS

/* esearch-response = "ESEARCH" [search-correlator] [SP "UID"] *(SP search-return-data); RFC 9051 9:
 *   search-return-data = "MIN" SP nz-number / "MAX" SP nz-number / "ALL" SP sequence-set / "COUNT" SP number /
 *                        search-ret-data-ext */
static void read_esearch(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    static const struct imap_step correlator = IMAP_LIST(SEARCH_CORRELATOR, &correlator_shape);

    if (list->index == 0 && token->kind == IMAP_OPEN) {
        imap_take_step(&correlator, token);
    } else if (list->item == 0 && token->kind == IMAP_ATOM && mw_equal_nocase(mw_sub(line, token->value), "UID")) {
        token->role = IMAP_ROLE_UID_PREFIX;
        parser->uid = true;
    } else {
        imap_read_pair(&search_data, list, line, token);
    }
}

static const struct imap_shape esearch_shape = { read_esearch };

static const struct imap_pair_row url_rows[] = {
    { "BINARY", IMAP_PLAIN(PART) },
    { "BODY", IMAP_PLAIN(PART) },
    { "BODYPARTSTRUCTURE", { IMAP_ROLE_FETCH_VALUE, IMAP_ROLE_BODY, &imap_shape_body } },
};
static const struct imap_pairs url_metadata = {
    url_rows, G_N_ELEMENTS(url_rows), IMAP_ROLE_FETCH_ITEM, false, IMAP_PLAIN(FETCH_VALUE),
};

/* Of RFC 5524: (BODYPARTSTRUCTURE (...)), (BODY {n}), (BINARY ~{n}), each a list of one name and its value. */
static void read_url_metadata(struct imap_parser *parser, struct imap_list *list, mw_bytes line,
                              struct imap_token *token)
{
    (void)parser;
    imap_read_pair(&url_metadata, list, line, token);
}

static const struct imap_shape url_metadata_shape = { read_url_metadata };

/* "URLFETCH" 1*(SP url SP nstring), RFC 4467; with lists in place of the string, RFC 5524. list->item: behind a
 * URL, and behind the first list, where a list or the next URL follows. */
static void read_urlfetch(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    enum { URL_NEXT, DATA_NEXT, MORE_METADATA };
    static const struct imap_step url = IMAP_PLAIN(URL);
    static const struct imap_step data = { IMAP_ROLE_PART, IMAP_ROLE_FETCH_ITEMS, &url_metadata_shape };
    bool is_url = list->item != DATA_NEXT && token->kind != IMAP_OPEN;

    (void)parser;
    (void)line;
    imap_take_step(is_url ? &url : &data, token);
    if (is_url)
        list->item = DATA_NEXT;
    else
        list->item = token->kind == IMAP_OPEN ? MORE_METADATA : URL_NEXT;
}

static const struct imap_shape urlfetch_shape = { read_urlfetch };

#define NUMBERS_SHAPE                                                                                                  \
    IMAP_AGAIN(                                                                                                        \
        { IMAP_ROLE_SEARCH_RESULT, IMAP_ROLE_MODSEQ_LIST, IMAP_AGAIN(IMAP_PLAIN(SEARCH_OPTION), IMAP_PLAIN(MODSEQ)) })
/* An unquoted mailbox name with blanks in it, which no server may send and some do, moves what stands behind it. */
#define LIST_SHAPE                                                                                                     \
    IMAP_STEPS_FROM(3, IMAP_LIST_OF(ATTRIBUTES, ATTRIBUTE), IMAP_PLAIN(DELIMITER), IMAP_PLAIN(MAILBOX),                \
                    { IMAP_ROLE_LIST_EXTENSION, IMAP_ROLE_LIST_EXTENSION, &list_extension_shape })
#define STATUS_SHAPE IMAP_STEPS_FROM(1, IMAP_PLAIN(MAILBOX), IMAP_LIST(STATUS_ITEMS, &status_items_shape))
#define NAMESPACES(of)                                                                                                 \
    {                                                                                                                  \
        IMAP_ROLE_NAMESPACE_##of, IMAP_ROLE_NAMESPACE_##of,                                                            \
            IMAP_AGAIN(IMAP_LIST(NAMESPACE, IMAP_ONCE(IMAP_PLAIN(NAMESPACE_PREFIX), IMAP_PLAIN(DELIMITER))))           \
    }
#define METADATA_SHAPE                                                                                                 \
    IMAP_STEPS_FROM(1, IMAP_PLAIN(MAILBOX),                                                                            \
                    { IMAP_ROLE_METADATA_ENTRY, IMAP_ROLE_METADATA_ENTRIES,                                            \
                      IMAP_AGAIN(IMAP_PLAIN(METADATA_ENTRY), IMAP_PLAIN(METADATA_VALUE)) })
#define QUOTA_SHAPE                                                                                                    \
    IMAP_ONCE(IMAP_PLAIN(QUOTA_ROOT),                                                                                  \
              IMAP_LIST(QUOTA_LIST,                                                                                    \
                        IMAP_AGAIN(IMAP_PLAIN(QUOTA_RESOURCE), IMAP_PLAIN(QUOTA_USAGE), IMAP_PLAIN(QUOTA_LIMIT))))
#define FETCH_SHAPE IMAP_ONCE(IMAP_LIST(FETCH_ITEMS, &imap_shape_fetch_response))

/* Sorted by name. */
static const struct imap_response_row response_rows[] = {
    { "ACL", IMAP_OTHER_KIND, 0,
      IMAP_STEPS_FROM(1, IMAP_PLAIN(MAILBOX), IMAP_PLAIN(ACL_IDENTIFIER), IMAP_PLAIN(ACL_RIGHTS)),
      "Who has which rights on a mailbox", "RFC 4314 3.6" },
    { "ANNOTATION", IMAP_OTHER_KIND, 0, METADATA_SHAPE, "Annotations of a mailbox, before METADATA",
      "wild, draft-daboo-imap-annotatemore" },
    { "BAD", IMAP_KIND_BAD, 0, &imap_shape_resp_text, "The server does not understand what it got, or is in trouble",
      "RFC 9051 7.1.3" },
    { "BYE", IMAP_KIND_BYE, 0, &imap_shape_resp_text, "The server is about to close the connection", "RFC 9051 7.1.5" },
    { "CAPABILITY", IMAP_KIND_CAPABILITY, 0, IMAP_AGAIN(IMAP_PLAIN(CAPABILITY)), "What the server supports",
      "RFC 9051 7.2.2" },
    { "COMPARATOR", IMAP_OTHER_KIND, 0, &imap_shape_other, "How the server compares and sorts strings",
      "RFC 5255 4.8" },
    { "CONVERSION", IMAP_OTHER_KIND, 0, &imap_shape_other, "A conversion between media types that is available",
      "RFC 5259" },
    { "CONVERTED", IMAP_OTHER_KIND, IMAP_ROLE_NUMBER,
      IMAP_ONCE(IMAP_LIST(SEARCH_CORRELATOR, &correlator_shape), IMAP_LIST(FETCH_ITEMS, &imap_shape_fetch_response)),
      "Converted parts of a message", "RFC 5259" },
    { "ENABLED", IMAP_KIND_ENABLED, 0, IMAP_AGAIN(IMAP_PLAIN(ENABLE)), "Extensions that the client has enabled",
      "RFC 9051 7.2.1" },
    { "ESEARCH", IMAP_KIND_ESEARCH, 0, &esearch_shape, "Result of a search, as asked for", "RFC 9051 7.3.4" },
    { "EXISTS", IMAP_KIND_EXISTS, IMAP_ROLE_EXISTS, &imap_shape_other, "How many messages the mailbox has",
      "RFC 9051 7.4.1" },
    { "EXPUNGE", IMAP_KIND_EXPUNGE, IMAP_ROLE_EXPUNGE, &imap_shape_other,
      "A message was removed; the numbers behind it shift", "RFC 9051 7.5.1" },
    { "FETCH", IMAP_KIND_FETCH, IMAP_ROLE_FETCH_NUMBER, FETCH_SHAPE, "Items of a message", "RFC 9051 7.5.2" },
    { "FLAGS", IMAP_KIND_FLAGS, 0, IMAP_ONCE(IMAP_LIST(FLAGS, &imap_shape_flags)), "Flags of the mailbox",
      "RFC 9051 7.3.5" },
    { "GENURLAUTH", IMAP_OTHER_KIND, 0, IMAP_AGAIN(IMAP_PLAIN(URL)), "URLs that grant access", "RFC 4467" },
    { "ID", IMAP_KIND_ID, 0, IMAP_ONCE(IMAP_LIST(ID_LIST, &imap_shape_id)), "Which software the server is",
      "RFC 2971 3.2" },
    { "JMAPACCESS", IMAP_OTHER_KIND, 0, IMAP_ONCE(IMAP_PLAIN(URL)), "Where the same mail is available by JMAP",
      "RFC 9698" },
    { "LANGUAGE", IMAP_OTHER_KIND, 0, &imap_shape_other, "Languages of the texts that the server sends",
      "RFC 5255 3.3" },
    { "LIST", IMAP_KIND_LIST, 0, LIST_SHAPE, "A mailbox", "RFC 9051 7.3.1" },
    { "LISTRIGHTS", IMAP_OTHER_KIND, 0,
      IMAP_STEPS_FROM(2, IMAP_PLAIN(MAILBOX), IMAP_PLAIN(ACL_IDENTIFIER), IMAP_PLAIN(ACL_RIGHTS)),
      "Which rights on a mailbox somebody always has and can be given", "RFC 4314 3.7" },
    { "LSUB", IMAP_KIND_LIST, 0, LIST_SHAPE, "A mailbox that the user has subscribed to", "RFC 3501 7.2.3" },
    { "METADATA", IMAP_OTHER_KIND, 0, METADATA_SHAPE, "Annotations of a mailbox or of the server", "RFC 5464 4.4" },
    { "MYRIGHTS", IMAP_OTHER_KIND, 0, IMAP_ONCE(IMAP_PLAIN(MAILBOX), IMAP_PLAIN(ACL_RIGHTS)),
      "Which rights on a mailbox the user has", "RFC 4314 3.8" },
    { "NAMESPACE", IMAP_OTHER_KIND, 0, IMAP_ONCE(NAMESPACES(PERSONAL), NAMESPACES(OTHER), NAMESPACES(SHARED)),
      "Where the user's, other users' and shared mailboxes are", "RFC 9051 7.3.2, 2342" },
    { "NO", IMAP_KIND_NO, 0, &imap_shape_resp_text, "A warning: the command may still succeed", "RFC 9051 7.1.2" },
    { "OK", IMAP_KIND_OK, 0, &imap_shape_resp_text, "Information, often in a response code", "RFC 9051 7.1.1" },
    { "PREAUTH", IMAP_KIND_PREAUTH, 0, &imap_shape_resp_text,
      "The server is ready, and the client is authenticated already", "RFC 9051 7.1.4" },
    { "QUOTA", IMAP_OTHER_KIND, 0, QUOTA_SHAPE, "Use and limits of the resources of a quota root", "RFC 9208 4.2.1" },
    { "QUOTAROOT", IMAP_OTHER_KIND, 0, IMAP_STEPS_FROM(1, IMAP_PLAIN(MAILBOX), IMAP_PLAIN(QUOTA_ROOT)),
      "Quota roots of a mailbox", "RFC 9208 4.2.2" },
    { "RECENT", IMAP_KIND_RECENT, IMAP_ROLE_RECENT, &imap_shape_other, "How many messages are new in the mailbox",
      "RFC 3501 7.3.2" },
    { "SEARCH", IMAP_KIND_SEARCH, 0, NUMBERS_SHAPE, "Messages that were found", "RFC 3501 7.2.5, 7162 3.1.6" },
    { "SORT", IMAP_KIND_SEARCH, 0, NUMBERS_SHAPE, "Messages that were found, in the order asked for",
      "RFC 5256 4, 7162" },
    { "STATUS", IMAP_KIND_STATUS, 0, STATUS_SHAPE, "State of a mailbox", "RFC 9051 7.3.3" },
    { "THREAD", IMAP_OTHER_KIND, 0, &thread_shape, "Messages that were found, by threads", "RFC 5256 4" },
    { "UIDBATCHES", IMAP_OTHER_KIND, 0,
      IMAP_AGAIN({ IMAP_ROLE_SEQUENCE_SET, IMAP_ROLE_SEARCH_CORRELATOR, &correlator_shape }),
      "Ranges of unique ids that hold equally many messages", "RFC 10022" },
    { "UIDFETCH", IMAP_KIND_FETCH, IMAP_ROLE_FETCH_UID_NUMBER, FETCH_SHAPE, "Items of a message, by its unique id",
      "RFC 9586" },
    { "URLFETCH", IMAP_OTHER_KIND, 0, &urlfetch_shape, "What URLs stand for", "RFC 4467, 5524" },
    { "VANISHED", IMAP_KIND_VANISHED, 0,
      IMAP_AGAIN({ IMAP_ROLE_SEQUENCE_SET, IMAP_ROLE_OTHER, IMAP_AGAIN(IMAP_PLAIN(PARAMETER)) }),
      "Unique ids of messages that were removed", "RFC 7162 3.2.10" },
    { "XLIST", IMAP_KIND_LIST, 0, LIST_SHAPE, "A mailbox and its use, before SPECIAL-USE", "wild, Google" },
};

struct imap_meaning imap_greeting_meaning(enum imap_kind status)
{
    switch (status) {
    case IMAP_KIND_OK:
        return (struct imap_meaning){ "The server is ready, and the client has to log in", "RFC 9051 7.1.1" };
    case IMAP_KIND_PREAUTH:
        return (struct imap_meaning){ "The server is ready, and the client is authenticated already",
                                      "RFC 9051 7.1.4" };
    case IMAP_KIND_BYE:
        return (struct imap_meaning){ "The server refuses the connection", "RFC 9051 7.1.5" };
    default:
        return (struct imap_meaning){ 0 };
    }
}

struct imap_meaning imap_continuation_meaning(const struct imap_command_row *row)
{
    switch (row ? row->verb : IMAP_OTHER_VERB) {
    case IMAP_VERB_AUTHENTICATE:
        return (struct imap_meaning){ "A challenge of the server, in base64; may be empty", "RFC 9051 6.2.2" };
    case IMAP_VERB_IDLE:
        return (struct imap_meaning){ "The server tells news until the client says DONE", "RFC 9051 6.3.13" };
    default:
        return (struct imap_meaning){ "The server waits for the rest of the command", "RFC 9051 7.6" };
    }
}

const struct imap_response_row *imap_response_find(mw_bytes name)
{
    return mw_find_row(name, response_rows, G_N_ELEMENTS(response_rows), sizeof response_rows[0]);
}

const struct imap_response_row *imap_response_rows(size_t *count)
{
    *count = G_N_ELEMENTS(response_rows);
    return response_rows;
}
