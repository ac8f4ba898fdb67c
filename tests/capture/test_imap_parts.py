"""IMAP parts of messages: their type by a BODYSTRUCTURE that was told before, their text, data that is no text.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
from base64 import b64encode, encodebytes
from binascii import b2a_uu
from quopri import encodestring

import pytest

from imap_talk import FIRST, OPEN, PORT, SELECT, ask, literal, octets, pieces
from runner import fields, frames, rows, summary, tree
from wire import Capture, Conversation, session

TEXT = "Grüße, Jürgen – 12 €\r\n"
BASE64 = encodebytes(TEXT.encode()).replace(b"\n", b"\r\n")
PRINTABLE = encodestring(TEXT.encode()).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
PNG = encodebytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256))).replace(b"\n", b"\r\n")


def leaf(kind="TEXT", subtype="PLAIN", encoding="7BIT"):
    """A part of a BODYSTRUCTURE."""
    return '("%s" "%s" NIL NIL NIL "%s" 5%s)' % (kind, subtype, encoding, " 1" if kind == "TEXT" else "")


MIXED = "(%s%s%s \"MIXED\")" % (leaf(encoding="QUOTED-PRINTABLE"), leaf("TEXT", "HTML", "BASE64"),
                                leaf("IMAGE", "PNG", "BASE64"))
TYPE, ENCODING, DATA = "imap.part.type", "imap.part.encoding", "imap.literal.data"
SHOWN = "imap.part.text"


def structure(told=MIXED, number=1, before="UID 5 ", item="BODYSTRUCTURE", after=""):
    """A FETCH response that tells a structure."""
    return "* %d FETCH (%s%s %s%s)" % (number, before, item, told, after)


def part(text, section="BODY[1]", number=1, before="UID 5 ", after=""):
    """A FETCH response with a literal."""
    return octets(("* %d FETCH (%s%s " % (number, before, section)).encode() + literal(text), after + ")")


def told(path, **how):
    """Types and encodings of all parts."""
    found = fields(path, [TYPE, ENCODING], **how)
    return found[TYPE], found[ENCODING]


def talk(path, *replies):
    """A session in which the server sends these responses to one command each."""
    script = OPEN
    for i, reply in enumerate(replies):
        script = script + (reply if isinstance(reply, list) else ask("UID FETCH 5 (BODY[1])", reply, tag="f%d" % i))
    return session(path, script, port=PORT)


@pytest.mark.parametrize("section, kind, encoding", [
    ("BODY[1]", "text/plain", "quoted-printable"), ("BODY[2]", "text/html", "base64"),
    ("BODY[3]", "image/png", "base64"), ("BODY[3]<0>", "image/png", "base64"),
    ("BINARY[2]", "text/html", None), ("BODY[TEXT]", "multipart/mixed", None), ("RFC822.TEXT", "multipart/mixed", None),
    ("BODY[4]", None, None), ("BODY[1.MIME]", None, None), ("BODY[1.HEADER]", None, None), ("BODY[HEADER]", None, None),
    ("BODY[]<0>", None, None), ("BODY[]", None, None),
])
def test_type_by_section(pcap, section, kind, encoding):
    path = talk(pcap(), structure(), part(b"A: b\r\n\r\nabc\r\n", section))
    assert told(path) == ([kind] * bool(kind), [encoding] * bool(encoding))
    assert frames(path, TYPE) == [FIRST + 3] * bool(kind)


def test_type_of_a_single_part(pcap):
    path = talk(pcap(), structure(leaf()), part(b"abc\r\n"), part(b"abc\r\n", "BODY[TEXT]"))
    assert told(path) == (["text/plain"] * 2, ["7bit"] * 2)


def test_structure_and_part_in_one_response(pcap):
    response = octets(b"* 1 FETCH (BODYSTRUCTURE %s BODY[2] " % MIXED.encode() + literal(BASE64) + b" BODY[3] "
                      + literal(PNG) + b" UID 5)\r\n")
    assert told(talk(pcap(), response)) == (["text/html", "image/png"], ["base64"] * 2)


def test_structure_with_literals(pcap):
    response = octets(b'* 1 FETCH (BODYSTRUCTURE (("IMAGE" "PNG" ("NAME" {5}\r\na.png) NIL NIL "BASE64" 7)("TEXT" '
                      b'{5}\r\nPLAIN NIL NIL NIL "7BIT" 5 1)%s "MIXED") UID 5)\r\n' % leaf("TEXT", "HTML").encode())
    path = talk(pcap(), response, part(PNG), part(b"x", "BODY[2]"), part(b"x", "BODY[3]"))
    assert told(path) == (["image/png", "text/html"], ["base64", "7bit"])
    assert fields(path, ["imap.bodystructure.filename"])["imap.bodystructure.filename"] == ["a.png"]


@pytest.mark.parametrize("before, changes, number, uid, expected", [
    ("UID 5 ", [], 1, "UID 5 ", True), ("UID 5 ", [], 1, "", True), ("", [], 1, "UID 5 ", True),
    ("UID 5 ", [], 1, "UID 6 ", False), ("", [], 2, "", False), ("UID 5 ", [], 2, "UID 5 ", True),
    ("UID 5 ", ask("NOOP", "* 1 EXPUNGE"), 1, "", False), ("", ask("NOOP", "* 2 EXPUNGE"), 1, "", True),
    ("UID 5 ", ask("NOOP", "* VANISHED 4"), 1, "", False), ("UID 5 ", ask("NOOP", "* VANISHED 4"), 1, "UID 5 ", True),
    ("UID 5 ", ask("NOOP", "* 3 EXISTS", "* 1 FETCH (FLAGS (\\Seen))"), 1, "", True),
    ("UID 5 ", SELECT, 1, "UID 5 ", False), ("UID 5 ", ask("CLOSE") + SELECT, 1, "UID 5 ", False),
])
def test_type_is_that_of_the_message(pcap, before, changes, number, uid, expected):
    path = talk(pcap(), structure(before=before), changes, part(b"abc\r\n", number=number, before=uid))
    assert told(path)[0] == ["text/plain"] * expected


def test_expunge_moves_numbers(pcap):
    path = talk(pcap(), structure(leaf("A", "ONE"), 1, "") + "\r\n" + structure(leaf("A", "TWO"), 2, ""),
                ask("NOOP", "* 1 EXPUNGE"), part(b"abc", number=1, before=""), part(b"abc", number=2, before=""))
    assert told(path)[0] == ["a/two"]


def test_structure_of_a_section_is_not_that_of_the_message(pcap):
    """RFC 5550 5.4"""
    path = talk(pcap(), structure(leaf()), structure(leaf("IMAGE", "PNG"), item="BODYPARTSTRUCTURE[2]"), part(b"abc"))
    assert told(path)[0] == ["text/plain"]
    response = octets(b"* 1 FETCH (UID 5 BODYPARTSTRUCTURE[2] %s BODY[1] " % leaf("IMAGE", "PNG").encode()
                      + literal(b"abc") + b")\r\n")
    assert told(talk(pcap("one.pcap"), response)) == ([], [])


def test_listing_of_structures_among_flags(pcap):
    """Lines that tell nothing are taken together; those between them are not overlooked."""
    lines = []
    for number in range(1, 50):
        lines.append("* %d FETCH (FLAGS (\\Seen) UID %d)" % (number, number))
        if number % 10 == 0:
            lines.append(structure(leaf("A", "N%d" % number), number, "UID %d " % number, "BODY"))
    path = talk(pcap(), octets(*lines), *[part(b"abc", number=n, before="UID %d " % n) for n in (10, 11, 40)])
    assert told(path)[0] == ["a/n10", "a/n40"]
    assert fields(path, ["imap.fetch.uid"])["imap.fetch.uid"] == [
        str(n) for number in range(1, 50) for n in [number] * (2 if number % 10 == 0 else 1)] + ["10", "11", "40"]


@pytest.mark.parametrize("section, content, expected", [
    ("BODY[1]", PRINTABLE, [TEXT]), ("BODY[2]", BASE64, [TEXT]), ("BODY[3]", PNG, []), ("BINARY[2]", TEXT.encode(), []),
    ("BODY[2]<0>", BASE64[:2], ["G"]), ("BODY[2]<3>", BASE64[3:], []), ("BODY[1]<3>", b"=C3=BC", ["ü"]),
    ("BODY[2]", b64encode(b"ab").rstrip(b"="), ["ab"]), ("BODY[2]", b64encode("Grüße".encode("cp1252")), ["Grüße"]),
    ("BODY[2]", b"", []), ("BODY[2]", b"====", []),
])
def test_text_is_decoded(pcap, section, content, expected):
    path = talk(pcap(), structure(), part(content, section))
    assert [value.replace("\\r\\n", "\r\n") for value in fields(path, SHOWN)[SHOWN]] == expected


def test_part_over_many_segments(pcap):
    """In any order of asking."""
    response = part(BASE64, "BODY[2]")
    script = OPEN + ask("FETCH 1 BODY", structure()) + ["C: a4 FETCH 1 BODY[2]"] + pieces(
        ("S", response), 30, 40, 50, 60) + ["S: a4 OK"]
    path = session(pcap(), script, port=PORT)
    for two_pass in False, True:
        found = rows(path, [TYPE, SHOWN], filter=TYPE, two_pass=two_pass)
        assert [(row["frame"], row[TYPE], [text.replace("\\r\\n", "\r\n") for text in row[SHOWN]]) for row in found] == [
            (FIRST + 7, ["text/html"], [TEXT])]


NOUNS = [
    ("BODY[]", "message"), ("RFC822.HEADER", "header"), ("BODY[HEADER.FIELDS (A)]", "header"), ("BODY[1.MIME]", "header"),
    ("BODY[2.1.HEADER]", "header"), ("BODY[TEXT]", "text"), ("RFC822.TEXT", "text"), ("BODY[1.TEXT]", "text"),
    ("BODY[1.2]", "part"), ("BINARY[1]", "part"), ("BODY[]<5>", "part"),
]


def test_info_and_tree_name_what_was_fetched(pcap):
    path = talk(pcap(), *(part(b"A: b\r\n\r\n", section) for section, _ in NOUNS))
    info, shown = summary(path), tree(path)
    for number, (section, noun) in enumerate(NOUNS):
        assert " | %s, 8 bytes" % noun in info[FIRST + 2 * number], section
    assert re.findall(r"(\w+) fragment: 8 octets", shown) == [noun.capitalize() for _, noun in NOUNS]


def test_text_in_uuencode(pcap):
    text = (b"begin 644 x\r\n" + b2a_uu(TEXT.encode()).replace(b"\n", b"\r\n") + b"`\r\nend\r\n")
    path = talk(pcap(), structure(leaf(encoding="X-UUENCODE")), part(text), part(text, "BODY[1]<4>"))
    assert fields(path, SHOWN)[SHOWN] == [TEXT.replace("\r\n", "\\r\\n")]


def test_data_is_not_shown_as_text(pcap):
    path = talk(pcap(), structure(), part(PNG, "BODY[3]"), part(b"\0\1\2" * 100, "BINARY[3]"))
    assert fields(path, DATA)[DATA] == []
    assert "Data: %d octets" % len(PNG) in tree(path, frame=FIRST + 3)
    assert "Data: 300 octets" in tree(path, frame=FIRST + 5)


@pytest.mark.parametrize("content, shown", [(b"\0\xff\x01", False), (b"a b\tc\r\n\x1b[1m\xfc", True)])
def test_part_without_type_is_text_when_it_looks_like_it(pcap, content, shown):
    path = talk(pcap(), part(content))
    assert len(fields(path, DATA)[DATA]) == shown
    assert told(path) == ([], [])


def test_long_text_is_cut_between_characters(pcap):
    text = "x" + "ü" * 100000
    encoded = b64encode(text.encode())
    path = talk(pcap(), structure(), part(text.encode(), "BINARY[1]"), part(encoded, "BODY[2]"))
    found = fields(path, [DATA, SHOWN])
    assert found[DATA][0] == text[:1 + 65534 // 2]
    assert found[DATA][1] == encoded[:65536].decode()
    assert found[SHOWN] == [text[:1 + 65534 // 2]]


def test_long_text_that_is_no_utf8_is_cut_anywhere(pcap):
    path = talk(pcap(), part(b"\x80" * 70000))
    assert fields(path, [DATA])[DATA] == ["\u20ac" * 65536]      # 0x80 of windows-1252
    assert "[first 65536 of 70000 octets]" in tree(path, filter=DATA)


@pytest.mark.parametrize("uid, expected", [("", []), ("UID 5 ", ["text/plain"])])
def test_lost_segment_hides_numbers(pcap, uid, expected):
    """Behind a gap, which may have been an EXPUNGE, only the UID tells which message it is."""
    capture = Capture()
    talking = Conversation(capture, port=PORT)
    talking.handshake()
    talking.play(OPEN + ask("UID FETCH 5 BODYSTRUCTURE", structure()))
    talking.send("S", b"* 1 EXPUNGE\r\n", lost=[0])
    talking.play(ask("UID FETCH 5 BODY[1]", part(b"abc", before=uid)))
    talking.close()
    assert told(capture.save(pcap()))[0] == expected
