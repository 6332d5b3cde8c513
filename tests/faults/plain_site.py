"""A real `flask serve` that tests may kill, and a crowd that signs meanwhile."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[2]
PETITION = "find-the-43"
SECRET = "a-secret-for-tests-only-0123456789abcdef"
LOSSES = (URLError, ConnectionError, TimeoutError, OSError)


class PlainSite:
    """Site and worker as `make run` starts them, over one database and folder, again and again."""

    def __init__(self, var, database_url=None):
        self.var = var
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings = {"VAR_DIR": str(var), "PORT": str(self.port), "PUBLIC_URL": self.url, "SECRET_KEY": SECRET}
        if database_url:
            settings["DATABASE_URL"] = database_url
        foreign = ("DATABASE_URL", "MAIL_URL", "REDIS_URL", "VOLANTE_ENV")
        self.environment = {k: v for k, v in os.environ.items() if k not in foreign} | settings
        self.server = None

    def start(self):
        with (self.var / "serve.log").open("ab") as log:
            command = [sys.executable, "-m", "flask", "serve", "--demo"]
            self.server = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        wait_until(self.answers, 60)
        return self

    def answers(self):
        with suppress(*LOSSES), urlopen(f"{self.url}/readyz", timeout=2) as answer:
            return answer.status == 200

    def processes(self):
        """Return the numbers of all processes that run on this site's folder."""
        mark = f"VAR_DIR={self.var}\0".encode()
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _carries(entry, mark)]

    def worker(self):
        return next(pid for pid in self.processes() if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes())

    def kill_all(self):
        """What a power cut does: every process at the same instant."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.server.wait(10)

    def stop(self):
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(15)
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def flask(self, *arguments):
        done = subprocess.run(
            [sys.executable, "-m", "flask", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr


class Crowd:
    """Threads that sign one after the other under new addresses until told to stop; `acknowledged` are those told yes."""

    def __init__(self, site, threads=8):
        self.acknowledged = []
        self._site = site
        self._numbers = count()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._sign, daemon=True) for _ in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(10)

    def _sign(self):
        while not self._stop.is_set():
            address = f"signer.{next(self._numbers)}@example.org"
            if sign(self._site.url, address) == 201:
                self.acknowledged.append(address)


def sign(url, address):
    """Sign as a program does; return the status, or None where no answer came."""
    words = {
        "given_name": "Amalia", "family_name": "Rosales", "email": address, "country": "MX", "postal_code": "06600",
    }  # fmt: skip
    request = Request(
        f"{url}/es/petitions/{PETITION}/signatures",
        data=urlencode(words).encode(),
        headers={"Accept": "application/json"},
    )
    with suppress(*LOSSES), urlopen(request, timeout=5) as answer:
        return answer.status


def wait_until(holds, seconds):
    """Return as soon as `holds()` is true; fail after so many seconds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not so within {seconds} s: {holds.__name__}"
        time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _carries(process, mark):
    with suppress(OSError):
        return mark in (process / "environ").read_bytes() + b"\0"
    return False
