"""Sessions through a proxy: HTTP CONNECT (RFC 9110 9.3.6) and SOCKS 5 (RFC 1928).

SPDX-License-Identifier: GPL-2.0-or-later

Wireshark hands over what they carry with the port that the client has asked for; what HTTP carries may have it on
either side.
"""
import struct

import pytest

import imap_talk
import pop_talk
from runner import fields
from smtp_talk import VERBS, sent
from wire import session

HOST = b"mail.example.net"
TALKS = {   # name -> (port, what is said, field, its values)
    "smtp": (25, sent(), "smtp.req.verb", VERBS),
    "pop": (110, pop_talk.TALK, "pop.request.verb", pop_talk.TALK_VERBS),
    "imap": (143, imap_talk.OPEN + imap_talk.LOGOUT, "imap.request.verb", imap_talk.OPEN_VERBS + ["LOGOUT"]),
}


def connect(port):
    """A proxy is asked for a connection, and agrees."""
    return [("C", b"CONNECT %s:%d HTTP/1.0\r\n\r\n" % (HOST, port)),
            ("S", b"HTTP/1.0 200 Connection established\r\n\r\n")]


def socks(port):
    return [("C", b"\5\1\0"), ("S", b"\5\0"),
            ("C", b"\5\1\0\3" + bytes([len(HOST)]) + HOST + struct.pack("!H", port)),
            ("S", b"\5\0\0\1\xc0\0\2\x19" + struct.pack("!H", port))]


@pytest.mark.parametrize("name", TALKS)
@pytest.mark.parametrize("way, proxy_port", [(connect, 3128), (connect, 8080), (connect, 8240), (socks, 1080)])
def test_session_through_a_proxy(pcap, name, way, proxy_port):
    port, talk, field, values = TALKS[name]
    path = session(pcap(), way(port) + talk, port=proxy_port)
    assert fields(path, [field])[field] == values


def test_message_through_a_proxy(pcap):
    path = session(pcap(), connect(25) + sent(), port=8240)
    record = fields(path, ["mail.outcome", "mail.envelope.from", "mail.subject"])
    assert record["mail.outcome"] == ["1"]
    assert record["mail.envelope.from"] == ["alice@example.org"]
    assert len(record["mail.subject"]) == 1
