"""`flask surge simulate`: find out how large a rush this machine can serve."""

import os
import resource
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from campaign.cli.simulation.crowd import MAX_WATCHERS_OF_ONE_PROCESS, run_crowd
from campaign.cli.simulation.day import DEFAULT_PEAK
from campaign.cli.simulation.results import (
    CONNECTIONS,
    CPU,
    CROWD,
    DATABASE,
    DISK,
    MAX_P99_SECONDS,
    THREADS,
    UNKNOWN,
    SignReport,
    SiteReport,
    Verdict,
    WatchReport,
    judge,
)
from campaign.cli.simulation.site import check_database, temporary_site, web_processes
from campaign.files.scratch import scratch_folder

MAX_MINUTES = 60
MAX_PEAK = 60_000
MAX_WATCHERS = 100_000
# Each watcher costs an open file on both sides. This many are left for everything else.
SPARE_FILES = 500
# By how much the busiest web process may have more connections than the mean.
UNEVENNESS = 1.25
PROGRESS_SECONDS = 5
HELP_OF_LIMIT = {
    CPU: "The processors had no time left. Use a machine with more cores, or put a CDN in front of the site.",
    DATABASE: "The database took too long to answer. Give it a faster machine.",
    CONNECTIONS: "There were not enough connections. Raise DATABASE_CONNECTIONS, or the limit of open files.",
    DISK: "The disk was full, or took too long to save. Use a faster or larger one.",
    THREADS: "All threads were busy although the processors were not. Raise WEB_THREADS.",
    CROWD: "The simulated crowd itself was too slow on this machine. Use a smaller crowd.",
    UNKNOWN: "None of the limits that we measure was reached.",
}

group = AppGroup("surge", help="Prepare for a rush of visitors.")


@group.command("simulate", with_appcontext=False)
@click.option(
    "--minutes",
    type=click.FloatRange(0.1, MAX_MINUTES),
    default=2.0,
    show_default=True,
    help="How long the simulated day takes.",
)
@click.option(
    "--peak",
    type=click.IntRange(1, MAX_PEAK),
    default=DEFAULT_PEAK,
    show_default=True,
    help="Signatures per minute in the busiest hour.",
)
@click.option(
    "--watchers",
    type=click.IntRange(0, MAX_WATCHERS),
    default=1000,
    show_default=True,
    help="How many people keep a page open and watch the count.",
)
@click.option("--database", help="URL of an empty PostgreSQL database. Without it, SQLite is used.")
@click.pass_context
def simulate(
    context: click.Context, minutes: float, peak: int, watchers: int, database: str | None
) -> None:
    """Simulate a viral day on a temporary site, and say if this machine can serve it.

    The day is shorter, but as busy as a real one. Your own site is not used or changed.
    The exit code is 0 if 99 of 100 people could sign within 2 seconds and no signature was lost.
    """
    url = check_database(database) if database else None
    _check_file_limit(watchers, web_processes(os.environ, url))
    click.echo(
        f"A viral day in {minutes:g} minutes: up to {peak:,} signatures a minute,"
        f" and {watchers:,} people who watch."
    )
    click.echo("Starting a temporary site. Your own site and its data are not used.")
    # A signal that ends the simulation must end the temporary site too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with temporary_site(url, scratch_folder(current_app.config)) as site:
        cpu = CpuMeter()

        def each_second(progress: dict[str, Any]) -> None:
            cpu.note()
            if int(progress["seconds"]) % PROGRESS_SECONDS == 0:
                click.echo(_progress(progress))

        signed, watched = run_crowd(
            site,
            seconds=minutes * 60,
            peak_per_minute=peak,
            watchers=watchers,
            each_second=each_second,
        )
        level, reason = site.highest_level()
        report = SiteReport(
            stored=site.stored_addresses(),
            level=level,
            reason=reason,
            cpu=cpu.highest,
            free_bytes=shutil.disk_usage(site.folder).free,
        )
    verdict = judge(signed, watched, report)
    for line in _summary(signed, watched, report, verdict):
        click.echo(line)
    context.exit(0 if verdict.passed else 1)


def _check_file_limit(watchers: int, processes: int) -> None:
    """Raise ClickException if so many people need more open files than a process may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = SPARE_FILES + max(
        min(watchers, MAX_WATCHERS_OF_ONE_PROCESS), int(watchers / processes * UNEVENNESS)
    )
    if hard == resource.RLIM_INFINITY or needed <= hard:
        return
    raise click.ClickException(
        f"So many watchers need {needed:,} open files in a web process, and only {hard:,} are"
        " allowed. Raise the limit with ulimit -n, raise WEB_CONCURRENCY, or lower --watchers."
    )


class CpuMeter:
    """The highest share of all processors that was in use between two calls of `note`."""

    def __init__(self) -> None:
        self.highest: float | None = None
        self._last = self._times()

    def note(self) -> None:
        """Measure since the last call. Only Linux says how."""
        now = self._times()
        if now is None or self._last is None:
            return
        idle, total = now[0] - self._last[0], now[1] - self._last[1]
        if total:
            self.highest = max(self.highest or 0.0, 1 - idle / total)
        self._last = now

    @staticmethod
    def _times() -> tuple[int, int] | None:
        """Return the idle and the total time of all processors since the start of the machine."""
        try:
            first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
        except OSError:
            return None
        times = [int(number) for number in first.split()[1:9]]
        return times[3] + times[4], sum(times)


def _progress(line: dict[str, Any]) -> str:
    slowest = "-" if line["p99"] is None else f"{line['p99']:.2f} s"
    return (
        f"{int(line['seconds']):>5} s  {line['signed']:>8,} signed"
        f"   99 of 100 within {slowest}   pages ask every {line['pace_ms'] / 1000:g} s"
        f"   {line['asked_again']:,} asked to try again"
    )


def _summary(
    signed: SignReport, watched: WatchReport, site: SiteReport, verdict: Verdict
) -> Iterator[str]:
    p99 = signed.p99()
    yield ""
    yield f"Signatures acknowledged  {len(signed.acknowledged):,}"
    yield f"Of these, lost           {len(verdict.lost):,}"
    yield f"Not answered             {signed.unanswered:,}"
    yield f"Asked to try again       {signed.asked_again:,}"
    yield f"99 of 100 signed within  {'more than 30 s' if p99 is None else f'{p99:.2f} s'}"
    yield f"Counts sent to watchers  {watched.responses:,}, {watched.failures:,} failed"
    yield f"Slowest pace of watchers every {watched.slowest_interval_ms / 1000:g} s"
    yield f"Highest surge level      {site.level} of 5"
    if site.cpu is not None:
        yield f"Highest use of the CPU   {site.cpu:.0%}"
    yield ""
    if verdict.passed:
        yield "Passed: this machine can serve such a day."
        return
    if verdict.lost:
        yield f"FAILED: {len(verdict.lost):,} acknowledged signatures are not stored."
    else:
        yield f"FAILED: signing took longer than {MAX_P99_SECONDS:g} s."
    yield f"Limit: {verdict.limit}. {HELP_OF_LIMIT[verdict.limit]}"


COMMANDS = (group,)
