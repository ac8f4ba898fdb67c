"""Expert infos on order, replies, TLS and AUTH: a session that raises one, and a near miss that does not.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from runner import experts
from smtp_talk import (ACCEPTED, BURST, BURST_REPLY, DATA, ENVELOPE, MAIL, MESSAGE, OPEN, QUIT, RCPT, message,
                       opening, sent)
from smtp_tls import CLIENT_HELLO, SERVER_HELLO
from wire import session

NOOP = ["C: NOOP", "S: 250 2.0.0 Ok"]
RSET = ["C: RSET", "S: 250 2.0.0 Ok"]
NO_PIPELINING = opening("SIZE 10000000")
NO_RCPT = ["C: RCPT TO:<nobody@example.net>", "S: 550 5.1.1 No such user"]
END = [("C", MESSAGE + b".\r\n")]


AT_THE_END = ("no_reply", "aborted_data")    # known when the connection is over


def names(path, two_pass=False):
    """Name without prefix -> severity of every SMTP expert of a capture."""
    found = experts(path, two_pass=two_pass)
    return {e.name.replace("smtp.expert.", ""): e.severity for e in found if e.name.startswith("smtp.")}


def after(seconds, command="C: NOOP"):
    """A session with one reply that is late."""
    return OPEN + [command, ("wait", seconds), "S: 250 2.0.0 Ok"] + RSET + QUIT


ROWS = [
    # name, severity, session that raises it, near miss
    ("bad_sequence", "warn", OPEN + ["C: RCPT TO:<bob@example.net>", "S: 503 5.5.1 Need MAIL"] + QUIT,
     OPEN + MAIL + RCPT + QUIT),
    ("bad_sequence", "warn", OPEN + ["C: DATA", "S: 503 5.5.1 Need MAIL"] + QUIT, sent()),
    ("bad_sequence", "warn", OPEN + MAIL + ["C: MAIL FROM:<x@example.org>", "S: 503 5.5.1 Nested"] + QUIT,
     OPEN + MAIL + RSET + MAIL + QUIT),
    ("bad_sequence", "warn", OPEN + MAIL + RCPT + [("C", b"BDAT 5\r\nhello"), "S: 250 Ok", "C: DATA",
                                                   "S: 503 5.5.1 No DATA after BDAT"] + RSET + QUIT,
     OPEN + MAIL + RCPT + [("C", b"BDAT 5\r\nhello"), "S: 250 Ok", "C: BDAT 0 LAST", "S: 250 Ok"] + QUIT),
    ("no_valid_rcpt", "note", OPEN + MAIL + NO_RCPT + DATA + ["C: .", "S: 554 5.5.1 No recipients"] + QUIT, sent()),
    ("pipelining", "warn", NO_PIPELINING + [("C", BURST), ("S", BURST_REPLY)] + message() + QUIT,
     OPEN + [("C", BURST), ("S", BURST_REPLY)] + message() + QUIT),
    ("pipelining_order", "warn", OPEN + [("C", b"NOOP\r\nRSET\r\n"), ("S", b"250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n")] + QUIT,
     OPEN + [("C", b"RSET\r\nNOOP\r\n"), ("S", b"250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n")] + QUIT),
    ("data_before_354", "warn", OPEN + MAIL + RCPT + [("C", b"DATA\r\n" + MESSAGE + b".\r\n"), "S: 354 Go"] + ACCEPTED
     + QUIT, sent()),
    ("data_refused_sent", "error", OPEN + MAIL + RCPT + ["C: DATA", "S: 451 4.3.0 Later"] + END + ["S: 500 What"]
     + QUIT,
     OPEN + MAIL + RCPT + ["C: DATA", "S: 451 4.3.0 Later"] + RSET + QUIT),
    ("eod_split_reply", "error", OPEN + ENVELOPE + [("C", MESSAGE + b"x\n.\ny\r\n.\r\n")] + ACCEPTED + ACCEPTED + QUIT,
     OPEN + ENVELOPE + [("C", MESSAGE + b"x\n.\ny\r\n.\r\n")] + ACCEPTED + QUIT),
    ("bdat_size", "error", OPEN + MAIL + RCPT + ["C: BDAT many", "S: 501 5.5.4 Syntax"] + RSET + QUIT,
     OPEN + MAIL + RCPT + [("C", b"BDAT 5 LAST\r\nhello"), "S: 250 2.0.0 Ok"] + QUIT),
    ("bdat_size", "error", OPEN + MAIL + RCPT + ["C: BDAT 9223372036854775808", "S: 501 5.5.4 Syntax"] + RSET + QUIT,
     OPEN + MAIL + RCPT + [("C", b"BDAT 5 last\r\nhello"), "S: 250 2.0.0 Ok"] + QUIT),
    ("bdat_no_last", "note", OPEN + MAIL + RCPT + [("C", b"BDAT 5\r\nhello"), "S: 250 2.0.0 Ok"] + RSET + QUIT,
     OPEN + MAIL + RCPT + [("C", b"BDAT 5 LAST\r\nhello"), "S: 250 2.0.0 Ok"] + RSET + QUIT),
    ("reply_unmatched", "warn", OPEN + ["S: 250 2.0.0 Ok"] + QUIT, OPEN + ["S: 421 4.4.2 Timeout"]),
    ("reply_code_for_command", "note", OPEN + ["C: NOOP", "S: 252 2.0.0 Ok"] + QUIT, OPEN + NOOP + QUIT),
    ("reply_code_for_command", "note", OPEN + ["C: QUIT", "S: 250 2.0.0 Ok"],
     OPEN + ["C: QUIT", "S: 500 5.5.2 What"]),
    ("no_reply", "note", OPEN + ["C: NOOP"], OPEN + NOOP + QUIT),
    ("closed_by_server", "note", OPEN + ["S: 421 4.4.2 Timeout"], OPEN + QUIT),
    ("aborted_data", "warn", OPEN + ENVELOPE + [("C", MESSAGE)], sent()),
    ("slow_reply", "note", after(10.5), after(9)),
    ("timeout_exceeded", "warn", after(301, "C: MAIL FROM:<alice@example.org>"),
     after(299, "C: MAIL FROM:<alice@example.org>")),
    ("temporary_failure", "chat", OPEN + ["C: NOOP", "S: 451 4.3.0 Later"] + QUIT, OPEN + NOOP + QUIT),
    ("permanent_failure", "note", OPEN + ["C: NOOP", "S: 550 5.7.1 No"] + QUIT, OPEN + NOOP + QUIT),
]

READY = "S: 220 2.0.0 Ready to start TLS"
START = opening("STARTTLS", "PIPELINING")
AUTH = opening("AUTH PLAIN LOGIN CRAM-MD5")
TLS_ROWS = [
    ("starttls_injection", "error", START + [("C", b"STARTTLS\r\nEHLO x.example\r\n"), READY, ("C", CLIENT_HELLO)],
     START + ["C: STARTTLS", READY, ("C", CLIENT_HELLO), ("S", SERVER_HELLO)]),
    ("starttls_response_injection", "error", START + ["C: STARTTLS", ("S", b"220 2.0.0 Ready\r\n250 x\r\n")],
     START + ["C: STARTTLS", READY, ("C", CLIENT_HELLO), ("S", SERVER_HELLO)]),
    ("starttls_not_followed", "warn", START + ["C: STARTTLS", READY, "C: EHLO client.example.org"],
     START + ["C: STARTTLS", READY, ("C", CLIENT_HELLO), ("S", SERVER_HELLO)]),
    ("starttls_refused", "warn", START + ["C: STARTTLS", "S: 454 4.7.0 Not now"] + ENVELOPE + message() + QUIT,
     START + ["C: STARTTLS", "S: 454 4.7.0 Not now"] + QUIT),
    ("starttls_stripped", "warn", opening("XXXXXXXA", "HELP") + QUIT, opening("STARTTLS", "HELP") + QUIT),
    ("starttls_stripped", "warn", opening("HELP") + ["C: STARTTLS", "S: 502 5.5.1 What"] + QUIT,
     START + ["C: STARTTLS", "S: 454 4.7.0 Not now"] + QUIT),
    ("starttls_not_used", "note", START + ENVELOPE + message() + QUIT, sent()),
    ("auth_cleartext", "warn", AUTH + ["C: AUTH PLAIN AGEAYg==", "S: 235 2.7.0 Ok"] + QUIT,
     AUTH + ["C: AUTH CRAM-MD5", "S: 334 PDFAYT4=", "C: *", "S: 501 5.7.0 Cancelled"] + QUIT),
    ("auth_offered_cleartext", "note", AUTH + QUIT, opening("AUTH CRAM-MD5") + QUIT),
    ("auth_weak", "note", AUTH + ["C: AUTH CRAM-MD5", "S: 334 PDFAYT4=", "C: *", "S: 501 5.7.0 Cancelled"] + QUIT,
     AUTH + ["C: AUTH PLAIN AGEAYg==", "S: 235 2.7.0 Ok"] + QUIT),
    ("requiretls_cleartext", "warn", opening("REQUIRETLS") + QUIT, OPEN + QUIT),
    ("smtp.base64_decode", "warn", AUTH + ["C: AUTH PLAIN A*B", "S: 535 5.7.8 No"] + QUIT,
     AUTH + ["C: AUTH PLAIN AGEAYg==", "S: 235 2.7.0 Ok"] + QUIT),
    ("auth_malformed", "warn", AUTH + ["C: AUTH PLAIN YWxpY2U=", "S: 535 5.7.8 No"] + QUIT,
     AUTH + ["C: AUTH PLAIN AGEAYg==", "S: 235 2.7.0 Ok"] + QUIT),
    ("auth_cancelled", "chat", AUTH + ["C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: *", "S: 501 5.7.0 Cancelled"] + QUIT,
     AUTH + ["C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: YQ==", "S: 535 5.7.8 No"] + QUIT),
    ("bad_sequence", "warn", AUTH + MAIL + ["C: AUTH PLAIN AGEAYg==", "S: 503 5.5.1 In a transaction"] + QUIT,
     AUTH + ["C: AUTH PLAIN AGEAYg==", "S: 235 2.7.0 Ok"] + MAIL + QUIT),
    ("extension_not_offered", "warn", opening("HELP") + ["C: AUTH PLAIN AGEAYg==", "S: 502 5.5.1 No"] + QUIT,
     AUTH + ["C: AUTH PLAIN AGEAYg==", "S: 235 2.7.0 Ok"] + QUIT),
]
ALL = ROWS + TLS_ROWS


@pytest.mark.parametrize("name, severity, script, near", ALL, ids=["%d-%s" % (n, row[0]) for n, row in enumerate(ALL)])
def test_expert(pcap, name, severity, script, near):
    two_pass = name in AT_THE_END
    assert names(session(pcap("raises.pcap"), script), two_pass).get(name) == severity
    assert name not in names(session(pcap("near.pcap"), near), two_pass)


def test_capture_that_ends_inside_the_message(pcap):
    """Nobody knows whether the connection did."""
    path = session(pcap(), OPEN + ENVELOPE + [("C", MESSAGE)], close=False)
    assert "aborted_data" not in names(path, True)


def test_dot_alone_after_a_refused_data_is_allowed(pcap):
    """RFC 2920 3.1: the end of data alone, sent after pipelining."""
    script = OPEN + MAIL + NO_RCPT + ["C: DATA", "S: 554 5.5.1 No valid recipients", "C: .", "S: 500 5.5.2 What"]
    assert "data_refused_sent" not in names(session(pcap(), script + QUIT))


@pytest.mark.parametrize("code, name", [("451 4.3.0", "temporary_failure"), ("554 5.7.1", "permanent_failure")])
def test_failures_of_the_message(pcap, code, name):
    assert name in names(session(pcap(), OPEN + ENVELOPE + END + ["S: %s No" % code] + QUIT))


@pytest.mark.parametrize("script", [OPEN + NOOP + QUIT, sent(), OPEN + MAIL + NO_RCPT + QUIT])
def test_experts_are_the_same_in_two_passes(pcap, script):
    path = session(pcap(), script)
    first, second = experts(path), experts(path, two_pass=True)
    own = [[e for e in found if e.name.startswith(("smtp.", "mail."))] for found in (first, second)]
    assert own[0] == own[1]


def test_cleartext_on_the_tls_port(pcap):
    """Once the port is decoded as SMTP."""
    found = experts(session(pcap(), sent(), port=465), decode_as="tcp.port==465,smtp")
    assert "smtp.expert.cleartext_on_tls_port" in [e.name for e in found]
