"""Which connections are POP3: ports, Decode As, preferences, and the greeting on unknown ports.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from pop_talk import GREETING, LOGIN, TALK, TALK_VERBS, QUIT, TIMESTAMP, fetched, loud, session, values, verbs
from runner import frames
from smtp_tls import CLIENT_DATA, CLIENT_HELLO, SERVER_DATA, SERVER_HELLO

ODD = 31110
TLS = [("C", CLIENT_HELLO), ("S", SERVER_HELLO), ("C", CLIENT_DATA), ("S", SERVER_DATA)]
UNTOLD = ["S: +OK"] + TALK[1:]     # a greeting that tells nothing


def test_port(pcap):
    path = session(pcap(), TALK)
    assert verbs(path) == TALK_VERBS
    assert values(path, "mail.protocol") == ["POP3"]


def test_port_995_begins_with_tls(pcap):
    path = session(pcap(), TLS, port=995)
    assert frames(path, "tls") == [4, 5, 6, 7]
    assert frames(path, "pop.request || pop.response") == []
    assert loud(path) == []


def test_tls_follows_stls(pcap):
    path = session(pcap(), GREETING + ["C: STLS", "S: +OK Begin TLS negotiation"] + TLS)
    assert verbs(path) == ["STLS"]
    assert frames(path, "tls") == [7, 8, 9, 10]
    assert values(path, "pop.response.indicator") == ["+OK", "+OK"]


@pytest.mark.parametrize("answer", ["S: -ERR TLS is not available", "S: -ERR"])
def test_refused_stls_stays_in_clear(pcap, answer):
    path = session(pcap(), GREETING + ["C: STLS", answer] + LOGIN + QUIT)
    assert verbs(path) == ["STLS", "USER", "PASS", "QUIT"]
    assert frames(path, "tls") == []


def test_takeover_off_gives_the_port_back(pcap):
    path = session(pcap(), fetched())
    off = {"prefs": ["mail.takeover:FALSE"]}
    assert values(path, "pop.request.command", **off) == ["USER", "PASS", "RETR", "QUIT"]
    assert verbs(path, **off) == []
    assert frames(path, "mail", **off) == []


def test_decode_as(pcap):
    assert verbs(session(pcap(), UNTOLD, port=ODD), decode_as="tcp.port==%d,pop" % ODD) == TALK_VERBS


def test_preference_of_the_built_in_names_a_port(pcap):
    assert verbs(session(pcap(), UNTOLD, port=ODD), prefs=["pop.tcp.port:%d" % ODD]) == TALK_VERBS


@pytest.mark.parametrize("greeting", [
    "+OK POP3 server ready", "+OK POP3 ready " + TIMESTAMP, "+OK " + TIMESTAMP, "+OK Dovecot ready.",
    "+OK Dovecot (Debian) ready.", "+OK mail.example.net Cyrus POP3 v2.4.17 server ready",
    "+OK Microsoft Exchange Server 2003 POP3 server version 6.5.7638.1 (mail.example.net) ready.",
    "+OK Hello there. POP3 server at your service",
])
def test_greeting_on_an_odd_port_is_recognised(pcap, greeting):
    path = session(pcap(), ["S: " + greeting] + TALK[1:], port=ODD)
    assert verbs(path) == TALK_VERBS
    assert values(path, "pop.banner") == [greeting[4:]]
    assert values(path, "mail.outcome") == ["1"]


@pytest.mark.parametrize("script", [
    UNTOLD,
    ["S: +OK ready"], ["S: +OK"], ["C: SET a b", "S: +OK"], ["C: PING", "S: +PONG"],
    ["S: -ERR unknown command"], ["S: -ERR POP3"], ["S: +OKPOP3 ready"], ["S: OK POP3 ready"],
    ["S: * OK POP3 ready"], ["S: 220 POP3 ready"], ["S: SSH-2.0-POP3"],
    ["C: GET /pop3 HTTP/1.1", "S: HTTP/1.1 200 OK"], [("S", b"+OK POP3\0\xff\xfe")],
])
def test_other_first_octets_on_an_odd_port_are_not_taken(pcap, script):
    assert frames(session(pcap(), script, port=ODD), "pop") == []


@pytest.mark.parametrize("port", [25, 143, 587])
def test_greeting_does_not_take_the_port_of_another_protocol(pcap, port):
    path = session(pcap(), GREETING + QUIT, port=port)
    assert frames(path, "pop") == []


def test_greeting_is_recognised_whichever_side_has_the_lower_port(pcap):
    path = session(pcap(), TALK, port=ODD, client_port=1025)
    assert verbs(path) == TALK_VERBS
