"""Run a real `flask serve` with its own database, mail folder and port."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import config
from campaign import create_app
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
STOP_SECONDS = 10


class ServedSite:
    """The site and its worker, with all their data below `var`. `url` has no slash at its end.

    `settings` are more settings, by the names of their environment variables.
    """

    def __init__(self, var, **settings):
        self.var = var
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        kept = os.environ.keys() - {"DATABASE_URL", "MAIL_URL", "REDIS_URL"}
        self._environment = {
            **{name: os.environ[name] for name in kept},
            "VOLANTE_ENV": "local",
            "VAR_DIR": str(var),
            "PORT": str(port),
            "PUBLIC_URL": self.url,
            # Pages must not change because the machine that runs the tests is busy.
            "SURGE_MAX_LEVEL": "1",
            # A second web process takes memory and time, and shows the same pages.
            "WEB_CONCURRENCY": "1",
            **settings,
        }
        self._server = self._app = None

    def start(self, *, demo=True):
        """Start, with the demonstration or empty, and return once the site answers."""
        with self._log.open("wb") as log:
            self._server = self._open(
                "serve", *(["--demo"] if demo else []), stdout=log, stderr=log
            )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._server.poll() is None:
            with suppress(URLError, ConnectionError), urlopen(f"{self.url}/readyz"):
                return self
            time.sleep(0.1)
        self.stop()
        raise AssertionError(f"The site did not start:\n{self._log.read_text()}")

    def stop(self):
        self._server.terminate()
        try:
            self._server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def flask(self, *arguments):
        """Run a `flask` command on the same data, and return its output.

        It runs in this process: another one would take longer to start than most commands take.
        """
        if self._app is None:
            self._app = create_app(config.load(self._environment))
        with self._app.app_context():
            done = self._app.test_cli_runner().invoke(args=arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    def let_pass(self, time_passed, address):
        """Make the last email to `address` older by `time_passed`, such as "8 days"."""
        sentence = "update signature set mailed_at = datetime(mailed_at, ?) where email = ?"
        file = self.var / "volante.sqlite3"
        with closing(sqlite3.connect(file, timeout=STOP_SECONDS, isolation_level=None)) as database:
            assert database.execute(sentence, (f"-{time_passed}", address)).rowcount == 1

    def end_holds(self):
        """Let the hour pass for which seats are held."""
        with closing(
            sqlite3.connect(
                self.var / "volante.sqlite3", timeout=STOP_SECONDS, isolation_level=None
            )
        ) as database:
            database.execute(
                "update registration set hold_until = datetime(hold_until, '-61 minutes') where hold_until is not null"
            )

    @property
    def _log(self):
        return self.var / "serve.log"

    def _open(self, *arguments, **streams):
        command = [sys.executable, "-m", "flask", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self._environment, **streams)
