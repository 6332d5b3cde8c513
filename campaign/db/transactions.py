"""Committed transactions: the only way that the house changes its database."""

import sqlite3
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import SystemRandom
from time import monotonic, sleep

from flask import current_app
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from campaign.db.ended_log import FILE, EndedLog, ended_now
from campaign.db.group_commit import GroupCommit
from campaign.db.write_lock import FairFileLock
from campaign.process.clock import utcnow
from campaign.security.secret_key import secret_key

# What is raised where the database is locked, full, away, or has no connection left: nothing was kept, and trying again is right.
DATABASE_AWAY = (OperationalError, InterfaceError, NoConnectionLeft)
BUSY_SECONDS = 10
# Whoever has waited that long for their turn already still asks once, in case the file is free again.
MIN_BUSY_SECONDS = 0.1
# Among many signatures each one touches pages of its own. Those that are kept need not be read again, and a longer log (of pages of
# 4 kB, 64 MB in all) is brought into the file with less work.
CACHE_KILOBYTES = 16_000
LOG_PAGES = 16_000
PAGE_BYTES = 4096
# What is written of somebody's first signature takes a tenth of a millisecond longer than what is of a repeat. Everything that is
# written together waits for longer than that, nobody can foresee for how long; an address signs first only once, so nobody can
# take the mean. More company meanwhile shares what a turn at the file, or a wait for the disk, costs.
MAX_PAUSE_SECONDS = 0.003
_chance = SystemRandom()


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection, _record):
    if not isinstance(connection, sqlite3.Connection):
        return
    # Python's own transaction handling begins too late for savepoints; SQLAlchemy begins instead (see below).
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        f"cache_size=-{CACHE_KILOBYTES}",
        f"wal_autocheckpoint={LOG_PAGES}",
        # A log that grew during a long read is cut to its usual size afterwards.
        f"journal_size_limit={LOG_PAGES * PAGE_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection):
    if connection.dialect.name == "sqlite":
        options = connection.get_execution_options()
        # A transaction that begins by reading and then writes fails when another wrote meanwhile.
        if options.get("writes", False):
            _begin_immediate(connection, options.get("waited_seconds", 0))
        else:
            connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection, waited_seconds):
    """Begin to write; the time already spent in the queue counts, so that a locked file makes nobody wait for each other's wait."""
    left = max(MIN_BUSY_SECONDS, BUSY_SECONDS - waited_seconds)
    is_late = waited_seconds >= 1
    if is_late:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={left * 1000:.0f}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        if is_late:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


class Transactions:
    """Runs operations in transactions of their own and returns once they are durable.

    In a web process operations that arrive together share a transaction (see `GroupCommit`). On SQLite the processes take
    turns (see `FairFileLock`).
    """

    def __init__(self, db):
        self._db = db

    def init_app(self, app, *, grouped=False):
        """Prepare `app`; `grouped` lets operations of many threads share transactions."""
        with app.app_context():
            url = self._db.engine.url
        on_sqlite = url.get_backend_name() == "sqlite"
        app.extensions["turnstile"] = FairFileLock(url.database) if on_sqlite else None
        app.extensions["ended_log"] = EndedLog(Path(app.config["VAR_DIR"], FILE))
        app.extensions["group_commit"] = (
            GroupCommit(lambda: self._batch(app), _pause) if grouped else None
        )

    def write(self, operation, /, *arguments, **named):
        """Run `operation` in a transaction and return its result once that is committed.

        Whatever the operation raises is raised here, and nothing of it is kept. Its rows come back detached. What the
        caller had read is read anew afterwards. In company that fails it may run twice.
        """
        group = self._leave_snapshot().extensions["group_commit"]
        if group:
            return group.run(lambda: operation(*arguments, **named))
        with self._batch(current_app._get_current_object()):
            return operation(*arguments, **named)

    def write_together(self, operation, item):
        """Like `write`, for an operation that takes a list of items from as many callers and returns their outcomes.

        An outcome that is an exception is raised. How long it takes is blurred, so that it tells nothing of what was found.
        """
        group = self._leave_snapshot().extensions["group_commit"]
        if group:
            return group.run_together(operation, item)
        _pause()
        with self._batch(current_app._get_current_object()):
            [outcome] = operation([item])
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

    def now(self) -> datetime:
        """Return the present instant by the database's clock, which all machines share.

        Claims and leases end by it: by clocks of their own, two machines would both hold the same one.
        """
        if self._db.engine.dialect.name == "sqlite":
            return utcnow()
        with self._db.engine.connect() as connection:
            return connection.scalar(select(func.clock_timestamp()))

    def note_ended(self, what, thing_id, born):
        """Note in the present transaction that something ended, for the list beside the database; see `ended_log`.

        `what` is "thing.fact". `born` is the instant at which the thing was made, or a text that is its alone.
        """
        text = born if isinstance(born, str) else born.isoformat()
        self._db.session.info.setdefault("ended", []).append(
            ended_now(secret_key(), what, thing_id, text)
        )

    def _leave_snapshot(self):
        """End what the caller was reading, and give its connection back before another is taken; return the application."""
        # Who signs has mostly read nothing, and making a session only to end it costs a twentieth of the request.
        if self._db.session.registry.has():
            self._db.session.rollback()
        return current_app

    @contextmanager
    def _batch(self, app):
        turnstile = app.extensions["turnstile"]
        with app.app_context():
            if turnstile is None:
                yield from self._committed(app)
                return
            queued_at = monotonic()
            with turnstile.turn():
                self._db.session.connection(
                    execution_options={"writes": True, "waited_seconds": monotonic() - queued_at}
                )
                yield from self._committed(app)

    def _committed(self, app):
        try:
            yield
            self._refuse_dead_transaction()
            self._list_ended(app.extensions["ended_log"])
            self._db.session.commit()
        except BaseException:
            self._db.session.info.pop("ended", None)
            self._db.session.rollback()
            raise

    def _list_ended(self, log):
        """Bring what ended in this transaction onto the list. Raises OperationalError where that cannot be written."""
        facts = self._db.session.info.pop("ended", ())
        if facts:
            # What the database refuses must not be on the list.
            self._db.session.flush()
            try:
                log.append(facts)
            except OSError as error:
                raise OperationalError("list of what has ended", None, error) from error

    def _refuse_dead_transaction(self):
        """Raise OperationalError where SQLite gave the transaction up, on a full disk say, and an operation hid its error.

        Python would then take the commit for a success, and what was never written would be acknowledged.
        """
        connection = self._db.session.connection().connection.dbapi_connection
        if isinstance(connection, sqlite3.Connection) and not connection.in_transaction:
            lost = sqlite3.OperationalError("the transaction had ended by itself")
            raise OperationalError("commit", None, lost)


def _pause():
    sleep(_chance.uniform(0, MAX_PAUSE_SECONDS))
