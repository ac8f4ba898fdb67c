/* Tests of untagged responses and response codes: what their data means.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness.h"
#include "imap/meaning.h"
#include "imap_tokens.h"

/* What a meaning and its reference may have together behind a line of MW_EXPLAINED_OCTETS: see plugin/explain.h. */
#define ROOM 117

#define UNTAGGED "UNTAGGED_MARK:* "
#define FETCH UNTAGGED "FETCH_NUMBER:1 KIND:FETCH FETCH_ITEMS("

static const struct imap_row codes_rows[] = {
    { "* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS AUTH=PLAIN] Dovecot "
      "(Debian) ready.",
      UNTAGGED "STATUS:OK CODE_LIST[ CODE:CAPABILITY CAPABILITY:IMAP4rev1 CAPABILITY:SASL-IR "
               "CAPABILITY:LOGIN-REFERRALS CAPABILITY:ID CAPABILITY:ENABLE CAPABILITY:IDLE CAPABILITY:LITERAL+ "
               "CAPABILITY:STARTTLS CAPABILITY:AUTH=PLAIN CODE_LIST] TEXT=Dovecot (Debian) ready." },
    { "* BYE [UNAVAILABLE] shutting down",
      UNTAGGED "STATUS:BYE CODE_LIST[ CODE:UNAVAILABLE CODE_LIST] TEXT=shutting down" },
    { "* PREAUTH [CAPABILITY IMAP4rev2] hi",
      UNTAGGED "STATUS:PREAUTH CODE_LIST[ CODE:CAPABILITY CAPABILITY:IMAP4rev2 CODE_LIST] TEXT=hi" },
    { "* BAD x", UNTAGGED "STATUS:BAD TEXT=x" },
    { "+ [x] y", "CONTINUATION_MARK:+ CODE_LIST[ CODE:x CODE_LIST] TEXT=y" },
    { "a OK [APPENDUID 38505 3955:3957] done",
      "TAG:a STATUS:OK CODE_LIST[ CODE:APPENDUID OTHER:38505 SEQUENCE_SET:3955:3957 CODE_LIST] TEXT=done" },
    { "a OK [COPYUID 38505 304,319:320 3956:3958] Done",
      "TAG:a STATUS:OK CODE_LIST[ CODE:COPYUID OTHER:38505 SEQUENCE_SET:304,319:320 SEQUENCE_SET:3956:3958 CODE_LIST] "
      "TEXT=Done" },
    { "* OK [PERMANENTFLAGS (\\Answered \\Seen \\*)] Limited",
      UNTAGGED "STATUS:OK CODE_LIST[ CODE:PERMANENTFLAGS FLAGS( FLAG:\\Answered FLAG:\\Seen FLAG:\\* FLAGS) CODE_LIST] "
               "TEXT=Limited" },
    { "* OK [UIDVALIDITY 1] x",
      UNTAGGED "STATUS:OK CODE_LIST[ CODE:UIDVALIDITY STATUS_UIDVALIDITY:1 CODE_LIST] TEXT=x" },
    { "* OK [UIDNEXT 5] x", UNTAGGED "STATUS:OK CODE_LIST[ CODE:UIDNEXT STATUS_UIDNEXT:5 CODE_LIST] TEXT=x" },
    { "* OK [UNSEEN 5] x", UNTAGGED "STATUS:OK CODE_LIST[ CODE:UNSEEN STATUS_UNSEEN:5 CODE_LIST] TEXT=x" },
    { "* OK [HIGHESTMODSEQ 715194045007] x",
      UNTAGGED "STATUS:OK CODE_LIST[ CODE:HIGHESTMODSEQ STATUS_HIGHESTMODSEQ:715194045007 CODE_LIST] TEXT=x" },
    { "a OK [MODIFIED 7,9] Conditional",
      "TAG:a STATUS:OK CODE_LIST[ CODE:MODIFIED SEQUENCE_SET:7,9 CODE_LIST] TEXT=Conditional" },
    { "a NO [BADCHARSET (UTF-8 US-ASCII)] x",
      "TAG:a STATUS:NO CODE_LIST[ CODE:BADCHARSET OTHER( CHARSET:UTF-8 CHARSET:US-ASCII OTHER) CODE_LIST] TEXT=x" },
    { "a NO [BADCHARSET ({5}\n \"x\")] x",
      "TAG:a STATUS:NO CODE_LIST[ CODE:BADCHARSET OTHER( CHARSET:{5} | CHARSET:\"x\" OTHER) CODE_LIST] TEXT=x" },
    { "a NO [REFERRAL IMAP://user;AUTH=*@SERVER2/] Specified user",
      "TAG:a STATUS:NO CODE_LIST[ CODE:REFERRAL URL:IMAP://user;AUTH=*@SERVER2/ CODE_LIST] TEXT=Specified user" },
    { "a NO [BADURL \"/x;section=1\"] x",
      "TAG:a STATUS:NO CODE_LIST[ CODE:BADURL URL:\"/x;section=1\" CODE_LIST] TEXT=x" },
    { "a OK [MAILBOXID (F2212ea87-6097)] done",
      "TAG:a STATUS:OK CODE_LIST[ CODE:MAILBOXID OTHER( OTHER:F2212ea87-6097 OTHER) CODE_LIST] TEXT=done" },
    { "a NO [METADATA MAXSIZE 1024] x",
      "TAG:a STATUS:NO CODE_LIST[ CODE:METADATA PARAMETER:MAXSIZE OTHER:1024 CODE_LIST] TEXT=x" },
    { "a OK [METADATA LONGENTRIES 2199] x",
      "TAG:a STATUS:OK CODE_LIST[ CODE:METADATA PARAMETER:LONGENTRIES OTHER:2199 CODE_LIST] TEXT=x" },
    { "a NO [NEWNAME old \"new b\"] x",
      "TAG:a STATUS:NO CODE_LIST[ CODE:NEWNAME MAILBOX:old MAILBOX:\"new b\" CODE_LIST] TEXT=x" },
    { "* OK [URLMECH INTERNAL XSAMPLE=P34OKh==] x",
      UNTAGGED "STATUS:OK CODE_LIST[ CODE:URLMECH PARAMETER:INTERNAL PARAMETER:XSAMPLE=P34OKh== CODE_LIST] TEXT=x" },
    { "* NO [NOUPDATE \"B02\"] x", UNTAGGED "STATUS:NO CODE_LIST[ CODE:NOUPDATE SEARCH_TAG:\"B02\" CODE_LIST] TEXT=x" },
    { "a NO [BADEVENT (MessageNew FlagChange)] x",
      "TAG:a STATUS:NO CODE_LIST[ CODE:BADEVENT NOTIFY_EVENTS( NOTIFY_EVENT:MessageNew NOTIFY_EVENT:FlagChange "
      "NOTIFY_EVENTS) CODE_LIST] TEXT=x" },
    { "* OK [INPROGRESS (\"tag\" 175 1000)] x", UNTAGGED
      "STATUS:OK CODE_LIST[ CODE:INPROGRESS OTHER( SEARCH_TAG:\"tag\" OTHER:175 OTHER:1000 OTHER) CODE_LIST] TEXT=x" },
    { "* OK [INPROGRESS (NIL NIL NIL)] x", UNTAGGED
      "STATUS:OK CODE_LIST[ CODE:INPROGRESS OTHER( SEARCH_TAG:NIL OTHER:NIL OTHER:NIL OTHER) CODE_LIST] TEXT=x" },
    { "* OK [ANNOTATIONS 20480 NOPRIVATE] x",
      UNTAGGED "STATUS:OK CODE_LIST[ CODE:ANNOTATIONS OTHER:20480 OTHER:NOPRIVATE CODE_LIST] TEXT=x" },
    { "* NO [ANNOTATE TOOBIG] x", UNTAGGED "STATUS:NO CODE_LIST[ CODE:ANNOTATE PARAMETER:TOOBIG CODE_LIST] TEXT=x" },
    { "* NO [MESSAGELIMIT 1000 23221] x",
      UNTAGGED "STATUS:NO CODE_LIST[ CODE:MESSAGELIMIT OTHER:1000 OTHER:23221 CODE_LIST] TEXT=x" },
    { "* OK [XFOO a (b \"c\")] x",
      UNTAGGED "STATUS:OK CODE_LIST[ CODE:XFOO OTHER:a OTHER( OTHER:b OTHER:\"c\" OTHER) CODE_LIST] TEXT=x" },
    { "* OK [\"XFOO\" a] x", UNTAGGED "STATUS:OK CODE_LIST[ OTHER:\"XFOO\" OTHER:a CODE_LIST] TEXT=x" },
    { "* OK [(a) b] x", UNTAGGED "STATUS:OK CODE_LIST[ OTHER( OTHER:a OTHER) OTHER:b CODE_LIST] TEXT=x" },
    { "* OK [] x", UNTAGGED "STATUS:OK CODE_LIST[ CODE_LIST] TEXT=x" },
    { "* OK [read-only]x", UNTAGGED "STATUS:OK CODE_LIST[ CODE:read-only CODE_LIST] TEXT=x" },
    { "* NO [WEBALERT https://a/b?c=[d] Web login",
      UNTAGGED "STATUS:NO CODE_LIST[ CODE:WEBALERT URL:https://a/b?c=[d CODE_LIST] TEXT=Web login" },
    { "* NO [DOWNGRADED 70,105,108] x",
      UNTAGGED "STATUS:NO CODE_LIST[ CODE:DOWNGRADED SEQUENCE_SET:70,105,108 CODE_LIST] TEXT=x" },
};

static void test_codes(void)
{
    imap_check_responses(codes_rows, G_N_ELEMENTS(codes_rows));
}

static const struct imap_row mailboxes_rows[] = {
    { "* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent Items\"",
      UNTAGGED "KIND:LIST ATTRIBUTES( ATTRIBUTE:\\HasNoChildren ATTRIBUTE:\\Sent ATTRIBUTES) DELIMITER:\"/\" "
               "MAILBOX:\"Sent Items\"" },
    { "* LIST () NIL INBOX", UNTAGGED "KIND:LIST ATTRIBUTES( ATTRIBUTES) DELIMITER:NIL MAILBOX:INBOX" },
    { "* LIST (\\Noselect) \".\" {5}\n",
      UNTAGGED "KIND:LIST ATTRIBUTES( ATTRIBUTE:\\Noselect ATTRIBUTES) DELIMITER:\".\" MAILBOX:{5} |" },
    { "* LIST (\\Noselect) {1}\n {5}\n (\"CHILDINFO\" (\"SUBSCRIBED\"))", UNTAGGED
      "KIND:LIST ATTRIBUTES( ATTRIBUTE:\\Noselect ATTRIBUTES) DELIMITER:{1} | MAILBOX:{5} | LIST_EXTENSION( "
      "LIST_EXTENSION:\"CHILDINFO\" LIST_EXTENSION( LIST_EXTENSION:\"SUBSCRIBED\" LIST_EXTENSION) LIST_EXTENSION)" },
    { "* LIST () \"/\" \"new\" (\"OLDNAME\" (\"old\") \"X\" 5 CHILDINFO (\"A\" \"B\"))", UNTAGGED
      "KIND:LIST ATTRIBUTES( ATTRIBUTES) DELIMITER:\"/\" MAILBOX:\"new\" LIST_EXTENSION( LIST_EXTENSION:\"OLDNAME\" "
      "LIST_EXTENSION( MAILBOX:\"old\" LIST_EXTENSION) LIST_EXTENSION:\"X\" LIST_EXTENSION:5 LIST_EXTENSION:CHILDINFO "
      "LIST_EXTENSION( LIST_EXTENSION:\"A\" LIST_EXTENSION:\"B\" LIST_EXTENSION) LIST_EXTENSION)" },
    { "* LIST () \"/\" x (CHILDINFO (SUBSCRIBED) OLDNAME ({3}\n))",
      UNTAGGED "KIND:LIST ATTRIBUTES( ATTRIBUTES) DELIMITER:\"/\" MAILBOX:x LIST_EXTENSION( LIST_EXTENSION:CHILDINFO "
               "LIST_EXTENSION( LIST_EXTENSION:SUBSCRIBED LIST_EXTENSION) LIST_EXTENSION:OLDNAME LIST_EXTENSION( "
               "MAILBOX:{3} | LIST_EXTENSION) LIST_EXTENSION)" },
    { "* LSUB () \".\" INBOX.Sent", UNTAGGED "KIND:LSUB ATTRIBUTES( ATTRIBUTES) DELIMITER:\".\" MAILBOX:INBOX.Sent" },
    { "* XLIST (\\HasNoChildren \\AllMail) \"/\" \"[Gmail]/Alle Nachrichten\"",
      UNTAGGED "KIND:XLIST ATTRIBUTES( ATTRIBUTE:\\HasNoChildren ATTRIBUTE:\\AllMail ATTRIBUTES) DELIMITER:\"/\" "
               "MAILBOX:\"[Gmail]/Alle Nachrichten\"" },
    { "* LIST () \"/\" Sent Items",
      UNTAGGED "KIND:LIST ATTRIBUTES( ATTRIBUTES) DELIMITER:\"/\" MAILBOX:Sent LIST_EXTENSION:Items" },
    { "* LIST NIL \"/\" x", UNTAGGED "KIND:LIST OTHER:NIL DELIMITER:\"/\" MAILBOX:x" },
    { "* LIST ((x)) \"/\" x y (z)",
      UNTAGGED "KIND:LIST ATTRIBUTES( OTHER( OTHER:x OTHER) ATTRIBUTES) DELIMITER:\"/\" MAILBOX:x LIST_EXTENSION:y "
               "LIST_EXTENSION( LIST_EXTENSION:z LIST_EXTENSION)" },
    { "* STATUS INBOX (MESSAGES 3 RECENT 1 UIDNEXT 4 UIDVALIDITY 1 UNSEEN 2 HIGHESTMODSEQ 7 SIZE 44421 DELETED 0)",
      UNTAGGED "KIND:STATUS MAILBOX:INBOX STATUS_ITEMS( STATUS_ITEM:MESSAGES STATUS_MESSAGES:3 STATUS_ITEM:RECENT "
               "STATUS_RECENT:1 STATUS_ITEM:UIDNEXT STATUS_UIDNEXT:4 STATUS_ITEM:UIDVALIDITY STATUS_UIDVALIDITY:1 "
               "STATUS_ITEM:UNSEEN STATUS_UNSEEN:2 STATUS_ITEM:HIGHESTMODSEQ STATUS_HIGHESTMODSEQ:7 STATUS_ITEM:SIZE "
               "STATUS_SIZE:44421 STATUS_ITEM:DELETED STATUS_VALUE:0 STATUS_ITEMS)" },
    { "* STATUS \"a b\" (messages 5 MAILBOXID (F1) APPENDLIMIT NIL X-FOO (1 2) UIDNEXT 4)", UNTAGGED
      "KIND:STATUS MAILBOX:\"a b\" STATUS_ITEMS( STATUS_ITEM:messages STATUS_MESSAGES:5 STATUS_ITEM:MAILBOXID "
      "STATUS_VALUE( STATUS_VALUE:F1 STATUS_VALUE) STATUS_ITEM:APPENDLIMIT STATUS_VALUE:NIL STATUS_ITEM:X-FOO "
      "STATUS_VALUE( STATUS_VALUE:1 STATUS_VALUE:2 STATUS_VALUE) STATUS_ITEM:UIDNEXT STATUS_UIDNEXT:4 STATUS_ITEMS)" },
    { "* STATUS {5}\n (MESSAGES 5)",
      UNTAGGED "KIND:STATUS MAILBOX:{5} | STATUS_ITEMS( STATUS_ITEM:MESSAGES STATUS_MESSAGES:5 STATUS_ITEMS)" },
    { "* STATUS a b (MESSAGES 5)",
      UNTAGGED "KIND:STATUS MAILBOX:a OTHER:b STATUS_ITEMS( STATUS_ITEM:MESSAGES STATUS_MESSAGES:5 STATUS_ITEMS)" },
    { "* STATUS a (MESSAGES UIDNEXT 4 5 UNSEEN)",
      UNTAGGED "KIND:STATUS MAILBOX:a STATUS_ITEMS( STATUS_ITEM:MESSAGES STATUS_ITEM:UIDNEXT STATUS_UIDNEXT:4 OTHER:5 "
               "STATUS_ITEM:UNSEEN STATUS_ITEMS)" },
    { "* STATUS a ()", UNTAGGED "KIND:STATUS MAILBOX:a STATUS_ITEMS( STATUS_ITEMS)" },
    { "* FLAGS (\\Answered \\Flagged $Forwarded [Foo])",
      UNTAGGED "KIND:FLAGS FLAGS( FLAG:\\Answered FLAG:\\Flagged FLAG:$Forwarded FLAG:[Foo] FLAGS)" },
    { "* NAMESPACE ((\"\" \"/\")) NIL ((\"Public/\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FLAG2\"))(\"#news.\" \".\"))",
      UNTAGGED "KIND:NAMESPACE NAMESPACE_PERSONAL( NAMESPACE( NAMESPACE_PREFIX:\"\" DELIMITER:\"/\" NAMESPACE) "
               "NAMESPACE_PERSONAL) NAMESPACE_OTHER:NIL NAMESPACE_SHARED( NAMESPACE( NAMESPACE_PREFIX:\"Public/\" "
               "DELIMITER:\"/\" OTHER:\"X-PARAM\" OTHER( OTHER:\"FLAG1\" OTHER:\"FLAG2\" OTHER) NAMESPACE) NAMESPACE( "
               "NAMESPACE_PREFIX:\"#news.\" DELIMITER:\".\" NAMESPACE) NAMESPACE_SHARED)" },
};

static void test_mailboxes(void)
{
    imap_check_responses(mailboxes_rows, G_N_ELEMENTS(mailboxes_rows));
}

static const struct imap_row searches_rows[] = {
    { "* SEARCH 2 84 882", UNTAGGED "KIND:SEARCH SEARCH_RESULT:2 SEARCH_RESULT:84 SEARCH_RESULT:882" },
    { "* SEARCH", UNTAGGED "KIND:SEARCH" },
    { "* SEARCH 2 5 (MODSEQ 917162500)", UNTAGGED
      "KIND:SEARCH SEARCH_RESULT:2 SEARCH_RESULT:5 MODSEQ_LIST( SEARCH_OPTION:MODSEQ MODSEQ:917162500 MODSEQ_LIST)" },
    { "* SORT 2 84 (MODSEQ 5)",
      UNTAGGED "KIND:SORT SEARCH_RESULT:2 SEARCH_RESULT:84 MODSEQ_LIST( SEARCH_OPTION:MODSEQ MODSEQ:5 MODSEQ_LIST)" },
    { "* ESEARCH (TAG \"A282\") MIN 2 COUNT 3",
      UNTAGGED "KIND:ESEARCH SEARCH_CORRELATOR( SEARCH_OPTION:TAG SEARCH_TAG:\"A282\" SEARCH_CORRELATOR) "
               "SEARCH_OPTION:MIN SEARCH_RESULT:2 SEARCH_OPTION:COUNT SEARCH_COUNT:3" },
    { "* ESEARCH (TAG \"A283\") ALL 2,10:11",
      UNTAGGED "KIND:ESEARCH SEARCH_CORRELATOR( SEARCH_OPTION:TAG SEARCH_TAG:\"A283\" SEARCH_CORRELATOR) "
               "SEARCH_OPTION:ALL RESULT_SET:2,10:11" },
    { "* ESEARCH (TAG \"a\") UID MIN 2 MAX 9 ALL 1:* COUNT 17 MODSEQ 45",
      UNTAGGED "KIND:ESEARCH SEARCH_CORRELATOR( SEARCH_OPTION:TAG SEARCH_TAG:\"a\" SEARCH_CORRELATOR) UID_PREFIX:UID "
               "SEARCH_OPTION:MIN SEARCH_RESULT:2 SEARCH_OPTION:MAX SEARCH_RESULT:9 SEARCH_OPTION:ALL RESULT_SET:1:* "
               "SEARCH_OPTION:COUNT SEARCH_COUNT:17 SEARCH_OPTION:MODSEQ MODSEQ:45" },
    { "* ESEARCH UID COUNT 5", UNTAGGED "KIND:ESEARCH UID_PREFIX:UID SEARCH_OPTION:COUNT SEARCH_COUNT:5" },
    { "* ESEARCH (TAG {2}\n MAILBOX \"f1\" UIDVALIDITY 1) UID ALL 4001",
      UNTAGGED "KIND:ESEARCH SEARCH_CORRELATOR( SEARCH_OPTION:TAG SEARCH_TAG:{2} | SEARCH_OPTION:MAILBOX "
               "MAILBOX:\"f1\" SEARCH_OPTION:UIDVALIDITY STATUS_UIDVALIDITY:1 SEARCH_CORRELATOR) UID_PREFIX:UID "
               "SEARCH_OPTION:ALL RESULT_SET:4001" },
    { "* ESEARCH (TAG \"A01\") UID PARTIAL (-1:-100 1:4,9)",
      UNTAGGED "KIND:ESEARCH SEARCH_CORRELATOR( SEARCH_OPTION:TAG SEARCH_TAG:\"A01\" SEARCH_CORRELATOR) UID_PREFIX:UID "
               "SEARCH_OPTION:PARTIAL OTHER( OTHER:-1:-100 RESULT_SET:1:4,9 OTHER)" },
    { "* ESEARCH (TAG \"A01\") PARTIAL (1:100 NIL) XFOO 5 RELEVANCY (4 99 42)",
      UNTAGGED "KIND:ESEARCH SEARCH_CORRELATOR( SEARCH_OPTION:TAG SEARCH_TAG:\"A01\" SEARCH_CORRELATOR) "
               "SEARCH_OPTION:PARTIAL OTHER( OTHER:1:100 RESULT_SET:NIL OTHER) SEARCH_OPTION:XFOO OTHER:5 "
               "SEARCH_OPTION:RELEVANCY OTHER( OTHER:4 OTHER:99 OTHER:42 OTHER)" },
    { "* ESEARCH (TAG \"B01\") UID ADDTO (1 2733 1 2732) REMOVEFROM (0 32768)",
      UNTAGGED "KIND:ESEARCH SEARCH_CORRELATOR( SEARCH_OPTION:TAG SEARCH_TAG:\"B01\" SEARCH_CORRELATOR) UID_PREFIX:UID "
               "SEARCH_OPTION:ADDTO OTHER( OTHER:1 RESULT_SET:2733 OTHER:1 RESULT_SET:2732 OTHER) "
               "SEARCH_OPTION:REMOVEFROM OTHER( OTHER:0 RESULT_SET:32768 OTHER)" },
    { "* ESEARCH (TAG \"A285\")",
      UNTAGGED "KIND:ESEARCH SEARCH_CORRELATOR( SEARCH_OPTION:TAG SEARCH_TAG:\"A285\" SEARCH_CORRELATOR)" },
    { "* ESEARCH", UNTAGGED "KIND:ESEARCH" },
    { "* THREAD (2)(3 6 (4 23)(44 7 96))", UNTAGGED
      "KIND:THREAD THREAD( THREAD_NUMBER:2 THREAD) THREAD( THREAD_NUMBER:3 THREAD_NUMBER:6 THREAD( THREAD_NUMBER:4 "
      "THREAD_NUMBER:23 THREAD) THREAD( THREAD_NUMBER:44 THREAD_NUMBER:7 THREAD_NUMBER:96 THREAD) THREAD)" },
    { "* THREAD ((1)(2 (3)))", UNTAGGED "KIND:THREAD THREAD( THREAD( THREAD_NUMBER:1 THREAD) THREAD( THREAD_NUMBER:2 "
                                        "THREAD( THREAD_NUMBER:3 THREAD) THREAD) THREAD)" },
    { "* VANISHED (EARLIER) 300:310,405",
      UNTAGGED "KIND:VANISHED OTHER( PARAMETER:EARLIER OTHER) SEQUENCE_SET:300:310,405" },
    { "* VANISHED 5", UNTAGGED "KIND:VANISHED SEQUENCE_SET:5" },
    { "* UIDBATCHES (TAG \"A143\") 215295:99696,99695:20351",
      UNTAGGED "KIND:UIDBATCHES SEARCH_CORRELATOR( SEARCH_OPTION:TAG SEARCH_TAG:\"A143\" SEARCH_CORRELATOR) "
               "SEQUENCE_SET:215295:99696,99695:20351" },
};

static void test_searches(void)
{
    imap_check_responses(searches_rows, G_N_ELEMENTS(searches_rows));
}

static const struct imap_row administration_rows[] = {
    { "* QUOTA \"\" (STORAGE 10 512 MESSAGE 2 1000)",
      UNTAGGED "KIND:QUOTA QUOTA_ROOT:\"\" QUOTA_LIST( QUOTA_RESOURCE:STORAGE QUOTA_USAGE:10 QUOTA_LIMIT:512 "
               "QUOTA_RESOURCE:MESSAGE QUOTA_USAGE:2 QUOTA_LIMIT:1000 QUOTA_LIST)" },
    { "* QUOTA user ()", UNTAGGED "KIND:QUOTA QUOTA_ROOT:user QUOTA_LIST( QUOTA_LIST)" },
    { "* QUOTAROOT INBOX \"\" user", UNTAGGED "KIND:QUOTAROOT MAILBOX:INBOX QUOTA_ROOT:\"\" QUOTA_ROOT:user" },
    { "* ACL INBOX Fred rwipsldexta -chris lrswi", UNTAGGED
      "KIND:ACL MAILBOX:INBOX ACL_IDENTIFIER:Fred ACL_RIGHTS:rwipsldexta ACL_IDENTIFIER:-chris ACL_RIGHTS:lrswi" },
    { "* LISTRIGHTS ~/Mail/saved smith la r swicdkxte", UNTAGGED
      "KIND:LISTRIGHTS MAILBOX:~/Mail/saved ACL_IDENTIFIER:smith ACL_RIGHTS:la ACL_RIGHTS:r ACL_RIGHTS:swicdkxte" },
    { "* MYRIGHTS INBOX rwipslxetad", UNTAGGED "KIND:MYRIGHTS MAILBOX:INBOX ACL_RIGHTS:rwipslxetad" },
    { "* METADATA \"INBOX\" (/shared/comment \"x\" /private/comment NIL)",
      UNTAGGED "KIND:METADATA MAILBOX:\"INBOX\" METADATA_ENTRIES( METADATA_ENTRY:/shared/comment METADATA_VALUE:\"x\" "
               "METADATA_ENTRY:/private/comment METADATA_VALUE:NIL METADATA_ENTRIES)" },
    { "* METADATA \"\" /shared/comment /private/x",
      UNTAGGED "KIND:METADATA MAILBOX:\"\" METADATA_ENTRY:/shared/comment METADATA_ENTRY:/private/x" },
    { "* METADATA INBOX (/private/f {5}\n /private/g {3}\n)",
      UNTAGGED "KIND:METADATA MAILBOX:INBOX METADATA_ENTRIES( METADATA_ENTRY:/private/f METADATA_VALUE:{5} | "
               "METADATA_ENTRY:/private/g METADATA_VALUE:{3} | METADATA_ENTRIES)" },
    { "* ANNOTATION \"INBOX\" \"/comment\" (\"value.priv\" \"My comment\")",
      UNTAGGED "KIND:ANNOTATION MAILBOX:\"INBOX\" METADATA_ENTRY:\"/comment\" METADATA_ENTRIES( "
               "METADATA_ENTRY:\"value.priv\" METADATA_VALUE:\"My comment\" METADATA_ENTRIES)" },
};

static void test_administration(void)
{
    imap_check_responses(administration_rows, G_N_ELEMENTS(administration_rows));
}

static const struct imap_row others_rows[] = {
    { "* CAPABILITY IMAP4rev1 AUTH=PLAIN", UNTAGGED "KIND:CAPABILITY CAPABILITY:IMAP4rev1 CAPABILITY:AUTH=PLAIN" },
    { "* CAPABILITY", UNTAGGED "KIND:CAPABILITY" },
    { "* ENABLED CONDSTORE QRESYNC", UNTAGGED "KIND:ENABLED ENABLE:CONDSTORE ENABLE:QRESYNC" },
    { "* GENURLAUTH \"imap://a/;urlauth=x:internal:91\" \"imap://b\"",
      UNTAGGED "KIND:GENURLAUTH URL:\"imap://a/;urlauth=x:internal:91\" URL:\"imap://b\"" },
    { "* URLFETCH \"imap://a\" \"body\" imap://b NIL {8}\n {9}\n",
      UNTAGGED "KIND:URLFETCH URL:\"imap://a\" PART:\"body\" URL:imap://b PART:NIL URL:{8} | PART:{9} |" },
    { "* URLFETCH \"u\" (BODYPARTSTRUCTURE (\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 5 1)) (BODY {5}\n) \"v\" NIL",
      UNTAGGED "KIND:URLFETCH URL:\"u\" FETCH_ITEMS( FETCH_ITEM:BODYPARTSTRUCTURE BODY( BODY_TYPE:\"TEXT\" "
               "BODY_SUBTYPE:\"PLAIN\" BODY_PARAMETERS:NIL BODY_ID:NIL BODY_DESCRIPTION:NIL BODY_ENCODING:\"7BIT\" "
               "BODY_OCTETS:5 BODY_LINES:1 BODY) FETCH_ITEMS) FETCH_ITEMS( FETCH_ITEM:BODY PART:{5} | FETCH_ITEMS) "
               "URL:\"v\" PART:NIL" },
    { "* LANGUAGE (EN DE)", UNTAGGED "KIND:LANGUAGE OTHER( OTHER:EN OTHER:DE OTHER)" },
    { "* COMPARATOR i;ascii-casemap (x y)",
      UNTAGGED "KIND:COMPARATOR OTHER:i;ascii-casemap OTHER( OTHER:x OTHER:y OTHER)" },
    { "* CONVERSION \"text/plain\" \"text/html\" (\"charset\")",
      UNTAGGED "KIND:CONVERSION OTHER:\"text/plain\" OTHER:\"text/html\" OTHER( OTHER:\"charset\" OTHER)" },
    { "* 2 CONVERTED (TAG \"b001\") (UID 5 BINARY[1] ~{5}\n)",
      UNTAGGED "NUMBER:2 KIND:CONVERTED SEARCH_CORRELATOR( SEARCH_OPTION:TAG SEARCH_TAG:\"b001\" SEARCH_CORRELATOR) "
               "FETCH_ITEMS( FETCH_ITEM:UID UID:5 FETCH_ITEM:BINARY SECTION:[1] PART:~{5} | FETCH_ITEMS)" },
    { "* JMAPACCESS \"https://example.com/.well-known/jmap\"",
      UNTAGGED "KIND:JMAPACCESS URL:\"https://example.com/.well-known/jmap\"" },
    { "* ID (\"name\" \"Dovecot\" \"version\" NIL)",
      UNTAGGED "KIND:ID ID_LIST( ID_NAME:\"name\" ID_VALUE:\"Dovecot\" ID_NAME:\"version\" ID_VALUE:NIL ID_LIST)" },
    { "* ID NIL", UNTAGGED "KIND:ID OTHER:NIL" },
    { "* ID (name Cyrus {7}\n {3}\n)",
      UNTAGGED "KIND:ID ID_LIST( ID_NAME:name ID_VALUE:Cyrus ID_NAME:{7} | ID_VALUE:{3} | ID_LIST)" },
    { "* 23 EXISTS", UNTAGGED "EXISTS:23 KIND:EXISTS" },
    { "* 5 RECENT", UNTAGGED "RECENT:5 KIND:RECENT" },
    { "* 3 EXPUNGE", UNTAGGED "EXPUNGE:3 KIND:EXPUNGE" },
    { "* 4 UIDFETCH (FLAGS (\\Seen))", UNTAGGED
      "FETCH_UID_NUMBER:4 KIND:UIDFETCH FETCH_ITEMS( FETCH_ITEM:FLAGS FLAGS( FLAG:\\Seen FLAGS) FETCH_ITEMS)" },
};

static void test_others(void)
{
    imap_check_responses(others_rows, G_N_ELEMENTS(others_rows));
}

/* As Exchange, Gmail, Cyrus, Dovecot and Courier send them. */
static const struct imap_row servers_rows[] = {
    { "* 4 FETCH (BODYSTRUCTURE ((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 17 1 NIL NIL NIL "
      "NIL)(\"application\" \"octet-stream\" (\"name\" \"a.bin\") NIL \"a.bin\" \"base64\" 100 NIL (\"attachment\" "
      "(\"filename\" \"a.bin\" \"creation-date\" \"Mon, 1 Jan 2024 00:00:00 GMT\")) NIL NIL) \"mixed\" (\"boundary\" "
      "\"_002_x_\") NIL \"en-US\") UID 4)",
      UNTAGGED
      "FETCH_NUMBER:4 KIND:FETCH FETCH_ITEMS( FETCH_ITEM:BODYSTRUCTURE BODY( BODY( BODY_TYPE:\"text\" "
      "BODY_SUBTYPE:\"plain\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"charset\" BODY_PARAMETER_VALUE:\"us-ascii\" "
      "BODY_PARAMETERS) BODY_ID:NIL BODY_DESCRIPTION:NIL BODY_ENCODING:\"7bit\" BODY_OCTETS:17 BODY_LINES:1 "
      "BODY_MD5:NIL BODY_DISPOSITION_LIST:NIL BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY) BODY( "
      "BODY_TYPE:\"application\" BODY_SUBTYPE:\"octet-stream\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"name\" "
      "BODY_PARAMETER_VALUE:\"a.bin\" BODY_PARAMETERS) BODY_ID:NIL BODY_DESCRIPTION:\"a.bin\" BODY_ENCODING:\"base64\" "
      "BODY_OCTETS:100 BODY_MD5:NIL BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"attachment\" BODY_PARAMETERS( "
      "BODY_PARAMETER_NAME:\"filename\" BODY_PARAMETER_VALUE:\"a.bin\" BODY_PARAMETER_NAME:\"creation-date\" "
      "BODY_PARAMETER_VALUE:\"Mon, 1 Jan 2024 00:00:00 GMT\" BODY_PARAMETERS) BODY_DISPOSITION_LIST) BODY_LANGUAGE:NIL "
      "BODY_LOCATION:NIL BODY) MULTIPART_SUBTYPE:\"mixed\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"boundary\" "
      "BODY_PARAMETER_VALUE:\"_002_x_\" BODY_PARAMETERS) BODY_DISPOSITION_LIST:NIL BODY_LANGUAGE:\"en-US\" BODY) "
      "FETCH_ITEM:UID UID:4 FETCH_ITEMS)" },
    { "* 7 FETCH (X-GM-THRID 1278455344230334865 X-GM-MSGID 1278455344230334866 X-GM-LABELS (\"\\\\Important\" "
      "\"\\\\Sent\") UID 77 RFC822.SIZE 1532 INTERNALDATE \"09-Feb-2024 10:00:01 +0000\" FLAGS (NotJunk $NotPhishing "
      "\\Seen) MODSEQ (91403070) BODY[HEADER.FIELDS (DATE FROM SUBJECT)] {12}\n)",
      UNTAGGED "FETCH_NUMBER:7 KIND:FETCH FETCH_ITEMS( FETCH_ITEM:X-GM-THRID THREADID:1278455344230334865 "
               "FETCH_ITEM:X-GM-MSGID EMAILID:1278455344230334866 FETCH_ITEM:X-GM-LABELS LABELS( "
               "LABEL:\"\\\\Important\" LABEL:\"\\\\Sent\" LABELS) FETCH_ITEM:UID UID:77 FETCH_ITEM:RFC822.SIZE "
               "SIZE:1532 FETCH_ITEM:INTERNALDATE INTERNALDATE:\"09-Feb-2024 10:00:01 +0000\" FETCH_ITEM:FLAGS FLAGS( "
               "FLAG:NotJunk FLAG:$NotPhishing FLAG:\\Seen FLAGS) FETCH_ITEM:MODSEQ MODSEQ_LIST( MODSEQ:91403070 "
               "MODSEQ_LIST) FETCH_ITEM:BODY SECTION:[HEADER.FIELDS (DATE FROM SUBJECT)] HEADER:{12} | FETCH_ITEMS)" },
    { "* 2 FETCH (UID 2 FLAGS (\\Recent) DIGEST.SHA1 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12 CID NIL MODSEQ (5) "
      "BINARY[1] ~{3}\n BINARY.SIZE[1] 3)",
      UNTAGGED "FETCH_NUMBER:2 KIND:FETCH FETCH_ITEMS( FETCH_ITEM:UID UID:2 FETCH_ITEM:FLAGS FLAGS( FLAG:\\Recent "
               "FLAGS) FETCH_ITEM:DIGEST.SHA1 FETCH_VALUE:2fd4e1c67a2d28fced849ee1bb76e7391b93eb12 FETCH_ITEM:CID "
               "FETCH_VALUE:NIL FETCH_ITEM:MODSEQ MODSEQ_LIST( MODSEQ:5 MODSEQ_LIST) FETCH_ITEM:BINARY SECTION:[1] "
               "PART:~{3} | FETCH_ITEM:BINARY.SIZE SECTION:[1] BINARY_SIZE:3 FETCH_ITEMS)" },
    { "* OK [NOPERM]", UNTAGGED "STATUS:OK CODE_LIST[ CODE:NOPERM CODE_LIST]" },
    { "a OK [COPYUID 1 1:2 5:6] Expunged (0.001 + 0.000 secs).",
      "TAG:a STATUS:OK CODE_LIST[ CODE:COPYUID OTHER:1 SEQUENCE_SET:1:2 SEQUENCE_SET:5:6 CODE_LIST] TEXT=Expunged "
      "(0.001 + 0.000 secs)." },
    { "* 1 FETCH (BODY ((\"TEXT\" \"PLAIN\" (\"charset\" \"us-ascii\") NIL NIL \"7BIT\" 12 1)(\"TEXT\" \"HTML\" NIL "
      "NIL NIL \"7BIT\" 5 1) \"ALTERNATIVE\") FLAGS (\\Seen))",
      FETCH " FETCH_ITEM:BODY BODY( BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" BODY_PARAMETERS( "
            "BODY_PARAMETER_NAME:\"charset\" BODY_PARAMETER_VALUE:\"us-ascii\" BODY_PARAMETERS) BODY_ID:NIL "
            "BODY_DESCRIPTION:NIL BODY_ENCODING:\"7BIT\" BODY_OCTETS:12 BODY_LINES:1 BODY) BODY( BODY_TYPE:\"TEXT\" "
            "BODY_SUBTYPE:\"HTML\" BODY_PARAMETERS:NIL BODY_ID:NIL BODY_DESCRIPTION:NIL BODY_ENCODING:\"7BIT\" "
            "BODY_OCTETS:5 BODY_LINES:1 BODY) MULTIPART_SUBTYPE:\"ALTERNATIVE\" BODY) FETCH_ITEM:FLAGS FLAGS( "
            "FLAG:\\Seen FLAGS) FETCH_ITEMS)" },
    { "* 1 FETCH (FLAGS (\\Seen) ENVELOPE (\"Mon, 1 Jan 2024 00:00:00 +0000\" {7}\n ((\"A \\\"B\\\" C\" NIL \"a\" "
      "\"b.example\")) NIL NIL ((\"undisclosed-recipients\" NIL \"undisclosed-recipients\" NIL)(NIL NIL NIL NIL)) NIL "
      "NIL NIL \"<1@b.example>\") BODY[] {5}\n)",
      FETCH " FETCH_ITEM:FLAGS FLAGS( FLAG:\\Seen FLAGS) FETCH_ITEM:ENVELOPE ENVELOPE( ENVELOPE_DATE:\"Mon, 1 Jan 2024 "
            "00:00:00 +0000\" ENVELOPE_SUBJECT:{7} | ENVELOPE_FROM( ADDRESS( ADDRESS_NAME:\"A \\\"B\\\" C\" "
            "ADDRESS_ROUTE:NIL ADDRESS_MAILBOX:\"a\" ADDRESS_HOST:\"b.example\" ADDRESS) ENVELOPE_FROM) "
            "ENVELOPE_SENDER:NIL ENVELOPE_REPLY_TO:NIL ENVELOPE_TO( ADDRESS( ADDRESS_NAME:\"undisclosed-recipients\" "
            "ADDRESS_ROUTE:NIL ADDRESS_MAILBOX:\"undisclosed-recipients\" ADDRESS_HOST:NIL ADDRESS) ADDRESS( "
            "ADDRESS_NAME:NIL ADDRESS_ROUTE:NIL ADDRESS_MAILBOX:NIL ADDRESS_HOST:NIL ADDRESS) ENVELOPE_TO) "
            "ENVELOPE_CC:NIL ENVELOPE_BCC:NIL ENVELOPE_IN_REPLY_TO:NIL ENVELOPE_MESSAGE_ID:\"<1@b.example>\" ENVELOPE) "
            "FETCH_ITEM:BODY SECTION:[] MESSAGE:{5} | FETCH_ITEMS)" },
};

static void test_servers(void)
{
    imap_check_responses(servers_rows, G_N_ELEMENTS(servers_rows));
}

static void check_row(const char *name, const char *before, const char *text, const char *rfc)
{
    g_assert_cmpstr(before, <, name);
    for (const char *c = name; *c; c++)
        g_assert_true(g_ascii_isupper(*c) || *c == '-');
    g_assert_cmpuint(strlen(text), >, 5);
    g_assert_cmpuint(strlen(text) + strlen(rfc), <=, ROOM);
    g_assert_true(g_str_has_prefix(rfc, "RFC ") || g_str_has_prefix(rfc, "wild, "));
}

static void test_greetings(void)
{
    static const enum imap_kind greetings[] = { IMAP_KIND_OK, IMAP_KIND_PREAUTH, IMAP_KIND_BYE };
    for (size_t i = 0; i < G_N_ELEMENTS(greetings); i++) {
        struct imap_meaning meaning = imap_greeting_meaning(greetings[i]);
        check_row("GREETING", "", meaning.text, meaning.rfc);
    }
    g_assert_null(imap_greeting_meaning(IMAP_KIND_FETCH).text);
}

static void test_tables(void)
{
    size_t count;
    const struct imap_response_row *responses = imap_response_rows(&count);
    g_assert_cmpuint(count, ==, 39);
    for (size_t i = 0; i < count; i++) {
        check_row(responses[i].name, i ? responses[i - 1].name : "", responses[i].text, responses[i].rfc);
        g_assert_nonnull(responses[i].data);
        g_assert_nonnull(responses[i].data->read);
        g_assert_true(imap_response_find(mw_bytes_str(responses[i].name)) == &responses[i]);
    }
    const struct imap_code_row *codes = imap_code_rows(&count);
    g_assert_cmpuint(count, >, 60);
    for (size_t i = 0; i < count; i++) {
        check_row(codes[i].name, i ? codes[i - 1].name : "", codes[i].text, codes[i].rfc);
        g_assert_nonnull(codes[i].arguments);
        g_assert_nonnull(codes[i].arguments->read);
        g_assert_true(imap_code_find(mw_bytes_str(codes[i].name)) == &codes[i]);
    }
    g_assert_cmpint(imap_response_find(mw_bytes_str("esearch"))->kind, ==, IMAP_KIND_ESEARCH);
    g_assert_cmpint(imap_response_find(mw_bytes_str("Lsub"))->kind, ==, IMAP_KIND_LIST);
    g_assert_cmpint(imap_response_find(mw_bytes_str("UIDFETCH"))->kind, ==, IMAP_KIND_FETCH);
    g_assert_null(imap_response_find(mw_bytes_str("FETC")));
    g_assert_null(imap_response_find(mw_bytes_str("FETCHS")));
    g_assert_null(imap_response_find(mw_bytes_str("")));
    g_assert_null(imap_code_find(mw_bytes_str("READ")));
    g_assert_nonnull(imap_code_find(mw_bytes_str("read-only")));
}

static void test_unended(void)
{
    static const char *const lines[] = { "* 1 FETCH (BODY[", "* 1 FETCH (BODY[1]", "* OK [ALERT x",
                                         "* LIST (\\Sent \"/\" x" };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        char *got = imap_render(false, lines[i]);
        g_assert_nonnull(strstr(got, "response_malformed"));
        g_free(got);
    }
}

/* Whether the numbers are unique ids. */
static bool is_uid(const char *text)
{
    struct imap_parser parser;
    struct imap_token token;
    mw_bytes line = mw_bytes_str(text);

    imap_parser_start(&parser, false);
    for (uint32_t at = 0; imap_parser_next(&parser, line, &at, &token, NULL);)
        ;
    return parser.uid;
}

static void test_uid(void)
{
    g_assert_true(is_uid("* ESEARCH (TAG \"a\") UID ALL 1:5"));
    g_assert_true(is_uid("* ESEARCH (TAG \"a\") COUNT 0 uid"));
    g_assert_false(is_uid("* ESEARCH (TAG \"UID\") ALL 1:5"));
    g_assert_false(is_uid("* ESEARCH (TAG UID) ALL 1:5"));
    g_assert_true(is_uid("* 5 UIDFETCH (FLAGS ())"));
    g_assert_false(is_uid("* 5 FETCH (UID 5)"));
}

/* Names and values stay apart however many there are. */
static void test_many(void)
{
    GString *line = g_string_new("* 1 FETCH ("), *expected = g_string_new(FETCH);
    for (int i = 0; i < 70000; i++) {
        g_string_append(line, i ? " UID 5" : "UID 5");
        g_string_append(expected, " FETCH_ITEM:UID UID:5");
    }
    g_string_append(line, ")");
    g_string_append(expected, " FETCH_ITEMS)");
    imap_check(false, line->str, expected->str);
    g_string_free(line, TRUE);
    g_string_free(expected, TRUE);
}

static void parse_part(struct imap_parser *parser, mw_bytes line)
{
    struct imap_token token;
    mw_issues issues = { 0 };
    uint32_t at = 0, before = 0;

    for (; imap_parser_next(parser, line, &at, &token, &issues); before = at) {
        g_assert_cmpuint(at, >, before);
        g_assert_cmpuint(mw_slice_end(token.where), ==, at);
        g_assert_cmpuint(mw_slice_end(token.value), <=, at);
        g_assert_cmpuint(token.role, <, IMAP_ROLE_COUNT);
    }
}

static void parse(mw_bytes in)
{
    struct imap_parser parser;

    imap_parser_start(&parser, false);
    for (uint32_t from = 0, end; from <= in.len; from = end + 1) {
        end = mw_find(in, from, '\n');
        parse_part(&parser, mw_sub(in, mw_slice_of(from, end - from)));
    }
}

static void test_abuse(void)
{
    static const char *const inputs[] = {
        "* OK [COPYUID 1 2,3 4:5] [x] y",
        "* NO [BADCHARSET ({2}\n \"a\")] x",
        "* LIST (\\Sent) \"/\" {3}\n (\"OLDNAME\" (\"a\") CHILDINFO (b))",
        "* STATUS \"a b\" (MESSAGES 1 MAILBOXID (x) UNSEEN 2)",
        "* ESEARCH (TAG {2}\n MAILBOX a) UID MIN 1 PARTIAL (1:2 NIL) ALL 1:*",
        "* THREAD (1 (2)(3 (4)))(5)",
        "* NAMESPACE ((\"\" \"/\")) NIL ((\"a\" NIL \"b\" (\"c\")))",
        "* URLFETCH a (BODY {3}\n) (BODYPARTSTRUCTURE (\"A\" \"B\")) b NIL",
        "* 1 FETCH (BODY[HEADER.FIELDS ({2}\n \"a\")]<0> {3}\n BODY[] {4}\n X (a (b)) UID 5)",
        "* 1 FETCH (PREVIEW (FUZZY \"a\") X-GM-LABELS (\\A \"b\") BINARY[1]<5> ~{5}\n MODSEQ (5))",
        "* METADATA \"\" (/a {3}\n /b NIL)",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++)
        mw_test_abuse(inputs[i], strlen(inputs[i]), parse);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap/responses/tables", test_tables);
    g_test_add_func("/imap/responses/greetings", test_greetings);
    g_test_add_func("/imap/responses/codes", test_codes);
    g_test_add_func("/imap/responses/mailboxes", test_mailboxes);
    g_test_add_func("/imap/responses/searches", test_searches);
    g_test_add_func("/imap/responses/administration", test_administration);
    g_test_add_func("/imap/responses/others", test_others);
    g_test_add_func("/imap/responses/servers", test_servers);
    g_test_add_func("/imap/responses/unended", test_unended);
    g_test_add_func("/imap/responses/uid", test_uid);
    g_test_add_func("/imap/responses/many", test_many);
    g_test_add_func("/imap/responses/abuse", test_abuse);
    return g_test_run();
}
