"""Run Python commands in processes that have imported Volante already.

Importing it takes two seconds of processor time, more than most commands need for their own work.
So a fork server imports it once for each test process, and forks a process for each command. The
command gets its environment, arguments, output, signals and exit code as with `subprocess`. But
/proc shows the environment of the fork server, and LD_PRELOAD comes too late.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from threading import Lock

from tests.fork_server import EXIT_CODE, MAX_BYTES

ROOT = Path(__file__).parents[1]
one_at_a_time = Lock()


class PreloadedProcess:
    """A running command, used like a `subprocess.Popen`. It leads its own session."""

    def __init__(self, pid, report):
        self.pid = pid
        self.returncode = None
        self._report = report

    def poll(self):
        """Return the exit code, None while the command runs."""
        return self._ended_within(0)

    def wait(self, timeout=None):
        """Return the exit code. Raise TimeoutExpired after `timeout` seconds."""
        if self._ended_within(timeout) is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
        return self.returncode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)

    def _ended_within(self, seconds):
        if self.returncode is None and select.select([self._report], [], [], seconds)[0]:
            [self.returncode] = EXIT_CODE.unpack(self._report.read(EXIT_CODE.size))
            self._report.close()
        return self.returncode


def start(*arguments, env, output=None):
    """Start `python ARGUMENTS`, with `-m` or `-c`, in the folder of the code.

    Its output and its errors are appended to the file `output`, or discarded.
    """
    command = {
        "arguments": list(map(str, arguments)),
        "environment": dict(env),
        "folder": str(ROOT),
    }
    readable, writable = os.pipe()
    with Path(output or os.devnull).open("ab") as stream, one_at_a_time:
        connection = _fork_server()
        message = json.dumps(command).encode()
        assert len(message) < MAX_BYTES
        socket.send_fds(connection, [message], [stream.fileno(), stream.fileno(), writable])
        os.close(writable)
        pid = int(connection.recv(MAX_BYTES))
    return PreloadedProcess(pid, os.fdopen(readable, "rb"))


def run(*arguments, env, timeout=None):
    """Run `python ARGUMENTS` to its end. Return what `subprocess.run` returns, with the output."""
    with tempfile.NamedTemporaryFile() as output:
        process = start(*arguments, env=env, output=output.name)
        try:
            process.wait(timeout)
        finally:
            process.kill()
        text = Path(output.name).read_text()
    return subprocess.CompletedProcess(arguments, process.returncode, text, "")


@cache
def _fork_server():
    """Return the socket to this process's fork server, which ends with this process."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        subprocess.Popen(
            [sys.executable, "-m", "tests.fork_server", str(its.fileno())],
            cwd=ROOT, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL,
        )  # fmt: skip
    atexit.register(ours.close)
    return ours
