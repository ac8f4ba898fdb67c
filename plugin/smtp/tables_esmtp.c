/* EHLO keywords (RFC 5321 4.1.1.1) and the parameters of MAIL and RCPT (RFC 5321 4.1.1.11) that they offer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "smtp/tables.h"

#define EXCHANGE "wild, Microsoft"
#define ORACLE "wild, PMDF and Oracle"

/* Sorted by keyword: keyword, text, reference, octets added to MAIL, octets added to RCPT. */
static const struct smtp_capability_row capability_rows[] = {
    { "8BITMIME", "Accepts 8-bit MIME content", "RFC 6152", 0, 0 },
    { "ATRN", "Reverses the roles after authentication", "RFC 2645", 0, 0 },
    { "AUTH", "Accepts these authentication mechanisms", "RFC 4954", 500, 0 },
    { "AUTH=", "Accepts these authentication mechanisms (form of old clients)", "wild", 500, 0 },
    { "BINARYMIME", "Accepts binary MIME content, sent by BDAT", "RFC 3030", 16, 0 },
    { "BURL", "Fetches message content by URL", "RFC 4468", 0, 0 },
    { "CHECKPOINT", "Continues an interrupted transaction", "RFC 1845", 88, 0 },
    { "CHUNKING", "Accepts messages in chunks (BDAT)", "RFC 3030", 0, 0 },
    { "CONNEG", "Tells what content a recipient can handle", "RFC 4141", 0, 0 },
    { "CONPERM", "Takes permission to convert content", "RFC 4141", 0, 0 },
    { "DELIVERBY", "Delivers within a given time; the number is the smallest, in seconds", "RFC 2852", 17, 0 },
    { "DSN", "Takes requests for delivery status notifications", "RFC 3461", 107, 507 },
    { "ENHANCEDSTATUSCODES", "Replies carry enhanced status codes", "RFC 2034", 0, 0 },
    { "ETRN", "Starts the queue of a domain on request", "RFC 1985", 0, 0 },
    { "EXPN", "Expands mailing lists", "RFC 5321", 0, 0 },
    { "FUTURERELEASE", "Holds a message for later; longest interval in seconds and last time", "RFC 4865", 34, 0 },
    { "HELP", "Gives help", "RFC 5321", 0, 0 },
    { "LIMITS", "Announces limits of the server", "RFC 9422", 0, 0 },
    { "MT-PRIORITY", "Accepts message priorities, under the named policy", "RFC 6710", 15, 0 },
    { "MTRK", "Accepts requests for message tracking", "RFC 3885", 40, 0 },
    { "NO-SOLICITING", "Refuses mail of these solicitation classes", "RFC 3865", 1007, 0 },
    { "ONEX", "Takes one message only (deprecated)", "wild, sendmail", 0, 0 },
    { "PIPECONNECT", "Takes commands before the greeting", "wild, Exim", 0, 0 },
    { "PIPELINING", "Takes several commands without waiting for the replies", "RFC 2920", 0, 0 },
    { "PRDR", "Replies per recipient after the message", "wild, Exim", 0, 0 },
    { "REQUIRETLS", "Keeps to TLS all the way to the mailbox on request", "RFC 8689", 11, 0 },
    { "RRVS", "Checks since when a recipient has owned the address", "RFC 7293", 0, 33 },
    { "SAML", "Sends to the terminal and the mailbox (deprecated)", "RFC 821", 0, 0 },
    { "SEND", "Sends to the terminal (deprecated)", "RFC 821", 0, 0 },
    { "SIZE", "Largest message in octets; 0 or no number: no fixed limit", "RFC 1870", 26, 0 },
    { "SMTPUTF8", "Accepts internationalised addresses and header fields", "RFC 6531", 10, 0 },
    { "SOML", "Sends to the terminal or the mailbox (deprecated)", "RFC 821", 0, 0 },
    { "STARTTLS", "Goes on under TLS on request", "RFC 3207", 0, 0 },
    { "SUBMITTER", "Takes the responsible submitter of a message (historic)", "RFC 4405", 264, 0 },
    { "TURN", "Reverses the roles (deprecated)", "RFC 821", 0, 0 },
    { "UTF8SMTP", "Accepts internationalised addresses (experiment before SMTPUTF8)", "RFC 5336", 0, 0 },
    { "VERB", "Replies verbosely on request (deprecated)", "wild, sendmail", 0, 0 },
    { "VRFY", "Verifies mailboxes", "RFC 5321", 0, 0 },
    { "X-ANONYMOUSTLS", "Goes on under TLS between Exchange servers", EXCHANGE, 0, 0 },
    { "X-EXPS", "Accepts these mechanisms between Exchange servers", EXCHANGE, 0, 0 },
    { "X-EXPS=", "Accepts these mechanisms between Exchange servers (old form)", EXCHANGE, 0, 0 },
    { "X-LINK2STATE", "Exchanges link state", EXCHANGE, 0, 0 },
    { "XADR", "Tells how addresses are routed", ORACLE, 0, 0 },
    { "XCIR", "Tells the state of message circuits", ORACLE, 0, 0 },
    { "XCLIENT", "Lets trusted clients override these attributes of the client", "wild, Postfix", 0, 0 },
    { "XEXCH50", "Takes Exchange properties of messages", EXCHANGE, 0, 0 },
    { "XFORWARD", "Lets trusted clients give these attributes for the log", "wild, Postfix", 0, 0 },
    { "XGEN", "Tells whether the compiled configuration is in use", ORACLE, 0, 0 },
    { "XLOOP", "Identifies the server, to find loops", ORACLE, 0, 0 },
    { "XOORG", "Takes the originating organisation", EXCHANGE, 0, 0 },
    { "XPROXY", "Takes what a proxy knows about the client", EXCHANGE, 0, 0 },
    { "XRDST", "Takes a routing destination", EXCHANGE, 0, 0 },
    { "XSHADOW", "Keeps shadow copies of messages", EXCHANGE, 0, 0 },
    { "XSTA", "Tells the state of message channels", ORACLE, 0, 0 },
    { "X_PIPE_CONNECT", "Takes commands before the greeting (old name of PIPECONNECT)", "wild, Exim", 0, 0 },
};

#define MAIL SMTP_PARAM_MAIL
#define RCPT SMTP_PARAM_RCPT

/* Sorted by name: name, commands, EHLO keyword, value, text, reference. */
static const struct smtp_param_row param_rows[] = {
    { "ALT-ADDRESS", MAIL, "UTF8SMTP", SMTP_VALUE_ALT_ADDRESS, "ASCII address to use instead (obsolete)", "RFC 5336" },
    { "AUTH", MAIL, "AUTH", SMTP_VALUE_AUTH, "Who submitted the message, as authenticated", "RFC 4954 5" },
    { "BODY", MAIL, "8BITMIME", SMTP_VALUE_BODY, "Kind of octets in the message", "RFC 6152, 3030" },
    { "BY", MAIL, "DELIVERBY", SMTP_VALUE_BY, "Time to deliver within, and what to do after it", "RFC 2852" },
    { "CONNEG", RCPT, "CONNEG", SMTP_VALUE_NONE, "Asks what content the recipient can handle", "RFC 4141" },
    { "CONPERM", MAIL, "CONPERM", SMTP_VALUE_NONE, "Permits conversion of the content", "RFC 4141" },
    { "ENVID", MAIL, "DSN", SMTP_VALUE_ENVID, "Envelope identifier, returned in notifications", "RFC 3461 4.4" },
    { "HOLDFOR", MAIL, "FUTURERELEASE", SMTP_VALUE_HOLDFOR, "Seconds to hold the message", "RFC 4865" },
    { "HOLDUNTIL", MAIL, "FUTURERELEASE", SMTP_VALUE_DATE_TIME, "Time to hold the message until", "RFC 4865" },
    { "MT-PRIORITY", MAIL, "MT-PRIORITY", SMTP_VALUE_PRIORITY, "Priority, -9 (lowest) to 9 (highest)", "RFC 6710" },
    { "MTRK", MAIL, "MTRK", SMTP_VALUE_MTRK, "Permits tracking to who knows the secret", "RFC 3885" },
    { "NOTIFY", RCPT, "DSN", SMTP_VALUE_NOTIFY, "When to send a notification", "RFC 3461 4.1" },
    { "ORCPT", RCPT, "DSN", SMTP_VALUE_ORCPT, "Recipient that the sender named first", "RFC 3461 4.2" },
    { "PRDR", MAIL, "PRDR", SMTP_VALUE_NONE, "Asks for a reply per recipient after the message", "wild, Exim" },
    { "REQUIRETLS", MAIL, "REQUIRETLS", SMTP_VALUE_NONE, "Asks for TLS all the way to the mailbox", "RFC 8689" },
    { "RET", MAIL, "DSN", SMTP_VALUE_RET, "What a notification returns of the message", "RFC 3461 4.3" },
    { "RRVS", RCPT, "RRVS", SMTP_VALUE_RRVS, "Since when the recipient must own the address", "RFC 7293" },
    { "SIZE", MAIL, "SIZE", SMTP_VALUE_SIZE, "Size of the message, octets", "RFC 1870" },
    { "SMTPUTF8", MAIL, "SMTPUTF8", SMTP_VALUE_NONE, "The message needs internationalised mail", "RFC 6531" },
    { "SOLICIT", MAIL, "NO-SOLICITING", SMTP_VALUE_SOLICIT, "Solicitation classes of the message", "RFC 3865" },
    { "SUBMITTER", MAIL, "SUBMITTER", SMTP_VALUE_SUBMITTER, "Responsible submitter (historic)", "RFC 4405" },
    { "TRANSID", MAIL, "CHECKPOINT", SMTP_VALUE_TRANSID, "Transaction to continue", "RFC 1845" },
    { "XATTRDIRECT", MAIL | RCPT, NULL, SMTP_VALUE_ANY, "Direction of the message for Exchange", EXCHANGE },
    { "XATTRORGID", MAIL | RCPT, NULL, SMTP_VALUE_ANY, "Organisation of the message for Exchange", EXCHANGE },
    { "XMESSAGEVALUE", MAIL | RCPT, NULL, SMTP_VALUE_ANY, "Value of the message for Exchange", EXCHANGE },
    { "XOORG", MAIL | RCPT, "XOORG", SMTP_VALUE_ANY, "Originating organisation for Exchange", EXCHANGE },
    { "XSHADOW", MAIL | RCPT, "XSHADOW", SMTP_VALUE_ANY, "Shadow copy of the message for Exchange", EXCHANGE },
};

const struct smtp_capability_row *smtp_capability_rows(size_t *count)
{
    *count = G_N_ELEMENTS(capability_rows);
    return capability_rows;
}

const struct smtp_capability_row *smtp_capability_find(mw_bytes keyword)
{
    uint32_t equals = mw_find(keyword, 0, '=');
    if (equals < keyword.len)
        keyword.len = equals + 1;
    return mw_find_row(keyword, capability_rows, G_N_ELEMENTS(capability_rows), sizeof capability_rows[0]);
}

const struct smtp_param_row *smtp_param_rows(size_t *count)
{
    *count = G_N_ELEMENTS(param_rows);
    return param_rows;
}

const struct smtp_param_row *smtp_param_find(mw_bytes name)
{
    return mw_find_row(name, param_rows, G_N_ELEMENTS(param_rows), sizeof param_rows[0]);
}
