"""Committed transactions: the only way that the house changes its database."""

import sqlite3
from contextlib import contextmanager

from flask import current_app
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from campaign.lib.group_commit import GroupCommit
from campaign.lib.turnstile import Turnstile

BUSY_SECONDS = 10


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
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection):
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes", False)
        # A transaction that begins by reading and then writes fails when another wrote meanwhile.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class Transactions:
    """Runs operations in transactions of their own and returns once they are durable.

    On PostgreSQL each operation has its own transaction. On SQLite the processes take turns (see `Turnstile`), and in the
    web process operations that arrive together share one transaction (see `GroupCommit`), each in a savepoint.
    """

    def __init__(self, db):
        self._db = db

    def init_app(self, app, *, grouped=False):
        """Prepare `app`; `grouped` lets operations of many threads share transactions where the database is SQLite."""
        url = self._engine_url(app)
        on_sqlite = url.get_backend_name() == "sqlite"
        app.extensions["turnstile"] = Turnstile(url.database) if on_sqlite else None
        app.extensions["group_commit"] = (
            GroupCommit(lambda: self._batch(app)) if on_sqlite and grouped else None
        )

    def write(self, operation, /, *arguments, **named):
        """Run `operation` in a transaction and return its result once that is committed.

        Whatever the operation raises is raised here, and nothing of it is kept. Its rows come back detached. What the
        caller had read is read anew afterwards.
        """
        app = current_app._get_current_object()
        # Ends the caller's snapshot, and gives its connection back before another is taken.
        self._db.session.rollback()
        group = app.extensions["group_commit"]
        if group:
            return group.run(lambda: operation(*arguments, **named))
        with self._batch(app):
            return operation(*arguments, **named)

    @contextmanager
    def _batch(self, app):
        turnstile = app.extensions["turnstile"]
        with app.app_context():
            if turnstile is None:
                yield from self._committed()
                return
            with turnstile.turn():
                self._db.session.connection(execution_options={"writes": True})
                yield from self._committed()

    def _committed(self):
        try:
            yield self._db.session
            self._refuse_what_is_lost()
            self._db.session.commit()
        except BaseException:
            self._db.session.rollback()
            raise

    def _refuse_what_is_lost(self):
        # After some errors SQLite gives up the whole transaction; a commit would then succeed with nothing in it.
        connection = self._db.session.connection()
        if connection.dialect.name == "sqlite" and not connection.connection.dbapi_connection.in_transaction:
            raise OperationalError("COMMIT", None, sqlite3.OperationalError("the transaction was given up"))

    def _engine_url(self, app):
        with app.app_context():
            return self._db.engine.url
