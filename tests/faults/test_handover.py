"""Tests of a hand-over: a second site takes over from a running one, on the same socket.

This is what `volante upgrade` does with systemd's socket.
"""

import select
import signal
import socket
import subprocess
import sys
from collections import Counter
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.faults.records import query_rows
from tests.faults.running_site import (
    ANSWER_SECONDS,
    PETITION,
    ROOT,
    START_SECONDS,
    STOP_SECONDS,
    Crowd,
    RunningSite,
    wait_until,
)

pytestmark = pytest.mark.slow

HANDOVERS = 2
# What systemd does: put the socket where the program looks for it, and name the program's process.
ACTIVATE = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&0 </dev/null'


class SharedSite(RunningSite):
    """A site that is served on one socket by one process after the other."""

    def __init__(self, var):
        super().__init__(var)
        self.listening = socket.create_server(("127.0.0.1", self.port), backlog=4096)
        self._starts = count()

    def serve(self, *options):
        """Start a process and return it when it says that it is ready."""
        command = [sys.executable, "-m", "flask", "serve", *options]
        ready = self.var / f"ready-{next(self._starts)}"
        with (
            (self.var / "serve.log").open("ab") as log,
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as messages,
        ):
            messages.bind(str(ready))
            messages.setblocking(False)
            server = subprocess.Popen(
                ["sh", "-c", ACTIVATE, "sh", *command],
                cwd=ROOT,
                env=self.environment | {"NOTIFY_SOCKET": str(ready)},
                stdin=self.listening,
                stdout=log,
                stderr=log,
            )
            wait_until(lambda: server.poll() is not None or _has_message(messages), START_SECONDS)
            assert server.poll() is None, (self.var / "serve.log").read_text()
            assert messages.recv(100) == b"READY=1"
        return server


@pytest.fixture
def site(tmp_path):
    site = SharedSite(tmp_path)
    yield site
    site.stop()
    site.listening.close()


def visits(site, failures):
    """Return an action that visits on one connection again and again, as a proxy does."""

    def act(number):
        connection = HTTPConnection("127.0.0.1", site.port, timeout=ANSWER_SECONDS)
        with closing(connection):
            for _ in range(20):
                try:
                    connection.request("GET", f"/en/petitions/{PETITION}")
                    answer = connection.getresponse()
                    answer.read()
                except (HTTPException, OSError) as error:
                    failures.append(("visit", repr(error)))
                    return None
                if answer.status != 200:
                    failures.append(("visit", answer.status))
                if answer.will_close:
                    break
        return number

    return act


def signings(site, failures):
    """Return an action that signs on a new connection, each time with another address."""

    def act(number):
        address = f"signer.{number}@example.org"
        form = {
            "given_name": "Amalia", "family_name": "Rosales", "email": address, "country": "MX", "postal_code": "06600",
        }  # fmt: skip
        with closing(HTTPConnection("127.0.0.1", site.port, timeout=ANSWER_SECONDS)) as connection:
            try:
                connection.request(
                    "POST",
                    f"/es/petitions/{PETITION}/signatures",
                    urlencode(form),
                    {
                        "Accept": "application/json",
                        "Content-Type": "application/x-www-form-urlencoded",
                        "X-Forwarded-For": f"192.0.2.{number % 250}",
                    },
                )
                status = connection.getresponse().status
            except (HTTPException, OSError) as error:
                failures.append(("sign", repr(error)))
                return None
        if status != 201:
            failures.append(("sign", status))
            return None
        return address

    return act


def test_handover_refuses_and_loses_nothing(site):
    server = site.server = site.serve("--demo")
    failures = []
    with (
        Crowd(visits(site, failures), threads=4) as visitors,
        Crowd(signings(site, failures), threads=4) as signers,
    ):
        for _ in range(HANDOVERS):
            before = len(signers.acknowledged)
            successor = site.serve("--no-worker")
            server.send_signal(signal.SIGTERM)
            assert server.wait(STOP_SECONDS) == 0
            server = site.server = successor
            wait_until(lambda before=before: len(signers.acknowledged) > before + 20)
    assert failures == []
    assert len(visitors.acknowledged) > HANDOVERS
    stored = query_rows(site, "select email from signature where email like 'signer.%'")
    assert Counter(row.email for row in stored) == Counter(signers.acknowledged)


def test_request_in_hand_is_answered_although_the_server_stops(site):
    """A client that has connected, and sends its request only after the server was told to stop."""
    server = site.server = site.serve("--demo", "--no-worker")
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=ANSWER_SECONDS)) as connection:
        connection.connect()
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        with closing(HTTPConnection("127.0.0.1", site.port, timeout=ANSWER_SECONDS)) as late:
            late.connect()
            wait_until(lambda: queue_length(site.port) == 0)
            server.send_signal(signal.SIGTERM)
            wait_until(lambda: accepts_nothing(site))
            late.request("GET", "/healthz")
            answer = late.getresponse()
            assert answer.status == 200
            assert answer.will_close
    assert server.wait(STOP_SECONDS) == 0


def _has_message(messages):
    readable, _, _ = select.select([messages], [], [], 0)
    return bool(readable)


def queue_length(port):
    """Return how many connections nobody has accepted yet."""
    listening = "0A"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, queues, *_ = line.split()
        if state == listening and int(local.rpartition(":")[2], 16) == port:
            return int(queues.rpartition(":")[2], 16)
    raise AssertionError(f"nothing listens on port {port}")


def accepts_nothing(site):
    """Return whether a new connection waits in the queue."""
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=0.2)) as connection:
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
        except TimeoutError:
            return True
    return False
