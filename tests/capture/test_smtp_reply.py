"""SMTP replies: lines, codes, enhanced status codes, capabilities, greeting, queue ids.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from runner import fields, frames, rows, summary, tree
from smtp_talk import ENVELOPE, MESSAGE, OPEN, QUIT, ehlo_reply, opening
from wire import session

HELP = b"214-Commands:\r\n214-HELO EHLO MAIL\r\n214 End\r\n"


def helped(path, octets=HELP, cut=None):
    """A session in which HELP is answered with these octets: frame 7 asks."""
    return session(path, OPEN + ["C: HELP", ("S", octets)] + QUIT, cut=cut)


def test_code_class_text_and_lines_once_per_reply(pcap):
    names = ["smtp.response.code", "smtp.response.class", "smtp.response.text", "smtp.response.lines"]
    assert fields(helped(pcap()), names, filter="frame.number == 8") == {
        "smtp.response.code": ["214"], "smtp.response.class": ["2"],
        "smtp.response.text": ["Commands: HELO EHLO MAIL End"], "smtp.response.lines": ["3"]}


def test_parameter_once_per_line(pcap):
    assert fields(helped(pcap()), ["smtp.rsp.parameter"], filter="frame.number == 8")["smtp.rsp.parameter"] == [
        "Commands:", "HELO EHLO MAIL", "End"]


@pytest.mark.parametrize("cut", [1, 4, 5, 15, 16])
def test_reply_over_segments_ends_in_the_last(pcap, cut):
    path = helped(pcap(), cut=cut)
    found = rows(path, ["smtp.response.text", "smtp.response.lines"], filter="smtp.response.code == 214")
    assert [(row["smtp.response.text"], row["smtp.response.lines"]) for row in found] == [
        (["Commands: HELO EHLO MAIL End"], ["3"])]
    assert fields(path, ["smtp.rsp.parameter"])["smtp.rsp.parameter"].count("HELO EHLO MAIL") == 1


def test_time_counts_to_the_first_octet_of_the_reply(pcap):
    path = session(pcap(), OPEN + ["C: HELP", ("S", HELP[:20]), ("wait", 2), ("S", HELP[20:])] + QUIT)
    found = rows(path, ["smtp.time", "smtp.response_to"], filter="smtp.response.code == 214")
    assert [(row["frame"], row["smtp.time"], row["smtp.response_to"]) for row in found] == [
        (9, ["0.001000000"], ["7"])]


def test_lines_are_shown_in_the_frame_that_brought_them(pcap):
    path = session(pcap(), OPEN + ["C: HELP", ("S", HELP[:15]), ("S", HELP[15:])] + QUIT)
    found = rows(path, ["smtp.rsp.parameter"], filter="frame.number == 8 || frame.number == 9")
    assert [row["smtp.rsp.parameter"] for row in found] == [["Commands:"], ["HELO EHLO MAIL", "End"]]


@pytest.mark.parametrize("octets, lines", [
    (b"250\r\n", "1"), (b"250 \r\n", "1"), (b"250-\r\n250 \r\n", "2"), (b"214-a\r\n214-b\r\n214\r\n", "3"),
])
def test_reply_lines_without_text(pcap, octets, lines):
    found = fields(helped(pcap(), octets), ["smtp.response.lines", "smtp.response.code"], filter="frame.number == 8")
    assert found == {"smtp.response.lines": [lines], "smtp.response.code": [octets[:3].decode()]}


def test_info_column_of_a_reply(pcap):
    assert summary(helped(pcap()), filter="frame.number == 8")[0].startswith("S: 214-Commands: | ")


def test_replies_to_a_group_are_shown_each(pcap):
    path = session(pcap(), OPEN + [("C", b"RSET\r\nRSET\r\n"), ("S", b"250 2.0.0 Ok\r\n250 2.0.0 Fine\r\n")] + QUIT)
    assert fields(path, ["smtp.response.code", "smtp.response.lines"], filter="frame.number == 8") == {
        "smtp.response.code": ["250", "250"], "smtp.response.lines": ["1", "1"]}


@pytest.mark.parametrize("digit", "2345")
def test_class(pcap, digit):
    path = helped(pcap(), digit.encode() + b"50 text\r\n")
    assert fields(path, ["smtp.response.class"], filter="frame.number == 8")["smtp.response.class"] == [digit]


@pytest.mark.parametrize("line, status, parts, words", [
    (b"250 2.1.5 Ok", "2.1.5", ("2", "1", "5"), ["Success", "Addressing", "Destination address valid"]),
    (b"452 4.2.2 Full", "4.2.2", ("4", "2", "2"), ["Persistent transient failure", "Mailbox", "Mailbox full"]),
    (b"550 5.7.27 Null MX", "5.7.27", ("5", "7", "27"), ["Permanent failure", "Security or policy"]),
    (b"250 2.1.5", "2.1.5", ("2", "1", "5"), []),
])
def test_enhanced_status_code(pcap, line, status, parts, words):
    path = helped(pcap(), line + b"\r\n")
    names = ["smtp.status", "smtp.status.class", "smtp.status.subject", "smtp.status.detail"]
    assert fields(path, names, filter="frame.number == 8") == dict(zip(names, [[status]] + [[n] for n in parts]))
    text = tree(path, 8, protocols="smtp").lower()
    assert [word for word in words if word.lower() not in text] == []


@pytest.mark.parametrize("line", [
    b"250 Ok", b"250 2.0 Ok", b"250 2.1.5x Ok", b"250 1.2.3.4 is your address", b"250 3.1.5 Ok", b"250 2.1234.5 Ok",
    b"250 mx 2.1.5", b"250 2.1.5.",
])
def test_text_that_is_no_enhanced_status_code(pcap, line):
    assert fields(helped(pcap(), line + b"\r\n"), ["smtp.status"], filter="frame.number == 8")["smtp.status"] == []


CAPABILITIES = ["PIPELINING", "SIZE 52428800", "auth plain LOGIN", "8BITMIME", "LIMITS RCPTMAX=10", "X-FOO bar baz"]


def test_capabilities_as_written_with_keywords_in_upper_case(pcap):
    path = session(pcap(), opening(*CAPABILITIES) + QUIT)
    assert fields(path, ["smtp.capability", "smtp.capability.keyword", "smtp.capability.size"]) == {
        "smtp.capability": CAPABILITIES, "smtp.capability.size": ["52428800"],
        "smtp.capability.keyword": ["PIPELINING", "SIZE", "AUTH", "8BITMIME", "LIMITS", "X-FOO"]}
    assert [name.upper() for name in fields(path, ["smtp.capability.auth"])["smtp.capability.auth"]] == [
        "PLAIN", "LOGIN"]


def test_old_form_of_auth_is_understood(pcap):
    path = session(pcap(), opening("AUTH=LOGIN PLAIN") + QUIT)
    assert fields(path, ["smtp.capability", "smtp.capability.auth"]) == {
        "smtp.capability": ["AUTH=LOGIN PLAIN"], "smtp.capability.auth": ["LOGIN", "PLAIN"]}


def test_capabilities_of_a_reply_over_segments(pcap):
    path = session(pcap(), opening(*CAPABILITIES) + QUIT, cut=1)
    assert fields(path, ["smtp.capability"])["smtp.capability"] == CAPABILITIES


@pytest.mark.parametrize("script", [
    ["C: HELO client.example.org", "S: 250-mx.example.net\r\n250 SIZE 1000"],
    ["C: EHLO client.example.org", "S: 550-mx.example.net\r\n550 SIZE 1000"],
    ["C: HELP", "S: 214-mx.example.net\r\n214 SIZE 1000"],
    ["C: EHLO client.example.org", "S: 250 mx.example.net"],
], ids=["HELO", "refused EHLO", "HELP", "one line"])
def test_what_offers_no_capability(pcap, script):
    path = session(pcap(), ["S: 220 mx.example.net ESMTP"] + script + QUIT)
    assert fields(path, ["smtp.capability"])["smtp.capability"] == []


@pytest.mark.parametrize("text, domain, software, version", [
    ("localhost.localdomain ESMTP Sendmail 8.13.1/8.13.1; Sun, 28 Jan 2007 20:41:03 +1000", "localhost.localdomain",
     "Sendmail", "8.13.1"),
    ("mx.example.net ESMTP Sendmail 8.14.9/8.12.11; Sun, 28 Jan 2007 20:41:03 +1000", "mx.example.net", "Sendmail",
     "8.14.9"),
    ("mx.example.net ESMTP Postfix", "mx.example.net", "Postfix", None),
    ("mx.example.net ESMTP Postfix (Debian/GNU)", "mx.example.net", "Postfix", None),
    ("mx.example.net ESMTP Exim 4.69 #1 Sun, 28 Jan 2007 20:41:03 +1000", "mx.example.net", "Exim", "4.69"),
    ("mx.example.net Microsoft ESMTP MAIL Service, Version: 6.0.3790.4675 ready at Sun, 28 Jan 2007 20:41:03 +1000",
     "mx.example.net", "Microsoft ESMTP MAIL Service", "6.0.3790.4675"),
    ("mx.example.net ESMTP", "mx.example.net", None, None),
])
def test_greeting(pcap, text, domain, software, version):
    path = session(pcap(), ["S: 220 " + text] + QUIT)
    names = ["smtp.banner", "smtp.server.domain", "smtp.server.software", "smtp.server.version"]
    expected = [[value] if value else [] for value in (text, domain, software, version)]
    assert [fields(path, [name])[name] for name in names] == expected


def test_second_220_is_no_greeting(pcap):
    path = session(pcap(), opening("XCLIENT") + ["C: NOOP", "S: 220 mx.example.net ESMTP"] + QUIT)
    assert frames(path, "smtp.banner") == [4]


@pytest.mark.parametrize("reply, queue_id", [
    ("250 2.0.0 l0SAf3xx003214 Message accepted for delivery", "l0SAf3xx003214"),
    ("250 2.0.0 Ok: queued as 4F2A91C0DE", "4F2A91C0DE"),
    ("250 OK id=1Mugho-0003Dg-Un", "1Mugho-0003Dg-Un"),
    ("250 Mail queued for delivery.", None),
    ("250 2.0.0 Ok", None),
    ("554 5.7.1 Spam", None),
])
def test_queue_id(pcap, reply, queue_id):
    path = session(pcap(), OPEN + ENVELOPE + [("C", MESSAGE + b".\r\n"), "S: " + reply] + QUIT)
    expected = [queue_id] if queue_id else []
    assert fields(path, ["smtp.queue_id", "mail.queue_id"]) == {"smtp.queue_id": expected, "mail.queue_id": expected}


def test_ehlo_reply_that_offers_nothing_new_replaces_the_first(pcap):
    script = OPEN + ["C: EHLO client.example.org", ehlo_reply("HELP")] + QUIT
    found = rows(session(pcap(), script), ["smtp.capability.keyword"], filter="smtp.capability")
    assert [row["smtp.capability.keyword"] for row in found][-1] == ["HELP"]
