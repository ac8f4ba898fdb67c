"""COMPRESS=DEFLATE (RFC 4978): both directions inflated, wherever they are cut; bombs and broken octets.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import zlib

import pytest

from imap_talk import FIRST, LOGOUT, MESSAGE, NOOP, OPEN, OPEN_VERBS, OTHER, PORT, append, ask, fetch, octets
from runner import Sharkd, experts, fields, frames, rows, tree
from wire import Capture, Conversation, session

START = ["C: c1 COMPRESS DEFLATE", "S: c1 OK DEFLATE active"]
INSIDE = FIRST + len(START)             # frame of the first compressed segment
TALK = ask("UID FETCH 5:6 (FLAGS)", r"* 1 FETCH (UID 5 FLAGS (\Seen))", r"* 2 FETCH (UID 6 FLAGS ())") \
    + fetch(tag="a4") + append(OTHER) + LOGOUT
TALK_VERBS = ["FETCH", "FETCH", "APPEND", "LOGOUT"]


class Deflate:
    """One direction's stream of raw deflate; each call ends with a flush of this kind."""

    def __init__(self, flush=zlib.Z_SYNC_FLUSH, level=6):
        self.stream, self.kind = zlib.compressobj(level, zlib.DEFLATED, -15), flush

    def __call__(self, data):
        return self.stream.compress(data) + self.stream.flush(self.kind)


def deflated(script, **how):
    """The items of a script compressed, each direction as one stream; one item is one segment."""
    streams = {"C": Deflate(**how), "S": Deflate(**how)}
    pairs = [(item[0], octets(item[3:])) if isinstance(item, str) else item for item in script]
    return [(who, streams[who](data)) for who, data in pairs]


def verbs(path, **how):
    """All verbs of a capture."""
    return fields(path, ["imap.request.verb"], **how)["imap.request.verb"]


def compressed(path, script=None, cut=None, **how):
    """A capture of OPEN and COMPRESS in clear, and the script compressed."""
    return session(path, OPEN + START + deflated(TALK if script is None else script, **how), port=PORT, cut=cut)


def named(path):
    """Names of the IMAP experts of a capture."""
    return [e.name for e in experts(path) if e.name.startswith("imap.")]


def test_each_command_is_in_its_frame(pcap):
    path = compressed(pcap())
    found = rows(path, ["imap.request.verb"], filter="imap.request.verb && frame.number >= %d" % INSIDE)
    assert [(row["frame"], row["imap.request.verb"]) for row in found] == [
        (INSIDE, ["FETCH"]), (INSIDE + 2, ["FETCH"]), (INSIDE + 4, ["APPEND"]), (INSIDE + 8, ["LOGOUT"])]


def test_same_fields_as_in_clear(pcap):
    names = ["imap.request.verb", "imap.untagged", "imap.response_tag", "imap.fetch.uid", "imap.flag",
             "imap.literal.size", "imap.response_to", "imap.response_in", "imap.time", "mail.transaction",
             "mail.outcome", "mail.uid", "mail.subject", "mail.size", "mail.sha256", "imf.subject"]
    where = "frame.number >= %d" % INSIDE
    plain = session(pcap("plain.pcap"), OPEN + START[:1] + ["S: c1 NO No"] + TALK, port=PORT)
    inside = fields(compressed(pcap()), names, filter=where, two_pass=True)
    assert inside == fields(plain, names, filter=where, two_pass=True)
    assert inside["mail.subject"] == ["Lunch", "Dinner"]


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 7, 50])
def test_cut_anywhere(pcap, cut):
    path = compressed(pcap(), cut=cut)
    assert fields(path, ["imap.request.verb", "imap.fetch.uid", "mail.subject", "mail.uid"]) == {
        "imap.request.verb": OPEN_VERBS + ["COMPRESS"] + TALK_VERBS, "imap.fetch.uid": ["5", "6", "5"],
        "mail.subject": ["Lunch", "Dinner"], "mail.uid": ["5", "7"]}
    assert [name for name in named(path) if "compress" in name or "malformed" in name] == []


@pytest.mark.parametrize("how", [{"level": 0}, {"level": 1}, {"level": 9}, {"flush": zlib.Z_FULL_FLUSH},
                                 {"flush": zlib.Z_PARTIAL_FLUSH}])
def test_levels_and_flushes(pcap, how):
    """Stored, fixed and dynamic blocks; servers use partial flushes too."""
    assert verbs(compressed(pcap(), **how)) == OPEN_VERBS + ["COMPRESS"] + TALK_VERBS


def test_server_goes_on_in_the_segment_of_its_ok(pcap):
    """The server compresses from the octet behind the CRLF of its tagged OK."""
    reply = octets("c1 OK DEFLATE active") + Deflate()(octets("* 9 EXISTS"))
    path = session(pcap(), OPEN + START[:1] + [("S", reply)] + deflated(NOOP[:1]), port=PORT)
    assert fields(path, ["imap.exists"], filter="frame.number == %d" % (FIRST + 1))["imap.exists"] == ["9"]
    assert verbs(path) == OPEN_VERBS + ["COMPRESS", "NOOP"]


def test_several_lines_and_a_line_over_several_flushes(pcap):
    client = Deflate()
    first = client(b"a3 NOOP\r\na4 CHE")
    script = [("C", first), ("C", client(b"CK\r\n")), ("S", Deflate()(octets("a3 OK", "a4 OK")))]
    path = session(pcap(), OPEN + START + script, port=PORT)
    found = rows(path, ["imap.request.verb"], filter="imap.request.verb && frame.number >= %d" % INSIDE)
    assert [(row["frame"], row["imap.request.verb"]) for row in found] == [
        (INSIDE, ["NOOP"]), (INSIDE + 1, ["CHECK"])]


@pytest.mark.parametrize("reply", ["S: c1 NO [COMPRESSIONACTIVE] Already", "S: c1 BAD What"])
def test_refused_compression_leaves_the_session_in_clear(pcap, reply):
    path = session(pcap(), OPEN + START[:1] + [reply] + TALK, port=PORT)
    assert verbs(path) == OPEN_VERBS + ["COMPRESS"] + TALK_VERBS


def test_compression_in_lower_case(pcap):
    path = session(pcap(), OPEN + ["C: c1 compress deflate", "S: c1 ok active"] + deflated(TALK), port=PORT)
    assert verbs(path) == OPEN_VERBS + ["COMPRESS"] + TALK_VERBS


def test_plain_text_is_a_source_of_its_own(pcap):
    """The bytes pane has the frame and what it inflates to."""
    path = compressed(pcap())
    with Sharkd(path) as sharkd:
        answer = sharkd.call("frame", frame=INSIDE, bytes=True)
    assert len(answer.get("ds", [])) >= 1
    assert "a3 UID FETCH 5:6 (FLAGS)" in tree(path, frame=INSIDE, protocols="imap")


def test_any_order_shows_the_same(pcap):
    path = compressed(pcap(), cut=40)
    count = len(frames(path, "frame"))
    with Sharkd(path) as sharkd:
        backwards = {number: sharkd.frame(number)["tree"] for number in range(count, 0, -1)}
        forwards = {number: sharkd.frame(number)["tree"] for number in range(1, count + 1)}
    assert backwards == forwards
    assert "mail.subject" in repr(forwards)


def test_segments_that_are_sent_again(pcap):
    """A retransmission is not inflated twice."""
    capture = Capture()
    talk = Conversation(capture, port=PORT)
    talk.handshake()
    talk.play(OPEN + START)
    for item in deflated(TALK):
        talk.play([item])
        capture.again()
    path = capture.save(pcap())
    assert verbs(path) == OPEN_VERBS + ["COMPRESS"] + TALK_VERBS
    assert [name for name in named(path) if "compress" in name] == []


def test_octets_that_do_not_inflate(pcap):
    path = session(pcap(), OPEN + START + deflated(NOOP) + [("C", b"\xff" * 40), ("S", b"\xff" * 40)], port=PORT)
    assert verbs(path) == OPEN_VERBS + ["COMPRESS", "NOOP"]
    found = {e.name: e.severity for e in experts(path)}
    assert found.get("imap.expert.compress_failed") == "error"
    assert min(frames(path, "imap.expert.compress_failed")) == INSIDE + 2


def test_clear_text_behind_compress(pcap):
    """Neither side compresses although the server said OK."""
    path = session(pcap(), OPEN + START + ask("NOOP", "* 9 EXISTS"), port=PORT)
    assert frames(path, "imap.expert.compress_failed") != []


def test_one_direction_fails_and_the_other_goes_on(pcap):
    client = Deflate()
    script = [("C", client(b"a3 NOOP\r\n")), ("S", b"\xff" * 20), ("C", client(b"a4 CHECK\r\n"))]
    path = session(pcap(), OPEN + START + script, port=PORT)
    assert verbs(path) == OPEN_VERBS + ["COMPRESS", "NOOP", "CHECK"]
    assert frames(path, "imap.expert.compress_failed") == [INSIDE + 1]


def test_lost_segment_ends_the_inflation_of_its_direction(pcap):
    """No guess is made behind the hole, and no line of rubbish is shown."""
    capture = Capture()
    talk = Conversation(capture, port=PORT)
    talk.handshake()
    talk.play(OPEN + START)
    for number, (who, data) in enumerate(deflated(NOOP + fetch() + LOGOUT)):
        talk.send(who, data, lost=[0] if number == 2 else ())
    path = capture.save(pcap())
    assert verbs(path) == OPEN_VERBS + ["COMPRESS", "NOOP"]
    assert fields(path, ["mail.subject", "imap.response_tag"], filter="frame.number >= %d" % INSIDE) == {
        "mail.subject": ["Lunch"], "imap.response_tag": ["n1", "a3", "z9"]}


BOMB = octets(b"* 1 FETCH (BODY[TEXT] {10000000}\r\n", b"\0" * 10000000, ")", "a3 OK done")


@pytest.mark.parametrize("cut", [None, 100])
def test_bomb(pcap, cut):
    """1000 octets for each one: told, and neither time nor memory goes with it."""
    script = deflated(["C: a3 FETCH 1 BODY[TEXT]", ("S", BOMB)], level=9)
    path = session(pcap(), OPEN + START + script, port=PORT, cut=cut)
    assert {e.name: e.severity for e in experts(path)}.get("imap.expert.compress_ratio") == "warn"
    assert verbs(path) == OPEN_VERBS + ["COMPRESS", "FETCH"]


def test_text_that_compresses_well_is_no_bomb(pcap):
    path = compressed(pcap(), fetch(MESSAGE + b"All work and no play makes Jack a dull boy.\r\n" * 20000))
    assert frames(path, "imap.expert.compress_ratio") == []
    assert fields(path, ["mail.size"])["mail.size"] == [str(len(MESSAGE) + 45 * 20000)]


def test_correct_session_has_no_expert_of_compression(pcap):
    assert [name for name in named(compressed(pcap())) if "compress" in name] == []
