"""Sends messages of every MIME shape, fetches them again while dumpcap records, and compares what tshark exports from
the capture with what was sent and what the server holds.

SPDX-License-Identifier: GPL-2.0-or-later

usage: access_roundtrip.py SCRATCH [COUNT [SEED]]     (started by test_roundtrip_live.sh, inside its namespace)
"""
import collections
import imaplib
import itertools
import os
import poplib
import random
import re
import smtplib
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'capture'))

import runner
from access_live import ALICE, BOB, CLIENT, Capture, Server, before_delivery, sha256, waited_for
from rawclient import Wire
from roundtrip_messages import CRLF, Message, messages

IN_A_SESSION = 20    # messages sent; at a time, messages fetched by IMAP
ENVELOPE = ('MAIL FROM:<%s> BODY=8BITMIME' % BOB, 'RCPT TO:<%s>' % ALICE)
FIELDS = ('frame.number', 'mail.transaction', 'mail.protocol', 'mail.size', 'mail.sha256', 'mail.attachment',
          'mail.attachment.size', 'mail.attachment.sha256', '_ws.malformed', 'tnef')
PROTOCOLS = ('SMTP', 'LMTP', 'POP3', 'IMAP')

EMPTY = Message(None, b'', [], 'empty')    # smtplib would send a line end

# A message on the wire: its octets, and what is attached to it.
Mail = collections.namedtuple('Mail', 'octets attached shape')


# --- Sending ------------------------------------------------------------------------------------------------------
def send_by_smtplib(batch, _):
    with smtplib.SMTP('127.0.0.1', 25, local_hostname=CLIENT, timeout=10) as client:
        for mail in batch:
            client.sendmail(BOB, [ALICE], mail.octets, mail_options=['BODY=8BITMIME'])


def close(c):
    c.close()
    refused = [reply for side, reply in c.events if side == 'S' and reply[0][0] not in '23']
    if refused:
        raise RuntimeError('Postfix refused: %r' % refused)


def send_pipelined(batch, _):
    """The envelope of each message in one segment, from the second on in that where the message before ends."""
    c = Wire('127.0.0.1')
    c.ask('EHLO ' + CLIENT)
    c.ask(*ENVELOPE, 'DATA', replies=3)
    for mail in batch[:-1]:
        c.ask(mail.octets, *ENVELOPE, 'DATA', replies=4)
    c.ask(batch[-1].octets, 'QUIT', replies=2)
    close(c)


def send_by_bdat(batch, rng):
    """In chunks of any size, which may cut a line end; the last one may be empty (Postfix refuses others)."""
    c = Wire('127.0.0.1')
    c.ask('EHLO ' + CLIENT)
    for mail in batch:
        octets, parts = mail.octets, []
        cuts = sorted({rng.randrange(1, len(octets) + 1) for _ in range(rng.randrange(5))} if octets else ())
        cuts += [len(octets)] if cuts and cuts[-1] < len(octets) and rng.random() < 0.3 else []
        for start, end in zip([0] + cuts, cuts + [len(octets)]):
            last = ' LAST' if len(parts) == len(cuts) else ''
            parts.append(('BDAT %d%s' % (end - start, last), octets[start:end], octets if last else None))
        c.ask(*ENVELOPE, *parts, replies=len(parts) + 2)
    c.ask('QUIT')
    close(c)


def send(sent, server):
    """An empty message, then these, several a session. Gives what was sent, in its order."""
    rng = random.Random(len(sent))
    done = [EMPTY]
    send_pipelined(done, rng)
    for number, start in enumerate(range(0, len(sent), IN_A_SESSION)):
        batch = sent[start:start + IN_A_SESSION]
        way = (send_by_smtplib, send_pipelined, send_by_bdat)[number % 3]
        if way is send_by_bdat:    # here a message need not end with a line end
            batch = [m if m.attached or rng.random() < 0.5 else m._replace(octets=m.octets[:-2]) for m in batch]
        way(batch, rng)
        done += batch
    waited_for('delivery of all messages', lambda: delivered(server) == len(done), 25)
    return done


def delivered(server):
    return sum(len(os.listdir(os.path.join(server.home, kind))) for kind in ('cur', 'new')
               if os.path.isdir(os.path.join(server.home, kind)))


# --- Fetching -----------------------------------------------------------------------------------------------------
def fetch_by_poplib():
    held = []
    c = poplib.POP3('127.0.0.1', timeout=10)
    c.user('alice')
    c.pass_('secret-alice')
    for number in range(c.stat()[0]):
        held.append(b''.join(line + CRLF for line in c.retr(number + 1)[1]))
    c.quit()
    return held


def fetch_by_imaplib():
    held = []
    c = imaplib.IMAP4('127.0.0.1', timeout=10)
    c.login('alice', 'secret-alice')
    count = int(c.select('INBOX', readonly=True)[1][0])
    for start in range(1, count + 1, IN_A_SESSION):
        answer = c.fetch('%d:%d' % (start, min(count, start + IN_A_SESSION - 1)), '(UID BODY[])')[1]
        held += [item[1] for item in answer if isinstance(item, tuple)]
    c.logout()
    return held


# --- What the capture says ----------------------------------------------------------------------------------------
class Exports:
    """What one run of tshark writes and prints: for each record its file, those of its attachments, and fields."""

    def __init__(self, capture, scratch):
        self.folder = os.path.join(scratch, 'exports')
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o777)
        options = ['-n', '-r', runner.readable(capture.path), '-Y', 'mail || _ws.malformed', '-T', 'fields',
                   '-E', 'separator=' + runner.SEPARATOR, '-E', 'aggregator=' + runner.AGGREGATOR]
        for field in FIELDS:
            options += ['-e', field]
        for kind in ('mail', 'mail.attachment'):
            options += ['--export-objects', '%s,%s' % (kind, os.path.join(self.folder, kind))]
        self.frames = []
        for line in runner.tshark(options).split('\n')[:-1]:
            cells = [cell.split(runner.AGGREGATOR) if cell else [] for cell in line.split(runner.SEPARATOR)]
            self.frames.append(dict(zip(FIELDS, cells)))
        self.messages, self.attachments, self.strange = {}, collections.defaultdict(dict), []
        self.read('mail', r'(\d+)-(?!incomplete-).+\.eml', self.add_message)
        self.read('mail.attachment', r'(\d+)\.(\d+)-(?!incomplete-).+', self.add_attachment)
        self.strange += sorted(set(os.listdir(self.folder)) - {'mail', 'mail.attachment'})

    def read(self, kind, form, add):
        folder = os.path.join(self.folder, kind)
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            match = re.fullmatch(form, name)
            with open(os.path.join(folder, name), 'rb') as h:
                octets = h.read()
            if match:
                add(octets, *match.groups())
            else:
                self.strange.append(os.path.join(kind, name))

    def add_message(self, octets, record):
        self.messages[record] = octets

    def add_attachment(self, octets, record, number):
        self.attachments[record][int(number)] = octets

    def attached(self, record):
        return [octets for _, octets in sorted(self.attachments[record].items())]

    def records(self, protocol):
        """Numbers of the records, in order."""
        found = [number for frame in self.frames for number, name in zip(frame['mail.transaction'],
                                                                         frame['mail.protocol']) if name == protocol]
        return sorted(found, key=int)


def different(found, expected, names):
    """What differs, by name: (name, found, expected)."""
    triples = itertools.zip_longest(names, found, expected)
    return [(name, summary(a), summary(b)) for name, a, b in triples if a != b]


def summary(value):
    """Of octets: how many, and how they begin and end."""
    if isinstance(value, list):
        return [summary(one) for one in value]
    return (len(value), value[:30], value[-30:]) if isinstance(value, bytes) and len(value) > 60 else value


def check_exports(capture, exports, protocol, mails):
    """mails: those of the records of this protocol, in order."""
    records = exports.records(protocol)
    names = ['%s (%s)' % pair for pair in zip(records, (mail.shape for mail in mails))]
    capture.same('%s: a record for each message' % protocol, len(records), len(mails))
    capture.same('%s: exported messages, octet for octet' % protocol,
                 different([exports.messages.get(n) for n in records], [mail.octets for mail in mails], names), [])
    capture.same('%s: exported attachments, octet for octet' % protocol,
                 different([exports.attached(n) for n in records],
                           [[one.octets for one in mail.attached] for mail in mails], names), [])


def check_fields(capture, exports, mail_of):
    """The fields of each frame are those of the messages whose records are there. mail_of: by number of the record."""
    wrong = []
    for frame in exports.frames:
        mails = [mail_of[number] for number in frame['mail.transaction'] if number in mail_of]
        attached = [one for mail in mails for one in mail.attached]
        expected = {'mail.size': [str(len(mail.octets)) for mail in mails],
                    'mail.sha256': [sha256(mail.octets) for mail in mails],
                    'mail.attachment': [one.name for one in attached],
                    'mail.attachment.size': [str(len(one.octets)) for one in attached],
                    'mail.attachment.sha256': [sha256(one.octets) for one in attached]}
        for field, values in expected.items():
            if frame[field] != values:
                wrong.append((frame['frame.number'], field, [mail.shape for mail in mails],
                              different(frame[field], values, ())))
    capture.same('sizes, names and SHA-256 of messages and attachments', wrong, [])


# --- What the server holds ----------------------------------------------------------------------------------------
def stored_mails(server, sent):
    """The messages of the mailbox in the order of their UIDs, each with what was attached to it when it was sent."""
    attached = {m.key: m for m in sent if m.key}
    found = []
    for _, octets in server.messages('INBOX').values():
        key = re.search(rb'\r\nX-Number: (\d+)\r\n', octets.partition(CRLF + CRLF)[0] + CRLF)
        mail = attached[key[1].decode()] if key else None
        found.append(Mail(octets, mail.attached if mail else [], mail.shape if mail else 'without number'))
    return found


def body(octets):
    """What no server changes; a line end at the end is Postfix's where there was none."""
    header, _, rest = (octets if re.match(rb'[!-9;-~]+:', octets) else CRLF + CRLF + octets).partition(CRLF + CRLF)
    rest = rest[2:] if not header and rest.startswith(CRLF) else rest
    return rest if rest.endswith(CRLF) or not rest else rest + CRLF


def main():
    scratch, count, seed = sys.argv[1], *[int(n) for n in sys.argv[2:] + ['300', '2025'][len(sys.argv) - 2:]]
    server, capture = Server(scratch), Capture(os.path.join(scratch, 'roundtrip.pcapng'))
    capture.start()
    try:
        sent = send(messages(count - 1, seed), server)
        poplib_holds = fetch_by_poplib()
        imaplib_holds = fetch_by_imaplib()
    finally:
        capture.stop()
    stored = stored_mails(server, sent)
    held = [mail.octets for mail in stored]
    shapes = [mail.shape for mail in stored]
    capture.same('bodies are stored as they were sent',
                 different(sorted(map(body, held)), sorted(body(m.octets) for m in sent), ()), [])
    capture.same('poplib got what the server holds', different(poplib_holds, held, shapes), [])
    capture.same('imaplib got what the server holds', different(imaplib_holds, held, shapes), [])
    capture.ask(check, scratch, sent, stored)
    print('%d passed, %d failed' % (capture.passed, capture.failed))
    return 1 if capture.failed or not capture.passed else 0


def check(capture, scratch, sent, stored):
    exports = Exports(capture, scratch)
    before = [mail._replace(octets=before_delivery(mail.octets)) for mail in stored]
    # Deliveries go on side by side: the order of their records is taken from the messages.
    place = {sha256(octets): int(number) for number, octets in exports.messages.items()}
    before.sort(key=lambda mail: place.get(sha256(mail.octets), 0))
    on_the_wire = dict(zip(PROTOCOLS, (sent, before, stored, stored)))
    mail_of = {}
    for protocol, mails in on_the_wire.items():
        check_exports(capture, exports, protocol, mails)
        mail_of.update(zip(exports.records(protocol), mails))
    check_fields(capture, exports, mail_of)
    capture.same('nothing else is exported', (exports.strange, len(exports.messages)), ([], 4 * len(sent)))
    # Wireshark's dissector of TNEF is given the part before it is decoded.
    capture.same('nothing is malformed',
                 [f['frame.number'] for f in exports.frames if f['_ws.malformed'] and not f['tnef']], [])


if __name__ == '__main__':
    try:
        sys.exit(main())
    except Exception as e:    # a client or the server: the test has to say so, and to fail
        print('FAILED: the round trip: %s: %s\n0 passed, 1 failed' % (type(e).__name__, e))
        if os.environ.get('MAILWIRE_TRACE'):
            raise
        sys.exit(1)
