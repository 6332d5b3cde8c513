"""Loads: what to ask of a server, what came back, and the clients that do it, each in a process of its own."""

import pickle
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 20


@dataclass(frozen=True)
class Load:
    """Whole HTTP/1.1 requests, over and over where `repeat`; the next free connection takes the next one."""

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
    """So many watchers of `path`, for so many seconds after the last has arrived, when the file `arrived` appears."""

    port: int
    path: str
    watchers: int
    seconds: float
    arrived: Path


@dataclass
class Seen:
    """What watchers saw: delays in seconds, from the moment each wanted to ask; (moment, count before, count)."""

    seconds: float = 0.0
    statuses: Counter = field(default_factory=Counter)
    delays: list = field(default_factory=list)
    sightings: list = field(default_factory=list)
    slowest_pace: int = 0


@dataclass
class Result:
    """What came back: how many answers of each status within how many seconds, and how long each took (seconds).

    A connection that was cut counts under the status 0. `delays` ascend, and hold the answers that came late too.
    """

    seconds: float = 0.0
    statuses: Counter = field(default_factory=Counter)
    delays: list = field(default_factory=list)

    def per_second(self):
        """Return how many good answers came each second."""
        return self.done() / self.seconds

    def done(self):
        return sum(many for status, many in self.statuses.items() if 200 <= status < 400)

    def failed(self):
        return self.statuses.total() - self.done()

    def delay(self, share):
        """Return the delay in seconds that this share of the answers did not exceed."""
        return (
            self.delays[min(len(self.delays) - 1, int(share * len(self.delays)))]
            if self.delays
            else 0.0
        )


def run(load):
    """Ask in a process of its own; return the Result."""
    return run_client("bench.client", load, load.seconds + 2 * PATIENCE)


def run_bursts(load):
    """Ask in bursts (see `bench.bursts`); return the Result."""
    return run_client("bench.bursts", load, load.seconds + 2 * PATIENCE)


def run_client(module, job, seconds):
    """Run `python -m module` with the pickled `job` on its standard input; return the object that it pickles back."""
    return end_client(start_client(module, job), seconds)


def start_client(module, job):
    """Start such a client; return its process, for `end_client`."""
    client = subprocess.Popen(
        [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    client.stdin.write(pickle.dumps(job))
    client.stdin.close()
    client.stdin = None
    return client


def end_client(client, seconds):
    """Wait for the client, at most so many seconds; return what it pickled."""
    try:
        found, _ = client.communicate(timeout=seconds)
    finally:
        client.kill()
    return pickle.loads(found)


def answer(work):
    """Be such a client: read the job, `work` on it, write what came back."""
    sys.stdout.buffer.write(pickle.dumps(work(pickle.load(sys.stdin.buffer))))
