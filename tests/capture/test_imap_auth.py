"""AUTHENTICATE and LOGIN of IMAP: the exchange decoded, and its secrets hidden on request.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from imap_talk import LOGOUT, NOOP, PORT, b64, client, fetch, greeting, select
from runner import fields, frames, rows, summary, tree
from wire import session

OPEN = greeting()                       # frame 4; the command stands in frame 5
GOOD = ["S: a1 OK Logged in"]
BAD = ["S: a1 NO [AUTHENTICATIONFAILED] Authentication failed."]
SECRET = "cL3ver-Pa55word"
TOKEN = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
PLAIN = "\0alice\0" + SECRET
OAUTH = "user=alice\1auth=Bearer %s\1\1" % TOKEN
USER, PASSWORD = ["C: " + b64("alice")], ["C: " + b64(SECRET)]
EXCHANGES = {
    "PLAIN initial": ["C: a1 AUTHENTICATE PLAIN " + b64(PLAIN)],
    "PLAIN later": ["C: a1 AUTHENTICATE PLAIN", "S: + ", "C: " + b64(PLAIN)],
    "PLAIN authzid": ["C: a1 AUTHENTICATE PLAIN " + b64("boss" + PLAIN)],
    "LOGIN": ["C: a1 AUTHENTICATE LOGIN", "S: + VXNlcm5hbWU6"] + USER + ["S: + UGFzc3dvcmQ6"] + PASSWORD,
    "LOGIN initial": ["C: a1 AUTHENTICATE LOGIN " + b64("alice"), "S: + UGFzc3dvcmQ6"] + PASSWORD,
    "XOAUTH2": ["C: a1 AUTHENTICATE XOAUTH2 " + b64(OAUTH)],
}
CRAM = ["C: a1 AUTHENTICATE CRAM-MD5", "S: + " + b64("<1896.697170952@postoffice.example.net>"),
        "C: " + b64("tim b913a602c7eda7a495b4e6e7334d3890")]
COMMANDS = {
    "atoms": ["C: a1 LOGIN alice " + SECRET],
    "quoted": ['C: a1 LOGIN "alice" "%s"' % SECRET],
    "literals": ["C: a1 LOGIN {5}", "S: + ", "C: alice {%d}" % len(SECRET), "S: + ", "C: " + SECRET],
    "literals+": [client("a1 LOGIN {5+}", "alice {%d+}" % len(SECRET), SECRET)],
}


def verbs(path):
    """All verbs of a capture."""
    return fields(path, ["imap.request.verb"])["imap.request.verb"]


@pytest.mark.parametrize("cut", [None, 1])
@pytest.mark.parametrize("name", sorted(EXCHANGES))
def test_mechanism_and_user(pcap, name, cut):
    path = session(pcap(), OPEN + EXCHANGES[name] + GOOD + select() + fetch() + LOGOUT, port=PORT, cut=cut)
    assert verbs(path) == ["AUTHENTICATE", "SELECT", "FETCH", "LOGOUT"]
    assert fields(path, ["imap.auth.mechanism", "mail.auth.username"]) == {
        "imap.auth.mechanism": [name.split()[0]], "mail.auth.username": ["alice"]}


@pytest.mark.parametrize("name", sorted(EXCHANGES))
def test_secrets_are_shown_by_default(pcap, name):
    path = session(pcap(), OPEN + EXCHANGES[name] + GOOD + LOGOUT, port=PORT)
    assert (TOKEN if name == "XOAUTH2" else SECRET) in tree(path, protocols="imap")


def test_mechanism_is_upper_case(pcap):
    path = session(pcap(), OPEN + ["C: a1 authenticate plain " + b64(PLAIN)] + GOOD + LOGOUT, port=PORT)
    assert fields(path, ["imap.auth.mechanism", "imap.request.command"]) == {
        "imap.auth.mechanism": ["PLAIN"], "imap.request.command": ["authenticate", "LOGOUT"]}


def test_challenges_of_login_are_decoded(pcap):
    path = session(pcap(), OPEN + EXCHANGES["LOGIN"] + GOOD + LOGOUT, port=PORT)
    assert fields(path, ["imap.auth.challenge"])["imap.auth.challenge"] == ["Username:", "Password:"]


def test_cram_md5(pcap):
    path = session(pcap(), OPEN + CRAM + GOOD + LOGOUT, port=PORT)
    names = ["imap.auth.mechanism", "imap.auth.challenge", "imap.auth.response", "imap.request.password"]
    assert [fields(path, names)[name] for name in names] == [
        ["CRAM-MD5"], ["<1896.697170952@postoffice.example.net>"], ["tim b913a602c7eda7a495b4e6e7334d3890"], []]
    assert verbs(path) == ["AUTHENTICATE", "LOGOUT"]


def test_steps_belong_to_the_command(pcap):
    """Challenges name it as what they continue; the tagged response answers it."""
    path = session(pcap(), OPEN + EXCHANGES["LOGIN"] + GOOD + LOGOUT, port=PORT)
    found = rows(path, ["imap.continuation_of"], filter="imap.continuation_of")
    assert [(row["frame"], row["imap.continuation_of"]) for row in found] == [(6, ["5"]), (8, ["5"])]
    assert fields(path, ["imap.response_in"], filter="frame.number == 5", two_pass=True)["imap.response_in"] == ["10"]
    assert fields(path, ["imap.response_to"], filter="frame.number == 10")["imap.response_to"] == ["5"]


def test_cancelled_exchange_goes_back_to_commands(pcap):
    path = session(pcap(), OPEN + ["C: a1 AUTHENTICATE LOGIN", "S: + VXNlcm5hbWU6", "C: *", "S: a1 BAD Cancelled"]
                   + NOOP + LOGOUT, port=PORT)
    assert verbs(path) == ["AUTHENTICATE", "NOOP", "LOGOUT"]
    assert frames(path, "imap.expert.auth_cancelled") == [7]


def test_empty_initial_response(pcap):
    """EXTERNAL with "=": an initial response of no octets (RFC 4959 3)."""
    path = session(pcap(), greeting("IMAP4rev1", "SASL-IR", "AUTH=EXTERNAL") + ["C: a1 AUTHENTICATE EXTERNAL ="] + GOOD
                   + NOOP, port=PORT)
    assert verbs(path) == ["AUTHENTICATE", "NOOP"]
    assert fields(path, ["imap.auth.mechanism"])["imap.auth.mechanism"] == ["EXTERNAL"]
    assert frames(path, "imap.expert.base64_decode") == []


@pytest.mark.parametrize("challenge", ["S: +", "S: + "])
def test_empty_challenge(pcap, challenge):
    path = session(pcap(), OPEN + ["C: a1 AUTHENTICATE PLAIN", challenge, "C: " + b64(PLAIN)] + GOOD + NOOP, port=PORT)
    assert verbs(path) == ["AUTHENTICATE", "NOOP"]
    assert SECRET in tree(path, frame=7, protocols="imap")


def test_untagged_response_in_the_middle_of_an_exchange(pcap):
    """RFC 9051 allows one at any time; here capabilities with the success."""
    script = ["C: a1 AUTHENTICATE PLAIN", "S: + ", "S: * OK Still here", "C: " + b64(PLAIN),
              ("S", b"* CAPABILITY IMAP4rev1 IDLE\r\na1 OK Logged in\r\n")]
    path = session(pcap(), OPEN + script + NOOP, port=PORT)
    assert verbs(path) == ["AUTHENTICATE", "NOOP"]
    assert fields(path, ["imap.capability"], filter="frame.number == 9")["imap.capability"] == ["IMAP4rev1", "IDLE"]


@pytest.mark.parametrize("command", [EXCHANGES["PLAIN initial"], COMMANDS["atoms"], EXCHANGES["LOGIN"]])
def test_result_tells_success_from_failure(pcap, command):
    last = 4 + len(command) + 1
    path = session(pcap(), OPEN + command + BAD + [line.replace("a1", "a2") for line in command]
                   + [GOOD[0].replace("a1", "a2")] + NOOP, port=PORT)
    found = rows(path, ["imap.auth.result"], filter="imap.auth.result")
    assert [row["frame"] for row in found] == [last, last + len(command) + 1]
    assert found[0]["imap.auth.result"] != found[1]["imap.auth.result"]


def test_refused_mechanism_goes_back_to_commands(pcap):
    path = session(pcap(), OPEN + ["C: a1 AUTHENTICATE NTLM", "S: a1 NO Unsupported"] + NOOP, port=PORT)
    assert verbs(path) == ["AUTHENTICATE", "NOOP"]


def test_response_that_looks_like_a_command_is_a_response(pcap):
    """After a challenge the line is an answer, whatever it says."""
    path = session(pcap(), OPEN + ["C: a1 AUTHENTICATE LOGIN", "S: + VXNlcm5hbWU6", "C: a2 LOGOUT"] + BAD + NOOP,
                   port=PORT)
    assert verbs(path) == ["AUTHENTICATE", "NOOP"]


@pytest.mark.parametrize("response, name", [
    ("!!!!", "imap.expert.base64_decode"), (b64("no nul in this"), "imap.expert.auth_malformed"),
])
def test_response_that_is_wrong(pcap, response, name):
    path = session(pcap(), OPEN + ["C: a1 AUTHENTICATE PLAIN " + response] + BAD + NOOP, port=PORT)
    assert frames(path, name) == [5]
    assert verbs(path) == ["AUTHENTICATE", "NOOP"]


HIDE = ["mail.hide_secrets:TRUE"]
HIDDEN = {**EXCHANGES, **COMMANDS}
SHOWN = ["imap.auth.response", "imap.request.username", "imap.request.password", "imap.request", "imap.line",
         "imap.request.command", "imap.request.folder", "mail.auth.username"]


def secrets(name):
    """The secret of an exchange, and every base64 word that carries it, as they stand on the wire."""
    if name in COMMANDS:
        return [SECRET]
    words = [item.split()[-1] for item in HIDDEN[name] if item.startswith("C: ")]
    return [TOKEN if name == "XOAUTH2" else SECRET] + [
        word for word in words if word not in ("PLAIN", "LOGIN", b64("alice"))]


@pytest.mark.parametrize("cut", [None, 1])
@pytest.mark.parametrize("name", sorted(HIDDEN))
def test_hidden_secrets_are_nowhere(pcap, name, cut):
    path = session(pcap(), OPEN + HIDDEN[name] + GOOD + LOGOUT, port=PORT, cut=cut)
    shown = tree(path, prefs=HIDE) + "\n".join(summary(path, prefs=HIDE)) + repr(fields(path, SHOWN, prefs=HIDE))
    assert [word for word in secrets(name) if word in shown] == []
    assert "********" in shown


def test_announcement_of_a_hidden_literal_is_shown(pcap):
    path = session(pcap(), OPEN + ["C: a1 LOGIN alice {8}", "S: + OK", "C: sesame42", "S: a1 OK"], port=PORT)
    lines = fields(path, ["imap.line"], filter="frame.number == 5", prefs=HIDE)["imap.line"]
    assert lines == [r"a1 LOGIN alice {8}\r\n"]


@pytest.mark.parametrize("login", [
    ["C: a1 LOGIN joe my secret sesame42", "S: a1 BAD What"],
    ["C: a1 LOGIN joe {20000}", "S: + OK", "C: " + "sesame42" * 2500, "S: a1 NO Too long"]])
def test_odd_passwords_are_hidden(pcap, login):
    path = session(pcap(), OPEN + login, port=PORT)
    shown = tree(path, prefs=HIDE) + "\n".join(summary(path, prefs=HIDE)) + repr(
        fields(path, SHOWN + ["imap.literal.data", "imap.argument"], prefs=HIDE))
    assert "sesame42" not in shown and "secret" not in shown.replace("hide_secrets", "")
    assert "********" in shown


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_hidden_password_leaves_the_user_name(pcap, name):
    path = session(pcap(), OPEN + COMMANDS[name] + GOOD + LOGOUT, port=PORT)
    assert fields(path, ["imap.request.username", "imap.request.password"], prefs=HIDE) == {
        "imap.request.username": ["alice"], "imap.request.password": ["********"]}
    assert fields(path, ["imap.request.username", "imap.request.password"]) == {
        "imap.request.username": ["alice"], "imap.request.password": [SECRET]}


def test_tag_that_is_no_utf8_is_windows_1252(pcap):
    path = session(pcap(), greeting() + [("C", b"a\xd6 AUTHENTICATE PLAIN\r\n"), "S: + "], port=PORT)
    assert "(a\xd6 AUTHENTICATE)" in tree(path, filter="imap.continuation_of")
