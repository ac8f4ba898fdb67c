"""POP3 replies: which have several lines is decided by the command, never by how a line begins.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from pop_talk import (APOP_GREETING, CAPABILITIES, GREETING, LIST, LOGIN, MESSAGE, NOOP, OPEN, QUIT, TIMESTAMP, UIDL,
                      block, capa, listing, retr, session, values, verbs)
from runner import fields, frames, rows

INDICATORS = ["pop.response.indicator", "pop.response.description"]


@pytest.mark.parametrize("text, software, version", [
    ("POP3 server ready", [], []),
    ("Dovecot ready.", ["Dovecot"], []),
    ("Dovecot (Debian) ready.", ["Dovecot"], []),
    ("Microsoft Exchange Server 2003 POP3 server version 6.5.7638.1 ready.", None, ["6.5.7638.1"]),
    ("mail.example.net Cyrus POP3 v2.4.17 server ready", None, None),
    ("Courier ready", None, None),
])
def test_greeting(pcap, text, software, version):
    """None: the software and version that a greeting names are the banner parser's matter; tested with it."""
    path = session(pcap(), ["S: +OK " + text] + LOGIN + QUIT)
    found = fields(path, ["pop.banner", "pop.server.software", "pop.server.version", "pop.apop.timestamp"])
    assert found["pop.banner"] == [text]
    assert found["pop.apop.timestamp"] == []
    assert software is None or found["pop.server.software"] == software
    assert version is None or found["pop.server.version"] == version


@pytest.mark.parametrize("greeting", ["+OK POP3 server ready " + TIMESTAMP, "+OK " + TIMESTAMP + " ready",
                                      "+OK ready " + TIMESTAMP + " (Debian)"])
def test_timestamp_keeps_its_brackets(pcap, greeting):
    path = session(pcap(), ["S: " + greeting] + LOGIN + QUIT)
    assert values(path, "pop.apop.timestamp") == [TIMESTAMP]
    assert values(path, "pop.banner") == [greeting[4:]]


def test_only_the_first_reply_is_the_greeting(pcap):
    path = session(pcap(), APOP_GREETING + ["C: NOOP", "S: +OK ready <1@x>"] + QUIT)
    assert values(path, "pop.banner") == ["POP3 server ready " + TIMESTAMP]
    assert values(path, "pop.apop.timestamp") == [TIMESTAMP]


def test_refused_greeting(pcap):
    path = session(pcap(), ["S: -ERR [SYS/TEMP] Too many connections"], close="S")
    assert fields(path, INDICATORS + ["pop.response.code"]) == {
        INDICATORS[0]: ["-ERR"], INDICATORS[1]: ["[SYS/TEMP] Too many connections"],
        "pop.response.code": ["SYS/TEMP"]}


@pytest.mark.parametrize("line, messages, octets", [
    ("+OK 2 320", ["2"], ["320"]), ("+OK 0 0", ["0"], ["0"]), ("+OK 2 320 octets in the maildrop", ["2"], ["320"]),
    ("+OK 3 18446744073709551615", ["3"], ["18446744073709551615"]), ("+OK 1 5000000000", ["1"], ["5000000000"]),
    ("+OK", [], []), ("+OK many", [], []), ("-ERR 2 320", [], []),
])
def test_stat(pcap, line, messages, octets):
    path = session(pcap(), OPEN + ["C: STAT", "S: " + line] + QUIT)
    assert fields(path, ["pop.stat.messages", "pop.stat.octets"]) == {
        "pop.stat.messages": messages, "pop.stat.octets": octets}
    assert verbs(path) == ["USER", "PASS", "STAT", "QUIT"]


def test_numbers_of_another_reply_are_not_those_of_stat(pcap):
    path = session(pcap(), OPEN + ["C: NOOP", "S: +OK 2 320", "C: DELE 1", "S: +OK 1 120"] + QUIT)
    assert fields(path, ["pop.stat.messages", "pop.scan.number"]) == {"pop.stat.messages": [], "pop.scan.number": []}


def test_list_with_an_argument_has_one_line(pcap):
    path = session(pcap(), OPEN + ["C: LIST 2", "S: +OK 2 200"] + NOOP + QUIT)
    assert fields(path, ["pop.scan.number", "pop.scan.octets", "pop.request.verb"]) == {
        "pop.scan.number": ["2"], "pop.scan.octets": ["200"],
        "pop.request.verb": ["USER", "PASS", "LIST", "NOOP", "QUIT"]}
    assert values(path, "pop.response.indicator") == ["+OK"] * 6


def test_uidl_with_an_argument_has_one_line(pcap):
    path = session(pcap(), OPEN + ["C: UIDL 2", "S: +OK 2 QhdPYR:00WBw1Ph7x7"] + NOOP + QUIT)
    assert fields(path, ["pop.uidl.number", "pop.uidl.id"]) == {
        "pop.uidl.number": ["2"], "pop.uidl.id": ["QhdPYR:00WBw1Ph7x7"]}
    assert values(path, "pop.response.indicator") == ["+OK"] * 6


@pytest.mark.parametrize("command", ["LIST", "UIDL", "RETR 1", "TOP 1 0", "CAPA", "LIST 1"])
def test_refusal_has_one_line(pcap, command):
    path = session(pcap(), OPEN + ["C: " + command, "S: -ERR [SYS/PERM] No"] + NOOP + QUIT)
    assert verbs(path) == ["USER", "PASS", command.split()[0], "NOOP", "QUIT"]
    assert values(path, "pop.response.indicator") == ["+OK", "+OK", "+OK", "-ERR", "+OK", "+OK"]
    assert fields(path, ["pop.scan.number", "pop.capability", "mail.transaction", "imf.subject"]) == {
        "pop.scan.number": [], "pop.capability": [], "mail.transaction": [], "imf.subject": []}


@pytest.mark.parametrize("command", ["LIST", "UIDL", "CAPA", "RETR 1", "TOP 1 0"])
def test_empty_reply_of_several_lines(pcap, command):
    """An empty maildrop, or an empty message."""
    path = session(pcap(), OPEN + listing(command, "+OK") + NOOP + QUIT)
    assert verbs(path) == ["USER", "PASS", command.split()[0], "NOOP", "QUIT"]
    assert values(path, "pop.response.indicator") == ["+OK"] * 6


def test_rows_of_list(pcap):
    rows_ = ["1 120", "2 200 extra words", "3  300", "4294967295 18446744073709551615"]
    path = session(pcap(), OPEN + listing("LIST", "+OK", *rows_) + QUIT)
    assert fields(path, ["pop.scan.number", "pop.scan.octets"]) == {
        "pop.scan.number": ["1", "2", "3", "4294967295"],
        "pop.scan.octets": ["120", "200", "300", "18446744073709551615"]}


def test_rows_that_are_none(pcap):
    """Shown as lines; the others keep their fields."""
    path = session(pcap(), OPEN + listing("LIST", "+OK", "1 120", "two 200", "", "x", "3 300") + NOOP + QUIT)
    found = fields(path, ["pop.scan.number", "pop.scan.octets"])
    assert [n for n in found["pop.scan.number"] if n in "13"] == ["1", "3"]
    assert [n for n in found["pop.scan.octets"] if n in ("120", "300")] == ["120", "300"]
    assert verbs(path) == ["USER", "PASS", "LIST", "NOOP", "QUIT"]


@pytest.mark.parametrize("unique_id", ["abc", "!", "+OK", "-ERR", "<1@x>", "." + "x" * 69, "1", "GmailId123456789"])
def test_rows_of_uidl(pcap, unique_id):
    path = session(pcap(), OPEN + listing("UIDL", "+OK", "1 first", "2 " + unique_id) + QUIT)
    assert fields(path, ["pop.uidl.number", "pop.uidl.id"]) == {
        "pop.uidl.number": ["1", "2"], "pop.uidl.id": ["first", unique_id]}


def test_rows_of_capa(pcap):
    lines = CAPABILITIES + ("EXPIRE 60", "LOGIN-DELAY 900", "IMPLEMENTATION Shlemazle-Plotz-v302", "x-mine")
    path = session(pcap(), GREETING + capa(*lines) + LOGIN + QUIT)
    assert values(path, "pop.capability") == list(lines)
    assert values(path, "pop.capability.keyword") == [line.split()[0].upper() for line in lines]


def test_empty_row_of_capa_is_no_capability(pcap):
    path = session(pcap(), GREETING + capa("TOP", "", "UIDL") + LOGIN + QUIT)
    assert values(path, "pop.capability") == ["TOP", "UIDL"]
    assert verbs(path) == ["CAPA", "USER", "PASS", "QUIT"]


@pytest.mark.parametrize("line, text", [("+OK  \t2 messages ", ["2 messages "]), ("+OK ", []), ("-ERR   no", ["no"])])
def test_blanks_in_front_of_the_description(pcap, line, text):
    path = session(pcap(), OPEN + ["C: NOOP", "S: " + line])
    assert fields(path, INDICATORS, filter="frame.number == 10") == {
        "pop.response.indicator": [line.split()[0]], "pop.response.description": text}


def test_rows_of_another_command_are_not_capabilities(pcap):
    path = session(pcap(), OPEN + LIST + UIDL + retr() + QUIT)
    assert values(path, "pop.capability") == []


def test_auth_without_argument_lists_mechanisms(pcap):
    path = session(pcap(), GREETING + listing("AUTH", "+OK", "PLAIN", "LOGIN") + LOGIN + QUIT)
    assert verbs(path) == ["AUTH", "USER", "PASS", "QUIT"]
    assert fields(path, ["pop.capability", "pop.username"]) == {"pop.capability": [], "pop.username": ["bob"]}


@pytest.mark.parametrize("row", ["+OK", "+OK 2 320", "-ERR no", "+ ", "+OK 9 octets", "..", "..+OK"])
@pytest.mark.parametrize("command", ["LIST", "UIDL", "CAPA", "RETR 1", "TOP 1 9"])
def test_row_that_looks_like_a_reply_is_a_row(pcap, command, row):
    path = session(pcap(), OPEN + listing(command, "+OK", "1 1", row, "2 2") + NOOP + QUIT)
    assert verbs(path) == ["USER", "PASS", command.split()[0], "NOOP", "QUIT"]
    assert values(path, "pop.response.indicator") == ["+OK"] * 6
    assert values(path, "pop.response_to") == ["5", "7", "9", "11", "13"]


@pytest.mark.parametrize("row", ["+OK", "-ERR no", "+ x", "1 120", "USER bob", "QUIT"])
@pytest.mark.parametrize("command", ["LIST", "UIDL", "RETR 1"])
def test_row_that_looks_like_a_reply_at_the_start_of_a_segment_is_a_row(pcap, command, row):
    script = OPEN + ["C: " + command, "S: +OK", "S: " + row, "S: " + row, "S: ."] + NOOP + QUIT
    path = session(pcap(), script)
    assert verbs(path) == ["USER", "PASS", command.split()[0], "NOOP", "QUIT"]
    assert values(path, "pop.response.indicator") == ["+OK"] * 6
    assert [r["frame"] for r in rows(path, [], filter="pop.response.indicator")] == [4, 6, 8, 10, 15, 17]


@pytest.mark.parametrize("where", range(1, len(block("+OK 2", "1 1", "2 2"))))
def test_reply_cut_anywhere_is_one_reply(pcap, where):
    octets = block("+OK 2", "1 1", "2 2")
    path = session(pcap(), OPEN + ["C: LIST", ("S", octets[:where]), ("S", octets[where:])] + NOOP + QUIT)
    assert fields(path, INDICATORS + ["pop.scan.number", "pop.scan.octets", "pop.request.verb"]) == {
        INDICATORS[0]: ["+OK"] * 6, INDICATORS[1]: ["POP3 server ready", "Logged in", "2", "Bye"],
        "pop.scan.number": ["1", "2"], "pop.scan.octets": ["1", "2"],
        "pop.request.verb": ["USER", "PASS", "LIST", "NOOP", "QUIT"]}
    assert frames(path, "pop.response_to == 9") [-1:] == [11]


@pytest.mark.parametrize("cut", range(1, 10))
def test_reply_of_one_line_cut_anywhere(pcap, cut):
    octets = b"+OK 2 320\r\n"
    path = session(pcap(), OPEN + ["C: STAT", ("S", octets[:cut]), ("S", octets[cut:])] + QUIT)
    assert values(path, "pop.response.description") == ["POP3 server ready", "Logged in", "2 320", "Bye"]
    assert values(path, "pop.stat.octets") == ["320"]


@pytest.mark.parametrize("line, code", [
    ("-ERR [IN-USE] Do you have another POP session running?", "IN-USE"), ("-ERR [LOGIN-DELAY] Wait", "LOGIN-DELAY"),
    ("-ERR [SYS/TEMP] Try later", "SYS/TEMP"), ("-ERR [SYS/PERM] Broken", "SYS/PERM"), ("-ERR [AUTH] Wrong", "AUTH"),
    ("-ERR [UTF8] Say UTF8 first", "UTF8"), ("-ERR [X-OTHER] What", "X-OTHER"), ("-ERR [AUTH]", "AUTH"),
    ("-ERR [auth] Wrong", None),
])
def test_response_code(pcap, line, code):
    """RFC 2449 8. None: in which case a code is written is not told; that there is one is."""
    path = session(pcap(), GREETING + ["C: USER bob", "S: +OK", "C: PASS x", "S: " + line] + QUIT)
    found = values(path, "pop.response.code")
    assert found == [code] if code else len(found) == 1
    assert values(path, "pop.response.description")[-2] == line[5:]


@pytest.mark.parametrize("line", ["-ERR no [AUTH]", "-ERR [", "-ERR []", "-ERR [AUTH wrong", "-ERR", "-ERR (AUTH) x"])
def test_no_response_code(pcap, line):
    path = session(pcap(), GREETING + ["C: USER bob", "S: +OK", "C: PASS x", "S: " + line] + QUIT)
    assert values(path, "pop.response.code") == []
    assert verbs(path) == ["USER", "PASS", "QUIT"]


def test_rows_have_no_response_code(pcap):
    text = b"-ERR [AUTH] quoted\r\n\r\n" + MESSAGE
    path = session(pcap(), OPEN + retr(text) + QUIT)
    assert values(path, "pop.response.code") == []


@pytest.mark.parametrize("line", ["+OK", "+ok fine", "-err no", "+OK\t"])
def test_indicator_in_any_form(pcap, line):
    path = session(pcap(), OPEN + ["C: NOOP", ("S", line.encode() + b"\r\n")] + QUIT)
    assert values(path, "pop.response.indicator")[3].upper() == line[:4].strip().upper()
    assert values(path, "pop.response_to") == ["5", "7", "9", "11"]


def test_many_rows(pcap):
    """Several segments, rows cut over their borders."""
    lines = ["%d %d" % (n, n * 10) for n in range(1, 1001)]
    path = session(pcap(), OPEN + listing("LIST", "+OK", *lines) + listing("UIDL", "+OK", *lines) + QUIT)
    assert fields(path, ["pop.scan.octets", "pop.uidl.id"]) == {
        "pop.scan.octets": [line.split()[1] for line in lines], "pop.uidl.id": [line.split()[1] for line in lines]}
    assert verbs(path) == ["USER", "PASS", "LIST", "UIDL", "QUIT"]


def test_each_row_stands_in_the_frame_that_brought_it(pcap):
    """Nothing waits for the end of the reply."""
    script = OPEN + ["C: LIST", "S: +OK", "S: 1 120", ("S", b"2 2"), "S: 00", "S: ."] + QUIT
    found = rows(session(pcap(), script), ["pop.scan.number", "pop.scan.octets"], filter="pop.scan.number")
    assert [(r["frame"], r["pop.scan.number"], r["pop.scan.octets"]) for r in found] == [
        (11, ["1"], ["120"]), (13, ["2"], ["200"])]
