"""A load client for answers that come faster than one asks for them: each connection asks many times in one breath.

HTTP/1.1 pipelining: what a client in Python spends on one question would else be most of what is measured.
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
    """Kept-alive connections that each send DEPTH requests as soon as the last DEPTH were answered."""

    def __init__(self, load):
        self._load = load
        self._burst = load.requests[0] * DEPTH
        self._sockets, self._open, self._asked_at = {}, {}, {}
        # Of each connection: the beginning of a head that goes on, and how much of an answer is still to come.
        self._tails, self._ahead = {}, {}
        self._poll = select.epoll()
        self._buffer = bytearray(1 << 18)
        self._view = memoryview(self._buffer)
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
        self._sockets[number], self._tails[number], self._ahead[number] = link, b"", 0
        self._poll.register(number, select.EPOLLIN)
        self._ask(number)

    def _ask(self, number):
        self._open[number], self._asked_at[number] = DEPTH, perf_counter()
        self._sockets[number].sendall(self._burst)

    def _hear(self, number):
        """Take what arrived, and count the good answers that begin in it; their bodies are passed over unseen."""
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
