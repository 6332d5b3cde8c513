"""`flask backup` and `flask restore`: the whole database in one file."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import click
from flask.cli import with_appcontext

from campaign.extensions import db


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file):
    """Write a consistent copy of the database to FILE while the site runs; only its owner may read it."""
    draft = file.with_name(file.name + ".part")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        _copy_sqlite(url.database, draft)
    else:
        _run("pg_dump", "--format=custom", f"--file={draft}", _libpq(url))
    draft.replace(file)
    click.echo(f"Backed up to {file} ({file.stat().st_size:,} bytes).")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before the present data is replaced.")
@with_appcontext
def restore(file, yes):
    """Replace the database with the copy in FILE. Stop the site first."""
    if not yes:
        click.confirm("This replaces all present data. Go on?", abort=True)
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        db.engine.dispose()
        _copy_sqlite(file, url.database)
    else:
        _run("pg_restore", "--clean", "--if-exists", "--single-transaction", "--no-owner", f"--dbname={_libpq(url)}", str(file))
    click.echo(f"Restored from {file}.")


def _copy_sqlite(source, target):
    """Copy by SQLite's own backup, which waits for writers and leaves a file that opens."""
    origin = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    copy = sqlite3.connect(target)
    try:
        if origin.execute("pragma quick_check(1)").fetchone() != ("ok",):
            raise click.ClickException(f"{source} is damaged.")
        origin.backup(copy)
    except sqlite3.DatabaseError as error:
        raise click.ClickException(f"{source} cannot be copied: {error}") from error
    finally:
        copy.close()
        origin.close()


def _libpq(url):
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _run(program, *arguments):
    if shutil.which(program) is None:
        raise click.ClickException(f"{program} is needed for PostgreSQL and was not found.")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(done.stderr.strip() or f"{program} failed.")


COMMANDS = (backup, restore)
