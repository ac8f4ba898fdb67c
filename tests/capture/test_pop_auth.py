"""How a POP3 session authenticates: USER and PASS, APOP, AUTH (RFC 5034), and their secrets hidden on request.

SPDX-License-Identifier: GPL-2.0-or-later
"""

from base64 import b64encode

import pytest

from pop_talk import (APOP_GREETING, DIGEST, GREETING, LOGIN, MESSAGE, NOOP, OPEN, QUIT, TIMESTAMP, capa, retr, session,
                      values, verbs)
from runner import fields, frames, rows, summary, tree, tshark, readable

SECRET = "cL3ver-Pa55word"
TOKEN = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
CHALLENGE = "<1896.697170952@postoffice.example.net>"
CRAM_DIGEST = "b913a602c7eda7a495b4e6e7334d3890"


def b64(text):
    """Base64 of a text."""
    return b64encode(text.encode()).decode()


START = GREETING + capa()
GOOD = ["S: +OK Logged in"]
BAD = ["S: -ERR [AUTH] Invalid credentials"]
CONTINUE = ["S: + "]
PLAIN = "\0alice\0" + SECRET
OAUTH = "user=alice@example.org\1auth=Bearer %s\1\1" % TOKEN
EXCHANGES = {
    "PLAIN initial": ["C: AUTH PLAIN " + b64(PLAIN)],
    "PLAIN later": ["C: AUTH PLAIN"] + CONTINUE + ["C: " + b64(PLAIN)],
    "PLAIN bare plus": ["C: AUTH PLAIN", "S: +", "C: " + b64(PLAIN)],
    "LOGIN": ["C: AUTH LOGIN", "S: + VXNlcm5hbWU6", "C: " + b64("alice"), "S: + UGFzc3dvcmQ6", "C: " + b64(SECRET)],
}
CRAM = ["C: AUTH CRAM-MD5", "S: + " + b64(CHALLENGE), "C: " + b64("tim " + CRAM_DIGEST)]
XOAUTH2 = ["C: AUTH XOAUTH2 " + b64(OAUTH)]
AUTH_VERBS = ["CAPA", "AUTH", "QUIT"]


def user_pass(secret=SECRET):
    """USER and PASS."""
    return ["C: USER alice", "S: +OK", "C: PASS " + secret]


@pytest.mark.parametrize("cut", [None, 1])
def test_user_and_pass(pcap, cut):
    path = session(pcap(), GREETING + user_pass() + GOOD + QUIT, cut=cut)
    assert fields(path, ["pop.username", "pop.password", "pop.request.verb"]) == {
        "pop.username": ["alice"], "pop.password": [SECRET], "pop.request.verb": ["USER", "PASS", "QUIT"]}


@pytest.mark.parametrize("cut", [None, 1])
def test_apop(pcap, cut):
    path = session(pcap(), APOP_GREETING + ["C: APOP mrose " + DIGEST, "S: +OK maildrop has 1 message"] + QUIT, cut=cut)
    assert fields(path, ["pop.username", "pop.apop.digest", "pop.apop.timestamp", "pop.password"]) == {
        "pop.username": ["mrose"], "pop.apop.digest": [DIGEST], "pop.apop.timestamp": [TIMESTAMP], "pop.password": []}


def test_digest_of_apop_is_the_last_word(pcap):
    """A user name may hold spaces where servers allow it; the digest cannot."""
    path = session(pcap(), APOP_GREETING + ["C: APOP mrose " + DIGEST.upper(), "S: -ERR"] + QUIT)
    assert values(path, "pop.apop.digest") == [DIGEST.upper()]


@pytest.mark.parametrize("cut", [None, 1])
@pytest.mark.parametrize("name", sorted(EXCHANGES))
def test_sasl_user_and_password(pcap, name, cut):
    path = session(pcap(), START + EXCHANGES[name] + GOOD + QUIT, cut=cut)
    assert verbs(path) == AUTH_VERBS
    assert fields(path, ["pop.auth.mechanism", "pop.username", "pop.password"]) == {
        "pop.auth.mechanism": [name.split()[0]], "pop.username": ["alice"], "pop.password": [SECRET]}


def test_mechanism_is_upper_case(pcap):
    path = session(pcap(), START + ["C: auth plain " + b64(PLAIN)] + GOOD + QUIT)
    assert fields(path, ["pop.auth.mechanism", "pop.request.command"]) == {
        "pop.auth.mechanism": ["PLAIN"], "pop.request.command": ["CAPA", "auth", "QUIT"]}


def test_challenges_of_login_are_decoded(pcap):
    path = session(pcap(), START + EXCHANGES["LOGIN"] + GOOD + QUIT)
    assert values(path, "pop.auth.challenge") == ["Username:", "Password:"]


def test_cram_md5(pcap):
    path = session(pcap(), START + CRAM + GOOD + QUIT)
    names = ["pop.auth.mechanism", "pop.auth.challenge", "pop.auth.response", "pop.username", "pop.password"]
    assert [fields(path, names)[name] for name in names] == [
        ["CRAM-MD5"], [CHALLENGE], ["tim " + CRAM_DIGEST], ["tim"], []]
    assert verbs(path) == AUTH_VERBS


def test_xoauth2(pcap):
    path = session(pcap(), START + XOAUTH2 + GOOD + QUIT)
    assert fields(path, ["pop.auth.mechanism", "pop.username"]) == {
        "pop.auth.mechanism": ["XOAUTH2"], "pop.username": ["alice@example.org"]}


def test_error_of_xoauth2_is_a_challenge(pcap):
    """The server tells why it refuses, the client answers with nothing, the server ends the exchange."""
    error = '{"status":"401","schemes":"bearer"}'
    path = session(pcap(), START + XOAUTH2 + ["S: + " + b64(error), ("C", b"\r\n")] + BAD + QUIT)
    assert values(path, "pop.auth.challenge") == [error]
    assert verbs(path) == AUTH_VERBS


def test_empty_initial_response(pcap):
    """RFC 5034 4: "=" is an initial response of no octets."""
    path = session(pcap(), START + ["C: AUTH EXTERNAL ="] + GOOD + QUIT)
    assert verbs(path) == AUTH_VERBS
    assert values(path, "pop.auth.mechanism") == ["EXTERNAL"]
    assert frames(path, "pop.expert.base64_decode") == []


def test_each_step_is_paired_with_its_reply(pcap):
    path = session(pcap(), GREETING + EXCHANGES["LOGIN"] + GOOD + QUIT)
    found = rows(path, ["pop.response_to"], filter="pop.response_to")
    assert [(r["frame"], r["pop.response_to"]) for r in found] == [
        (6, ["5"]), (8, ["7"]), (10, ["9"]), (12, ["11"])]


def test_result_tells_success_from_failure(pcap):
    path = session(pcap(), GREETING + EXCHANGES["PLAIN initial"] + BAD + EXCHANGES["PLAIN initial"] + GOOD + QUIT)
    found = rows(path, ["pop.auth.result"], filter="pop.auth.result")
    assert [row["frame"] for row in found] == [6, 8]
    assert found[0]["pop.auth.result"] != found[1]["pop.auth.result"]


@pytest.mark.parametrize("login", [["C: USER alice", "S: +OK", "C: PASS x"], ["C: APOP alice " + 32 * "0"]],
                         ids=["PASS", "APOP"])
@pytest.mark.parametrize("reply, result", [("S: +OK in", "success"), ("S: -ERR no", "failure")])
def test_result_of_a_login_without_sasl(pcap, login, reply, result):
    path = session(pcap(), GREETING + login + [reply] + QUIT)
    found = rows(path, ["pop.auth.result", "pop.response.description"], filter="pop.auth.result")
    assert [(row["pop.auth.result"], row["pop.response.description"]) for row in found] == [
        ([result], [reply.split(" ", 2)[2]])]


@pytest.mark.parametrize("script", [
    ["C: AUTH LOGIN", "S: + VXNlcm5hbWU6", "C: *", "S: -ERR Cancelled"], ["C: AUTH NTLM", "S: -ERR Unknown mechanism"],
    ["C: AUTH PLAIN"] + CONTINUE + ["C: " + b64(PLAIN)] + BAD,
])
def test_exchange_that_fails_goes_back_to_commands(pcap, script):
    path = session(pcap(), START + script + LOGIN + NOOP + QUIT)
    assert verbs(path) == ["CAPA", "AUTH", "USER", "PASS", "NOOP", "QUIT"]
    assert values(path, "pop.username")[-1:] == ["bob"]


def test_cancelled_exchange_names_nobody(pcap):
    path = session(pcap(), START + ["C: AUTH LOGIN", "S: + VXNlcm5hbWU6", "C: *", "S: -ERR Cancelled"] + QUIT)
    assert fields(path, ["pop.username", "pop.password"]) == {"pop.username": [], "pop.password": []}


@pytest.mark.parametrize("response", ["QUIT", "STAT", "USERbob0", "NOOP"])
def test_response_that_looks_like_a_command_is_a_response(pcap, response):
    """Correct base64; after a "+ " it is an answer, not a command."""
    path = session(pcap(), START + ["C: AUTH LOGIN", "S: + VXNlcm5hbWU6", "C: " + response] + BAD + QUIT)
    assert verbs(path) == AUTH_VERBS
    assert values(path, "pop.request.command") == AUTH_VERBS


def test_continuation_is_no_row_and_no_message(pcap):
    path = session(pcap(), START + EXCHANGES["LOGIN"] + GOOD + retr() + QUIT)
    assert values(path, "pop.data.reassembled.length") in ([], [str(len(MESSAGE))])
    assert values(path, "mail.size") == [str(len(MESSAGE))]
    assert values(path, "imf.subject") == ["Lunch"]


def test_response_cut_over_segments(pcap):
    octets = b64(PLAIN).encode() + b"\r\n"
    path = session(pcap(), START + ["C: AUTH PLAIN"] + CONTINUE + [("C", octets[:5]), ("C", octets[5:])] + GOOD + QUIT)
    assert values(path, "pop.password") == [SECRET]


@pytest.mark.parametrize("response, name", [
    ("!!!!", "pop.expert.base64_decode"), (b64("no nul in this"), "pop.expert.auth_malformed"),
])
def test_response_that_is_wrong(pcap, response, name):
    path = session(pcap(), START + ["C: AUTH PLAIN " + response] + BAD + QUIT)
    assert frames(path, name) == [7]
    assert verbs(path) == AUTH_VERBS


@pytest.mark.parametrize("name", sorted(EXCHANGES))
def test_record_names_the_user_of_sasl(pcap, name):
    path = session(pcap(), START + EXCHANGES[name] + GOOD + retr() + QUIT)
    assert values(path, "mail.auth.username") == ["alice"]


HIDE = ["mail.hide_secrets:TRUE"]
HIDDEN = dict(EXCHANGES, XOAUTH2=XOAUTH2, PASS=user_pass(), CRAM=CRAM,
              APOP=["C: APOP alice " + DIGEST])
SHOWN = ["pop.password", "pop.auth.response", "pop.username", "pop.request.parameter", "pop.request.command",
         "pop.request.data", "pop.request", "pop.apop.digest", "mail.auth.username"]


def secrets(name):
    """The secret of an exchange, and every word that carries it, as they stand on the wire."""
    if name == "APOP":
        return [DIGEST]
    if name == "PASS":
        return [SECRET]
    if name == "CRAM":
        return [CRAM_DIGEST, CRAM[2].split()[-1]]
    lines = [item.split()[-1] for item in HIDDEN[name] if item.startswith("C: ")]
    return [TOKEN if name == "XOAUTH2" else SECRET] + [w for w in lines if len(w) > 9 and w != b64("alice")]


@pytest.mark.parametrize("cut", [None, 1])
@pytest.mark.parametrize("name", sorted(set(HIDDEN) - {"CRAM", "APOP"}))
def test_hidden_secrets_are_nowhere(pcap, name, cut):
    path = session(pcap(), START + HIDDEN[name] + GOOD + QUIT, cut=cut)
    shown = tree(path, prefs=HIDE, protocols="pop,mail") + "\n".join(summary(path, prefs=HIDE, filter="pop"))
    shown += repr(fields(path, SHOWN, prefs=HIDE))
    assert [word for word in secrets(name) if word in shown] == []
    assert "********" in shown


@pytest.mark.parametrize("name", sorted(set(HIDDEN) - {"XOAUTH2", "CRAM", "APOP"}))
def test_hidden_password_leaves_the_user_name(pcap, name):
    path = session(pcap(), START + HIDDEN[name] + GOOD + QUIT)
    assert fields(path, ["pop.username", "pop.password"], prefs=HIDE) == {
        "pop.username": ["alice"], "pop.password": ["********"]}


@pytest.mark.parametrize("name", sorted(HIDDEN))
def test_secrets_are_shown_by_default(pcap, name):
    greeting = APOP_GREETING if name == "APOP" else GREETING
    path = session(pcap(), greeting + HIDDEN[name] + GOOD + QUIT)
    assert secrets(name)[0] in tree(path, protocols="pop")


def credentials(path):
    """(frame, protocol, user name) of each row of tshark -z credentials."""
    found = []
    for line in tshark(["-n", "-r", readable(path), "-q", "-z", "credentials"]).split("\n"):
        words = line.split()
        if words and words[0].isdigit():
            found.append((int(words[0]), words[1], words[2]))
    return found


@pytest.mark.parametrize("name, frame, user", [
    ("PASS", 7, "alice"), ("PLAIN initial", 5, "alice"), ("PLAIN later", 7, "alice"), ("LOGIN", 9, "alice"),
])
def test_credentials_tap(pcap, name, frame, user):
    """As the built-in does for PASS: the frame of the password."""
    path = session(pcap(), GREETING + HIDDEN[name] + GOOD + QUIT)
    assert [(row[0], row[1][:3], row[2]) for row in credentials(path)] == [(frame, "POP", user)]


def test_credentials_tap_of_a_session_without_a_password(pcap):
    assert credentials(session(pcap(), GREETING + ["C: USER bob", "S: -ERR"] + QUIT)) == []


def test_every_login_of_a_session_is_tapped(pcap):
    script = OPEN[:3] + ["C: PASS wrong", "S: -ERR [AUTH] No"] + LOGIN + QUIT
    assert [row[0] for row in credentials(session(pcap(), script))] == [7, 11]
