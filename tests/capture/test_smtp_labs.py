"""The captures of the course labs: each value that a student is asked for.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import subprocess
import sys

import pytest

from runner import fields, frames, rows, summary, tree
from smtp_talk import PCAPS

FIGURE6 = PCAPS / "lab-3.4.3-figure6.pcapng"
TELNET = PCAPS / "lab-3.4.3-telnet.pcapng"
HELO = PCAPS / "wikiversity-helo.pcapng"


def value(path, name, frame=None):
    """All occurrences of a field, of one frame or of the capture."""
    return fields(path, [name], filter=None if frame is None else "frame.number == %d" % frame)[name]


def info(path, frame):
    """Info column of one frame."""
    return summary(path, filter="frame.number == %d" % frame)[0]


def test_shipped_captures_are_those_that_make_writes(tmp_path):
    subprocess.run([sys.executable, str(PCAPS / "make.py"), str(tmp_path)], check=True, stdout=subprocess.DEVNULL)
    for path in (FIGURE6, TELNET, HELO):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


FIGURE6_VALUES = [
    # field, frame (None: whole capture), occurrences
    ("smtp.banner", 7, ["localhost.localdomain ESMTP Sendmail 8.13.1/8.13.1; Sun, 28 Jan 2007 20:41:03 +1000"]),
    ("smtp.server.software", None, ["Sendmail"]),
    ("smtp.server.version", None, ["8.13.1"]),
    ("smtp.server.domain", None, ["localhost.localdomain"]),
    ("smtp.response.code", 7, ["220"]),
    ("smtp.client.domain", None, ["[172.16.1.1]"]),
    ("smtp.req.verb", None, ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]),
    ("smtp.req.verb", 19, ["QUIT"]),
    ("smtp.capability", 10, ["ENHANCEDSTATUSCODES", "PIPELINING", "8BITMIME", "SIZE", "DSN", "ETRN",
                             "AUTH DIGEST-MD5 CRAM-MD5", "DELIVERBY", "HELP"]),
    ("smtp.capability.keyword", None, ["ENHANCEDSTATUSCODES", "PIPELINING", "8BITMIME", "SIZE", "DSN", "ETRN",
                                       "AUTH", "DELIVERBY", "HELP"]),
    ("smtp.capability.auth", None, ["DIGEST-MD5", "CRAM-MD5"]),
    ("smtp.capability.size", None, []),
    ("smtp.auth.mechanism", None, []),
    ("smtp.mail.from", 11, ["ccna1@example.com"]),
    ("smtp.rcpt.to", 13, ["ccna2@example.com"]),
    ("smtp.param", 11, ["SIZE=398"]),
    ("smtp.param.name", 11, ["SIZE"]),
    ("smtp.param.value", 11, ["398"]),
    ("smtp.param.size", None, ["398"]),
    ("smtp.response.code", None, ["220", "250", "250", "250", "354", "250", "221"]),
    ("smtp.response.class", None, ["2", "2", "2", "2", "3", "2", "2"]),
    ("smtp.response.lines", None, ["1", "10", "1", "1", "1", "1", "1"]),
    ("smtp.status", 12, ["2.1.0"]),
    ("smtp.status", 14, ["2.1.5"]),
    ("smtp.status", 16, []),
    ("smtp.status", None, ["2.1.0", "2.1.5", "2.0.0", "2.0.0"]),
    ("smtp.status.class", 14, ["2"]),
    ("smtp.status.subject", 14, ["1"]),
    ("smtp.status.detail", 14, ["5"]),
    ("smtp.queue_id", None, ["l0SAf3xx003214"]),
    ("mail.transaction", None, ["1"]),
    ("mail.protocol", 18, ["SMTP"]),
    ("mail.action", 18, ["1"]),
    ("mail.outcome", 18, ["1"]),
    ("mail.helo", 18, ["[172.16.1.1]"]),
    ("mail.first_frame", 18, ["11"]),
    ("mail.last_frame", 18, ["18"]),
    ("mail.duration", 18, ["0.031007000"]),
    ("mail.envelope.from", 18, ["ccna1@example.com"]),
    ("mail.envelope.to", 18, ["ccna2@example.com"]),
    ("mail.envelope.refused", None, []),
    ("mail.reply", 18, ["250 2.0.0 l0SAf3xx003214 Message accepted for delivery"]),
    ("mail.reply.code", 18, ["250"]),
    ("mail.status", 18, ["2.0.0"]),
    ("mail.queue_id", 18, ["l0SAf3xx003214"]),
    ("mail.from", 18, ["ccna1 <ccna1@example.com>"]),
    ("mail.from.address", 18, ["ccna1@example.com"]),
    ("mail.to", 18, ["ccna2@example.com"]),
    ("mail.to.address", 18, ["ccna2@example.com"]),
    ("mail.subject", 18, ["Lab 3.4.3"]),
    ("mail.date", 18, ["Sun, 28 Jan 2007 20:41:03 +1000"]),
    ("mail.message_id", 18, ["<45BC7CEF.8060301@example.com>"]),
    ("mail.user_agent", 18, ["Thunderbird 1.5.0.9 (Windows/20061207)"]),
    ("mail.size", 18, ["398"]),
    ("mail.content_type", 18, ["text/plain"]),
    ("mail.attachment", None, []),
    ("mail.server", 18, ["Sendmail 8.13.1"]),
    ("mail.auth.username", None, []),
]


@pytest.mark.parametrize("name, frame, expected", FIGURE6_VALUES, ids=["%s-%s" % row[:2] for row in FIGURE6_VALUES])
def test_figure6_value(name, frame, expected):
    assert value(FIGURE6, name, frame) == expected


def test_figure6_replies_are_paired():
    found = rows(FIGURE6, ["smtp.response_in"], filter="smtp.response_in", two_pass=True)
    assert [(row["frame"], row["smtp.response_in"]) for row in found] == [
        (8, ["10"]), (11, ["12"]), (13, ["14"]), (15, ["16"]), (17, ["18"]), (19, ["20"])]
    found = rows(FIGURE6, ["smtp.response_to"], filter="smtp.response_to")
    assert [(row["frame"], row["smtp.response_to"]) for row in found] == [
        (10, ["8"]), (12, ["11"]), (14, ["13"]), (16, ["15"]), (18, ["17"]), (20, ["19"])]


def test_figure6_reply_times():
    found = rows(FIGURE6, ["smtp.time"], filter="smtp.response_to")
    assert [row["smtp.time"] for row in found] == [
        ["0.000653000"], ["0.002920000"], ["0.001880000"], ["0.000550000"], ["0.010949000"], ["0.000508000"]]


def test_figure6_is_the_figure():
    found = rows(FIGURE6, ["tcp.seq", "tcp.ack", "tcp.window_size_value"], filter="tcp.seq && frame.number >= 17")
    assert [(row["tcp.seq"][0], row["tcp.ack"][0], row["tcp.window_size_value"][0]) for row in found] == [
        ("95", "456", "63785"), ("456", "496", "6432"), ("496", "512", "63729"), ("512", "502", "6432"),
        ("564", "502", "6432"), ("502", "565", "63677"), ("502", "565", "63677"), ("565", "503", "6432")]


@pytest.mark.parametrize("frame, text", [
    (7, "S: 220 localhost.localdomain ESMTP Sendmail 8.13.1/8.13.1; Sun, 28 Jan 2007 20:41:03 +1000"),
    (8, "C: EHLO [172.16.1.1]"),
    (11, "C: MAIL FROM:<ccna1@example.com> SIZE=398"),
    (12, "S: 250 2.1.0 <ccna1@example.com>... Sender ok"),
    (13, "C: RCPT TO:<ccna2@example.com>"),
    (14, "S: 250 2.1.5 <ccna2@example.com>... Recipient ok"),
    (15, "C: DATA"),
    (16, "S: 354 Enter mail, end with \".\" on a line by itself"),
    (18, "S: 250 2.0.0 l0SAf3xx003214 Message accepted for delivery"),
    (19, "C: QUIT"),
    (20, "S: 221 2.0.0 localhost.localdomain closing connection"),
])
def test_figure6_info_column(frame, text):
    assert info(FIGURE6, frame) == text


def test_figure6_info_column_joins_the_lines_of_a_reply():
    text = info(FIGURE6, 10)
    assert text.startswith("S: 250-localhost.localdomain Hello host-1.example.com [172.16.1.1], pleased to meet you | ")
    assert text.count(" | ") == 9
    assert text.endswith("HELP")


@pytest.mark.parametrize("frame, labels", [
    (7, ["Response: 220 ", "Response code: ", "(220)", "Banner", "Server domain", "Server software", "Server version"]),
    (8, ["Command Line: EHLO", "Command: EHLO", "Request parameter: [172.16.1.1]"]),
    (12, ["Response parameter: 2.1.0 <ccna1@example.com>... Sender ok", "Success", "Addressing",
          "Other address status"]),
    (14, ["Destination address valid"]),
])
def test_figure6_tree_has_the_names_of_the_labs(frame, labels):
    text = tree(FIGURE6, frame, protocols="smtp")
    assert [label for label in labels if label not in text] == []


def test_figure6_message_is_a_subtree():
    assert fields(FIGURE6, ["imf.subject", "imf.from"], filter="frame.number == 17") == {
        "imf.subject": ["Lab 3.4.3"], "imf.from": ["ccna1 <ccna1@example.com>"]}


def test_figure6_login_was_offered_and_not_used():
    assert frames(FIGURE6, "smtp.capability.auth && !smtp.auth.mechanism") == [10]


def test_telnet_one_row_per_command_where_its_line_ends():
    names = ["smtp.req.command", "smtp.req.parameter", "smtp.req.verb"]
    found = rows(TELNET, names, filter="smtp.req.verb")
    assert [(row["frame"], row[names[0]], row[names[1]]) for row in found] == [
        (34, ["HELO"], ["eagle-server.example.com"]),
        (64, ["MAIL"], ["From: ccna2@example.com"]),
        (97, ["RCPT"], ["To: instructor@example.com"]),
        (103, ["DATA"], []),
        (139, ["QUIT"], [])]


def test_telnet_reply_time_counts_from_the_last_octet():
    found = rows(TELNET, ["smtp.response_to", "smtp.time"], filter="smtp.response_to")
    assert [(row["frame"], row["smtp.response_to"], row["smtp.time"]) for row in found] == [
        (number, [str(number - 1)], ["0.001000000"]) for number in (35, 65, 98, 104, 134, 140)]


@pytest.mark.parametrize("name, expected", [
    ("smtp.client.domain", ["eagle-server.example.com"]),
    ("smtp.mail.from", ["ccna2@example.com"]),
    ("smtp.rcpt.to", ["instructor@example.com"]),
    ("smtp.response.code", ["220", "250", "250", "250", "354", "250", "221"]),
    ("smtp.status", ["2.1.0", "2.1.5"]),
    ("smtp.queue_id", []),
    ("mail.transaction", ["1"]),
    ("mail.size", ["28"]),
    ("mail.from", []),
    ("mail.subject", []),
    ("mail.outcome", ["1"]),
    ("mail.reply", ["250 Mail queued for delivery."]),
    ("mail.queue_id", []),
    ("mail.first_frame", ["64"]),
    ("mail.last_frame", ["134"]),
])
def test_telnet_value(name, expected):
    assert value(TELNET, name) == expected


def test_telnet_info_column():
    assert summary(TELNET, filter="smtp.req.verb") == [
        "C: HELO eagle-server.example.com", "C: MAIL From: ccna2@example.com", "C: RCPT To: instructor@example.com",
        "C: DATA", "C: QUIT"]


def test_wikiversity_helo_stands_where_its_last_octet_is():
    found = rows(HELO, ["smtp.req.command", "smtp.req.verb"], filter="smtp.req.verb")
    assert [(row["frame"], row["smtp.req.command"], row["smtp.req.verb"]) for row in found] == [
        (9, ["helo"], ["HELO"]), (15, ["quit"], ["QUIT"]), (28, ["helo"], ["HELO"])]


def test_wikiversity_segments_of_helo_are_listed():
    assert value(HELO, "tcp.segment", 9) == ["5", "6", "7", "8", "9"]


def test_wikiversity_helo_without_argument():
    assert value(HELO, "smtp.client.domain") == []
    assert frames(HELO, "smtp.expert.helo_missing") == [9, 28]


def test_wikiversity_replies():
    found = rows(HELO, ["smtp.response.code", "smtp.response_to"], filter="smtp.response.code")
    assert [(row["frame"], row["smtp.response.code"], row["smtp.response_to"]) for row in found] == [
        (4, ["220"], []), (10, ["250"], ["9"]), (16, ["221"], ["15"]), (23, ["220"], []), (29, ["501"], ["28"])]
    assert value(HELO, "smtp.rsp.parameter", 10) == ["mx.google.com at your service"]
    assert value(HELO, "mail.transaction") == []


def test_wikiversity_info_column():
    assert info(HELO, 4) == "S: 220 mx.google.com ESMTP 6si2341234qkb.123 - gsmtp"
    assert info(HELO, 9) == "C: helo"
    assert info(HELO, 10) == "S: 250 mx.google.com at your service"
