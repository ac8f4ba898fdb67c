"""Expert infos on messages: a session that raises one and a near miss, over SMTP and IMAP.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

import imap_talk
import pop_talk
from runner import Sharkd, experts, fields, frames, tshark, readable, tree
from smtp_talk import (ACCEPTED, DATA, ENVELOPE, MESSAGE, OPEN, QUIT, RCPT, message, opening, sent)
from wire import START, Capture, Conversation, session

HEADER = MESSAGE[:MESSAGE.index(b"\r\n\r\n") + 2]
NOW = b"Date: Mon, 05 Mar 2007 09:12:33 +0000\r\n"
MIME = HEADER + b"MIME-Version: 1.0\r\n"


def names(path, **how):
    """Name without prefix -> severity of every expert info on a message, but for the date: the capture has its own."""
    return {e.name.replace("mail.expert.", ""): e.severity for e in experts(path, **how)
            if e.name.startswith("mail.") and e.name != "mail.expert.date_far"}


def field(line):
    """A message with one more field."""
    return HEADER + line + b"\r\n\r\nText\r\n"


def instead(name, line):
    """A message with this in place of a field."""
    kept = [kept for kept in HEADER.split(b"\r\n")[:-1] if not kept.startswith(name)]
    return b"\r\n".join(kept + [line]) + b"\r\n\r\nText\r\n"


def part(fields, content=b"text\r\n"):
    """A message of one part."""
    return MIME + fields + b"\r\n\r\n" + content


def named(name):
    """A message with a file name."""
    return part(b"Content-Disposition: attachment; filename=" + name)


def multi(*depths):
    """Multiparts inside each other."""
    start = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in depths)
    return MIME + start + b"\r\ninner\r\n" + b"".join(b"--b%d--\r\n" % n for n in reversed(depths))


FILE = b"--b\r\nContent-Disposition: attachment; filename=a\r\n\r\n"
ROWS = [
    # name, severity, message that raises it, near miss
    ("no_header", "note", b"Hello\r\n", MESSAGE),
    ("missing_field", "note", instead(b"Date", b"X-A: b"), MESSAGE),
    ("duplicate_field", "warn", field(b"Subject: Dinner"), field(b"Comments: Dinner")),
    ("duplicate_field", "note", field(b"To: carol@example.net"), field(b"Cc: carol@example.net")),
    ("multiple_from", "warn", instead(b"From", b"From: alice@example.org, carol@example.org"),
     instead(b"From", b"From: alice@example.org, carol@example.org\r\nSender: alice@example.org")),
    ("from_mismatch", "note", instead(b"From", b"From: alice@example.com"),
     instead(b"From", b"From: alice@www.example.org")),
    ("display_address", "warn", instead(b"From", b'From: "boss@example.com" <alice@example.org>'),
     instead(b"From", b'From: "alice@example.org" <alice@example.org>')),
    ("reply_to_mismatch", "chat", field(b"Reply-To: x@example.com"), field(b"Reply-To: x@example.org")),
    ("header_syntax", "warn", field(b"Comments : a"), field(b"Comments: a")),
    ("header_8bit", "note", field(b"Comments: \xe9"), field(b"Comments: e")),
    ("header_line_too_long", "warn", field(b"X-A: " + 994 * b"a"), field(b"X-A: " + 993 * b"a")),
    ("blank_fold", "note", field(b"X-A: a\r\n \r\n b"), field(b"X-A: a\r\n b")),
    ("encoded_word_control", "error", field(b"X-A: =?utf-8?Q?a=0Ab?="), field(b"X-A: =?utf-8?Q?a=20b?=")),
    ("encoded_word_address", "warn", instead(b"From", b"From: <=?utf-8?Q?a?=@example.org>"),
     instead(b"From", b"From: =?utf-8?Q?a?= <a@example.org>")),
    ("encoded_word_syntax", "note", field(b"X-A: =?utf-8?X?a?="), field(b"X-A: =?utf-8?q?a?=")),
    ("encoded_word_nested", "warn", field(b"X-A: =?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?="),
     field(b"X-A: =?utf-8?Q?=3D=3Fa?=")),
    ("bidi_override", "warn", instead(b"Subject", b"Subject: =?utf-8?Q?=E2=80=AEa?="),
     instead(b"Subject", b"Subject: =?utf-8?Q?=E2=80=8Fa?=")),
    ("homograph", "warn", field(b"Reply-To: a@xn--pypal-4ve.example"), field(b"Reply-To: a@xn--bcher-kva.example")),
    ("invisible", "note", instead(b"To", b"To: =?utf-8?Q?a=E2=80=8Bb?= <bob@example.net>"),
     instead(b"To", b"To: =?utf-8?Q?a=C2=A0b?= <bob@example.net>")),
    ("attachment_name", "warn", named(b'"../a"'), named(b'"a"')),
    ("attachment_executable", "note", named(b"a.exe"), named(b"a.txt")),
    ("attachment_double_extension", "warn", named(b"a.pdf.exe"), named(b"a.1.exe")),
    ("attachment_name_differs", "warn", part(b"Content-Type: text/plain; name=a\r\nContent-Disposition: x; filename=b"),
     part(b"Content-Type: text/plain; name=a\r\nContent-Disposition: x; filename=a")),
    ("attachment_type_differs", "note", part(b"Content-Type: image/png; name=a", b"%PDF-1.4\r\n"),
     part(b"Content-Type: application/pdf; name=a", b"%PDF-1.4\r\n")),
    ("parameter_continuation", "warn", named(b"a; filename*0=b"), named(b"a; filename*=utf-8''a")),
    ("mime_no_version", "note", field(b"Content-Type: text/plain"), part(b"Content-Type: text/plain")),
    ("mime_boundary", "warn", part(b"Content-Type: multipart/mixed; boundary=b"), multi(1)),
    ("mime_encoding", "warn", part(b"Content-Transfer-Encoding: 9bit"), part(b"Content-Transfer-Encoding: 8bit")),
    ("mime_depth", "warn", multi(*range(11)), multi(*range(10))),
    ("mime_parts", "note", part(b"Content-Type: multipart/mixed; boundary=b", 500 * b"--b\r\n\r\n" + b"--b--\r\n"),
     part(b"Content-Type: multipart/mixed; boundary=b", 499 * b"--b\r\n\r\n" + b"--b--\r\n")),
    ("limit", "note", part(b"Content-Type: multipart/mixed; boundary=b", 1601 * FILE), part(
        b"Content-Type: multipart/mixed; boundary=b", 1600 * FILE)),
    ("base64", "warn", part(b"Content-Transfer-Encoding: base64", b"YW!=\r\n"),
     part(b"Content-Transfer-Encoding: base64", b"YQ==\r\n")),
    ("quoted_printable", "note", part(b"Content-Transfer-Encoding: quoted-printable", b"=4\r\n"),
     part(b"Content-Transfer-Encoding: quoted-printable", b"=41\r\n")),
    ("received_loop", "warn", 100 * b"Received: x\r\n" + MESSAGE, 29 * b"Received: x\r\n" + MESSAGE),
    ("received_loop", "note", 99 * b"Received: x\r\n" + MESSAGE, 29 * b"Received: x\r\n" + MESSAGE),
    ("message_id", "note", instead(b"Message-ID", b"Message-ID: <1>"), MESSAGE),
    ("dkim_length", "note", field(b"DKIM-Signature: h=from; l=1"), field(b"DKIM-Signature: h=from")),
    ("dkim_from_unsigned", "warn", field(b"DKIM-Signature: h=to"), field(b"DKIM-Signature: h=To:From")),
]
STORED = [
    ("nul", "warn", field(b"X-A: a\0b"), MESSAGE),
    ("bare_cr", "warn", field(b"X-A: a\rb"), MESSAGE),
    ("bare_lf", "warn", field(b"X-A: a\n b"), MESSAGE),
]
LABELS = ["%s %s" % row[:2] for row in ROWS]


def fetched(octets):
    """An IMAP session that fetches a message."""
    return imap_talk.QUIET + imap_talk.fetch(octets) + imap_talk.LOGOUT


def appended(octets):
    """An IMAP session that appends a message."""
    return imap_talk.QUIET + imap_talk.append(octets) + imap_talk.LOGOUT


def records(path):
    """Name without prefix -> severity of the expert infos on each record of a capture, in order."""
    found = {frame: {} for frame in frames(path, "mail")}
    for e in experts(path, filter="mail"):
        if e.name.startswith("mail."):
            found[e.frame][e.name.replace("mail.expert.", "")] = e.severity
    return list(found.values())


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """(bad or good, row number, sent or fetched) -> expert infos: all messages in one session of each kind."""
    folder = tmp_path_factory.mktemp("rows")
    rows = ROWS + STORED
    octets = [row[2] for row in rows] + [row[3] for row in rows]
    smtp = OPEN + [item for text in octets for item in ENVELOPE + message(text)] + QUIT
    imap = imap_talk.QUIET + [item for text in octets for item in imap_talk.fetch(text)] + imap_talk.LOGOUT
    found = {}
    for kind, script, port in (("sent", smtp, 25), ("fetched", imap, imap_talk.PORT)):
        judgements = records(session(str(folder / kind), script, port=port))
        assert len(judgements) == len(octets)
        for n in range(len(rows)):
            found["bad", n, kind], found["good", n, kind] = judgements[n], judgements[n + len(rows)]
    return found


@pytest.mark.parametrize("n", range(len(ROWS)), ids=LABELS)
def test_sent(judged, n):
    name, severity = ROWS[n][:2]
    assert judged["bad", n, "sent"][name] == severity
    assert name not in judged["good", n, "sent"]


@pytest.mark.parametrize("n", range(len(ROWS + STORED)), ids=LABELS + [row[0] for row in STORED])
def test_fetched(judged, n):
    name, severity, _, good = (ROWS + STORED)[n]
    if name != "from_mismatch":      # there is no reverse-path
        assert judged["bad", n, "fetched"][name] == severity
    assert name not in judged["good", n, "fetched"]
    assert good != MESSAGE or judged["good", n, "fetched"] == {}


@pytest.mark.parametrize("row", STORED, ids=[row[0] for row in STORED])
def test_appended_and_retrieved(pcap, row):
    name, severity, bad, good = row
    assert names(session(pcap(), appended(bad), port=imap_talk.PORT))[name] == severity
    assert names(session(pcap(), appended(good), port=imap_talk.PORT)) == {}
    assert names(session(pcap(), pop_talk.fetched(bad), port=110))[name] == severity
    assert names(session(pcap(), pop_talk.fetched(good), port=110)) == {}
    assert name not in names(session(pcap(), sent(bad)))     # smtp.expert tells there


def test_smtputf8_allows_octets_above_7f(pcap):
    octets = field(b"Comments: \xc3\xa9")
    script = OPEN + ["C: MAIL FROM:<alice@example.org> SMTPUTF8", "S: 250 2.1.0 Ok"] + RCPT + DATA + message(octets)
    assert names(session(pcap(), script + QUIT)) == {}
    again = OPEN + ["C: MAIL FROM:<alice@example.org> SMTPUTF8", "S: 250 2.1.0 Ok", "C: RSET", "S: 250 2.0.0 Ok"]
    assert names(session(pcap(), again + ENVELOPE + message(octets) + QUIT)) == {"header_8bit": "note"}


@pytest.mark.parametrize("days, found", [(0, False), (0.9, False), (1.1, True), (-6.9, False), (-7.1, True)])
def test_date(pcap, days, found):
    """The Date of a message that is sent, compared with the clock of the capture."""
    import email.utils
    date = email.utils.formatdate(START / 1e6 + days * 86400).encode()
    path = session(pcap(), sent(MESSAGE.replace(NOW, b"Date: " + date + b"\r\n")))
    assert bool(frames(path, "mail.expert.date_far")) is found
    octets = MESSAGE.replace(NOW, b"Date: " + date + b"\r\n")
    assert frames(session(pcap(), fetched(octets), port=imap_talk.PORT), "mail.expert.date_far") == []


def test_count_and_place(pcap):
    octets = MESSAGE + b"a\nb\nc\r\n"
    path = session(pcap(), fetched(octets), port=imap_talk.PORT)
    texts = [e.message for e in experts(path) if e.name == "mail.expert.bare_lf"]
    assert len(texts) == 1
    assert texts[0].endswith(": 2 times, first at octet %d" % octets.index(b"\nb"))


def test_found_however_one_asks(pcap):
    path = session(pcap(), sent(field(b"Subject: Dinner")))
    here = frames(path, "mail")
    assert len(here) == 1
    assert frames(path, "mail.expert.duplicate_field") == here
    assert frames(path, "mail.expert.duplicate_field", two_pass=True) == here
    assert frames(path, "_ws.expert.severity == 0x00600000 && mail.expert.duplicate_field") == here
    assert "More than one From, Sender, Subject" in tshark(["-n", "-q", "-r", readable(path), "-z", "expert,warn"])
    assert "duplicate_field" not in tree(path, frame=here[0] - 1)


def incomplete(path, **how):
    return frames(path, "mail.expert.incomplete", **how)


def test_incomplete(pcap):
    start = OPEN + ENVELOPE
    lost = Capture()
    connection = Conversation(lost)
    connection.handshake()
    connection.play(start)
    connection.send("C", MESSAGE + 3000 * b"x" + b"\r\n.\r\n", cut=1000, lost=(1,))
    connection.play(ACCEPTED + QUIT)
    lost.save(pcap("lost.pcap"))
    assert len(incomplete(pcap("lost.pcap"))) == 1
    assert set(names(pcap("lost.pcap"))) == {"incomplete"}
    assert incomplete(session(pcap(), sent())) == []
    assert incomplete(session(pcap(), start + [("C", MESSAGE[:80])], close=False), two_pass=True) != []
    literal = imap_talk.fetch()[1][1]
    cut = imap_talk.QUIET + ["C: a3 UID FETCH 5 (BODY[])", ("S", literal[:80])]
    assert incomplete(session(pcap(), cut, port=imap_talk.PORT, close=False), two_pass=True) != []
    assert incomplete(session(pcap(), fetched(MESSAGE), port=imap_talk.PORT), two_pass=True) == []


def three_sessions(path, clients, recipients):
    """The same message in several sessions."""
    capture = Capture()
    for number, (client, recipient) in enumerate(zip(clients, recipients)):
        connection = Conversation(capture, client=client, client_port=40000 + number)
        connection.handshake()
        script = [item.replace("bob@", recipient + "@") if isinstance(item, str) else item for item in sent()]
        connection.play(script)
        connection.close()
    capture.save(path)
    return path


REPEATS = [
    (["192.0.2.10", "192.0.2.11", "192.0.2.12"], ["bob", "carol", "dave"], [1, 2]),
    (["192.0.2.10", "192.0.2.10", "192.0.2.10"], ["bob", "carol", "dave"], []),      # one client
    (["192.0.2.10", "192.0.2.11", "192.0.2.12"], ["bob", "bob", "bob"], []),          # a relay's second try
    (["192.0.2.10", "192.0.2.10", "192.0.2.11"], ["bob", "carol", "dave"], [2]),
]


@pytest.mark.parametrize("clients, recipients, expected", REPEATS)
def test_repeated_message(pcap, clients, recipients, expected):
    path = three_sessions(pcap(), clients, recipients)
    here = frames(path, "mail")
    found = [here[n] for n in expected]
    assert frames(path, "mail.expert.message_id_repeat") == found
    assert frames(path, "mail.expert.message_id_repeat", two_pass=True) == found


def test_repeated_message_in_any_order(pcap):
    path = three_sessions(pcap(), *REPEATS[0][:2])
    here = frames(path, "mail")
    with Sharkd(path) as sharkd:
        for number in reversed(here):
            text = str(sharkd.call("frame", frame=number, proto=True))
            assert ("Another client sent the same message" in text) is (number != here[0])


def test_other_message_of_the_same_size_is_no_repetition(pcap):
    capture = Capture()
    for number, text in enumerate((MESSAGE, MESSAGE.replace(b"Lunch", b"Hello"))):
        connection = Conversation(capture, client="192.0.2.%d" % (10 + number), client_port=40000 + number)
        connection.handshake()
        connection.play([item.replace("bob", "b%d" % number) if isinstance(item, str) else item for item in sent(text)])
    capture.save(pcap())
    assert frames(pcap(), "mail.expert.message_id_repeat") == []


@pytest.mark.parametrize("reply, listed", [(b"250 2.1.5 Ok\r\n", 8000), (b"550 5.1.1 Unknown\r\n", 4000)])
def test_more_recipients_than_are_listed(pcap, reply, listed):
    for more in (0, 1):
        names = [b"user%d@example.net" % n for n in range(listed + more)]
        script = OPEN + ["C: MAIL FROM:<alice@example.org>", "S: 250 2.1.0 Ok",
                         ("C", b"".join(b"RCPT TO:<%s>\r\n" % name for name in names)), ("S", reply * len(names))] + QUIT
        path = session(pcap("%d.pcap" % more), script)
        found = fields(path, ["mail.envelope.to", "mail.envelope.refused"])
        assert sorted(map(len, found.values())) == [0, listed]
        assert len(frames(path, "mail.expert.limit")) == more
        assert ("too many to be listed" in tshark(["-q", "-z", "expert", "-r", readable(path)])) is bool(more)


def test_many_long_lists_in_one_frame(pcap):
    """Wireshark 4.6 bounds items that do not begin behind those before."""
    text = HEADER + b"\r\n" + b"".join(b"http://example.net/%d\r\n" % n for n in range(8000))
    sent_once = b"MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.net>\r\nBDAT %d LAST\r\n" % len(text) + text
    script = opening("CHUNKING", "PIPELINING") + [("C", 7 * sent_once), ("S", 21 * b"250 Ok\r\n")] + QUIT
    path = session(pcap(), script)
    assert len(frames(path, "mail")) == 1
    assert len(fields(path, ["mail.url"])["mail.url"]) == 7 * 8000


PLAIN = opening("AUTH PLAIN CRAM-MD5", "STARTTLS") + ["C: AUTH PLAIN AGFsaWNlAHNlY3JldA==", "S: 235 2.7.0 Ok"]
POLICY = {"smtp.expert.auth_cleartext", "smtp.expert.auth_offered_cleartext", "smtp.expert.starttls_not_used"}


def test_policy_notes_can_be_turned_off(pcap):
    script = PLAIN + ENVELOPE + message(field(b"Subject: Dinner")) + ["C: MAIL", "S: 501 5.5.4 Syntax"] + QUIT
    path = session(pcap(), script)
    loud, quiet = ({e.name for e in experts(path, prefs=["mail.policy_notes:" + value])} for value in ("TRUE", "FALSE"))
    assert POLICY <= loud
    assert loud - quiet == POLICY
    assert {"mail.expert.duplicate_field", "smtp.expert.missing_argument"} <= quiet
    assert {e.name for e in experts(path)} == loud
