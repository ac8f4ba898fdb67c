/* Reply codes (RFC 5321 4.2) and enhanced status codes (RFC 3463, registered as
 * of RFC 5248).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "smtp/tables.h"

#define UNDEFINED "Not defined by any RFC"

/* Sorted by code. */
static const struct smtp_reply_row reply_rows[] = {
    { 211, "System status, or system help reply", "RFC 5321 4.2.3" },
    { 214, "Help message", "RFC 5321 4.2.3" },
    { 220, "Service ready; after STARTTLS: ready to start TLS", "RFC 5321 4.2.3, 3207 4" },
    { 221, "Service closing transmission channel", "RFC 5321 4.2.3" },
    { 235, "Authentication succeeded", "RFC 4954 6" },
    { 250, "Requested mail action okay, completed", "RFC 5321 4.2.3" },
    { 251, "User not local, will forward; after ETRN: no messages waiting", "RFC 5321 4.2.3, 1985 5" },
    { 252,
      "Cannot VRFY user, will attempt delivery; after ETRN: pending messages "
      "started",
      "RFC 5321 4.2.3, 1985 5" },
    { 253, "Pending messages for the node started", "RFC 1985 5" },
    { 334, "Server challenge, base64", "RFC 4954 6" },
    { 353, "Content accepted, a reply per recipient follows", "wild, Exim" },
    { 354, "Start mail input, end with CRLF.CRLF", "RFC 5321 4.2.3" },
    { 421, "Service not available, closing transmission channel", "RFC 5321 4.2.3" },
    { 422, UNDEFINED, "wild" },
    { 430, UNDEFINED, "wild" },
    { 431, UNDEFINED, "wild" },
    { 432, "A password transition is needed", "RFC 4954 6" },
    { 441, UNDEFINED, "wild" },
    { 442, UNDEFINED, "wild" },
    { 446, UNDEFINED, "wild" },
    { 447, UNDEFINED, "wild" },
    { 449, UNDEFINED, "wild" },
    { 450,
      "Mailbox unavailable (busy, or blocked for policy reasons); after ATRN: "
      "refused",
      "RFC 5321 4.2.3, 2645 7" },
    { 451, "Local error in processing; after ATRN: unable to process now", "RFC 5321 4.2.3, 2645 7" },
    { 452, "Insufficient system storage; too many recipients", "RFC 5321 4.2.3" },
    { 453, "You have no mail", "RFC 2645 7" },
    { 454,
      "Temporary authentication failure; TLS not available for a temporary "
      "reason",
      "RFC 4954 6, 3207 4" },
    { 455, "Server unable to accommodate parameters", "RFC 5321 4.2.3" },
    { 458, "Unable to queue messages for the node", "RFC 1985 5" },
    { 459, "Node not allowed", "RFC 1985 5" },
    { 471, UNDEFINED, "wild" },
    { 500, "Syntax error, command unrecognised, line too long", "RFC 5321 4.2.3" },
    { 501, "Syntax error in parameters or arguments", "RFC 5321 4.2.3" },
    { 502, "Command not implemented", "RFC 5321 4.2.3" },
    { 503, "Bad sequence of commands", "RFC 5321 4.2.3" },
    { 504, "Command parameter not implemented; unrecognised authentication type", "RFC 5321 4.2.3, 4954 6" },
    { 510, UNDEFINED, "wild" },
    { 511, UNDEFINED, "wild" },
    { 512, UNDEFINED, "wild" },
    { 513, UNDEFINED, "wild" },
    { 521, "Host does not accept mail", "RFC 7504 3" },
    { 523, "Encryption needed", "RFC 5248" },
    { 524, "Encryption required for the mechanism", "RFC 5248" },
    { 525, "User account disabled", "RFC 5248" },
    { 530, "Authentication required; must issue STARTTLS first", "RFC 4954 6, 3207 4" },
    { 533, "Listed with X.7.1 (delivery not authorised), no other definition", "RFC 5248" },
    { 534, "Authentication mechanism is too weak", "RFC 4954 6" },
    { 535, "Authentication credentials invalid", "RFC 4954 6" },
    { 538, "Encryption required for the requested authentication mechanism", "RFC 4954 6" },
    { 541, UNDEFINED, "wild" },
    { 550, "Mailbox unavailable (not found, no access, or policy)", "RFC 5321 4.2.3" },
    { 551, "User not local, please try the forward-path", "RFC 5321 4.2.3" },
    { 552, "Exceeded storage allocation", "RFC 5321 4.2.3" },
    { 553, "Mailbox name not allowed", "RFC 5321 4.2.3" },
    { 554, "Transaction failed; on connection: no SMTP service here", "RFC 5321 4.2.3" },
    { 555, "MAIL or RCPT parameters not recognised or not implemented", "RFC 5321 4.2.3" },
    { 556, "Domain does not accept mail", "RFC 7504 4" },
};

/* What a code says to a command. Sorted by verb and code; codes that say the
 * same to all have no row. */
static const struct smtp_meaning_row meaning_rows[] = {
    { "(AUTH response)", { 235, "The client is authenticated", "RFC 4954 6" } },
    { "(AUTH response)", { 334, "The next challenge of the server, in base64", "RFC 4954 4" } },
    { "(AUTH response)", { 432, "The user needs a new password first", "RFC 4954 6" } },
    { "(AUTH response)", { 454, "The server cannot authenticate anybody for now", "RFC 4954 6" } },
    { "(AUTH response)", { 501, "The exchange ends: the client cancelled it, or the base64 is wrong", "RFC 4954 4" } },
    { "(AUTH response)", { 534, "The mechanism is too weak for this user", "RFC 4954 6" } },
    { "(AUTH response)", { 535, "The credentials are wrong", "RFC 4954 6" } },
    { "(AUTH response)", { 538, "The mechanism is allowed under TLS only", "RFC 4954 6" } },
    { "(connection)", { 220, "The server is ready and names itself", "RFC 5321 3.1" } },
    { "(connection)", { 521, "This host never accepts mail", "RFC 7504 3" } },
    { "(connection)", { 554, "No SMTP service here, or none for this client", "RFC 5321 3.1" } },
    { "(end of LMTP data)", { 250, "The message is delivered to this recipient", "RFC 2033 4.2" } },
    { "(end of LMTP data)",
      { 450, "Not delivered to this recipient for now: the mailbox is not available", "RFC 2033 4.2" } },
    { "(end of LMTP data)",
      { 451, "Not delivered to this recipient for now: an error on the server", "RFC 2033 4.2" } },
    { "(end of LMTP data)", { 452, "Not delivered to this recipient for now: no room", "RFC 2033 4.2" } },
    { "(end of LMTP data)",
      { 550, "Not delivered to this recipient: no mailbox, or refused by a rule", "RFC 2033 4.2" } },
    { "(end of LMTP data)", { 552, "Not delivered to this recipient: over its quota, or too large", "RFC 2033 4.2" } },
    { "(end of LMTP data)", { 554, "Not delivered to this recipient", "RFC 2033 4.2" } },
    { "(end of data)",
      { 250, "The message is accepted: the server is responsible for it from here on", "RFC 5321 4.1.1.4" } },
    { "(end of data)", { 450, "The message is refused for now, by a rule", "RFC 5321 4.3.2" } },
    { "(end of data)", { 451, "The message is refused for now: an error on the server", "RFC 5321 4.3.2" } },
    { "(end of data)", { 452, "The message is refused for now: no room", "RFC 5321 4.3.2" } },
    { "(end of data)", { 550, "The message is refused by a rule, such as for its content", "RFC 5321 4.3.2" } },
    { "(end of data)", { 552, "The message is refused: too large", "RFC 5321 4.3.2" } },
    { "(end of data)", { 554, "The message is refused", "RFC 5321 4.3.2" } },
    { "ATRN", { 250, "The roles are reversed: the server is the client from here on", "RFC 2645 5.2.1" } },
    { "ATRN", { 450, "The roles stay: the request is refused for now", "RFC 2645 7" } },
    { "ATRN", { 451, "The roles stay: not possible for now", "RFC 2645 7" } },
    { "ATRN", { 453, "No mail waits for these domains", "RFC 2645 7" } },
    { "AUTH", { 235, "The client is authenticated", "RFC 4954 6" } },
    { "AUTH", { 334, "The first challenge of the server, in base64; often empty", "RFC 4954 4" } },
    { "AUTH", { 432, "The user needs a new password first", "RFC 4954 6" } },
    { "AUTH", { 454, "The server cannot authenticate anybody for now", "RFC 4954 6" } },
    { "AUTH", { 503, "The client is authenticated already, or a mail transaction is open", "RFC 4954 4" } },
    { "AUTH", { 504, "The server does not have this mechanism", "RFC 4954 4" } },
    { "AUTH", { 534, "The mechanism is too weak for this user", "RFC 4954 6" } },
    { "AUTH", { 535, "The credentials are wrong", "RFC 4954 6" } },
    { "AUTH", { 538, "The mechanism is allowed under TLS only", "RFC 4954 6" } },
    { "BDAT", { 250, "The chunk has arrived; the next one may follow", "RFC 3030 2" } },
    { "BDAT", { 451, "The message is refused for now: an error on the server", "RFC 3030 2" } },
    { "BDAT", { 452, "The message is refused for now: no room", "RFC 3030 2" } },
    { "BDAT",
      { 503,
        "No transaction with an accepted recipient is open, or LAST was sent "
        "before",
        "RFC 3030 2" } },
    { "BDAT", { 552, "The message is refused: too large", "RFC 3030 2" } },
    { "BDAT", { 554, "The message is refused", "RFC 3030 2" } },
    { "BURL", { 250, "The content is part of the message", "RFC 4468 3" } },
    { "BURL", { 554, "The content cannot be fetched", "RFC 4468 3" } },
    { "DATA", { 354, "The server waits for the message, which a line with only a dot ends", "RFC 5321 4.1.1.4" } },
    { "DATA", { 503, "No transaction with an accepted recipient is open", "RFC 5321 4.1.1.4" } },
    { "DATA", { 554, "No recipient was accepted, or no message is wanted", "RFC 5321 3.3" } },
    { "EHLO",
      { 250,
        "The server names itself; each further line is an extension that it "
        "offers",
        "RFC 5321 4.1.1.1" } },
    { "EHLO", { 500, "The server does not know EHLO: the client may try HELO", "RFC 5321 3.2" } },
    { "EHLO", { 502, "The server does not have EHLO: the client may try HELO", "RFC 5321 3.2" } },
    { "EHLO", { 504, "The server does not take this name of the client", "RFC 5321 4.3.2" } },
    { "EHLO", { 550, "The server refuses this client", "RFC 5321 4.3.2" } },
    { "ETRN", { 250, "The server begins to send what waits for the node", "RFC 1985 5" } },
    { "ETRN", { 251, "No message waits for the node", "RFC 1985 5" } },
    { "ETRN", { 252, "The server begins to send what waits for the node", "RFC 1985 5" } },
    { "ETRN", { 253, "The server begins to send what waits for the node, and says how many", "RFC 1985 5" } },
    { "ETRN", { 458, "The server cannot begin to send for now", "RFC 1985 5" } },
    { "ETRN", { 459, "The server does not do this for the node", "RFC 1985 5" } },
    { "EXPN", { 250, "A member of the list on each line", "RFC 5321 4.1.1.7" } },
    { "EXPN", { 252, "The server does not tell, but would take mail for it", "RFC 5321 3.5.3" } },
    { "EXPN", { 550, "No such list, or the server does not tell", "RFC 5321 3.5" } },
    { "HELO", { 250, "The server names itself; it offers no extension", "RFC 5321 4.1.1.1" } },
    { "HELO", { 504, "The server does not take this name of the client", "RFC 5321 4.3.2" } },
    { "HELO", { 550, "The server refuses this client", "RFC 5321 4.3.2" } },
    { "HELP", { 211, "The state of the server, or help", "RFC 5321 4.1.1.8" } },
    { "HELP", { 214, "Help for the reader", "RFC 5321 4.1.1.8" } },
    { "LHLO",
      { 250,
        "The server names itself; each further line is an extension that it "
        "offers",
        "RFC 2033 4.1" } },
    { "MAIL", { 250, "The sender is accepted: recipients may follow", "RFC 5321 4.1.1.2" } },
    { "MAIL", { 451, "The sender is refused for now: an error on the server", "RFC 5321 4.3.2" } },
    { "MAIL", { 452, "No room for a message for now", "RFC 5321 4.3.2" } },
    { "MAIL", { 503, "A transaction is open already, or something has to come before it", "RFC 5321 4.1.4" } },
    { "MAIL", { 550, "The sender is refused", "RFC 5321 4.3.2" } },
    { "MAIL", { 552, "The message would be too large", "RFC 1870 6.1" } },
    { "MAIL", { 553, "The sender's address is not allowed", "RFC 5321 4.3.2" } },
    { "NOOP", { 250, "The server is there", "RFC 5321 4.1.1.9" } },
    { "QUIT", { 221, "The server closes the connection", "RFC 5321 4.1.1.10" } },
    { "RCPT", { 250, "The recipient is accepted", "RFC 5321 4.1.1.3" } },
    { "RCPT", { 251, "The recipient is elsewhere, and the server will forward the message", "RFC 5321 3.4" } },
    { "RCPT",
      { 450,
        "Not this recipient for now: the mailbox is busy, or a rule asks to try "
        "again later",
        "RFC 5321 4.3.2" } },
    { "RCPT", { 451, "Not this recipient for now: an error on the server", "RFC 5321 4.3.2" } },
    { "RCPT", { 452, "Not this recipient in this transaction: too many, or no room", "RFC 5321 4.5.3.1.10" } },
    { "RCPT", { 503, "No MAIL was accepted before", "RFC 5321 4.1.4" } },
    { "RCPT", { 550, "No such mailbox, no access to it, or no relaying to it", "RFC 5321 3.3, 3.6.2" } },
    { "RCPT", { 551, "The recipient is elsewhere, and the client has to send there", "RFC 5321 3.4" } },
    { "RCPT", { 552, "Too many recipients, or the mailbox is full", "RFC 5321 4.5.3.1.10" } },
    { "RCPT", { 553, "The address is not allowed", "RFC 5321 4.3.2" } },
    { "RCPT", { 556, "The recipient's domain never accepts mail", "RFC 7504 4" } },
    { "RSET", { 250, "The transaction is forgotten", "RFC 5321 4.1.1.5" } },
    { "SAML", { 250, "The sender is accepted: recipients may follow", "RFC 821 3.4" } },
    { "SEND", { 250, "The sender is accepted: recipients may follow", "RFC 821 3.4" } },
    { "SOML", { 250, "The sender is accepted: recipients may follow", "RFC 821 3.4" } },
    { "STARTTLS",
      { 220,
        "The next octets of the client are TLS; what was said before is "
        "forgotten",
        "RFC 3207 4" } },
    { "STARTTLS", { 454, "TLS is not available for now", "RFC 3207 4" } },
    { "TURN", { 250, "The roles are reversed: the server is the client from here on", "RFC 821 3.8" } },
    { "TURN", { 502, "The roles stay", "RFC 821 3.8" } },
    { "VRFY", { 250, "The mailbox exists", "RFC 5321 3.5" } },
    { "VRFY", { 251, "The user is elsewhere, and the server would forward mail", "RFC 5321 3.5" } },
    { "VRFY", { 252, "The server does not tell, but would take mail for the user", "RFC 5321 3.5.3" } },
    { "VRFY", { 550, "No such mailbox, or the server does not tell", "RFC 5321 3.5" } },
    { "VRFY", { 551, "The user is elsewhere", "RFC 5321 3.5" } },
    { "VRFY", { 553, "Several mailboxes fit", "RFC 5321 3.5.1" } },
    { "XCLIENT", { 220, "The session begins anew with these attributes of the client", "wild, Postfix" } },
    { "XFORWARD", { 250, "The attributes are taken for the log", "wild, Postfix" } },
};

/* Sorted by subject and detail. Vendors use details beyond these, which stay
 * unnamed. */
static const struct smtp_status_row status_rows[] = {
    { 0, 0, "Other undefined Status", "RFC 3463" },
    { 1, 0, "Other address status", "RFC 3463" },
    { 1, 1, "Bad destination mailbox address", "RFC 3463" },
    { 1, 2, "Bad destination system address", "RFC 3463" },
    { 1, 3, "Bad destination mailbox address syntax", "RFC 3463" },
    { 1, 4, "Destination mailbox address ambiguous", "RFC 3463" },
    { 1, 5, "Destination address valid", "RFC 3463" },
    { 1, 6, "Destination mailbox has moved, No forwarding address", "RFC 3463" },
    { 1, 7, "Bad sender's mailbox address syntax", "RFC 3463" },
    { 1, 8, "Bad sender's system address", "RFC 3463" },
    { 1, 9, "Message relayed to non-compliant mailer", "RFC 3886" },
    { 1, 10, "Recipient address has null MX", "RFC 7505, 7504" },
    { 2, 0, "Other or undefined mailbox status", "RFC 3463" },
    { 2, 1, "Mailbox disabled, not accepting messages", "RFC 3463" },
    { 2, 2, "Mailbox full", "RFC 3463" },
    { 2, 3, "Message length exceeds administrative limit", "RFC 3463" },
    { 2, 4, "Mailing list expansion problem", "RFC 3463" },
    { 3, 0, "Other or undefined mail system status", "RFC 3463" },
    { 3, 1, "Mail system full", "RFC 3463" },
    { 3, 2, "System not accepting network messages", "RFC 3463, 7504" },
    { 3, 3, "System not capable of selected features", "RFC 3463" },
    { 3, 4, "Message too big for system", "RFC 3463" },
    { 3, 5, "System incorrectly configured", "RFC 3463" },
    { 3, 6, "Requested priority was changed", "RFC 6710" },
    { 4, 0, "Other or undefined network or routing status", "RFC 3463" },
    { 4, 1, "No answer from host", "RFC 3463" },
    { 4, 2, "Bad connection", "RFC 3463" },
    { 4, 3, "Directory server failure", "RFC 3463" },
    { 4, 4, "Unable to route", "RFC 3463" },
    { 4, 5, "Mail system congestion", "RFC 3463" },
    { 4, 6, "Routing loop detected", "RFC 3463" },
    { 4, 7, "Delivery time expired", "RFC 3463" },
    { 5, 0, "Other or undefined protocol status", "RFC 3463" },
    { 5, 1, "Invalid command", "RFC 3463" },
    { 5, 2, "Syntax error", "RFC 3463" },
    { 5, 3, "Too many recipients", "RFC 3463" },
    { 5, 4, "Invalid command arguments", "RFC 3463" },
    { 5, 5, "Wrong protocol version", "RFC 3463" },
    { 5, 6, "Authentication Exchange line is too long", "RFC 4954" },
    { 6, 0, "Other or undefined media error", "RFC 3463" },
    { 6, 1, "Media not supported", "RFC 3463" },
    { 6, 2, "Conversion required and prohibited", "RFC 3463" },
    { 6, 3, "Conversion required but not supported", "RFC 3463" },
    { 6, 4, "Conversion with loss performed", "RFC 3463" },
    { 6, 5, "Conversion Failed", "RFC 3463" },
    { 6, 6, "Message content not available", "RFC 4468" },
    { 6, 7, "Non-ASCII addresses not permitted for that sender/recipient", "RFC 6531" },
    { 6, 8, "UTF-8 string reply is required, but not permitted by the SMTP client", "RFC 6531" },
    { 6, 9,
      "UTF-8 header message cannot be transferred to one or more recipients, so "
      "the message must be rejected",
      "RFC 6531" },
    { 6, 10, "Duplicate of X.6.8, deprecated", "RFC 6531" },
    { 7, 0, "Other or undefined security status", "RFC 3463" },
    { 7, 1, "Delivery not authorized, message refused", "RFC 3463" },
    { 7, 2, "Mailing list expansion prohibited", "RFC 3463" },
    { 7, 3, "Security conversion required but not possible", "RFC 3463" },
    { 7, 4, "Security features not supported", "RFC 3463" },
    { 7, 5, "Cryptographic failure", "RFC 3463" },
    { 7, 6, "Cryptographic algorithm not supported", "RFC 3463" },
    { 7, 7, "Message integrity failure", "RFC 3463" },
    { 7, 8, "Authentication credentials invalid", "RFC 4954" },
    { 7, 9, "Authentication mechanism is too weak", "RFC 4954" },
    { 7, 10, "Encryption Needed", "RFC 5248" },
    { 7, 11, "Encryption required for requested authentication mechanism", "RFC 4954" },
    { 7, 12, "A password transition is needed", "RFC 4954" },
    { 7, 13, "User Account Disabled", "RFC 5248" },
    { 7, 14, "Trust relationship required", "RFC 5248" },
    { 7, 15, "Priority Level is too low", "RFC 6710" },
    { 7, 16, "Message is too big for the specified priority", "RFC 6710" },
    { 7, 17, "Mailbox owner has changed", "RFC 7293" },
    { 7, 18, "Domain owner has changed", "RFC 7293" },
    { 7, 19, "RRVS test cannot be completed", "RFC 7293" },
    { 7, 20, "No passing DKIM signature found", "RFC 7372, 6376" },
    { 7, 21, "No acceptable DKIM signature found", "RFC 7372, 6376" },
    { 7, 22, "No valid author-matched DKIM signature found", "RFC 7372, 6376" },
    { 7, 23, "SPF validation failed", "RFC 7372, 7208" },
    { 7, 24, "SPF validation error", "RFC 7372, 7208" },
    { 7, 25, "Reverse DNS validation failed", "RFC 7372" },
    { 7, 26, "Multiple authentication checks failed", "RFC 7372" },
    { 7, 27, "Sender address has null MX", "RFC 7505" },
    { 7, 28, "Mail flood detected", "draft-levine-mailbomb-header" },
    { 7, 29, "ARC validation failure", "RFC 8617" },
    { 7, 30, "REQUIRETLS support required", "RFC 8689" },
};

static int compare_code(const void *key, const void *row)
{
    return (int)*(const uint16_t *)key - (int)((const struct smtp_reply_row *)row)->code;
}

static int compare_meaning(const void *key, const void *row)
{
    const struct smtp_meaning_row *wanted = key, *r = row;
    int order = strcmp(wanted->verb, r->verb);
    return order ? order : (int)wanted->reply.code - (int)r->reply.code;
}

static int compare_status(const void *key, const void *row)
{
    const struct smtp_status_row *wanted = key, *r = row;
    if (wanted->subject != r->subject)
        return (int)wanted->subject - (int)r->subject;
    return (int)wanted->detail - (int)r->detail;
}

const struct smtp_reply_row *smtp_reply_rows(size_t *count)
{
    *count = G_N_ELEMENTS(reply_rows);
    return reply_rows;
}

static const struct smtp_reply_row *find_reply(uint16_t code)
{
    return bsearch(&code, reply_rows, G_N_ELEMENTS(reply_rows), sizeof reply_rows[0], compare_code);
}

const char *smtp_reply_text(uint16_t code)
{
    const struct smtp_reply_row *row = find_reply(code);
    return row ? row->text : NULL;
}

const struct smtp_meaning_row *smtp_meaning_rows(size_t *count)
{
    *count = G_N_ELEMENTS(meaning_rows);
    return meaning_rows;
}

const struct smtp_reply_row *smtp_reply_meaning(const struct smtp_verb_row *row, uint16_t code)
{
    struct smtp_meaning_row wanted = { .verb = row ? row->name : "", .reply = { .code = code } };
    const struct smtp_meaning_row *found =
        bsearch(&wanted, meaning_rows, G_N_ELEMENTS(meaning_rows), sizeof meaning_rows[0], compare_meaning);
    return found ? &found->reply : find_reply(code);
}

const char *smtp_reply_class_text(uint8_t first_digit)
{
    static const char *const texts[] = {
        [1] = "Positive preliminary (never used)", [2] = "Positive completion",           [3] = "Positive intermediate",
        [4] = "Transient negative completion",     [5] = "Permanent negative completion",
    };
    return first_digit < G_N_ELEMENTS(texts) ? texts[first_digit] : NULL;
}

const struct smtp_status_row *smtp_status_rows(size_t *count)
{
    *count = G_N_ELEMENTS(status_rows);
    return status_rows;
}

const char *smtp_status_class_text(unsigned status_class)
{
    static const char *const texts[] = {
        [2] = "Success",
        [4] = "Persistent transient failure",
        [5] = "Permanent failure",
    };
    return status_class < G_N_ELEMENTS(texts) ? texts[status_class] : NULL;
}

const char *smtp_status_subject_text(unsigned subject)
{
    static const char *const texts[] = {
        "Other or undefined",
        "Addressing",
        "Mailbox",
        "Mail system",
        "Network and routing",
        "Mail delivery protocol",
        "Message content or media",
        "Security or policy",
    };
    return subject < G_N_ELEMENTS(texts) ? texts[subject] : NULL;
}

const char *smtp_status_text(unsigned subject, unsigned detail)
{
    if (subject > UINT16_MAX || detail > UINT16_MAX)
        return NULL;
    struct smtp_status_row wanted = { .subject = (uint16_t)subject, .detail = (uint16_t)detail };
    const struct smtp_status_row *row =
        bsearch(&wanted, status_rows, G_N_ELEMENTS(status_rows), sizeof status_rows[0], compare_status);
    return row ? row->text : NULL;
}
