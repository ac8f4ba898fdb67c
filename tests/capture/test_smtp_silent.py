"""Captures of correct clients and servers: no Warn and no Error.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from runner import experts, frames
from smtp_talk import (BURST, BURST_REPLY, DATA, ENVELOPE, MAIL, MESSAGE, OPEN, PCAPS, QUIT, RCPT, message, opening,
                       sent)
from smtp_tls import CLIENT_DATA, CLIENT_HELLO, SERVER_DATA, SERVER_HELLO
from wire import session

BDAT = [("C", b"BDAT 60\r\n" + MESSAGE[:60]), "S: 250 2.0.0 Ok",
        ("C", b"BDAT %d LAST\r\n" % (len(MESSAGE) - 60) + MESSAGE[60:]), "S: 250 2.0.0 Ok: queued as 4F2A91C0DE"]
BOUNCE = MESSAGE.replace(b"alice@example.org", b"MAILER-DAEMON@example.org")
MIME = MESSAGE.split(b"\r\n\r\n")[0] + (b"\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                                         b"Content-Transfer-Encoding: 8bit\r\n\r\n")
TLS = opening("PIPELINING", "STARTTLS") + ["C: STARTTLS", "S: 220 2.0.0 Ready to start TLS", ("C", CLIENT_HELLO),
                                          ("S", SERVER_HELLO), ("C", CLIENT_DATA), ("S", SERVER_DATA)]

SILENT = {
    "plain": sent(),
    "pipelined": OPEN + [("C", BURST), ("S", BURST_REPLY), ("C", MESSAGE + b".\r\nQUIT\r\n"),
                         ("S", b"250 2.0.0 Ok: queued as 4F2A91C0DE\r\n221 2.0.0 Bye\r\n")],
    "bdat": OPEN + MAIL + RCPT + BDAT + QUIT,
    "dots": sent(MESSAGE + b"..\r\n...\r\n....\r\n"),
    "8BITMIME": OPEN + ["C: MAIL FROM:<alice@example.org> BODY=8BITMIME", "S: 250 2.1.0 Ok"] + RCPT + DATA
                + message(MIME + "Grüße\r\n".encode()) + QUIT,
    "SMTPUTF8": OPEN + ["C: MAIL FROM:<jörg@example.org> SMTPUTF8", "S: 250 2.1.0 Ok"] + RCPT + DATA
                + message(MESSAGE.replace(b"alice@", "jörg@".encode())) + QUIT,
    "DSN": OPEN + ["C: MAIL FROM:<alice@example.org> RET=HDRS ENVID=QQ314159", "S: 250 2.1.0 Ok",
                   "C: RCPT TO:<bob@example.net> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob@example.net",
                   "S: 250 2.1.5 Ok"] + DATA + message() + QUIT,
    "bounce": OPEN + ["C: MAIL FROM:<>", "S: 250 2.1.0 Ok"] + RCPT + DATA + message(BOUNCE) + QUIT,
    "SIZE": OPEN + ["C: MAIL FROM:<alice@example.org> SIZE=%d" % len(MESSAGE), "S: 250 2.1.0 Ok"] + RCPT + DATA
            + message() + QUIT,
    "STARTTLS": TLS,
    "HELO": ["S: 220 mx.example.net SMTP", "C: HELO client.example.org", "S: 250 mx.example.net"] + ENVELOPE
            + message() + QUIT,
    "refusals": OPEN + ["C: MAIL FROM:<alice@example.org>", "S: 451 4.7.1 Greylisted", "C: RSET", "S: 250 2.0.0 Ok"]
                + MAIL + ["C: RCPT TO:<nobody@example.net>", "S: 550 5.1.1 No such user"] + QUIT,
    "three messages": OPEN + (ENVELOPE + message()) * 3 + QUIT,
}


def loud(path, **how):
    """(frame, name) of each Warn or Error, TCP's own excepted."""
    return [(e.frame, e.name) for e in experts(path, **how)
            if e.severity in ("warn", "error") and not e.name.startswith("tcp.")]


@pytest.mark.parametrize("name", sorted(SILENT))
def test_correct_session_is_silent(pcap, name):
    assert loud(session(pcap(), SILENT[name])) == []


@pytest.mark.parametrize("name", sorted(set(SILENT) - {"STARTTLS", "pipelined"}))
def test_correct_session_in_single_octets_is_silent(pcap, name):
    assert loud(session(pcap(), SILENT[name], cut=1)) == []


@pytest.mark.parametrize("name", ["plain", "pipelined", "bdat", "STARTTLS"])
def test_correct_session_is_silent_in_two_passes(pcap, name):
    assert loud(session(pcap(), SILENT[name]), two_pass=True) == []


@pytest.mark.parametrize("cut", range(1, 6))
def test_final_dot_over_segments_is_silent(pcap, cut):
    data = MESSAGE + b".\r\n"
    pieces = [("C", data[:-cut]), ("C", data[-cut:])]
    assert loud(session(pcap(), OPEN + ENVELOPE + pieces + ["S: 250 2.0.0 Ok: queued as 4F2A91C0DE"] + QUIT)) == []


def test_figure6_is_silent():
    assert loud(PCAPS / "lab-3.4.3-figure6.pcapng") == []


def test_telnet_is_silent_but_for_the_missing_brackets():
    path = PCAPS / "lab-3.4.3-telnet.pcapng"
    assert loud(path) == []
    assert frames(path, "smtp.expert.no_brackets") == [64, 97]
    notes = {e.name for e in experts(path) if e.severity == "note" and e.name.startswith("smtp.")}
    assert notes == {"smtp.expert.no_brackets"}
