"""`flask backup` and `flask restore`: the whole database in one file."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import click
from flask.cli import with_appcontext

from campaign.extensions import db

MARK = "alembic_version"
CLEANLY = ("--clean", "--if-exists", "--single-transaction", "--no-owner")


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file):
    """Write a consistent copy of the database to FILE while the site runs; only its owner may read it."""
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
@click.option("--yes", is_flag=True, help="Do not ask before the present data is replaced.")
@with_appcontext
def restore(file, yes):
    """Replace the database with the copy in FILE; at a terminal it asks first. Stop the site before."""
    # A script has nobody to answer, and has said what it wants.
    if not yes and _somebody_can_answer():
        click.confirm("This replaces all present data. Go on?", abort=True)
    url = db.engine.url
    db.engine.dispose()
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(file, url.database)
    else:
        _run("pg_restore", *CLEANLY, f"--dbname={_libpq(url)}", str(file), password=url.password)
    click.echo(f"Restored from {file}.")


def _somebody_can_answer():
    return sys.stdin.isatty()


def _copy_out(draft):
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(url.database, draft)
    else:
        _run("pg_dump", "--format=custom", f"--file={draft}", _libpq(url), password=url.password)


def _copy_sqlite(source, target):
    """Copy by SQLite's own backup, which waits for writers and leaves a file that opens."""
    with closing(sqlite3.connect(f"{Path(source).absolute().as_uri()}?mode=ro", uri=True)) as origin:
        try:
            if origin.execute("pragma quick_check(1)").fetchone() != ("ok",):
                raise click.ClickException(f"{source} is damaged.")
            # An empty file is a sound database too, and would wipe out everything.
            if not origin.execute("select 1 from sqlite_master where name = ?", (MARK,)).fetchone():
                raise click.ClickException(f"{source} is no copy of a Volante database.")
            with closing(sqlite3.connect(target)) as copy:
                origin.backup(copy)
        except sqlite3.DatabaseError as error:
            raise click.ClickException(f"{source} cannot be copied: {error}") from error


def _libpq(url):
    # Without the password, which everybody on the machine could read in the list of processes.
    return url.set(drivername="postgresql")._replace(password=None).render_as_string()


def _run(program, *arguments, password):
    if shutil.which(program) is None:
        raise click.ClickException(f"{program} is needed for PostgreSQL and was not found.")
    environ = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, env=environ)
    if done.returncode:
        raise click.ClickException(done.stderr.strip() or f"{program} failed.")


COMMANDS = (backup, restore)
