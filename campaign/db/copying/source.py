"""The SQLite database that is copied: one snapshot, which nobody can change until it ends."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from campaign.db.copying.checksums import Checksum, checksum_of_rows


class CopySource:
    """Reads an SQLite file, while a second connection holds the file's write lock."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @property
    def state(self) -> str:
        """A text that changes whenever a transaction has changed the file."""
        status = self.path.stat()
        return f"{status.st_ino} {status.st_size} {status.st_mtime_ns}"

    def version(self) -> str | None:
        """Return the migration that the file is at, or None if it is not a database of ours."""
        try:
            row = self._connection.execute("select version_num from alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
        return row[0] if row else None

    def count(self, table: Table) -> int:
        """Return the number of rows."""
        return int(self._connection.execute(f"select count(*) from {_quoted(table)}").fetchone()[0])

    def batches(
        self, table: Table, *, after: int, size: int
    ) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
        """Yield (highest row id, rows) of up to `size` rows beyond the row id `after`, in order."""
        rows = self._connection.execute(
            f"select {_columns(table)}, rowid from {_quoted(table)} where rowid > ? order by rowid",
            (after,),
        )
        while batch := rows.fetchmany(size):
            yield batch[-1][-1], [row[:-1] for row in batch]

    def checksum(self, table: Table) -> Checksum:
        """Return the Checksum of all rows."""
        rows = self._connection.execute(f"select {_columns(table)} from {_quoted(table)}")
        return checksum_of_rows(table, rows)

    def highest_id(self, table: Table, column: str) -> int:
        """Return the highest id that was ever given, also to rows that are deleted by now."""
        highest: int = self._connection.execute(
            f'select coalesce(max("{column}"), 0) from {_quoted(table)}'
        ).fetchone()[0]
        given = self._connection.execute(
            "select seq from sqlite_sequence where name = ?", (table.name,)
        ).fetchone()
        return max(highest, given[0] if given else 0)


@contextmanager
def open_source(path: Path) -> Iterator[CopySource]:
    """Open an SQLite file for copying.

    Until the block ends, nobody can write to it. Raise sqlite3.OperationalError if it is missing,
    or someone else is writing.
    """
    uri = path.absolute().as_uri()
    with closing(
        sqlite3.connect(f"{uri}?mode=rw", uri=True, isolation_level=None, timeout=10)
    ) as lock:
        # Afterwards only a changed database changes the file, so that `state` recognizes changes.
        lock.execute("pragma wal_checkpoint(truncate)")
        lock.execute("begin immediate")
        with closing(
            sqlite3.connect(f"{uri}?mode=ro", uri=True, isolation_level=None)
        ) as connection:
            connection.execute("begin")
            yield CopySource(path, connection)


def _quoted(table: Table) -> str:
    return f'"{table.name}"'


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)
