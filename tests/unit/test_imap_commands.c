/* Tests of the commands of IMAP: the table, and what their arguments are.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness.h"
#include "imap/meaning.h"
#include "imap_tokens.h"

/* What a meaning and its reference may have together behind a line of MW_EXPLAINED_OCTETS: see plugin/explain.h. */
#define ROOM 117

struct row {
    const char *parts, *expected;
};

/* expected: without tag and verb. */
static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *line = g_strconcat("a1 ", rows[i].parts, NULL);
        char *got = imap_render(true, line), *arguments = strstr(got, "VERB:");
        g_assert_nonnull(arguments);
        arguments += strcspn(arguments, " ");
        if (strcmp(arguments + (*arguments == ' '), rows[i].expected) != 0) {
            g_test_message("%s\n  expected %s\n  got      %s", rows[i].parts, rows[i].expected, arguments);
            g_test_fail();
        }
        g_free(got);
        g_free(line);
    }
}

static void test_table(void)
{
    size_t count;
    const struct imap_command_row *rows = imap_command_rows(&count);
    for (size_t i = 0; i < count; i++) {
        const struct imap_command_row *row = &rows[i];
        char *lower = g_ascii_strdown(row->name, -1), *longer = g_strconcat(row->name, "X", NULL);
        g_test_message("%s", row->name);
        g_assert_true(i == 0 || strcmp(rows[i - 1].name, row->name) < 0);
        g_assert_true(imap_command_find(mw_bytes_str(lower)) == row);
        g_assert_true(imap_command_find(mw_bytes_str(longer)) != row);
        g_assert_true(imap_command_find(mw_bytes_of(row->name, (uint32_t)strlen(row->name) - 1)) != row);
        g_assert_true(row->arguments && row->arguments->read);
        g_assert_cmpuint(row->states, >, 0);
        g_assert_cmpuint(row->states, <, 8);
        g_assert_true(row->capability && row->text[0]);
        g_assert_true(g_str_has_prefix(row->rfc, "RFC ") || g_str_has_prefix(row->rfc, "wild, "));
        g_assert_true(!row->takes_uid || row->states == IMAP_SELECTED);
        g_free(lower);
        g_free(longer);
    }
    g_assert_null(imap_command_find(mw_bytes_str("")));
    g_assert_null(imap_command_find(mw_bytes_str("UID")));
    g_assert_null(imap_command_find(mw_bytes_of("NOOP\0", 5)));
}

static void assert_meaning(struct imap_meaning meaning)
{
    g_assert_true(meaning.text && g_ascii_isupper(*meaning.text) && !g_str_has_suffix(meaning.text, "."));
    g_assert_true(g_str_has_prefix(meaning.rfc, "RFC ") || g_str_has_prefix(meaning.rfc, "wild, "));
    g_assert_cmpuint(strlen(meaning.text) + strlen(meaning.rfc), <=, ROOM);
}

/* Each command has a meaning, and each answer to it. */
static void test_meanings(void)
{
    size_t count, results_count;
    const struct imap_command_row *rows = imap_command_rows(&count);
    const struct imap_result_row *results = imap_result_rows(&results_count);

    g_assert_cmpuint(results_count, ==, count);
    for (size_t i = 0; i < count; i++) {
        struct imap_meaning ok = imap_result_meaning(&rows[i], IMAP_KIND_OK);
        struct imap_meaning no = imap_result_meaning(&rows[i], IMAP_KIND_NO);
        g_test_message("%s", rows[i].name);
        g_assert_cmpstr(results[i].name, ==, rows[i].name);
        g_assert_cmpstr(ok.text, ==, results[i].ok);
        g_assert_cmpstr(no.text, ==, results[i].no);
        g_assert_cmpstr(ok.rfc, ==, rows[i].rfc);
        assert_meaning((struct imap_meaning){ rows[i].text, rows[i].rfc });
        assert_meaning(ok);
        assert_meaning(no);
        assert_meaning(imap_result_meaning(&rows[i], IMAP_KIND_BAD));
        assert_meaning(imap_continuation_meaning(&rows[i]));
    }
    assert_meaning(imap_result_meaning(NULL, IMAP_KIND_OK));
    assert_meaning(imap_result_meaning(NULL, IMAP_KIND_NO));
    assert_meaning(imap_result_meaning(NULL, IMAP_KIND_BAD));
    g_assert_null(imap_result_meaning(&rows[0], IMAP_KIND_FETCH).text);
    assert_meaning(imap_continuation_meaning(NULL));
    g_assert_cmpstr(imap_continuation_meaning(imap_command_find(mw_bytes_str("idle"))).rfc, ==, "RFC 9051 6.3.13");
}

/* One row of each verb that is told apart, and every command that the prefix UID may stand in front of. */
static void test_verbs(void)
{
    static const char *const with_uid[] = { "CONVERT", "COPY",   "EXPUNGE", "FETCH", "MOVE",
                                            "REPLACE", "SEARCH", "SORT",    "STORE", "THREAD" };
    size_t count, uids = 0;
    const struct imap_command_row *rows = imap_command_rows(&count);
    bool seen[IMAP_VERB_UNSELECT + 1] = { false };

    for (size_t i = 0; i < count; i++) {
        seen[rows[i].verb] = true;
        uids += rows[i].takes_uid;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(seen); i++)
        g_assert_true(seen[i]);
    g_assert_cmpuint(uids, ==, G_N_ELEMENTS(with_uid));
    for (size_t i = 0; i < uids; i++)
        g_assert_true(imap_command_find(mw_bytes_str(with_uid[i]))->takes_uid);
}

static void test_login(void)
{
    static const struct row rows[] = {
        { "LOGIN ccna1 cisco", "USERNAME:ccna1 PASSWORD:cisco" },
        { "LOGIN \"a b\" \"c \\\"d\"", "USERNAME:\"a b\" PASSWORD:\"c \\\"d\"" },
        { "LOGIN a b c", "USERNAME:a PASSWORD:b OTHER:c" },
        { "LOGIN a", "USERNAME:a" },
        { "LOGIN", "" },
        { "AUTHENTICATE PLAIN AGEAYg==", "MECHANISM:PLAIN INITIAL_RESPONSE:AGEAYg==" },
        { "AUTHENTICATE XOAUTH2", "MECHANISM:XOAUTH2" },
        { "AUTHENTICATE EXTERNAL =", "MECHANISM:EXTERNAL INITIAL_RESPONSE:=" },
        { "ENABLE CONDSTORE UTF8=ACCEPT", "ENABLE:CONDSTORE ENABLE:UTF8=ACCEPT" },
        { "COMPRESS DEFLATE", "COMPRESSION:DEFLATE" },
        { "ID NIL", "OTHER:NIL" },
        { "ID (\"name\" \"x\" \"version\" NIL)",
          "ID_LIST( ID_NAME:\"name\" ID_VALUE:\"x\" ID_NAME:\"version\" ID_VALUE:NIL ID_LIST)" },
        { "STARTTLS", "" },
        { "NOOP x", "OTHER:x" },
        { "LANGUAGE de fr", "PARAMETER:de PARAMETER:fr" },
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_mailboxes(void)
{
    static const struct row rows[] = {
        { "SELECT INBOX", "MAILBOX:INBOX" },
        { "SELECT {5}\n", "MAILBOX:{5} |" },
        { "EXAMINE a (CONDSTORE)", "MAILBOX:a SELECT_PARAMETERS( PARAMETER:CONDSTORE SELECT_PARAMETERS)" },
        { "SELECT a (QRESYNC (67890007 90060115194045000 41:211,214:541) CONDSTORE)",
          "MAILBOX:a SELECT_PARAMETERS( PARAMETER:QRESYNC OTHER( STATUS_UIDVALIDITY:67890007 "
          "MODSEQ:90060115194045000 SEQUENCE_SET:41:211,214:541 OTHER) PARAMETER:CONDSTORE SELECT_PARAMETERS)" },
        { "SELECT a (QRESYNC (6 7 1:9 (1,5 2,9)))",
          "MAILBOX:a SELECT_PARAMETERS( PARAMETER:QRESYNC OTHER( STATUS_UIDVALIDITY:6 MODSEQ:7 SEQUENCE_SET:1:9 OTHER( "
          "SEQUENCE_SET:1,5 SEQUENCE_SET:2,9 OTHER) OTHER) SELECT_PARAMETERS)" },
        { "SELECT a (QRESYNC (6 7 (1,5 2,9)))",
          "MAILBOX:a SELECT_PARAMETERS( PARAMETER:QRESYNC OTHER( STATUS_UIDVALIDITY:6 MODSEQ:7 OTHER( SEQUENCE_SET:1,5 "
          "SEQUENCE_SET:2,9 OTHER) OTHER) SELECT_PARAMETERS)" },
        { "CREATE a", "MAILBOX:a" },
        { "CREATE a (USE (\\Drafts \\Sent))", "MAILBOX:a OTHER( PARAMETER:USE ATTRIBUTES( ATTRIBUTE:\\Drafts "
                                              "ATTRIBUTE:\\Sent ATTRIBUTES) OTHER)" },
        { "DELETE a b", "MAILBOX:a OTHER:b" },
        { "RENAME a \"b c\"", "MAILBOX:a MAILBOX:\"b c\"" },
        { "SUBSCRIBE a", "MAILBOX:a" },
        { "UNSUBSCRIBE a", "MAILBOX:a" },
        { "STATUS a (MESSAGES UIDNEXT)", "MAILBOX:a STATUS_ITEMS( STATUS_ITEM:MESSAGES STATUS_ITEM:UIDNEXT "
                                         "STATUS_ITEMS)" },
        { "STATUS a MESSAGES UNSEEN", "MAILBOX:a STATUS_ITEM:MESSAGES STATUS_ITEM:UNSEEN" },
        { "NAMESPACE", "" },
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_list(void)
{
    static const struct row rows[] = {
        { "LIST \"\" *", "REFERENCE:\"\" MAILBOX_PATTERN:*" },
        { "LSUB a/ %", "REFERENCE:a/ MAILBOX_PATTERN:%" },
        { "XLIST \"\" \"*\"", "REFERENCE:\"\" MAILBOX_PATTERN:\"*\"" },
        { "RLIST {2}\n {3}\n", "REFERENCE:{2} | MAILBOX_PATTERN:{3} |" },
        { "LIST (SUBSCRIBED RECURSIVEMATCH) \"\" (a% \"b*\") RETURN (CHILDREN STATUS (MESSAGES SIZE) MYRIGHTS)",
          "LIST_OPTIONS( LIST_OPTION:SUBSCRIBED LIST_OPTION:RECURSIVEMATCH LIST_OPTIONS) REFERENCE:\"\" "
          "MAILBOX_PATTERN( MAILBOX_PATTERN:a% MAILBOX_PATTERN:\"b*\" MAILBOX_PATTERN) PARAMETER:RETURN LIST_OPTIONS( "
          "LIST_OPTION:CHILDREN LIST_OPTION:STATUS STATUS_ITEMS( STATUS_ITEM:MESSAGES STATUS_ITEM:SIZE STATUS_ITEMS) "
          "LIST_OPTION:MYRIGHTS LIST_OPTIONS)" },
        { "LIST () \"\" x RETURN (METADATA (/a /b) X (y))",
          "LIST_OPTIONS( LIST_OPTIONS) REFERENCE:\"\" MAILBOX_PATTERN:x PARAMETER:RETURN LIST_OPTIONS( "
          "LIST_OPTION:METADATA METADATA_ENTRIES( METADATA_ENTRY:/a METADATA_ENTRY:/b METADATA_ENTRIES) LIST_OPTION:X "
          "OTHER( OTHER:y OTHER) LIST_OPTIONS)" },
        { "LIST a b c d e", "REFERENCE:a MAILBOX_PATTERN:b PARAMETER:c PARAMETER:d PARAMETER:e" },
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_append(void)
{
    static const struct row rows[] = {
        { "APPEND a {310}\n", "MAILBOX:a APPEND_MESSAGE:{310} |" },
        { "APPEND {1}\n {310+}\n", "MAILBOX:{1} | APPEND_MESSAGE:{310+} |" },
        { "APPEND a (\\Seen $x) \"17-Jul-1996 02:44:25 -0700\" ~{310}\n",
          "MAILBOX:a FLAGS( FLAG:\\Seen FLAG:$x FLAGS) DATE_TIME:\"17-Jul-1996 02:44:25 -0700\" "
          "APPEND_MESSAGE:~{310} |" },
        { "APPEND a {3}\n (\\Seen) {4}\n \" 1-Jan-2024 00:00:00 +0000\" {5}\n",
          "MAILBOX:a APPEND_MESSAGE:{3} | FLAGS( FLAG:\\Seen FLAGS) APPEND_MESSAGE:{4} | DATE_TIME:\" 1-Jan-2024 "
          "00:00:00 +0000\" APPEND_MESSAGE:{5} |" },
        { "APPEND a (\\Seen) UTF8 (~{3}\n)", "MAILBOX:a FLAGS( FLAG:\\Seen FLAGS) PARAMETER:UTF8 OTHER( "
                                             "APPEND_MESSAGE:~{3} | OTHER)" },
        { "APPEND a CATENATE (URL \"/b;UID=1\" TEXT {5}\n URL {6}\n) {7}\n",
          "MAILBOX:a PARAMETER:CATENATE CATENATE( PARAMETER:URL URL:\"/b;UID=1\" PARAMETER:TEXT CATENATE_TEXT:{5} | "
          "PARAMETER:URL URL:{6} | CATENATE) APPEND_MESSAGE:{7} |" },
        { "APPEND a ANNOTATION (/b (c d)) {3}\n",
          "MAILBOX:a PARAMETER:ANNOTATION OTHER( OTHER:/b OTHER( OTHER:c OTHER:d OTHER) OTHER) APPEND_MESSAGE:{3} |" },
        { "UID REPLACE 5 a (\\Seen) {3}\n", "SEQUENCE_SET:5 MAILBOX:a FLAGS( FLAG:\\Seen FLAGS) APPEND_MESSAGE:{3} |" },
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_fetch_store(void)
{
    static const struct row rows[] = {
        { "FETCH 1:* ALL", "SEQUENCE_SET:1:* FETCH_ITEM:ALL" },
        { "FETCH *", "SEQUENCE_SET:*" },
        { "FETCH $ (FLAGS)", "SEQUENCE_SET:$ FETCH_ITEMS( FETCH_ITEM:FLAGS FETCH_ITEMS)" },
        { "FETCH 1 BODY[TEXT]<0.5>", "SEQUENCE_SET:1 FETCH_ITEM:BODY SECTION:[TEXT] PARTIAL:<0.5>" },
        { "FETCH 1 (UID) (CHANGEDSINCE 12345 VANISHED)",
          "SEQUENCE_SET:1 FETCH_ITEMS( FETCH_ITEM:UID FETCH_ITEMS) OTHER( PARAMETER:CHANGEDSINCE MODSEQ:12345 "
          "PARAMETER:VANISHED OTHER)" },
        { "FETCH 1 BODY[]<0.5> (PARTIAL -1:-30 CHANGEDSINCE 5)",
          "SEQUENCE_SET:1 FETCH_ITEM:BODY SECTION:[] PARTIAL:<0.5> OTHER( PARAMETER:PARTIAL OTHER:-1:-30 "
          "PARAMETER:CHANGEDSINCE MODSEQ:5 OTHER)" },
        { "FETCH 1 (PREVIEW (LAZY) UID)", "SEQUENCE_SET:1 FETCH_ITEMS( FETCH_ITEM:PREVIEW OTHER( PARAMETER:LAZY OTHER) "
                                          "FETCH_ITEM:UID FETCH_ITEMS)" },
        { "STORE 1 +FLAGS (\\Seen $x)", "SEQUENCE_SET:1 STORE_ITEM:+FLAGS FLAGS( FLAG:\\Seen FLAG:$x FLAGS)" },
        { "STORE 1 -FLAGS.SILENT \\Seen $x", "SEQUENCE_SET:1 STORE_ITEM:-FLAGS.SILENT FLAG:\\Seen FLAG:$x" },
        { "STORE 1 (UNCHANGEDSINCE 5) FLAGS ()",
          "SEQUENCE_SET:1 OTHER( PARAMETER:UNCHANGEDSINCE MODSEQ:5 OTHER) STORE_ITEM:FLAGS FLAGS( FLAGS)" },
        { "STORE 1 +X-GM-LABELS (a \"b c\" {3}\n)",
          "SEQUENCE_SET:1 STORE_ITEM:+X-GM-LABELS LABELS( LABEL:a LABEL:\"b c\" LABEL:{3} | LABELS)" },
        { "STORE 1 X-GM-LABELS a", "SEQUENCE_SET:1 STORE_ITEM:X-GM-LABELS LABEL:a" },
        { "STORE 1 ANNOTATION (/comment (value.priv \"x\"))",
          "SEQUENCE_SET:1 STORE_ITEM:ANNOTATION OTHER( OTHER:/comment OTHER( OTHER:value.priv OTHER:\"x\" OTHER) "
          "OTHER)" },
        { "COPY 2:4 a", "SEQUENCE_SET:2:4 MAILBOX:a" },
        { "UID MOVE 2,5 \"a b\"", "SEQUENCE_SET:2,5 MAILBOX:\"a b\"" },
        { "UID EXPUNGE 5:9", "SEQUENCE_SET:5:9" },
        { "EXPUNGE", "" },
        { "CONVERT 1 (\"text/plain\" (\"charset\" \"utf-8\")) BINARY[1]",
          "SEQUENCE_SET:1 OTHER( OTHER:\"text/plain\" OTHER( OTHER:\"charset\" OTHER:\"utf-8\" OTHER) OTHER) "
          "FETCH_ITEM:BINARY SECTION:[1]" },
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

static void test_search(void)
{
    static const struct row rows[] = {
        { "SEARCH ALL", "SEARCH_KEY:ALL" },
        { "SEARCH 1:5,* UID 7:9 $", "SEQUENCE_SET:1:5,* SEARCH_KEY:UID SEQUENCE_SET:7:9 SEQUENCE_SET:$" },
        { "SEARCH *", "SEQUENCE_SET:*" },
        { "search since 1-Feb-1994 not from \"Smith\"",
          "SEARCH_KEY:since SEARCH_VALUE:1-Feb-1994 SEARCH_KEY:not SEARCH_KEY:from SEARCH_VALUE:\"Smith\"" },
        { "SEARCH CHARSET UTF-8 TEXT {6}\n UNSEEN",
          "PARAMETER:CHARSET CHARSET:UTF-8 SEARCH_KEY:TEXT SEARCH_VALUE:{6} | SEARCH_KEY:UNSEEN" },
        { "SEARCH RETURN (MIN COUNT PARTIAL 1:100) CHARSET x DELETED",
          "PARAMETER:RETURN SEARCH_RETURN( SEARCH_OPTION:MIN SEARCH_OPTION:COUNT SEARCH_OPTION:PARTIAL "
          "SEARCH_VALUE:1:100 SEARCH_RETURN) PARAMETER:CHARSET CHARSET:x SEARCH_KEY:DELETED" },
        { "SEARCH RETURN () 5", "PARAMETER:RETURN SEARCH_RETURN( SEARCH_RETURN) SEQUENCE_SET:5" },
        { "SEARCH OR (SEEN 5) (NOT (FLAGGED)) KEYWORD $x UNKEYWORD y",
          "SEARCH_KEY:OR SEARCH_KEYS( SEARCH_KEY:SEEN SEQUENCE_SET:5 SEARCH_KEYS) SEARCH_KEYS( SEARCH_KEY:NOT "
          "SEARCH_KEYS( SEARCH_KEY:FLAGGED SEARCH_KEYS) SEARCH_KEYS) SEARCH_KEY:KEYWORD FLAG:$x SEARCH_KEY:UNKEYWORD "
          "FLAG:y" },
        { "SEARCH HEADER Message-ID \"<x>\" ALL",
          "SEARCH_KEY:HEADER SEARCH_VALUE:Message-ID SEARCH_VALUE:\"<x>\" SEARCH_KEY:ALL" },
        { "SEARCH MODSEQ 5 ALL", "SEARCH_KEY:MODSEQ MODSEQ:5 SEARCH_KEY:ALL" },
        { "SEARCH MODSEQ \"/flags/\\\\draft\" all 5 ALL",
          "SEARCH_KEY:MODSEQ SEARCH_VALUE:\"/flags/\\\\draft\" SEARCH_VALUE:all MODSEQ:5 SEARCH_KEY:ALL" },
        { "SEARCH ANNOTATION /comment value \"x\" FUZZY BODY y",
          "SEARCH_KEY:ANNOTATION SEARCH_VALUE:/comment SEARCH_VALUE:value SEARCH_VALUE:\"x\" SEARCH_KEY:FUZZY "
          "SEARCH_KEY:BODY SEARCH_VALUE:y" },
        { "SEARCH EMAILID M1 THREADID T1 X-GM-LABELS \"l\"",
          "SEARCH_KEY:EMAILID EMAILID:M1 SEARCH_KEY:THREADID THREADID:T1 SEARCH_KEY:X-GM-LABELS LABEL:\"l\"" },
        { "SEARCH XFOO \"bar\" ALL", "SEARCH_KEY:XFOO SEARCH_VALUE:\"bar\" SEARCH_KEY:ALL" },
        { "SEARCH FROM (ALL)", "SEARCH_KEY:FROM SEARCH_KEYS( SEARCH_KEY:ALL SEARCH_KEYS)" },
        { "SEARCH SUBJECT RETURN", "SEARCH_KEY:SUBJECT SEARCH_VALUE:RETURN" },
        { "SEARCH BODY BODY[x]", "SEARCH_KEY:BODY SEARCH_VALUE:BODY[x]" },
        { "ESEARCH IN (mailboxes \"a\" subtree (b c) personal) RETURN (COUNT) SEEN",
          "PARAMETER:IN OTHER( NOTIFY_MAILBOXES:mailboxes MAILBOX:\"a\" NOTIFY_MAILBOXES:subtree MAILBOX( MAILBOX:b "
          "MAILBOX:c MAILBOX) NOTIFY_MAILBOXES:personal OTHER) PARAMETER:RETURN SEARCH_RETURN( SEARCH_OPTION:COUNT "
          "SEARCH_RETURN) SEARCH_KEY:SEEN" },
        { "SORT (REVERSE DATE) UTF-8 (SEEN) FROM x", "SORT_KEYS( SORT_KEY:REVERSE SORT_KEY:DATE SORT_KEYS) "
                                                     "CHARSET:UTF-8 SEARCH_KEYS( SEARCH_KEY:SEEN SEARCH_KEYS) "
                                                     "SEARCH_KEY:FROM SEARCH_VALUE:x" },
        { "UID SORT RETURN (COUNT) (DATE) \"UTF-8\" ALL",
          "PARAMETER:RETURN SEARCH_RETURN( SEARCH_OPTION:COUNT SEARCH_RETURN) SORT_KEYS( SORT_KEY:DATE SORT_KEYS) "
          "CHARSET:\"UTF-8\" SEARCH_KEY:ALL" },
        { "THREAD REFERENCES UTF-8 SINCE 1-Jan-2024 (1:5)",
          "THREAD_ALGORITHM:REFERENCES CHARSET:UTF-8 SEARCH_KEY:SINCE SEARCH_VALUE:1-Jan-2024 SEARCH_KEYS( "
          "SEQUENCE_SET:1:5 SEARCH_KEYS)" },
        { "CANCELUPDATE \"B01\"", "SEARCH_TAG:\"B01\"" },
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

/* A UID prefix changes what the numbers count, not the roles. */
static void test_uid(void)
{
    imap_check(true, "a1 UID FETCH 5 UID", "TAG:a1 UID_PREFIX:UID VERB:FETCH SEQUENCE_SET:5 FETCH_ITEM:UID");
    imap_check(true, "a1 UID NOOP", "TAG:a1 UID_PREFIX:UID VERB:NOOP !unknown_command");
}

static void test_extensions(void)
{
    static const struct row rows[] = {
        { "GETACL a", "MAILBOX:a" },
        { "SETACL a b +lrs", "MAILBOX:a ACL_IDENTIFIER:b ACL_RIGHTS:+lrs" },
        { "DELETEACL a b", "MAILBOX:a ACL_IDENTIFIER:b" },
        { "LISTRIGHTS a b", "MAILBOX:a ACL_IDENTIFIER:b" },
        { "MYRIGHTS a", "MAILBOX:a" },
        { "GETQUOTA \"\"", "QUOTA_ROOT:\"\"" },
        { "GETQUOTAROOT a", "MAILBOX:a" },
        { "SETQUOTA \"\" (STORAGE 512 MESSAGE 10)",
          "QUOTA_ROOT:\"\" QUOTA_LIST( QUOTA_RESOURCE:STORAGE QUOTA_LIMIT:512 QUOTA_RESOURCE:MESSAGE QUOTA_LIMIT:10 "
          "QUOTA_LIST)" },
        { "GETMETADATA a /private/comment", "MAILBOX:a METADATA_ENTRY:/private/comment" },
        { "GETMETADATA (MAXSIZE 1024 DEPTH infinity) \"\" (/a /b)",
          "METADATA_OPTIONS( PARAMETER:MAXSIZE OTHER:1024 PARAMETER:DEPTH OTHER:infinity METADATA_OPTIONS) "
          "MAILBOX:\"\" "
          "METADATA_ENTRIES( METADATA_ENTRY:/a METADATA_ENTRY:/b METADATA_ENTRIES)" },
        { "SETMETADATA a (/b {3}\n /c NIL)", "MAILBOX:a METADATA_ENTRIES( METADATA_ENTRY:/b METADATA_VALUE:{3} | "
                                             "METADATA_ENTRY:/c METADATA_VALUE:NIL METADATA_ENTRIES)" },
        { "SETANNOTATION a \"/b\" (\"value.priv\" \"x\")",
          "MAILBOX:a METADATA_ENTRY:\"/b\" OTHER( PARAMETER:\"value.priv\" METADATA_VALUE:\"x\" OTHER)" },
        { "GETANNOTATION a (\"/b\") \"value\"",
          "MAILBOX:a METADATA_ENTRIES( METADATA_ENTRY:\"/b\" METADATA_ENTRIES) PARAMETER:\"value\"" },
        { "NOTIFY NONE", "PARAMETER:NONE" },
        { "NOTIFY SET STATUS (selected (MessageNew (UID BODY.PEEK[HEADER.FIELDS (From)]) MessageExpunge)) "
          "(subtree (a b) NONE) (mailboxes c (MailboxName))",
          "PARAMETER:SET PARAMETER:STATUS OTHER( NOTIFY_MAILBOXES:selected NOTIFY_EVENTS( NOTIFY_EVENT:MessageNew "
          "FETCH_ITEMS( FETCH_ITEM:UID FETCH_ITEM:BODY.PEEK SECTION:[HEADER.FIELDS (From)] FETCH_ITEMS) "
          "NOTIFY_EVENT:MessageExpunge NOTIFY_EVENTS) OTHER) OTHER( NOTIFY_MAILBOXES:subtree MAILBOX( MAILBOX:a "
          "MAILBOX:b MAILBOX) NOTIFY_EVENT:NONE OTHER) OTHER( NOTIFY_MAILBOXES:mailboxes MAILBOX:c NOTIFY_EVENTS( "
          "NOTIFY_EVENT:MailboxName NOTIFY_EVENTS) OTHER)" },
        { "GENURLAUTH \"imap://x\" INTERNAL", "URL:\"imap://x\" PARAMETER:INTERNAL" },
        { "RESETKEY a INTERNAL", "MAILBOX:a PARAMETER:INTERNAL" },
        { "URLFETCH \"imap://x\" (\"imap://y\" BODY BINARY)",
          "URL:\"imap://x\" OTHER( URL:\"imap://y\" PARAMETER:BODY PARAMETER:BINARY OTHER)" },
        { "XAPPLEPUSHSERVICE aps-version 2 mailboxes (INBOX Notes)",
          "PARAMETER:aps-version OTHER:2 PARAMETER:mailboxes OTHER( MAILBOX:INBOX MAILBOX:Notes OTHER)" },
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

static void abuse_line(mw_bytes in)
{
    GString *out = g_string_new(NULL);
    struct imap_parser parser;
    imap_parser_start(&parser, true);
    imap_render_part(out, &parser, in, NULL);
    g_assert_cmpuint(parser.literal ? 0 : parser.depth, ==, 0);
    g_string_free(out, TRUE);
}

/* Every command with arguments that none expects. */
static void test_wrong_arguments(void)
{
    static const char *const arguments[] = { "* % \\ ] [ $", "((((b) c) d) \"e\" f) g (h)", "\"\" () NIL (NIL (NIL))",
                                             "(RETURN CHARSET IN) RETURN CHARSET IN (x) y", "BODY[] BINARY[1]<0> {5}" };
    size_t count;
    const struct imap_command_row *rows = imap_command_rows(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < G_N_ELEMENTS(arguments); j++) {
            char *line = g_strdup_printf("a1 %s %s", rows[i].name, arguments[j]);
            mw_test_abuse(line, j == i % G_N_ELEMENTS(arguments) ? strlen(line) : 0, abuse_line);
            abuse_line(mw_bytes_str(line));
            g_free(line);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap/commands/table", test_table);
    g_test_add_func("/imap/commands/meanings", test_meanings);
    g_test_add_func("/imap/commands/verbs", test_verbs);
    g_test_add_func("/imap/commands/login", test_login);
    g_test_add_func("/imap/commands/mailboxes", test_mailboxes);
    g_test_add_func("/imap/commands/list", test_list);
    g_test_add_func("/imap/commands/append", test_append);
    g_test_add_func("/imap/commands/fetch_store", test_fetch_store);
    g_test_add_func("/imap/commands/search", test_search);
    g_test_add_func("/imap/commands/uid", test_uid);
    g_test_add_func("/imap/commands/extensions", test_extensions);
    g_test_add_func("/imap/commands/wrong_arguments", test_wrong_arguments);
    return g_test_run();
}
