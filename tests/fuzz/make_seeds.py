#!/usr/bin/python3
"""Turn captures into seeds of the target fuzz_epan (see epan_frames.h for the form) or of one that fuzzes a session.

SPDX-License-Identifier: GPL-2.0-or-later

usage: make_seeds.py [--session smtp|pop3|imap] FOLDER [CAPTURE-OR-FOLDER...]      (default: the captures of pcaps/)

One seed per capture, at most as long as an input of the fuzzer. What is encrypted is left out: after STARTTLS, and on
ports of TLS, a session of the same protocol that is readable goes on in records that the target can read.

Those of seeds/TARGET are what `TARGET -merge=1 seeds/TARGET FOLDER` keeps of them.
"""
import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'mutate'))
import captures  # noqa: E402

FROM_CLIENT, FROM_SERVER, CLOSE, SECURED, CONNECT, ESCAPE = 0xF6, 0xF7, 0xFC, 0xFD, 0xFE, 0xFF
PORTS = [25, 110, 143, 587, 24, None, 465, 995, 993, 2525]  # as in epan_frames.c
TLS_PORT = {25: 465, 110: 995, 143: 993}
MAX_LEN = 4096
FIN, SYN, RST = 1, 2, 4
SESSION_PORTS = {'smtp': (25, 24, 587, 2525), 'pop3': (110,), 'imap': (143,)}
SESSION_MARKS = {FROM_CLIENT: 0xF8, FROM_SERVER: 0xF9}    # as in fuzz_*_session.c
TLS_HELLO = b'\x16\x03'


def escaped(octets):
    """Octets among which nothing looks like a mark."""
    out = bytearray()
    for octet in octets:
        if octet >= FROM_CLIENT:
            out.append(ESCAPE)
        out.append(octet)
    return bytes(out)


def sessions(path):
    """The connections of a capture in order: server's port, list of (mark, octets)."""
    found, client_of = {}, {}
    for packet in captures.read(path):
        segment = captures.segment(packet)
        if segment is None:
            continue
        ends = tuple(zip(segment.addresses, segment.ports))
        key = frozenset(ends)
        if key not in client_of:
            opens = segment.flags & SYN and not segment.flags & 16
            client_of[key] = ends[0] if opens or segment.ports[1] in PORTS else ends[1]
            found[key] = (segment.ports[1] if client_of[key] == ends[0] else segment.ports[0], [])
        octets = packet.octets[segment.payload:segment.end]
        if octets:
            found[key][1].append((FROM_CLIENT if client_of[key] == ends[0] else FROM_SERVER, octets))
    return list(found.values())


def readable(said):
    """What is said before TLS begins, and whether it does."""
    for index, (_, octets) in enumerate(said):
        if octets.startswith(TLS_HELLO):
            return said[:index], True
    return said, False


def seed(port, talks, secured=None):
    """One input. secured: what is said once TLS is up."""
    out = bytearray([PORTS.index(port) if port in PORTS else PORTS.index(None), 0])
    for number, said in enumerate(talks):
        if number:
            out += bytes([CLOSE, CONNECT])
        for mark, octets in said:
            out.append(mark)
            out += escaped(octets)
    if secured:
        out.append(SECURED)
        for mark, octets in secured:
            out.append(mark)
            out += escaped(octets)
    return bytes(out[:MAX_LEN])


def seeds(paths):
    """Pairs of name and input."""
    plain, cut = {}, []
    for path in paths:
        name = os.path.splitext(os.path.basename(path))[0]
        found = [(port,) + readable(said) for port, said in sessions(path)]
        if not found:
            continue
        talks = [said for _, said, _ in found]
        if any(tls for _, _, tls in found):
            cut.append((name, found[0][0], talks))
        else:
            plain.setdefault(found[0][0], []).append((name, talks))
            yield name, seed(found[0][0], talks)
    for port, tls_port in TLS_PORT.items():
        for name, talks in plain.get(port, [])[::7]:
            yield name + '-tls', seed(tls_port, [[]], talks[0])
    for name, port, talks in cut:
        kin = plain.get(port) or plain.get(25, [])
        yield name, seed(port, talks[:1], kin[0][1][0] if kin else None)


def session_seeds(paths, ports):
    """Pairs of name and input of a target that fuzzes the session of one protocol."""
    for path in paths:
        for number, (port, said) in enumerate(sessions(path)):
            if port in ports:
                out = bytearray()
                for mark, octets in said:
                    out.append(SESSION_MARKS[mark])
                    out += bytes(octet for octet in octets if octet < min(SESSION_MARKS.values()))
                yield '%s-%d' % (os.path.splitext(os.path.basename(path))[0], number), bytes(out[:MAX_LEN])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--session', choices=SESSION_PORTS)
    parser.add_argument('folder')
    parser.add_argument('paths', nargs='*', default=[os.path.join(HERE, '..', '..', 'pcaps')])
    options = parser.parse_args()
    paths = list(captures.captures(options.paths))
    found = session_seeds(paths, SESSION_PORTS[options.session]) if options.session else seeds(paths)
    os.makedirs(options.folder, exist_ok=True)
    total = 0
    for name, octets in found:
        with open(os.path.join(options.folder, name), 'wb') as file:
            file.write(octets)
        total += len(octets)
    print('%d seeds, %d octets' % (len(os.listdir(options.folder)), total))


if __name__ == '__main__':
    main()
