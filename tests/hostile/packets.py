"""TCP conversations in a pcap file, written as they are made: for captures of millions of packets.

SPDX-License-Identifier: GPL-2.0-or-later

tests/capture/wire.py can do more (gaps, options, IPv6), at fifty times the cost per packet. Checksums are zero here:
Wireshark does not look at them unless it is told to.
"""
import struct

FIN, SYN, PSH, ACK = 0x01, 0x02, 0x08, 0x10
MSS = 1460
START = 1170000000      # seconds since 1970 of the first packet
ACK_EVERY = 2           # segments of one side after which the other one acknowledges
FLUSH = 1 << 20         # octets that are written at once

# The header of a packet in the file, Ethernet, IPv4 and TCP.
HEAD = struct.Struct('>IIII 12sH BBHHHBBHII HHIIBBHHH')
LAYERS = HEAD.size - 16
MACS = {'C': bytes.fromhex('020000000002020000000001'), 'S': bytes.fromhex('020000000001020000000002')}
CLIENT, SERVER = 0x0A000000, 0xC0000219     # 10.0.0.0, 192.0.2.25


class Wire:
    """A capture file. One millisecond passes from packet to packet."""

    def __init__(self, out):
        self.out, self.waiting, self.size = out, [], 0
        self.packets, self.payload, self.lines = 0, 0, 0
        self.farewells = 0      # sessions that end with QUIT or LOGOUT
        out.write(struct.pack('>IHHiIII', 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))

    def add(self, who, ports, addresses, seq, ack, flags, payload):
        """One packet of the client ('C') or the server ('S')."""
        number, octets = self.packets, len(payload)
        self.waiting += (HEAD.pack(
            START + number // 1000, number % 1000 * 1000, LAYERS + octets, LAYERS + octets, MACS[who], 0x0800,
            0x45, 0, 40 + octets, number & 0xFFFF, 0x4000, 64, 6, 0, *addresses,
            *ports, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x50, flags, 64240, 0, 0), payload)
        self.packets += 1
        self.payload += octets
        self.lines += payload.count(b'\n')
        self.size += octets + HEAD.size
        if self.size > FLUSH:
            self.flush()

    def flush(self):
        """Write what has been added so far."""
        self.out.write(b''.join(self.waiting))
        self.waiting, self.size = [], 0


class Talk:
    """One TCP connection, opened. number tells it from the others of the capture."""

    def __init__(self, wire, port, number=0):
        self.wire = wire
        client = CLIENT + 1 + number // 40000
        ports = (20000 + number % 40000, port)
        self.ports = {'C': ports, 'S': ports[::-1]}
        self.addresses = {'C': (client, SERVER), 'S': (SERVER, client)}
        self.seq = {'C': 1000, 'S': 5000}
        self.packet('C', SYN)
        self.packet('S', SYN | ACK)
        self.packet('C', ACK)

    def packet(self, who, flags, payload=b''):
        """One segment."""
        other = 'S' if who == 'C' else 'C'
        self.wire.add(who, self.ports[who], self.addresses[who], self.seq[who], self.seq[other], flags, payload)
        self.seq[who] += len(payload) + bool(flags & (SYN | FIN))

    def say(self, who, octets, cut=MSS, ack_every=ACK_EVERY):
        """Octets of one side in segments of at most cut octets, acknowledged by the other."""
        other = 'S' if who == 'C' else 'C'
        for count, start in enumerate(range(0, len(octets), cut), 1):
            self.packet(who, PSH | ACK, octets[start:start + cut])
            if count % ack_every == 0:
                self.packet(other, ACK)

    def client(self, octets, **how):
        """See say()."""
        self.say('C', octets, **how)

    def server(self, octets, **how):
        """See say()."""
        self.say('S', octets, **how)

    def stream(self, who, pieces, **how):
        """Octets that come in pieces, cut without regard to where the pieces end."""
        rest = b''
        cut = how.get('cut', MSS)
        for piece in pieces:
            rest += piece
            if len(rest) >= FLUSH:
                whole = len(rest) - len(rest) % cut
                self.say(who, rest[:whole], **how)
                rest = rest[whole:]
        self.say(who, rest, **how)

    def close(self):
        """FIN of both sides."""
        self.packet('C', FIN | ACK)
        self.packet('S', FIN | ACK)
        self.packet('C', ACK)
