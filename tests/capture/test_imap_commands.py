"""IMAP commands: verb, arguments, tags, pairing.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from imap_talk import FIRST, LOGOUT, NOOP, OPEN, OPEN_VERBS, PORT, ask, client, greeting, login, octets, server
from runner import fields, frames, rows, summary, tree
from wire import session

HERE = "frame.number == %d" % FIRST


def verbs(path, **how):
    """All verbs of a capture."""
    return fields(path, ["imap.request.verb"], **how)["imap.request.verb"]


def asked(path, command, names):
    """Fields in the frame of a command behind OPEN."""
    return fields(session(path, OPEN + ask(command) + LOGOUT, port=PORT), names, filter=HERE)


COMMANDS = [
    # command line, verb, mailboxes, message sets, flags
    ("CAPABILITY", "CAPABILITY", [], [], []),
    ("NOOP", "NOOP", [], [], []),
    ("ID NIL", "ID", [], [], []),
    ("ENABLE CONDSTORE", "ENABLE", [], [], []),
    ("SELECT INBOX", "SELECT", ["INBOX"], [], []),
    ("SELECT INBOX (CONDSTORE)", "SELECT", ["INBOX"], [], []),
    ('EXAMINE "Sent Items"', "EXAMINE", ["Sent Items"], [], []),
    ("CREATE owatagusiam/", "CREATE", ["owatagusiam/"], [], []),
    ("DELETE foo", "DELETE", ["foo"], [], []),
    ("RENAME blurdybloop sarasoop", "RENAME", ["blurdybloop", "sarasoop"], [], []),
    ("SUBSCRIBE #news.comp.mail.mime", "SUBSCRIBE", ["#news.comp.mail.mime"], [], []),
    ("UNSUBSCRIBE foo", "UNSUBSCRIBE", ["foo"], [], []),
    ("NAMESPACE", "NAMESPACE", [], [], []),
    ("STATUS blurdybloop (UIDNEXT MESSAGES)", "STATUS", ["blurdybloop"], [], []),
    ("CHECK", "CHECK", [], [], []),
    ("CLOSE", "CLOSE", [], [], []),
    ("UNSELECT", "UNSELECT", [], [], []),
    ("EXPUNGE", "EXPUNGE", [], [], []),
    ("UID EXPUNGE 3000:3002", "EXPUNGE", [], ["3000:3002"], []),
    ("SEARCH UNSEEN", "SEARCH", [], [], []),
    ("SEARCH 2:4 FLAGGED", "SEARCH", [], ["2:4"], []),
    ("UID SEARCH UID 7,9:*", "SEARCH", [], ["7,9:*"], []),
    ("UID SEARCH RETURN (MIN MAX) CHARSET UTF-8 (OR SEEN NOT 5:6)", "SEARCH", [], ["5:6"], []),
    ("SORT (REVERSE DATE) UTF-8 ALL", "SORT", [], [], []),
    ("UID THREAD REFERENCES UTF-8 1:*", "THREAD", [], ["1:*"], []),
    ("FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])", "FETCH", [], ["2:4"], []),
    ("FETCH 1,3,5:* ALL", "FETCH", [], ["1,3,5:*"], []),
    ("FETCH $ FLAGS", "FETCH", [], ["$"], []),
    ("UID FETCH 443:557 FLAGS (CHANGEDSINCE 12345)", "FETCH", [], ["443:557"], []),
    (r"STORE 2:4 +FLAGS (\Deleted $Forwarded)", "STORE", [], ["2:4"], [r"\Deleted", "$Forwarded"]),
    (r"STORE 1 FLAGS.SILENT \Seen", "STORE", [], ["1"], [r"\Seen"]),
    (r"UID STORE 6 (UNCHANGEDSINCE 5) -FLAGS.SILENT (\Flagged)", "STORE", [], ["6"], [r"\Flagged"]),
    ("STORE 1 FLAGS ()", "STORE", [], ["1"], []),
    ("COPY 2:4 MEETING", "COPY", ["MEETING"], ["2:4"], []),
    ('UID MOVE 42:69 "foo bar"', "MOVE", ["foo bar"], ["42:69"], []),
    ("GETACL INBOX", "GETACL", ["INBOX"], [], []),
    ("SETACL INBOX fred lrs", "SETACL", ["INBOX"], [], []),
    ("MYRIGHTS INBOX", "MYRIGHTS", ["INBOX"], [], []),
    ("GETQUOTA user", "GETQUOTA", [], [], []),
    ("GETQUOTAROOT INBOX", "GETQUOTAROOT", ["INBOX"], [], []),
    ("SETQUOTA user (STORAGE 510)", "SETQUOTA", [], [], []),
    ("GETMETADATA INBOX /shared/comment", "GETMETADATA", ["INBOX"], [], []),
    ("LIST (SUBSCRIBED) \"\" (INBOX \"Sent*\") RETURN (STATUS (MESSAGES))", "LIST", None, [], []),
    ("NOTIFY NONE", "NOTIFY", [], [], []),
    ("LANGUAGE *", "LANGUAGE", [], [], []),
]


@pytest.mark.parametrize("line, verb, mailboxes, sets, flags", COMMANDS, ids=[row[0] for row in COMMANDS])
def test_command(pcap, line, verb, mailboxes, sets, flags):
    names = ["imap.request.verb", "imap.mailbox", "imap.sequence_set", "imap.flag"]
    found = asked(pcap(), line, names)
    if mailboxes is None:               # patterns: shown as names or not
        del found["imap.mailbox"]
    expected = {"imap.request.verb": [verb], "imap.mailbox": mailboxes, "imap.sequence_set": sets, "imap.flag": flags}
    assert found == {name: expected[name] for name in found}


@pytest.mark.parametrize("line, spelled", [("fetch 1 flags", "fetch"), ("Uid FeTcH 1 flags", "FeTcH")])
def test_verb_is_upper_case_and_command_as_spelled(pcap, line, spelled):
    assert asked(pcap(), line, ["imap.request.verb", "imap.request.command"]) == {
        "imap.request.verb": ["FETCH"], "imap.request.command": [spelled]}


@pytest.mark.parametrize("line, uid", [("UID FETCH 1 FLAGS", ["1"]), ("uid fetch 1 FLAGS", ["1"]),
                                       ("FETCH 1 UID", [])])
def test_uid_prefix(pcap, line, uid):
    assert asked(pcap(), line, ["imap.request.command.uid"])["imap.request.command.uid"] == uid


MAILBOXES = [
    # argument, decoded
    ("INBOX", "INBOX"), ('""', ""), ('"Sent Items"', "Sent Items"), (r'"a\"b\\c"', r'a\"b\\c'),
    ("Gr&APwA3w-e", "Grüße"), ('"Gr&APwA3w-e"', "Grüße"), ("Tom&-Jerry", "Tom&Jerry"),
    ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"), ("&2D3eAA-", "😀"), ("foo]bar", "foo]bar"),
]


@pytest.mark.parametrize("argument, name", MAILBOXES, ids=[row[0] for row in MAILBOXES])
def test_mailbox_name_is_decoded(pcap, argument, name):
    path = session(pcap(), OPEN + ask("EXAMINE " + argument), port=PORT)
    assert frames(path, 'imap.mailbox == "%s" && %s' % (name, HERE)) == [FIRST]


def test_mailbox_name_in_utf8(pcap):
    """After ENABLE UTF8=ACCEPT a quoted name is UTF-8 (RFC 9755 3)."""
    enable = ask("ENABLE UTF8=ACCEPT", "* ENABLED UTF8=ACCEPT")
    path = session(pcap(), OPEN + enable + ask('SELECT "Grüße"', tag="a4"), port=PORT)
    assert frames(path, 'imap.mailbox == "Grüße"') == [FIRST + 2]


LOGINS = [
    ["C: a1 LOGIN ccna1 cisco"],
    ['C: a1 LOGIN "ccna1" "cisco"'],
    ['C: a1 login ccna1 "cisco"'],
    [client(b"a1 LOGIN {5+}\r\nccna1 {5+}\r\ncisco\r\n")],
    ["C: a1 LOGIN {5}", "S: + OK", "C: ccna1 {5}", "S: + OK", "C: cisco"],
    ['C: a1 LOGIN "ccna1" {5}', "S: + OK", "C: cisco"],
]


@pytest.mark.parametrize("cut", [None, 1])
@pytest.mark.parametrize("lines", LOGINS, ids=["atoms", "quoted", "mixed", "literals+", "literals", "password"])
def test_login(pcap, lines, cut):
    """labs.md A16: ccna1 and cisco, not isc."""
    path = session(pcap(), greeting() + lines + ["S: a1 OK Logged in"] + LOGOUT, port=PORT, cut=cut)
    assert fields(path, ["imap.request.username", "imap.request.password", "imap.request.verb"]) == {
        "imap.request.username": ["ccna1"], "imap.request.password": ["cisco"], "imap.request.verb": [
            "LOGIN", "LOGOUT"]}


@pytest.mark.parametrize("argument, word", [('"cis co"', "cis co"), (r'"a\"b"', 'a"b'), ('""', ""),
                                            ("p%ss", "p%ss")])
def test_odd_passwords(pcap, argument, word):
    """% is no atom-char, but a password with it is still shown."""
    path = session(pcap(), greeting() + ["C: a1 LOGIN ccna1 " + argument, "S: a1 OK Logged in"], port=PORT)
    assert frames(path, 'imap.request.password == "%s"' % word.replace('"', r'\"')) == [5]


def test_pipelined_commands_are_paired_by_tag(pcap):
    """Two replies in the other order, in one segment each."""
    path = session(pcap(), OPEN + [client("t1 FETCH 1 FLAGS", "t2 NOOP", "t3 CHECK"),
                                   server("t3 OK", "t1 OK done"), server("t2 OK done")], port=PORT)
    assert fields(path, ["imap.request.verb", "imap.request_tag", "imap.response_in"], filter=HERE, two_pass=True) == {
        "imap.request.verb": ["FETCH", "NOOP", "CHECK"], "imap.request_tag": ["t1", "t2", "t3"],
        "imap.response_in": [str(FIRST + 1), str(FIRST + 2), str(FIRST + 1)]}
    found = rows(path, ["imap.response_tag", "imap.response_to", "imap.time"], filter="frame.number > %d && "
                 "imap.response_tag" % FIRST)
    assert [(r["imap.response_tag"], r["imap.response_to"], r["imap.time"]) for r in found] == [
        (["t3", "t1"], [str(FIRST)] * 2, ["0.001000000"] * 2), (["t2"], [str(FIRST)], ["0.002000000"])]


def test_time_counts_from_the_last_octet_of_the_command(pcap):
    path = session(pcap(), OPEN + [("C", b"a3 NO"), ("wait", 2), ("C", b"OP\r\n"), "S: a3 OK"], port=PORT)
    assert fields(path, ["imap.time"], filter="frame.number > %d" % FIRST)["imap.time"] == ["0.001000000"]
    assert frames(path, 'imap.request.verb == "NOOP"') == [FIRST + 1]


def test_same_tag_again_after_its_reply(pcap):
    path = session(pcap(), OPEN + NOOP + NOOP + NOOP, port=PORT)
    assert fields(path, ["imap.response_to"], filter="frame.number > %d" % FIRST)["imap.response_to"] == [
        str(FIRST), str(FIRST + 2), str(FIRST + 4)]


def test_idle(pcap):
    """The tagged reply answers IDLE, not DONE; what arrives meanwhile is untagged data."""
    path = session(pcap(), OPEN + ["C: a3 IDLE", "S: + idling", "S: * 4 EXISTS", ("wait", 60), "S: * 4 EXPUNGE",
                                   "C: DONE", "S: a3 OK Idle completed."] + LOGOUT, port=PORT)
    assert verbs(path) == OPEN_VERBS + ["IDLE", "LOGOUT"]
    assert fields(path, ["imap.response_in"], filter=HERE, two_pass=True)["imap.response_in"] == [str(FIRST + 5)]
    names = ["imap.response_to", "imap.time", "imap.exists", "imap.expunge", "imap.continuation_of"]
    found = fields(path, names, filter="frame.number >= %d && frame.number <= %d" % (FIRST, FIRST + 5))
    assert [found[name] for name in names] == [
        [str(FIRST)], ["60.005000000"], ["4"], ["4"], [str(FIRST)]]


@pytest.mark.parametrize("done", [b"DONE\r\n", b"done\r\n", b"DONE\r\na4 NOOP\r\n"])
def test_end_of_idle(pcap, done):
    path = session(pcap(), OPEN + ["C: a3 IDLE", "S: + idling", ("C", done), "S: a3 OK Idle completed."] + LOGOUT,
                   port=PORT)
    assert verbs(path) == OPEN_VERBS + ["IDLE"] + (["NOOP"] if b"a4" in done else []) + ["LOGOUT"]


def test_refused_idle_is_followed_by_commands(pcap):
    path = session(pcap(), OPEN + ["C: a3 IDLE", "S: a3 BAD What"] + NOOP + LOGOUT, port=PORT)
    assert verbs(path) == OPEN_VERBS + ["IDLE", "NOOP", "LOGOUT"]


@pytest.mark.parametrize("line", ["FROBNICATE (a (b \"c d\")) {2+}\r\nxy 5", "X-MAGIC", "UID FROBNICATE 1:2"])
def test_unknown_command_shows_its_tokens(pcap, line):
    path = session(pcap(), OPEN + [client("a3 " + line), "S: a3 BAD What"] + LOGOUT, port=PORT)
    text = tree(path, frame=FIRST, protocols="imap")
    assert all(word in text for word in line.split()[:1])
    assert fields(path, ["imap.request.command"], filter="frame.number > 8")["imap.request.command"] == [
        line.split()[1 if line.startswith("UID") else 0], "LOGOUT"]
    assert frames(path, "imap.expert.unknown_command") == [FIRST]


def test_info_column(pcap):
    path = session(pcap(), OPEN + NOOP, port=PORT)
    column = summary(path, filter="imap")
    assert "LOGIN" in column[1] and "NOOP" in column[-2] and "n1 OK" in column[-1]


def test_whole_session_in_single_octets(pcap):
    script = OPEN + ask("UID FETCH 5 (FLAGS)", r"* 1 FETCH (UID 5 FLAGS (\Seen))") + LOGOUT
    names = ["imap.request.verb", "imap.untagged", "imap.mailbox", "imap.flag", "imap.fetch.uid", "imap.response.code"]
    assert fields(session(pcap("one.pcap"), script, port=PORT, cut=1), names) == fields(
        session(pcap("whole.pcap"), script, port=PORT), names)
    assert verbs(session(pcap(), script, port=PORT, cut=1)) == OPEN_VERBS + ["FETCH", "LOGOUT"]


def test_whole_session_of_each_side_in_one_segment(pcap):
    """Everything pipelined: greeting first, then all commands, then all replies."""
    script = greeting() + [client("a1 LOGIN ccna1 cisco", "a2 SELECT INBOX", "a3 NOOP", "a4 LOGOUT"), server(
        octets("a1 OK", "* 3 EXISTS", "a2 OK", "a3 OK", "* BYE", "a4 OK"))]
    path = session(pcap(), script, port=PORT)
    assert verbs(path) == ["LOGIN", "SELECT", "NOOP", "LOGOUT"]
    assert fields(path, ["imap.response_to"])["imap.response_to"] == ["5"] * 4


def test_login_again_after_a_refusal(pcap):
    script = greeting() + ["C: a0 LOGIN ccna1 wrong", "S: a0 NO [AUTHENTICATIONFAILED] No."] + login() + LOGOUT
    path = session(pcap(), script, port=PORT)
    assert fields(path, ["imap.request.password", "imap.request.verb"]) == {
        "imap.request.password": ["wrong", "cisco"], "imap.request.verb": ["LOGIN", "LOGIN", "LOGOUT"]}
