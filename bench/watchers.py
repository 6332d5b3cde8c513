"""Watching pages: kept-alive connections that request the pulse again and again, like browsers."""

import re
import select
import socket
import time
from collections import deque

from bench.answers import ResponseReader
from bench.load import TIMEOUT_SECONDS, Seen, run_as_client
from bench.requests import page_request

OBSERVED = 10  # Every tenth watcher notes when it saw which butterfly.
COUNT = re.compile(rb'"count":\s*(\d+)')
NEXT = re.compile(rb'"next_ms":\s*(\d+)')
TAG = re.compile(rb"\r\netag: *([^\r]+)", re.IGNORECASE)


class Watchers:
    """All of them, on one thread."""

    def __init__(self, watch):
        self._watch = watch
        self._poll = select.epoll()
        self._sockets, self._readers = {}, {}
        self._wanted_at, self._counts, self._tags = {}, {}, {}
        self._due = deque()
        self._requests = {}
        self._seen = Seen()

    def work(self):
        """Let all arrive, then watch, and return what was Seen since."""
        self._arrive()
        self._spread()
        self._seen = Seen()
        self._watch.arrived.touch()
        begun = time.monotonic()
        self._live(begun + self._watch.seconds)
        self._seen.seconds = time.monotonic() - begun
        self._seen.delays.sort()
        return self._seen

    def _arrive(self):
        """Connect all.

        Those who are here ask already: the server closes connections that do not.
        """
        for _ in range(self._watch.watchers):
            link = socket.socket()
            link.bind((f"127.0.0.{self._watch.address}", 0))
            link.settimeout(TIMEOUT_SECONDS)
            link.connect(("127.0.0.1", self._watch.port))
            link.setblocking(False)
            number = link.fileno()
            self._sockets[number], self._readers[number] = link, ResponseReader()
            self._counts[number], self._tags[number] = 0, b""
            self._poll.register(number, select.EPOLLIN)
            self._due.append((time.monotonic(), number))
            self._turn(wait=0)

    def _spread(self):
        """Wait for all responses, then let all ask again at even intervals."""
        self._due.clear()
        end = time.monotonic() + self._watch.pace
        while self._wanted_at and time.monotonic() < end:
            self._turn(wait=0.1)
            self._due.clear()
        begun = time.monotonic()
        for index, number in enumerate(self._sockets):
            self._due.append((begun + self._watch.pace * index / len(self._sockets), number))

    def _live(self, end):
        while (now := time.monotonic()) < end:
            wait = self._due[0][0] - now if self._due else self._watch.pace
            self._turn(wait=max(0, min(wait, end - now)))
        self._seen.statuses["unanswered"] += sum(
            1 for wanted in self._wanted_at.values() if wanted < end - self._watch.pace
        )

    def _turn(self, wait):
        """Send what is due, and read what arrives within `wait` seconds."""
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            self._send(*self._due.popleft())
        for number, _ in self._poll.poll(wait):
            self._receive(number)

    def _send(self, wanted_at, number):
        self._wanted_at[number] = wanted_at
        self._sockets[number].sendall(self._request(self._tags[number]))

    def _request(self, tag):
        if tag not in self._requests:
            condition = (f"If-None-Match: {tag.decode()}",) if tag else ()
            self._requests[tag] = page_request(self._watch.path, self._watch.port, condition)
        return self._requests[tag]

    def _receive(self, number):
        try:
            data = self._sockets[number].recv(65_536)
        except ConnectionError:
            data = b""
        if not data:
            self._seen.statuses["cut"] += 1
            self._poll.unregister(number)
            return
        status = self._readers[number].feed(data)
        if status is None:
            return
        now, wanted_at = time.monotonic(), self._wanted_at.pop(number)
        self._seen.delays.append(now - wanted_at)
        self._seen.statuses[status] += 1
        if status == 200:
            self._read(number, data)
        self._due.append((max(now, wanted_at + self._watch.pace), number))

    def _read(self, number, data):
        self._tags[number] = TAG.search(data)[1]
        count, before = int(COUNT.search(data)[1]), self._counts[number]
        self._counts[number] = count
        self._seen.slowest_pace = max(self._seen.slowest_pace, int(NEXT.search(data)[1]))
        if before and count > before and number % OBSERVED == 0:
            self._seen.sightings.append((time.time(), before, count))


if __name__ == "__main__":
    run_as_client(lambda watch: Watchers(watch).work())
