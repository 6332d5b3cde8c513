"""Load: what to ask of a server, what came back, and the requests of a browser."""

import pickle
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field

PATIENCE = 20


@dataclass(frozen=True)
class Load:
    """Whole HTTP/1.1 requests, over and over where `repeat`; the next free connection takes the next one."""

    port: int
    requests: list
    connections: int
    seconds: float
    repeat: bool = False


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
        return self.delays[min(len(self.delays) - 1, int(share * len(self.delays)))] if self.delays else 0.0


def run(load):
    """Ask in a process of its own; return the Result."""
    return run_client("bench.client", load, load.seconds + 2 * PATIENCE)


def run_client(module, job, seconds):
    """Run `python -m module` with the pickled `job` on its standard input; return the object that it pickles back."""
    client = subprocess.run(
        [sys.executable, "-m", module], input=pickle.dumps(job), stdout=subprocess.PIPE, timeout=seconds, check=True
    )
    return pickle.loads(client.stdout)


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
    """Return a GET as a browser sends it, but for the compression, which only `headers` ask for."""
    return _head((f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *BROWSER, *headers))


BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: fr-CA,fr;q=0.8,en;q=0.5",
)


def _head(lines):
    return "\r\n".join((*lines, "", "")).encode()
