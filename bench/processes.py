"""The measured servers: started on a free port, paused while others are measured, always ended."""

import os
import resource
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 8


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server process with all its children.

    Its output goes to the file `log`, which is shown on failure.
    """

    def __init__(self, command, *, port, log, environment=()):
        self.port = port
        self._command = [str(word) for word in command]
        self._log = Path(log)
        self._environment = {**os.environ, **dict(environment)}
        self._process = None

    def __enter__(self):
        _raise_file_limit()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        return self

    def __exit__(self, *_):
        self.resume()
        family = self._family()
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        for pid in family:
            _signal(pid, signal.SIGKILL)
        self._process.wait()

    def answers(self, path="/", headers=()):
        """Wait until `path` is answered and return the raw body.

        Raises RuntimeError with the log if it never is.
        """
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers=dict(headers)
        )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            with suppress(OSError):
                return urllib.request.urlopen(request, timeout=START_SECONDS).read()
            time.sleep(0.02)
        raise RuntimeError(f"{self._command} does not answer:\n{self._log.read_text()[-2000:]}")

    def halt(self):
        """Pause all its processes, so that their remaining work does not slow the others."""
        for pid in self._family():
            _signal(pid, signal.SIGSTOP)

    def resume(self):
        for pid in self._family():
            _signal(pid, signal.SIGCONT)

    def _family(self):
        pids, to_visit = [], [self._process.pid]
        while to_visit:
            pid = to_visit.pop()
            pids.append(pid)
            to_visit += _children(pid)
        return pids


def _children(pid):
    with suppress(OSError):
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    return []


def _signal(pid, number):
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _raise_file_limit():
    """Ten thousand watchers need as many file descriptors on both sides."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
