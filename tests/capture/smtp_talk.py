"""Pieces of SMTP dialogues that the tests put together; each is a list of items for wire.session().

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pathlib

PCAPS = pathlib.Path(__file__).resolve().parents[2] / "pcaps"

MESSAGE = (b"Date: Mon, 05 Mar 2007 09:12:33 +0000\r\n"
           b"From: Alice <alice@example.org>\r\n"
           b"To: bob@example.net\r\n"
           b"Subject: Lunch\r\n"
           b"Message-ID: <1@client.example.org>\r\n"
           b"\r\n"
           b"Twelve o'clock?\r\n")

KEYWORDS = ("PIPELINING", "SIZE 10000000", "8BITMIME", "DSN", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES")


def ehlo_reply(*keywords, domain="mx.example.net"):
    """The reply to EHLO that offers these keywords."""
    lines = (domain,) + keywords
    return "S: " + "\r\n".join("250%s%s" % ("-" if n + 1 < len(lines) else " ", w) for n, w in enumerate(lines))


def opening(*keywords):
    """Greeting, EHLO and its reply with these keywords, else with those of KEYWORDS."""
    return ["S: 220 mx.example.net ESMTP ready", "C: EHLO client.example.org", ehlo_reply(*(keywords or KEYWORDS))]


OPEN = opening()
MAIL = ["C: MAIL FROM:<alice@example.org>", "S: 250 2.1.0 Ok"]
RCPT = ["C: RCPT TO:<bob@example.net>", "S: 250 2.1.5 Ok"]
DATA = ["C: DATA", "S: 354 End data with <CR><LF>.<CR><LF>"]
ACCEPTED = ["S: 250 2.0.0 Ok: queued as 4F2A91C0DE"]
QUIT = ["C: QUIT", "S: 221 2.0.0 Bye"]
ENVELOPE = MAIL + RCPT + DATA
BURST = b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n"
BURST_REPLY = b"250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go ahead\r\n"


def message(octets=MESSAGE):
    """The message, its final dot and the reply that accepts it."""
    return [("C", octets + b".\r\n")] + ACCEPTED


def sent(octets=MESSAGE):
    """A whole session that sends this message (already dot-stuffed)."""
    return OPEN + ENVELOPE + message(octets) + QUIT


VERBS = ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]     # of sent()


def upper(values):
    """Values in upper case."""
    return [value.upper() for value in values]
