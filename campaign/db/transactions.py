"""Run operations in committed transactions. All code changes the database this way."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import SystemRandom
from time import monotonic, sleep
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Interval,
    ScalarResult,
    event,
    func,
    inspect,
    literal,
    select,
)
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.orm.exc import StaleDataError

from campaign.db.ended_log import FILE, EndedLog, ended_now
from campaign.db.group_commit import GroupCommit
from campaign.db.write_lock import FairFileLock
from campaign.errors import EditConflict
from campaign.process.clock import UtcDateTime, utcnow
from campaign.security.secret_key import secret_key

# Raised when the database is locked, full, away or out of connections. Nothing was saved, so the
# caller may try again.
DATABASE_AWAY = (OperationalError, InterfaceError, NoConnectionLeft)
# Browsers and programs are then asked to try again after this time.
RETRY_SECONDS = 10
BUSY_SECONDS = 10
# A writer that has used up BUSY_SECONDS in the queue still tries once, as the file may be free.
MIN_BUSY_SECONDS = 0.1
# In a rush, each signature touches different pages. A larger cache reads fewer of them again. A
# longer write-ahead log (64 MB of 4 kB pages) costs less work when it is merged into the file.
CACHE_KILOBYTES = 16_000
MAX_LOG_PAGES = 16_000
PAGE_BYTES = 4096
# A first signature takes about 0.1 ms longer to write than a repeat. The random pause hides that:
# everything in one batch waits longer, for an unpredictable time. An address signs for the first
# time only once, so no one can average it out. While waiting, more work joins the batch and shares
# the cost of the file lock and the disk.
MAX_PAUSE_SECONDS = 0.003
_random = SystemRandom()
Row = TypeVar("Row")
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Write(Protocol):
    """Runs an operation in a transaction, as `Transactions.write` does."""

    def __call__(
        self,
        operation: Callable[Parameters, Result],
        /,
        *arguments: Parameters.args,
        **named: Parameters.kwargs,
    ) -> Result:
        """Return the result of the operation after the commit."""
        ...


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # Python's own handling begins transactions too late for savepoints, so `_begin_sqlite` does it.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        f"cache_size=-{CACHE_KILOBYTES}",
        f"wal_autocheckpoint={MAX_LOG_PAGES}",
        # Truncate a log that grew during a long read to its usual size.
        f"journal_size_limit={MAX_LOG_PAGES * PAGE_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        options = connection.get_execution_options()
        # A transaction that reads first and then writes fails if another has written in between.
        if options.get("writes", False):
            _begin_immediate(connection, options.get("waited_seconds", 0))
        else:
            connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection, waited_seconds: float) -> None:
    """Begin a write transaction. Time already spent in the queue counts towards BUSY_SECONDS.

    Otherwise, while the file is locked, the waits of all queued writers would add up.
    """
    remaining = max(MIN_BUSY_SECONDS, BUSY_SECONDS - waited_seconds)
    is_late = waited_seconds >= 1
    if is_late:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={remaining * 1000:.0f}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        if is_late:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


def _leave_standbys(engine: Engine) -> None:
    """Close all connections of `engine` when the server refuses a write because it is read-only.

    New ones find the new primary. The error becomes one after which the caller may try again.
    """

    @event.listens_for(engine, "handle_error", retval=True)
    def _leave(context: ExceptionContext) -> BaseException | None:
        error = context.original_exception
        if not isinstance(error, ReadOnlySqlTransaction):
            return None
        context.is_disconnect = True
        return OperationalError(None, None, error)


class Transactions:
    """Runs each operation in a transaction and returns once it is durable.

    In a web process, operations that arrive together share a transaction (see `GroupCommit`).
    On SQLite, processes take turns (see `FairFileLock`).
    """

    def __init__(self, db: SQLAlchemy) -> None:
        self._db = db

    def init_app(self, app: Flask, *, grouped: bool = False) -> None:
        """Set up `app`. With `grouped`, operations of many threads share transactions."""
        with app.app_context():
            url = self._db.engine.url
            is_sqlite = url.get_backend_name() == "sqlite"
            if not is_sqlite:
                _leave_standbys(self._db.engine)
        app.extensions["write_lock"] = FairFileLock(url.database) if is_sqlite else None
        app.extensions["ended_log"] = EndedLog(Path(app.config["VAR_DIR"], FILE))
        app.extensions["group_commit"] = (
            GroupCommit(lambda: self._batch(app), _pause) if grouped else None
        )

    def write(
        self,
        operation: Callable[Parameters, Result],
        /,
        *arguments: Parameters.args,
        **named: Parameters.kwargs,
    ) -> Result:
        """Run `operation` in a transaction and return its result after the commit.

        If the operation raises, its changes are rolled back and its exception is raised here. Rows
        it returns are detached. Rows that the caller loaded before are reloaded when used again.
        The operation may run twice, if others in the same batch fail.
        """
        group = self._leave_snapshot().extensions["group_commit"]
        if group:
            return cast(Result, group.run(lambda: operation(*arguments, **named)))
        with self._batch(cast(Any, current_app)._get_current_object()):
            return operation(*arguments, **named)

    def write_together(self, operation: Callable[[list[Any]], list[Any]], item: Any) -> Any:
        """Like `write`, for an operation on a list of items, one from each of several callers.

        The operation returns one outcome per item. An outcome that is an exception is raised. A
        random pause hides how long the work took, so that timing reveals nothing about the data.
        """
        group = self._leave_snapshot().extensions["group_commit"]
        if group:
            return group.run_together(operation, item)
        _pause()
        with self._batch(cast(Any, current_app)._get_current_object()):
            [outcome] = operation([item])
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

    def load_for_update(self, model: type[Row], row_id: int) -> Row:
        """Return the row as it is now, and lock out other editors until the transaction ends.

        Others can still insert rows that refer to it. Raises NoResultFound.
        """
        return self._locked(model, row_id).one()

    def load_for_update_or_none(self, model: type[Row], row_id: int) -> Row | None:
        """Like `load_for_update`, but return None if there is no such row."""
        return self._locked(model, row_id).one_or_none()

    def _locked(self, model: type[Row], row_id: int) -> ScalarResult[Row]:
        [key] = inspect(model).primary_key
        return self._db.session.scalars(
            select(model)
            .where(key == row_id)
            .with_for_update(key_share=True, of=model)
            .execution_options(populate_existing=True)
        )

    def now(self) -> datetime:
        """Return the current time by the database's clock, which all machines share.

        Use it for claims and leases. By their own clocks, two machines could hold the same lease.
        """
        if self._db.engine.dialect.name == "sqlite":
            return utcnow()
        with self._db.engine.connect() as connection:
            return connection.scalars(select(func.clock_timestamp(type_=DateTime(True)))).one()

    def clock(self, delay: timedelta = timedelta(0)) -> ColumnElement[datetime]:
        """Return SQL for the time after `delay`, by the database's clock, within a statement.

        Unlike `now`, it costs no extra query.
        """
        if self._db.engine.dialect.name == "sqlite":
            return literal(utcnow() + delay, UtcDateTime())
        return func.clock_timestamp(type_=UtcDateTime()) + literal(delay, Interval())

    def note_ended(self, what: str, thing_id: int | str, identity: datetime | str) -> None:
        """Record in the current transaction that something ended, for the `ended_log`.

        `what` is "thing.fact". `identity` is when the thing was created, or a text unique to it.
        """
        text = identity if isinstance(identity, str) else identity.isoformat()
        self._db.session.info.setdefault("ended", []).append(
            ended_now(secret_key(), what, thing_id, text)
        )

    def _leave_snapshot(self) -> Flask:
        """End the caller's read transaction to free its connection and return the application."""
        # A request that signs has usually read nothing. Creating a session only to end it would
        # cost a twentieth of the request.
        if self._db.session.registry.has():
            self._db.session.rollback()
        return current_app

    @contextmanager
    def _batch(self, app: Flask) -> Iterator[None]:
        write_lock = app.extensions["write_lock"]
        with app.app_context():
            if write_lock is None:
                yield from self._committed(app)
                return
            queued_at = monotonic()
            with write_lock.acquire():
                self._db.session.connection(
                    execution_options={"writes": True, "waited_seconds": monotonic() - queued_at}
                )
                yield from self._committed(app)

    def _committed(self, app: Flask) -> Iterator[None]:
        try:
            yield
            self._refuse_dead_transaction()
            self._log_ended(app.extensions["ended_log"])
            self._db.session.commit()
        except StaleDataError as error:
            self._undo()
            # Someone else changed a `Versioned` row after this transaction had read it.
            raise EditConflict(str(error)) from error
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        self._db.session.info.pop("ended", None)
        self._db.session.rollback()

    def _log_ended(self, log: EndedLog) -> None:
        """Append what ended in this transaction to the log.

        Raises OperationalError if the log cannot be written.
        """
        entries = self._db.session.info.pop("ended", ())
        if entries:
            # Flush first: what the database rejects must not be in the log.
            self._db.session.flush()
            try:
                log.append(entries)
            except OSError as error:
                raise OperationalError("list of what has ended", None, error) from error

    def _refuse_dead_transaction(self) -> None:
        """Raise OperationalError if SQLite has already ended the transaction.

        This happens when, say, the disk is full and an operation swallowed the error. The commit
        would then seem to succeed, and we would acknowledge what was never written.
        """
        connection = self._db.session.connection().connection.dbapi_connection
        if isinstance(connection, sqlite3.Connection) and not connection.in_transaction:
            error = sqlite3.OperationalError("SQLite has already ended the transaction")
            raise OperationalError("commit", None, error)


def _pause() -> None:
    sleep(_random.uniform(0, MAX_PAUSE_SECONDS))
