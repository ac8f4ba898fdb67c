"""IMAP sessions of correct clients and servers: no Warn and no Error.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from imap_talk import (CRAM_MD5, DIALOGUE, HEADER, LOGOUT, MESSAGE, NOOP, OTHER, PORT, QUIET, UIDVALIDITY, append,
                       append_plus, ask, b64, client, fetch, fetched, greeting, literal, octets, select, server)
from runner import experts
from smtp_tls import CLIENT_DATA, CLIENT_HELLO, SERVER_DATA, SERVER_HELLO
from test_imap_compress import START, deflated
from wire import session

TRAP = MESSAGE + DIALOGUE
IDLE = ["C: a3 IDLE", "S: + idling", "S: * 4 EXISTS", ("wait", 100), server("* 4 EXPUNGE", "* 3 EXISTS"), "C: DONE",
        "S: a3 OK Idle completed (100.0 secs)."]
HEADERS = (b"* 1 FETCH (UID 5 BODY[HEADER.FIELDS (FROM)] " + literal(HEADER) + b" BODY[TEXT]<0> " + literal(b")(")
           + b")\r\n")
STARTTLS = greeting("IMAP4rev1", "STARTTLS", "LOGINDISABLED") + [
    "C: a1 CAPABILITY", server("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED", "a1 OK"), "C: a2 STARTTLS",
    "S: a2 OK Begin TLS negotiation now.", ("C", CLIENT_HELLO), ("S", SERVER_HELLO), ("C", CLIENT_DATA),
    ("S", SERVER_DATA)]

SILENT = {
    "fetch": QUIET + fetch() + LOGOUT,
    "idle": QUIET + IDLE + LOGOUT,
    "idle in lower case": QUIET + [item.replace("DONE", "done") if isinstance(item, str) else item for item in IDLE],
    "append": QUIET + append() + LOGOUT,
    "append with LITERAL+": QUIET + append_plus(TRAP) + LOGOUT,
    "literal like a command": QUIET + fetch(TRAP) + append(TRAP) + LOGOUT,
    "multiappend": QUIET + [
        client(b"a3 APPEND Sent " + literal(MESSAGE, "+") + b" (\\Seen) " + literal(OTHER, "+"), ""),
        "S: a3 OK [APPENDUID %d 7:8] Done" % UIDVALIDITY] + LOGOUT,
    "literal8": QUIET + [client(b"a3 APPEND Sent ~" + literal(MESSAGE, "+"), ""), "S: a3 OK"] + LOGOUT,
    "refused append": QUIET + ["C: a3 APPEND Missing {99}", "S: a3 NO [TRYCREATE] No such mailbox"] + NOOP + LOGOUT,
    "header and part": QUIET + ask("FETCH 1 (UID BODY.PEEK[HEADER.FIELDS (FROM)] BODY.PEEK[TEXT]<0.2>)", HEADERS)
    + LOGOUT,
    "pipelined": QUIET + [client("a3 UID FETCH 5 BODY[]", r"a4 UID STORE 5 +FLAGS (\Seen)", "a5 NOOP"), server(
        fetched(), r"* 1 FETCH (UID 5 FLAGS (\Seen))", "a4 OK", "a3 OK", "a5 OK")] + LOGOUT,
    "search": QUIET + ask("UID SEARCH RETURN (ALL) UNSEEN", '* ESEARCH (TAG "a3") UID ALL 4:6') + LOGOUT,
    "search for text": QUIET + [client(b"a3 UID SEARCH CHARSET UTF-8 SUBJECT " + literal("Grüße".encode(), "+"), ""),
                                server("* SEARCH", "a3 OK")] + LOGOUT,
    "expunge": QUIET + ask("EXPUNGE", "* 3 EXPUNGE", "* 2 EXPUNGE", "* 1 EXISTS") + LOGOUT,
    "move": QUIET + ask("UID MOVE 5:6 Trash", "* OK [COPYUID %d 5:6 21:22]" % UIDVALIDITY, "* 2 EXPUNGE", "* 1 EXPUNGE")
    + LOGOUT,
    "utf-7": QUIET + ask("CREATE Gr&APwA3w-e") + ask('LIST "" %', r'* LIST (\HasNoChildren) "/" Gr&APwA3w-e',
                                                    '* LIST () "/" "A &- B"', tag="a4") + LOGOUT,
    "utf-8": QUIET + ask("ENABLE UTF8=ACCEPT", "* ENABLED UTF8=ACCEPT") + ask('SELECT "Grüße"', tag="a4") + LOGOUT,
    "text with brackets": QUIET + ["C: a3 NOOP", "S: a3 OK Done (0.001 + 0.000 secs"] + ask(
        "CHECK", '* OK See "here {5}', tag="a4") + LOGOUT,
    "qresync": QUIET + ask("ENABLE QRESYNC", "* ENABLED QRESYNC") + ask(
        "SELECT INBOX (QRESYNC (%d 20 1:5))" % UIDVALIDITY, "* OK [CLOSED]", "* 3 EXISTS",
        "* OK [UIDVALIDITY %d] UIDs valid" % UIDVALIDITY, "* OK [HIGHESTMODSEQ 22]", "* VANISHED (EARLIER) 1:2",
        r"* 1 FETCH (UID 5 FLAGS () MODSEQ (22))", tag="a4") + ask("NOOP", "* VANISHED 5", "* 2 EXISTS", tag="a5"),
    "quota and rights": QUIET + ask("GETQUOTAROOT INBOX", '* QUOTAROOT INBOX ""', '* QUOTA "" (STORAGE 10 512)')
    + ask("MYRIGHTS INBOX", "* MYRIGHTS INBOX lrswipkxtecda", tag="a4")
    + ask("GETMETADATA INBOX /shared/comment", b"* METADATA INBOX (/shared/comment " + literal(b"(x\r\n\"") + b")\r\n",
          tag="a5"),
    "close and select again": QUIET + ask("CLOSE") + select("Sent", exists=1, tag="a4") + ask("UNSELECT", tag="a5")
    + LOGOUT,
    "SASL with challenge": greeting() + CRAM_MD5 + LOGOUT,
    "EXTERNAL": greeting("IMAP4rev1", "SASL-IR", "AUTH=EXTERNAL") + ["C: a1 AUTHENTICATE EXTERNAL " + b64("alice"),
                                                                     "S: a1 OK Logged in"] + LOGOUT,
    "STARTTLS": STARTTLS,
    "COMPRESS": QUIET + START + deflated(fetch() + append() + LOGOUT),
    "bounces": QUIET + fetch(MESSAGE.replace(b"alice@", b"MAILER-DAEMON@")) + LOGOUT,
    "odd tags": greeting() + CRAM_MD5 + ask("NOOP", tag=".") + ask("NOOP", tag="A-1]") + LOGOUT,
    "empty literal": QUIET + ask("UID FETCH 5 BODY[2]", b"* 1 FETCH (UID 5 BODY[2] {0}\r\n)\r\n") + LOGOUT,
    "quoted": QUIET + ask(r'CREATE "a\"b\\c (d"', tag="a3") + ask('LIST "" "*"', r'* LIST () "/" "a\"b\\c (d"',
                                                                  tag="a4") + LOGOUT,
    "capability after login": greeting() + CRAM_MD5[:3] + [server("* CAPABILITY IMAP4rev1 IDLE", "a1 OK")] + LOGOUT,
    "unilateral data": QUIET + ["S: * 4 EXISTS", r"S: * 4 FETCH (FLAGS (\Recent))"] + LOGOUT,
}
NOT_CUT = ("STARTTLS", "COMPRESS")


def loud(path, **how):
    """(frame, name) of each Warn or Error, TCP's own excepted."""
    return [(e.frame, e.name) for e in experts(path, **how)
            if e.severity in ("warn", "error") and not e.name.startswith("tcp.")]


@pytest.mark.parametrize("name", sorted(SILENT))
def test_correct_session_is_silent(pcap, name):
    assert loud(session(pcap(), SILENT[name], port=PORT)) == []


@pytest.mark.parametrize("name", sorted(set(SILENT) - set(NOT_CUT)))
def test_correct_session_in_single_octets_is_silent(pcap, name):
    assert loud(session(pcap(), SILENT[name], port=PORT, cut=1)) == []


@pytest.mark.parametrize("name", sorted(SILENT))
def test_correct_session_is_silent_in_two_passes(pcap, name):
    assert loud(session(pcap(), SILENT[name], port=PORT), two_pass=True) == []


def test_compressed_session_in_single_octets_is_silent(pcap):
    assert loud(session(pcap(), SILENT["COMPRESS"], port=PORT, cut=1)) == []


def test_silence_is_not_that_of_a_dissector_that_is_absent(pcap):
    """The same session with a password in clear is not silent."""
    script = greeting() + ["C: a1 LOGIN ccna1 cisco", "S: a1 OK Logged in"] + LOGOUT
    assert [name for _, name in loud(session(pcap(), script, port=PORT))] == ["imap.expert.auth_cleartext"]


def test_greeting_in_the_segment_of_what_follows(pcap):
    """A server that sends its greeting and a bit more at once."""
    script = [("S", octets("* OK [CAPABILITY IMAP4rev1] Ready", "* OK Hello"))] + ask("NOOP") + LOGOUT
    assert loud(session(pcap(), script, port=PORT)) == []
