"""The profile Mail of profiles/: its columns, colours, buttons, graphs and macros are right, for pytest.

SPDX-License-Identifier: GPL-2.0-or-later

What the window shows of it is tested by test_gui.py.
"""
import os
import re
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'capture'))

import runner  # noqa: E402  (needs the path above)

PROFILE = 'Mail'
SOURCE = os.path.join(ROOT, 'profiles', PROFILE)


def capture(name):
    return os.path.join(ROOT, 'pcaps', name + '.pcapng')


def lines(name):
    """Lines of a file of the profile, without remarks."""
    with open(os.path.join(SOURCE, name), encoding='utf-8') as file:
        return [line.rstrip('\n') for line in file if line.strip() and not line.startswith('#')]


def records(name):
    """Records of a file in the form of Wireshark's tables: quoted strings, quotes in them as \\x22."""
    return [[cell.replace('\\x22', '"') for cell in re.findall('"([^"]*)"', line)] for line in lines(name)]


@pytest.fixture(scope='module')
def configuration(tmp_path_factory):
    """A configuration folder that has the profile, and also its files as those of the default profile."""
    folder = tmp_path_factory.mktemp('profile')
    for target in (folder, folder / 'profiles' / PROFILE):
        shutil.copytree(SOURCE, target, dirs_exist_ok=True)
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o755)
    for path in folder.rglob('*'):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return str(folder)


@pytest.fixture(scope='module')
def sharkd(configuration):
    """A sharkd that has the macros of the profile."""
    os.environ['WIRESHARK_CONFIG_DIR'] = configuration
    try:
        process = runner.Sharkd()
    finally:
        del os.environ['WIRESHARK_CONFIG_DIR']
    with process:
        yield process


def tshark(configuration, name, arguments):
    """What tshark prints with the profile; it must not complain."""
    env = dict(runner.environment(), WIRESHARK_CONFIG_DIR=configuration)
    done = subprocess.run([runner.tshark_path(), '-C', PROFILE, '-r', runner.readable(capture(name))] + arguments,
                          capture_output=True, env=env, cwd='/', timeout=runner.TIMEOUT, check=True,
                          **runner.drop_options())
    assert done.stderr.decode() == ''
    return done.stdout.decode().split('\n')[:-1]


def test_preferences_are_known(configuration):
    known = [line.lstrip('#').split(':')[0] for line in runner.tshark(['-G', 'currentprefs']).split('\n')]
    for line in lines('preferences'):
        assert line.startswith('\t') or line.split(':')[0] in known


def test_columns(configuration):
    found = tshark(configuration, 'lab-3.4.3-figure6', ['-Y', 'frame.number in {8, 11, 13, 18}', '-T', 'psml'])
    head, *packets = ''.join(found).split('<packet>')
    titles = re.findall('<section>([^<]*)</section>', head)
    assert titles == ['No.', 'Time', 'Source', 'Destination', 'Protocol', 'Command or code', 'Reply time', 'Info',
                      'From / mailbox', 'To', 'Subject']
    rows = [re.findall('<section>([^<]*)</section>', packet) for packet in packets]
    sender, recipient = 'ccna1@example.com', 'ccna2@example.com'
    assert [[row[5], row[6], *row[8:]] for row in rows] == [
        ['EHLO', '', '', '', ''], ['MAIL', '', sender, '', ''], ['RCPT', '', '', recipient, ''],
        ['250', '0.010949000', sender, recipient, 'Lab 3.4.3']]


def test_columns_of_imap(configuration):
    found = ''.join(tshark(configuration, 'imap-imaplib', ['-Y', 'frame.number in {12, 14, 33}', '-T', 'psml']))
    rows = [re.findall('<section>([^<]*)</section>', row) for row in found.split('<packet>')[1:]]
    assert [[row[5], *row[8:]] for row in rows] == [
        ['SELECT', 'INBOX', '', ''], ['OK', '', '', ''], ['OK', 'bob@example.org,Sent', 'alice@example.org', 'Small']]


@pytest.mark.parametrize('name, rules', [
    ('smtp-data-refused', {'SMTP 5xx, refused for good', 'Message, with its fate', 'Mail, client', 'Mail, server'}),
    ('smtp-pipeline-mixed-rcpt', {'SMTP 5xx, refused for good'}),
    ('smtp-starttls-refused', {'SMTP 4xx, refused for now', 'TLS starts'}),
    ('pop3-user-pass', {'Password in clear', 'POP3 -ERR'}),
    ('imap-append-refused', {'IMAP NO or BAD', 'Password in clear'}),
    ('smtp-auth-plain', {'Password in clear'}),
    ('smtp-starttls-tls13', {'TLS starts', 'TLS'}),
])
def test_colours(configuration, name, rules):
    found = tshark(configuration, name, ['--color', '-T', 'fields', '-e', 'frame.coloring_rule.name'])
    assert rules <= set(found)


def test_passwords_in_tls_are_not_in_clear(configuration):
    found = tshark(configuration, 'cs2910-starttls', ['--color', '-Y', 'smtp.auth.password', '-T', 'fields',
                                                      '-e', 'frame.coloring_rule.name'])
    assert found == ['Mail, client']


def filters():
    """Name -> each filter of the profile."""
    found = {'colour ' + line.split('@')[1]: line.split('@')[2] for line in lines('colorfilters')}
    found.update(('button ' + cells[1], cells[2]) for cells in records('dfilter_buttons'))
    found.update(('graph ' + cells[1], cells[2]) for cells in records('io_graphs'))
    return {name: text for name, text in found.items() if text}


def test_filters_are_right(sharkd):
    wrong = {name: text for name, text in filters().items() if sharkd.call('check', filter=text)['status'] != 'OK'}
    assert not wrong


def test_fields_of_graphs_are_known():
    known = runner.known_fields()
    assert all(cells[6] in known for cells in records('io_graphs') if cells[6])


@pytest.mark.parametrize('button, name, count', [
    ('Messages', 'smtp-two-messages', 2), ('Failures', 'smtp-data-refused', 1), ('Failures', 'imap-append-refused', 1),
    ('Failures', 'lab-3.4.3-figure6', 0), ('Slow > 1 s', 'lab-3.4.3-figure6', 0), ('Logins', 'smtp-auth-plain', 4),
    ('Logins', 'imap-imaplib', 2), ('Logins', 'pop3-user-pass', 6),
    ('Attachments', 'pop3-getmail', 1), ('Attachments', 'lab-3.4.3-figure6', 0)])
def test_buttons(button, name, count):
    text = next(cells[2] for cells in records('dfilter_buttons') if cells[1] == button)
    assert len(runner.frames(capture(name), text)) == count


def macros():
    return {cells[0]: cells[1] for cells in records('dfilter_macros')}


def test_macros_are_the_same_for_all_versions():
    assert dict(re.fullmatch('"([^"]*)" (.*)', line).groups() for line in lines('dmacros')) == macros()


CALLS = {'mail_from': '"ccna1"', 'mail_to': '"ccna2"', 'mail_subject': '"Lab"', 'mail_between': '"ccna1";"ccna2"',
         'mail_command': '"MAIL"', 'mail_user': '"alice"', 'mail_password': None, 'mail_failed': None,
         'mail_slow': '0.005', 'mail_larger': '397', 'mail_attachment': '"."'}
FOUND = {'mail_from': [11, 18], 'mail_to': [13, 18], 'mail_subject': [18], 'mail_between': [18], 'mail_command': [11],
         'mail_slow': [7, 18], 'mail_larger': [18]}


def test_macros_find(sharkd):
    assert set(CALLS) == set(macros())
    sharkd.load(capture('lab-3.4.3-figure6'))
    found = {}
    for name, arguments in CALLS.items():
        call = '${%s}' % name if arguments is None else '${%s:%s}' % (name, arguments)
        # Beside another condition: a macro is one operand.
        answer = sharkd.call('frames', filter='frame.number > 0 && ' + call)
        if answer:
            found[name] = [frame['num'] for frame in answer]
    assert found == FOUND
