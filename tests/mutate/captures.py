"""Read captures packet by packet, find TCP in them, write them: standard library only.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import os
import struct
from collections import namedtuple

# Link types (https://www.tcpdump.org/linktypes.html): where the type of the network protocol stands, and how long the
# link header is.
LINKS = {1: (12, 14), 113: (14, 16), 276: (0, 20)}
ETHERNET = 1
IPV4, IPV6, TCP = 0x0800, 0x86DD, 6

# time: microseconds; ip, tcp, payload: where each begins; end: where the IP packet ends
SUFFIXES = ('.pcap', '.pcapng')
TLS_SECRETS = 0x544C534B

Packet = namedtuple('Packet', 'time link octets')
Segment = namedtuple('Segment', 'ip tcp payload end version ports addresses seq flags')


class NotCapture(Exception):
    """The file is no pcap or pcapng file."""


def _pcapng(data):
    at, order, links, units = 0, '<', [], []
    while at + 12 <= len(data):
        kind = data[at:at + 4]
        if kind == b'\x0a\x0d\x0d\x0a':
            order = '<' if data[at + 8:at + 12] == b'\x4d\x3c\x2b\x1a' else '>'
            links, units = [], []
        kind, length = struct.unpack(order + 'II', data[at:at + 8])
        body = data[at + 8:at + length - 4]
        if kind == 1:
            links.append(struct.unpack(order + 'H', body[:2])[0])
            units.append(_unit(body[8:], order))
        elif kind == 6:
            interface, high, low, kept = struct.unpack(order + 'IIII', body[:16])
            time = (high << 32 | low) * 1000000 // units[interface]
            yield Packet(time, links[interface], body[20:20 + kept])
        if length < 12:
            return
        at += length


def _unit(options, order):
    """Ticks per second of an interface: its option if_tsresol, or a million."""
    while len(options) >= 4:
        code, length = struct.unpack(order + 'HH', options[:4])
        if code == 9:
            return 2 ** (options[4] & 0x7F) if options[4] & 0x80 else 10 ** options[4]
        options = options[4 + (length + 3) // 4 * 4:]
    return 1000000


def _pcap(data):
    order = '<' if data[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') else '>'
    fraction = 1000 if data[:4] in (b'\x4d\x3c\xb2\xa1', b'\xa1\xb2\x3c\x4d') else 1
    link, at = struct.unpack(order + 'I', data[20:24])[0] & 0xFFFF, 24
    while at + 16 <= len(data):
        seconds, part, kept, _ = struct.unpack(order + 'IIII', data[at:at + 16])
        yield Packet(seconds * 1000000 + part // fraction, link, data[at + 16:at + 16 + kept])
        at += 16 + kept


def read(path):
    """All packets of a pcap or pcapng file."""
    with open(path, 'rb') as file:
        data = file.read()
    if data[:4] == b'\x0a\x0d\x0d\x0a':
        return list(_pcapng(data))
    if data[:4] in (b'\xd4\xc3\xb2\xa1', b'\xa1\xb2\xc3\xd4', b'\x4d\x3c\xb2\xa1', b'\xa1\xb2\x3c\x4d'):
        return list(_pcap(data))
    raise NotCapture(path)


def secrets(path):
    """The TLS key log that a pcapng file carries."""
    with open(path, 'rb') as file:
        data = file.read()
    found, at = b'', 0
    while data[:4] == b'\x0a\x0d\x0d\x0a' and at + 20 <= len(data):
        kind, length, secret, octets = struct.unpack('<IIII', data[at:at + 16])
        if kind == 10 and secret == TLS_SECRETS:
            found += data[at + 16:at + 16 + octets]
        if length < 12:
            break
        at += length
    return found


def captures(paths):
    """The captures among the files and below the folders, sorted."""
    for path in paths:
        if os.path.isdir(path):
            for folder, _, names in sorted(os.walk(path)):
                yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(SUFFIXES))
        else:
            yield path


def _transport(octets, at, kind):
    """Where TCP begins and the IP packet ends, or None."""
    if kind == IPV4 and len(octets) >= at + 20 and octets[at] >> 4 == 4:
        length = struct.unpack('!H', octets[at + 2:at + 4])[0]
        fragment = struct.unpack('!H', octets[at + 6:at + 8])[0] & 0x3FFF
        if octets[at + 9] == TCP and not fragment:
            return at + (octets[at] & 15) * 4, at + length, (octets[at + 12:at + 16], octets[at + 16:at + 20])
    if kind == IPV6 and len(octets) >= at + 40 and octets[at + 6] == TCP:
        length = struct.unpack('!H', octets[at + 4:at + 6])[0]
        return at + 40, at + 40 + length, (octets[at + 8:at + 24], octets[at + 24:at + 40])
    return None


def segment(packet):
    """The TCP segment of a packet, or None where there is none or its header is cut."""
    octets, link = packet.octets, LINKS.get(packet.link)
    if link is None or len(octets) < link[1]:
        return None
    kind = struct.unpack('!H', octets[link[0]:link[0] + 2])[0]
    found = _transport(octets, link[1], kind)
    if not found or len(octets) < found[0] + 20:
        return None
    tcp, end, addresses = found
    payload = tcp + (octets[tcp + 12] >> 4) * 4
    end = min(end, len(octets))
    if payload > end:
        return None
    return Segment(link[1], tcp, payload, end, 4 if kind == IPV4 else 6, struct.unpack('!HH', octets[tcp:tcp + 4]),
                   addresses, struct.unpack('!I', octets[tcp + 4:tcp + 8])[0], octets[tcp + 13])


def write(path, packets):
    """A pcap file of Ethernet frames: of each its microseconds, its octets and its length on the wire."""
    with open(path, 'wb') as file:
        file.write(struct.pack('<IHHiIII', 0xA1B2C3D4, 2, 4, 0, 0, 262144, ETHERNET))
        for time, octets, length in packets:
            file.write(struct.pack('<IIII', time // 1000000, time % 1000000, len(octets), length) + octets)
