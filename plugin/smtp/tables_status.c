/* Reply codes (RFC 5321 4.2) and enhanced status codes (RFC 3463, registered as of RFC 5248).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <stdlib.h>

#include "smtp/tables.h"

#define UNDEFINED "Not defined by any RFC"

/* Sorted by code. */
static const struct smtp_reply_row reply_rows[] = {
    { 211, "System status, or system help reply", "RFC 5321" },
    { 214, "Help message", "RFC 5321" },
    { 220, "Service ready; after STARTTLS: ready to start TLS", "RFC 5321, 3207" },
    { 221, "Service closing transmission channel", "RFC 5321" },
    { 235, "Authentication succeeded", "RFC 4954" },
    { 250, "Requested mail action okay, completed", "RFC 5321" },
    { 251, "User not local, will forward; after ETRN: no messages waiting", "RFC 5321, 1985" },
    { 252, "Cannot VRFY user, will attempt delivery; after ETRN: pending messages started", "RFC 5321, 1985" },
    { 253, "Pending messages for the node started", "RFC 1985" },
    { 334, "Server challenge, base64", "RFC 4954" },
    { 353, "Content accepted, a reply per recipient follows", "wild, Exim" },
    { 354, "Start mail input, end with CRLF.CRLF", "RFC 5321" },
    { 421, "Service not available, closing transmission channel", "RFC 5321" },
    { 422, UNDEFINED, "wild" },
    { 430, UNDEFINED, "wild" },
    { 431, UNDEFINED, "wild" },
    { 432, "A password transition is needed", "RFC 4954" },
    { 441, UNDEFINED, "wild" },
    { 442, UNDEFINED, "wild" },
    { 446, UNDEFINED, "wild" },
    { 447, UNDEFINED, "wild" },
    { 449, UNDEFINED, "wild" },
    { 450, "Mailbox unavailable (busy, or blocked for policy reasons); after ATRN: refused", "RFC 5321, 2645" },
    { 451, "Local error in processing; after ATRN: unable to process now", "RFC 5321, 2645" },
    { 452, "Insufficient system storage; too many recipients", "RFC 5321" },
    { 453, "You have no mail", "RFC 2645" },
    { 454, "Temporary authentication failure; TLS not available for a temporary reason", "RFC 4954, 3207" },
    { 455, "Server unable to accommodate parameters", "RFC 5321" },
    { 458, "Unable to queue messages for the node", "RFC 1985" },
    { 459, "Node not allowed", "RFC 1985" },
    { 471, UNDEFINED, "wild" },
    { 500, "Syntax error, command unrecognised, line too long", "RFC 5321" },
    { 501, "Syntax error in parameters or arguments", "RFC 5321" },
    { 502, "Command not implemented", "RFC 5321" },
    { 503, "Bad sequence of commands", "RFC 5321" },
    { 504, "Command parameter not implemented; unrecognised authentication type", "RFC 5321, 4954" },
    { 510, UNDEFINED, "wild" },
    { 511, UNDEFINED, "wild" },
    { 512, UNDEFINED, "wild" },
    { 513, UNDEFINED, "wild" },
    { 521, "Host does not accept mail", "RFC 7504" },
    { 523, "Encryption needed", "RFC 5248" },
    { 524, "Encryption required for the mechanism", "RFC 5248" },
    { 525, "User account disabled", "RFC 5248" },
    { 530, "Authentication required; must issue STARTTLS first", "RFC 4954, 3207" },
    { 533, "Listed with X.7.1 (delivery not authorised), no other definition", "RFC 5248" },
    { 534, "Authentication mechanism is too weak", "RFC 4954" },
    { 535, "Authentication credentials invalid", "RFC 4954" },
    { 538, "Encryption required for the requested authentication mechanism", "RFC 4954" },
    { 541, UNDEFINED, "wild" },
    { 550, "Mailbox unavailable (not found, no access, or policy)", "RFC 5321" },
    { 551, "User not local, please try the forward-path", "RFC 5321" },
    { 552, "Exceeded storage allocation", "RFC 5321" },
    { 553, "Mailbox name not allowed", "RFC 5321" },
    { 554, "Transaction failed; on connection: no SMTP service here", "RFC 5321" },
    { 555, "MAIL or RCPT parameters not recognised or not implemented", "RFC 5321" },
    { 556, "Domain does not accept mail", "RFC 7504" },
};

/* Sorted by subject and detail. Vendors use details beyond these, which stay unnamed. */
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
    { 6, 9, "UTF-8 header message cannot be transferred to one or more recipients, so the message must be rejected",
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

const char *smtp_reply_text(uint16_t code)
{
    const struct smtp_reply_row *row =
        bsearch(&code, reply_rows, G_N_ELEMENTS(reply_rows), sizeof reply_rows[0], compare_code);
    return row ? row->text : NULL;
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
