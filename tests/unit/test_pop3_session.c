/* Tests of a POP3 session: what each octet is, which reply answers what, messages, AUTH, STLS, gaps.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "pop3_script.h"

/* Frames 1 to 5 */
#define LOGIN S "+OK POP3 ready <1.2@s.example>\r\n" C "USER u\r\n" S "+OK\r\n" C "PASS p w\r\n" S "+OK 2 messages\r\n"
#define SAID_LOGIN "+OK>greeting USER +OK>USER PASS +OK>PASS "
#define BYE C "QUIT\r\n" S "+OK bye\r\n"
#define SAID_BYE " QUIT +OK>QUIT"
#define SILENT "-reply_unmatched -reply_malformed -bad_state -unknown_command -pipelining -argument -unterminated"
#define NO_WARNING "-PI_ERROR -reply_unmatched -reply_malformed -bad_state -unterminated -octets_differ"

static const struct script_row line_rows[] = {
    { "a whole session",
      LOGIN C "STAT\r\n" S "+OK 2 320\r\n" C "LIST\r\n" S "+OK 2 messages\r\n1 120\r\n2 200\r\n.\r\n" C "DELE 1\r\n" S
              "+OK gone\r\n" BYE,
      SAID_LOGIN "STAT +OK>STAT LIST +OK>LIST row row . DELE +OK>DELE" SAID_BYE, "",
      SILENT " +auth_cleartext -stat_list_differ" },
    { "case", S "+ok hi\r\n" C "user u\r\n" S "+Ok\r\n" C "pass p\r\n" S "-err no\r\n",
      "+OK>greeting USER +OK>USER PASS -ERR>PASS", "", SILENT " +auth_failed" },
    { "LIST and UIDL with argument",
      LOGIN C "LIST 2\r\n" S "+OK 2 200\r\n" C "UIDL 2\r\n" S "+OK 2 abc\r\n" C "LIST 3\r\n" S "-ERR no such\r\n" BYE,
      SAID_LOGIN "LIST +OK>LIST UIDL +OK>UIDL LIST -ERR>LIST" SAID_BYE, "", SILENT " -uidl" },
    { "LIST refused", LOGIN C "LIST\r\n" S "-ERR no\r\n" BYE, SAID_LOGIN "LIST -ERR>LIST" SAID_BYE, "", SILENT },
    { "empty LIST", LOGIN C "LIST\r\n" S "+OK 0 messages\r\n.\r\n" BYE, SAID_LOGIN "LIST +OK>LIST ." SAID_BYE, "",
      SILENT },
    { "CAPA", S "+OK hi\r\n" C "CAPA\r\n" S "+OK\r\nTOP\r\nSASL PLAIN\r\n.\r\n" BYE,
      "+OK>greeting CAPA +OK>CAPA row row ." SAID_BYE, "", SILENT },
    { "row that begins with a dot", S "+OK hi\r\n" C "CAPA\r\n" S "+OK\r\n..\r\n..X\r\n.\r\n" BYE,
      "+OK>greeting CAPA +OK>CAPA row row ." SAID_BYE, "", SILENT },
    { "AUTH and LANG without argument",
      S "+OK hi\r\n" C "AUTH\r\n" S "+OK\r\nPLAIN\r\nLOGIN\r\n.\r\n" C "LANG\r\n" S "+OK\r\nen English\r\n.\r\n" BYE,
      "+OK>greeting AUTH +OK>AUTH row row . LANG +OK>LANG row ." SAID_BYE, "", SILENT },
    { "LANG with argument", S "+OK hi\r\n" C "LANG de\r\n" S "+OK de\r\n" BYE, "+OK>greeting LANG +OK>LANG" SAID_BYE,
      "", SILENT },
    { "commands in one segment",
      LOGIN C "LIST\r\nUIDL\r\nRETR 1\r\nQUIT\r\n" S
              "+OK\r\n1 3\r\n.\r\n+OK\r\n1 a\r\n.\r\n+OK 3 octets\r\nx\r\n.\r\n+OK bye\r\n",
      SAID_LOGIN "LIST UIDL RETR QUIT +OK>LIST row . +OK>UIDL row . +OK>RETR body(3.) +OK>QUIT",
      "accepted size=3 user=u frames=6-7 at=7", "+pipelining -bad_state -reply_unmatched -unterminated" },
    { "pipelining offered",
      S "+OK hi\r\n" C "CAPA\r\n" S "+OK\r\nPIPELINING\r\n.\r\n" C "USER u\r\nPASS p\r\nSTAT\r\n" S
        "+OK\r\n+OK\r\n+OK 0 0\r\n",
      "+OK>greeting CAPA +OK>CAPA row . USER PASS STAT +OK>USER +OK>PASS +OK>STAT", "", SILENT },
    { "XTND XLST", LOGIN C "XTND XLST Subject\r\n" S "+OK\r\n1 Subject: x\r\n.\r\n" BYE,
      SAID_LOGIN "XTND +OK>XTND row ." SAID_BYE, "", SILENT },
    { "XTND XMIT", LOGIN C "XTND XMIT\r\n" S "+OK go\r\n" C "To: x\r\n\r\nQUIT\r\n.\r\n" S "+OK sent\r\n" BYE,
      SAID_LOGIN "XTND +OK>XTND text text text text +OK>eot" SAID_BYE, "", SILENT },
    { "unknown command", LOGIN C "FOO\r\n" S "-ERR what\r\n" BYE, SAID_LOGIN "? -ERR>?" SAID_BYE, "",
      "+unknown_command -reply_unmatched" },
    { "reply nobody asked for", LOGIN S "+OK why\r\n", SAID_LOGIN "+OK>nobody", "", "+reply_unmatched" },
    { "the server says good-bye", LOGIN S "-ERR autologout\r\n", SAID_LOGIN "-ERR>nobody", "", "-reply_unmatched" },
    { "no status line", LOGIN C "NOOP\r\n" S "hello\r\n+OK\r\n", SAID_LOGIN "NOOP text +OK>NOOP", "",
      "+reply_malformed -not_protocol" },
    { "another protocol", S "SSH-2.0-x\r\n", "text", "", "+not_protocol" },
    { "greeting refused", S "-ERR [SYS/TEMP] busy\r\n", "-ERR>greeting", "", SILENT " -not_protocol" },
    { "rows without end", LOGIN C "LIST\r\n" S "+OK\r\n1 120\r\n2 200\r\n" C "STAT\r\n" S "+OK 2 320\r\n" BYE,
      SAID_LOGIN "LIST +OK>LIST row row STAT +OK>STAT" SAID_BYE, "", "+unterminated -reply_unmatched -pipelining" },
    { "rows without end, then -ERR", LOGIN C "CAPA\r\n" S "+OK\r\nUSER\r\n" C "FOO\r\n" S "-ERR no\r\n" BYE,
      SAID_LOGIN "CAPA +OK>CAPA row ? -ERR>?" SAID_BYE, "", "+unterminated -reply_unmatched" },
    { "a row that looks like a reply", S "+OK hi\r\n" C "CAPA\r\n" S "+OK\r\n+OK\r\n.\r\n" BYE,
      "+OK>greeting CAPA +OK>CAPA row ." SAID_BYE, "", "-unterminated -reply_unmatched" },
    { "lines that end in LF", S "+OK hi\n" C "CAPA\n" S "+OK\nTOP\n.\n" C "QUIT\n" S "+OK\n",
      "+OK>greeting CAPA +OK>CAPA row ." SAID_BYE, "", "+bare_lf -reply_unmatched" },
    { "line without end", LOGIN C "NOOP", SAID_LOGIN "NOOP~", "", SILENT },
    { "reply without end", LOGIN C "NOOP\r\n" S "+OK", SAID_LOGIN "NOOP +OK>NOOP~", "", SILENT },
    { "STAT in the wrong state", S "+OK hi\r\n" C "STAT\r\n" S "-ERR no\r\n", NULL, "", "+bad_state" },
    { "USER after login", LOGIN C "USER x\r\n" S "-ERR no\r\n", NULL, "", "+bad_state" },
    { "PASS without USER", S "+OK hi\r\n" C "PASS x\r\n" S "-ERR no\r\n", NULL, "", "+bad_state" },
    { "PASS after refused USER", S "+OK hi\r\n" C "USER x\r\n" S "-ERR no\r\n" C "PASS x\r\n" S "-ERR no\r\n", NULL, "",
      "+bad_state" },
    { "command after QUIT", LOGIN C "QUIT\r\n" S "+OK\r\n" C "NOOP\r\n", NULL, "", "+bad_state" },
    { "LIST differs from STAT", LOGIN C "STAT\r\n" S "+OK 2 320\r\n" C "LIST\r\n" S "+OK\r\n1 120\r\n.\r\n", NULL, "",
      "+stat_list_differ" },
    { "LIST after DELE",
      LOGIN C "STAT\r\n" S "+OK 2 320\r\n" C "DELE 1\r\n" S "+OK\r\n" C "LIST\r\n" S "+OK\r\n2 120\r\n.\r\n", NULL, "",
      "-stat_list_differ" },
    { "LIST after RSET",
      LOGIN C "STAT\r\n" S "+OK 2 320\r\n" C "DELE 1\r\n" S "+OK\r\n" C "RSET\r\n" S "+OK\r\n" C "LIST\r\n" S
              "+OK\r\n1 1\r\n2 120\r\n.\r\n",
      NULL, "", "-stat_list_differ" },
    { "unique-ids", LOGIN C "UIDL\r\n" S "+OK\r\n1 a\r\n2 b\r\n.\r\n" C "UIDL\r\n" S "+OK\r\n1 a\r\n2 b\r\n.\r\n", NULL,
      "", "-uidl" },
    { "unique-id given twice", LOGIN C "UIDL\r\n" S "+OK\r\n1 a\r\n2 b\r\n3 a\r\n.\r\n", NULL, "", "+uidl" },
    { "empty unique-id", LOGIN C "UIDL\r\n" S "+OK\r\n1\r\n.\r\n", NULL, "", "+uidl" },
    { "bad unique-id of one message", LOGIN C "UIDL 1\r\n" S "+OK 1 a b\r\n", NULL, "", "+uidl" },
};

static const struct script_row message_rows[] = {
    { "RETR", LOGIN C "RETR 1\r\n" S "+OK 14 octets\r\nSubject: x\r\n\r\n.\r\n" BYE,
      SAID_LOGIN "RETR +OK>RETR body(14.)" SAID_BYE, "accepted size=14 user=u frames=6-7 at=7",
      SILENT " -octets_differ" },
    { "RETR over segments", LOGIN C "RETR 1\r\n" S "+OK 14 octets\r" S "\nSubject: x\r\n\r" S "\n." S "\r\n" BYE,
      SAID_LOGIN "RETR +OK>RETR body(14.)" SAID_BYE, "accepted size=14 user=u frames=6-10 at=10",
      SILENT " -octets_differ" },
    { "empty message", LOGIN C "RETR 1\r\n" S "+OK 0 octets\r\n.\r\n" BYE, SAID_LOGIN "RETR +OK>RETR body(0.)" SAID_BYE,
      "accepted size=0 user=u frames=6-7 at=7", SILENT },
    { "TOP", LOGIN C "TOP 1 0\r\n" S "+OK 1000 octets\r\nSubject: x\r\n\r\n.\r\n" BYE,
      SAID_LOGIN "TOP +OK>TOP body(14.)" SAID_BYE, "", SILENT " -octets_differ" },
    { "RETR refused", LOGIN C "RETR 9\r\n" S "-ERR no such message\r\n" BYE, SAID_LOGIN "RETR -ERR>RETR" SAID_BYE, "",
      SILENT },
    { "two messages", LOGIN C "RETR 1\r\n" S "+OK\r\na\r\n.\r\n" C "RETR 2\r\n" S "+OK\r\nbb\r\n.\r\n" BYE,
      SAID_LOGIN "RETR +OK>RETR body(3.) RETR +OK>RETR body(4.)" SAID_BYE,
      "accepted size=3 user=u frames=6-7 at=7; accepted size=4 user=u frames=8-9 at=9", SILENT },
    { "message that looks like replies",
      LOGIN C "RETR 1\r\n" S "+OK\r\n+OK 1\r\n-ERR x\r\n..\r\n..x\r\n+ \r\n.\r\n" BYE,
      SAID_LOGIN "RETR +OK>RETR body(26.)" SAID_BYE, "accepted size=26 user=u frames=6-7 at=7",
      SILENT " -dot_unstuffed" },
    { "the client does not wait for the end",
      LOGIN C "RETR 1\r\n" S "+OK\r\nx\r\n" C "NOOP\r\n" S "+OK y\r\n.\r\n+OK\r\n" BYE,
      SAID_LOGIN "RETR +OK>RETR body(10.) NOOP body(10.) +OK>NOOP" SAID_BYE, "accepted size=10 user=u frames=6-9 at=9",
      "-unterminated +pipelining -reply_unmatched" },
    { "dot not doubled", LOGIN C "RETR 1\r\n" S "+OK\r\n.x\r\n.\r\n" BYE, NULL, NULL, "+dot_unstuffed" },
    { "what only SMTP minds", LOGIN C "RETR 1\r\n" S "+OK\r\nx\r\ny\n.\nz\r.\rNOOP\r\n\xC3\xA9\r\n.\r\n" BYE, NULL,
      "accepted size=21 user=u frames=6-7 at=7", SILENT " -PI_ERROR" },
    { "server that knows LF alone", LOGIN C "RETR 1\r\n" S "+OK 4 octets\na\n..\n.\n" BYE,
      SAID_LOGIN "RETR +OK>RETR body(4.)" SAID_BYE, "accepted size=4 user=u frames=6-7 at=7", "-octets_differ" },
    { "... with CRLF around the dot", LOGIN C "RETR 1\r\n" S "+OK 2 octets\r\na\n.\r\n" BYE,
      SAID_LOGIN "RETR +OK>RETR body(2.)" SAID_BYE, "accepted size=2 user=u frames=6-7 at=7", "-octets_differ" },
    { "octets without CR", LOGIN C "RETR 1\r\n" S "+OK 4 octets\r\na\r\nb\r\n.\r\n", NULL, NULL, "-octets_differ" },
    { "too few octets", LOGIN C "RETR 1\r\n" S "+OK 100 octets\r\na\r\nb\r\n.\r\n", NULL, NULL, "+octets_differ" },
    { "too many octets", LOGIN C "RETR 1\r\n" S "+OK 3 octets\r\na\r\nb\r\n.\r\n", NULL, NULL, "+octets_differ" },
    { "other octets than in LIST",
      LOGIN C "LIST\r\n" S "+OK\r\n1 6\r\n3 100\r\n.\r\n" C "RETR 1\r\n" S "+OK\r\na\r\nb\r\n.\r\n" C "RETR 3\r\n" S
              "+OK\r\na\r\nb\r\n.\r\n",
      NULL, NULL, "+octets_differ" },
    { "octets of LIST",
      LOGIN C "LIST\r\n" S "+OK\r\n1 6\r\n3 100\r\n.\r\n" C "RETR 1\r\n" S "+OK\r\na\r\nb\r\n.\r\n" C "RETR 2\r\n" S
              "+OK\r\na\r\nb\r\n.\r\n",
      NULL, NULL, "-octets_differ" },
    { "capture ends in the message", LOGIN C "RETR 1\r\n" S "+OK\r\nSubject: x\r\n", SAID_LOGIN "RETR +OK>RETR body(0)",
      "incomplete user=u frames=6-7 at=7", SILENT },
    { "capture ends before the message", LOGIN C "RETR 1\r\n" S "+OK\r\n", SAID_LOGIN "RETR +OK>RETR",
      "incomplete user=u frames=6-7 at=7", SILENT },
    { "capture ends before the reply", LOGIN C "RETR 1\r\n", SAID_LOGIN "RETR", "incomplete user=u frames=6-6 at=6",
      SILENT },
    { "one whole, one open", LOGIN C "RETR 1\r\n" S "+OK\r\na\r\n.\r\n" C "RETR 2\r\n" S "+OK\r\nb", NULL,
      "accepted size=3 user=u frames=6-7 at=7; incomplete user=u frames=8-9 at=9", SILENT },
    { "refused, then open", LOGIN C "RETR 9\r\n" S "-ERR\r\n" C "RETR 2\r\n" S "+OK\r\nb", NULL,
      "incomplete user=u frames=8-9 at=9", SILENT },
};

/* RFC 5034, 1939 7 */
static const struct script_row auth_rows[] = {
    { "PLAIN with initial response",
      S "+OK hi\r\n" C "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" S "+OK\r\n" C "RETR 1\r\n" S "+OK\r\n.\r\n",
      "+OK>greeting AUTH +OK>AUTH RETR +OK>RETR body(0.)", "accepted size=0 user=user frames=4-5 at=5",
      SILENT " +auth_cleartext" },
    { "PLAIN with challenge", S "+OK hi\r\n" C "AUTH PLAIN\r\n" S "+ \r\n" C "AHVzZXIAcGFzcw==\r\n" S "+OK\r\n" BYE,
      "+OK>greeting AUTH +>AUTH auth +OK>auth" SAID_BYE, "", SILENT },
    { "LOGIN",
      S "+OK hi\r\n" C "AUTH LOGIN\r\n" S "+ VXNlcm5hbWU6\r\n" C "dXNlcg==\r\n" S "+ UGFzc3dvcmQ6\r\n" C
        "cGFzcw==\r\n" S "+OK\r\n" C "STAT\r\n" S "+OK 0 0\r\n",
      "+OK>greeting AUTH +>AUTH auth +>auth auth +OK>auth STAT +OK>STAT", "", SILENT " +auth_cleartext" },
    { "LOGIN in one segment",
      S "+OK hi\r\n" C "AUTH LOGIN\r\ndXNlcg==\r\ncGFzcw==\r\nSTAT\r\n" S
        "+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\n+OK\r\n+OK 0 0\r\n",
      "+OK>greeting AUTH auth auth STAT +>AUTH +>auth +OK>auth +OK>STAT", "", "-bad_state -reply_unmatched" },
    { "challenge without blank", S "+OK hi\r\n" C "AUTH PLAIN\r\n" S "+\r\n" C "AHVzZXIAcGFzcw==\r\n" S "+OK\r\n",
      "+OK>greeting AUTH +>AUTH auth +OK>auth", "", SILENT },
    { "empty response", S "+OK hi\r\n" C "AUTH EXTERNAL\r\n" S "+ \r\n" C "\r\n" S "+OK\r\n",
      "+OK>greeting AUTH +>AUTH auth +OK>auth", "", SILENT },
    { "initial response =", S "+OK hi\r\n" C "AUTH EXTERNAL =\r\n" S "+OK\r\n", "+OK>greeting AUTH +OK>AUTH", "",
      SILENT },
    { "response that looks like a command", S "+OK hi\r\n" C "AUTH PLAIN\r\n" S "+ \r\n" C "QUIT\r\n" S "-ERR no\r\n",
      "+OK>greeting AUTH +>AUTH auth -ERR>auth", "", "+auth_failed" },
    { "cancelled", S "+OK hi\r\n" C "AUTH LOGIN\r\n" S "+ VXNlcm5hbWU6\r\n" C "*\r\n" S "-ERR ok\r\n" BYE,
      "+OK>greeting AUTH +>AUTH auth -ERR>auth" SAID_BYE, "", SILENT " +auth_cancelled -auth_failed" },
    { "mechanism refused", S "+OK hi\r\n" C "AUTH FOO\r\n" S "-ERR no\r\n" BYE, "+OK>greeting AUTH -ERR>AUTH" SAID_BYE,
      "", SILENT },
    { "failed three times",
      S "+OK hi\r\n" C "USER u\r\n" S "+OK\r\n" C "PASS p\r\n" S "-ERR no\r\n" C "AUTH PLAIN AHUAcA==\r\n" S
        "-ERR no\r\n" C "APOP u 0123456789abcdef0123456789abcdef\r\n" S "-ERR no\r\n",
      NULL, "", "+auth_failed +auth_bruteforce +apop -apop_timestamp" },
    { "failed twice",
      S "+OK hi\r\n" C "USER u\r\n" S "+OK\r\n" C "PASS p\r\n" S "-ERR no\r\n" C "AUTH PLAIN AHUAcA==\r\n" S
        "-ERR no\r\n",
      NULL, "", "+auth_failed -auth_bruteforce" },
    { "user of APOP",
      S "+OK <1.2@s>\r\n" C "APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n" S "+OK\r\n" C "RETR 1\r\n" S
        "+OK\r\n.\r\n",
      NULL, "accepted size=0 user=mrose frames=4-5 at=5", SILENT " -apop_timestamp -auth_cleartext" },
    { "timestamp that collects digests",
      S "+OK <1.2s\x01>\r\n" C "APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n" S "+OK\r\n", NULL, "",
      "+apop +apop_timestamp" },
    { "two users at once",
      S "+OK hi\r\n" C "USER a\r\nPASS p\r\nUSER b\r\nPASS q\r\nRETR 1\r\n" S
        "+OK\r\n-ERR\r\n+OK\r\n+OK\r\n+OK\r\n.\r\n",
      NULL, "accepted size=0 user=b frames=2-3 at=3", "+auth_failed" },
    { "not the pending user",
      S "+OK hi\r\n" C "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" S "-ERR\r\n" C "RETR 1\r\n" S "+OK\r\n.\r\n", NULL,
      "accepted size=0 frames=4-5 at=5", "+auth_failed" },
};

static const struct script_row tls_rows[] = {
    { "STLS",
      S "+OK hi\r\n" C "CAPA\r\n" S "+OK\r\nSTLS\r\n.\r\n" C "STLS\r\n" S "+OK\r\n" C "\x16\x03\x01\x01" S
        "\x16\x03\x03\x01" SECURED C "USER u\r\n" S "+OK\r\n" C "PASS p\r\n" S "+OK\r\n" C "RETR 1\r\n" S
        "+OK\r\n.\r\n" BYE,
      "+OK>greeting CAPA +OK>CAPA row . STLS +OK>STLS tls tls USER +OK>USER PASS +OK>PASS RETR +OK>RETR "
      "body(0.)" SAID_BYE,
      "accepted size=0 user=u tls frames=13-14 at=14", SILENT " -auth_cleartext -stls_not_used -PI_ERROR -PI_WARN" },
    { "TLS from the start", SECURED S "+OK hi\r\n" C "USER u\r\n" S "+OK\r\n" C "PASS p\r\n" S "+OK\r\n",
      "+OK>greeting USER +OK>USER PASS +OK>PASS", "", SILENT " -auth_cleartext" },
    { "login although STLS was offered",
      S "+OK hi\r\n" C "CAPA\r\n" S "+OK\r\nSTLS\r\n.\r\n" C "USER u\r\n" S "+OK\r\n" C "PASS p\r\n", NULL, "",
      "+stls_not_used +auth_cleartext" },
    { "STLS refused", S "+OK hi\r\n" C "STLS\r\n" S "-ERR no\r\n" C "USER u\r\n" S "+OK\r\n" C "PASS p\r\n",
      "+OK>greeting STLS -ERR>STLS USER +OK>USER PASS", "", "+stls_refused -stls_stripped" },
    { "STLS hidden", S "+OK hi\r\n" C "CAPA\r\n" S "+OK\r\nTOP\r\n.\r\n" C "STLS\r\n", NULL, "", "+stls_stripped" },
    { "STLS overwritten", S "+OK hi\r\n" C "CAPA\r\n" S "+OK\r\nXXXX\r\n.\r\n", NULL, "", "+stls_stripped" },
    { "command behind STLS", S "+OK hi\r\n" C "STLS\r\nUSER evil\r\n" S "+OK\r\n" C "\x16\x03\x01", NULL, "",
      "+stls_injection" },
    { "reply behind the reply to STLS", S "+OK hi\r\n" C "STLS\r\n" S "+OK\r\n+OK injected\r\n", NULL, "",
      "+stls_response_injection" },
    { "no TLS after STLS", S "+OK hi\r\n" C "STLS\r\n" S "+OK\r\n" C "USER u\r\n" S "+OK\r\n", NULL, "",
      "+stls_not_followed" },
    { "STLS under TLS", SECURED S "+OK hi\r\n" C "CAPA\r\n" S "+OK\r\nSTLS\r\n.\r\n", NULL, "", "+stls_under_tls" },
    { "STLS command under TLS", SECURED S "+OK hi\r\n" C "STLS\r\n" S "-ERR no\r\n", NULL, "",
      "+stls_under_tls -stls_stripped" },
    { "STLS, client only", C "STLS\r\n" C "\x16\x03\x01" C "\x17\x03\x03x", "STLS tls", "", "-unknown_command" },
};

static const struct script_row gap_rows[] = {
    { "client only",
      C "USER u\r\n" C "PASS p\r\n" C "STAT\r\n" C "RETR 1\r\n" C "RETR 2\r\n" C "DELE 1\r\n" C "QUIT\r\n",
      "USER PASS STAT RETR RETR DELE QUIT", "incomplete user=u frames=4-5 at=5; incomplete user=u frames=5-6 at=6",
      SILENT },
    { "client only, pipelined", C "USER u\r\n" C "PASS p\r\n" C "RETR 1\r\nRETR 2\r\n" C "QUIT\r\n",
      "USER PASS RETR RETR QUIT", "incomplete user=u frames=3-4 at=4; incomplete user=u frames=3-4 at=4", SILENT },
    { "client only, AUTH LOGIN", C "AUTH LOGIN\r\n" C "dXNlcg==\r\n" C "cGFzcw==\r\n" C "RETR 1\r\n",
      "AUTH auth auth RETR", "incomplete user=user frames=4-4 at=4", SILENT },
    { "user name of AUTH lost",
      S "+OK hi\r\n" C "AUTH LOGIN\r\n" S "+ VXNlcm5hbWU6\r\n" LOST_C "6" S "+ UGFzc3dvcmQ6\r\n" C "c2VjcmV0\r\n" S
        "+OK\r\n" C "STAT\r\n" S "+OK 2 320\r\n",
      "+OK>greeting AUTH +>AUTH gap +>nobody auth +OK>auth STAT +OK>STAT", "", SILENT },
    { "more than AUTH lost",
      S "+OK hi\r\n" C "AUTH LOGIN\r\n" S "+ VXNlcm5hbWU6\r\n" LOST_C "6" C "Hello Alice\r\nc2VjcmV0\r\nSTAT\r\n",
      "+OK>greeting AUTH +>AUTH gap text text STAT", "", SILENT },
    { "server only",
      S "+OK hi\r\n" S "+OK\r\n" S "+OK\r\n" S "+OK 2 320\r\n" S "+OK 2 messages\r\n1 120\r\n2 200\r\n.\r\n" S
        "+OK\r\n1 abc\r\n2 x\r\n.\r\n" S "+OK 14 octets\r\nSubject: x\r\n\r\n.\r\n" S "+OK bye\r\n",
      "+OK>greeting +OK>nobody +OK>nobody +OK>nobody +OK>nobody row row . +OK>nobody row row . +OK>nobody body(14.) "
      "+OK>nobody",
      "incomplete size=14 frames=7-7 at=7", SILENT },
    { "server only, CAPA and AUTH", S "+OK hi\r\n" S "+OK\r\nTOP\r\nX\r\n.\r\n" S "+OK\r\nPLAIN\r\n.\r\n" S "-ERR\r\n",
      "+OK>greeting +OK>nobody row row . +OK>nobody row . -ERR>nobody", "", SILENT },
    { "server only, TOP", S "+OK hi\r\n" S "+OK top of message follows\r\nSubject: x\r\n+OK\r\n.\r\n+OK\r\n",
      "+OK>greeting +OK>nobody body(17.) +OK>nobody", "", SILENT },
    { "server only, rows without end", S "+OK hi\r\n" S "+OK\r\n1 120\r\n" S "+OK 1 120\r\n",
      "+OK>greeting +OK>nobody row +OK>nobody", "", "-reply_unmatched" },
    { "late start", C "RETR 1\r\n" S "+OK\r\nx\r\n.\r\n" BYE, "RETR +OK>RETR body(3.)" SAID_BYE,
      "accepted size=3 frames=1-2 at=2", SILENT },
    { "late start in a message", S "half a line\r\n+ x\r\n.\r\n" C "DELE 1\r\n" S "+OK\r\n", NULL, "",
      "+not_protocol -reply_unmatched -bad_state" },
    { "late start with a reply", S "+OK 2 320\r\n" C "LIST\r\n" S "+OK\r\n1 1\r\n.\r\n",
      "+OK>nobody LIST +OK>LIST row .", "", SILENT },
    { "gap in a message",
      LOGIN C "RETR 1\r\n" S "+OK 20 octets\r\nab" LOST_S "15" S "c\r\n.\r\n" C "RETR 2\r\n" S "+OK\r\nx\r\n.\r\n",
      SAID_LOGIN "RETR +OK>RETR body(20 missing 15.) gap body(20 missing 15.) RETR +OK>RETR body(3.)",
      "incomplete size=20 user=u frames=6-9 at=9; accepted size=3 user=u frames=10-11 at=11",
      SILENT " -octets_differ" },
    { "gap that takes the dot",
      LOGIN C "RETR 1\r\n" S "+OK\r\nab" C "RETR 2\r\n" LOST_S "15" S "+OK\r\nx\r\n.\r\n" C "RETR 3\r\n" S
              "+OK\r\n.\r\n",
      SAID_LOGIN "RETR +OK>RETR body(0 missing 15) RETR gap +OK>RETR body(3.) RETR +OK>RETR body(0.)",
      "incomplete user=u frames=6-10 at=10; accepted size=3 user=u frames=8-10 at=10; accepted size=0 user=u "
      "frames=11-12 at=12",
      "-reply_unmatched -unterminated -bad_state" },
    { "gap that takes the first lines", LOGIN C "RETR 1\r\n" LOST_S "15" S "c\r\n.\r\n" BYE,
      SAID_LOGIN "RETR gap body(3.)" SAID_BYE, "incomplete size=3 user=u frames=6-8 at=8", SILENT },
    { "gap in a listing", LOGIN C "LIST\r\n" S "+OK\r\n1 1\r\n" LOST_S "9" S "7\r\n5 5\r\n.\r\n" BYE,
      SAID_LOGIN "LIST +OK>LIST row gap row row ." SAID_BYE, "", SILENT },
    { "gap that takes the end of a listing",
      LOGIN C "LIST\r\n" S "+OK\r\n1 1\r\n" C "STAT\r\n" LOST_S "9" S "+OK 2 2\r\n" BYE,
      SAID_LOGIN "LIST +OK>LIST row STAT gap +OK>STAT" SAID_BYE, "", SILENT },
    { "gap that takes replies", LOGIN C "STAT\r\n" C "LIST\r\n" C "RETR 1\r\n" LOST_S "99" S "+OK\r\nx\r\n.\r\n" BYE,
      SAID_LOGIN "STAT LIST RETR gap +OK>RETR body(3.)" SAID_BYE, "accepted size=3 user=u frames=8-10 at=10",
      "-reply_unmatched -unterminated" },
    { "gap that takes the reply before a challenge",
      S "+OK hi\r\n" C "CAPA\r\n" LOST_S "9" C "AUTH PLAIN\r\n" S "+ \r\n" C "AHUAcA==\r\n" S "+OK\r\n" C "STAT\r\n" S
        "+OK 2 320\r\n",
      "+OK>greeting CAPA gap AUTH +>AUTH auth +OK>auth STAT +OK>STAT", "", SILENT },
    { "gap that takes a command", LOGIN LOST_C "8" S "+OK\r\nSubject: x\r\n.\r\n" C "DELE 1\r\n" S "+OK\r\n",
      SAID_LOGIN "gap +OK>nobody body(12.) DELE +OK>DELE", "incomplete size=12 user=u frames=7-7 at=7", SILENT },
    { "gap in a command", LOGIN LOST_C "2" C "TR 1\r\nSTAT\r\n" S "+OK 1 1\r\n", SAID_LOGIN "gap text STAT +OK>STAT",
      "", SILENT },
    { "known again after a gap", LOGIN LOST_C "2" C "STAT\r\n" S "+OK 1 1\r\n" C "USER x\r\n" S "-ERR\r\n", NULL, "",
      "+bad_state" },
    { "not known after a gap", LOGIN LOST_C "2" C "USER x\r\n" S "-ERR\r\n", NULL, "", "-bad_state" },
};

/* Captures of correct clients and servers. */
static const struct script_row silent_rows[] = {
    { "RFC 1939 10",
      S "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n" C
        "APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n" S "+OK mrose's maildrop has 2 messages (320 octets)\r\n" C
        "STAT\r\n" S "+OK 2 10\r\n" C "LIST\r\n" S "+OK 2 messages (10 octets)\r\n1 6\r\n2 4\r\n.\r\n" C "RETR 1\r\n" S
        "+OK 6 octets\r\n..\r\nb\r\n.\r\n" C "DELE 1\r\n" S "+OK message 1 deleted\r\n" C "RETR 2\r\n" S
        "+OK 4 octets\r\nab\r\n.\r\n" C "DELE 2\r\n" S "+OK message 2 deleted\r\n" C "QUIT\r\n" S
        "+OK dewey POP3 server signing off (maildrop empty)\r\n",
      NULL, NULL, NO_WARNING " -PI_WARN" },
    { "Dovecot",
      SECURED S "+OK Dovecot ready.\r\n" C "CAPA\r\n" S
                "+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nPIPELINING\r\nAUTH-RESP-CODE\r\nUSER\r\nSASL "
                "PLAIN\r\n.\r\n" C "AUTH PLAIN\r\n" S "+ \r\n" C "AHVzZXIAcGFzcw==\r\n" S "+OK Logged in.\r\n" C
                "CAPA\r\nSTAT\r\nUIDL\r\nLIST\r\n" S
                "+OK\r\nCAPA\r\n.\r\n+OK 1 3\r\n+OK\r\n1 0001\r\n.\r\n+OK 1 messages:\r\n1 3\r\n.\r\n" C
                "RETR 1\r\nDELE 1\r\nQUIT\r\n" S "+OK 3 octets\r\na\r\n.\r\n+OK Marked to be deleted.\r\n+OK Logging "
                "out, messages deleted.\r\n",
      NULL, "accepted size=3 user=user tls frames=11-12 at=12", NO_WARNING " -PI_WARN" },
};

#define ROWS(rows) rows, G_N_ELEMENTS(rows)

static void test_lines(void)
{
    test_rows(ROWS(line_rows));
}

static void test_messages(void)
{
    test_rows(ROWS(message_rows));
}

static void test_auth(void)
{
    test_rows(ROWS(auth_rows));
}

static void test_tls(void)
{
    test_rows(ROWS(tls_rows));
}

static void test_gap(void)
{
    test_rows(ROWS(gap_rows));
}

static void test_silent(void)
{
    test_rows(ROWS(silent_rows));
}

static void survive(mw_bytes in)
{
    struct pop3_run *run = play((const char *)in.data, in.len, false);
    g_free(say_elements(run));
    g_free(say_records(run));
    g_free(say_issues(run));
    free_run(run);
}

static void test_abuse(void)
{
    static const char auth[] = S "+OK hi\r\n" C "AUTH LOGIN\r\n" S "+ VXNlcm5hbWU6\r\n" C "dXNlcg==\r\n" S "+OK\r\n" C
                                 "STLS\r\n" S "+OK\r\n" SECURED C "NOOP\r\n";
    static const char gaps[] = C "RETR 1\r\nLIST\r\n" S "+OK 9 octets\r\nx\n.\r\n" LOST_S "9" S
                                 "..y\r\n.\r\n+OK\r\n1 1\r\n" LOST_C "3" C "UIDL\r\n" S "+OK\r\n1 a\r\n1 a\r\n.\r\n";
    mw_test_abuse(auth, sizeof auth - 1, survive);
    mw_test_abuse(gaps, sizeof gaps - 1, survive);
}

/* More commands without reply than are remembered. */
static void test_many_commands(void)
{
    GString *script = g_string_new(S "+OK hi\r\n" C);
    for (unsigned i = 0; i < POP3_MAX_OUTSTANDING + 10; i++)
        g_string_append(script, "RETR 1\r\n");
    struct pop3_run *run = play(script->str, script->len, false);
    char *issues = say_issues(run);
    g_assert_nonnull(strstr(issues, " limit "));
    g_free(issues);
    g_free(say_records(run));
    free_run(run);
    g_string_free(script, TRUE);
}

/* A line longer than any is shown in pieces and waits for nothing. */
static void test_long_line(void)
{
    GString *script = g_string_new(S "+OK hi\r\n" C);
    for (unsigned i = 0; i < POP3_MAX_LINE_OCTETS + 10; i++)
        g_string_append_c(script, 'x');
    struct pop3_run *run = play(script->str, script->len, true);
    uint64_t octets = 0;
    for (const struct pop3_played *e = run->first; e; e = e->next)
        octets += e->pop3.from_client ? e->pop3.base.len : 0;
    g_assert_cmpuint(octets, ==, POP3_MAX_LINE_OCTETS + 10);
    free_run(run);
    g_string_free(script, TRUE);
}

/* Listings of very many messages, twice, take time and memory in proportion. */
static void test_many_rows(void)
{
    const unsigned rows = 100000;
    GString *script = g_string_new(LOGIN);
    for (unsigned round = 0; round < 2; round++) {
        g_string_append(script, C "LIST\r\n" S "+OK\r\n");
        for (unsigned i = 1; i <= rows; i++)
            g_string_append_printf(script, "%u %u\r\n", i, i);
        g_string_append(script, ".\r\n" C "UIDL\r\n" S "+OK\r\n");
        for (unsigned i = 1; i <= rows; i++)
            g_string_append_printf(script, "%u id%u\r\n", i, i);
        g_string_append(script, ".\r\n");
    }
    g_string_append(script, C "RETR 99999\r\n" S "+OK\r\nx\r\n.\r\n");
    double begin = mw_cpu_seconds();
    struct pop3_run *run = play(script->str, script->len, false);
    g_assert_cmpfloat(mw_cpu_seconds() - begin, <, 10);
    char *issues = say_issues(run);
    g_assert_null(strstr(issues, "uidl"));
    g_assert_nonnull(strstr(issues, "octets_differ"));
    g_free(issues);
    free_run(run);
    g_string_free(script, TRUE);
}

static struct pop3_element *feed(struct pop3_session *session, enum mw_side from, const char *octets, int64_t seconds)
{
    struct pop3_element *element = mw_new(struct pop3_element);
    struct mw_arrival arrival = { .from = from, .when = { 1 + (uint32_t)seconds, seconds * 1000000000 } };
    uint32_t used = pop3_session_next(session, &arrival, mw_bytes_str(octets), &element->base);
    g_assert_cmpuint(used, ==, strlen(octets));
    return element;
}

static bool has_issue(const struct pop3_element *element, mw_issue_id id)
{
    return mw_issue_has(pop3_extra_of(element)->issues, id);
}

static void test_slow_reply(void)
{
    struct pop3_session session = { 0 };
    mw_alloc = mw_arena_alloc;
    feed(&session, MW_SERVER, "+OK hi\r\n", 0);
    feed(&session, MW_CLIENT, "CAPA\r\n", 1);
    g_assert_false(has_issue(feed(&session, MW_SERVER, "-ERR\r\n", 11), MW_ISSUE_POP_SLOW_REPLY));
    feed(&session, MW_CLIENT, "CAPA\r\n", 20);
    g_assert_true(has_issue(feed(&session, MW_SERVER, "-ERR\r\n", 31), MW_ISSUE_POP_SLOW_REPLY));
    mw_arena_free();
}

static void test_tls_port(void)
{
    struct pop3_session clear = { .tls_port = true }, tls = { .tls_port = true };
    mw_alloc = mw_arena_alloc;
    g_assert_true(has_issue(feed(&clear, MW_SERVER, "+OK hi\r\n", 0), MW_ISSUE_POP_CLEARTEXT_ON_TLS_PORT));
    g_assert_false(has_issue(feed(&clear, MW_CLIENT, "CAPA\r\n", 1), MW_ISSUE_POP_CLEARTEXT_ON_TLS_PORT));
    pop3_session_secured(&tls);
    g_assert_false(has_issue(feed(&tls, MW_SERVER, "+OK hi\r\n", 0), MW_ISSUE_POP_CLEARTEXT_ON_TLS_PORT));
    mw_arena_free();
}

/* The server has acknowledged commands that the capture lacks: nothing is said about their replies. */
static void test_unseen(void)
{
    struct pop3_session session = { 0 };
    mw_alloc = mw_arena_alloc;
    feed(&session, MW_SERVER, "+OK hi\r\n", 0);
    feed(&session, MW_CLIENT, "CAPA\r\n", 1);
    feed(&session, MW_SERVER, "-ERR\r\n", 2);
    pop3_session_unseen(&session, MW_CLIENT);
    g_assert_false(has_issue(feed(&session, MW_SERVER, "+OK\r\n", 3), MW_ISSUE_POP_REPLY_UNMATCHED));
    g_assert_cmpint(feed(&session, MW_SERVER, "1 120\r\n", 4)->kind, ==, POP3_ROW);
    g_assert_cmpint(feed(&session, MW_SERVER, ".\r\n", 5)->kind, ==, POP3_DOT);
    mw_arena_free();
}

static void test_element_size(void)
{
    g_assert_cmpuint(sizeof(struct pop3_element), <=, 56);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pop3/session/lines", test_lines);
    g_test_add_func("/pop3/session/messages", test_messages);
    g_test_add_func("/pop3/session/auth", test_auth);
    g_test_add_func("/pop3/session/tls", test_tls);
    g_test_add_func("/pop3/session/gap", test_gap);
    g_test_add_func("/pop3/session/silent", test_silent);
    g_test_add_func("/pop3/session/abuse", test_abuse);
    g_test_add_func("/pop3/session/many_commands", test_many_commands);
    g_test_add_func("/pop3/session/long_line", test_long_line);
    g_test_add_func("/pop3/session/many_rows", test_many_rows);
    g_test_add_func("/pop3/session/slow_reply", test_slow_reply);
    g_test_add_func("/pop3/session/tls_port", test_tls_port);
    g_test_add_func("/pop3/session/unseen", test_unseen);
    g_test_add_func("/pop3/session/element_size", test_element_size);
    return g_test_run();
}
