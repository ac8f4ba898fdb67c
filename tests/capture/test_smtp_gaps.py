"""SMTP captures with holes: lost segments, retransmissions, late start, one side only, snap length.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from runner import experts, fields, frames, rows, tree
from smtp_talk import ACCEPTED, DATA, ENVELOPE, MAIL, MESSAGE, OPEN, QUIT, RCPT, VERBS, message, opening, sent
from smtp_tls import CLIENT_HELLO, SERVER_HELLO
from wire import ACK, PSH, Capture, Conversation, session


def conversation(**options):
    """A capture and a connection in it after the handshake."""
    capture = Capture()
    talk = Conversation(capture, **options)
    talk.handshake()
    return capture, talk


def verbs(path, **how):
    """All verbs of a capture."""
    return fields(path, ["smtp.req.verb"], **how)["smtp.req.verb"]


def loud(path):
    """Names of experts of level Warn or Error, TCP's own excepted."""
    return [e.name for e in experts(path) if e.severity in ("warn", "error") and not e.name.startswith("tcp.")]


def test_lost_segment_inside_a_reply(pcap):
    capture, talk = conversation()
    talk.play(OPEN[:2])
    talk.server(b"250-mx.example.net\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250 HELP\r\n", cut=[20, 36], lost=[1])
    talk.play(ENVELOPE + message() + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == VERBS
    assert fields(path, ["mail.outcome"])["mail.outcome"] == ["1"]
    assert loud(path) == []


def test_lost_reply(pcap):
    capture, talk = conversation()
    talk.play(OPEN + MAIL[:1])
    talk.server(b"250 2.1.0 Ok\r\n", lost=[0])
    talk.play(RCPT + DATA + message() + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == VERBS
    assert fields(path, ["mail.envelope.from", "mail.envelope.to", "mail.outcome"]) == {
        "mail.envelope.from": ["alice@example.org"], "mail.envelope.to": ["bob@example.net"], "mail.outcome": ["1"]}
    assert rows(path, ["smtp.response_to"], filter="smtp.rsp.parameter contains \"2.1.5\"")[0]["smtp.response_to"] == [
        str(frames(path, "smtp.req.verb == \"RCPT\"")[0])]
    assert loud(path) == []


def test_lost_segment_inside_a_command_line(pcap):
    capture, talk = conversation()
    talk.play(OPEN)
    talk.client(b"MAIL FROM:<alice@example.org>\r\n", cut=[12], lost=[1])
    talk.play(MAIL[1:] + RCPT + DATA + message() + QUIT)
    path = capture.save(pcap())
    assert [verb for verb in verbs(path) if verb != "MAIL"] == ["EHLO", "RCPT", "DATA", "QUIT"]
    assert loud(path) == []


def test_lost_command(pcap):
    capture, talk = conversation()
    talk.play(OPEN)
    talk.client(b"MAIL FROM:<alice@example.org>\r\n", lost=[0])
    talk.play(MAIL[1:] + RCPT + DATA + message() + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == ["EHLO", "RCPT", "DATA", "QUIT"]
    assert loud(path) == []


def test_lost_segment_inside_the_message(pcap):
    capture, talk = conversation()
    talk.play(OPEN + ENVELOPE)
    talk.client(MESSAGE + b"QUIT\r\n" * 100 + b".\r\n", cut=100, lost=[3])
    talk.play(ACCEPTED + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == VERBS
    assert fields(path, ["mail.outcome", "mail.envelope.to"]) == {
        "mail.outcome": ["1"], "mail.envelope.to": ["bob@example.net"]}
    assert frames(path, "smtp.expert.gap") != []
    assert loud(path) == []


def test_lost_final_dot(pcap):
    """The reply tells that the data had ended."""
    capture, talk = conversation()
    talk.play(OPEN + ENVELOPE)
    talk.client(MESSAGE + b".\r\n", cut=[len(MESSAGE)], lost=[1])
    talk.play(ACCEPTED + ENVELOPE + message() + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == ["EHLO", "MAIL", "RCPT", "DATA", "MAIL", "RCPT", "DATA", "QUIT"]
    assert fields(path, ["mail.outcome"])["mail.outcome"] == ["1", "1"]
    assert loud(path) == []


def test_nothing_is_said_of_an_end_behind_a_gap(pcap):
    """The missing octets may hold the end of the message, and the last chunk."""
    capture, talk = conversation()
    talk.play(OPEN + MAIL + RCPT)
    talk.client(b"BDAT 200\r\n" + b"x" * 1100, cut=[110], lost=[1])
    talk.play(["S: 250 2.0.0 Ok"] + ENVELOPE + message() + QUIT)
    talk.close()
    path = capture.save(pcap())
    assert [e.name for e in experts(path, two_pass=True) if "aborted" in e.name or "bdat_no_last" in e.name] == []


def test_lost_data_command(pcap):
    """The 354 tells that data follows."""
    capture, talk = conversation()
    talk.play(OPEN + MAIL + RCPT)
    talk.client(b"DATA\r\n", lost=[0])
    talk.play(DATA[1:] + message() + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == ["EHLO", "MAIL", "RCPT", "QUIT"]
    assert fields(path, ["imf.subject", "mail.subject"]) == {"imf.subject": ["Lunch"], "mail.subject": ["Lunch"]}
    assert loud(path) == []


def test_lost_segment_between_bdat_chunks_of_known_size(pcap):
    """A chunk is counted: octets missing inside it do not move its end."""
    capture, talk = conversation()
    talk.play(OPEN + MAIL + RCPT)
    talk.client(b"BDAT 300 LAST\r\n" + b"x" * 300, cut=[115, 215], lost=[1])
    talk.play(ACCEPTED + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == ["EHLO", "MAIL", "RCPT", "BDAT", "QUIT"]
    assert loud(path) == []


def test_retransmission_changes_nothing(pcap):
    """Every segment of the session seen twice."""
    capture, talk = conversation()
    for item in sent():
        talk.play([item])
        capture.again()
    talk.close()
    path = capture.save(pcap())
    once = "!tcp.analysis.retransmission && !tcp.analysis.spurious_retransmission"
    assert verbs(path, filter=once) == VERBS
    assert fields(path, ["mail.transaction", "mail.outcome", "mail.size"], filter=once) == {
        "mail.transaction": ["1"], "mail.outcome": ["1"], "mail.size": [str(len(MESSAGE))]}
    assert loud(path) == []


ALL_SEGMENTS = ["tcp.analyze_sequence_numbers:FALSE"]      # TCP hands over what was sent before, too


def test_retransmission_that_brings_more(pcap):
    """A segment sent again together with what came meanwhile, and that once more."""
    capture, talk = conversation()
    talk.play(OPEN)
    start = talk.c.seq
    talk.client(b"NOOP\r\n")
    talk.packet("C", PSH | ACK, b"NOOP\r\nVRFY bob\r\n", seq=start)
    talk.c.seq = start + 16
    capture.again()
    talk.play(["S: 250 2.0.0 Ok", "S: 252 2.0.0 Perhaps"] + QUIT)
    path = capture.save(pcap())
    how = {"prefs": ALL_SEGMENTS}
    assert fields(path, ["smtp.req.verb", "smtp.response_to"], **how) == {
        "smtp.req.verb": ["EHLO", "NOOP", "VRFY", "QUIT"], "smtp.response_to": ["5", "7", "8", "12"]}
    assert "[Octets that were sent before]" in tree(path, frame=9, **how)
    assert "VRFY" not in tree(path, frame=9, protocols="smtp", **how)


@pytest.mark.parametrize("cut", [None, 30])
def test_tls_behind_a_retransmitted_starttls(pcap, cut):
    """The ClientHello in one segment with the command that is sent again."""
    capture, talk = conversation()
    talk.play(opening("STARTTLS"))
    start = talk.c.seq
    talk.play(["C: STARTTLS", "S: 220 2.0.0 Ready"])
    again = b"STARTTLS\r\n" + CLIENT_HELLO[:cut]
    talk.packet("C", PSH | ACK, again, seq=start)
    talk.c.seq = start + len(again)
    talk.client(CLIENT_HELLO[cut:] if cut else b"")
    talk.server(SERVER_HELLO)
    path = capture.save(pcap())
    found = rows(path, ["tls.handshake.type"], filter="tls.handshake", prefs=ALL_SEGMENTS)
    assert [r["tls.handshake.type"] for r in found] == [["1"], ["2"]]
    assert verbs(path, prefs=ALL_SEGMENTS) == ["EHLO", "STARTTLS"]


def test_retransmission_of_a_segment_of_the_message(pcap):
    capture, talk = conversation()
    talk.play(OPEN + ENVELOPE)
    text = MESSAGE + b"0123456789\r\n" * 20
    talk.client(text + b".\r\n", cut=50)
    capture.again(-2)
    talk.play(ACCEPTED + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == VERBS
    assert fields(path, ["mail.size", "mail.outcome"]) == {"mail.size": [str(len(text))], "mail.outcome": ["1"]}


def test_out_of_order_segments_of_the_message(pcap):
    """As TCP puts them in order when asked to."""
    capture, talk = conversation()
    talk.play(OPEN + ENVELOPE)
    talk.client(MESSAGE + b".\r\n", cut=[40, 80], order=[0, 2, 1])
    talk.play(ACCEPTED + QUIT)
    path = capture.save(pcap())
    found = fields(path, ["smtp.req.verb", "mail.size", "mail.outcome"],
                   prefs=["tcp.reassemble_out_of_order:TRUE"])
    assert found == {"smtp.req.verb": VERBS, "mail.size": [str(len(MESSAGE))], "mail.outcome": ["1"]}


def test_out_of_order_segments_as_they_came(pcap):
    capture, talk = conversation()
    talk.play(OPEN + ENVELOPE)
    talk.client(MESSAGE + b".\r\n", cut=[40, 80], order=[0, 2, 1])
    talk.play(ACCEPTED + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == VERBS
    assert fields(path, ["mail.outcome"])["mail.outcome"] == ["1"]


def test_late_start_in_the_commands(pcap):
    path = session(pcap(), ENVELOPE + message() + QUIT, handshake=False)
    assert verbs(path) == ["MAIL", "RCPT", "DATA", "QUIT"]
    assert fields(path, ["mail.outcome", "mail.subject"]) == {"mail.outcome": ["1"], "mail.subject": ["Lunch"]}
    assert loud(path) == []


def test_late_start_in_the_middle_of_a_message(pcap):
    late = [("C", b"this line began before the capture\r\nand this one\r\n.\r\n")]
    path = session(pcap(), late + ACCEPTED + ENVELOPE + message() + QUIT, handshake=False)
    assert verbs(path) == ["MAIL", "RCPT", "DATA", "QUIT"]
    assert fields(path, ["mail.subject"], filter="mail.subject")["mail.subject"] == ["Lunch"]
    assert loud(path) == []


def test_late_start_with_a_reply(pcap):
    path = session(pcap(), ["S: 250 2.1.0 Ok"] + RCPT + DATA + message() + QUIT, handshake=False)
    assert verbs(path) == ["RCPT", "DATA", "QUIT"]
    assert fields(path, ["smtp.response.code"])["smtp.response.code"] == ["250", "250", "354", "250", "221"]
    assert fields(path, ["smtp.banner"])["smtp.banner"] == []
    assert loud(path) == []


def test_client_side_only(pcap):
    path = session(pcap(), sent(), only="C")
    end = frames(path, "imf")
    assert verbs(path) == VERBS
    assert [(row["frame"], row["mail.outcome"], row["mail.envelope.to"], row["mail.size"]) for row in rows(
        path, ["mail.outcome", "mail.envelope.to", "mail.size"], filter="mail")] == [
            (end[0], ["4"], ["bob@example.net"], [str(len(MESSAGE))])]
    assert fields(path, ["mail.reply", "smtp.time"]) == {"mail.reply": [], "smtp.time": []}
    assert loud(path) == []


def test_client_side_only_final_dot_with_quit(pcap):
    script = OPEN + ENVELOPE + [("C", MESSAGE + b".\r\nQUIT\r\n")]
    path = session(pcap(), script, only="C")
    assert verbs(path) == VERBS
    assert fields(path, ["mail.outcome", "mail.subject"]) == {"mail.outcome": ["4"], "mail.subject": ["Lunch"]}


def test_client_side_only_bdat(pcap):
    script = OPEN + MAIL + RCPT + [("C", b"BDAT %d LAST\r\n" % len(MESSAGE) + MESSAGE)] + ACCEPTED + QUIT
    path = session(pcap(), script, only="C")
    assert verbs(path) == ["EHLO", "MAIL", "RCPT", "BDAT", "QUIT"]
    assert fields(path, ["mail.outcome", "mail.size"]) == {"mail.outcome": ["4"], "mail.size": [str(len(MESSAGE))]}


def test_client_side_only_reset_transaction(pcap):
    path = session(pcap(), OPEN + MAIL + RCPT + ["C: RSET", "S: 250 2.0.0 Ok"] + QUIT, only="C")
    assert verbs(path) == ["EHLO", "MAIL", "RCPT", "RSET", "QUIT"]
    assert rows(path, ["mail.outcome"], filter="mail")[0]["frame"] == frames(path, "smtp.req.verb == \"RSET\"")[0]
    assert fields(path, ["mail.outcome"])["mail.outcome"] == ["4"]


def test_server_side_only(pcap):
    path = session(pcap(), sent(), only="S")
    assert verbs(path) == []
    assert fields(path, ["smtp.response.code", "smtp.response.lines", "smtp.banner"]) == {
        "smtp.response.code": ["220", "250", "250", "250", "354", "250", "221"],
        "smtp.response.lines": ["1", "8", "1", "1", "1", "1", "1"], "smtp.banner": ["mx.example.net ESMTP ready"]}
    assert fields(path, ["smtp.response_to", "smtp.time"]) == {
        "smtp.response_to": [], "smtp.time": ["0.002000000"]}   # the greeting's, from the first segment
    assert loud(path) == []


def test_capture_ends_before_the_final_reply(pcap):
    """Known to the second pass: no reply comes any more."""
    path = session(pcap(), OPEN + ENVELOPE + [("C", MESSAGE + b".\r\n")], close=False)
    found = rows(path, ["mail.outcome", "mail.subject"], filter="mail", two_pass=True)
    assert [(row["frame"], row["mail.outcome"], row["mail.subject"]) for row in found] == [
        (frames(path, "imf")[0], ["4"], ["Lunch"])]


def test_snap_length_cuts_a_command(pcap):
    """What is left of it is still the command, and nobody is blamed."""
    capture, talk = conversation()
    talk.play(OPEN)
    talk.send("C", b"MAIL FROM:<alice@example.org>\r\n", keep=17)
    talk.play(["S: 250 2.1.0 Ok"] + RCPT + QUIT)
    path = capture.save(pcap())
    assert verbs(path) == ["EHLO", "MAIL", "RCPT", "QUIT"]
    assert "[The next line has no ending]" in tree(path, frame=7)
    assert [name for name in loud(path) if name != "smtp.expert.gap"] == []


@pytest.mark.parametrize("snaplen", [100, 150, 500])
def test_snap_length_cuts_the_message_not_the_session(pcap, snaplen):
    """Every frame is cut; the short commands and the replies that fit are whole."""
    text = MESSAGE + b"0123456789\r\n" * 300
    path = session(pcap(), opening("PIPELINING") + ENVELOPE + message(text) + QUIT, snaplen=snaplen)
    assert [verb for verb in verbs(path) if verb in ("DATA", "QUIT")] == ["DATA", "QUIT"]
    codes = fields(path, ["smtp.response.code"])["smtp.response.code"]
    assert codes[-1] == "221" and "354" in codes
    assert loud(path) == []


@pytest.mark.parametrize("lost", range(len(sent()) - 1))
def test_session_without_one_segment_still_shows_its_end(pcap, lost):
    """Whatever single segment is missing, the QUIT and the 221 at the end are seen."""
    capture, talk = conversation()
    for number, item in enumerate(sent()):
        talk.play([item])
        if number == lost:
            del capture.packets[-1]
    talk.close()
    path = capture.save(pcap())
    if lost != len(sent()) - 2:
        assert verbs(path)[-1] == "QUIT"
    assert fields(path, ["smtp.response.code"])["smtp.response.code"][-1] == "221"
    assert loud(path) == []
