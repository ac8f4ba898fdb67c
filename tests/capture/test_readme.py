"""What README.md prints is what tshark prints, and each of its filters finds something.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import os
import re
import shlex

import pytest

import runner
from conftest import ROOT

with open(os.path.join(ROOT, 'README.md'), encoding='utf-8') as handle:
    README = handle.read()
CONSOLES = re.findall(r'^```console\n(.*?)^```', README, re.M | re.S)
QUESTION = re.compile(r'^\| ([^|]+\?) \| `(.*)` \| ([a-z0-9.-]+) \|$', re.M)
QUESTIONS = QUESTION.findall(README)


def commands():
    """(arguments of tshark, what it prints) of each line with a $."""
    for block in CONSOLES:
        for part in re.split(r'^\$ ', block, flags=re.M)[1:]:
            command, output = re.match(r'((?:[^\n]*\\\n)*[^\n]*\n)(.*)', part, re.S).groups()
            yield shlex.split(command.replace('\\\n', ' ')), output


def placed(word):
    """A path of the project as the user that runs tshark can read it."""
    return runner.readable(os.path.join(ROOT, word)) if word.startswith('pcaps/') else word


@pytest.mark.parametrize('words, output', commands(), ids=[output.split()[0] for _, output in commands()])
def test_output_is_true(words, output):
    assert words[0] == 'tshark'
    assert runner.tshark([placed(word) for word in words[1:]]) == output


def test_questions_are_there():
    assert len(list(commands())) >= 6
    assert len(QUESTIONS) == 15


@pytest.mark.parametrize('question, filter, capture', QUESTIONS, ids=[question for question, _, _ in QUESTIONS])
def test_filter_finds_something(question, filter, capture):
    path = os.path.join(ROOT, 'pcaps', capture + '.pcapng')
    found = runner.frames(path, filter.replace('\\|', '|'))
    assert found and len(found) < len(runner.frames(path, 'frame'))
