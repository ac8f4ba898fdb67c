"""Captures from scratch: TCP conversations over Ethernet and IPv4 or IPv6, written as pcapng.

SPDX-License-Identifier: GPL-2.0-or-later

    capture = Capture()
    talk = Conversation(capture, port=25)
    talk.handshake()
    talk.server(b"220 mx.example.net ESMTP\r\n")
    talk.client(b"QUIT\r\n", cut=1)             # one octet per segment
    talk.close()
    capture.save("quit.pcapng")

or in one call: session(path, ["S: 220 mx.example.net ESMTP", "C: QUIT", "S: 221 bye"]).
The same calls give the same octets: nothing depends on the clock or on chance.
"""

import hashlib
import ipaddress
import os
import struct

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
ETHERNET_MIN = 60           # octets of the shortest frame on the wire, without FCS
MSS = 1460                  # octets of payload in one segment when the caller does not cut
START = 1170000000000000    # time of the first packet, microseconds since 1970
STEP = 1000                 # microseconds between packets unless told otherwise
KEPT_OCTETS = 200000        # largest capture of which a copy is kept
CLIENT_MAC = bytes.fromhex("020000000001")
SERVER_MAC = bytes.fromhex("020000000002")


def checksum(data):
    """Internet checksum (RFC 1071) of data."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip_packet(source, destination, protocol, payload, ident=0, ttl=64):
    """IPv4 or IPv6 packet, by the form of the addresses, around a TCP (6) or UDP (17) payload."""
    src, dst = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if src.version == 6:
        return struct.pack("!IHBB", 0x60000000, len(payload), protocol, ttl) + src.packed + dst.packed + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), ident & 0xFFFF, 0x4000, ttl, protocol, 0)
    head += src.packed + dst.packed
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def with_checksum(source, destination, protocol, segment, at):
    """TCP or UDP segment with the checksum of its pseudo header filled in at offset `at`."""
    src, dst = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    if src.version == 6:
        pseudo = src.packed + dst.packed + struct.pack("!II", len(segment), protocol)
    else:
        pseudo = src.packed + dst.packed + struct.pack("!BBH", 0, protocol, len(segment))
    return segment[:at] + struct.pack("!H", checksum(pseudo + segment)) + segment[at + 2:]


def tcp_segment(source, destination, ports, seq, ack, flags, window, payload=b"", options=b""):
    """TCP header, options (a multiple of 4 octets) and payload; source and destination are addresses."""
    offset = (20 + len(options)) // 4 << 4
    head = struct.pack("!HHIIBBHHH", *ports, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, offset, flags, window, 0, 0)
    return with_checksum(source, destination, 6, head + options + payload, 16)


def udp_datagram(source, destination, ports, payload):
    """UDP header and payload; source and destination are addresses."""
    head = struct.pack("!HHHH", *ports, 8 + len(payload), 0)
    return with_checksum(source, destination, 17, head + payload, 6)


def ethernet(destination, source, packet, pad=False):
    """Ethernet frame; with pad, at least 60 octets as a received frame has."""
    kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    frame = destination + source + struct.pack("!H", kind) + packet
    return frame.ljust(ETHERNET_MIN, b"\0") if pad else frame


def _block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))


class Capture:
    """Packets with their times; save() writes them as pcapng. snaplen cuts every packet (0: none)."""

    def __init__(self, snaplen=0, start=START):
        self.snaplen = snaplen
        self.now = start            # microseconds since 1970 of the next packet
        self.packets = []           # (time, octets kept, original length)

    def add(self, frame, time=None, keep=None):
        """Record a frame. time: microseconds, else 1 ms after the last; keep: octets of it that are captured."""
        if time is not None:
            self.now = time
        limits = [len(frame)] + [n for n in (keep, self.snaplen or None) if n is not None]
        self.packets.append((self.now, frame[:min(limits)], len(frame)))
        self.now += STEP

    def wait(self, seconds):
        """Let time pass before the next packet."""
        self.now += round(seconds * 1000000)

    def again(self, index=-1):
        """Record an earlier packet once more, now: a retransmission, or the same packet seen twice."""
        _, octets, length = self.packets[index]
        self.packets.append((self.now, octets, length))
        self.now += STEP

    def swap(self, first, second):
        """Exchange the octets of two recorded packets, leaving the times: they arrived in the other order."""
        a, b = self.packets[first], self.packets[second]
        self.packets[first], self.packets[second] = (a[0],) + b[1:], (b[0],) + a[1:]

    def octets(self):
        """The pcapng file: section header, one Ethernet interface, one enhanced packet block per packet."""
        parts = [_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
                 _block(1, struct.pack("<HHI", 1, 0, self.snaplen or 262144))]
        for time, octets, length in self.packets:
            head = struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(octets), length)
            parts.append(_block(6, head + octets))
        return b"".join(parts)

    def save(self, path):
        """Write the file and return its path as a string; another copy goes to the folder $MW_KEEP_CAPTURES."""
        octets = self.octets()
        with open(path, "wb") as out:
            out.write(octets)
        keep = os.environ.get("MW_KEEP_CAPTURES")
        if keep and len(octets) <= KEPT_OCTETS:
            with open(os.path.join(keep, hashlib.sha1(octets).hexdigest() + ".pcapng"), "wb") as out:
                out.write(octets)
        return str(path)


class _Side:
    def __init__(self, address, port, mac, isn, window, ttl):
        self.address, self.port, self.mac, self.ttl = address, port, mac, ttl
        self.seq = isn              # next sequence number to send
        self.window = window
        self.ident = isn & 0xFFFF


class Conversation:
    """One TCP connection in a capture.

    only: "C" or "S" records that direction alone. pad: frames of the server are at least 60 octets.
    """

    def __init__(self, capture, port=25, client_port=40000, client="192.0.2.10", server="192.0.2.25",
                 only=None, pad=False, isn=(1000, 5000), window=(64240, 64240), ttl=(64, 64)):
        self.capture, self.only, self.pad = capture, only, pad
        self.c = _Side(client, client_port, CLIENT_MAC, isn[0], window[0], ttl[0])
        self.s = _Side(server, port, SERVER_MAC, isn[1], window[1], ttl[1])

    def packet(self, who, flags, payload=b"", record=True, seq=None, options=b"", time=None, keep=None):
        """Send one segment from who ("C" or "S") and move on its sequence number; seq sends at a place of its own.

        record=False: sent, but missing from the capture. keep: octets of the payload that the capture holds.
        """
        here, there = (self.c, self.s) if who == "C" else (self.s, self.c)
        at = here.seq if seq is None else seq
        ack = there.seq if flags & ACK else 0
        segment = tcp_segment(here.address, there.address, (here.port, there.port), at, ack, flags, here.window,
                              payload, options)
        packet = ip_packet(here.address, there.address, 6, segment, here.ident, here.ttl)
        frame = ethernet(there.mac, here.mac, packet, self.pad and who == "S")
        here.ident += 1
        if seq is None:
            here.seq += len(payload) + bool(flags & SYN) + bool(flags & FIN)
        if not record or self.only not in (None, who):
            self.capture.now += STEP
            return
        if keep is not None:
            keep += 14 + len(packet) - len(payload)
        self.capture.add(frame, time, keep)

    def handshake(self):
        """SYN, SYN ACK, ACK, with MSS 1460."""
        options = struct.pack("!BBH", 2, 4, MSS)
        self.packet("C", SYN, options=options)
        self.packet("S", SYN | ACK, options=options)
        self.packet("C", ACK)

    def send(self, who, data, cut=None, lost=(), order=None, keep=None):
        """Send data from who.

        cut: None in segments of the MSS, 1 one octet each (n: n octets each), a list: at these offsets.
        lost: numbers of the segments that the capture misses. order: numbers of the segments in the order captured.
        keep: octets of each segment's payload that the capture holds.
        """
        size = cut if isinstance(cut, int) else MSS
        places = list(cut) if isinstance(cut, (list, tuple)) else list(range(size, len(data), size))
        edges = [0] + places + [len(data)]
        here = self.c if who == "C" else self.s
        base = here.seq
        pieces = [(base + a, data[a:b]) for a, b in zip(edges, edges[1:]) if a < b]
        for number in order if order is not None else range(len(pieces)):
            seq, piece = pieces[number]
            self.packet(who, PSH | ACK, piece, number not in lost, seq, keep=keep)
        here.seq = base + len(data)

    def client(self, data, **how):
        """Octets from the client; see send()."""
        self.send("C", data, **how)

    def server(self, data, **how):
        """Octets from the server; see send()."""
        self.send("S", data, **how)

    def ack(self, who):
        """An ACK without payload."""
        self.packet(who, ACK)

    def reset(self, who):
        """RST ACK from who."""
        self.packet(who, RST | ACK)

    def close(self, who="C"):
        """FIN ACK from who, FIN ACK from the other side, ACK."""
        other = "S" if who == "C" else "C"
        self.packet(who, FIN | ACK)
        self.packet(other, FIN | ACK)
        self.packet(who, ACK)

    def play(self, script, cut=None):
        """Send the lines of a script: a string of lines or a list of items.

        "C: text" and "S: text"   one segment, CRLF added
        "C+ text" and "S+ text"   the same, in the segment of the item before
        ("C", octets)             one segment of exactly these octets; ("C+", octets) joined to the one before
        ("wait", seconds)         time passes
        """
        items = [line for line in script.split("\n") if line.strip()] if isinstance(script, str) else script
        for who, data in _segments(items):
            if who == "wait":
                self.capture.wait(data)
            else:
                self.send(who, data, cut=cut)


def _segments(items):
    """(side, octets) per segment from the items of a script."""
    joined = []
    for item in items:
        if isinstance(item, str):
            mark, text = item.lstrip()[:2], item.lstrip()[3:]
            item = (mark.rstrip(":"), text.encode() + b"\r\n")
        who, data = item
        if who.endswith("+"):
            if not joined or joined[-1][0] != who[0]:
                raise ValueError("nothing to join: %r" % (item,))
            joined[-1] = (who[0], joined[-1][1] + data)
        elif who in ("C", "S", "wait"):
            joined.append((who, data))
        else:
            raise ValueError("no such item: %r" % (item,))
    return joined


def session(path, script, cut=None, handshake=True, close=True, snaplen=0, **options):
    """Write a capture with one connection that plays the script, and return its path as a string.

    close: True the client closes, "S" the server closes, False nobody. options: those of Conversation.
    """
    capture = Capture(snaplen)
    talk = Conversation(capture, **options)
    if handshake:
        talk.handshake()
    talk.play(script, cut)
    if close:
        talk.close("S" if close == "S" else "C")
    return capture.save(path)
