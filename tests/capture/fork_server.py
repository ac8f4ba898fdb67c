"""Runs of a Wireshark program without its start: fork_server.c, which says how it works, from the side of Python.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import os
import signal
import socket
import struct
import subprocess
import tempfile

EARLY_OPTIONS = {'-C', '-G', '-X', '-h', '-v'}  # read before dissectors are registered, or not about a capture
INT = struct.Struct('i')


def serves(arguments):
    """Whether a run with these arguments can do without a start of its own."""
    return '-r' in arguments and not any(word[:2] in EARLY_OPTIONS for word in arguments)


class ForkServer:
    """A started program that waits for arguments to run with. library: what fork_server.c was built to."""

    def __init__(self, library, program, environment, **options):
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = theirs.fileno()
        self.program = program
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [program], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors, pass_fds=[number],
            env=dict(environment, LD_PRELOAD=library, MW_FORK_SOCKET=str(number)), cwd='/', **options)
        theirs.close()

    def close(self):
        """End the server."""
        self.socket.close()
        self.process.wait()
        self.errors.close()

    def _int(self):
        answer = self.socket.recv(INT.size)
        if not answer:
            raise ConnectionError('%s as a fork server ended with status %s\n%s'
                                  % (self.program, self.process.wait(), self._said().decode('utf-8', 'replace')))
        return INT.unpack(answer)[0]

    def _said(self):
        """What the start of the program wrote to standard error."""
        return os.pread(self.errors.fileno(), 1 << 20, 0)

    def run(self, arguments, timeout):
        """One run, as by subprocess.run(); its stderr begins with what the start of the program wrote there."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            words = [self.program] + arguments
            self.socket.settimeout(timeout)
            socket.send_fds(self.socket, [b''.join(os.fsencode(word) + b'\0' for word in words)],
                            [output.fileno(), errors.fileno()])
            process = self._int()
            try:
                status = self._int()
            except TimeoutError:
                os.kill(process, signal.SIGKILL)
                self.socket.settimeout(None)
                self._int()
                raise subprocess.TimeoutExpired(words, timeout) from None
            output.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(words, os.waitstatus_to_exitcode(status), output.read(),
                                               self._said() + errors.read())
