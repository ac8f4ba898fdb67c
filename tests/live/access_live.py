"""Sends, fetches and stores messages with real clients while dumpcap records, and compares what tshark with the plugin
says about the capture with what the server and the clients hold.

SPDX-License-Identifier: GPL-2.0-or-later

usage: access_live.py SCRATCH     (started by test_access_live.sh, inside its namespace)
"""
import collections
import hashlib
import imaplib
import os
import poplib
import re
import signal
import smtplib
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'capture'))

import runner
from access_imap import mailbox_name
from access_messages import LIBRARY, letter
from rawclient import Wire
from recorder import run

ALICE, BOB, CLIENT = 'alice@example.org', 'bob@example.org', 'client.example.org'
FLAG_OF_LETTER = {'D': '\\Draft', 'F': '\\Flagged', 'P': '$Forwarded', 'R': '\\Answered', 'S': '\\Seen',
                  'T': '\\Deleted'}
DRAFTS, DRAFTS_ON_THE_WIRE = 'Entwürfe', 'Entw&APw-rfe'
SENT = [letter('sent1', 'Stored one', 'First.\n', sender=ALICE, to=BOB),
        letter('sent2', 'Stored two', 'a001 LOGOUT\n* BYE\n{5}\n', sender=ALICE, to=BOB)]


def sha256(octets):
    return hashlib.sha256(octets).hexdigest()


def with_crlf(octets):
    return octets.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')


def waited_for(what, condition, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise TimeoutError('not within %d s: %s' % (seconds, what))


# --- What the server holds ----------------------------------------------------------------------------------------
class Server:
    """alice's mailboxes on the disk."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.home = os.path.join(scratch, 'mail', 'alice', 'Maildir')

    def folder(self, mailbox):
        return self.home if mailbox == 'INBOX' else os.path.join(self.home, '.' + mailbox)

    def files(self, mailbox):
        """Base name -> (flags, octets with CRLF)."""
        found = {}
        for kind in ('cur', 'new'):
            folder = os.path.join(self.folder(mailbox), kind)
            for name in os.listdir(folder) if os.path.isdir(folder) else ():
                with open(os.path.join(folder, name), 'rb') as h:
                    found[name.split(':')[0]] = (self.flags(mailbox, name), with_crlf(h.read()))
        return found

    def flags(self, mailbox, name):
        letters = name.split(':2,')[1] if ':2,' in name else ''
        keywords = {}
        path = os.path.join(self.folder(mailbox), 'dovecot-keywords')
        if os.path.exists(path):
            with open(path) as h:
                keywords = {chr(ord('a') + int(line.split()[0])): line.split()[1] for line in h}
        return {FLAG_OF_LETTER.get(c) or keywords[c] for c in letters}

    def messages(self, mailbox):
        """UID -> (flags, octets with CRLF), in the order of the UIDs, from Dovecot's list of them."""
        files, found = self.files(mailbox), {}
        with open(os.path.join(self.folder(mailbox), 'dovecot-uidlist')) as h:
            for line in h.read().split('\n')[1:]:
                base = line.partition(':')[2].split(':')[0]
                if base in files:
                    found[line.split(' ')[0]] = files[base]
        return dict(sorted(found.items(), key=lambda item: int(item[0])))

    def mailboxes(self):
        return run(['doveadm', '-c', os.path.join(self.scratch, 'dovecot', 'dovecot.conf'), 'mailbox', 'list', '-u',
                    'alice']).split('\n')[:-1]


# --- What the clients do ------------------------------------------------------------------------------------------
class Clients:
    """Runs them one after the other, and keeps what they have then."""

    def __init__(self, scratch, server):
        self.scratch, self.server = scratch, server
        self.sent = list(LIBRARY.values())

    def path(self, *parts):
        return os.path.join(self.scratch, 'work', *parts)

    def send(self):
        """All messages, in the order of the library: three by smtplib, three by curl, the others from a raw socket."""
        with smtplib.SMTP('127.0.0.1', 25, local_hostname=CLIENT, timeout=10) as client:
            for message in self.sent[:3]:
                client.sendmail(BOB, [ALICE], message)
        for message in self.sent[3:6]:
            with open(self.path('message'), 'wb') as h:
                h.write(message)
            run(['curl', '-sS', '-m', '10', 'smtp://127.0.0.1/' + CLIENT, '--mail-from', BOB, '--mail-rcpt', ALICE,
                 '-T', self.path('message')])
        c = Wire('127.0.0.1')
        c.ask('EHLO ' + CLIENT)
        envelope = ('MAIL FROM:<%s> BODY=8BITMIME' % BOB, 'RCPT TO:<%s>' % ALICE)
        for message in self.sent[6:8]:
            c.ask(*envelope, 'DATA', replies=3)
            c.ask(message)
        for message in self.sent[8:]:
            c.ask(*envelope, ('BDAT 100', message[:100], None),
                  ('BDAT %d LAST' % (len(message) - 100), message[100:], message), replies=4)
        c.ask('QUIT')
        c.close()
        waited_for('delivery of all messages', lambda: len(self.server.files('INBOX')) == len(self.sent))

    def fetch_by_poplib(self):
        c = poplib.POP3('127.0.0.1', timeout=10)
        c.user('alice')
        c.pass_('secret-alice')
        self.pop_stat, self.pop_list, self.pop_uidl = c.stat(), c.list()[1], c.uidl()[1]
        self.poplib_holds = [b'\r\n'.join(c.retr(i + 1)[1]) + b'\r\n' for i in range(len(self.pop_list))]
        c.top(1, 3)
        c.quit()

    def fetch_by_curl(self):
        for url in ('pop3://127.0.0.1/2', 'imap://127.0.0.1/INBOX;UID=3'):
            run(['curl', '-sS', '-m', '10', url, '-u', 'alice:secret-alice', '-o', self.path(url[:4])])
        self.curl_holds = [open(self.path(name), 'rb').read() for name in ('pop3', 'imap')]

    def delivery_script(self, name):
        folder, script = self.path(name), self.path(name + '.sh')
        os.mkdir(folder)
        with open(script, 'w') as h:
            h.write('#!/bin/sh\nexec cat >"$(mktemp %s/XXXXXX)"\n' % folder)
        os.chmod(script, 0o755)
        return script

    def held(self, name):
        return [open(os.path.join(self.path(name), entry), 'rb').read() for entry in os.listdir(self.path(name))]

    def fetch_by_fetchmail(self):
        with open(self.path('fetchmailrc'), 'w') as h:
            h.write('poll 127.0.0.1 protocol pop3 timeout 10 user alice password "secret-alice" sslproto "" keep '
                    'fetchall\nmda "%s"\n' % self.delivery_script('fetchmail'))
        os.chmod(self.path('fetchmailrc'), 0o600)
        run(['fetchmail', '-f', self.path('fetchmailrc'), '--pidfile', self.path('pid'), '-i', self.path('ids')],
            env={'HOME': self.path(), 'FETCHMAILHOME': self.path()})

    def fetch_by_getmail(self):
        os.mkdir(self.path('getmailrc.d'), 0o700)
        with open(self.path('getmailrc.d', 'getmailrc'), 'w') as h:
            h.write('[retriever]\ntype = SimplePOP3Retriever\nserver = 127.0.0.1\ntimeout = 10\nusername = alice\n'
                    'password = secret-alice\nuse_apop = false\n[destination]\ntype = MDA_external\npath = %s\n'
                    'allow_root_commands = true\n[options]\nread_all = true\ndelete = false\n'
                    % self.delivery_script('getmail'))
        run(['getmail', '--getmaildir', self.path('getmailrc.d'), '--rcfile', 'getmailrc'])

    def use_imaplib(self):
        c = imaplib.IMAP4('127.0.0.1', timeout=10)
        c.login('alice', 'secret-alice')
        c.create('"%s"' % DRAFTS_ON_THE_WIRE)
        c.select('INBOX')
        answer = c.uid('FETCH', '1:*', '(UID RFC822.SIZE BODY.PEEK[])')[1]
        self.imaplib_holds = [item[1] for item in answer if isinstance(item, tuple)]
        c.uid('STORE', '1,3', '+FLAGS', '(\\Seen \\Flagged $Label1)')
        c.uid('COPY', '2', '"%s"' % DRAFTS_ON_THE_WIRE)
        c.uid('MOVE', '4', '"%s"' % DRAFTS_ON_THE_WIRE)
        for message in SENT:
            c.append('Sent', '(\\Seen)', None, message)
        c.uid('STORE', '5', '+FLAGS.SILENT', '(\\Deleted)')
        c.expunge()
        self.found = c.uid('SEARCH', None, 'FLAGGED')[1][0].decode().split()
        c.close()
        c.list()
        c.logout()

    def use_mbsync(self):
        """All messages of INBOX and Sent; then a flag that was set here is carried over. Under COMPRESS DEFLATE."""
        local = self.path('mbsync')
        os.mkdir(local)
        with open(self.path('mbsyncrc'), 'w') as h:
            h.write('IMAPAccount live\nHost 127.0.0.1\nUser alice\nPass secret-alice\nSSLType None\nAuthMechs LOGIN\n'
                    'Timeout 10\n\nIMAPStore far\nAccount live\n\nMaildirStore near\nPath %s/\nInbox %s/INBOX\n'
                    'SubFolders Verbatim\n\nChannel all\nFar :far:\nNear :near:\nPatterns INBOX Sent\nCreate Near\n'
                    'SyncState *\n' % (local, local))
        command = ['mbsync', '-c', self.path('mbsyncrc'), '-a']
        run(command, env={'HOME': self.path()})
        self.mbsync_holds = []
        for mailbox in ('INBOX', 'Sent'):
            for kind in ('cur', 'new'):
                folder = os.path.join(local, mailbox, kind)
                for name in os.listdir(folder):
                    octets = with_crlf(open(os.path.join(folder, name), 'rb').read())
                    self.mbsync_holds.append(re.sub(rb'(?m)^X-TUID: .*\r\n', b'', octets, count=1))    # mbsync's own
        self.answer_locally(os.path.join(local, 'INBOX'))
        run(command, env={'HOME': self.path()})

    def answer_locally(self, folder):
        """Marks a message of mbsync's Maildir as answered; its UIDs are not those of the server."""
        for kind in ('cur', 'new'):
            for name in os.listdir(os.path.join(folder, kind)):
                if re.search(r',U=6(:|$)', name):
                    flags = set(name.partition(':2,')[2]) | {'R'}
                    os.rename(os.path.join(folder, kind, name), os.path.join(
                        folder, 'cur', name.partition(':')[0] + ':2,' + ''.join(sorted(flags))))
                    return
        raise FileNotFoundError('mbsync has no message with UID 6')

    def look_again(self):
        """A last session, whose FLAGS and STATUS responses have to be what the disk says."""
        c = imaplib.IMAP4('127.0.0.1', timeout=10)
        self.last_port = c.sock.getsockname()[1]
        c.login('alice', 'secret-alice')
        for mailbox in ('INBOX', 'Sent', '"%s"' % DRAFTS_ON_THE_WIRE):
            c.status(mailbox, '(MESSAGES)')
        c.select('INBOX', readonly=True)
        c.uid('FETCH', '1:*', '(UID FLAGS)')
        c.list()
        c.logout()


# --- What the capture says ----------------------------------------------------------------------------------------
class Capture:
    """dumpcap while the clients work; afterwards questions to tshark, and a line for each answer."""

    def __init__(self, path):
        self.path, self.passed, self.failed = path, 0, 0

    def start(self):
        self.dumpcap = subprocess.Popen(['dumpcap', '-q', '-i', 'lo', '-B', '16', '-w', self.path, '-f',
                                         'tcp port 24 or tcp port 25 or tcp port 110 or tcp port 143'],
                                        stderr=subprocess.PIPE, text=True)
        for line in self.dumpcap.stderr:
            if line.startswith('File:'):
                break
        time.sleep(0.3)

    def stop(self):
        time.sleep(0.6)    # a shorter wait may lose the last frames
        self.dumpcap.send_signal(signal.SIGINT)
        self.dumpcap.communicate(timeout=10)
        os.chmod(self.path, 0o644)

    def same(self, name, found, expected):
        if found == expected:
            self.passed += 1
            print('ok: ' + name, flush=True)
            return
        self.failed += 1
        print('FAILED: %s\n  expected %s\n  found    %s' % (name, short(expected), short(found)), flush=True)

    def ask(self, check, *arguments):
        try:
            check(self, *arguments)
        except runner.RunError as e:    # a field that is not there, or worse
            self.failed += 1
            print('FAILED: %s: %s' % (check.__name__, e), flush=True)

    def values(self, field, filt=None):
        return runner.fields(self.path, [field], filt)[field]

    def records(self, protocol, names):
        """A tuple for each record of the protocol; None where a frame tells fewer values than records."""
        asked, found = ['mail.protocol'] + names, []
        for row in runner.rows(self.path, asked, 'mail.protocol == "%s"' % protocol):
            count = len(row['mail.protocol'])
            columns = [row[name] if len(row[name]) == count else [None] * count for name in names]
            found += zip(*columns)
        return found


def short(values):
    text = repr(values)
    return text if len(text) < 1500 else text[:1500] + '...'


ACCEPTED, SENT_ACTION, RETRIEVED, STORED = '1', '1', '2', '3'
MESSAGE = ['mail.action', 'mail.outcome', 'mail.size', 'mail.sha256']


def row_of(action, message, *more):
    return (action, ACCEPTED, str(len(message)), sha256(message)) + more


def before_delivery(message):
    """What Postfix handed to Dovecot: the message from Postfix's own Received field on."""
    start = re.search(rb'(?m)^Received: (?:(?!\r\nReceived)[^\0])*?\(Postfix\)', message).start()
    return message[start:]


def check_sending(capture, clients, delivered):
    sent = capture.records('SMTP', MESSAGE + ['mail.envelope.from', 'mail.envelope.to'])
    capture.same('SMTP: each message that was sent, its size and sha256', sent,
                 [row_of(SENT_ACTION, m, BOB, ALICE) for m in clients.sent])
    capture.same('LMTP: each message that the server stored', sorted(capture.records('LMTP', MESSAGE)),
                 sorted(row_of(SENT_ACTION, before_delivery(m)) for _, m in delivered.values()))
    log = open(os.path.join(clients.scratch, 'log', 'postfix.log')).read()
    ids = list(dict.fromkeys(re.findall(r'(\w+): message-id=', log)))
    capture.same("SMTP: queue ids are those of Postfix's log",
                 capture.values('mail.queue_id', 'mail.protocol == "SMTP"'), ids)


def check_pop(capture, clients, delivered):
    messages = [m for _, m in delivered.values()]
    capture.same('POP3: what poplib and curl got is what the server holds',
                 clients.poplib_holds + clients.curl_holds[:1], messages + messages[1:2])
    for name in ('fetchmail', 'getmail'):
        capture.same('POP3: %s holds each message' % name, bodies(clients.held(name)), bodies(messages))
    capture.same('POP3: each RETR is in the log of messages', capture.records('POP3', MESSAGE),
                 [row_of(RETRIEVED, m) for m in messages + messages[1:2] + messages + messages])
    capture.same('POP3: STAT', (capture.values('pop.stat.messages')[:1], capture.values('pop.stat.octets')[:1]),
                 ([str(clients.pop_stat[0])], [str(sum(map(len, messages)))]))
    sizes = [str(len(m)) for m in messages]
    capture.same('POP3: sizes in LIST', capture.values('pop.scan.octets')[:len(sizes)], sizes)
    capture.same('POP3: ids in UIDL', capture.values('pop.uidl.id')[:len(sizes)],
                 [line.decode().split(' ')[1] for line in clients.pop_uidl])


def bodies(messages):
    """What no client changes: the text behind the header, line ends apart."""
    return sorted(re.sub(rb'\r\n?', b'\n', m).partition(b'\n\n')[2].rstrip(b'\n') for m in messages)


def check_imap(capture, clients, delivered, server):
    everything, sent = {uid: m for uid, (_, m) in delivered.items()}, server.messages('Sent')
    capture.same('IMAP: what imaplib and curl got is what the server holds',
                 clients.imaplib_holds + clients.curl_holds[1:], list(everything.values()) + [everything['3']])
    capture.same('IMAP: what imaplib stored is what the server holds', [m for _, m in sent.values()], SENT)
    left = {uid: m for uid, (_, m) in server.messages('INBOX').items()}
    capture.same('IMAP: what mbsync holds is what the server holds', sorted(map(sha256, clients.mbsync_holds)),
                 sorted(map(sha256, list(left.values()) + SENT)))
    fetched = [('INBOX', uid, m) for uid, m in everything.items()] + [('INBOX', '3', everything['3'])]
    fetched += [('INBOX', uid, m) for uid, m in left.items()] + [('Sent', uid, m) for uid, (_, m) in sent.items()]
    stored = [('Sent', uid, m) for uid, (_, m) in sent.items()]
    expected = [row_of(RETRIEVED, m, box, uid) for box, uid, m in fetched] + \
        [row_of(STORED, m, box, uid) for box, uid, m in stored]
    found = collections.Counter(capture.records('IMAP', MESSAGE + ['mail.mailbox', 'mail.uid']))
    expected = collections.Counter(expected)
    capture.same('IMAP: each FETCH and APPEND is in the log of messages, with mailbox and UID',
                 (sorted(map(str, (found - expected).elements())), sorted(map(str, (expected - found).elements()))),
                 ([], []))


def check_flags(capture, clients, server):
    last = 'tcp.port == %d' % clients.last_port
    held = server.messages('INBOX')
    found = []
    for row in runner.rows(capture.path, ['imap.fetch.uid', 'imap.flag'], last + ' && imap.fetch.uid'):
        found += [row['imap.fetch.uid'], sorted(f for f in row['imap.flag'] if f != '\\Recent')]
    capture.same('IMAP: FLAGS are those of the Maildir', found,
                 [list(held), sorted(f for flags, _ in held.values() for f in flags)])
    answered = [uid for uid, (flags, _) in held.items() if '\\Answered' in flags]
    capture.same('IMAP: mbsync carried a flag over to the server', len(answered), 1)
    capture.same('IMAP: flags in STORE', capture.values('imap.flag', 'imap.request.verb == "STORE"'),
                 ['\\Seen', '\\Flagged', '$Label1', '\\Deleted', '\\Answered'])
    counts = [str(len(server.files(mailbox))) for mailbox in ('INBOX', 'Sent', DRAFTS_ON_THE_WIRE)]
    capture.same('IMAP: STATUS counts are those of the Maildir', capture.values('imap.status.messages', last), counts)
    listed = capture.values('imap.mailbox', last + ' && imap.untagged == "LIST"')
    capture.same('IMAP: mailboxes listed are those of the server', sorted(listed), sorted(server.mailboxes()))
    capture.same('IMAP: names are decoded', mailbox_name(DRAFTS_ON_THE_WIRE) in listed and DRAFTS in listed, True)
    capture.same('IMAP: SEARCH results', capture.values('imap.search.result', 'imap.untagged == "SEARCH"'),
                 clients.found)
    sizes = [str(len(m)) for m in clients.imaplib_holds]
    capture.same('IMAP: RFC822.SIZE', capture.values('imap.fetch.size')[:len(sizes)], sizes)
    capture.same('IMAP: literals of APPEND', capture.values('imap.literal.size', 'imap.request.verb == "APPEND"'),
                 [str(len(m)) for m in SENT])


def check_whole(capture):
    numbers = capture.values('mail.transaction')
    capture.same('records are numbered from 1', numbers, [str(i + 1) for i in range(len(numbers))])
    capture.same('nothing is malformed', len(runner.frames(capture.path, '_ws.malformed')), 0)


def main():
    scratch = sys.argv[1]
    server, capture = Server(scratch), Capture(os.path.join(scratch, 'live.pcapng'))
    clients = Clients(scratch, server)
    capture.start()
    try:
        clients.send()
        clients.fetch_by_poplib()
        delivered = server.messages('INBOX')
        clients.fetch_by_curl()
        clients.fetch_by_fetchmail()
        clients.fetch_by_getmail()
        clients.use_imaplib()
        clients.use_mbsync()
        clients.look_again()
    finally:
        capture.stop()
    capture.ask(check_sending, clients, delivered)
    capture.ask(check_pop, clients, delivered)
    capture.ask(check_imap, clients, delivered, server)
    capture.ask(check_flags, clients, server)
    capture.ask(check_whole)
    print('%d passed, %d failed' % (capture.passed, capture.failed))
    return 1 if capture.failed or not capture.passed else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except Exception as e:    # a client or the server: the test has to say so, and to fail
        print('FAILED: the live test: %s: %s\n0 passed, 1 failed' % (type(e).__name__, e))
        if os.environ.get('MAILWIRE_TRACE'):
            raise
        sys.exit(1)
