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
from typing import IO, Any, cast

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy.engine import URL

from campaign.cli.plurals import numbered
from campaign.cli.restore_replay import end_sessions_and_links, replay_ended
from campaign.db.ended_log import FILE, read_ended
from campaign.db.last_backup import note_backup
from campaign.db.libpq_url import libpq_url
from campaign.extensions import db, write

VERSION_TABLE = "alembic_version"
DUMP_OPTIONS = ("--clean", "--if-exists", "--no-owner", "--file=-")
PSQL_OPTIONS = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
# pg_restore drops only what the backup holds. Objects that a newer version created would stay and
# block the next upgrade, so empty the schema first.
EMPTY_SCHEMA = """
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
    """Copy the whole database to FILE. The site can keep running.

    Only the owner of FILE can read it.
    """
    draft = file.with_name(file.name + ".part")
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise click.ClickException(f"Cannot write {file}: {error.strerror}.") from error
    try:
        _copy_out(draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    with suppress(OSError):
        # The backup is good even if VAR_DIR is full. `flask doctor` then calls it older than it is.
        note_backup(current_app.config["VAR_DIR"])
    click.echo(f"Backed up to {file} ({file.stat().st_size:,} bytes).")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Replace the data without asking.")
@click.option(
    "--ended",
    "lists",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="The ended.jsonl of another machine, to replay too. You can use this option several times.",
)
@with_appcontext
def restore(file: Path, yes: bool, lists: tuple[Path, ...]) -> None:
    """Replace the database with the backup in FILE. Stop the site first.

    At a terminal, it asks before it replaces anything.

    The file ended.jsonl in VAR_DIR lists what was withdrawn, erased, removed or revoked. Whatever on that list happened
    after the backup is done again. Then everyone is signed out.
    """
    # A script cannot answer, and it knows what it wants.
    if not yes and _is_interactive():
        click.confirm("This replaces all data in the database. Continue?", abort=True)
    url = db.engine.url
    db.engine.dispose()
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(file, cast(str, url.database))
    else:
        _copy_in(file, url)
    click.echo(f"Restored from {file}.")
    _replay_ended(lists)


def _replay_ended(lists: Iterable[Path]) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # A copy from an older version lacks columns that the operations below write.
    upgrade()
    entries = read_ended([Path(current_app.config["VAR_DIR"], FILE), *lists])
    counts = write(replay_ended, entries)
    sessions, links = write(end_sessions_and_links)
    click.echo(f"Entries on the list: {len(entries):,}. Done again: {sum(counts.values()):,}.")
    for kind, count in sorted(counts.items()):
        click.echo(f"  {kind}: {count:,}")
    click.echo(
        f"Ended {numbered(sessions, 'session')}, and {numbered(links, 'link')} to set a password."
    )


def _is_interactive() -> bool:
    return sys.stdin.isatty()


def _copy_out(draft: Path) -> None:
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(cast(str, url.database), draft)
    else:
        _require_program("pg_dump")
        with _start_process(
            ["pg_dump", "--format=custom", f"--file={draft}", libpq_url(url)], url
        ) as process:
            message = _errors_of(process)
        if process.returncode:
            raise click.ClickException(message or "pg_dump failed without a message.")


def _copy_in(file: Path, url: URL) -> None:
    """Restore in one transaction: either everything is as in the file, or nothing changes."""
    for program in ("pg_restore", "psql"):
        _require_program(program)
    with (
        _start_process(
            ["pg_restore", *DUMP_OPTIONS, str(file)], url, stdout=subprocess.PIPE
        ) as reading,
        _start_process(
            ["psql", *PSQL_OPTIONS, f"--dbname={libpq_url(url)}"],
            url,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        ) as writing,
    ):
        # If the database rejects a statement, psql exits; its error message is read below.
        dump, sql = cast(IO[bytes], reading.stdout), cast(IO[bytes], writing.stdin)
        with suppress(BrokenPipeError), sql:
            sql.write(b"begin;" + EMPTY_SCHEMA.encode())
            shutil.copyfileobj(dump, sql)
            if reading.wait() == 0:
                sql.write(b"commit;\n")
        dump.close()
        for program, process in (("psql", writing), ("pg_restore", reading)):
            message = _errors_of(process)
            if process.wait():
                raise click.ClickException(message or f"{program} failed without a message.")


def _copy_sqlite(source: str | Path, target: str | Path) -> None:
    """Copy with SQLite's backup API, which waits for writers and leaves a consistent file."""
    with closing(
        sqlite3.connect(f"{Path(source).absolute().as_uri()}?mode=ro", uri=True)
    ) as origin:
        try:
            if origin.execute("pragma quick_check(1)").fetchone() != ("ok",):
                raise click.ClickException(f"{source} is damaged. Use another backup.")
            # An empty file is a valid database too, and would wipe out everything.
            if not origin.execute(
                "select 1 from sqlite_master where name = ?", (VERSION_TABLE,)
            ).fetchone():
                raise click.ClickException(f"{source} is not a backup of a Volante database.")
            with closing(sqlite3.connect(target)) as copy:
                origin.backup(copy)
        except sqlite3.DatabaseError as error:
            raise click.ClickException(f"Cannot copy {source}: {error}") from error


def _require_program(program: str) -> None:
    if shutil.which(program) is None:
        raise click.ClickException(
            f"Install {program}. Volante needs it to copy a PostgreSQL database."
        )


def _errors_of(process: subprocess.Popen[bytes]) -> str:
    return cast(IO[bytes], process.stderr).read().decode().strip()


def _start_process(command: list[str], url: URL, **options: Any) -> subprocess.Popen[bytes]:
    environ = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    return subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, **options)


COMMANDS = (backup, restore)
