/* Greetings of POP3 and IMAP servers and what they name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "banner.h"

#include "harness.h"

struct row {
    const char *text;
    const char *domain, *software, *version; /* "" for none */
};

static const struct row pop_banners[] = {
    { "Dovecot ready.", "", "Dovecot", "" },
    { "Dovecot (Ubuntu) ready.", "", "Dovecot", "" },
    { "Dovecot ready. <1a2b.1.5f0c.AbCdEf==@mail.example.org>", "", "Dovecot", "" },
    { "mail.example.org Cyrus POP3 v2.3.16 server ready <151256.1400173552@mail.example.org>", "mail.example.org",
      "Cyrus", "2.3.16" },
    { "mail01 Cyrus POP3 v2.3.16 server ready", "mail01", "Cyrus", "2.3.16" },
    { "Cyrus POP3 v2.4.17", "", "Cyrus", "2.4.17" },
    { "192.0.2.1 Cyrus POP3 v2.3.8-OS X Server 10.5: 9A562 server ready", "192.0.2.1", "Cyrus", "2.3.8-OS" },
    { "mail.example.org Cyrus POP3 Murder v2.4.8-Invoca-RPM-2.4.8-1 server ready", "mail.example.org", "Cyrus",
      "2.4.8-Invoca-RPM-2.4.8-1" },
    { "Hello there.", "", "", "" },
    { "Hello there. <4405.1185250906@localhost.localdomain>", "", "", "" },
    /* UW, and others that do not name themselves */
    { "POP3 mail.example.org 2003.83rh server ready", "mail.example.org", "", "2003.83rh" },
    { "POP3 mail.example.org v2003.83rh server ready", "mail.example.org", "", "2003.83rh" },
    { "POP3 [192.0.2.1] 2006b.94 server ready", "[192.0.2.1]", "", "2006b.94" },
    { "POP3 192.0.2.1 v2000.70 server ready", "192.0.2.1", "", "2000.70" },
    { "POP3 localhost v2001.78rh server ready", "localhost", "", "2001.78rh" },
    { "POP3 localhost  server ready", "", "", "" },
    { "POP3 server ready", "", "", "" },
    { "POP3", "", "", "" },
    { "POP3 server ready 1.2.3", "", "", "" },
    { "POP3 service 192.0.2.1", "", "", "" },
    { "POP3 12 connections", "", "", "" },
    { "POP server version 2.53 ready from host", "", "", "2.53" },
    { "mail.example.org POP3 Server (Version 1.020h) ready.", "mail.example.org", "", "1.020h" },
    { "example.com POP3-Server", "example.com", "", "" },
    { "POP server ready H mimap4 0MHoUr-1VDxRD3Ui5-003eq2", "", "", "" },
    { "<869521546.23059@mail.example.net>, POP3 server ready.", "", "", "" },
    { "ready  <11514.1185210732@mail.example.org>", "", "", "" },
    { "IMAP/POP ready.", "", "", "" },
    /* Microsoft */
    { "Microsoft Exchange Server 2003 POP3 server version 6.5.7638.1 (mail.example.org) ready.", "",
      "Microsoft Exchange Server 2003", "6.5.7638.1" },
    { "Microsoft Exchange 2000 POP3 server version 6.0.6603.0 (host) ready.", "", "Microsoft Exchange 2000",
      "6.0.6603.0" },
    { "Microsoft Exchange POP3 server version 5.5.2654.50 ready", "", "Microsoft Exchange", "5.5.2654.50" },
    { "Microsoft Exchange Server 2007 POP3 service ready", "", "Microsoft Exchange Server 2007", "" },
    { "The Microsoft Exchange POP3 service is ready.", "", "Microsoft Exchange", "" },
    { "The Microsoft Exchange POP3 service is ready. [QQBNADQALgBlAHgAYQBtAHAAbABlAA==]", "", "Microsoft Exchange",
      "" },
    { "Microsoft Windows POP3 Service Version 1.0 <1234@host> ready.", "", "Microsoft Windows POP3 Service", "1.0" },
    /* providers */
    { "Gpop ready for requests from 192.0.2.1 a1mb2", "", "Gpop", "" },
    { "hello from popgate-0.8.0.504347 pop001.mail.example.com", "", "popgate", "0.8.0.504347" },
    /* others */
    { "mail.example.org POP MDaemon 13.0.3 ready <MDAEMON-F201.AA1001241MD4604@mail.example.org>", "mail.example.org",
      "MDaemon", "13.0.3" },
    { "POP3 AnalogX Proxy 4.14 (Release) ready.", "", "AnalogX Proxy", "4.14" },
    { "ArGoSoft Mail Server Pro for WinNT/2000/XP, Version 1.8 (1.8.8.9)", "", "ArGoSoft Mail Server", "1.8" },
    { "Cubic Circle's v1.31 1998/05/13 POP3 ready <0c9300004104a246@www.example.org>", "", "Cubic Circle's", "1.31" },
    { "POP3 host [cppop 20.0] at [192.0.2.1]", "", "cppop", "20.0" },
    { "\xb7\xfe\xce\xf1\xc6\xf7 CMailServer 5.2 POP3 Service Ready", "", "CMailServer", "5.2" },
    { "host CMailServer 5.2 POP3 Service Ready", "host", "CMailServer", "5.2" },
    { "cmailserver", "", "cmailserver", "" },
    { "CommuniGate Pro POP3 Server 6.1.2 ready <1.2@mail.example.org>", "", "CommuniGate Pro", "6.1.2" },
    { "DBMAIL pop3 server ready to rock <4393e6301f984e87ad7cdc766595c78f@mx>", "", "DBMAIL", "" },
    { "server POP3 server (DeskNow POP3 Server 1.0) ready", "", "DeskNow", "1.0" },
    { "DPOP Version number supressed.", "", "DPOP", "" },
    { "Eudora Internet Mail Server 3.2.6 ready <x@y>", "", "Eudora Internet Mail Server", "3.2.6" },
    { "Gordano Messaging Suite POP3 server ready <13501095613509@example.com>", "", "Gordano Messaging Suite", "" },
    { "GroupWise POP3 server ready", "", "GroupWise", "" },
    { "IdeaPop3Server v0.50 ready.", "", "IdeaPop3Server", "0.50" },
    { "X1 NT-POP3 Server mail.example.org (IMail 8.22 45450-1)", "", "IMail", "8.22" },
    { "POP3 server ready IceWarp 10.4.4", "", "IceWarp", "10.4.4" },
    { "mail.example.org POP3 server (JAMES POP3 Server 2.3.2) ready", "mail.example.org", "JAMES", "2.3.2" },
    { "mail.example.org Kerio Connect 8.0.2 POP3 server ready <3.4@mail.example.org>", "mail.example.org",
      "Kerio Connect", "8.0.2" },
    { "Lotus Notes POP3 server version Release 8.5.1FP5 ready <1.2@Org/Unit> on Org/Unit.", "", "Lotus Notes",
      "8.5.1FP5" },
    { "Lotus Notes POP3 server version X2.0 ready on Org/Unit.", "", "Lotus Notes", "" },
    { "Welcome to MailEnable POP3 Server", "", "MailEnable", "" },
    { "mail.example.org Merak 8.9.1 POP3 Sun, 22 Jul 2007 23:16:25 +0300 <2007@mail.example.org>", "mail.example.org",
      "Merak", "8.9.1" },
    { "<1234.5@mail.example.org>, MERCUR POP3-Server (v3.30.09 Unregistered) for Windows ready", "", "MERCUR",
      "3.30.09" },
    { "mail.example.org Mercury/32 POP3 server ready", "mail.example.org", "Mercury/32", "" },
    { "mail.example.org Mirapoint POP3 3.7.4-GA server ready", "mail.example.org", "Mirapoint", "3.7.4-GA" },
    { "ModusMail POP3 Server-NOTF 4.2.425.4 Ready <42760712.1185328354.283@example.net>", "", "ModusMail", "" },
    { "POP3 perdition ready on mail.example.org 0002", "", "perdition", "" },
    { "Qpopper (version 4.0.16) at mail.example.org", "", "Qpopper", "4.0.16" },
    { "Qpopper (version 4.0.3-mysql-0.13) at mail starting.  <x@mail>", "", "Qpopper", "4.0.3-mysql-0.13" },
    { "QPOP (version 2.53) at mail.example.org starting.  <3310.933@mail.example.org>", "", "QPOP", "2.53" },
    { "QPOP (version ?) at mail starting.  <x@mail>", "", "QPOP", "" },
    { "Solid POP3 server ready", "", "Solid POP3 server", "" },
    { "mail Solstice (tm) Internet Mail Server (tm) POP3 2.0 at Mon, 23 Jul 2007 20:08:02 -0500 (CDT)", "mail",
      "Solstice (tm) Internet Mail Server", "2.0" },
    { "TCPIP POP server V5.4J-15A, OpenVMS V7.3-2 Alpha at example.com", "", "TCPIP POP server", "5.4J-15A" },
    { "Teapop [v0.3.8] - Teaspoon stirs around again <1.2@mail.example.org>", "", "Teapop", "0.3.8" },
    { "POP3 Welcome to vm-pop3d 1.1.6 <83532.1185400462@mail.example.org>", "", "vm-pop3d", "1.1.6" },
    { "VPOP3 Server Ready", "", "VPOP3", "" },
    { "WDPop ready for requests from 192.0.2.1 <5c.1@mail.example.org>", "", "WDPop", "" },
    { "<1185161310.3352@mail.example.org> [XMail 1.24 POP3 Server] service ready; Mon", "mail.example.org", "XMail",
      "1.24" },
    { "XPOP3 0.0.1 server ready", "", "XPOP3", "0.0.1" },
    { "host POP3 server (STD Ymailserver v1.8 POP3) ready", "host", "Ymailserver", "1.8" },
    { "mail.example.org Zimbra 7.0.0_GA_3079 POP3 server ready", "mail.example.org", "Zimbra", "7.0.0_GA_3079" },
    /* software without a row */
    { "Radish (Version 3.0.0-b021) ready", "", "Radish", "3.0.0-b021" },
    { "mail.example.org Frobmail POP3 v1.2-rc1 ready", "mail.example.org", "Frobmail", "1.2-rc1" },
    { "Frobmail 192.0.2.1", "", "", "" },
    { "Welcome 1.2.3", "", "", "" },
    { "frobmail 1.2.3", "", "", "" },
    { "Frob\xC3\xA4 1.2.3", "", "", "" },
    { "", "", "", "" },
    { "   ", "", "", "" },
    { "<", "", "", "" },
    { "<@>", "", "", "" },
};

static const struct row imap_banners[] = {
    { "Dovecot ready.", "", "Dovecot", "" },
    { "Dovecot (Ubuntu) ready.", "", "Dovecot", "" },
    { "dovecot ready.", "", "dovecot", "" },
    { "dovecot.example.org IMAP4 ready", "dovecot.example.org", "", "" },
    { "mail.example.org Cyrus IMAP 3.6.1-Debian-3.6.1-4 server ready", "mail.example.org", "Cyrus",
      "3.6.1-Debian-3.6.1-4" },
    { "example Cyrus IMAP 3.6.1-Debian-3.6.1-4 server ready", "example", "Cyrus", "3.6.1-Debian-3.6.1-4" },
    { "mail.example.org Cyrus IMAP4 v2.2.12-OS X 10.4.0 server ready", "mail.example.org", "Cyrus", "2.2.12-OS" },
    { "mail.example.org Cyrus IMAP Murder v2.4.8 server ready", "mail.example.org", "Cyrus", "2.4.8" },
    { "Courier-IMAP ready. Copyright 1998-2018 Double Precision, Inc.  See COPYING for distribution information.", "",
      "Courier-IMAP", "" },
    /* UW */
    { "IMAP4rev1 2007e.404 at Mon, 23 Jul 2012 15:17:56 +0000 (UTC)", "", "", "2007e.404" },
    { "mail.example.org IMAP4rev1 2001.315rh at Mon, 23 Jul 2007 07:56:09 -0500 (CDT)", "mail.example.org", "",
      "2001.315rh" },
    { "[192.0.2.1] IMAP4rev1 2004.357-p2k server ready at Mon", "[192.0.2.1]", "", "2004.357-p2k" },
    { "localhost IMAP4rev1 v12.264 server ready", "localhost", "", "12.264" },
    /* Microsoft */
    { "Microsoft Exchange IMAP4rev1 server version 5.5.2650.23 (umr-mail02) ready", "", "Microsoft Exchange",
      "5.5.2650.23" },
    { "Microsoft Exchange Server 2003 IMAP4rev1 server version 6.5.7638.1 (host) ready.", "",
      "Microsoft Exchange Server 2003", "6.5.7638.1" },
    { "Der Microsoft Exchange Server 2003 IMAP4rev1-Server, Version 6.5.6944.0 (host), ist bereit.", "",
      "Microsoft Exchange Server 2003", "6.5.6944.0" },
    { "The Microsoft Exchange IMAP4 service is ready. [QQBNADQALgBlAHgAYQBtAHAAbABlAA==]", "", "Microsoft Exchange",
      "" },
    /* providers */
    { "Gimap ready for requests from 192.0.2.1 a1mb2", "", "Gimap", "" },
    { "IMAP4rev1 server imapgate-0.7.68_11_1.286037 imap412.mail.example.com", "", "imapgate", "0.7.68_11_1.286037" },
    { "IMAP server ready H migmx013 104568 IMAP-0M0Unb-1YwIOs2b5K-00uE1x", "", "", "" },
    { "WildDuck ready", "", "WildDuck", "" },
    { "Proton Mail Bridge 03.21.00 - gluon session ID 1", "", "Proton Mail Bridge", "03.21.00" },
    /* others */
    { "Archiveopteryx IMAP Server", "", "Archiveopteryx", "" },
    { "Axigen IMAP4rev1 service is ready", "", "Axigen", "" },
    { "Welcome to Binc IMAP v1.3.4 Copyright (C) 2002-2005 Andreas", "", "Binc IMAP", "1.3.4" },
    { "mail.example.org CallPilot IMAP4rev1 v42.02.05.22 server ready.", "mail.example.org", "CallPilot",
      "42.02.05.22" },
    { "CommuniGate Pro IMAP Server 5.4.2 at mail.example.org ready", "", "CommuniGate Pro", "5.4.2" },
    { "dbmail imap (protocol version 4r1) server 2.2.10 ready to run", "", "dbmail", "2.2.10" },
    { "imap 4r1 server (dbmail 2.0.10)", "", "dbmail", "2.0.10" },
    { "Domino IMAP4 Server Release 8.5.3FP6 ready Mon, 23 Jul 2012", "", "Domino", "8.5.3FP6" },
    { "Domino IMAP4 Server V5.0.8 ready Mon, 23 Jul 2012", "", "Domino", "5.0.8" },
    { "Eudora Internet Mail Server 3.2.6 ready", "", "Eudora Internet Mail Server", "3.2.6" },
    { "mail.example.org GroupWise IMAP4rev1 Server Ready", "mail.example.org", "GroupWise", "" },
    { "IMAPrev1", "", "", "" },
    { "IMAP4 Server (IMail 6.04)", "", "IMail", "6.04" },
    { "mail.example.org IceWarp 10.4.4 IMAP4rev1 Mon, 23 Jul 2007", "mail.example.org", "IceWarp", "10.4.4" },
    { "JAMES IMAP4rev1 Server mail.example.org is ready.", "", "JAMES", "" },
    { "mail.example.org Kerio Connect 8.0.2 IMAP4rev1 server ready", "mail.example.org", "Kerio Connect", "8.0.2" },
    { "mail.example.org IMAP MDaemon 10.0 ready", "mail.example.org", "MDaemon", "10.0" },
    { "mail.example.org IMAP4rev1 MDaemon 8.1.4 ready", "mail.example.org", "MDaemon", "8.1.4" },
    { "Merak 8.0.3 IMAP4rev1 Mon, 23 Jul 2007 18:22:49 +0100", "", "Merak", "8.0.3" },
    { "IMAP4 Ready mail.example.org 0001abcd", "", "", "" },
    { "perdition ready on mail.example.org 0001", "", "perdition", "" },
    { "mail.example.org PMDF IMAP4rev1 V6.1 (Message store V6.1)", "mail.example.org", "PMDF", "6.1" },
    { "Scalix IMAP server 11.0.3.10 ready on mail.example.org", "", "Scalix", "11.0.3.10" },
    { "mail.example.org Sendmail Advanced Message Server IMAP4rev1 (1.3.2/390)", "mail.example.org",
      "Sendmail Advanced Message Server", "1.3.2" },
    { "IMAP4rev1 SmarterMail", "", "SmarterMail", "" },
    { "IMAP4rev1 SmartMax IMAPMax 5 Ready", "", "SmartMax IMAPMax", "5" },
    { "Stalwart IMAP4rev2 at your service.", "", "Stalwart", "" },
    { "IMAP4rev1 SurgeMail (Version 5.0f-1) http://www.example.org", "", "SurgeMail", "5.0f-1" },
    { "WorldMail IMAP4 Server 6.1.19.0 ready", "", "WorldMail", "6.1.19.0" },
    { "mail.example.org Zimbra 8.0.6_GA_5922 IMAP4rev1 server ready", "mail.example.org", "Zimbra", "8.0.6_GA_5922" },
    { "mail.example.org Zimbra IMAP4 ready", "mail.example.org", "Zimbra", "" },
    /* software without a row */
    { "mail.example.org Frobmail IMAP4rev1 v1.2 ready", "mail.example.org", "Frobmail", "1.2" },
    { "Welcome IMAP Server", "", "", "" },
    { "/bin/sh IMAP server ready", "", "", "" },
    { "", "", "", "" },
};

static const char *const pop_greetings[] = {
    "+OK POP3\r\n",
    "+OK Dovecot ready.\r\n",
    "+OK example.com POP3-Server\r\n",
    "+OK POP server ready H mimap4\n",
    "+OK mail.example.org Cyrus POP3 v2.3.16 server ready",
    "+OK  X1 NT-POP3 Server mail.example.org (IMail 8.22 45450-1)\r\n",
    "+OK \xb7\xfe\xce\xf1\xc6\xf7 CMailServer 5.2 POP3 Service Ready\r\n",
    "+OK Gpop ready for requests from 192.0.2.1 a1mb2\r\n",
    "+OK QPOP (version 2.53) at mail starting.\r\n",
    "+OK Hello there. <4405.1185250906@localhost.localdomain>\r\n",
    "+OK <1896.697170952@dbc.mtview.ca.us>\r\n",
    "+OK IMAP/POP ready.\r\n",
};

static const char *const imap_greetings[] = {
    "* OK Dovecot ready.\r\n",
    "* OK IMAP4rev1\n",
    "* OK IMAP4rev1",
    "* OK [CAPABILITY IMAP4rev1 LITERAL+ AUTH=PLAIN] mail ready\r\n",
    "* OK [CAPABILITY IMAP4rev2 IMAP4rev1] ready\r\n",
    "* ok imap ready\r\n",
    "* PREAUTH IMAP4rev1 server logged in as Smith\r\n",
    "* BYE IMAP server is busy\r\n",
    "* OK Courier-IMAP ready.\r\n",
    "* OK Gimap ready for requests from 192.0.2.1 a1mb2\r\n",
    "* OK The Microsoft Exchange IMAP4 service is ready.\r\n",
    "* OK IMAPrev1\r\n",
};

/* Neither for POP3 nor for IMAP. */
static const char *const other_greetings[] = {
    "",
    "+",
    "+OK",
    "+OK\r\n",
    "+OK \r\n",
    "+OK ready\r\n",
    "+ok POP3\r\n",
    "+OKAY POP3\r\n",
    "-ERR POP3 busy\r\n",
    "+ POP2 mail.example.org v3.55 server ready\r\n",
    "+OK ApplePasswordServer 10.6.0.0 password server at 192.0.2.1 ready.\r\n",
    "+OK popular server\r\n",
    "+OK pop.example.org ready\r\n",
    "+OK Hello there.\r\n",
    "+OK <ready>\r\n",
    "+OK <a b@c>\r\n",
    "+OK POP3 \x01\r\n",
    "*\r\n",
    "* OK\r\n",
    "* OK ready\r\n",
    "* OKAY IMAP\r\n",
    "* NO IMAP\r\n",
    "* OK imap.example.org ready\r\n",
    "* OK [CAPABILITY FOO]\r\n",
    "* ACAP (IMPLEMENTATION \"CommuniGate Pro ACAP 4.0b9\") (STARTTLS)\r\n",
    "* OK IMAP \x1b[2J\r\n",
    "A1 OK IMAP\r\n",
    "220 mx.example.org ESMTP POP3 IMAP\r\n",
    "\"IMPLEMENTATION\" \"Dovecot Pigeonhole\"\r\n",
    "SSH-2.0-OpenSSH_9.2\r\n",
};

static const struct {
    const char *text, *timestamp;
    bool valid;
} timestamps[] = {
    { "POP3 server ready <1896.697170952@dbc.mtview.ca.us>", "<1896.697170952@dbc.mtview.ca.us>", true },
    { "<1.2@x> [XMail 1.24 POP3 Server] service ready", "<1.2@x>", true },
    { "server ready <1@x> <2@y> on z", "<2@y>", true },
    { "ready <1@x> for <you>", "<1@x>", true },
    { "ready <you> <1@x>", "<1@x>", true },
    { "a < b <1@x>", "<1@x>", true },
    { "<a<1@x>>", "<1@x>", true },
    { "ready <1@[192.0.2.1]>", "<1@[192.0.2.1]>", true },
    { "ready <1 2@x>", "<1 2@x>", false },
    { "ready <1@x@y>", "<1@x@y>", false },
    { "ready <@x>", "<@x>", false },
    { "ready <1@>", "<1@>", false },
    { "ready <12>", "<12>", false },
    { "ready <>", "<>", false },
    { "ready <1\xfe\x80@x>", "<1\xfe\x80@x>", false },
    { "ready <1\t@x>", "<1\t@x>", false },
    { "ready <1@x\x7f>", "<1@x\x7f>", false },
    { "ready <1@x", "", false },
    { "ready 1@x>", "", false },
    { "ready >1@x<", "", false },
    { "", "", false },
};

typedef void parser(mw_bytes text, struct mw_banner *out);

static void assert_slice(const char *text, mw_slice got, const char *expect)
{
    mw_bytes in = mw_bytes_str(text);
    g_assert_cmpuint(mw_slice_end(got), <=, in.len);
    char *word = mw_strdup(mw_sub(in, got));
    if (strcmp(word, expect) != 0)
        g_test_message("in: %s", text);
    g_assert_cmpstr(word, ==, expect);
    g_free(word);
}

static void assert_banners(const struct row *rows, size_t n, parser *parse)
{
    for (size_t i = 0; i < n; i++) {
        struct mw_banner b;
        parse(mw_bytes_str(rows[i].text), &b);
        assert_slice(rows[i].text, b.domain, rows[i].domain);
        assert_slice(rows[i].text, b.software, rows[i].software);
        assert_slice(rows[i].text, b.version, rows[i].version);
    }
}

static void test_pop(void)
{
    assert_banners(pop_banners, G_N_ELEMENTS(pop_banners), mw_parse_pop_banner);
}

static void test_imap(void)
{
    assert_banners(imap_banners, G_N_ELEMENTS(imap_banners), mw_parse_imap_banner);
}

static void assert_greetings(const char *const *lines, size_t n, bool is_pop, bool is_imap)
{
    for (size_t i = 0; i < n; i++) {
        mw_bytes in = mw_bytes_str(lines[i]);
        g_test_message("row %zu", i);
        g_assert_cmpint(mw_is_pop_greeting(in), ==, is_pop);
        g_assert_cmpint(mw_is_imap_greeting(in), ==, is_imap);
    }
}

static void test_greetings(void)
{
    assert_greetings(pop_greetings, G_N_ELEMENTS(pop_greetings), true, false);
    assert_greetings(imap_greetings, G_N_ELEMENTS(imap_greetings), false, true);
    assert_greetings(other_greetings, G_N_ELEMENTS(other_greetings), false, false);
    g_assert_false(mw_is_pop_greeting(mw_bytes_of("+OK PO\0 POP3", 12)));
    g_assert_false(mw_is_smtp_greeting(mw_bytes_str(pop_greetings[0])));
}

static void test_timestamps(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(timestamps); i++) {
        mw_slice found = { 1, 1 };
        bool valid = !timestamps[i].valid;
        bool any = mw_find_apop_timestamp(mw_bytes_str(timestamps[i].text), &found, &valid);
        g_assert_cmpint(any, ==, timestamps[i].timestamp[0] != '\0');
        assert_slice(timestamps[i].text, found, timestamps[i].timestamp);
        g_assert_cmpint(valid, ==, timestamps[i].valid);
    }
    mw_slice found;
    bool valid;
    g_assert_true(mw_find_apop_timestamp(mw_bytes_of("<1\0@x>", 6), &found, &valid));
    g_assert_false(valid);
}

/* Linear: an opening bracket at every octet, and a timestamp far behind the octets that are searched for software. */
static void test_long(void)
{
    const uint32_t len = 8 * 1024 * 1024;
    char *text = g_strnfill(len, '<');
    mw_slice found;
    bool valid;

    memcpy(text + len - 4, "1@x>", 4);
    g_assert_true(mw_find_apop_timestamp(mw_bytes_of(text, len), &found, &valid) && valid);
    g_assert_cmpuint(found.offset, ==, len - 5);
    for (uint32_t i = 0; i + 1 < len; i += 2)
        memcpy(text + i, "<>", 2);
    g_assert_true(mw_find_apop_timestamp(mw_bytes_of(text, len), &found, &valid) && !valid);
    struct mw_banner b;
    mw_parse_pop_banner(mw_bytes_of(text, len), &b);
    mw_parse_imap_banner(mw_bytes_of(text, len), &b);
    g_assert_cmpuint(b.software.len, ==, 0);
    g_free(text);
}

/* Sorted, unique, not in the table that all protocols share, and each found by its own name. */
static void test_table(void)
{
    for (uint32_t i = 0; mw_known_access_software(i); i++) {
        const char *name = mw_known_access_software(i);
        if (i > 0)
            g_assert_cmpint(g_ascii_strcasecmp(mw_known_access_software(i - 1), name), <, 0);
        for (uint32_t j = 0; mw_known_software(j); j++)
            g_assert_cmpint(g_ascii_strcasecmp(mw_known_software(j), name), !=, 0);
        char *text = g_strdup_printf("mail.example.org %s 1.2", name);
        const struct row row = { text, "mail.example.org", name, "1.2" };
        assert_banners(&row, 1, mw_parse_pop_banner);
        assert_banners(&row, 1, mw_parse_imap_banner);
        g_free(text);
    }
    for (uint32_t i = 0; mw_known_software(i); i++) {
        char *text = g_strdup_printf("mail.example.org %s 1.2", mw_known_software(i));
        const struct row row = { text, "mail.example.org", mw_known_software(i), "1.2" };
        assert_banners(&row, 1, mw_parse_imap_banner);
        g_free(text);
    }
}

static void parse_all(mw_bytes in)
{
    struct mw_banner b[2];
    mw_slice timestamp;
    bool valid;

    mw_parse_pop_banner(in, &b[0]);
    mw_parse_imap_banner(in, &b[1]);
    for (size_t i = 0; i < 2; i++) {
        g_assert_cmpuint(mw_slice_end(b[i].domain), <=, in.len);
        g_assert_cmpuint(mw_slice_end(b[i].software), <=, in.len);
        g_assert_cmpuint(mw_slice_end(b[i].version), <=, in.len);
    }
    mw_find_apop_timestamp(in, &timestamp, &valid);
    g_assert_cmpuint(mw_slice_end(timestamp), <=, in.len);
    g_assert_false(mw_is_pop_greeting(in) && mw_is_imap_greeting(in));
}

static void abuse(const char *text)
{
    mw_test_abuse(text, strlen(text), parse_all);
}

static void test_abuse(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(pop_banners); i++)
        abuse(pop_banners[i].text);
    for (size_t i = 0; i < G_N_ELEMENTS(imap_banners); i++)
        abuse(imap_banners[i].text);
    for (size_t i = 0; i < G_N_ELEMENTS(pop_greetings); i++)
        abuse(pop_greetings[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(imap_greetings); i++)
        abuse(imap_greetings[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(timestamps); i++)
        abuse(timestamps[i].text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/banner/access/pop", test_pop);
    g_test_add_func("/banner/access/imap", test_imap);
    g_test_add_func("/banner/access/greeting", test_greetings);
    g_test_add_func("/banner/access/timestamp", test_timestamps);
    g_test_add_func("/banner/access/long", test_long);
    g_test_add_func("/banner/access/table", test_table);
    g_test_add_func("/banner/access/abuse", test_abuse);
    return g_test_run();
}
