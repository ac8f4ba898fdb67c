"""The record of a message that is fetched or appended by IMAP.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import hashlib

import pytest

from imap_talk import (APPENDED, CRAM_MD5, FIRST, HEADER, LOGOUT, MESSAGE, NOOP, OPEN, OTHER, PORT, UIDVALIDITY, append,
                       append_plus, ask, client, fetch, fetched, greeting, literal, login, octets, pieces, select,
                       server)
from runner import fields, frames, rows
from wire import session

ACCEPTED, REJECTED, ABORTED, INCOMPLETE = "1", "2", "3", "4"
RETRIEVED, STORED = "2", "3"
OUTCOMES = ["mail.action", "mail.outcome", "mail.mailbox", "mail.uid", "mail.subject"]


def records(path, names=OUTCOMES, two_pass=True):
    """(frame, occurrences of each name in one list) of each frame with records."""
    return [(row["frame"], [row[name] for name in names])
            for row in rows(path, names, filter="mail", two_pass=two_pass)]


def test_fetched_message(pcap):
    path = session(pcap(), OPEN + fetch() + LOGOUT, port=PORT)
    expected = {
        "mail.transaction": ["1"], "mail.protocol": ["IMAP"], "mail.action": [RETRIEVED], "mail.outcome": [ACCEPTED],
        "mail.mailbox": ["INBOX"], "mail.uid": ["5"], "mail.subject": ["Lunch"],
        "mail.from": ["Alice <alice@example.org>"], "mail.from.address": ["alice@example.org"],
        "mail.to": ["ccna1@example.com"], "mail.message_id": ["<1@client.example.org>"],
        "mail.size": [str(len(MESSAGE))], "mail.sha256": [hashlib.sha256(MESSAGE).hexdigest()],
        "mail.auth.username": ["ccna1"], "mail.server": ["Dovecot"], "mail.first_frame": [str(FIRST)],
        "mail.last_frame": [str(FIRST + 1)], "mail.envelope.from": [], "mail.envelope.to": [],
        "imf.subject": ["Lunch"]}
    assert fields(path, list(expected), filter="mail") == expected
    assert frames(path, "mail") == [FIRST + 1]
    assert frames(path, "mail.tls == 1") == []


def test_fetched_message_is_in_the_frame_of_the_last_octet_of_the_literal(pcap):
    response = octets(fetched(after=r" FLAGS (\Seen)"))
    end = response.index(MESSAGE) + len(MESSAGE)
    path = session(pcap(), OPEN + ["C: a3 UID FETCH 5 (BODY[] FLAGS)"] + pieces(("S", response), 20, 60, end)
                   + ["S: a3 OK"], port=PORT)
    assert records(path) == [(FIRST + 3, [[RETRIEVED], [ACCEPTED], ["INBOX"], ["5"], ["Lunch"]])]


@pytest.mark.parametrize("item, command", [
    ("BODY[]", "BODY[]"), ("BODY[]", "BODY.PEEK[]"), ("RFC822", "RFC822"), ("body[]", "body[]"),
    ("BINARY[]", "BINARY[]"),
])
def test_items_that_are_a_whole_message(pcap, item, command):
    path = session(pcap(), OPEN + fetch(item=item, command="UID FETCH 5 (UID %s)" % command), port=PORT)
    assert records(path) == [(FIRST + 1, [[RETRIEVED], [ACCEPTED], ["INBOX"], ["5"], ["Lunch"]])]


@pytest.mark.parametrize("command, before, after, uid", [
    ("UID FETCH 5 BODY[]", "UID 5 ", "", ["5"]),
    ("UID FETCH 5 BODY[]", "", " UID 5", ["5"]),            # the command names one number
    ("UID FETCH 4:6 BODY[]", "FLAGS () UID 5 ", "", ["5"]),
    ("UID FETCH 4:6 BODY[]", "", " FLAGS () UID 5", ["5"]),
    ("FETCH 1 (UID BODY[])", "UID 5 ", "", ["5"]),
    ("FETCH 5 BODY[]", "", "", []),                         # a message number is no unique id
])
def test_uid(pcap, command, before, after, uid):
    path = session(pcap(), OPEN + fetch(command=command, before=before, after=after), port=PORT)
    assert fields(path, ["mail.uid", "mail.outcome"]) == {"mail.uid": uid, "mail.outcome": [ACCEPTED]}


def test_uid_in_a_later_frame(pcap):
    """The record stands where the message ends; its UID is known when the capture has been read."""
    response = octets(fetched(before="", after=" UID 5"))
    end = response.index(MESSAGE) + len(MESSAGE)
    path = session(pcap(), OPEN + ["C: a3 UID FETCH 4:6 BODY[]"] + pieces(("S", response), end) + ["S: a3 OK"],
                   port=PORT)
    assert records(path) == [(FIRST + 1, [[RETRIEVED], [ACCEPTED], ["INBOX"], ["5"], ["Lunch"]])]
    assert fields(path, "mail.uid")["mail.uid"] == []


@pytest.mark.parametrize("cut", [None, 1])
def test_several_messages_of_one_fetch(pcap, cut):
    reply = octets(fetched(MESSAGE, before="UID 5 "), r"* 2 FETCH (FLAGS (\Seen))",
                   fetched(OTHER, before="UID 6 ", number=2), "a3 OK Fetch completed.")
    path = session(pcap(), OPEN + ["C: a3 UID FETCH 5:6 (BODY[])", ("S", reply)] + LOGOUT, port=PORT, cut=cut)
    names = ["mail.transaction", "mail.uid", "mail.subject", "mail.size"]
    assert fields(path, names) == {
        "mail.transaction": ["1", "2"], "mail.uid": ["5", "6"], "mail.subject": ["Lunch", "Dinner"],
        "mail.size": [str(len(MESSAGE)), str(len(OTHER))]}


def test_message_fetched_twice_is_two_records(pcap):
    path = session(pcap(), OPEN + fetch() + fetch(tag="a4"), port=PORT)
    assert fields(path, ["mail.transaction", "mail.uid", "mail.first_frame"]) == {
        "mail.transaction": ["1", "2"], "mail.uid": ["5", "5"], "mail.first_frame": [str(FIRST), str(FIRST + 2)]}


@pytest.mark.parametrize("name, shown", [("Archive", "Archive"), ("Gr&APwA3w-e", "Grüße"),
                                         ('"Sent Items"', "Sent Items")])
def test_mailbox_is_that_which_was_selected_last(pcap, name, shown):
    path = session(pcap(), OPEN + select(name, tag="s1") + fetch(), port=PORT)
    assert frames(path, 'mail.mailbox == "%s"' % shown) == [FIRST + 3]


def test_mailbox_of_examine(pcap):
    path = session(pcap(), greeting() + login() + ["C: a2 EXAMINE Archive", "S: a2 OK [READ-ONLY] Examined"] + fetch(),
                   port=PORT)
    assert fields(path, ["mail.mailbox"])["mail.mailbox"] == ["Archive"]


def test_part_is_no_record(pcap):
    path = session(pcap(), OPEN + fetch(HEADER, item="BODY[HEADER]") + fetch(HEADER, item="BODY[]<0>", tag="a4"),
                   port=PORT)
    assert frames(path, "mail") == []


def test_empty_message(pcap):
    path = session(pcap(), OPEN + fetch(b""), port=PORT)
    assert fields(path, ["mail.size", "mail.sha256", "mail.outcome"]) == {
        "mail.size": ["0"], "mail.sha256": [hashlib.sha256(b"").hexdigest()], "mail.outcome": [ACCEPTED]}


def test_attachment(pcap):
    text = (b"From: alice@example.org\r\nDate: Mon, 05 Mar 2007 09:12:33 +0000\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            b"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
            b"Content-Disposition: attachment; filename=\"a.bin\"\r\n\r\naGVsbG8=\r\n--b--\r\n")
    path = session(pcap(), OPEN + fetch(text), port=PORT)
    assert fields(path, ["mail.attachment", "mail.attachment.size", "mail.content_type"]) == {
        "mail.attachment": ["a.bin"], "mail.attachment.size": ["5"], "mail.content_type": ["multipart/mixed"]}


def test_fetch_that_ends_in_the_middle(pcap):
    response = octets(fetched())
    path = session(pcap(), OPEN + ["C: a3 UID FETCH 5 (BODY[])", ("S", response[:80])], port=PORT)
    assert fields(path, ["mail.outcome", "mail.action"], two_pass=True) == {
        "mail.outcome": [INCOMPLETE], "mail.action": [RETRIEVED]}


@pytest.mark.parametrize("how", [append, append_plus])
def test_appended_message(pcap, how):
    script = how()
    path = session(pcap(), OPEN + script + LOGOUT, port=PORT)
    last = FIRST + len(script) - 1
    expected = {
        "mail.transaction": ["1"], "mail.protocol": ["IMAP"], "mail.action": [STORED], "mail.outcome": [ACCEPTED],
        "mail.mailbox": ["Sent"], "mail.uid": ["7"], "mail.subject": ["Lunch"], "mail.size": [str(len(MESSAGE))],
        "mail.sha256": [hashlib.sha256(MESSAGE).hexdigest()], "mail.first_frame": [str(FIRST)],
        "mail.last_frame": [str(last)], "mail.auth.username": ["ccna1"]}
    assert fields(path, list(expected), filter="mail") == expected
    assert frames(path, "mail") == [last]
    assert fields(path, ["mail.reply"])["mail.reply"][0].endswith(APPENDED[3:])
    assert frames(path, "imf") == [last - 1]


@pytest.mark.parametrize("cut", [1, 50])
def test_appended_message_over_segments(pcap, cut):
    path = session(pcap(), OPEN + append() + append_plus(OTHER) + LOGOUT, port=PORT, cut=cut)
    assert fields(path, ["mail.subject", "mail.outcome", "mail.mailbox"]) == {
        "mail.subject": ["Lunch", "Dinner"], "mail.outcome": [ACCEPTED] * 2, "mail.mailbox": ["Sent"] * 2}


@pytest.mark.parametrize("status", ["NO [OVERQUOTA] Quota exceeded", "NO [TRYCREATE] No such mailbox", "BAD What"])
@pytest.mark.parametrize("how", [append, append_plus])
def test_refused_append(pcap, status, how):
    script = how(reply="a3 " + status)
    path = session(pcap(), OPEN + script + LOGOUT, port=PORT)
    assert records(path) == [(FIRST + len(script) - 1, [[STORED], [REJECTED], ["Sent"], [], ["Lunch"]])]


def test_append_whose_literal_is_refused_is_not_accepted(pcap):
    path = session(pcap(), OPEN + ["C: a3 APPEND Sent {99}", "S: a3 NO [OVERQUOTA] No"] + NOOP + LOGOUT, port=PORT)
    assert ACCEPTED not in fields(path, ["mail.outcome"])["mail.outcome"]


def test_append_without_reply(pcap):
    path = session(pcap(), OPEN + append()[:-1], port=PORT)
    assert fields(path, ["mail.action", "mail.outcome", "mail.mailbox", "mail.uid"], two_pass=True) == {
        "mail.action": [STORED], "mail.outcome": [INCOMPLETE], "mail.mailbox": ["Sent"], "mail.uid": []}


def test_append_that_ends_in_the_middle(pcap):
    script = append()
    path = session(pcap(), OPEN + script[:2] + [("C", script[2][1][:50])], port=PORT)
    assert fields(path, ["mail.outcome"], two_pass=True)["mail.outcome"] in ([INCOMPLETE], [ABORTED])


def test_append_without_appenduid(pcap):
    path = session(pcap(), OPEN + append(reply="a3 OK Append completed."), port=PORT)
    assert fields(path, ["mail.outcome", "mail.uid"]) == {"mail.outcome": [ACCEPTED], "mail.uid": []}


@pytest.mark.parametrize("options", [r"(\Seen) ", '"05-Mar-2007 09:12:33 +0000" ',
                                     r'(\Seen $Sent) " 5-Mar-2007 09:12:33 +0000" '])
def test_append_with_flags_and_date(pcap, options):
    path = session(pcap(), OPEN + append(options=options), port=PORT)
    assert fields(path, ["mail.mailbox", "mail.uid"]) == {"mail.mailbox": ["Sent"], "mail.uid": ["7"]}
    flags = fields(path, ["imap.flag"], filter="frame.number == %d" % FIRST)["imap.flag"]
    assert flags == [word.strip("()") for word in options.split() if "\\" in word or "$" in word]


@pytest.mark.parametrize("uids, expected", [("7:8", ["7", "8"]), ("7,9", ["7", "9"])])
@pytest.mark.parametrize("cut", [None, 1])
def test_multiappend(pcap, uids, expected, cut):
    """RFC 3502: several messages of one command, their unique ids in order."""
    line = b"a3 APPEND Sent (\\Seen) " + literal(MESSAGE, "+") + b" (\\Draft) " + literal(OTHER, "+")
    path = session(pcap(), OPEN + [client(line, ""), "S: a3 OK [APPENDUID %d %s] Done" % (UIDVALIDITY, uids)] + LOGOUT,
                   port=PORT, cut=cut)
    assert fields(path, ["mail.transaction", "mail.subject", "mail.uid", "mail.outcome", "mail.mailbox"]) == {
        "mail.transaction": ["1", "2"], "mail.subject": ["Lunch", "Dinner"], "mail.uid": expected,
        "mail.outcome": [ACCEPTED] * 2, "mail.mailbox": ["Sent"] * 2}
    assert len(frames(path, "mail")) == 1


def test_multiappend_with_synchronising_literals(pcap):
    script = ["C: a3 APPEND Sent {%d}" % len(MESSAGE), "S: + OK", ("C", MESSAGE + b" {%d}\r\n" % len(OTHER)), "S: + OK",
              client(OTHER, ""), "S: a3 OK [APPENDUID %d 7:8] Done" % UIDVALIDITY]
    path = session(pcap(), OPEN + script, port=PORT)
    assert fields(path, ["mail.subject", "mail.uid"]) == {"mail.subject": ["Lunch", "Dinner"], "mail.uid": ["7", "8"]}
    assert fields(path, ["imap.continuation_of"])["imap.continuation_of"][0] == str(FIRST)


@pytest.mark.parametrize("start, end", [(b"~", b""), (b"UTF8 (~", b")")])
def test_append_of_other_literals(pcap, start, end):
    """literal8 (RFC 3516) and UTF8 (RFC 6855)."""
    line = b"a3 APPEND Sent " + start + literal(MESSAGE, "+") + end
    path = session(pcap(), OPEN + [client(line, ""), "S: " + APPENDED], port=PORT)
    assert fields(path, ["mail.subject", "mail.uid", "mail.size"]) == {
        "mail.subject": ["Lunch"], "mail.uid": ["7"], "mail.size": [str(len(MESSAGE))]}


def test_catenate_text_is_no_command(pcap):
    line = b"a3 APPEND Drafts CATENATE (URL \"/INBOX/;UID=1\" TEXT " + literal(b"a4 LOGOUT\r\n", "+") + b")"
    path = session(pcap(), OPEN + [client(line, ""), "S: " + APPENDED] + LOGOUT, port=PORT)
    assert fields(path, ["imap.request.verb"], filter="frame.number > 8")["imap.request.verb"] == ["APPEND", "LOGOUT"]


def test_append_before_select(pcap):
    path = session(pcap(), greeting() + login() + append(), port=PORT)
    assert fields(path, ["mail.mailbox", "mail.action"]) == {"mail.mailbox": ["Sent"], "mail.action": [STORED]}


def test_user_of_authenticate(pcap):
    path = session(pcap(), greeting() + CRAM_MD5 + select() + fetch(), port=PORT)
    assert fields(path, ["mail.auth.username"])["mail.auth.username"] == ["ccna1"]


def test_user_who_is_refused_is_not_named(pcap):
    path = session(pcap(), ["S: * PREAUTH Dovecot ready.", "C: a1 LOGIN ccna1 cisco", "S: a1 NO No"] + select()
                   + fetch(), port=PORT)
    assert fields(path, ["mail.auth.username", "mail.subject"]) == {"mail.auth.username": [], "mail.subject": ["Lunch"]}


def test_untagged_data_while_a_message_is_appended(pcap):
    script = append()
    script[-1] = server("* 4 EXISTS", APPENDED)
    path = session(pcap(), OPEN + script, port=PORT)
    assert fields(path, ["mail.uid", "mail.last_frame"]) == {"mail.uid": ["7"], "mail.last_frame": [str(FIRST + 3)]}


def test_second_pass_says_the_same(pcap):
    path = session(pcap(), OPEN + fetch() + append() + ask("CHECK", tag="a5") + append_plus(OTHER) + LOGOUT, port=PORT)
    names = OUTCOMES + ["mail.transaction", "mail.first_frame", "mail.last_frame"]
    assert records(path, names) == records(path, names, two_pass=False)
    assert fields(path, ["mail.transaction"])["mail.transaction"] == ["1", "2", "3"]


def test_a_part_that_its_dissector_stumbles_over_leaves_the_record(pcap):
    """Wireshark's TNEF dissector wants more than one octet; what it throws ends there."""
    tnef = (b"Subject: Odd\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            b"--b\r\nContent-Type: application/ms-tnef\r\n\r\nx\r\n--b--\r\n")
    path = session(pcap(), OPEN + fetch(tnef), port=PORT)
    for two_pass in (False, True):
        found = fields(path, ["mail.subject", "mail.size", "imap.response.status"], two_pass=two_pass)
        assert found["mail.subject"] == ["Odd"] and found["mail.size"] == [str(len(tnef))]
        assert len(found["imap.response.status"]) == 3
