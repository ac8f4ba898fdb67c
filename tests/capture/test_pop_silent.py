"""Captures of correct POP3 clients and servers: no Warn and no Error, but for a password in clear (RFC 8314).

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from pop_talk import (APOP_GREETING, DIGEST, GREETING, LOGIN, MESSAGE, NOOP, OPEN, QUIT, TALK, UIDL, block,
                      capa, fetched, listing, loud, own_experts, reply, retr, session)
from runner import experts
from smtp_tls import CLIENT_DATA, CLIENT_HELLO, SERVER_DATA, SERVER_HELLO

APOP = ["C: APOP mrose " + DIGEST, "S: +OK"]
STLS = GREETING + capa("USER", "STLS") + ["C: STLS", "S: +OK Begin TLS negotiation", ("C", CLIENT_HELLO),
                                          ("S", SERVER_HELLO), ("C", CLIENT_DATA), ("S", SERVER_DATA)]
PIPELINED = GREETING + capa() + LOGIN + [
    ("C", b"STAT\r\nLIST\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n"),
    ("S", b"+OK 1 %d\r\n" % len(MESSAGE) + block("+OK", "1 %d" % len(MESSAGE)) + reply() + b"+OK\r\n+OK\r\n")]
MAILDROP = ["C: STAT", "S: +OK 1 %d" % len(MESSAGE)] + listing("LIST", "+OK", "1 %d" % len(MESSAGE))
RFC1939 = APOP_GREETING + APOP + ["C: STAT", "S: +OK 2 %d" % (2 * len(MESSAGE))] + listing(
    "LIST", "+OK 2 messages", "1 %d" % len(MESSAGE), "2 %d" % len(MESSAGE)) + retr() + [
        "C: DELE 1", "S: +OK message 1 deleted"] + retr(number=2) + ["C: DELE 2", "S: +OK message 2 deleted"] + QUIT

SILENT = {
    "plain": fetched(),
    "talk": GREETING + LOGIN + MAILDROP + retr() + ["C: DELE 1", "S: +OK"] + QUIT,
    "example of RFC 1939": RFC1939,
    "APOP": APOP_GREETING + APOP + retr() + QUIT,
    "pipelined": PIPELINED,
    "dots": fetched(MESSAGE + b".\r\n..\r\n...\r\n.dot\r\n"),
    "Dovecot": ["S: +OK Dovecot (Debian) ready."] + listing(
        "CAPA", "+OK", "CAPA", "TOP", "UIDL", "RESP-CODES", "PIPELINING", "AUTH-RESP-CODE", "USER", "SASL PLAIN") + [
            "C: AUTH PLAIN", "S: + ", "C: AGFsaWNlAHB3", "S: +OK Logged in."] + MAILDROP + retr() + QUIT,
    "Cyrus": fetched(first=b"+OK Message follows"),
    "Courier": fetched(first=b"+OK %d octets follow." % len(MESSAGE)),
    "no text": fetched(first=b"+OK"),
    "STLS": STLS,
    "refused": GREETING + ["C: USER bob", "S: +OK", "C: PASS x", "S: -ERR [AUTH] Wrong"] + LOGIN + [
        "C: RETR 9", "S: -ERR No such message"] + QUIT,
    "reset": OPEN + ["C: DELE 1", "S: +OK", "C: RSET", "S: +OK"] + QUIT,
    "top": OPEN + listing("TOP 1 0", "+OK", "Subject: x", "") + QUIT,
    "empty maildrop": OPEN + ["C: STAT", "S: +OK 0 0"] + listing("LIST", "+OK") + listing("UIDL", "+OK") + QUIT,
    "unique ids": OPEN + UIDL + ["C: UIDL 1", "S: +OK 1 whqtswO00WBw418f9t5JxYwZ"] + QUIT,
    "probe": GREETING + ["C: AUTH", "S: -ERR", "C: CAPA", "S: -ERR"] + LOGIN + QUIT,
    "CRAM-MD5": GREETING + capa() + ["C: AUTH CRAM-MD5", "S: + PDFAeD4=",
                                     "C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw", "S: +OK"] + QUIT,
    "cancelled": GREETING + capa() + ["C: AUTH LOGIN", "S: + VXNlcm5hbWU6", "C: *", "S: -ERR Cancelled"] + QUIT,
    "UTF8": GREETING + capa("UTF8", "USER") + ["C: UTF8", "S: +OK"] + ["C: USER jörg", "S: +OK", "C: PASS Grüße",
                                                                       "S: +OK"] + QUIT,
    "three messages": OPEN + (retr() + NOOP) * 3 + QUIT,
    "text that looks like replies": fetched(MESSAGE + b"+OK\r\n-ERR no\r\nQUIT\r\n250 Ok\r\n* BYE\r\n"),
    "autologout": OPEN + ["S: -ERR Disconnected for inactivity."],
}
ODD_ENDS = {"autologout": "S"}


def capture_of(pcap, name, **how):
    """The capture of a correct session."""
    return session(pcap(), SILENT[name], close=ODD_ENDS.get(name, True), **how)


@pytest.mark.parametrize("name", sorted(SILENT))
def test_correct_session_is_silent(pcap, name):
    assert loud(capture_of(pcap, name)) == []


@pytest.mark.parametrize("name", sorted(set(SILENT) - {"STLS", "pipelined"}))
def test_correct_session_in_single_octets_is_silent(pcap, name):
    assert loud(capture_of(pcap, name, cut=1)) == []


@pytest.mark.parametrize("name", sorted(SILENT))
def test_correct_session_is_silent_in_two_passes(pcap, name):
    assert loud(capture_of(pcap, name), two_pass=True) == []


@pytest.mark.parametrize("name", ["APOP", "STLS", "CRAM-MD5"])
def test_password_in_clear_is_the_only_exception(pcap, name):
    found = [(e.frame, e.name) for e in experts(capture_of(pcap, name), two_pass=True)
             if e.severity in ("warn", "error") and not e.name.startswith("tcp.")]
    assert found == []


@pytest.mark.parametrize("name", ["plain", "dots", "talk", "Cyrus", "top", "empty maildrop", "unique ids",
                                  "text that looks like replies"])
def test_plain_session_has_nothing_to_note(pcap, name):
    assert set(own_experts(capture_of(pcap, name), two_pass=True)) <= {"auth_cleartext"}


@pytest.mark.parametrize("cut", range(1, 8))
def test_final_dot_over_segments_is_silent(pcap, cut):
    octets = reply()
    script = OPEN + ["C: RETR 1", ("S", octets[:-cut]), ("S", octets[-cut:])] + QUIT
    assert loud(session(pcap(), script)) == []


@pytest.mark.parametrize("snaplen", [100, 200])
def test_cut_packets_are_silent(pcap, snaplen):
    assert loud(session(pcap(), TALK, snaplen=snaplen)) == []
