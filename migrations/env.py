"""Run migrations on the application's own database engine."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic import context
from flask import current_app
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import event, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from campaign.process.clock import UtcDateTime

database = current_app.extensions["migrate"].db
# Only one process may migrate at a time. Any number works that nothing else in the database uses.
MIGRATION_LOCK = 4_304_304
# If a long transaction holds a table, everyone else queues behind the waiting migration. So wait
# less than visitors do, let them pass, and try again.
LOCK_SECONDS = 2
PAUSE_SECONDS = 3
MAX_ATTEMPTS = 24


def render_item(kind, item, _autogen_context):
    """Render our column type as the plain type, because a migration outlives our class."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def include_object(_item, name, kind, _is_reflected, _counterpart):
    """Return whether to compare this object.

    The full-text tables are written by hand, and SQLite manages its own beside them.
    """
    return kind != "table" or not name.startswith(("search_terms", "signature_lookup"))


def run_migrations() -> None:
    """Run each migration in its own transaction, again and again while it gets no lock."""
    engine = database.engine.execution_options(writes=True)
    if engine.dialect.name != "postgresql":
        # A site that is busy on the same file would leave us no moment to begin.
        with current_app.extensions["write_lock"].acquire():
            migrate(engine)
        return
    event.listen(engine, "begin", limit_waits)
    with only_migration(database.engine):
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                migrate(engine)
            except OperationalError as error:
                if not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                    raise
                if attempt == MAX_ATTEMPTS:
                    raise click.ClickException(
                        "A table is in use all the time, so the database could not be updated. Look for"
                        " long transactions in pg_stat_activity, and run the command again."
                    ) from error
                click.echo(f"A table is in use. Trying again in {PAUSE_SECONDS} seconds.", err=True)
                time.sleep(PAUSE_SECONDS)
            else:
                return


def migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            include_object=include_object,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


def limit_waits(connection: Connection) -> None:
    connection.exec_driver_sql(f"set local lock_timeout = '{LOCK_SECONDS}s'")


@contextmanager
def only_migration(engine: Engine) -> Iterator[None]:
    """Wait until no other process migrates, and keep them waiting during the block.

    The lock belongs to a transaction, because PgBouncer may give the next one another connection.
    """
    with engine.connect() as connection:
        connection.execute(text(f"select pg_advisory_xact_lock({MIGRATION_LOCK})"))
        yield


if context.is_offline_mode():
    raise SystemExit("Migrations run against a live database only.")
run_migrations()
