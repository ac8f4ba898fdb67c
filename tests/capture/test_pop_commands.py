"""POP3 commands: verb, arguments, pairing with replies, times, pipelining.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from pop_talk import (APOP_GREETING, DIGEST, GREETING, LIST, LOGIN, MESSAGE, NOOP, OPEN, QUIT, STAT, TALK, TALK_VERBS,
                      UIDL, block, capa, fetched, reply, session, values, verbs)
from runner import fields, frames, rows, summary, tree
from wire import Capture, Conversation


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("cut", [None, 1, 2, 3, 7, 20])
def test_session_in_segments_of_any_size(pcap, cut, two_pass):
    path = session(pcap(), TALK, cut=cut)
    names = ["pop.request.verb", "pop.username", "pop.password", "pop.message.number", "pop.stat.messages",
             "pop.stat.octets", "pop.scan.number", "pop.scan.octets", "pop.uidl.number", "pop.uidl.id",
             "pop.response.indicator", "mail.outcome", "mail.size", "mail.subject"]
    assert fields(path, names, two_pass=two_pass) == {
        "pop.request.verb": TALK_VERBS, "pop.username": ["bob"], "pop.password": ["s3cret word"],
        "pop.message.number": ["1", "1"], "pop.stat.messages": ["2"], "pop.stat.octets": ["320"],
        "pop.scan.number": ["1", "2"], "pop.scan.octets": ["120", "200"], "pop.uidl.number": ["1", "2"],
        "pop.uidl.id": ["whqtswO00WBw418f9t5JxYwZ", "QhdPYR:00WBw1Ph7x7"], "pop.response.indicator": ["+OK"] * 9,
        "mail.outcome": ["1"], "mail.size": [str(len(MESSAGE))], "mail.subject": ["Lunch"]}


@pytest.mark.parametrize("command, verb", [
    ("user bob", "USER"), ("Pass x", "PASS"), ("quit", "QUIT"), ("uidl", "UIDL"), ("cApA", "CAPA"), ("stls", "STLS"),
])
def test_verb_is_upper_case_and_command_as_written(pcap, command, verb):
    path = session(pcap(), GREETING + ["C: " + command, "S: -ERR"])
    assert verbs(path) == [verb]
    assert values(path, "pop.request.command") == [command.split()[0]]


@pytest.mark.parametrize("command", ["XYZZY", "XYZZY 1 2", "GET / HTTP/1.1"])
def test_unknown_command_has_no_verb(pcap, command):
    """As in SMTP: the verb is that of a known command."""
    path = session(pcap(), OPEN + ["C: " + command, "S: -ERR Unknown command"] + QUIT)
    assert verbs(path) == ["USER", "PASS", "QUIT"]
    assert values(path, "pop.request.command")[2] == command.split()[0]
    assert frames(path, "pop.expert.unknown_command") == [9]


@pytest.mark.parametrize("command, numbers, lines", [
    ("RETR 1", ["1"], []), ("DELE 42", ["42"], []), ("LIST 7", ["7"], []), ("UIDL 4294967295", ["4294967295"], []),
    ("TOP 3 10", ["3"], ["10"]), ("TOP 3 0", ["3"], ["0"]), ("LIST", [], []), ("UIDL", [], []), ("STAT", [], []),
])
def test_message_number(pcap, command, numbers, lines):
    path = session(pcap(), OPEN + ["C: " + command, "S: -ERR No such message"] + QUIT)
    assert fields(path, ["pop.message.number", "pop.top.lines"]) == {
        "pop.message.number": numbers, "pop.top.lines": lines}


@pytest.mark.parametrize("command", ["RETR one", "RETR -1", "DELE 4294967296", "LIST 99999999999999999999", "RETR"])
def test_message_number_that_is_none(pcap, command):
    path = session(pcap(), OPEN + ["C: " + command, "S: -ERR What"] + QUIT)
    assert values(path, "pop.message.number") == []
    assert frames(path, "pop.expert.argument") == [9]
    assert verbs(path) == ["USER", "PASS", command.split()[0], "QUIT"]


@pytest.mark.parametrize("parameter", ["s3cret", "s3cret word", " leading", "a  b", "trailing ", "+OK", "."])
def test_password_goes_to_the_end_of_the_line(pcap, parameter):
    """RFC 1939 7: the argument of PASS may hold spaces."""
    path = session(pcap(), GREETING + ["C: USER bob", "S: +OK", ("C", b"PASS " + parameter.encode() + b"\r\n"),
                                       "S: +OK"] + QUIT)
    assert values(path, "pop.password") == [parameter]
    assert values(path, "pop.username") == ["bob"]


def test_lab_b_questions(pcap):
    path = session(pcap(), GREETING + ["C: USER client2", "S: +OK", "C: PASS admin", "S: +OK"] + TALK[5:])
    assert values(path, "pop.username") == ["client2"]
    assert values(path, "pop.password") == ["admin"]
    asked = rows(path, ["pop.request.verb", "pop.request.parameter", "pop.response_in"], filter="pop.request.verb",
                 two_pass=True)
    assert [(r["pop.request.verb"], r["pop.request.parameter"]) for r in asked] == [
        (["USER"], ["client2"]), (["PASS"], ["admin"]), (["STAT"], []), (["LIST"], []), (["UIDL"], []),
        (["RETR"], ["1"]), (["DELE"], ["1"]), (["QUIT"], [])]
    assert [r["pop.response_in"] for r in asked] == [[str(r["frame"] + 1)] for r in asked]
    deleted = rows(path, ["pop.message.number"], filter='pop.request.verb == "DELE"')
    assert [r["pop.message.number"] for r in deleted] == [["1"]]


def test_each_command_is_paired_with_its_reply(pcap):
    path = session(pcap(), TALK)
    replies = rows(path, ["pop.response_to"], filter="pop.response_to")
    assert [(r["frame"], r["pop.response_to"]) for r in replies] == [(n, [str(n - 1)]) for n in range(6, 22, 2)]
    commands = rows(path, ["pop.response_in"], filter="pop.response_in", two_pass=True)
    assert [(r["frame"], r["pop.response_in"]) for r in commands] == [(n, [str(n + 1)]) for n in range(5, 21, 2)]


def test_time_runs_from_command_to_first_octet_of_the_reply(pcap):
    script = OPEN + ["C: LIST", ("wait", 1.5), ("S", b"+OK\r\n1 120\r\n"), ("wait", 5), ("S", b"2 200\r\n.\r\n")] + QUIT
    path = session(pcap(), script)
    assert values(path, "pop.time")[-2:] == ["1.501000000", "0.001000000"]


def test_time_counts_from_the_last_octet_of_the_command(pcap):
    script = OPEN + [("C", b"ST"), ("wait", 3), ("C", b"AT\r\n"), "S: +OK 2 320"] + QUIT
    path = session(pcap(), script)
    assert values(path, "pop.time")[-2:] == ["0.001000000", "0.001000000"]
    assert values(path, "pop.response_to")[-2:] == ["10", "12"]


def test_response_in_names_the_frame_in_which_the_reply_ends(pcap):
    script = OPEN + ["C: LIST", ("S", b"+OK 2 messages\r\n"), ("S", b"1 120\r\n"), ("S", b"2 200\r\n.\r\n")] + QUIT
    path = session(pcap(), script)
    found = rows(path, ["pop.response_in"], filter='pop.request.verb == "LIST"', two_pass=True)
    assert found[0]["pop.response_in"] == ["12"]
    assert rows(path, ["pop.response_to"], filter="frame.number == 12")[0]["pop.response_to"] == ["9"]


def test_indicator_and_description_stand_with_the_first_line(pcap):
    script = OPEN + ["C: LIST", ("S", b"+OK 2 mess"), ("S", b"ages\r\n1 120\r\n"), ("S", b"2 200\r\n.\r\n")] + QUIT
    names = ["pop.response.indicator", "pop.response.description"]
    found = rows(session(pcap(), script), names, filter="pop.response.indicator && frame.number > 9")
    assert [(r["frame"], r[names[0]], r[names[1]]) for r in found] == [
        (11, ["+OK"], ["2 messages"]), (14, ["+OK"], ["Bye"])]


PIPELINED = OPEN + [
    ("C", b"STAT\r\nLIST\r\nUIDL\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n"),
    ("S", b"+OK 2 320\r\n" + block("+OK", "1 120", "2 200") + block("+OK", "1 one", "2 two") + reply()
     + b"+OK Marked\r\n+OK Bye\r\n")]


@pytest.mark.parametrize("cut", [None, 1, 2, 3, 7, 20])
def test_pipelined_commands(pcap, cut):
    """RFC 2449 6.6: the replies come in the order of the commands."""
    path = session(pcap(), PIPELINED, cut=cut)
    names = ["pop.request.verb", "pop.stat.messages", "pop.scan.number", "pop.scan.octets", "pop.uidl.number",
             "pop.uidl.id", "pop.message.number", "mail.size", "imf.subject"]
    assert fields(path, names) == {
        "pop.request.verb": TALK_VERBS, "pop.stat.messages": ["2"], "pop.scan.number": ["1", "2"],
        "pop.scan.octets": ["120", "200"], "pop.uidl.number": ["1", "2"], "pop.uidl.id": ["one", "two"],
        "pop.message.number": ["1", "1"], "mail.size": [str(len(MESSAGE))], "imf.subject": ["Lunch"]}


def test_pipelined_commands_are_each_paired(pcap):
    path = session(pcap(), PIPELINED)
    assert values(path, "pop.response_to") == ["5", "7"] + ["9"] * 6
    assert values(path, "pop.response_in", two_pass=True) == ["6", "8"] + ["10"] * 6


def test_info_shows_every_command_and_reply(pcap):
    path = session(pcap(), PIPELINED)
    info = summary(path)
    assert info[8].startswith("C: ") and info[9].startswith("S: ")
    assert all(word in info[8] for word in ("STAT", "LIST", "UIDL", "RETR 1", "DELE 1", "QUIT"))
    assert all(word in info[9] for word in ("+OK 2 320", "+OK Marked", "+OK Bye"))


def test_tree_keeps_the_names_of_the_built_in(pcap):
    text = tree(session(pcap(), TALK), protocols="pop")
    for word in ("Post Office Protocol", "Request command: USER", "Request parameter: bob", "Response indicator: +OK",
                 "Response description: Logged in"):
        assert word in text


@pytest.mark.parametrize("script, expected", [
    (GREETING + capa() + LOGIN + QUIT, ["CAPA", "USER", "PASS", "QUIT"]),
    (APOP_GREETING + ["C: APOP mrose " + DIGEST, "S: +OK"] + QUIT, ["APOP", "QUIT"]),
    (OPEN + ["C: RSET", "S: +OK", "C: LAST", "S: +OK 0"] + NOOP + QUIT,
     ["USER", "PASS", "RSET", "LAST", "NOOP", "QUIT"]),
    (GREETING + ["C: UTF8", "S: +OK", "C: LANG en", "S: +OK en", "C: LANG",
                 ("S", block("+OK", "en English", "de Deutsch"))] + LOGIN + QUIT,
     ["UTF8", "LANG", "LANG", "USER", "PASS", "QUIT"]),
    (GREETING + ["C: AUTH", ("S", block("+OK", "PLAIN", "LOGIN"))] + LOGIN + QUIT, ["AUTH", "USER", "PASS", "QUIT"]),
    (GREETING + ["C: AUTH", "S: -ERR"] + LOGIN + QUIT, ["AUTH", "USER", "PASS", "QUIT"]),
    (OPEN + STAT + LIST + UIDL + ["C: LIST 1", "S: +OK 1 120", "C: UIDL 1", "S: +OK 1 one"] + QUIT,
     ["USER", "PASS", "STAT", "LIST", "UIDL", "LIST", "UIDL", "QUIT"]),
])
def test_commands_of_the_registry(pcap, script, expected):
    path = session(pcap(), script)
    assert verbs(path) == expected
    assert values(path, "pop.response_to", two_pass=True) == [
        str(n) for n in range(5, 5 + 2 * len(expected), 2)]


@pytest.mark.parametrize("prefs", [[], ["mail.hide_secrets:TRUE"]])
def test_text_of_xtnd_xmit_is_no_command(pcap, prefs):
    """Qualcomm's extension: lines up to a dot, which the server answers."""
    lines = [b"Subject: Lunch\r\n", b"\r\n", b"QUIT\r\n"]
    script = OPEN + ["C: XTND XMIT", "S: +OK Go ahead", ("C", b"".join(lines) + b".\r\n"), "S: +OK Sent"] + QUIT
    path = session(pcap(), script)
    how = {"two_pass": True, "prefs": prefs}
    assert verbs(path, **how) == ["USER", "PASS", "XTND", "QUIT"]
    found = fields(path, ["pop.request.data", "pop.response_in"], filter="frame.number == 11", **how)
    assert found == {"pop.request.data": ["Subject: Lunch", "", "QUIT", "."], "pop.response_in": ["12"]}


def test_line_ended_by_lf_alone_is_a_command(pcap):
    path = session(pcap(), OPEN + [("C", b"STAT\n"), ("S", b"+OK 2 320\n")] + QUIT)
    assert verbs(path) == ["USER", "PASS", "STAT", "QUIT"]
    assert values(path, "pop.stat.octets") == ["320"]


def test_ipv6(pcap):
    path = session(pcap(), fetched(), client="2001:db8::10", server="2001:db8::25")
    assert verbs(path) == ["USER", "PASS", "RETR", "QUIT"]
    assert values(path, "mail.outcome") == ["1"]


def test_two_sessions_at_a_time(pcap):
    capture = Capture()
    talks = [Conversation(capture, port=110, client_port=port) for port in (40000, 40001)]
    for talk in talks:
        talk.handshake()
    for item in TALK:
        for talk in talks:
            talk.play([item])
    path = capture.save(pcap())
    for stream in (0, 1):
        assert verbs(path, filter="tcp.stream == %d" % stream) == TALK_VERBS
    assert values(path, "mail.transaction") == ["1", "2"]
    assert values(path, "imf.subject") == ["Lunch", "Lunch"]


def test_port_used_again_starts_a_new_session(pcap):
    capture = Capture()
    for isn in ((1000, 5000), (900000, 700000)):
        talk = Conversation(capture, port=110, isn=isn)
        talk.handshake()
        talk.play(OPEN + ["C: RETR 1", ("S", b"+OK\r\nSubject: half")] if isn[0] == 1000 else fetched())
        capture.wait(300)
    path = capture.save(pcap())
    assert verbs(path, filter="tcp.stream == 1") == ["USER", "PASS", "RETR", "QUIT"]
    assert values(path, "mail.outcome", filter="tcp.stream == 1") == ["1"]
