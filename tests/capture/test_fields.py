"""The field reference FIELDS.md and the registered fields are the same, both ways.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import os
import re

import runner
from conftest import ROOT

PREFIXES = ('smtp.', 'mail.')
TYPES = {
    'string': ('FT_STRING',), 'boolean': ('FT_BOOLEAN',), 'none': ('FT_NONE',), 'framenum': ('FT_FRAMENUM',),
    'relative time': ('FT_RELATIVE_TIME',), 'uint8': ('FT_UINT8',), 'uint32': ('FT_UINT32',),
    'uint64': ('FT_UINT64',), 'uint': ('FT_UINT8', 'FT_UINT16', 'FT_UINT32'),
}
SEVERITIES = ('Chat', 'Note', 'Warn', 'Error')


def reference():
    """Name -> type word of every row of the reference; an expert info is a field without a value."""
    found = {}
    with open(os.path.join(ROOT, 'FIELDS.md'), encoding='utf-8') as lines:
        for line in lines:
            row = re.match(r'\| `([a-z0-9_.]+)` \| ([A-Za-z0-9 ]+) \| \S', line)
            if row:
                assert row[1] not in found, '%s stands twice in FIELDS.md' % row[1]
                found[row[1]] = 'none' if row[2] in SEVERITIES else row[2]
    return found


def registered():
    """Name -> type of every field of our protocols."""
    return {name: kind for name, (kind, _, _) in runner.known_fields().items() if name.startswith(PREFIXES)}


def test_every_registered_field_is_in_the_reference():
    """Later Wiresharks may have built-in fields more than those of 4.0, which the reference lists."""
    assert sorted(set(registered()) - set(reference()) - set(runner.known_fields(plugin=False))) == []


def test_every_field_of_the_reference_is_registered():
    assert sorted(set(reference()) - set(registered())) == []


def test_types():
    known = registered()
    wrong = ['%s is %s, not %s' % (name, known[name], word) for name, word in reference().items()
             if name in known and known[name] not in TYPES[word]]
    assert wrong == []


def test_names_and_descriptions():
    """Every field has a description, and no two of ours differ in nothing but case."""
    names = sorted(registered())
    assert len({name.lower() for name in names}) == len(names)
    assert [name for name in names if not runner.known_fields()[name][2].strip()] == []
