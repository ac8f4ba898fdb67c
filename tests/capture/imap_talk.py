"""Pieces of IMAP dialogues that the tests put together; each is a list of items for wire.session().

SPDX-License-Identifier: GPL-2.0-or-later
"""

from base64 import b64encode

PORT = 143
FIRST = 9               # frame of the first item behind OPEN: 3 of TCP, the greeting, LOGIN and SELECT with replies
UIDVALIDITY = 1170000000

MESSAGE = (b"Date: Mon, 05 Mar 2007 09:12:33 +0000\r\n"
           b"From: Alice <alice@example.org>\r\n"
           b"To: ccna1@example.com\r\n"
           b"Subject: Lunch\r\n"
           b"Message-ID: <1@client.example.org>\r\n"
           b"\r\n"
           b"Twelve o'clock?\r\n")
OTHER = MESSAGE.replace(b"Lunch", b"Dinner").replace(b"<1@", b"<2@").replace(b"Twelve", b"Eight")
HEADER = MESSAGE[:MESSAGE.index(b"\r\n\r\n") + 4]
DIALOGUE = b"a4 LOGOUT\r\n* 9 EXISTS\r\na3 OK FETCH completed\r\na5 APPEND x {5}\r\n)\r\n"

BEFORE = ("IMAP4rev1", "SASL-IR", "LOGIN-REFERRALS", "ID", "ENABLE", "IDLE", "LITERAL+", "AUTH=PLAIN", "AUTH=LOGIN",
          "AUTH=CRAM-MD5", "AUTH=XOAUTH2")
AFTER = ("IMAP4rev1", "ID", "ENABLE", "IDLE", "LITERAL+", "SORT", "THREAD=REFERENCES", "MULTIAPPEND", "UNSELECT",
         "CHILDREN", "NAMESPACE", "UIDPLUS", "LIST-EXTENDED", "CONDSTORE", "QRESYNC", "ESEARCH", "SEARCHRES", "WITHIN",
         "LIST-STATUS", "BINARY", "MOVE", "METADATA", "QUOTA", "ACL", "SPECIAL-USE", "COMPRESS=DEFLATE", "NOTIFY",
         "UTF8=ACCEPT", "CATENATE")


def octets(*parts):
    """Octets of lines: text gets CRLF, octets stay as they are."""
    return b"".join(part.encode() + b"\r\n" if isinstance(part, str) else part for part in parts)


def server(*parts):
    """One segment of the server."""
    return "S", octets(*parts)


def client(*parts):
    """One segment of the client."""
    return "C", octets(*parts)


def literal(text, mark=""):
    """A literal and its announcement; mark "+": not synchronising."""
    return b"{%d%s}\r\n" % (len(text), mark.encode()) + text


def pieces(item, *places):
    """An item cut at these offsets into segments of their own."""
    who, data = item
    edges = (0,) + places + (len(data),)
    return [(who, data[a:b]) for a, b in zip(edges, edges[1:]) if a < b]


def b64(text):
    """Base64 of a text."""
    return b64encode(text.encode()).decode()


def greeting(*capabilities, text="Dovecot ready."):
    """The greeting that announces these capabilities, else those of BEFORE."""
    return ["S: * OK [CAPABILITY %s] %s" % (" ".join(capabilities or BEFORE), text)]


def login(*capabilities):
    """LOGIN, and the reply that announces these capabilities, else those of AFTER."""
    return ["C: a1 LOGIN ccna1 cisco", "S: a1 OK [CAPABILITY %s] Logged in" % " ".join(capabilities or AFTER)]


def select(mailbox="INBOX", exists=3, tag="a2", uidvalidity=UIDVALIDITY):
    """SELECT and its reply."""
    return ["C: %s SELECT %s" % (tag, mailbox), server(
        r"* FLAGS (\Answered \Flagged \Deleted \Seen \Draft)",
        r"* OK [PERMANENTFLAGS (\Answered \Flagged \Deleted \Seen \Draft \*)] Flags permitted.",
        "* %d EXISTS" % exists, "* 0 RECENT", "* OK [UIDVALIDITY %d] UIDs valid" % uidvalidity,
        "* OK [UIDNEXT 8] Predicted next UID", tag + " OK [READ-WRITE] Select completed.")]


def ask(command, *replies, tag="a3"):
    """A command, and in one segment these untagged responses and a tagged OK."""
    return ["C: %s %s" % (tag, command), server(*replies, tag + " OK Completed.")]


CRAM_MD5 = ["C: a1 AUTHENTICATE CRAM-MD5", "S: + " + b64("<1896.697170952@postoffice.example.net>"),
            "C: " + b64("ccna1 b913a602c7eda7a495b4e6e7334d3890"),
            "S: a1 OK [CAPABILITY %s] Logged in" % " ".join(AFTER)]
SELECT = select()
LOGOUT = ["C: z9 LOGOUT", server("* BYE Logging out", "z9 OK Logout completed.")]
NOOP = ask("NOOP", tag="n1")
OPEN = greeting() + login() + SELECT
QUIET = greeting() + CRAM_MD5 + SELECT      # no password in clear
OPEN_VERBS = ["LOGIN", "SELECT"]


def opening(*capabilities):
    """OPEN with these capabilities before and after LOGIN."""
    return greeting(*capabilities) + login(*capabilities) + SELECT


def fetched(text=MESSAGE, before="UID 5 ", item="BODY[]", after="", number=1):
    """A FETCH response with a literal."""
    return octets(("* %d FETCH (%s%s " % (number, before, item)).encode() + literal(text), after + ")")


def fetch(text=MESSAGE, command="UID FETCH 5 (BODY[])", tag="a3", **how):
    """A command, and in one segment the FETCH response with this literal and the tagged OK."""
    return ["C: %s %s" % (tag, command), server(fetched(text, **how), tag + " OK Fetch completed.")]


APPENDED = "a3 OK [APPENDUID %d 7] Append completed." % UIDVALIDITY


def append(text=MESSAGE, mailbox="Sent", reply=APPENDED, options=""):
    """APPEND with a synchronising literal, one segment each."""
    return ["C: a3 APPEND %s %s{%d}" % (mailbox, options, len(text)), "S: + OK", client(text, ""), "S: " + reply]


def append_plus(text=MESSAGE, mailbox="Sent", reply=APPENDED):
    """APPEND with a literal that does not synchronise, in one segment."""
    return [client(("a3 APPEND %s " % mailbox).encode() + literal(text, "+"), ""), "S: " + reply]
