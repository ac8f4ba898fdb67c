/* The verbs of SMTP and LMTP with the replies that answer them, and the lookup
 * that all tables share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <stdlib.h>

#include "smtp/syntax.h"
#include "smtp/tables.h"

/* Reply codes of one row, 0-terminated. */
#define CODES(...) ((const uint16_t[]){ __VA_ARGS__, 0 })
#define NO_CODES CODES(0)

/* RFC 821 says the same of SEND, SOML and SAML. */
#define MAIL_ERRORS CODES(451, 452, 455, 503, 550, 552, 553, 555)
#define AUTH_ERRORS CODES(432, 454, 503, 504, 534, 535, 538)
#define EXCHANGE_OK CODES(220, 235, 250, 334, 354)
#define UNPUBLISHED NULL

/* Sorted by name. */
static const struct smtp_verb_row verb_rows[] = {
    { "ATRN", SMTP_ATRN, smtp_parse_text_args, true, "Asks to reverse the roles and to receive mail for domains",
      "RFC 2645 5.2.1", CODES(250), CODES(450, 451, 453, 530) },
    { "AUTH", SMTP_AUTH, smtp_parse_auth_args, true, "Starts a SASL authentication", "RFC 4954 4", CODES(334, 235),
      AUTH_ERRORS },
    { "BDAT", SMTP_BDAT, smtp_parse_bdat_args, false, "Sends a chunk of the message; its octets follow the line",
      "RFC 3030 2", CODES(250), CODES(451, 452, 503, 552, 554) },
    { "BURL", SMTP_BURL, smtp_parse_text_args, false, "Adds the content behind an IMAP URL to the message",
      "RFC 4468 3", CODES(250), CODES(554) },
    { "DATA", SMTP_DATA, smtp_parse_no_args, true, "Asks to send the message, which follows the 354 reply",
      "RFC 5321 4.1.1.4", CODES(354), CODES(503, 554) },
    { "EHLO", SMTP_EHLO, smtp_parse_helo_args, true, "Names the client and asks for the extensions of the server",
      "RFC 5321 4.1.1.1", CODES(250), CODES(504, 550) },
    { "ETRN", SMTP_ETRN, smtp_parse_word_args, true, "Asks the server to send the mail queued for a domain or queue",
      "RFC 1985 5", CODES(250, 251, 252, 253), CODES(458, 459) },
    { "EXPN", SMTP_EXPN, smtp_parse_word_args, true, "Asks for the members of a mailing list", "RFC 5321 4.1.1.7",
      CODES(250, 252), CODES(504, 550) },
    { "HELO", SMTP_HELO, smtp_parse_helo_args, true, "Names the client, without extensions", "RFC 5321 4.1.1.1",
      CODES(250), CODES(504, 550) },
    { "HELP", SMTP_HELP, smtp_parse_text_args, true, "Asks for help, in general or about a command", "RFC 5321 4.1.1.8",
      CODES(211, 214), CODES(504) },
    { "LHLO", SMTP_LHLO, smtp_parse_helo_args, true, "Names the LMTP client and asks for the extensions of the server",
      "RFC 2033 4.1", CODES(250), CODES(504, 550) },
    { "MAIL", SMTP_MAIL, smtp_parse_mail_args, false, "Starts a mail transaction and names the sender",
      "RFC 5321 4.1.1.2", CODES(250), MAIL_ERRORS },
    { "NOOP", SMTP_NOOP, smtp_parse_text_args, true, "Asks for nothing but a reply", "RFC 5321 4.1.1.9", CODES(250),
      NO_CODES },
    { "ONEX", SMTP_ONEX, smtp_parse_text_args, true, "Announces that only one message will be sent (deprecated)",
      "wild, sendmail", CODES(250), UNPUBLISHED },
    { "QUIT", SMTP_QUIT, smtp_parse_no_args, true, "Asks the server to close the connection", "RFC 5321 4.1.1.10",
      CODES(221), NO_CODES },
    { "RCPT", SMTP_RCPT, smtp_parse_rcpt_args, false, "Names a recipient of the message", "RFC 5321 4.1.1.3",
      CODES(250, 251), CODES(450, 451, 452, 455, 503, 550, 551, 552, 553, 555, 556) },
    { "RSET", SMTP_RSET, smtp_parse_no_args, false, "Aborts the mail transaction", "RFC 5321 4.1.1.5", CODES(250),
      NO_CODES },
    { "SAML", SMTP_SAML, smtp_parse_mail_args, false, "Starts a message to the terminal and the mailbox (deprecated)",
      "RFC 821 3.4", CODES(250), MAIL_ERRORS },
    { "SEND", SMTP_SEND, smtp_parse_mail_args, false, "Starts a message to the terminal (deprecated)", "RFC 821 3.4",
      CODES(250), MAIL_ERRORS },
    { "SOML", SMTP_SOML, smtp_parse_mail_args, false, "Starts a message to the terminal or the mailbox (deprecated)",
      "RFC 821 3.4", CODES(250), MAIL_ERRORS },
    { "STARTTLS", SMTP_STARTTLS, smtp_parse_no_args, true, "Asks to go on under TLS", "RFC 3207 4", CODES(220),
      CODES(454) },
    { "TURN", SMTP_TURN, smtp_parse_no_args, true, "Asks to reverse the roles (deprecated)", "RFC 821 3.8", CODES(250),
      CODES(503) },
    { "VERB", SMTP_VERB, smtp_parse_text_args, true, "Asks for verbose replies (deprecated)", "wild, sendmail",
      CODES(250), UNPUBLISHED },
    { "VRFY", SMTP_VRFY, smtp_parse_word_args, true, "Asks whether a user or mailbox exists", "RFC 5321 4.1.1.6",
      CODES(250, 251, 252), CODES(504, 550, 551, 553) },
    { "X-ANONYMOUSTLS", SMTP_X_ANONYMOUSTLS, smtp_parse_text_args, true,
      "Asks to go on under TLS between Exchange servers", "wild, Microsoft", EXCHANGE_OK, UNPUBLISHED },
    { "X-EXPS", SMTP_X_EXPS, smtp_parse_auth_args, true, "Starts an authentication between Exchange servers",
      "wild, Microsoft", CODES(334, 235), AUTH_ERRORS },
    { "X-LINK2STATE", SMTP_X_LINK2STATE, smtp_parse_text_args, false, "Carries Exchange link state", "wild, Microsoft",
      EXCHANGE_OK, UNPUBLISHED },
    { "XADR", SMTP_XADR, smtp_parse_text_args, false, "Asks how an address is routed", "wild, PMDF and Oracle",
      CODES(250), UNPUBLISHED },
    { "XCIR", SMTP_XCIR, smtp_parse_text_args, false, "Asks for the state of message circuits", "wild, PMDF and Oracle",
      CODES(250), UNPUBLISHED },
    { "XCLIENT", SMTP_XCLIENT, smtp_parse_attr_args, true, "Overrides what the server knows about the client",
      "wild, Postfix", CODES(220), CODES(503, 550) },
    { "XEXCH50", SMTP_XEXCH50, smtp_parse_text_args, false, "Sends Exchange properties of the message",
      "wild, Microsoft", EXCHANGE_OK, UNPUBLISHED },
    { "XFORWARD", SMTP_XFORWARD, smtp_parse_attr_args, false, "Tells where the message came from, for the log",
      "wild, Postfix", CODES(250), CODES(503) },
    { "XGEN", SMTP_XGEN, smtp_parse_text_args, false, "Asks whether the compiled configuration is in use",
      "wild, PMDF and Oracle", CODES(250), UNPUBLISHED },
    { "XPROXY", SMTP_XPROXY, smtp_parse_attr_args, false, "Tells what an Exchange proxy knows about the client",
      "wild, Microsoft", EXCHANGE_OK, UNPUBLISHED },
    { "XPROXYFROM", SMTP_XPROXYFROM, smtp_parse_attr_args, false,
      "Tells which client an Exchange proxy relays for, inbound", "wild, Microsoft", EXCHANGE_OK, UNPUBLISHED },
    { "XPROXYTO", SMTP_XPROXYTO, smtp_parse_attr_args, false, "Tells an Exchange proxy where to send, outbound",
      "wild, Microsoft", EXCHANGE_OK, UNPUBLISHED },
    { "XQDISCARD", SMTP_XQDISCARD, smtp_parse_text_args, false, "Discards an Exchange shadow message",
      "wild, Microsoft", EXCHANGE_OK, UNPUBLISHED },
    { "XRDST", SMTP_XRDST, smtp_parse_text_args, false, "Names the routing destination for Exchange", "wild, Microsoft",
      EXCHANGE_OK, UNPUBLISHED },
    { "XSESSIONPARAMS", SMTP_XSESSIONPARAMS, smtp_parse_text_args, false, "Carries parameters of an Exchange session",
      "wild, Microsoft", EXCHANGE_OK, UNPUBLISHED },
    { "XSHADOW", SMTP_XSHADOW, smtp_parse_text_args, false, "Starts an Exchange shadow redundancy session",
      "wild, Microsoft", EXCHANGE_OK, UNPUBLISHED },
    { "XSTA", SMTP_XSTA, smtp_parse_text_args, false, "Asks for the state of message channels", "wild, PMDF and Oracle",
      CODES(250), UNPUBLISHED },
};

const struct smtp_verb_row smtp_connection_row = {
    "(connection)", SMTP_UNKNOWN,    NULL, false, "The connection, answered by the greeting", "RFC 5321 3.1, 7504",
    CODES(220),     CODES(521, 554),
};

const struct smtp_verb_row smtp_end_of_data_row = {
    "(end of data)",          SMTP_UNKNOWN,       NULL,       false,
    "The end of the message", "RFC 5321 4.1.1.4", CODES(250), CODES(450, 451, 452, 550, 552, 554),
};

const struct smtp_verb_row smtp_lmtp_end_of_data_row = {
    "(end of LMTP data)",     SMTP_UNKNOWN,   NULL,       false,
    "The end of the message", "RFC 2033 4.2", CODES(250), CODES(450, 451, 452, 550, 552, 554),
};

const struct smtp_verb_row smtp_auth_response_row = {
    "(AUTH response)",
    SMTP_UNKNOWN,
    NULL,
    false,
    "The answer to the challenge, in base64; * cancels",
    "RFC 4954 4",
    CODES(334, 235),
    CODES(432, 454, 534, 535, 538),
};

const struct smtp_verb_row *smtp_verb_find(mw_bytes word)
{
    return mw_find_row(word, verb_rows, G_N_ELEMENTS(verb_rows), sizeof verb_rows[0]);
}

const struct smtp_verb_row *smtp_verb_row(enum smtp_verb verb)
{
    for (size_t i = 0; verb != SMTP_UNKNOWN && i < G_N_ELEMENTS(verb_rows); i++)
        if (verb_rows[i].verb == verb)
            return &verb_rows[i];
    return NULL;
}

const struct smtp_verb_row *smtp_verb_rows(size_t *count)
{
    *count = G_N_ELEMENTS(verb_rows);
    return verb_rows;
}

static bool is_listed(const uint16_t *codes, uint16_t code)
{
    while (*codes && *codes != code)
        codes++;
    return *codes != 0;
}

bool smtp_reply_code_expected(const struct smtp_verb_row *row, uint16_t code)
{
    static const uint16_t any_command[] = { 421, 500, 501, 502, 0 };

    if (!row || is_listed(any_command, code) || is_listed(row->ok, code))
        return true;
    if (row->error == UNPUBLISHED)
        return code >= 400 && code <= 599;
    return is_listed(row->error, code);
}
