"""Read an archive: check it before anything is written, then give its rows."""

import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile, ZipFile

from sqlalchemy import Table

from campaign.archive.manifest import (
    MANIFEST,
    MAX_MANIFEST_BYTES,
    ArchivedFile,
    ArchiveError,
    Manifest,
    file_of,
)
from campaign.archive.tables import exported_tables
from campaign.archive.values import decoder_of
from campaign.archive.writing import columns_of

# A row can hold a picture.
MAX_ROW_BYTES = 64 * 1024 * 1024
BUFFER_BYTES = 1024 * 1024
DAMAGED = "This archive is damaged: {}. Copy or export it again."


class Archive:
    """An open archive whose `manifest` is known to fit its files."""

    def __init__(self, file: ZipFile) -> None:
        self._file = file
        self.manifest = self._read_manifest()
        self._check_files()

    def rows(self, table: Table) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table, with values as the database takes them.

        Raises ArchiveError.
        """
        names = set(columns_of(table))
        decoders = {
            column.name: decode
            for column in table.columns
            if (decode := decoder_of(column)) is not None
        }
        for line in self._lines(file_of(table.name)):
            try:
                row = json.loads(line)
                if row.keys() != names:
                    raise ValueError(table.name)
                for name, decode in decoders.items():
                    if row[name] is not None:
                        row[name] = decode(row[name])
            except (ValueError, TypeError, AttributeError) as error:
                raise ArchiveError(
                    DAMAGED.format(f"{file_of(table.name)} has a row that cannot be read")
                ) from error
            yield row

    def _read_manifest(self) -> Manifest:
        if MANIFEST not in self._file.namelist():
            raise ArchiveError(
                f"This file is not an archive of an organization: it has no {MANIFEST}."
            )
        with self._file.open(MANIFEST) as entry:
            return Manifest.from_json(entry.read(MAX_MANIFEST_BYTES))

    def _check_files(self) -> None:
        listed, present = self.manifest.files, self._file.namelist()
        if sorted(present) != sorted([*listed, MANIFEST]):
            raise ArchiveError(DAMAGED.format("files are missing, or were added"))
        expected = {file_of(table.name): columns_of(table) for table in exported_tables()}
        if {name: entry.columns for name, entry in listed.items()} != expected:
            raise ArchiveError(
                "This archive was exported by a Volante with other tables"
                f" ({self.manifest.software_version}). Install the same version on both machines,"
                " and upgrade after the import."
            )
        for name, entry in listed.items():
            self._check(name, entry)

    def _check(self, name: str, entry: ArchivedFile) -> None:
        digest, rows = sha256(), 0
        for line in self._lines(name):
            digest.update(line)
            rows += 1
        if (digest.hexdigest(), rows) != (entry.sha256, entry.rows):
            raise ArchiveError(DAMAGED.format(f"{name} was changed or cut"))

    def _lines(self, name: str) -> Iterator[bytes]:
        # Lines from the entry itself take seven times as long.
        with (
            self._file.open(name) as entry,
            io.BufferedReader(cast(Any, entry), BUFFER_BYTES) as lines,
        ):
            while line := lines.readline(MAX_ROW_BYTES):
                if len(line) == MAX_ROW_BYTES:
                    raise ArchiveError(DAMAGED.format(f"{name} has a row that is too long"))
                yield line


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open and check an archive. Raises ArchiveError, here or while rows are read."""
    try:
        with ZipFile(path) as file:
            yield Archive(file)
    except (BadZipFile, EOFError, zlib.error, NotImplementedError) as error:
        raise ArchiveError(
            DAMAGED.format("it is not a complete ZIP file, or a part of it was changed")
        ) from error
