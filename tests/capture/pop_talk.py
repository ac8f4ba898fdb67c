"""Pieces of POP3 dialogues that the tests put together; each is a list of items for wire.session().

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools

import runner
import wire
from smtp_talk import MESSAGE

PORT = 110
session = functools.partial(wire.session, port=PORT)

GREETING = ["S: +OK POP3 server ready"]
TIMESTAMP = "<1896.697170952@dbc.mtview.ca.us>"      # greeting and digest of RFC 1939 7
DIGEST = "c4c9334bac560ecc979e58001b3e22fb"
APOP_GREETING = ["S: +OK POP3 server ready " + TIMESTAMP]
USER = ["C: USER bob", "S: +OK"]
PASS = ["C: PASS s3cret word", "S: +OK Logged in"]
LOGIN = USER + PASS
OPEN = GREETING + LOGIN                                # frames 4 to 8 after a handshake; the next is 9
STAT = ["C: STAT", "S: +OK 2 320"]
QUIT = ["C: QUIT", "S: +OK Bye"]
NOOP = ["C: NOOP", "S: +OK"]
CAPABILITIES = ("TOP", "USER", "UIDL", "PIPELINING", "SASL PLAIN LOGIN CRAM-MD5 XOAUTH2")
OK = ["S: +OK"]


def block(first, *lines):
    """Octets of a reply of several lines: the first line, the others, the dot."""
    octets = [line if isinstance(line, bytes) else line.encode() for line in (first,) + lines + (".",)]
    return b"".join(line + b"\r\n" for line in octets)


def listing(command, first, *lines):
    """A command and its reply of several lines, in one segment."""
    return ["C: " + command, ("S", block(first, *lines))]


def capa(*capabilities):
    """CAPA and its reply with these capabilities, else with those of CAPABILITIES."""
    return listing("CAPA", "+OK Capability list follows", *(capabilities or CAPABILITIES))


LIST = listing("LIST", "+OK 2 messages (320 octets)", "1 120", "2 200")
UIDL = listing("UIDL", "+OK", "1 whqtswO00WBw418f9t5JxYwZ", "2 QhdPYR:00WBw1Ph7x7")


def stuffed(octets):
    """The message as it goes over the wire: a dot more where a line begins with one."""
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in octets.split(b"\r\n"))


def reply(octets=MESSAGE, first=None):
    """Octets of the reply to RETR: first line, message with its dots doubled, final dot."""
    return (b"+OK %d octets" % len(octets) if first is None else first) + b"\r\n" + stuffed(octets) + b".\r\n"


def retr(octets=MESSAGE, number=1, first=None):
    """RETR and its reply in segments of the MSS."""
    return ["C: RETR %d" % number, ("S", reply(octets, first))]


def fetched(octets=MESSAGE, first=None):
    """A whole session that fetches this message: the RETR is frame 9, its reply begins in frame 10."""
    return OPEN + retr(octets, first=first) + QUIT


VERBS = ["USER", "PASS", "RETR", "QUIT"]             # of fetched()
TALK = OPEN + STAT + LIST + UIDL + retr() + ["C: DELE 1", "S: +OK Marked"] + QUIT
TALK_VERBS = ["USER", "PASS", "STAT", "LIST", "UIDL", "RETR", "DELE", "QUIT"]


def verbs(path, **how):
    """All verbs of a capture."""
    return runner.fields(path, ["pop.request.verb"], **how)["pop.request.verb"]


def values(path, name, **how):
    """All occurrences of one field."""
    return runner.fields(path, [name], **how)[name]


def first_frame(path, filter):
    """Number of the first frame that passes a filter."""
    return runner.frames(path, filter)[0]


def loud(path, **how):
    """(frame, name) of each Warn or Error, TCP's own and that of a password in clear excepted."""
    return [(e.frame, e.name) for e in runner.experts(path, **how) if e.severity in ("warn", "error")
            and not e.name.startswith("tcp.") and e.name != "pop.expert.auth_cleartext"]


def own_experts(path, **how):
    """Name without prefix -> severity of every POP3 expert of a capture."""
    return {e.name.replace("pop.expert.", ""): e.severity for e in runner.experts(path, **how)
            if e.name.startswith("pop.")}
