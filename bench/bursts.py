"""A load client for answers that come faster than one asks for them: each connection asks many times in one breath.

HTTP/1.1 pipelining: what a client in Python spends on one question would else be most of what is measured.
"""

import select
import socket
from time import perf_counter

from bench.load import PATIENCE, Result, answer

DEPTH = 32
LONG = 0.5
GOOD = b"HTTP/1.1 200 "


class Bursts:
    """Kept-alive connections that each send DEPTH requests as soon as the last DEPTH were answered."""

    def __init__(self, load):
        self._load = load
        self._burst = load.requests[0] * DEPTH
        self._sockets, self._open, self._tails, self._asked_at = {}, {}, {}, {}
        self._poll = select.epoll()
        self._buffer = bytearray(1 << 18)
        self._good = 0

    def work(self):
        """Ask until the time is over; return the Result, whose delays stay empty."""
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
        """Return how many connections wait since then: among their answers was one that is not good."""
        return sum(asked < since for asked in self._asked_at.values())

    def _connect(self):
        link = socket.create_connection(("127.0.0.1", self._load.port), timeout=PATIENCE)
        number = link.fileno()
        self._sockets[number], self._tails[number] = link, b""
        self._poll.register(number, select.EPOLLIN)
        self._ask(number)

    def _ask(self, number):
        self._open[number], self._asked_at[number] = DEPTH, perf_counter()
        self._sockets[number].sendall(self._burst)

    def _hear(self, number):
        got = self._sockets[number].recv_into(self._buffer)
        if not got:
            raise ConnectionError("the server hung up")
        # An answer may begin in one piece and go on in the next; the tail is too short to hold its whole beginning.
        tail = self._tails[number]
        self._tails[number] = (tail + self._buffer[max(0, got - len(GOOD)) : got])[1 - len(GOOD) :]
        between = tail + self._buffer[: min(len(GOOD) - 1, got)]
        good = self._buffer.count(GOOD, 0, got) + between.count(GOOD)
        self._good += good
        self._open[number] -= good
        if self._open[number] <= 0:
            self._ask(number)


if __name__ == "__main__":
    answer(lambda load: Bursts(load).work())
