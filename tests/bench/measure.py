#!/usr/bin/python3
"""What the plugin costs, against the built-in dissectors and against the floor; see run.sh.

SPDX-License-Identifier: GPL-2.0-or-later

usage: measure.py FOLDER [--runs N] [ROW...]

Cost is CPU time (user and system) over the floor, the floor being the same run with the payload decoded as data.
The three runs of a row are interleaved; the table has medians. Nothing here passes or fails: read the table.
The cost of a log that is not made of fields, or with the profile mail-batch, counts from a floor that has the same.
Where the goal is for the whole run, the ratio is that of the whole runs, floor included. The built-in dissector takes
minutes for a large IMAP FETCH, so there it runs once; an APPEND it takes for commands, in a time so short that the
floor alone is above the goal. "200 MB against 20" has the plugin in both columns.
"""
import argparse
import atexit
import functools
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

Row = namedtuple('Row', 'name port traffic work stock plugin target kind')
Usage = namedtuple('Usage', 'seconds mebibytes')

COST, WHOLE, GROWTH = 'cost', 'whole', 'growth'  # kinds of rows: what the ratio compares
CODES = ['-T', 'fields', '-e', 'frame.number', '-e', 'smtp.response.code']
LOG = ['mail.transaction', 'mail.outcome', 'mail.helo', 'mail.envelope.from', 'mail.envelope.to', 'mail.reply',
       'mail.subject', 'mail.message_id', 'mail.size', 'mail.sha256', 'mail.attachment', 'mail.duration']
LOG_ARGUMENTS = ['-Y', 'mail', '-T', 'fields'] + [word for name in LOG for word in ('-e', name)]
PARAMETERS = ['-Y', 'smtp.req.parameter', '-T', 'fields', '-e', 'smtp.req.parameter']
TABLE = ['-q', '-z', 'mail,log']
NOTHING = ['-q', '-z', 'dns,tree']  # a tap that counts nothing here: -q alone would dissect nothing
BATCH = ['-C', 'mail-batch']
INDICATORS = ['-T', 'fields', '-e', 'frame.number', '-e', 'pop.response.indicator']
COMMANDS = ['-T', 'fields', '-e', 'frame.number', '-e', 'imap.request.command']
LINES = ['-T', 'fields', '-e', 'frame.number', '-e', 'imap.line']
COLUMNS = []  # the packet list: what tshark prints when no field is asked for

# target: the plugin's cost (WHOLE: CPU time) over that of the built-in dissector, or over its own for a tenth of the
# octets (GROWTH), at most; None: no goal
ROWS = (
    Row('data', 25, 'data', '20 MB by DATA, -T fields', CODES, CODES, 0.5, COST),
    Row('bdat', 25, 'bdat', '20 MB by BDAT, -T fields', CODES, CODES, 0.5, COST),
    Row('sessions', 25, 'sessions', '10,000 sessions, no field asked for', COLUMNS, COLUMNS, 1.0, COST),
    Row('log', 25, 'sessions', '10,000 sessions, log of mail.*', PARAMETERS, LOG_ARGUMENTS, 1.5, COST),
    Row('batch', 25, 'sessions', '... with the profile mail-batch', PARAMETERS, BATCH + LOG_ARGUMENTS, 1.5, COST),
    Row('table', 25, 'sessions', '10,000 sessions, -z mail,log', PARAMETERS, TABLE, 1.5, COST),
    Row('retr', 110, 'retr', '20 MB by POP3 RETR, -T fields', INDICATORS, INDICATORS, 0.5, COST),
    Row('fetch5', 143, 'fetch5', '5 MB by IMAP FETCH, whole run', COMMANDS, COMMANDS, None, WHOLE),
    Row('fetch', 143, 'fetch', '20 MB by IMAP FETCH, whole run', COMMANDS, COMMANDS, 0.02, WHOLE),
    Row('append', 143, 'append', '20 MB by IMAP APPEND, whole run', COMMANDS, COMMANDS, 0.02, WHOLE),
    Row('growth', 143, 'fetch200', '200 MB against 20 by IMAP FETCH', COMMANDS, COMMANDS, 11, GROWTH),
    Row('flags', 143, 'flags', '100,000 IMAP FETCH FLAGS, -e imap.line', LINES, LINES, 1.0, COST),
)
SMALLER = 'fetch'  # traffic with a tenth of the octets of a row of kind GROWTH
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
    shutil.copytree(os.path.join(ROOT, 'profiles'),
                    os.path.join(os.environ['MW_HOME'], '.config', 'wireshark', 'profiles'))
    folder = plugin_folder()
    os.makedirs(folder)
    shutil.copy(library, folder)
    os.chmod(os.path.join(folder, os.path.basename(library)), 0o755)


@functools.lru_cache(maxsize=None)
def capture(folder, traffic):
    """Path of a capture as the user of the runs can read it."""
    return runner.readable(os.path.join(folder, traffic + '.pcapng'))


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


def plans(row, folder):
    """Column -> the capture, arguments and plugin or not of its runs."""
    pcap = capture(folder, row.traffic)
    no_mail = ['-d', 'tcp.port==%d,data' % row.port]
    found = {'floor': (pcap, no_mail + row.stock, False), 'stock': (pcap, row.stock, False),
             'plugin': (pcap, row.plugin, True)}
    if row.plugin is TABLE:
        found['plugin floor'] = (pcap, no_mail + NOTHING, False)
    elif row.plugin[:2] == BATCH:
        found['plugin floor'] = (pcap, no_mail + BATCH + row.stock, True)
    if row.kind == GROWTH:
        smaller = capture(folder, SMALLER)
        found['smaller floor'] = (smaller, no_mail + row.stock, False)
        found['stock'] = (smaller, row.plugin, True)
    return found


def measure(row, folder, runs):
    """Medians of each column."""
    kinds = plans(row, folder)
    taken = {kind: [] for kind in kinds}
    run(*kinds['floor'])  # the file is in the cache from here on
    for number in range(runs):
        for kind, plan in kinds.items():
            if number == 0 or kind != 'stock' or row.kind != WHOLE:
                taken[kind].append(run(*plan))
    return {kind: Usage(statistics.median(u.seconds for u in all_), statistics.median(u.mebibytes for u in all_))
            for kind, all_ in taken.items()}


def verdict(value, target, digits=2):
    """Ratio, goal and whether it is met."""
    if value is None or target is None:
        return '%5s  %4s  %-3s' % ('-' if value is None else '%.*f' % (digits, value),
                                   '-' if target is None else '%.3g' % target, '-')
    return '%5.*f  %4.*f  %-3s' % (digits, value, 2 if target < 10 else 1, target,
                                   'yes' if round(value, digits) <= target else 'NO')


def report(row, medians):
    """One line of the table."""
    floor, stock, plugin = (medians[kind] for kind in ('floor', 'stock', 'plugin'))
    base = stock.seconds - medians.get('smaller floor', floor).seconds
    cost = plugin.seconds - medians.get('plugin floor', floor).seconds
    ratio = plugin.seconds / stock.seconds if row.kind == WHOLE else cost / base if base > 0 else None
    memory = None if row.kind == GROWTH else MEMORY_TARGET
    print('%-38s %6.2f  %6.2f %6.2f  %s   %5.0f %6.0f  %s' % (
        row.work, floor.seconds, base, cost, verdict(ratio, row.target, 3 if row.kind == WHOLE else 2),
        stock.mebibytes, plugin.mebibytes, verdict(plugin.mebibytes / stock.mebibytes, memory)), flush=True)


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
    print('%-38s %6s  %6s %6s  %5s  %4s  %-3s   %5s %6s  %5s  %4s  %s' % (
        'work', 'floor', 'stock', 'plugin', 'ratio', 'goal', 'met', 'stock', 'plugin', 'ratio', 'goal', 'met'))
    for row in ROWS:
        if not options.rows or row.name in options.rows:
            report(row, measure(row, options.folder, options.runs))


if __name__ == '__main__':
    main()
