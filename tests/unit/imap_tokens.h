/* Commands and responses as one line of text for tests: every token as ROLE:octets, lists as ROLE( and ROLE), the parts
 * of a command separated by "|", issues behind "!", without imap.expert.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_TEST_IMAP_TOKENS_H
#define MW_TEST_IMAP_TOKENS_H

#include <glib.h>

#include "imap/parser.h"
#include "issue.h"

static const char *const imap_issue_names[] = {
#define MW_ISSUE(id, name, group, severity, text) &name[sizeof "imap.expert." - 1],
#include "issue.def"
#undef MW_ISSUE
};

#define ROLE(name) [IMAP_ROLE_##name] = #name
static const char *const imap_role_names[IMAP_ROLE_COUNT] = {
    ROLE(OTHER), ROLE(TAG), ROLE(UNTAGGED_MARK), ROLE(CONTINUATION_MARK), ROLE(UID_PREFIX), ROLE(VERB), ROLE(STATUS),
    ROLE(KIND), ROLE(CODE), ROLE(CODE_LIST), ROLE(TEXT), ROLE(EXISTS), ROLE(RECENT), ROLE(EXPUNGE),
    ROLE(FETCH_NUMBER), ROLE(FETCH_UID_NUMBER), ROLE(NUMBER), ROLE(USERNAME), ROLE(PASSWORD), ROLE(MECHANISM),
    ROLE(INITIAL_RESPONSE), ROLE(CAPABILITY), ROLE(ENABLE), ROLE(COMPRESSION), ROLE(MAILBOX), ROLE(MAILBOX_PATTERN),
    ROLE(REFERENCE), ROLE(SELECT_PARAMETERS), ROLE(PARAMETER), ROLE(LIST_OPTIONS), ROLE(LIST_OPTION),
    ROLE(ATTRIBUTES), ROLE(ATTRIBUTE), ROLE(DELIMITER), ROLE(LIST_EXTENSION), ROLE(NAMESPACE_PERSONAL),
    ROLE(NAMESPACE_OTHER), ROLE(NAMESPACE_SHARED), ROLE(NAMESPACE), ROLE(NAMESPACE_PREFIX), ROLE(STATUS_ITEMS),
    ROLE(STATUS_ITEM), ROLE(STATUS_MESSAGES), ROLE(STATUS_RECENT), ROLE(STATUS_UIDNEXT), ROLE(STATUS_UIDVALIDITY),
    ROLE(STATUS_UNSEEN), ROLE(STATUS_HIGHESTMODSEQ), ROLE(STATUS_SIZE), ROLE(STATUS_VALUE), ROLE(SEQUENCE_SET),
    ROLE(RESULT_SET), ROLE(FLAGS), ROLE(FLAG), ROLE(STORE_ITEM), ROLE(DATE_TIME), ROLE(APPEND_MESSAGE),
    ROLE(CATENATE), ROLE(CATENATE_TEXT), ROLE(URL), ROLE(FETCH_ITEMS), ROLE(FETCH_ITEM), ROLE(SECTION), ROLE(PARTIAL),
    ROLE(UID), ROLE(SIZE), ROLE(INTERNALDATE), ROLE(MODSEQ_LIST), ROLE(MODSEQ), ROLE(MESSAGE), ROLE(HEADER),
    ROLE(PART), ROLE(BINARY_SIZE), ROLE(EMAILID_LIST), ROLE(EMAILID), ROLE(THREADID_LIST), ROLE(THREADID),
    ROLE(SAVEDATE), ROLE(PREVIEW), ROLE(LABELS), ROLE(LABEL), ROLE(FETCH_VALUE), ROLE(ENVELOPE), ROLE(ENVELOPE_DATE),
    ROLE(ENVELOPE_SUBJECT), ROLE(ENVELOPE_FROM), ROLE(ENVELOPE_SENDER), ROLE(ENVELOPE_REPLY_TO), ROLE(ENVELOPE_TO),
    ROLE(ENVELOPE_CC), ROLE(ENVELOPE_BCC), ROLE(ENVELOPE_IN_REPLY_TO), ROLE(ENVELOPE_MESSAGE_ID), ROLE(ADDRESS),
    ROLE(ADDRESS_NAME), ROLE(ADDRESS_ROUTE), ROLE(ADDRESS_MAILBOX), ROLE(ADDRESS_HOST), ROLE(BODY), ROLE(BODY_TYPE),
    ROLE(BODY_SUBTYPE), ROLE(MULTIPART_SUBTYPE), ROLE(BODY_PARAMETERS), ROLE(BODY_PARAMETER_NAME),
    ROLE(BODY_PARAMETER_VALUE), ROLE(BODY_ID), ROLE(BODY_DESCRIPTION), ROLE(BODY_ENCODING), ROLE(BODY_OCTETS),
    ROLE(BODY_LINES), ROLE(BODY_MD5), ROLE(BODY_DISPOSITION_LIST), ROLE(BODY_DISPOSITION), ROLE(BODY_LANGUAGE),
    ROLE(BODY_LOCATION), ROLE(BODY_EXTENSION), ROLE(SEARCH_RETURN), ROLE(SEARCH_OPTION), ROLE(CHARSET),
    ROLE(SEARCH_KEYS), ROLE(SEARCH_KEY), ROLE(SEARCH_VALUE), ROLE(SEARCH_RESULT), ROLE(SEARCH_COUNT),
    ROLE(SEARCH_CORRELATOR), ROLE(SEARCH_TAG), ROLE(SORT_KEYS), ROLE(SORT_KEY), ROLE(THREAD_ALGORITHM), ROLE(THREAD),
    ROLE(THREAD_NUMBER), ROLE(ID_LIST), ROLE(ID_NAME), ROLE(ID_VALUE), ROLE(QUOTA_ROOT), ROLE(QUOTA_LIST),
    ROLE(QUOTA_RESOURCE), ROLE(QUOTA_USAGE), ROLE(QUOTA_LIMIT), ROLE(ACL_IDENTIFIER), ROLE(ACL_RIGHTS),
    ROLE(METADATA_OPTIONS), ROLE(METADATA_ENTRIES), ROLE(METADATA_ENTRY), ROLE(METADATA_VALUE), ROLE(NOTIFY_EVENTS),
    ROLE(NOTIFY_EVENT), ROLE(NOTIFY_MAILBOXES),
};
#undef ROLE

static inline void imap_render_token(GString *out, mw_bytes line, const struct imap_token *token)
{
    const char *role = imap_role_names[token->role];
    g_string_append(out, role ? role : "?");
    if (token->kind != IMAP_OPEN && token->kind != IMAP_CLOSE)
        g_string_append_c(out, token->kind == IMAP_REST ? '=' : ':');
    g_string_append_len(out, (const char *)line.data + token->where.offset, token->where.len);
}

/* One part, with the state of parser going on. */
static inline void imap_render_part(GString *out, struct imap_parser *parser, mw_bytes line, mw_issues *issues)
{
    struct imap_token token;
    for (uint32_t at = 0; imap_parser_next(parser, line, &at, &token, issues);) {
        if (out->len)
            g_string_append_c(out, ' ');
        imap_render_token(out, line, &token);
    }
}

static inline void imap_render_issues(GString *out, const mw_issues *issues)
{
    for (uint8_t i = 0; i < issues->count; i++) {
        const char *name = imap_issue_names[issues->list[i].id], *dot = strrchr(name, '.');
        g_string_append_printf(out, "%s!%s", out->len ? " " : "", dot ? dot + 1 : name);
    }
}

/* parts: lines without their endings, each but the last one ends in a literal, separated by LF. The caller frees the
 * result with g_free. */
static inline char *imap_render(bool from_client, const char *parts)
{
    GString *out = g_string_new(NULL);
    struct imap_parser parser;
    mw_issues issues = { 0 };

    imap_parser_start(&parser, from_client);
    for (const char *line = parts;; line += strcspn(line, "\n") + 1) {
        if (line != parts)
            g_string_append(out, " |");
        imap_render_part(out, &parser, mw_bytes_of(line, (uint32_t)strcspn(line, "\n")), &issues);
        if (line[strcspn(line, "\n")] == '\0')
            break;
    }
    imap_render_issues(out, &issues);
    return g_string_free(out, FALSE);
}

static inline void imap_check(bool from_client, const char *parts, const char *expected)
{
    char *got = imap_render(from_client, parts);
    if (strcmp(got, expected) != 0) {
        g_test_message("%s\n  expected %s\n  got      %s", parts, expected, got);
        g_test_fail();
    }
    g_free(got);
}

struct imap_row {
    const char *parts, *expected;
};

/* Responses and what they mean. */
static inline void imap_check_responses(const struct imap_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        imap_check(false, rows[i].parts, rows[i].expected);
}

#endif
