"""IMAP responses: greeting, untagged data, response codes, tagged status.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from imap_talk import FIRST, LOGOUT, OPEN, PORT, ask, fetched, greeting, server
from runner import fields, frames, rows
from wire import session

REPLY = FIRST + 1                           # frame of a reply behind OPEN
THERE = "frame.number == %d" % REPLY


def told(path, lines, names, cut=None):
    """Fields of the reply with these untagged lines behind OPEN."""
    where = THERE if cut is None else None
    return fields(session(path, OPEN + ask("NOOP", *lines), port=PORT, cut=cut), names, filter=where)


ENVELOPE = ('("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev2 WG mtg summary and minutes" '
            '(("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) '
            '(("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) '
            '((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL '
            '"<A27397@cac.washington.edu>" "<B27397-0100000@cac.washington.edu>")')
STRUCTURE = ('(("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 1152 23)'
             '("APPLICATION" "PDF" NIL "<960723163407@cac.washington.edu>" "Report" "BASE64" 4554 NIL '
             '("attachment" ("FILENAME" "report.pdf")) NIL NIL)'
             '("IMAGE" "PNG" ("NAME" "cat.png") NIL NIL "BASE64" 73 NIL NIL NIL NIL) '
             '"MIXED" ("BOUNDARY" "b1") NIL NIL NIL)')

DATA = [
    # response, expected fields
    ("* 23 EXISTS", {"imap.untagged": ["EXISTS"], "imap.exists": ["23"]}),
    ("* 5 recent", {"imap.untagged": ["RECENT"], "imap.recent": ["5"]}),
    ("* 44 EXPUNGE", {"imap.untagged": ["EXPUNGE"], "imap.expunge": ["44"]}),
    ("* VANISHED (EARLIER) 41,43:116,118", {"imap.untagged": ["VANISHED"]}),
    ("* CAPABILITY IMAP4rev1 STARTTLS AUTH=GSSAPI LOGINDISABLED XPIG-LATIN",
     {"imap.untagged": ["CAPABILITY"],
      "imap.capability": ["IMAP4rev1", "STARTTLS", "AUTH=GSSAPI", "LOGINDISABLED", "XPIG-LATIN"]}),
    ("* ENABLED CONDSTORE", {"imap.untagged": ["ENABLED"]}),
    (r"* FLAGS (\Answered \Seen Junk $Forwarded)",
     {"imap.untagged": ["FLAGS"], "imap.flag": [r"\Answered", r"\Seen", "Junk", "$Forwarded"]}),
    ("* FLAGS ()", {"imap.untagged": ["FLAGS"], "imap.flag": []}),
    (r'* LIST (\HasNoChildren \Sent) "/" "Sent Items"',
     {"imap.untagged": ["LIST"], "imap.list.attribute": [r"\HasNoChildren", r"\Sent"], "imap.list.delimiter": ["/"],
      "imap.mailbox": ["Sent Items"]}),
    (r'* LIST (\Noselect) NIL foo', {"imap.list.attribute": [r"\Noselect"], "imap.list.delimiter": [],
                                     "imap.mailbox": ["foo"]}),
    (r'* LIST (\Subscribed) "." foo ("CHILDINFO" ("SUBSCRIBED"))', {"imap.list.delimiter": ["."],
                                                                    "imap.mailbox": ["foo"]}),
    ('* LSUB () "." #news.comp.mail.misc', {"imap.untagged": ["LSUB"], "imap.mailbox": ["#news.comp.mail.misc"]}),
    (r'* XLIST (\HasNoChildren \Inbox) "/" "Inbox"', {"imap.untagged": ["XLIST"], "imap.mailbox": ["Inbox"]}),
    ("* STATUS blurdybloop (MESSAGES 231 RECENT 1 UIDNEXT 44292 UIDVALIDITY 1170000001 UNSEEN 7 "
     "HIGHESTMODSEQ 7011231777 SIZE 18446744069)",
     {"imap.untagged": ["STATUS"], "imap.mailbox": ["blurdybloop"], "imap.status.messages": ["231"],
      "imap.status.recent": ["1"], "imap.status.uidnext": ["44292"], "imap.status.uidvalidity": ["1170000001"],
      "imap.status.unseen": ["7"], "imap.status.highestmodseq": ["7011231777"], "imap.status.size": ["18446744069"]}),
    ("* STATUS Sent (messages 1)", {"imap.status.messages": ["1"], "imap.mailbox": ["Sent"]}),
    ("* SEARCH 2 84 882", {"imap.untagged": ["SEARCH"], "imap.search.result": ["2", "84", "882"]}),
    ("* SEARCH", {"imap.untagged": ["SEARCH"], "imap.search.result": []}),
    ("* SEARCH 2 5 (MODSEQ 917162500)", {"imap.search.result": ["2", "5"]}),
    ("* SORT 5 3 4 1 2", {"imap.untagged": ["SORT"], "imap.search.result": ["5", "3", "4", "1", "2"]}),
    ('* ESEARCH (TAG "a3") UID MIN 2 MAX 9 COUNT 4 ALL 2,5:6,9',
     {"imap.untagged": ["ESEARCH"], "imap.search.result": ["2", "9", "2", "5", "6", "9"]}),
    ('* ESEARCH (TAG "a3") COUNT 17', {"imap.untagged": ["ESEARCH"], "imap.search.result": []}),
    ('* ESEARCH (TAG "a3") ALL 12:10', {"imap.search.result": ["10", "11", "12"]}),
    ("* THREAD (2)(3 6 (4 23)(44 7 96))", {"imap.untagged": ["THREAD"]}),
    ('* QUOTA "" (STORAGE 10 512 MESSAGE 20 100)',
     {"imap.untagged": ["QUOTA"], "imap.quota.resource": ["STORAGE", "MESSAGE"], "imap.quota.usage": ["10", "20"],
      "imap.quota.limit": ["512", "100"]}),
    ('* QUOTAROOT INBOX ""', {"imap.untagged": ["QUOTAROOT"], "imap.mailbox": ["INBOX"]}),
    ("* ACL INBOX Fred rwipslda", {"imap.untagged": ["ACL"], "imap.mailbox": ["INBOX"]}),
    ("* MYRIGHTS INBOX rwiptsldaex", {"imap.untagged": ["MYRIGHTS"], "imap.mailbox": ["INBOX"]}),
    ('* NAMESPACE (("" "/")) (("~" "/")) NIL', {"imap.untagged": ["NAMESPACE"]}),
    ('* METADATA "INBOX" (/shared/comment "Shared comment")',
     {"imap.untagged": ["METADATA"], "imap.mailbox": ["INBOX"]}),
    ('* ID ("name" "Dovecot" "version" "2.3.19" "support-url" NIL)',
     {"imap.untagged": ["ID"], "imap.server.software": ["Dovecot"], "imap.server.version": ["2.3.19"]}),
    ("* OK Still here", {"imap.untagged": ["OK"], "imap.response.code": []}),
    ("* no Disk nearly full", {"imap.untagged": ["NO"]}),
    ("* BAD What", {"imap.untagged": ["BAD"]}),
    ("* BYE Autologout", {"imap.untagged": ["BYE"]}),
    ("* 7 XFOO (bar)", {"imap.untagged": ["XFOO"], "imap.exists": []}),
    ("* XBAR 7 (a (b \"c\"))", {"imap.untagged": ["XBAR"]}),
    (r"* 12 FETCH (FLAGS (\Seen \Recent) UID 4827313 RFC822.SIZE 44827 MODSEQ (624140003) "
     r'INTERNALDATE "17-Jul-1996 02:44:25 -0700")',
     {"imap.untagged": ["FETCH"], "imap.fetch.number": ["12"], "imap.flag": [r"\Seen", r"\Recent"],
      "imap.fetch.uid": ["4827313"], "imap.fetch.size": ["44827"], "imap.fetch.modseq": ["624140003"],
      "imap.fetch.internaldate": ["17-Jul-1996 02:44:25 -0700"]}),
    ("* 12 fetch (uid 1 rfc822.size 2)", {"imap.untagged": ["FETCH"], "imap.fetch.uid": ["1"],
                                          "imap.fetch.size": ["2"]}),
    ("* 1 FETCH (EMAILID (M6d99ac3275bb4e) THREADID NIL PREVIEW \"Hi (there\" X-GM-LABELS (\"\\\\Inbox\" foo) UID 9)",
     {"imap.fetch.uid": ["9"]}),
    ("* 12 FETCH (ENVELOPE " + ENVELOPE + " UID 3)",
     {"imap.envelope.date": ["Wed, 17 Jul 1996 02:23:25 -0700 (PDT)"],
      "imap.envelope.subject": ["IMAP4rev2 WG mtg summary and minutes"],
      "imap.envelope.from": ["gray@cac.washington.edu"], "imap.envelope.to": ["imap@cac.washington.edu"],
      "imap.envelope.cc": ["minutes@CNRI.Reston.VA.US", "KLENSIN@MIT.EDU"],
      "imap.envelope.in_reply_to": ["<A27397@cac.washington.edu>"],
      "imap.envelope.message_id": ["<B27397-0100000@cac.washington.edu>"], "imap.fetch.uid": ["3"]}),
    ('* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL ((NIL NIL "a" "b.example")(NIL NIL "c" "d.example")) NIL NIL))',
     {"imap.envelope.cc": [], "imap.envelope.bcc": ["a@b.example", "c@d.example"]}),
    ("* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))",
     {"imap.envelope.date": [], "imap.envelope.subject": [], "imap.envelope.from": [], "imap.envelope.message_id": []}),
    ("* 1 FETCH (BODYSTRUCTURE " + STRUCTURE + " UID 3)",
     {"imap.bodystructure.type": ["text/plain", "application/pdf", "image/png"],
      "imap.bodystructure.encoding": ["7BIT", "BASE64", "BASE64"], "imap.bodystructure.octets": ["1152", "4554", "73"],
      "imap.bodystructure.filename": ["report.pdf", "cat.png"], "imap.fetch.uid": ["3"]}),
    ('* 1 FETCH (BODY ("TEXT" "HTML" NIL NIL NIL "8BIT" 10 1))',
     {"imap.bodystructure.type": ["text/html"], "imap.bodystructure.octets": ["10"]}),
]


@pytest.mark.parametrize("line, expected", DATA, ids=[row[0][:40] for row in DATA])
def test_untagged(pcap, line, expected):
    assert told(pcap(), [line], list(expected)) == expected


@pytest.mark.parametrize("line, expected", DATA[::3], ids=[row[0][:40] for row in DATA[::3]])
def test_untagged_in_single_octets(pcap, line, expected):
    """The same, and what OPEN brings before it."""
    before = fields(session(pcap("open.pcap"), OPEN, port=PORT), list(expected))
    found = told(pcap(), [line], list(expected), cut=1)
    assert found == {name: before[name] + expected[name] for name in expected}


def test_very_many_words_of_one_response(pcap):
    """More than are looked at in one frame: that is said, and the session goes on."""
    words = 60000
    path = session(pcap(), OPEN + ask("NOOP", "* FLAGS (" + "a " * words + "b)", "* 7 EXISTS")
                   + ask("NOOP", "* FLAGS (" + "a " * 2 * words + "b)", tag="a4") + ask("NOOP", "* 8 EXISTS", tag="a5"),
                   port=PORT)
    found = fields(path, ["imap.exists", "imap.response_tag"])
    assert found == {"imap.exists": ["3", "7", "8"], "imap.response_tag": ["a1", "a2", "a3", "a4", "a5"]}
    assert frames(path, "imap.expert.limit") == frames(path, 'imap.response_tag == "a4"')


TEXTS = [
    # response, filter that its frame passes
    ('* 1 FETCH (ENVELOPE (NIL "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=" NIL NIL NIL NIL NIL NIL NIL NIL))',
     'imap.envelope.subject == "Grüße"'),
    ('* LIST () "/" Gr&APwA3w-e', 'imap.mailbox == "Grüße"'),
    ('* STATUS "~peter/mail/&U,BTFw-/&ZeVnLIqe-" (MESSAGES 1)', 'imap.mailbox == "~peter/mail/台北/日本語"'),
    (r'* LIST () "\\" "foo\\bar"', r'imap.list.delimiter == "\\" && imap.mailbox == "foo\\bar"'),
    ('* 1 FETCH (BODYSTRUCTURE ("IMAGE" "PNG" ("NAME" "=?utf-8?Q?=C3=BC.png?=") NIL NIL "BASE64" 73))',
     'imap.bodystructure.filename == "ü.png"'),
]


@pytest.mark.parametrize("line, wanted", TEXTS, ids=[row[0][:40] for row in TEXTS])
def test_decoded_text(pcap, line, wanted):
    path = session(pcap(), OPEN + ask("NOOP", line), port=PORT)
    assert frames(path, wanted) == [REPLY]


def test_members_of_a_group_are_addresses(pcap):
    line = ('* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL ((NIL NIL "staff" NIL)(NIL NIL "a" "b.example")'
            '(NIL NIL NIL NIL)) NIL NIL NIL NIL))')
    assert "a@b.example" in told(pcap(), [line], ["imap.envelope.to"])["imap.envelope.to"]


CODES = [
    # code in brackets, expected fields
    ("ALERT", {}), ("read-write", {"imap.response.code": ["READ-WRITE"]}), ("TRYCREATE", {}),
    ("UIDNEXT 4392", {"imap.status.uidnext": ["4392"]}),
    ("UIDVALIDITY 1170000001", {"imap.status.uidvalidity": ["1170000001"]}),
    ("UNSEEN 12", {"imap.status.unseen": ["12"]}),
    ("HIGHESTMODSEQ 715194045007", {"imap.status.highestmodseq": ["715194045007"]}),
    (r"PERMANENTFLAGS (\Deleted \*)", {"imap.flag": [r"\Deleted", r"\*"]}),
    ("CAPABILITY IMAP4rev1 IDLE", {"imap.capability": ["IMAP4rev1", "IDLE"]}),
    ("APPENDUID 38505 3955", {}), ("COPYUID 38505 304,319:320 3956:3958", {}), ("MODIFIED 7,9", {}), ("CLOSED", {}),
    ("NOMODSEQ", {}), ("BADCHARSET (UTF-8)", {}), ("COMPRESSIONACTIVE", {}), ("AUTHENTICATIONFAILED", {}),
    ("OVERQUOTA", {}), ("METADATA LONGENTRIES 2199", {}), ("MAILBOXID (F2212ea87-6097-4256)", {}),
    ("REFERRAL imap://user;AUTH=*@mail.example.com/", {}), ("X-MADE-UP (a b) 5", {}),
]


@pytest.mark.parametrize("start", ["* OK", "a3 OK", "a3 NO"])
@pytest.mark.parametrize("code, expected", CODES, ids=[row[0] for row in CODES])
def test_response_code(pcap, code, expected, start):
    lines = ["* OK [%s] text" % code, "a3 OK Done."] if start[0] == "*" else ["%s [%s] text" % (start, code)]
    expected = {"imap.response.code": [code.split()[0].upper()], **expected}
    path = session(pcap(), OPEN + ["C: a3 NOOP", server(*lines)], port=PORT)
    assert fields(path, list(expected), filter=THERE) == expected


@pytest.mark.parametrize("text", ["Done.", "", "Done (0.001 + 0.000 secs", 'Try "again', "See {12}", "a ) b"])
def test_text_of_a_tagged_response_is_free(pcap, text):
    """No parentheses, quotes or literals are looked for in it (resp-text)."""
    path = session(pcap(), OPEN + ["C: a3 NOOP", "S: a3 OK " + text] + ask("CHECK", "* 5 EXISTS", tag="a4"), port=PORT)
    assert fields(path, ["imap.response_tag", "imap.exists", "imap.literal.size"], filter="frame.number > 8") == {
        "imap.response_tag": ["a3", "a4"], "imap.exists": ["5"], "imap.literal.size": []}
    assert frames(path, "imap.expert.response_malformed") == []


GREETINGS = [
    # greeting, banner, untagged, software, version
    ("* OK [CAPABILITY IMAP4rev1 IDLE] Dovecot ready.", "Dovecot ready.", "OK", ["Dovecot"], []),
    ("* OK Dovecot ready.", "Dovecot ready.", "OK", ["Dovecot"], []),
    ("* PREAUTH IMAP4rev1 server logged in as Smith", "IMAP4rev1 server logged in as Smith", "PREAUTH", [], []),
    ("* OK mail.example.net Cyrus IMAP v2.3.16 server ready", "mail.example.net Cyrus IMAP v2.3.16 server ready", "OK",
     None, None),
]


@pytest.mark.parametrize("line, banner, kind, software, version", GREETINGS, ids=[row[0] for row in GREETINGS])
def test_greeting(pcap, line, banner, kind, software, version):
    names = ["imap.banner", "imap.untagged", "imap.server.software", "imap.server.version"]
    found = fields(session(pcap(), ["S: " + line], port=PORT), names)
    assert (found["imap.banner"], found["imap.untagged"]) == ([banner], [kind])
    if software is None:                    # spelled as the server's own words, with its version
        assert "Cyrus" in found[names[2]][0] and "2.3.16" in found[names[3]][0]
    else:
        assert (found[names[2]], found[names[3]]) == (software, version)


def test_only_the_greeting_is_a_banner(pcap):
    path = session(pcap(), OPEN + ask("NOOP", "* OK Still here") + LOGOUT, port=PORT)
    assert fields(path, ["imap.banner"])["imap.banner"] == ["Dovecot ready."]


def test_id_names_and_values(pcap):
    found = told(pcap(), ['* ID ("name" "Dovecot" "os" "Linux")'], ["imap.id.name", "imap.id.value"])
    assert found == {"imap.id.name": ["name", "os"], "imap.id.value": ["Dovecot", "Linux"]}


def test_several_untagged_responses_in_order(pcap):
    found = told(pcap(), ["* 3 EXISTS", "* SEARCH 1", "* 3 EXPUNGE", "* 2 EXISTS"],
                 ["imap.untagged", "imap.exists", "imap.expunge"])
    assert found == {"imap.untagged": ["EXISTS", "SEARCH", "EXPUNGE", "EXISTS"], "imap.exists": ["3", "2"],
                     "imap.expunge": ["3"]}


def test_capabilities_of_greeting_and_login(pcap):
    path = session(pcap(), greeting("IMAP4rev1", "AUTH=PLAIN") + ["C: a1 CAPABILITY", server(
        "* CAPABILITY IMAP4rev1 IDLE", "a1 OK")], port=PORT)
    found = rows(path, ["imap.capability"], filter="imap.capability")
    assert [(row["frame"], row["imap.capability"]) for row in found] == [
        (4, ["IMAP4rev1", "AUTH=PLAIN"]), (6, ["IMAP4rev1", "IDLE"])]


@pytest.mark.parametrize("item, section", [
    ("BODY[HEADER]", "HEADER"), ("BODY[1.2.MIME]", "1.2.MIME"), ("BODY[TEXT]", "TEXT"),
    ("BODY[HEADER.FIELDS (DATE FROM)]", "HEADER.FIELDS (DATE FROM)"), ("BINARY[1]", "1"),
])
def test_section(pcap, item, section):
    found = told(pcap(), [fetched(b"Date: today\r\n\r\n", item=item)], ["imap.fetch.section", "imap.fetch.uid"])
    assert found == {"imap.fetch.section": [section], "imap.fetch.uid": ["5"]}


def test_a_set_of_all_numbers_is_bounded(pcap):
    """Nobody can make us write four thousand million numbers."""
    found = told(pcap(), ['* ESEARCH (TAG "a3") ALL 1:4294967295'], ["imap.search.result"])["imap.search.result"]
    assert found[:2] == ["1", "2"] and len(found) <= 100000


BROKEN = [
    "* 1 FETCH (BODYSTRUCTURE " + "(" * 3000 + ")" * 3000 + ")", "* 1 FETCH (BODYSTRUCTURE " + "(" * 3000, "* LIST "
    + ")" * 3000, "* 99999999999999999999 EXISTS", "* -1 EXISTS", "*", "* ", "* 5", "* 5 ", "* FETCH", "* 1 FETCH",
    "* 1 FETCH (", "* 1 FETCH (UID", "* 1 FETCH (BODY[", '* 1 FETCH (ENVELOPE "', "* STATUS", "* LIST (", "* OK [",
    "* OK [CAPABILITY", "* SEARCH 1 x 99999999999 2", "* ESEARCH ALL ,,::*,1:", "* QUOTA",
]


@pytest.mark.parametrize("line", BROKEN, ids=[line[:30] for line in BROKEN])
def test_broken_data_leaves_the_next_response_alone(pcap, line):
    path = session(pcap(), OPEN + ask("NOOP", line) + ask("CHECK", "* 7 EXISTS", tag="a4"), port=PORT)
    found = fields(path, ["imap.exists", "imap.response_tag"], filter="frame.number >= %d" % REPLY)
    assert (found["imap.exists"][-1:], found["imap.response_tag"]) == (["7"], ["a3", "a4"])


def test_sets_beyond_measure_do_not_hide_what_follows(pcap):
    """A million numbers from 11 KB would be the end of the frame for epan."""
    line = b"* ESEARCH" + b" ALL 1:1000" * 1100 + b"\r\n"
    path = session(pcap(), OPEN + [("C", b"a3 NOOP\r\n"), ("S", line + b"* 7 EXISTS\r\na3 OK\r\n")], port=PORT)
    found = fields(path, ["imap.exists", "_ws.malformed"], filter="imap.untagged == \"ESEARCH\"")
    assert found == {"imap.exists": ["7"], "_ws.malformed": []}
