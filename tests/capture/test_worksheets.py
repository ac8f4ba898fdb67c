"""The worksheets of pcaps/labs: every tshark line prints what the answer says. And pcaps/index.md is up to date.

SPDX-License-Identifier: GPL-2.0-or-later

A question is a heading "## N. ...", with one tshark line in a block sh; its answer begins with "**N.**" in the part
that is folded away, and has the output in a block text.
"""

import glob
import os
import re
import shlex
import sys
from collections import namedtuple

import pytest

from conftest import ROOT
from runner import readable, tshark

SHEETS = sorted(glob.glob(os.path.join(ROOT, 'pcaps', 'labs', '*.md')))
NAMES = [os.path.basename(path)[:-3] for path in SHEETS]
BLOCK = re.compile(r'^```(\w*)\n(.*?)^```$', re.MULTILINE | re.DOTALL)

Task = namedtuple('Task', 'sheet number line answer')


def numbered(text, start):
    """Number -> what follows it, up to the next one; start: the pattern that a number stands in."""
    parts = re.split(start, text, flags=re.MULTILINE)[1:]
    numbers = [int(number) for number in parts[::2]]
    assert numbers == list(range(1, len(numbers) + 1)), 'not numbered in order: %r' % numbers
    return dict(zip(numbers, parts[1::2]))


def blocks(text, kind):
    return [body for language, body in BLOCK.findall(text) if language == kind]


def only(found, what):
    assert len(found) == 1, '%d of: %s' % (len(found), what)
    return found[0]


def tasks(path):
    """The questions of a worksheet, with their lines and answers; fails where one lacks either."""
    with open(path, encoding='utf-8') as sheet:
        questions, answers = only([sheet.read().split('<details>')], 'file')
    name = os.path.basename(path)
    questions, answers = numbered(questions, r'^## (\d+)\. '), numbered(answers, r'^\*\*(\d+)\.\*\* ')
    assert questions and questions.keys() == answers.keys(), '%s: questions and answers differ' % name
    return [Task(name, number, only(blocks(text, 'sh'), 'tshark line of %s %d' % (name, number)).rstrip('\n'),
                 only(blocks(answers[number], 'text'), 'output of %s %d' % (name, number)))
            for number, text in questions.items()]


def printed(line):
    """What a tshark line prints; the captures it names are in the project, wherever tshark is run."""
    words = shlex.split(line)
    assert words[0] == 'tshark' and '\n' not in line, 'not one tshark line: ' + line
    return tshark([readable(os.path.join(ROOT, word)) if word.startswith('pcaps/') else word for word in words[1:]])


def test_there_are_worksheets():
    assert len(SHEETS) >= 6


@pytest.mark.parametrize('path', SHEETS, ids=NAMES)
def test_every_line_prints_its_answer(path):
    wrong = []
    for task in tasks(path):
        found = printed(task.line)
        if found != task.answer:
            wrong.append('%s, %d: %s\nanswer:\n%sprinted:\n%s' %
                         (task.sheet, task.number, task.line, task.answer, found))
    assert not wrong, '\n'.join(wrong)


@pytest.mark.parametrize('path', SHEETS, ids=NAMES)
def test_no_answer_is_empty(path):
    assert [task.number for task in tasks(path) if not task.answer.strip()] == []


@pytest.mark.parametrize('path', SHEETS, ids=NAMES)
def test_captures_and_pictures_of_a_worksheet_exist(path):
    with open(path, encoding='utf-8') as sheet:
        text = sheet.read()
    captures = set(re.findall(r'pcaps/[\w.-]+\.pcapng', text))
    assert captures and [name for name in captures if not os.path.isfile(os.path.join(ROOT, name))] == []
    pictures = re.findall(r'^!\[[^]]+\]\((img/[\w.-]+\.png)\)$', text, re.MULTILINE)
    assert len(pictures) == 1
    picture = os.path.join(os.path.dirname(path), pictures[0])
    with open(picture, 'rb') as image:
        assert image.read(8) == b'\x89PNG\r\n\x1a\n'
    assert os.path.getsize(picture) < 150000


def test_index_is_up_to_date(monkeypatch):
    monkeypatch.syspath_prepend(os.path.join(ROOT, 'pcaps'))
    sys.modules.pop('index', None)
    import index
    with open(os.path.join(ROOT, 'pcaps', 'index.md'), encoding='utf-8') as handle:
        assert handle.read() == index.text(), 'run python3 pcaps/index.py'
