"""What the tree says of commands, replies and names: mail.explanations.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import functools
import os
import re

import pytest

import runner
from conftest import ROOT
from wire import session

PROTOCOLS = {'smtp-plain': 'smtp', 'lmtp-mixed-replies': 'smtp', 'smtp-auth-login': 'smtp', 'pop3-user-pass': 'pop',
             'pop3-sasl-login': 'pop', 'imap-imaplib': 'imap', 'imap-idle-dovecot': 'imap', 'imap-compress': 'imap'}
OFF = ['mail.explanations:FALSE']
REFERENCE = r'(RFC \d+[\d., ]*|wild[^()]*|draft-[^()]*)'
BEHIND_LINE = re.compile(r' \[[A-Z].* \(%s\)\]$' % REFERENCE)
BEHIND_PART = re.compile(r' \([A-Z].*, %s\)$' % REFERENCE)
ORIGIN = re.compile(r' \([a-z][^()]*\)\]$')
LINE = {'smtp': re.compile(r' {4}(Command Line|Response): '),
        'pop': re.compile(r' {4}(AUTH response: )?([A-Z]{3,4}\b|\+OK|-ERR|\+ ).*\\r\\n'),
        'imap': re.compile(r' {4}( {4})?Line( \[truncated\])?: (?!\)?\\r)')}


def path_of(name):
    return os.path.join(ROOT, 'pcaps', name + '.pcapng')


@functools.lru_cache(maxsize=None)
def lines(name, explained=True):
    """The tree of a capture, its own protocol in full."""
    text = runner.tree(path_of(name), prefs=() if explained else OFF, protocols=PROTOCOLS[name])
    return [line for line in text.split('\n') if not re.match(r'Frame|Ethernet|Internet Prot|Transmission', line)]


def indent(line):
    return len(line) - len(line.lstrip(' '))


def meaning_of(all_lines, index):
    """What stands behind a line, or behind a part of it when the line is long."""
    found = BEHIND_LINE.search(all_lines[index])
    if found:
        return found[0]
    for part in all_lines[index + 1:]:
        if indent(part) <= indent(all_lines[index]):
            return None
        if re.match(r' *(Verb|Untagged response|Response Status|Response code|Response indicator|\[Cont)', part):
            found = BEHIND_PART.search(part.rstrip(']'))
            return found[0] if found else None
    return None


def is_capability(all_lines, index):
    return index + 1 < len(all_lines) and all_lines[index + 1].startswith(' ' * 8 + 'Capability: ')


@pytest.mark.parametrize('name', sorted(PROTOCOLS))
def test_each_command_and_reply_says_what_it_means(name):
    shown, line = lines(name), LINE[PROTOCOLS[name]]
    found = [i for i, text in enumerate(shown) if line.match(text)
             and not (PROTOCOLS[name] == 'pop' and is_capability(shown, i))]
    assert len(found) > 5
    assert [shown[i] for i in found if not meaning_of(shown, i)] == []


@pytest.mark.parametrize('name', sorted(PROTOCOLS))
def test_off_takes_the_meanings_away_and_nothing_else(name):
    on, off = lines(name), lines(name, explained=False)
    assert len(on) == len(off)
    other, meanings = [], 0
    for with_it, without in zip(on, off):
        if with_it == without:
            continue
        generated = without.endswith(']') and with_it.endswith(']') and not with_it.startswith(without)
        rest = with_it[len(without) - generated:]
        known = ORIGIN.fullmatch(rest) if generated and ORIGIN.fullmatch(rest) else \
            (BEHIND_PART if generated else BEHIND_LINE).fullmatch(rest[:-1] if generated else rest) \
            or BEHIND_PART.fullmatch(rest)
        meanings += 1
        if not with_it.startswith(without[:-1] if generated else without) or not known:
            other.append((with_it, without))
    assert other == []
    assert meanings > 10


@pytest.mark.parametrize('name', ['smtp-auth-login', 'pop3-sasl-login', 'imap-imaplib'])
def test_values_and_columns_stay(name):
    def told(output, prefs):
        options = [word for pref in prefs for word in ('-o', pref)]
        return runner.tshark(['-n', '-r', runner.readable(path_of(name))] + options + output)
    assert told(['-T', 'json'], ()) == told(['-T', 'json'], OFF)
    assert told([], ()) == told([], OFF)


def replies(name):
    """(code, meaning) of each reply of SMTP."""
    found = [re.match(r' {4}Response: (\d+).*?\\r\\n \[(.*) \((.*)\)\]', line) for line in lines(name)]
    return [match.groups() for match in found if match]


def test_a_code_means_what_it_means_to_the_command():
    assert replies('smtp-plain') == [
        ('220', 'The server is ready and names itself', 'RFC 5321 3.1'),
        ('250', 'The server names itself; each further line is an extension that it offers', 'RFC 5321 4.1.1.1'),
        ('250', 'The sender is accepted: recipients may follow', 'RFC 5321 4.1.1.2'),
        ('250', 'The recipient is accepted', 'RFC 5321 4.1.1.3'),
        ('354', 'The server waits for the message, which a line with only a dot ends', 'RFC 5321 4.1.1.4'),
        ('250', 'The message is accepted: the server is responsible for it from here on', 'RFC 5321 4.1.1.4'),
        ('221', 'The server closes the connection', 'RFC 5321 4.1.1.10')]


def test_an_lmtp_server_answers_for_each_recipient():
    found = [row for row in replies('lmtp-mixed-replies') if row[2] == 'RFC 2033 4.2']
    assert ('250', 'The message is delivered to this recipient', 'RFC 2033 4.2') in found
    assert ('552', 'Not delivered to this recipient: over its quota, or too large', 'RFC 2033 4.2') in found
    assert len(found) == len([line for line in lines('lmtp-mixed-replies') if line.startswith(' ' * 8 + '[Recipient:')])


def test_a_refused_login_and_a_good_one_differ():
    shown = '\n'.join(lines('pop3-user-pass'))
    assert r'+OK Logged in.\r\n [Logged in: the mailbox is open and locked (RFC 1939 7)]' in shown
    assert r'[Wrong password or user, or the mailbox is locked (RFC 1939 7)]' in shown


def test_behind_a_long_line_the_meaning_would_be_cut():
    shown = lines('imap-imaplib')
    greeting = next(i for i, line in enumerate(shown) if '* OK [CAPABILITY' in line)
    assert not BEHIND_LINE.search(shown[greeting])
    assert shown[greeting + 1] == ('        Untagged response: OK (The server is ready, and the client has to log in, '
                                   'RFC 9051 7.1.1)')


def test_numbers_have_names():
    shown = '\n'.join(lines('smtp-plain', explained=False))
    for label in ('Response code: Start mail input, end with CRLF.CRLF (354)', 'Response class: Positive completion (2)',
                  'Class: Success (2)', 'Subject: Addressing (1)', 'Detail: Destination address valid (5)'):
        assert label in shown


def test_body_with_a_section_is_its_content(pcap):
    talk = ['S: * PREAUTH IMAP4rev1 ready', 'C: a1 FETCH 1 (BODY BODY[HEADER])',
            'S: * 1 FETCH (BODY ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 5 1) BODY[HEADER] "x")', 'S: a1 OK Done']
    text = runner.tree(session(pcap(), talk, port=143), protocols='imap')
    assert text.count('Data item: BODY (Structure of the message, without extension data, ') == 2
    assert text.count('Data item: BODY (Content of a section; without a name: the whole message, ') == 2
