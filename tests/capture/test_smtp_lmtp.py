"""LMTP (RFC 2033): one reply per accepted recipient after the message.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from runner import experts, fields, frames, rows
from smtp_talk import DATA, MAIL, MESSAGE, QUIT
from wire import session

OPEN = ["S: 220 store.example.net LMTP ready", "C: LHLO mx.example.net",
        "S: 250-store.example.net\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES"]
BOB = ["C: RCPT TO:<bob@example.net>", "S: 250 2.1.5 Ok"]
CAROL = ["C: RCPT TO:<carol@example.net>", "S: 250 2.1.5 Ok"]
NOBODY = ["C: RCPT TO:<nobody@example.net>", "S: 550 5.1.1 No such user"]
SENT = [("C", MESSAGE + b".\r\n")]
RECORD = ["mail.protocol", "mail.outcome", "mail.envelope.to", "mail.envelope.refused", "mail.envelope.refused.reply"]


def record(path):
    """The values of RECORD, in its order."""
    found = fields(path, RECORD)
    return [found[name] for name in RECORD]


def lmtp(path, script, **options):
    """An LMTP session on port 24."""
    return session(path, OPEN + MAIL + script + QUIT, port=24, **options)


def test_session(pcap):
    path = lmtp(pcap(), BOB + DATA + SENT + ["S: 250 2.0.0 <bob@example.net> Saved"])
    assert fields(path, ["smtp.req.verb", "smtp.client.domain", "smtp.capability.keyword", "smtp.banner"]) == {
        "smtp.req.verb": ["LHLO", "MAIL", "RCPT", "DATA", "QUIT"], "smtp.client.domain": ["mx.example.net"],
        "smtp.capability.keyword": ["PIPELINING", "CHUNKING", "ENHANCEDSTATUSCODES"],
        "smtp.banner": ["store.example.net LMTP ready"]}
    assert record(path) == [["LMTP"], ["1"], ["bob@example.net"], [], []]


REPLIES = ["S: 250 2.0.0 <bob@example.net> Saved", "S: 250 2.0.0 <carol@example.net> Saved"]


def test_two_recipients_two_replies_one_record_at_the_last(pcap):
    path = lmtp(pcap(), BOB + CAROL + DATA + SENT + REPLIES)
    end = frames(path, "imf")[0]
    assert record(path) == [["LMTP"], ["1"], ["bob@example.net", "carol@example.net"], [], []]
    assert frames(path, "mail") == [end + 2]
    found = rows(path, ["smtp.response_to"], filter="smtp.response_to && frame.number > %d" % end)
    assert [row["smtp.response_to"] for row in found][:2] == [[str(end)], [str(end)]]


def test_replies_in_one_segment(pcap):
    both = [("S", b"250 2.0.0 <bob@example.net> Saved\r\n250 2.0.0 <carol@example.net> Saved\r\n")]
    path = lmtp(pcap(), BOB + CAROL + DATA + SENT + both)
    assert record(path) == [["LMTP"], ["1"], ["bob@example.net", "carol@example.net"], [], []]
    assert fields(path, ["smtp.req.verb"])["smtp.req.verb"][-1] == "QUIT"


@pytest.mark.parametrize("cut", [None, 1])
def test_mixed_replies(pcap, cut):
    path = lmtp(pcap(), BOB + CAROL + DATA + SENT
                + ["S: 250 2.0.0 <bob@example.net> Saved", "S: 452 4.2.2 <carol@example.net> Over quota"], cut=cut)
    found = record(path)
    assert found[0] == ["LMTP"]
    assert found[2:] == [["bob@example.net"], ["carol@example.net"], ["452 4.2.2 <carol@example.net> Over quota"]]
    assert fields(path, ["mail.transaction"])["mail.transaction"] == ["1"]


def test_mixed_replies_are_no_fault(pcap):
    path = lmtp(pcap(), BOB + CAROL + DATA + SENT
                + ["S: 250 2.0.0 <bob@example.net> Saved", "S: 452 4.2.2 <carol@example.net> Over quota"])
    assert [e.name for e in experts(path) if e.severity in ("warn", "error")] == []


def test_all_recipients_refused_after_the_message(pcap):
    path = lmtp(pcap(), BOB + CAROL + DATA + SENT + ["S: 550 5.7.1 Spam", "S: 550 5.7.1 Spam"])
    assert record(path) == [["LMTP"], ["2"], [], ["bob@example.net", "carol@example.net"], ["550 5.7.1 Spam"] * 2]


def test_refused_recipient_gets_no_reply_after_the_message(pcap):
    """RFC 2033 4.2: one reply for each RCPT that was accepted, in their order."""
    path = lmtp(pcap(), NOBODY + BOB + DATA + SENT + ["S: 250 2.0.0 <bob@example.net> Saved"])
    assert record(path) == [["LMTP"], ["1"], ["bob@example.net"], ["nobody@example.net"], ["550 5.1.1 No such user"]]
    quit_frame = frames(path, "smtp.req.verb == \"QUIT\"")[0]
    assert fields(path, ["smtp.response_to"])["smtp.response_to"][-1] == str(quit_frame)


def test_bdat_last_has_a_reply_per_recipient_the_other_chunks_one(pcap):
    chunks = [("C", b"BDAT 20\r\n" + MESSAGE[:20]), "S: 250 2.0.0 Ok",
              ("C", b"BDAT %d LAST\r\n" % (len(MESSAGE) - 20) + MESSAGE[20:])]
    path = lmtp(pcap(), BOB + CAROL + chunks + REPLIES)
    assert record(path) == [["LMTP"], ["1"], ["bob@example.net", "carol@example.net"], [], []]
    assert fields(path, ["smtp.req.verb", "mail.size"]) == {
        "smtp.req.verb": ["LHLO", "MAIL", "RCPT", "RCPT", "BDAT", "BDAT", "QUIT"], "mail.size": [str(len(MESSAGE))]}


def test_pipelined_burst(pcap):
    burst = b"RCPT TO:<bob@example.net>\r\nRCPT TO:<carol@example.net>\r\nDATA\r\n"
    path = lmtp(pcap(), [("C", burst), ("S", b"250 2.1.5 Ok\r\n250 2.1.5 Ok\r\n354 Go\r\n")] + SENT + REPLIES)
    assert record(path) == [["LMTP"], ["1"], ["bob@example.net", "carol@example.net"], [], []]


def test_two_messages(pcap):
    one = BOB + CAROL + DATA + SENT + REPLIES
    path = lmtp(pcap(), one + MAIL + one)
    assert fields(path, ["mail.transaction", "mail.outcome"]) == {
        "mail.transaction": ["1", "2"], "mail.outcome": ["1", "1"]}


def test_lhlo_on_another_port_makes_it_lmtp(pcap):
    path = session(pcap(), OPEN + MAIL + BOB + CAROL + DATA + SENT + REPLIES + QUIT, port=25)
    assert record(path) == [["LMTP"], ["1"], ["bob@example.net", "carol@example.net"], [], []]
