#!/usr/bin/python3
"""What the plugin costs, against the built-in dissectors and against the floor; see run.sh.

SPDX-License-Identifier: GPL-2.0-or-later

usage: measure.py FOLDER [--runs N] [ROW...]

Cost is CPU time (user and system) over the floor, the floor being the same run with the payload decoded as data.
The three runs of a row are interleaved; the table has medians. Nothing here passes or fails: read the table.
"""
import argparse
import atexit
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import namedtuple

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'capture'))

import runner  # noqa: E402  (needs the path above)

Row = namedtuple('Row', 'name traffic work stock plugin target')
Usage = namedtuple('Usage', 'seconds mebibytes')

FLOOR = ['-d', 'tcp.port==25,data']
CODES = ['-T', 'fields', '-e', 'frame.number', '-e', 'smtp.response.code']
LOG = ['mail.transaction', 'mail.outcome', 'mail.helo', 'mail.envelope.from', 'mail.envelope.to', 'mail.reply',
       'mail.subject', 'mail.message_id', 'mail.size', 'mail.sha256', 'mail.attachment', 'mail.duration']
LOG_ARGUMENTS = ['-Y', 'mail', '-T', 'fields'] + [word for name in LOG for word in ('-e', name)]
PARAMETERS = ['-Y', 'smtp.req.parameter', '-T', 'fields', '-e', 'smtp.req.parameter']
COLUMNS = []  # the packet list: what tshark prints when no field is asked for

# target: the plugin's cost over that of the built-in dissector, at most
ROWS = (
    Row('data', 'data', '20 MB by DATA, -T fields', CODES, CODES, 0.5),
    Row('bdat', 'bdat', '20 MB by BDAT, -T fields', CODES, CODES, 0.5),
    Row('sessions', 'sessions', '10,000 sessions, no field asked for', COLUMNS, COLUMNS, 1.0),
    Row('log', 'sessions', '10,000 sessions, log of mail.*', PARAMETERS, LOG_ARGUMENTS, 1.5),
)
MEMORY_TARGET = 1.0  # peak memory over that of the built-in dissector


def plugin_folder():
    """Where tshark looks for dissector plugins in MW_HOME."""
    return os.path.join(re.search('^Personal Plugins:\\s+(.*)$', runner.tshark(['-G', 'folders']), re.M)[1], 'epan')


def make_homes():
    """Two home directories, one with build/mailwire.so, for a run outside tests/run.sh."""
    library = os.path.join(os.environ.get('MW_BUILD') or os.path.join(ROOT, 'build'), 'mailwire.so')
    if not os.path.exists(library):
        print('no %s: the column "plugin" is stock Wireshark, or what is installed system-wide' % library)
        return
    scratch = tempfile.mkdtemp(prefix='mailwire-bench-')
    atexit.register(shutil.rmtree, scratch)
    os.chmod(scratch, 0o755)
    for name, variable in (('plugin', 'MW_HOME'), ('stock', 'MW_STOCK_HOME')):
        os.environ[variable] = os.path.join(scratch, name)
        os.mkdir(os.environ[variable])
        os.chmod(os.environ[variable], 0o755)
    folder = plugin_folder()
    os.makedirs(folder)
    shutil.copy(library, folder)
    os.chmod(os.path.join(folder, os.path.basename(library)), 0o755)


def run(pcap, arguments, plugin):
    """CPU time and peak memory of one tshark run."""
    command = [runner.tshark_path(), '-n', '-r', pcap] + arguments
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                                   env=runner.environment(plugin), cwd='/', **runner.drop_options())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        runner.complain(command, process.returncode, errors.read().decode('utf-8', 'replace'))
    return Usage(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(row, pcap, runs):
    """Medians of the floor, the built-in dissector and the plugin."""
    has_log = row.plugin is not LOG_ARGUMENTS or set(LOG) <= set(runner.known_fields())
    kinds = {'floor': (FLOOR + row.stock, False), 'stock': (row.stock, False),
             'plugin': (row.plugin if has_log else row.stock, True)}
    taken = {kind: [] for kind in kinds}
    run(pcap, *kinds['floor'])  # the file is in the cache from here on
    for _ in range(runs):
        for kind, (arguments, plugin) in kinds.items():
            taken[kind].append(run(pcap, arguments, plugin))
    return {kind: Usage(statistics.median(u.seconds for u in all_), statistics.median(u.mebibytes for u in all_))
            for kind, all_ in taken.items()}


def verdict(value, target):
    return '%5.2f  %4.2f  %-3s' % (value, target, 'yes' if round(value, 2) <= target else 'NO')


def report(row, medians):
    """One line of the table."""
    floor, stock, plugin = (medians[kind] for kind in ('floor', 'stock', 'plugin'))
    base, cost = stock.seconds - floor.seconds, plugin.seconds - floor.seconds
    times = verdict(cost / base, row.target) if base > 0 else '    -  %4.2f  -  ' % row.target
    print('%-36s %6.2f  %6.2f %6.2f  %s   %5.0f %6.0f  %s' % (
        row.work, floor.seconds, base, cost, times, stock.mebibytes, plugin.mebibytes,
        verdict(plugin.mebibytes / stock.mebibytes, MEMORY_TARGET)), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('folder', help='where make_traffic.py wrote the captures')
    parser.add_argument('--runs', type=int, default=5, help='runs of each kind (5)')
    parser.add_argument('rows', nargs='*', help='of: ' + ' '.join(row.name for row in ROWS))
    options = parser.parse_intermixed_args()
    unknown = set(options.rows) - {row.name for row in ROWS}
    if unknown:
        parser.error('no such row: ' + ' '.join(unknown))
    if not os.environ.get('MW_HOME') and not os.environ.get('MW_PLUGIN_DIR'):
        make_homes()
    print(runner.setup_note())
    print('%d runs of each, medians; CPU seconds, cost over the floor; peak memory in MiB' % options.runs)
    print('%-36s %6s  %6s %6s  %5s  %4s  %-3s   %5s %6s  %5s  %4s  %s' % (
        'work', 'floor', 'stock', 'plugin', 'ratio', 'goal', 'met', 'stock', 'plugin', 'ratio', 'goal', 'met'))
    for row in ROWS:
        if not options.rows or row.name in options.rows:
            pcap = runner.readable(os.path.join(options.folder, row.traffic + '.pcapng'))
            report(row, measure(row, pcap, options.runs))


if __name__ == '__main__':
    main()
