"""Captures of a hostile shape: shapes.py FOLDER [--part N] [NAME...] writes them; test_hostile.py reads them.

SPDX-License-Identifier: GPL-2.0-or-later

Each function of SHAPES writes one connection or more to a packets.Wire; n is the number of whatever the shape has many
of. Where n is a size it counts octets. The same octets each time.
"""
import argparse
import base64
import gzip
import io
import itertools
import os
import random
import sys
import zipfile
import zlib
from collections import namedtuple

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from packets import Talk, Wire  # noqa: E402  (needs the path above)

KIB, MB, GB = 1024, 1000 * 1000, 1000 * 1000 * 1000
SMTP, POP3, IMAP = 25, 110, 143
MESSAGE = (b'From: Alice <alice@example.com>\r\nTo: Bob <bob@example.net>\r\nSubject: Note\r\n'
           b'Date: Mon, 29 Jan 2007 16:00:00 +0100\r\nMessage-ID: <1@example.com>\r\n')
HELLO = MESSAGE + b'\r\nHello Bob.\r\n'
TEXT_LINE = b'The quick brown fox jumps over the lazy dog, and then it does so again.\r\n'
DEEP = 10000    # parentheses inside each other
NESTED = 1000   # parts inside each other


# ---- sessions around what is hostile ----

def ask(talk, *pairs):
    """Commands and their replies, one segment each."""
    for command, reply in pairs:
        talk.client(command + b'\r\n')
        talk.server(reply + b'\r\n')


def close(talk, *pairs):
    """The last command and its reply. They have to be understood, whatever came before."""
    ask(talk, *pairs)
    talk.close()
    talk.wire.farewells += 1


def smtp_open(wire, number=0):
    """An SMTP connection behind EHLO."""
    talk = Talk(wire, SMTP, number)
    talk.server(b'220 mx.example.net ESMTP Postfix\r\n')
    ask(talk, (b'EHLO client.example.com', b'250-mx.example.net\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SIZE'))
    return talk


def smtp_envelope(talk):
    """MAIL and RCPT."""
    ask(talk, (b'MAIL FROM:<alice@example.com>', b'250 2.1.0 Ok'), (b'RCPT TO:<bob@example.net>', b'250 2.1.5 Ok'))


def smtp_close(talk):
    """QUIT."""
    close(talk, (b'QUIT', b'221 2.0.0 Bye'))


def smtp_message(wire, pieces, number=0, **how):
    """A session with one message by DATA, which ends in CRLF."""
    talk = smtp_open(wire, number)
    smtp_envelope(talk)
    ask(talk, (b'DATA', b'354 Go ahead'))
    talk.stream('C', itertools.chain(pieces, [b'.\r\n']), **how)
    talk.server(b'250 2.0.0 Ok: queued as 83DA35E945FF\r\n')
    smtp_close(talk)


def pop_open(wire, number=0):
    """A POP3 connection that has logged in."""
    talk = Talk(wire, POP3, number)
    talk.server(b'+OK Dovecot ready.\r\n')
    ask(talk, (b'USER bob', b'+OK'), (b'PASS s3cret', b'+OK Logged in.'))
    return talk


def pop_close(talk):
    """QUIT."""
    close(talk, (b'QUIT', b'+OK Bye'))


def pop_content(wire, command, status, pieces, number=0, **how):
    """A session with one command whose reply has many lines."""
    talk = pop_open(wire, number)
    talk.client(command + b'\r\n')
    talk.stream('S', itertools.chain([status + b'\r\n'], pieces, [b'.\r\n']), **how)
    pop_close(talk)


def imap_open(wire, number=0):
    """An IMAP connection that has logged in and selected INBOX."""
    talk = Talk(wire, IMAP, number)
    talk.server(b'* OK [CAPABILITY IMAP4rev1 LITERAL+ IDLE COMPRESS=DEFLATE] Dovecot ready.\r\n')
    ask(talk, (b'a1 LOGIN bob s3cret', b'a1 OK Logged in'),
        (b'a2 SELECT INBOX', b'* FLAGS (\\Seen)\r\n* 1 EXISTS\r\na2 OK Selected'))
    return talk


def imap_close(talk):
    """LOGOUT."""
    close(talk, (b'z LOGOUT', b'* BYE Bye\r\nz OK Logged out'))


def imap_answer(wire, command, pieces, number=0, **how):
    """A session with one command; pieces are its untagged responses."""
    talk = imap_open(wire, number)
    talk.client(b'a3 ' + command + b'\r\n')
    talk.stream('S', itertools.chain(pieces, [b'a3 OK Done.\r\n']), **how)
    imap_close(talk)


def imap_message(wire, message, number=0, **how):
    """A session that fetches one message."""
    imap_answer(wire, b'UID FETCH 1 (UID BODY.PEEK[])',
                [b'* 1 FETCH (UID 1 BODY[] {%d}\r\n' % len(message), message, b')\r\n'], number, **how)


def repeated(piece, octets):
    """Pieces of about 1 MB, together this many octets of the piece repeated, cut anywhere."""
    block = piece * (MB // len(piece) + 1)
    for start in range(0, octets, len(block)):
        yield block[:octets - start]


def text(octets):
    """Plain lines of about that many octets together."""
    return TEXT_LINE * (octets // len(TEXT_LINE) + 1)


def base64_lines(octets):
    """base64 of noise: lines of about that many octets together."""
    noise = base64.encodebytes(random.Random(1).randbytes(57 * 1000)).replace(b'\n', b'\r\n')
    return noise * (octets // len(noise) + 1)


# ---- octets that are announced and never come ----

def literal_announced(wire, n):
    """n sessions with APPEND of a literal of 1 GB, of which 10 kB come."""
    for number in range(n):
        talk = imap_open(wire, number)
        ask(talk, (b'a3 APPEND Sent {%d}' % GB, b'+ Go ahead'))
        talk.client(MESSAGE + b'\r\n' + text(10 * KIB))
        talk.close()


def fetch_announced(wire, n):
    """n sessions in which the server sends 10 kB of a literal of 1 GB, 4 GiB, 2**63 or 2**64 - 1 octets."""
    sizes = (GB, 1 << 32, 1 << 63, (1 << 64) - 1)
    for number in range(n):
        talk = imap_open(wire, number)
        talk.client(b'a3 FETCH 1 (BODY[] FLAGS)\r\n')
        talk.server(b'* 1 FETCH (BODY[] {%d}\r\n' % sizes[number % 4] + MESSAGE + b'\r\n' + text(10 * KIB))
        talk.close()


def bdat_announced(wire, n):
    """n sessions with BDAT of 1 GB, of which 10 kB come."""
    for number in range(n):
        talk = smtp_open(wire, number)
        smtp_envelope(talk)
        talk.client(b'BDAT %d LAST\r\n' % GB + MESSAGE + b'\r\n' + text(10 * KIB))
        talk.close()


def size_announced(wire, n):
    """n transactions with SIZE of 1 GB and a message of 10 kB; POP3 sessions that announce 1 GB."""
    talk = smtp_open(wire)
    for _ in range(n):
        ask(talk, (b'MAIL FROM:<alice@example.com> SIZE=%d' % GB, b'250 Ok'),
            (b'RCPT TO:<bob@example.net>', b'250 Ok'), (b'DATA', b'354 Go ahead'))
        talk.client(MESSAGE + b'\r\n' + text(10 * KIB) + b'.\r\n')
        talk.server(b'250 Ok\r\n')
    smtp_close(talk)
    talk = pop_open(wire)
    for _ in range(n):
        ask(talk, (b'RETR 1', b'+OK %d octets\r\n' % GB + MESSAGE + b'\r\n' + text(10 * KIB) + b'.'))
    pop_close(talk)


# ---- replies of many rows ----

def smtp_reply_rows(wire, n):
    """A reply of n lines to EHLO."""
    talk = Talk(wire, SMTP)
    talk.server(b'220 mx.example.net ESMTP\r\n')
    talk.client(b'EHLO client.example.com\r\n')
    talk.stream('S', itertools.chain((b'250-X-EXTENSION-%d\r\n' % i for i in range(n)), [b'250 SIZE\r\n']))
    smtp_close(talk)


def pop_list_rows(wire, n):
    """LIST of n messages."""
    pop_content(wire, b'LIST', b'+OK %d messages' % n, (b'%d %d\r\n' % (i, i + 1000) for i in range(1, n + 1)))


def pop_uidl_rows(wire, n):
    """UIDL of n messages."""
    pop_content(wire, b'UIDL', b'+OK', (b'%d %016x\r\n' % (i, i * 2654435761) for i in range(1, n + 1)))


def imap_exists_rows(wire, n):
    """n untagged responses."""
    imap_answer(wire, b'NOOP', (b'* %d EXISTS\r\n' % i for i in range(n)))


def imap_fetch_rows(wire, n):
    """FETCH of the flags of n messages."""
    imap_answer(wire, b'FETCH 1:* (UID FLAGS)',
                (b'* %d FETCH (UID %d FLAGS (\\Seen))\r\n' % (i, i + 7) for i in range(1, n + 1)))


def imap_list_rows(wire, n):
    """LIST of n mailboxes."""
    imap_answer(wire, b'LIST "" *', (b'* LIST (\\HasNoChildren) "/" "Box/&AOk-%d"\r\n' % i for i in range(n)))


def imap_search_numbers(wire, n):
    """One SEARCH response with n numbers, and a set of n numbers in a command and in ESEARCH."""
    numbers = [b'%d' % (2 * i + 1) for i in range(n)]
    imap_answer(wire, b'SEARCH ALL', [b'* SEARCH ' + b' '.join(numbers) + b'\r\n'])
    talk = imap_open(wire, 1)
    talk.client(b'a3 UID FETCH ' + b','.join(numbers) + b' FLAGS\r\n')
    talk.server(b'* ESEARCH (TAG "a3") UID ALL ' + b','.join(numbers) + b'\r\na3 OK Done\r\n')
    imap_close(talk)


def imap_search_lines(wire, n):
    """SEARCH responses of 10,000 numbers each, together n."""
    line = b'* SEARCH ' + b' '.join(b'%d' % i for i in range(1, 10001)) + b'\r\n'
    imap_answer(wire, b'SEARCH ALL', [line] * (n // 10000))


# ---- depth ----

def parentheses(wire, n):
    """n commands and responses, each with 10,000 parentheses inside each other, half of them never closed."""
    talk = imap_open(wire)
    deep = b'(' * DEEP + b'x' + b')' * DEEP
    for i in range(n):
        talk.client(b'b%d SEARCH ' % i + (deep if i % 2 else deep[:DEEP]) + b'\r\n')
        talk.server(b'* 1 FETCH (X ' + (deep if i % 2 else deep[:DEEP]) + b')\r\n')
        talk.server(b'* THREAD ' + deep + b'\r\nb%d OK Done\r\n' % i)
    imap_close(talk)


def body_structures(wire, n):
    """n BODYSTRUCTUREs of 10,000 multiparts inside each other, and as many of messages inside each other."""
    leaf = b'("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 10 1)'
    envelope = b'(NIL "Hi" ((NIL NIL "a" "b.example")) NIL NIL ((NIL NIL "c" "d.example")) NIL NIL NIL NIL)'
    multipart = b'(' * DEEP + leaf + b' "MIXED")' * DEEP
    message = b'("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 99 ' + envelope + b' '
    messages = message * NESTED + leaf + b' 9)' * NESTED
    lines = (b'* %d FETCH (BODYSTRUCTURE ' % (i + 1) + (messages if i % 2 else multipart) + b')\r\n' for i in range(n))
    imap_answer(wire, b'FETCH 1:* (BODYSTRUCTURE)', lines)


def mime_nested(wire, n):
    """n messages, each of 1,000 multiparts inside each other."""
    starts = b''.join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (i, i) for i in range(NESTED))
    ends = b''.join(b'--b%d--\r\n' % i for i in reversed(range(NESTED)))
    for number in range(n):
        smtp_message(wire, [MESSAGE + b'MIME-Version: 1.0\r\n' + starts + b'\r\nHello.\r\n' + ends], number)


def messages_nested(wire, n):
    """n messages, each of 1,000 messages inside each other, the innermost one with an attachment of 100 kB."""
    inner = (MESSAGE + b'Content-Type: message/rfc822; name="m.eml"\r\n\r\n') * NESTED
    leaf = b'Content-Type: application/x; name="a.bin"\r\n\r\n' + text(100 * KIB)
    for number in range(n):
        smtp_message(wire, [inner + leaf], number)


# ---- lines without an end ----

def smtp_command_line(wire, n):
    """A command of n octets without CRLF, then CRLF and an ordinary session."""
    talk = smtp_open(wire)
    talk.stream('C', itertools.chain([b'MAIL FROM:<'], repeated(b'a', n), [b'>\r\n']))
    talk.server(b'500 5.5.2 Line too long\r\n')
    smtp_envelope(talk)
    smtp_close(talk)


def smtp_reply_line(wire, n):
    """A reply of n octets without CRLF."""
    talk = smtp_open(wire)
    talk.client(b'NOOP\r\n')
    talk.stream('S', itertools.chain([b'250 '], repeated(b'a', n), [b'\r\n']))
    smtp_close(talk)


def pop_reply_line(wire, n):
    """A reply of n octets without CRLF, and a row of as many."""
    talk = pop_open(wire)
    talk.client(b'NOOP\r\n')
    talk.stream('S', itertools.chain([b'+OK '], repeated(b'a', n), [b'\r\n']))
    pop_close(talk)


def pop_command_line(wire, n):
    """A command of n octets without CRLF."""
    talk = pop_open(wire)
    talk.stream('C', itertools.chain([b'TOP '], repeated(b'1', n), [b'\r\n']))
    talk.server(b'-ERR Too long\r\n')
    pop_close(talk)


def pop_row_line(wire, n):
    """A row of UIDL of n octets without CRLF."""
    pop_content(wire, b'UIDL', b'+OK', itertools.chain([b'1 '], repeated(b'u', n), [b'\r\n']))


def imap_command_line(wire, n):
    """A command of n octets without CRLF."""
    talk = imap_open(wire)
    talk.stream('C', itertools.chain([b'a3 SEARCH TEXT "'], repeated(b'a', n), [b'"\r\n']))
    talk.server(b'a3 BAD Too long\r\n')
    imap_close(talk)


def imap_response_line(wire, n):
    """A response of n octets without CRLF."""
    imap_answer(wire, b'LIST "" *', itertools.chain([b'* LIST () "/" "'], repeated(b'a', n), [b'"\r\n']))


def imap_atoms_line(wire, n):
    """A command line of n octets without CRLF, of atoms of one letter."""
    talk = imap_open(wire)
    talk.stream('C', itertools.chain([b'a3 STORE 1 FLAGS ('], repeated(b'a ', n), [b'a)\r\n']))
    talk.server(b'a3 BAD Too long\r\n')
    imap_close(talk)


def header_line(wire, n):
    """A message whose Subject has n octets on one line, and one whose body is one line."""
    smtp_message(wire, itertools.chain([MESSAGE, b'Comments: '], repeated(b'a', n), [b'\r\n\r\nHello.\r\n']))
    smtp_message(wire, itertools.chain([MESSAGE, b'\r\n'], repeated(b'a', n), [b'\r\n']), 1)


# ---- segments of one octet ----

def smtp_data_by_octets(wire, n):
    """A message of n octets by DATA, one octet in each segment."""
    smtp_message(wire, [MESSAGE, b'\r\n', text(n)], cut=1, ack_every=10)


def pop_by_octets(wire, n):
    """A message of n octets by RETR, one octet in each segment."""
    pop_content(wire, b'RETR 1', b'+OK', [MESSAGE, b'\r\n', text(n)], cut=1, ack_every=10)


def imap_literal_by_octets(wire, n):
    """A message of n octets by FETCH, one octet in each segment."""
    imap_message(wire, MESSAGE + b'\r\n' + text(n), cut=1, ack_every=10)


def imap_string_by_octets(wire, n):
    """Literals of 4 kB that are no message, together n octets, one octet in each segment."""
    talk = imap_open(wire)
    for i in range(n // 4096):
        talk.client(b'b%d LIST "" {4096+}\r\n' % i + b'm' * 4096 + b'\r\n', cut=1, ack_every=10)
        talk.server(b'b%d OK Done\r\n' % i)
    imap_close(talk)


def commands_by_octets(wire, n):
    """Commands of all three protocols, together n octets, one octet in each segment."""
    opened = ((smtp_open(wire), b'NOOP x\r\n', b'250 Ok\r\n'), (pop_open(wire), b'NOOP\r\n', b'+OK\r\n'),
              (imap_open(wire), b'a NOOP\r\n', b'a OK Done\r\n'))
    for talk, command, reply in opened:
        for _ in range(n // 3 // (len(command) + len(reply))):
            talk.client(command, cut=1, ack_every=10)
            talk.server(reply, cut=1, ack_every=10)
        talk.close()


def lines_by_octets(wire, n):
    """Lines of 10,000 octets of all three protocols, together n octets, one octet in each segment."""
    opened = ((smtp_open(wire), b'NOOP ', b'250 Ok\r\n'), (pop_open(wire), b'TOP ', b'-ERR\r\n'),
              (imap_open(wire), b'a SEARCH TEXT ', b'a OK Done\r\n'))
    for talk, command, reply in opened:
        for _ in range(max(1, n // 3 // 10000)):
            talk.client(command + b'x' * 10000 + b'\r\n', cut=1, ack_every=10)
            talk.server(reply)
        talk.close()


# ---- many commands, sessions, transactions ----

def pipelined(wire, talk, n, command, reply):
    """n commands, none of which waits for a reply, then the replies."""
    talk.stream('C', (command(i) for i in range(n)))
    talk.stream('S', (reply(i) for i in range(n)))


def smtp_pipelined(wire, n):
    """n commands of SMTP before the first reply."""
    talk = smtp_open(wire)
    pipelined(wire, talk, n, lambda i: b'VRFY user%d\r\n' % i, lambda i: b'252 2.0.0 user%d\r\n' % i)
    smtp_close(talk)


def pop_pipelined(wire, n):
    """n commands of POP3 before the first reply."""
    talk = pop_open(wire)
    pipelined(wire, talk, n, lambda i: b'DELE %d\r\n' % (i + 1), lambda i: b'+OK %d\r\n' % (i + 1))
    pop_close(talk)


def imap_pipelined(wire, n):
    """n commands of IMAP before the first response, which come in the opposite order."""
    talk = imap_open(wire)
    pipelined(wire, talk, n, lambda i: b'b%d NOOP\r\n' % i, lambda i: b'b%d OK Done\r\n' % (n - 1 - i))
    imap_close(talk)


def imap_same_hash(wire, n):
    """n commands without responses, whose tags are 4,000 octets long and differ only at the end."""
    talk = imap_open(wire)
    pairs = (b'bB', b'c!')      # 33 * 'b' + 'B' == 33 * 'c' + '!', as simple hashes add octets up
    tails = [b''.join(tail) for tail in itertools.product(pairs, repeat=10)]
    talk.stream('C', (b't' * 4000 + tails[i % len(tails)] + b' NOOP\r\n' for i in range(n)))
    imap_close(talk)


def replies_alone(wire, n):
    """n replies that nothing has asked for, in all three protocols."""
    for talk, reply in ((smtp_open(wire), b'250 Ok\r\n'), (pop_open(wire), b'+OK\r\n'), (imap_open(wire), b'x OK\r\n')):
        talk.stream('S', itertools.repeat(reply, n // 3))
        talk.close()


def sessions(wire, n):
    """n sessions with a message each."""
    for number in range(n):
        smtp_message(wire, [HELLO], number)


def transactions(wire, n):
    """n messages in one session."""
    talk = smtp_open(wire)
    for _ in range(n):
        smtp_envelope(talk)
        ask(talk, (b'DATA', b'354 Go ahead'), (HELLO + b'.', b'250 2.0.0 Ok: queued as 83DA35E945FF'))
    smtp_close(talk)


def messages_fetched(wire, n):
    """n messages in one response to FETCH, and in a mailbox read by RETR."""
    imap_answer(wire, b'FETCH 1:* (BODY[])', (b'* %d FETCH (BODY[] {%d}\r\n%s)\r\n' % (i, len(HELLO), HELLO)
                                              for i in range(1, n // 2 + 1)))
    talk = pop_open(wire)
    talk.stream('C', (b'RETR %d\r\n' % i for i in range(1, n // 2 + 1)))
    talk.stream('S', itertools.repeat(b'+OK %d octets\r\n%s.\r\n' % (len(HELLO), HELLO), n // 2))
    pop_close(talk)


def literals(wire, n):
    """One command with n literals, and one response."""
    talk = imap_open(wire)
    talk.stream('C', itertools.chain([b'a3 SEARCH'], itertools.repeat(b' TEXT {3+}\r\nabc', n), [b'\r\n']))
    talk.stream('S', itertools.chain([b'* LIST ('], itertools.repeat(b'{3}\r\nabc ', n),
                                     [b'x) "/" y\r\na3 OK Done\r\n']))
    imap_close(talk)


def chunks(wire, n):
    """One message in n chunks of BDAT, of ten octets each."""
    talk = smtp_open(wire)
    smtp_envelope(talk)
    talk.stream('C', itertools.chain([b'BDAT %d\r\n' % (len(MESSAGE) + 2) + MESSAGE + b'\r\n'],
                                     itertools.repeat(b'BDAT 10\r\n01234567\r\n', n), [b'BDAT 0 LAST\r\n']))
    talk.stream('S', itertools.repeat(b'250 2.0.0 Ok\r\n', n + 2))
    smtp_close(talk)


def recipients(wire, n):
    """A message with n recipients by SMTP, every second one refused, and by LMTP, where each has a reply."""
    talk = smtp_open(wire)
    ask(talk, (b'MAIL FROM:<alice@example.com>', b'250 Ok'))
    for start in range(0, n, 50):
        names = range(start, min(n, start + 50))
        talk.client(b''.join(b'RCPT TO:<user%d@example.net>\r\n' % i for i in names))
        talk.server(b''.join(b'250 2.1.5 Ok\r\n' if i % 2 else b'550 5.1.1 No such user\r\n' for i in names))
    ask(talk, (b'DATA', b'354 Go ahead'), (HELLO + b'.', b'250 2.0.0 Ok'))
    smtp_close(talk)
    talk = Talk(wire, 24)
    talk.server(b'220 mx.example.net LMTP Dovecot\r\n')
    ask(talk, (b'LHLO client.example.com', b'250-mx.example.net\r\n250 PIPELINING'),
        (b'MAIL FROM:<alice@example.com>', b'250 Ok'))
    for i in range(n):
        ask(talk, (b'RCPT TO:<user%d@example.net>' % i, b'250 2.1.5 Ok'))
    ask(talk, (b'DATA', b'354 Go ahead'))
    talk.client(HELLO + b'.\r\n')
    talk.stream('S', (b'250 2.0.0 <user%d@example.net> Ok\r\n' % i if i % 2 else b'550 5.2.2 Full\r\n'
                      for i in range(n)))
    smtp_close(talk)


# ---- bombs ----

def deflate(octets, level=9):
    """Raw deflate, flushed."""
    stream = zlib.compressobj(level, zlib.DEFLATED, -15)
    return stream.compress(octets) + stream.flush(zlib.Z_SYNC_FLUSH)


def compress_bomb(wire, n):
    """COMPRESS of n octets of one letter in a literal, from the server and from the client."""
    for number, who in enumerate('SC'):
        talk = imap_open(wire, number)
        ask(talk, (b'a3 COMPRESS DEFLATE', b'a3 OK Go'))
        start = b'* 1 FETCH (BODY[] {%d}\r\n' % n if who == 'S' else b'a4 APPEND x {%d+}\r\n' % n
        stream = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = stream.compress(start + MESSAGE + b'\r\n')
        for piece in repeated(b'\0', n):
            packed += stream.compress(piece)
        talk.say(who, packed + stream.flush(zlib.Z_SYNC_FLUSH))
        talk.close()


def compress_lines_bomb(wire, n):
    """COMPRESS of n empty lines, in small segments."""
    talk = imap_open(wire)
    ask(talk, (b'a3 COMPRESS DEFLATE', b'a3 OK Go'))
    talk.server(deflate(b'* OK\r\n' * n), cut=16)
    talk.close()


def attachment_bombs(wire, n):
    """Attachments and an IMAP part that unpack to n octets each: zip, gzip, and a declared gzip encoding."""
    zeros = bytes(n)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as out:
        out.writestr('zeros', zeros)
    kinds = (('zip', archive.getvalue(), b''), ('gz', gzip.compress(zeros, mtime=0), b''),
             ('txt', gzip.compress(zeros, mtime=0), b'Content-Encoding: gzip\r\n'))
    parts = b''.join(
        b'--f\r\nContent-Type: application/%s; name="bomb.%s"\r\n%sContent-Transfer-Encoding: base64\r\n\r\n%s'
        % (kind.encode(), kind.encode(), extra, base64.encodebytes(octets).replace(b'\n', b'\r\n'))
        for kind, octets, extra in kinds)
    message = MESSAGE + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=f\r\n\r\n' + parts + b'--f--\r\n'
    smtp_message(wire, [message])
    imap_message(wire, message)


# ---- octets that belong nowhere ----

def odd_octets(seed, n):
    """n octets, most of them NUL, CR, LF and dots."""
    return bytes(random.Random(seed).choices(b'\0\r\n. a(){}"\\*+-25', k=n))


def odd_commands(wire, n):
    """n octets of NUL, CR, LF and what protocols are made of, from both sides of all three protocols."""
    for seed, talk in enumerate((smtp_open(wire), pop_open(wire), imap_open(wire))):
        for who in 'CS':
            talk.say(who, odd_octets(seed, n // 6))
        talk.close()


def odd_messages(wire, n):
    """The same inside messages."""
    octets = MESSAGE + odd_octets(9, n // 3)
    smtp_message(wire, [octets.replace(b'\n.', b'\n..') + b'\r\n'])
    pop_content(wire, b'RETR 1', b'+OK', [octets.replace(b'\n.', b'\n..') + b'\r\n'])
    imap_message(wire, octets)


def line_ends(wire, n):
    """n line ends and nothing else, in all places."""
    for end in (b'\r\n', b'\n', b'\r', b'\0'):
        for talk in (smtp_open(wire), pop_open(wire), imap_open(wire)):
            for who in 'CS':
                talk.stream(who, repeated(end, n * len(end) // 24))
            talk.close()


# ---- messages of a hostile form ----

def header_lines(wire, n):
    """A header of n fields."""
    smtp_message(wire, itertools.chain([MESSAGE], (b'X-%d: %d\r\n' % (i, i) for i in range(n)), [b'\r\nHello.\r\n']))


def header_same_fields(wire, n):
    """A header with n Received, To and Subject fields."""
    field = b'Received: from a by b; Mon, 29 Jan 2007 16:00:00 +0100\r\nTo: <a@example.net>\r\nSubject: x\r\n'
    smtp_message(wire, itertools.chain([MESSAGE], itertools.repeat(field, n // 3), [b'\r\nHello.\r\n']))


def header_large(wire, n):
    """Messages with one field of n octets: words, folded blanks, addresses, comments, encoded words, quotes."""
    values = (b'word ', b'\r\n ', b'Bob <bob@example.net>, ', b'(', b'=?utf-8?q?=C3=A9?= ', b'=?', b'"', b'a:;,',
              b'=?x?b?')
    names = (b'Subject', b'Subject', b'To', b'From', b'Subject', b'Subject', b'To', b'Cc', b'From')
    for number, (name, value) in enumerate(zip(names, values)):
        smtp_message(wire, itertools.chain([name, b': x'], repeated(value, n // len(values)), [b'\r\n\r\nHello.\r\n']),
                     number)


def parameters(wire, n):
    """A Content-Type of n parameters, n sections of one, n in Content-Disposition, and a boundary of n octets."""
    sections = b''.join(b';\r\n name*%d=a' % i for i in range(n))
    shuffled = b''.join(b';\r\n filename*%d*=%%41' % (n - i) for i in range(n))
    same = b';\r\n name=a' * n
    for number, field in enumerate((b'Content-Type: application/x' + sections, b'Content-Type: application/x' + same,
                                    b'Content-Disposition: attachment' + shuffled,
                                    b'Content-Type: multipart/mixed; boundary="' + b'b' * n + b'"')):
        smtp_message(wire, [MESSAGE, field, b'\r\n\r\nHello.\r\n'], number)


def base64_attachment(wire, n):
    """A base64 attachment of n octets."""
    smtp_message(wire, [MESSAGE + b'Content-Type: application/zip; name="a.zip"\r\n'
                        b'Content-Transfer-Encoding: base64\r\n\r\n', base64_lines(n)])


def text_in_base64(wire, n):
    """HTML and quoted-printable text of n octets together, with text that almost is a URL."""
    head = MESSAGE + b'Content-Type: text/html\r\nContent-Transfer-Encoding: %s\r\n\r\n'
    html = b'<a href="x" <!-- :// http: &amp; <script> ' * (n // 2 // 44)
    smtp_message(wire, [head % b'base64', base64.encodebytes(html).replace(b'\n', b'\r\n')])
    smtp_message(wire, itertools.chain([head % b'quoted-printable'], repeated(b'=3Ca=20=\r\n', n // 2), [b'\r\n']), 1)


def urls(wire, n):
    """n URLs in text and in HTML, each another one."""
    smtp_message(wire, itertools.chain([MESSAGE, b'\r\n'], (b'http://a.example/%d\r\n' % i for i in range(n // 2))))
    smtp_message(wire, itertools.chain([MESSAGE, b'Content-Type: text/html\r\n\r\n'],
                                       (b'<a href="http://a.example/%d">http://b.example/%d</a>\r\n' % (i, i)
                                        for i in range(n // 2))), 1)


def parts(wire, n):
    """A message of n attachments."""
    part = b'--f\r\nContent-Type: text/plain; name="%d.txt"\r\n\r\nx\r\n'
    smtp_message(wire, itertools.chain(
        [MESSAGE, b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=f\r\n\r\n'],
        (part % i for i in range(n)), [b'--f--\r\n']))


def delimiters(wire, n):
    """100 multiparts inside each other with boundaries of the same length, and n lines that are almost a delimiter."""
    head = b''.join(b'Content-Type: multipart/mixed; boundary="%070d"\r\n\r\n--%070d\r\n' % (i, i) for i in range(100))
    smtp_message(wire, itertools.chain([MESSAGE, head, b'\r\n'], itertools.repeat(b'--%070d\r\n' % 999, n)))


# full: n of the full set; the tests write a tenth of it.
Shape = namedtuple('Shape', 'write full')

SHAPES = {
    'literal_announced': Shape(literal_announced, 1000),
    'fetch_announced': Shape(fetch_announced, 1000),
    'bdat_announced': Shape(bdat_announced, 1000),
    'size_announced': Shape(size_announced, 1000),
    'smtp_reply_rows': Shape(smtp_reply_rows, MB),
    'pop_list_rows': Shape(pop_list_rows, MB),
    'pop_uidl_rows': Shape(pop_uidl_rows, MB),
    'imap_exists_rows': Shape(imap_exists_rows, MB),
    'imap_fetch_rows': Shape(imap_fetch_rows, MB),
    'imap_list_rows': Shape(imap_list_rows, MB),
    'imap_search_numbers': Shape(imap_search_numbers, MB),
    'imap_search_lines': Shape(imap_search_lines, MB),
    'parentheses': Shape(parentheses, 100),
    'body_structures': Shape(body_structures, 100),
    'mime_nested': Shape(mime_nested, 50),
    'messages_nested': Shape(messages_nested, 50),
    'smtp_command_line': Shape(smtp_command_line, 100 * MB),
    'smtp_reply_line': Shape(smtp_reply_line, 100 * MB),
    'pop_command_line': Shape(pop_command_line, 100 * MB),
    'pop_reply_line': Shape(pop_reply_line, 100 * MB),
    'pop_row_line': Shape(pop_row_line, 100 * MB),
    'imap_command_line': Shape(imap_command_line, 100 * MB),
    'imap_response_line': Shape(imap_response_line, 100 * MB),
    'imap_atoms_line': Shape(imap_atoms_line, 20 * MB),
    'header_line': Shape(header_line, 100 * MB),
    'smtp_data_by_octets': Shape(smtp_data_by_octets, MB),
    'pop_by_octets': Shape(pop_by_octets, MB),
    'imap_literal_by_octets': Shape(imap_literal_by_octets, MB),
    'imap_string_by_octets': Shape(imap_string_by_octets, MB),
    'commands_by_octets': Shape(commands_by_octets, MB),
    'lines_by_octets': Shape(lines_by_octets, MB),
    'smtp_pipelined': Shape(smtp_pipelined, 100000),
    'pop_pipelined': Shape(pop_pipelined, 100000),
    'imap_pipelined': Shape(imap_pipelined, 100000),
    'imap_same_hash': Shape(imap_same_hash, 20000),
    'replies_alone': Shape(replies_alone, 300000),
    'sessions': Shape(sessions, 100000),
    'transactions': Shape(transactions, 100000),
    'messages_fetched': Shape(messages_fetched, 100000),
    'literals': Shape(literals, 100000),
    'chunks': Shape(chunks, 100000),
    'recipients': Shape(recipients, 100000),
    'compress_bomb': Shape(compress_bomb, GB),
    'compress_lines_bomb': Shape(compress_lines_bomb, 10 * MB),
    'attachment_bombs': Shape(attachment_bombs, GB // 4),
    'odd_commands': Shape(odd_commands, 10 * MB),
    'odd_messages': Shape(odd_messages, 10 * MB),
    'line_ends': Shape(line_ends, MB),
    'header_lines': Shape(header_lines, MB),
    'header_same_fields': Shape(header_same_fields, 300000),
    'header_large': Shape(header_large, 90 * MB),
    'parameters': Shape(parameters, 100000),
    'base64_attachment': Shape(base64_attachment, 50 * MB),
    'text_in_base64': Shape(text_in_base64, 50 * MB),
    'urls': Shape(urls, 100000),
    'parts': Shape(parts, 100000),
    'delimiters': Shape(delimiters, 100000),
}


# What the bounds are measured with: many packets, many octets, many lines.
PLAIN = {
    'packets': Shape(lambda wire, n: smtp_message(wire, [MESSAGE, b'\r\n', text(n)], cut=2, ack_every=10), 60000),
    'octets': Shape(base64_attachment, 10 * MB),
    'lines': Shape(smtp_pipelined, 50000),
}


def write(shape, path, n):
    """Write the capture of that shape and return its Wire, which has counted what is in it."""
    with open(path, 'wb') as out:
        wire = Wire(out)
        shape.write(wire, n)
        wire.flush()
    return wire


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('folder')
    parser.add_argument('--part', type=float, default=10, help='n is the full one divided by this (10)')
    parser.add_argument('names', nargs='*', help='of: ' + ' '.join(SHAPES))
    options = parser.parse_intermixed_args()
    os.makedirs(options.folder, exist_ok=True)
    for name in options.names or SHAPES:
        n = max(1, int(SHAPES[name].full / options.part))
        wire = write(SHAPES[name], os.path.join(options.folder, name + '.pcap'), n)
        print(name, n, 'packets', wire.packets, 'octets', wire.payload, 'lines', wire.lines, flush=True)


if __name__ == '__main__':
    main()
