"""Expert infos of POP3: a session that raises one, and a near miss that does not.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from pop_talk import (APOP_GREETING, DIGEST, GREETING, LIST, LOGIN, MESSAGE, NOOP, OPEN, QUIT, STAT, UIDL, block, capa,
                      fetched, listing, own_experts, reply, retr, session)
from runner import experts, frames
from smtp_tls import CLIENT_HELLO, SERVER_HELLO
from wire import Capture, Conversation

AT_THE_END = ("no_reply", "unterminated", "no_quit")    # known when the connection is over
APOP = ["C: APOP mrose " + DIGEST, "S: +OK"]
WRONG_PASS = ["C: USER bob", "S: +OK", "C: PASS wrong", "S: -ERR [AUTH] No"]
STLS_CAPA = capa("USER", "STLS")
CLEAR_CAPA = capa("USER", "UIDL")
START_TLS = ["C: STLS", "S: +OK Begin TLS", ("C", CLIENT_HELLO), ("S", SERVER_HELLO)]
PLAIN = "AGFsaWNlAHB3"     # \0alice\0pw
CRAM = ["C: AUTH CRAM-MD5", "S: + PDFAeD4=", "C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw", "S: +OK"]
DELE = ["C: DELE 1", "S: +OK Marked"]


def refused(command):
    """A session in which the server refuses this command."""
    return OPEN + ["C: " + command, "S: -ERR What"] + QUIT


def sized(announced, octets=MESSAGE):
    """A session with a RETR whose first line announces this size."""
    return fetched(octets, b"+OK %d octets" % announced)


def listed(octets):
    """A session that lists message 1 with this size, and fetches it."""
    return OPEN + listing("LIST", "+OK", "1 %d" % octets) + retr(first=b"+OK") + QUIT


def unique(*ids):
    """A session with a UIDL of these ids."""
    return OPEN + listing("UIDL", "+OK", *(b"%d %s" % (n, i) for n, i in enumerate(ids, 1))) + QUIT


def late(seconds):
    """A session with one reply that is late."""
    return OPEN + ["C: NOOP", ("wait", seconds), "S: +OK"] + QUIT


def command(octets):
    """A session with a command of exactly these octets."""
    return OPEN + [("C", octets), "S: -ERR"] + QUIT


def greeting(octets):
    """A session whose server answers NOOP with exactly these octets."""
    return OPEN + ["C: NOOP", ("S", octets)] + QUIT


SECURITY = [
    # name, severity, session that raises it, near miss
    ("auth_cleartext", "warn", OPEN + QUIT, APOP_GREETING + APOP + QUIT),
    ("auth_cleartext", "warn", GREETING + ["C: AUTH PLAIN " + PLAIN, "S: +OK"] + QUIT, GREETING + CRAM + QUIT),
    ("auth_cleartext", "warn", GREETING + ["C: AUTH LOGIN", "S: + VXNlcm5hbWU6", "C: YQ==", "S: + UGFzc3dvcmQ6",
                                           "C: Yg==", "S: +OK"] + QUIT,
     GREETING + ["C: USER bob", "S: -ERR"] + QUIT),
    ("auth_cleartext", "warn", GREETING + ["C: AUTH XOAUTH2 dXNlcj1hAWF1dGg9QmVhcmVyIHgBAQ==", "S: +OK"] + QUIT,
     GREETING + ["C: AUTH EXTERNAL =", "S: +OK"] + QUIT),
    ("auth_cleartext", "warn", GREETING + ["C: AUTH OAUTHBEARER bixhPWEsAWF1dGg9QmVhcmVyIHgBAQ==", "S: +OK"] + QUIT,
     GREETING + listing("AUTH", "+OK", "PLAIN", "OAUTHBEARER") + QUIT),
    ("apop", "note", APOP_GREETING + APOP + QUIT, APOP_GREETING + LOGIN + QUIT),
    ("apop_timestamp", "error", [("S", b"+OK ready <1\xff\xfe@x>\r\n")] + APOP + QUIT,
     [("S", b"+OK ready <1\xff\xfe@x>\r\n")] + LOGIN + QUIT),
    ("apop_timestamp", "error", ["S: +OK ready <1896.697170952>"] + APOP + QUIT, APOP_GREETING + APOP + QUIT),
    ("apop_timestamp", "error", [("S", b"+OK ready <1\x01@x>\r\n")] + APOP + QUIT,
     ["S: +OK ready <!#$%&'*+@-/=?^_`{|}~>"] + APOP + QUIT),
    ("auth_failed", "note", GREETING + WRONG_PASS + QUIT, OPEN + QUIT),
    ("auth_failed", "note", APOP_GREETING + ["C: APOP mrose " + DIGEST, "S: -ERR permission denied"] + QUIT,
     APOP_GREETING + APOP + QUIT),
    ("auth_failed", "note", GREETING + ["C: AUTH PLAIN " + PLAIN, "S: -ERR [AUTH] No"] + QUIT,
     OPEN + ["C: STAT", "S: -ERR [SYS/TEMP] Busy"] + QUIT),
    ("auth_bruteforce", "warn", GREETING + WRONG_PASS * 3 + QUIT, GREETING + WRONG_PASS * 2 + QUIT),
    ("stls_injection", "error", GREETING + [("C", b"STLS\r\nCAPA\r\n"), "S: +OK Begin TLS", ("C", CLIENT_HELLO)],
     GREETING + START_TLS),
    ("stls_response_injection", "error", GREETING + ["C: STLS", ("S", b"+OK Begin TLS\r\n+OK injected\r\n")],
     GREETING + START_TLS),
    ("stls_refused", "warn", GREETING + ["C: STLS", "S: -ERR Not now"] + LOGIN + QUIT,
     GREETING + ["C: STLS", "S: -ERR Not now"] + QUIT),
    ("stls_refused", "warn", GREETING + ["C: STLS", "S: -ERR Not now", "C: AUTH PLAIN " + PLAIN, "S: +OK"] + QUIT,
     GREETING + LOGIN + QUIT),
    ("stls_stripped", "warn", GREETING + CLEAR_CAPA + ["C: STLS", "S: -ERR What"] + QUIT,
     GREETING + STLS_CAPA + ["C: STLS", "S: -ERR Not now"] + QUIT),
    ("stls_stripped", "warn", GREETING + CLEAR_CAPA + START_TLS, GREETING + START_TLS),
    ("stls_not_used", "note", GREETING + STLS_CAPA + LOGIN + QUIT, GREETING + CLEAR_CAPA + LOGIN + QUIT),
    ("stls_not_used", "note", GREETING + STLS_CAPA + ["C: AUTH PLAIN " + PLAIN, "S: +OK"] + QUIT,
     GREETING + STLS_CAPA + QUIT),
    ("version_disclosed", "chat",
     ["S: +OK Microsoft Exchange Server 2003 POP3 server version 6.5.7638.1 ready."] + QUIT, GREETING + QUIT),
]

SYNTAX = [
    ("bare_lf", "warn", command(b"NOOP\n"), command(b"NOOP\r\n")),
    ("bare_lf", "warn", greeting(b"+OK\n"), greeting(b"+OK\r\n")),
    ("bare_lf", "warn", command(b"NOOP\n"), OPEN + ["C: RETR 1", ("S", b"+OK\r\nA: b\n\nx\n\r\n.\r\n")] + QUIT),
    ("bare_cr", "warn", command(b"NO\rOP\r\n"),
     OPEN + ["C: RETR 1", ("S", b"+OK\r\nA: b\r\n\r\nx\ry\r\n.\r\n")] + QUIT),
    ("bare_cr", "warn", greeting(b"+OK a\rb\r\n"), greeting(b"+OK ab\r\n")),
    ("nul", "warn", command(b"NOOP\0\r\n"), OPEN + ["C: RETR 1", ("S", b"+OK\r\nA: b\r\n\r\nx\0y\r\n.\r\n")] + QUIT),
    ("nul", "warn", greeting(b"+OK\0\r\n"), greeting(b"+OK 0\r\n")),
    ("control_char", "note", command(b"NOO\x08OP\r\n"), command(b"NOOP\r\n")),
    ("control_char", "note", greeting(b"+OK \x1b[1m\r\n"), greeting(b"+OK\tready\r\n")),
    ("control_char", "note", command(b"NOOP\x7f\r\n"),
     OPEN + ["C: RETR 1", ("S", b"+OK\r\nA: b\r\n\r\n\x1b[1m\r\n.\r\n")] + QUIT),
    ("command_too_long", "warn", command(b"X" * 254 + b"\r\n"), command(b"X" * 253 + b"\r\n")),
    ("reply_too_long", "note", greeting(b"+OK " + b"x" * 507 + b"\r\n"), greeting(b"+OK " + b"x" * 506 + b"\r\n")),
    ("reply_too_long", "note", greeting(b"+OK " + b"x" * 600 + b"\r\n"),
     OPEN + listing("CAPA", "+OK", "IMPLEMENTATION " + "x" * 600) + QUIT),
    ("reply_malformed", "warn", greeting(b"OK\r\n"), greeting(b"+OK\r\n")),
    ("reply_malformed", "warn", greeting(b"ERR\r\n"), OPEN + listing("LIST", "+OK", "OK") + QUIT),
    ("reply_malformed", "warn", greeting(b"250 Ok\r\n"), greeting(b"-ERR\r\n")),
    ("unknown_command", "note", refused("XYZZY"), refused("XTND XMIT")),
    ("unknown_command", "note", refused("HELO x"), refused("noop")),
    ("unknown_command", "note", refused("RETR1"), refused("RETR 1")),
    ("argument", "note", refused("STAT 1"), refused("STAT")),
    ("argument", "note", refused("RETR"), refused("LIST")),
    ("argument", "note", refused("RETR 0"), refused("RETR 1")),
    ("argument", "note", refused("DELE 1 2"), refused("TOP 1 2")),
    ("argument", "note", refused("TOP 1"), refused("TOP 1 0")),
    ("argument", "note", refused("UIDL x"), refused("UIDL 1")),
    ("argument", "note", refused("QUIT now"), refused("LIST 10")),
    ("argument", "note", GREETING + ["C: USER", "S: -ERR"] + QUIT, OPEN + QUIT),
    ("argument", "note", APOP_GREETING + ["C: APOP mrose", "S: -ERR"] + QUIT, APOP_GREETING + APOP + QUIT),
    ("argument", "note", APOP_GREETING + ["C: APOP", "S: -ERR"] + QUIT,
     GREETING + listing("AUTH", "+OK", "PLAIN") + QUIT),
    ("dot_unstuffed", "warn", OPEN + ["C: RETR 1", ("S", b"+OK\r\n" + MESSAGE + b".dot\r\n.\r\n")] + QUIT,
     fetched(MESSAGE + b".dot\r\n")),
    ("dot_unstuffed", "warn", OPEN + ["C: LIST", ("S", b"+OK\r\n.x\r\n.\r\n")] + QUIT,
     OPEN + ["C: LIST", ("S", b"+OK\r\n..x\r\n.\r\n")] + QUIT),
    ("pop.response.tot_len.invalid", "error", fetched(first=b"+OK many octets"), fetched(first=b"+OK Message follows")),
    ("uidl", "warn", unique(b"a" * 71, b"b"), unique(b"a" * 70, b"b")),
    ("uidl", "warn", unique(b"same", b"same"), unique(b"same", b"Same")),
    ("uidl", "warn", unique(b"a\x7fb"), unique(b"!a~")),
    ("uidl", "warn", unique(b"a\xe9b"), unique(b"a")),
    ("uidl", "warn", unique(b"", b"b"), OPEN + listing("UIDL", "+OK") + QUIT),
    ("uidl", "warn", unique(b"same", b"same"), OPEN + UIDL + UIDL + QUIT),
]

ORDER = [
    ("bad_state", "warn", GREETING + ["C: STAT", "S: -ERR"] + QUIT, OPEN + STAT + QUIT),
    ("bad_state", "warn", OPEN + ["C: USER eve", "S: -ERR"] + QUIT, GREETING + WRONG_PASS + LOGIN + QUIT),
    ("bad_state", "warn", OPEN + ["C: STLS", "S: -ERR"] + QUIT, GREETING + ["C: STLS", "S: -ERR"] + QUIT),
    ("bad_state", "warn", OPEN + ["C: AUTH PLAIN " + PLAIN, "S: -ERR"] + QUIT,
     GREETING + capa() + LOGIN + capa() + QUIT),
    ("bad_state", "warn", GREETING + WRONG_PASS + ["C: RETR 1", "S: -ERR"] + QUIT, GREETING + QUIT),
    ("pipelining", "note", OPEN + [("C", b"STAT\r\nNOOP\r\n"), ("S", b"+OK 2 320\r\n+OK\r\n")] + QUIT,
     GREETING + capa() + LOGIN + [("C", b"STAT\r\nNOOP\r\n"), ("S", b"+OK 2 320\r\n+OK\r\n")] + QUIT),
    ("pipelining", "note",
     GREETING + CLEAR_CAPA + LOGIN + ["C: STAT", "C: NOOP", ("S", b"+OK 2 320\r\n+OK\r\n")] + QUIT,
     OPEN + STAT + NOOP + QUIT),
    ("unterminated", "warn", OPEN + ["C: LIST", ("S", b"+OK\r\n1 120\r\n2 200\r\n")], OPEN + LIST + QUIT),
    ("unterminated", "warn", OPEN + ["C: RETR 1", ("S", b"+OK\r\n" + MESSAGE)], fetched()),
    ("unterminated", "warn", OPEN + ["C: LIST", ("S", b"+OK\r\n1 120\r\n")] + QUIT,
     OPEN + ["C: LIST 1", "S: +OK 1 120"] + QUIT),
    ("octets_differ", "note", sized(len(MESSAGE) + 500), sized(len(MESSAGE))),
    ("octets_differ", "note", sized(5), sized(len(MESSAGE) - MESSAGE.count(b"\r\n"))),
    ("octets_differ", "note", listed(len(MESSAGE) + 500), listed(len(MESSAGE))),
    ("octets_differ", "note", sized(len(MESSAGE) + 500), fetched(first=b"+OK Message follows")),
    ("stat_list_differ", "note", OPEN + ["C: STAT", "S: +OK 3 320"] + LIST + QUIT, OPEN + STAT + LIST + QUIT),
    ("stat_list_differ", "note", OPEN + STAT + DELE + LIST + QUIT,
     OPEN + STAT + DELE + listing("LIST", "+OK", "2 200") + QUIT),
    ("reply_unmatched", "warn", OPEN + ["S: +OK"] + QUIT, OPEN + NOOP + QUIT),
    ("reply_unmatched", "warn", OPEN + ["C: NOOP", ("S", b"+OK\r\n+OK\r\n")] + QUIT, OPEN + LIST + QUIT),
    ("no_reply", "note", OPEN + ["C: NOOP"], OPEN + NOOP + QUIT),
    ("slow_reply", "note", late(10.5), late(9)),
    ("no_quit", "note", OPEN + DELE, OPEN + DELE + QUIT),
    ("no_quit", "note", OPEN + DELE + NOOP, OPEN + ["C: DELE 9", "S: -ERR"]),
    ("no_quit", "note", OPEN + retr() + DELE, OPEN + DELE + ["C: RSET", "S: +OK"]),
]
ALL = SECURITY + SYNTAX + ORDER


@pytest.mark.parametrize("name, severity, script, near", ALL, ids=["%d-%s" % (n, row[0]) for n, row in enumerate(ALL)])
def test_expert(pcap, name, severity, script, near):
    two_pass = name in AT_THE_END
    assert own_experts(session(pcap("raises.pcap"), script), two_pass=two_pass).get(name) == severity
    assert name not in own_experts(session(pcap("near.pcap"), near), two_pass=two_pass)


@pytest.mark.parametrize("end, raised", [("FIN", True), ("server's FIN", True), ("reset", True), ("none", False)])
def test_no_quit_needs_the_end_of_the_connection(pcap, end, raised):
    """Where the capture stops, QUIT may follow."""
    capture = Capture()
    talk = Conversation(capture, port=110)
    talk.handshake()
    talk.play(OPEN + DELE)
    if end == "reset":
        talk.reset("C")
    elif end != "none":
        talk.close("C" if end == "FIN" else "S")
    assert ("no_quit" in own_experts(capture.save(pcap()), two_pass=True)) == raised


@pytest.mark.parametrize("count, raised", [(9, False), (10, True)])
def test_many_failures_from_one_address(pcap, count, raised):
    """One failure in each session."""
    capture = Capture()
    for number in range(count):
        talk = Conversation(capture, port=110, client_port=40000 + number)
        talk.handshake()
        talk.play(GREETING + WRONG_PASS + QUIT)
        talk.close()
    assert ("auth_bruteforce" in own_experts(capture.save(pcap()))) == raised


def test_failures_from_many_addresses_are_no_guessing(pcap):
    capture = Capture()
    for number in range(12):
        talk = Conversation(capture, port=110, client="192.0.2.%d" % (100 + number))
        talk.handshake()
        talk.play(GREETING + WRONG_PASS + QUIT)
        talk.close()
    assert "auth_bruteforce" not in own_experts(capture.save(pcap()))


def two_sessions(pcap, server):
    """STLS offered in one session, not in a later one with this server."""
    capture = Capture()
    for number, (address, script) in enumerate((("192.0.2.25", STLS_CAPA), (server, CLEAR_CAPA))):
        talk = Conversation(capture, port=110, client_port=40000 + number, server=address)
        talk.handshake()
        talk.play(GREETING + script + LOGIN + QUIT)
        talk.close()
    return capture.save(pcap())


def test_offer_that_is_gone_in_a_later_session(pcap):
    assert own_experts(two_sessions(pcap, "192.0.2.25")).get("stls_stripped") == "warn"


def test_another_server_need_not_offer_the_same(pcap):
    assert "stls_stripped" not in own_experts(two_sessions(pcap, "192.0.2.26"))


def test_capabilities_after_login_need_not_offer_stls(pcap):
    """RFC 2595 4: STLS is for the authorisation state."""
    script = GREETING + STLS_CAPA + LOGIN + CLEAR_CAPA + QUIT
    assert "stls_stripped" not in own_experts(session(pcap(), script))


def test_cleartext_on_the_tls_port(pcap):
    """Once the port is decoded as POP3."""
    found = own_experts(session(pcap(), fetched(), port=995), decode_as="tcp.port==995,pop")
    assert found.get("cleartext_on_tls_port") == "warn"


@pytest.mark.parametrize("banner", ["SSH-2.0-OpenSSH_9.2", "220 mx.example.net ESMTP", "* OK IMAP4rev1 ready"])
def test_another_protocol_on_the_port(pcap, banner):
    assert own_experts(session(pcap(), ["S: " + banner])).get("not_protocol") == "note"


@pytest.mark.parametrize("script", [OPEN + QUIT, [("C", CLIENT_HELLO), ("S", SERVER_HELLO)],
                                    ["S: -ERR [SYS/TEMP] Busy"]])
def test_greeting_or_tls_on_the_port(pcap, script):
    assert "not_protocol" not in own_experts(session(pcap(), script))


def test_gap_is_noted(pcap):
    capture = Capture()
    talk = Conversation(capture, port=110)
    talk.handshake()
    talk.play(OPEN + ["C: RETR 1"])
    talk.server(reply(MESSAGE * 5), cut=200, lost=[2])
    talk.play(QUIT)
    assert own_experts(capture.save(pcap())).get("gap") == "note"


@pytest.mark.parametrize("name, frame, script", [
    ("auth_cleartext", 7, OPEN), ("auth_failed", 8, GREETING + WRONG_PASS), ("unknown_command", 9, refused("XYZZY")),
    ("octets_differ", 10, sized(5)), ("bad_state", 5, GREETING + ["C: STAT", "S: -ERR"]),
])
def test_frame_of_an_expert(pcap, name, frame, script):
    assert frames(session(pcap(), script), "pop.expert." + name) == [frame]


@pytest.mark.parametrize("where", [1, 4])
def test_condition_of_the_first_line_is_seen_when_it_is_cut(pcap, where):
    line = b"+OK \x07bell\r\n"
    path = session(pcap(), OPEN + ["C: NOOP", ("S", line[:where]), ("S", line[where:])] + QUIT)
    assert frames(path, "pop.expert.control_char") == [11]


@pytest.mark.parametrize("script", [fetched(), refused("XYZZY"), OPEN + LIST + UIDL + STAT + DELE, sized(5),
                                    OPEN + ["C: LIST", ("S", block("+OK", "x", ".y"))] + QUIT])
def test_experts_are_the_same_in_two_passes(pcap, script):
    path = session(pcap(), script)
    own = [[e for e in experts(path, two_pass=passes) if e.name.startswith(("pop.", "mail."))
            and e.name.replace("pop.expert.", "") not in AT_THE_END] for passes in (False, True)]
    assert own[0] == own[1]
