"""When a mail transaction opens, when it ends and how (protocol mail).

SPDX-License-Identifier: GPL-2.0-or-later
"""

import hashlib

import pytest

from runner import fields, frames, rows
from smtp_talk import (ACCEPTED, BURST, BURST_REPLY, DATA, ENVELOPE, MAIL, MESSAGE, OPEN, QUIT, RCPT, ehlo_reply,
                       message, opening)
from wire import session

RSET = ["C: RSET", "S: 250 2.0.0 Ok"]
SECOND = ["C: MAIL FROM:<carol@example.org>", "S: 250 2.1.0 Ok"]
ACCEPTED_CODE, REJECTED, ABORTED, INCOMPLETE = "1", "2", "3", "4"


def outcomes(path):
    """(outcome, reverse-path) per record."""
    found = fields(path, ["mail.outcome", "mail.envelope.from"])
    return list(zip(found["mail.outcome"], found["mail.envelope.from"]))


ALICE, CAROL = "alice@example.org", "carol@example.org"


@pytest.mark.parametrize("script, expected", [
    (ENVELOPE + message(), [(ACCEPTED_CODE, ALICE)]),
    (ENVELOPE + [("C", MESSAGE + b".\r\n"), "S: 550 5.7.1 Spam"], [(REJECTED, ALICE)]),
    (ENVELOPE + [("C", MESSAGE + b".\r\n"), "S: 451 4.3.0 Later"], [(REJECTED, ALICE)]),
    (MAIL + RCPT + RSET, [(ABORTED, ALICE)]),
    (MAIL + RSET, [(ABORTED, ALICE)]),
    (MAIL + RCPT, [(ABORTED, ALICE)]),                              # QUIT ends it
    (MAIL + ["C: EHLO client.example.org", ehlo_reply("HELP")], [(ABORTED, ALICE)]),
    (MAIL + ["C: HELO client.example.org", "S: 250 mx.example.net"], [(ABORTED, ALICE)]),
    (MAIL + SECOND + RSET, [(ABORTED, ALICE), (ABORTED, CAROL)]),   # a server that takes a nested MAIL
    (["C: MAIL FROM:<alice@example.org>", "S: 550 5.7.1 Blocked"], [(REJECTED, ALICE)]),
    (["C: MAIL FROM:<alice@example.org>", "S: 451 4.7.1 Later"] + SECOND + RSET,
     [(REJECTED, ALICE), (ABORTED, CAROL)]),
], ids=["accepted", "rejected", "rejected for now", "RSET", "RSET without RCPT", "QUIT", "EHLO", "HELO", "nested MAIL",
        "refused MAIL", "refused MAIL and another"])
def test_end_of_a_transaction(pcap, script, expected):
    assert outcomes(session(pcap(), OPEN + script + QUIT)) == expected


@pytest.mark.parametrize("script", [
    ["C: RCPT TO:<nobody@example.net>", "S: 550 5.1.1 No such user"] + RCPT,
    RCPT + ["C: DATA", "S: 451 4.3.0 Later"],
    RCPT + ["C: EHLO", "S: 501 5.5.4 Syntax: EHLO hostname"],
    RCPT + ["C: HELO", "S: 501 5.5.4 Syntax: HELO hostname"],
    RCPT + ["C: MAIL FROM:<carol@example.org>", "S: 503 5.5.1 Nested MAIL command"],
    RCPT + ["C: RSET now", "S: 501 5.5.4 Syntax"],
    RCPT + ["C: STARTTLS", "S: 454 4.7.0 Not now"],
    RCPT + ["C: NOOP", "S: 250 2.0.0 Ok"],
    RCPT + ["C: VRFY bob", "S: 252 2.0.0 bob"],
    RCPT + ["C: FROBNICATE", "S: 500 5.5.2 What?"],
], ids=["RCPT refused", "DATA refused", "EHLO refused", "HELO refused", "MAIL refused", "RSET refused",
        "STARTTLS refused", "NOOP", "VRFY", "unknown command"])
def test_what_leaves_a_transaction_open(pcap, script):
    path = session(pcap(), OPEN + MAIL + script + DATA + message() + QUIT)
    assert outcomes(path) == [(ACCEPTED_CODE, ALICE)]
    assert fields(path, ["mail.first_frame"])["mail.first_frame"] == ["7"]


@pytest.mark.parametrize("script", [
    [], RSET, ["C: NOOP", "S: 250 2.0.0 Ok"], ["C: RCPT TO:<bob@example.net>", "S: 503 5.5.1 Need MAIL"],
    ["C: DATA", "S: 503 5.5.1 Need RCPT"], ["C: VRFY bob", "S: 252 2.0.0 bob"],
    ["C: EHLO client.example.org", ehlo_reply("HELP")],
])
def test_commands_outside_a_transaction_make_no_record(pcap, script):
    assert frames(session(pcap(), OPEN + script + QUIT), "mail") == []


def test_record_of_a_refused_mail_stands_at_its_reply(pcap):
    path = session(pcap(), OPEN + ["C: MAIL FROM:<alice@example.org>", "S: 550 5.7.1 Blocked"] + QUIT)
    names = ["mail.outcome", "mail.reply", "mail.reply.code", "mail.status", "mail.first_frame", "mail.last_frame"]
    found = rows(path, names, filter="mail")
    assert [row["frame"] for row in found] == [8]
    assert [found[0][name] for name in names] == [["2"], ["550 5.7.1 Blocked"], ["550"], ["5.7.1"], ["7"], ["8"]]


def test_record_of_an_accepted_rset_stands_at_its_reply(pcap):
    path = session(pcap(), OPEN + MAIL + RCPT + RSET + QUIT)
    assert frames(path, "mail.outcome == 3") == [12]


def test_recipients_accepted_and_refused(pcap):
    rcpts = ["C: RCPT TO:<bob@example.net>", "S: 250 2.1.5 Ok",
             "C: RCPT TO:<nobody@example.net>", "S: 550 5.1.1 No such user",
             "C: RCPT TO:<full@example.net>", "S: 452 4.2.2 Mailbox full",
             "C: RCPT TO:<moved@example.net>", "S: 251 2.1.5 Will forward"]
    path = session(pcap(), OPEN + MAIL + rcpts + DATA + message() + QUIT)
    names = ["mail.envelope.to", "mail.envelope.refused", "mail.envelope.refused.reply", "mail.outcome"]
    assert fields(path, names) == {
        "mail.envelope.to": ["bob@example.net", "moved@example.net"],
        "mail.envelope.refused": ["nobody@example.net", "full@example.net"],
        "mail.envelope.refused.reply": ["550 5.1.1 No such user", "452 4.2.2 Mailbox full"], "mail.outcome": ["1"]}


def test_only_recipient_refused_then_quit(pcap):
    rcpt = ["C: RCPT TO:<nobody@example.net>", "S: 550 5.1.1 No such user"]
    path = session(pcap(), OPEN + MAIL + rcpt + QUIT)
    assert fields(path, ["mail.outcome", "mail.envelope.to", "mail.envelope.refused"]) == {
        "mail.outcome": ["3"], "mail.envelope.to": [], "mail.envelope.refused": ["nobody@example.net"]}


def test_fields_of_the_session(pcap):
    script = ["S: 220 mail.example.net ESMTP Exim 4.96 Mon, 05 Mar 2007 09:12:33 +0000", "C: EHLO client.example.org",
              "S: 250 mail.example.net"] + ENVELOPE + [("C", MESSAGE + b".\r\n"), "S: 250 OK id=1Mugho-0003Dg-Un"]
    path = session(pcap(), script + QUIT)
    names = ["mail.protocol", "mail.action", "mail.helo", "mail.server", "mail.reply", "mail.reply.code",
             "mail.status", "mail.queue_id", "mail.duration"]
    assert [fields(path, names)[name] for name in names] == [
        ["SMTP"], ["1"], ["client.example.org"], ["Exim 4.96"], ["250 OK id=1Mugho-0003Dg-Un"], ["250"], [],
        ["1Mugho-0003Dg-Un"], ["0.007000000"]]
    assert frames(path, "mail.tls == 1") == []


def test_header_fields(pcap):
    header = (b"Received: from b.example by c.example;\r\n\tMon, 05 Mar 2007 09:12:40 +0000\r\n"
              b"Received: from a.example by b.example; Mon, 05 Mar 2007 09:12:35 +0000\r\n"
              b"From: =?utf-8?Q?J=C3=B6rg?= <joerg@example.org>\r\n"
              b"To: Bob <bob@example.net>, carol@example.net\r\n"
              b"Cc: dave@example.net\r\n"
              b"Reply-To: desk@example.org\r\n"
              b"Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n"
              b"Date: Mon, 05 Mar 2007 09:12:33 +0000\r\n"
              b"Message-ID: <2@example.org>\r\n"
              b"In-Reply-To: <1@example.net>\r\n"
              b"X-Mailer: Mailer 1.0\r\n"
              b"X-Originating-IP: [203.0.113.5]\r\n"
              b"List-Id: Staff <staff.example.org>\r\n\r\ntext\r\n")
    path = session(pcap(), OPEN + ENVELOPE + message(header) + QUIT)
    expected = {
        "mail.from.address": ["joerg@example.org"],
        "mail.to.address": ["bob@example.net", "carol@example.net"], "mail.cc.address": ["dave@example.net"],
        "mail.reply_to": ["desk@example.org"], "mail.message_id": ["<2@example.org>"],
        "mail.in_reply_to": ["<1@example.net>"], "mail.user_agent": ["Mailer 1.0"],
        "mail.originating_ip": ["203.0.113.5"], "mail.size": [str(len(header))]}
    assert fields(path, list(expected)) == expected
    assert frames(path, "mail.subject == \"Grüße\" && mail.from contains \"Jörg\"") == [14]
    received = fields(path, ["mail.received"])["mail.received"]
    assert [text.split()[1] for text in received] == ["b.example", "a.example"]


def test_attachment(pcap):
    text = (b"From: alice@example.org\r\nDate: Mon, 05 Mar 2007 09:12:33 +0000\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: Multipart/Mixed; boundary=\"b\"\r\n\r\n"
            b"--b\r\nContent-Type: text/plain\r\n\r\nSee https://www.example.org/a.\r\n"
            b"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
            b"Content-Disposition: attachment; filename=\"a.bin\"\r\n\r\naGVsbG8=\r\n--b--\r\n")
    expected = {
        "mail.content_type": ["multipart/mixed"], "mail.attachment": ["a.bin"],
        "mail.attachment.content_type": ["application/octet-stream"], "mail.attachment.size": ["5"],
        "mail.attachment.md5": ["5d41402abc4b2a76b9719d911017c592"],
        "mail.attachment.sha256": ["2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"],
        "mail.url": ["https://www.example.org/a"]}
    for cut in (None, 1):
        assert fields(session(pcap(), OPEN + ENVELOPE + message(text) + QUIT, cut=cut), list(expected)) == expected


def test_client_gone_in_the_middle_of_data(pcap):
    path = session(pcap(), OPEN + ENVELOPE + [("C", MESSAGE)])
    assert "DATA" in fields(path, ["smtp.req.verb"])["smtp.req.verb"]
    assert fields(path, ["mail.outcome"], filter="mail.outcome == 1 || mail.outcome == 2")["mail.outcome"] == []


def test_authenticated_user(pcap):
    script = opening("AUTH PLAIN") + ["C: AUTH PLAIN AGFsaWNlAHNlY3JldA==", "S: 235 2.7.0 Ok"] + ENVELOPE
    path = session(pcap(), script + message() + QUIT)
    assert fields(path, ["mail.auth.username"])["mail.auth.username"] == ["alice"]


def test_pipelined_envelope_opens_with_its_reply(pcap):
    """MAIL refused, RCPT and DATA of the same group too: one record, rejected."""
    script = OPEN + [("C", BURST), ("S", b"550 5.7.1 Blocked\r\n503 5.5.1 Need MAIL\r\n503 5.5.1 Need RCPT\r\n")]
    assert outcomes(session(pcap(), script + QUIT)) == [(REJECTED, ALICE)]


def test_second_pass_says_the_same(pcap):
    path = session(pcap(), OPEN + ENVELOPE + [("C", MESSAGE + b".\r\n")] + ACCEPTED + MAIL + RSET + QUIT)
    names = ["mail.transaction", "mail.outcome", "mail.first_frame", "mail.last_frame"]
    assert rows(path, names, filter="mail") == rows(path, names, filter="mail", two_pass=True)
    assert fields(path, ["mail.outcome"])["mail.outcome"] == ["1", "3"]


def test_finished_message_is_no_part_of_the_next_transaction(pcap):
    """The capture ends after a second MAIL: the first message keeps its record, and gets no other."""
    path = session(pcap(), OPEN + ENVELOPE + message() + MAIL, close=False)
    found = rows(path, ["mail.transaction", "mail.outcome", "mail.envelope.from"], filter="mail", two_pass=True)
    assert [(row["mail.transaction"], row["mail.outcome"]) for row in found] == [(["1"], ["1"])]


def test_more_commands_than_are_remembered_without_replies(pcap):
    """5,000 recipients and no server side: the transaction keeps its sender and all of them."""
    recipients = ["C: RCPT TO:<user%d@example.net>" % number for number in range(5000)]
    path = session(pcap(), ["C: EHLO client.example.org", "C: MAIL FROM:<alice@example.org>"] + recipients + [
        "C: DATA", ("C", MESSAGE + b".\r\n")], only="C")
    found = fields(path, ["mail.outcome", "mail.envelope.from", "mail.envelope.to"], filter="mail")
    assert found["mail.outcome"] == ["4"] and found["mail.envelope.from"] == ["alice@example.org"]
    assert len(found["mail.envelope.to"]) == 5000


def test_addresses_that_are_no_utf8_are_windows_1252(pcap):
    path = session(pcap(), OPEN + [("C", b"MAIL FROM:<a\xd6@b>\r\n"), "S: 250 ok", ("C", b"RCPT TO:<c\xd6@d>\r\n"),
                                   "S: 550 no"] + RSET + QUIT)
    assert fields(path, ["mail.envelope.from", "mail.envelope.refused"]) == {
        "mail.envelope.from": ["a\xd6@b"], "mail.envelope.refused": ["c\xd6@d"]}


def test_false_end_that_the_server_takes_with_an_empty_line_behind_it(pcap):
    """A whole session that is piped into a connection, and ends in "." LF LF: the server takes the LF for the end of
    data and complains of the empty command."""
    text = b"Subject: Note\r\n\r\nHello\r\n"
    script = [("C", b"EHLO client.example.org\r\n" + BURST + text + b".\n\n"), *OPEN[0:1], *OPEN[2:],
              ("S", BURST_REPLY), *ACCEPTED, 'S: 500 5.5.1 Command unrecognized: ""']
    path = session(pcap(), script)
    record = fields(path, ["mail.outcome", "mail.subject", "mail.size", "mail.sha256"])
    assert record == {"mail.outcome": ["1"], "mail.subject": ["Note"], "mail.size": [str(len(text))],
                      "mail.sha256": [hashlib.sha256(text).hexdigest()]}


def test_header_of_a_message_whose_end_is_not_in_the_capture(pcap):
    """Who wrote, and of what, is known; size and checksum are not."""
    begun = ("C", b"From: alice@example.org\r\nSubject: Long\r\n\r\nHello")
    path = session(pcap(), OPEN + ENVELOPE + [begun], close=False)
    names = ["mail.outcome", "mail.from.address", "mail.subject", "mail.size", "mail.sha256"]
    assert list(fields(path, names, two_pass=True).values()) == [[INCOMPLETE], ["alice@example.org"], ["Long"], [], []]
    assert list(fields(path, names).values()) == [[]] * len(names)


def test_message_that_the_capture_breaks_off(pcap):
    """What has come of it is told: its header, the names of its parts; sizes and checksums nobody knows."""
    part = (b"From: alice@example.org\r\nSubject: Cut\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            b"--b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n")
    path = session(pcap(), OPEN + ENVELOPE + [("C", part)], close=False)
    assert fields(path, ["mail.outcome", "mail.subject", "mail.attachment", "mail.attachment.content_type",
                         "mail.attachment.size", "mail.attachment.sha256", "mail.size"], two_pass=True) == {
        "mail.outcome": [INCOMPLETE], "mail.subject": ["Cut"], "mail.attachment": ["a.png"],
        "mail.attachment.content_type": ["image/png"], "mail.attachment.size": [], "mail.attachment.sha256": [],
        "mail.size": []}
