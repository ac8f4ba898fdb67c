"""RETR and TOP: the message up to the dot line, its dots, its octets, its record.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import hashlib

import pytest

from pop_talk import (APOP_GREETING, DIGEST, GREETING, LOGIN, MESSAGE, NOOP, OPEN, QUIT, VERBS, block, fetched,
                      first_frame, reply, retr, session, stuffed, values, verbs)
from runner import fields, frames, rows, tree
from wire import Capture, Conversation

LONG = MESSAGE + b"0123456789 0123456789 0123456789\r\n" * 200
DOTS = MESSAGE + b".\r\n..\r\n...\r\n.dot\r\nd.o.t.\r\n. \r\n"
REPLIES = MESSAGE + b"+OK 2 320\r\n-ERR no\r\n+ x\r\nUSER eve\r\nQUIT\r\n1 120\r\n2 abc\r\n"
EMPTY_LINES = MESSAGE + b"\r\n\r\n\r\n"
TEXTS = {"plain": MESSAGE, "long": LONG, "dots": DOTS, "replies": REPLIES, "empty lines": EMPTY_LINES,
         "no header": b"just a line\r\n", "dot first": b".hidden: x\r\n\r\n.\r\n"}


def facts(path, **how):
    """What the record says of the octets."""
    return fields(path, ["mail.size", "mail.sha256", "mail.outcome", "mail.protocol"], **how)


def expected(*texts):
    """facts() of sessions that fetch these messages."""
    return {"mail.size": [str(len(t)) for t in texts], "mail.sha256": [hashlib.sha256(t).hexdigest() for t in texts],
            "mail.outcome": ["1"] * len(texts), "mail.protocol": ["POP3"] * len(texts)}


@pytest.mark.parametrize("cut", [None, 1, 7, 100])
@pytest.mark.parametrize("name", sorted(set(TEXTS) - {"long"}))
def test_octets_of_the_message(pcap, name, cut):
    path = session(pcap(), fetched(TEXTS[name]), cut=cut)
    assert facts(path) == expected(TEXTS[name])
    assert verbs(path) == VERBS


@pytest.mark.parametrize("cut", [None, 100, 536])
def test_octets_of_a_long_message(pcap, cut):
    path = session(pcap(), fetched(LONG), cut=cut)
    assert facts(path) == expected(LONG)
    assert values(path, "imf.subject") == ["Lunch"]


@pytest.mark.parametrize("first", [
    b"+OK", b"+OK Message follows", b"+OK 0 octets", b"+OK 10 octets", b"+OK 999999 octets", b"+OK -1 octets",
    b"+OK 18446744073709551616 octets", b"+OK 120", b"+OK message 1 (120 octets)",
])
def test_count_in_the_first_line_is_never_the_end(pcap, first):
    """Dovecot, Cyrus, Courier and Exchange each word it in their own way."""
    path = session(pcap(), fetched(REPLIES, first))
    assert facts(path) == expected(REPLIES)
    assert verbs(path) == VERBS
    assert values(path, "imf.subject") == ["Lunch"]


END = stuffed(MESSAGE + b"..x\r\n") + b".\r\n+OK Bye\r\n"


@pytest.mark.parametrize("where", range(1, 18))
def test_end_cut_at_every_place(pcap, where):
    """CRLF . CRLF over two segments, the next reply behind it."""
    octets = b"+OK\r\n" + END
    script = OPEN + [("C", b"RETR 1\r\nQUIT\r\n"), ("S", octets[:-where]), ("S", octets[-where:])]
    path = session(pcap(), script)
    assert facts(path) == expected(MESSAGE + b"..x\r\n")
    assert verbs(path) == VERBS
    assert values(path, "pop.response.indicator") == ["+OK"] * 5
    # octets behind the dot line: "+OK Bye" CRLF
    assert frames(path, "mail") == [10 if where <= 9 else 11]


@pytest.mark.parametrize("first", range(6))
@pytest.mark.parametrize("second", range(6))
def test_end_cut_twice(pcap, first, second):
    octets = reply()
    a, b = len(octets) - 5 + min(first, second), len(octets) - 5 + max(first, second)
    pieces = [("S", piece) for piece in (octets[:a], octets[a:b], octets[b:]) if piece]
    path = session(pcap(), OPEN + ["C: RETR 1"] + pieces + NOOP + QUIT)
    assert facts(path) == expected(MESSAGE)
    assert verbs(path) == ["USER", "PASS", "RETR", "NOOP", "QUIT"]


@pytest.mark.parametrize("text", [
    b"x\r\n.", b"x\n.\n", b"x\n.\r\n", b"x\r.\r", b"x\r\n.\n", b"x\r\n.\ry", b"x.\r\n", b"\r\r\n.x\r\n",
])
def test_other_dots_are_no_end(pcap, text):
    """Only CRLF . CRLF ends the reply; here it is the one that the session adds."""
    octets = b"+OK\r\n" + MESSAGE + text + b"z\r\n.\r\n"
    path = session(pcap(), OPEN + ["C: RETR 1", ("S", octets)] + NOOP + QUIT)
    assert verbs(path) == ["USER", "PASS", "RETR", "NOOP", "QUIT"]
    assert len(frames(path, "mail")) == 1
    assert values(path, "pop.response.indicator") == ["+OK"] * 6


def test_doubled_dots_are_single_in_the_message(pcap):
    path = session(pcap(), fetched(MESSAGE + b".dot\r\n"))
    text = tree(path, filter="imf", protocols="imf,data-text-lines")
    assert ".dot" in text and "..dot" not in text


@pytest.mark.parametrize("cut", [None, 1, 50])
def test_message_goes_to_imf_once(pcap, cut):
    path = session(pcap(), fetched(), cut=cut)
    assert fields(path, ["imf.subject", "imf.from", "imf.message_id"]) == {
        "imf.subject": ["Lunch"], "imf.from": ["Alice <alice@example.org>"],
        "imf.message_id": ["<1@client.example.org>"]}
    assert frames(path, "imf") == frames(path, "mail")


def test_whole_message_stands_in_the_frame_of_the_dot_line(pcap):
    script = OPEN + ["C: RETR 1", "S: +OK", ("S", MESSAGE[:60]), ("S", MESSAGE[60:]), "S: ."] + QUIT
    path = session(pcap(), script)
    assert frames(path, "imf") == [13]
    assert frames(path, "mail") == [13]


def test_reassembly_fields(pcap):
    """Each segment that holds octets of the message is a fragment; the dot line alone is none."""
    script = OPEN + ["C: RETR 1", "S: +OK", ("S", MESSAGE[:60]), ("S", MESSAGE[60:] + b"..dot\r\n"), "S: ."] + QUIT
    path = session(pcap(), script)
    names = ["pop.data.fragment", "pop.data.fragment.count", "pop.data.reassembled.length"]
    assert fields(path, names) == {
        "pop.data.fragment": ["11", "12"], "pop.data.fragment.count": ["2"],
        "pop.data.reassembled.length": [str(len(MESSAGE) + len(b".dot\r\n"))]}
    found = rows(path, ["pop.data.reassembled.in"], filter="pop.data.reassembled.in", two_pass=True)
    assert {r["frame"]: r["pop.data.reassembled.in"] for r in found if r["frame"] != 13} == {11: ["13"], 12: ["13"]}
    assert frames(path, "pop.data.fragment.error || pop.data.fragment.overlap.conflicts") == []


def test_fragment_in_the_segment_of_the_first_line(pcap):
    octets = reply(LONG)
    path = session(pcap(), OPEN + ["C: RETR 1", ("S", octets)] + QUIT)
    segments = (len(octets) + 1459) // 1460
    assert values(path, "pop.data.fragment") == [str(n) for n in range(10, 10 + segments)]
    assert values(path, "pop.data.reassembled.length") == [str(len(LONG))]


def test_every_segment_is_shown_as_pop(pcap):
    """Nothing is hidden while the message is not whole."""
    path = session(pcap(), fetched(LONG))
    assert frames(path, "pop") == frames(path, "tcp.len > 0")


def test_record(pcap):
    path = session(pcap(), ["S: +OK Dovecot ready."] + LOGIN + ["C: STAT", "S: +OK 1 5"] + retr(number=3) + QUIT)
    found = rows(path, ["mail.transaction", "mail.protocol", "mail.action", "mail.outcome", "mail.subject",
                        "mail.from.address", "mail.to.address", "mail.message_id", "mail.auth.username", "mail.tls",
                        "mail.server", "mail.first_frame", "mail.last_frame", "mail.duration"], filter="mail")
    assert found == [{
        "frame": 12, "mail.transaction": ["1"], "mail.protocol": ["POP3"], "mail.action": ["2"],
        "mail.outcome": ["1"], "mail.subject": ["Lunch"], "mail.from.address": ["alice@example.org"],
        "mail.to.address": ["bob@example.net"], "mail.message_id": ["<1@client.example.org>"],
        "mail.auth.username": ["bob"], "mail.tls": ["0"], "mail.server": ["Dovecot"], "mail.first_frame": ["11"],
        "mail.last_frame": ["12"], "mail.duration": ["0.001000000"]}]


def test_record_has_no_envelope(pcap):
    path = session(pcap(), fetched())
    names = ["mail.helo", "mail.envelope.from", "mail.envelope.to", "mail.reply.code", "mail.queue_id",
             "mail.mailbox", "mail.uid"]
    assert fields(path, names) == {name: [] for name in names}


def test_user_of_apop_is_in_the_record(pcap):
    path = session(pcap(), APOP_GREETING + ["C: APOP mrose " + DIGEST, "S: +OK"] + retr() + QUIT)
    assert values(path, "mail.auth.username") == ["mrose"]


def test_user_of_a_refused_login_is_not_in_the_record(pcap):
    refused = ["C: USER eve", "S: +OK", "C: PASS guess", "S: -ERR [AUTH] No"]
    path = session(pcap(), GREETING + refused + LOGIN + retr() + QUIT)
    assert values(path, "mail.auth.username") == ["bob"]


def test_message_stays_retrieved_when_the_session_is_reset(pcap):
    path = session(pcap(), OPEN + retr() + ["C: DELE 1", "S: +OK", "C: RSET", "S: +OK"] + QUIT)
    assert values(path, "mail.outcome") == ["1"]


@pytest.mark.parametrize("command", ["TOP 1 0", "TOP 1 100", "top 1 5"])
def test_top_goes_to_imf_without_a_record(pcap, command):
    path = session(pcap(), OPEN + ["C: " + command, ("S", reply(DOTS))] + QUIT)
    assert values(path, "imf.subject") == ["Lunch"]
    assert frames(path, "mail") == []
    assert verbs(path) == ["USER", "PASS", "TOP", "QUIT"]


def test_refused_retr_has_no_record(pcap):
    path = session(pcap(), OPEN + ["C: RETR 9", "S: -ERR No such message"] + retr() + QUIT)
    assert frames(path, "mail") == [12]
    assert values(path, "mail.transaction") == ["1"]
    assert frames(path, "imf") == [12]


def test_rows_of_other_commands_do_not_go_to_imf(pcap):
    path = session(pcap(), OPEN + ["C: UIDL", "S: +OK", ("S", b"1 abc\r\n2 def\r\n.\r\n"), "C: LIST",
                                   ("S", b"+OK\r\n"), ("S", b"From: x\r\nSubject: y\r\n.\r\n")] + QUIT)
    assert frames(path, "imf") == []
    assert frames(path, "mail") == []


@pytest.mark.parametrize("cut", [None, 1, 40, 333])
def test_pipelined_retrs(pcap, cut):
    texts = [MESSAGE, DOTS, REPLIES, b"Subject: four\r\n\r\n"]
    script = OPEN + [("C", b"".join(b"RETR %d\r\n" % n for n in range(1, 5)) + b"QUIT\r\n"),
                     ("S", b"".join(reply(text) for text in texts) + b"+OK Bye\r\n")]
    path = session(pcap(), script, cut=cut)
    assert facts(path) == expected(*texts)
    assert verbs(path) == ["USER", "PASS"] + ["RETR"] * 4 + ["QUIT"]
    assert values(path, "pop.message.number") == ["1", "2", "3", "4"]
    assert values(path, "mail.transaction") == ["1", "2", "3", "4"]
    assert values(path, "imf.subject") == ["Lunch", "Lunch", "Lunch", "four"]


def test_pipelined_retr_of_which_one_is_refused(pcap):
    script = OPEN + [("C", b"RETR 1\r\nRETR 2\r\nRETR 3\r\n"), ("S", reply() + b"-ERR gone\r\n" + reply(DOTS))] + QUIT
    path = session(pcap(), script)
    assert facts(path) == expected(MESSAGE, DOTS)
    assert verbs(path) == ["USER", "PASS", "RETR", "RETR", "RETR", "QUIT"]


def test_client_sends_while_the_message_comes(pcap):
    """A command between two segments of the message is a command, and its reply comes behind the dot."""
    octets = reply(LONG)
    script = OPEN + ["C: RETR 1", ("S", octets[:1000]), "C: DELE 1", ("S", octets[1000:]), "S: +OK Marked"] + QUIT
    path = session(pcap(), script)
    assert verbs(path) == ["USER", "PASS", "RETR", "DELE", "QUIT"]
    assert facts(path) == expected(LONG)
    dele = first_frame(path, 'pop.request.verb == "DELE"')
    answer = rows(path, ["pop.response.description"], filter="pop.response_to == %d" % dele)
    assert [r["pop.response.description"] for r in answer] == [["Marked"]]


def test_attachment_of_a_fetched_message(pcap):
    text = (b"Subject: file\r\nMIME-Version: 1.0\r\nContent-Type: application/zip; name=a.zip\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\nUEsDBA==\r\n")
    path = session(pcap(), fetched(text))
    assert fields(path, ["mail.attachment", "mail.attachment.content_type", "mail.attachment.size"]) == {
        "mail.attachment": ["a.zip"], "mail.attachment.content_type": ["application/zip"],
        "mail.attachment.size": ["4"]}


def test_reassembly_turned_off_by_the_preference_of_the_built_in(pcap):
    """pop.desegment_data: no reassembled message, but its commands and its record as far as they go."""
    path = session(pcap(), fetched(LONG))
    how = {"prefs": ["pop.desegment_data:FALSE"]}
    assert verbs(path, **how) == VERBS
    assert values(path, "pop.data.reassembled.length", **how) == []


def test_two_passes_are_equal(pcap):
    path = session(pcap(), fetched(LONG), cut=100)
    assert facts(path) == facts(path, two_pass=True)


def test_message_of_another_session_does_not_mix_in(pcap):
    capture = Capture()
    talks = [Conversation(capture, port=110, client_port=port) for port in (40000, 40001)]
    texts = [LONG, DOTS + LONG]
    for talk in talks:
        talk.handshake()
        talk.play(OPEN + ["C: RETR 1"])
    octets = [reply(text) for text in texts]
    for start in range(0, max(map(len, octets)), 500):
        for talk, part in zip(talks, octets):
            if part[start:start + 500]:
                talk.server(part[start:start + 500])
    path = capture.save(pcap())
    assert facts(path) == expected(*texts)


def test_list_then_message_in_one_segment(pcap):
    script = OPEN + [("C", b"LIST\r\nRETR 1\r\n"), ("S", block("+OK", "1 5") + reply())] + QUIT
    path = session(pcap(), script)
    assert values(path, "pop.scan.octets") == ["5"]
    assert facts(path) == expected(MESSAGE)
