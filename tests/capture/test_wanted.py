"""A field is found whether the whole tree is shown or nobody but a filter asks for it.

SPDX-License-Identifier: GPL-2.0-or-later

What nobody asks for is not computed; so what a filter asks for in the packet list has to be known as asked for.
"""
import glob
import os

import pytest

import runner
from conftest import ROOT

OURS = ('smtp', 'pop', 'imap', 'mail')
CAPTURES = sorted(glob.glob(os.path.join(ROOT, 'pcaps', '*.pcap*')))


def shown(path):
    """Field -> the frames whose tree has it."""
    found = {}
    for packet in runner.pdml(path, two_pass=True, filter=' || '.join(OURS)):
        for field in packet.iter('field'):
            if field.get('name').split('.')[0] in OURS:
                found.setdefault(field.get('name'), set()).add(runner.frame_number(packet))
    return found


@pytest.mark.parametrize('path', CAPTURES, ids=[os.path.basename(path).split('.')[0] for path in CAPTURES])
def test_a_filter_finds_what_the_tree_shows(path):
    fields = shown(path)
    with runner.Sharkd(path) as sharkd:
        wrong = [field for field, frames in sorted(fields.items())
                 if {frame['num'] for frame in sharkd.call('frames', filter=field)} != frames]
    assert wrong == []
