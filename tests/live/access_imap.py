"""Reads IMAP as it was said, from chunks in their order. RFC 3501, 9051 and the extensions that Dovecot has.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import base64
import re
from email.header import decode_header, make_header

from access_facts import RETRIEVED, STORED, Record, Sasl, Values, record_facts, value_facts

PORT = 143
ANNOUNCED = re.compile(rb'~?\{(\d+)\+?\}\r\n')
ATOM = re.compile(rb'[^\s()"{\[\]]*(?:\[[^\]\r\n]*\](?:<\d+(?:\.\d+)?>)?)?[^\s()"{\[\]]*')
QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
NUMBERS = re.compile(r'(?:\d+|\*)(?:[:,](?:\d+|\*))*$|\$$')
STATUS_FIELDS = {'MESSAGES': 'messages', 'RECENT': 'recent', 'UIDNEXT': 'uidnext', 'UIDVALIDITY': 'uidvalidity',
                 'UNSEEN': 'unseen', 'HIGHESTMODSEQ': 'highestmodseq', 'SIZE': 'size'}
FIRST_IS_MAILBOX = set('SELECT EXAMINE CREATE DELETE SUBSCRIBE UNSUBSCRIBE STATUS APPEND GETACL SETACL DELETEACL '
                       'LISTRIGHTS MYRIGHTS GETQUOTAROOT'.split())
FIRST_IS_MAILBOX_ANSWER = set('STATUS ACL LISTRIGHTS MYRIGHTS QUOTAROOT METADATA'.split())


class Text(str):
    """A quoted string: never NIL."""


class Octets(bytes):
    """The octets of a literal."""


def string(token):
    """A string of whatever form, or None for NIL."""
    if isinstance(token, Octets):
        return token.decode('utf-8', 'replace')
    return None if not isinstance(token, Text) and token.upper() == 'NIL' else str(token)


def tokens(octets, at=0, end=None):
    """Tokens up to the end of the line or of the list: atoms are str, then Text, Octets, list. Gives where it ended."""
    found = []
    while octets[at:at + 2] != b'\r\n':
        c = octets[at:at + 1]
        literal, quoted = ANNOUNCED.match(octets, at), QUOTED.match(octets, at)
        if c == end:
            return found, at + 1
        if c == b' ':
            at += 1
        elif c == b'(':
            inner, at = tokens(octets, at + 1, b')')
            found.append(inner)
        elif literal:
            at = literal.end() + int(literal.group(1))
            found.append(Octets(octets[literal.end():at]))
        elif quoted:
            found.append(Text(re.sub(r'\\(.)', r'\1', quoted.group(1).decode())))
            at = quoted.end()
        else:
            m = ATOM.match(octets, at)
            if m.end() == at:
                raise ValueError('%r stands at %d of %r' % (c, at, octets[:200]))
            found.append(m.group(0).decode())
            at = m.end()
    return found, at


def mailbox_name(token):
    """Decoded from modified UTF-7 (RFC 3501 5.1.3)."""
    def shifted(m):
        if not m.group(1):
            return '&'
        coded = m.group(1).replace(',', '/')
        return base64.b64decode(coded + '=' * (-len(coded) % 4)).decode('utf-16-be')
    return re.sub('&([^-]*)-', shifted, string(token) or '')


class Reassembly:
    """Whole commands and responses of one direction, with their literals."""

    def __init__(self):
        self.unread, self.at = b'', 0

    def feed(self, octets):
        self.unread += octets
        while True:
            end = self.unread.find(b'\r\n', self.at)
            if end < 0:
                return
            m = re.search(rb'\{(\d+)\+?\}$', self.unread[self.at:end])
            behind = end + 2 + int(m.group(1)) if m else 0
            if behind > len(self.unread):
                return
            self.at = behind
            if not m:
                whole, self.unread = self.unread[:end + 2], self.unread[end + 2:]
                yield whole

    def drop(self):
        """A literal was refused: what was announced does not come."""
        line, _, self.unread = self.unread.partition(b'\r\n')
        self.at = 0
        return line + b'\r\n'


class Conversation:
    """One connection."""

    def __init__(self, values, tls):
        self.values, self.tls = values, tls
        self.parts = {True: Reassembly(), False: Reassembly()}
        self.commands, self.greeted, self.idle = {}, False, None
        self.sasl = self.username = self.trying = self.selected = None

    def add(self, field, from_client, *values):
        self.values.add('imap.' + field, from_client, *values)

    def feed(self, from_client, octets):
        for whole in self.parts[from_client].feed(octets):
            if from_client:
                self.command(whole)
            else:
                self.response(whole)

    # --- Commands ---------------------------------------------------------------------------------------------------
    def command(self, octets):
        if self.sasl:
            self.sasl.response(octets.decode().strip())
            return
        if self.idle and octets.upper() == b'DONE\r\n':
            self.idle = None
            return
        self.literals(octets, True)
        words, _ = tokens(octets)
        tag, verb, arguments = words[0], words[1].upper(), words[2:]
        self.values.add('imap.request_tag', True, tag)
        uid = verb == 'UID'
        if uid:
            verb, arguments = arguments[0].upper(), arguments[1:]
        self.add('request.command', True, words[2 if uid else 1])
        self.add('request.verb', True, verb)
        self.commands[tag] = (verb, arguments, uid)
        if verb in FIRST_IS_MAILBOX:
            self.add('mailbox', True, mailbox_name(arguments[0]))
        handler = getattr(self, 'command_' + verb.lower(), None)
        if handler:
            handler(arguments, uid)

    def literals(self, octets, from_client):
        at = 0
        while True:
            m = ANNOUNCED.search(octets, at)
            if not m:
                return
            self.add('literal.size', from_client, m.group(1).decode())
            at = m.end() + int(m.group(1))

    def command_login(self, arguments, uid):
        self.trying = string(arguments[0])
        self.add('request.username', True, self.trying)
        self.add('request.password', True, string(arguments[1]))

    def command_authenticate(self, arguments, uid):
        self.sasl = Sasl(self.values, 'imap', arguments[0])
        if len(arguments) > 1:
            self.sasl.response(arguments[1])

    def command_idle(self, arguments, uid):
        self.idle = True

    def command_rename(self, arguments, uid):
        self.add('mailbox', True, *map(mailbox_name, arguments))

    def command_list(self, arguments, uid):
        self.values.vaguely('imap.mailbox', from_client=True)    # reference and pattern are not quite names

    command_lsub = command_notify = command_getmetadata = command_setmetadata = command_list

    def command_namespace(self, arguments, uid):
        self.values.vaguely('imap.list.delimiter')

    def command_select(self, arguments, uid):
        self.selecting = mailbox_name(arguments[0])
        if any(isinstance(a, list) and 'QRESYNC' in a for a in arguments):
            self.values.vaguely('imap.status.uidvalidity', 'imap.status.highestmodseq')
            self.values.vaguely('imap.sequence_set', from_client=True)

    command_examine = command_select

    def command_fetch(self, arguments, uid):
        self.add('sequence_set', True, arguments[0])

    def command_store(self, arguments, uid):
        self.add('sequence_set', True, arguments[0])
        rest = [a for a in arguments[1:] if not (isinstance(a, list) and a[:1] == ['UNCHANGEDSINCE'])]
        flags = rest[1] if isinstance(rest[1], list) else rest[1:]
        self.add('flag', True, *flags)

    def command_copy(self, arguments, uid):
        self.add('sequence_set', True, arguments[0])
        self.add('mailbox', True, mailbox_name(arguments[1]))

    command_move = command_copy

    def command_expunge(self, arguments, uid):
        if uid:
            self.add('sequence_set', True, arguments[0])

    def command_search(self, arguments, uid):
        plain = [a for a in arguments if type(a) is str]
        for before, a in zip([''] + plain, plain):
            if NUMBERS.match(a) and before.upper() != 'MODSEQ':
                self.add('sequence_set', True, a)
                self.values.vaguely('imap.sequence_set', from_client=True)    # or else a SIZE, or the like
        if any(a.upper() in ('KEYWORD', 'UNKEYWORD') for a in plain):
            self.values.vaguely('imap.flag')
        if any(a.upper() == 'MODSEQ' for a in plain):
            self.values.vaguely('imap.fetch.modseq')

    command_sort = command_thread = command_search

    def command_append(self, arguments, uid):
        if 'CATENATE' in arguments:
            self.values.vaguely('mail.transaction')    # the message itself is not on the wire
        for before, a in zip(arguments, arguments[1:]):
            if isinstance(a, list) and before != 'CATENATE':
                self.add('flag', True, *a)

    # --- Responses --------------------------------------------------------------------------------------------------
    def response(self, octets):
        if octets.startswith(b'+'):
            self.continuation(octets)
            return
        self.literals(octets, False)
        tag, kind, rest = (octets.split(b' ', 2) + [b'\r\n'])[:3]
        tag, kind = tag.decode(), kind.decode().strip().upper()
        number = None
        if tag == '*' and kind.isdigit():
            number = kind
            kind, rest = (re.match(rb'(\S+) ?((?s:.*))', rest).groups())
            kind = kind.decode().upper()
        if tag == '*':
            self.add('untagged', False, kind)
        if kind in ('OK', 'NO', 'BAD', 'BYE', 'PREAUTH'):
            text = self.status(rest)
            if not self.greeted:
                self.greeted = True
                self.add('banner', False, text)
            if tag != '*':
                self.tagged(tag, kind)
            return
        self.data(kind, number, tokens(rest)[0] if kind != 'THREAD' else [])

    def continuation(self, octets):
        self.values.vaguely('imap.response_tag')    # whether + is one is not settled
        if self.sasl:
            self.sasl.challenge(octets[2:].strip().decode())

    def status(self, rest):
        """Code and text; gives the text."""
        self.code = []
        if rest.startswith(b'['):
            self.code, at = tokens(rest, 1, b']')
            rest = rest[at:].lstrip(b' ')
            name, arguments = self.code[0].upper(), self.code[1:]
            self.add('response.code', False, name)
            if name == 'CAPABILITY':
                self.add('capability', False, *arguments)
            elif name in STATUS_FIELDS:
                self.add('status.' + STATUS_FIELDS[name], False, arguments[0])
            elif name == 'PERMANENTFLAGS':
                self.add('flag', False, *arguments[0])
            elif name in ('APPENDUID', 'COPYUID', 'MODIFIED'):
                self.values.vaguely('imap.status.uidvalidity')
                self.values.vaguely('imap.sequence_set', from_client=False)
                self.add('sequence_set', False, *arguments[-2:] if name == 'COPYUID' else arguments[-1:])
        return rest.decode().strip()

    def tagged(self, tag, kind):
        self.values.add('imap.response_tag', False, tag)
        self.values.add('imap.response.status', False, kind)
        if tag not in self.commands:    # whose literal was refused
            self.command_refused()
        verb, arguments, uid = self.commands.pop(tag, ('', [], False))
        if verb in ('LOGIN', 'AUTHENTICATE') and kind == 'OK':
            self.username = self.sasl.trying if self.sasl else self.trying
        elif verb in ('SELECT', 'EXAMINE'):
            self.selected = self.selecting if kind == 'OK' else None
        elif verb == 'STARTTLS' and kind == 'OK':
            self.tls = True
        elif verb == 'APPEND':
            self.appended(arguments, kind)
        if verb == 'AUTHENTICATE':
            self.sasl = None

    def command_refused(self):
        """The literal of a synchronising APPEND that never came."""
        line = self.parts[True].drop()
        words = line.split(b' ')
        size = ANNOUNCED.search(line).group(1).decode()
        self.add('literal.size', True, size)
        self.values.add('imap.request_tag', True, words[0].decode())
        self.add('request.command', True, words[1].decode())
        self.add('request.verb', True, words[1].decode().upper())
        self.add('mailbox', True, mailbox_name(tokens(words[2] + b'\r\n')[0][0]))
        self.values.vaguely('imap.flag', from_client=True)
        self.values.vaguely('mail.transaction')    # whether what never came makes a record is not settled

    def appended(self, arguments, kind):
        uids = []
        if self.code[:1] == ['APPENDUID']:
            uids = numbers(self.code[2])
        for a in arguments[1:]:
            if isinstance(a, Octets):
                self.values.records.append(Record(
                    'IMAP', STORED, bytes(a), self.username, self.tls, 'accepted' if kind == 'OK' else 'rejected',
                    mailbox_name(arguments[0]), uids.pop(0) if uids else None))

    def data(self, kind, number, words):
        if kind in ('EXISTS', 'RECENT', 'EXPUNGE'):
            self.add(kind.lower(), False, number)
        elif kind == 'CAPABILITY':
            self.add('capability', False, *words)
        elif kind == 'FLAGS':
            self.add('flag', False, *words[0])
        elif kind in ('SEARCH', 'SORT'):
            self.add('search.result', False, *[w for w in words if type(w) is str])
        if kind in FIRST_IS_MAILBOX_ANSWER:
            self.add('mailbox', False, mailbox_name(words[0]))
        handler = getattr(self, 'data_' + kind.lower(), None)
        if handler:
            handler(words, number)

    def data_list(self, words, number):
        self.add('list.attribute', False, *words[0])
        self.add('list.delimiter', False, string(words[1]))
        self.add('mailbox', False, mailbox_name(words[2]))

    data_lsub = data_list

    def data_status(self, words, number):
        for name, value in zip(words[1][::2], words[1][1::2]):
            self.add('status.' + STATUS_FIELDS[name.upper()], False, value)

    def data_esearch(self, words, number):
        words = [w for w in words if not isinstance(w, list) and w.upper() != 'UID']
        for name, value in zip(words[::2], words[1::2]):
            if name.upper() in ('MIN', 'MAX'):
                self.add('search.result', False, value)
            elif name.upper() == 'ALL':
                self.add('search.result', False, *numbers(value))
            elif name.upper() == 'MODSEQ':
                self.values.vaguely('imap.fetch.modseq')

    def data_vanished(self, words, number):
        self.add('sequence_set', False, words[-1])

    def data_quota(self, words, number):
        for i in range(0, len(words[1]), 3):
            self.add('quota.resource', False, words[1][i])
            self.add('quota.usage', False, words[1][i + 1])
            self.add('quota.limit', False, words[1][i + 2])

    def data_id(self, words, number):
        for name, value in zip(words[0][::2], words[0][1::2]):
            self.add('id.name', False, string(name))
            self.add('id.value', False, string(value))

    # --- FETCH ------------------------------------------------------------------------------------------------------
    def data_fetch(self, words, number):
        self.add('fetch.number', False, number)
        items = words[0]
        pairs = list(zip(items[::2], items[1::2]))
        uid = next((v for n, v in pairs if n.upper() == 'UID'), None)
        for name, value in pairs:
            base, section = re.match(r'([^\[]*)(?:\[(.*)\])?', name).groups()
            handler = getattr(self, 'fetch_' + base.upper().replace('.', '_'), None)
            if handler:
                handler(value)
            if section:
                self.add('fetch.section', False, section)
            whole = base.upper() in ('BODY', 'BINARY') and section == '' and '<' not in name or base.upper() == 'RFC822'
            if whole:
                self.values.records.append(Record('IMAP', RETRIEVED, bytes(value) if isinstance(value, Octets) else
                                                  string(value).encode(), self.username, self.tls,
                                                  mailbox=self.selected, uid=uid))

    def fetch_UID(self, value):
        self.add('fetch.uid', False, value)

    def fetch_RFC822_SIZE(self, value):
        self.add('fetch.size', False, value)

    def fetch_INTERNALDATE(self, value):
        self.add('fetch.internaldate', False, value)

    def fetch_MODSEQ(self, value):
        self.add('fetch.modseq', False, value[0])

    def fetch_FLAGS(self, value):
        self.add('flag', False, *value)

    def fetch_ENVELOPE(self, value):
        for i, name in ((0, 'date'), (1, 'subject'), (8, 'in_reply_to'), (9, 'message_id')):
            if string(value[i]):
                text = string(value[i])
                self.add('envelope.' + name, False, str(make_header(decode_header(text))) if i == 1 else text)
        for i, name in ((2, 'from'), (5, 'to'), (6, 'cc')):
            for a in value[i] if isinstance(value[i], list) else ():
                self.add('envelope.' + name, False, '%s@%s' % (string(a[2]), string(a[3])))

    def fetch_BODYSTRUCTURE(self, value):
        self.body_part(value)

    def fetch_BODY(self, value):
        if isinstance(value, list):
            self.body_part(value)

    def body_part(self, part):
        if isinstance(part[0], list):
            for inner in part:
                if isinstance(inner, list) and inner and (isinstance(inner[0], list) or len(inner) > 6):
                    self.body_part(inner)
                else:
                    return
            return
        kind = ('%s/%s' % (string(part[0]), string(part[1]))).lower()
        self.add('bodystructure.type', False, kind)
        self.add('bodystructure.encoding', False, string(part[5]))
        self.add('bodystructure.octets', False, part[6])
        self.filename(part)
        if kind == 'message/rfc822':
            self.values.vaguely(*['imap.envelope.' + f for f in
                                  ('date', 'subject', 'from', 'to', 'cc', 'message_id', 'in_reply_to')])
            self.body_part(part[8])

    def filename(self, part):
        self.values.vaguely('imap.bodystructure.filename')    # it may stand in both type and disposition
        lists = [part[2]] + [w[1] for w in part[7:] if isinstance(w, list) and len(w) == 2 and isinstance(w[1], list)]
        for parameters in lists:
            if isinstance(parameters, list) and parameters and type(parameters[0]) is Text:
                for name, value in zip(parameters[::2], parameters[1::2]):
                    if name.lower() in ('name', 'filename'):
                        self.add('bodystructure.filename', False, str(make_header(decode_header(string(value)))))


def numbers(text):
    """Of a set without *."""
    found = []
    for part in text.split(','):
        ends = [int(n) for n in part.split(':')]
        found += range(min(ends), max(ends) + 1)
    return [str(n) for n in found]


def read(chunks, tls):
    values, open_ = Values(), {}
    for connection, from_client, octets in chunks:
        open_.setdefault(connection, Conversation(values, tls)).feed(from_client, octets)
    return values


def facts(values, source, port=PORT):
    return (value_facts(values, port, source, ('imap.sequence_set', 'imap.id.name', 'imap.id.value',
                                               'imap.fetch.section', 'imap.mailbox', 'imap.flag')) +
            record_facts(values, source))
