#!/usr/bin/python3
"""Have sharkd dissect many captures, their frames with trees, the last first: for sanitizers.

SPDX-License-Identifier: GPL-2.0-or-later

usage: dissect_all.py FILE-OR-FOLDER...     (environment: see runner.py)

Ends with the number of captures and frames, or with the capture at which sharkd ended.
"""
import concurrent.futures
import hashlib
import os
import pathlib
import sys

import runner

ONE_PROCESS = 200   # captures that one sharkd loads: what one of them leaves behind, the next ones meet
MANY_FRAMES = 400   # of a longer capture, loading reads every frame, but only about so many are asked for


def files(paths):
    """The captures among the files and below the folders."""
    for path in paths:
        if os.path.isdir(path):
            for folder, _, names in sorted(os.walk(path)):
                yield from (os.path.join(folder, name) for name in sorted(names) if '.pcap' in name)
        else:
            yield path


def different(paths):
    """The paths without those whose octets an earlier one has."""
    return list({hashlib.sha256(pathlib.Path(path).read_bytes()).digest(): path for path in reversed(paths)}.values())


def dissect(captures):
    """Number of frames of these captures."""
    total = 0
    with runner.Sharkd() as sharkd:
        for capture in captures:
            try:
                sharkd.load(capture)
                count = sharkd.count()
                for number in range(count, 0, -(1 + count // MANY_FRAMES)):
                    sharkd.frame(number)
            except runner.RunError as error:
                raise runner.RunError('%s: %s' % (capture, error)) from None
            total += count
    return total


def main():
    captures = different(list(files(sys.argv[1:])))
    if not captures:
        sys.exit('no captures')
    shares = [captures[n:n + ONE_PROCESS] for n in range(0, len(captures), ONE_PROCESS)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        try:
            frames = sum(pool.map(dissect, shares))
        except runner.RunError as error:
            sys.exit(str(error))
    print('%d captures, %d frames' % (len(captures), frames))


if __name__ == '__main__':
    main()
