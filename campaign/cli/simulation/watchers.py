"""People who watch the count on a simulated day, in their own process.

It reads a spec and writes JSON lines: its progress each second, and the report once its standard
input ends. One selector serves thousands of connections: a coroutine for each would cost more of
the processor than the site does.
"""

import errno
import heapq
import json
import random
import selectors
import socket
import sys
import time
from dataclasses import asdict, dataclass
from itertools import count

from campaign.cli.simulation.program_io import (
    raise_file_limit,
    spec_from_arguments,
    write_line,
)
from campaign.cli.simulation.results import WatchReport

HEAD_END = b"\r\n\r\n"
FIRST_PAUSE_SECONDS = 1.0
PROGRESS_SECONDS = 1.0
# As in browsers, a request comes up to a tenth of the interval later.
LATEST = 10
MAX_RESPONSE_BYTES = 64 * 1024


@dataclass(frozen=True)
class WatchSpec:
    """So many people who ask for `path` at the pace that it sets.

    `arrivals` of them open the page in each second. They connect from 127.0.0.`address`, because
    one loopback address has only some 28,000 ports.
    """

    port: int
    path: str
    watchers: int
    arrivals: float
    address: int


class Page:
    """An open page: its connection, if it has one, and what it got of the current response."""

    __slots__ = ("connection", "interval", "is_waiting", "received", "tag")

    def __init__(self) -> None:
        self.connection: socket.socket | None = None
        self.is_waiting = False
        self.interval = FIRST_PAUSE_SECONDS
        self.received = b""
        self.tag = b""


class Watchers:
    """All of them, on one thread."""

    def __init__(self, spec: WatchSpec) -> None:
        self._spec = spec
        self._report = WatchReport()
        self._selector = selectors.DefaultSelector()
        now = time.monotonic()
        # When each page asks next. The number keeps pages with the same moment comparable.
        self._numbers = count()
        self._due = [
            (now + number / spec.arrivals, next(self._numbers), Page())
            for number in range(spec.watchers)
        ]
        self._interval_ms = 0
        self._request = (
            f"GET {spec.path} HTTP/1.1\r\nHost: 127.0.0.1:{spec.port}\r\n"
            "Accept: application/json\r\n"
        ).encode()

    def run(self) -> WatchReport:
        """Watch until the standard input ends. Return the report."""
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        shown_at = time.monotonic()
        while self._turn():
            if time.monotonic() - shown_at >= PROGRESS_SECONDS:
                shown_at = time.monotonic()
                write_line(pace_ms=self._interval_ms)
        return self._report

    def _turn(self) -> bool:
        """Send what is due and read what arrived. Return False once the standard input ended."""
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            moment, _, page = heapq.heappop(self._due)
            self._report.late = max(self._report.late, now - moment)
            self._ask(page)
        wait = self._due[0][0] - time.monotonic() if self._due else PROGRESS_SECONDS
        for key, _ in self._selector.select(max(0.0, min(wait, PROGRESS_SECONDS))):
            if key.data is None:
                return False
            self._go_on(key.data)
        return True

    def _ask(self, page: Page) -> None:
        """Send the next request of a page, after connecting if needed."""
        page.is_waiting = True
        if page.connection is not None:
            self._send(page, page.connection)
            return
        connection = socket.socket()
        connection.setblocking(False)
        try:
            connection.bind((f"127.0.0.{self._spec.address}", 0))
            result = connection.connect_ex(("127.0.0.1", self._spec.port))
        except OSError:
            connection.close()
            self._fail(page)
            return
        page.connection = connection
        self._selector.register(connection, selectors.EVENT_WRITE, page)
        if result not in (0, errno.EINPROGRESS):
            self._fail(page)

    def _go_on(self, page: Page) -> None:
        """Use a connection that is ready: new ones to send, all others to read."""
        connection = page.connection
        if connection is None:
            return
        if self._selector.get_key(connection).events == selectors.EVENT_WRITE:
            self._selector.modify(connection, selectors.EVENT_READ, page)
            self._send(page, connection)
        else:
            self._receive(page, connection)

    def _send(self, page: Page, connection: socket.socket) -> None:
        condition = b"If-None-Match: " + page.tag + b"\r\n" if page.tag else b""
        request = self._request + condition + b"\r\n"
        try:
            # Nothing else is on its way, so the system takes a request at once.
            if connection.send(request) < len(request):
                self._fail(page)
        except OSError:
            self._fail(page)

    def _receive(self, page: Page, connection: socket.socket) -> None:
        try:
            data = connection.recv(MAX_RESPONSE_BYTES)
        except OSError:
            data = b""
        page.received += data
        if not data and not page.is_waiting:
            # The server closed a connection that was not in use.
            self._disconnect(page)
            return
        if not data or len(page.received) > MAX_RESPONSE_BYTES:
            self._fail(page)
            return
        head, separator, body = page.received.partition(HEAD_END)
        if not separator:
            return
        headers = _headers(head)
        if len(body) < int(headers.get(b"content-length", b"0")):
            return
        page.received = b""
        self._report.responses += 1
        if head[9:12] == b"200":
            page.tag = headers.get(b"etag", b"")
            self._interval_ms = json.loads(body)["next_ms"]
            page.interval = self._interval_ms / 1000
            self._report.slowest_interval_ms = max(
                self._report.slowest_interval_ms, self._interval_ms
            )
        elif head[9:12] != b"304":
            self._report.failures += 1
        self._ask_later(page)

    def _fail(self, page: Page) -> None:
        """Count a failure, and connect again later, as browsers do."""
        self._report.failures += 1
        self._disconnect(page)
        self._ask_later(page)

    def _disconnect(self, page: Page) -> None:
        page.received = b""
        if page.connection is not None:
            self._selector.unregister(page.connection)
            page.connection.close()
            page.connection = None

    def _ask_later(self, page: Page) -> None:
        page.is_waiting = False
        moment = time.monotonic() + page.interval * (1 + random.random() / LATEST)
        heapq.heappush(self._due, (moment, next(self._numbers), page))


def _headers(head: bytes) -> dict[bytes, bytes]:
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return {name.lower(): value.strip() for name, _, value in lines}


def main() -> None:
    """Watch, and write the report."""
    raise_file_limit()
    write_line(report=asdict(Watchers(WatchSpec(**spec_from_arguments())).run()))


if __name__ == "__main__":
    main()
