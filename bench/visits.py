"""Visits at a given pace: each request has its moment, however slow the responses are."""

import time

from bench.client import Client
from bench.load import TIMEOUT_SECONDS, Load, run_as_client


class Visitors(Client):
    """A client whose free connections wait for the next moment."""

    def __init__(self, visits):
        super().__init__(Load(visits.port, [], visits.connections, TIMEOUT_SECONDS))
        self._due = iter(visits.requests)
        self._free = []

    def work(self):
        """Send each request at its moment, or once a connection is free, and return the Result."""
        self._free = [self._connect() for _ in range(self._load.connections)]
        begun = time.perf_counter()
        for moment, request in self._due:
            self._wait(begun + moment)
            self._send(self._free.pop(), request)
        self._result.seconds = time.perf_counter() - begun
        self._finish()
        return self._result

    def _wait(self, moment):
        """Listen until the moment has come and a connection is free."""
        while not self._free or time.perf_counter() < moment:
            pause = 0.05 if not self._free else min(0.05, max(0, moment - time.perf_counter()))
            for number, _ in self._poll.poll(pause):
                self._receive(number, again=False)

    def _receive(self, number, again):
        super()._receive(number, again)
        if number in self._sockets and number not in self._sent_at:
            self._free.append(number)

    def _reconnect(self, number, again):
        super()._reconnect(number, again)
        if number in self._free:
            self._free.remove(number)
        self._free.append(self._connect())


if __name__ == "__main__":
    run_as_client(lambda visits: Visitors(visits).work())
