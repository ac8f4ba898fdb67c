"""Fields of the built-in imap dissector: kept where it is right, and mended where it is wrong.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from imap_talk import (DIALOGUE, FIRST, HEADER, LOGOUT, MESSAGE, NOOP, OPEN, PORT, append, append_plus, ask, client,
                       fetch, fetched, greeting, octets, pieces, select, server)
from runner import RunError, fields, frames, known_fields, rows, wireshark_version
from test_stock import (
    Loss, Told, check_rule, is_8bit, is_continuation_text, is_cut_folder, is_done, is_empty_row,
    is_imap_answer, is_line_of_its_frame, is_literal, is_login_word, is_pop_answer, is_pop_dot, is_search_key,
    is_shorter_time)
from test_stock import octets as segment
from wire import session

KEPT = ["imap.request", "imap.request_tag", "imap.tag", "imap.request.command", "imap.command", "imap.request.folder",
        "imap.request.command.uid", "imap.request.username", "imap.response", "imap.response_tag",
        "imap.response.status", "imap.response.command", "imap.line", "imap.isrequest", "imap.response_to",
        "imap.response_in", "imap.time"]
HERE = "frame.number >= %d" % FIRST


def differs(fact):
    """The fact holds with the plugin; the stock dissector of 4.0 fails it, or cannot even be asked."""
    assert fact(True)
    if wireshark_version() != "4.0":
        return
    try:
        stock = fact(False)
    except RunError:
        stock = False
    assert not stock, "the built-in dissector shows this too"


def one(path, name, plugin, filter=None):
    """All occurrences of a field."""
    return fields(path, [name], plugin=plugin, filter=filter)[name]


def test_fields_of_the_built_in_have_their_types():
    stock, ours = known_fields(plugin=False), known_fields()
    assert [name for name in stock if name.startswith("imap.") and stock[name][:2] != ours[name][:2]] == []


SAME = {
    "login": greeting() + ["C: a1 LOGIN ccna1 secret", "S: a1 OK Logged in"],
    "login refused": greeting() + ["C: a1 login ccna1 x", "S: a1 NO Failed"],
    "select": OPEN + select('"Archive"', tag="a3"),
    "examine": OPEN + ask("EXAMINE Archive"),
    "status": OPEN + ask("STATUS Sent (MESSAGES)", "* STATUS Sent (MESSAGES 3)"),
    "names": OPEN + ask("CREATE a") + ask("DELETE b", tag="a4") + ask("SUBSCRIBE c", tag="a5")
    + ask("UNSUBSCRIBE d", tag="a6") + ask("RENAME e f", tag="a7"),
    "utf-7": OPEN + ask("EXAMINE &ZeVnLIqe-") + ask('STATUS "Entw&APw-rfe" (UNSEEN)', tag="a4"),
    "copy": OPEN + ask("COPY 1:3 Trash") + ask("UID COPY 5 Trash", tag="a4"),
    "fetch": OPEN + ask("UID FETCH 5 (FLAGS)", r"* 1 FETCH (UID 5 FLAGS (\Seen))") + ask("FETCH 1 FLAGS", tag="a4"),
    "list": OPEN + ask('LIST "" *', '* LIST () "/" INBOX'),
    "store": OPEN + ask(r"STORE 1 +FLAGS (\Seen)") + ask("EXPUNGE", "* 1 EXPUNGE", tag="a4"),
    "pipelined": OPEN + [client("a3 NOOP", "a4 CHECK"), server("a3 OK", "a4 BAD Huh")],
    "case": OPEN + ["C: a3 noop", "S: a3 ok Done"],
    "logout": OPEN + LOGOUT,
    "starttls refused": greeting("IMAP4rev1", "STARTTLS") + ["C: a1 STARTTLS", "S: a1 BAD No"] + LOGOUT,
    "unknown": OPEN + ["C: a3 FROBNICATE x", "S: a3 BAD What"],
    "one octet per segment": OPEN + [("C", b"a3 NO"), ("C", b"OP\r\n"), ("S", b"* 3 EXIS"), ("S", b"TS\r\na3 O"),
                                     ("S", b"K\r\n")],
}


@pytest.mark.parametrize("name", sorted(SAME))
def test_same_values_as_the_built_in(pcap, name):
    """Each value that stock shows in a frame is there; links ahead need a second pass."""
    path = session(pcap(), SAME[name], port=PORT)
    stock = rows(path, KEPT, filter="imap", two_pass=True, plugin=False)
    ours = {row["frame"]: row for row in rows(path, KEPT, filter="imap", two_pass=True)}
    assert stock != []
    missing = [(row["frame"], field, value) for row in stock for field in KEPT for value in row[field]
               if value not in ours.get(row["frame"], {}).get(field, []) and not cut_line(name, field)]
    assert missing == []
    assert "imap.banner" in known_fields()


def cut_line(name, field):
    """Stock does not say how much of an answer's time is the answer's own."""
    return name == "one octet per segment" and field == "imap.time"


def test_values_themselves(pcap):
    """What was found in stock 4.0.17, spelled out: later versions are held to it, too."""
    path = session(pcap(), OPEN + ask('SELECT "Archive"', "* 3 EXISTS") + ask("UID COPY 1 Trash", tag="a4"), port=PORT)
    found = rows(path, KEPT, filter=HERE + " && imap", two_pass=True)
    names = ["imap.isrequest", "imap.line", "imap.request", "imap.request_tag", "imap.request.command",
             "imap.request.command.uid", "imap.request.folder", "imap.response_in"]
    assert [found[0][name] for name in names] == [
        ["1"], [r'a3 SELECT "Archive"\r\n'], ['a3 SELECT "Archive"'], ["a3"], ["SELECT"], [], ['"Archive"'], ["10"]]
    assert [found[2][name] for name in names] == [
        ["1"], [r"a4 UID COPY 1 Trash\r\n"], ["a4 UID COPY 1 Trash"], ["a4"], ["COPY"], ["1"], ["Trash"], ["12"]]
    names = ["imap.isrequest", "imap.line", "imap.response", "imap.response_tag", "imap.response.status",
             "imap.response_to", "imap.time", "imap.tag"]
    assert [found[1][name] for name in names] == [
        ["0"], [r"* 3 EXISTS\r\n", r"a3 OK Completed.\r\n"], ["a3 OK Completed."], ["a3"], ["OK"], ["9"],
        ["0.001000000"], ["a3"]]


def test_lines_alone(pcap):
    """Nothing but the lines is asked for."""
    lines = [r"* 9 EXISTS\r\n", r"n1 OK Completed.\r\n"]
    path = session(pcap(), OPEN + ask("NOOP", "* 9 EXISTS", tag="n1"), port=PORT)
    assert fields(path, ["imap.line"], filter="frame.number == %d" % (FIRST + 1))["imap.line"] == lines


def test_continuation_request_is_a_response(pcap):
    path = session(pcap(), OPEN + append(), port=PORT)
    assert fields(path, ["imap.response", "imap.line"], filter="frame.number == %d" % (FIRST + 1)) == {
        "imap.response": ["+ OK"], "imap.line": [r"+ OK\r\n"]}


def test_password_of_login_is_whole(pcap):
    path = session(pcap(), greeting() + ["C: a1 LOGIN ccna1 cisco", "S: a1 OK"], port=PORT)
    differs(lambda plugin: one(path, "imap.request.password", plugin) == ["cisco"])


def test_password_in_quotes_is_whole_and_without_them(pcap):
    path = session(pcap(), greeting() + ['C: a1 LOGIN "ccna1" "cis co"', "S: a1 OK"], port=PORT)
    differs(lambda plugin: fields(path, ["imap.request.username", "imap.request.password"], plugin=plugin) == {
        "imap.request.username": ["ccna1"], "imap.request.password": ["cis co"]})


@pytest.mark.parametrize("lines", [
    [client(b"a1 LOGIN {5+}\r\nccna1 {5+}\r\ncisco\r\n")],
    ["C: a1 LOGIN {5}", "S: + OK", "C: ccna1 {5}", "S: + OK", "C: cisco"],
])
def test_login_with_literals_is_not_malformed(pcap, lines):
    path = session(pcap(), greeting() + lines + ["S: a1 OK"], port=PORT)
    differs(lambda plugin: fields(path, ["imap.request.username", "imap.request.password", "_ws.malformed"],
                                  plugin=plugin) == {
        "imap.request.username": ["ccna1"], "imap.request.password": ["cisco"], "_ws.malformed": []})


@pytest.mark.parametrize("how", [append, append_plus])
def test_lines_of_an_appended_message_are_no_commands(pcap, how):
    """9 commands were 83 in a real session."""
    path = session(pcap(), OPEN + how(MESSAGE + DIALOGUE) + LOGOUT, port=PORT)
    differs(lambda plugin: one(path, "imap.request.command", plugin, HERE) == ["APPEND", "LOGOUT"])
    differs(lambda plugin: one(path, "imap.request_tag", plugin, HERE) == ["a3", "z9"])


@pytest.mark.parametrize("item", ["BODY[TEXT]", "BODY[]<0>", "BODY[1]"])
def test_part_of_a_message_is_no_message(pcap, item):
    path = session(pcap(), OPEN + fetch(MESSAGE, item=item), port=PORT)
    differs(lambda plugin: frames(path, "imf", plugin=plugin) == [])


def test_header_of_a_message_is_no_retrieved_message(pcap):
    path = session(pcap(), OPEN + fetch(HEADER, item="BODY[HEADER]"), port=PORT)
    differs(lambda plugin: fields(path, ["imf.subject", "mail.transaction", "imap.fetch.section"], plugin=plugin) == {
        "imf.subject": ["Lunch"], "mail.transaction": [], "imap.fetch.section": ["HEADER"]})


def test_appended_message_is_in_the_message_tree(pcap):
    path = session(pcap(), OPEN + append(), port=PORT)
    differs(lambda plugin: one(path, "imf.subject", plugin) == ["Lunch"])


def test_what_closes_a_literal_is_no_tagged_response(pcap):
    path = session(pcap(), OPEN + fetch(), port=PORT)
    differs(lambda plugin: one(path, "imap.response_tag", plugin, HERE) == ["a3"])
    differs(lambda plugin: one(path, "imap.response", plugin, HERE) == ["a3 OK Fetch completed."])


def test_literal_over_segments_is_shown_in_each_frame(pcap):
    """The announcement stands in the frame that brings it, not in that which ends the literal."""
    response = octets(fetched())
    path = session(pcap(), OPEN + ["C: a3 UID FETCH 5 BODY[]"] + pieces(("S", response), 50, 100) + ["S: a3 OK"],
                   port=PORT)
    differs(lambda plugin: [row["frame"] for row in rows(path, ["imap.line"], plugin=plugin, filter=HERE + " && "
                            "imap.line contains \"FETCH (\"")] == [FIRST + 1])


def test_response_without_literal_and_with_brace(pcap):
    """Stock looks for { to } in all that follows."""
    path = session(pcap(), OPEN + ask("FETCH 1:2 FLAGS", "* 1 FETCH (FLAGS ({x))", "* 2 FETCH (FLAGS ())"), port=PORT)
    assert one(path, "imap.fetch.number", True) == ["1", "2"]


def test_done_is_no_tag(pcap):
    path = session(pcap(), OPEN + ["C: a3 IDLE", "S: + idling", "C: DONE", "S: a3 OK"], port=PORT)
    assert one(path, "imap.request", True, HERE) == ["a3 IDLE", "DONE"]
    differs(lambda plugin: one(path, "imap.request_tag", plugin, HERE) == ["a3"])


def test_folder_in_quotes_is_whole(pcap):
    path = session(pcap(), OPEN + ask('SELECT "Sent Items"') + ask('COPY 1 "Old Mail"', tag="a4"), port=PORT)
    differs(lambda plugin: one(path, "imap.request.folder", plugin, HERE) == ['"Sent Items"', '"Old Mail"'])


def test_search_key_is_no_folder(pcap):
    path = session(pcap(), OPEN + ask("SEARCH UNSEEN"), port=PORT)
    differs(lambda plugin: one(path, "imap.request.folder", plugin, HERE) == [])


def test_text_of_a_continuation_is_no_status(pcap):
    path = session(pcap(), OPEN + ["C: a3 IDLE", "S: + idling", "C: DONE", "S: a3 OK"], port=PORT)
    differs(lambda plugin: one(path, "imap.response.status", plugin, HERE) == ["OK"])


def test_answer_to_a_challenge_is_no_command(pcap):
    path = session(pcap(), greeting() + ["C: a1 AUTHENTICATE PLAIN", "S: + ", "C: AGEAYg==", "S: a1 OK"] + NOOP,
                   port=PORT)
    differs(lambda plugin: fields(path, ["imap.request_tag", "imap.request.command"], plugin=plugin) == {
        "imap.request_tag": ["a1", "n1"], "imap.request.command": ["AUTHENTICATE", "NOOP"]})


def test_times_of_idle_and_append(pcap):
    path = session(pcap(), OPEN + append() + LOGOUT, port=PORT)
    assert fields(path, ["imap.response_to", "imap.response_in"], filter=HERE, two_pass=True) == {
        "imap.response_to": [str(FIRST), str(FIRST + 4)], "imap.response_in": [str(FIRST + 3), str(FIRST + 5)]}


# the rules of test_stock.py on POP3 and IMAP: (loss, what both show, rule or None)

ANNOUNCED = r'* 1 FETCH (BODY[] {6}\r\n'
LITERAL = {1: segment('* 1 FETCH (BODY[] {6}\r\n', '143'), 2: segment('a OK x)\r\na3 OK y\r\n', '143')}
BROUGHT = {1: {'imap.line': [ANNOUNCED]}, 2: {'imap.response_tag': ['a3']}}
IDLE = {1: segment('+ idling\r\n', '143')}
ANSWER = {1: segment('AGEAYg==\r\n', '9', **{'imap.auth.response': ['a'], 'pop.auth.response': ['a']})}
NOT_SENT = {1: segment('a APPEND x {9}\r\n', '9'), 2: segment('a NO no\r\n', '143'), 3: segment('a NOOP\r\n', '9')}
SEARCH = {1: segment('a SEARCH ALL\r\n', '9', **{'imap.request.verb': ['SEARCH']})}
RETR = {3: segment('..a\r\n.\r\n', '110')}


def pop_message(length):
    return {3: {'pop.data.fragment': ['3'], 'pop.data.reassembled.length': [str(length)]}}


ACCESS = [
    (Loss(2, 'imap.response_tag', 'a'), Told(plugin=BROUGHT, context=LITERAL), is_literal),
    (Loss(2, 'imap.response_tag', 'a3'), Told(plugin={2: {}}, context=LITERAL), None),
    (Loss(2, 'imap.response_tag', ')'), Told(plugin=BROUGHT, context=LITERAL), is_literal),
    (Loss(2, 'imap.line', ANNOUNCED), Told(plugin=BROUGHT, context=LITERAL), is_line_of_its_frame),
    (Loss(2, 'imap.line', ANNOUNCED), Told(plugin={1: {}}, context=LITERAL), None),
    (Loss(1, 'imap.line', ANNOUNCED), Told(plugin={1: {}}, context=LITERAL), None),
    (Loss(1, 'imap.request.password', 'isc'), Told(plugin={1: {'imap.request.password': ['cisco']}}, context=IDLE),
     is_login_word),
    (Loss(1, 'imap.request.username', '"joe"'), Told(plugin={1: {'imap.request.username': ['joe']}}, context=IDLE),
     is_login_word),
    (Loss(1, 'imap.request.username', 'joe'), Told(plugin={1: {'imap.request.username': ['jo']}}, context=IDLE), None),
    (Loss(1, 'imap.request.folder', '"my'), Told(plugin={1: {'imap.request.folder': ['"my box"']}}, context=IDLE),
     is_cut_folder),
    (Loss(1, 'imap.request.folder', '"my"'), Told(plugin={1: {'imap.request.folder': ['"myth"']}}, context=IDLE), None),
    (Loss(1, 'imap.time', '2.0'), Told({1: {'imap.time': ['2.0']}}, {1: {'imap.time': ['1.5']}}, IDLE),
     is_shorter_time),
    (Loss(1, 'imap.time', '2.0'), Told({1: {'imap.time': ['2.0']}}, {1: {'imap.time': ['2.5']}}, IDLE), None),
    (Loss(1, 'imap.time', '2.0'), Told({1: {'imap.time': ['2.0']}}, {1: {}}, IDLE), None),
    (Loss(3, 'imap.request_tag', 'a'), Told(plugin={}, context=NOT_SENT), None),
    (Loss(1, 'imap.line', r'*\r\n'), Told(context={1: segment('*\r\n', '9')}), is_imap_answer),
    (Loss(1, 'imap.request.folder', '{5+}'), Told(context=IDLE), is_cut_folder),
    (Loss(1, 'imap.request.username', '{5}'), Told(context=IDLE), is_login_word),
    (Loss(1, 'imap.request.folder', 'ALL'), Told(context=SEARCH), is_search_key),
    (Loss(1, 'imap.request.folder', 'ALL'), Told(context=IDLE), None),
    (Loss(1, 'imap.request_tag', 'DONE'), Told(context=IDLE), is_done),
    (Loss(1, 'imap.request', 'DONE'), Told(context=IDLE), None),
    (Loss(1, 'imap.response.status', 'idling'), Told(plugin={1: {'imap.response': ['+ idling']}}, context=IDLE),
     is_continuation_text),
    (Loss(1, 'imap.response.status', 'idling'), Told(plugin={1: {'imap.response': ['a idling']}}, context=IDLE), None),
    (Loss(1, 'imap.response', '+ idling'), Told(context=IDLE), None),
    (Loss(1, 'imap.request_tag', 'AGEAYg=='), Told(context=ANSWER), is_imap_answer),
    (Loss(1, 'imap.request_tag', 'ALL'), Told(context=SEARCH), None),
    (Loss(1, 'pop.request.command', 'AGEAYg=='), Told(context=ANSWER), is_pop_answer),
    (Loss(1, 'pop.request.command', 'QUIT'), Told(context=ANSWER), None),
    (Loss(1, 'pop.response.data', ''), Told(plugin={1: {'pop.response.data': ['1 120']}}, context=IDLE), is_empty_row),
    (Loss(1, 'pop.response.data', ''), Told(plugin={1: {}}, context=IDLE), None),
    (Loss(3, 'pop.data.reassembled.length', '8'), Told(pop_message(8), pop_message(4), RETR), is_pop_dot),
    (Loss(3, 'pop.data.reassembled.length', '8'), Told(pop_message(8), pop_message(5), RETR), None),
    (Loss(1, 'pop.response.description', '\ufffd\ufffd b'),
     Told(plugin={1: {'pop.response.description': ['\xd3\xca b']}}, context=IDLE), is_8bit),
    (Loss(1, 'pop.response.description', '\ufffd\ufffd b'),
     Told(plugin={1: {'pop.response.description': ['\xd3 b']}}, context=IDLE), None),
]


@pytest.mark.parametrize('loss, view, expected', ACCESS)
def test_rules_are_narrow(loss, view, expected):
    check_rule(loss, view, expected)
