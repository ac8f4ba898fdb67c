"""The POP3 and IMAP sessions that record_access.sh records: what they share, and the recording of each.

SPDX-License-Identifier: GPL-2.0-or-later

usage: access_scenarios.py SCRATCH CAPTURES FACTS [NAME...]     (started by record_access.sh, inside its namespace)
"""
import importlib
import json
import os
import shutil
import smtplib
import ssl
import sys
import time

import access_imap
import access_pop
from access_wire import ImapTalk, PopTalk, capture_chunks, inflated, streams
from recorder import Recorder
from scenarios import version

PORTS = {'imap': 143, 'imaps': 993, 'pop3': 110, 'pop3s': 995}
SCENARIOS = []


class Scenario:
    def __init__(self, function, name, client, shows, service, messages, server, options):
        self.function, self.name, self.client, self.shows = function, name, client, shows
        self.service, self.messages, self.server, self.options = service, messages, server, options


def scenario(name, client, shows, messages=(), server='dovecot', **options):
    """service is that of the name (pop3-…, imap-…) unless given; messages: those in alice's INBOX, by name.

    Options: records=N, how many messages go over the wire whole; converted=True, the server stores them otherwise than
    they were sent."""
    def register(function):
        service = options.get('service', name.split('-')[0])
        SCENARIOS.append(Scenario(function, name, client, shows, service, messages, server, options))
        return function
    return register


def software():
    """Name and version of everything that takes part."""
    python = 'Python %d.%d ' % sys.version_info[:2]
    return {
        'dovecot': 'Dovecot ' + version(['dovecot', '--version'], r'^(\S+)'),
        'socat': 'Dovecot %s behind socat' % version(['dovecot', '--version'], r'^(\S+)'),
        'curl': 'curl ' + version(['curl', '--version'], r'curl (\S+)'),
        'fetchmail': 'fetchmail ' + version(['fetchmail', '--version'], r'release (\d+\.\d+\.\d+)'),
        'getmail': 'getmail ' + version(['getmail', '--version'], r'getmail (\S+)'),
        'mbsync': 'mbsync ' + version(['mbsync', '--version'], r'isync (\S+)'),
        'poplib': python + 'poplib', 'imaplib': python + 'imaplib', 'wire': 'Python raw socket',
    }


def on_disk(scratch, user):
    """The messages of all mailboxes of a user, with CRLF."""
    found = []
    for folder, _, names in os.walk(os.path.join(scratch, 'mail', user)):
        for name in names if os.path.basename(folder) in ('cur', 'new') else ():
            with open(os.path.join(folder, name), 'rb') as h:
                found.append(h.read().replace(b'\r\n', b'\n').replace(b'\n', b'\r\n'))
    return found


def place(scratch, user, messages, flags=''):
    """Fills a user's INBOX, which is all that the user has then."""
    home = os.path.join(scratch, 'mail', user)
    for entry in os.listdir(home):
        path = os.path.join(home, entry)
        shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
    for folder in ('', '/cur', '/new', '/tmp'):
        os.makedirs(home + '/Maildir' + folder, exist_ok=True)
        shutil.chown(home + '/Maildir' + folder, 'mail', 'mail')
    for i, message in enumerate(messages):
        path = '%s/Maildir/cur/%d.M%dP1.mail:2,%s' % (home, 1750000000 + i * 3600, i, flags)
        with open(path, 'wb') as h:
            h.write(message.replace(b'\r\n', b'\n'))
        shutil.chown(path, 'mail', 'mail')
        os.utime(path, (1750000000 + i * 3600,) * 2)


class Bench:
    """What a scenario works with."""

    def __init__(self, recorder):
        self.recorder, self.talks, self.chunks, self.keylog = recorder, [], [], None

    def path(self, *parts):
        return self.recorder.path(*parts)

    def pop(self, **options):
        self.talks.append(PopTalk(options.pop('port', PORTS['pop3']), **options))
        return self.talks[-1]

    def imap(self, **options):
        self.talks.append(ImapTalk(options.pop('port', PORTS['imap']), **options))
        return self.talks[-1]

    def login(self, user='alice', **options):
        c = self.imap(**options)
        c.ask('LOGIN %s secret-%s' % (user, user))
        return c

    def context(self, highest=ssl.TLSVersion.TLSv1_3):
        self.keylog = self.path('keys', self.recorder.name + '.keys')
        if os.path.exists(self.keylog):
            os.remove(self.keylog)
        context = ssl.create_default_context(cafile=self.path('tls', 'cert.pem'))
        context.keylog_filename = self.keylog
        context.maximum_version = highest
        return context

    def deliver(self, message, user='alice'):
        """By LMTP, on a port that is not recorded."""
        with smtplib.LMTP('127.0.0.1', 24, local_hostname='client.example.org', timeout=10) as client:
            client.sendmail('bob@example.org', [user + '@example.org'], message)


def tell(bench, s):
    """Chunks of the session, and where they come from; what client and network saw has to agree."""
    said = [chunk for talk in bench.talks for chunk in talk.chunks] + bench.chunks
    if bench.keylog:
        return said, 'client script'
    seen = capture_chunks(bench.recorder.raw, [PORTS[s.service]])
    if s.service == 'imap':
        seen = inflated(seen)
    if not said:
        return seen, 'octets on the wire'
    if streams(said) != streams(seen):
        raise ValueError('client and capture disagree')
    return seen, 'client script'


def check(s, scratch, values, placed):
    """Every message that was seen has to be one that the server holds or held, and all of them have to be seen."""
    expected = s.options.get('records', 0)
    if len(values.records) != expected:
        raise ValueError('%d messages instead of %d' % (len(values.records), expected))
    held = placed + [m for user in ('alice', 'bob') for m in on_disk(scratch, user)]
    for record in values.records:
        if record.outcome == 'accepted' and record.message not in held and not s.options.get('converted'):
            raise ValueError('a message is not on the disk: %r' % record.message[:300])


def facts_again(recorder, s):
    with open(recorder.path('work', s.name + '.said.json'), encoding='latin-1') as h:
        kept = json.load(h)
    recorder.name, recorder.out = s.name, os.path.join(recorder.captures, s.name + '.pcapng')
    chunks = [(c, f, octets.encode('latin-1')) for c, f, octets in kept['chunks']]
    return chunks, kept['source'], [m.encode('latin-1') for m in kept['held']]


def record(recorder, s, library):
    bench, placed = Bench(recorder), [library[name] for name in s.messages]
    place(recorder.scratch, 'alice', placed, s.options.get('flags', ''))
    place(recorder.scratch, 'bob', [])
    recorder.start(s.name, 'tcp port %d' % PORTS[s.service])
    try:
        s.function(bench)
    finally:
        recorder.stop(bench.keylog)
    chunks, source = tell(bench, s)
    placed += [m for user in ('alice', 'bob') for m in on_disk(recorder.scratch, user)]
    with open(recorder.path('work', s.name + '.said.json'), 'w', encoding='latin-1') as h:
        json.dump({'source': source, 'held': [m.decode('latin-1') for m in placed],
                   'chunks': [(c, f, octets.decode('latin-1')) for c, f, octets in chunks]}, h)
    return chunks, source, placed


def main():
    scratch, captures, facts = sys.argv[1:4]
    importlib.import_module('access_imap_sessions')    # registers scenarios
    importlib.import_module('access_pop_sessions')    # registers scenarios
    from access_messages import LIBRARY
    recorder, known, failed = Recorder(scratch, captures, facts), software(), []
    again = os.environ.get('MAILWIRE_FACTS_ONLY') == '1'
    for s in SCENARIOS:
        if sys.argv[4:] and s.name not in sys.argv[4:]:
            continue
        try:
            chunks, source, held = facts_again(recorder, s) if again else record(recorder, s, LIBRARY)
            reader = access_imap if s.service.startswith('imap') else access_pop
            values = reader.read(chunks, s.service.endswith('s'))
            check(s, scratch, values, held)
            recorder.write_facts(reader.facts(values, source, PORTS[s.service]), known[s.server], known[s.client],
                                 s.shows)
            print('ok   ' + s.name, flush=True)
        except Exception as e:    # one session that goes wrong must not cost the other captures
            failed.append(s.name)
            print('FAIL %s: %s: %s' % (s.name, type(e).__name__, e), flush=True)
            if os.environ.get('MAILWIRE_TRACE'):
                raise
            time.sleep(1)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.modules['access_scenarios'] = sys.modules['__main__']
    sys.exit(main())
