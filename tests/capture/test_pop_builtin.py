"""The built-in pop dissector: what it gets right is kept, what it gets wrong is right with the plugin.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from pop_talk import (GREETING, LIST, MESSAGE, NOOP, OPEN, QUIT, STAT, TALK, UIDL, block, capa, fetched, listing, reply,
                      retr, session, stuffed, values)
from runner import RunError, fields, frames, pdml, rows, tree, wireshark_version

LINES = ["pop.request", "pop.response", "pop.response.data"]
KEPT = ["pop.request.command", "pop.request.parameter", "pop.response.indicator", "pop.response.description"]


def differs(fact):
    """The fact holds with the plugin; the stock dissector of 4.0 fails it, or cannot even be asked. Later ones have
    learned some of it."""
    assert fact(True)
    if wireshark_version() != '4.0':
        return
    try:
        stock = fact(False)
    except RunError:
        stock = False
    assert not stock, "the built-in dissector shows this too"


def lines(path, name, plugin=True):
    """(frame offset, octets) of each occurrence of a field that the built-in gives to whole lines."""
    found = []
    for packet in pdml(path, filter=name, plugin=plugin):
        found += [(int(item.get("pos")), item.get("value")) for item in packet.iter("field")
                  if item.get("name") == name]
    return found


SAME = {
    "login": OPEN + QUIT,
    "talk": OPEN + STAT + LIST + UIDL + ["C: DELE 1", "S: +OK Marked", "C: LIST 2", "S: +OK 2 200"] + QUIT,
    "refusals": GREETING + ["C: USER bob", "S: +OK", "C: PASS x", "S: -ERR [AUTH] No way"] + QUIT,
    "capa": GREETING + capa() + QUIT,
    "lower case": GREETING + ["C: user bob", "S: +OK", "C: pass two words", "S: +OK"] + QUIT,
    "whole message in the segment of its first line": fetched(),
    "unknown": OPEN + ["C: XYZZY 1 2", "S: -ERR What"] + QUIT,
}


@pytest.mark.parametrize("name", sorted(SAME))
def test_fields_of_the_built_in_are_kept(pcap, name):
    path = session(pcap(), SAME[name])
    with_plugin, without = [rows(path, KEPT, plugin=plugin) for plugin in (True, False)]
    assert with_plugin == without


@pytest.mark.parametrize("field", LINES)
@pytest.mark.parametrize("name", sorted(set(SAME) - {"whole message in the segment of its first line"}))
def test_lines_of_the_built_in_are_kept(pcap, name, field):
    """The same octets of the same frames, the dot line among the data."""
    path = session(pcap(), SAME[name])
    assert lines(path, field) == lines(path, field, plugin=False)


@pytest.mark.parametrize("name", sorted(SAME))
def test_lines_of_the_built_in_are_labels(pcap, name):
    """Each line as sent is the label of its node."""
    path = session(pcap(), SAME[name])
    text = tree(path, protocols="pop", filter="pop.request")
    asked = [item for item in SAME[name] if isinstance(item, str) and item.startswith("C: ")]
    assert [item for item in asked if item[3:] not in text] == []


def test_fragments_of_the_built_in_are_kept(pcap):
    """Where its guess works: a size in a first line that stands alone."""
    script = OPEN + ["C: RETR 1", "S: +OK %d octets" % len(MESSAGE), ("S", MESSAGE[:60]),
                     ("S", MESSAGE[60:] + b".\r\n")] + QUIT
    path = session(pcap(), script)
    names = ["pop.data.fragment", "pop.data.fragment.count", "imf.subject"]
    assert fields(path, names) == {"pop.data.fragment": ["11", "12"], "pop.data.fragment.count": ["2"],
                                   "imf.subject": ["Lunch"]}


def commands(path, plugin):
    """Commands that the built-in field names."""
    return values(path, "pop.request.command", plugin=plugin)


def test_dovecot_message_reaches_the_message_tree(pcap):
    """First line and message in one write, the dot line in the last segment."""
    path = session(pcap(), fetched(MESSAGE + b"0123456789\r\n" * 300))
    differs(lambda plugin: values(path, "imf.subject", plugin=plugin) == ["Lunch"])


def test_short_message_in_one_segment_reaches_the_message_tree(pcap):
    path = session(pcap(), fetched())
    differs(lambda plugin: values(path, "imf.subject", plugin=plugin) == ["Lunch"])


def test_cyrus_message_reaches_the_message_tree(pcap):
    """No size in the first line."""
    script = OPEN + ["C: RETR 1", "S: +OK Message follows", ("S", MESSAGE[:60]), ("S", MESSAGE[60:] + b".\r\n")] + QUIT
    path = session(pcap(), script)
    differs(lambda plugin: fields(path, ["imf.from", "imf.subject"], plugin=plugin) == {
        "imf.from": ["Alice <alice@example.org>"], "imf.subject": ["Lunch"]})


def test_first_line_without_a_size_is_no_error(pcap):
    path = session(pcap(), fetched(first=b"+OK Message follows"))
    differs(lambda plugin: frames(path, "pop.response.tot_len.invalid", plugin=plugin) == [])


def test_pipelined_commands_after_the_first_are_commands(pcap):
    path = session(pcap(), OPEN + [("C", b"STAT\r\nNOOP\r\nQUIT\r\n"), ("S", b"+OK 2 320\r\n+OK\r\n+OK Bye\r\n")])
    differs(lambda plugin: commands(path, plugin) == ["USER", "PASS", "STAT", "NOOP", "QUIT"])


def test_pipelined_replies_after_the_first_are_replies(pcap):
    path = session(pcap(), OPEN + [("C", b"STAT\r\nNOOP\r\n"), ("S", b"+OK 2 320\r\n-ERR no\r\n")] + QUIT)
    name = "pop.response.indicator"
    differs(lambda plugin: values(path, name, plugin=plugin) == ["+OK", "+OK", "+OK", "+OK", "-ERR", "+OK"])


def test_pipelined_lines_are_no_data_of_a_request(pcap):
    path = session(pcap(), OPEN + [("C", b"STAT\r\nNOOP\r\n"), ("S", b"+OK 2 320\r\n+OK\r\n")] + QUIT)
    differs(lambda plugin: frames(path, "pop.request.data", plugin=plugin) == [])


def test_answer_of_sasl_is_data_of_a_request_and_no_command(pcap):
    path = session(pcap(), GREETING + ["C: AUTH PLAIN", "S: + ", "C: AGFsaWNlAHB3", "S: +OK"] + QUIT)
    differs(lambda plugin: commands(path, plugin) == ["AUTH", "QUIT"]
            and frames(path, "pop.request.data", plugin=plugin) == [7])


def test_continuation_of_sasl_is_no_fragment_of_a_message(pcap):
    path = session(pcap(), GREETING + ["C: AUTH PLAIN", "S: + ", "C: AGFsaWNlAHB3", "S: +OK"] + QUIT)
    differs(lambda plugin: frames(path, "pop.response.indicator", plugin=plugin) == [4, 6, 8, 10])


def test_rows_in_a_segment_of_their_own_are_no_message(pcap):
    path = session(pcap(), OPEN + ["C: UIDL", "S: +OK", ("S", b"1 abc\r\n2 def\r\n.\r\n")] + QUIT)
    differs(lambda plugin: frames(path, "imf", plugin=plugin) == []
            and len(lines(path, "pop.response.data", plugin)) == 3)


def test_dot_line_in_a_segment_of_its_own_is_no_message(pcap):
    script = OPEN + ["C: RETR 1", "S: +OK %d octets" % len(MESSAGE), ("S", MESSAGE[:60]), ("S", MESSAGE[60:]), "S: ."]
    path = session(pcap(), script + QUIT)
    differs(lambda plugin: len(frames(path, "imf", plugin=plugin)) == 1)


def test_row_that_begins_with_an_indicator_is_a_row(pcap):
    script = OPEN + ["C: UIDL", "S: +OK", "S: +OK id", "S: ."] + QUIT
    path = session(pcap(), script)
    differs(lambda plugin: frames(path, "pop.response.indicator", plugin=plugin) == [4, 6, 8, 10, 14])


def test_doubled_dots_are_single_in_the_message(pcap):
    text = MESSAGE + b".dot\r\n"
    octets = stuffed(text)
    script = OPEN + ["C: RETR 1", "S: +OK %d octets" % len(text), ("S", octets[:60]), ("S", octets[60:] + b".\r\n")]
    path = session(pcap(), script + QUIT)
    name = "pop.data.reassembled.length"
    differs(lambda plugin: values(path, name, plugin=plugin) == [str(len(text))])


def test_reply_cut_across_segments_is_one_reply(pcap):
    path = session(pcap(), OPEN + ["C: STAT", ("S", b"+O"), ("S", b"K 2 320\r\n")] + QUIT)
    name = "pop.response.description"
    differs(lambda plugin: values(path, name, plugin=plugin) == ["POP3 server ready", "Logged in", "2 320", "Bye"]
            and values(path, "pop.stat.octets", plugin=plugin) == ["320"])


def test_message_of_which_a_line_looks_like_a_reply(pcap):
    script = OPEN + ["C: RETR 1", "S: +OK", ("S", MESSAGE), ("S", b"+OK this is text\r\n"), ("S", b".\r\n")] + QUIT
    path = session(pcap(), script)
    differs(lambda plugin: frames(path, "pop.response.indicator", plugin=plugin) == [4, 6, 8, 10, 15])


def test_replies_are_paired_with_commands(pcap):
    path = session(pcap(), TALK)
    differs(lambda plugin: values(path, "pop.response_to", plugin=plugin) == [str(n) for n in range(5, 21, 2)])


def test_reply_times_are_fields(pcap):
    path = session(pcap(), TALK)
    differs(lambda plugin: values(path, "pop.time", plugin=plugin)[-8:] == ["0.001000000"] * 8)


def test_two_messages_in_one_segment(pcap):
    path = session(pcap(), OPEN + [("C", b"RETR 1\r\nRETR 2\r\n"), ("S", reply() + reply())] + QUIT)
    differs(lambda plugin: values(path, "imf.subject", plugin=plugin) == ["Lunch", "Lunch"])


def test_rows_are_fields(pcap):
    path = session(pcap(), OPEN + [("C", b"LIST\r\nUIDL\r\n"), ("S", block("+OK", "1 5") + block("+OK", "1 a"))] + QUIT)
    names = ["pop.scan.number", "pop.scan.octets", "pop.uidl.number", "pop.uidl.id"]
    differs(lambda plugin: fields(path, names, plugin=plugin) == {
        names[0]: ["1"], names[1]: ["5"], names[2]: ["1"], names[3]: ["a"]})


def test_one_record_per_message(pcap):
    path = session(pcap(), OPEN + retr() + NOOP + listing("TOP 1 0", "+OK", "Subject: x", "") + QUIT)
    names = ["mail.protocol", "mail.subject", "mail.from.address"]
    differs(lambda plugin: fields(path, names, plugin=plugin) == {
        names[0]: ["POP3"], names[1]: ["Lunch"], names[2]: ["alice@example.org"]})
