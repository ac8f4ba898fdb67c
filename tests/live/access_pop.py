"""Reads POP3 as it was said, from chunks in their order. RFC 1939, 2449, 5034.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import re

from access_facts import RETRIEVED, Record, Sasl, Values, record_facts, value_facts

PORT = 110


class Conversation:
    """One connection."""

    def __init__(self, values, tls):
        self.values, self.tls = values, tls
        self.unread = {True: b'', False: b''}
        self.waiting, self.greeted = [], False
        self.rows = self.sasl = self.username = self.trying = None
        self.replies = 0

    def feed(self, from_client, octets):
        self.unread[from_client] += octets
        while b'\r\n' in self.unread[from_client]:
            line, self.unread[from_client] = self.unread[from_client].split(b'\r\n', 1)
            if from_client:
                self.command(line.decode())
            else:
                self.answer(line)

    def add(self, field, from_client, *values):
        self.values.add('pop.' + field, from_client, *values)

    def command(self, line):
        if self.sasl and not self.waiting:
            self.sasl.response(line)
            self.waiting.append(['AUTH', 'AUTH'])
            return
        words = line.split(' ')
        verb = words[0].upper()
        self.waiting.append([verb] + words[1:])
        self.add('request.command', True, words[0])
        self.add('request.verb', True, verb)
        if verb == 'USER':
            self.trying = line[5:]
            self.add('username', True, self.trying)
        elif verb == 'PASS':
            self.add('password', True, line[5:])
        elif verb == 'APOP':
            self.trying = words[1]
            self.add('username', True, words[1])
            self.add('apop.digest', True, words[2])
        elif verb == 'AUTH' and len(words) > 1:
            self.sasl = Sasl(self.values, 'pop', words[1], 'pop')
            if len(words) > 2:
                self.sasl.response(words[2])
        elif verb in ('RETR', 'TOP', 'DELE', 'LIST', 'UIDL') and len(words) > 1:
            self.add('message.number', True, words[1])
            if verb == 'TOP':
                self.add('top.lines', True, words[2])

    def answer(self, line):
        if self.rows is not None:
            if line == b'.':
                self.end_of_rows()
            else:
                self.rows.append(line[1:] if line.startswith(b'.') else line)
            return
        text = line.decode()
        if text.startswith('+ ') and self.sasl:
            self.waiting.pop(0)
            self.sasl.challenge(text[2:])
            return
        self.add('response.indicator', False, text.split(' ')[0])
        self.replies += 1
        code = re.match(r'-ERR \[([^\] ]+)', text)
        if code:
            self.add('response.code', False, code.group(1))
        if not self.greeted:
            self.greeted = True
            self.add('banner', False, text[4:])
            stamp = re.search(r'<[^>]*@[^>]*>', text)
            if stamp:
                self.add('apop.timestamp', False, stamp.group(0))
            return
        if self.waiting:    # else nobody asked: Dovecot, which logged in and then found no mailbox
            self.reply(text, self.waiting.pop(0))

    def reply(self, text, command):
        good, verb, words = text.startswith('+OK'), command[0], text.split(' ')
        if verb == 'AUTH' and len(command) > 1 or verb in ('PASS', 'APOP'):
            if good:
                self.username = self.sasl.trying if self.sasl else self.trying
            self.sasl = None
        elif good and verb == 'STAT':
            self.add('stat.messages', False, words[1])
            self.add('stat.octets', False, words[2])
        elif good and verb in ('LIST', 'UIDL') and len(command) > 1:
            self.scan(verb, words[1:])
        elif good and verb in ('LIST', 'UIDL', 'RETR', 'TOP', 'CAPA') or good and command == ['AUTH']:
            self.rows, self.rows_of = [], verb

    def scan(self, verb, words):
        names = {'LIST': ('scan.number', 'scan.octets'), 'UIDL': ('uidl.number', 'uidl.id')}[verb]
        self.add(names[0], False, words[0])
        self.add(names[1], False, words[1])

    def end_of_rows(self):
        rows, self.rows = self.rows, None
        if self.rows_of == 'RETR':
            message = b''.join(r + b'\r\n' for r in rows)
            self.values.records.append(Record('POP3', RETRIEVED, message, self.username, self.tls))
        for line in (r.decode() for r in rows if self.rows_of in ('LIST', 'UIDL', 'CAPA')):
            if self.rows_of == 'CAPA':
                self.add('capability', False, line)
                self.add('capability.keyword', False, line.split(' ')[0])
            else:
                self.scan(self.rows_of, line.split(' '))


def read(chunks, tls):
    """tls: the whole session is inside TLS; after STLS the session that follows is."""
    values, open_ = Values(), {}
    for connection, from_client, octets in chunks:
        talk = open_.setdefault(connection, Conversation(values, tls))
        talk.feed(from_client, octets)
        if from_client and octets.upper() == b'STLS\r\n':
            talk.tls = True
    if values.of('pop.auth.mechanism'):
        values.vaguely('pop.response.indicator', 'pop.request.command')    # what + and base64 count as is not settled
    return values


def facts(values, source, port=PORT):
    return value_facts(values, port, source) + record_facts(values, source)
