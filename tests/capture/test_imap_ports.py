"""Which connections are IMAP: ports, TLS, Decode As, preference, and the greeting on unknown ports.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import hashlib
import hmac
import struct

import pytest

from imap_talk import LOGOUT, MESSAGE, OPEN, OPEN_VERBS, PORT, fetch, greeting, octets
from runner import experts, fields, frames, readable
from smtp_tls import CLIENT_DATA, CLIENT_HELLO, RANDOM, SERVER_DATA, SERVER_HELLO, handshake, record
from wire import session

ODD = 31143
TALK = OPEN + fetch() + LOGOUT
VERBS = OPEN_VERBS + ["FETCH", "LOGOUT"]


def verbs(path, **how):
    """All verbs of a capture."""
    return fields(path, ["imap.request.verb"], **how)["imap.request.verb"]


def test_port(pcap):
    assert verbs(session(pcap(), TALK, port=PORT)) == VERBS


def test_takeover_off_gives_the_port_back(pcap):
    path = session(pcap(), ["S: * OK ready", "C: a1 SEARCH UNSEEN", "S: a1 BAD What"] + LOGOUT, port=PORT)
    assert fields(path, ["imap.request.folder"])["imap.request.folder"] == []
    off = {"prefs": ["mail.takeover:FALSE"]}
    assert fields(path, ["imap.request.folder"], **off)["imap.request.folder"] == ["UNSEEN"]
    assert verbs(path) == ["SEARCH", "LOGOUT"]
    assert verbs(path, **off) == []
    assert frames(path, "mail", **off) == []


def test_decode_as(pcap):
    """No word of IMAP in the greeting, so nothing but Decode As tells."""
    path = session(pcap(), ["S: * OK ready"] + TALK[1:], port=1143)
    assert verbs(path, decode_as="tcp.port==1143,imap") == VERBS
    assert fields(path, ["mail.subject"], decode_as="tcp.port==1143,imap")["mail.subject"] == ["Lunch"]


@pytest.mark.parametrize("line", [
    "* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN] Dovecot ready.",
    "* OK IMAP4rev1 Service Ready",
    "* OK [CAPABILITY IMAP4rev2 STARTTLS] Ready",
    "* OK mail.example.net Cyrus IMAP v2.3.16 server ready",
    "* PREAUTH [CAPABILITY IMAP4rev1] Logged in as ccna1",
])
def test_greeting_on_an_odd_port_is_recognised(pcap, line):
    path = session(pcap(), ["S: " + line] + TALK[1:], port=ODD)
    assert verbs(path) == VERBS
    assert fields(path, ["mail.outcome"])["mail.outcome"] == ["1"]


@pytest.mark.parametrize("script", [
    ["S: * OK ready"], ["S: +OK POP3 ready"], ["S: * IMAP4rev1"], ["S: ** OK IMAP4rev1"], ["S: SSH-2.0-OpenSSH_9.2"],
    ["C: GET /imap HTTP/1.1", "S: HTTP/1.1 200 OK"], [("S", b"* OK IMAP4\0rev1\xff\xfe")], ["S: * BYE"],
    ["S: IMAP4rev1"],
])
def test_other_first_octets_on_an_odd_port_are_not_taken(pcap, script):
    assert frames(session(pcap(), script, port=ODD), "imap") == []


STARTTLS = greeting("IMAP4rev1", "STARTTLS") + ["C: a1 STARTTLS", "S: a1 OK Begin TLS negotiation now."]
CIPHERTEXT = [("C", CLIENT_HELLO), ("S", SERVER_HELLO), ("C", CLIENT_DATA), ("S", SERVER_DATA)]


def test_what_follows_starttls_is_tls(pcap):
    path = session(pcap(), STARTTLS + CIPHERTEXT, port=PORT)
    assert verbs(path) == ["STARTTLS"]
    assert frames(path, "tls.record") == [7, 8, 9, 10]
    assert frames(path, "imap.request || imap.response") == [5, 6]


def test_refused_starttls_goes_on_in_clear(pcap):
    path = session(pcap(), STARTTLS[:2] + ["S: a1 NO Not now"] + TALK[1:], port=PORT)
    assert verbs(path) == ["STARTTLS"] + VERBS


def test_session_that_is_already_in_tls(pcap):
    """The capture starts behind STARTTLS: octets of TLS are no lines of IMAP."""
    path = session(pcap(), CIPHERTEXT[2:] * 3, port=PORT, handshake=False)
    assert verbs(path) == []
    assert [e.name for e in experts(path) if e.severity in ("warn", "error") and e.name.startswith("imap.")] == []


NULL_SHA256 = b"\x00\x3b"               # TLS_RSA_WITH_NULL_SHA256: authenticated and not encrypted
SECRET = bytes(48)                      # master secret


def expand(secret, label, seed, size):
    """PRF of TLS 1.2 (RFC 5246 5)."""
    seed, found, block = label + seed, b"", label + seed
    while len(found) < size:
        block = hmac.digest(secret, block, hashlib.sha256)
        found += hmac.digest(secret, block + seed, hashlib.sha256)
    return found[:size]


class Tls:
    """A TLS 1.2 connection whose records anybody with the key log can read."""

    def __init__(self):
        keys = expand(SECRET, b"key expansion", RANDOM + RANDOM, 64)
        self.keys, self.sent = {"C": keys[:32], "S": keys[32:]}, {"C": 0, "S": 0}

    def protect(self, who, kind, data):
        """A record with its MAC."""
        head = struct.pack("!QBHH", self.sent[who], kind, 0x0303, len(data))
        self.sent[who] += 1
        return record(kind, data + hmac.digest(self.keys[who], head + data, hashlib.sha256))

    def opening(self):
        """The handshake; certificate and key exchange hold nothing that is looked at."""
        hello = b"\x03\x03" + RANDOM + b"\0"
        change = record(20, b"\1")
        return [("C", record(22, handshake(1, hello + b"\0\2" + NULL_SHA256 + b"\1\0"))),
                ("S", record(22, handshake(2, hello + NULL_SHA256 + b"\0") + handshake(14, b""))),
                ("C", record(22, handshake(16, b"\0\x10" + bytes(16))) + change
                 + self.protect("C", 22, handshake(20, bytes(12)))),
                ("S", change + self.protect("S", 22, handshake(20, bytes(12))))]

    def script(self, items):
        """The items of a script, each in a record."""
        pairs = [(item[0], octets(item[3:])) if isinstance(item, str) else item for item in items]
        return [(who, self.protect(who, 23, data)) for who, data in pairs]


@pytest.fixture
def keys(tmp_path):
    """Preference that names the key log of Tls."""
    path = tmp_path / "keys.log"
    path.write_text("CLIENT_RANDOM %s %s\n" % (RANDOM.hex(), SECRET.hex()))
    return ["tls.keylog_file:" + readable(path)]


def test_the_records_of_these_tests_can_be_read(pcap, keys):
    """Wireshark itself decrypts them, as plain data."""
    tls = Tls()
    path = session(pcap(), tls.opening() + tls.script(["C: hello"]), port=ODD)
    how = {"prefs": keys, "decode_as": "tcp.port==%d,tls" % ODD, "plugin": False}
    assert fields(path, ["tls.app_data", "data.data"], **how)["data.data"] == [b"hello\r\n".hex()]


def test_port_993(pcap, keys):
    tls = Tls()
    path = session(pcap(), tls.opening() + tls.script(TALK), port=993)
    assert verbs(path, prefs=keys) == VERBS
    expected = {"mail.tls": ["1"], "mail.subject": ["Lunch"], "mail.size": [str(len(MESSAGE))], "mail.mailbox": [
        "INBOX"], "imap.request.password": ["cisco"], "imap.banner": ["Dovecot ready."]}
    for two_pass in (False, True):
        assert fields(path, list(expected), prefs=keys, two_pass=two_pass) == expected
    assert [e.name for e in experts(path, prefs=keys) if e.severity in ("warn", "error")] == []


@pytest.mark.parametrize("cut", [1, 50])
def test_port_993_over_segments(pcap, keys, cut):
    tls = Tls()
    path = session(pcap(), tls.opening() + tls.script(TALK), port=993, cut=cut)
    assert fields(path, ["imap.request.verb", "mail.subject"], prefs=keys) == {
        "imap.request.verb": VERBS, "mail.subject": ["Lunch"]}


def test_session_goes_on_behind_starttls(pcap, keys):
    """No greeting there (RFC 9051 6.2.1); the rest is as on 993."""
    tls = Tls()
    path = session(pcap(), STARTTLS + tls.opening() + tls.script(TALK[1:]), port=PORT)
    assert verbs(path, prefs=keys) == ["STARTTLS"] + VERBS
    assert fields(path, ["mail.tls", "mail.subject", "mail.server"], prefs=keys) == {
        "mail.tls": ["1"], "mail.subject": ["Lunch"], "mail.server": ["Dovecot"]}
    assert "imap.expert.auth_cleartext" not in [e.name for e in experts(path, prefs=keys)]


@pytest.mark.parametrize("capabilities, told", [(["IMAP4rev1", "STARTTLS"], True), (["IMAP4rev1", "IDLE"], False)])
def test_starttls_under_tls(pcap, keys, capabilities, told):
    tls = Tls()
    path = session(pcap(), tls.opening() + tls.script(greeting(*capabilities) + LOGOUT), port=993)
    found = [e.severity for e in experts(path, prefs=keys) if e.name == "imap.expert.starttls_under_tls"]
    assert found == (["warn"] if told else [])
