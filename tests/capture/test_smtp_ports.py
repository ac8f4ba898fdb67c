"""Which connections are SMTP: ports, Decode As, preference, and the greeting on unknown ports.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from runner import Sharkd, fields, frames, summary
from smtp_talk import QUIT, VERBS, opening, sent
from smtp_tls import CLIENT_DATA, CLIENT_HELLO, SERVER_DATA, SERVER_HELLO
from wire import session

ODD = 31025


def verbs(path, **how):
    """All verbs of a capture."""
    return fields(path, ["smtp.req.verb"], **how)["smtp.req.verb"]


@pytest.mark.parametrize("port", [25, 587, 24])
def test_port(pcap, port):
    assert verbs(session(pcap(), sent(), port=port)) == VERBS


def test_takeover_off_gives_the_port_back(pcap):
    script = opening("STARTTLS") + ["C: STARTTLS", "S: 454 4.7.0 TLS not available"] + QUIT
    path = session(pcap(), script)
    assert fields(path, ["smtp.req.command"])["smtp.req.command"] == ["EHLO", "STARTTLS", "QUIT"]
    off = {"prefs": ["mail.takeover:FALSE"]}
    assert fields(path, ["smtp.req.command"], **off)["smtp.req.command"] == ["EHLO", "STAR", "QUIT"]
    assert verbs(path, **off) == []
    assert frames(path, "mail", **off) == []


def test_takeover_turned_off_and_on_again(pcap):
    """Port 24 is nobody's without mailwire; the preferences of a Wireshark that runs can change."""
    path = session(pcap(), sent(), port=24)
    found = []
    with Sharkd(path) as sharkd:
        for value in ("TRUE", "FALSE", "TRUE"):
            sharkd.call("setconf", name="mail.takeover", value=value)
            sharkd.load(path)
            found.append(sharkd.call("frames")[4]["c"][4])     # protocol of EHLO
    assert found == ["LMTP", "TCP", "LMTP"]


def test_server_that_sends_from_the_port_of_smtp(pcap):
    """Both ports are the same one: whoever opened the connection is the client."""
    path = session(pcap(), sent(), client_port=25)
    assert verbs(path) == VERBS
    assert frames(path, "smtp.req") == frames(path, "smtp.req && ip.src == 192.0.2.10")
    assert frames(path, "smtp.rsp") == frames(path, "smtp && ip.src == 192.0.2.25")


def test_decode_as(pcap):
    """No word of SMTP in the greeting, so nothing but Decode As tells."""
    script = ["S: 220 ready"] + sent()[1:]
    path = session(pcap(), script, port=ODD)
    assert verbs(path, decode_as="tcp.port==%d,smtp" % ODD) == VERBS


def test_preference_of_the_built_in_names_a_port(pcap):
    path = session(pcap(), ["S: 220 ready"] + sent()[1:], port=ODD)
    assert verbs(path, prefs=["smtp.tcp.port:25,%d" % ODD]) == VERBS


@pytest.mark.parametrize("port", [587, ODD])
def test_starttls_in_two_passes(pcap, port):
    """A port that only the greeting gives away goes over to TLS as others do, in every pass."""
    script = opening("STARTTLS") + ["C: STARTTLS", "S: 220 2.0.0 go ahead", ("C", CLIENT_HELLO), ("S", SERVER_HELLO),
                                    ("C", CLIENT_DATA), ("S", SERVER_DATA)]
    path = session(pcap(), script, port=port)
    for two_pass in (False, True):
        names = [name[:3] for name in summary(path, "_ws.col.Protocol", filter="tcp.len > 0", two_pass=two_pass)]
        assert names == ["SMT"] * 5 + ["TLS"] * 4, two_pass


def test_frames_before_the_recognised_one(pcap):
    """They stay with whom they came to: a Client Hello on a port of TLS that is answered in clear."""
    script = [("C", CLIENT_HELLO)] + opening() + QUIT
    path = session(pcap(), script, port=465)
    names = [summary(path, "_ws.col.Protocol", filter="tcp.len > 0", two_pass=two_pass) for two_pass in (False, True)]
    assert [name[:3] for name in names[0]] == ["TLS"] + ["SMT"] * 5
    assert names[0] == names[1]


@pytest.mark.parametrize("greeting", [
    "220 mx.example.net ESMTP ready",
    "220 mx.example.net ESMTP Postfix (Debian/GNU)",
    "220 mx.example.net SMTP",
    "220 localhost.localdomain ESMTP Sendmail 8.13.1/8.13.1; Sun, 28 Jan 2007 20:41:03 +1000",
    "220 mx.example.net ESMTP Exim 4.96 Mon, 05 Mar 2007 09:12:33 +0000",
    "220-mx.example.net ESMTP\r\n220 no spam",
])
def test_greeting_on_an_odd_port_is_recognised(pcap, greeting):
    path = session(pcap(), ["S: " + greeting] + sent()[1:], port=ODD)
    assert verbs(path) == VERBS
    assert fields(path, ["mail.outcome"])["mail.outcome"] == ["1"]


def test_lmtp_greeting_on_an_odd_port_is_recognised(pcap):
    script = ["S: 220 store.example.net LMTP ready", "C: LHLO mx.example.net", "S: 250 store.example.net"] + QUIT
    assert verbs(session(pcap(), script, port=ODD)) == ["LHLO", "QUIT"]


FTP = {
    "vsFTPd": "220 (vsFTPd 3.0.3)",
    "ProFTPD": "220 ProFTPD 1.3.5 Server (Debian) [::ffff:192.0.2.25]",
    "Pure-FTPd": "220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n"
                 "220-You are user number 1 of 50 allowed.\r\n"
                 "220 You will be disconnected after 15 minutes of inactivity.",
    "FileZilla": "220-FileZilla Server 0.9.60 beta\r\n220 Please visit https://filezilla-project.org/",
    "Microsoft": "220 Microsoft FTP Service",
    "host": "220 ftp.example.net FTP server ready.",
}
FTP_TALK = ["C: USER anonymous", "S: 331 Please specify the password.", "C: PASS alice@example.org",
            "S: 230 Login successful.", "C: QUIT", "S: 221 Goodbye."]


@pytest.mark.parametrize("port", [21, ODD])
@pytest.mark.parametrize("server", sorted(FTP))
def test_ftp_is_not_taken(pcap, server, port):
    path = session(pcap(), ["S: " + FTP[server]] + FTP_TALK, port=port)
    assert frames(path, "smtp") == []
    assert (frames(path, "ftp") != []) == (port == 21)


@pytest.mark.parametrize("script", [
    ["S: 220 ready"], ["S: 2200 ESMTP"], ["S: 200 mx.example.net ESMTP"], ["S: SSH-2.0-OpenSSH_9.2"],
    ["C: GET /smtp HTTP/1.1", "S: HTTP/1.1 200 OK"], [("S", b"220 ESM\0P\xff\xfe")],
])
def test_other_first_octets_on_an_odd_port_are_not_taken(pcap, script):
    assert frames(session(pcap(), script, port=ODD), "smtp") == []
