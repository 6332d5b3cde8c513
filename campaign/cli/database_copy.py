"""`flask db copy`: move everything from SQLite to PostgreSQL."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import psycopg
from flask.cli import with_appcontext
from flask_migrate.cli import db as group
from sqlalchemy import Integer, Table
from sqlalchemy.engine import URL, make_url

import config
from campaign.cli.backup_files import EMPTY_SCHEMA
from campaign.cli.on_another_database import run_on
from campaign.db.copying.source import CopySource, open_source
from campaign.db.copying.target import (
    VERSION_TABLE,
    CopyStart,
    CopyTarget,
    open_target,
)
from campaign.db.libpq_url import libpq_url
from campaign.db.usage_lock import DatabaseInUseError, database_alone
from campaign.extensions import db
from campaign.notices.models import NOT_RECORDED

BATCH_SIZE = 20_000
REPORT_SECONDS = 2
# Both full-text indexes differ between the databases. The search index of pages is built at the end
# of the copy, and the one of signatures by the worker.
INDEXES = frozenset(
    {
        "search_change",
        "search_document",
        "search_text",
        "search_terms",
        "lookup_due",
        "lookup_progress",
        "signature_lookup",
    }
)
# Leases of processes that have ended. PostgreSQL has its own locks for them.
NOT_COPIED = INDEXES | {"lease"}
# Rows that a migration makes, in a database that is empty otherwise: {table: SQL condition}.
SEEDED = {"notice": f"id = {NOT_RECORDED}"}


# Flask-Migrate's group has no types.
@group.command("copy")  # type: ignore[untyped-decorator]
@click.option(
    "--to",
    "to",
    required=True,
    metavar="URL",
    help="The PostgreSQL database: postgresql://user:password@host/name. It must be empty.",
)
@with_appcontext
def copy(to: str) -> None:
    """Copy everything from SQLite to an empty PostgreSQL database.

    Stop the site and its worker first. They cannot start again until the copy ends.

    If the copy is interrupted, run the same command again. It continues where it stopped. At the
    end, each table is compared, and the signatures are audited.

    The exit code is 0 if the copy is complete and correct. Otherwise it is 1, and the message says
    why.
    """
    path = _source_path(db.engine.url)
    target_url = make_url(config.database_url(to, "--to"))
    if target_url.get_backend_name() != "postgresql":
        raise click.ClickException("--to must name a PostgreSQL database: postgresql://…")
    db.session.remove()
    db.engine.dispose()
    with _readable_errors(), database_alone(str(path)), open_source(path) as source:
        conninfo = libpq_url(target_url, with_password=True)
        with open_target(conninfo, **config.POSTGRESQL_OPTIONS) as target:
            _copy(source, target, target_url)
    click.echo(
        "Everything is copied and checked. Set DATABASE_URL to the new database, and start the site."
        f" {path} has not changed. Move it away, so that no site starts on it by mistake."
    )


def _copy(source: CopySource, target: CopyTarget, url: URL) -> None:
    tables = [table for table in db.metadata.sorted_tables if table.name not in NOT_COPIED]
    _prepare(source, target, url)
    for table in tables:
        _copy_table(source, target, table)
    for table in tables:
        _continue_ids(source, target, table)
    different = []
    for table in tables:
        click.echo(f"{table.name}: comparing", err=True)
        if source.checksum(table) != target.checksum(table):
            different.append(table.name)
    if different:
        raise click.ClickException(
            f"The copy differs from the source in: {', '.join(different)}. Empty the new database, and copy again."
        )
    target.analyze()
    for command in (("signatures", "audit"), ("search", "rebuild")):
        run_on(url, *command)
    target.finish()


def _prepare(source: CopySource, target: CopyTarget, url: URL) -> None:
    """Make the target ready for rows: with tables, and with a record of how far the copy is."""
    version = source.version()
    if version is None:
        raise click.ClickException(f"{source.path} has no tables. There is nothing to copy.")
    if target.encoding() != "UTF8":
        raise click.ClickException("The new database must have the encoding UTF8.")
    present, start = target.start(), CopyStart(str(source.path), source.state)
    if present is None:
        _begin(source, target, url, start)
    elif present.source != start.source:
        raise click.ClickException(
            f"The new database holds an unfinished copy of {present.source}. Use an empty one."
        )
    elif present.state != start.state:
        click.echo("The source has changed since the copy began. Starting over.", err=True)
        target.run(EMPTY_SCHEMA)
        _begin(source, target, url, start)
    if target.version() != version:
        raise click.ClickException(
            f"The databases have different versions: {version} here, {target.version()} there."
            " Update the source first: flask db upgrade"
        )


def _begin(source: CopySource, target: CopyTarget, url: URL, start: CopyStart) -> None:
    present = target.tables()
    if not present:
        run_on(url, "db", "upgrade")
    else:
        _refuse_unless_empty(target, present)
    if target.version() == source.version():
        seeded = [db.metadata.tables[name] for name in SEEDED]
        target.begin(start, emptied=seeded)


def _refuse_unless_empty(target: CopyTarget, present: set[str]) -> None:
    """Raise ClickException unless the target has our tables alone, and these have no rows."""
    ours = set(db.metadata.tables) | {VERSION_TABLE}
    foreign = sorted(present - ours)
    missing = sorted(ours - present)
    filled = [
        table.name
        for table in db.metadata.sorted_tables
        if table.name in present and target.has_rows(table, besides=SEEDED.get(table.name, ""))
    ]
    if foreign or filled:
        raise click.ClickException(
            f"The new database is not empty. It holds {', '.join([*filled, *foreign][:5])}. Use an empty one."
        )
    if missing:
        raise click.ClickException(
            "The new database has tables of another version. Use one without tables."
        )


def _copy_table(source: CopySource, target: CopyTarget, table: Table) -> None:
    total, position = source.count(table), target.position(table)
    copied, reported_at = 0, time.monotonic()
    for last_id, rows in source.batches(table, after=position, size=BATCH_SIZE):
        try:
            target.add(table, rows, position=last_id)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            # The next lines of the message would show the row, and so names and addresses.
            message = str(error).partition("\n")[0]
            raise click.ClickException(
                f"PostgreSQL cannot store a row of {table.name}: {message}"
            ) from None
        copied += len(rows)
        if time.monotonic() - reported_at >= REPORT_SECONDS:
            click.echo(f"{table.name}: {copied:,} of {total:,}", err=True)
            reported_at = time.monotonic()
    click.echo(f"{table.name}: {total:,} copied", err=True)


def _continue_ids(source: CopySource, target: CopyTarget, table: Table) -> None:
    key = table.primary_key.columns.values()
    if len(key) == 1 and isinstance(key[0].type, Integer) and key[0].autoincrement:
        target.continue_ids(table, key[0].name, after=source.highest_id(table, key[0].name))


def _source_path(url: URL) -> Path:
    if url.get_backend_name() != "sqlite":
        raise click.ClickException(
            "This command copies from SQLite, but DATABASE_URL names a PostgreSQL database."
        )
    path = Path(str(url.database)).absolute()
    if not path.is_file():
        raise click.ClickException(f"There is no database at {path}.")
    return path


@contextmanager
def _readable_errors() -> Iterator[None]:
    try:
        yield
    except DatabaseInUseError as error:
        raise click.ClickException(
            "The site, its worker or another copy is running on this database. Stop it first."
        ) from error
    except sqlite3.OperationalError as error:
        raise click.ClickException(f"Cannot read the SQLite database: {error}.") from error
    except psycopg.OperationalError as error:
        message = str(error).strip().partition("\n")[0]
        raise click.ClickException(
            f"Cannot use the new database: {message}. Run the command again to continue."
        ) from error


COMMANDS = (group,)
