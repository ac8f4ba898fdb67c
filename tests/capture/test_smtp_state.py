"""SMTP sessions: what may follow what, and which reply answers which command.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from runner import fields, frames, rows
from smtp_talk import ACCEPTED, BURST, BURST_REPLY, ENVELOPE, MAIL, MESSAGE, OPEN, QUIT, RCPT, message, opening
from wire import session


def verbs(path):
    """All verbs of a capture."""
    return fields(path, ["smtp.req.verb"])["smtp.req.verb"]


def test_refused_data_is_followed_by_commands(pcap):
    script = OPEN + MAIL + ["C: RCPT TO:<nobody@example.net>", "S: 550 5.1.1 No such user", "C: DATA",
                            "S: 554 5.5.1 No valid recipients", "C: RSET", "S: 250 2.0.0 Ok"] + ENVELOPE
    path = session(pcap(), script + message() + QUIT)
    assert verbs(path) == ["EHLO", "MAIL", "RCPT", "DATA", "RSET", "MAIL", "RCPT", "DATA", "QUIT"]
    assert fields(path, ["mail.subject"])["mail.subject"] == ["Lunch"]


def test_refused_data_in_a_pipelined_burst(pcap):
    replies = b"250 2.1.0 Ok\r\n550 5.1.1 No such user\r\n554 5.5.1 No valid recipients\r\n"
    path = session(pcap(), OPEN + [("C", BURST), ("S", replies)] + QUIT)
    assert verbs(path) == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    assert fields(path, ["smtp.response_to"], filter="frame.number == 8")["smtp.response_to"] == ["7", "7", "7"]


def test_whole_transaction_and_quit_in_one_segment_with_data_refused(pcap):
    group = b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<nobody@example.net>\r\nDATA\r\nRSET\r\nQUIT\r\n"
    replies = (b"250 2.1.0 Ok\r\n550 5.1.1 No such user\r\n554 5.5.1 No valid recipients\r\n250 2.0.0 Ok\r\n"
               b"221 2.0.0 Bye\r\n")
    path = session(pcap(), OPEN + [("C", group), ("S", replies)])
    assert fields(path, ["smtp.req.verb", "smtp.response_in"], filter="frame.number == 7", two_pass=True) == {
        "smtp.req.verb": ["MAIL", "RCPT", "DATA", "RSET", "QUIT"], "smtp.response_in": ["8"] * 5}
    assert fields(path, ["smtp.response.code", "smtp.response_to"], filter="frame.number == 8") == {
        "smtp.response.code": ["250", "550", "554", "250", "221"], "smtp.response_to": ["7"] * 5}
    assert frames(path, "imf") == []


def test_dot_alone_when_every_recipient_was_refused(pcap):
    """A server may answer 354 all the same; the client then sends the dot alone (RFC 2920 3.1)."""
    script = OPEN + [("C", BURST), ("S", BURST_REPLY.replace(b"250 2.1.5 Ok", b"550 5.1.1 No such user")),
                     "C: .", "S: 554 5.5.1 No valid recipients"]
    path = session(pcap(), script + QUIT)
    assert verbs(path) == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    assert fields(path, ["mail.outcome", "mail.size", "mail.envelope.refused"]) == {
        "mail.outcome": ["2"], "mail.size": ["0"], "mail.envelope.refused": ["bob@example.net"]}


def test_burst_with_replies_in_one_segment(pcap):
    script = OPEN + [("C", BURST), ("S", BURST_REPLY)] + message() + QUIT
    path = session(pcap(), script)
    assert fields(path, ["mail.first_frame", "mail.last_frame", "mail.outcome", "mail.subject"]) == {
        "mail.first_frame": ["7"], "mail.last_frame": ["10"], "mail.outcome": ["1"], "mail.subject": ["Lunch"]}


def test_burst_with_replies_one_by_one(pcap):
    script = OPEN + [("C", BURST)] + ["S: 250 2.1.0 Ok", "S: 250 2.1.5 Ok", "S: 354 Go ahead"] + message() + QUIT
    path = session(pcap(), script)
    found = rows(path, ["smtp.response_to", "smtp.time"], filter="smtp.response_to && frame.number > 6")
    assert [(r["frame"], r["smtp.response_to"], r["smtp.time"]) for r in found][:3] == [
        (8, ["7"], ["0.001000000"]), (9, ["7"], ["0.002000000"]), (10, ["7"], ["0.003000000"])]


def test_message_final_dot_and_quit_in_one_segment(pcap):
    script = OPEN + ENVELOPE + [("C", MESSAGE + b".\r\nQUIT\r\n"),
                                ("S", b"250 2.0.0 Ok: queued as 4F2A91C0DE\r\n221 2.0.0 Bye\r\n")]
    path = session(pcap(), script)
    assert fields(path, ["smtp.req.verb", "imf.subject", "smtp.response_in"], filter="frame.number == 13",
                  two_pass=True) == {"smtp.req.verb": ["QUIT"], "imf.subject": ["Lunch"],
                                     "smtp.response_in": ["14", "14"]}
    assert fields(path, ["smtp.response.code", "smtp.response_to", "mail.outcome"], filter="frame.number == 14") == {
        "smtp.response.code": ["250", "221"], "smtp.response_to": ["13", "13"], "mail.outcome": ["1"]}


def test_message_in_one_segment_with_the_envelope_of_the_next(pcap):
    script = (OPEN + ENVELOPE + [("C", MESSAGE + b".\r\n" + BURST), ("S", b"250 2.0.0 Ok\r\n" + BURST_REPLY)]
              + message() + QUIT)
    path = session(pcap(), script)
    assert fields(path, ["mail.outcome", "mail.subject"]) == {
        "mail.outcome": ["1", "1"], "mail.subject": ["Lunch", "Lunch"]}


def test_message_octets_before_the_354(pcap):
    """Sent in one go by impatient clients: the 354 that follows makes it a message all the same."""
    script = OPEN + MAIL + RCPT + [("C", b"DATA\r\n" + MESSAGE + b".\r\n"), "S: 354 Go ahead"] + ACCEPTED + QUIT
    path = session(pcap(), script)
    assert verbs(path) == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    assert fields(path, ["mail.subject", "mail.outcome"]) == {"mail.subject": ["Lunch"], "mail.outcome": ["1"]}


def test_greeting_has_no_command_to_answer(pcap):
    path = session(pcap(), OPEN + QUIT)
    assert fields(path, ["smtp.response_to"], filter="smtp.banner")["smtp.response_to"] == []


def test_refused_starttls_is_followed_by_commands(pcap):
    script = opening("STARTTLS") + ["C: STARTTLS", "S: 454 4.7.0 Not now", "C: EHLO client.example.org",
                                    "S: 250 mx.example.net"] + QUIT
    path = session(pcap(), script)
    assert verbs(path) == ["EHLO", "STARTTLS", "EHLO", "QUIT"]
    assert fields(path, ["smtp.response_to"])["smtp.response_to"] == ["5", "7", "9", "11"]


@pytest.mark.parametrize("line, verb", [
    ("noop", ["NOOP"]), ("NoOp fill", ["NOOP"]), ("help data", ["HELP"]), ("VRFY bob", ["VRFY"]),
    ("EXPN staff", ["EXPN"]), ("ETRN example.org", ["ETRN"]), ("XCLIENT ADDR=192.0.2.1", ["XCLIENT"]),
    ("FROBNICATE now", []), ("DATAX", []),
])
def test_verb_of_known_commands_only(pcap, line, verb):
    path = session(pcap(), OPEN + ["C: " + line, "S: 250 2.0.0 Ok"] + QUIT)
    found = fields(path, ["smtp.req.verb", "smtp.req.command"], filter="frame.number == 7")
    assert found == {"smtp.req.verb": verb, "smtp.req.command": [line.split()[0]]}


@pytest.mark.parametrize("line, address, params", [
    ("MAIL FROM:<alice@example.org>", "alice@example.org", []),
    ("mail from: <alice@example.org>", "alice@example.org", []),
    ("MAIL FROM:alice@example.org", "alice@example.org", []),
    ("MAIL FROM:<alice@example.org> SIZE=12 BODY=8BITMIME", "alice@example.org", ["SIZE=12", "BODY=8BITMIME"]),
    ("MAIL FROM:<@a.example,@b.example:alice@example.org>", "alice@example.org", []),
    ("MAIL FROM:<\"a b>c\"@example.org> RET=HDRS", "\"a b>c\"@example.org", ["RET=HDRS"]),
    ("MAIL FROM:<alice@[192.0.2.1]>", "alice@[192.0.2.1]", []),
    ("MAIL FROM:<alice@example.org> SMTPUTF8", "alice@example.org", ["SMTPUTF8"]),
])
def test_reverse_path_and_parameters(pcap, line, address, params):
    path = session(pcap(), OPEN + ["C: " + line, "S: 250 2.1.0 Ok", "C: RSET", "S: 250 2.0.0 Ok"] + QUIT)
    assert fields(path, ["smtp.mail.from", "smtp.param", "mail.envelope.from"]) == {
        "smtp.mail.from": [address], "smtp.param": params, "mail.envelope.from": [address]}


def test_null_reverse_path_is_an_empty_string(pcap):
    script = OPEN + ["C: MAIL FROM:<>", "S: 250 2.1.0 Ok"] + RCPT + ENVELOPE[-2:] + message() + QUIT
    path = session(pcap(), script)
    assert frames(path, "smtp.mail.from == \"\"") == [7]
    assert frames(path, "mail.envelope.from == \"\"") == [14]


def test_recipients_are_one_field_each(pcap):
    script = list(OPEN + MAIL)
    for name in ("bob", "carol", "postmaster"):
        script += ["C: RCPT TO:<%s@example.net> NOTIFY=NEVER" % name, "S: 250 2.1.5 Ok"]
    path = session(pcap(), script + ENVELOPE[-2:] + message() + QUIT)
    expected = ["bob@example.net", "carol@example.net", "postmaster@example.net"]
    assert fields(path, ["smtp.rcpt.to", "mail.envelope.to", "smtp.param.name", "smtp.param.value"]) == {
        "smtp.rcpt.to": expected, "mail.envelope.to": expected, "smtp.param.name": ["NOTIFY"] * 3,
        "smtp.param.value": ["NEVER"] * 3}


def test_text_is_utf8(pcap):
    script = OPEN + ["C: MAIL FROM:<jörg@example.org> SMTPUTF8", "S: 250 2.1.0 Ok", "C: RSET", "S: 250 2.0.0 Ok"]
    path = session(pcap(), script + QUIT)
    assert frames(path, "smtp.mail.from == \"jörg@example.org\"") == [7]


def test_attributes_of_xforward(pcap):
    """Postfix's extension: values are xtext (RFC 3461 4); what is none is shown as it is."""
    path = session(pcap(), opening("XFORWARD NAME HELO") + ["C: XFORWARD NAME=a+2Bb HELO=c+ZZd", "S: 250 Ok"] + QUIT)
    assert fields(path, ["smtp.attribute.name", "smtp.attribute.value"]) == {
        "smtp.attribute.name": ["NAME", "HELO"], "smtp.attribute.value": ["a+b", "c+ZZd"]}
