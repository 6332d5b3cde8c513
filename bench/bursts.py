"""A load client for responses that come faster than one client can request them singly.

It pipelines: each connection sends many HTTP/1.1 requests at once. Otherwise the cost per request
of a Python client would be most of what we measure.
"""

import select
import socket
from time import perf_counter

from bench.answers import HEAD_END
from bench.load import PATIENCE, Result, answer

DEPTH = 32
LONG = 0.5
GOOD = b"HTTP/1.1 200 "
LENGTH = b"\r\ncontent-length: "


class Bursts:
    """Kept-alive connections that each send DEPTH requests once the last DEPTH were answered."""

    def __init__(self, load):
        self._load = load
        self._burst = load.requests[0] * DEPTH
        self._sockets, self._open, self._asked_at = {}, {}, {}
        # For each connection: the beginning of an incomplete head, and how much of a body is still
        # to come.
        self._tails, self._ahead = {}, {}
        self._poll = select.epoll()
        self._buffer = bytearray(1 << 18)
        self._view = memoryview(self._buffer)
        self._good = 0

    def work(self):
        """Send requests until the time is over; return the Result, whose delays stay empty."""
        for _ in range(self._load.connections):
            self._connect()
        begun = perf_counter()
        while (now := perf_counter()) < begun + self._load.seconds:
            for number, _ in self._poll.poll(begun + self._load.seconds - now):
                self._hear(number)
        result = Result(seconds=perf_counter() - begun)
        result.statuses.update({200: self._good, 0: self._stuck(perf_counter() - LONG)})
        return result

    def _stuck(self, since):
        """Return how many connections still wait: their responses included an unsuccessful one."""
        return sum(asked < since for asked in self._asked_at.values())

    def _connect(self):
        link = socket.create_connection(("127.0.0.1", self._load.port), timeout=PATIENCE)
        number = link.fileno()
        self._sockets[number], self._tails[number], self._ahead[number] = link, b"", 0
        self._poll.register(number, select.EPOLLIN)
        self._ask(number)

    def _ask(self, number):
        self._open[number], self._asked_at[number] = DEPTH, perf_counter()
        self._sockets[number].sendall(self._burst)

    def _hear(self, number):
        """Add received bytes, and count the successful responses that begin in them.

        Bodies are skipped without reading.
        """
        tail, place = self._tails[number], self._ahead[number]
        self._buffer[: len(tail)] = tail
        got = self._sockets[number].recv_into(self._view[len(tail) :])
        if not got:
            raise ConnectionError("the server hung up")
        end, good, tail = len(tail) + got, 0, b""
        while place < end:
            head = self._buffer.find(HEAD_END, place, end)
            if head < 0:
                tail, place = bytes(self._view[place:end]), end
                break
            good += self._buffer.startswith(GOOD, place)
            place = head + len(HEAD_END) + self._length(place, head)
        self._tails[number], self._ahead[number] = tail, place - end
        self._good += good
        self._open[number] -= good
        if self._open[number] <= 0:
            self._ask(number)

    def _length(self, place, head):
        begin = self._buffer.find(LENGTH, place, head) + len(LENGTH)
        return int(self._buffer[begin : self._buffer.find(b"\r", begin)])


if __name__ == "__main__":
    answer(lambda load: Bursts(load).work())
