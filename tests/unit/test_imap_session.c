/* Tests of an IMAP session: what each octet is, which response answers what, literals, messages, COMPRESS, gaps.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap_script.h"

#define HELLO S "* OK ready\r\n"
/* Frames 1 to 3 */
#define LOGIN HELLO C "A1 LOGIN u p\r\n" S "A1 OK done\r\n"
#define SAID_LOGIN "greeting A1:LOGIN A1=OK "
/* ... and 4 to 5 */
#define SELECT LOGIN C "A2 SELECT INBOX\r\n" S "* 9 EXISTS\r\nA2 OK done\r\n"
#define SAID_SELECT SAID_LOGIN "A2:SELECT * A2=OK "
#define BYE C "Z LOGOUT\r\n" S "* BYE x\r\nZ OK\r\n"
#define SAID_BYE " Z:LOGOUT * Z=OK"
#define SILENT                                                                                                         \
    "-tag_reused -tag_unknown -bad_state -response_malformed -literal_early -idle_command -quoted_newline -bye "       \
    "-limit -exists_shrinks -expunge_forbidden -bad_response -PI_ERROR"

static const struct script_row line_rows[] = {
    { "a whole session", SELECT C "A3 NOOP\r\n" S "* 10 EXISTS\r\nA3 OK\r\n" BYE,
      SAID_SELECT "A3:NOOP * A3=OK" SAID_BYE, "", SILENT " +auth_cleartext" },
    { "case", S "* ok ready\r\n" C "a1 login u p\r\n" S "a1 Ok\r\n" C "a2 select x\r\n" S "a2 no\r\n",
      "greeting a1:LOGIN a1=OK a2:SELECT a2=NO", "", SILENT },
    { "pipelined, answered in another order",
      SELECT C "A3 NOOP\r\nA4 CHECK\r\nA5 XFOO\r\n" S "A5 BAD\r\nA3 OK\r\nA4 NO\r\n" BYE,
      SAID_SELECT "A3:NOOP A4:CHECK A5:XFOO A5=BAD A3=OK A4=NO" SAID_BYE, "", "-tag_unknown -bad_state +bad_response" },
    { "tag of a command without reply", SELECT C "A3 NOOP\r\nA3 CHECK\r\n" S "A3 OK\r\nA3 OK\r\n" BYE,
      SAID_SELECT "A3:NOOP A3:CHECK A3=OK A3=OK" SAID_BYE, "", "+tag_reused -tag_unknown" },
    { "tag used again", SELECT C "A3 NOOP\r\n" S "A3 OK\r\n" C "A3 NOOP\r\n" S "A3 OK\r\n" BYE,
      SAID_SELECT "A3:NOOP A3=OK A3:NOOP A3=OK" SAID_BYE, "", SILENT },
    { "tag that begins like another", LOGIN C "A NOOP\r\nAB NOOP\r\n" S "AB OK\r\nA OK\r\n",
      SAID_LOGIN "A:NOOP AB:NOOP AB=OK A=OK", "", SILENT },
    { "unknown tag", LOGIN S "B9 OK\r\n", SAID_LOGIN "B9", "", "+tag_unknown" },
    { "empty line", LOGIN C "\r\n\r\nA2 NOOP\r\n" S "A2 OK\r\n", SAID_LOGIN "text text A2:NOOP A2=OK", "", SILENT },
    { "lines that end in LF", S "* OK hi\n" C "A1 NOOP\n" S "A1 OK\n", "greeting A1:NOOP A1=OK", "",
      SILENT " +bare_lf" },
    { "command without end", LOGIN C "A2 NOOP", SAID_LOGIN "A2:NOOP~", "", SILENT },
    { "response without end", LOGIN C "A2 NOOP\r\n" S "A2 OK", SAID_LOGIN "A2:NOOP A2=OK~", "", SILENT },
    { "announcement without end", LOGIN C "A2 SELECT {3}", SAID_LOGIN "A2:SELECT~", "", SILENT },
    { "quote without end", SELECT C "A3 SELECT \"a\r\nA4 NOOP\r\n", SAID_SELECT "A3:SELECT A4:NOOP", "",
      "+quoted_newline" },
    { "no response", LOGIN S "hello world\r\n* 1 EXISTS\r\n", SAID_LOGIN "text *", "", "+response_malformed" },
    { "good-bye of the server", LOGIN S "* BYE autologout\r\n", SAID_LOGIN "*", "", "+bye" },
    { "greeting that says good-bye", S "* BYE busy\r\n", "greeting", "", SILENT },
    { "PREAUTH", S "* PREAUTH hi\r\n" C "A1 SELECT x\r\n" S "A1 OK\r\n", "greeting A1:SELECT A1=OK", "",
      SILENT " +preauth_cleartext" },
    { "SELECT before login", HELLO C "A1 SELECT x\r\n" S "A1 BAD\r\n", NULL, "", "+bad_state" },
    { "SELECT after UNAUTHENTICATE, RFC 8437",
      LOGIN C "A2 UNAUTHENTICATE\r\n" S "A2 OK\r\n" C "A3 SELECT x\r\n" S "A3 BAD\r\n", NULL, "", "+bad_state" },
    { "SELECT after UNAUTHENTICATE refused",
      LOGIN C "A2 UNAUTHENTICATE\r\n" S "A2 BAD\r\n" C "A3 SELECT x\r\n" S "A3 OK\r\n", NULL, "", "-bad_state" },
    { "FETCH before SELECT", LOGIN C "A2 FETCH 1 FLAGS\r\n" S "A2 BAD\r\n", NULL, "", "+bad_state" },
    { "FETCH after CLOSE", SELECT C "A3 CLOSE\r\n" S "A3 OK\r\n" C "A4 FETCH 1 FLAGS\r\n" S "A4 BAD\r\n", NULL, "",
      "+bad_state" },
    { "refused login", HELLO C "A1 LOGIN u p\r\n" S "A1 NO\r\n" C "A2 SELECT x\r\n" S "A2 NO\r\n", NULL, "",
      "+auth_failed +bad_state" },
    { "fewer messages", SELECT S "* 3 EXISTS\r\n", NULL, "", "+exists_shrinks" },
    { "fewer messages after EXPUNGE", SELECT S "* 3 EXPUNGE\r\n* 8 EXISTS\r\n", NULL, "", "-exists_shrinks" },
    { "EXPUNGE while FETCH runs", SELECT C "A3 FETCH 1 FLAGS\r\n" S "* 3 EXPUNGE\r\nA3 OK\r\n", NULL, "",
      "+expunge_forbidden" },
    { "EXPUNGE while UID FETCH runs", SELECT C "A3 UID FETCH 1 FLAGS\r\n" S "* 3 EXPUNGE\r\nA3 OK\r\n", NULL, "",
      "-expunge_forbidden" },
};

static const struct script_row literal_rows[] = {
    { "announced and asked for",
      HELLO C "A1 LOGIN {1}\r\n" S "+ go\r\n" C "u {1}\r\n" S "+\r\n" C "p\r\n" S "A1 OK\r\n" C "A2 APPEND x {1}\r\n" S
              "+ \r\n" C "m\r\n" S "A2 OK\r\n",
      "greeting A1:LOGIN.. +A1 {1.} ..A1:LOGIN.. +A1 {1.} ..A1:LOGIN A1=OK A2:APPEND.. +A2 {1.} ..A2:APPEND A2=OK",
      "stored accepted size=1 user=u mailbox=x frames=8-11 at=11", SILENT },
    { "not waited for",
      HELLO C "A1 LOGIN {1+}\r\nu {1+}\r\np\r\nA2 APPEND {1+}\r\nx {3+}\r\nabc\r\n" S "A1 OK\r\nA2 OK\r\n",
      "greeting A1:LOGIN.. {1.} ..A1:LOGIN.. {1.} ..A1:LOGIN A2:APPEND.. {1.} ..A2:APPEND.. {3.} ..A2:APPEND A1=OK "
      "A2=OK",
      NULL, SILENT },
    { "refused", SELECT C "A3 APPEND x {10}\r\n" S "A3 NO full\r\n" C "A4 NOOP\r\n" S "A4 OK\r\n",
      SAID_SELECT "A3:APPEND.. A3=NO A4:NOOP A4=OK", "stored rejected user=u mailbox=x frames=6-7 at=7", SILENT },
    { "refused, but sent anyway",
      SELECT C "A3 APPEND x {5+}\r\n" S "A3 NO full\r\n" C "hello\r\nA4 NOOP\r\n" S "A4 OK\r\n",
      SAID_SELECT "A3:APPEND.. A3=NO {5.} ..A3:APPEND A4:NOOP A4=OK", NULL, "-tag_unknown -response_malformed" },
    { "refused under way", SELECT C "A3 APPEND x {5+}\r\nhe" S "A3 NO full\r\n" C "llo\r\nA4 NOOP\r\n" S "A4 OK\r\n",
      SAID_SELECT "A3:APPEND.. {5.} A3=NO {5.} ..A3:APPEND A4:NOOP A4=OK",
      "stored rejected size=5 user=u mailbox=x frames=6-8 at=7", SILENT },
    { "refused behind its octets",
      SELECT C "A3 APPEND x {5+}\r\nhello" S "A3 NO full\r\n" C "\r\nA4 NOOP\r\n" S "A4 OK\r\n",
      SAID_SELECT "A3:APPEND.. {5.} A3=NO text A4:NOOP A4=OK",
      "stored rejected size=5 user=u mailbox=x frames=6-7 at=7", SILENT },
    { "early", SELECT C "A3 APPEND x {5}\r\nhello\r\n" S "+\r\nA3 OK\r\n",
      SAID_SELECT "A3:APPEND.. {5.} ..A3:APPEND + A3=OK", "stored accepted size=5 user=u mailbox=x frames=6-7 at=7",
      "+literal_early" },
    { "early string", SELECT C "A3 SELECT {5}\r\nhello\r\n" S "+\r\nA3 OK\r\n",
      SAID_SELECT "A3:SELECT.. {5.} ..A3:SELECT + A3=OK", "", "+literal_early" },
    { "of no octets", HELLO C "A1 LOGIN {0}\r\n" S "+\r\n" C " {0}\r\n" S "+\r\n" C "\r\n" S "A1 NO\r\n",
      "greeting A1:LOGIN.. +A1 ..A1:LOGIN.. +A1 ..A1:LOGIN A1=NO", "", SILENT },
    { "of no octets, not waited for", HELLO C "A1 LOGIN {0+}\r\n {0+}\r\n\r\nA2 NOOP\r\n" S "A1 NO\r\nA2 OK\r\n",
      "greeting A1:LOGIN.. ..A1:LOGIN.. ..A1:LOGIN A2:NOOP A1=NO A2=OK", "", SILENT },
    { "of no octets, early", HELLO C "A1 LOGIN {0}\r\n {0}\r\n\r\nA2 NOOP\r\n" S "A1 NO\r\nA2 OK\r\n",
      "greeting A1:LOGIN.. ..A1:LOGIN.. ..A1:LOGIN A2:NOOP A1=NO A2=OK", "", "-tag_unknown" },
    { "of no octets, of the server", SELECT S "* LIST () \"/\" {0}\r\n\r\n* 1 FETCH (BODY[] {0}\r\n)\r\n* 9 EXISTS\r\n",
      SAID_SELECT "*.. ..* *.. ..* *", "retrieved accepted size=0 user=u mailbox=INBOX frames=6-6 at=6", SILENT },
    { "binary", SELECT C "A3 APPEND x ~{5}\r\n" S "+\r\n" C "a\r\nb\n\r\n" S "A3 OK\r\n",
      SAID_SELECT "A3:APPEND.. +A3 {5.} ..A3:APPEND A3=OK", "stored accepted size=5 user=u mailbox=x frames=6-9 at=9",
      SILENT },
    { "in quotes", SELECT C "A3 SELECT \"{5}\"\r\n" S "A3 OK\r\n", SAID_SELECT "A3:SELECT A3=OK", "", SILENT },
    { "that looks like lines",
      SELECT C "A3 APPEND x {20+}\r\nA4 NOOP\r\nA5 LOGOUT\r\nA6 NOOP\r\n" S "A3 OK\r\nA6 OK\r\n",
      SAID_SELECT "A3:APPEND.. {20.} ..A3:APPEND A3=OK A6", NULL, NULL },
    { "text that ends like one", SELECT S "* OK see {5}\r\n* NO x {3}\r\n* BAD {3}\r\n* 9 EXISTS\r\n",
      SAID_SELECT "* * * *", "", "-response_malformed" },
    { "tagged text that ends like one", SELECT C "A3 NOOP\r\n" S "A3 OK {5}\r\n* 9 EXISTS\r\n",
      SAID_SELECT "A3:NOOP A3=OK *", "", SILENT },
    { "string of the server", SELECT S "* LIST () \"/\" {8}\r\n* OK (\r\n\r\n* 9 EXISTS\r\n",
      SAID_SELECT "*.. {8.} ..* *", "", SILENT },
    { "list around one", SELECT S "* LIST (\\X {2}\r\nab {2}\r\ncd) \"/\" x\r\n", SAID_SELECT "*.. {2.} ..*.. {2.} ..*",
      "", SILENT },
    { "larger than the capture", SELECT S "* 1 FETCH (BODY[] {1073741825}\r\nabc", SAID_SELECT "*.. {3}",
      "retrieved incomplete size=3 user=u mailbox=INBOX frames=6-6 at=6", "+literal_huge" },
    { "larger than allowed before login", HELLO C "A1 LOGIN {65537}\r\n" S "A1 BAD\r\n", "greeting A1:LOGIN.. A1=BAD",
      "", "+literal_huge" },
    { "announced by the server as by a client", SELECT S "* LIST () \"/\" {1+}\r\nx\r\n", SAID_SELECT "*.. {1.} ..*",
      "", "+literal_server_plus" },
};

static const struct script_row message_rows[] = {
    { "FETCH", SELECT C "A3 FETCH 1 BODY[]\r\n" S "* 1 FETCH (UID 7 BODY[] {4}\r\nmess)\r\nA3 OK\r\n" BYE,
      SAID_SELECT "A3:FETCH *.. {4.} ..* A3=OK" SAID_BYE,
      "retrieved accepted size=4 user=u mailbox=INBOX uid=7 frames=6-7 at=7", SILENT },
    { "several literals",
      SELECT C "A3 FETCH 1 ALL\r\n" S "* 1 FETCH (UID 7 BODY[HEADER] {3}\r\na\r\n BODY[1] {2}\r\nxy BODY[] {4}\r\nmess "
               "FLAGS ())\r\nA3 OK\r\n",
      SAID_SELECT "A3:FETCH *.. {3.} ..*.. {2.} ..*.. {4.} ..* A3=OK",
      "retrieved accepted size=4 user=u mailbox=INBOX uid=7 frames=6-7 at=7", SILENT },
    { "UID behind the message",
      SELECT C "A3 UID FETCH 1:9 BODY[]\r\n" S "* 1 FETCH (BODY[] {4}\r\nmess" S " UID 7)\r\n",
      SAID_SELECT "A3:FETCH *.. {4.} ..*", "retrieved accepted size=4 user=u mailbox=INBOX uid=7 frames=6-7 at=7",
      SILENT },
    { "UID of the next message",
      SELECT S "* 1 FETCH (BODY[] {4}\r\nmess)\r\n* 2 FETCH (UID 8)\r\n* 2 FETCH (UID 9 "
               "BODY[1] {2}\r\nxy UID 9)\r\n",
      NULL, "retrieved accepted size=4 user=u mailbox=INBOX frames=6-6 at=6", SILENT },
    { "two messages in one response", SELECT S "* 1 FETCH (BODY[] {1}\r\na RFC822 {2}\r\nbc)\r\n",
      SAID_SELECT "*.. {1.} ..*.. {2.} ..*",
      "retrieved accepted size=1 user=u mailbox=INBOX frames=6-6 at=6; retrieved accepted size=2 user=u mailbox=INBOX "
      "frames=6-6 at=6",
      SILENT },
    { "section with a literal in it",
      SELECT S "* 1 FETCH (BODY[HEADER.FIELDS ({4}\r\nDate)] {5}\r\nDate: FLAGS ())\r\n",
      SAID_SELECT "*.. {4.} ..*.. {5.} ..*", "", SILENT },
    { "in three segments",
      SELECT C "A3 UID FETCH 5 BODY[]\r\n" S "* 1 FETCH (BODY[] {6}\r\nab" S "cd" S "ef)\r\nA3 OK\r\n",
      SAID_SELECT "A3:FETCH *.. {6.} ..* A3=OK", "retrieved accepted size=6 user=u mailbox=INBOX uid=5 frames=6-9 at=9",
      SILENT },
    { "message in a string", SELECT S "* 1 FETCH (UID 3 BODY[] \"mess\" BODY[1] NIL)\r\n", SAID_SELECT "*", "",
      SILENT },
    { "APPEND with flags and date",
      LOGIN C "A2 APPEND \"a b\" (\\Seen) \"01-Jan-2020 00:00:00 +0000\" {3}\r\n" S "+\r\n" C "abc\r\n" S
              "A2 OK [APPENDUID 1 44] done\r\n",
      SAID_LOGIN "A2:APPEND.. +A2 {3.} ..A2:APPEND A2=OK",
      "stored accepted size=3 user=u mailbox=a b uid=44 frames=4-7 at=7", SILENT },
    { "MULTIAPPEND",
      LOGIN C "A2 APPEND x {3+}\r\nabc (\\Seen) {4+}\r\ndefg {0+}\r\n\r\n" S "A2 OK [APPENDUID 5 7:8,11] done\r\n",
      SAID_LOGIN "A2:APPEND.. {3.} ..A2:APPEND.. {4.} ..A2:APPEND.. ..A2:APPEND A2=OK",
      "stored accepted size=3 user=u mailbox=x uid=7 frames=4-5 at=5; stored accepted size=4 user=u mailbox=x uid=8 "
      "frames=4-5 at=5; stored accepted size=0 user=u mailbox=x uid=11 frames=4-5 at=5",
      SILENT },
    { "MULTIAPPEND, refused after the first",
      LOGIN C "A2 APPEND x {3}\r\n" S "+\r\n" C "abc {4}\r\n" S "A2 NO full\r\n" C "A3 NOOP\r\n" S "A3 OK\r\n",
      SAID_LOGIN "A2:APPEND.. +A2 {3.} ..A2:APPEND.. A2=NO A3:NOOP A3=OK",
      "stored rejected size=3 user=u mailbox=x frames=4-7 at=7; stored rejected user=u mailbox=x frames=4-7 at=7",
      SILENT },
    { "APPEND without response", LOGIN C "A2 APPEND x {3+}\r\nabc\r\n", SAID_LOGIN "A2:APPEND.. {3.} ..A2:APPEND",
      "stored incomplete size=3 user=u mailbox=x frames=4-4 at=4", SILENT },
    { "CATENATE", LOGIN C "A2 APPEND x CATENATE (URL \"/y\" TEXT {3+}\r\nabc TEXT {2+}\r\nde)\r\n" S "A2 OK\r\n",
      SAID_LOGIN "A2:APPEND.. {3.} ..A2:APPEND.. {2.} ..A2:APPEND A2=OK", "", SILENT },
};

static const struct script_row auth_rows[] = {
    { "AUTHENTICATE",
      HELLO C "A1 AUTHENTICATE PLAIN\r\n" S "+ \r\n" C "AHUAcA==\r\n" S "A1 OK\r\n" C "A2 APPEND x {1+}\r\na\r\n" S
              "A2 OK\r\n",
      "greeting A1:AUTHENTICATE +A1 auth A1=OK A2:APPEND.. {1.} ..A2:APPEND A2=OK",
      "stored accepted size=1 user=u mailbox=x frames=6-7 at=7", SILENT " +auth_cleartext" },
    { "initial response",
      HELLO C "A1 AUTHENTICATE PLAIN AHUAcA==\r\n" S "A1 OK\r\n" C "A2 APPEND x {1+}\r\na\r\n" S "A2 OK\r\n",
      "greeting A1:AUTHENTICATE A1=OK A2:APPEND.. {1.} ..A2:APPEND A2=OK",
      "stored accepted size=1 user=u mailbox=x frames=4-5 at=5", SILENT },
    { "LOGIN",
      HELLO C "A1 AUTHENTICATE LOGIN\r\n" S "+ VXNlcm5hbWU6\r\n" C "dQ==\r\n" S "+ UGFzc3dvcmQ6\r\n" C "cA==\r\n" S
              "A1 OK\r\n",
      "greeting A1:AUTHENTICATE +A1 auth +A1 auth A1=OK", "", SILENT },
    { "empty lines", HELLO C "A1 AUTHENTICATE GSSAPI\r\n" S "+\r\n" C "\r\n" S "+ \r\n" C "\r\n" S "A1 NO\r\n",
      "greeting A1:AUTHENTICATE +A1 auth +A1 auth A1=NO", "", SILENT " +auth_failed" },
    { "cancelled",
      HELLO C "A1 AUTHENTICATE PLAIN\r\n" S "+ \r\n" C "*\r\n" S "A1 BAD\r\n" C "A2 NOOP\r\n" S "A2 OK\r\n",
      "greeting A1:AUTHENTICATE +A1 auth A1=BAD A2:NOOP A2=OK", "", "+auth_cancelled" },
    { "refused at once", HELLO C "A1 AUTHENTICATE FOO\r\n" S "A1 NO\r\n" C "A2 NOOP\r\n" S "A2 OK\r\n",
      "greeting A1:AUTHENTICATE A1=NO A2:NOOP A2=OK", "", SILENT },
    { "challenge of another form, RFC 5802 7",
      HELLO C "A1 AUTHENTICATE SCRAM-SHA-256\r\n" S "+ \r\n" C "biwsbj11LHI9YWJj\r\n" S "+ eA==\r\n" C "*\r\n" S
              "A1 BAD\r\n",
      "greeting A1:AUTHENTICATE +A1 auth +A1 auth A1=BAD", "", "+auth_malformed" },
    { "not base64", HELLO C "A1 AUTHENTICATE PLAIN\r\n" S "+ \r\n" C "A9 NOOP\r\n" S "A1 BAD\r\n",
      "greeting A1:AUTHENTICATE +A1 auth A1=BAD", "", "-auth_malformed" },
    { "refused user", HELLO C "A1 LOGIN u p\r\n" S "A1 NO\r\n" C "A2 APPEND x {1+}\r\na\r\n" S "A2 NO\r\n", NULL,
      "stored rejected size=1 mailbox=x frames=4-5 at=5", "+auth_failed" },
    { "many guesses",
      HELLO C "A1 LOGIN u p\r\n" S "A1 NO\r\n" C "A2 LOGIN u q\r\n" S "A2 NO\r\n" C "A3 LOGIN u r\r\n" S "A3 NO\r\n",
      NULL, "", "+auth_bruteforce" },
};

static const struct script_row idle_rows[] = {
    { "IDLE", SELECT C "A3 IDLE\r\n" S "+ idling\r\n" S "* 10 EXISTS\r\n" C "DONE\r\n" S "A3 OK\r\n" BYE,
      SAID_SELECT "A3:IDLE +A3 * DONE A3=OK" SAID_BYE, "", SILENT },
    { "small letters, next command at once",
      SELECT C "A3 IDLE\r\n" S "+\r\n" C "done\r\nA4 NOOP\r\n" S "A3 OK\r\nA4 OK\r\n",
      SAID_SELECT "A3:IDLE +A3 DONE A4:NOOP A3=OK A4=OK", "", SILENT },
    { "not waited for", SELECT C "A3 IDLE\r\nDONE\r\n" S "+\r\nA3 OK\r\n", SAID_SELECT "A3:IDLE DONE + A3=OK", "",
      SILENT },
    { "refused", SELECT C "A3 IDLE\r\n" S "A3 NO\r\n" C "A4 NOOP\r\n" S "A4 OK\r\n",
      SAID_SELECT "A3:IDLE A3=NO A4:NOOP A4=OK", "", SILENT },
    { "command instead of DONE", SELECT C "A3 IDLE\r\n" S "+\r\n" C "A4 NOOP\r\n" S "A3 BAD\r\n",
      SAID_SELECT "A3:IDLE +A3 A4:NOOP A3=BAD", "", "+idle_command" },
};

static const struct script_row tls_rows[] = {
    { "STARTTLS",
      HELLO C "A1 STARTTLS\r\n" S "A1 OK\r\n" C "\x16\x03\x01\x01" S "\x16\x03\x03\x01" SECURED C "A2 LOGIN u p\r\n" S
              "A2 OK\r\n" C "A3 APPEND x {1+}\r\na\r\n" S "A3 OK\r\n",
      "greeting A1:STARTTLS A1=OK tls tls A2:LOGIN A2=OK A3:APPEND.. {1.} ..A3:APPEND A3=OK",
      "stored accepted size=1 user=u mailbox=x tls frames=9-10 at=10",
      SILENT " -auth_cleartext -starttls_not_followed -starttls_response_injection" },
    { "a record goes on in the next segment",
      HELLO C "A1 STARTTLS\r\n" S "A1 OK\r\n" C "\x16\x03\x01\x09" C "abc" C "A2 NOOP\r\n",
      "greeting A1:STARTTLS A1=OK tls", "", "-starttls_not_followed" },
    { "commands outstanding when TLS begins",
      HELLO C "A1 STARTTLS\r\nA2 NOOP\r\n" S "A1 OK\r\n" C "\x16\x03\x01\x01" S "\x16\x03\x03\x01" SECURED C
              "A3 LOGIN u p\r\n" S "A3 OK\r\n",
      "greeting A1:STARTTLS A2:NOOP A1=OK tls tls A3:LOGIN A3=OK", "", "+starttls_injection" },
    { "TLS from the start", SECURED HELLO C "A1 LOGIN u p\r\n" S "A1 OK\r\n", "greeting A1:LOGIN A1=OK", "",
      SILENT " -auth_cleartext -PI_WARN" },
    { "offered but not used", S "* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n" C "A1 LOGIN u p\r\n" S "A1 OK\r\n", NULL,
      "", "+starttls_not_used +auth_cleartext" },
    { "refused", HELLO C "A1 STARTTLS\r\n" S "A1 NO\r\n" C "A2 LOGIN u p\r\n" S "A2 OK\r\n",
      "greeting A1:STARTTLS A1=NO A2:LOGIN A2=OK", "", "+starttls_refused" },
    { "command behind STARTTLS", HELLO C "A1 STARTTLS\r\nA2 NOOP\r\n" S "A1 OK\r\n" C "\x16\x03\x01", NULL, "",
      "+starttls_injection" },
    { "response behind the one to STARTTLS", HELLO C "A1 STARTTLS\r\n" S "A1 OK\r\n* OK injected\r\n", NULL, "",
      "+starttls_response_injection" },
    { "response in front of the one to STARTTLS", HELLO C "A1 STARTTLS\r\n" S "* CAPABILITY X\r\nA1 OK\r\n", NULL, "",
      "+starttls_untagged" },
    { "no TLS after STARTTLS", HELLO C "A1 STARTTLS\r\n" S "A1 OK\r\n" C "A2 NOOP\r\n" S "A2 OK\r\n",
      "greeting A1:STARTTLS A1=OK A2:NOOP A2=OK", "", "+starttls_not_followed -starttls_response_injection" },
    { "client only", C "A1 STARTTLS\r\n" C "\x16\x03\x01\x09" C "abc", "A1:STARTTLS tls", "",
      "-starttls_not_followed" },
    { "STARTTLS under TLS", SECURED HELLO C "A1 STARTTLS\r\n" S "A1 BAD\r\n", NULL, "", "+starttls_under_tls" },
};

#define COMPRESS SELECT C "A3 COMPRESS DEFLATE\r\n" S "A3 OK\r\n" /* frames 6 and 7 */
#define SAID_COMPRESS SAID_SELECT "A3:COMPRESS A3=OK "

static const struct script_row compress_rows[] = {
    { "both directions", COMPRESS ZC "A4 NOOP\r\n" ZS "* 10 EXISTS\r\nA4 OK\r\n" ZC "A5 CHECK\r\n" ZS "A5 OK\r\n",
      SAID_COMPRESS "A4:NOOP * A4=OK A5:CHECK A5=OK", "", SILENT " -compress_failed -compress_ratio" },
    { "a message",
      COMPRESS ZC "A4 FETCH 1 BODY[]\r\n" ZS "* 1 FETCH (UID 7 BODY[] {10}\r\nabc" ZS "defghij)\r\nA4 OK\r\n",
      SAID_COMPRESS "A4:FETCH *.. {10.} ..* A4=OK",
      "retrieved accepted size=10 user=u mailbox=INBOX uid=7 frames=8-10 at=10", SILENT },
    { "a literal that is asked for", COMPRESS ZC "A4 APPEND x {3}\r\n" ZS "+\r\n" ZC "abc\r\n" ZS "A4 OK\r\n",
      SAID_COMPRESS "A4:APPEND.. +A4 {3.} ..A4:APPEND A4=OK",
      "stored accepted size=3 user=u mailbox=x frames=8-11 at=11", SILENT },
    { "IDLE", COMPRESS ZC "A4 IDLE\r\n" ZS "+\r\n" ZC "DONE\r\n" ZS "A4 OK\r\n", SAID_COMPRESS "A4:IDLE +A4 DONE A4=OK",
      "", SILENT },
    { "asked for twice", COMPRESS ZC "A4 COMPRESS DEFLATE\r\n" ZS "A4 OK\r\n" ZC "A5 NOOP\r\n" ZS "A5 OK\r\n",
      SAID_COMPRESS "A4:COMPRESS A4=OK A5:NOOP A5=OK", "", SILENT },
    { "refused", SELECT C "A3 COMPRESS DEFLATE\r\n" S "A3 NO\r\n" C "A4 NOOP\r\n" S "A4 OK\r\n",
      SAID_SELECT "A3:COMPRESS A3=NO A4:NOOP A4=OK", "", SILENT },
    { "plain text", COMPRESS C "A4 NOOP\r\n" S "A4 OK\r\n", NULL, "", "+compress_failed" },
    { "one direction breaks", COMPRESS ZC "A4 NOOP\r\n" S "\x07\x07\x07\x07" ZC "A5 CHECK\r\n",
      SAID_COMPRESS "A4:NOOP A5:CHECK", "", "+compress_failed" },
    { "gap", COMPRESS ZC "A4 NOOP\r\n" LOST_S "9" ZS "A4 OK\r\n" ZC "A5 NOOP\r\n", SAID_COMPRESS "A4:NOOP gap A5:NOOP",
      "", SILENT " -compress_failed" },
    { "gap in a line", COMPRESS ZC "A4 NOOP\r\n" ZS "* 10 EXI" LOST_S "9" ZS "STS\r\n", SAID_COMPRESS "A4:NOOP gap", "",
      SILENT " -compress_failed" },
};

#define FETCHING SELECT C "A3 FETCH 1 BODY[]\r\n" /* frame 6 */
#define SAID_FETCHING SAID_SELECT "A3:FETCH "
#define APPENDING SELECT C "A3 APPEND x {10}\r\n" S "+\r\n" /* frames 6 and 7 */
#define SAID_APPENDING SAID_SELECT "A3:APPEND.. +A3 "

static const struct script_row gap_rows[] = {
    { "in a literal", FETCHING S "* 1 FETCH (BODY[] {10}\r\nab" LOST_S "3" S "fghij)\r\nA3 OK\r\n" BYE,
      SAID_FETCHING "*.. {10 missing 3.} gap {10 missing 3.} ..* A3=OK" SAID_BYE,
      "retrieved accepted size=10 missing=3 user=u mailbox=INBOX frames=6-9 at=9", SILENT },
    { "to the end of a literal", FETCHING S "* 1 FETCH (BODY[] {10}\r\nab" LOST_S "8" S ")\r\nA3 OK\r\n" BYE,
      SAID_FETCHING "*.. {10 missing 8.} gap ..* A3=OK" SAID_BYE,
      "retrieved accepted size=10 missing=8 user=u mailbox=INBOX frames=6-8 at=8", SILENT },
    { "all of a literal", FETCHING S "* 1 FETCH (BODY[] {10}\r\n" LOST_S "10" S ")\r\nA3 OK\r\n" BYE,
      SAID_FETCHING "*.. gap ..* A3=OK" SAID_BYE,
      "retrieved accepted size=10 missing=10 user=u mailbox=INBOX frames=6-8 at=8", SILENT },
    { "in a string", SELECT S "* LIST () \"/\" {5}\r\nab" LOST_S "2" S "e\r\n* 9 EXISTS\r\n",
      SAID_SELECT "*.. {5 missing 2.} gap {5 missing 2.} ..* *", "", SILENT },
    { "in front of a string", SELECT S "* LIST () \"/\" {5}\r\n" LOST_S "5" S "\r\n* 9 EXISTS\r\n",
      SAID_SELECT "*.. gap ..* *", "", SILENT },
    { "between literals", SELECT S "* 1 FETCH (BODY[1] {2}\r\nab BOD" LOST_S "9" S "x)\r\n* 9 EXISTS\r\n",
      SAID_SELECT "*.. {2.} ..*~ gap text *", "", SILENT },
    { "in a response", SELECT S "* 9 EX" LOST_S "9" S "x OK\r\n* 9 EXISTS\r\n", NULL, "", SILENT },
    { "that takes responses", FETCHING LOST_S "99" S "ab\r\nA3 OK\r\n" BYE, SAID_FETCHING "gap text A3=OK" SAID_BYE, "",
      SILENT },
    { "in the client's literal", APPENDING C "ab" LOST_C "3" C "fghij\r\nA4 NOOP\r\n" S "A3 OK\r\nA4 OK\r\n",
      SAID_APPENDING "{10 missing 3.} gap {10 missing 3.} ..A3:APPEND A4:NOOP A3=OK A4=OK",
      "stored accepted size=10 missing=3 user=u mailbox=x frames=6-11 at=11", SILENT },
    { "all of the client's literal", APPENDING LOST_C "10" C "\r\nA4 NOOP\r\n" S "A3 OK\r\nA4 OK\r\n",
      SAID_APPENDING "gap ..A3:APPEND A4:NOOP A3=OK A4=OK",
      "stored accepted size=10 missing=10 user=u mailbox=x frames=6-10 at=10", SILENT },
    { "beyond the client's literal", APPENDING C "ab" LOST_C "30" C "OOP\r\nA5 NOOP\r\n" S "A3 OK\r\nA5 OK\r\n",
      SAID_APPENDING "{2} gap text A5:NOOP A3=OK A5=OK", NULL, SILENT },
    { "in a command", SELECT C "A3 NO" LOST_C "9" C "x y\r\nA5 NOOP\r\n" S "A5 OK\r\n",
      SAID_SELECT "A3:NO~ gap text A5:NOOP A5=OK", "", SILENT },
    { "that takes a command", SELECT LOST_C "9" S "A3 OK\r\n" C "A4 NOOP\r\n" S "A4 OK\r\n",
      SAID_SELECT "gap A3 A4:NOOP A4=OK", "", SILENT },
    { "that takes DONE", SELECT C "A3 IDLE\r\n" S "+\r\n" LOST_C "6" S "A3 OK\r\n" C "A4 NOOP\r\n" S "A4 OK\r\n",
      SAID_SELECT "A3:IDLE +A3 gap A3=OK A4:NOOP A4=OK", "", SILENT },
    { "that takes the server's side of IDLE",
      SELECT C "A3 IDLE\r\n" LOST_S "3" S "* 10 EXISTS\r\n" C "DONE\r\n" S "A3 OK\r\n",
      SAID_SELECT "A3:IDLE gap * DONE A3=OK", "", SILENT },
    { "that takes a SASL line",
      HELLO C "A1 AUTHENTICATE PLAIN\r\n" S "+ \r\n" LOST_C "10" S "A1 OK\r\n" C "A2 NOOP\r\n" S "A2 OK\r\n",
      "greeting A1:AUTHENTICATE +A1 gap A1=OK A2:NOOP A2=OK", "", SILENT },
    { "that takes a user name",
      HELLO C "A1 AUTHENTICATE LOGIN\r\n" S "+ VXNlcm5hbWU6\r\n" LOST_C "6" S "+ UGFzc3dvcmQ6\r\n" C "c2VjcmV0\r\n" S
              "A1 OK\r\n" C "A2 NOOP\r\n" S "A2 OK\r\n",
      "greeting A1:AUTHENTICATE +A1 gap +A1 auth A1=OK A2:NOOP A2=OK", "", SILENT },
    { "that takes the rest of AUTHENTICATE",
      HELLO C "A1 AUTHENTICATE LOGIN\r\n" S "+ VXNlcm5hbWU6\r\n" LOST_C "6" C "some text\r\nc2VjcmV0\r\nA2 NOOP\r\n" S
              "A2 OK\r\n",
      "greeting A1:AUTHENTICATE +A1 gap text text A2:NOOP A2=OK", "", SILENT },
    { "that takes the greeting", LOST_S "12" C "A1 LOGIN u p\r\n" S "* OK [ALERT] x\r\nA1 OK\r\n",
      "gap A1:LOGIN * A1=OK", "", SILENT },
    { "that takes a challenge", HELLO C "A1 AUTHENTICATE PLAIN\r\n" LOST_S "4" C "AHUAcA==\r\n" S "A1 OK\r\n",
      "greeting A1:AUTHENTICATE gap auth A1=OK", "", SILENT },
    { "that takes the request for a literal", SELECT C "A3 APPEND x {2}\r\n" LOST_S "8" C "ab\r\n" S "A3 OK\r\n",
      SAID_SELECT "A3:APPEND.. gap {2.} ..A3:APPEND A3=OK", "stored accepted size=2 user=u mailbox=x frames=6-9 at=9",
      SILENT },
    { "in TLS",
      HELLO C "A1 STARTTLS\r\n" S "A1 OK\r\n" C "\x16\x03\x01" LOST_C "9" C "\x17\x03\x03" LOST_S "9" S "\x17\x03\x03",
      "greeting A1:STARTTLS A1=OK tls gap tls gap tls", "", SILENT " -starttls_not_followed" },
    { "that takes the response to STARTTLS", HELLO C "A1 STARTTLS\r\n" LOST_S "7" C "\x16\x03\x01" S "\x16\x03\x03",
      "greeting A1:STARTTLS gap tls tls", "", SILENT " -starttls_not_followed" },
    { "in front of TLS", HELLO C "A1 STARTTLS\r\n" S "A1 OK\r\n" LOST_C "9" C "\x17\x03\x03",
      "greeting A1:STARTTLS A1=OK gap tls", "", SILENT " -starttls_not_followed" },
    { "known again after a gap", SELECT LOST_C "9" C "A4 NOOP\r\n" S "A4 OK\r\n" C "A5 LOGIN u p\r\n" S "A5 BAD\r\n",
      NULL, "", "+bad_state" },
    { "not known after a gap", SELECT LOST_C "9" C "A4 LOGIN u p\r\n" S "A4 BAD\r\n", NULL, "", "-bad_state" },
};

/* Commands that are told apart. */
static const struct script_row apart_rows[] = {
    { "tags have case", LOGIN C "x NOOP\r\nX NOOP\r\n" S "X OK\r\nx OK\r\n", SAID_LOGIN "x:NOOP X:NOOP X=OK x=OK", "",
      SILENT },
    { "two users at once",
      HELLO C "A1 LOGIN u p\r\nA2 LOGIN v q\r\n" S "A1 OK\r\nA2 NO\r\n" C "A3 APPEND x {1+}\r\na\r\n" S "A3 OK\r\n",
      NULL, "stored accepted size=1 user=u mailbox=x frames=4-5 at=5", "+auth_failed" },
};

/* Messages that the capture does not show to their ends. */
static const struct script_row open_rows[] = {
    { "larger than any number", SELECT C "A3 APPEND x {99999999999999999999}\r\n" S "+\r\n" C "abc",
      SAID_SELECT "A3:APPEND.. +A3 {3}", "stored incomplete size=3 user=u mailbox=x frames=6-8 at=8", "+literal_huge" },
    { "nothing comes", SELECT C "A3 FETCH 1 BODY[]\r\n" S "* 1 FETCH (BODY[] {5}\r\n", SAID_SELECT "A3:FETCH *..",
      "retrieved incomplete size=0 user=u mailbox=INBOX frames=6-7 at=7", SILENT },
    { "APPEND that nobody asked for", LOGIN C "A2 APPEND x {3}\r\n", SAID_LOGIN "A2:APPEND..",
      "stored incomplete size=0 user=u mailbox=x frames=4-4 at=4", SILENT },
    { "capture ends in the message",
      SELECT C "A3 FETCH 1:2 BODY[]\r\n" S "* 1 FETCH (BODY[] {1}\r\na)\r\n" S "* 2 FETCH (BODY[] {9}\r\nab" S "c",
      NULL,
      "retrieved accepted size=1 user=u mailbox=INBOX frames=6-7 at=7; retrieved incomplete size=3 user=u "
      "mailbox=INBOX frames=6-9 at=9",
      SILENT },
    { "gap in a message", COMPRESS ZC "A4 FETCH 1 BODY[]\r\n" ZS "* 1 FETCH (BODY[] {10}\r\nabc" LOST_S "9" ZS "j)\r\n",
      SAID_COMPRESS "A4:FETCH *.. {3} gap", "retrieved incomplete size=3 user=u mailbox=INBOX frames=8-9 at=9",
      SILENT },
    { "beyond a literal", FETCHING S "* 1 FETCH (BODY[] {10}\r\nab" LOST_S "20" S "x)\r\nA3 OK\r\n" BYE,
      SAID_FETCHING "*.. {2} gap text A3=OK" SAID_BYE,
      "retrieved incomplete size=2 user=u mailbox=INBOX frames=6-7 at=7", SILENT },
    { "all of a literal, and beyond it", FETCHING S "* 1 FETCH (BODY[] {10}\r\n" LOST_S "20" S "x)\r\nA3 OK\r\n" BYE,
      SAID_FETCHING "*.. gap text A3=OK" SAID_BYE, "retrieved incomplete size=0 user=u mailbox=INBOX frames=6-7 at=7",
      SILENT },
};

static const struct script_row part_rows[] = {
    { "client only",
      C "A1 LOGIN {1}\r\n" C "u {1}\r\n" C "p\r\n" C "A2 SELECT x\r\n" C "A3 APPEND x {3}\r\n" C "abc\r\n" C
        "A4 IDLE\r\n" C "DONE\r\n" C "A5 LOGOUT\r\n",
      "A1:LOGIN.. {1.} ..A1:LOGIN.. {1.} ..A1:LOGIN A2:SELECT A3:APPEND.. {3.} ..A3:APPEND A4:IDLE DONE A5:LOGOUT",
      "stored incomplete size=3 mailbox=x frames=5-6 at=6", SILENT },
    { "client only, AUTHENTICATE", C "A1 AUTHENTICATE PLAIN\r\n" C "AHUAcA==\r\n" C "A2 APPEND x {1+}\r\na\r\n",
      "A1:AUTHENTICATE auth A2:APPEND.. {1.} ..A2:APPEND", "stored incomplete size=1 user=u mailbox=x frames=3-3 at=3",
      SILENT },
    { "server only",
      HELLO S "A1 OK\r\n" S "* 3 EXISTS\r\nA2 OK\r\n" S "* 1 FETCH (UID 4 BODY[] {3}\r\nabc)\r\nA3 OK\r\n" S
              "+ go\r\n" S "A4 NO\r\n" S "* BYE\r\nA5 OK\r\n",
      "greeting A1 * A2 *.. {3.} ..* A3 + A4 * A5", "retrieved accepted size=3 uid=4 frames=4-4 at=4",
      "-tag_unknown -response_malformed" },
    { "begins late",
      C "A7 NOOP\r\n" S "A7 OK\r\n" C "A8 FETCH 1 BODY[]\r\n" S "* 1 FETCH (BODY[] {1}\r\na)\r\nA8 OK\r\n",
      "A7:NOOP A7=OK A8:FETCH *.. {1.} ..* A8=OK", "retrieved accepted size=1 frames=3-4 at=4", SILENT },
    { "begins in the client's literal", C "a mail\r\nA7 is no command\r\nA8 NOOP\r\n" S "A8 OK\r\n",
      "text text A8:NOOP A8=OK", "", SILENT },
    { "begins in the server's literal",
      S "a mail\r\n goes on)\r\n* 3 EXISTS\r\nA8 OK\r\n" C "A9 NOOP\r\n" S "A9 OK\r\n", "text text * A8 A9:NOOP A9=OK",
      "", SILENT },
    { "begins with a response", S "* 3 EXISTS\r\n* OK still here\r\n" C "A9 NOOP\r\n" S "A9 OK\r\n",
      "* * A9:NOOP A9=OK", "", SILENT },
    { "begins in TLS", C "\x17\x03\x03\x01" S "\x17\x03\x03\x01" C "x", "tls tls tls", "", SILENT },
};

#define ROWS(rows) rows, G_N_ELEMENTS(rows)

static void test_lines(void)
{
    test_rows(ROWS(line_rows));
}

static void test_literals(void)
{
    test_rows(ROWS(literal_rows));
}

static void test_messages(void)
{
    test_rows(ROWS(message_rows));
}

static void test_auth(void)
{
    test_rows(ROWS(auth_rows));
}

static void test_idle(void)
{
    test_rows(ROWS(idle_rows));
}

static void test_tls(void)
{
    test_rows(ROWS(tls_rows));
}

static void test_compress(void)
{
    test_rows(ROWS(compress_rows));
}

static void test_gaps(void)
{
    test_rows(ROWS(gap_rows));
}

static void test_apart(void)
{
    test_rows(ROWS(apart_rows));
}

static void test_open(void)
{
    test_rows(ROWS(open_rows));
}

static void test_parts(void)
{
    test_rows(ROWS(part_rows));
}

static void survive(mw_bytes in)
{
    struct imap_run *run = play((const char *)in.data, in.len, (struct imap_cut){ 0 });
    g_free(say_elements(run));
    g_free(say_issues(run));
    free_run(run);
}

static void test_abuse(void)
{
    static const char literals[] =
        HELLO C "A1 LOGIN {1}\r\n" S "+\r\n" C "u {1+}\r\np\r\nA2 IDLE\r\n" S
                "A1 OK\r\n+\r\n* 1 FETCH (UID 2 BODY[] {3}\r\nabc BODY[1] {0}\r\n)\r\n" C "DONE\r\n" S "A2 OK\r\n";
    static const char turns[] = HELLO C "A1 AUTHENTICATE PLAIN\r\n" S "+ \r\n" C "AHUAcA==\r\n" S "A1 OK\r\n" C
                                        "A2 COMPRESS DEFLATE\r\n" S "A2 OK\r\n" ZC "A3 APPEND x {1}\r\n" ZS "+\r\n" ZC
                                        "a\r\nA4 NOOP\r\n" LOST_C "3" ZS "A3 OK [APPENDUID 1 2]\r\n";
    mw_test_abuse(literals, sizeof literals - 1, survive);
    mw_test_abuse(turns, sizeof turns - 1, survive);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap/session/lines", test_lines);
    g_test_add_func("/imap/session/literals", test_literals);
    g_test_add_func("/imap/session/messages", test_messages);
    g_test_add_func("/imap/session/auth", test_auth);
    g_test_add_func("/imap/session/idle", test_idle);
    g_test_add_func("/imap/session/tls", test_tls);
    g_test_add_func("/imap/session/compress", test_compress);
    g_test_add_func("/imap/session/gaps", test_gaps);
    g_test_add_func("/imap/session/apart", test_apart);
    g_test_add_func("/imap/session/open", test_open);
    g_test_add_func("/imap/session/parts", test_parts);
    g_test_add_func("/imap/session/abuse", test_abuse);
    return g_test_run();
}
