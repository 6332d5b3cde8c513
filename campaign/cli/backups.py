"""`flask backup` and `flask restore`: the whole database in one file."""

import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy.engine import URL

from campaign.cli.age_files import identities_in, is_encrypted, recipients_from
from campaign.cli.backup_files import BackupFile, restore_into, write_backup
from campaign.cli.backup_space import backup_bytes, require_space
from campaign.cli.direct_database import direct_url
from campaign.cli.plurals import numbered
from campaign.cli.restore_check import check_backup
from campaign.cli.restore_replay import end_sessions_and_links, replay_ended
from campaign.db.ended_log import FILE, read_ended
from campaign.db.last_backup import note_backup, note_restore_check
from campaign.db.usage_lock import DatabaseInUseError, database_alone
from campaign.extensions import db, write


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--to",
    "recipients",
    metavar="AGE1…",
    multiple=True,
    help="Encrypt it for this age public key. You can use this option several times.",
)
@with_appcontext
def backup(file: Path, recipients: tuple[str, ...]) -> None:
    """Copy the whole database to FILE. The site can keep running.

    Only the owner of FILE can read it. With --to, only the owner of the secret key can. The copy is
    encrypted while it is written, so it is never on the disk unencrypted.
    """
    keys = recipients_from(recipients)
    url = direct_url()
    draft = file.with_name(file.name + ".part")
    try:
        draft.unlink(missing_ok=True)
        require_space(file.absolute().parent, backup_bytes(url))
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise click.ClickException(f"Cannot write {file}: {error.strerror}.") from error
    try:
        write_backup(url, draft, keys)
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
    "--identity",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file with the secret age key, if the backup is encrypted.",
)
@click.option(
    "--check",
    is_flag=True,
    help="Only try the backup: restore it into a temporary database, check it, and delete it again.",
)
@click.option(
    "--ended",
    "lists",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="The ended.jsonl of another machine, to replay too. You can use this option several times.",
)
@with_appcontext
def restore(
    file: Path, yes: bool, identity: Path | None, check: bool, lists: tuple[Path, ...]
) -> None:
    """Replace the database with the backup in FILE. Stop the site first.

    At a terminal, it asks before it replaces anything. With --check, it replaces nothing, and the
    site can keep running.

    After the restore, it reads ended.jsonl in VAR_DIR, and repeats every withdrawal, deletion and
    revocation since the backup. Everyone is signed out.
    """
    backup_file = _opened(file, identity)
    if check:
        check_backup(backup_file)
        with suppress(OSError):
            note_restore_check(current_app.config["VAR_DIR"])
        return
    url = direct_url()
    # A script cannot answer, and it knows what it wants.
    if not yes and _is_interactive():
        click.confirm("This replaces all data in the database. Continue?", abort=True)
    db.engine.dispose()
    with _site_stopped(url):
        restore_into(backup_file, url)
        click.echo(f"Restored from {file}.")
        _replay_ended(lists)


@contextmanager
def _site_stopped(url: URL) -> Iterator[None]:
    """Keep site and worker from using an SQLite file during the block.

    Raises ClickException if one of them runs.
    """
    if url.get_backend_name() != "sqlite":
        yield
        return
    try:
        with database_alone(str(url.database)):
            yield
    except DatabaseInUseError as error:
        raise click.ClickException(
            "The site, its worker or a copy is running on this database. Stop it first."
        ) from error


def _replay_ended(lists: Iterable[Path]) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # A copy from an older version lacks columns that the operations below write.
    upgrade()
    entries = read_ended([Path(current_app.config["VAR_DIR"], FILE), *lists])
    counts = write(replay_ended, entries)
    sessions, links = write(end_sessions_and_links)
    click.echo(
        f"Entries in ended.jsonl: {len(entries):,}. Applied again: {sum(counts.values()):,}."
    )
    for kind, count in sorted(counts.items()):
        click.echo(f"  {kind}: {count:,}")
    click.echo(
        f"Ended {numbered(sessions, 'session')}, and {numbered(links, 'link')} to set a password."
    )


def _opened(file: Path, identity: Path | None) -> BackupFile:
    """Return the backup, with what decrypts it. Raises ClickException."""
    if not is_encrypted(file):
        return BackupFile(file, [])
    if identity is None:
        raise click.ClickException(
            f"{file} is encrypted. Add --identity with the file that has the secret key."
        )
    return BackupFile(file, identities_in(identity))


def _is_interactive() -> bool:
    return sys.stdin.isatty()


COMMANDS = (backup, restore)
