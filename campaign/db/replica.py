"""Read public pages from a streaming standby of PostgreSQL, if it is close behind.

We measure its lag with the primary's log positions and the clock of this process. A standby that
lost its connection would call itself up to date.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import monotonic
from typing import Any, ParamSpec, TypeVar

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound

from campaign.db.transactions import DATABASE_AWAY

CHECK_SECONDS = 0.5
# Positions of the last two minutes. A standby further behind is not used anyway.
MAX_MARKS = 240
WRITTEN = text("select pg_current_wal_lsn() - '0/0'::pg_lsn")
REPLAYED = text("select pg_is_in_recovery(), pg_last_wal_replay_lsn() - '0/0'::pg_lsn")
_ENGINE = "replica_engine"

log = logging.getLogger("campaign.replica")
Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


class RoutedSession(Session):
    """A session that reads from the replica while its `info` says so."""

    def get_bind(
        self, mapper: Any = None, clause: Any = None, bind: Any = None, **options: Any
    ) -> Any:
        """Return the engine of a statement."""
        replica: Engine | None = self.info.get(_ENGINE)
        if replica is not None and bind is None:
            return replica
        return super().get_bind(mapper=mapper, clause=clause, bind=bind, **options)


class Replica:
    """A standby, and how far it is behind its primary."""

    def __init__(self, engine: Engine, primary: Engine, *, max_lag_seconds: float) -> None:
        self.engine = engine
        self._primary = primary
        self._max_lag_seconds = max_lag_seconds
        self._marks: deque[tuple[float, int]] = deque(maxlen=MAX_MARKS)
        self._lag_seconds: float | None = None
        self._checked_at = 0.0
        self._is_closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="replica", daemon=True)

    @property
    def lag_seconds(self) -> float | None:
        """How old its data may be, or None if it cannot be reached or is no standby."""
        lag = self._lag_seconds
        return None if lag is None else lag + monotonic() - self._checked_at

    @property
    def is_usable(self) -> bool:
        """Whether its lag is small enough."""
        lag = self.lag_seconds
        return lag is not None and lag <= self._max_lag_seconds

    def check(self) -> None:
        """Measure how far the standby is behind."""
        was_usable = self.is_usable
        is_primary_here = self._note_written()
        try:
            with self.engine.connect() as connection:
                is_standby, replayed = connection.execute(REPLAYED).one()
        except SQLAlchemyError:
            self._lag_seconds = None
        else:
            if not is_standby:
                self._lag_seconds = None
            elif is_primary_here or self._lag_seconds is None:
                self._lag_seconds = self._lag_at(int(replayed))
            # While the primary cannot be reached, nothing new is written: the last lag still holds.
        self._checked_at = monotonic()
        if self.is_usable != was_usable:
            log.info("pages are read from the %s", "replica" if self.is_usable else "primary")

    def note_failure(self) -> None:
        """Use the primary until the next check."""
        self._lag_seconds = None

    def watch(self) -> None:
        """Check until `close`, in its own thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop checking, and close the connections to the standby."""
        self._is_closed.set()
        self._thread.join()
        self.engine.dispose()

    def _watch(self) -> None:
        while not self._is_closed.wait(CHECK_SECONDS):
            self.check()

    def _note_written(self) -> bool:
        asked_at = monotonic()
        try:
            with self._primary.connect() as connection:
                written = int(connection.scalar(WRITTEN))
        except SQLAlchemyError:
            return False
        self._marks.append((asked_at, written))
        return True

    def _lag_at(self, replayed: int) -> float | None:
        """Return how long ago the primary was where the standby is now, or None if unknown."""
        now = monotonic()
        seen = [asked_at for asked_at, written in self._marks if written <= replayed]
        return now - max(seen) if seen else None


class ReplicaReads:
    """Sends the reads of some views to the replica, where the application has one."""

    def __init__(self, db: SQLAlchemy) -> None:
        self._db = db

    def init_app(self, app: Flask, engine: Engine | None) -> Replica | None:
        """Use the standby that `engine` connects to, and return it: None if there is none."""
        with app.app_context():
            app.extensions["replica"] = engine and Replica(
                engine,
                self._db.engine,
                max_lag_seconds=app.config["DATABASE_REPLICA_MAX_LAG"],
            )
        replica: Replica | None = app.extensions["replica"]
        return replica

    def view(self, view: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
        """Let a view read from the replica. It must only read, and never show someone's own change.

        If the replica fails, or does not know a page yet, the view runs again on the primary.
        """

        @wraps(view)
        def run(*arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
            replica: Replica | None = current_app.extensions["replica"]
            if replica is None or not replica.is_usable:
                return view(*arguments, **named)
            try:
                with self._reading_from(replica.engine):
                    return view(*arguments, **named)
            except NotFound:
                pass
            except DATABASE_AWAY:
                replica.note_failure()
            return view(*arguments, **named)

        return run

    def on_primary(self, load: Callable[[], Answer]) -> Answer:
        """Return what `load` reads from the primary, because the whole process will use it."""
        with self._reading_from(None):
            return load()

    @contextmanager
    def _reading_from(self, engine: Engine | None) -> Iterator[None]:
        info = self._db.session().info
        before = info.get(_ENGINE)
        if before is engine:
            yield
            return
        info[_ENGINE] = engine
        try:
            yield
        finally:
            info[_ENGINE] = before
            if engine is not None:
                # What was read from the replica must not mix with what is read from the primary.
                self._db.session.rollback()
                self._db.session.expunge_all()
