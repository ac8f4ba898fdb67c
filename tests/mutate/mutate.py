#!/usr/bin/python3
"""Mutate captures, and have tshark and sharkd dissect what comes of it.

SPDX-License-Identifier: GPL-2.0-or-later

usage: mutate.py [--rounds N] [--seed S] [--first R] [--batch N] [--jobs N] [--keep FOLDER] [CAPTURE-OR-FOLDER...]
       mutate.py --write FILE [--rounds N] [--seed S] [--first R] [CAPTURE-OR-FOLDER...]

A round mutates one capture, the next round the next one. Seed and number of a round say all of what it does, so that
`--seed S --first R --rounds 1` repeats it. Many rounds go into one file, each with addresses of its own. With --write
that file is all that is made; else each file is dissected in one of several ways, and everything that runner.complain()
takes for a failure is one, as is an answer that does not come. The environment is that of tests/capture/runner.py.

Ends with 1 where a round failed, and names the seed and the round.
"""
import argparse
import concurrent.futures
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'capture'))
import captures  # noqa: E402
import runner  # noqa: E402

PCAPS = os.path.join(HERE, '..', '..', 'pcaps')
FIN, RST, ACK = 0x01, 0x04, 0x10
SECONDS_OF_A_ROUND = 2      # more than this in a batch is a hang; a sanitized tshark needs some to start
SECONDS_TO_START = 60
SHOWN = 6000                # characters of what a program says
BUGS = (b'Dissector bug', b'Malformed Packet: SMTP', b'Malformed Packet: POP', b'Malformed Packet: IMAP',
        b'Malformed Packet: Mail')

# What mail protocols are sensitive to.
TOKENS = [b'\r\n', b'\n', b'\r', b'\0', b'.\r\n', b'\r\n.\r\n', b' ', b'"', b'\\', b'(', b')', b'<', b'>', b'=', b'*',
          b'{0}\r\n', b'{3+}\r\n', b'{4294967295}\r\n', b'{99999999999999999999}\r\n', b'~{5}\r\n', b'(' * 300, b'NIL ',
          b'BDAT 4294967295 LAST\r\n', b'BDAT 0\r\n', b'DATA\r\n', b'RSET\r\n', b'STARTTLS\r\n', b'STLS\r\n', b'250-',
          b'354 \r\n', b'220 ready\r\n', b'+OK \r\n', b'-ERR \r\n', b'+ \r\n', b'* OK ', b'* 1 FETCH (BODY[] {10}\r\n',
          b'a OK [CAPABILITY IMAP4rev1]\r\n', b'a COMPRESS DEFLATE\r\n', b'AUTH PLAIN =\r\n', b'AUTH CRAM-MD5\r\n',
          b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n', b'=?utf-8?B?/////w==?=', b'\xff\xfe',
          b'\xe2\x80', b'\x16\x03\x01\x02\x00', b'A' * 1200]
SYNTAX = b'\0\r\n "\\(){}<>[]=*+-.9\xff'


class Frame:
    """One packet of a mutant: its IP packet, and where TCP is in it."""

    def __init__(self, time, octets, segment):
        self.time, self.octets, self.segment = time, bytearray(octets), segment
        self.cut = None     # octets of the frame that are captured

    def copy(self):
        twin = Frame(self.time, self.octets, self.segment)
        twin.cut = self.cut
        return twin

    def payload(self):
        return bytes(self.octets[self.segment.payload:]) if self.segment else b''

    def set_payload(self, payload):
        """Other payload, with the length in the IP header that goes with it."""
        del self.octets[self.segment.payload:]
        self.octets += payload[:60000]
        if self.segment.version == 4:
            struct.pack_into('!H', self.octets, 2, len(self.octets))
        else:
            struct.pack_into('!H', self.octets, 4, len(self.octets) - 40)

    def ends(self):
        return tuple(zip(self.segment.addresses, self.segment.ports))

    def number(self, at):
        return struct.unpack_from('!I', self.octets, self.segment.tcp + at)[0]

    def add(self, at, delta):
        struct.pack_into('!I', self.octets, self.segment.tcp + at, (self.number(at) + delta) & 0xFFFFFFFF)


SEQ, ACKNOWLEDGED, FLAGS = 4, 8, 13


def load(path):
    """The IP packets of a capture; what is not IP is left out."""
    frames = []
    for packet in captures.read(path):
        link = captures.LINKS.get(packet.link)
        segment = captures.segment(packet)
        if segment:
            at, end = segment.ip, segment.end
            segment = segment._replace(ip=0, tcp=segment.tcp - at, payload=segment.payload - at, end=end - at)
        elif link and packet.octets[link[1]:] and packet.octets[link[1]] >> 4 in (4, 6):
            at, end = link[1], len(packet.octets)
        else:
            continue
        frames.append(Frame(packet.time, packet.octets[at:end], segment))
    return frames


# ---- changes of a payload ----

def change(rng, octets, _):
    octets = bytearray(octets)
    for _ in range(rng.choice((1, 1, 2, 8))):
        octets[rng.randrange(len(octets))] = rng.choice((rng.randrange(256), rng.choice(SYNTAX)))
    return bytes(octets)


def cut(rng, octets, _):
    at = rng.randrange(len(octets))
    return rng.choice((octets[:at], octets[at:]))


def leave_out(rng, octets, _):
    at = rng.randrange(len(octets))
    return octets[:at] + octets[at + rng.choice((1, 2, rng.randrange(1, 200))):]


def insert(rng, octets, _):
    at = rng.randrange(len(octets) + 1)
    return octets[:at] + rng.choice(TOKENS) + octets[at:]


def insert_line(rng, octets, _):
    at = octets.find(b'\n', rng.randrange(len(octets))) + 1
    return octets[:at] + rng.choice(TOKENS) + octets[at:]


def double(rng, octets, _):
    at = rng.randrange(len(octets))
    part = octets[at:at + rng.randrange(1, 300)]
    return octets[:at] + part * rng.choice((2, 2, 3, 20)) + octets[at + len(part):]


def swap_lines(rng, octets, _):
    lines = octets.splitlines(True)
    rng.shuffle(lines)
    return b''.join(lines)


def take_other(rng, octets, pool):
    """Octets of another segment, of any capture, in place of these or behind them."""
    other = rng.choice(pool)
    return rng.choice((other, octets + other, other + octets, octets[:rng.randrange(len(octets))] + other))


CHANGES = [change, change, change, cut, leave_out, insert, insert_line, double, swap_lines, take_other]


def is_after(number, other):
    return 0 < (number - other) & 0xFFFFFFFF < 0x80000000


def shift(frames, changed, delta):
    """What comes behind a changed segment in its stream moves, and so do acknowledgements of it."""
    ends, seq = changed.ends(), changed.number(SEQ)
    for frame in frames:
        if not frame.segment or frame is changed:
            continue
        if frame.ends() == ends and is_after(frame.number(SEQ), seq):
            frame.add(SEQ, delta)
        elif frame.ends() == ends[::-1] and is_after(frame.number(ACKNOWLEDGED), seq):
            frame.add(ACKNOWLEDGED, delta)


def mutate_payload(rng, frames, pool):
    filled = [frame for frame in frames if frame.payload()]
    if filled:
        frame = rng.choice(filled)
        before = frame.payload()
        frame.set_payload(rng.choice(CHANGES)(rng, before, pool))
        shift(frames, frame, len(frame.payload()) - len(before))


# ---- changes of the sequence of frames ----

def drop(rng, frames, _):
    at = rng.randrange(len(frames))
    del frames[at:at + rng.choice((1, 1, 1, 3, 10))]


def repeat(rng, frames, _):
    at = rng.randrange(len(frames))
    frames.insert(rng.randrange(at, len(frames)) + 1, frames[at].copy())


def repeat_changed(rng, frames, _):
    """A retransmission that says something else."""
    filled = [at for at, frame in enumerate(frames) if frame.payload()]
    if filled:
        at = rng.choice(filled)
        twin = frames[at].copy()
        twin.set_payload(change(rng, twin.payload(), None)[rng.choice((0, 0, 1)):])
        frames.insert(at + rng.randrange(2), twin)


def move(rng, frames, _):
    frame = frames.pop(rng.randrange(len(frames)))
    frames.insert(rng.randrange(len(frames) + 1), frame)


def swap_next(rng, frames, _):
    at = rng.randrange(len(frames))
    frames[at:at + 2] = frames[at:at + 2][::-1]


def reorder(rng, frames, _):
    at, width = rng.randrange(len(frames)), rng.randrange(2, 12)
    part = frames[at:at + width]
    rng.shuffle(part)
    frames[at:at + width] = part


def end_early(rng, frames, _):
    at = rng.randrange(len(frames))
    if rng.random() < 0.5:
        del frames[at + 1:]
    else:
        del frames[:at]


def cut_frame(rng, frames, _):
    frame = rng.choice(frames)
    frame.cut = rng.randrange(14, 14 + len(frame.octets) + 1)


def cut_all(rng, frames, _):
    """As captured with a short snapshot length."""
    length = rng.choice((68, 96, 128, 256))
    for frame in frames:
        frame.cut = length


def split(rng, frames, _):
    """One segment as several."""
    filled = [at for at, frame in enumerate(frames) if len(frame.payload()) > 1]
    if not filled:
        return
    at = rng.choice(filled)
    whole, payload, parts = frames[at], frames[at].payload(), []
    width = rng.choice((1, 2, 7, len(payload) // 2)) if len(payload) < 120 else len(payload) // rng.randrange(2, 9) + 1
    for offset in range(0, len(payload), width):
        part = whole.copy()
        part.set_payload(payload[offset:offset + width])
        part.add(SEQ, offset)
        parts.append(part)
    frames[at:at + 1] = parts


def one_sided(rng, frames, _):
    """The frames of one direction alone."""
    known = [frame for frame in frames if frame.segment]
    if known:
        ends = rng.choice(known).ends()
        frames[:] = [frame for frame in frames if not frame.segment or frame.ends() != ends] or frames


def set_flag(rng, frames, _):
    known = [frame for frame in frames if frame.segment]
    if known:
        frame = rng.choice(known)
        frame.octets[frame.segment.tcp + FLAGS] ^= rng.choice((FIN, RST, ACK, 0x02, 0x20))


def change_any(rng, frames, _):
    """Any octet, headers included."""
    frame = rng.choice(frames)
    frame.octets[rng.randrange(len(frame.octets))] = rng.randrange(256)


def wait(rng, frames, _):
    at, pause = rng.randrange(len(frames)), rng.choice((11, 700, 100000)) * 1000000
    for frame in frames[at:]:
        frame.time += pause


FRAME_CHANGES = [drop, drop, repeat, repeat_changed, move, swap_next, reorder, end_early, cut_frame, cut_all, split,
                 split, one_sided, set_flag, change_any, wait]


def mutant(originals, seed, number):
    """The frames of a round."""
    rng = random.Random('%d/%d' % (seed, number))
    frames = [frame.copy() for frame in originals['frames'][number % len(originals['frames'])]]
    for _ in range(rng.choice((1, 2, 3, 5, 9))):
        if frames:
            rng.choice([mutate_payload] + [rng.choice(FRAME_CHANGES)])(rng, frames, originals['payloads'])
    return frames


def renumber(frame, number, hosts):
    """Addresses of the round, with the ends of its connections still apart."""
    octets, version = frame.octets, frame.octets[0] >> 4
    width, places = (4, (12, 16)) if version == 4 else (16, (8, 24))
    for at in places:
        old = bytes(octets[at:at + width])
        if len(old) < width or version not in (4, 6):
            return
        host = hosts.setdefault(old, len(hosts) + 1)
        octets[at:at + width] = (struct.pack('!BHB', 10, number & 0xFFFF, host & 0xFF) if version == 4 else
                                 b'\x20\x01\x0d\xb8' + struct.pack('!IQ', number, host))


def frames_of(originals, seed, numbers):
    """Ethernet frames of rounds: microseconds, octets captured, length."""
    now = 1750000000000000
    for number in numbers:
        hosts, last = {}, None
        for frame in mutant(originals, seed, number):
            renumber(frame, number, hosts)
            now += max(frame.time - last, 0) if last is not None else 1000000
            last = frame.time
            kind = b'\x86\xdd' if frame.octets and frame.octets[0] >> 4 == 6 else b'\x08\x00'
            octets = b'\x02\0\0\0\0\1\x02\0\0\0\0\2' + kind + bytes(frame.octets)
            yield now, octets[:frame.cut], len(octets)


# ---- dissection ----

def by_tshark(*options):
    def run(path, keys, limit):
        command = [runner.tshark_path(), '-n', '-r', path, '-o', 'tls.keylog_file:' + keys, *options]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  timeout=limit, cwd='/', env=environment(), **runner.drop_options())
        except subprocess.TimeoutExpired:
            raise runner.RunError('ran longer than %d s' % limit) from None
        errors = done.stderr.decode('utf-8', 'replace')
        try:
            runner.complain(command, done.returncode, errors)
        except runner.RunError as error:
            raise runner.RunError('%s\n%s' % (error, errors[:SHOWN])) from None
        for bug in BUGS:
            if bug in done.stdout:
                at = done.stdout.index(bug)
                raise runner.RunError(done.stdout[max(at - 200, 0):at + 300].decode('utf-8', 'replace'))
    return run


def by_sharkd(path, keys, limit):
    """Every frame, the last first."""
    end = time.monotonic() + limit
    with runner.Sharkd(path, prefs='tls.keylog_file:' + keys) as sharkd:
        for number in range(sharkd.count(), 0, -1):
            answer = str(sharkd.frame(number))
            if any(bug.decode() in answer for bug in BUGS):
                raise runner.RunError(answer)
            if time.monotonic() > end:
                raise runner.RunError('ran longer than %d s' % limit)


WAYS = [
    by_tshark('-2', '-V', '-z', 'mail,log', '-z', 'smtp,tree', '-z', 'imap,tree', '-z', 'pop,tree', '-z', 'mail,tree'),
    by_tshark('-V', '-o', 'tcp.reassemble_out_of_order:TRUE', '-z', 'smtp,srt', '-z', 'imap,srt', '-z', 'pop,srt'),
    by_sharkd,
    by_tshark('-2', '-T', 'json', '-o', 'mail.hide_secrets:TRUE', '-z', 'credentials', '-z', 'expert'),
    by_tshark('-V', '-o', 'tcp.desegment_tcp_streams:FALSE'),
    by_tshark('-2', '-T', 'pdml', '-R', 'smtp or pop or imap'),
]


def environment():
    env = runner.environment()
    env['WIRESHARK_ABORT_ON_DISSECTOR_BUG'] = '1'
    return env


def failure(originals, options, keys, numbers, way):
    """None, or what a program says of these rounds."""
    handle, path = tempfile.mkstemp(suffix='.pcap', dir=options.scratch)
    os.close(handle)
    os.chmod(path, 0o644)
    captures.write(path, frames_of(originals, options.seed, numbers))
    try:
        way(path, keys, SECONDS_TO_START + SECONDS_OF_A_ROUND * len(numbers))
    except runner.RunError as error:
        return str(error)
    finally:
        os.remove(path)
    return None


def narrow(originals, options, keys, numbers, way):
    """The fewest rounds of a batch that still fail."""
    while len(numbers) > 1:
        half = len(numbers) // 2
        for part in (numbers[:half], numbers[half:]):
            if failure(originals, options, keys, part, way):
                numbers = part
                break
        else:
            break
    return numbers


def check(originals, options, keys):
    """Numbers of the failures, and frames dissected."""
    last = options.first + options.rounds
    batches = [range(n, min(n + options.batch, last)) for n in range(options.first, last, options.batch)]
    failed = 0

    def run(numbers):
        return failure(originals, options, keys, numbers, way_of(numbers))

    def way_of(numbers):
        return WAYS[numbers[0] // options.batch % len(WAYS)]

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for numbers, complaint in zip(batches, pool.map(run, batches)):
            if complaint:
                failed += 1
                report(originals, options, keys, numbers, (complaint, way_of(numbers)))
    return failed


def report(originals, options, keys, numbers, told):
    complaint, way = told
    guilty = narrow(originals, options, keys, numbers, way)
    print('FAILED: --seed %d --first %d --rounds %d --batch %d (way %d)\n%s' % (
        options.seed, guilty[0], len(guilty), options.batch, WAYS.index(way), complaint[:2 * SHOWN]), flush=True)
    if options.keep:
        path = os.path.join(options.keep, 'mutant-%d-%d.pcap' % (options.seed, guilty[0]))
        captures.write(path, frames_of(originals, options.seed, guilty))
        print('kept: %s' % path, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--rounds', type=int, default=1000)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--first', type=int, default=0, help='number of the first round')
    parser.add_argument('--batch', type=int, default=50, help='rounds in one file')
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--keep', help='folder for captures that fail')
    parser.add_argument('--write', help='write the rounds into this file, and do no more')
    parser.add_argument('captures', nargs='*', default=[PCAPS])
    return parser.parse_args()


def main():
    options = arguments()
    paths = list(captures.captures(options.captures))
    originals = {'frames': [frames for frames in map(load, paths) if frames]}
    originals['payloads'] = [frame.payload() for frames in originals['frames'] for frame in frames if frame.payload()]
    if not originals['payloads']:
        sys.exit('no captures of TCP')
    numbers = range(options.first, options.first + options.rounds)
    if options.write:
        captures.write(options.write, frames_of(originals, options.seed, numbers))
        return
    options.scratch = tempfile.mkdtemp(prefix='mailwire-mutate-')
    os.chmod(options.scratch, 0o755)
    started = time.monotonic()
    try:
        keys = os.path.join(options.scratch, 'keys')
        with open(keys, 'wb') as file:
            file.write(b''.join(captures.secrets(path) for path in paths))
        os.chmod(keys, 0o644)
        failed = check(originals, options, keys)
    finally:
        shutil.rmtree(options.scratch, ignore_errors=True)
    frames = sum(len(mutant(originals, options.seed, number)) for number in numbers)
    print('seed %d: %d rounds of %d captures, %d frames, %d s, %d failed' % (
        options.seed, options.rounds, len(originals['frames']), frames, time.monotonic() - started, failed))
    sys.exit(failed != 0)


if __name__ == '__main__':
    main()
