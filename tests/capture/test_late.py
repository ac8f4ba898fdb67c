"""Messages whose segments overtake each other, or are lost and sent again: TCP keeps such segments back from its
dissectors, but the message is whole all the same.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import hashlib

import pytest

import pop_talk
import smtp_talk
from runner import Sharkd, experts, fields, frames, rows
from wire import ACK, PSH, Capture, Conversation

# Dots at the starts of lines, which are doubled on the wire, alone too, and an empty line at the end.
STORED = smtp_talk.MESSAGE + b".\r\n..two\r\n.one\r\nend\r\n.\r\n\r\n"
SENT = STORED.replace(b"\r\n.", b"\r\n..") + b".\r\n"
LARGE = smtp_talk.MESSAGE + b"".join(b"%s line %d\r\n" % (b"." if n % 7 == 0 else b"", n) for n in range(4000))
LARGE_SENT = LARGE.replace(b"\r\n.", b"\r\n..") + b".\r\n"
RECORD = ["mail.outcome", "mail.size", "mail.sha256", "mail.subject"]


def record_of(message):
    """What the log says of a message that came whole."""
    return {"mail.outcome": ["1"], "mail.size": [str(len(message))],
            "mail.sha256": [hashlib.sha256(message).hexdigest()], "mail.subject": ["Lunch"]}


def send_smtp(talk, data, **how):
    talk.play(smtp_talk.OPEN + smtp_talk.ENVELOPE)
    talk.client(data, **how)
    talk.play(smtp_talk.ACCEPTED + smtp_talk.QUIT)


def send_bdat(talk, data, **how):
    talk.play(smtp_talk.OPEN + smtp_talk.MAIL + smtp_talk.RCPT)
    talk.play([("C", b"BDAT %d LAST\r\n" % len(data))])
    talk.client(data, **how)
    talk.play(smtp_talk.ACCEPTED + smtp_talk.QUIT)


def fetch_pop(talk, data, **how):
    talk.play(pop_talk.OPEN + ["C: RETR 1", "S: +OK %d octets" % len(STORED)])
    talk.server(data, **how)
    talk.play(pop_talk.QUIT)


def fetch_imap(talk, data, **how):
    talk.play(["S: * OK ready", "C: a1 SELECT INBOX", "S: a1 OK done", "C: a2 FETCH 1 BODY[]",
               ("S", b"* 1 FETCH (BODY[] {%d}\r\n" % len(data))])
    talk.server(data, **how)
    talk.play(["S: )", "S: a2 OK done"])


def fetch_section(talk, data, **how):
    talk.play(["S: * OK ready", "C: a2 FETCH 1 BODY[TEXT]", ("S", b"* 1 FETCH (BODY[TEXT] {%d}\r\n" % len(data))])
    talk.server(data, **how)
    talk.play(["S: )", "S: a2 OK done"])


def append_imap(talk, data, **how):
    talk.play(["S: * OK ready", "C: a1 APPEND Sent {%d}" % len(data), "S: + go on"])
    talk.client(data, **how)
    talk.play(["C:", "S: a1 OK done"])


WAYS = {"data": (send_smtp, 25, SENT), "bdat": (send_bdat, 25, STORED), "retr": (fetch_pop, 110, SENT),
        "fetch": (fetch_imap, 143, STORED), "append": (append_imap, 143, STORED)}


def write(path, send, port, data, **how):
    """A capture with one session; `how` says how the message comes."""
    capture = Capture()
    talk = Conversation(capture, port=port)
    talk.handshake()
    send(talk, data, **how)
    talk.close()
    return capture.save(path)


@pytest.mark.parametrize("way", WAYS)
def test_segments_that_overtake_each_other(pcap, way):
    """Wherever the message is cut."""
    send, port, data = WAYS[way]
    capture = Capture()
    places = range(1, len(data) - 12)
    for number, place in enumerate(places):
        talk = Conversation(capture, port=port, client_port=20000 + number)
        talk.handshake()
        send(talk, data, cut=[place, place + 4, place + 9], order=[0, 2, 1, 3])
        talk.close()
    path = capture.save(pcap())
    found = fields(path, RECORD)
    assert found == {name: values * len(places) for name, values in record_of(STORED).items()}


@pytest.mark.parametrize("way", WAYS)
def test_first_segment_is_overtaken(pcap, way):
    send, port, data = WAYS[way]
    path = write(pcap(), send, port, data, cut=[60, 120], order=[1, 0, 2])
    assert fields(path, RECORD) == record_of(STORED)


@pytest.mark.parametrize("way", ["data", "bdat", "append"])
def test_last_segment_is_overtaken(pcap, way):
    """The end of data is there before the octets in front of it: the reply comes when all are."""
    send, port, data = WAYS[way]
    for place in range(len(data) - 12, len(data) - 1):
        path = write(pcap(), send, port, data, cut=[20, place], order=[0, 2, 1])
        assert fields(path, RECORD) == record_of(STORED), place
        assert fields(path, RECORD, two_pass=True) == record_of(STORED), place


@pytest.mark.parametrize("way", ["data", "bdat", "append"])
def test_whole_message_in_one_burst(pcap, way):
    send, port, data = WAYS[way]
    path = write(pcap(), send, port, data, cut=25, order=[0, 3, 4, 1, 5, 6, 7, 2])
    assert fields(path, RECORD) == record_of(STORED)
    assert fields(path, "imf.subject")["imf.subject"][-1:] == ["Lunch"]


def test_part_is_whole_again(pcap):
    """A section that FETCH brings has no record, and is shown where its last octets come."""
    text = b"one\r\ntwo\r\nthree\r\nfour\r\n"
    path = write(pcap(), fetch_section, 143, text, cut=[5, 10], order=[0, 2, 1])
    shown = fields(path, ["imap.literal.data"])["imap.literal.data"]
    assert shown[-1] == "one\\r\\ntwo\\r\\nthree\\r\\nfour\\r\\n"


@pytest.mark.parametrize("way", ["retr", "fetch"])
def test_late_octets_behind_the_last(pcap, way):
    """The record stands in the frame of the message's end, and knows nothing of what comes later."""
    send, port, data = WAYS[way]
    path = write(pcap(), send, port, data, cut=[20, 100], order=[0, 2, 1])
    assert fields(path, RECORD[1:3]) == {"mail.size": [str(len(STORED))], "mail.sha256": []}


def test_segments_that_are_sent_again(pcap):
    """A burst is lost, and comes in order behind what follows it; more is lost later."""
    order = [0, 1, 5, 6, 7, 2, 3, 4, 8, 11, 9, 12, 10] + list(range(13, 100))
    path = write(pcap(), send_smtp, 25, LARGE_SENT, cut=500,
                 order=[n for n in order if n * 500 < len(LARGE_SENT)])
    assert fields(path, RECORD) == record_of(LARGE)


@pytest.mark.parametrize("way", WAYS)
def test_segments_in_reverse(pcap, way):
    send, port, data = WAYS[way]
    path = write(pcap(), send, port, data, cut=30, order=[0, 4, 3, 2, 1] + list(range(5, len(data) // 30 + 1)))
    assert fields(path, RECORD) == record_of(STORED)


@pytest.mark.parametrize("way", WAYS)
def test_sent_again_with_more(pcap, way):
    """The end of a segment that begins with octets from before is new."""
    send, port, data = WAYS[way]

    def send_again(talk, octets):
        side = "S" if way in ("retr", "fetch") else "C"
        who = talk.c if side == "C" else talk.s

        class Repeating:
            play = talk.play

            @staticmethod
            def part(payload):
                base = who.seq
                talk.packet(side, PSH | ACK, payload[:100])
                talk.packet(side, PSH | ACK, payload[40:150], seq=base + 40)
                who.seq = base + 150
                talk.send(side, payload[150:])
            client = server = part
        send(Repeating, octets)
    path = write(pcap(), send_again, port, data)
    assert fields(path, RECORD) == record_of(STORED)
    assert [e for e in experts(path) if "gap" in (e.name or "")] == []


def test_ipv6(pcap):
    capture = Capture()
    talk = Conversation(capture, client="2001:db8::10", server="2001:db8::25")
    talk.handshake()
    send_smtp(talk, SENT, cut=[40, 80, 120], order=[0, 2, 1, 3])
    path = capture.save(pcap())
    assert fields(path, RECORD) == record_of(STORED)


def test_sent_again_with_a_command(pcap):
    capture = Capture()
    talk = Conversation(capture)
    talk.handshake()
    talk.play(smtp_talk.OPEN)
    base = talk.c.seq
    burst = b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.net>\r\n"
    talk.packet("C", PSH | ACK, burst[:31])
    talk.packet("C", PSH | ACK, burst, seq=base)
    talk.c.seq = base + len(burst)
    talk.play(["S: 250 2.1.0 Ok", "S: 250 2.1.5 Ok"] + smtp_talk.DATA + smtp_talk.message() + smtp_talk.QUIT)
    path = capture.save(pcap())
    assert fields(path, "smtp.req.verb")["smtp.req.verb"] == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    assert fields(path, RECORD) == record_of(smtp_talk.MESSAGE)


def test_every_order_tells_the_same(pcap):
    """In one pass, in two, and backwards; each fragment is that of the frame that brought it."""
    path = write(pcap(), send_smtp, 25, SENT, cut=[40, 80, 120], order=[0, 2, 1, 3])
    names = RECORD + ["smtp.data.fragment", "smtp.data.reassembled.length"]
    once, twice = fields(path, names), fields(path, names, two_pass=True)
    assert once == twice
    first = frames(path, "smtp.req.verb == \"DATA\"")[0] + 2
    assert once["smtp.data.fragment"] == [str(first + n) for n in (0, 2, 1, 3)]
    assert [row["frame"] for row in rows(path, [], filter="smtp && tcp.analysis.flags")] == [first + 1, first + 2]
    with Sharkd(path) as sharkd:
        for number in range(first + 4, first - 1, -1):
            answer = sharkd.call("frame", frame=number, proto=True)
            assert "mail.sha256" not in str(answer) or record_of(STORED)["mail.sha256"][0] in str(answer)


@pytest.mark.parametrize("prefs", [["tcp.reassemble_out_of_order:TRUE"], ["tcp.relative_sequence_numbers:FALSE"],
                                   ["mail.takeover:FALSE", "mail.takeover:TRUE"]])
def test_preferences(pcap, prefs):
    path = write(pcap(), send_smtp, 25, SENT, cut=[40, 80, 120], order=[0, 2, 1, 3])
    assert fields(path, RECORD, prefs=prefs) == record_of(STORED)


@pytest.mark.parametrize("prefs", [["tcp.analyze_sequence_numbers:FALSE"], ["tcp.check_checksum:TRUE"],
                                   ["mail.takeover:FALSE"]])
def test_left_to_tcp(pcap, prefs):
    """Where TCP keeps nothing back, or for other reasons, its word stands."""
    path = write(pcap(), send_smtp, 25, SENT, cut=[40, 80, 120], order=[0, 2, 1, 3])
    assert fields(path, ["smtp.req.command"], prefs=prefs)["smtp.req.command"][:2] == ["EHLO", "MAIL"]
    assert fields(path, ["mail.sha256"], prefs=prefs)["mail.sha256"] == []


def test_protocols_of_a_frame_are_as_ever(pcap):
    """Looking at TCP's segments adds no layer."""
    path = write(pcap(), send_smtp, 25, SENT)
    stock = fields(path, ["frame.protocols"], plugin=False)["frame.protocols"]
    ours = fields(path, ["frame.protocols"])["frame.protocols"]
    assert [text for text in ours if "tcp:tcp" in text or "segment" in text] == []
    assert [text.split(":")[:4] for text in ours] == [text.split(":")[:4] for text in stock]
