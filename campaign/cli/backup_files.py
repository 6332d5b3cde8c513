"""Backup files: the whole database, copied out of it and into it again."""

import io
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import click
from flask import current_app
from sqlalchemy.engine import URL

from campaign.cli.age_files import decrypt, encrypt
from campaign.db.copying.target import VERSION_TABLE
from campaign.db.libpq_url import libpq_url
from campaign.files.scratch import scratch_folder

DUMP_COMMAND = ("pg_dump", "--format=custom")
RESTORE_OPTIONS = ("--clean", "--if-exists", "--no-owner", "--file=-")
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


class BackupFile(NamedTuple):
    """A backup, and the identities that decrypt it if it is encrypted."""

    path: Path
    identities: list[Any]


def write_backup(url: URL, target: Path, recipients: list[Any]) -> None:
    """Copy a database to the existing file `target`, encrypted if there are recipients.

    Raises ClickException.
    """
    if url.get_backend_name() == "sqlite":
        source = str(url.database)
        if not recipients:
            _copy_sqlite(source, target)
            # Without a write-ahead log it can be read in a folder that nobody can write to.
            with closing(sqlite3.connect(target)) as copy:
                copy.execute("pragma journal_mode = delete")
            return
        with _sqlite_pages(source) as pages:
            _encrypt_to(target, pages, recipients)
        return
    _require_program("pg_dump")
    if not recipients:
        with _start_process([*DUMP_COMMAND, f"--file={target}", libpq_url(url)], url) as dumping:
            _raise_failure("pg_dump", dumping)
        return
    with _start_process([*DUMP_COMMAND, libpq_url(url)], url, stdout=subprocess.PIPE) as dumping:
        # If encrypting fails, pg_dump ends because nobody reads its output.
        with closing(cast(IO[bytes], dumping.stdout)) as dump:
            _encrypt_to(target, dump, recipients)
        _raise_failure("pg_dump", dumping)


def restore_into(backup: BackupFile, url: URL) -> None:
    """Replace a database with a backup: either all of it, or nothing. Raises ClickException."""
    if url.get_backend_name() != "sqlite":
        _restore_postgresql(backup, url)
    elif not backup.identities:
        _copy_sqlite(backup.path, str(url.database))
    else:
        # Plain, but in the folder of the database, which is plain too.
        folder = scratch_folder(current_app.config)
        with tempfile.TemporaryDirectory(prefix="restore-", dir=folder) as scratch:
            plain = Path(scratch, "database")
            with plain.open("wb") as file:
                decrypt(backup.path, file, backup.identities)
            _copy_sqlite(plain, str(url.database), label=backup.path)


def _encrypt_to(target: Path, source: Any, recipients: list[Any]) -> None:
    with target.open("r+b") as file:
        encrypt(source, file, recipients)
        file.flush()
        os.fsync(file.fileno())


class _Pages(io.RawIOBase):
    """The pages of an SQLite database, as one file."""

    def __init__(self, pages: Iterator[tuple[bytes]]) -> None:
        super().__init__()
        self._pages = pages
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            (self._rest,) = next(self._pages, (b"",))
        data, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _sqlite_pages(source: str) -> Iterator[_Pages]:
    """Yield the pages of a database as they are now, whatever is written to it in the meantime.

    Raises ClickException.
    """
    with _checked_sqlite(source, label=source) as origin:
        # One statement reads from one snapshot.
        try:
            rows = origin.execute("select data from sqlite_dbpage order by pgno")
        except sqlite3.OperationalError as error:
            raise click.ClickException(
                "This Python’s SQLite cannot copy a database as a stream, because it lacks sqlite_dbpage."
                " Debian’s Python can. Leave out --to, and encrypt the backup with the program age."
            ) from error
        yield _Pages(rows)


def _restore_postgresql(backup: BackupFile, url: URL) -> None:
    for program in ("pg_restore", "psql"):
        _require_program(program)
    with (
        _start_process(
            ["pg_restore", *RESTORE_OPTIONS], url, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as reading,
        _start_process(
            ["psql", *PSQL_OPTIONS, f"--dbname={libpq_url(url)}"],
            url,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        ) as writing,
    ):
        feeding = _PipeWriter(backup, cast(IO[bytes], reading.stdin))
        feeding.start()
        # If the database rejects a statement, psql exits. Its error message is read below.
        dump, sql = cast(IO[bytes], reading.stdout), cast(IO[bytes], writing.stdin)
        with suppress(BrokenPipeError), sql:
            sql.write(b"begin;" + EMPTY_SCHEMA.encode())
            shutil.copyfileobj(dump, sql)
            # A damaged file is recognized at its end, and then nothing is committed.
            if feeding.is_complete() and reading.wait() == 0:
                sql.write(b"commit;\n")
        dump.close()
        feeding.is_complete()
        if feeding.error:
            raise feeding.error
        for program, process in (("psql", writing), ("pg_restore", reading)):
            _raise_failure(program, process)


class _PipeWriter(threading.Thread):
    """Writes a backup to a program, decrypted. `error` says afterwards what failed."""

    def __init__(self, backup: BackupFile, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.error: click.ClickException | None = None
        self._backup, self._pipe = backup, pipe
        self._is_read = True

    def run(self) -> None:
        try:
            if self._backup.identities:
                decrypt(self._backup.path, self, self._backup.identities)
            else:
                with self._backup.path.open("rb") as file:
                    shutil.copyfileobj(file, self)
        except click.ClickException as error:
            self.error = error
        finally:
            with suppress(BrokenPipeError):
                self._pipe.close()

    def is_complete(self) -> bool:
        """Wait for the end and return whether the file was read to its end."""
        self.join()
        return self.error is None

    def write(self, data: bytes) -> int:
        """Write to the program.

        If it has ended, continue, to find out whether the file is damaged.
        """
        if self._is_read:
            try:
                self._pipe.write(data)
            except BrokenPipeError:
                self._is_read = False
        return len(data)

    def flush(self) -> None:
        """Do nothing: the pipe is flushed when it is closed."""


def _copy_sqlite(source: str | Path, target: str | Path, *, label: str | Path = "") -> None:
    """Copy with SQLite's backup API, which waits for writers and leaves a consistent file."""
    with (
        _checked_sqlite(source, label=label or source) as origin,
        closing(sqlite3.connect(target)) as copy,
    ):
        origin.backup(copy)


@contextmanager
def _checked_sqlite(source: str | Path, *, label: str | Path) -> Iterator[sqlite3.Connection]:
    """Open a database of ours to read it.

    Raises ClickException, also for errors while it is read.
    """
    address = f"{Path(source).absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as origin:
        try:
            if origin.execute("pragma quick_check(1)").fetchone() != ("ok",):
                raise click.ClickException(f"{label} is damaged. Use another backup.")
            # An empty file is a valid database too, and would wipe out everything.
            if not origin.execute(
                "select 1 from sqlite_master where name = ?", (VERSION_TABLE,)
            ).fetchone():
                raise click.ClickException(f"{label} is not a backup of a Volante database.")
            yield origin
        except sqlite3.DatabaseError as error:
            raise click.ClickException(f"Cannot copy {label}: {error}") from error


def _require_program(program: str) -> None:
    if shutil.which(program) is None:
        raise click.ClickException(
            f"Install {program}. Volante needs it to copy a PostgreSQL database."
        )


def _raise_failure(program: str, process: subprocess.Popen[bytes]) -> None:
    """Wait for a program. Raises ClickException with its message if it failed."""
    message = cast(IO[bytes], process.stderr).read().decode().strip()
    if process.wait():
        raise click.ClickException(message or f"{program} failed without a message.")


def _start_process(command: list[str], url: URL, **options: Any) -> subprocess.Popen[bytes]:
    environ = {**os.environ, **({"PGPASSWORD": url.password} if url.password else {})}
    return subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, **options)
