"""The mail log, statistics and export of objects.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import base64
import binascii
import functools
import glob
import hashlib
import os
import pathlib
import quopri
import re
import subprocess
import tempfile
import unicodedata
import zlib

import pytest

import imap_talk
import pop_talk
import runner
import smtp_talk
from runner import RunError, fields, tshark
from wire import Capture, Conversation, session

PCAPS = sorted(glob.glob(str(smtp_talk.PCAPS / "*.pcap*")))
COLUMNS = ["Time", "Protocol", "Action", "Outcome", "From", "To", "Subject", "Size", "Duration", "Reply"]


def statistic(path, *arguments, two_pass=False, extra=()):
    """What tshark prints for these -z arguments."""
    options = ["-n", "-q", "-r", runner.readable(path)] + (["-2"] if two_pass else []) + list(extra)
    for argument in arguments:
        options += ["-z", argument]
    return tshark(options)


def width(text):
    """Columns of a terminal that a text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cells(path, filter=None, **how):
    """The rows of the mail log without their times: lists of words; columns are told by two blanks."""
    lines = statistic(path, "mail,log" + ("," + filter if filter else ""), **how).split("\n")
    assert lines[0].split() == COLUMNS and lines[-1] == ""
    return [re.split("  +", line[28:].rstrip()) for line in lines[1:-1]]


SENT = ["SMTP", "sent", "accepted", "alice@example.org", "bob@example.net", "Lunch"]


def test_row_of_a_message_sent(pcap):
    path = session(pcap(), smtp_talk.sent())
    assert cells(path) == [SENT + [str(len(smtp_talk.MESSAGE)), "0.007000", "250 2.0.0 Ok: queued as 4F2A91C0DE"]]
    assert statistic(path, "mail,log").split("\n")[1].startswith("2007-01-28 16:00:00.006000  ")


def test_rows_of_messages_fetched(pcap):
    path = session(pcap(), imap_talk.OPEN + imap_talk.fetch() + imap_talk.LOGOUT, port=imap_talk.PORT)
    assert [row[:6] for row in cells(path)] == [
        ["IMAP", "retrieved", "accepted", "alice@example.org", "ccna1@example.com", "Lunch"]]


def test_log_is_empty_without_messages(pcap):
    assert cells(session(pcap(), smtp_talk.OPEN + smtp_talk.QUIT)) == []


def with_subjects(path, *subjects):
    """A capture with one session for each message with this subject (octets)."""
    capture = Capture()
    for n, subject in enumerate(subjects):
        talk = Conversation(capture, port=25, client_port=40000 + n)
        talk.handshake()
        talk.play(smtp_talk.sent(smtp_talk.MESSAGE.replace(b"Lunch", subject)))
        talk.close()
    return capture.save(path)


def test_log_takes_a_filter(pcap):
    path = with_subjects(pcap(), b"Lunch", b"Dinner", b"Tea")
    assert [row[5] for row in cells(path)] == ["Lunch", "Dinner", "Tea"]
    assert [row[5] for row in cells(path, 'mail.subject == "Dinner"')] == ["Dinner"]
    assert cells(path, "pop") == []


@pytest.mark.parametrize("argument", ["mail,log,smtp ==", "mail,log,no.such.field", "mail,logs"])
def test_wrong_argument_of_the_log(pcap, argument):
    with pytest.raises(RunError, match="exit status"):
        statistic(session(pcap(), smtp_talk.sent()), argument)


def test_log_prints_nothing_that_moves_the_cursor(pcap):
    path = with_subjects(pcap(), b"a\x1b[2Jb", "c\u202ed\u2028e\u200ff".encode(), b"=?utf-8?q?g=0Ah=09i=00j?=")
    text = statistic(path, "mail,log")
    assert not [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cf")]
    assert [row[5] for row in cells(path)][:2] == ["a\ufffd[2Jb", "c\ufffdd\ufffde\ufffdf"]
    assert len(text.split("\n")) == 5


def test_columns_of_the_log_are_straight_whatever_the_script(pcap):
    subjects = ["Lunch", "Übung", "見積書のご案内", "e\u0301te\u0301", "x" * 70, "見" * 70]
    lines = statistic(with_subjects(pcap(), *[s.encode() for s in subjects]), "mail,log").split("\n")[:-1]
    ends = {width(line[:line.index("250 2.0.0")]) for line in lines[1:]}
    assert len(lines) == 7 and ends == {lines[0].index("Reply")}
    assert "x" * 49 + "\u2026" in lines[5] and "見" * 24 + "\u2026" in lines[6]


def test_null_sender_and_refused_recipients(pcap):
    script = (smtp_talk.OPEN + ["C: MAIL FROM:<>", "S: 250 2.1.0 Ok", "C: RCPT TO:<no@example.net>", "S: 550 5.1.1 No",
              "C: RCPT TO:<a@example.net>", "S: 250 Ok", "C: RCPT TO:<b@example.net>", "S: 250 Ok"]
              + smtp_talk.DATA + smtp_talk.message() + smtp_talk.QUIT)
    assert cells(session(pcap(), script))[0][3:5] == ["<>", "a@example.net, b@example.net"]


def test_recipients_of_whom_none_was_accepted(pcap):
    script = (smtp_talk.OPEN + smtp_talk.MAIL + ["C: RCPT TO:<a@example.net>", "S: 550 5.1.1 No",
              "C: RCPT TO:<b@example.net>", "S: 550 5.1.1 No"] + smtp_talk.QUIT)
    assert cells(session(pcap(), script))[0][2:5] == ["aborted", "alice@example.org", "a@example.net, b@example.net"]


def test_open_message_is_in_the_log_on_the_second_pass(pcap):
    path = session(pcap(), smtp_talk.OPEN + smtp_talk.ENVELOPE + [("C", smtp_talk.MESSAGE)], close=False)
    assert cells(path) == []
    assert [row[:6] for row in cells(path, two_pass=True)] == [SENT[:2] + ["incomplete"] + SENT[3:]]


STATISTICS = [protocol + kind for protocol in ("smtp", "pop", "imap") for kind in (",tree", ",srt")]


@functools.lru_cache(maxsize=None)
def all_statistics(path):
    """What tshark prints of all commands and replies in one pass."""
    return statistic(path, *STATISTICS)


@pytest.mark.parametrize("path", PCAPS, ids=os.path.basename)
def test_statistics_do_not_depend_on_passes_or_the_tree(path):
    shown = tshark(["-n", "-2", "-V", "-r", runner.readable(path)] + [word for z in STATISTICS for word in ("-z", z)])
    assert all_statistics(path).count("SRT Statistics") == 3
    assert shown.endswith(all_statistics(path))


# ---- trees ----

def tree(path, name, **how):
    """Path of names -> count, of a tree's nodes."""
    counts, parents = {}, []
    for line in statistic(path, name + ",tree", **how).split("\n"):
        found = re.match(r"( *)(\S.*?)  +(\d+) ", line)
        if found and not line.startswith("Topic"):
            depth = len(found[1])
            parents = parents[:depth] + [found[2]]
            counts["/".join(parents)] = int(found[3])
    return counts


def test_smtp_tree(pcap):
    script = (smtp_talk.opening("SIZE 10", "AUTH PLAIN", "X-MADE-UP") + ["C: AUTH CRAM-MD5", "S: 504 5.5.4 No such"]
              + smtp_talk.ENVELOPE + smtp_talk.message() + ["C: FOO", "S: 500 5.99.99 What"] + smtp_talk.QUIT)
    counts = tree(session(pcap(), script), "smtp")
    assert counts["Commands"] == 7 and counts["Commands/EHLO"] == 1 and counts["Commands/(unknown)"] == 1
    assert counts["Replies"] == 9 and counts["Replies/2yz (Positive completion)"] == 6
    assert counts["Replies/2yz (Positive completion)/250"] == 4
    assert counts["Replies/3yz (Positive intermediate)/354"] == 1
    assert {name for name in counts if name.startswith("Capabilities offered/")} == {
        "Capabilities offered/SIZE", "Capabilities offered/AUTH", "Capabilities offered/(unknown)"}
    assert counts["Mechanisms asked for/CRAM-MD5"] == 1
    assert counts["Enhanced status codes"] == 6 and counts["Enhanced status codes/(not registered)"] == 1
    assert counts["Failures"] == 2
    assert counts["Failures/(unknown): 500 (not registered)"] == 1


def test_pop_tree(pcap):
    script = (pop_talk.GREETING + pop_talk.capa() + ["C: USER bob", "S: +OK", "C: PASS x", "S: -ERR [AUTH] no"]
              + pop_talk.LOGIN + pop_talk.STAT + pop_talk.QUIT)
    counts = tree(session(pcap(), script, port=pop_talk.PORT), "pop")
    assert counts["Commands"] == 7 and counts["Commands/PASS"] == 2
    assert counts["Replies"] == 8 and counts["Replies/+OK"] == 7 and counts["Replies/-ERR"] == 1
    assert counts["Capabilities offered"] == len(pop_talk.CAPABILITIES) and counts["Capabilities offered/SASL"] == 1
    assert counts["Response codes/AUTH"] == 1
    assert counts["Failures/PASS: -ERR AUTH"] == 1


def test_imap_tree(pcap):
    script = (imap_talk.OPEN + ["C: a3 SELECT x", "S: a3 NO [NONEXISTENT] No", "C: a4 FOO", "S: a4 BAD What"]
              + imap_talk.ask("FETCH 1:3 FLAGS", r"* 1 FETCH (FLAGS ())", r"* 2 FETCH (FLAGS ())",
                              r"* 3 FETCH (FLAGS ())", tag="a5") + imap_talk.LOGOUT)
    counts = tree(session(pcap(), script, port=imap_talk.PORT), "imap")
    assert counts["Commands"] == 6 and counts["Commands/SELECT"] == 2 and counts["Commands/(unknown)"] == 1
    assert counts["Replies"] == 7 and counts["Replies/NO"] == 1 and counts["Replies/BAD"] == 1
    assert counts["Untagged responses/FETCH"] == 3 and counts["Untagged responses/BYE"] == 1
    assert counts["Capabilities offered/AUTH=PLAIN"] == 1 and counts["Capabilities offered/IDLE"] == 2
    assert counts["Failures"] == 2 and counts["Failures/SELECT: NO NONEXISTENT"] == 1


def test_imap_tree_counts_many_lines_of_one_segment(pcap):
    lines = ["* %d FETCH (FLAGS ())" % n for n in range(1, 61)]
    path = session(pcap(), imap_talk.OPEN + imap_talk.ask("FETCH 1:60 FLAGS", *lines), port=imap_talk.PORT)
    assert tree(path, "imap")["Untagged responses/FETCH"] == 60


def test_mail_tree(pcap):
    path = with_subjects(pcap(), b"a", b"b" * 1500)
    counts = tree(path, "mail")
    assert counts["Protocols/SMTP"] == 2 and counts["Outcomes/sent/accepted"] == 2
    assert counts["Sizes in octets"] == 2 and counts["Sizes in octets/0-999"] == 1
    assert counts["Sizes in octets/1000-9999"] == 1


# ---- response times ----

def times(text):
    """Protocol and command -> (calls, least, most, mean), seconds."""
    found, protocol = {}, None
    for line in text.split("\n"):
        if "SRT Statistics" in line:
            protocol = line.split()[0].lower()
        cells = re.match(r" *\d+  (\S.*?)  +(\d+) +([\d.]+) +([\d.]+) +([\d.]+) +[\d.]+$", line)
        if cells:
            found[protocol, cells[1]] = (int(cells[2]), float(cells[3]), float(cells[4]), float(cells[5]))
    return found


@pytest.mark.parametrize("path", PCAPS, ids=os.path.basename)
def test_as_many_times_as_replies(path):
    names = ["smtp", "pop", "imap"]
    wanted = [name + end for name in names for end in (".time", ".banner", ".response_to")]
    seen = {name: [] for name in names}
    for row in runner.rows(path, wanted, filter="smtp.time || pop.time || imap.time"):
        for name in names:
            greets = row[name + ".banner"] and len(row[name + ".time"]) > len(row[name + ".response_to"])
            seen[name] += [float(value) for value in row[name + ".time"][1 if greets else 0:]]
    for name in names:
        found = [row for (protocol, _), row in times(all_statistics(path)).items() if protocol == name]
        assert sum(calls for calls, *_ in found) == len(seen[name])
        if found:
            assert abs(min(least for _, least, _, _ in found) - min(seen[name])) < 2e-6
            assert abs(max(most for _, _, most, _ in found) - max(seen[name])) < 2e-6


def test_time_counts_to_the_first_octet_of_a_reply(pcap):
    path = session(pcap(), ["S: 220 mx.example.net ESMTP", "C: EHLO x", ("S", b"250-mx\r\n"), ("S", b"250-SIZE\r\n"),
                            ("S", b"250 DSN\r\n"), "C: NOOP", "S: 250 Ok", "C: NOOP", "S: 250 Ok"])
    assert times(statistic(path, "smtp,srt")) == {
        ("smtp", "EHLO"): (1, 0.001, 0.001, 0.001), ("smtp", "NOOP"): (2, 0.001, 0.001, 0.001)}


# ---- export ----

def export(path, kind, two_pass=False):
    """Name -> octets of the files that are exported; nothing may be written elsewhere."""
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o777)
        target = os.path.join(base, "below", "objects")
        statistic(path, two_pass=two_pass, extra=["--export-objects", kind + "," + target])
        assert os.listdir(base) == ["below"] and os.listdir(os.path.join(base, "below")) == ["objects"]
        return {name: pathlib.Path(target, name).read_bytes() for name in os.listdir(target)}


DOTS = smtp_talk.MESSAGE + b".\r\n..\r\n.a\r\nend\r\n"
STUFFED = smtp_talk.MESSAGE + b"..\r\n...\r\n..a\r\nend\r\n"


@pytest.mark.parametrize("cut", [None, 1])
@pytest.mark.parametrize("two_pass", [False, True])
def test_message_by_smtp(pcap, cut, two_pass):
    assert export(session(pcap(), smtp_talk.sent(STUFFED), cut=cut), "mail", two_pass) == {"1-Lunch.eml": DOTS}


def test_message_by_bdat(pcap):
    octets = smtp_talk.MESSAGE + bytes(range(256))
    script = (smtp_talk.OPEN + smtp_talk.MAIL + smtp_talk.RCPT
              + [("C", b"BDAT 100\r\n" + octets[:100]), "S: 250 Ok",
                 ("C", b"BDAT %d LAST\r\n" % (len(octets) - 100) + octets[100:])] + smtp_talk.ACCEPTED)
    assert export(session(pcap(), script), "mail") == {"1-Lunch.eml": octets}


@pytest.mark.parametrize("cut", [None, 7])
def test_message_by_pop(pcap, cut):
    script = pop_talk.OPEN + ["C: RETR 1", ("S", b"+OK\r\n" + STUFFED + b".\r\n")] + pop_talk.QUIT
    assert export(session(pcap(), script, port=pop_talk.PORT, cut=cut), "mail") == {"1-Lunch.eml": DOTS}


@pytest.mark.parametrize("cut", [None, 1])
def test_messages_by_imap(pcap, cut):
    script = imap_talk.OPEN + imap_talk.fetch(DOTS) + imap_talk.append(imap_talk.OTHER)
    assert export(session(pcap(), script, port=imap_talk.PORT, cut=cut), "mail") == {
        "1-Lunch.eml": DOTS, "2-Dinner.eml": imap_talk.OTHER}


def test_message_in_compressed_imap(pcap):
    streams = {side: zlib.compressobj(6, zlib.DEFLATED, -15) for side in "CS"}
    script = imap_talk.OPEN + ["C: c1 COMPRESS DEFLATE", "S: c1 OK active"]
    for item in imap_talk.fetch(DOTS):
        side, octets = item if isinstance(item, tuple) else (item[0], item[3:].encode() + b"\r\n")
        script.append((side, streams[side].compress(octets) + streams[side].flush(zlib.Z_SYNC_FLUSH)))
    path = session(pcap(), script, port=imap_talk.PORT)
    assert export(path, "mail") == {"1-Lunch.eml": DOTS}


@pytest.mark.parametrize("path", PCAPS, ids=os.path.basename)
def test_what_is_exported_has_the_checksums_of_the_record(path):
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o777)
        options = ["-n", "-2", "-r", runner.readable(path), "-T", "fields", "-E", "separator=;"]
        for name in ("mail", "mail.attachment"):
            options += ["--export-objects", "%s,%s/%s" % (name, base, name), "-e", name + ".sha256"]
        sums = [line.split(";") for line in tshark(options).split("\n")[:-1]]
        for n, name in enumerate(("mail", "mail.attachment")):
            told = [value.replace(":", "") for row in sums for value in row[n].split(",") if value]
            found = [hashlib.sha256(pathlib.Path(base, name, file).read_bytes()).hexdigest()
                     for file in os.listdir(os.path.join(base, name)) if "incomplete-" not in file]
            assert sorted(found) == sorted(told)


def test_messages_of_one_subject(pcap):
    path = with_subjects(pcap(), b"Lunch", b"Lunch", b"")
    assert sorted(export(path, "mail")) == ["1-Lunch.eml", "2-Lunch.eml", "3-message.eml"]


@pytest.mark.parametrize("close", [True, False])
def test_message_that_breaks_off(pcap, close):
    path = session(pcap(), smtp_talk.OPEN + smtp_talk.ENVELOPE + [("C", smtp_talk.MESSAGE)], close=close)
    assert export(path, "mail", two_pass=True) == {"1-incomplete-Lunch.eml": smtp_talk.MESSAGE}
    pop = session(pcap(), pop_talk.OPEN + ["C: RETR 1", ("S", b"+OK\r\n" + STUFFED)], port=pop_talk.PORT, close=close)
    assert export(pop, "mail", two_pass=True) == {"1-incomplete-Lunch.eml": DOTS}


def test_message_of_very_many_segments_that_breaks_off(pcap):
    """More than are kept one by one."""
    capture = Capture()
    talk = Conversation(capture, port=25)
    talk.handshake()
    talk.play(smtp_talk.OPEN + smtp_talk.ENVELOPE)
    text = smtp_talk.MESSAGE + b"".join(b"%d\r\n" % n for n in range(300))
    talk.client(text, cut=1)
    assert len(text) > 1100
    assert export(capture.save(pcap()), "mail", two_pass=True) == {"1-incomplete-Lunch.eml": text}


def test_message_with_a_hole(pcap):
    capture = Capture()
    talk = Conversation(capture, port=25)
    talk.handshake()
    talk.play(smtp_talk.OPEN + smtp_talk.ENVELOPE + [("C", smtp_talk.MESSAGE)])
    talk.client(b"a" * 60 + b"\r\n", cut=20, lost=(1,))
    talk.play([("C", b".\r\n")] + smtp_talk.ACCEPTED)
    path = capture.save(pcap())
    assert export(path, "mail", two_pass=True) == {
        "1-incomplete-Lunch.eml": smtp_talk.MESSAGE + b"a" * 40 + b"\r\n"}


def attach(name, content, how="base64"):
    """A part with this content; name: octets of the parameter with its quotes."""
    encoded = base64.encodebytes(content).replace(b"\n", b"\r\n") if how == "base64" else quopri.encodestring(content)
    return (b"--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; " + name
            + b"\r\nContent-Transfer-Encoding: " + how.encode() + b"\r\n\r\n" + encoded + b"\r\n")


def uuencoded(name, content):
    """A file in a text, by uuencode."""
    lines = [binascii.b2a_uu(content[at:at + 45]) for at in range(0, len(content), 45)]
    return b"".join([b"begin 644 " + name + b"\n"] + lines + [b"`\nend\n"]).replace(b"\n", b"\r\n")


def yencoded(name, content):
    """A file in a text, by yEnc."""
    octets = [bytes([octet + 42 & 255]) for octet in content]
    lines = [b"".join(b"=" + bytes([octet[0] + 64 & 255]) if octet in b"\0\r\n=" else octet for octet in octets[at:at + 128])
             for at in range(0, len(octets), 128)]
    return b"\r\n".join([b"=ybegin line=128 size=%d name=" % len(content) + name] + lines
                       + [b"=yend size=%d" % len(content), b""])


def test_files_inside_of_text(pcap):
    first, second = bytes(range(256)) * 40, bytes(range(255, -1, -1)) * 3 + b"x"
    message = (imap_talk.MESSAGE + uuencoded(b"../a b.bin", first) + b"Text\r\n" + yencoded(b"=?utf-8?q?caf=C3=A9?=", second)
               + b"begin 644 prose\r\nis no file\r\n")
    path = session(pcap(), imap_talk.OPEN + imap_talk.fetch(message), port=imap_talk.PORT)
    assert fields(path, ["mail.attachment", "mail.attachment.content_type", "mail.attachment.size",
                         "mail.attachment.sha256"]) == {
        "mail.attachment": ["../a b.bin", "café"], "mail.attachment.content_type": ["application/octet-stream"] * 2,
        "mail.attachment.size": [str(len(first)), str(len(second))],
        "mail.attachment.sha256": [hashlib.sha256(content).hexdigest() for content in (first, second)]}
    assert sorted(export(path, "mail.attachment").values()) == sorted([first, second])


def with_parts(*parts):
    """A session that sends a multipart message."""
    head = smtp_talk.MESSAGE.replace(b"\r\n\r\n", b"\r\nMIME-Version: 1.0\r\n"
                                     b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n')
    octets = head + b"".join(parts) + b"--b--\r\n"
    return smtp_talk.sent(re.sub(rb"(?m)^\.", b"..", octets))


def test_parts_inside_of_each_other(pcap):
    """Each holds the octets of the next ones; what would be too much in all is left out, the innermost ones stay."""
    levels, octets = 9, b"Subject: innermost\r\n\r\n" + (b"x" * 70 + b"\r\n") * 4200
    inside = {}
    for level in range(levels, 0, -1):
        inside["1.%d-%d" % (level, level)] = octets
        octets = (b"MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n"
                  b"Content-Disposition: attachment; filename=%d\r\n\r\n" % level) + octets
    path = session(pcap(), smtp_talk.sent(octets))
    found = export(path, "mail.attachment")
    assert sorted(found) == sorted(inside)[-4:]
    assert all(found[name] == inside[name] for name in found)
    assert len(fields(path, ["mail.attachment"])["mail.attachment"]) == levels


BINARY = bytes(range(256)) * 5


@pytest.mark.parametrize("two_pass", [False, True])
def test_attachments(pcap, two_pass):
    path = session(pcap(), with_parts(
        attach(b'filename="a.bin"', BINARY), attach(b"filename=b.txt", b"x=y\n", "quoted-printable"),
        attach(b'filename="a.bin"', b"other"), attach(b'filename="empty"', b"")))
    found = export(path, "mail.attachment", two_pass)
    assert found["1.1-a.bin"] == BINARY and found["1.3-a.bin"] == b"other" and found["1.4-empty"] == b""
    assert found["1.2-b.txt"].rstrip() == b"x=y" and len(found) == 4


@pytest.mark.parametrize("parameter, name", [
    (b'filename="../../../../tmp/evil.sh"', "_.._.._.._tmp_evil.sh"),
    (b'filename="..\\\\..\\\\evil.bat"', "_.._evil.bat"),
    (b'filename="/etc/passwd"', "_etc_passwd"),
    (b"filename*=utf-8''..%2F..%2Fevil", "_.._evil"),
    (b"filename*=utf-8''a%00b.txt", None),
    (b"filename*=utf-8''gpj%E2%80%AEexe.txt", "gpj_exe.txt"),
    (b'filename="CON"', "_CON"),
    (b'filename="nul.txt"', "_nul.txt"),
    (b'filename=".bashrc"', "bashrc"),
    (b'filename=".."', "attachment"),
    (b'filename="a\x07b\x1b"', "a_b_"),
    (b"filename*=utf-8''%E8%A6%8B%E7%A9%8D.pdf", "見積.pdf"),
])
def test_hostile_names_stay_inside_the_folder(pcap, parameter, name):
    found = export(session(pcap(), with_parts(attach(parameter, BINARY))), "mail.attachment")
    assert list(found.values()) == [BINARY]
    assert name is None or list(found) == ["1.1-" + name]
    assert not re.search(r'[\x00-\x1f/\\]', list(found)[0])


def test_long_name(pcap):
    parameter = b"filename*=utf-8''" + b"%C3%A4" * 300 + b".pdf"
    found = export(session(pcap(), with_parts(attach(parameter, BINARY))), "mail.attachment")
    assert list(found.values()) == [BINARY]
    assert re.fullmatch(r"1\.1-ä{60,}\.pdf", list(found)[0])


def test_hostile_subject(pcap):
    path = with_subjects(pcap(), b"../../etc/passwd", "a\u202eb".encode(), b"x" * 900)
    found = sorted(export(path, "mail"))
    assert found[:2] == ["1-_.._etc_passwd.eml", "2-a_b.eml"] and len(found[2]) < 200


def test_exports_of_wireshark_stay(pcap):
    path = session(pcap(), smtp_talk.sent(STUFFED))
    assert export(path, "imf") == {"Lunch.eml": DOTS}


def test_field_of_the_same_name_as_an_export(pcap):
    path = session(pcap(), with_parts(attach(b'filename="a.bin"', BINARY)))
    assert fields(path, "mail.attachment", filter='mail.attachment contains "a.b"') == {"mail.attachment": ["a.bin"]}
    assert runner.known_fields()["mail.attachment"][0] == "FT_STRING"


def test_statistics_are_listed_once():
    done = subprocess.run([runner.tshark_path(), "-z", "help"], capture_output=True, env=runner.environment(), cwd="/",
                          **runner.drop_options())
    listed = (done.stderr + done.stdout).decode().split()
    for name in ("mail,log", "mail,tree", "smtp,tree", "pop,tree", "imap,tree", "smtp,srt", "pop,srt", "imap,srt"):
        assert listed.count(name) == 1


@pytest.mark.parametrize("name, protocol", [("smtp-plain", "smtp"), ("pop3-user-pass", "pop"), ("imap-login", "imap")])
def test_protocol_hierarchy_counts_the_protocol(name, protocol):
    """Nobody asks for a field there: the protocol is in the tree all the same."""
    printed = statistic(str(smtp_talk.PCAPS / (name + ".pcapng")), "io,phs")
    assert re.search(r"^ +%s +frames:[1-9]" % protocol, printed, re.M)


@pytest.mark.parametrize("name", ["pop3-sasl-cram-md5", "smtp-auth-cram-md5", "imap-auth-scram-sha-256", "pop3-apop"])
def test_credentials_of_a_proof(name):
    """No password crosses the wire, but what a mechanism makes of it does: the last column says so."""
    path = runner.readable(smtp_talk.PCAPS / (name + ".pcapng"))
    table = [line.split() for line in tshark(["-n", "-r", path, "-q", "-z", "credentials"]).split("\n")]
    logins = [words for words in table if words and words[0].isdigit()]
    assert {words[2] for words in logins} == {"alice"}
    assert {" ".join(words[3:6]) for words in logins} == {"Not the password,"}
