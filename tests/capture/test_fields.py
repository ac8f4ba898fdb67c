"""The field reference plugin/FIELDS.md is what the plugin registers.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import os
import re

import pytest

import make_fields
import runner
from conftest import ROOT

PREFIXES = ('smtp.', 'pop.', 'imap.', 'mail.')
STALE = 'plugin/FIELDS.md is stale: python3 tests/capture/make_fields.py >plugin/FIELDS.md'


def committed():
    with open(os.path.join(ROOT, 'plugin', 'FIELDS.md'), encoding='utf-8') as reference:
        return reference.read()


def rows(text):
    """Name -> row of every field and expert info of a reference."""
    found = re.findall(r'^\| `([^`]+)` \|.*$', text, re.MULTILINE)
    assert sorted(found) == sorted(set(found)), 'a name stands twice'
    return {row[1]: row[0] for row in re.finditer(r'^\| `([^`]+)` \|.*$', text, re.MULTILINE)}


def registered():
    """Name -> title of every field of our protocols."""
    return {name: title for name, (_, _, title) in runner.known_fields().items() if name.startswith(PREFIXES)}


def ours(names):
    """Those that Wireshark does not have; later ones may have more of them, and of other types."""
    return sorted(set(names) - set(runner.known_fields(plugin=False)) - set(make_fields.BUILTIN))


def test_reference_is_what_the_generator_writes():
    if runner.wireshark_version() != '4.0':
        pytest.skip('the reference has the built-in fields of Wireshark 4.0')
    assert make_fields.reference() == committed(), STALE


def test_every_row_of_ours_is_what_the_generator_writes():
    is_now, was = rows(make_fields.reference()), rows(committed())
    assert [name for name in ours({**is_now, **was}) if is_now.get(name) != was.get(name)] == [], STALE


def test_every_registered_field_is_in_the_reference():
    assert [name for name in ours(registered()) if name not in rows(committed())] == [], STALE


def test_every_field_of_the_reference_is_registered():
    assert sorted(set(rows(committed())) - set(registered())) == [], STALE


def test_every_issue_is_registered_and_in_the_reference():
    issues = {issue.name for issue in make_fields.issues()}
    assert len(issues) > 180
    assert sorted(issues - set(registered())) == []
    assert sorted(issues - set(rows(committed()))) == [], STALE
    assert sorted(set(make_fields.DETAILS) - issues) == []


def test_built_in_fields_are_those_of_wireshark():
    known = {name for name in runner.known_fields(plugin=False) if name.startswith(PREFIXES[:3])}
    assert sorted(set(make_fields.BUILTIN) - known) == []
    if runner.wireshark_version() == '4.0':
        assert sorted(known - set(make_fields.BUILTIN)) == []


def test_names_and_descriptions():
    """Every field has a title, each of ours a description, and no two differ in nothing but case."""
    titles, issues = registered(), {issue.name for issue in make_fields.issues()}
    assert len({name.lower() for name in titles}) == len(titles)
    assert [name for name, title in titles.items() if not title.strip()] == []
    blurbs = {field.name: field.blurb for field in make_fields.registered()}
    assert [name for name in ours(titles) if name not in issues and not blurbs[name].strip()] == []
