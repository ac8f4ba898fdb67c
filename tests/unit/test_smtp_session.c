/* Tests of an SMTP session: what each octet is, which reply answers what, AUTH, STARTTLS, gaps, false ends of data.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "session_script.h"

/* Frames 1 to 3, and with ENVELOPE 1 to 7, and with IN_DATA 1 to 9. */
#define HELLO                                                                                                          \
    S "220 s.example ESMTP\r\n" C "EHLO c.example\r\n" S                                                               \
      "250-s.example\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-AUTH PLAIN LOGIN CRAM-MD5\r\n250 STARTTLS\r\n"
#define ENVELOPE HELLO C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n" C "RCPT TO:<c@d>\r\n" S "250 ok\r\n"
#define IN_DATA ENVELOPE C "DATA\r\n" S "354 go\r\n"
#define SAID_HELLO "220>greeting EHLO 250>EHLO "
#define SAID_ENVELOPE SAID_HELLO "MAIL 250>MAIL RCPT 250>RCPT "
#define SAID_DATA SAID_ENVELOPE "DATA 354>DATA "
#define SILENT "-reply_unmatched -reply_malformed -bad_sequence -unknown_command"

static const struct script_row line_rows[] = {
    { "greeting in lines", S "220-s.example\r\n220 ESMTP\r\n" C "QUIT\r\n" S "221 bye\r\n",
      "220>greeting QUIT 221>QUIT", "", SILENT },
    { "greeting refused", S "554 no\r\n" C "QUIT\r\n" S "221 bye\r\n", "554>greeting QUIT 221>QUIT", "",
      "+greeting_refused" },
    { "early talker", C "EHLO c\r\n" S "220 s\r\n250 s\r\n", "EHLO 220>greeting 250>EHLO", "",
      "+early_talker -reply_unmatched" },
    { "lines in pieces",
      S "22" S "0 s\r" S "\n" C "EH" C "LO c\r" C "\nNO" S "250 s\r\n" C "OP\r\n" S "250-" S "a\r\n250 b\r\n",
      "220>greeting EHLO 250>EHLO NOOP 250>NOOP", "", SILENT },
    { "lines that end in LF", S "220 s\n" C "EHLO c\n" S "250-s\n250 X\n" C "QUIT\n" S "221 bye\n",
      "220>greeting EHLO 250>EHLO QUIT 221>QUIT", "", "+bare_lf -reply_unmatched" },
    { "unknown verb", HELLO C "FOO bar\r\n" S "500 what\r\n", SAID_HELLO "? 500>?", "",
      "+unknown_command -reply_unmatched" },
    { "reply nobody asked for", HELLO S "250 why\r\n", SAID_HELLO "250>nobody", "", "+reply_unmatched" },
    { "421 nobody asked for", HELLO S "421 timeout\r\n", SAID_HELLO "421>nobody", "",
      "-reply_unmatched +closed_by_server" },
    { "two replies to one command", HELLO C "NOOP\r\n" S "250 a\r\n250 b\r\n", SAID_HELLO "NOOP 250>NOOP 250>nobody",
      "", "+reply_unmatched" },
    { "no reply line", HELLO C "NOOP\r\n" S "hello\r\n250 ok\r\n", NULL, "", "+reply_malformed" },
    { "reply ended by another code", HELLO C "NOOP\r\n" S "250-a\r\n251 b\r\n", NULL, "", NULL },
    { "code alone", HELLO C "NOOP\r\n" S "250\r\n", SAID_HELLO "NOOP 250>NOOP", "", SILENT },
    { "QUIT behind the dot", IN_DATA C "x\r\n.\r\nQUIT\r\n" S "250 ok\r\n221 bye\r\n",
      SAID_DATA "body(3.) QUIT 250>eod 221>QUIT", NULL, SILENT },
    { "the dot in pieces", IN_DATA C "x\r" C "\n" C "." C "\r" C "\nQU" C "IT\r\n" S "250 ok\r\n221 bye\r\n",
      SAID_DATA "body(3.) QUIT 250>eod 221>QUIT", NULL, SILENT " -bare_cr -bare_lf" },
    { "message that looks like commands", IN_DATA C "MAIL FROM:<x@y>\r\nQUIT\r\n..\r\n.x\r\n.\r\n" S "250 ok\r\n",
      SAID_DATA "body(29.) 250>eod", NULL, SILENT " -smuggling" },
    { "DATA refused, no message", ENVELOPE C "DATA\r\n" S "554 no\r\n" C "RSET\r\n" S "250 ok\r\n",
      SAID_ENVELOPE "DATA 554>DATA RSET 250>RSET", NULL, SILENT " -data_refused_sent" },
    { "DATA refused, message sent all the same",
      ENVELOPE C "DATA\r\n" S "554 no\r\n" C "Subject: x\r\n\r\ny\r\n.\r\n" S "500 what\r\n", NULL, NULL,
      "+data_refused_sent" },
    { "message before the reply to DATA, accepted",
      ENVELOPE C "DATA\r\n" C "Subject: x\r\n\r\ny\r\n.\r\n" S "354 go\r\n" S "250 ok\r\n",
      SAID_ENVELOPE "DATA body(17.) 354>DATA 250>eod", NULL, "+data_before_354 -reply_unmatched" },
    { "DATA without reply", ENVELOPE C "DATA\r\n", SAID_ENVELOPE "DATA", NULL, NULL },
    { "MAIL before EHLO", S "220 s\r\n" C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n", "220>greeting MAIL 250>MAIL", "",
      "+helo_missing" },
    { "DATA without MAIL", HELLO C "DATA\r\n" S "503 no\r\n", SAID_HELLO "DATA 503>DATA", "", "+bad_sequence" },
    { "BDAT after LAST", ENVELOPE C "BDAT 1 LAST\r\naBDAT 1\r\nb" S "250 ok\r\n503 no\r\n",
      SAID_ENVELOPE "BDAT body(1.) BDAT body(1) 250>BDAT 503>BDAT", NULL, "+bad_sequence" },
    { "RCPT without MAIL", HELLO C "RCPT TO:<c@d>\r\n" S "503 no\r\n", SAID_HELLO "RCPT 503>RCPT", "",
      "+bad_sequence" },
    { "message before the refusal of DATA",
      ENVELOPE C "DATA\r\n" C "Subject: x\r\n\r\ny\r\n" S "554 no\r\n" C "z\r\n.\r\n", NULL, NULL,
      "+data_refused_sent" },
    { "ATRN, RFC 2645",
      HELLO C "ATRN d.example\r\n" S "250 turning\r\n" C "220 c.example ESMTP\r\n" S "EHLO s.example\r\n" C
              "250 c\r\n" S "MAIL FROM:<a@b>\r\n" C "550 no\r\n",
      SAID_HELLO "ATRN 250>ATRN 220>greeting EHLO 250>EHLO MAIL 550>MAIL",
      "SMTP rejected from=a@b reply=(550 no) frames=9-10 at=10", "-unknown_command -reply_malformed -reply_unmatched" },
    { "ATRN refused", HELLO C "ATRN d.example\r\n" S "450 no mail\r\n" C "QUIT\r\n" S "221 bye\r\n",
      SAID_HELLO "ATRN 450>ATRN QUIT 221>QUIT", "", "-unknown_command -reply_malformed -reply_unmatched" },
    { "XEXCH50", HELLO C "XEXCH50 5 2\r\n" S "354 go\r\n" C "\r\n.\r\nQUIT\r\n" S "250 ok\r\n221 bye\r\n", NULL, "",
      "-unknown_command" },
    { "late start with a verb", C "VRFY x\r\n" S "252 ok\r\n", "VRFY 252>VRFY", "", NULL },
    { "line without end", HELLO C "NOOP", SAID_HELLO "NOOP~", "", NULL },
};

#define REFUSED C "RCPT TO:<x@y>\r\n" S "550 5.1.1 who\r\n"
#define UNKNOWN C "FOO\r\n" S "500 what\r\n"

/* What many replies of one session tell. */
static const struct script_row count_rows[] = {
    { "five unknown recipients", ENVELOPE REFUSED REFUSED REFUSED REFUSED REFUSED, NULL, NULL, "+user_enumeration" },
    { "four unknown recipients", ENVELOPE REFUSED REFUSED REFUSED REFUSED, NULL, NULL, "-user_enumeration" },
    { "refused for other reasons",
      ENVELOPE REFUSED REFUSED REFUSED REFUSED C "RCPT TO:<x@y>\r\n" S "554 5.7.1 relay\r\n" UNKNOWN, NULL, NULL,
      "-user_enumeration" },
    { "ten errors", HELLO UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN, NULL, "",
      "+many_errors" },
    { "nine errors, and one for now",
      HELLO UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN UNKNOWN C "FOO\r\n" S "450 later\r\n", NULL,
      "", "-many_errors" },
};

/* RFC 4954 */
static const struct script_row auth_rows[] = {
    { "PLAIN with initial response",
      HELLO C "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" S "235 ok\r\n" C "NOOP\r\n" S "250 ok\r\n",
      SAID_HELLO "AUTH 235>AUTH NOOP 250>NOOP", "", SILENT " +auth_cleartext" },
    { "PLAIN with challenge", HELLO C "AUTH PLAIN\r\n" S "334 \r\n" C "AHVzZXIAcGFzcw==\r\n" S "235 ok\r\n",
      SAID_HELLO "AUTH 334>AUTH auth 235>auth", "", SILENT },
    { "LOGIN",
      HELLO C "AUTH LOGIN\r\n" S "334 VXNlcm5hbWU6\r\n" C "dXNlcg==\r\n" S "334 UGFzc3dvcmQ6\r\n" C "cGFzcw==\r\n" S
              "235 ok\r\n" C "QUIT\r\n" S "221 bye\r\n",
      SAID_HELLO "AUTH 334>AUTH auth 334>auth auth 235>auth QUIT 221>QUIT", "", SILENT " +auth_cleartext" },
    { "LOGIN in one segment",
      HELLO C "AUTH LOGIN\r\ndXNlcg==\r\ncGFzcw==\r\nQUIT\r\n" S
              "334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n235 ok\r\n221 bye\r\n",
      SAID_HELLO "AUTH auth auth QUIT 334>AUTH 334>auth 235>auth 221>QUIT", "", "-unknown_command -reply_unmatched" },
    { "empty response", HELLO C "AUTH EXTERNAL\r\n" S "334 \r\n" C "\r\n" S "235 ok\r\n",
      SAID_HELLO "AUTH 334>AUTH auth 235>auth", "", SILENT " -base64_decode" },
    { "initial response =", HELLO C "AUTH EXTERNAL =\r\n" S "235 ok\r\n", SAID_HELLO "AUTH 235>AUTH", "", SILENT },
    { "response that looks like a command", HELLO C "AUTH PLAIN\r\n" S "334 \r\n" C "QUIT\r\n" S "535 no\r\n",
      SAID_HELLO "AUTH 334>AUTH auth 535>auth", "", "+auth_failed" },
    { "cancelled",
      HELLO C "AUTH LOGIN\r\n" S "334 VXNlcm5hbWU6\r\n" C "*\r\n" S "501 cancelled\r\n" C "NOOP\r\n" S "250 ok\r\n",
      SAID_HELLO "AUTH 334>AUTH auth 501>auth NOOP 250>NOOP", "", SILENT " +auth_cancelled" },
    { "failed, next attempt",
      HELLO C "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" S "535 no\r\n" C "AUTH LOGIN\r\n" S "334 VXNlcm5hbWU6\r\n" C
              "dXNlcg==\r\n" S "334 UGFzc3dvcmQ6\r\n" C "cGFzcw==\r\n" S "535 no\r\n",
      SAID_HELLO "AUTH 535>AUTH AUTH 334>AUTH auth 334>auth auth 535>auth", "",
      SILENT " +auth_failed -auth_bruteforce" },
    { "failed three times",
      HELLO C "AUTH PLAIN AAA=\r\n" S "535 no\r\n" C "AUTH PLAIN AAA=\r\n" S "535 no\r\n" C "AUTH PLAIN AAA=\r\n" S
              "535 no\r\n",
      NULL, "", "+auth_bruteforce" },
    { "mechanism refused", HELLO C "AUTH FOO\r\n" S "504 no\r\n" C "NOOP\r\n" S "250 ok\r\n",
      SAID_HELLO "AUTH 504>AUTH NOOP 250>NOOP", "", "-unknown_command -reply_unmatched" },
    { "AUTH in a transaction", ENVELOPE C "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" S "503 no\r\n", NULL, NULL,
      "+bad_sequence" },
    { "AUTH after 235",
      HELLO C "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" S "235 ok\r\n" C "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" S "503 no\r\n", NULL,
      "", "+bad_sequence" },
    { "user of the record",
      HELLO C "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" S "235 ok\r\n" C "MAIL FROM:<a@b>\r\n" S "550 no\r\n", NULL,
      "SMTP rejected from=a@b reply=(550 no) user=user frames=6-7 at=7", NULL },
    { "no user without 235",
      HELLO C "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" S "535 no\r\n" C "MAIL FROM:<a@b>\r\n" S "550 no\r\n", NULL,
      "SMTP rejected from=a@b reply=(550 no) frames=6-7 at=7", NULL },
};

/* RFC 3207 */
static const struct script_row tls_rows[] = {
    { "STARTTLS",
      HELLO C "STARTTLS\r\n" S "220 go\r\n" C "\x16\x03\x01x" S "\x16\x03\x03y" SECURED C "EHLO c\r\n" S "250 s\r\n",
      SAID_HELLO "STARTTLS 220>STARTTLS tls tls EHLO 250>EHLO", "",
      "-starttls_injection -starttls_response_injection -starttls_not_followed -bad_sequence" },
    { "STARTTLS refused", HELLO C "STARTTLS\r\n" S "454 no\r\n" C "QUIT\r\n" S "221 bye\r\n",
      SAID_HELLO "STARTTLS 454>STARTTLS QUIT 221>QUIT", "", "-starttls_refused" },
    { "STARTTLS refused, MAIL in clear", HELLO C "STARTTLS\r\n" S "454 no\r\n" C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n",
      NULL, "", "+starttls_refused" },
    { "MAIL in clear although offered", HELLO C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n", NULL, "", "+starttls_not_used" },
    { "client goes on in clear", HELLO C "STARTTLS\r\n" S "220 go\r\n" C "NOOP\r\n" S "250 ok\r\n",
      SAID_HELLO "STARTTLS 220>STARTTLS NOOP 250>NOOP", "", "+starttls_not_followed -reply_unmatched" },
    { "commands behind STARTTLS", HELLO C "STARTTLS\r\nNOOP\r\n" S "220 go\r\n",
      SAID_HELLO "STARTTLS NOOP 220>STARTTLS", "", "+starttls_injection" },
    { "replies behind 220", HELLO C "STARTTLS\r\n" S "220 go\r\n250 injected\r\n", NULL, "",
      "+starttls_response_injection" },
    { "STARTTLS under TLS", SECURED S "220 s\r\n" C "EHLO c\r\n" S "250-s\r\n250 STARTTLS\r\n",
      "220>greeting EHLO 250>EHLO", "", "+starttls_under_tls" },
    { "STARTTLS command under TLS", SECURED S "220 s\r\n" C "EHLO c\r\n" S "250 s\r\n" C "STARTTLS\r\n" S "503 no\r\n",
      "220>greeting EHLO 250>EHLO STARTTLS 503>STARTTLS", "", "+starttls_under_tls -starttls_stripped" },
    { "REQUIRETLS of a message, RFC 8689 4", HELLO C "MAIL FROM:<a@b> REQUIRETLS\r\n" S "530 no\r\n", NULL, NULL,
      "+requiretls_cleartext" },
    { "REQUIRETLS under TLS",
      SECURED S "220 s\r\n" C "EHLO c\r\n" S "250-s\r\n250 REQUIRETLS\r\n" C "MAIL FROM:<a@b> REQUIRETLS\r\n" S
                "250 ok\r\n",
      NULL, NULL, "-requiretls_cleartext -extension_not_offered" },
    { "EHLO not repeated", HELLO C "STARTTLS\r\n" S "220 go\r\n" SECURED C "MAIL FROM:<a@b>\r\n" S "503 no\r\n", NULL,
      NULL, "+helo_missing +bad_sequence" },
    { "record under TLS",
      HELLO C "STARTTLS\r\n" S "220 go\r\n" SECURED C "EHLO c\r\n" S "250 s\r\n" C "MAIL FROM:<a@b>\r\n" S "550 no\r\n",
      NULL, "SMTP rejected from=a@b reply=(550 no) tls frames=9-10 at=10", "-reply_unmatched -auth_cleartext" },
    { "STARTTLS that was not offered", S "220 s ESMTP\r\n" C "EHLO c\r\n" S "250 s\r\n" C "STARTTLS\r\n" S "502 no\r\n",
      NULL, "", "+starttls_stripped" },
    { "TLS where nobody asked for it", HELLO C "\x16\x03\x01x\r\n" S "500 what\r\n", NULL, "", "+cross_protocol" },
};

/* The server takes a false end of data for the end: replies come for what the client did not send. */
static const struct script_row lookalike_rows[] = {
    { "LF . CR LF, refused by the server",
      IN_DATA C "x\n.\r\nMAIL FROM:<x@y>\r\nRCPT TO:<e@f>\r\nDATA\r\ny\r\n.\r\n" S "250 ok\r\n",
      SAID_DATA "body(45.) 250>eod", "SMTP accepted from=a@b to=c@d reply=(250 ok) size=45 frames=4-11 at=11",
      "+eod_lookalike +smuggling -eod_split_reply -reply_unmatched" },
    { "LF . CR LF, accepted by the server",
      IN_DATA C "x\n.\r\nMAIL FROM:<x@y>\r\nRCPT TO:<e@f>\r\nDATA\r\ny\r\n.\r\n" S
                "250 ok\r\n250 m\r\n250 r\r\n354 go\r\n250 smuggled\r\n",
      NULL, NULL, "+eod_lookalike +smuggling +eod_split_reply" },
    { "LF . LF", IN_DATA C "x\n.\nRSET\r\n.\r\n" S "250 ok\r\n250 split\r\n", NULL, NULL,
      "+eod_lookalike +smuggling +eod_split_reply" },
    { "CR LF . LF: no smuggling, a client would stuff it", IN_DATA C "x\r\n.\nRSET\r\n.\r\n" S "250 ok\r\n", NULL, NULL,
      "+eod_lookalike -smuggling -eod_split_reply" },
    { "no command behind it", IN_DATA C "x\n.\r\nhello\r\n.\r\n" S "250 ok\r\n", NULL, NULL,
      "+eod_lookalike -smuggling" },
    { "CR . CR", IN_DATA C "x\r.\rQUIT\r\n.\r\n" S "250 ok\r\n", NULL, NULL, "+eod_lookalike +smuggling +bare_cr" },
    { "only another reply", IN_DATA C "x\r\n.\r\n" S "250 ok\r\n250 why\r\n", NULL, NULL,
      "-eod_split_reply +reply_unmatched" },
};

#define LOGIN_LOST C "AUTH LOGIN\r\n" S "334 VXNlcm5hbWU6\r\n" LOST_C "6" S "334 UGFzc3dvcmQ6\r\n" C
#define SAID_LOGIN_LOST SAID_HELLO "AUTH 334>AUTH gap 334>nobody "

/* Octets that the capture lacks. */
static const struct script_row gap_rows[] = {
    { "in the message", IN_DATA C "x\r\n" LOST_C "100" C "y\r\n.\r\n" S "250 ok\r\n",
      SAID_DATA "body(106 missing 100.) gap body(106 missing 100.) 250>eod", NULL, SILENT },
    { "the end of data is lost", IN_DATA C "x\r\n" LOST_C "9" C "MAIL FROM:<x@y>\r\n" S "250 ok\r\n250 ok\r\n", NULL,
      NULL, "-reply_malformed" },
    { "in a chunk", ENVELOPE C "BDAT 10 LAST\r\nabc" LOST_C "4" C "xyzQUIT\r\n" S "250 ok\r\n221 bye\r\n",
      SAID_ENVELOPE "BDAT body(10 missing 4.) gap body(10 missing 4.) QUIT 250>BDAT 221>QUIT",
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=10 frames=4-11 at=11", SILENT },
    { "rest of a chunk", ENVELOPE C "BDAT 10 LAST\r\nabc" LOST_C "7" C "QUIT\r\n" S "250 ok\r\n221 bye\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 ok) frames=4-11 at=11", SILENT },
    { "commands lost", HELLO LOST_C "30" S "250 ok\r\n" C "QUIT\r\n" S "221 bye\r\n",
      SAID_HELLO "gap 250>nobody QUIT 221>QUIT", "", SILENT },
    { "RCPT lost",
      HELLO C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n" LOST_C "15" S "250 ok\r\n" C "DATA\r\n" S "354 go\r\n" C
              "x\r\n.\r\n" S "250 ok\r\n",
      NULL, "SMTP accepted from=a@b reply=(250 ok) size=3 frames=4-11 at=11", "-no_valid_rcpt -bad_sequence" },
    { "reply to RCPT lost",
      HELLO C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n" C "RCPT TO:<c@d>\r\n" LOST_S "8" C "DATA\r\n" S "354 go\r\n" C
              "x\r\n.\r\n" S "250 ok\r\n",
      SAID_HELLO "MAIL 250>MAIL RCPT gap DATA 354>DATA body(3.) 250>eod",
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=3 frames=4-11 at=11", SILENT },
    { "354 lost", ENVELOPE C "DATA\r\n" LOST_S "8" C "Subject: x\r\n\r\ny\r\n.\r\n" S "250 ok\r\n",
      SAID_ENVELOPE "DATA gap body(17.) 250>eod",
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=17 frames=4-11 at=11", SILENT " -data_before_354" },
    { "reply to the message lost, next transaction",
      IN_DATA C "x\r\n.\r\n" LOST_S "8" C "MAIL FROM:<x@y>\r\n" S "250 2.1.0 ok\r\n" C "QUIT\r\n" S "221 bye\r\n", NULL,
      NULL, "-reply_unmatched -eod_split_reply" },
    { "reply to the message lost, QUIT", IN_DATA C "x\r\n.\r\n" LOST_S "8" C "QUIT\r\n" S "221 bye\r\n",
      SAID_DATA "body(3.) gap QUIT 221>QUIT", "SMTP incomplete from=a@b to=c@d size=3 frames=4-13 at=13", SILENT },
    { "half a reply lost", HELLO C "NOOP\r\n" S "250-a\r\n" LOST_S "5" S "b\r\n" C "QUIT\r\n" S "221 bye\r\n", NULL, "",
      "-reply_unmatched" },
    { "greeting and EHLO lost",
      LOST_S "30" LOST_C "6" C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n" C "RSET\r\n" S "250 ok\r\n",
      "gap gap MAIL 250>MAIL RSET 250>RSET", "SMTP aborted from=a@b frames=3-6 at=6", "-helo_missing -bad_sequence" },
    { "state known again after RSET",
      HELLO LOST_C "30" C "RSET\r\n" S "250 ok\r\n" C "RCPT TO:<c@d>\r\n" S "503 no\r\n", NULL, "", "+bad_sequence" },
    { "response of AUTH lost",
      HELLO C "AUTH PLAIN\r\n" S "334 \r\n" LOST_C "20" S "235 ok\r\n" C "NOOP\r\n" S "250 ok\r\n", NULL, "", SILENT },
    { "user name lost", HELLO LOGIN_LOST "c2VjcmV0\r\n" S "235 ok\r\n" C "NOOP\r\n" S "250 ok\r\n",
      SAID_LOGIN_LOST "auth 235>auth NOOP 250>NOOP", "", SILENT },
    { "user name lost, password typed in clear", HELLO LOGIN_LOST "secret\r\n" S "501 no\r\n" C "NOOP\r\n",
      SAID_LOGIN_LOST "auth 501>auth NOOP", "", SILENT },
    { "rest of AUTH lost", HELLO LOGIN_LOST "MAIL FROM:<a@b>\r\n" S "250 ok\r\n", SAID_LOGIN_LOST "MAIL 250>MAIL", NULL,
      SILENT },
    { "more than AUTH lost", HELLO LOGIN_LOST "Hello Alice,\r\n\r\nc2VjcmV0\r\nRSET\r\n" S "250 ok\r\n",
      SAID_LOGIN_LOST "text text text RSET 250>RSET", "", SILENT },
};

/* Correct clients and servers: neither a warning nor an error. */
#define NO_WARNING "-PI_WARN -PI_ERROR"
#define PIPELINED C "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n" S "250 m\r\n250 r\r\n354 go\r\n"
#define BYE C "QUIT\r\n" S "221 bye\r\n"
#define OFFER(keywords) S "220 s.example ESMTP\r\n" C "EHLO c.example\r\n" S "250-s.example\r\n" keywords

static const struct script_row silent_rows[] = {
    { "pipelined, dots stuffed", HELLO PIPELINED C "Subject: x\r\n\r\n..\r\n....\r\n.\r\n" S "250 ok\r\n" BYE, NULL,
      NULL, NO_WARNING },
    { "without pipelining",
      OFFER("250 SIZE 100\r\n") C "MAIL FROM:<a@b.example> SIZE=6\r\n" S "250 ok\r\n" C "RCPT TO:<c@d.example>\r\n" S
                                  "250 ok\r\n" C "DATA\r\n" S "354 go\r\n" C "x\r\ny\r\n.\r\n" S "250 ok\r\n" BYE,
      NULL, NULL, NO_WARNING },
    { "HELO alone", S "220 s.example ESMTP\r\n" C "HELO c.example\r\n" S "250 s.example\r\n" BYE, NULL, "",
      NO_WARNING },
    { "BDAT in chunks",
      HELLO C "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nBDAT 3\r\na\r\nBDAT 2\r\n\r\nBDAT 0 LAST\r\n" S
              "250 m\r\n250 r\r\n250 1\r\n250 2\r\n250 3\r\n" BYE,
      NULL, NULL, NO_WARNING },
    { "8BITMIME",
      OFFER("250 8BITMIME\r\n") C "MAIL FROM:<a@b.example> BODY=8BITMIME\r\n" S "250 ok\r\n" C
                                  "RCPT TO:<c@d.example>\r\n" S "250 ok\r\n" C "DATA\r\n" S "354 go\r\n" C
                                  "\xC3\xA9\r\n.\r\n" S "250 ok\r\n" BYE,
      NULL, NULL, NO_WARNING " -8bit_data" },
    { "BINARYMIME",
      OFFER("250-BINARYMIME\r\n250 CHUNKING\r\n") C "MAIL FROM:<a@b.example> BODY=BINARYMIME\r\n" S "250 ok\r\n" C
                                                    "RCPT TO:<c@d.example>\r\n" S "250 ok\r\n" C
                                                    "BDAT 6 LAST\r\na\nb\rc\n" S "250 ok\r\n" BYE,
      NULL, NULL, NO_WARNING " -8bit_data" },
    { "SMTPUTF8",
      OFFER("250-8BITMIME\r\n250 SMTPUTF8\r\n") C "MAIL FROM:<r\xC3\xA9@b.example> SMTPUTF8\r\n" S "250 ok\r\n" C
                                                  "RCPT TO:<\xC3\xA9@d.example>\r\n" S "250 ok\r\n" C "DATA\r\n" S
                                                  "354 go\r\n" C "\xC3\xA9\r\n.\r\n" S "250 ok\r\n" BYE,
      NULL, "SMTP accepted from=r\xC3\xA9@b.example to=\xC3\xA9@d.example reply=(250 ok) size=4 frames=4-11 at=11",
      NO_WARNING " -8bit_data" },
    { "DSN",
      OFFER("250 DSN\r\n") C "MAIL FROM:<a@b.example> RET=HDRS ENVID=QQ314159\r\n" S "250 ok\r\n" C
                             "RCPT TO:<c@d.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;c@d.example\r\n" S
                             "250 ok\r\n" C "RSET\r\n" S "250 ok\r\n" BYE,
      NULL, NULL, NO_WARNING },
    { "null sender",
      HELLO C "MAIL FROM:<>\r\n" S "250 ok\r\n" C "RCPT TO:<c@d.example>\r\n" S "250 ok\r\n" C "DATA\r\n" S
              "354 go\r\n" C "x\r\n.\r\n" S "250 ok\r\n" BYE,
      NULL, NULL, NO_WARNING " -null_sender_many" },
    { "STARTTLS followed by TLS",
      HELLO C "STARTTLS\r\n" S "220 go\r\n" C "\x16\x03\x01\x01" S "\x16\x03\x03\x01" SECURED C "EHLO c.example\r\n" S
              "250-s.example\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n" C "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" S
              "235 ok\r\n" PIPELINED C "x\r\n.\r\n" S "250 ok\r\n" BYE,
      NULL, NULL, NO_WARNING " -starttls_not_used" },
    { "LMTP, mixed replies",
      S "220 s.example LMTP\r\n" C "LHLO c.example\r\n" S "250-s.example\r\n250 PIPELINING\r\n" C
        "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<e@f.example>\r\nDATA\r\n" S
        "250 m\r\n250 r\r\n250 r\r\n354 go\r\n" C "x\r\n.\r\n" S "250 one\r\n452 two\r\n" BYE,
      NULL, NULL, NO_WARNING },
    { "refusals",
      HELLO C "MAIL FROM:<a@b.example>\r\n" S "250 ok\r\n" C "RCPT TO:<c@d.example>\r\n" S "550 5.1.1 no\r\n" C
              "RCPT TO:<e@d.example>\r\n" S "450 4.2.0 later\r\n" BYE,
      NULL, NULL, NO_WARNING },
};

#define ROWS(rows) rows, G_N_ELEMENTS(rows)

static void test_lines(void)
{
    script_test(ROWS(line_rows));
}

static void test_counts(void)
{
    script_test(ROWS(count_rows));
}

static void test_auth(void)
{
    script_test(ROWS(auth_rows));
}

static void test_tls(void)
{
    script_test(ROWS(tls_rows));
}

static void test_lookalike(void)
{
    script_test(ROWS(lookalike_rows));
}

static void test_gap(void)
{
    script_test(ROWS(gap_rows));
}

static void test_silent(void)
{
    script_test(ROWS(silent_rows));
}

static void test_abuse(void)
{
    static const char auth[] =
        HELLO C "AUTH LOGIN\r\n" S "334 VXNlcm5hbWU6\r\n" C "dXNlcg==\r\n" S "334 UGFzc3dvcmQ6\r\n" C "cGFzcw==\r\n" S
                "235 ok\r\n" C "STARTTLS\r\n" S "220 go\r\n" SECURED C "NOOP\r\n";
    static const char gaps[] =
        IN_DATA C "x\r\n" LOST_C "9" C "y\n.\r\nQUIT\r\n.\r\n" LOST_S "3" S "250 ok\r\n221 bye\r\n";
    mw_test_abuse(auth, sizeof auth - 1, script_survive);
    mw_test_abuse(gaps, sizeof gaps - 1, script_survive);
}

/* More commands without reply than are remembered. */
static void test_many_commands(void)
{
    GString *script = g_string_new(C);
    for (unsigned i = 0; i < SMTP_MAX_OUTSTANDING + 10; i++)
        g_string_append(script, "NOOP\r\n");
    struct script_run *run = script_play(script->str, script->len, false);
    char *issues = script_issues(run);
    g_assert_nonnull(strstr(issues, " limit "));
    g_free(issues);
    script_free(run);
    g_string_free(script, TRUE);
}

/* Lines of a reply that are longer than the text that is kept. */
static void test_long_reply(void)
{
    char *line = g_strnfill(SMTP_MAX_REPLY_TEXT + 1, 'x');
    char *script = g_strconcat(HELLO S "250-", line, "\r\n" S "250 ", line, "\r\n", NULL);
    struct script_run *run = script_play(script, strlen(script), false);
    const struct script_element *last = run->first;
    while (last->next)
        last = last->next;
    g_assert_true(last->smtp.ends);
    g_assert_cmpuint(last->smtp.reply->lines, ==, 2);
    g_assert_null(last->smtp.reply->text);
    script_free(run);
    g_free(script);
    g_free(line);
}

/* A line longer than any is shown in pieces and waits for nothing. */
static void test_long_line(void)
{
    GString *script = g_string_new(HELLO C);
    for (unsigned i = 0; i < SMTP_MAX_LINE_OCTETS + 10; i++)
        g_string_append_c(script, 'x');
    struct script_run *run = script_play(script->str, script->len, true);
    g_assert_cmpuint(run->pending[MW_CLIENT]->len, ==, 0);
    uint64_t octets = 0;
    for (const struct script_element *e = run->first; e; e = e->next)
        octets += e->smtp.from_client ? e->smtp.base.len : 0;
    g_assert_cmpuint(octets, ==, strlen("EHLO c.example\r\n") + SMTP_MAX_LINE_OCTETS + 10);
    script_free(run);
    g_string_free(script, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/smtp/session/lines", test_lines);
    g_test_add_func("/smtp/session/counts", test_counts);
    g_test_add_func("/smtp/session/auth", test_auth);
    g_test_add_func("/smtp/session/tls", test_tls);
    g_test_add_func("/smtp/session/lookalike", test_lookalike);
    g_test_add_func("/smtp/session/gap", test_gap);
    g_test_add_func("/smtp/session/silent", test_silent);
    g_test_add_func("/smtp/session/abuse", test_abuse);
    g_test_add_func("/smtp/session/many_commands", test_many_commands);
    g_test_add_func("/smtp/session/long_reply", test_long_reply);
    g_test_add_func("/smtp/session/long_line", test_long_line);
    return g_test_run();
}
