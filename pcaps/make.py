"""Writes the captures of this folder again, octet for octet the same.

SPDX-License-Identifier: GPL-2.0-or-later

    python3 pcaps/make.py [folder]
"""

import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "capture"))

from wire import ACK, FIN, PSH, SYN, CLIENT_MAC  # noqa: E402
from wire import Capture, Conversation, ethernet, ip_packet, udp_datagram  # noqa: E402

FIGURE6_START = 1169980860000000    # 2007-01-28 10:41:00 UTC in microseconds

GREETING = b"220 localhost.localdomain ESMTP Sendmail 8.13.1/8.13.1; Sun, 28 Jan 2007 20:41:03 +1000\r\n"

FIGURE6_EHLO_REPLY = (
    b"250-localhost.localdomain Hello host-1.example.com [172.16.1.1], pleased to meet you\r\n"
    b"250-ENHANCEDSTATUSCODES\r\n"
    b"250-PIPELINING\r\n"
    b"250-8BITMIME\r\n"
    b"250-SIZE\r\n"
    b"250-DSN\r\n"
    b"250-ETRN\r\n"
    b"250-AUTH DIGEST-MD5 CRAM-MD5\r\n"
    b"250-DELIVERBY\r\n"
    b"250 HELP\r\n")

FIGURE6_MESSAGE = (
    b"Message-ID: <45BC7CEF.8060301@example.com>\r\n"
    b"Date: Sun, 28 Jan 2007 20:41:03 +1000\r\n"
    b"From: ccna1 <ccna1@example.com>\r\n"
    b"User-Agent: Thunderbird 1.5.0.9 (Windows/20061207)\r\n"
    b"MIME-Version: 1.0\r\n"
    b"To: ccna2@example.com\r\n"
    b"Subject: Lab 3.4.3\r\n"
    b"Content-Type: text/plain; charset=ISO-8859-1; format=flowed\r\n"
    b"Content-Transfer-Encoding: 7bit\r\n"
    b"\r\n"
    b"Hello ccna2, this is the captured message. See you in class 3.4.3!....\r\n")

SYN_OPTIONS = struct.pack("!BBHBBBB", 2, 4, 1460, 1, 1, 4, 2)   # MSS 1460, NOP NOP SACK permitted

# time in microseconds, side, flags, window, payload, options: frames 4 to 24
FIGURE6 = [
    (3306445, "C", SYN, 64240, b"", SYN_OPTIONS),
    (3306968, "S", SYN | ACK, 5840, b"", SYN_OPTIONS),
    (3307012, "C", ACK, 64240, b"", b""),
    (3313519, "S", PSH | ACK, 5840, GREETING, b""),
    (3353004, "C", PSH | ACK, 64151, b"EHLO [172.16.1.1]\r\n", b""),
    (3353436, "S", ACK, 5840, b"", b""),
    (3353657, "S", PSH | ACK, 5840, FIGURE6_EHLO_REPLY, b""),
    (3356823, "C", PSH | ACK, 63926, b"MAIL FROM:<ccna1@example.com> SIZE=398\r\n", b""),
    (3359743, "S", PSH | ACK, 5840, b"250 2.1.0 <ccna1@example.com>... Sender ok\r\n", b""),
    (3363127, "C", PSH | ACK, 63882, b"RCPT TO:<ccna2@example.com>\r\n", b""),
    (3365007, "S", PSH | ACK, 5840, b"250 2.1.5 <ccna2@example.com>... Recipient ok\r\n", b""),
    (3367680, "C", PSH | ACK, 63835, b"DATA\r\n", b""),
    (3368230, "S", PSH | ACK, 5840, b"354 Enter mail, end with \".\" on a line by itself\r\n", b""),
    (3376881, "C", PSH | ACK, 63785, FIGURE6_MESSAGE + b".\r\n", b""),
    (3387830, "S", PSH | ACK, 6432, b"250 2.0.0 l0SAf3xx003214 Message accepted for delivery\r\n", b""),
    (3395347, "C", PSH | ACK, 63729, b"QUIT\r\n", b""),
    (3395855, "S", PSH | ACK, 6432, b"221 2.0.0 localhost.localdomain closing connection\r\n", b""),
    (3395897, "S", FIN | ACK, 6432, b"", b""),
    (3395929, "C", ACK, 63677, b"", b""),
    (3405772, "C", FIN | ACK, 63677, b"", b""),
    (3406204, "S", ACK, 6432, b"", b""),
]


def nbns_query():
    """Frame of an NBNS broadcast query for WORKGROUP<1b> (RFC 1002 4.2.12)."""
    name = b"\x20FHEPFCELEHFCEPFFFACACACACACACABL\0"
    query = struct.pack("!HHHHHH", 0x8003, 0x0110, 1, 0, 0, 0) + name + struct.pack("!HH", 0x0020, 1)
    source, broadcast = "172.16.1.1", "172.16.255.255"
    packet = ip_packet(source, broadcast, 17, udp_datagram(source, broadcast, (137, 137), query), ttl=128)
    return ethernet(b"\xff" * 6, CLIENT_MAC, packet)


def figure6():
    """The 24 frames of Figure 6 of Cisco's Lab 3.4.3."""
    capture = Capture(start=FIGURE6_START)
    for time in (0, 741371, 1492443):
        capture.add(nbns_query(), FIGURE6_START + time)
    talk = Conversation(capture, 25, 1250, "172.16.1.1", "192.168.254.254", pad=True, ttl=(128, 62))
    for time, who, flags, window, payload, options in FIGURE6:
        (talk.c if who == "C" else talk.s).window = window
        talk.packet(who, flags, payload, options=options, time=FIGURE6_START + time)
    return capture


def keys(line):
    """Offsets at which a console cuts what is typed: after each key; Enter sends CR LF as one."""
    return list(range(1, len(line) - 1))


def typed(capture, talk, turns, pause=0.1):
    """Play (side, line): the server's lines in one segment, the client's one key per segment, pause seconds apart."""
    for who, text in turns:
        line = text + b"\r\n"
        if who == "S":
            talk.server(line)
            continue
        edges = [0] + keys(line) + [len(line)]
        for a, b in zip(edges, edges[1:]):
            capture.wait(pause)
            talk.client(line[a:b])


TELNET = [
    ("S", GREETING[:-2]),
    ("C", b"HELO eagle-server.example.com"),
    ("S", b"250 localhost.localdomain Hello [172.16.1.2], pleased to meet you"),
    ("C", b"MAIL From: ccna2@example.com"),
    ("S", b"250 2.1.0 ccna2@example.com... Sender ok"),
    ("C", b"RCPT To: instructor@example.com"),
    ("S", b"250 2.1.5 instructor@example.com... Recipient ok"),
    ("C", b"DATA"),
    ("S", b"354 Please start mail input."),
    ("C", b"e-mail SMTP server test..."),
    ("C", b"."),
    ("S", b"250 Mail queued for delivery."),
    ("C", b"QUIT"),
    ("S", b"221 Closing connection. Good bye."),
]


def telnet():
    """The telnet transcript of the same lab, one segment per key."""
    capture = Capture(start=FIGURE6_START)
    talk = Conversation(capture, 25, 1251, "172.16.1.2", "192.168.254.254", ttl=(128, 62))
    talk.handshake()
    typed(capture, talk, TELNET)
    talk.close("S")
    return capture


HELO_ACCEPTED = [
    ("S", b"220 mx.google.com ESMTP 6si2341234qkb.123 - gsmtp"),
    ("C", b"helo"),
    ("S", b"250 mx.google.com at your service"),
    ("C", b"quit"),
    ("S", b"221 2.0.0 closing connection 6si2341234qkb.123 - gsmtp"),
]

HELO_REFUSED = [
    ("S", b"220 mx.google.com ESMTP 7si3452345qkc.456 - gsmtp"),
    ("C", b"helo"),
    ("S", b"501-5.5.4 HELO/EHLO argument \"\" invalid, closing connection.\r\n"
          b"501 5.5.4 7si3452345qkc.456 - gsmtp"),
]


def wikiversity():
    """helo without an argument, typed: answered 250 on the first connection, 501 and closed on the second."""
    capture = Capture(start=FIGURE6_START)
    for number, turns in enumerate((HELO_ACCEPTED, HELO_REFUSED)):
        talk = Conversation(capture, 25, 50001 + number, "192.0.2.10", "203.0.113.27")
        talk.handshake()
        typed(capture, talk, turns)
        talk.close("S")
        capture.wait(1)
    return capture


CAPTURES = {
    "lab-3.4.3-figure6.pcapng": figure6,
    "lab-3.4.3-telnet.pcapng": telnet,
    "wikiversity-helo.pcapng": wikiversity,
}


def main():
    """Write every capture into the folder named on the command line, else into the one of this file."""
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for name, build in CAPTURES.items():
        print(build().save(folder / name))


if __name__ == "__main__":
    main()
