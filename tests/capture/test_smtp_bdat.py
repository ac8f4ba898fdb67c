"""BDAT (RFC 3030): chunks are counted, never searched.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from runner import fields, frames, rows, summary
from smtp_talk import MAIL, MESSAGE, OPEN, QUIT, RCPT
from wire import session

ALL = ["smtp.req.verb", "smtp.bdat.size", "smtp.bdat.last", "mail.size", "mail.outcome", "mail.subject"]


def chunk(octets, last=False):
    """BDAT and its octets in one segment."""
    return [("C", b"BDAT %d%s\r\n" % (len(octets), b" LAST" if last else b"") + octets)]


def accepted(size):
    """The reply that Postfix gives to a chunk."""
    return ["S: 250 2.0.0 Ok: %d bytes" % size]


START = OPEN + MAIL + RCPT


def test_one_chunk_with_last(pcap):
    path = session(pcap(), START + chunk(MESSAGE, True) + accepted(len(MESSAGE)) + QUIT)
    assert fields(path, ALL) == {
        "smtp.req.verb": ["EHLO", "MAIL", "RCPT", "BDAT", "QUIT"], "smtp.bdat.size": [str(len(MESSAGE))],
        "smtp.bdat.last": ["1"], "mail.size": [str(len(MESSAGE))], "mail.outcome": ["1"], "mail.subject": ["Lunch"]}


@pytest.mark.parametrize("cut", [None, 1, 5, 64])
def test_chunks_are_one_message(pcap, cut):
    script = (START + chunk(MESSAGE[:50]) + accepted(50) + chunk(MESSAGE[50:90]) + accepted(40)
              + chunk(MESSAGE[90:], True) + accepted(len(MESSAGE)) + QUIT)
    path = session(pcap(), script, cut=cut)
    assert fields(path, ALL) == {
        "smtp.req.verb": ["EHLO", "MAIL", "RCPT", "BDAT", "BDAT", "BDAT", "QUIT"],
        "smtp.bdat.size": ["50", "40", str(len(MESSAGE) - 90)], "smtp.bdat.last": ["0", "0", "1"],
        "mail.size": [str(len(MESSAGE))], "mail.outcome": ["1"], "mail.subject": ["Lunch"]}
    assert len(frames(path, "imf")) == 1


def test_each_chunk_is_paired_with_its_reply(pcap):
    script = START + chunk(MESSAGE[:50]) + accepted(50) + chunk(MESSAGE[50:], True) + accepted(len(MESSAGE)) + QUIT
    found = rows(session(pcap(), script), ["smtp.response_to"], filter="smtp.response_to && frame.number > 10")
    assert [(row["frame"], row["smtp.response_to"]) for row in found] == [(12, ["11"]), (14, ["13"]), (16, ["15"])]


def test_last_of_size_zero_ends_the_message(pcap):
    script = START + chunk(MESSAGE) + accepted(len(MESSAGE)) + ["C: BDAT 0 LAST"] + accepted(len(MESSAGE)) + QUIT
    path = session(pcap(), script)
    assert fields(path, ALL) == {
        "smtp.req.verb": ["EHLO", "MAIL", "RCPT", "BDAT", "BDAT", "QUIT"],
        "smtp.bdat.size": [str(len(MESSAGE)), "0"], "smtp.bdat.last": ["0", "1"], "mail.size": [str(len(MESSAGE))],
        "mail.outcome": ["1"], "mail.subject": ["Lunch"]}


def test_everything_in_one_segment(pcap):
    group = b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.net>\r\n"
    group += chunk(MESSAGE[:30])[0][1] + chunk(MESSAGE[30:], True)[0][1] + b"QUIT\r\n"
    replies = b"250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n221 2.0.0 Bye\r\n"
    for cut in (None, 1):
        path = session(pcap(), OPEN + [("C", group), ("S", replies)], cut=cut)
        assert fields(path, ["smtp.req.verb", "mail.size", "mail.subject", "mail.outcome"]) == {
            "smtp.req.verb": ["EHLO", "MAIL", "RCPT", "BDAT", "BDAT", "QUIT"], "mail.size": [str(len(MESSAGE))],
            "mail.subject": ["Lunch"], "mail.outcome": ["1"]}


@pytest.mark.parametrize("text", [
    b"\r\n.\r\nQUIT\r\n", b"MAIL FROM:<x@example.org>\r\nRSET\r\n", b"BDAT 5 LAST\r\nhello", b".\r\n", b"..\r\n",
    b"no line end", b"\0\1\2\xff\n\r", b"250 OK\r\n",
])
@pytest.mark.parametrize("cut", [None, 1])
def test_octets_of_a_chunk_are_never_interpreted(pcap, text, cut):
    path = session(pcap(), START + chunk(MESSAGE + text, True) + accepted(9) + QUIT, cut=cut)
    assert fields(path, ["smtp.req.verb", "mail.size", "mail.outcome"]) == {
        "smtp.req.verb": ["EHLO", "MAIL", "RCPT", "BDAT", "QUIT"], "mail.size": [str(len(MESSAGE + text))],
        "mail.outcome": ["1"]}


def test_dots_of_a_chunk_are_not_unstuffed(pcap):
    """Dot-stuffing belongs to DATA alone (RFC 3030 2)."""
    text = MESSAGE + b"..two\r\n"
    path = session(pcap(), START + chunk(text, True) + accepted(len(text)) + QUIT)
    assert fields(path, ["mail.size"])["mail.size"] == [str(len(text))]


def test_octets_of_xexch50_are_counted(pcap):
    """Exchange's extension: after the 354 as many octets as the command says."""
    path = session(pcap(), OPEN + ["C: XEXCH50 6 2", "S: 354 Send binary data", ("C", b"QUIT\r\n"), "S: 250 Ok"] + QUIT)
    assert fields(path, ["smtp.req.verb"])["smtp.req.verb"] == ["EHLO", "XEXCH50", "QUIT"]
    assert frames(path, "smtp.req.verb == QUIT") == [11]
    assert summary(path, filter="frame.number == 9") == ["C: XEXCH50 data, 6 bytes"]


def test_noop_between_chunks(pcap):
    script = (START + chunk(MESSAGE[:50]) + accepted(50) + ["C: NOOP", "S: 250 2.0.0 Ok"]
              + chunk(MESSAGE[50:], True) + accepted(len(MESSAGE)) + QUIT)
    path = session(pcap(), script)
    assert fields(path, ["smtp.req.verb", "mail.size", "mail.outcome"]) == {
        "smtp.req.verb": ["EHLO", "MAIL", "RCPT", "BDAT", "NOOP", "BDAT", "QUIT"],
        "mail.size": [str(len(MESSAGE))], "mail.outcome": ["1"]}


def test_reset_between_chunks_aborts(pcap):
    script = START + chunk(MESSAGE[:50]) + accepted(50) + ["C: RSET", "S: 250 2.0.0 Ok"]
    script += MAIL + RCPT + chunk(MESSAGE, True) + accepted(len(MESSAGE)) + QUIT
    path = session(pcap(), script)
    assert fields(path, ["mail.outcome"])["mail.outcome"] == ["3", "1"]
    assert fields(path, ["mail.size"], filter="mail.outcome == 1")["mail.size"] == [str(len(MESSAGE))]


def test_refused_chunk_ends_the_transaction_and_its_octets_are_no_commands(pcap):
    text = MESSAGE[:50] + b"\r\nQUIT\r\n"
    script = START + chunk(text) + ["S: 552 5.3.4 Too big", "C: RSET", "S: 250 2.0.0 Ok"] + QUIT
    path = session(pcap(), script)
    assert fields(path, ["smtp.req.verb", "mail.outcome", "mail.reply.code"]) == {
        "smtp.req.verb": ["EHLO", "MAIL", "RCPT", "BDAT", "RSET", "QUIT"], "mail.outcome": ["2"],
        "mail.reply.code": ["552"]}


def test_refused_last_chunk(pcap):
    path = session(pcap(), START + chunk(MESSAGE, True) + ["S: 554 5.7.1 Spam"] + QUIT)
    assert fields(path, ["mail.outcome", "mail.reply", "mail.subject"]) == {
        "mail.outcome": ["2"], "mail.reply": ["554 5.7.1 Spam"], "mail.subject": ["Lunch"]}


@pytest.mark.parametrize("argument", ["", " many", " -1", " 99999999999999999999 LAST", " 10x LAST"])
def test_bad_chunk_size_counts_no_octets(pcap, argument):
    script = START + ["C: BDAT" + argument, "S: 501 5.5.4 Syntax", "C: RSET", "S: 250 2.0.0 Ok"] + QUIT
    path = session(pcap(), script)
    assert fields(path, ["smtp.req.verb"])["smtp.req.verb"] == ["EHLO", "MAIL", "RCPT", "BDAT", "RSET", "QUIT"]


def test_largest_chunk_size_is_a_number(pcap):
    script = START + ["C: BDAT 9223372036854775807 LAST"]
    path = session(pcap(), script, close=False)
    assert fields(path, ["smtp.bdat.size"])["smtp.bdat.size"] == ["9223372036854775807"]


def test_two_messages_by_bdat(pcap):
    one = MAIL + RCPT + chunk(MESSAGE, True) + accepted(len(MESSAGE))
    path = session(pcap(), OPEN + one + one + QUIT)
    assert fields(path, ["mail.transaction", "mail.subject", "mail.size"]) == {
        "mail.transaction": ["1", "2"], "mail.subject": ["Lunch"] * 2, "mail.size": [str(len(MESSAGE))] * 2}
