"""Captures of a hostile shape cost no more time and memory than plain ones of as many packets, octets and lines.

SPDX-License-Identifier: GPL-2.0-or-later

What is allowed is measured on this machine, in this run: three plain captures (shapes.PLAIN) give the cost of a packet,
of an octet and of a line, each as if the others cost nothing. A hostile capture may cost FACTOR times what its packets,
octets and lines cost there, and SLACK: a cost that grows with the square of anything is far above. Time is CPU time,
user and system, and memory the peak of resident memory, both above those of a capture with one packet. The process is
killed where it needs twice as much time, or a GiB of address space more.

The sessions that are written to an end have to be understood to the end: their QUIT and LOGOUT are counted.

MW_HOSTILE=full: the full shapes, half an hour of CPU time and captures of up to 300 MB; otherwise a tenth of each.
"""
import contextlib
import functools
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections import namedtuple

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), 'capture')]

import runner  # noqa: E402  (needs the path above)
import shapes  # noqa: E402
from packets import Talk  # noqa: E402

FULL = os.environ.get('MW_HOSTILE') == 'full'
PART = 1 if FULL else 10
FACTOR = 3
SLACK = (1.0, 100 << 20)    # seconds, octets
GIB = 1 << 30
TAIL = 4000                 # octets of tshark's output that hold the count
FAREWELL = 'smtp.req.command == "QUIT" || pop.request.command == "QUIT" || imap.request.command == "LOGOUT"'
STATISTICS = ['-z', 'io,stat,0,' + FAREWELL, '-z', 'mail,log']     # printed in the opposite order
RUNS = {
    'tree': ['-V'] + STATISTICS,
    'fields': ['-2', '-T', 'fields', '-e', 'mail.subject', '-e', 'mail.attachment', '-e', 'mail.url',
               '-e', '_ws.expert'] + STATISTICS,
}
# The dissectors that Wireshark has for messages end with an exception where there are too many parts or lines.
BUILTIN_LIMIT = re.compile('Dissector bug, protocol (IMF|MIME multipart), ')

Usage = namedtuple('Usage', 'seconds octets farewells')


def limit(seconds, octets):
    """Limits of a process, set between fork and exec."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (octets, octets))


def without_builtin_limits(text):
    """What tshark complained of, but for the exceptions of the dissectors of Wireshark."""
    return '\n'.join(line for line in text.split('\n') if not BUILTIN_LIMIT.search(line))


def tail(stream):
    """The last octets of a stream, read to its end."""
    kept = b''
    while block := stream.read(1 << 20):
        kept = (kept + block)[-TAIL:]
    return kept.decode('utf-8', 'replace')


def run(path, arguments, seconds=600, octets=8 * GIB):
    """Usage of one tshark run with the plugin; RunError where it crashes or exceeds these limits."""
    command = [runner.tshark_path(), '-n', '-r', runner.readable(path)] + arguments
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=runner.environment(),
            cwd='/', preexec_fn=functools.partial(limit, int(seconds) + 1, int(octets)), **runner.drop_options())
        text = tail(process.stdout)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        errors.seek(0)
        complaints = without_builtin_limits(errors.read().decode('utf-8', 'replace'))
    runner.complain(command, process.returncode, complaints)
    counted = re.findall(r'<> +[\d.]+ *\| *(\d+) *\|', text)
    return Usage(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, int(counted[-1]))


def one_packet(wire, _):
    """As little as a capture can hold."""
    Talk(wire, shapes.SMTP).client(b'QUIT\r\n')


@contextlib.contextmanager
def capture_path():
    """A path that the user of the programs can read; the capture there goes at the end."""
    with tempfile.TemporaryDirectory(prefix='mailwire-hostile-') as folder:
        os.chmod(folder, 0o755)
        yield os.path.join(folder, 'hostile.pcap')


@functools.lru_cache(maxsize=None)
def prices(mode):
    """(seconds, octets of memory) of a run on nothing, of a packet, an octet and a line."""
    with capture_path() as path:
        shapes.write(shapes.Shape(one_packet, 1), path, 1)
        floor = run(path, RUNS[mode])[:2]
        found = [floor]
        for name, count in (('packets', 'packets'), ('octets', 'payload'), ('lines', 'lines')):
            wire = shapes.write(shapes.PLAIN[name], path, shapes.PLAIN[name].full)
            usage = run(path, RUNS[mode])
            found.append([max(0, usage[i] - floor[i]) / getattr(wire, count) for i in (0, 1)])
    return found


def allowed(mode, wire):
    """(seconds, octets of memory) that the capture may cost."""
    floor, packet, octet, line = prices(mode)
    return [floor[i] + SLACK[i] + FACTOR * (packet[i] * wire.packets + octet[i] * wire.payload + line[i] * wire.lines)
            for i in (0, 1)]


@pytest.mark.parametrize('mode', RUNS if FULL else ['tree'])
@pytest.mark.parametrize('name', shapes.SHAPES)
def test_shape(name, mode, record_property):
    shape = shapes.SHAPES[name]
    with capture_path() as path:
        wire = shapes.write(shape, path, max(1, shape.full // PART))
        seconds, octets = allowed(mode, wire)
        usage = run(path, RUNS[mode], 2 * seconds, octets + GIB)
    cost = '%s %s: %.2f s of %.2f, %d MiB of %d' % (name, mode, usage.seconds, seconds, usage.octets >> 20,
                                                   int(octets) >> 20)
    record_property('cost', cost)
    print(cost)
    assert usage.farewells == wire.farewells
    assert usage.seconds <= seconds and usage.octets <= octets, cost
