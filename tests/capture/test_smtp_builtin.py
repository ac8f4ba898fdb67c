"""What the built-in smtp dissector gets wrong: each fact holds with the plugin and fails without it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

from runner import RunError, fields, rows, tree, wireshark_version
from smtp_talk import (ACCEPTED, DATA, ENVELOPE, MAIL, MESSAGE, OPEN, QUIT, RCPT, VERBS, message, opening, sent,
                       upper)
from wire import session


def differs(fact):
    """The fact holds with the plugin; the stock dissector of 4.0 fails it, or cannot even be asked. Later ones have
    learned some of it."""
    assert fact(True)
    if wireshark_version() != '4.0':
        return
    try:
        stock = fact(False)
    except RunError:
        stock = False
    assert not stock, "the built-in dissector shows this too"


def commands(path, plugin):
    """Upper-case commands that the built-in field names."""
    return upper(fields(path, ["smtp.req.command"], plugin=plugin)["smtp.req.command"])


def test_bdat_chunk_is_the_message(pcap):
    chunk = [("C", b"BDAT %d LAST\r\n" % len(MESSAGE) + MESSAGE)]
    path = session(pcap(), OPEN + MAIL + RCPT + chunk + ACCEPTED + QUIT)
    differs(lambda plugin: fields(path, ["imf.subject"], plugin=plugin)["imf.subject"] == ["Lunch"])


def test_lines_of_a_bdat_chunk_are_no_commands(pcap):
    text = MESSAGE + b"RSET\r\n.\r\nQUIT\r\n"
    chunk = [("C", b"BDAT %d LAST\r\n" % len(text) + text)]
    path = session(pcap(), OPEN + MAIL + RCPT + chunk + ACCEPTED + QUIT)
    differs(lambda plugin: commands(path, plugin) == ["EHLO", "MAIL", "RCPT", "BDAT", "QUIT"]
            and fields(path, ["imf.subject"], plugin=plugin)["imf.subject"] == ["Lunch"])


def test_quit_in_the_segment_of_the_final_dot_is_a_command(pcap):
    last = [("C", MESSAGE + b".\r\nQUIT\r\n")]
    path = session(pcap(), OPEN + ENVELOPE + last + ACCEPTED + ["S: 221 2.0.0 Bye"])
    differs(lambda plugin: commands(path, plugin) == VERBS)


def test_mail_in_the_segment_of_the_final_dot_is_a_command(pcap):
    last = [("C", MESSAGE + b".\r\nMAIL FROM:<carol@example.org>\r\n")]
    path = session(pcap(), OPEN + ENVELOPE + last + ACCEPTED + ["S: 250 2.1.0 Ok", "C: RSET", "S: 250 2.0.0 Ok"] + QUIT)
    differs(lambda plugin: commands(path, plugin) == ["EHLO", "MAIL", "RCPT", "DATA", "MAIL", "RSET", "QUIT"])


def test_commands_after_a_refused_data_are_commands(pcap):
    refused = ["C: RCPT TO:<nobody@example.net>", "S: 550 5.1.1 No such user",
               "C: DATA", "S: 554 5.5.1 No valid recipients", "C: RSET", "S: 250 2.0.0 Ok"]
    path = session(pcap(), OPEN + MAIL + refused + QUIT)
    differs(lambda plugin: commands(path, plugin) == ["EHLO", "MAIL", "RCPT", "DATA", "RSET", "QUIT"])


CRAM_MD5 = ["C: AUTH CRAM-MD5",
            "S: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+",
            "C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw",
            "S: 235 2.7.0 Authentication successful"]


def test_answer_to_cram_md5_is_no_part_of_the_next_message(pcap):
    path = session(pcap(), opening("AUTH CRAM-MD5") + CRAM_MD5 + ENVELOPE + message() + QUIT)
    name = "smtp.data.reassembled.length"
    differs(lambda plugin: fields(path, [name], plugin=plugin)[name] == [str(len(MESSAGE))])


def test_doubled_dots_are_single_in_the_message(pcap):
    path = session(pcap(), sent(MESSAGE + b"..dot\r\n"))

    def undoubled(plugin):
        text = tree(path, plugin=plugin, filter="imf", protocols="imf,data-text-lines")
        return ".dot" in text and "..dot" not in text
    differs(undoubled)


def test_length_of_the_message_is_that_without_stuffing(pcap):
    path = session(pcap(), sent(MESSAGE + b"..dot\r\n"))
    name = "smtp.data.reassembled.length"
    differs(lambda plugin: fields(path, [name], plugin=plugin)[name] == [str(len(MESSAGE + b".dot\r\n"))])


def test_starttls_is_no_star(pcap):
    path = session(pcap(), opening("STARTTLS") + ["C: STARTTLS", "S: 454 4.7.0 TLS not available"] + QUIT)
    differs(lambda plugin: commands(path, plugin) == ["EHLO", "STARTTLS", "QUIT"])


def test_reply_cut_across_segments_is_one_reply(pcap):
    cut = ["S: 220 mx.example.net ESMTP ready", "C: EHLO client.example.org",
           ("S", b"250-mx.example.net\r\n250-PIPE"), ("S", b"LINING\r\n250 SIZE 1000\r\n")]
    path = session(pcap(), cut + QUIT)
    differs(lambda plugin: fields(path, ["smtp.response.lines"], plugin=plugin)["smtp.response.lines"]
            == ["1", "3", "1"])


def test_code_of_a_reply_stands_once_in_the_frame_in_which_it_ends(pcap):
    cut = ["S: 220 mx.example.net ESMTP ready", "C: EHLO client.example.org",
           ("S", b"250-mx.example.net\r\n"), ("S", b"250 SIZE 1000\r\n")]
    path = session(pcap(), cut + QUIT)
    name = "smtp.response.code"
    differs(lambda plugin: [(row["frame"], row[name]) for row in rows(path, [name], filter=name, plugin=plugin)]
            == [(4, ["220"]), (7, ["250"]), (9, ["221"])])


def test_lmtp_is_dissected(pcap):
    path = session(pcap(), ["S: 220 mx.example.net LMTP", "C: LHLO client.example.org", "S: 250 mx.example.net"] + QUIT,
                   port=24)
    differs(lambda plugin: commands(path, plugin) == ["LHLO", "QUIT"])


def test_reply_times_are_fields(pcap):
    path = session(pcap(), sent())
    differs(lambda plugin: fields(path, ["smtp.time"], plugin=plugin)["smtp.time"] ==
            ["0.003000000"] + ["0.001000000"] * 6)  # the greeting counts from the handshake


def test_replies_are_paired_with_commands(pcap):
    path = session(pcap(), sent())
    differs(lambda plugin: fields(path, ["smtp.response_to"], plugin=plugin)["smtp.response_to"]
            == ["5", "7", "9", "11", "13", "15"])


def test_envelope_is_fields(pcap):
    path = session(pcap(), sent())
    names = ["smtp.mail.from", "smtp.rcpt.to"]
    differs(lambda plugin: fields(path, names, plugin=plugin)
            == {"smtp.mail.from": ["alice@example.org"], "smtp.rcpt.to": ["bob@example.net"]})


def test_capabilities_are_fields(pcap):
    path = session(pcap(), opening("PIPELINING", "SIZE 1000") + QUIT)
    differs(lambda plugin: fields(path, ["smtp.capability"], plugin=plugin)["smtp.capability"]
            == ["PIPELINING", "SIZE 1000"])


def test_banner_is_a_field(pcap):
    path = session(pcap(), OPEN + QUIT)
    differs(lambda plugin: fields(path, ["smtp.banner"], plugin=plugin)["smtp.banner"]
            == ["mx.example.net ESMTP ready"])


def test_enhanced_status_code_is_a_field(pcap):
    path = session(pcap(), OPEN + MAIL + RCPT + DATA + message() + QUIT)
    differs(lambda plugin: fields(path, ["smtp.status"], plugin=plugin)["smtp.status"]
            == ["2.1.0", "2.1.5", "2.0.0", "2.0.0"])


def test_one_record_per_message(pcap):
    path = session(pcap(), sent())
    names = ["mail.envelope.from", "mail.envelope.to", "mail.subject", "mail.reply"]
    differs(lambda plugin: fields(path, names, plugin=plugin)
            == {"mail.envelope.from": ["alice@example.org"], "mail.envelope.to": ["bob@example.net"],
                "mail.subject": ["Lunch"], "mail.reply": ["250 2.0.0 Ok: queued as 4F2A91C0DE"]})


def test_parameter_keeps_its_blanks(pcap):
    """As the built-in dissector has it: all behind the blank that ends the verb."""
    path = session(pcap(), OPEN + ["C: MAIL  FROM: <alice@example.org> ", "S: 250 2.1.0 Ok"] + QUIT)
    for plugin in (True, False):
        values = fields(path, ["smtp.req.parameter"], plugin=plugin)["smtp.req.parameter"]
        assert " FROM: <alice@example.org> " in values
    assert fields(path, ["smtp.mail.from"])["smtp.mail.from"] == ["alice@example.org"]
