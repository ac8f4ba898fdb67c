"""Expert infos of IMAP: a session that raises one, and a near miss that does not.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from imap_talk import (AFTER, CRAM_MD5, FIRST, LOGOUT, MESSAGE, NOOP, OPEN, PORT, SELECT, append, append_plus, ask, b64,
                       client, fetch, greeting, literal, login, opening, select, server)
from runner import experts, fields, frames
from smtp_tls import CLIENT_HELLO, SERVER_HELLO
from wire import Capture, Conversation, session

AT_THE_END = ("no_reply", "literal_incomplete")     # known when the connection is over
NO_LOGIN = ["C: a1 LOGIN ccna1 wrong", "S: a1 NO [AUTHENTICATIONFAILED] No."]
TLS = ["IMAP4rev1", "STARTTLS", "AUTH=PLAIN"]
HELLO = [("C", CLIENT_HELLO), ("S", SERVER_HELLO)]
STARTED = ["C: a1 STARTTLS", "S: a1 OK Begin TLS negotiation now."] + HELLO
EXTERNAL = ["C: a1 AUTHENTICATE EXTERNAL =", "S: a1 OK Logged in"]


def names(path, two_pass=False, **how):
    """Name without prefix -> severity of every IMAP expert of a capture."""
    found = experts(path, two_pass=two_pass, **how)
    return {e.name.replace("imap.expert.", ""): e.severity for e in found if e.name.startswith("imap.")}


def without(name):
    """Capabilities after LOGIN without this one."""
    return greeting() + login(*[word for word in AFTER if word != name]) + SELECT


def plus(*capabilities, size=5):
    """A literal that does not synchronise, under these capabilities."""
    return opening("IMAP4rev1", *capabilities) + append_plus(b"x" * size) + LOGOUT


def after(seconds, command="NOOP"):
    """A session with one reply that is late."""
    return OPEN + ["C: a3 " + command, ("wait", seconds), "S: a3 OK"] + LOGOUT


def idle(*lines, wait=0):
    """IDLE with these lines of the client, the last ends it."""
    return OPEN + ["C: a3 IDLE", "S: + idling", ("wait", wait)] + ["C: " + line for line in lines] + [
        "S: a3 OK Idle completed."] + LOGOUT


def said(line):
    """A session in which the server says this untagged line."""
    return OPEN + ask("NOOP", line) + LOGOUT


def typed(data, reply="S: a3 BAD What"):
    """A session in which the client sends these octets."""
    return OPEN + [("C", data if isinstance(data, bytes) else data.encode() + b"\r\n"), reply] + LOGOUT


def two(first, second):
    """SELECT of a mailbox twice: (name, UIDVALIDITY)."""
    return OPEN + select(first[0], uidvalidity=first[1], tag="s1") + select(second[0], uidvalidity=second[1], tag="s2")


def announced(size, *capabilities, mailbox="Sent"):
    """APPEND of a literal of this size, refused, under these capabilities."""
    return opening("IMAP4rev1", "LITERAL+", *capabilities) + ["C: a3 APPEND %s {%d}" % (mailbox, size),
                                                              "S: a3 NO [TOOBIG] No"] + LOGOUT


ROWS = [
    # name, severity, session that raises it, near miss
    ("auth_cleartext", "warn", greeting() + login(), greeting() + CRAM_MD5),
    ("auth_cleartext", "warn", greeting() + ["C: a1 AUTHENTICATE PLAIN " + b64("\0a\0b"), "S: a1 OK"],
     greeting() + EXTERNAL),
    ("auth_cleartext", "warn", greeting() + ["C: a1 AUTHENTICATE XOAUTH2 " + b64("user=a\1auth=Bearer b\1\1"),
                                             "S: a1 OK"], greeting() + CRAM_MD5),
    ("auth_cleartext", "warn", greeting() + ["C: a1 AUTHENTICATE LOGIN", "S: + VXNlcm5hbWU6", "C: YQ==",
                                             "S: + UGFzc3dvcmQ6", "C: Yg==", "S: a1 OK"], greeting() + LOGOUT),
    ("login_disabled", "warn", greeting("IMAP4rev1", "LOGINDISABLED", "STARTTLS") + NO_LOGIN, greeting() + NO_LOGIN),
    ("preauth_cleartext", "warn", ["S: * PREAUTH [CAPABILITY IMAP4rev1] Hello"],
     ["S: * OK [CAPABILITY IMAP4rev1] Hello"]),
    ("starttls_injection", "error", greeting(*TLS) + [client("a1 STARTTLS", "a2 LOGIN eve secret"),
                                                      "S: a1 OK Begin TLS negotiation now."] + HELLO,
     greeting(*TLS) + STARTED),
    ("starttls_injection", "error", greeting(*TLS) + ["C: a1 STARTTLS", "C: a2 NOOP", "S: a1 OK Begin"] + HELLO,
     greeting(*TLS) + [client("a0 NOOP", "a1 STARTTLS"), server("a0 OK", "a1 OK Begin")] + HELLO),
    ("starttls_response_injection", "error", greeting(*TLS) + ["C: a1 STARTTLS", server("a1 OK Begin", "* OK x")],
     greeting(*TLS) + STARTED),
    ("starttls_untagged", "warn", greeting(*TLS) + ["C: a1 STARTTLS", server("* 1 EXISTS", "a1 OK Begin")] + HELLO,
     greeting(*TLS) + ask("NOOP", "* OK Hello", tag="a0") + STARTED),
    ("starttls_refused", "warn", greeting(*TLS) + ["C: a0 STARTTLS", "S: a0 BAD Not now"] + login(),
     greeting(*TLS) + ["C: a0 STARTTLS", "S: a0 BAD Not now"] + LOGOUT),
    ("starttls_stripped", "warn", greeting("IMAP4rev1", "IDLE") + ["C: a0 STARTTLS", "S: a0 BAD What"] + LOGOUT,
     greeting(*TLS) + ["C: a0 STARTTLS", "S: a0 BAD What"] + LOGOUT),
    ("starttls_not_used", "note", greeting(*TLS) + login(), greeting("IMAP4rev1", "AUTH=PLAIN") + login()),
    ("alert_cleartext", "warn", greeting() + ask("NOOP", "* OK [ALERT] Pay here", tag="a0") + LOGOUT,
     said("* OK [ALERT] Disk full")),
    ("alert_cleartext", "warn", ["S: * OK [ALERT] Pay here"], ["S: * OK [CAPABILITY IMAP4rev1] ALERT"]),
    ("alert_cleartext", "warn", greeting() + ["C: a1 LOGIN a b", "S: a1 NO [REFERRAL imap://user@evil.example/] No"],
     greeting() + ["C: a1 LOGIN a b", "S: a1 NO [AUTHENTICATIONFAILED] No"]),
    ("auth_failed", "note", greeting() + NO_LOGIN, greeting() + login()),
    ("auth_failed", "note", greeting() + CRAM_MD5[:3] + ["S: a1 NO No"], greeting() + CRAM_MD5),
    ("auth_bruteforce", "warn", greeting() + NO_LOGIN * 3, greeting() + NO_LOGIN * 2 + login()),
    ("tag_syntax", "warn", typed("a+3 NOOP"), typed("a.3]-_ NOOP")),
    ("tag_syntax", "warn", typed('a"3 NOOP'), typed(". NOOP")),
    ("tag_syntax", "warn", typed("ä3 NOOP"), typed("#3 NOOP")),
    ("tag_syntax", "warn", typed(" NOOP"), typed("0 NOOP")),
    ("tag_reused", "warn", OPEN + [client("a3 NOOP", "a3 CHECK"), server("a3 OK", "a3 OK")], OPEN + NOOP + NOOP),
    ("tag_unknown", "warn", OPEN + ["S: b7 OK What"] + LOGOUT, OPEN + NOOP + LOGOUT),
    ("tag_unknown", "warn", OPEN + NOOP + ["S: n1 OK Again"], OPEN + [client("a3 NOOP", "a4 NOOP"),
                                                                     server("a4 OK", "a3 OK")]),
    ("unknown_command", "note", typed("a3 FROBNICATE"), typed("a3 uId sEaRcH ALL")),
    ("bad_state", "warn", greeting() + login() + ask("FETCH 1 FLAGS"), OPEN + ask("FETCH 1 FLAGS")),
    ("bad_state", "warn", greeting() + ask("SELECT INBOX"), OPEN + ask("SELECT INBOX")),
    ("bad_state", "warn", OPEN + ["C: a3 LOGIN a b", "S: a3 BAD Already"], OPEN + ask("CAPABILITY")),
    ("bad_state", "warn", OPEN + ask("CLOSE") + ask("EXPUNGE", tag="a4"),
     OPEN + ask("EXPUNGE") + ask("CLOSE", tag="a4")),
    ("bad_state", "warn", OPEN + ["C: a3 SELECT no", "S: a3 NO Nonexistent"] + ask("FETCH 1 FLAGS", tag="a4"),
     ["S: * PREAUTH Hello"] + SELECT + ask("FETCH 1 FLAGS", tag="a4")),
    ("capability_missing", "note", without("IDLE") + ["C: a3 IDLE", "S: + idling", "C: DONE", "S: a3 OK"],
     idle("DONE")),
    ("capability_missing", "note", without("MOVE") + ask("MOVE 1 Trash"), OPEN + ask("UID MOVE 1 Trash")),
    ("capability_missing", "note", without("UIDPLUS") + ask("UID EXPUNGE 1"), OPEN + ask("UID EXPUNGE 1")),
    ("bad_response", "note", typed("a3 NOOP"), typed("a3 NOOP", "S: a3 NO No")),
    ("bad_response", "note", said("* BAD What"), said("* NO Disk nearly full")),
    ("response_malformed", "error", OPEN + [server(b"(hello)\r\n")] + LOGOUT, said("* OK (hello")),
    ("response_malformed", "error", said(r"* 1 FETCH (FLAGS (\Seen)"), said(r"* 1 FETCH (FLAGS (\Seen))")),
    ("response_malformed", "error", said('* LIST () "/" "foo'), said(r'* LIST () "/" "(foo\""')),
    ("response_malformed", "error", said("* 1 FETCH (UID 5))"), said("* 1 FETCH (BODY[HEADER.FIELDS (A)] {1}\r\n))")),
    ("quoted_newline", "error", typed(b'a3 SELECT "IN\r\nBOX"\r\n'), typed(br'a3 SELECT "IN\"BOX"' + b"\r\n")),
    ("quoted_newline", "error", typed(b'a3 SEARCH SUBJECT "a\nb"\r\n'),
     typed(b"a3 SEARCH SUBJECT " + literal(b'"a\r\nb', "+") + b"\r\n")),
    ("injected_command", "error", typed(b'a3 SELECT "INBOX\r\na4 DELETE Archive\r\n'),
     typed(b'a3 SELECT "IN\r\nBOX is a name"\r\n')),
    ("bare_lf", "warn", typed(b"a3 NOOP\n", "S: a3 OK"), typed(b"a3 NOOP\r\n", "S: a3 OK")),
    ("bare_lf", "warn", OPEN + ["C: a3 NOOP", ("S", b"* 3 EXISTS\na3 OK\r\n")],
     OPEN + fetch(b"a\nb\n", item="BODY[1]", command="UID FETCH 5 BODY[1]")),
    ("bare_cr", "warn", typed(b"a3 CREATE a\rb\r\n"),
     OPEN + fetch(b"a\rb", item="BODY[1]", command="UID FETCH 5 BODY[1]")),
    ("nul", "error", typed(b"a3 CREATE a\0b\r\n"), typed(b"a3 APPEND Sent ~" + literal(b"a\0b", "+") + b"\r\n")),
    ("nul", "error", OPEN + ["C: a3 NOOP", ("S", b"* OK a\0b\r\na3 OK\r\n")], said("* OK ab")),
    ("8bit", "note", typed('a3 SEARCH SUBJECT "Grüße"'),
     typed(b"a3 SEARCH SUBJECT " + literal("Grüße".encode(), "+") + b"\r\n")),
    ("8bit", "note", OPEN + ask('SELECT "Grüße"'),
     OPEN + ask("ENABLE UTF8=ACCEPT", "* ENABLED UTF8=ACCEPT") + ask('SELECT "Grüße"', tag="a4")),
    ("8bit", "note", OPEN + ask('SELECT "Grüße"'),
     OPEN + ask("ENABLE IMAP4rev2", "* ENABLED IMAP4rev2") + ask('SELECT "Grüße"', tag="a4")),
    ("mailbox_encoding", "warn", typed("a3 CREATE a&b"), typed("a3 CREATE a&-b")),
    ("mailbox_encoding", "warn", typed("a3 CREATE &AGE-"), typed("a3 CREATE &AOk-")),
    ("mailbox_encoding", "warn", typed("a3 CREATE &AOk"), typed("a3 CREATE &ZeVnLIqe-")),
    ("mailbox_encoding", "warn", typed("a3 CREATE &AOkA-"), typed("a3 CREATE &2D3eAA-")),
    ("mailbox_encoding", "warn", said('* LIST () "/" "Grüße"'), said('* LIST () "/" "Gr&APwA3w-e"')),
    ("literal_plus", "warn", plus("IDLE"), plus("LITERAL+")),
    ("literal_plus", "warn", plus("IDLE"), plus("LITERAL-")),
    ("literal_plus", "warn", plus("IDLE"), plus("IMAP4rev2")),
    ("literal_minus", "warn", plus("LITERAL-", size=4097), plus("LITERAL-", size=4096)),
    ("literal_minus", "warn", plus("LITERAL-", size=4097), plus("LITERAL+", size=4097)),
    ("literal_server_plus", "warn",
     OPEN + ask("FETCH 1 BODY[1]", b"* 1 FETCH (BODY[1] " + literal(b"ab", "+") + b")\r\n"),
     OPEN + ask("FETCH 1 BODY[1]", b"* 1 FETCH (BODY[1] " + literal(b"ab") + b")\r\n")),
    ("literal_early", "warn", OPEN + [client("a3 APPEND Sent {5}", b"hello\r\n"), "S: + OK", "S: a3 OK"],
     OPEN + append(b"hello")),
    ("literal_early", "warn", OPEN + [client("a3 APPEND Sent {5}"), client(b"hello\r\n"), "S: + OK", "S: a3 OK"],
     OPEN + append_plus(b"hello")),
    ("literal_huge", "warn", announced(2 ** 30 + 1), announced(2 ** 30)),
    ("literal_huge", "warn", announced(1001, "APPENDLIMIT=1000"), announced(1000, "APPENDLIMIT=1000")),
    ("literal_huge", "warn", announced(2 ** 63), announced(2 ** 20)),
    ("literal_huge", "warn", greeting() + ["C: a1 LOGIN {65537}", "S: a1 BAD No"],
     greeting() + ["C: a1 LOGIN {65536}", "S: a1 BAD No"]),
    ("literal_huge", "warn", OPEN + ["C: a3 FETCH 1 BODY[1]", ("S", b"* 1 FETCH (BODY[1] {4294967295}\r\nab")],
     OPEN + ["C: a3 FETCH 1 BODY[1]", ("S", b"* 1 FETCH (BODY[1] {4294967}\r\nab")]),
    ("literal_incomplete", "note", OPEN + ["C: a3 FETCH 1 BODY[1]", ("S", b"* 1 FETCH (BODY[1] {9}\r\nab")],
     OPEN + fetch(b"ab", item="BODY[1]", command="UID FETCH 5 BODY[1]")),
    ("set_huge", "warn", OPEN + ask("NOOP", "* OK [COPYUID 1 1:10000001 2:10000002] Done"),
     OPEN + ask("NOOP", "* OK [COPYUID 1 1:10000000 2:10000001] Done")),
    ("set_huge", "warn", said("* VANISHED (EARLIER) 1:4294967295"), said("* VANISHED (EARLIER) 1:100,4294967295")),
    ("set_huge", "warn", said('* ESEARCH (TAG "n1") ALL 1:6000000,6000002:12000000'),
     said('* ESEARCH (TAG "n1") ALL 1:6000000')),
    ("command_too_long", "note", typed("a3 FETCH %s FLAGS" % ",".join(["12345"] * 1380)),
     typed("a3 FETCH %s FLAGS" % ",".join(["12345"] * 1330))),
    ("command_too_long", "note", typed("a3 FETCH %s FLAGS" % ",".join(["12345"] * 1380)),
     OPEN + append_plus(b"x" * 9000)),
    ("expunge_forbidden", "warn", OPEN + ask("FETCH 1 FLAGS", "* 1 EXPUNGE"),
     OPEN + ask("UID FETCH 5 FLAGS", "* 1 EXPUNGE")),
    ("expunge_forbidden", "warn", OPEN + ask("SEARCH ALL", "* 1 EXPUNGE"), OPEN + ask("NOOP", "* 1 EXPUNGE")),
    ("exists_shrinks", "warn", said("* 2 EXISTS"), OPEN + ask("NOOP", "* 3 EXPUNGE", "* 2 EXISTS")),
    ("exists_shrinks", "warn", said("* 2 EXISTS"), OPEN + select("Sent", exists=1, tag="s1")),
    ("exists_shrinks", "warn", said("* 2 EXISTS"), OPEN + ask("NOOP", "* VANISHED 7", "* 2 EXISTS")),
    ("uidvalidity_changed", "note", two(("Sent", 5), ("Sent", 6)), two(("Sent", 5), ("Sent", 5))),
    ("uidvalidity_changed", "note", two(("Sent", 5), ("Sent", 6)), two(("Sent", 5), ("Drafts", 6))),
    ("idle_timeout", "note", idle("DONE", wait=1745), idle("DONE", wait=1735)),
    ("idle_command", "warn", idle("a4 NOOP", "DONE"), idle("done")),
    ("append_nul", "warn", OPEN + append(b"a\0b"), typed(b"a3 APPEND Sent ~" + literal(b"a\0b", "+") + b"\r\n")),
    ("no_reply", "note", OPEN + ["C: a3 NOOP"], OPEN + NOOP + LOGOUT),
    ("no_reply", "note", OPEN + ["C: a3 NOOP"], OPEN + ["C: a3 IDLE", "S: + idling"]),
    ("slow_reply", "note", after(10.5), after(9)),
    ("slow_reply", "note", after(10.5), idle("DONE", wait=600)),
    ("bye", "note", OPEN + ["S: * BYE Autologout"], OPEN + LOGOUT),
    ("version_disclosed", "chat", OPEN + ask("ID NIL", '* ID ("name" "Dovecot" "version" "2.3.19")'),
     OPEN + ask("ID NIL", '* ID ("name" "Dovecot")')),
    ("base64_decode", "warn", greeting() + ["C: a1 AUTHENTICATE PLAIN A*B", "S: a1 NO No"], greeting() + CRAM_MD5),
    ("auth_cancelled", "chat", greeting() + CRAM_MD5[:2] + ["C: *", "S: a1 BAD Cancelled"], greeting() + CRAM_MD5),
]


@pytest.mark.parametrize("name, severity, script, near", ROWS, ids=["%d-%s" % (n, r[0]) for n, r in enumerate(ROWS)])
def test_expert(pcap, name, severity, script, near):
    two_pass = name in AT_THE_END
    assert names(session(pcap("raises.pcap"), script, port=PORT), two_pass).get(name) == severity
    assert name not in names(session(pcap("near.pcap"), near, port=PORT), two_pass)


ONCE = {row[0]: row for row in reversed(ROWS)}      # the first row of each name


@pytest.mark.parametrize("name", sorted(ONCE))
def test_expert_is_the_same_in_a_second_pass(pcap, name):
    path = session(pcap(), ONCE[name][2], port=PORT)
    both = [[(e.frame, e.name) for e in experts(path, two_pass=two_pass) if e.name == "imap.expert." + name]
            for two_pass in (False, True)]
    assert both[0] == both[1] or name in AT_THE_END
    assert both[1] != []


@pytest.mark.parametrize("name", sorted(ONCE))
def test_expert_in_single_octets(pcap, name):
    """What an octet means does not depend on the segment that brings it; but a line in 1024 segments is cut."""
    _, severity, script, _ = ONCE[name]
    if any(item[0] == "C" and item[1] == CLIENT_HELLO for item in script):
        pytest.skip("TLS is not cut")
    cut = 16 if name == "command_too_long" else 1
    assert names(session(pcap(), script, port=PORT, cut=cut), two_pass=True).get(name) == severity


def test_newline_in_quotes_is_told_where_it_stands(pcap):
    """And the injected command is still shown as one."""
    path = session(pcap(), typed(b'a3 SELECT "INBOX\r\na4 DELETE Archive\r\n'), port=PORT)
    assert frames(path, "imap.expert.injected_command") == [FIRST]
    assert "DELETE" in fields(path, ["imap.request.verb"])["imap.request.verb"]


def test_starttls_stripped_between_two_sessions(pcap):
    """Another connection to the same server was offered it."""
    capture = Capture()
    for port, capabilities in ((40000, TLS), (40001, ["IMAP4rev1"])):
        talk = Conversation(capture, port=PORT, client_port=port)
        talk.handshake()
        talk.play(greeting(*capabilities) + LOGOUT)
        talk.close()
    found = [e.frame for e in experts(capture.save(pcap())) if e.name == "imap.expert.starttls_stripped"]
    assert found and min(found) > 9


def test_bruteforce_over_sessions(pcap):
    """10 refusals from one address; 9 are none."""
    for count in (9, 10):
        capture = Capture()
        for number in range(count):
            talk = Conversation(capture, port=PORT, client_port=40000 + number)
            talk.handshake()
            talk.play(greeting() + NO_LOGIN + LOGOUT)
            talk.close()
        assert ("auth_bruteforce" in names(capture.save(pcap("%d.pcap" % count)))) == (count == 10)


def test_cleartext_on_the_tls_port(pcap):
    """Once the port is decoded as IMAP."""
    path = session(pcap(), OPEN + LOGOUT, port=993)
    assert "cleartext_on_tls_port" in names(path, decode_as="tcp.port==993,imap")
    assert "cleartext_on_tls_port" not in names(session(pcap("143.pcap"), OPEN + LOGOUT, port=PORT))


def test_not_imap_on_the_port(pcap):
    path = session(pcap(), ["S: SSH-2.0-OpenSSH_9.2p1", "C: SSH-2.0-OpenSSH_9.2p1"], port=PORT)
    assert names(path).get("not_protocol") == "note"
    assert "not_protocol" not in names(session(pcap("imap.pcap"), OPEN, port=PORT))


def test_slow_reply_follows_the_preference(pcap):
    path = session(pcap(), after(5), port=PORT)
    assert "slow_reply" not in names(path)
    assert "slow_reply" in names(path, prefs=["mail.slow_reply:3"])


def test_set_that_is_huge_costs_nothing(pcap):
    """RFC 4731 ALL of all numbers, a hundred times: no list of them is made."""
    line = '* ESEARCH (TAG "a3") ALL ' + ",".join(["1:4294967295"] * 100)
    path = session(pcap(), said(line), port=PORT)
    assert len(fields(path, ["imap.search.result"])["imap.search.result"]) <= 100000
    assert "set_huge" in names(path)


def test_capabilities_of_before_login_are_not_held_against_later_commands(pcap):
    script = greeting("IMAP4rev1", "AUTH=PLAIN") + ["C: a1 LOGIN a b", "S: a1 OK Logged in", "C: a2 IDLE", "S: + idling",
                                                   "C: DONE", "S: a2 OK"]
    assert "capability_missing" not in names(session(pcap(), script, port=PORT))


def test_capabilities_in_front_of_the_answer_to_a_login_lack_starttls(pcap):
    script = greeting("IMAP4rev1", "STARTTLS") + ["C: a1 LOGIN a b", "S: * CAPABILITY IMAP4rev1 IDLE", "S: a1 OK"]
    assert "starttls_stripped" not in names(session(pcap(), script, port=PORT))


def test_bad_leaves_the_mailbox_selected(pcap):
    script = OPEN + ["C: a3 SELECT", "S: a3 BAD Missing", "C: a4 FETCH 1 FLAGS", "S: a4 OK"]
    assert "bad_state" not in names(session(pcap(), script, port=PORT))


def test_message_of_an_append_has_its_experts(pcap):
    """Section 6: bare LF and bare CR in a message that is appended or fetched."""
    text = MESSAGE + b"bare\nline\rhere\r\n"
    for number, script in enumerate((append(text), fetch(text))):
        found = {e.name for e in experts(session(pcap("%d.pcap" % number), OPEN + script, port=PORT))}
        assert {"mail.expert.bare_lf", "mail.expert.bare_cr"} <= found
