#!/usr/bin/python3
"""Write the captures that tests/bench measures: make_traffic.py FOLDER [NAME...].

SPDX-License-Identifier: GPL-2.0-or-later

  data      one message of 20 MB by DATA, a base64 attachment as real mail has it, in segments of 1460 octets
  bdat      the same message by BDAT, in chunks of 1 MB
  sessions  10,000 sessions of a short message each
  retr      the same message of 20 MB by POP3 RETR
  fetch     the same by IMAP FETCH; fetch5 and fetch200: one of 5 MB, one of 200 MB
  append    the same by IMAP APPEND
  flags     IMAP FETCH of the flags of 100,000 messages

The same octets each time. A capture that is there already is kept.
"""
import base64
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'capture'))

from wire import MSS, Capture, Conversation  # noqa: E402  (needs the path above)

MESSAGE_OCTETS = 20 * 1000 * 1000
CHUNK_OCTETS = 1000 * 1000
SESSIONS = 10000
LISTED = 100000
LINE_OCTETS = 57  # octets that become one base64 line of 76
ATTACHMENT = b'''From: Alice <alice@example.com>\r
To: Bob <bob@example.net>\r
Subject: The drawings\r
Date: Mon, 29 Jan 2007 16:00:00 +0100\r
Message-ID: <drawings@example.com>\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="frontier"\r
\r
--frontier\r
Content-Type: text/plain; charset=us-ascii\r
\r
Bob, here they are.\r
\r
--frontier\r
Content-Type: application/zip; name="drawings.zip"\r
Content-Disposition: attachment; filename="drawings.zip"\r
Content-Transfer-Encoding: base64\r
\r
'''
SHORT = '''From: Alice <alice@example.com>\r
To: Bob <bob%(n)d@example.net>\r
Subject: Note %(n)d\r
Date: Mon, 29 Jan 2007 16:00:00 +0100\r
Message-ID: <%(n)d@example.com>\r
\r
Hello Bob, this is note %(n)d.\r
\r
Alice\r
'''
GREETING = b'220 mx.example.net ESMTP Postfix (Debian/GNU)\r\n'
EHLO_REPLY = (b'250-mx.example.net\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-ETRN\r\n250-ENHANCEDSTATUSCODES\r\n'
              b'250-8BITMIME\r\n250-DSN\r\n250 CHUNKING\r\n')


POP3_GREETING = b'+OK Dovecot (Debian) ready.\r\n'
POP3_CAPABILITIES = (b'+OK\r\nCAPA\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nPIPELINING\r\nAUTH-RESP-CODE\r\nUSER\r\n'
                     b'SASL PLAIN\r\n.\r\n')
IMAP_CAPABILITY = b'IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+'


class Written(Capture):
    """A capture that goes to its file piece by piece: the largest would fill the memory."""

    def __init__(self, out):
        super().__init__()
        self.out = out
        self.head = self.octets()
        out.write(self.head)

    def flush(self):
        """Write the packets so far, and forget them."""
        self.out.write(self.octets()[len(self.head):])
        self.packets.clear()


def large_message(octets=MESSAGE_OCTETS):
    """A message of this size with an attachment in base64; one above 20 MB repeats its lines."""
    end = b'--frontier--\r\n'
    fixed = len(ATTACHMENT) + len(end)
    lines = (octets - fixed) // 78
    noise = random.Random(1).randbytes((MESSAGE_OCTETS - fixed) // 78 * LINE_OCTETS)
    body = base64.encodebytes(noise).replace(b'\n', b'\r\n')
    return ATTACHMENT + (body * (lines * 78 // len(body) + 1))[:lines * 78] + end


def send_large(talk, data, who='C'):
    """Send many octets, acknowledged every second segment, as TCP does."""
    for number, start in enumerate(range(0, len(data), 2 * MSS)):
        talk.send(who, data[start:start + 2 * MSS])
        talk.ack('S' if who == 'C' else 'C')
        if number % 1000 == 999:
            talk.capture.flush()


def exchange(talk, *pairs):
    """Commands and their replies, one segment each."""
    for command, reply in pairs:
        talk.client(command)
        talk.server(reply)


def smtp_opening(talk, recipient=b'bob@example.net', parameters=b''):
    talk.handshake()
    talk.server(GREETING)
    exchange(talk, (b'EHLO client.example.com\r\n', EHLO_REPLY),
             (b'MAIL FROM:<alice@example.com>' + parameters + b'\r\n', b'250 2.1.0 Ok\r\n'),
             (b'RCPT TO:<' + recipient + b'>\r\n', b'250 2.1.5 Ok\r\n'))


def smtp_closing(talk):
    exchange(talk, (b'QUIT\r\n', b'221 2.0.0 Bye\r\n'))
    talk.close()


def data(capture):
    talk = Conversation(capture)
    message = large_message()
    smtp_opening(talk, parameters=b' SIZE=%d' % len(message))
    exchange(talk, (b'DATA\r\n', b'354 End data with <CR><LF>.<CR><LF>\r\n'))
    send_large(talk, message + b'.\r\n')
    talk.server(b'250 2.0.0 Ok: queued as 83DA35E945FF\r\n')
    smtp_closing(talk)


def bdat(capture):
    talk = Conversation(capture)
    message = large_message()
    smtp_opening(talk, parameters=b' SIZE=%d' % len(message))
    for start in range(0, len(message), CHUNK_OCTETS):
        chunk = message[start:start + CHUNK_OCTETS]
        last = b' LAST' if start + CHUNK_OCTETS >= len(message) else b''
        send_large(talk, b'BDAT %d%s\r\n' % (len(chunk), last) + chunk)
        talk.server(b'250 2.0.0 Ok: queued as 83DA35E945FF\r\n' if last
                    else b'250 2.0.0 Ok: %d octets\r\n' % len(chunk))
    smtp_closing(talk)


def sessions(capture):
    for number in range(SESSIONS):
        talk = Conversation(capture, client_port=20000 + number % 40000,
                            client='192.0.2.%d' % (10 + number // 40000))
        smtp_opening(talk, b'bob%d@example.net' % number)
        exchange(talk, (b'DATA\r\n', b'354 End data with <CR><LF>.<CR><LF>\r\n'),
                 ((SHORT % {'n': number}).encode() + b'.\r\n', b'250 2.0.0 Ok: queued as %012X\r\n' % number))
        smtp_closing(talk)


def retr(capture):
    talk = Conversation(capture, port=110)
    message = large_message()
    talk.handshake()
    talk.server(POP3_GREETING)
    exchange(talk, (b'CAPA\r\n', POP3_CAPABILITIES),
             (b'USER bob\r\n', b'+OK\r\n'), (b'PASS s3cret\r\n', b'+OK Logged in.\r\n'),
             (b'STAT\r\n', b'+OK 1 %d\r\n' % len(message)),
             (b'LIST\r\n', b'+OK 1 messages:\r\n1 %d\r\n.\r\n' % len(message)))
    talk.client(b'RETR 1\r\n')
    send_large(talk, b'+OK %d octets\r\n' % len(message) + message + b'.\r\n', 'S')
    exchange(talk, (b'DELE 1\r\n', b'+OK Marked to be deleted.\r\n'),
             (b'QUIT\r\n', b'+OK Logging out, messages deleted.\r\n'))
    talk.close()


def imap_opening(capture, messages):
    """A connection that has logged in and selected INBOX."""
    talk = Conversation(capture, port=143)
    talk.handshake()
    talk.server(b'* OK [CAPABILITY ' + IMAP_CAPABILITY + b' AUTH=PLAIN] Dovecot (Debian) ready.\r\n')
    exchange(talk, (b'a1 LOGIN bob s3cret\r\n',
              b'a1 OK [CAPABILITY ' + IMAP_CAPABILITY + b' UIDPLUS MOVE] Logged in\r\n'),
             (b'a2 SELECT INBOX\r\n',
              b'* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n'
              b'* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] Flags permitted.\r\n'
              b'* %d EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1170086400] UIDs valid\r\n'
              b'* OK [UIDNEXT %d] Predicted next UID\r\n'
              b'a2 OK [READ-WRITE] Select completed.\r\n' % (messages, messages + 1)))
    return talk


def imap_closing(talk):
    exchange(talk, (b'a4 LOGOUT\r\n', b'* BYE Logging out\r\na4 OK Logout completed.\r\n'))
    talk.close()


def fetch(capture, octets=MESSAGE_OCTETS):
    talk = imap_opening(capture, 1)
    message = large_message(octets)
    talk.client(b'a3 UID FETCH 1 (UID BODY.PEEK[])\r\n')
    send_large(talk, b'* 1 FETCH (UID 1 BODY[] {%d}\r\n' % len(message) + message
               + b')\r\na3 OK Fetch completed.\r\n', 'S')
    imap_closing(talk)


def append(capture):
    talk = imap_opening(capture, 0)
    message = large_message()
    exchange(talk, (b'a3 APPEND Sent (\\Seen) {%d}\r\n' % len(message), b'+ OK\r\n'))
    send_large(talk, message + b'\r\n')
    talk.server(b'a3 OK [APPENDUID 1170086401 1] Append completed.\r\n')
    imap_closing(talk)


def flags(capture):
    talk = imap_opening(capture, LISTED)
    talk.client(b'a3 UID FETCH 1:* (FLAGS)\r\n')
    kinds = (b'\\Seen', b'', b'\\Answered \\Seen', b'\\Flagged \\Seen')
    lines = [b'* %d FETCH (UID %d FLAGS (%s))\r\n' % (n, n, kinds[n % 4]) for n in range(1, LISTED + 1)]
    send_large(talk, b''.join(lines) + b'a3 OK Fetch completed.\r\n', 'S')
    imap_closing(talk)


TRAFFIC = {
    'data': data, 'bdat': bdat, 'sessions': sessions, 'retr': retr, 'fetch': fetch,
    'fetch5': lambda capture: fetch(capture, 5 * 1000 * 1000), 'append': append, 'flags': flags,
    'fetch200': lambda capture: fetch(capture, 200 * 1000 * 1000),
}


def write(name, path):
    """Write a capture; the name is there when it is whole."""
    with open(path + '.part', 'wb') as out:
        capture = Written(out)
        TRAFFIC[name](capture)
        capture.flush()
    os.rename(path + '.part', path)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name in sys.argv[2:] or TRAFFIC:
        path = os.path.join(folder, name + '.pcapng')
        if not os.path.exists(path):
            write(name, path)
        print(path, os.path.getsize(path))


if __name__ == '__main__':
    main()
