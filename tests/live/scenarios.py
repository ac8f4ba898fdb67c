"""The sessions that record_smtp.sh records: real servers, real clients, one capture each.

SPDX-License-Identifier: GPL-2.0-or-later

usage: scenarios.py SCRATCH CAPTURES FACTS [NAME...]     (started by record_smtp.sh, inside its namespace)
"""
import base64
import glob
import importlib
import os
import re
import ssl
import subprocess
import sys
import time

from recorder import Recorder, payload, run
from transcript import Session, facts_of, postfix_events, reply_queue_id
from rawclient import Wire, stuffed

CLIENT = 'client.example.org'
SCENARIOS = []


def text_of(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


def version(command, pattern):
    m = re.search(pattern, text_of(command))
    return m.group(1) if m else ''


def in_root(variable, package):
    root = os.environ.get(variable, '')
    return text_of(['chroot', root, 'dpkg-query', '-W', '-f', '${Version}', package]) if os.path.isdir(root) else ''


def software():
    """Name and version of everything that takes part."""
    return {
        'postfix': 'Postfix ' + version(['postconf', '-d', 'mail_version'], r'= (\S+)'),
        'dovecot': 'Dovecot ' + version(['dovecot', '--version'], r'^(\S+)'),
        'exim': 'Exim ' + in_root('EXIM_ROOT', 'exim4-base'),
        'opensmtpd': 'OpenSMTPD ' + in_root('OPENSMTPD_ROOT', 'opensmtpd'),
        'sendmail': 'Sendmail ' + in_root('SENDMAIL_ROOT', 'sendmail-bin'),
        'swaks': 'swaks ' + version(['swaks', '--version'], r'version (\S+)'),
        'msmtp': 'msmtp ' + version(['msmtp', '--version'], r'version (\S+)'),
        'curl': 'curl ' + version(['curl', '--version'], r'curl (\S+)'),
        'smtplib': 'Python %d.%d smtplib' % sys.version_info[:2],
        'wire': 'Python raw socket',
    }


def mail(name, subject, to='bob@example.org', body='Hello,\r\nthis is a test message.\r\n', sender='alice@example.org',
         more=''):
    """A small message with CRLF line ends."""
    return ('From: Alice <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: Mon, 02 Jun 2025 10:00:00 +0000\r\n'
            'Message-ID: <%s@client.example.org>\r\nMIME-Version: 1.0\r\n%s\r\n%s'
            % (sender, to, subject, name, more or 'Content-Type: text/plain; charset=utf-8\r\n', body)).encode()


def attachment_mail():
    zipped = base64.encodebytes(bytes(range(256)) * 3).decode().replace('\n', '\r\n')
    body = ('--edge\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nTwo files: see below.\r\n'
            '--edge\r\nContent-Type: application/octet-stream; name="table.bin"\r\n'
            'Content-Transfer-Encoding: base64\r\n'
            'Content-Disposition: attachment; filename="table.bin"\r\n\r\n' + zipped +
            '--edge\r\nContent-Type: text/csv; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n'
            'Content-Disposition: attachment; filename="list.csv"\r\n\r\nname;price\r\ncaf=C3=A9;3\r\n--edge--\r\n')
    return mail('attachments', 'Two attachments', body=body,
                more='Content-Type: multipart/mixed; boundary="edge"\r\n')


class Scenario:
    """A capture: what runs, and where the truth about it is taken from."""

    def __init__(self, function, name, server, client, shows, filt, program, options):
        self.function, self.name, self.server, self.client, self.shows = function, name, server, client, shows
        self.filt, self.program, self.options = filt, program, options


def scenario(name, client, shows, server='postfix', filt='tcp port 25 and host 127.0.0.1', program='smtpd', **options):
    """program: smtpd, lmtp (Postfix's log is the transcript) or None (the raw client's own)."""
    def register(function):
        SCENARIOS.append(Scenario(function, name, server, client, shows, filt, program, options))
        return function
    return register


class Bench:
    """What a scenario works with."""

    def __init__(self, recorder, known):
        self.recorder, self.known = recorder, known
        self.messages, self.wires, self.keylog = [], [], None

    def file(self, message, name='message'):
        """The message for swaks, which ends the data with CRLF . CRLF of its own."""
        path = self.recorder.path('work', name + '.eml')
        with open(path, 'wb') as h:
            h.write(message[:-2])
        self.messages.append(message)
        return '@' + path

    def wire(self, host='127.0.0.1', port=25, source=None):
        self.wires.append(Wire(host, port, source))
        return self.wires[-1]

    def swaks(self, *options, ok=(0,)):
        return run(['swaks', '--server', '127.0.0.1', '--ehlo', CLIENT, '--from', 'alice@example.org'] + list(options),
                   ok)

    def context(self, highest):
        self.keylog = self.recorder.path('keys', self.recorder.name + '.keys')
        if os.path.exists(self.keylog):
            os.remove(self.keylog)
        context = ssl.create_default_context(cafile=self.recorder.path('tls', 'cert.pem'))
        context.keylog_filename = self.keylog
        context.maximum_version = highest
        return context

    def wait_log(self, pattern, times=1):
        for _ in range(200):    # OpenSMTPD keeps its connection for 10 s
            if len(re.findall(pattern, self.recorder.postfix_log())) >= times:
                return
            time.sleep(0.1)
        raise TimeoutError('%s: no %r in the log' % (self.recorder.name, pattern))

    def delivered(self, user, marker, message_id):
        """The message as Dovecot stored it, from the header field with the marker on, with CRLF."""
        for _ in range(100):
            for path in glob.glob(self.recorder.path('mail', user, 'Maildir', 'new', '*')):
                with open(path, 'rb') as h:
                    text = h.read().replace(b'\r\n', b'\n')
                if message_id.encode() in text:
                    head, body = text.split(b'\n\n', 1)
                    fields = re.split(rb'\n(?![ \t])', head)
                    first = next(i for i, f in enumerate(fields) if marker.encode() in f)
                    return (b'\n'.join(fields[first:]) + b'\n\n' + body).replace(b'\n', b'\r\n')
            time.sleep(0.1)
        raise TimeoutError('%s: %s was not delivered' % (self.recorder.name, message_id))


def compare(name, wires, log):
    """The raw client and Postfix have to agree about what was said."""
    for kind in 'CS':
        ours = [what for w in wires for k, what in w.events if k == kind]
        theirs = [what for s in log for k, what in s if k == kind]
        if ours != theirs:
            raise ValueError('%s: client and server disagree:\n%r\n%r' % (name, ours, theirs))


def on_the_wire(message, chunks):
    """The octets that carry a message: dot-stuffed behind DATA, or each BDAT command with its chunk."""
    if not chunks:
        return [stuffed(message)]
    parts = []
    for line in chunks:
        size = int(line.split()[1])
        parts.append(line.encode() + b'\r\n' + message[:size])
        message = message[size:]
    if message:
        raise ValueError('the chunks hold %d octets less than the message' % len(message))
    return parts


def check_octets(name, raw, sessions):
    """Each message stands in the capture, octet by octet."""
    streams, seen = payload(raw), 0
    for session in sessions:
        chunks = []
        for kind, what in session.events:
            if kind == 'C' and what.startswith('BDAT'):
                chunks.append(what)
            if kind == 'C' and what.startswith('MAIL'):
                chunks = []
            if kind == 'M' and what is not None:
                for octets in on_the_wire(what, chunks):
                    if not any(octets in s for s in streams):
                        raise ValueError(name + ': the message is not in the capture as it was sent')
                seen, chunks = seen + 1, []
    return seen


def check_queue_ids(name, sessions, log):
    for session in sessions:
        for kind, what in session.events:
            if kind == 'S' and reply_queue_id(what) and reply_queue_id(what) not in log:
                raise ValueError('%s: %s is not in the server log' % (name, reply_queue_id(what)))


def other_logs(recorder):
    logs = [recorder.path('log', 'opensmtpd.log'),
            os.path.join(os.environ.get('EXIM_ROOT', ''), 'var/log/exim4/mainlog')]
    text = ''
    for path in filter(os.path.isfile, logs):
        with open(path, encoding='utf-8', errors='replace') as h:
            text += h.read()
    return text


def record(s, recorder, known):
    bench = Bench(recorder, known)
    recorder.start(s.name, s.filt)
    try:
        s.function(bench)
    finally:
        recorder.stop(bench.keylog)
    log = recorder.postfix_log()
    if bench.wires:
        if s.server == 'postfix' and not s.options.get('address_changes'):
            compare(s.name, bench.wires, postfix_events(log, 'smtpd', []))
        events = [w.events for w in bench.wires]
        source = 'client script'
    else:
        events = postfix_events(log, s.program, bench.messages)
        source = 'Postfix log'
    sessions = [Session(e, s.options.get('protocol', 'SMTP'), s.options.get('tls', False)) for e in events]
    if not bench.keylog:
        check_octets(s.name, recorder.raw, sessions)
    if s.options.get('protocol') != 'LMTP' and s.server != 'sendmail':    # whose log is syslog's alone
        check_queue_ids(s.name, sessions, log + other_logs(recorder))
    reader, facts = facts_of(sessions, source)
    expected = s.options.get('outcomes')
    if expected is not None and [t.outcome for t in reader.transactions] != expected.split():
        raise ValueError('%s: outcomes %r' % (s.name, [t.outcome for t in reader.transactions]))
    recorder.write_facts(facts, known.get(s.server, s.server), known.get(s.client, s.client), s.shows)


def main():
    scratch, captures, facts = sys.argv[1:4]
    importlib.import_module('sessions')    # registers scenarios
    recorder, known = Recorder(scratch, captures, facts), software()
    failed = []
    for s in SCENARIOS:
        root = s.options.get('root')
        if (sys.argv[4:] and s.name not in sys.argv[4:]) or (root and not os.path.isdir(os.environ.get(root, ''))):
            continue
        try:
            record(s, recorder, known)
            print('ok   ' + s.name, flush=True)
        except Exception as e:    # one server that does not answer must not cost the other captures
            failed.append(s.name)
            print('FAIL %s: %s: %s' % (s.name, type(e).__name__, e), flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.modules['scenarios'] = sys.modules['__main__']
    sys.exit(main())
