"""`flask backup` and `flask restore`: the whole database in one file."""

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy.engine import URL

from campaign.cli.restore_replay import end_again, end_ways_in
from campaign.db.ended_log import FILE, read_ended
from campaign.extensions import db, write

MARK = "alembic_version"
AS_SCRIPT = ("--clean", "--if-exists", "--no-owner", "--file=-")
BY_SCRIPT = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
# pg_restore drops only what the backup holds. Objects that a newer version created would stay and
# block the next upgrade, so empty the schema first.
EMPTY = """
do $$ declare each record; begin
  for each in select kind, name from (
      select oid, 'table' as kind, oid::regclass::text as name from pg_class
      where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
      union all
      select oid, 'routine', oid::regprocedure::text from pg_proc where pronamespace = current_schema()::regnamespace
    ) as ours
    where not exists (select from pg_depend where objid = ours.oid and deptype = 'e')
  loop
    execute format('drop %s if exists %s cascade', each.kind, each.name);
  end loop;
end $$;
"""


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Copy the database to FILE while the site runs. Only the file's owner can read it."""
    draft = file.with_name(file.name + ".part")
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from error
    try:
        _copy_out(draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"Backed up to {file} ({file.stat().st_size:,} bytes).")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Replace the current data without asking.")
@click.option(
    "--ended",
    "lists",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="The ended.jsonl of another machine, to replay too. Can be repeated.",
)
@with_appcontext
def restore(file: Path, yes: bool, lists: tuple[Path, ...]) -> None:
    """Replace the database with the copy in FILE. At a terminal it asks first. Stop the site before.

    What ended since the copy was made ends again, as the list ended.jsonl in VAR_DIR says, and everyone is signed out.
    """
    # A script cannot answer, and it knows what it wants.
    if not yes and _somebody_can_answer():
        click.confirm("This replaces all present data. Go on?", abort=True)
    url = db.engine.url
    db.engine.dispose()
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(file, url.database)
    else:
        _copy_in(file, url)
    click.echo(f"Restored from {file}.")
    _end_again(lists)


def _end_again(lists: Iterable[Path]) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # A copy from an older version lacks columns that the operations below write.
    upgrade()
    facts = read_ended([Path(current_app.config["VAR_DIR"], FILE), *lists])
    counts = write(end_again, facts)
    sessions, links = write(end_ways_in)
    click.echo(f"Ended again, of {len(facts):,} on the list: {sum(counts.values()):,}.")
    for what, count in sorted(counts.items()):
        click.echo(f"  {what}: {count:,}")
    click.echo(
        f"Signed out everywhere: {sessions:,} sessions. Links to set a password that no longer work: {links:,}."
    )


def _somebody_can_answer() -> bool:
    return sys.stdin.isatty()


def _copy_out(draft: Path) -> None:
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(url.database, draft)
    else:
        _need("pg_dump")
        with _started(
            ["pg_dump", "--format=custom", f"--file={draft}", _libpq(url)], url
        ) as writing:
            words = writing.stderr.read().decode().strip()
        if writing.returncode:
            raise click.ClickException(words or "pg_dump failed.")


def _copy_in(file: Path, url: URL) -> None:
    """Restore in one transaction: either everything is as in the file, or nothing changes."""
    for program in ("pg_restore", "psql"):
        _need(program)
    with (
        _started(["pg_restore", *AS_SCRIPT, str(file)], url, stdout=subprocess.PIPE) as reading,
        _started(
            ["psql", *BY_SCRIPT, f"--dbname={_libpq(url)}"],
            url,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        ) as writing,
    ):
        # If the database rejects a statement, psql exits; its error message is read below.
        with suppress(BrokenPipeError), writing.stdin:
            writing.stdin.write(b"begin;" + EMPTY.encode())
            shutil.copyfileobj(reading.stdout, writing.stdin)
            if reading.wait() == 0:
                writing.stdin.write(b"commit;\n")
        reading.stdout.close()
        for process in (writing, reading):
            words = process.stderr.read().decode().strip()
            if process.wait():
                raise click.ClickException(words or f"{process.args[0]} failed.")


def _copy_sqlite(source, target):
    """Copy with SQLite's backup API, which waits for writers and leaves a consistent file."""
    with closing(
        sqlite3.connect(f"{Path(source).absolute().as_uri()}?mode=ro", uri=True)
    ) as origin:
        try:
            if origin.execute("pragma quick_check(1)").fetchone() != ("ok",):
                raise click.ClickException(f"{source} is damaged.")
            # An empty file is a valid database too, and would wipe out everything.
            if not origin.execute("select 1 from sqlite_master where name = ?", (MARK,)).fetchone():
                raise click.ClickException(f"{source} is not a copy of a Volante database.")
            with closing(sqlite3.connect(target)) as copy:
                origin.backup(copy)
        except sqlite3.DatabaseError as error:
            raise click.ClickException(f"{source} cannot be copied: {error}") from error


def _libpq(url: URL) -> str:
    # Leave out the password: everyone on the machine can read it in the list of processes.
    return url.set(drivername="postgresql")._replace(password=None).render_as_string()


def _need(program: str) -> None:
    if shutil.which(program) is None:
        raise click.ClickException(f"{program} was not found. Install it to use PostgreSQL.")


def _started(command: list[str], url: URL, **pipes: Any):
    environ = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    return subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, **pipes)


COMMANDS = (backup, restore)
