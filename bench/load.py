"""Loads: what to request of a server, the results, and the clients, each in its own process."""

import pickle
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Load:
    """Complete HTTP/1.1 requests, repeated if `repeat`. The next free connection takes one."""

    port: int
    requests: list
    connections: int
    seconds: float
    repeat: bool = False


@dataclass(frozen=True)
class Visits:
    """`requests` are (seconds after the beginning, bytes), in order of time."""

    port: int
    requests: list
    connections: int


@dataclass(frozen=True)
class Watch:
    """Watchers of `path`, who each ask every `pace` seconds, for `seconds` after all have arrived.

    The file `arrived` is created then. They connect from 127.0.0.<address>, as an address has ports
    for some twenty thousand.
    """

    port: int
    path: str
    watchers: int
    seconds: float
    arrived: Path
    pace: float = 1.0
    address: int = 1


@dataclass
class Seen:
    """What watchers saw: delays in seconds from each intended request, and changes of the count.

    Each change is (moment, count before, count).
    """

    seconds: float = 0.0
    statuses: Counter = field(default_factory=Counter)
    delays: list = field(default_factory=list)
    sightings: list = field(default_factory=list)
    slowest_pace: int = 0


def all_seen(parts):
    """Return what several clients saw together, as one Seen."""
    return Seen(
        seconds=max(part.seconds for part in parts),
        delays=sorted(delay for part in parts for delay in part.delays),
        statuses=sum((part.statuses for part in parts), Counter()),
        sightings=[sighting for part in parts for sighting in part.sightings],
        slowest_pace=max(part.slowest_pace for part in parts),
    )


@dataclass
class Result:
    """The results: responses by status in a number of seconds, and each delay (seconds).

    A dropped connection counts under the status 0. `delays` ascend, and include late responses.
    """

    seconds: float = 0.0
    statuses: Counter = field(default_factory=Counter)
    delays: list = field(default_factory=list)

    def per_second(self):
        """Return the number of successful responses per second."""
        return self.done() / self.seconds

    def done(self):
        return sum(count for status, count in self.statuses.items() if 200 <= status < 400)

    def failed(self):
        return self.statuses.total() - self.done()

    def delay(self, share):
        """Return the delay in seconds that this share of the responses did not exceed."""
        return (
            self.delays[min(len(self.delays) - 1, int(share * len(self.delays)))]
            if self.delays
            else 0.0
        )


def run(load):
    """Run the load in its own process and return the Result."""
    return run_client("bench.client", load, load.seconds + 2 * TIMEOUT_SECONDS)


def run_bursts(load):
    """Run the load in bursts (see `bench.bursts`), and return the Result."""
    return run_client("bench.bursts", load, load.seconds + 2 * TIMEOUT_SECONDS)


def run_client(module, job, seconds):
    """Run `python -m module` with the pickled `job` on stdin. Return the object it pickles back."""
    return end_client(start_client(module, job), seconds)


def start_client(module, job):
    """Start such a client and return its process, for `end_client`."""
    client = subprocess.Popen(
        [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    client.stdin.write(pickle.dumps(job))
    client.stdin.close()
    client.stdin = None
    return client


def end_client(client, seconds):
    """Wait for the client, at most this many seconds, and return what it pickled."""
    try:
        output, _ = client.communicate(timeout=seconds)
    finally:
        client.kill()
    return pickle.loads(output)


def run_as_client(work):
    """Run as such a client: read the job, `work` on it, write the result."""
    sys.stdout.buffer.write(pickle.dumps(work(pickle.load(sys.stdin.buffer))))
