"""Run a real `flask serve` that tests may kill, and a crowd that signs at the same time."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import config
from campaign import create_app
from campaign.extensions import db
from campaign.security.tokens import make_token
from campaign.signatures.tokens import seal
from tests import preloaded
from tests.ports import free_port
from tests.preloaded import ROOT

PETITION = "find-the-43"
SECRET = "a-secret-for-tests-only-0123456789abcdef"
# A busy machine needs this long at most. Whatever is ready sooner is not waited for.
START_SECONDS = 180
STOP_SECONDS = 60
TIMEOUT_SECONDS = 300
ANSWER_SECONDS = 30
LOSSES = (URLError, ConnectionError, TimeoutError, OSError)


class RunningSite:
    """Site and worker as `make run` starts them, restarted on one database and folder."""

    def __init__(self, var, database_url=None, code=ROOT):
        self.var = var
        self.code = code
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings = {
            "VAR_DIR": str(var),
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "SECRET_KEY": SECRET,
            # What waits must not depend on how busy the machine is that runs the tests.
            "SURGE_MAX_LEVEL": "1",
        }
        if database_url:
            settings["DATABASE_URL"] = database_url
        foreign = ("DATABASE_URL", "MAIL_URL", "REDIS_URL", "VOLANTE_ENV")
        self.environment = {k: v for k, v in os.environ.items() if k not in foreign} | settings
        self.server = self._app = None
        self._sessions = set()

    def start(self, *options):
        self.server = self.open("-m", "flask", "serve", "--demo", *options, log="serve.log")
        wait_until(self.answers)
        return self

    def open(self, *arguments, log=os.devnull):
        """Start `python ARGUMENTS` with the site's code on its data, and return the process."""
        if self.code == ROOT and "LD_PRELOAD" not in self.environment:
            process = preloaded.start(*arguments, env=self.environment, output=self.var / log)
        else:
            with (self.var / log).open("ab") as output:
                process = subprocess.Popen(
                    [sys.executable, *map(str, arguments)],
                    cwd=self.code, env=self.environment, stdout=output, stderr=output, start_new_session=True,
                )  # fmt: skip
        self._sessions.add(process.pid)
        return process

    def answers(self):
        with suppress(*LOSSES), urlopen(f"{self.url}/readyz", timeout=2) as answer:
            return answer.status == 200

    def processes(self):
        """Return the ids of the processes that `open` started, and of their children."""
        return [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and _running_session(entry.name) in self._sessions
        ]

    def worker(self):
        """Return the id of the worker's process, or None."""
        return self._worker_below(self.server.pid)

    def runner(self):
        """Return the id of the process that hatches, or None."""
        return self._worker_below(self.worker())

    def _worker_below(self, parent):
        return next(
            (pid for pid in self.processes() if _runs_worker(pid) and _parent_of(pid) == parent),
            None,
        )

    def web(self):
        """Return the id of one web process."""
        return next(
            pid for pid in self.processes() if pid != self.server.pid and not _runs_worker(pid)
        )

    def kill_all(self):
        """Kill every process at the same instant, as a power cut does."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.server.wait(STOP_SECONDS)

    def stop(self):
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(STOP_SECONDS)
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def flask(self, *arguments):
        """Run a `flask` command on the same data and return its exit code and output.

        It runs in this process: another one would take longer to start than most commands take.
        """
        if self._app is None:
            self._app = create_app(config.load(self.environment))
        with self._app.app_context():
            done = self._app.test_cli_runner().invoke(args=arguments, catch_exceptions=False)
            db.session.remove()
            db.engine.dispose()
        return done.exit_code, done.output

    def flask_process(self, *arguments):
        """Run a `flask` command of the site's own code in its own process."""
        with tempfile.NamedTemporaryFile() as output:
            process = self.open("-m", "flask", *arguments, log=output.name)
            return process.wait(START_SECONDS), Path(output.name).read_text()


class Crowd:
    """Threads that repeat one action until stopped. `acknowledged` holds the successful results.

    `act(number)` performs the action for the number. It returns what the site acknowledged, or
    None.
    """

    def __init__(self, act, threads=8):
        self.acknowledged = []
        self._act = act
        self._numbers = count()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._go_on, daemon=True) for _ in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(ANSWER_SECONDS)

    def _go_on(self):
        while not self._stop.is_set():
            done = self._act(next(self._numbers))
            if done is None:
                # No server is running. Retrying without a pause would take processor time from its
                # start.
                self._stop.wait(0.05)
            else:
                self.acknowledged.append(done)


def signers(site, name="signer", limit=500):
    """Return an action that signs, each time with another of `limit` email addresses."""

    def act(number):
        if number >= limit:
            return None
        address = f"{name}.{number}@example.org"
        return address if sign(site.url, address) == 201 else None

    return act


def confirmers(site, signatures):
    """Return an action that confirms these signatures, each once.

    They are rows of id, petition_id and email_digest.
    """

    def act(number):
        if number >= len(signatures):
            return None
        return signatures[number].id if confirm(site, signatures[number]) == 303 else None

    return act


def confirm(site, signature):
    """Press the button of the email and return the status, or None without a response."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=ANSWER_SECONDS)
    with suppress(HTTPException, *LOSSES), closing(connection):
        token = make_token(
            SECRET.encode(),
            "confirm",
            signature.id,
            seal(signature.petition_id, signature.email_digest),
        )
        connection.request("POST", f"/es/signatures/confirm/{token}")
        return connection.getresponse().status


def sign(url, address):
    """Sign as a program does and return the status, or None without a response."""
    words = {
        "given_name": "Amalia", "family_name": "Rosales", "email": address, "country": "MX", "postal_code": "06600",
    }  # fmt: skip
    request = Request(
        f"{url}/es/petitions/{PETITION}/signatures",
        data=urlencode(words).encode(),
        headers={"Accept": "application/json"},
    )
    with suppress(HTTPException, *LOSSES), urlopen(request, timeout=ANSWER_SECONDS) as answer:
        return answer.status


def wait_until(holds, seconds=TIMEOUT_SECONDS):
    """Return as soon as `holds()` is true. `seconds` only bound what never comes."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not so within {seconds} s: {holds.__name__}"
        time.sleep(0.05)


def _runs_worker(pid):
    """Return whether this is a worker, or the process of a worker that hatches."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip() in ("volante-worker", "volante-runner")
    return False


def _parent_of(pid):
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return None


def _running_session(pid):
    """Return the session of a process, None if it has ended."""
    with suppress(OSError):
        state, _, _, session, *_ = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if state == "Z" else int(session)
    return None


def status_of_page(site):
    """Return the status of the petition page, as a reader gets it."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=ANSWER_SECONDS)
    connection.request("GET", f"/es/petitions/{PETITION}")
    status = connection.getresponse().status
    connection.close()
    return status
