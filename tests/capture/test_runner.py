"""The test runner itself, where it once made a run fail that had nothing wrong.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import concurrent.futures
import os
import threading

import runner

THREADS = 8


def test_threads_ask_for_the_environment_at_once(tmp_path, monkeypatch):
    """dissect_all.py starts its processes in threads; each may be the first that needs a folder."""
    monkeypatch.setattr(runner, '_scratch', lambda: str(tmp_path))
    monkeypatch.setattr(runner, '_empty', runner._empty.__wrapped__)     # as when no thread has finished yet
    start = threading.Barrier(THREADS)

    def ask(_):
        start.wait(runner.TIMEOUT)
        return runner.environment()['WIRESHARK_DATA_DIR']

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(ask, range(THREADS))) == {os.path.join(tmp_path, 'data')}
