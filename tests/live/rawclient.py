"""A client that sends exactly the octets it is told to, and writes down what was said.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import socket

TIMEOUT = 20


def stuffed(message):
    """The message as it stands behind DATA: dots doubled, final dot added (RFC 5321 4.5.2)."""
    lines = message.split(b'\r\n')
    return b'\r\n'.join(b'.' + line if line.startswith(b'.') else line for line in lines) + b'.\r\n'


class Wire:
    """One connection in clear text, one send() a segment."""

    def __init__(self, host, port=25, source=None):
        self.events = []
        self.buffer = b''
        self.sock = socket.create_connection((host, port), TIMEOUT, (source, 0) if source else None)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reply()

    def send(self, *parts):
        """Sends the parts in one segment: str is a command line, bytes is a message behind DATA,
        (line, chunk, message) a BDAT command with its octets, message being the whole one if it is the last."""
        octets = b''
        for part in parts:
            if isinstance(part, str):
                octets += part.encode() + b'\r\n'
                self.events.append(('C', part))
            elif isinstance(part, bytes):
                octets += stuffed(part)
                self.events.append(('M', part))
            else:
                line, chunk, message = part
                octets += line.encode() + b'\r\n' + chunk
                self.events.append(('C', line))
                if message is not None:
                    self.events.append(('M', message))
        self.sock.sendall(octets)

    def reply(self):
        """Reads one reply, whole, and gives its lines."""
        lines = []
        while not lines or lines[-1][3:4] == '-':
            while b'\r\n' not in self.buffer:
                more = self.sock.recv(65536)
                if not more:
                    raise EOFError('closed after %r' % lines)
                self.buffer += more
            line, self.buffer = self.buffer.split(b'\r\n', 1)
            lines.append(line.decode())
        self.events.append(('S', lines))
        return lines

    def ask(self, *parts, replies=1):
        self.send(*parts)
        for _ in range(replies):
            last = self.reply()
        return last

    def close(self):
        self.sock.close()
