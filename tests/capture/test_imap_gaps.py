"""IMAP captures with holes: lost segments, retransmissions, late start, one side only, snap length.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from imap_talk import (CRAM_MD5, DIALOGUE, FIRST, LOGOUT, MESSAGE, NOOP, OPEN, OPEN_VERBS, OTHER, PORT, QUIET, append,
                       append_plus, ask, fetch, fetched, octets, server)
from runner import experts, fields, frames, rows
from wire import Capture, Conversation, session

REPLY = octets(fetched(MESSAGE + DIALOGUE), "a3 OK Fetch completed.")
START = REPLY.index(MESSAGE)            # first octet of the literal
END = START + len(MESSAGE + DIALOGUE)   # behind its last


def conversation(**options):
    """A capture and a connection in it after the handshake."""
    capture = Capture()
    talk = Conversation(capture, port=PORT, **options)
    talk.handshake()
    return capture, talk


def verbs(path, **how):
    """All verbs of a capture."""
    return fields(path, ["imap.request.verb"], **how)["imap.request.verb"]


def loud(path):
    """Names of experts of level Warn or Error, TCP's own and the password in clear excepted."""
    return [e.name for e in experts(path) if e.severity in ("warn", "error") and not e.name.startswith("tcp.")
            and e.name != "imap.expert.auth_cleartext"]


def lossy(path, before, who, data, behind, **how):
    """A capture in which these octets lose segments."""
    capture, talk = conversation()
    talk.play(before)
    talk.send(who, data, **how)
    talk.play(behind)
    return capture.save(path)


def test_lost_segment_inside_a_command_line(pcap):
    path = lossy(pcap(), OPEN, "C", b"a3 UID FETCH 5:9 (FLAGS)\r\n", ["S: a3 OK"] + NOOP + LOGOUT, cut=[6, 12],
                 lost=[1])
    assert verbs(path)[:2] + verbs(path)[-2:] == OPEN_VERBS + ["NOOP", "LOGOUT"]
    assert frames(path, "imap.expert.gap") != []
    assert loud(path) == []


def test_lost_command(pcap):
    """Its tagged reply comes from nowhere, and nobody is blamed."""
    path = lossy(pcap(), OPEN, "C", b"a3 NOOP\r\n", ["S: a3 OK"] + NOOP + LOGOUT, lost=[0])
    assert verbs(path) == OPEN_VERBS + ["NOOP", "LOGOUT"]
    assert fields(path, ["imap.response_tag"], filter="frame.number > 8")["imap.response_tag"] == ["a3", "n1", "z9"]
    assert loud(path) == []


def test_lost_reply(pcap):
    path = lossy(pcap(), OPEN + ["C: a3 NOOP"], "S", b"a3 OK\r\n", NOOP + LOGOUT, lost=[0])
    found = rows(path, ["imap.response_to"], filter="imap.response_tag == \"n1\"")
    assert [row["imap.response_to"] for row in found] == [[str(frames(path, 'imap.request_tag == "n1"')[0])]]
    assert loud(path) == []


def test_lost_segment_inside_a_response_line(pcap):
    path = lossy(pcap(), OPEN + ["C: a3 NOOP"], "S", b"* 3 EXISTS\r\n* 44 EXPUNGE\r\n* 2 EXISTS\r\na3 OK\r\n",
                 NOOP + LOGOUT, cut=[14, 20], lost=[1])
    assert fields(path, ["imap.response_tag", "imap.exists"], filter="frame.number > 9") == {
        "imap.response_tag": ["a3", "n1", "z9"], "imap.exists": ["3", "2"]}
    assert loud(path) == []


@pytest.mark.parametrize("lost", [[1], [2, 3]])
def test_lost_segment_inside_a_literal(pcap, lost):
    """The literal is counted, so what is missing does not move its end, and its lines stay its own."""
    path = lossy(pcap(), OPEN + ["C: a3 UID FETCH 5 BODY[]"], "S", REPLY, NOOP + LOGOUT,
                 cut=[START + 10, START + 60, START + 90, START + 100], lost=lost)
    assert fields(path, ["imap.response_tag", "imap.exists"], filter="frame.number > 9") == {
        "imap.response_tag": ["a3", "n1", "z9"], "imap.exists": []}
    assert verbs(path) == OPEN_VERBS + ["FETCH", "NOOP", "LOGOUT"]
    assert frames(path, "imap.expert.gap") != []
    assert loud(path) == []


def test_lost_end_of_a_literal(pcap):
    """What came before the hole is shown as a message in the frame behind it."""
    path = lossy(pcap(), OPEN + ["C: a3 UID FETCH 5 BODY[]"], "S", REPLY, NOOP + LOGOUT, cut=[END - 9, END], lost=[1])
    assert fields(path, ["imf.subject", "mail.subject", "mail.outcome", "mail.sha256", "imap.response_tag"],
                  filter="frame.number > 9") == {
        "imf.subject": ["Lunch"], "mail.subject": ["Lunch"], "mail.outcome": ["1"], "mail.sha256": [],
        "imap.response_tag": ["a3", "n1", "z9"]}
    assert loud(path) == []


def test_record_of_a_message_with_a_hole(pcap):
    """Mailbox, unique id and the header are known; digest and attachments are not guessed."""
    path = lossy(pcap(), OPEN + ["C: a3 UID FETCH 5 BODY[]"], "S", REPLY, LOGOUT,
                 cut=[START + len(MESSAGE), END - 9], lost=[1])
    assert fields(path, ["mail.mailbox", "mail.uid", "mail.subject", "mail.sha256"]) == {
        "mail.mailbox": ["INBOX"], "mail.uid": ["5"], "mail.subject": ["Lunch"], "mail.sha256": []}


def test_lost_segment_with_the_announcement(pcap):
    """Nobody knows where the literal ends; the tagged line brings the session back."""
    path = lossy(pcap(), OPEN + ["C: a3 UID FETCH 5 BODY[]"], "S", octets(fetched(), "a3 OK Done"), NOOP + LOGOUT,
                 cut=[30], lost=[0])
    assert verbs(path) == OPEN_VERBS + ["FETCH", "NOOP", "LOGOUT"]
    tags = fields(path, ["imap.response_tag"], filter="frame.number > 9")["imap.response_tag"]
    assert tags[-2:] == ["n1", "z9"]
    assert [name for name in loud(path) if not name.startswith("mail.")] == []


def test_lost_segment_inside_an_appended_literal(pcap):
    text = MESSAGE + DIALOGUE * 5
    line = octets(b"a3 APPEND Sent {%d+}\r\n" % len(text), text, "", "a4 NOOP")
    path = lossy(pcap(), OPEN, "C", line, [server("a3 OK", "a4 OK")] + LOGOUT, cut=[100, 200, 300], lost=[1])
    assert verbs(path) == OPEN_VERBS + ["APPEND", "NOOP", "LOGOUT"]
    assert fields(path, ["mail.outcome", "mail.action"]) == {"mail.outcome": ["1"], "mail.action": ["3"]}
    assert loud(path) == []


def test_lost_continuation_request(pcap):
    """The literal comes all the same, so the server had asked for it."""
    script = append(MESSAGE + DIALOGUE)
    path = lossy(pcap(), OPEN + script[:1], "S", b"+ OK\r\n", script[2:] + LOGOUT, lost=[0])
    assert verbs(path) == OPEN_VERBS + ["APPEND", "LOGOUT"]
    assert fields(path, ["mail.outcome", "mail.mailbox"]) == {"mail.outcome": ["1"], "mail.mailbox": ["Sent"]}
    assert loud(path) == []


def test_lost_segment_inside_a_response_does_not_join_the_lines(pcap):
    path = lossy(pcap(), OPEN + ["C: a3 NOOP"], "S", b"* 12 EXISTS\r\n* 45 EXISTS\r\na3 OK\r\n", NOOP, cut=[3, 15],
                 lost=[1])
    assert fields(path, ["imap.exists"], filter="frame.number > 8")["imap.exists"] in ([], ["45"])


@pytest.mark.parametrize("script", [fetch() + LOGOUT, append() + LOGOUT, append_plus(OTHER) + LOGOUT])
def test_retransmissions_change_nothing(pcap, script):
    names = ["imap.request.verb", "imap.literal.size", "mail.transaction", "mail.subject", "mail.uid"]
    capture, talk = conversation()
    for item in OPEN + script:
        talk.play([item], cut=60)
        capture.again()
    plain = session(pcap("plain.pcap"), OPEN + script, port=PORT)
    assert fields(capture.save(pcap()), names) == fields(plain, names)


def test_segments_out_of_order(pcap):
    path = lossy(pcap(), OPEN + ["C: a3 UID FETCH 5 BODY[]"], "S", REPLY, LOGOUT, cut=60, order=[0, 2, 1] + list(
        range(3, len(range(60, len(REPLY), 60)) + 1)))
    assert fields(path, ["mail.uid", "mail.size", "imap.response_tag"], filter="frame.number > 8") == {
        "mail.uid": ["5"], "mail.size": [str(END - START)], "imap.response_tag": ["a3", "z9"]}


@pytest.mark.parametrize("skip", range(1, 5))
def test_late_start(pcap, skip):
    """The capture begins without handshake, behind the greeting or in the middle; no Warn for what it cannot know."""
    script = QUIET[len(CRAM_MD5):] + fetch() + append() + LOGOUT
    path = session(pcap(), script[skip:], port=PORT, handshake=False)
    assert fields(path, ["mail.subject", "mail.uid", "mail.action"]) == {
        "mail.subject": ["Lunch"] * 2, "mail.uid": ["5", "7"], "mail.action": ["2", "3"]}
    assert loud(path) == []


def test_start_inside_a_literal(pcap):
    """Lines of a message are nobody's; from the next tagged response on all is well."""
    path = session(pcap(), [("S", REPLY[START + 30:])] + NOOP + fetch() + LOGOUT, port=PORT, handshake=False)
    assert verbs(path) == ["NOOP", "FETCH", "LOGOUT"]
    assert fields(path, ["mail.subject"])["mail.subject"] == ["Lunch"]


@pytest.mark.parametrize("only", ["C", "S"])
def test_one_direction(pcap, only):
    """Each side is read alone; a record needs no other side (fields.md: its outcome is then incomplete)."""
    script = QUIET + fetch(MESSAGE + DIALOGUE) + append(MESSAGE + DIALOGUE) + LOGOUT
    path = session(pcap(), script, port=PORT, only=only)
    if only == "C":
        assert verbs(path) == ["AUTHENTICATE", "SELECT", "FETCH", "APPEND", "LOGOUT"]
        assert fields(path, ["mail.action", "mail.outcome", "mail.mailbox"], two_pass=True) == {
            "mail.action": ["3"], "mail.outcome": ["4"], "mail.mailbox": ["Sent"]}
    else:
        assert fields(path, ["imap.untagged"])["imap.untagged"][-2:] == ["FETCH", "BYE"]
        assert fields(path, ["mail.action", "mail.uid", "mail.subject"], two_pass=True) == {
            "mail.action": ["2"], "mail.uid": ["5"], "mail.subject": ["Lunch"]}
    assert loud(path) == []


def test_login_that_was_not_captured(pcap):
    """Only the server's side: its OK may have been one to LOGIN, so a large message raises no alarm."""
    script = ["S: * OK IMAP4rev1 ready", "C: a1 LOGIN alice secret", "S: a1 OK Logged in",
              "C: a2 SELECT INBOX", "S: * 1 EXISTS", "S: a2 OK Selected"] + fetch(MESSAGE + b"x" * 70000)
    path = session(pcap(), script, port=PORT, only="S")
    assert fields(path, ["mail.size"])["mail.size"] == [str(len(MESSAGE) + 70000)]
    assert loud(path) == []


@pytest.mark.parametrize("only", ["C", "S"])
def test_one_direction_in_single_octets(pcap, only):
    path = session(pcap(), QUIET + fetch() + append() + LOGOUT, port=PORT, only=only, cut=1)
    assert loud(path) == []
    assert frames(path, "imap.untagged == \"BYE\" || imap.request.verb == \"LOGOUT\"") != []


@pytest.mark.parametrize("snaplen", [60, 80, 100, 200])
def test_snap_length(pcap, snaplen):
    """Short lines are whole, long ones and literals are cut; what is behind is still in step."""
    path = session(pcap(), OPEN + ask("UID FETCH 5 BODY[]", fetched(MESSAGE * 4)) + NOOP + NOOP + LOGOUT, port=PORT,
                   snaplen=snaplen)
    assert verbs(path)[-3:] == (["NOOP"] * 2 + ["LOGOUT"] if snaplen > 60 else verbs(path)[-3:])
    assert [name for name in loud(path) if not name.startswith("mail.")] == []


def test_snap_length_inside_a_literal(pcap):
    """The literal's end is known by its size, although the octets are not there."""
    capture, talk = conversation()
    talk.play(OPEN + ["C: a3 UID FETCH 5 BODY[]"])
    talk.send("S", octets(fetched(MESSAGE * 3)), cut=[100, 200], keep=60)
    talk.play(["S: a3 OK Done"] + NOOP)
    path = capture.save(pcap())
    assert fields(path, ["imap.response_tag", "imap.literal.size"], filter="frame.number > 8") == {
        "imap.response_tag": ["a3", "n1"], "imap.literal.size": [str(3 * len(MESSAGE))]}


def test_reset_inside_a_literal(pcap):
    capture, talk = conversation()
    talk.play(OPEN + ["C: a3 UID FETCH 5 BODY[]", ("S", REPLY[:START + 40])])
    talk.reset("S")
    path = capture.save(pcap())
    assert fields(path, ["mail.outcome"], two_pass=True)["mail.outcome"] in (["3"], ["4"])
    assert "imap.expert.literal_incomplete" in [e.name for e in experts(path, two_pass=True)]


def test_port_used_again(pcap):
    """A second connection on the same ports is a session of its own."""
    capture = Capture()
    for start in ((1000, 5000), (900000, 950000)):
        talk = Conversation(capture, port=PORT, isn=start)
        talk.handshake()
        talk.play(OPEN + fetch() + LOGOUT)
        talk.close()
    path = capture.save(pcap())
    assert verbs(path) == (OPEN_VERBS + ["FETCH", "LOGOUT"]) * 2
    assert fields(path, ["imap.banner", "mail.transaction"]) == {
        "imap.banner": ["Dovecot ready."] * 2, "mail.transaction": ["1", "2"]}


def test_first_frame_of_the_session_behind_the_hole(pcap):
    """Frames count on: what is fetched behind a lost segment is in its own frame."""
    path = lossy(pcap(), OPEN, "C", b"a3 NOOP\r\n", ["S: a3 OK"] + fetch(tag="a4"), lost=[0])
    assert frames(path, "mail") == [FIRST + 2]
