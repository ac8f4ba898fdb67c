/* The response codes of IMAP and what their arguments mean. RFC 9051 7.1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/shapes.h"

#include <glib.h>

#define NONE &imap_shape_other
#define ONE(of) IMAP_ONCE(IMAP_PLAIN(of))
#define ALL(of) IMAP_AGAIN(IMAP_PLAIN(of))

/* Sorted by name. */
static const struct imap_code_row code_rows[] = {
    { "ALERT", NONE, "The user must see this text", "RFC 9051 7.1" },
    { "ALREADYEXISTS", NONE, "What was to be created exists already", "RFC 5530 3, 9051 7.1" },
    { "ANNOTATE", ONE(PARAMETER), "The annotation is too large, or there are too many", "RFC 5257" },
    { "ANNOTATIONS", NONE, "How large annotations of messages may be, or that there are none", "RFC 5257" },
    { "APPENDUID", IMAP_ONCE(IMAP_PLAIN(OTHER), IMAP_PLAIN(SEQUENCE_SET)),
      "UIDVALIDITY of the mailbox and unique ids of the messages appended", "RFC 9051 7.1, 4315 3" },
    { "AUTHENTICATIONFAILED", NONE, "Unknown user, wrong password, or something like it", "RFC 5530 3, 9051 7.1" },
    { "AUTHORIZATIONFAILED", NONE, "May not act as the user it named", "RFC 5530 3, 9051 7.1" },
    { "BADCHARSET", IMAP_AGAIN({ IMAP_ROLE_CHARSET, IMAP_ROLE_OTHER, ALL(CHARSET) }),
      "The charset is not supported; the ones that are", "RFC 9051 7.1" },
    { "BADCOMPARATOR", NONE, "No such comparator", "RFC 5255" },
    { "BADEVENT", IMAP_ONCE(IMAP_LIST_OF(NOTIFY_EVENTS, NOTIFY_EVENT)), "An event is not supported; the ones that are",
      "RFC 5465" },
    { "BADURL", ALL(URL), "The URL cannot be fetched", "RFC 4469 4" },
    { "CANNOT", NONE, "Can never be done, such as with this mailbox name", "RFC 5530 3, 9051 7.1" },
    { "CAPABILITY", ALL(CAPABILITY), "What the server supports", "RFC 9051 7.1" },
    { "CLIENTBUG", NONE, "The server thinks that the client is wrong", "RFC 5530 3, 9051 7.1" },
    { "CLOSED", NONE, "The mailbox selected before is closed: what follows is about the new one",
      "RFC 9051 7.1, 7162 3.2.11" },
    { "COMPRESSIONACTIVE", NONE, "The connection is compressed already", "RFC 4978 3" },
    { "CONTACTADMIN", NONE, "The user should ask the administrator", "RFC 5530 3, 9051 7.1" },
    { "COPYUID", IMAP_ONCE(IMAP_PLAIN(OTHER), IMAP_PLAIN(SEQUENCE_SET), IMAP_PLAIN(SEQUENCE_SET)),
      "UIDVALIDITY of the target, unique ids in the source, unique ids in the target", "RFC 9051 7.1, 4315 3" },
    { "CORRUPTION", NONE, "Data on the server is damaged", "RFC 5530 3, 9051 7.1" },
    { "DOWNGRADED", ALL(SEQUENCE_SET), "Messages that are shown without their internationalized header", "RFC 6858" },
    { "EXPIRED", NONE, "The password or the right has expired", "RFC 5530 3, 9051 7.1" },
    { "EXPUNGEISSUED", NONE, "Somebody has removed messages meanwhile", "RFC 5530 3, 9051 7.1" },
    { "HASCHILDREN", NONE, "The mailbox to be deleted has others below it", "RFC 9051 7.1" },
    { "HIGHESTMODSEQ", ONE(STATUS_HIGHESTMODSEQ), "Highest mod-sequence of the mailbox", "RFC 7162 3.1.2.1" },
    { "INPROGRESS", IMAP_ONCE(IMAP_LIST(OTHER, IMAP_ONCE(IMAP_PLAIN(SEARCH_TAG)))),
      "The command goes on: its tag, how far it is, how far it goes", "RFC 9585" },
    { "INUSE", NONE, "Something is locked, such as by another session", "RFC 5530 3, 9051 7.1" },
    { "LIMIT", NONE, "A limit of the server is reached", "RFC 5530 3, 9051 7.1" },
    { "MAILBOXID", NONE, "Object id of the mailbox", "RFC 8474 4" },
    { "MAXCONVERTMESSAGES", NONE, "How many messages can be converted at a time", "RFC 5259" },
    { "MAXCONVERTPARTS", NONE, "How many parts can be converted at a time", "RFC 5259" },
    { "MESSAGELIMIT", NONE, "How many messages are processed at a time, and the last one that was", "RFC 9738" },
    { "METADATA", ONE(PARAMETER), "Entries too long to be sent, or a limit of annotations", "RFC 5464 4.2.1, 4.3" },
    { "MODIFIED", ALL(SEQUENCE_SET), "Messages that were not changed because somebody else has changed them",
      "RFC 7162 3.1.3" },
    { "NEWNAME", ALL(MAILBOX), "The mailbox was renamed: old and new name", "RFC 2060 7.1, obsolete" },
    { "NOMODSEQ", NONE, "The mailbox has no mod-sequences", "RFC 7162 3.1.2.2" },
    { "NONEXISTENT", NONE, "What was to be used does not exist", "RFC 5530 3, 9051 7.1" },
    { "NOPERM", NONE, "The user has no right to do that", "RFC 5530 3, 9051 7.1" },
    { "NOTIFICATIONOVERFLOW", NONE, "The server cannot keep up and stops the notifications", "RFC 5465 5.8" },
    { "NOTSAVED", NONE, "The search result was not saved", "RFC 9051 7.1, 5182" },
    { "NOUPDATE", ONE(SEARCH_TAG), "The search of this tag gets no updates", "RFC 5267" },
    { "OVERQUOTA", NONE, "The user would be over quota", "RFC 5530 3, 9051 7.1" },
    { "PARSE", NONE, "The server cannot parse the header of a message", "RFC 9051 7.1" },
    { "PERMANENTFLAGS", IMAP_ONCE(IMAP_LIST(FLAGS, &imap_shape_flags)),
      "Flags that the client can change for good; \\*: also new ones", "RFC 9051 7.1" },
    { "PRIVACYREQUIRED", NONE, "Allowed only under TLS", "RFC 5530 3, 9051 7.1" },
    { "READ-ONLY", NONE, "The mailbox is open for reading only", "RFC 9051 7.1" },
    { "READ-WRITE", NONE, "The mailbox is open for reading and writing", "RFC 9051 7.1" },
    { "REFERRAL", ALL(URL), "The server or mailbox is to be found elsewhere", "RFC 2221 4, 2193" },
    { "SERVERBUG", NONE, "The server thinks that it is wrong itself", "RFC 5530 3, 9051 7.1" },
    { "TEMPFAIL", NONE, "The conversion failed for now", "RFC 5259" },
    { "THROTTLED", NONE, "The server slows the client down", "wild, Google and Yahoo" },
    { "TOOBIG", NONE, "The message is too large", "RFC 4469 4" },
    { "TOOFEW", NONE, "Fewer messages asked for than the server makes batches of", "RFC 10022" },
    { "TOOMANY", NONE, "More batches asked for than the server makes", "RFC 10022" },
    { "TRYCREATE", NONE, "The mailbox does not exist; creating it may help", "RFC 9051 7.1" },
    { "UIDNEXT", ONE(STATUS_UIDNEXT), "Next unique id of the mailbox", "RFC 9051 7.1" },
    { "UIDNOTSTICKY", NONE, "The mailbox does not keep its unique ids", "RFC 9051 7.1, 4315 3" },
    { "UIDREQUIRED", NONE, "Only unique ids can be used, no message numbers", "RFC 9586" },
    { "UIDVALIDITY", ONE(STATUS_UIDVALIDITY), "Unique ids are void when this number changes", "RFC 9051 7.1" },
    { "UNAVAILABLE", NONE, "A part of the server does not work for now", "RFC 5530 3, 9051 7.1" },
    { "UNDEFINED-FILTER", NONE, "No such filter", "RFC 5466" },
    { "UNKNOWN-CTE", NONE, "The server does not know the content transfer encoding", "RFC 9051 7.1, 3516" },
    { "UNSEEN", ONE(STATUS_UNSEEN), "Number of the first message that is not seen", "RFC 3501 7.1" },
    { "URLMECH", ALL(PARAMETER), "How URLs are authorized in this mailbox", "RFC 4467" },
    { "USEATTR", NONE, "The special use is not supported, or taken", "RFC 6154 3" },
    { "WEBALERT", ALL(URL), "The user has to log in on a web page", "wild, Google" },
};

/* resp-text-code, from its name on; RFC 9051 9. */
static void read_code(struct imap_parser *parser, struct imap_list *list, mw_bytes line, struct imap_token *token)
{
    const struct imap_code_row *row = NULL;

    (void)parser;
    if (token->kind == IMAP_ATOM) {
        row = imap_code_find(mw_sub(line, token->value));
        token->role = IMAP_ROLE_CODE;
    }
    imap_list_become(list, row ? row->arguments : &imap_shape_other);
}

const struct imap_shape imap_shape_code = { read_code };

const struct imap_code_row *imap_code_find(mw_bytes name)
{
    return mw_find_row(name, code_rows, G_N_ELEMENTS(code_rows), sizeof code_rows[0]);
}

const struct imap_code_row *imap_code_rows(size_t *count)
{
    *count = G_N_ELEMENTS(code_rows);
    return code_rows;
}
