"""A load client: kept-alive connections that each send again as soon as they were answered.

It needs nothing but Python, and sends more requests than one processor can answer.
"""

import select
import socket
from itertools import cycle
from time import perf_counter

from bench.answers import ResponseReader
from bench.load import TIMEOUT_SECONDS, Result, run_as_client


class Client:
    """All connections of one load, on one thread."""

    def __init__(self, load):
        self._load = load
        self._requests = cycle(load.requests) if load.repeat else iter(load.requests)
        self._poll = select.epoll()
        self._sockets = {}
        self._readers = {}
        self._sent_at = {}
        self._result = Result()

    def work(self):
        """Send until the time or the requests are over, then wait for responses in progress."""
        for _ in range(self._load.connections):
            self._connect()
        begun = perf_counter()
        for number in list(self._sockets):
            self._send_next(number)
        self._listen(until=begun + self._load.seconds, again=True)
        self._result.seconds = perf_counter() - begun
        self._finish()
        return self._result

    def _finish(self):
        """Wait for the last responses.

        They count for the delays, so that the slowest are not hidden, but not for the rate.
        """
        in_time = self._result.statuses.copy()
        self._listen(until=perf_counter() + TIMEOUT_SECONDS, again=False)
        late = self._result.statuses - in_time
        self._result.statuses = in_time
        self._result.statuses.update(
            {status: count for status, count in late.items() if not 200 <= status < 400}
        )
        self._result.statuses[0] += len(self._sent_at)
        self._result.delays.sort()

    def _connect(self):
        link = socket.create_connection(("127.0.0.1", self._load.port), timeout=TIMEOUT_SECONDS)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setblocking(False)
        number = link.fileno()
        self._sockets[number] = link
        self._readers[number] = ResponseReader()
        self._poll.register(number, select.EPOLLIN)
        return number

    def _send_next(self, number):
        request = next(self._requests, None)
        if request is not None:
            self._send(number, request)

    def _send(self, number, request):
        self._sent_at[number] = perf_counter()
        self._sockets[number].sendall(request)

    def _listen(self, *, until, again):
        while self._sent_at and perf_counter() < until:
            for number, _ in self._poll.poll(0.05):
                self._receive(number, again)

    def _receive(self, number, again):
        try:
            data = self._sockets[number].recv(262_144)
        except ConnectionError:
            data = b""
        if not data or number not in self._sent_at:
            # An unrequested response is the server closing a connection that was idle for too
            # long.
            self._reconnect(number, again)
        elif (status := self._readers[number].feed(data)) is not None:
            self._result.delays.append(perf_counter() - self._sent_at.pop(number))
            self._result.statuses[status] += 1
            if again:
                self._send_next(number)

    def _reconnect(self, number, again):
        """The server hung up: a failure if it owed a response, otherwise permitted."""
        self._poll.unregister(number)
        self._sockets.pop(number).close()
        if self._sent_at.pop(number, None) is not None:
            self._result.statuses[0] += 1
        if again:
            self._send_next(self._connect())


if __name__ == "__main__":
    run_as_client(lambda load: Client(load).work())
