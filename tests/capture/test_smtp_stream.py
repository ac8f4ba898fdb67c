"""SMTP over any cut of the stream: the same facts however TCP slices it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from runner import fields, frames, rows
from smtp_talk import (ACCEPTED, BURST, BURST_REPLY, ENVELOPE, MESSAGE, OPEN, QUIT, VERBS, message, sent)
from wire import Capture, Conversation, session

FACTS = ["smtp.req.verb", "smtp.mail.from", "smtp.rcpt.to", "smtp.response.code", "smtp.response.lines",
         "mail.outcome", "mail.size", "mail.subject", "mail.envelope.to"]
SENT_FACTS = {
    "smtp.req.verb": VERBS, "smtp.mail.from": ["alice@example.org"], "smtp.rcpt.to": ["bob@example.net"],
    "smtp.response.code": ["220", "250", "250", "250", "354", "250", "221"],
    "smtp.response.lines": ["1", "8", "1", "1", "1", "1", "1"],
    "mail.outcome": ["1"], "mail.size": [str(len(MESSAGE))], "mail.subject": ["Lunch"],
    "mail.envelope.to": ["bob@example.net"]}
PIPELINED = OPEN + [("C", BURST), ("S", BURST_REPLY), ("C", MESSAGE + b".\r\nQUIT\r\n"),
                    ("S", b"250 2.0.0 Ok: queued as 4F2A91C0DE\r\n221 2.0.0 Bye\r\n")]


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("cut", [None, 1, 2, 3, 7, 20])
def test_whole_session_in_segments_of_any_size(pcap, cut, two_pass):
    path = session(pcap(), sent(), cut=cut)
    assert fields(path, FACTS, two_pass=two_pass) == SENT_FACTS


@pytest.mark.parametrize("cut", [None, 1, 2, 3, 7, 20])
def test_pipelined_session_in_segments_of_any_size(pcap, cut):
    path = session(pcap(), PIPELINED, cut=cut)
    assert fields(path, FACTS) == SENT_FACTS


def test_ipv6(pcap):
    path = session(pcap(), sent(), client="2001:db8::10", server="2001:db8::25")
    assert fields(path, FACTS) == SENT_FACTS


def test_pipelined_burst_is_shown_in_its_frame_and_paired_one_by_one(pcap):
    path = session(pcap(), PIPELINED)
    found = rows(path, ["smtp.req.verb", "smtp.response_in", "smtp.response_to"], filter="tcp.len > 0", two_pass=True)
    assert [(r["frame"], r["smtp.req.verb"], r["smtp.response_in"], r["smtp.response_to"]) for r in found[2:]] == [
        (6, [], [], ["5"]),
        (7, ["MAIL", "RCPT", "DATA"], ["8", "8", "8"], []),
        (8, [], [], ["7", "7", "7"]),
        (9, ["QUIT"], ["10", "10"], []),
        (10, [], [], ["9", "9"])]


END = b"\r\n.\r\n"
TAILS = [("alone", b""), ("with QUIT", b"QUIT\r\n")]


@pytest.mark.parametrize("tail", [octets for _, octets in TAILS], ids=[name for name, _ in TAILS])
@pytest.mark.parametrize("splits", range(1, 16), ids="{0:04b}".format)
def test_final_dot_cut_in_every_way(pcap, splits, tail):
    """CRLF.CRLF has four inner edges; bit n of splits cuts at edge n."""
    data = MESSAGE + b".\r\n" + tail
    edge = len(MESSAGE) - 2
    cut = [edge] + [edge + 1 + n for n in range(4) if splits & 1 << n]
    capture = Capture()
    talk = Conversation(capture)
    talk.handshake()
    talk.play(OPEN + ENVELOPE)
    talk.client(data, cut=cut)
    talk.play(ACCEPTED + (QUIT if not tail else ["S: 221 2.0.0 Bye"]))
    talk.close()
    assert fields(capture.save(pcap()), FACTS) == SENT_FACTS


@pytest.mark.parametrize("cut", range(1, 14))
def test_octets_after_the_final_dot_in_a_segment_of_its_own(pcap, cut):
    """Cut MESSAGE CRLF.CRLF QUIT CRLF once at each place from the end."""
    capture = Capture()
    talk = Conversation(capture)
    talk.handshake()
    talk.play(OPEN + ENVELOPE)
    data = MESSAGE + b".\r\nQUIT\r\n"
    talk.client(data, cut=[len(data) - cut])
    talk.play(ACCEPTED + ["S: 221 2.0.0 Bye"])
    talk.close()
    assert fields(capture.save(pcap()), FACTS) == SENT_FACTS


def test_each_fragment_of_a_message_is_shown_and_the_last_holds_the_message(pcap):
    text = MESSAGE + b"0123456789abcdef\r\n" * 200
    path = session(pcap(), sent(text), cut=1000)
    last = frames(path, "imf")
    assert len(last) == 1
    assert fields(path, ["smtp.data.reassembled.length"])["smtp.data.reassembled.length"] == [str(len(text))]
    assert fields(path, ["mail.size"])["mail.size"] == [str(len(text))]
    assert frames(path, "smtp && tcp.srcport == 40000 && frame.number > 12 && frame.number < %d" % last[0]) == list(
        range(13, last[0]))


def test_lines_of_a_message_that_look_like_commands_are_none(pcap):
    text = MESSAGE + b"QUIT\r\nMAIL FROM:<x@example.org>\r\nDATA\r\n"
    for cut in (None, 1):
        path = session(pcap(), sent(text), cut=cut)
        assert fields(path, ["smtp.req.verb", "mail.size"]) == {"smtp.req.verb": VERBS, "mail.size": [str(len(text))]}


@pytest.mark.parametrize("wire_octets, size", [
    (b"..\r\n", 3), (b"...\r\n", 4), (b"..dot\r\n..\r\n.. .\r\n", 6 + 3 + 5), (b"a\r\n..\r\n", 6),
    (b"a.\r\n", 4), (b"\r\n\r\n", 4),
])
def test_dot_stuffing_is_undone_in_the_size(pcap, wire_octets, size):
    for cut in (None, 1):
        path = session(pcap(), sent(MESSAGE + wire_octets), cut=cut)
        assert fields(path, ["mail.size", "smtp.req.verb"]) == {
            "mail.size": [str(len(MESSAGE) + size)], "smtp.req.verb": VERBS}


def test_reassembly_turned_off_by_the_preference_of_the_built_in(pcap):
    """smtp.desegment_data: the message is not put together, but its commands and its record stay."""
    path = session(pcap(), sent(), cut=20)
    how = {"prefs": ["smtp.desegment_data:FALSE"]}
    assert fields(path, ["smtp.req.verb", "mail.size", "mail.outcome", "smtp.data.reassembled.length"], **how) == {
        "smtp.req.verb": VERBS, "mail.size": [str(len(MESSAGE))], "mail.outcome": ["1"],
        "smtp.data.reassembled.length": []}
    assert frames(path, "imf", **how) == [] and frames(path, "imf") != []


def test_message_without_header(pcap):
    path = session(pcap(), sent(b"hello\r\n"))
    assert fields(path, ["mail.size", "mail.subject", "mail.outcome"]) == {
        "mail.size": ["7"], "mail.subject": [], "mail.outcome": ["1"]}


def test_message_of_no_octets(pcap):
    """The dot right after the 354: an empty message (RFC 5321 4.1.1.4)."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    path = session(pcap(), sent(b""))
    assert fields(path, ["mail.size", "mail.sha256", "smtp.req.verb"]) == {
        "mail.size": ["0"], "mail.sha256": [empty], "smtp.req.verb": VERBS}


def test_final_dot_after_a_line_that_bare_lf_ends_is_no_end(pcap):
    """LF . CR LF is no end of data for this server: the reply comes after the real one."""
    text = MESSAGE[:-2] + b"\n.\r\nstill text\r\n"
    path = session(pcap(), sent(text))
    assert fields(path, ["smtp.req.verb", "mail.transaction"]) == {"smtp.req.verb": VERBS, "mail.transaction": ["1"]}


def test_several_messages_on_one_connection(pcap):
    script = list(OPEN)
    for _ in range(3):
        script += ENVELOPE + message()
    path = session(pcap(), script + QUIT)
    assert fields(path, ["smtp.req.verb", "mail.transaction", "mail.outcome", "mail.subject"]) == {
        "smtp.req.verb": ["EHLO"] + ["MAIL", "RCPT", "DATA"] * 3 + ["QUIT"],
        "mail.transaction": ["1", "2", "3"], "mail.outcome": ["1"] * 3, "mail.subject": ["Lunch"] * 3}


def test_transactions_are_numbered_over_the_whole_capture(pcap):
    capture = Capture()
    for number in range(3):
        talk = Conversation(capture, client_port=40000 + number)
        talk.handshake()
        talk.play(sent())
        talk.close()
    assert fields(capture.save(pcap()), ["mail.transaction"])["mail.transaction"] == ["1", "2", "3"]


def test_two_connections_side_by_side_do_not_mix(pcap):
    capture = Capture()
    talks = [Conversation(capture, client_port=40000 + n) for n in range(2)]
    for talk in talks:
        talk.handshake()
    for item in sent():
        for talk in talks:
            talk.play([item])
    path = capture.save(pcap())
    assert fields(path, ["smtp.req.verb"], filter="tcp.stream == 1")["smtp.req.verb"] == VERBS
    assert fields(path, ["mail.outcome", "mail.subject"]) == {
        "mail.outcome": ["1", "1"], "mail.subject": ["Lunch", "Lunch"]}


def test_port_used_again_starts_a_new_session(pcap):
    capture = Capture()
    for isn in ((1000, 5000), (900000, 700000)):
        talk = Conversation(capture, isn=isn)
        talk.handshake()
        talk.play(OPEN + ENVELOPE + [("C", b"Subject: half")] if isn[0] == 1000 else sent())
        capture.wait(300)
    path = capture.save(pcap())
    assert fields(path, ["smtp.req.verb"], filter="tcp.stream == 1")["smtp.req.verb"] == VERBS
    assert fields(path, ["mail.outcome"], filter="tcp.stream == 1")["mail.outcome"] == ["1"]


@pytest.mark.parametrize("port, command, limit", [(25, b"VRFY ", "smtp.expert.limit"), (110, b"USER ", "pop.expert.limit"),
                                                  (143, b"a1 SELECT ", "imap.expert.limit")])
def test_line_in_too_many_segments_is_taken_in_pieces_and_says_so(pcap, port, command, limit):
    """Wireshark 4 puts the whole line together anew for each segment."""
    greeting = {25: b"220 mx.example.net ESMTP\r\n", 110: b"+OK ready\r\n", 143: b"* OK ready\r\n"}[port]
    for octets, expected in ((900, 0), (1100, 1)):
        path = session(pcap("%d.pcap" % octets), [("S", greeting), ("C", command + b"x" * octets + b"\r\n")], port=port, cut=1)
        assert len(frames(path, limit)) == expected
