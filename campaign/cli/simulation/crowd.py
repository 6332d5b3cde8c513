"""The crowd of a simulated day: one process of people who sign, and some of people who watch."""

import json
import math
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import IO, Any, cast

import click

from campaign.cli.simulation.results import SignReport, WatchReport
from campaign.cli.simulation.signers import MAX_TRIES, TIMEOUT_SECONDS, SignSpec
from campaign.cli.simulation.site import TemporarySite
from campaign.cli.simulation.watchers import WatchSpec
from campaign.process.isolated import program

MAX_WATCHERS_OF_ONE_PROCESS = 10_000
ARRIVALS_PER_SECOND = 1000
LANG = "en"
# How long the last people may take after the day.
MAX_LATE_SECONDS = (MAX_TRIES + 2) * TIMEOUT_SECONDS + 60
STOP_SECONDS = 30


class WatcherProcess:
    """A process of people who watch. `pace_ms` is the pace that the site sets for open pages."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.pace_ms = 0
        self.report: WatchReport | None = None
        self._process = process
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in _lines(cast(IO[str], self._process.stdout)):
            if "report" in line:
                self.report = WatchReport(**line["report"])
            else:
                self.pace_ms = line["pace_ms"]

    def end(self) -> WatchReport:
        """Ask for the report and return it. Raise ClickException."""
        cast(IO[str], self._process.stdin).close()
        self._reader.join(STOP_SECONDS)
        if self.report is None:
            raise click.ClickException("The people who watch stopped too early.")
        return self.report


def run_crowd(
    site: TemporarySite,
    *,
    seconds: float,
    peak_per_minute: float,
    watchers: int,
    each_second: Callable[[dict[str, Any]], None],
) -> tuple[SignReport, WatchReport]:
    """Simulate the day and return what both kinds of people saw. Raise ClickException.

    `each_second` is called with the progress: `seconds`, `signed`, `p99`, `asked_again`, and the
    pace of open pages as `pace_ms`.
    """
    with ExitStack() as stack:
        watching = [
            WatcherProcess(stack.enter_context(_started("watchers", asdict(spec))))
            for spec in _watch_specs(site, watchers)
        ]
        # All who watch are there before the first signs.
        time.sleep(watchers / ARRIVALS_PER_SECOND)
        spec = SignSpec(site.port, f"/{LANG}/petitions/{site.petition}", seconds, peak_per_minute)
        signing = stack.enter_context(_started("signers", asdict(spec)))
        watchdog = threading.Timer(seconds + MAX_LATE_SECONDS, signing.kill)
        watchdog.daemon = True
        watchdog.start()
        stack.callback(watchdog.cancel)
        for line in _lines(cast(IO[str], signing.stdout)):
            if "report" in line:
                signed = SignReport(**line["report"])
                break
            pace_ms = max((process.pace_ms for process in watching), default=0)
            each_second({**line, "pace_ms": pace_ms})
        else:
            raise click.ClickException("The simulated crowd stopped too early.")
        watched = WatchReport()
        for process in watching:
            watched.add(process.end())
    return signed, watched


def watcher_processes(watchers: int) -> int:
    """Return how many processes so many people who watch need."""
    return math.ceil(watchers / MAX_WATCHERS_OF_ONE_PROCESS)


def _watch_specs(site: TemporarySite, watchers: int) -> Iterator[WatchSpec]:
    processes = watcher_processes(watchers)
    for index in range(processes):
        yield WatchSpec(
            port=site.port,
            path=f"/causes/{site.cause}/pulse.json",
            watchers=watchers // processes + (index < watchers % processes),
            arrivals=ARRIVALS_PER_SECOND / processes,
            address=index + 1,
        )


@contextmanager
def _started(name: str, spec: dict[str, Any]) -> Iterator["subprocess.Popen[str]"]:
    """Run one of the crowd's programs for the time of the block."""
    with subprocess.Popen(
        **program(f"campaign.cli.simulation.{name}", json.dumps(spec)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _lines(output: IO[str]) -> Iterator[dict[str, Any]]:
    for line in output:
        yield json.loads(line)
