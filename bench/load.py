"""A load client in a process of its own: kept-alive connections that each ask as soon as they were answered.

It needs nothing but Python, and asks more often than one processor can answer. `python -m bench.load` reads a pickled
`Load` from standard input and writes a pickled `Result` to standard output.
"""

import pickle
import select
import socket
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain, cycle
from time import perf_counter

from bench.answers import Answers

PATIENCE = 30


@dataclass(frozen=True)
class Load:
    """What to ask: whole HTTP/1.1 requests, over and over where `repeat`, each by the next free connection."""

    port: int
    requests: list
    connections: int
    seconds: float
    repeat: bool = False


@dataclass
class Result:
    """What came back: how many answers of each status within how many seconds, and how long each took (seconds)."""

    seconds: float
    statuses: Counter
    delays: list = field(default_factory=list)
    octets: int = 0

    def per_second(self, status):
        return self.statuses[status] / self.seconds

    def delay(self, share):
        """Return the delay in seconds that this share of the answers did not exceed."""
        return self.delays[min(len(self.delays) - 1, int(share * len(self.delays)))] if self.delays else 0.0

    def failed(self, status):
        """Return how many answers had another status than this one."""
        return self.statuses.total() - self.statuses[status]


def run(load):
    """Ask in another process; return the Result, with its delays in ascending order."""
    job = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=pickle.dumps(load),
        stdout=subprocess.PIPE,
        timeout=load.seconds + PATIENCE,
        check=True,
    )
    return pickle.loads(job.stdout)


class Client:
    """All connections of one load, on one thread."""

    def __init__(self, load):
        self._load = load
        self._requests = cycle(load.requests) if load.repeat else iter(load.requests)
        self._poll = select.epoll()
        self._sockets = {}
        self._answers = {}
        self._asked_at = {}
        self._result = Result(seconds=load.seconds, statuses=Counter())

    def work(self):
        """Ask until the time or the requests are over, then wait for the answers that are under way."""
        for _ in range(self._load.connections):
            self._connect()
        begun = perf_counter()
        end = begun + self._load.seconds
        for number in list(self._sockets):
            self._ask(number)
        while self._asked_at and perf_counter() < end:
            self._listen(asks=True)
        self._result.seconds = perf_counter() - begun
        self._finish(end + PATIENCE / 2)
        self._result.delays.sort()
        return self._result

    def _finish(self, latest):
        """Take what was asked in time: it counts with its delay, so that a server cannot hide its slowest answers."""
        counted = self._result.statuses.copy()
        while self._asked_at and perf_counter() < latest:
            self._listen(asks=False)
        late = self._result.statuses - counted
        self._result.statuses = counted
        for status in late:
            if status >= 400:
                self._result.statuses[status] += late[status]
        self._result.statuses["unanswered"] += len(self._asked_at)

    def _connect(self):
        link = socket.create_connection(("127.0.0.1", self._load.port), timeout=PATIENCE)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setblocking(False)
        number = link.fileno()
        self._sockets[number] = link
        self._answers[number] = Answers()
        self._poll.register(number, select.EPOLLIN)
        return number

    def _ask(self, number):
        request = next(self._requests, None)
        if request is None:
            return
        self._asked_at[number] = perf_counter()
        self._sockets[number].sendall(request)

    def _listen(self, *, asks):
        for number, _ in self._poll.poll(0.05):
            try:
                data = self._sockets[number].recv(262_144)
            except (ConnectionError, BlockingIOError):
                data = b""
            if data:
                self._take(number, data, asks)
            else:
                self._reconnect(number, asks)

    def _take(self, number, data, asks):
        status = self._answers[number].take(data)
        if status is None:
            return
        self._result.delays.append(perf_counter() - self._asked_at.pop(number))
        self._result.statuses[status] += 1
        if asks:
            self._ask(number)

    def _reconnect(self, number, asks):
        """The server hung up: an error where it owed an answer, else its right."""
        self._poll.unregister(number)
        self._sockets.pop(number).close()
        if self._asked_at.pop(number, None) is not None:
            self._result.statuses["hung up"] += 1
        if asks:
            self._ask(self._connect())


def form_request(path, port, form, headers=()):
    """Return a POST of urlencoded bytes as a browser sends it from a page of the same site."""
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: http://127.0.0.1:{port}",
        "Sec-Fetch-Site: same-origin",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(form)}",
        *BROWSER,
        *headers,
    )
    return _head(lines) + form


def page_request(path, port, headers=()):
    """Return a GET as a browser sends it, but for the compression, which is off unless `headers` ask for it."""
    return _head((f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *BROWSER, *headers))


BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: fr-CA,fr;q=0.8,en;q=0.5",
)


def _head(lines):
    return "\r\n".join(chain(lines, ("", ""))).encode()


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(Client(pickle.load(sys.stdin.buffer)).work()))
