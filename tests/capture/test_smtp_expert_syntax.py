"""Expert infos on framing, syntax, greeting and extensions: octets that raise one, and a near miss that does not.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from runner import experts
from smtp_talk import DATA, ENVELOPE, MAIL, MESSAGE, OPEN, QUIT, RCPT, ehlo_reply, message, opening, sent
from wire import session


def names(path):
    """Name without prefix -> severity of every SMTP expert of a capture."""
    return {e.name.replace("smtp.expert.", ""): e.severity for e in experts(path) if e.name.startswith("smtp.")}


def ask(line, reply="250 2.0.0 Ok", start=OPEN):
    """A session with one command, text or octets, and its reply."""
    return start + ["C: " + line if isinstance(line, str) else ("C", line), "S: " + reply] + QUIT


def mail(line, reply="250 2.1.0 Ok", start=OPEN, octets=MESSAGE):
    """A session that sends a message with this MAIL command."""
    first = "C: MAIL " + line if isinstance(line, str) else ("C", b"MAIL " + line + b"\r\n")
    return start + [first, "S: " + reply] + RCPT + DATA + message(octets) + QUIT


def rcpt(line):
    """A session that sends a message with this RCPT command."""
    return OPEN + MAIL + ["C: RCPT " + line, "S: 250 2.1.5 Ok"] + DATA + message() + QUIT


def text(octets):
    """A session whose message ends with these octets."""
    return sent(MESSAGE + octets)


def hello(name, verb="EHLO", **how):
    """A session whose client says it is this."""
    return ["S: 220 mx.example.net ESMTP ready", "C: %s %s" % (verb, name), ehlo_reply("PIPELINING", **how)] + QUIT


def offer(*keywords):
    """A session with an EHLO reply of these keywords."""
    return opening(*keywords) + QUIT


ROWS = [
    # name, severity, session that raises it, near miss
    ("bare_lf", "warn", text(b"a\nb\r\n"), text(b"a\r\nb\r\n")),
    ("bare_lf", "warn", ask("HELP", "214-a\nb\r\n214 c"), ask("HELP", "214-a\r\n214 c")),
    ("bare_cr", "warn", text(b"a\rb\r\n"), text(b"a\r\nb\r\n")),
    ("bare_cr", "warn", ask(b"NOOP a\rb\r\n"), ask("NOOP a b")),
    ("dot_unstuffed", "note", text(b".dot\r\n"), text(b"..dot\r\n")),
    ("nul", "warn", text(b"a\0b\r\n"), text(b"a b\r\n")),
    ("nul", "warn", ask(b"NOOP a\0b\r\n"), ask("NOOP a b")),
    ("control_char", "note", ask(b"NOOP a\x08b\r\n"), ask(b"NOOP a\tb\r\n")),
    ("8bit_command", "warn", ask(b"NOOP \xe9\r\n"), ask("NOOP e")),
    ("8bit_command", "warn", mail("FROM:<jörg@example.org>"), mail("FROM:<jörg@example.org> SMTPUTF8")),
    ("8bit_data", "note", text(b"\xe9\r\n"),
     mail("FROM:<alice@example.org> BODY=8BITMIME", octets=MESSAGE + b"\xe9\r\n")),
    ("utf8_invalid", "warn", mail(b"FROM:<j\xf6rg@example.org> SMTPUTF8"), mail("FROM:<jörg@example.org> SMTPUTF8")),
    ("utf8_invalid", "warn", mail(b"FROM:<j\xf6rg@example.org> SMTPUTF8"), ask(b"NOOP \xe9\r\n")),
    ("command_too_long", "warn", ask("NOOP " + "x" * 5000), ask("NOOP " + "x" * 500)),
    ("command_too_long", "warn", ask("NOOP " + "x" * 506, start=opening("HELP")),
     ask("NOOP " + "x" * 505, start=opening("HELP"))),
    ("reply_too_long", "note", ask("NOOP", "250 " + "x" * 507), ask("NOOP", "250 " + "x" * 506)),
    ("line_too_long", "warn", text(b"x" * 999 + b"\r\n"), text(b"x" * 998 + b"\r\n")),
    ("line_too_long", "warn", text(b".." + b"x" * 998 + b"\r\n"), text(b".." + b"x" * 997 + b"\r\n")),
    ("address_too_long", "warn", mail("FROM:<%s@example.org>" % ("a" * 65)),
     mail("FROM:<%s@example.org>" % ("a" * 64))),
    ("address_too_long", "warn", mail("FROM:<a@%sorg>" % ("x." * 127)), mail("FROM:<a@%sorg>" % ("x." * 60))),
    ("reply_malformed", "error", ask("NOOP", "hello"), ask("NOOP", "250 hello")),
    ("reply_malformed", "error", ask("NOOP", "990 Ok"), ask("NOOP", "550 No")),
    ("reply_malformed", "error", ask("NOOP", "2500 Ok"), ask("NOOP", "250")),
    ("reply_unterminated", "error", ask("NOOP", "250-a\r\nb\r\n250 c"), ask("NOOP", "250-a\r\n250-b\r\n250 c")),
    ("unknown_command", "note", ask("FROBNICATE", "500 5.5.2 What"), ask("NOOP")),
    ("unknown_command", "note", ask("HELLO x", "500 5.5.2 What"), ask("EHLO client.example.org")),
    ("cross_protocol", "warn", ask("GET / HTTP/1.1", "500 5.5.2 What"), ask("GETX / HTTP/1.1", "500 5.5.2 What")),
    ("cross_protocol", "warn", ask("POST / HTTP/1.1", "500 5.5.2 What"), ask("POSTMAN", "500 5.5.2 What")),
    ("cross_protocol", "warn", ask("Host: mx.example.net", "500 5.5.2 What"), ask("HELP host:", "214 Help")),
    ("argument_space", "chat", mail("FROM: <alice@example.org>"), mail("FROM:<alice@example.org>")),
    ("argument_space", "chat", rcpt("TO: <bob@example.net>"), rcpt("TO:<bob@example.net>")),
    ("no_brackets", "note", mail("FROM:alice@example.org"), mail("FROM:<alice@example.org>")),
    ("no_brackets", "note", rcpt("TO:bob@example.net"), rcpt("TO:<bob@example.net>")),
    ("source_route", "note", rcpt("TO:<@a.example:bob@example.net>"), rcpt("TO:<bob@example.net>")),
    ("address_syntax", "warn", mail("FROM:<alice>"), mail("FROM:<>")),
    ("address_syntax", "warn", mail("FROM:<alice@>"), mail("FROM:<alice@example.org>")),
    ("address_syntax", "warn", mail("FROM:<.alice@example.org>"), mail("FROM:<a.lice@example.org>")),
    ("address_syntax", "warn", mail("FROM:<a b@example.org>"), mail("FROM:<\"a b\"@example.org>")),
    ("address_syntax", "warn", mail("FROM:<a@b..example.org>"), mail("FROM:<a@b.example.org>")),
    ("address_syntax", "warn", rcpt("TO:<bob>"), rcpt("TO:<Postmaster>")),
    ("address_literal", "warn", mail("FROM:<a@[300.1.1.1]>"), mail("FROM:<a@[192.0.2.1]>")),
    ("address_literal", "warn", mail("FROM:<a@[2001:db8::1]>"), mail("FROM:<a@[IPv6:2001:db8::1]>")),
    ("address_literal", "warn", mail("FROM:<a@192.0.2.1>"), mail("FROM:<a@192.example.org>")),
    ("unexpected_argument", "note", ask("RSET now"), ask("NOOP now")),
    ("missing_argument", "note", ask("VRFY", "501 5.5.4 Syntax"), ask("VRFY bob", "252 2.0.0 bob")),
    ("missing_argument", "note", ask("MAIL", "501 5.5.4 Syntax"), ask("NOOP")),

    ("version_disclosed", "chat", ["S: 220 mx.example.net ESMTP Sendmail 8.13.1; now"] + QUIT, OPEN + QUIT),
    ("greeting_refused", "note", ["S: 554 mx.example.net No service"] + QUIT, OPEN + QUIT),
    ("early_talker", "note", ["C: EHLO client.example.org", "S: 220 mx.example.net ESMTP", ehlo_reply("HELP")] + QUIT,
     OPEN + QUIT),
    ("helo_missing", "warn", ["S: 220 mx.example.net ESMTP"] + ENVELOPE + message() + QUIT, sent()),
    ("helo_missing", "warn", ["S: 220 mx.example.net ESMTP", "C: HELO", "S: 501 Syntax"] + QUIT,
     ["S: 220 mx.example.net ESMTP", "C: HELO a.example", "S: 250 mx.example.net"] + QUIT),
    ("helo_syntax", "warn", hello("under_score.example"), hello("hy-phen.example")),
    ("helo_syntax", "warn", hello("a..example"), hello("a.example")),
    ("helo_syntax", "warn", hello("[300.1.1.1]"), hello("[192.0.2.10]")),
    ("helo_bare_ip", "warn", hello("192.0.2.10"), hello("[192.0.2.10]")),
    ("helo_not_fqdn", "note", hello("laptop"), hello("laptop.example.org")),
    ("helo_not_fqdn", "note", hello("pc.localdomain"), hello("localdomain.example")),
    ("helo_literal_mismatch", "chat", hello("[192.0.2.99]"), hello("[192.0.2.10]")),
    ("helo_is_server", "note", hello("mx.example.net"), hello("client.example.net")),
    ("ehlo_first_line", "warn", hello("client.example.org", domain="STARTTLS"), hello("client.example.org")),
    ("ehlo_masked", "warn", offer("XXXXXXXA", "HELP"), offer("XCLIENT NAME", "HELP")),
    ("ehlo_masked", "warn", ["S: 220 ****************************"] + QUIT, OPEN + QUIT),
    ("ehlo_masked", "warn", ask("XXXX client.example.org", "500 What"), ask("XCLIENT NAME=x", "500 What")),
    ("keyword_duplicate", "note", offer("SIZE 100", "SIZE 200"), offer("SIZE 100", "SIZE 100")),
    ("extension_not_offered", "warn", mail("FROM:<a@example.org> BODY=8BITMIME", start=opening("HELP")),
     mail("FROM:<a@example.org> BODY=8BITMIME", start=opening("8BITMIME"))),
    ("extension_not_offered", "warn", ask("ETRN example.org", "458 No", opening("HELP")),
     ask("ETRN example.org", "458 No", opening("ETRN"))),
    ("extension_not_offered", "warn", mail("FROM:<a@example.org> SIZE=164", start=[
        "S: 220 mx.example.net SMTP", "C: HELO client.example.org", "S: 250 mx.example.net"]),
     mail("FROM:<a@example.org> SIZE=164")),
    ("parameter_duplicate", "warn", mail("FROM:<a@example.org> SIZE=164 SIZE=164"),
     mail("FROM:<a@example.org> SIZE=164 RET=FULL")),
    ("parameter_value", "warn", mail("FROM:<a@example.org> SIZE=big"), mail("FROM:<a@example.org> SIZE=164")),
    ("parameter_value", "warn", mail("FROM:<a@example.org> BODY=9BIT"), mail("FROM:<a@example.org> BODY=7BIT")),
    ("parameter_value", "warn", mail("FROM:<a@example.org> RET=SOME"), mail("FROM:<a@example.org> RET=HDRS")),
    ("parameter_value", "warn", mail("FROM:<a@example.org> ENVID=a+ZZb"), mail("FROM:<a@example.org> ENVID=a+2Bb")),
    ("parameter_value", "warn", rcpt("TO:<b@example.net> NOTIFY=NEVER,DELAY"),
     rcpt("TO:<b@example.net> NOTIFY=SUCCESS,DELAY")),
    ("size_over_limit", "note", ask("MAIL FROM:<a@example.org> SIZE=2000", "552 5.3.4 Big", opening("SIZE 1000")),
     ask("MAIL FROM:<a@example.org> SIZE=2000", "250 Ok", opening("SIZE 0"))),
    ("size_mismatch", "note", mail("FROM:<a@example.org> SIZE=10"), mail("FROM:<a@example.org> SIZE=170")),
    ("size_mismatch", "note", mail("FROM:<a@example.org> SIZE=1000"), mail("FROM:<a@example.org> SIZE=164")),
    ("status_class", "warn", ask("NOOP", "250 5.0.0 Ok"), ask("NOOP", "250 2.0.0 Ok")),
    ("status_differs", "note", ask("HELP", "214-2.0.0 a\r\n214 2.1.0 b"), ask("HELP", "214-2.0.0 a\r\n214 2.0.0 b")),
    ("status_differs", "note", ask("HELP", "214-2.0.0 a\r\n214 b"), ask("HELP", "214-a\r\n214 b")),
    ("status_unregistered", "chat", ask("NOOP", "250 2.9.1 Ok"), ask("NOOP", "250 2.0.0 Ok")),
    ("status_unregistered", "chat", ask("NOOP", "550 5.7.555 No"), ask("NOOP", "550 5.7.1 No")),
    ("smtp.response.code.unexpected", "warn", ask("HELP", "214-a\r\n250 b"), ask("HELP", "214-a\r\n214 b")),
]


@pytest.mark.parametrize("name, severity, script, near", ROWS,
                         ids=["%d-%s" % (n, row[0]) for n, row in enumerate(ROWS)])
def test_expert(pcap, name, severity, script, near):
    assert names(session(pcap("raises.pcap"), script)).get(name) == severity
    assert name not in names(session(pcap("near.pcap"), near))


LOOKALIKES = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\n", b"\r.\r\n", b"\n.\r", b"\r\n.\r",
              b"\r\n\0.\r\n", b"\r\n.\0\r\n", b"\r\r\n.\r\r\n"]


@pytest.mark.parametrize("form", LOOKALIKES, ids=repr)
def test_eod_lookalike(pcap, form):
    found = names(session(pcap(), text(b"text" + form + b"more text\r\n")))
    assert found.get("eod_lookalike") == "warn"
    assert "smuggling" not in found


@pytest.mark.parametrize("form", LOOKALIKES, ids=repr)
def test_smuggling_is_a_lookalike_that_a_verb_follows(pcap, form):
    """Not with the forms that begin with CR LF dot: a conforming client stuffs that dot."""
    found = names(session(pcap(), text(b"text" + form + b"mail FROM:<x@example.org>\r\n")))
    assert found.get("eod_lookalike") == "warn"
    assert found.get("smuggling") == (None if form.startswith(b"\r\n.") else "error")


@pytest.mark.parametrize("octets", [b"text\r\n..\r\n", b"text.\r\n", b"text\r\n. \r\n", b"text\r\n...\r\nMAIL x\r\n"])
def test_lines_that_are_no_lookalike(pcap, octets):
    assert "eod_lookalike" not in names(session(pcap(), text(octets)))


def test_lookalike_over_segments(pcap):
    path = session(pcap(), text(b"text\n.\r\nMAIL FROM:<x@example.org>\r\n"), cut=1)
    assert names(path).get("smuggling") == "error"
