"""Check the database, its migrations, the clocks and the worker."""

import ctypes
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from campaign.extensions import database_now, db
from campaign.health.findings import Finding, ok, warning, wrong
from campaign.health.revisions import is_newer, revisions
from campaign.jobs.queries import worker_seen_until
from campaign.process.clock import utcnow

# Tokens and limits compare both clocks with this tolerance.
MAX_CLOCK_DIFFERENCE = timedelta(seconds=5)
# What adjtimex(2) returns if nothing sets the clock, and more bytes than it fills.
CLOCK_NOT_SYNCHRONIZED = 5
TIMEX_BYTES = 512


def check_database() -> Iterator[Finding]:
    """Yield whether the database answers. If it does, also check what depends on it."""
    name = db.engine.dialect.name
    try:
        with db.engine.connect() as connection:
            connection.execute(text("select 1"))
    except SQLAlchemyError as error:
        yield wrong(
            "database",
            f"{name} cannot be used: {_first_line(error)}",
            "Start the database, and check DATABASE_URL: host, name, user and password.",
        )
        return
    yield ok("database", f"{name} answers")
    migrations = _check_migrations()
    yield migrations
    yield from _check_clocks(name)
    if migrations.state != "wrong":
        yield _check_worker()


def _check_migrations() -> Finding:
    current, newest = revisions()
    if current == newest:
        return ok("migrations", f"the database has the newest one, {', '.join(sorted(newest))}")
    if is_newer(current):
        return warning(
            "migrations",
            f"a newer version has added {', '.join(sorted(current))} to the database",
            "This is normal during an upgrade, and after going back to the release before it."
            " Otherwise install that version.",
        )
    has = f"is at {', '.join(sorted(current))}" if current else "is empty"
    return wrong(
        "migrations",
        f"the database {has}, but this version needs {', '.join(sorted(newest))}",
        "Restart the site, or run: flask db upgrade.",
    )


def _check_clocks(name: str) -> Iterator[Finding]:
    if name != "sqlite":
        yield _check_database_clock()
    state = _kernel_clock_state()
    if state is None:
        yield ok("clock", "not checked: this system does not say whether the time is synchronized")
    elif state == CLOCK_NOT_SYNCHRONIZED:
        yield warning(
            "clock",
            "nothing synchronizes this machine's clock",
            "Install systemd-timesyncd or chrony. In a container, do so on its host.",
        )
    else:
        yield ok("clock", "synchronized by the system")


def _check_database_clock() -> Finding:
    before = utcnow()
    theirs = database_now()
    ours = before + (utcnow() - before) / 2
    difference = abs(theirs - ours)
    text = f"this machine and the database differ by {difference.total_seconds():.1f} seconds"
    if difference <= MAX_CLOCK_DIFFERENCE:
        return ok("clock", text)
    return wrong(
        "clock", text, "Synchronize the clocks of both machines (systemd-timesyncd, chrony)."
    )


def _kernel_clock_state() -> int | None:
    """Return what adjtimex(2) says about the clock, or None if it says nothing."""
    try:
        adjtimex = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return None
    state = int(adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)))
    return state if state >= 0 else None


def _check_worker() -> Finding:
    until = worker_seen_until()
    if until is None:
        return wrong(
            "worker",
            "no worker has ever run, so no signature is counted and no email is sent",
            "Start the site with flask serve, or a worker with flask worker.",
        )
    if until < database_now():
        return wrong(
            "worker",
            f"no worker has run since {until:%Y-%m-%d %H:%M} UTC",
            "Start the site with flask serve, or a worker with flask worker. If it runs, read its log.",
        )
    return ok("worker", "runs")


def _first_line(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).partition("\n")[0]
