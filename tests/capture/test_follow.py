"""Follow > SMTP, POP or IMAP stream.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import zlib

import imap_talk
import pop_talk
import pytest
import runner
import smtp_talk
from wire import Capture, Conversation, session


def follow(path, protocol, stream="0", two_pass=False):
    """What client and server say, as octets: [(side, octets)], and the line that names each node."""
    options = ["-n", "-q", "-r", runner.readable(path)] + (["-2"] if two_pass else [])
    lines = runner.tshark(options + ["-z", "follow,%s,raw,%s" % (protocol, stream)]).split("\n")
    begin = next(n for n, line in enumerate(lines) if line.startswith("Node 1"))
    said = [("S" if line.startswith("\t") else "C", bytes.fromhex(line.strip())) for line in lines[begin + 1:]
            if line.strip() and not line.startswith("=")]
    return said, [line.split(": ", 1)[1] for line in lines[begin - 1:begin + 1]]


def spoken(script):
    """The items of a script as octets of each side."""
    return [item if isinstance(item, tuple) else (item[0], item[3:].encode() + b"\r\n") for item in script]


def joined(said):
    """Neighbouring octets of one side put together."""
    found = []
    for side, octets in said:
        if found and found[-1][0] == side:
            found[-1] = (side, found[-1][1] + octets)
        else:
            found.append((side, octets))
    return found


POP = pop_talk.OPEN + pop_talk.LIST + ["C: RETR 1", ("S", b"+OK\r\n" + smtp_talk.MESSAGE + b".\r\n")] + pop_talk.QUIT


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("cut", [None, 1, 50])
@pytest.mark.parametrize("protocol, port, script", [
    ("smtp", 25, smtp_talk.sent()), ("pop", 110, POP),
    ("imap", 143, imap_talk.OPEN + imap_talk.fetch() + imap_talk.append() + imap_talk.LOGOUT),
])
def test_dialogue(pcap, protocol, port, script, cut, two_pass):
    path = session(pcap(), script, port=port, cut=cut)
    said, nodes = follow(path, protocol, two_pass=two_pass)
    assert joined(said) == joined(spoken(script))
    assert nodes == ["192.0.2.10:40000", "192.0.2.25:%d" % port]    # the client first, although the server greets


def test_nothing_is_said_twice(pcap):
    capture = Capture()
    talk = Conversation(capture, port=25)
    talk.handshake()
    talk.play(smtp_talk.OPEN)
    capture.again()
    talk.play(smtp_talk.QUIT)
    said, _ = follow(capture.save(pcap()), "smtp")
    assert joined(said) == joined(spoken(smtp_talk.OPEN + smtp_talk.QUIT))


def test_one_stream_of_two(pcap):
    capture = Capture()
    for n, quit in enumerate(("S: 221 One", "S: 221 Two")):
        talk = Conversation(capture, port=25, client_port=40000 + n)
        talk.handshake()
        talk.play(smtp_talk.OPEN + ["C: QUIT", quit])
        talk.close()
    assert follow(capture.save(pcap()), "smtp", "1")[0][-1] == ("S", b"221 Two\r\n")


@pytest.mark.parametrize("client, server, stream", [
    ("192.0.2.10", "192.0.2.25", "192.0.2.10:40001,192.0.2.25:25"),
    ("192.0.2.10", "192.0.2.25", "192.0.2.25:25,192.0.2.10:40001"),
    ("2001:db8::10", "2001:db8::25", "[2001:db8::10]:40001,[2001:db8::25]:25"),
])
def test_stream_of_two_addresses(pcap, client, server, stream):
    capture = Capture()
    for n, quit in enumerate(("S: 221 One", "S: 221 Two")):
        talk = Conversation(capture, port=25, client_port=40000 + n, client=client, server=server)
        talk.handshake()
        talk.play(smtp_talk.OPEN + ["C: QUIT", quit])
        talk.close()
    said, _ = follow(capture.save(pcap()), "smtp", stream)
    assert joined(said) == joined(spoken(smtp_talk.OPEN + ["C: QUIT", "S: 221 Two"]))


def test_compressed_dialogue_is_inflated(pcap):
    streams = {side: zlib.compressobj(6, zlib.DEFLATED, -15) for side in "CS"}
    start = imap_talk.OPEN + ["C: c1 COMPRESS DEFLATE", "S: c1 OK active"]
    plain = spoken(imap_talk.fetch() + imap_talk.LOGOUT)
    deflated = [(side, streams[side].compress(octets) + streams[side].flush(zlib.Z_SYNC_FLUSH))
                for side, octets in plain]
    path = session(pcap(), start + deflated, port=imap_talk.PORT)
    assert joined(follow(path, "imap")[0]) == joined(spoken(start) + plain)


@pytest.mark.parametrize("protocol, name, inside", [
    ("smtp", "smtp-starttls-tls13", b"MAIL FROM"), ("pop", "pop3-stls", b"RETR"), ("imap", "imap-starttls", b"LOGOUT"),
    ("imap", "imaps-tls12", b"LOGOUT"),
])
def test_dialogue_under_tls(protocol, name, inside):
    said, _ = follow(smtp_talk.PCAPS / (name + ".pcapng"), protocol)
    everything = b"".join(octets for _, octets in said)
    assert inside in everything.upper() and b"\x16\x03" not in everything and b"\x17\x03" not in everything
