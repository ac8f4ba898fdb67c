#!/usr/bin/python3
"""Have one sharkd dissect many captures, every frame of them with its tree, the last first: for sanitizers.

SPDX-License-Identifier: GPL-2.0-or-later

usage: dissect_all.py FILE-OR-FOLDER...     (environment: see runner.py)

Ends with the number of captures and frames, or with the capture at which sharkd ended.
"""
import os
import sys

import runner

ONE_PROCESS = 500  # captures that one sharkd loads: what one of them leaves behind, the next ones meet


def files(paths):
    """The captures among the files and below the folders."""
    for path in paths:
        if os.path.isdir(path):
            for folder, _, names in sorted(os.walk(path)):
                yield from (os.path.join(folder, name) for name in sorted(names) if '.pcap' in name)
        else:
            yield path


def dissect(captures):
    """Number of frames of these captures."""
    total = 0
    with runner.Sharkd() as sharkd:
        for capture in captures:
            try:
                sharkd.load(capture)
                count = sharkd.count()
                for number in range(count, 0, -1):
                    sharkd.frame(number)
            except runner.RunError as error:
                sys.exit('%s: %s' % (capture, error))
            total += count
    return total


def main():
    captures = list(files(sys.argv[1:]))
    if not captures:
        sys.exit('no captures')
    frames = sum(dissect(captures[n:n + ONE_PROCESS]) for n in range(0, len(captures), ONE_PROCESS))
    print('%d captures, %d frames' % (len(captures), frames))


if __name__ == '__main__':
    main()
