/* Capabilities, data items, flags, attributes, quota resources, rights and ID fields of IMAP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/names.h"

#include <glib.h>

#define APPLE "wild, Apple"
#define GOOGLE "wild, Google"
#define THUNDERBIRD "wild, Thunderbird and others"

/* Each table is sorted by name: name, text, reference. */
static const struct imap_name_row capabilities[] = {
    { "ACL", "Access control lists of mailboxes", "RFC 4314" },
    { "ANNOTATE-EXPERIMENT-1", "Annotations of messages", "RFC 5257" },
    { "ANNOTATEMORE", "Annotations of mailboxes, before METADATA", "draft-daboo-imap-annotatemore" },
    { "APPENDLIMIT", "Limits the octets of a message for APPEND; STATUS tells the limit of a mailbox", "RFC 7889" },
    { "APPENDLIMIT=", "Octets that a message for APPEND may have in any mailbox", "RFC 7889" },
    { "AUTH=", "AUTHENTICATE takes this SASL mechanism", "RFC 9051 6.2.2" },
    { "BINARY", "FETCH decodes parts, APPEND takes NUL octets (literal8)", "RFC 3516" },
    { "CATENATE", "APPEND puts messages together from parts on the server", "RFC 4469" },
    { "CHILDREN", "LIST tells whether a mailbox has children", "RFC 3348" },
    { "COMPRESS=DEFLATE", "COMPRESS compresses both directions", "RFC 4978" },
    { "CONDSTORE", "Modification sequences, conditional STORE", "RFC 7162 3.1" },
    { "CONTEXT=SEARCH", "SEARCH results are kept up to date", "RFC 5267" },
    { "CONTEXT=SORT", "SORT results are kept up to date", "RFC 5267" },
    { "CONVERT", "The server converts parts to other media types", "RFC 5259" },
    { "CREATE-SPECIAL-USE", "CREATE may give a mailbox its special use", "RFC 6154" },
    { "ENABLE", "Clients announce the extensions that they understand", "RFC 5161" },
    { "ESEARCH", "SEARCH returns minimum, maximum, count or a set", "RFC 4731" },
    { "ESORT", "SORT returns minimum, maximum, count or a set", "RFC 5267" },
    { "FILTERS", "Search criteria are stored on the server and used by name", "RFC 5466" },
    { "I18NLEVEL=1", "Searches compare Unicode text without regard to case", "RFC 5255 4" },
    { "I18NLEVEL=2", "Clients choose how searches compare text", "RFC 5255 4" },
    { "ID", "Client and server tell their names and versions", "RFC 2971" },
    { "IDLE", "The server tells changes without being asked", "RFC 2177" },
    { "IMAP4", "IMAP version 4 (obsolete)", "RFC 1730" },
    { "IMAP4REV1", "IMAP version 4rev1", "RFC 3501" },
    { "IMAP4REV2", "IMAP version 4rev2", "RFC 9051" },
    { "IMAPSIEVE=", "Sieve scripts run at changes of mailboxes; the URL is of the ManageSieve server", "RFC 6785" },
    { "INPROGRESS", "Tells the progress of long commands", "RFC 9585" },
    { "JMAPACCESS", "The same mail is there by JMAP", "RFC 9698" },
    { "LANGUAGE", "Texts in the language of the user", "RFC 5255 3" },
    { "LIST-EXTENDED", "LIST with selection and return options", "RFC 5258" },
    { "LIST-METADATA", "LIST returns metadata", "RFC 9590" },
    { "LIST-MYRIGHTS", "LIST returns the rights of the user", "RFC 8440" },
    { "LIST-STATUS", "LIST returns STATUS of each mailbox", "RFC 5819" },
    { "LITERAL+", "Literals without waiting for the server", "RFC 7888" },
    { "LITERAL-", "Literals up to 4096 octets without waiting for the server", "RFC 7888" },
    { "LOGIN-REFERRALS", "Login may refer to another server", "RFC 2221" },
    { "LOGINDISABLED", "LOGIN is not allowed, as long as there is no TLS", "RFC 9051 6.2.3" },
    { "MAILBOX-REFERRALS", "Mailboxes may refer to another server", "RFC 2193" },
    { "MESSAGELIMIT=", "Messages that one command may work on", "RFC 9738" },
    { "METADATA", "Annotations of server and mailboxes", "RFC 5464" },
    { "METADATA-SERVER", "Annotations of the server", "RFC 5464" },
    { "MOVE", "Moves messages in one step", "RFC 6851" },
    { "MULTIAPPEND", "APPEND takes several messages", "RFC 3502" },
    { "MULTISEARCH", "ESEARCH in several mailboxes", "RFC 7377" },
    { "NAMESPACE", "Tells where own, other users' and shared mailboxes are", "RFC 2342" },
    { "NOTIFY", "Clients choose the events that they are told", "RFC 5465" },
    { "OBJECTID", "Lasting ids of mailboxes, messages and threads", "RFC 8474" },
    { "PARTIAL", "SEARCH and FETCH of a part of the result", "RFC 9394" },
    { "PREVIEW", "FETCH gives the first words of a message", "RFC 8970" },
    { "PREVIEW=FUZZY", "FETCH gives the first words of a message, before PREVIEW",
      "draft-ietf-extra-imap-fetch-preview" },
    { "QRESYNC", "SELECT tells what changed since the last session", "RFC 7162 3.2" },
    { "QUOTA", "Quota of resources", "RFC 9208" },
    { "QUOTA=", "Kind of resource that has a quota", "RFC 9208" },
    { "QUOTA=RES-ANNOTATION-STORAGE", "Quota of the size of annotations", "RFC 9208 5.4" },
    { "QUOTA=RES-MAILBOX", "Quota of the number of mailboxes", "RFC 9208 5.3" },
    { "QUOTA=RES-MESSAGE", "Quota of the number of messages", "RFC 9208 5.2" },
    { "QUOTA=RES-STORAGE", "Quota of the size of messages", "RFC 9208 5.1" },
    { "QUOTASET", "SETQUOTA changes limits", "RFC 9208" },
    { "REPLACE", "Replaces a message in one step", "RFC 8508" },
    { "RIGHTS=", "Rights that the server has besides those of RFC 2086", "RFC 4314" },
    { "SASL-IR", "AUTHENTICATE takes an initial response", "RFC 4959" },
    { "SAVEDATE", "Tells when a message came into its mailbox", "RFC 8514" },
    { "SAVELIMIT=", "Messages that one COPY, MOVE or APPEND may store", "RFC 9738" },
    { "SEARCH=FUZZY", "Searches that need not match exactly", "RFC 6203" },
    { "SEARCHRES", "Later commands use a search result as $", "RFC 5182" },
    { "SNIPPET=FUZZY", "FETCH gives the first words of a message, before PREVIEW", "wild, Dovecot" },
    { "SORT", "The server sorts", "RFC 5256" },
    { "SORT=DISPLAY", "The server sorts by names of sender and recipient as shown", "RFC 5957" },
    { "SPECIAL-USE", "LIST tells which mailbox is for drafts, sent mail, junk and others", "RFC 6154" },
    { "STARTTLS", "Goes on under TLS on request", "RFC 9051 6.2.1" },
    { "STATUS=SIZE", "STATUS tells the size of a mailbox", "RFC 8438" },
    { "THREAD", "The server puts messages into threads", "RFC 5256" },
    { "THREAD=", "The server puts messages into threads by this algorithm", "RFC 5256" },
    { "THREAD=ORDEREDSUBJECT", "The server puts messages into threads, by subject", "RFC 5256" },
    { "THREAD=REFERENCES", "The server puts messages into threads, by their References", "RFC 5256" },
    { "UIDBATCHES", "Cuts a mailbox into batches of unique ids", "RFC 10022" },
    { "UIDONLY", "Can do without message numbers", "RFC 9586" },
    { "UIDPLUS", "Tells the unique ids of copied and appended messages; UID EXPUNGE", "RFC 4315" },
    { "UNAUTHENTICATE", "Goes back to not authenticated, for another user", "RFC 8437" },
    { "UNSELECT", "Leaves a mailbox without expunging", "RFC 3691" },
    { "URL-PARTIAL", "URLs may name a range of octets", "RFC 5550" },
    { "URLAUTH", "URLs that let others fetch a message", "RFC 4467" },
    { "URLAUTH=BINARY", "URLs that let others fetch a decoded part", "RFC 5524" },
    { "UTF8=ACCEPT", "Names and messages in UTF-8", "RFC 9755" },
    { "UTF8=ALL", "Names and messages in UTF-8 everywhere (obsolete)", "RFC 5738" },
    { "UTF8=APPEND", "APPEND takes UTF-8 header fields (obsolete)", "RFC 5738" },
    { "UTF8=ONLY", "Clients must enable UTF-8", "RFC 9755" },
    { "UTF8=USER", "User names and passwords in UTF-8 (obsolete)", "RFC 5738" },
    { "WITHIN", "SEARCH by age in seconds", "RFC 5032" },
    { "X-GM-EXT-1", "Message and thread ids, labels and searches of Gmail", GOOGLE },
    { "XAPPLELITERAL", "Literals of Apple's clients", APPLE },
    { "XAPPLEPUSHSERVICE", "New mail is told by Apple's push service", APPLE },
    { "XLIST", "XLIST tells special uses, before SPECIAL-USE", GOOGLE },
    { "XYZZY", "Of no known use", "wild" },
};

static const struct imap_name_row fetch_items[] = {
    { "ALL", "FLAGS, INTERNALDATE, RFC822.SIZE and ENVELOPE", "RFC 9051 6.4.5" },
    { "ANNOTATION", "Annotations of the message", "RFC 5257" },
    { "BINARY", "Decoded content of a part", "RFC 9051 6.4.5" },
    { "BINARY.PEEK", "Decoded content of a part; does not set \\Seen", "RFC 9051 6.4.5" },
    { "BINARY.PEEK[", "Decoded content of a part; does not set \\Seen", "RFC 9051 6.4.5" },
    { "BINARY.SIZE", "Octets of a part when decoded", "RFC 9051 6.4.5" },
    { "BINARY.SIZE[", "Octets of a part when decoded", "RFC 9051 6.4.5" },
    { "BINARY[", "Decoded content of a part", "RFC 9051 6.4.5" },
    { "BODY", "Structure of the message, without extension data", "RFC 9051 6.4.5" },
    { "BODY.PEEK", "Content of a section; does not set \\Seen", "RFC 9051 6.4.5" },
    { "BODY.PEEK[", "Content of a section; does not set \\Seen", "RFC 9051 6.4.5" },
    { "BODYSTRUCTURE", "Structure of the message", "RFC 9051 7.5.2" },
    { "BODY[", "Content of a section; without a name: the whole message", "RFC 9051 6.4.5" },
    { "EMAILID", "Lasting id of the message's content", "RFC 8474 5.1" },
    { "ENVELOPE", "Fields of the header, parsed by the server", "RFC 9051 7.5.2" },
    { "FAST", "FLAGS, INTERNALDATE and RFC822.SIZE", "RFC 9051 6.4.5" },
    { "FLAGS", "Flags of the message", "RFC 9051 2.3.2" },
    { "FULL", "FLAGS, INTERNALDATE, RFC822.SIZE, ENVELOPE and BODY", "RFC 9051 6.4.5" },
    { "INTERNALDATE", "When the message came to the server", "RFC 9051 2.3.3" },
    { "MODSEQ", "Modification sequence: grows with each change of the message's flags", "RFC 7162 3.1" },
    { "PREVIEW", "First words of the message", "RFC 8970" },
    { "RFC822", "The whole message", "RFC 3501 6.4.5" },
    { "RFC822.HEADER", "Header of the message; does not set \\Seen", "RFC 3501 6.4.5" },
    { "RFC822.SIZE", "Octets of the message", "RFC 9051 2.3.4" },
    { "RFC822.TEXT", "The message without its header", "RFC 3501 6.4.5" },
    { "SAVEDATE", "When the message came into the mailbox", "RFC 8514" },
    { "SNIPPET", "First words of the message, before PREVIEW", "wild, Dovecot" },
    { "THREADID", "Lasting id of the thread", "RFC 8474 5.2" },
    { "UID", "Unique id of the message in its mailbox", "RFC 9051 2.3.1.1" },
    { "X-GM-LABELS", "Labels of Gmail", GOOGLE },
    { "X-GM-MSGID", "Id of the message in Gmail", GOOGLE },
    { "X-GM-THRID", "Id of the thread in Gmail", GOOGLE },
};

static const struct imap_name_row status_items[] = {
    { "APPENDLIMIT", "Octets that a message for APPEND may have", "RFC 7889" },
    { "DELETED", "Messages that are marked as deleted", "RFC 9051 6.3.11" },
    { "DELETED-STORAGE", "Octets that EXPUNGE would free", "RFC 9208" },
    { "HIGHESTMODSEQ", "Highest modification sequence of the mailbox", "RFC 7162 3.1.7" },
    { "MAILBOXID", "Lasting id of the mailbox", "RFC 8474 4.3" },
    { "MESSAGES", "Messages in the mailbox", "RFC 9051 6.3.11" },
    { "RECENT", "Messages that no session has seen before", "RFC 3501 6.3.10" },
    { "SIZE", "Octets of all messages", "RFC 9051 6.3.11" },
    { "UIDNEXT", "Unique id that the next message will have or exceed", "RFC 9051 2.3.1.1" },
    { "UIDVALIDITY", "Unique ids are only comparable while this number is the same", "RFC 9051 2.3.1.1" },
    { "UNSEEN", "Messages not read", "RFC 9051 6.3.11" },
    { "X-GUID", "Lasting id of the mailbox", "wild, Dovecot" },
};

static const struct imap_name_row flags[] = {
    { "$ATTACHMENT", "Has attachments", THUNDERBIRD },
    { "$AUTOSENT", "Sent automatically by the user's system", "RFC 9979" },
    { "$CANUNSUBSCRIBE", "From a list that the user can leave", "RFC 9979" },
    { "$FOLLOWED", "The user follows the thread", "RFC 9979" },
    { "$FORWARDED", "Forwarded", "RFC 5550" },
    { "$HASATTACHMENT", "Has attachments", "RFC 9979" },
    { "$HASMEMO", "The thread has a note of the user", "RFC 9979" },
    { "$HASNOATTACHMENT", "Has no attachments", "RFC 9979" },
    { "$IMPORTANT", "Likely to be important to the user", "RFC 8457" },
    { "$IMPORTED", "Imported from another system", "RFC 9979" },
    { "$ISTRUSTED", "The sender was verified", "RFC 9979" },
    { "$JUNK", "Junk", "RFC 9051 2.3.2" },
    { "$LABEL1", "Label 1: important", THUNDERBIRD },
    { "$LABEL2", "Label 2: work", THUNDERBIRD },
    { "$LABEL3", "Label 3: personal", THUNDERBIRD },
    { "$LABEL4", "Label 4: to do", THUNDERBIRD },
    { "$LABEL5", "Label 5: later", THUNDERBIRD },
    { "$MAILFLAGBIT0", "Colour of the flag, bit 0", "RFC 9979" },
    { "$MAILFLAGBIT1", "Colour of the flag, bit 1", "RFC 9979" },
    { "$MAILFLAGBIT2", "Colour of the flag, bit 2", "RFC 9979" },
    { "$MASKEDEMAIL", "Came through an alias that hides the address", "RFC 9979" },
    { "$MDNSENT", "A disposition notification was sent", "RFC 3503" },
    { "$MEMO", "A note of the user on another message", "RFC 9979" },
    { "$MUTED", "The user does not want to see the thread", "RFC 9979" },
    { "$NEW", "To be shown as new", "RFC 9979" },
    { "$NOTIFY", "The user wants to be told", "RFC 9979" },
    { "$NOTJUNK", "No junk", "RFC 9051 2.3.2" },
    { "$PHISHING", "Phishing", "RFC 9051 2.3.2" },
    { "$SUBMITPENDING", "Being submitted", "RFC 5550 5.10" },
    { "$SUBMITTED", "Submitted", "RFC 5550 5.10" },
    { "$UNSUBSCRIBED", "From a list that the user has left", "RFC 9979" },
    { "JUNK", "Junk", THUNDERBIRD },
    { "NONJUNK", "No junk", THUNDERBIRD },
    { "\\*", "Any new keyword may be stored", "RFC 9051 7.1" },
    { "\\ANSWERED", "Answered", "RFC 9051 2.3.2" },
    { "\\DELETED", "Marked as deleted, until EXPUNGE", "RFC 9051 2.3.2" },
    { "\\DRAFT", "A draft", "RFC 9051 2.3.2" },
    { "\\FLAGGED", "Flagged by the user", "RFC 9051 2.3.2" },
    { "\\RECENT", "This session is the first to see it", "RFC 3501 2.3.2" },
    { "\\SEEN", "Read", "RFC 9051 2.3.2" },
};

static const struct imap_name_row attributes[] = {
    { "\\ALL", "All messages", "RFC 6154 2" },
    { "\\ALLMAIL", "All messages", GOOGLE },
    { "\\ARCHIVE", "Archive", "RFC 6154 2" },
    { "\\DRAFTS", "Drafts", "RFC 6154 2" },
    { "\\FLAGGED", "Flagged messages", "RFC 6154 2" },
    { "\\HASCHILDREN", "Has children", "RFC 9051 7.3.1" },
    { "\\HASNOCHILDREN", "Has no children", "RFC 9051 7.3.1" },
    { "\\IMPORTANT", "Messages likely to be important to the user", "RFC 8457" },
    { "\\INBOX", "The inbox", GOOGLE },
    { "\\JUNK", "Junk", "RFC 6154 2" },
    { "\\MARKED", "May hold new messages", "RFC 9051 7.3.1" },
    { "\\MEMOS", "Notes of the user on messages", "RFC 9979" },
    { "\\NOINFERIORS", "Cannot have children", "RFC 9051 7.3.1" },
    { "\\NONEXISTENT", "Does not exist", "RFC 9051 7.3.1" },
    { "\\NOSELECT", "Cannot be selected", "RFC 9051 7.3.1" },
    { "\\REMOTE", "On another server", "RFC 9051 7.3.1" },
    { "\\SCHEDULED", "Messages to be sent later", "RFC 9979" },
    { "\\SENT", "Sent messages", "RFC 6154 2" },
    { "\\SNOOZED", "Messages put off until later", "RFC 9979" },
    { "\\SPAM", "Junk", GOOGLE },
    { "\\STARRED", "Flagged messages", GOOGLE },
    { "\\SUBSCRIBED", "Subscribed", "RFC 9051 7.3.1" },
    { "\\TRASH", "Deleted messages", "RFC 6154 2" },
    { "\\UNMARKED", "Holds no new messages", "RFC 9051 7.3.1" },
};

static const struct imap_name_row quota_resources[] = {
    { "ANNOTATION-STORAGE", "Size of annotations, in units of 1024 octets", "RFC 9208 5.4" },
    { "MAILBOX", "Number of mailboxes", "RFC 9208 5.3" },
    { "MESSAGE", "Number of messages", "RFC 9208 5.2" },
    { "STORAGE", "Size of messages, in units of 1024 octets", "RFC 9208 5.1" },
};

static const struct imap_name_row rights[] = {
    { "A", "Administers the rights", "RFC 4314 2.1" },
    { "C", "Creates mailboxes (obsolete)", "RFC 4314 2.1.1" },
    { "D", "Deletes messages or mailboxes (obsolete)", "RFC 4314 2.1.1" },
    { "E", "Expunges", "RFC 4314 2.1" },
    { "I", "Inserts messages", "RFC 4314 2.1" },
    { "K", "Creates mailboxes below", "RFC 4314 2.1" },
    { "L", "Sees the mailbox", "RFC 4314 2.1" },
    { "N", "Writes shared annotations of messages", "RFC 5257 3.4" },
    { "P", "Posts to the mailbox's address", "RFC 4314 2.1" },
    { "R", "Reads messages", "RFC 4314 2.1" },
    { "S", "Keeps what is read across sessions", "RFC 4314 2.1" },
    { "T", "Marks messages as deleted", "RFC 4314 2.1" },
    { "W", "Writes other flags and keywords", "RFC 4314 2.1" },
    { "X", "Deletes the mailbox", "RFC 4314 2.1" },
};

static const struct imap_name_row id_fields[] = {
    { "ADDRESS", "Address of the contact person or company", "RFC 2971 3.3" },
    { "ARGUMENTS", "Arguments of the command line", "RFC 2971 3.3" },
    { "COMMAND", "Command that started the program", "RFC 2971 3.3" },
    { "DATE", "Date of the program's release", "RFC 2971 3.3" },
    { "ENVIRONMENT", "Environment of the program", "RFC 2971 3.3" },
    { "NAME", "Name of the program", "RFC 2971 3.3" },
    { "OS", "Operating system", "RFC 2971 3.3" },
    { "OS-VERSION", "Version of the operating system", "RFC 2971 3.3" },
    { "SUPPORT-URL", "Where to get support", "RFC 2971 3.3" },
    { "VENDOR", "Maker of the program", "RFC 2971 3.3" },
    { "VERSION", "Version of the program", "RFC 2971 3.3" },
};

#define TABLE(rows)                                                                                                    \
    {                                                                                                                  \
        rows, G_N_ELEMENTS(rows)                                                                                       \
    }

static const struct {
    const struct imap_name_row *rows;
    size_t count;
} tables[IMAP_NAMES_COUNT] = {
    [IMAP_CAPABILITIES] = TABLE(capabilities),
    [IMAP_FETCH_ITEMS] = TABLE(fetch_items),
    [IMAP_STATUS_ITEMS] = TABLE(status_items),
    [IMAP_FLAGS] = TABLE(flags),
    [IMAP_ATTRIBUTES] = TABLE(attributes),
    [IMAP_QUOTA_RESOURCES] = TABLE(quota_resources),
    [IMAP_RIGHTS] = TABLE(rights),
    [IMAP_ID_FIELDS] = TABLE(id_fields),
};

const struct imap_name_row *imap_name_rows(enum imap_names table, size_t *count)
{
    *count = tables[table].count;
    return tables[table].rows;
}

static const struct imap_name_row *find_row(enum imap_names table, mw_bytes name)
{
    return mw_find_row(name, tables[table].rows, tables[table].count, sizeof tables[table].rows[0]);
}

const struct imap_name_row *imap_name_find(enum imap_names table, mw_bytes name)
{
    const struct imap_name_row *row = find_row(table, name);
    uint32_t mark = mw_find(name, 0, table == IMAP_FETCH_ITEMS ? '[' : '=');

    if (row || mark == name.len)
        return row;
    return find_row(table, mw_sub(name, mw_slice_of(0, mark + 1)));
}

char *imap_rights_text(mw_bytes letters)
{
    GString *text = g_string_new(NULL);
    bool named[256] = { false };

    for (uint32_t i = 0; i < letters.len; i++) {
        uint8_t letter = letters.data[i];
        if (named[letter] || (i == 0 && (letter == '+' || letter == '-')))
            continue;
        named[letter] = true;
        const struct imap_name_row *row = find_row(IMAP_RIGHTS, mw_sub(letters, mw_slice_of(i, 1)));
        g_string_append(text, text->len ? ", " : "");
        if (row)
            g_string_append_printf(text, "%c%s", g_ascii_tolower(row->text[0]), row->text + 1);
        else
            g_string_append_printf(text, letter > ' ' && letter < 0x7F ? "%c" : "\\x%02X", letter);
    }
    return g_string_free(text, FALSE);
}
