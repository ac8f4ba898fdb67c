"""The facts of facts/*.json, which servers and clients logged when their captures were recorded.

SPDX-License-Identifier: GPL-2.0-or-later

Each file holds {"capture": "NAME.pcapng", "facts": [{"field", "op", "expect", "filter"?, "source"?}]}. The
occurrences of the field, in frame order, in the frames that pass the filter, are compared with "expect":

  values    exactly these, in this order; empty strings do not count, for tshark cannot show one that is alone
  set       exactly these, in any order, however often
  count     expect[0] is the number of occurrences
  contains  each of these is among the occurrences

A value of an enum may be given by name. "prefs" and "decode_as" of the file are passed to tshark; "passes" names the
passes in which the facts hold, when they need to know how the capture ends.
"""
import glob
import json
import os
import re

import pytest
from conftest import HERE, ROOT
from runner import fields

FILES = sorted(glob.glob(os.path.join(HERE, 'facts', '*.json')))
NAMES = {
    'mail.outcome': {'1': 'accepted', '2': 'rejected', '3': 'aborted', '4': 'incomplete'},
    'mail.action': {'1': 'sent', '2': 'retrieved', '3': 'stored'},
}
ESCAPES = {'t': '\t', 'n': '\n', 'r': '\r'}


def spelled(field, value):
    """One spelling for a value of a fact and for one of tshark."""
    value = str(value)
    return NAMES.get(field, {}).get(value, {'True': '1', 'False': '0'}.get(value, value))


def unescaped(value):
    """What tshark had before it escaped it."""
    return re.sub(r'\\([tnr"\\])', lambda m: ESCAPES.get(m.group(1), m.group(1)), value)


def holds(fact, found):
    expect, op = fact['expect'], fact['op']
    if op == 'count':
        return len(found) == int(expect[0])
    expect = [spelled(fact['field'], value) for value in expect]
    found = [spelled(fact['field'], value if value in expect else unescaped(value)) for value in found]
    if op == 'values':
        return [v for v in found if v] == [v for v in expect if v]
    if op == 'set':
        return set(found) == set(expect)
    if op == 'contains':
        return set(expect) <= set(found)
    raise ValueError('unknown op ' + op)


def said(capture, facts, **options):
    """What the capture says about each fact: one run of tshark for each filter."""
    groups = {}
    for fact in facts:
        groups.setdefault(fact.get('filter'), []).append(fact)
    for filt, group in groups.items():
        found = fields(capture, sorted({fact['field'] for fact in group}), filter=filt, **options)
        for fact in group:
            yield fact, found[fact['field']]


@pytest.mark.parametrize('two_pass', [False, True], ids=['one-pass', 'two-pass'])
@pytest.mark.parametrize('path', FILES, ids=[os.path.basename(path)[:-5] for path in FILES])
def test_facts(path, two_pass):
    with open(path, encoding='utf-8') as handle:
        stated = json.load(handle)
    if ('two-pass' if two_pass else 'one-pass') not in stated.get('passes', ['one-pass', 'two-pass']):
        pytest.skip('only the end of the capture tells the fate of the message')
    capture = os.path.join(ROOT, 'pcaps', stated['capture'])
    options = {'two_pass': two_pass, 'prefs': stated.get('prefs', ()), 'decode_as': stated.get('decode_as')}
    wrong = ['%s %s%s\n  expected %s\n  found    %s' % (fact['field'], fact['op'],
                                                       ' where ' + fact['filter'] if fact.get('filter') else '',
                                                       fact['expect'], found)
             for fact, found in said(capture, stated['facts'], **options) if not holds(fact, found)]
    assert not wrong, '%d of %d facts do not hold:\n%s' % (len(wrong), len(stated['facts']), '\n'.join(wrong))
