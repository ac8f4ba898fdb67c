/* The verbs, capabilities and response codes of POP3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "pop3/tables.h"

#include <glib.h>

#include "pop3/syntax.h"

#define A POP3_AUTHORIZATION
#define T POP3_TRANSACTION
#define ONE_LINE POP3_SINGLE, POP3_NO_CONTENT

/* Sorted by name. */
static const struct pop3_verb_row verb_rows[] = {
    { "APOP", POP3_APOP, pop3_parse_apop_args, A, true, ONE_LINE,
      "Logs in with a digest of the greeting's timestamp and the password", "RFC 1939 7",
      "Logged in: the mailbox is open and locked", "The digest does not fit, or the mailbox is locked" },
    { "AUTH", POP3_AUTH, pop3_parse_auth_args, A, true, POP3_MULTI_WITHOUT_ARGUMENT, POP3_MECHANISMS,
      "Starts a SASL authentication; without argument asks for the mechanisms", "RFC 5034 4",
      "Logged in; without argument: the mechanisms follow", "The login failed, or there is no such mechanism" },
    { "CAPA", POP3_CAPA, pop3_parse_no_args, A | T, false, POP3_MULTI, POP3_CAPABILITIES,
      "Asks for the capabilities of the server", "RFC 2449 5", "The capabilities follow, one a line",
      "The server has no capabilities to tell" },
    { "DELE", POP3_DELE, pop3_parse_message_args, T, false, ONE_LINE, "Marks a message as deleted", "RFC 1939 5",
      "The message will be removed at QUIT", "No such message, or it is marked already" },
    { "LANG", POP3_LANG, pop3_parse_text_args, A | T, false, POP3_MULTI_WITHOUT_ARGUMENT, POP3_LANGUAGES,
      "Chooses the language of the replies; without argument asks for the languages", "RFC 6856 3",
      "The language is chosen; without argument: the languages follow", "The server does not have this language" },
    { "LAST", POP3_LAST, pop3_parse_no_args, T, false, ONE_LINE,
      "Asks for the highest message number accessed (dropped by RFC 1725)", "RFC 1460",
      "The highest message number accessed", "The server does not have this command" },
    { "LIST", POP3_LIST, pop3_parse_optional_message_args, T, false, POP3_MULTI_WITHOUT_ARGUMENT, POP3_SCAN_LISTING,
      "Asks for the size of one message or of all", "RFC 1939 5",
      "Number and octets of the message, or of each message on a line", "No such message" },
    { "NOOP", POP3_NOOP, pop3_parse_no_args, T, false, ONE_LINE, "Asks for nothing but a reply", "RFC 1939 5",
      "The server is there", "The server refuses" },
    { "PASS", POP3_PASS, pop3_parse_pass_args, A, true, ONE_LINE, "Gives the password of the mailbox that USER named",
      "RFC 1939 7", "Logged in: the mailbox is open and locked", "Wrong password or user, or the mailbox is locked" },
    { "QUIT", POP3_QUIT, pop3_parse_no_args, A | T, false, ONE_LINE,
      "Ends the session; messages marked as deleted are removed", "RFC 1939 4, 6",
      "The session ends; marked messages are removed", "The session ends; some marked messages were not removed" },
    { "RETR", POP3_RETR, pop3_parse_message_args, T, false, POP3_MULTI, POP3_MESSAGE, "Asks for a message",
      "RFC 1939 5", "The message follows, up to a line with only a dot", "No such message" },
    { "RPOP", POP3_RPOP, pop3_parse_name_args, A, true, ONE_LINE,
      "Names a user in place of a password, from a privileged port (dropped by RFC 1460)", "RFC 1081",
      "Logged in: the mailbox is open and locked", "The login failed" },
    { "RSET", POP3_RSET, pop3_parse_no_args, T, false, ONE_LINE, "Takes back all marks of deletion", "RFC 1939 5",
      "No message is marked any more", "The marks stay" },
    { "STAT", POP3_STAT, pop3_parse_no_args, T, false, ONE_LINE, "Asks for the number of messages and their octets",
      "RFC 1939 5", "Number of messages and their octets", "The server does not tell" },
    { "STLS", POP3_STLS, pop3_parse_no_args, A, false, ONE_LINE, "Asks to go on under TLS", "RFC 2595 4",
      "TLS begins with the next octet of the client", "TLS cannot be started, or was already" },
    { "TOP", POP3_TOP, pop3_parse_top_args, T, false, POP3_MULTI, POP3_MESSAGE,
      "Asks for the header and the first lines of a message", "RFC 1939 7",
      "The header and the first lines follow, up to a line with only a dot", "No such message" },
    { "UIDL", POP3_UIDL, pop3_parse_optional_message_args, T, false, POP3_MULTI_WITHOUT_ARGUMENT, POP3_UNIQUE_IDS,
      "Asks for the unique-id of one message or of all", "RFC 1939 7",
      "Number and unique-id of the message, or of each message on a line", "No such message" },
    { "USER", POP3_USER, pop3_parse_name_args, A, false, ONE_LINE, "Names the mailbox", "RFC 1939 7",
      "The name is taken, whether the user exists or not; PASS may follow", "No such user, or USER is not allowed" },
    { "UTF8", POP3_UTF8, pop3_parse_no_args, A, false, ONE_LINE, "Allows UTF-8 in messages and replies", "RFC 6856 2",
      "Messages and replies may be UTF-8", "The server does not do this" },
    { "XCLIENT", POP3_XCLIENT, pop3_parse_word_args, A, false, ONE_LINE,
      "Overrides what the server knows about the client", "wild, Dovecot", "The attributes are taken",
      "The server does not trust this client" },
    { "XSENDER", POP3_XSENDER, pop3_parse_message_args, T, false, ONE_LINE,
      "Asks for the authenticated sender of a message", "wild", "The authenticated sender, if there was one",
      "No such message" },
    { "XTND", POP3_XTND, pop3_parse_word_args, T, false, POP3_MULTI_BY_ARGUMENT, POP3_LINES,
      "Calls an extension: XMIT submits a message, XLST lists header fields", "wild, Qualcomm", "The extension answers",
      "The server does not have this extension" },
};

const struct pop3_verb_row pop3_auth_response_row = {
    "(AUTH response)",
    POP3_UNKNOWN,
    NULL,
    A,
    true,
    ONE_LINE,
    "The answer to the challenge, in base64; * cancels",
    "RFC 5034 4",
    "Logged in: the mailbox is open and locked",
    "The credentials are wrong, or the client cancelled",
};

const struct pop3_verb_row pop3_end_of_text_row = {
    "(end of text)",
    POP3_UNKNOWN,
    NULL,
    T,
    false,
    ONE_LINE,
    "The end of a submitted message",
    "wild, Qualcomm",
    "The message is accepted",
    "The message is refused",
};

/* Sorted by name. */
static const struct pop3_name_row capability_rows[] = {
    { "AUTH-RESP-CODE", "The codes SYS/TEMP, SYS/PERM and AUTH tell why a login failed", "RFC 3206 6" },
    { "EXPIRE", "Days after which messages may be deleted; NEVER; USER: differs by user", "RFC 2449 6.7" },
    { "IMPLEMENTATION", "Name of the software", "RFC 2449 6.9" },
    { "LANG", "LANG is available", "RFC 6856 3" },
    { "LOGIN-DELAY", "Seconds between two logins of a user; USER: differs by user", "RFC 2449 6.5" },
    { "PIPELINING", "Commands may be sent without waiting for replies", "RFC 2449 6.6" },
    { "RESP-CODES", "Text in square brackets after -ERR is a code", "RFC 2449 6.4" },
    { "SASL", "AUTH is available with these mechanisms", "RFC 5034 3" },
    { "STLS", "TLS can be started", "RFC 2595 4" },
    { "TOP", "TOP is available", "RFC 2449 6.1" },
    { "UIDL", "UIDL is available", "RFC 2449 6.8" },
    { "USER", "USER and PASS are available", "RFC 2449 6.2" },
    { "UTF8", "UTF8 is available; USER: user names and passwords may be UTF-8", "RFC 6856 2" },
    { "XOIP", "The client may tell the address of the user behind it", "wild" },
};

/* Sorted by name. */
static const struct pop3_name_row code_rows[] = {
    { "AUTH", "Something is wrong with the credentials", "RFC 3206 5" },
    { "IN-USE", "The mailbox is in use by another session", "RFC 2449 8.1.2" },
    { "LOGIN-DELAY", "The user has logged in too short a time ago", "RFC 2449 8.1.1" },
    { "SYS/PERM", "The system fails, and somebody has to repair it", "RFC 3206 4" },
    { "SYS/TEMP", "The system fails for now", "RFC 3206 4" },
    { "UTF8", "The message needs UTF8, which the client has not asked for", "RFC 6856 2.1" },
};

/* By enum pop3_status. */
static const struct pop3_name_row greeting_rows[] = {
    [POP3_OK] = { "+OK", "The server is ready; a timestamp in <> is for APOP", "RFC 1939 4" },
    [POP3_ERR] = { "-ERR", "The server refuses the connection", "RFC 1939 4" },
};
static const struct pop3_name_row status_rows[] = {
    [POP3_OK] = { "+OK", "The command succeeded", "RFC 1939 3" },
    [POP3_ERR] = { "-ERR", "The command failed", "RFC 1939 3" },
    [POP3_CONTINUE] = { "+", "A challenge of the server, in base64; may be empty", "RFC 5034 4" },
};

struct pop3_name_row pop3_status_meaning(const struct pop3_verb_row *row, bool greeting, unsigned status)
{
    if (greeting && status < G_N_ELEMENTS(greeting_rows))
        return greeting_rows[status];
    struct pop3_name_row meaning = status < G_N_ELEMENTS(status_rows) ? status_rows[status] : status_rows[0];
    if (row && (status == POP3_OK || status == POP3_ERR)) {
        meaning.text = status == POP3_OK ? row->ok : row->err;
        meaning.rfc = row->rfc;
    }
    return meaning;
}

const struct pop3_verb_row *pop3_verb_find(mw_bytes word)
{
    return mw_find_row(word, verb_rows, G_N_ELEMENTS(verb_rows), sizeof verb_rows[0]);
}

const struct pop3_verb_row *pop3_verb_row(enum pop3_verb verb)
{
    for (size_t i = 0; verb != POP3_UNKNOWN && i < G_N_ELEMENTS(verb_rows); i++)
        if (verb_rows[i].verb == verb)
            return &verb_rows[i];
    return NULL;
}

const struct pop3_verb_row *pop3_verb_rows(size_t *count)
{
    *count = G_N_ELEMENTS(verb_rows);
    return verb_rows;
}

const struct pop3_name_row *pop3_capability_rows(size_t *count)
{
    *count = G_N_ELEMENTS(capability_rows);
    return capability_rows;
}

const struct pop3_name_row *pop3_capability_find(mw_bytes keyword)
{
    return mw_find_row(keyword, capability_rows, G_N_ELEMENTS(capability_rows), sizeof capability_rows[0]);
}

const struct pop3_name_row *pop3_code_rows(size_t *count)
{
    *count = G_N_ELEMENTS(code_rows);
    return code_rows;
}

const struct pop3_name_row *pop3_code_find(mw_bytes code)
{
    return mw_find_row(code, code_rows, G_N_ELEMENTS(code_rows), sizeof code_rows[0]);
}
