/* Greetings and what they name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "banner.h"

#include "harness.h"

struct row {
    const char *text;
    const char *domain, *software, *version; /* "" for none */
};

static const struct row banners[] = {
    /* Postfix */
    { "mail.example.com ESMTP Postfix", "mail.example.com", "Postfix", "" },
    { "mail01 ESMTP Postfix (Ubuntu)", "mail01", "Postfix", "" },
    { "example.com ESMTP Postfix (Debian/GNU)", "example.com", "Postfix", "" },
    { "firewall.example.org ESMTP Postfix 2.11.0", "firewall.example.org", "Postfix", "2.11.0" },
    { "mx.example.org ESMTP Postfix (2.3.3)", "mx.example.org", "Postfix", "2.3.3" },
    { "mx.example.org ESMTP Postfix (2.8-20100306)", "mx.example.org", "Postfix", "2.8-20100306" },
    { "ESMTP Postfix", "", "Postfix", "" },
    { "postfix ESMTP Postfix", "postfix", "Postfix", "" },
    { "postfix.example.org ESMTP Exim 4.96", "postfix.example.org", "Exim", "4.96" },
    { "mx.example.org SMTP Postfix", "mx.example.org", "Postfix", "" },
    { "mx.example.org Postfix", "mx.example.org", "Postfix", "" },
    { "mx.example.org ESMTP Hi, I'm a Mail-in-a-Box (Ubuntu/Postfix; see https://example.org/)", "mx.example.org",
      "Mail-in-a-Box", "" },
    /* Exim */
    { "xc90.example.com ESMTP Exim 4.69 #1 Mon, 05 Oct 2009 01:05:54 -0500 ", "xc90.example.com", "Exim", "4.69" },
    { "mx.example.org ESMTP Exim 4.96 Ubuntu Tue, 26 Nov 2013 14:03:57 +0000", "mx.example.org", "Exim", "4.96" },
    { "mx.example.org ESMTP Exim Thu, 16 Nov 2017 01:11:30 -0800 ", "mx.example.org", "Exim", "" },
    { "mx.example.org ESMTP Exim  #1 Thu, 30 Nov 2017 05:31:32 -0500", "mx.example.org", "Exim", "" },
    { "mx.example.org ESMTP Exim v.4.94", "mx.example.org", "Exim", "4.94" },
    { "mx.example.org ESMTP (Exim 4.87) Thu, 30 Nov 2017 03:25:58 -0800", "mx.example.org", "Exim", "4.87" },
    { "mx.example.org ESMTP Exim 4.90_RC3 Thu, 30 Nov 2017 03:52:16", "mx.example.org", "Exim", "4.90_RC3" },
    { "mx.example.org, ESMTP EXIM 4.83", "mx.example.org", "EXIM", "4.83" },
    { " ESMTP Exim 4.82 Thu, 16 Nov 2017 11:41:41 +0300 ", "", "Exim", "4.82" },
    { "mx.example.org Exim ESMTP Service ready", "mx.example.org", "Exim", "" },
    /* Sendmail */
    { "localhost.localdomain ESMTP Sendmail 8.13.1/8.13.1; Thu, 30 Nov 2017 01:58:22 -0700", "localhost.localdomain",
      "Sendmail", "8.13.1" },
    { "mx.example.org ESMTP Sendmail 8.14.9/8.12.11; Thu, 5 Apr 2018 19:30:58 GMT", "mx.example.org", "Sendmail",
      "8.14.9" },
    { "mx.example.org ESMTP Sendmail 8.13.8/8.13.8/Debian-3; Thu, 30 Nov 2017", "mx.example.org", "Sendmail",
      "8.13.8" },
    { "mx.example.org ESMTP Sendmail  8.13.1; x", "mx.example.org", "Sendmail", "8.13.1" },
    { "mx.example.org Sendmail SMI-8.6/SMI-SVR4 ready at Sun, 29 Jul 2001", "mx.example.org", "Sendmail", "SMI-8.6" },
    { "mx.example.org ESMTP Sendmail AIX5.3/8.11.6p2/8.11.0; Fri, 28 Aug", "mx.example.org", "Sendmail", "8.11.6p2" },
    { "mx.example.org Sendmail AIX 4.1/UCB 5.64/4.03 ready at Mon", "mx.example.org", "Sendmail", "5.64" },
    { "mx.example.org ESMTP Sendmail @(#)Sendmail version 8.13.3 - Revision 1.004:: HP-UX11.31", "mx.example.org",
      "Sendmail", "8.13.3" },
    { "mx.example.org ESMTP Sendmail 8.9.3+Sun/8.9.1; Mon", "mx.example.org", "Sendmail", "8.9.3+Sun" },
    { "mx.example.org ESMTP Sendmail Switch-3.1.7/Switch-3.1.0; Mon", "mx.example.org", "Sendmail", "Switch-3.1.7" },
    { "mx.example.org ESMTP Debian Sendmail 8.12.0.Beta7/8.12.0; x", "mx.example.org", "Sendmail", "8.12.0.Beta7" },
    { "mx.example.org ESMTP Sendmail 8.8.6 (PHNE_14041)/8.7.1; Tue", "mx.example.org", "Sendmail", "8.8.6" },
    { "mx.example.org ESMTP Sendmail; Thu, 30 Nov 2017 17:50:14 +0900", "mx.example.org", "Sendmail", "" },
    { "mx.example.org ESMTP Sendmail Wed, 20 May 2015 17:17:56 -0600", "mx.example.org", "Sendmail", "" },
    { "mx.example.org Sendmail ready. ", "mx.example.org", "Sendmail", "" },
    { "mx.example.org ESMTP MetaInfo Sendmail 2.5 Build 2630", "mx.example.org", "MetaInfo Sendmail", "2.5" },
    /* Microsoft */
    { "server-102.example.int Microsoft ESMTP MAIL Service, Version: 6.0.3790.1830", "server-102.example.int",
      "Microsoft ESMTP MAIL Service", "6.0.3790.1830" },
    { "Microsoft ESMTP MAIL Service, Version: 6.0.3790.4675", "", "Microsoft ESMTP MAIL Service", "6.0.3790.4675" },
    { "mx.example.org Microsoft ESMTP MAIL Service, Version: 10.0.17763.1 ready at  Sun, 19 May 2019", "mx.example.org",
      "Microsoft ESMTP MAIL Service", "10.0.17763.1" },
    { "EX01 Microsoft ESMTP MAIL Service ready at Thu, 5 Dec 2024 08:52:31 +0000", "EX01",
      "Microsoft ESMTP MAIL Service", "" },
    { "DB5EUR01FT001.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready at Mon, 6 Dec 2021 08:52:31 +0000",
      "DB5EUR01FT001.mail.protection.outlook.com", "Microsoft ESMTP MAIL Service", "" },
    { "mx.example.org Microsoft Exchange Internet Mail Service 5.5.2653.13 ready", "mx.example.org",
      "Microsoft Exchange Internet Mail Service", "5.5.2653.13" },
    { "mx.example.org ESMTP Server (Microsoft Exchange Internet Mail Service 5.5.2653.13) ready", "mx.example.org",
      "Microsoft Exchange Internet Mail Service", "5.5.2653.13" },
    { "mx.example.org Microsoft SMTP MAIL ready at Wed, 29 Nov 2017 23:48:59 +0000 Version: 5.5.1877.197.19",
      "mx.example.org", "Microsoft SMTP MAIL", "5.5.1877.197.19" },
    /* large providers */
    { "mx.google.com ESMTP hf10si4097299icc.190 - gsmtp", "mx.google.com", "gsmtp", "" },
    { "mtaout-db02.r1000.mx.aol.com ESMTP MUA/Third Party Client Interface", "mtaout-db02.r1000.mx.aol.com", "", "" },
    { "mta4001.mail.bf1.yahoo.com ESMTP ready", "mta4001.mail.bf1.yahoo.com", "", "" },
    { "kundenserver.de (mreue108) Nemesis ESMTP Service ready", "kundenserver.de", "Nemesis", "" },
    { "email-smtp.amazonaws.com ESMTP SimpleEmailService-d-9C5U3KLQ1 a1b2c3", "email-smtp.amazonaws.com",
      "SimpleEmailService", "" },
    { "163.com Anti-spam GT for Coremail System (163com[20141201])", "163.com", "Coremail", "" },
    { "newxmmxszc1.qq.com MX QQ Mail Server.", "newxmmxszc1.qq.com", "QQ Mail Server", "" },
    { "us-smtp-1.mimecast.com ESMTP; Tue, 6 Feb 2018 04:57:01 +0900", "us-smtp-1.mimecast.com", "", "" },
    /* others, by name */
    { "mx.example.org ArGoSoft Mail Server Pro for WinNT/2000/XP, Version 1.8 (1.8.8.9)", "mx.example.org",
      "ArGoSoft Mail Server", "1.8" },
    { "ArGoSoft Mail Server Freeware, Version 1.8 (1.8.8.8)", "", "ArGoSoft Mail Server", "1.8" },
    { "mx.example.org AppleShare IP Mail Server 6.2.1 SMTP Server Ready", "mx.example.org", "AppleShare IP Mail Server",
      "6.2.1" },
    { "mx.example.org Axigen ESMTP ready", "mx.example.org", "Axigen", "" },
    { "CCProxy 7.3 SMTP Service Ready(Unregistered)", "", "CCProxy", "7.3" },
    { "Cellopoint E-mail Firewall v3.9.12 Build 0324 ready", "", "Cellopoint E-mail Firewall", "3.9.12" },
    { "CheckPoint FireWall-1 secure ESMTP server", "", "CheckPoint FireWall-1", "" },
    { "mx.example.org ESMTP CommuniGate Pro 6.2 is glad to see you!", "mx.example.org", "CommuniGate Pro", "6.2" },
    { "mx.example.org ESMTP CommuniGate Pro 4.3.12. It is you again :-(", "mx.example.org", "CommuniGate Pro",
      "4.3.12" },
    { "mx.example.org ESMTP Courier 0.60", "mx.example.org", "Courier", "0.60" },
    { "mx.example.org LMTP Cyrus v2.4.17-Debian-2.4.17-1 server ready", "mx.example.org", "Cyrus",
      "2.4.17-Debian-2.4.17-1" },
    { "mx.example.org Cyrus LMTP 3.6.1-Debian-3.6.1-4 server ready", "mx.example.org", "Cyrus",
      "3.6.1-Debian-3.6.1-4" },
    { "mail.example.org Dovecot (Debian) ready.", "mail.example.org", "Dovecot", "" },
    { "Dovecot ready.", "", "Dovecot", "" },
    { "2.0.0 mx.example.org ESMTP ecelerity 4.0.0.43760 r(Platform:4.0.0.1) Thu", "mx.example.org", "ecelerity",
      "4.0.0.43760" },
    { "mx.example.org running Eudora Internet Mail Server 3.0.2", "mx.example.org", "Eudora Internet Mail Server",
      "3.0.2" },
    { "mx.example.org GNU Mailman LMTP runner 2.0", "mx.example.org", "GNU Mailman", "2.0" },
    { "/127.0.0.1 GreenMail SMTP Service v1.6.5 ready", "", "GreenMail", "1.6.5" },
    { "mx.example.org GroupWise Internet Agent 8.0.2 Copyright 1993-2011 Novell, Inc.", "mx.example.org",
      "GroupWise Internet Agent", "8.0.2" },
    { "mx.example.org ESMTP Haraka/2.8.27 ready (0FA2)", "mx.example.org", "Haraka", "2.8.27" },
    { "mx.example.org ESMTP Haraka 2.8 ready", "mx.example.org", "Haraka", "2.8" },
    { "mx.example.org ESMTP hMailServer", "mx.example.org", "hMailServer", "" },
    { "mx.example.org ESMTP IceWarp 10.4.4; Tue, 6 Feb 2018", "mx.example.org", "IceWarp", "10.4.4" },
    { "mx.example.org (IMail 12.4.2.27 21349-1) NT-ESMTP Server X1", "mx.example.org", "IMail", "12.4.2.27" },
    { "X1 NT-ESMTP Server mx.example.org (IMail 6.06 EVAL 11347-1)", "", "IMail", "6.06" },
    { "mx.example.org ESMTP server (InterMail vM.5.01.06.13 201-253) ready", "mx.example.org", "InterMail",
      "vM.5.01.06.13" },
    { "mx.example.org -- Server ESMTP (iPlanet Messaging Server 5.2 HotFix 1.14 (built Mar 18 2003))", "mx.example.org",
      "iPlanet Messaging Server", "5.2" },
    { "mx.example.org SMTP Server (JAMES SMTP Server 2.3.2) ready Tue", "mx.example.org", "JAMES", "2.3.2" },
    { "mx.example.org Apache JAMES awesome SMTP Server", "mx.example.org", "Apache JAMES", "" },
    { "mx.example.org Kerio Connect 9.2.7 ESMTP ready", "mx.example.org", "Kerio Connect", "9.2.7" },
    { "mx.example.org Kerio MailServer 6.7.3 patch 1 ESMTP ready", "mx.example.org", "Kerio MailServer", "6.7.3" },
    { "mx.example.org ESMTP Service (Lotus Domino Release 8.5.3FP6) ready at Thu", "mx.example.org", "Lotus Domino",
      "8.5.3FP6" },
    { "mx.example.org ESMTP Service (IBM Domino Release 9.0.1FP7) ready at Thu", "mx.example.org", "IBM Domino",
      "9.0.1FP7" },
    { "mx.example.org ESMTP Service (HCL Domino Release 11.0.1) ready at Thu", "mx.example.org", "HCL Domino",
      "11.0.1" },
    { "  ESMTP Service (Lotus Domino Release 7.0) ready at Thu", "", "Lotus Domino", "7.0" },
    { "mx.example.org Lotus SMTP MTA Service Ready", "mx.example.org", "Lotus SMTP MTA", "" },
    { "mx.example.org (Mail-Max Version 3.073, Thu, 30 Nov 2017) ESMTP Mail Server Ready.", "mx.example.org",
      "Mail-Max", "3.073" },
    { "mx.example.org ESMTP MailEnable Service, Version: 8.00-- ready at 05/20/15 08:50:22", "mx.example.org",
      "MailEnable Service", "8.00" },
    { "mx.example.org ESMTP MailEnable Service, Version: 9.00--9.00 ready at 11/30/17", "mx.example.org",
      "MailEnable Service", "9.00" },
    { "*.example.org ESMTP MailEnable Service, Version: 9.53-9.53- ready at 11/30/17", "", "MailEnable Service",
      "9.53-9.53" },
    { "mailhog.example ESMTP MailHog", "mailhog.example", "MailHog", "" },
    { "mx.example.org ESMTP MailMarshal (v6.2.1.3252) Ready", "mx.example.org", "MailMarshal", "6.2.1.3252" },
    { "mailpit Mailpit ESMTP Service ready", "mailpit", "Mailpit", "" },
    { "mx.example.org  MailSite ESMTP Receiver Version 3.4.6.0 Ready", "mx.example.org", "MailSite", "3.4.6.0" },
    { "mx.example.org MasqMail 0.2.21 ESMTP", "mx.example.org", "MasqMail", "0.2.21" },
    { "mx.example.org ESMTP MDaemon 13.6.2; Mon, 06 Oct 2014 01:46:44 -0500", "mx.example.org", "MDaemon", "13.6.2" },
    { "mx.example.org ESMTP service ready [1] (MDaemon v2.7 SP4 R)", "mx.example.org", "MDaemon", "2.7" },
    { "mx.example.org ESMTP Merak 8.9.1; Thu, 30 Nov 2017", "mx.example.org", "Merak", "8.9.1" },
    { "MERCUR SMTP-Server (v3.30.09 SA-0000005) for Windows NT ready", "", "MERCUR", "3.30.09" },
    { "mx.example.org Mercury/32 v4.72 ESMTP server ready.", "mx.example.org", "Mercury/32", "4.72" },
    { "mx.example.org Mercury 1.43 ESMTP server ready.", "mx.example.org", "Mercury", "1.43" },
    { "localhost ESMTP msmtpd", "localhost", "msmtpd", "" },
    { "mx.example.org ESMTP server (Netscape Messaging Server - Version 3.6) ready Thu", "mx.example.org",
      "Netscape Messaging Server", "3.6" },
    { "mx.example.org NTMail (v7.02.3037/NU1319.01.5b000000) ready for ESMTP transfer", "mx.example.org", "NTMail",
      "7.02.3037" },
    { "mx.example.org ESMTP OpenSMTPD", "mx.example.org", "OpenSMTPD", "" },
    { "mx.example.org -- Server ESMTP (Oracle Communications Messaging Server 8.0.1.2.20170607 64bit)",
      "mx.example.org", "Oracle Communications Messaging Server", "8.0.1.2.20170607" },
    { "mx.example.org -- Server ESMTP (PMDF V6.6)", "mx.example.org", "PMDF", "6.6" },
    { "mx.example.org ESMTP server (Post.Office v3.1 release PO205e ID# 0-42000U100L2S100) ready", "mx.example.org",
      "Post.Office", "3.1" },
    { "mx.example.org (PowerMTA(TM) v4.0r6) ESMTP service ready", "mx.example.org", "PowerMTA", "4.0r6" },
    { "mx.example.org Python SMTP 1.4.2", "mx.example.org", "Python SMTP", "1.4.2" },
    { "mx.example.org Python SMTP proxy version 0.3", "mx.example.org", "Python SMTP proxy", "0.3" },
    { "mx.example.org SMTP Server SLmail 5.5.0.4433 Ready ESMTP spoken here", "mx.example.org", "SLmail",
      "5.5.0.4433" },
    { "mx.example.org ESMTP SonicWALL (9.0.5.2077)", "mx.example.org", "SonicWALL", "9.0.5.2077" },
    { "mx.example.org Stalwart ESMTP at your service", "mx.example.org", "Stalwart", "" },
    { "uprise ESMTP SubEthaSMTP null", "uprise", "SubEthaSMTP", "" },
    { "uprise ESMTP SubEthaSMTP 3.1.7", "uprise", "SubEthaSMTP", "3.1.7" },
    { "mx.example.org -- Server ESMTP (Sun Java System Messaging Server 6.2-3.04 (built Jul 15 2005))",
      "mx.example.org", "Sun Java System Messaging Server", "6.2-3.04" },
    { "mx.example.org -- Server ESMTP (Sun Java(tm) System Messaging Server 7u2-7.02 32bit)", "mx.example.org",
      "Sun Java(tm) System Messaging Server", "7u2-7.02" },
    { "mx.example.org -- Server ESMTP (Sun Internet Mail Server sims.4.0.2000.10.12.16.25.p8)", "mx.example.org",
      "Sun Internet Mail Server", "sims.4.0.2000.10.12.16.25.p8" },
    { "mx.example.org SurgeSMTP (Version 1.0g2) http://surgemail.com", "mx.example.org", "SurgeSMTP", "1.0g2" },
    { "mx.example.org ESMTP Symantec Messaging Gateway", "mx.example.org", "Symantec Messaging Gateway", "" },
    { "mx.example.org VPOP3 ESMTP Server Ready", "mx.example.org", "VPOP3", "" },
    { "mx.example.org WebShield SMTP V4.5 MR1a Network Associates, Inc. Ready at Thu", "mx.example.org",
      "WebShield SMTP", "4.5" },
    { "mx.example.org ESMTP - WinRoute Pro 4.2.4", "mx.example.org", "WinRoute Pro", "4.2.4" },
    { "<1077837436.25@mail.example.org> [XMail 1.27 ESMTP Server] service ready; Tue", "mail.example.org", "XMail",
      "1.27" },
    { "mx.example.org ESMTP Zimbra", "mx.example.org", "Zimbra", "" },
    { "mx.example.org ZMailer Server 2.99.55 #16 ESMTP+IDENT ready at Thu", "mx.example.org", "ZMailer", "2.99.55" },
    /* software without a row */
    { "mx.example.org ESMTP Frobmail 1.2.3 ready", "mx.example.org", "Frobmail", "1.2.3" },
    { "mx.example.org SMTP Frobmail/v1.2-rc1", "mx.example.org", "Frobmail", "1.2-rc1" },
    { "mx.example.org ESMTP Frobmail ready", "mx.example.org", "", "" },
    { "mx.example.org ESMTP Frobmail 20171130", "mx.example.org", "", "" },
    { "mx.example.org ESMTP Mon 12.3.2010", "mx.example.org", "", "" },
    { "mx.example.org ESMTP Server 1.0", "mx.example.org", "", "" },
    /* no software */
    { "xxxxxxxxxxxxxxx1.xxx.com ESMTP (8c53e47a0e267dc8fa5a3d95a20c7a75)", "xxxxxxxxxxxxxxx1.xxx.com", "", "" },
    { "smtpblah.mailserver.xxx.com ESMTP AAAAAAAAA250-smtp001.mail.xxx.xxxxx.com", "smtpblah.mailserver.xxx.com", "",
      "" },
    { "mail.example ESMTP ready", "mail.example", "", "" },
    { "linuxbox SMTP ready", "linuxbox", "", "" },
    { "localhost dummy SMTP service", "localhost", "", "" },
    { "barracuda.example.org ESMTP (0a8d40ef45300cc1bd0f16ced5c9e6f1)", "barracuda.example.org", "", "" },
    { "mx.example.org ESMTP sendmail.example.org", "mx.example.org", "", "" },
    { "mx.example.org", "mx.example.org", "", "" },
    { "mx.example.org. ESMTP", "mx.example.org", "", "" },
    { "[192.0.2.1] ESMTP", "[192.0.2.1]", "", "" },
    { "[IPv6:2001:db8::1] ESMTP", "[IPv6:2001:db8::1]", "", "" },
    { "192.0.2.1 ESMTP ready", "192.0.2.1", "", "" },
    { "mail_gw.example.org ESMTP", "mail_gw.example.org", "", "" },
    { "m\xC3\xBCller.example ESMTP", "m\xC3\xBCller.example", "", "" },
    { "ESMTP ready", "", "", "" },
    { "SMTP Ready", "", "", "" },
    { "SMTP/cmap ready____", "", "", "" },
    { "Welcome to mail.example.org ESMTP", "", "", "" },
    { "2.0.0 SMTP server ready", "", "", "" },
    { "2.0.0 Ready to start TLS", "", "", "" },
    { "*****************************************0*2******0", "", "", "" },
    { "***************2002*******2***0*00", "", "", "" },
    { "%HOSTNAME% ESMTP", "", "", "" },
    { "", "", "", "" },
    { "   ", "", "", "" },
};

static const char *const smtp_greetings[] = {
    "220 mail.example.com ESMTP Postfix\r\n",
    "220-mx.example.org ESMTP Exim 4.96 #2 Tue, 26 Nov 2013 14:03:57 +0000 \r\n",
    "220 mx.example.org ESMTP",
    "220 linuxbox SMTP ready\n",
    "220 ESMTP\r\n",
    "220 mx.example.org LMTP Cyrus v2.4.17 server ready\r\n",
    "220 mail.example.org Dovecot (Debian) ready.\r\n",
    "220 mx.example.org Postfix\r\n",
    "220 mx.example.org GroupWise Internet Agent 8.0.2 Copyright 1993-2011\r\n",
    "220 EX01 Microsoft ESMTP MAIL Service ready at Thu, 5 Dec 2024 08:52:31 +0000\r\n",
    "220 ftp.example.org ESMTP Postfix\r\n",
    "220 mx.example.org SMTP-Server ready\r\n",
    "220 <1077837436.25@mail.example.org> [XMail 1.27 ESMTP Server] service ready\r\n",
    "220 mx.example.org Kerio Connect 9.2.7 ESMTP ready\r\n",
    "220 CheckPoint FireWall-1 secure SMTP server\r\n",
    "220 localhost dummy SMTP service\r\n",
};

static const char *const other_greetings[] = {
    "",
    "220",
    "220 ",
    "220 \r\n",
    "2200 mx.example.org ESMTP\r\n",
    "200 mx.example.org ESMTP\r\n",
    "+OK mx.example.org ESMTP\r\n",
    "220 mx.example.org\r\n",
    "220 smtp.example.org ready\r\n",
    "220 (vsFTPd 3.0.3)\r\n",
    "220 ProFTPD 1.3.5 Server (Debian) [192.0.2.1]\r\n",
    "220 ProFTPD 1.3.5 Server (SMTP backup) [192.0.2.1]\r\n",
    "220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n",
    "220-FileZilla Server 0.9.54 beta\r\n",
    "220-FileZilla Server 1.7.0, see our SMTP howto\r\n",
    "220 Microsoft FTP Service\r\n",
    "220 smtp.example.org FTP server (Version wu-2.6.1) ready.\r\n",
    "220 smtp FTP server ready\r\n",
    "220 ESMTP and FTP server\r\n",
    "220 Serv-U FTP Server v15.1 ready...\r\n",
    "220 CommuniGate Pro FTP Server 6.1 ready\r\n",
    "220 mx.example.org IceWarp FTP service\r\n",
    "220 AXIS 214 PTZ Network Camera 4.49 (Oct 05 2009) ready\r\n",
    "220 QTCP at core.example.org.\r\n",
    "220 VMware Authentication Daemon Version 1.10: SSL Required\r\n",
    "220 server.example.org (HylaFAX (tm) Version 4.2.1) ready.\r\n",
    "220 dict.example.org dictd 1.12.1/rf on Linux <auth.mime> <1.2.3@smtp.example.org>\r\n",
    "220 3000 <45223423@example.com> ESMTP question\r\n",
    "220 2.0.0 Ready to start TLS\r\n",
    "220 mx.example.org ESM\0TP ESMTP\r\n",
    "220 mx.example.org \x01 ESMTP\r\n",
    "220 *****************************0*2******0*******\r\n",
    "220 Welcome to postfix.example.org\r\n",
};

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

static void parse(mw_bytes in)
{
    struct mw_banner b;
    mw_parse_smtp_banner(in, &b);
    g_assert_cmpuint(mw_slice_end(b.domain), <=, in.len);
    g_assert_cmpuint(mw_slice_end(b.software), <=, in.len);
    g_assert_cmpuint(mw_slice_end(b.version), <=, in.len);
    mw_slice software, version;
    g_assert_cmpint(mw_find_software(in, &software, &version), ==, software.len > 0);
}

static void parse_greeting(mw_bytes in)
{
    (void)mw_is_smtp_greeting(in);
}

static void test_banners(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(banners); i++) {
        const struct row *r = &banners[i];
        struct mw_banner b;
        mw_parse_smtp_banner(mw_bytes_str(r->text), &b);
        assert_slice(r->text, b.domain, r->domain);
        assert_slice(r->text, b.software, r->software);
        assert_slice(r->text, b.version, r->version);
    }
}

static void test_further_line(void)
{
    static const struct row lines[] = {
        { "This server runs Exim 4.96; no spam", "", "Exim", "4.96" },
        { "We do not authorize the use of this system to transport unsolicited, ", "", "", "" },
        { "Sendmail 8.14.1/8.13.1", "", "Sendmail", "8.14.1" },
        { "", "", "", "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        mw_slice software, version;
        bool found = mw_find_software(mw_bytes_str(lines[i].text), &software, &version);
        g_assert_cmpint(found, ==, lines[i].software[0] != '\0');
        assert_slice(lines[i].text, software, lines[i].software);
        assert_slice(lines[i].text, version, lines[i].version);
    }
}

static void test_greetings(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(smtp_greetings); i++) {
        g_test_message("row %zu", i);
        g_assert_true(mw_is_smtp_greeting(mw_bytes_str(smtp_greetings[i])));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(other_greetings); i++) {
        g_test_message("row %zu", i);
        g_assert_false(mw_is_smtp_greeting(mw_bytes_str(other_greetings[i])));
    }
    static const char nul[] = "220 mx.example.org ES\0 ESMTP";
    g_assert_false(mw_is_smtp_greeting(mw_bytes_of(nul, sizeof nul - 1)));
}

static void test_long(void)
{
    char *text = g_strnfill(100000, '(');
    memcpy(text, "220 mx.example.org ESMTP Exim ", 30);
    struct mw_banner b;
    mw_parse_smtp_banner(mw_bytes_str(text + 4), &b);
    assert_slice(text + 4, b.software, "Exim");
    g_assert_cmpuint(b.version.len, ==, 0);
    g_assert_true(mw_is_smtp_greeting(mw_bytes_str(text)));
    g_free(text);
}

/* Sorted, unique, and each found by its own name. */
static void test_table(void)
{
    for (uint32_t i = 0; mw_known_software(i); i++) {
        const char *name = mw_known_software(i);
        if (i > 0)
            g_assert_cmpint(g_ascii_strcasecmp(mw_known_software(i - 1), name), <, 0);
        char *text = g_strdup_printf("mx.example.org ESMTP %s 1.2", name);
        struct mw_banner b;
        mw_parse_smtp_banner(mw_bytes_str(text), &b);
        assert_slice(text, b.software, name);
        assert_slice(text, b.version, "1.2");
        g_free(text);
    }
}

static void test_abuse(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(banners); i++)
        mw_test_abuse(banners[i].text, strlen(banners[i].text), parse);
    for (size_t i = 0; i < G_N_ELEMENTS(smtp_greetings); i++)
        mw_test_abuse(smtp_greetings[i], strlen(smtp_greetings[i]), parse_greeting);
    for (size_t i = 0; i < G_N_ELEMENTS(other_greetings); i++)
        mw_test_abuse(other_greetings[i], strlen(other_greetings[i]), parse_greeting);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/banner/smtp", test_banners);
    g_test_add_func("/banner/further-line", test_further_line);
    g_test_add_func("/banner/greeting", test_greetings);
    g_test_add_func("/banner/long", test_long);
    g_test_add_func("/banner/table", test_table);
    g_test_add_func("/banner/abuse", test_abuse);
    return g_test_run();
}
