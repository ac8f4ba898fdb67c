"""A POP3 or IMAP client that sends exactly what it is told to, and the octets of a capture in their order.

SPDX-License-Identifier: GPL-2.0-or-later

What was said is a list of chunks (connection, from_client, octets), in the order in which they were sent.
"""
import re
import socket
import ssl
import zlib

TIMEOUT = 20
LITERAL = re.compile(rb'\{(\d+)\+?\}\r\n$')


class Talk:
    """One connection, one send() a segment; chunks is what went over it, free of TLS and compression."""

    def __init__(self, port, host='127.0.0.1', tls=None, greeted=True):
        self.chunks, self.buffer = [], b''
        self.inflate = self.deflate = None
        self.sock = socket.create_connection((host, port), TIMEOUT)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection = self.sock.getsockname()[1]
        if tls:
            self.start_tls(tls)
        if greeted:
            self.greeting = self.line()

    def start_tls(self, context):
        self.sock = context.wrap_socket(self.sock, server_hostname='mail.example.org')

    def start_compression(self):
        self.inflate = zlib.decompressobj(-15)
        self.deflate = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -15)

    def send(self, what):
        """A str is a line, without its end; bytes are sent as they are."""
        octets = what.encode() + b'\r\n' if isinstance(what, str) else what
        self.chunks.append((self.connection, True, octets))
        if self.deflate:
            octets = self.deflate.compress(octets) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
        self.sock.sendall(octets)

    def more(self):
        octets = self.sock.recv(65536)
        if not octets:
            raise EOFError('closed')
        if self.inflate:
            octets = self.inflate.decompress(octets)
        self.chunks.append((self.connection, False, octets))
        self.buffer += octets

    def line(self):
        """One line, with its CRLF."""
        while b'\r\n' not in self.buffer:
            self.more()
        line, self.buffer = self.buffer.split(b'\r\n', 1)
        return line + b'\r\n'

    def octets(self, size):
        while len(self.buffer) < size:
            self.more()
        octets, self.buffer = self.buffer[:size], self.buffer[size:]
        return octets

    def finish(self):
        """Until the server closes."""
        try:
            while True:
                self.more()
        except (EOFError, ConnectionError, ssl.SSLError):
            self.sock.close()


class PopTalk(Talk):
    def lines(self):
        """The rows of a multiline reply, without the final dot."""
        rows = []
        while True:
            row = self.line()
            if row == b'.\r\n':
                return rows
            rows.append(row)

    def ask(self, command, multi=False):
        self.send(command)
        reply = self.line()
        return [reply] + (self.lines() if multi and reply.startswith(b'+OK') else [])


class ImapTalk(Talk):
    def __init__(self, *arguments, **options):
        self.number = 0
        super().__init__(*arguments, **options)

    def response(self):
        """One response with its literals."""
        octets = self.line()
        while LITERAL.search(octets):
            octets += self.octets(int(LITERAL.search(octets).group(1))) + self.line()
        return octets

    def until(self, start):
        """Responses up to one that begins so; start is str."""
        got = []
        while True:
            got.append(self.response())
            if got[-1].startswith(start.encode()):
                return got

    def begin(self, command):
        self.number += 1
        tag = 'a%03d' % self.number
        if isinstance(command, str):
            self.send(tag + ' ' + command)
        else:
            self.send(tag.encode() + b' ' + command)
        return tag

    def ask(self, command, *rest):
        """A command; each further part is sent when the server has asked for it with +."""
        tag = self.begin(command)
        for part in rest:
            got = self.until('')
            if not got[-1].startswith(b'+'):
                raise ValueError('%s: %r' % (command, got))
            self.send(part)
        return self.until(tag)


def capture_chunks(pcap, ports):
    """Chunks of a classic pcap of Ethernet frames; the side of the given ports is the server."""
    with open(pcap, 'rb') as h:
        data = h.read()
    order = 'little' if data[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') else 'big'
    chunks, at, upcoming = [], 24, {}
    while at + 16 <= len(data):
        size = int.from_bytes(data[at + 8:at + 12], order)
        ip = data[at + 30:at + 16 + size]
        at += 16 + size
        tcp = ip[(ip[0] & 15) * 4:int.from_bytes(ip[2:4], 'big')]
        source, target = int.from_bytes(tcp[:2], 'big'), int.from_bytes(tcp[2:4], 'big')
        sequence = int.from_bytes(tcp[4:8], 'big')
        body = tcp[(tcp[12] >> 4) * 4:]
        if tcp[13] & 2:    # SYN
            upcoming[source, target] = sequence + 1
        if not body or sequence < upcoming[source, target]:
            continue
        if sequence != upcoming[source, target]:
            raise ValueError('%s: octets are missing' % pcap)
        upcoming[source, target] = sequence + len(body)
        from_client = target in ports
        chunks.append((source if from_client else target, from_client, body))
    return chunks


def inflated(chunks):
    """The chunks of IMAP connections in the clear, compression undone from the tagged OK to COMPRESS on."""
    tags, streams, out = {}, {}, []
    for connection, from_client, octets in chunks:
        if (connection, from_client) in streams:
            octets = streams[connection, from_client].decompress(octets)
        command = re.search(rb'(?im)^(\S+) COMPRESS DEFLATE\r\n$', octets)
        if from_client and command:
            tags[connection] = command.group(1)
        elif not from_client and connection in tags and octets.startswith(tags[connection] + b' OK'):
            streams[connection, True], streams[connection, False] = zlib.decompressobj(-15), zlib.decompressobj(-15)
            del tags[connection]
        out.append((connection, from_client, octets))
    return out


def streams(chunks):
    """All octets of each direction of each connection."""
    whole = {}
    for connection, from_client, octets in chunks:
        whole[connection, from_client] = whole.get((connection, from_client), b'') + octets
    return whole
