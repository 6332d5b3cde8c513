"""Refuse to write a copy of the database that would fill the disk."""

from pathlib import Path

import click
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

from campaign.health.disk_checks import MIN_FREE_BYTES, free_bytes

# A dump has no indexes.
POSTGRESQL_SIZE = """
select coalesce(sum(pg_table_size(oid)), 0) from pg_class
where relnamespace = current_schema()::regnamespace and relkind = 'r'
"""


def backup_bytes(url: URL) -> int:
    """Return how large a backup of a database can be."""
    if url.get_backend_name() == "sqlite":
        # The newest pages are still in the write-ahead log.
        files = (Path(f"{url.database}{suffix}") for suffix in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())
    engine = create_engine(url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            return int(connection.scalar(text(POSTGRESQL_SIZE)) or 0)
    finally:
        engine.dispose()


def require_space(folder: Path, size: int) -> None:
    """Raise ClickException unless a copy of `size` bytes leaves enough free for signatures."""
    free = free_bytes(folder)
    if free < size + MIN_FREE_BYTES:
        raise click.ClickException(
            f"The disk of {folder} has too little space: {_megabytes(free)} are free. The copy needs"
            f" up to {_megabytes(size)}, and {_megabytes(MIN_FREE_BYTES)} are kept for signatures."
            " Delete old backups and other files that you do not need, or get a larger disk."
        )


def _megabytes(count: int) -> str:
    return f"{count / 1024**2:,.0f} MB"
