"""What POP3 and IMAP readers share: values gathered per field, and the facts that they become.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import base64
import re

from transcript import message_facts, row

RETRIEVED, STORED = 'retrieved', 'stored'


class Record:
    """A message that was retrieved or stored."""

    def __init__(self, protocol, action, message, username, tls, outcome='accepted', mailbox=None, uid=None):
        self.protocol, self.action, self.message, self.username = protocol, action, message, username
        self.tls, self.outcome, self.mailbox, self.uid = tls, outcome, mailbox, uid


class Values:
    """Per field and direction, the values in the order in which they were said."""

    def __init__(self):
        self.rows, self.records, self.vague = [], [], set()

    def add(self, field, from_client, *values):
        self.rows += [(field, from_client, str(value)) for value in values]

    def vaguely(self, *fields, from_client=None):
        """Of these, in one direction or in both, more may be said than what was added."""
        self.vague.update((f, c) for f in fields for c in ((True, False, None) if from_client is None else
                                                           (from_client, None)))

    def of(self, field, from_client=None):
        return [v for f, c, v in self.rows if f == field and from_client in (None, c)]

    def fields(self):
        return list(dict.fromkeys(field for field, _, _ in self.rows))


class Sasl:
    """The exchange of one AUTH or AUTHENTICATE, for the field prefix that it is given."""

    def __init__(self, values, prefix, mechanism, account=None):
        """account: the field prefix of .username and .password, if the exchange fills them."""
        self.values, self.prefix, self.mechanism, self.account = values, prefix, mechanism.upper(), account
        self.trying = None
        values.add(prefix + '.auth.mechanism', True, self.mechanism)

    def challenge(self, encoded):
        text = decoded(encoded)
        if text:
            self.values.add(self.prefix + '.auth.challenge', False, text)

    def told(self, what, text):
        if self.account:
            self.values.add('%s.%s' % (self.account, what), True, text)

    def response(self, encoded):
        if encoded == '*':
            return
        text = decoded(encoded) if encoded != '=' else ''
        if self.mechanism == 'PLAIN':
            _, self.trying, password = text.split('\0')
            self.told('username', self.trying)
            self.told('password', password)
        elif self.mechanism == 'LOGIN':
            self.told('password' if self.trying else 'username', text)
            self.trying = self.trying or text
        else:
            if text:
                self.values.add(self.prefix + '.auth.response', True, text)
            m = re.search(r'^(\S+) [0-9a-f]{32}$|username="([^"]*)"|^n,[^,]*,n=([^,]*)', text)
            if m:
                self.trying = next(g for g in m.groups() if g)
                self.told('username', self.trying)


def decoded(encoded):
    return base64.b64decode(encoded).decode()


def value_facts(values, port, source, split=()):
    """A fact per field; of the fields in split, one for the client and one for the server."""
    facts = []
    for field in values.fields():
        for from_client in ((True, False) if field in split else (None,)):
            found = values.of(field, from_client)
            filt = None if from_client is None else 'tcp.%sport == %d' % ('dst' if from_client else 'src', port)
            if found and (field, from_client) in values.vague:
                facts.append(row(field, list(dict.fromkeys(found)), filt, source, 'contains'))
            elif found:
                facts.append(row(field, found, filt, source))
    return facts


def record_facts(values, source):
    records = values.records
    if ('mail.transaction', None) in values.vague:    # there may be more that are not accepted, or hold no message
        always, facts = 'mail.outcome == "accepted" && mail.subject', []
    else:
        always, facts = None, [row('mail.transaction', [len(records)], None, source, 'count')]
    if not records:
        return facts
    for field in ('protocol', 'action', 'outcome'):
        facts.append(row('mail.' + field, [getattr(r, field) for r in records], always, source))
    facts.append(row('mail.tls', [int(r.tls) for r in records], always, source))
    facts.append(row('mail.auth.username', [r.username for r in records if r.username], always, source))
    if any(r.mailbox for r in records):
        facts.append(row('mail.mailbox', [r.mailbox for r in records], always, source))
    known = [r for r in records if r.outcome == 'accepted']
    filt = always or ('mail.outcome == "accepted"' if len(known) != len(records) else None)
    if known and all(r.uid for r in known) and any(r.mailbox for r in known):
        facts.append(row('mail.uid', [r.uid for r in known], filt, source))
    return facts + (message_facts(None, known, filt) if known else [])
