#!/usr/bin/python3
"""Whether cost grows in proportion: per MB of messages of 1 MB to 200 MB, per session of 100 to 100,000.

SPDX-License-Identifier: GPL-2.0-or-later

usage: growth.py [--runs N] [--most N] [data] [retr] [fetch] [sessions]

Cost is CPU time (user and system) over the floor, the floor being the same run with the payload decoded as data. All
runs are with the plugin, both kinds interleaved, and the smallest of each counts. A small message is measured many
times in one capture, each in a session of its own, so that every capture of a row has at least TOTAL MB; few sessions
are run more often. The last column compares with the median of the row. Nothing here passes or fails: read the table.
The environment is that of measure.py; the captures, up to 220 MB each, are written to a scratch folder one by one.
"""
import argparse
import functools
import os
import statistics
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), 'hostile')]

import measure  # noqa: E402  (needs the path above)
import shapes  # noqa: E402
import make_traffic  # noqa: E402

MB = shapes.MB
TOTAL = 40                  # MB in a capture at least
SIZES = (1, 2, 5, 10, 20, 50, 100, 200)             # MB
COUNTS = (100, 1000, 10000, 100000)                 # sessions
FEW = 3000                  # up to as many sessions,
MORE = 5                    # ... so many times the runs
WITHIN = 0.10


@functools.lru_cache(maxsize=1)
def large_message(octets):
    """A message of this size, made once."""
    return make_traffic.large_message(octets)


def data(wire, octets, number):
    shapes.smtp_message(wire, [large_message(octets)], number)


def retr(wire, octets, number):
    shapes.pop_content(wire, b'RETR 1', b'+OK', [large_message(octets)], number)


def fetch(wire, octets, number):
    shapes.imap_message(wire, large_message(octets), number)


MESSAGES = {'data': (data, 25, measure.CODES), 'retr': (retr, 110, measure.INDICATORS),
            'fetch': (fetch, 143, measure.COMMANDS)}


def cost(path, port, arguments, runs):
    """CPU seconds over the floor, and the floor."""
    floor = ['-d', 'tcp.port==%d,data' % port] + arguments
    measure.run(path, floor, True)      # the file is in the cache from here on
    pairs = [(measure.run(path, floor, True).seconds, measure.run(path, arguments, True).seconds)
             for _ in range(runs)]
    lowest, highest = (min(pair[i] for pair in pairs) for i in (0, 1))
    return highest - lowest, lowest


def measured(write, port, arguments, runs):
    """cost() of the capture that write(wire) makes."""
    with tempfile.TemporaryDirectory(prefix='mailwire-growth-') as folder:
        os.chmod(folder, 0o755)
        path = os.path.join(folder, 'growth.pcap')
        shapes.write(shapes.Shape(lambda wire, _: write(wire), 1), path, 1)
        return cost(path, port, arguments, runs)


def report(title, unit, points):
    """A table of (what, how many units, (cost, floor))."""
    each = [seconds / units for _, units, (seconds, _) in points]
    median = statistics.median(each)
    print('\n%s\n%12s %10s %10s %14s %10s' % (title, 'of', 'floor s', 'cost s', 'us per ' + unit, 'to median'))
    for (what, _, (seconds, floor)), one in zip(points, each):
        off = one / median - 1
        print('%12s %10.2f %10.2f %14.1f %+9.1f%%  %s' % (what, floor, seconds, one * 1e6, 100 * off,
                                                        'yes' if abs(off) <= WITHIN else 'NO'), flush=True)


def messages(name, runs, most):
    """Messages of SIZES up to `most` MB."""
    write, port, arguments = MESSAGES[name]
    points = []
    for size in (s for s in SIZES if s <= most):
        count = max(1, -(-TOTAL // size))
        found = measured(lambda wire: [write(wire, size * MB, n) for n in range(count)], port, arguments, runs)
        points.append(('%d MB' % size, size * count, found))
    report('One message by ' + name.upper(), 'MB', points)


def sessions(runs, most):
    """COUNTS of sessions with a short message each, up to 500 for each of `most`."""
    points = []
    for count in (c for c in COUNTS if c <= most * 500):
        often = runs * (MORE if count <= FEW else 1)
        found = measured(lambda wire: shapes.sessions(wire, count), 25, measure.COLUMNS, often)
        points.append(('{:,}'.format(count), count, found))
    report('Sessions', 'session', points)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--runs', type=int, default=3, help='runs of each kind (3)')
    parser.add_argument('--most', type=int, default=200, help='largest message in MB; 500 sessions for each (200)')
    parser.add_argument('rows', nargs='*', help='of: ' + ' '.join(MESSAGES) + ' sessions')
    options = parser.parse_intermixed_args()
    unknown = set(options.rows) - set(MESSAGES) - {'sessions'}
    if unknown:
        parser.error('no such row: ' + ' '.join(unknown))
    if not os.environ.get('MW_HOME') and not os.environ.get('MW_PLUGIN_DIR'):
        measure.make_homes()
    print(measure.runner.setup_note())
    for name in options.rows or [*MESSAGES, 'sessions']:
        if name == 'sessions':
            sessions(options.runs, options.most)
        else:
            messages(name, options.runs, options.most)


if __name__ == '__main__':
    main()
