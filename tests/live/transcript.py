"""What a client sent and a server answered, as their own logs state it, and the facts that follow from it.

SPDX-License-Identifier: GPL-2.0-or-later

A session is a list of events in the order in which one of the two sides logged them:
  ('C', line)      a command line, or an answer within AUTH
  ('S', lines)     a reply, one string per line, with the codes
  ('M', message)   the octets of a message, dot-stuffing removed, at its end (BDAT: at the chunk that is LAST)
"""
import base64
import hashlib
import re
from email import message_from_bytes, message_from_string, policy

VERBS = set('HELO EHLO LHLO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY EXPN HELP ETRN AUTH STARTTLS XCLIENT '
            'XFORWARD'.split())
ACCEPTED, REJECTED, ABORTED, INCOMPLETE = 'accepted', 'rejected', 'aborted', 'incomplete'
QUEUE_ID = re.compile(r'queued as (\w+)|id=([\w-]+)|^250 2\.0\.0:? (\w+) Message accepted')
POSTFIX_LINE = re.compile(r'postfix(?:/\w+)*/(smtpd|lmtp|smtp)\[(\d+)\]: ([<>]) \S*?\[[^]]*\](?::\d+)?: ?(.*)$')


class Session:
    """One connection: its events, and what is known beside them."""

    def __init__(self, events, protocol='SMTP', tls=False):
        self.events = events
        self.protocol = protocol
        self.tls = tls


def joined(reply):
    """A reply on one line, the code once: the form of mail.reply."""
    return ' '.join([reply[0][:3]] + [text for text in (line[4:] for line in reply) if text])


def reply_status(reply):
    """Enhanced status code of a reply (RFC 2034 4), or None."""
    m = re.match(r'([245])..[- ](\1\.\d{1,3}\.\d{1,3})(?: |$)', reply[0])
    return m.group(2) if m else None


def reply_queue_id(reply):
    m = QUEUE_ID.search(reply[-1])
    return next((g for g in m.groups() if g), None) if m and reply[-1].startswith('250') else None


def postfix_events(log, program, messages):
    """Sessions of one Postfix program from a verbose log; the log leaves the messages out, so they are put back.

    messages are taken in turn: one for each final reply to DATA or to the last BDAT.
    """
    server = program == 'smtpd'
    rest, sessions, state = list(messages), {}, {}
    order = []
    for line in log.splitlines():
        m = POSTFIX_LINE.search(line)
        if re.search(r'/smtpd\[\d+\]: connect from ', line) or not m or m.group(1) != program:
            new = re.search(r'/smtpd\[(\d+)\]: connect from ', line)
            if new and server:
                sessions[new.group(1)] = []
                order.append(sessions[new.group(1)])
                state[new.group(1)] = None
            continue
        pid, arrow, text = m.group(2), m.group(3), m.group(4)
        if pid not in sessions or (not server and arrow == '<' and state[pid] == 'quit' and text.startswith('220')):
            sessions[pid], state[pid] = [], None
            order.append(sessions[pid])
        events = sessions[pid]
        if (arrow == '<') == server:
            if state[pid] == 'data' and text == '.':
                continue
            events.append(('C', text))
            if re.match(r'(?i)BDAT \d+ LAST', text) and rest:
                events.append(('M', rest.pop(0)))
            if re.match(r'(?i)QUIT', text):
                state[pid] = 'quit'
            continue
        if events and events[-1][0] == 'S' and events[-1][1][-1][3:4] == '-':
            events[-1][1].append(text)
        else:
            events.append(('S', [text]))
        if text.startswith('354'):
            state[pid] = 'data'
            events.append(('M', rest.pop(0) if rest else None))
        elif state[pid] == 'data':
            state[pid] = None
    if rest:
        raise ValueError('%d messages more than the log has' % len(rest))
    return order


class Transaction:
    def __init__(self, session):
        self.protocol, self.tls = session.protocol, session.tls
        self.helo = self.sender = self.reply = self.outcome = self.message = self.username = self.server = None
        self.to, self.refused = [], []


def path(line):
    return re.search(r'<([^>]*)>', line).group(1)


class Reader:
    """Walks through sessions and gathers, per field, its values in wire order."""

    def __init__(self):
        self.values = {}
        self.transactions = []

    def add(self, field, *values):
        self.values.setdefault(field, []).extend(values)

    def read(self, session):
        self.session, self.open, self.waiting = session, None, []
        self.helo = self.username = self.server = self.auth = self.trying = None
        self.message, self.last_reply, self.greeted = None, None, False
        for kind, what in session.events:
            {'C': self.command, 'S': self.response, 'M': self.end_of_message}[kind](what)
        if self.open:
            self.finish(INCOMPLETE, None)

    def begin(self, line):
        self.open = Transaction(self.session)
        self.open.sender, self.open.helo = path(line), self.helo
        self.open.username, self.open.server = self.username, self.server

    def finish(self, outcome, reply):
        self.open.outcome, self.open.reply = outcome, reply
        self.open.message, self.message = self.message, None
        self.transactions.append(self.open)
        self.open = None

    def end_of_message(self, message):
        self.message = message
        if self.waiting and self.waiting[-1].upper().startswith('BDAT'):
            if self.session.protocol == 'LMTP':
                self.waiting.pop()
            else:
                return
        if self.session.protocol == 'LMTP':
            self.pending = list(self.open.to)
            self.waiting += ['.'] * len(self.pending)
        else:
            self.waiting.append('.')

    def command(self, line):
        if self.last_reply and self.last_reply[0].startswith('334') and not self.waiting:
            self.auth_response(line)
            return
        verb = line.split(' ')[0].upper()
        self.waiting.append(line)
        if verb in VERBS:
            self.add('smtp.req.verb', verb)
        if verb in ('HELO', 'EHLO', 'LHLO'):
            self.add('smtp.client.domain', line[5:])
        elif verb in ('MAIL', 'RCPT'):
            self.add('smtp.mail.from' if verb == 'MAIL' else 'smtp.rcpt.to', path(line))
            for word in line[line.index('>') + 1:].split():
                self.add('smtp.param', word)
                if word.upper().startswith('SIZE='):
                    self.add('smtp.param.size', word[5:])
        elif verb == 'BDAT':
            self.add('smtp.bdat.size', line.split()[1])
            self.add('smtp.bdat.last', '1' if line.upper().endswith(' LAST') else '0')
        elif verb == 'AUTH':
            words = line.split(' ')
            self.auth, self.trying = words[1].upper(), None
            self.add('smtp.auth.mechanism', self.auth)
            if len(words) > 2 and words[2] != '=':
                self.sasl(base64.b64decode(words[2]))

    def auth_response(self, line):
        self.waiting.append('AUTH')
        if line != '*':
            self.sasl(base64.b64decode(line))

    def sasl(self, octets):
        text = octets.decode()
        if self.auth == 'PLAIN':
            _, self.trying, password = text.split('\0')
            self.add('smtp.auth.password', password)
        elif self.auth == 'LOGIN':
            if self.trying is not None:
                self.add('smtp.auth.password', text)
                return
            self.trying = text
        else:
            self.add('smtp.auth.response', text)
            m = re.search(r'^(\S+) [0-9a-f]{32}$|username="([^"]*)"|^n,[^,]*,n=([^,]*)', text)
            if not m:
                return
            self.trying = next(g for g in m.groups() if g)
        self.add('smtp.auth.username', self.trying)

    def response(self, reply):
        code = int(reply[0][:3])
        self.last_reply = reply
        self.add('smtp.response.code', str(code))
        self.add('smtp.response.lines', str(len(reply)))
        if reply_status(reply):
            self.add('smtp.status', reply_status(reply))
        if not self.greeted:
            self.greeted = True
            self.greeting(reply)
            return
        command = self.waiting.pop(0)
        verb = command.split(' ')[0].upper()
        handler = getattr(self, 'reply_' + verb.lower(), None) if verb != '.' else self.reply_data_end
        if handler:
            handler(command, code, reply)

    def greeting(self, reply):
        self.add('smtp.banner', reply[0][4:])
        m = re.search(r'ESMTP (?:(Postfix|OpenSMTPD)|(Exim) (\S+)|(Sendmail) ([^/;\s]+))', reply[0])
        if m:
            self.server = ' '.join(g for g in m.groups() if g)

    def abort(self, command, code, reply):
        if code < 300 and self.open:
            self.finish(ABORTED, reply)

    reply_rset = reply_quit = abort

    def reply_ehlo(self, command, code, reply):
        self.abort(command, code, reply)
        if code == 250:
            self.helo = command[5:]
            for line in reply[1:]:
                self.add('smtp.capability', line[4:])
                self.add('smtp.capability.keyword', re.split('[ =]', line[4:])[0])
                if line[4:].startswith('SIZE '):
                    self.add('smtp.capability.size', line[9:])
                if line[4:].startswith('AUTH '):
                    self.add('smtp.capability.auth', *line[9:].split())

    reply_lhlo = reply_ehlo

    def reply_helo(self, command, code, reply):
        self.abort(command, code, reply)
        self.helo = command[5:]

    def reply_starttls(self, command, code, reply):
        self.abort(command, code, reply)
        if code == 220:
            self.session.tls = True
            self.helo = None

    def reply_mail(self, command, code, reply):
        if code == 250:
            self.abort(command, code, reply)
            self.begin(command)
        elif not self.open:
            self.begin(command)
            self.finish(REJECTED, reply)

    def reply_rcpt(self, command, code, reply):
        if self.open and code < 300:
            self.open.to.append(path(command))
        elif self.open:
            self.open.refused.append((path(command), joined(reply)))

    def queued(self, reply):
        if reply_queue_id(reply):
            self.add('smtp.queue_id', reply_queue_id(reply))

    def reply_data_end(self, command, code, reply):
        if self.session.protocol == 'LMTP':
            self.lmtp_end(code, reply)
            return
        self.queued(reply)
        self.finish(ACCEPTED if code < 300 else REJECTED, reply)

    def lmtp_end(self, code, reply):
        recipient = self.pending.pop(0)
        if code >= 400:
            self.open.to.remove(recipient)
            self.open.refused.append((recipient, joined(reply)))
        if not self.pending:
            self.finish(ACCEPTED if self.open.to else REJECTED, reply)

    def reply_bdat(self, command, code, reply):
        if not self.open:
            return
        if code >= 400 or command.upper().endswith(' LAST'):
            self.reply_data_end(command, code, reply)

    def reply_auth(self, command, code, reply):
        if code == 334 and len(reply[0]) > 4 and self.auth != 'PLAIN':
            text = base64.b64decode(reply[0][4:]).decode()
            if text:
                self.add('smtp.auth.challenge', text)
        if code == 235:
            self.username = self.trying


def unfolded(value):
    return value if value is None else value.replace('\r\n', '').strip()


def message_facts(reader, transactions, filt):
    """Facts of the messages themselves, from the octets that were handed to the client."""
    rows = {}

    def add(field, value):
        if value is not None:
            rows.setdefault(field, []).append(str(value))

    for t in transactions:
        head = message_from_string(t.message.decode(), policy=policy.compat32)    # RFC 6532: UTF-8 in header fields
        parsed = message_from_string(t.message.decode(), policy=policy.default)
        add('mail.size', len(t.message))
        add('mail.sha256', hashlib.sha256(t.message).hexdigest())
        for field, name in (('subject', 'Subject'), ('message_id', 'Message-ID'), ('date', 'Date')):
            add('mail.' + field, unfolded(head[name]))
        for value in head.get_all('Received', ()):
            add('mail.received', unfolded(value))
        for field in ('from', 'to', 'cc'):
            add('mail.' + field, unfolded(head[field]))
            for address in (parsed[field].addresses if parsed[field] else ()):
                add('mail.%s.address' % field, address.addr_spec)
        add('mail.content_type', parsed.get_content_type())
        for part in message_from_bytes(t.message, policy=policy.default).walk():
            if part.get_filename():
                octets = part.get_payload(decode=True)
                add('mail.attachment', part.get_filename())
                add('mail.attachment.content_type', part.get_content_type())
                add('mail.attachment.size', len(octets))
                add('mail.attachment.md5', hashlib.md5(octets).hexdigest())
                add('mail.attachment.sha256', hashlib.sha256(octets).hexdigest())
    return [row(field, values, filt, 'message as sent') for field, values in rows.items()]


def row(field, values, filt=None, source=None, op='values'):
    fact = {'field': field, 'op': op, 'expect': [str(v) for v in values]}
    if filt:
        fact['filter'] = filt
    if source:
        fact['source'] = source
    return fact


def transaction_facts(reader, source):
    ts = reader.transactions
    facts = [row('mail.transaction', [len(ts)], None, source, 'count')]
    if not ts:
        return facts
    each = lambda field, get: facts.append(row(field, [get(t) for t in ts], None, source))
    each('mail.protocol', lambda t: t.protocol)
    each('mail.action', lambda t: 'sent')
    each('mail.outcome', lambda t: t.outcome)
    each('mail.envelope.from', lambda t: t.sender)
    each('mail.tls', lambda t: int(t.tls))
    facts.append(row('mail.helo', [t.helo for t in ts if t.helo], None, source))
    facts.append(row('mail.envelope.to', [a for t in ts for a in t.to], None, source))
    facts.append(row('mail.envelope.refused', [a for t in ts for a, _ in t.refused], None, source))
    facts.append(row('mail.envelope.refused.reply', [r for t in ts for _, r in t.refused], None, source))
    facts.append(row('mail.auth.username', [t.username for t in ts if t.username], None, source))
    if any(t.server for t in ts):
        facts.append(row('mail.server', [t.server for t in ts if t.server], None, 'greeting'))
    final = [t for t in ts if t.outcome in (ACCEPTED, REJECTED)]
    filt = None
    if len(final) != len(ts) or not all(t.message is not None for t in final):
        final = [t for t in final if t.outcome == ACCEPTED]
        filt = 'mail.outcome == "accepted"'
    if not final:
        return facts
    if not any(t.protocol == 'LMTP' for t in final):
        facts.append(row('mail.reply', [joined(t.reply) for t in final], filt, source))
        facts.append(row('mail.reply.code', [t.reply[0][:3] for t in final], filt, source))
        facts.append(row('mail.status', [s for s in (reply_status(t.reply) for t in final) if s], filt, source))
        facts.append(row('mail.queue_id', [q for q in (reply_queue_id(t.reply) for t in final) if q], filt, source))
    return facts + message_facts(reader, final, filt)


def facts_of(sessions, source):
    """All facts of a capture that holds these sessions one after the other."""
    reader = Reader()
    for session in sessions:
        reader.read(session)
    if sessions[0].protocol == 'SMTP':    # in LMTP, whether a delivery id is a queue id is a matter of taste
        reader.values.setdefault('smtp.queue_id', [])
    again = 'XCLIENT' in reader.values['smtp.req.verb']    # its reply is a second greeting
    facts = [row(field, values, None, source, 'contains' if again and field == 'smtp.banner' else 'values')
             for field, values in reader.values.items()]
    return reader, facts + transaction_facts(reader, source)
