"""A load client for responses that come faster than one client can request them singly.

It pipelines: each connection sends many HTTP/1.1 requests at once. Otherwise the cost per request
of a Python client would be most of what we measure.
"""

import select
import socket
from time import perf_counter

from bench.answers import HEAD_END
from bench.load import TIMEOUT_SECONDS, Result, run_as_client

DEPTH = 32
STUCK_SECONDS = 0.5
GOOD = b"HTTP/1.1 200 "
LENGTH = b"\r\ncontent-length: "


class Bursts:
    """Kept-alive connections that each send DEPTH requests once the last DEPTH were answered."""

    def __init__(self, load):
        self._load = load
        self._burst = load.requests[0] * DEPTH
        self._sockets, self._open, self._sent_at = {}, {}, {}
        # For each connection: the beginning of an incomplete head, and how much of a body is still
        # to come.
        self._tails, self._ahead = {}, {}
        self._poll = select.epoll()
        self._buffer = bytearray(1 << 18)
        self._view = memoryview(self._buffer)
        self._good = 0

    def work(self):
        """Send requests until the time is over and return the Result, whose delays stay empty."""
        for _ in range(self._load.connections):
            self._connect()
        begun = perf_counter()
        while (now := perf_counter()) < begun + self._load.seconds:
            for number, _ in self._poll.poll(begun + self._load.seconds - now):
                self._receive(number)
        result = Result(seconds=perf_counter() - begun)
        result.statuses.update({200: self._good, 0: self._stuck(perf_counter() - STUCK_SECONDS)})
        return result

    def _stuck(self, since):
        """Return how many connections still wait: their responses included an unsuccessful one."""
        return sum(sent_at < since for sent_at in self._sent_at.values())

    def _connect(self):
        link = socket.create_connection(("127.0.0.1", self._load.port), timeout=TIMEOUT_SECONDS)
        number = link.fileno()
        self._sockets[number], self._tails[number], self._ahead[number] = link, b"", 0
        self._poll.register(number, select.EPOLLIN)
        self._send_burst(number)

    def _send_burst(self, number):
        self._open[number], self._sent_at[number] = DEPTH, perf_counter()
        self._sockets[number].sendall(self._burst)

    def _receive(self, number):
        """Add received bytes, and count the successful responses that begin in them.

        Bodies are skipped without reading.
        """
        tail, position = self._tails[number], self._ahead[number]
        self._buffer[: len(tail)] = tail
        received = self._sockets[number].recv_into(self._view[len(tail) :])
        if not received:
            raise ConnectionError("the server hung up")
        end, good, tail = len(tail) + received, 0, b""
        while position < end:
            head = self._buffer.find(HEAD_END, position, end)
            if head < 0:
                tail, position = bytes(self._view[position:end]), end
                break
            good += self._buffer.startswith(GOOD, position)
            position = head + len(HEAD_END) + self._length(position, head)
        self._tails[number], self._ahead[number] = tail, position - end
        self._good += good
        self._open[number] -= good
        if self._open[number] <= 0:
            self._send_burst(number)

    def _length(self, start, head):
        value_start = self._buffer.find(LENGTH, start, head) + len(LENGTH)
        return int(self._buffer[value_start : self._buffer.find(b"\r", value_start)])


if __name__ == "__main__":
    run_as_client(lambda load: Bursts(load).work())
