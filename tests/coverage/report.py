"""What gcov has counted: for each file its share of lines, and a list of what nothing ran through.

SPDX-License-Identifier: GPL-2.0-or-later

usage: report.py BUILD SOURCES LIST

BUILD has the .gcda files, SOURCES is the folder that counts, LIST is written: "file:line  text" and the functions.
"""
import collections
import json
import os
import subprocess
import sys


class Counts:
    """Of one source file, over all objects it is a part of."""

    def __init__(self):
        self.lines = collections.Counter()
        self.functions = collections.Counter()
        self.starts = {}

    def add_line(self, line):
        self.lines[line['line_number']] += line['count']

    def add_function(self, function):
        self.functions[function['name']] += function['execution_count']
        self.starts[function['name']] = function['start_line']

    def missed_lines(self):
        return sorted(number for number, count in self.lines.items() if not count)

    def missed_functions(self):
        return sorted((self.starts[name], name) for name, count in self.functions.items() if not count)


def gcov(build):
    """Every file record of gcov; objects that nothing ran have notes (.gcno) and no counters."""
    notes = [os.path.join(folder, name) for folder, _, names in os.walk(build) for name in names
             if name.endswith('.gcno') and os.sep + 'plugin' + os.sep in os.path.join(folder, name)]
    if not notes:
        sys.exit('no notes of gcov below ' + build)
    done = subprocess.run(['gcov', '--json-format', '--stdout'] + sorted(notes), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, cwd=build, check=True)
    for line in done.stdout.splitlines():
        yield from json.loads(line)['files']


def collect(build, sources):
    """Path below the sources -> Counts."""
    found = collections.defaultdict(Counts)
    for record in gcov(build):
        path = os.path.relpath(os.path.join(build, record['file']), sources)
        if path.startswith(os.pardir):
            continue
        for line in record['lines']:
            found[path].add_line(line)
        for function in record['functions']:
            found[path].add_function(function)
    return found


def write_list(found, sources, path):
    with open(path, 'w', encoding='utf-8') as out:
        for name, counts in sorted(found.items()):
            for start, function in counts.missed_functions():
                out.write('%s:%d: function %s\n' % (name, start, function))
            with open(os.path.join(sources, name), encoding='utf-8') as source:
                text = source.read().split('\n')
            for number in counts.missed_lines():
                out.write('%s:%d: %s\n' % (name, number, text[number - 1].strip()))


def share(part, whole):
    return '%5.1f %%' % (100 * part / whole) if whole else '      -'


def main():
    build, sources, listed = (os.path.realpath(argument) for argument in sys.argv[1:4])
    found = collect(build, sources)
    total = missed = functions = idle = 0
    for name, counts in sorted(found.items()):
        lines, bad = len(counts.lines), len(counts.missed_lines())
        functions += len(counts.functions)
        idle += len(counts.missed_functions())
        total += lines
        missed += bad
        print('%s  %4d of %4d lines  %s' % (share(lines - bad, lines), lines - bad, lines, name))
    write_list(found, sources, listed)
    print('uncovered lines and functions: ' + listed)
    print('%s of %d lines, %d of %d functions' % (share(total - missed, total).strip(), total, functions - idle,
                                                  functions))


if __name__ == '__main__':
    main()
