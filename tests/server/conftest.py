import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
SECONDS = 60


@contextmanager
def running(kind):
    """Run `tests.server.echo` and yield a client for it."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.server.echo", kind, str(port)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield Asker(port).wait()
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS)
        process.kill()


class Asker:
    """Sends requests exactly as written, byte by byte."""

    def __init__(self, port):
        self._port = port

    def open(self, sent):
        """Send only this and return the open connection."""
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=SECONDS)
        connection.sendall(sent)
        return connection

    def ask(self, sent):
        """Return (head, body) of the response to one request, read until the server closes."""
        with self.open(sent.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)) as connection:
            return read(connection)

    def wait(self):
        while True:
            with suppress(OSError):
                self.open(b"").close()
                return self
            time.sleep(0.05)


def read(connection):
    """Return (head, body) of everything received until the other side closes."""
    received = b""
    while piece := connection.recv(65_536):
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    return head.decode(), body


@pytest.fixture(scope="session")
def echo():
    with running("bridge") as asker:
        yield asker


@pytest.fixture(scope="session")
def quick():
    with running("quick_bridge") as asker:
        yield asker


@pytest.fixture(scope="session")
def fast():
    with running("fast_bridge") as asker:
        yield asker


@pytest.fixture(scope="session")
def plain():
    with running("wsgi") as asker:
        yield asker
