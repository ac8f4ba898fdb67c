"""AUTH (RFC 4954): the exchange decoded, and its secrets hidden on request.

SPDX-License-Identifier: GPL-2.0-or-later
"""

from base64 import b64encode

import pytest

from runner import Sharkd, fields, frames, rows, summary, tree
from smtp_talk import QUIT, opening
from wire import Capture, Conversation, session

OPEN = opening("AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2")
GOOD = ["S: 235 2.7.0 Authentication successful"]
BAD = ["S: 535 5.7.8 Authentication credentials invalid"]
SECRET = "cL3ver-Pa55word"
TOKEN = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"


def b64(text):
    """Base64 of a text."""
    return b64encode(text.encode()).decode()


PLAIN = "\0alice\0" + SECRET
OAUTH = "user=alice@example.org\1auth=Bearer %s\1\1" % TOKEN
EXCHANGES = {
    "PLAIN initial": ["C: AUTH PLAIN " + b64(PLAIN)],
    "PLAIN later": ["C: AUTH PLAIN", "S: 334 ", "C: " + b64(PLAIN)],
    "PLAIN authzid": ["C: AUTH PLAIN " + b64("boss" + PLAIN)],
    "LOGIN": ["C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: " + b64("alice"), "S: 334 UGFzc3dvcmQ6", "C: " + b64(SECRET)],
    "LOGIN initial": ["C: AUTH LOGIN " + b64("alice"), "S: 334 UGFzc3dvcmQ6", "C: " + b64(SECRET)],
}
CRAM = ["C: AUTH CRAM-MD5", "S: 334 " + b64("<1896.697170952@postoffice.example.net>"),
        "C: " + b64("tim b913a602c7eda7a495b4e6e7334d3890")]
XOAUTH2 = ["C: AUTH XOAUTH2 " + b64(OAUTH)]


def verbs(path):
    """All verbs of a capture."""
    return fields(path, ["smtp.req.verb"])["smtp.req.verb"]


@pytest.mark.parametrize("cut", [None, 1])
@pytest.mark.parametrize("name", sorted(EXCHANGES))
def test_user_and_password(pcap, name, cut):
    path = session(pcap(), OPEN + EXCHANGES[name] + GOOD + QUIT, cut=cut)
    assert verbs(path) == ["EHLO", "AUTH", "QUIT"]
    assert fields(path, ["smtp.auth.mechanism", "smtp.auth.username", "smtp.auth.password", "smtp.auth.authzid"]) == {
        "smtp.auth.mechanism": [name.split()[0]], "smtp.auth.username": ["alice"], "smtp.auth.password": [SECRET],
        "smtp.auth.authzid": ["boss"] if "authzid" in name else []}


def test_mechanism_is_upper_case(pcap):
    path = session(pcap(), OPEN + ["C: auth plain " + b64(PLAIN)] + GOOD + QUIT)
    assert fields(path, ["smtp.auth.mechanism", "smtp.req.command"]) == {
        "smtp.auth.mechanism": ["PLAIN"], "smtp.req.command": ["EHLO", "auth", "QUIT"]}


def test_challenges_of_login_are_decoded(pcap):
    path = session(pcap(), OPEN + EXCHANGES["LOGIN"] + GOOD + QUIT)
    assert fields(path, ["smtp.auth.challenge"])["smtp.auth.challenge"] == ["Username:", "Password:"]


def test_cram_md5(pcap):
    path = session(pcap(), OPEN + CRAM + GOOD + QUIT)
    names = ["smtp.auth.mechanism", "smtp.auth.challenge", "smtp.auth.response", "smtp.auth.username",
             "smtp.auth.password"]
    assert [fields(path, names)[name] for name in names] == [
        ["CRAM-MD5"], ["<1896.697170952@postoffice.example.net>"], ["tim b913a602c7eda7a495b4e6e7334d3890"], ["tim"],
        []]
    assert verbs(path) == ["EHLO", "AUTH", "QUIT"]


def test_xoauth2(pcap):
    path = session(pcap(), OPEN + XOAUTH2 + GOOD + QUIT)
    assert fields(path, ["smtp.auth.mechanism", "smtp.auth.username"]) == {
        "smtp.auth.mechanism": ["XOAUTH2"], "smtp.auth.username": ["alice@example.org"]}


def test_each_step_is_paired_with_its_reply(pcap):
    path = session(pcap(), OPEN + EXCHANGES["LOGIN"] + GOOD + QUIT)
    found = rows(path, ["smtp.response_to", "smtp.response.code"], filter="smtp.response_to && frame.number > 6")
    assert [(r["frame"], r["smtp.response_to"], r["smtp.response.code"]) for r in found] == [
        (8, ["7"], ["334"]), (10, ["9"], ["334"]), (12, ["11"], ["235"]), (14, ["13"], ["221"])]


def test_cancelled_exchange_goes_back_to_commands(pcap):
    path = session(pcap(), OPEN + ["C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: *", "S: 501 5.7.0 Cancelled", "C: NOOP",
                                   "S: 250 2.0.0 Ok"] + QUIT)
    assert verbs(path) == ["EHLO", "AUTH", "NOOP", "QUIT"]
    assert fields(path, ["smtp.auth.username", "smtp.auth.password"]) == {
        "smtp.auth.username": [], "smtp.auth.password": []}
    assert frames(path, "smtp.expert.auth_cancelled") == [9]


def test_empty_initial_response(pcap):
    """EXTERNAL with "=": an initial response of no octets (RFC 4954 4)."""
    path = session(pcap(), opening("AUTH EXTERNAL") + ["C: AUTH EXTERNAL ="] + GOOD + QUIT)
    assert verbs(path) == ["EHLO", "AUTH", "QUIT"]
    assert fields(path, ["smtp.auth.mechanism"])["smtp.auth.mechanism"] == ["EXTERNAL"]
    assert frames(path, "smtp.base64_decode") == []


def test_result_tells_success_from_failure(pcap):
    path = session(pcap(), OPEN + EXCHANGES["PLAIN initial"] + BAD + EXCHANGES["PLAIN initial"] + GOOD + QUIT)
    found = rows(path, ["smtp.auth.result"], filter="smtp.auth.result")
    assert [row["frame"] for row in found] == [8, 10]
    assert found[0]["smtp.auth.result"] != found[1]["smtp.auth.result"]


NTLM_1 = b"NTLMSSP\0\1\0\0\0\7\x82\x08\0" + bytes(16)         # MS-NLMP 2.2.1.1
KERBEROS = b"\x60\x0d\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\0"    # RFC 2743 3.1


@pytest.mark.parametrize("mechanism, token, name, value", [
    ("NTLM", NTLM_1, "ntlmssp.messagetype", "1"), ("GSSAPI", KERBEROS, "gss-api.OID", "1.2.840.113554.1.2.2"),
])
def test_token_goes_to_its_own_dissector(pcap, mechanism, token, name, value):
    response = b64encode(token).decode()
    path = session(pcap(), opening("AUTH " + mechanism) + ["C: AUTH %s %s" % (mechanism, response)] + BAD + QUIT)
    assert fields(path, [name])[name] == [value]
    assert fields(path, [name], prefs=HIDE)[name] == []
    with Sharkd(path) as sharkd: # whose list of packets shows no tree
        assert len(sharkd.call("frames", filter=name)) == 1
    assert verbs(path) == ["EHLO", "AUTH", "QUIT"]


def test_refused_auth_goes_back_to_commands(pcap):
    path = session(pcap(), OPEN + ["C: AUTH NTLM", "S: 504 5.5.4 Unrecognized", "C: NOOP", "S: 250 2.0.0 Ok"] + QUIT)
    assert verbs(path) == ["EHLO", "AUTH", "NOOP", "QUIT"]


def test_response_that_looks_like_a_command_is_a_response(pcap):
    """QUIT is correct base64; after a 334 it is an answer, not a command."""
    path = session(pcap(), OPEN + ["C: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "C: QUIT"] + BAD + QUIT)
    assert verbs(path) == ["EHLO", "AUTH", "QUIT"]


def test_response_cut_over_segments(pcap):
    response = b64(PLAIN).encode() + b"\r\n"
    path = session(pcap(), OPEN + ["C: AUTH PLAIN", "S: 334 ", ("C", response[:5]), ("C", response[5:])] + GOOD + QUIT)
    assert fields(path, ["smtp.auth.password"])["smtp.auth.password"] == [SECRET]


@pytest.mark.parametrize("response, name", [
    ("!!!!", "smtp.base64_decode"), (b64("no nul in this"), "smtp.expert.auth_malformed"),
])
def test_response_that_is_wrong(pcap, response, name):
    path = session(pcap(), OPEN + ["C: AUTH PLAIN " + response] + BAD + QUIT)
    assert frames(path, name) == [7]
    assert verbs(path) == ["EHLO", "AUTH", "QUIT"]


HIDE = ["mail.hide_secrets:TRUE"]
HIDDEN = dict(EXCHANGES, XOAUTH2=XOAUTH2)
SHOWN = ["smtp.auth.password", "smtp.auth.response", "smtp.auth.username", "smtp.auth.username_password",
         "smtp.req.parameter", "smtp.command_line", "smtp.req.command", "smtp.message", "mail.auth.username"]


def secrets(name):
    """The secret of an exchange, and every line that carries it, as they stand on the wire."""
    lines = [item.split()[-1] for item in HIDDEN[name] if item.startswith("C: ")]
    user = b64("alice")
    return [TOKEN if name == "XOAUTH2" else SECRET] + [word for word in lines if len(word) > 8 and word != user]


@pytest.mark.parametrize("cut", [None, 1])
@pytest.mark.parametrize("name", sorted(HIDDEN))
def test_hidden_secrets_are_nowhere(pcap, name, cut):
    path = session(pcap(), OPEN + HIDDEN[name] + GOOD + QUIT, cut=cut)
    shown = tree(path, prefs=HIDE) + "\n".join(summary(path, prefs=HIDE))
    shown += repr(fields(path, SHOWN, prefs=HIDE))
    assert [word for word in secrets(name) if word in shown] == []
    assert "********" in shown


@pytest.mark.parametrize("lost, response", [
    ("AUTH LOGIN", b64(SECRET)), (b64("alice"), b64(SECRET)), (b64("alice"), b64(SECRET)[3:]), (b64("alice"), SECRET),
])
def test_response_behind_a_gap_is_hidden(pcap, lost, response):
    """The user name, or the command, is missing from the capture: a response may be the password."""
    capture = Capture()
    talk = Conversation(capture)
    talk.handshake()
    talk.play(OPEN)
    for said, asked in ("AUTH LOGIN", "VXNlcm5hbWU6"), (b64("alice"), "UGFzc3dvcmQ6"):
        talk.send("C", said.encode() + b"\r\n", lost=[0] if said == lost else [])
        talk.play(["S: 334 " + asked])
    talk.play(["C: " + response] + GOOD + QUIT)
    path = capture.save(pcap())
    assert response not in tree(path, prefs=HIDE) + "\n".join(summary(path, prefs=HIDE))
    assert response in tree(path, protocols="smtp")
    assert verbs(path)[-1] == "QUIT"


@pytest.mark.parametrize("name", sorted(EXCHANGES))
def test_hidden_password_leaves_the_user_name(pcap, name):
    path = session(pcap(), OPEN + EXCHANGES[name] + GOOD + QUIT)
    assert fields(path, ["smtp.auth.username", "smtp.auth.password"], prefs=HIDE) == {
        "smtp.auth.username": ["alice"], "smtp.auth.password": ["********"]}


@pytest.mark.parametrize("name", sorted(HIDDEN))
def test_secrets_are_shown_by_default(pcap, name):
    path = session(pcap(), OPEN + HIDDEN[name] + GOOD + QUIT)
    assert secrets(name)[0] in tree(path, protocols="smtp")
