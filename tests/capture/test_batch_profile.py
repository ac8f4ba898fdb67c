"""The profile mail-batch of profiles/ gives the same rows as the settings that Wireshark comes with.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

import imap_talk
import pop_talk
import runner
import smtp_talk
from conftest import ROOT
from wire import Capture, Conversation, session

PROFILE = 'mail-batch'
CAPTURES = ['cs2910-starttls', 'imap-append', 'imap-curl', 'imap-fetch-many-segments', 'imap-fetch-messages',
            'imap-mbsync-compress', 'imap-starttls', 'imaps-tls12', 'lab-3.4.3-figure6', 'lmtp-mixed-replies',
            'pop3-getmail', 'pop3-many-segments', 'pop3-stls', 'pop3s-tls12', 'smtp-attachments', 'smtp-bdat-pipelined',
            'smtp-cut-in-data', 'smtp-many-segments', 'smtp-port-2525', 'smtp-starttls-tls13', 'smtp-two-messages']
EMPTY = {'imap-starttls', 'pop3-stls'}  # captures in which no message is sent or fetched


@pytest.fixture(scope='module')
def configuration():
    """A configuration folder that holds the profile alone."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        target = pathlib.Path(folder, 'profiles', PROFILE)
        shutil.copytree(os.path.join(ROOT, 'profiles', PROFILE), target)
        for path in (target.parent, target, *target.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield folder


def records():
    """Names of all fields of the record."""
    return sorted(name for name in runner.known_fields() if name.startswith('mail.') and '.expert.' not in name)


def rows(path, configuration=None, two_pass=False):
    """The lines that tshark prints of all records, and what it complains of."""
    command = [runner.tshark_path(), '-r', runner.readable(path), '-Y', 'mail', '-T', 'fields', '-E', 'occurrence=a']
    command += ['-2'] if two_pass else []
    env = runner.environment()
    if configuration:
        command += ['-C', PROFILE]
        env['WIRESHARK_CONFIG_DIR'] = configuration
    else:
        command.append('-n')
    for name in ['frame.number'] + records():
        command += ['-e', name]
    done = subprocess.run(command, capture_output=True, env=env, cwd='/', timeout=runner.TIMEOUT, check=False,
                          **runner.drop_options())
    runner.complain(command, done.returncode, done.stderr.decode('utf-8', 'replace'))
    return done.stdout.decode().split('\n')[:-1], done.stderr.decode('utf-8', 'replace')


def compare(path, configuration, two_pass=False):
    """Number of rows, which have to be the same with the profile."""
    wanted = rows(path, None, two_pass)
    assert rows(path, configuration, two_pass) == wanted
    return len(wanted[0])


@pytest.mark.parametrize('name', CAPTURES)
def test_same_rows(name, configuration):
    count = compare(os.path.join(ROOT, 'pcaps', name + '.pcapng'), configuration, two_pass=True)
    assert count or name in EMPTY


SCRIPTS = {'smtp': (25, smtp_talk.sent()),
           'pop': (pop_talk.PORT, pop_talk.OPEN + ['C: RETR 1', ('S', b'+OK\r\n' + smtp_talk.MESSAGE + b'.\r\n')]
                   + pop_talk.QUIT),
           'imap': (imap_talk.PORT, imap_talk.OPEN + imap_talk.fetch(smtp_talk.MESSAGE) + imap_talk.LOGOUT),
           'any port': (4025, smtp_talk.sent())}


@pytest.mark.parametrize('protocol', sorted(SCRIPTS))
@pytest.mark.parametrize('two_pass', [False, True])
def test_same_rows_of_written_sessions(pcap, configuration, protocol, two_pass):
    port, script = SCRIPTS[protocol]
    assert compare(session(pcap(), script, port=port, cut=40), configuration, two_pass) == 1


@pytest.mark.parametrize('how', [{'order': (1, 0, 2, 3)}, {'lost': (1,)}, {'lost': (0, 2)}])
@pytest.mark.parametrize('two_pass', [False, True])
def test_same_rows_of_disordered_segments(pcap, configuration, how, two_pass):
    capture = Capture()
    talk = Conversation(capture, port=25)
    talk.handshake()
    talk.play(smtp_talk.OPEN + smtp_talk.ENVELOPE)
    talk.client(smtp_talk.MESSAGE + b'a' * 60 + b'\r\n.\r\n', cut=[40, 80, len(smtp_talk.MESSAGE)], **how)
    capture.again()
    talk.play(smtp_talk.ACCEPTED + smtp_talk.QUIT)
    talk.close()
    compare(capture.save(pcap()), configuration, two_pass)


def test_preferences_of_the_profile_are_known():
    known = [line.lstrip('#').split(':')[0] for line in runner.tshark(['-G', 'currentprefs']).split('\n')]
    for line in pathlib.Path(ROOT, 'profiles', PROFILE, 'preferences').read_text(encoding='utf-8').split('\n'):
        assert not line or line.startswith('#') or line.split(':')[0] in known
