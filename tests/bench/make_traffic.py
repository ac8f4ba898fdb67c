#!/usr/bin/python3
"""Write the captures that tests/bench measures: make_traffic.py FOLDER [NAME...].

SPDX-License-Identifier: GPL-2.0-or-later

  data      one message of 20 MB by DATA, a base64 attachment as real mail has it, in segments of 1460 octets
  bdat      the same message by BDAT, in chunks of 1 MB
  sessions  10,000 sessions of a short message each

The same octets each time. A capture that is there already is kept.
"""
import base64
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'capture'))

from wire import Capture, Conversation, MSS  # noqa: E402  (needs the path above)

MESSAGE_OCTETS = 20 * 1000 * 1000
CHUNK_OCTETS = 1000 * 1000
SESSIONS = 10000
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


def large_message():
    """A message of 20 MB with an attachment in base64."""
    end = b'--frontier--\r\n'
    lines = (MESSAGE_OCTETS - len(ATTACHMENT) - len(end)) // 78
    noise = random.Random(1).randbytes(lines * LINE_OCTETS)
    body = base64.encodebytes(noise).replace(b'\n', b'\r\n')
    return ATTACHMENT + body + end


def send_large(talk, data):
    """Send many octets, acknowledged every second segment, as TCP does."""
    for start in range(0, len(data), 2 * MSS):
        talk.client(data[start:start + 2 * MSS])
        talk.ack('S')


def exchange(talk, *pairs):
    """Commands and their replies, one segment each."""
    for command, reply in pairs:
        talk.client(command)
        talk.server(reply)


def opening(talk, recipient=b'bob@example.net', parameters=b''):
    talk.handshake()
    talk.server(GREETING)
    exchange(talk, (b'EHLO client.example.com\r\n', EHLO_REPLY),
             (b'MAIL FROM:<alice@example.com>' + parameters + b'\r\n', b'250 2.1.0 Ok\r\n'),
             (b'RCPT TO:<' + recipient + b'>\r\n', b'250 2.1.5 Ok\r\n'))


def closing(talk):
    exchange(talk, (b'QUIT\r\n', b'221 2.0.0 Bye\r\n'))
    talk.close()


def data():
    capture = Capture()
    talk = Conversation(capture)
    message = large_message()
    opening(talk, parameters=b' SIZE=%d' % len(message))
    exchange(talk, (b'DATA\r\n', b'354 End data with <CR><LF>.<CR><LF>\r\n'))
    send_large(talk, message + b'.\r\n')
    talk.server(b'250 2.0.0 Ok: queued as 83DA35E945FF\r\n')
    closing(talk)
    return capture


def bdat():
    capture = Capture()
    talk = Conversation(capture)
    message = large_message()
    opening(talk, parameters=b' SIZE=%d' % len(message))
    for start in range(0, len(message), CHUNK_OCTETS):
        chunk = message[start:start + CHUNK_OCTETS]
        last = b' LAST' if start + CHUNK_OCTETS >= len(message) else b''
        send_large(talk, b'BDAT %d%s\r\n' % (len(chunk), last) + chunk)
        talk.server(b'250 2.0.0 Ok: queued as 83DA35E945FF\r\n' if last
                    else b'250 2.0.0 Ok: %d octets\r\n' % len(chunk))
    closing(talk)
    return capture


def sessions():
    capture = Capture()
    for number in range(SESSIONS):
        talk = Conversation(capture, client_port=20000 + number % 40000,
                            client='192.0.2.%d' % (10 + number // 40000))
        opening(talk, b'bob%d@example.net' % number)
        exchange(talk, (b'DATA\r\n', b'354 End data with <CR><LF>.<CR><LF>\r\n'),
                 ((SHORT % {'n': number}).encode() + b'.\r\n', b'250 2.0.0 Ok: queued as %012X\r\n' % number))
        closing(talk)
    return capture


TRAFFIC = {'data': data, 'bdat': bdat, 'sessions': sessions}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name in sys.argv[2:] or TRAFFIC:
        path = os.path.join(folder, name + '.pcapng')
        if not os.path.exists(path):
            TRAFFIC[name]().save(path + '.part')
            os.rename(path + '.part', path)
        print(path, os.path.getsize(path))


if __name__ == '__main__':
    main()
