"""POP3 captures with holes: lost segments, retransmissions, late start, one side only, snap length.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from pop_talk import (GREETING, LIST, LOGIN, MESSAGE, OPEN, QUIT, STAT, TALK, TALK_VERBS, VERBS, block, fetched, loud,
                      reply, retr, session, values, verbs)
from runner import fields, frames, rows
from wire import Capture, Conversation

LONG = MESSAGE + b"0123456789 +OK 9 octets\r\n" * 100
ONCE = "!tcp.analysis.retransmission && !tcp.analysis.spurious_retransmission"


def conversation(**options):
    """A capture and a connection in it after the handshake."""
    capture = Capture()
    talk = Conversation(capture, port=110, **options)
    talk.handshake()
    return capture, talk


def test_lost_segment_inside_a_listing(pcap):
    capture, talk = conversation()
    talk.play(OPEN + ["C: LIST"])
    talk.server(block("+OK", "1 120", "2 200", "3 300", "4 400"), cut=[12, 18], lost=[1])
    talk.play(retr() + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == ["USER", "PASS", "LIST", "RETR", "QUIT"]
    assert values(path, "pop.scan.number")[:1] + values(path, "pop.scan.number")[-1:] == ["1", "4"]
    assert values(path, "mail.size") == [str(len(MESSAGE))]
    assert frames(path, "pop.expert.gap") != []
    assert loud(path) == []


def test_lost_reply(pcap):
    """The next reply answers the next command."""
    capture, talk = conversation()
    talk.play(OPEN + STAT[:1])
    talk.server(b"+OK 2 320\r\n", lost=[0])
    talk.play(LIST + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == ["USER", "PASS", "STAT", "LIST", "QUIT"]
    assert values(path, "pop.scan.octets") == ["120", "200"]
    found = frames(path, 'pop.request.verb == "LIST"')[0]
    assert rows(path, ["pop.response_to"], filter="pop.scan.number")[0]["pop.response_to"] == [str(found)]
    assert loud(path) == []


def test_lost_command(pcap):
    capture, talk = conversation()
    talk.play(OPEN)
    talk.client(b"STAT\r\n", lost=[0])
    talk.play(STAT[1:] + retr() + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == ["USER", "PASS", "RETR", "QUIT"]
    assert values(path, "mail.subject") == ["Lunch"]
    assert loud(path) == []


def test_lost_retr_command(pcap):
    """What kind of reply it is cannot be told from its first line alone; the session goes on behind it."""
    capture, talk = conversation()
    talk.play(OPEN)
    talk.client(b"RETR 1\r\n", lost=[0])
    talk.server(reply())
    talk.play(["C: STAT", "S: +OK 2 320"] + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == ["USER", "PASS", "STAT", "QUIT"]
    assert values(path, "pop.stat.octets") == ["320"]


def test_lost_segment_inside_a_command_line(pcap):
    capture, talk = conversation()
    talk.play(GREETING)
    talk.client(b"USER bob\r\n", cut=[6], lost=[1])
    talk.play(["S: +OK"] + LOGIN[2:] + retr() + QUIT)
    path = capture.save(pcap())
    assert [verb for verb in verbs(path) if verb != "USER"] == ["PASS", "RETR", "QUIT"]
    assert values(path, "mail.outcome") == ["1"]
    assert loud(path) == []


@pytest.mark.parametrize("lost", [1, 3, 10])
def test_lost_segment_inside_a_message(pcap, lost):
    """Its text is no reply, and the dot line still ends it."""
    capture, talk = conversation()
    talk.play(OPEN + ["C: RETR 1"])
    talk.server(reply(LONG), cut=150, lost=[lost])
    talk.play(STAT + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == ["USER", "PASS", "RETR", "STAT", "QUIT"]
    assert values(path, "pop.response.indicator") == ["+OK"] * 6
    assert values(path, "pop.stat.octets") == ["320"]
    assert len(frames(path, "mail")) == 1
    assert values(path, "mail.sha256") == []
    assert frames(path, "pop.expert.gap") != []
    assert loud(path) == []


def test_lost_dot_line(pcap):
    """The next command, sent after the message, and its reply tell that it had ended."""
    capture, talk = conversation()
    talk.play(OPEN + ["C: RETR 1"])
    talk.server(reply(), cut=[len(reply()) - 3], lost=[1])
    talk.play(["C: DELE 1", "S: +OK Marked"] + retr(number=2) + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == ["USER", "PASS", "RETR", "DELE", "RETR", "QUIT"]
    assert values(path, "imf.subject")[-1:] == ["Lunch"]
    assert values(path, "mail.size")[-1:] == [str(len(MESSAGE))]
    assert loud(path) == []


def test_retransmission_changes_nothing(pcap):
    """Every segment of the session seen twice."""
    capture, talk = conversation()
    for item in TALK:
        talk.play([item])
        capture.again()
    talk.close()
    path = capture.save(pcap())
    assert verbs(path, filter=ONCE) == TALK_VERBS
    assert fields(path, ["mail.transaction", "mail.outcome", "mail.size", "pop.scan.number"], filter=ONCE) == {
        "mail.transaction": ["1"], "mail.outcome": ["1"], "mail.size": [str(len(MESSAGE))],
        "pop.scan.number": ["1", "2"]}
    assert loud(path) == []


def test_retransmission_of_a_segment_of_the_message(pcap):
    capture, talk = conversation()
    talk.play(OPEN + ["C: RETR 1"])
    talk.server(reply(LONG), cut=150)
    capture.again(-3)
    talk.play(QUIT)
    path = capture.save(pcap())
    assert verbs(path) == VERBS
    assert fields(path, ["mail.size", "mail.outcome"]) == {"mail.size": [str(len(LONG))], "mail.outcome": ["1"]}


def test_out_of_order_segments_of_the_message(pcap):
    """As TCP puts them in order when asked to."""
    capture, talk = conversation()
    talk.play(OPEN + ["C: RETR 1"])
    talk.server(reply(), cut=[40, 80], order=[0, 2, 1])
    talk.play(QUIT)
    path = capture.save(pcap())
    found = fields(path, ["pop.request.verb", "mail.size", "mail.outcome"],
                   prefs=["tcp.reassemble_out_of_order:TRUE"])
    assert found == {"pop.request.verb": VERBS, "mail.size": [str(len(MESSAGE))], "mail.outcome": ["1"]}


def test_late_start_in_the_commands(pcap):
    path = session(pcap(), STAT + LIST + retr() + QUIT, handshake=False)
    assert verbs(path) == ["STAT", "LIST", "RETR", "QUIT"]
    assert fields(path, ["mail.outcome", "mail.subject", "pop.banner"]) == {
        "mail.outcome": ["1"], "mail.subject": ["Lunch"], "pop.banner": []}
    assert loud(path) == []


def test_late_start_in_the_middle_of_a_message(pcap):
    late = [("S", b"this line began before the capture\r\nand this one\r\n.\r\n")]
    path = session(pcap(), late + retr() + QUIT, handshake=False)
    assert verbs(path) == ["RETR", "QUIT"]
    assert values(path, "mail.subject", filter="mail.subject") == ["Lunch"]
    assert loud(path) == []


def test_late_start_with_a_reply(pcap):
    path = session(pcap(), ["S: +OK 2 320"] + retr() + QUIT, handshake=False)
    assert verbs(path) == ["RETR", "QUIT"]
    assert values(path, "mail.subject") == ["Lunch"]
    assert loud(path) == []


def test_late_start_in_the_middle_of_an_authentication(pcap):
    """A line of base64 and what it is answered with."""
    path = session(pcap(), ["S: + ", "C: AGFsaWNlAHB3", "S: +OK"] + retr() + QUIT, handshake=False)
    assert verbs(path) == ["RETR", "QUIT"]
    assert loud(path) == []


def test_client_side_only(pcap):
    path = session(pcap(), TALK, only="C")
    assert verbs(path) == TALK_VERBS
    assert fields(path, ["pop.username", "pop.password", "pop.message.number", "pop.time"]) == {
        "pop.username": ["bob"], "pop.password": ["s3cret word"], "pop.message.number": ["1", "1"], "pop.time": []}
    assert frames(path, "imf") == []
    assert loud(path) == []


def test_server_side_only(pcap):
    """Which reply has several lines is not told by any command."""
    path = session(pcap(), TALK, only="S")
    assert verbs(path) == []
    assert values(path, "pop.banner") == ["POP3 server ready"]
    assert values(path, "pop.response_to") == []
    assert values(path, "pop.response.indicator")[:4] == ["+OK"] * 4
    assert values(path, "pop.response.description")[-1:] == ["Bye"]
    assert loud(path) == []


def test_connection_ends_inside_the_message(pcap):
    """Known to the second pass, as in SMTP."""
    path = session(pcap(), OPEN + ["C: RETR 1", ("S", b"+OK\r\n" + MESSAGE)], close=False)
    found = rows(path, ["mail.outcome", "mail.protocol"], filter="mail", two_pass=True)
    assert [(r["frame"], r["mail.outcome"], r["mail.protocol"]) for r in found] == [(10, ["4"], ["POP3"])]


def test_reset_inside_the_message(pcap):
    capture, talk = conversation()
    talk.play(OPEN + ["C: RETR 1", ("S", b"+OK\r\n" + MESSAGE)])
    talk.reset("S")
    path = capture.save(pcap())
    assert verbs(path) == ["USER", "PASS", "RETR"]
    assert values(path, "mail.outcome", two_pass=True) == ["4"]


@pytest.mark.parametrize("snaplen", [100, 150, 500])
def test_snap_length_cuts_the_message_not_the_session(pcap, snaplen):
    """Every frame is cut; the short commands and the replies that fit are whole."""
    path = session(pcap(), fetched(LONG), snaplen=snaplen)
    assert verbs(path) == VERBS
    assert values(path, "pop.response.description")[-1:] == ["Bye"]
    assert loud(path) == []


@pytest.mark.parametrize("command, keep", [(b"RETR 1\r\n", 5), (b"UIDL 12\r\n", 4), (b"TOP 1 0\r\n", 6)])
def test_snap_length_cuts_a_command(pcap, command, keep):
    """An argument that the capture does not have is not called wrong."""
    capture, talk = conversation()
    talk.play(OPEN)
    talk.send("C", command, keep=keep)
    talk.play(["S: -ERR No such message"] + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == ["USER", "PASS", command.split()[0].decode(), "QUIT"]
    assert frames(path, "pop.expert.gap") == [9]
    assert frames(path, "pop.expert.argument") == []


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("lost", range(len(TALK) - 1))
def test_session_without_one_segment_still_shows_its_end(pcap, lost, two_pass):
    """Whatever single segment is missing, the QUIT and its answer at the end are seen."""
    capture, talk = conversation()
    for number, item in enumerate(TALK):
        talk.play([item])
        if number == lost:
            del capture.packets[-1]
    talk.close()
    path = capture.save(pcap())
    if lost != len(TALK) - 2:
        assert verbs(path, two_pass=two_pass)[-1] == "QUIT"
    assert values(path, "pop.response.description", two_pass=two_pass)[-1] == "Bye"
    if TALK[lost] not in ("C: LIST", "C: UIDL", "C: RETR 1"):    # else nothing tells what its lines are
        assert loud(path, two_pass=two_pass) == []
