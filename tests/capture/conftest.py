"""Fixtures of the capture tests.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import glob
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

import runner  # noqa: E402  (needs the path above)


def all_captures():
    """Every capture of pcaps/, and of $MW_PEERS/captures where that folder exists."""
    folders = [os.path.join(ROOT, 'pcaps')]
    if os.environ.get('MW_PEERS'):
        folders.append(os.path.join(os.environ['MW_PEERS'], 'captures'))
    found = [path for folder in folders for path in glob.glob(os.path.join(folder, '**', '*.pcap*'), recursive=True)]
    return sorted(path for path in found if os.path.isfile(path))


def pytest_report_header(config):
    return 'mailwire: ' + runner.setup_note()


@pytest.fixture
def pcap(tmp_path):
    """A function name -> path for a capture that the test writes; the folder goes with the test."""
    return lambda name='test.pcap': str(tmp_path / name)


def pytest_configure(config):
    config.addinivalue_line('markers', 'no_sanitize: not run under the sanitizers')
