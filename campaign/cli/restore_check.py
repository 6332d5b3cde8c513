"""Try a backup: restore it into a database made for that, check it, and delete it again."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from campaign.accounts.models import Organizer
from campaign.causes.models import Cause
from campaign.cli.backup_files import BackupFile, restore_into
from campaign.cli.backup_space import require_space
from campaign.cli.direct_database import direct_url
from campaign.cli.on_another_database import run_on
from campaign.extensions import db
from campaign.files.scratch import scratch_folder
from campaign.petitions.models import Petition
from campaign.signatures.models import Signature

# A signature is stored at most this long after the time of signing that it records.
MARGIN = timedelta(minutes=5)
COUNTED = (Signature, Petition, Cause, Organizer)


def check_backup(backup: BackupFile) -> None:
    """Restore a backup into a new database, migrate it there, and check it. Raises ClickException.

    It must have each signature of the present database that is older than the backup. Then the
    tally and the ledger are recomputed.
    """
    if db.engine.url.get_backend_name() == "sqlite":
        # An encrypted backup is first decrypted, beside the database that it is restored into.
        copies = 2 if backup.identities else 1
        require_space(scratch_folder(current_app.config), copies * backup.path.stat().st_size)
    with _new_database() as url:
        restore_into(backup, url)
        run_on(url, "db", "upgrade")
        engine = create_engine(url)
        try:
            with engine.connect() as restored:
                _compare(restored, backup.path)
        finally:
            engine.dispose()
        run_on(url, "signatures", "audit")
    click.echo(f"{backup.path} can be restored.")


def _compare(restored: Connection, file: Path) -> None:
    counts = {
        model.__tablename__: restored.scalar(select(func.count()).select_from(model)) or 0
        for model in COUNTED
    }
    click.echo(", ".join(f"{name}: {count:,}" for name, count in counts.items()))
    newest = restored.scalar(select(func.max(Signature.created_at)))
    if newest is not None:
        click.echo(f"The newest signature is from {newest:%Y-%m-%d %H:%M} UTC.")
        _compare_signatures(restored, file, newest - MARGIN)
    elif db.session.scalar(select(Signature.id).limit(1)) is not None:
        raise click.ClickException(f"{file} has no signature, but the database has some.")


def _compare_signatures(restored: Connection, file: Path, before: datetime) -> None:
    query = select(func.count()).select_from(Signature).where(Signature.created_at < before)
    in_backup, here = restored.scalar(query) or 0, db.session.scalar(query) or 0
    # Unconfirmed ones may have been deleted since.
    if in_backup < here:
        raise click.ClickException(
            f"{file} lacks {here - in_backup:,} of the {here:,} signatures before {before:%Y-%m-%d %H:%M} UTC."
        )


@contextmanager
def _new_database() -> Iterator[URL]:
    """Yield the URL of an empty database, which is deleted afterwards."""
    own = direct_url()
    if own.get_backend_name() == "sqlite":
        folder = scratch_folder(current_app.config)
        with tempfile.TemporaryDirectory(prefix="check-", dir=folder) as scratch:
            yield own.set(database=str(Path(scratch, "volante.sqlite3")))
        return
    name = f"volante_check_{secrets.token_hex(4)}"
    engine = create_engine(own, isolation_level="AUTOCOMMIT")
    try:
        try:
            with engine.connect() as connection:
                connection.execute(text(f"create database {name} template template0"))
        except SQLAlchemyError as error:
            raise click.ClickException(
                f"Cannot create a database to try the backup in: {str(getattr(error, 'orig', error)).strip()}."
                " The user of DATABASE_URL needs the right: alter role … createdb."
            ) from error
        try:
            yield own.set(database=name)
        finally:
            with engine.connect() as connection:
                connection.execute(text(f"drop database {name} with (force)"))
    finally:
        engine.dispose()
