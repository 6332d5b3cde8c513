"""A load client for answers that come faster than one asks for them: each connection asks many times in one breath.

HTTP/1.1 pipelining: what a client in Python spends on one question would else be most of what is measured.
"""

import select
import socket
from time import perf_counter

from bench.load import PATIENCE, Result, answer

DEPTH = 32
HEAD = b"HTTP/1.1 "
GOOD = b"HTTP/1.1 200 "


class Bursts:
    """Kept-alive connections that each send DEPTH requests as soon as the last DEPTH were answered."""

    def __init__(self, load):
        self._load = load
        self._burst = load.requests[0] * DEPTH
        self._sockets, self._open, self._tails = {}, {}, {}
        self._poll = select.epoll()
        self._heads = self._good = 0

    def work(self):
        """Ask until the time is over; return the Result, whose delays stay empty."""
        for _ in range(self._load.connections):
            self._connect()
        begun = perf_counter()
        while (now := perf_counter()) < begun + self._load.seconds:
            for number, _ in self._poll.poll(begun + self._load.seconds - now):
                self._hear(number)
        result = Result(seconds=perf_counter() - begun)
        result.statuses.update({200: self._good, 0: self._heads - self._good})
        return result

    def _connect(self):
        link = socket.create_connection(("127.0.0.1", self._load.port), timeout=PATIENCE)
        number = link.fileno()
        self._sockets[number], self._tails[number] = link, b""
        self._poll.register(number, select.EPOLLIN)
        self._ask(number)

    def _ask(self, number):
        self._open[number] = DEPTH
        self._sockets[number].sendall(self._burst)

    def _hear(self, number):
        data = self._sockets[number].recv(1 << 20)
        if not data:
            raise ConnectionError("the server hung up")
        tail, self._tails[number] = self._tails[number], (self._tails[number] + data[-len(GOOD) :])[1 - len(GOOD) :]
        heads, good = _count(HEAD, tail, data), _count(GOOD, tail, data)
        self._heads += heads
        self._good += good
        self._open[number] -= heads
        if self._open[number] <= 0:
            self._ask(number)


def _count(words, tail, data):
    """Return how often `words` end in `data`; they may begin in `tail`, what came before."""
    short = len(words) - 1
    return data.count(words) + (tail[-short:] + data[:short]).count(words)


if __name__ == "__main__":
    answer(lambda load: Bursts(load).work())
