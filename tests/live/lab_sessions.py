"""The classroom sessions that record_labs.sh records: mail read from Eagle server, lab 06, STARTTLS without keys.

SPDX-License-Identifier: GPL-2.0-or-later

usage: lab_sessions.py SCRATCH CAPTURES FACTS [NAME...]     (started by record_labs.sh, inside its namespaces)
"""
import contextlib
import ctypes
import email.utils
import glob
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import access_imap
import access_pop
from access_scenarios import place
from access_wire import ImapTalk, PopTalk, capture_chunks, streams
from rawclient import Wire
from recorder import Recorder
from scenarios import compare, version
from transcript import Session, facts_of, postfix_events, row

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'pcaps'))
from make import FIGURE6_MESSAGE, FIGURE6_START  # noqa: E402

EAGLE, MAIL_SERVER = '192.168.254.254', '192.168.1.2'
RECEIVED = FIGURE6_START // 1000000 + 3     # 2007-01-28 20:41:03 +1000, as the greeting of the figure says
MINUTE = 60
SECRETS_BLOCK = 10     # pcapng, 4.7
CLIENT = 'Python raw socket'
SOURCE = 'client script'

# The message of Figure 6 as its server would have stored it: the queue id is the one of the figure.
STORED = (b'Return-Path: <ccna1@example.com>\r\n'
          b'Received: from [172.16.1.1] (host-1.example.com [172.16.1.1])\r\n'
          b'\tby localhost.localdomain (8.13.1/8.13.1) with ESMTP id l0SAf3xx003214;\r\n'
          b'\tSun, 28 Jan 2007 20:41:03 +1000\r\n') + FIGURE6_MESSAGE

setns = ctypes.CDLL(None, use_errno=True).setns


@contextlib.contextmanager
def inside(machine):
    """What opens a socket in here opens it in the namespace of this machine."""
    with open('/proc/self/ns/net', 'rb') as home, open('/run/netns/' + machine, 'rb') as there:
        if setns(there.fileno(), 0):
            raise OSError(ctypes.get_errno(), machine)
        try:
            yield
        finally:
            setns(home.fileno(), 0)


class SwitchRecorder(Recorder):
    """Records what goes over the switch. begin: seconds since 1970 to which the first packet is moved."""

    def start(self, name, filt):
        self.name, self.raw = name, self.path('raw', name + '.pcap')
        self.mark = {n: os.path.getsize(self.path('log', n)) for n in ('postfix.log', 'dovecot.log')}
        self.tcpdump = subprocess.Popen(['tcpdump', '-i', 'switch', '-s', '0', '-U', '--immediate-mode', '-Z', 'root',
                                         '-w', self.raw, filt], stderr=subprocess.PIPE, text=True)
        for line in self.tcpdump.stderr:
            if 'listening on' in line:
                break
        self.started = time.time()

    def stop(self, begin=None):
        time.sleep(0.6)
        self.tcpdump.send_signal(signal.SIGINT)
        self.tcpdump.communicate(timeout=30)
        self.out = os.path.join(self.captures, self.name + '.pcapng')
        shift = ['-t', '%.6f' % (begin - self.started)] if begin else []
        subprocess.run(['editcap', '-F', 'pcapng'] + shift + [self.raw, self.out], check=True,
                       stderr=subprocess.DEVNULL)


def settle(talks, raw, port):
    """Chunks of the session; what client and network saw has to agree."""
    seen = capture_chunks(raw, [port])
    if streams([c for talk in talks for c in talk.chunks]) != streams(seen):
        raise ValueError('client and capture disagree')
    return seen


def put(recorder, user):
    """The message alone in the user's INBOX, of the day of the lab."""
    place(recorder.scratch, user, [STORED])
    for path in glob.glob(recorder.path('mail', user, 'Maildir', 'cur', '*')):
        os.utime(path, (RECEIVED, RECEIVED))


def imap(recorder):
    """ccna1 reads the message three times, the login written in three ways."""
    put(recorder, 'ccna1')
    recorder.start('lab-3.4.3-imap', 'tcp port 143')
    talks = []
    for login in (['LOGIN ccna1 cisco'], ['LOGIN "ccna1" "cisco"'], ['LOGIN {5}', 'ccna1 {5}', 'cisco']):
        with inside('pod1a'):
            talks.append(ImapTalk(143, EAGLE))
        for command in (['CAPABILITY'], login, ['SELECT INBOX'], ['FETCH 1 (FLAGS BODY[])'], ['LOGOUT']):
            talks[-1].ask(*command)
        talks[-1].finish()
        time.sleep(0.3)
    recorder.stop(RECEIVED + 2 * MINUTE)
    values = access_imap.read(settle(talks, recorder.raw, 143), False)
    if [r.message for r in values.records] != [STORED] * 3:
        raise ValueError('the message was not read three times')
    recorder.write_facts(access_imap.facts(values, SOURCE, 143), dovecot(), CLIENT,
                         'the message of Figure 6 read by IMAP: LOGIN with atoms, with quoted strings, with literals')


def pop3(recorder):
    """ccna2, to whom it was sent, fetches the message and deletes it."""
    put(recorder, 'ccna2')
    recorder.start('lab-3.4.3-pop3', 'tcp port 110')
    with inside('pod1a'):
        talk = PopTalk(110, EAGLE)
    fetch(talk, 'ccna2', 'cisco', 'UIDL')
    recorder.stop(RECEIVED + 4 * MINUTE)
    values = access_pop.read(settle([talk], recorder.raw, 110), False)
    if [r.message for r in values.records] != [STORED]:
        raise ValueError('the message was not read')
    recorder.write_facts(access_pop.facts(values, SOURCE, 110), dovecot(), CLIENT,
                         'the message of Figure 6 read by POP3: USER, PASS, STAT, LIST, UIDL, RETR, DELE, QUIT')


def fetch(talk, user, password, *more):
    talk.ask('USER ' + user)
    talk.ask('PASS ' + password)
    talk.ask('STAT')
    for command in ('LIST',) + more:
        talk.ask(command, multi=True)
    talk.ask('RETR 1', multi=True)
    talk.ask('DELE 1')
    talk.ask('QUIT')
    talk.finish()


def name_server(sock):
    """Answers every query of type A for mail.com with the address of the mail server (RFC 1035 4.1)."""
    while True:
        query, client = sock.recvfrom(512)
        question = query[12:query.index(b'\0', 12) + 5]
        answer = b'\xc0\x0c' + b'\0\1\0\1' + (3600).to_bytes(4, 'big') + b'\0\4' + socket.inet_aton(MAIL_SERVER)
        good = question == b'\4mail\3com\0\0\1\0\1'
        flags = b'\x85\x80' if good else b'\x85\x83'    # authoritative; no error, or no such name
        counts = b'\0\1' + (b'\0\1' if good else b'\0\0') + b'\0\0\0\0'
        sock.sendto(query[:2] + flags + counts + question + (answer if good else b''), client)


def serve_names():
    with inside('dns'):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(('192.168.1.5', 53))
    threading.Thread(target=name_server, args=(sock,), daemon=True).start()


def lab06_message():
    return ('Message-ID: <lab06@mail.com>\r\nDate: %s\r\nFrom: client1 <client1@mail.com>\r\n'
            'To: client2 <client2@mail.com>\r\nSubject: Lab 06\r\nMIME-Version: 1.0\r\n'
            'Content-Type: text/plain; charset=us-ascii\r\n\r\n'
            'Hello client2,\r\nthis mail goes from PC0 to PC1 by way of mail.com.\r\n'
            % email.utils.formatdate()).encode()


def delivered(recorder, user):
    for _ in range(100):
        found = glob.glob(recorder.path('mail', user, 'Maildir', 'new', '*'))
        if found:
            return
        time.sleep(0.1)
    raise TimeoutError('no mail for ' + user)


def of_protocol(facts, protocol):
    """The facts, those of the record only where it is one of this protocol."""
    for fact in facts:
        if fact['field'].startswith('mail.'):
            own = 'mail.protocol == "%s"' % protocol
            fact['filter'] = '%s && %s' % (own, fact['filter']) if fact.get('filter') else own
    return facts


def lab06(recorder):
    """client1 on PC0 sends to client2, who reads on PC1; both ask the name server first."""
    place(recorder.scratch, 'client2', [])
    recorder.start('lab-06-smtp-pop3', 'tcp port 25 or tcp port 110 or udp port 53')
    serve_names()
    message = lab06_message()
    with inside('pc0'):
        wire = Wire(socket.gethostbyname('mail.com'))
    for command in ('EHLO PC0', 'MAIL FROM:<client1@mail.com>', 'RCPT TO:<client2@mail.com>', 'DATA', message, 'QUIT'):
        wire.ask(command)
    wire.close()
    delivered(recorder, 'client2')
    with inside('pc1'):
        talk = PopTalk(110, socket.gethostbyname('mail.com'))
    fetch(talk, 'client2', 'admin')
    recorder.stop()
    compare(recorder.name, [wire], postfix_events(recorder.postfix_log(), 'smtpd', []))
    values = access_pop.read(talk.chunks, False)
    if len(values.records) != 1 or not values.records[0].message.endswith(message):
        raise ValueError('what was read is not what was sent')
    names = [row('dns.qry.name', ['mail.com'] * 4, None, SOURCE), row('dns.a', [MAIL_SERVER] * 2, None, SOURCE)]
    recorder.write_facts(names + of_protocol(facts_of([Session(wire.events)], SOURCE)[1], 'SMTP') +
                         of_protocol(access_pop.facts(values, SOURCE, 110), 'POP3'),
                         '%s, %s' % (version_of_postfix(), dovecot()), CLIENT,
                         'DNS, SMTP from client1 to client2, then POP3: USER, PASS, STAT, LIST, RETR, DELE, QUIT')


def without_secrets(octets):
    """A pcapng file less its Decryption Secrets Blocks; editcap --discard-all-secrets of 4.0 writes nothing."""
    kept, at = b'', 0
    while at < len(octets):
        kind, size = struct.unpack_from('<II', octets, at)
        if kind != SECRETS_BLOCK:
            kept += octets[at:at + size]
        at += size
    return kept


def starttls_without_keys(recorder):
    """cs2910-starttls without its TLS secrets: what stands in the clear is what comes before TLS."""
    source = os.path.join(recorder.captures, 'cs2910-starttls.pcapng')
    recorder.name = 'cs2910-starttls-nokeys'
    recorder.out = os.path.join(recorder.captures, recorder.name + '.pcapng')
    with open(source, 'rb') as captured, open(recorder.out, 'wb') as out:
        out.write(without_secrets(captured.read()))
    with open(os.path.join(recorder.facts, 'cs2910-starttls.json'), encoding='utf-8') as h:
        whole = json.load(h)
    values = {fact['field']: fact['expect'] for fact in whole['facts']}
    offered = int(values['smtp.response.lines'][1]) - 1
    methods = next(len(c.split()) - 1 for c in values['smtp.capability'] if c.startswith('AUTH '))
    shown = {'smtp.response.code': 3, 'smtp.response.lines': 3, 'smtp.banner': 1, 'smtp.req.verb': 2,
             'smtp.client.domain': 1, 'smtp.capability': offered, 'smtp.capability.keyword': offered,
             'smtp.capability.size': 1, 'smtp.capability.auth': methods, 'smtp.status': 1}
    facts = [row(field, values[field][:number], None, 'Postfix log') for field, number in shown.items()]
    facts += [row(field, [0], None, 'no keys', 'count')
              for field in ('mail.transaction', 'smtp.auth.mechanism', 'smtp.mail.from', 'smtp.queue_id')]
    recorder.write_facts(facts, whole['server'], whole['client'],
                         'the packets of cs2910-starttls without the TLS secrets: nothing can be read after STARTTLS')


def dovecot():
    return 'Dovecot ' + version(['dovecot', '--version'], r'^(\S+)')


def version_of_postfix():
    return 'Postfix ' + version(['postconf', '-d', 'mail_version'], r'= (\S+)')


SESSIONS = {
    'lab-3.4.3-imap': imap,
    'lab-3.4.3-pop3': pop3,
    'lab-06-smtp-pop3': lab06,
    'cs2910-starttls-nokeys': starttls_without_keys,
}


def main():
    recorder = SwitchRecorder(*sys.argv[1:4])
    for name in sys.argv[4:] or SESSIONS:
        SESSIONS[name](recorder)
        print('ok   ' + name, flush=True)


if __name__ == '__main__':
    main()
