"""IMAP literals: announced, counted, cut over segments, of any content.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from imap_talk import (DIALOGUE, FIRST, HEADER, LOGOUT, MESSAGE, NOOP, OPEN, OPEN_VERBS, PORT, append, append_plus, ask,
                       client, fetch, fetched, greeting, literal, octets, pieces, server)
from runner import fields, frames, rows, tree
from wire import session

TRAP = MESSAGE + DIALOGUE               # octets of a message that look like commands and responses


def verbs(path):
    """All verbs of a capture."""
    return fields(path, ["imap.request.verb"])["imap.request.verb"]


def where(path, name):
    """(frame, occurrences) of each frame that has the field."""
    return [(row["frame"], row[name]) for row in rows(path, [name], filter=name)]


def test_login_with_literals(pcap):
    path = session(pcap(), greeting() + ["C: a1 LOGIN {5}", "S: + user", "C: ccna1 {5}", "S: + password", "C: cisco",
                                         "S: a1 OK Logged in"] + LOGOUT, port=PORT)
    assert where(path, "imap.literal.size") == [(5, ["5"]), (7, ["5"])]
    assert where(path, "imap.request.username") == [(7, ["ccna1"])]
    assert where(path, "imap.request.password") == [(9, ["cisco"])]
    assert where(path, "imap.continuation_of") == [(6, ["5"]), (8, ["5"])]
    assert verbs(path) == ["LOGIN", "LOGOUT"]
    assert frames(path, "_ws.malformed") == []


def test_reply_answers_the_command_and_not_the_literal(pcap):
    """Time counts from the last octet of the whole command."""
    path = session(pcap(), OPEN + append(), port=PORT)
    assert where(path, "imap.response_to")[-1][0] == FIRST + 3
    assert fields(path, ["imap.response_in"], filter="frame.number == %d" % FIRST, two_pass=True)[
        "imap.response_in"] == [str(FIRST + 3)]
    assert where(path, "imap.response_to")[-1] == (FIRST + 3, [str(FIRST)])


@pytest.mark.parametrize("content", [TRAP, b")\r\n", b"", b"\r\n", b"{3}\r\n", b"* 1 FETCH (BODY[] {5}\r\n", b"\0\xff",
                                     b"a3 OK done\r\n" * 50])
def test_content_of_a_literal_is_never_read_as_lines(pcap, content):
    """In both directions; what follows the literal is."""
    script = OPEN + fetch(content, item="BODY[TEXT]", command="UID FETCH 5 (BODY[TEXT])") + append(content) + LOGOUT
    path = session(pcap(), script, port=PORT)
    assert verbs(path) == OPEN_VERBS + ["FETCH", "APPEND", "LOGOUT"]
    found = fields(path, ["imap.untagged", "imap.response_tag", "imap.literal.size"], filter="frame.number > 8")
    assert found["imap.untagged"] == ["FETCH", "BYE"]
    assert [tag for tag in found["imap.response_tag"] if tag != "+"] == ["a3", "a3", "z9"]
    assert found["imap.literal.size"] == [str(len(content))] * 2


@pytest.mark.parametrize("cut", [1, 7, 100])
def test_literals_cut_over_segments(pcap, cut):
    script = OPEN + fetch(TRAP) + append(TRAP) + append_plus(TRAP) + LOGOUT
    path = session(pcap(), script, port=PORT, cut=cut)
    assert verbs(path) == OPEN_VERBS + ["FETCH", "APPEND", "APPEND", "LOGOUT"]
    assert fields(path, ["imap.literal.size", "mail.size"]) == {
        "imap.literal.size": [str(len(TRAP))] * 3, "mail.size": [str(len(TRAP))] * 3}


PLACES = [(1,), (20,), (26,), (27,), (28,), (29,), (30,), (31,), (32,), (40, 41), (-3,), (-2,), (-1,)]


@pytest.mark.parametrize("places", PLACES, ids=[repr(row) for row in PLACES])
def test_fetch_cut_at_each_joint(pcap, places):
    """Around the announcement, its CRLF, the first octet and the last."""
    response = octets(fetched(TRAP))
    cuts = tuple(place % len(response) for place in places)
    path = session(pcap(), OPEN + ["C: a3 UID FETCH 5 (BODY[])"] + pieces(("S", response), *cuts) + [
        "S: a3 OK Fetch completed."] + LOGOUT, port=PORT)
    assert fields(path, ["imap.fetch.uid", "imap.literal.size", "mail.size", "mail.uid"]) == {
        "imap.fetch.uid": ["5"], "imap.literal.size": [str(len(TRAP))], "mail.size": [str(len(TRAP))],
        "mail.uid": ["5"]}
    assert verbs(path) == OPEN_VERBS + ["FETCH", "LOGOUT"]


def test_size_stands_in_the_frame_of_the_announcement(pcap):
    response = octets(fetched())
    path = session(pcap(), OPEN + ["C: a3 UID FETCH 5 (BODY[])"] + pieces(("S", response), 40, 100) + ["S: a3 OK"],
                   port=PORT)
    assert where(path, "imap.literal.size") == [(FIRST + 1, [str(len(MESSAGE))])]
    assert where(path, "imf.subject") == [(FIRST + 3, ["Lunch"])]


def test_items_behind_a_literal(pcap):
    """A response goes on behind its literal: more items, another literal, the parenthesis."""
    response = octets(b"* 1 FETCH (BODY[HEADER] " + literal(HEADER) + b" UID 5 BODY[TEXT] " + literal(b"abc")
                      + b" FLAGS (\\Seen) RFC822.SIZE 99)\r\n")
    path = session(pcap(), OPEN + ["C: a3 FETCH 1 (BODY[HEADER] BODY[TEXT] UID FLAGS RFC822.SIZE)", server(
        response, "a3 OK Fetch completed.")], port=PORT)
    there = "frame.number == %d" % (FIRST + 1)
    names = ["imap.fetch.number", "imap.fetch.uid", "imap.fetch.size", "imap.flag", "imap.literal.size",
             "imap.fetch.section", "imap.response_tag", "imf.subject"]
    found = fields(path, names, filter=there)
    assert [found[name] for name in names] == [
        ["1"], ["5"], ["99"], [r"\Seen"], [str(len(HEADER)), "3"], ["HEADER", "TEXT"], ["a3"], ["Lunch"]]
    assert frames(path, "mail") == []


@pytest.mark.parametrize("item, is_imf", [
    ("BODY[HEADER]", True), ("RFC822.HEADER", True), ("BODY[HEADER.FIELDS (FROM SUBJECT)]", True),
    ("BODY[TEXT]", False), ("BODY[1]", False), ("BODY[]<0>", False), ("BODY[1.MIME]", False), ("RFC822.TEXT", False),
])
def test_part_of_a_message_makes_no_record(pcap, item, is_imf):
    """A header goes to imf, other parts do not."""
    path = session(pcap(), OPEN + fetch(HEADER, item=item, command="UID FETCH 5 (%s)" % item), port=PORT)
    assert fields(path, ["imf.subject", "mail.transaction"]) == {
        "imf.subject": ["Lunch"] if is_imf else [], "mail.transaction": []}


def test_part_of_a_message_is_shown_with_its_text(pcap):
    path = session(pcap(), OPEN + fetch(b"Twelve o'clock?\r\n", item="BODY[1]", command="UID FETCH 5 (BODY[1])"),
                   port=PORT)
    assert "Twelve o'clock?" in tree(path, frame=FIRST + 1)


LITERALS = [
    # response with a literal, fields of it
    (b'* LIST () "/" {7}\r\na"b {3}\r\n', {"imap.mailbox": ['a"b {3}'], "imap.list.delimiter": ["/"]}),
    (b"* STATUS {4}\r\nSent (MESSAGES 3)\r\n", {"imap.mailbox": ["Sent"], "imap.status.messages": ["3"]}),
    (b"* 1 FETCH (ENVELOPE (NIL {5}\r\nLunch NIL NIL NIL NIL NIL NIL NIL {7}\r\n<1@a.b>))\r\n",
     {"imap.envelope.subject": ["Lunch"], "imap.envelope.message_id": ["<1@a.b>"]}),
    (b'* 1 FETCH (BODYSTRUCTURE ("IMAGE" "PNG" ("NAME" {5}\r\na.png) NIL NIL "BASE64" 7))\r\n',
     {"imap.bodystructure.filename": ["a.png"], "imap.bodystructure.octets": ["7"]}),
    (b"* METADATA INBOX (/shared/comment {3}\r\na)b)\r\n* 5 EXISTS\r\n",
     {"imap.untagged": ["METADATA", "EXISTS"], "imap.exists": ["5"]}),
    (b"* 1 FETCH (BINARY[1] ~{4}\r\n\0)\r\n UID 7)\r\n", {"imap.literal.size": ["4"], "imap.fetch.uid": ["7"]}),
]


@pytest.mark.parametrize("response, expected", LITERALS, ids=[repr(row[0])[2:30] for row in LITERALS])
def test_strings_as_literals(pcap, response, expected):
    path = session(pcap(), OPEN + ask("NOOP", response), port=PORT)
    assert fields(path, list(expected), filter="frame.number == %d" % (FIRST + 1)) == expected


def test_mailbox_of_a_command_as_literal(pcap):
    path = session(pcap(), OPEN + [client(b"a3 SELECT " + literal(b"Sent Items", "+"), " (CONDSTORE)"), "S: a3 OK"],
                   port=PORT)
    assert fields(path, ["imap.mailbox", "imap.request.verb"], filter="frame.number == %d" % FIRST) == {
        "imap.mailbox": ["Sent Items"], "imap.request.verb": ["SELECT"]}


@pytest.mark.parametrize("mark", ["{%d}", "{%d+}", "~{%d}", "~{%d+}"])
def test_forms_of_announcement(pcap, mark):
    line = b"a3 APPEND Sent " + (mark % len(TRAP)).encode() + b"\r\n"
    script = [("C", line), "S: + OK", client(TRAP, "")] if "+" not in mark else [client(line, TRAP, "")]
    path = session(pcap(), OPEN + script + ["S: a3 OK"] + LOGOUT, port=PORT)
    assert verbs(path) == OPEN_VERBS + ["APPEND", "LOGOUT"]
    assert fields(path, ["imap.literal.size", "mail.size"]) == {
        "imap.literal.size": [str(len(TRAP))], "mail.size": [str(len(TRAP))]}


def test_refused_literal_never_comes(pcap):
    """Dovecot answers a synchronising literal that it does not want with the tagged NO at once."""
    script = OPEN + ["C: a3 APPEND Missing {223}", "S: a3 NO [TRYCREATE] Mailbox doesn't exist"] + NOOP + LOGOUT
    path = session(pcap(), script, port=PORT)
    assert verbs(path) == OPEN_VERBS + ["APPEND", "NOOP", "LOGOUT"]
    assert fields(path, ["imap.literal.size"])["imap.literal.size"] == ["223"]
    assert where(path, "imap.response_to")[2] == (FIRST + 1, [str(FIRST)])


def test_refused_literal_of_a_pipelined_command(pcap):
    """Octets of the next command follow a non-synchronising literal at once."""
    script = OPEN + [client(b"a3 APPEND Missing " + literal(TRAP, "+"), "", "a4 NOOP"),
                     server("a3 NO [TRYCREATE] No such mailbox", "a4 OK")] + LOGOUT
    path = session(pcap(), script, port=PORT)
    assert verbs(path) == OPEN_VERBS + ["APPEND", "NOOP", "LOGOUT"]


@pytest.mark.parametrize("size", ["4294967296", "9223372036854775807", "18446744073709551616", "9" * 60])
def test_huge_announcement_is_survived(pcap, size):
    """Nothing is allocated by it; the refusal brings the session back to commands."""
    path = session(pcap(), OPEN + ["C: a3 APPEND Sent {%s}" % size, "S: a3 NO [TOOBIG] No"] + NOOP, port=PORT)
    assert verbs(path)[-1:] == ["NOOP"]


@pytest.mark.parametrize("line", ["{}", "{-1}", "{5", "5}", "{a}", "{5 }", "{5++}", "{+}"])
def test_what_is_no_announcement(pcap, line):
    path = session(pcap(), OPEN + ["C: a3 APPEND Sent " + line, "S: a3 BAD What"] + NOOP, port=PORT)
    assert verbs(path) == OPEN_VERBS + ["APPEND", "NOOP"]
    assert fields(path, ["imap.literal.size"])["imap.literal.size"] == []


def test_quoted_braces_are_no_announcement(pcap):
    path = session(pcap(), OPEN + ask('CREATE "a {5}"') + ask("LIST \"\" *", '* LIST () "/" "a {5}"', tag="a4")
                   + LOGOUT, port=PORT)
    assert verbs(path) == OPEN_VERBS + ["CREATE", "LIST", "LOGOUT"]
    assert fields(path, ["imap.literal.size"])["imap.literal.size"] == []
