#!/usr/bin/python3
"""Draws the table that measure.py prints: picture.py TABLE PNG. Needs python3-matplotlib.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import re
import sys

import matplotlib

matplotlib.use('Agg')
import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)

NUMBER = r'(-?[0-9.]+|-)'
ROW = re.compile(r'^(.{38}) +%s +%s +%s +%s +%s +(\S+) ' % ((NUMBER,) * 5))
OURS, OVER, GOAL = '#3465a4', '#cc4444', '#555555'


def rows(path):
    """(work, ratio, goal) of each row that has a ratio and a goal."""
    with open(path, encoding='utf-8') as table:
        for line in table:
            found = ROW.match(line)
            if found and '-' not in (found[5], found[6]):
                yield found[1].strip(), float(found[5]), float(found[6])


def main():
    table, picture = sys.argv[1:]
    found = list(rows(table))[::-1]
    if not found:
        sys.exit('no rows in ' + table)
    axes = plt.subplots(figsize=(9, 0.5 + 0.42 * len(found)), layout='constrained')[1]
    for place, (_, ratio, goal) in enumerate(found):
        axes.barh(place, ratio, color=OURS if ratio <= goal else OVER, height=0.6)
        axes.plot([goal, goal], [place - 0.4, place + 0.4], color=GOAL, linewidth=2)
        axes.annotate(' %.3g' % ratio, (max(ratio, goal), place), va='center', fontsize=9)
    axes.set_yticks(range(len(found)), [work for work, _, _ in found], fontsize=9)
    axes.set_xscale('log')
    axes.set_xlabel('CPU of the plugin over that of the built-in dissector; the line is the goal')
    axes.spines[['top', 'right']].set_visible(False)
    plt.savefig(picture, dpi=90)


if __name__ == '__main__':
    main()
