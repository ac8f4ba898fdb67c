/* Tests of when an SMTP or LMTP transaction becomes a record, and of what the record says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "session_script.h"

/* Frames 1 to 3, and with ACCEPTED 1 to 7. */
#define HELLO S "220 s.example ESMTP\r\n" C "EHLO c.example\r\n" S "250-s.example\r\n250-PIPELINING\r\n250 CHUNKING\r\n"
#define ACCEPTED HELLO C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n" C "RCPT TO:<c@d>\r\n" S "250 ok\r\n"
#define DATA_354 C "DATA\r\n" S "354 go\r\n"
#define MESSAGE C "Subject: x\r\n\r\n..y\r\n.\r\n" /* 18 octets */
#define LMTP_HELLO S "220 s.example LMTP\r\n" C "LHLO c.example\r\n" S "250-s.example\r\n250 PIPELINING\r\n"
#define LMTP_THREE                                                                                                     \
    LMTP_HELLO C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n" C "RCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nRCPT TO:<g@h>\r\n" S        \
                 "250 ok\r\n550 no\r\n250 ok\r\n"

static const struct script_row end_rows[] = {
    { "accepted", ACCEPTED DATA_354 MESSAGE S "250 2.0.0 Ok: queued as 4F1B2C3D4E\r\n" C "QUIT\r\n" S "221 bye\r\n",
      NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 2.0.0 Ok: queued as 4F1B2C3D4E) size=18 "
      "frames=4-11 at=11",
      NULL },
    { "accepted, capture ends", ACCEPTED DATA_354 MESSAGE S "250 OK id=1Mugho-0003Dg-Un\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 OK id=1Mugho-0003Dg-Un) size=18 frames=4-11 "
      "at=11",
      NULL },
    { "reply in several lines", ACCEPTED DATA_354 MESSAGE S "250-2.0.0 ok\r\n250 2.0.0 thanks\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 2.0.0 ok 2.0.0 thanks) size=18 frames=4-11 at=11", NULL },
    { "reply in two segments", ACCEPTED DATA_354 MESSAGE S "250-one\r\n25" S "0 two\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 one two) size=18 frames=4-12 at=12", NULL },
    { "refused for good", ACCEPTED DATA_354 MESSAGE S "554 5.7.1 spam\r\n", NULL,
      "SMTP rejected from=a@b to=c@d reply=(554 5.7.1 spam) size=18 frames=4-11 at=11", "+permanent_failure" },
    { "refused for now", ACCEPTED DATA_354 MESSAGE S "451 later\r\n", NULL,
      "SMTP rejected from=a@b to=c@d reply=(451 later) size=18 frames=4-11 at=11", "+temporary_failure" },
    { "421 to the message", ACCEPTED DATA_354 MESSAGE S "421 closing\r\n", NULL,
      "SMTP rejected from=a@b to=c@d reply=(421 closing) size=18 frames=4-11 at=11", NULL },
    { "RSET", ACCEPTED C "RSET\r\n" S "250 ok\r\n", NULL, "SMTP aborted from=a@b to=c@d frames=4-9 at=9", NULL },
    { "RSET refused", ACCEPTED C "RSET\r\n" S "500 no\r\n" DATA_354 MESSAGE S "250 ok\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=18 frames=4-13 at=13", NULL },
    { "HELO", ACCEPTED C "HELO c\r\n" S "250 ok\r\n", NULL, "SMTP aborted from=a@b to=c@d frames=4-9 at=9", NULL },
    { "EHLO", ACCEPTED C "EHLO c\r\n" S "250 ok\r\n", NULL, "SMTP aborted from=a@b to=c@d frames=4-9 at=9", NULL },
    { "EHLO refused", ACCEPTED C "EHLO c\r\n" S "503 no\r\n" DATA_354 MESSAGE S "250 ok\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=18 frames=4-13 at=13", NULL },
    { "STARTTLS", ACCEPTED C "STARTTLS\r\n" S "220 go\r\n", NULL, "SMTP aborted from=a@b to=c@d frames=4-9 at=9",
      NULL },
    { "STARTTLS refused", ACCEPTED C "STARTTLS\r\n" S "454 no\r\n" DATA_354 MESSAGE S "250 ok\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=18 frames=4-13 at=13", NULL },
    { "nested MAIL accepted", ACCEPTED C "MAIL FROM:<x@y>\r\n" S "250 ok\r\n" C "QUIT\r\n" S "221 bye\r\n", NULL,
      "SMTP aborted from=a@b to=c@d frames=4-9 at=9; SMTP aborted from=x@y frames=8-10 at=10", "+bad_sequence" },
    { "nested MAIL refused", ACCEPTED C "MAIL FROM:<x@y>\r\n" S "503 nested\r\n" DATA_354 MESSAGE S "250 ok\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=18 frames=4-13 at=13", "+bad_sequence" },
    { "QUIT", ACCEPTED C "QUIT\r\n" S "221 bye\r\n", NULL, "SMTP aborted from=a@b to=c@d frames=4-8 at=8", NULL },
    { "MAIL refused", HELLO C "MAIL FROM:<a@b>\r\n" S "550 5.1.8 no\r\n" C "QUIT\r\n" S "221 bye\r\n", NULL,
      "SMTP rejected from=a@b reply=(550 5.1.8 no) frames=4-5 at=5", NULL },
    { "MAIL refused twice", HELLO C "MAIL FROM:<a@b>\r\n" S "450 no\r\n" C "MAIL FROM:<>\r\n" S "550 no\r\n", NULL,
      "SMTP rejected from=a@b reply=(450 no) frames=4-5 at=5; SMTP rejected from= reply=(550 no) frames=6-7 at=7",
      NULL },
    { "commands outside make none",
      HELLO C "RCPT TO:<c@d>\r\n" S "503 no\r\n" C "DATA\r\n" S "503 no\r\n" C "RSET\r\n" S "250 ok\r\n" C "NOOP\r\n" S
              "250 ok\r\n" C "BDAT 3 LAST\r\nabc" S "503 no\r\n" C "VRFY x\r\n" S "252 ok\r\n" C "QUIT\r\n" S
              "221 bye\r\n",
      "220>greeting EHLO 250>EHLO RCPT 503>RCPT DATA 503>DATA RSET 250>RSET NOOP 250>NOOP BDAT body(3.) 503>BDAT VRFY "
      "252>VRFY QUIT 221>QUIT",
      "", "+bad_sequence" },
    { "NOOP, HELP, VRFY leave it open",
      ACCEPTED C "NOOP\r\n" S "250 ok\r\n" C "VRFY x\r\n" S "252 ok\r\n" C "HELP\r\n" S "214 ok\r\n" DATA_354 MESSAGE S
                 "250 ok\r\n",
      NULL, "SMTP accepted from=a@b to=c@d reply=(250 ok) size=18 frames=4-17 at=17", "-bad_sequence" },
    { "DATA refused leaves it open", ACCEPTED C "DATA\r\n" S "451 later\r\n" DATA_354 MESSAGE S "250 ok\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=18 frames=4-13 at=13", NULL },
    { "DATA refused, RSET", ACCEPTED C "DATA\r\n" S "451 later\r\n" C "RSET\r\n" S "250 ok\r\n", NULL,
      "SMTP aborted from=a@b to=c@d frames=4-11 at=11", NULL },
    { "two messages",
      ACCEPTED DATA_354 MESSAGE S "250 one\r\n" C "MAIL FROM:<>\r\n" S "250 ok\r\n" C "RCPT TO:<e@f>\r\n" S
                                  "250 ok\r\n" C "DATA\r\n" S "354 go\r\n" C ".\r\n" S "250 two\r\n",
      NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 one) size=18 frames=4-11 at=11; "
      "SMTP accepted from= to=e@f reply=(250 two) size=0 frames=12-19 at=19",
      "-bad_sequence" },
    { "recipients refused",
      ACCEPTED C "RCPT TO:<e@f>\r\n" S "550 5.1.1 who\r\n" C "RCPT TO:<g@h>\r\n" S "251 forwarded\r\n" C
                 "RCPT TO:<i@j>\r\n" S "452-too\r\n452 many\r\n" DATA_354 MESSAGE S "250 ok\r\n",
      NULL,
      "SMTP accepted from=a@b to=c@d refused=e@f(550 5.1.1 who) to=g@h refused=i@j(452 too many) reply=(250 ok) "
      "size=18 "
      "frames=4-17 at=17",
      NULL },
    { "all recipients refused, QUIT",
      HELLO C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n" C "RCPT TO:<c@d>\r\n" S "550 no\r\n" C "QUIT\r\n" S "221 bye\r\n",
      NULL, "SMTP aborted from=a@b refused=c@d(550 no) frames=4-8 at=8", NULL },
    { "source route left out",
      HELLO C "MAIL FROM:<@x,@y:a@b> SIZE=3\r\n" S "250 ok\r\n" C "RCPT TO:c@d\r\n" S "250 ok\r\n" C "RSET\r\n" S
              "250 ok\r\n",
      NULL, "SMTP aborted from=a@b to=c@d frames=4-9 at=9", NULL },
};

static const struct script_row bdat_rows[] = {
    { "BDAT LAST", ACCEPTED C "BDAT 5 LAST\r\nab\r\nc" S "250 ok\r\n",
      "220>greeting EHLO 250>EHLO MAIL 250>MAIL RCPT 250>RCPT BDAT body(5.) 250>BDAT",
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=5 frames=4-9 at=9", "-bad_sequence -bdat_no_last" },
    { "two chunks", ACCEPTED C "BDAT 3\r\nabc" S "250 ok\r\n" C "BDAT 5 LAST\r\n\r\n.\r\n" S "250 two\r\n",
      "220>greeting EHLO 250>EHLO MAIL 250>MAIL RCPT 250>RCPT BDAT body(8.) 250>BDAT BDAT body(8.) 250>BDAT",
      "SMTP accepted from=a@b to=c@d reply=(250 two) size=8 frames=4-11 at=11", "-bad_sequence -eod_lookalike" },
    { "size 0 LAST", ACCEPTED C "BDAT 3\r\nabc" S "250 ok\r\n" C "BDAT 0 LAST\r\n" S "250 two\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 two) size=3 frames=4-11 at=11", "-bad_sequence" },
    { "only size 0 LAST", ACCEPTED C "BDAT 0 LAST\r\n" S "250 ok\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=0 frames=4-9 at=9", NULL },
    { "size 0 in between", ACCEPTED C "BDAT 0\r\n" S "250 ok\r\n" C "BDAT 3 last\r\nabc" S "250 two\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 two) size=3 frames=4-11 at=11", NULL },
    { "chunks pipelined with all",
      HELLO C "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 3\r\nabcBDAT 2 LAST\r\nde" S
              "250 m\r\n250 r\r\n250 one\r\n250 two\r\n",
      "220>greeting EHLO 250>EHLO MAIL RCPT BDAT body(5.) BDAT body(5.) 250>MAIL 250>RCPT 250>BDAT 250>BDAT",
      "SMTP accepted from=a@b to=c@d reply=(250 two) size=5 frames=4-5 at=5", "-pipelining -pipelining_order" },
    { "chunk in pieces", ACCEPTED C "BDAT 6 LAST\r\nab" C "cd" C "efQUIT\r\n" S "250 ok\r\n221 bye\r\n",
      "220>greeting EHLO 250>EHLO MAIL 250>MAIL RCPT 250>RCPT BDAT body(6.) QUIT 250>BDAT 221>QUIT",
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=6 frames=4-11 at=11", NULL },
    { "a chunk refused ends it", ACCEPTED C "BDAT 3\r\nabc" S "552 too big\r\n" C "RSET\r\n" S "250 ok\r\n", NULL,
      "SMTP rejected from=a@b to=c@d reply=(552 too big) frames=4-9 at=9", NULL },
    { "the last chunk refused", ACCEPTED C "BDAT 3 LAST\r\nabc" S "554 no\r\n", NULL,
      "SMTP rejected from=a@b to=c@d reply=(554 no) size=3 frames=4-9 at=9", NULL },
    { "no recipient, chunk refused, next chunk refused as well",
      HELLO C "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 3\r\nabcBDAT 2 LAST\r\nde" S
              "250 m\r\n550 r\r\n554 no\r\n503 no\r\n",
      "220>greeting EHLO 250>EHLO MAIL RCPT BDAT body(5.) BDAT body(5.) 250>MAIL 550>RCPT 554>BDAT 503>BDAT", NULL,
      NULL },
    { "RSET between chunks", ACCEPTED C "BDAT 3\r\nabc" S "250 ok\r\n" C "RSET\r\n" S "250 ok\r\n", NULL,
      "SMTP aborted from=a@b to=c@d frames=4-11 at=11", "+bdat_no_last" },
    { "QUIT between chunks", ACCEPTED C "BDAT 3\r\nabc" S "250 ok\r\n" C "QUIT\r\n" S "221 bye\r\n", NULL,
      "SMTP aborted from=a@b to=c@d frames=4-10 at=10", "+bdat_no_last" },
    { "DATA after BDAT",
      ACCEPTED C "BDAT 3\r\nabc" S "250 ok\r\n" C "DATA\r\n" S "503 no\r\n" C "BDAT 0 LAST\r\n" S "250 ok\r\n", NULL,
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=3 frames=4-13 at=13", "+bad_sequence" },
    { "BURL LAST, RFC 4468",
      ACCEPTED C "BURL imap://u@i.example/D;uid=2/;urlauth=submit+u:internal:9\r\n" S "250 one\r\n" C
                 "BURL imap://u@i.example/D;uid=3/;urlauth=submit+u:internal:9 LAST\r\n" S "250 two\r\n",
      "220>greeting EHLO 250>EHLO MAIL 250>MAIL RCPT 250>RCPT BURL 250>BURL BURL 250>BURL",
      "SMTP accepted from=a@b to=c@d reply=(250 two) frames=4-11 at=11", "-bad_sequence" },
    { "bad size", ACCEPTED C "BDAT x\r\n" S "501 no\r\n",
      "220>greeting EHLO 250>EHLO MAIL 250>MAIL RCPT 250>RCPT BDAT 501>BDAT", NULL, "+bdat_size" },
};

static const struct script_row lmtp_rows[] = {
    { "LMTP, all accepted", LMTP_THREE DATA_354 MESSAGE S "250 one\r\n250 two\r\n",
      "220>greeting LHLO 250>LHLO MAIL 250>MAIL RCPT RCPT RCPT 250>RCPT 550>RCPT 250>RCPT DATA 354>DATA body(18.) "
      "250>eod<c@d> 250>eod<g@h>",
      "LMTP accepted from=a@b to=c@d refused=e@f(550 no) to=g@h reply=(250 two) size=18 frames=4-11 at=11",
      "-reply_unmatched -eod_split_reply" },
    { "LMTP, mixed", LMTP_THREE DATA_354 MESSAGE S "250 one\r\n" S "552 5.2.2 full\r\n",
      "220>greeting LHLO 250>LHLO MAIL 250>MAIL RCPT RCPT RCPT 250>RCPT 550>RCPT 250>RCPT DATA 354>DATA body(18.) "
      "250>eod<c@d> 552>eod<g@h>",
      NULL, "-reply_unmatched -eod_split_reply" },
    { "LMTP, none accepted", LMTP_THREE DATA_354 MESSAGE S "452 a\r\n552 b\r\n", NULL,
      "LMTP rejected from=a@b refused=e@f(550 no) refused=c@d(452 a) refused=g@h(552 b) reply=(552 b) size=18 "
      "frames=4-11 at=11",
      "-reply_unmatched" },
    { "LMTP, pipelined next message",
      LMTP_THREE DATA_354 C "x\r\n.\r\nMAIL FROM:<x@y>\r\n" S "250 one\r\n250 two\r\n250 mail\r\n" C "QUIT\r\n" S
                            "221 bye\r\n",
      "220>greeting LHLO 250>LHLO MAIL 250>MAIL RCPT RCPT RCPT 250>RCPT 550>RCPT 250>RCPT DATA 354>DATA body(3.) MAIL "
      "250>eod<c@d> 250>eod<g@h> 250>MAIL QUIT 221>QUIT",
      "LMTP accepted from=a@b to=c@d refused=e@f(550 no) to=g@h reply=(250 two) size=3 frames=4-11 at=11; "
      "LMTP aborted from=x@y frames=10-12 at=12",
      "-reply_unmatched" },
    { "LMTP, BDAT", LMTP_THREE C "BDAT 3\r\nabc" S "250 chunk\r\n" C "BDAT 2 LAST\r\nde" S "250 one\r\n250 two\r\n",
      "220>greeting LHLO 250>LHLO MAIL 250>MAIL RCPT RCPT RCPT 250>RCPT 550>RCPT 250>RCPT BDAT body(5.) 250>BDAT BDAT "
      "body(5.) 250>BDAT<c@d> 250>BDAT<g@h>",
      "LMTP accepted from=a@b to=c@d refused=e@f(550 no) to=g@h reply=(250 two) size=5 frames=4-11 at=11",
      "-reply_unmatched" },
    { "LMTP, no recipient",
      LMTP_HELLO C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n" C "RCPT TO:<c@d>\r\n" S "550 no\r\n" C "DATA\r\n" S
                   "503 no\r\n" C "QUIT\r\n" S "221 bye\r\n",
      NULL, "LMTP aborted from=a@b refused=c@d(550 no) frames=4-10 at=10", NULL },
    { "LMTP, same recipient twice",
      LMTP_HELLO C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n" C "RCPT TO:<c@d>\r\nRCPT TO:<c@d>\r\n" S
                   "250 ok\r\n250 ok\r\n" DATA_354 MESSAGE S "250 one\r\n250 two\r\n",
      NULL, "LMTP accepted from=a@b to=c@d to=c@d reply=(250 two) size=18 frames=4-11 at=11", "-reply_unmatched" },
    { "LMTP, a 353 is a recipient's reply: PRDR is of SMTP (found by fuzz_smtp_session)",
      LMTP_THREE DATA_354 MESSAGE S "353 go\r\n250 two\r\n", NULL,
      "LMTP accepted from=a@b refused=e@f(550 no) to=g@h refused=c@d(353 go) reply=(250 two) size=18 frames=4-11 at=11",
      NULL },
};

/* PRDR (draft-hall-prdr, Exim): after 353 a reply for each accepted recipient, then one for the message. */
#define PRDR                                                                                                           \
    S "220 s.example ESMTP\r\n" C "EHLO c\r\n" S "250-s\r\n250-PIPELINING\r\n250 PRDR\r\n" C                           \
      "MAIL FROM:<a@b> PRDR\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nRCPT TO:<g@h>\r\nDATA\r\n" S                          \
      "250 ok\r\n250 ok\r\n550 no\r\n250 ok\r\n354 go\r\n" MESSAGE
#define SAID_PRDR                                                                                                      \
    "220>greeting EHLO 250>EHLO MAIL RCPT RCPT RCPT DATA 250>MAIL 250>RCPT 550>RCPT 250>RCPT 354>DATA body(18.) "

static const struct script_row prdr_rows[] = {
    { "PRDR, all accepted",
      PRDR S "353 content analysis\r\n250 one\r\n250 two\r\n250 queued\r\n" C "QUIT\r\n" S "221 bye\r\n",
      SAID_PRDR "353>eod 250>eod<c@d> 250>eod<g@h> 250>eod QUIT 221>QUIT",
      "SMTP accepted from=a@b to=c@d refused=e@f(550 no) to=g@h reply=(250 queued) size=18 frames=4-7 at=7",
      "-reply_unmatched" },
    { "PRDR, mixed", PRDR S "353 content analysis\r\n250 one\r\n550 two\r\n250 queued\r\n" C "QUIT\r\n" S "221 bye\r\n",
      SAID_PRDR "353>eod 250>eod<c@d> 550>eod<g@h> 250>eod QUIT 221>QUIT",
      "SMTP accepted from=a@b to=c@d refused=e@f(550 no) refused=g@h(550 two) reply=(250 queued) size=18 frames=4-7 "
      "at=7",
      "-reply_unmatched" },
    { "PRDR, one reply", PRDR S "250 queued\r\n" C "QUIT\r\n" S "221 bye\r\n", SAID_PRDR "250>eod QUIT 221>QUIT",
      "SMTP accepted from=a@b to=c@d refused=e@f(550 no) to=g@h reply=(250 queued) size=18 frames=4-7 at=7",
      "-reply_unmatched" },
};

/* RFC 2920: what the replies say decides, not what was sent. */
static const struct script_row pipeline_rows[] = {
    { "envelope and DATA in one segment",
      HELLO C "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n" S
              "250 m\r\n250 r\r\n550 r\r\n354 go\r\n" C "x\r\n.\r\nQUIT\r\n" S "250 ok\r\n221 bye\r\n",
      "220>greeting EHLO 250>EHLO MAIL RCPT RCPT DATA 250>MAIL 250>RCPT 550>RCPT 354>DATA body(3.) QUIT 250>eod "
      "221>QUIT",
      "SMTP accepted from=a@b to=c@d refused=e@f(550 r) reply=(250 ok) size=3 frames=4-7 at=7",
      "-pipelining -pipelining_order -bad_sequence" },
    { "MAIL refused, all pipelined",
      HELLO C "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" S "550 m\r\n503 r\r\n503 d\r\n" C "QUIT\r\n" S
              "221 bye\r\n",
      "220>greeting EHLO 250>EHLO MAIL RCPT DATA 550>MAIL 503>RCPT 503>DATA QUIT 221>QUIT",
      "SMTP rejected from=a@b reply=(550 m) frames=4-5 at=5", "-reply_unmatched" },
    { "no recipient left, server says 354, client sends an empty message",
      HELLO C "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" S "250 m\r\n550 r\r\n354 go\r\n" C ".\r\n" S
              "554 none\r\n",
      "220>greeting EHLO 250>EHLO MAIL RCPT DATA 250>MAIL 550>RCPT 354>DATA body(0.) 554>eod",
      "SMTP rejected from=a@b refused=c@d(550 r) reply=(554 none) size=0 frames=4-7 at=7", "+no_valid_rcpt" },
    { "DATA refused, next envelope follows",
      HELLO C "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" S "250 m\r\n550 r\r\n554 none\r\n" C
              "RSET\r\nMAIL FROM:<x@y>\r\nQUIT\r\n" S "250 ok\r\n250 ok\r\n221 bye\r\n",
      "220>greeting EHLO 250>EHLO MAIL RCPT DATA 250>MAIL 550>RCPT 554>DATA RSET MAIL QUIT 250>RSET 250>MAIL 221>QUIT",
      "SMTP aborted from=a@b refused=c@d(550 r) frames=4-7 at=7; SMTP aborted from=x@y frames=6-7 at=7",
      "-data_refused_sent" },
    { "message and next envelope in one segment",
      HELLO C "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" S "250 m\r\n250 r\r\n354 go\r\n" C
              "x\r\n.\r\nMAIL FROM:<x@y>\r\nRCPT TO:<e@f>\r\nDATA\r\n" S "250 ok\r\n250 m\r\n250 r\r\n354 go\r\n" C
              "yy\r\n.\r\n" S "250 two\r\n",
      "220>greeting EHLO 250>EHLO MAIL RCPT DATA 250>MAIL 250>RCPT 354>DATA body(3.) MAIL RCPT DATA 250>eod 250>MAIL "
      "250>RCPT 354>DATA body(4.) 250>eod",
      "SMTP accepted from=a@b to=c@d reply=(250 ok) size=3 frames=4-7 at=7; "
      "SMTP accepted from=x@y to=e@f reply=(250 two) size=4 frames=6-9 at=9",
      "-pipelining -pipelining_order" },
    { "pipelining that was not offered",
      S "220 s ESMTP\r\n" C "EHLO c\r\n" S "250 s\r\n" C "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n" S "250 m\r\n250 r\r\n",
      NULL, NULL, "+pipelining" },
    { "NOOP in the same group as DATA",
      HELLO C "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nNOOP\r\n" S "250 m\r\n250 r\r\n503 no\r\n250 ok\r\n",
      "220>greeting EHLO 250>EHLO MAIL RCPT DATA NOOP 250>MAIL 250>RCPT 503>DATA 250>NOOP", NULL, "+pipelining_order" },
};

/* "counts as accepted, the outcome is incomplete, and the record stands in the frame of the last octet of the message
 * or of the command that ended it" */
static const struct script_row one_sided_rows[] = {
    { "client only",
      C "EHLO c\r\n" C "MAIL FROM:<a@b>\r\n" C "RCPT TO:<c@d>\r\n" C "DATA\r\n" C "Subject: x\r\n" C "\r\ny\r\n.\r\n" C
        "QUIT\r\n",
      "EHLO MAIL RCPT DATA body(17.) QUIT", "SMTP incomplete from=a@b to=c@d size=17 frames=2-6 at=6", NULL },
    { "client only, RSET", C "EHLO c\r\n" C "MAIL FROM:<a@b>\r\n" C "RCPT TO:<c@d>\r\n" C "RSET\r\n",
      "EHLO MAIL RCPT RSET", "SMTP incomplete from=a@b to=c@d frames=2-4 at=4", NULL },
    { "client only, QUIT", C "EHLO c\r\n" C "MAIL FROM:<a@b>\r\n" C "RCPT TO:<c@d>\r\n" C "QUIT\r\n",
      "EHLO MAIL RCPT QUIT", "SMTP incomplete from=a@b to=c@d frames=2-4 at=4", NULL },
    { "client only, BDAT",
      C "EHLO c\r\n" C "MAIL FROM:<a@b>\r\n" C "RCPT TO:<c@d>\r\n" C "BDAT 3\r\nabc" C "BDAT 2 LAST\r\nde",
      "EHLO MAIL RCPT BDAT body(5.) BDAT body(5.)", "SMTP incomplete from=a@b to=c@d size=5 frames=2-5 at=5", NULL },
    { "client only, BDAT 0 LAST",
      C "EHLO c\r\n" C "MAIL FROM:<a@b>\r\n" C "RCPT TO:<c@d>\r\n" C "BDAT 3\r\nabc" C "BDAT 0 LAST\r\n",
      "EHLO MAIL RCPT BDAT body(3.) BDAT", "SMTP incomplete from=a@b to=c@d size=3 frames=2-5 at=5", NULL },
    { "client only, messages given up in one segment",
      C "EHLO c\r\n" C "RSET\r\nMAIL FROM:<a@b>\r\nRSET\r\nMAIL FROM:<x@y>\r\nRSET\r\n" C "QUIT\r\n",
      "EHLO RSET MAIL RSET MAIL RSET QUIT",
      "SMTP incomplete from=a@b frames=2-3 at=3; SMTP incomplete from=x@y frames=2-3 at=3", NULL },
    { "client only, two messages",
      C "EHLO c\r\n" C "MAIL FROM:<a@b>\r\n" C "RCPT TO:<c@d>\r\n" C "DATA\r\n" C "x\r\n.\r\n" C "MAIL FROM:<x@y>\r\n" C
        "RCPT TO:<e@f>\r\n" C "DATA\r\n" C ".\r\n",
      NULL,
      "SMTP incomplete from=a@b to=c@d size=3 frames=2-5 at=5; SMTP incomplete from=x@y to=e@f size=0 frames=6-9 at=9",
      NULL },
    { "client only, LMTP", C "LHLO c\r\n" C "MAIL FROM:<a@b>\r\n" C "RCPT TO:<c@d>\r\n" C "DATA\r\n" C "x\r\n.\r\n",
      NULL, "LMTP incomplete from=a@b to=c@d size=3 frames=2-5 at=5", NULL },
    { "client only, pipelined", C "EHLO c\r\n" C "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" C "x\r\n.\r\n", NULL,
      "SMTP incomplete from=a@b to=c@d size=3 frames=2-3 at=3", NULL },
    { "server only",
      S "220 s ESMTP\r\n" S "250 s\r\n" S "250 ok\r\n" S "250 ok\r\n" S "354 go\r\n" S "250 queued\r\n" S "221 bye\r\n",
      NULL, NULL, "-reply_malformed" },
    { "capture ends before the reply to the message", ACCEPTED DATA_354 MESSAGE, NULL,
      "SMTP incomplete from=a@b to=c@d size=18 frames=4-10 at=10", NULL },
    { "capture ends in the message", ACCEPTED DATA_354 C "Subject: x\r\n\r\ny" C "z", NULL,
      "SMTP incomplete from=a@b to=c@d frames=4-11 at=11", NULL },
    { "capture ends between the chunks", ACCEPTED C "BDAT 3\r\nabc" S "250 ok\r\n", NULL,
      "SMTP incomplete from=a@b to=c@d frames=4-8 at=8", NULL },
    { "capture ends before the reply to the last chunk",
      HELLO C "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n" S "250 m\r\n250 r\r\n" C "RCPT TO:<e@f>\r\nBDAT 3 LAST\r\nabc",
      NULL, "SMTP incomplete from=a@b to=c@d to=e@f size=3 frames=4-6 at=6", NULL },
    { "LMTP, capture ends between the replies", LMTP_THREE DATA_354 MESSAGE S "250 one\r\n", NULL,
      "LMTP incomplete from=a@b to=c@d refused=e@f(550 no) to=g@h size=18 frames=4-10 at=10", NULL },
    { "capture ends before the reply to RSET", ACCEPTED C "RSET\r\n", NULL,
      "SMTP incomplete from=a@b to=c@d frames=4-8 at=8", NULL },
    { "capture begins in the envelope", C "RCPT TO:<c@d>\r\n" S "250 ok\r\n" DATA_354 MESSAGE S "250 ok\r\n",
      "RCPT 250>RCPT DATA 354>DATA body(18.) 250>eod", NULL, "-bad_sequence -helo_missing" },
    { "capture begins in the message", C "text\r\nmore text\r\n.\r\n" S "250 ok\r\n" C "QUIT\r\n" S "221 bye\r\n", NULL,
      NULL, "-unknown_command -reply_unmatched" },
};

#define SIZED(declared)                                                                                                \
    S "220 s.example ESMTP\r\n" C "EHLO c\r\n" S "250-s\r\n250 SIZE 17\r\n" C "MAIL FROM:<a@b> SIZE=" declared         \
      "\r\n" S "250 ok\r\n" C "RCPT TO:<c@d>\r\n" S "250 ok\r\n" DATA_354

/* RFC 1870: what the server takes, what the client declares, what it sends. */
static const struct script_row size_rows[] = {
    { "one octet over the limit", SIZED("17") MESSAGE S "552 no\r\n", NULL, NULL, "+size_over_limit" },
    { "as many as the limit", SIZED("17") C "Subject: x\r\n\r\n..\r\n.\r\n" S "250 ok\r\n", NULL, NULL,
      "-size_over_limit -size_mismatch" },
    { "a third of what was declared", SIZED("16") C "a\r\n.\r\n" S "250 ok\r\n", NULL, NULL,
      "-size_over_limit +size_mismatch" },
};

#define ROWS(rows) rows, G_N_ELEMENTS(rows)

static void test_end(void)
{
    script_test(ROWS(end_rows));
}

static void test_bdat(void)
{
    script_test(ROWS(bdat_rows));
}

static void test_lmtp(void)
{
    script_test(ROWS(lmtp_rows));
}

static void test_size(void)
{
    script_test(ROWS(size_rows));
}

static void test_prdr(void)
{
    script_test(ROWS(prdr_rows));
}

static void test_pipelining(void)
{
    script_test(ROWS(pipeline_rows));
}

static void test_one_sided(void)
{
    script_test(ROWS(one_sided_rows));
}

/* helo, greeting, username and tls of a record. */
static void test_context(void)
{
    const char *script =
        S "220 s.example ESMTP Sendmail 8.13.1/8.13.1; x\r\n" C "EHLO c.example\r\n" S "250 s\r\n" C "STARTTLS\r\n" S
          "220 go\r\n" SECURED C "EHLO inner.example\r\n" S "250-s\r\n250 AUTH PLAIN\r\n" C
          "AUTH PLAIN AHVzZXIAcGFzcw==\r\n" S "235 ok\r\n" C "MAIL FROM:<a@b>\r\n" S "250 ok\r\n" C
          "RCPT TO:<c@d>\r\n" S "250 ok\r\n" C "DATA\r\n" S "354 go\r\n" C ".\r\n" S "250 ok\r\n";
    struct script_run *run = script_play(script, strlen(script), false);
    const struct mail_transaction *record = NULL;
    for (const struct script_element *e = run->first; e; e = e->next)
        record = smtp_extra_of(&e->smtp)->record ? smtp_extra_of(&e->smtp)->record : record;
    g_assert_nonnull(record);
    g_assert_cmpstr(record->helo, ==, "inner.example");
    g_assert_cmpstr(record->greeting, ==, "s.example ESMTP Sendmail 8.13.1/8.13.1; x");
    g_assert_cmpstr(record->username, ==, "user");
    g_assert_true(record->tls);
    g_assert_cmpuint(record->action, ==, MAIL_SENT);
    script_free(run);
}

static void test_abuse(void)
{
    static const char smtp[] = ACCEPTED DATA_354 MESSAGE S "250 ok\r\n";
    static const char lmtp[] =
        LMTP_THREE C "BDAT 3\r\nabc" S "250 chunk\r\n" C "BDAT 0 LAST\r\n" S "250 one\r\n552 b\r\n";
    mw_test_abuse(smtp, sizeof smtp - 1, script_survive);
    mw_test_abuse(lmtp, sizeof lmtp - 1, script_survive);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/smtp/transaction/end", test_end);
    g_test_add_func("/smtp/transaction/bdat", test_bdat);
    g_test_add_func("/smtp/transaction/lmtp", test_lmtp);
    g_test_add_func("/smtp/transaction/size", test_size);
    g_test_add_func("/smtp/transaction/prdr", test_prdr);
    g_test_add_func("/smtp/transaction/pipelining", test_pipelining);
    g_test_add_func("/smtp/transaction/one_sided", test_one_sided);
    g_test_add_func("/smtp/transaction/context", test_context);
    g_test_add_func("/smtp/transaction/abuse", test_abuse);
    return g_test_run();
}
