"""The worker's export tasks: make the requested files one by one, and delete them in time."""

import errno
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from typing import Any

from campaign.exports.delivery_pack import pieces_of_pack
from campaign.exports.export_queries import exports_folder, exports_wait, key_for
from campaign.exports.models import Export
from campaign.exports.operations import (
    claim_export,
    fail_export,
    finish_export,
    give_back,
    note_progress,
    sweep_exports,
)
from campaign.exports.writer import pieces_of_signatures
from campaign.exports.zip_stream import ArchiveTooLarge
from campaign.extensions import database_now
from campaign.security.sealed_files import SealBroken, Sealer, size_and_digest

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
RENEW_SECONDS = 5
# An unknown file may belong to a row that is about to be committed or was just deleted. After this
# time in seconds, it is an orphan.
MAX_ORPHAN_AGE = 600

log = logging.getLogger("campaign.exports")


class Lost(Exception):
    """The export was cancelled, or another worker has taken it over."""


class Exporter:
    """Makes exports until `stop` is set. `write(operation, …)` runs an operation and commits."""

    def __init__(
        self,
        *,
        settings: Mapping[str, Any],
        write: Callable[..., Any],
        holder: str,
        stop: Event,
    ) -> None:
        self._settings = settings
        self._folder = exports_folder(settings)
        self._write = write
        self._holder = holder
        self._stop = stop
        self._renewed = 0.0

    def make_next(self) -> bool:
        """Make the export that has waited longest; return whether there was one."""
        if not exports_wait(database_now()):
            return False
        export = self._write(claim_export, holder=self._holder, now=database_now())
        if export:
            self._make(export)
        return True

    def tidy(self) -> None:
        """Delete expired exports, and every file that belongs to no export."""
        kept = {name.partition(".")[0] for name in self._write(sweep_exports, now=database_now())}
        for path in self._folder.glob("*"):
            if path.name.partition(".")[0] not in kept and self._is_orphan(path):
                path.unlink(missing_ok=True)

    def _is_orphan(self, path: Path) -> bool:
        # A sealed file without a row has lost its key, so it can go at once. Others may be half
        # made.
        return path.suffix == ".sealed" or time.time() - path.stat().st_mtime > MAX_ORPHAN_AGE

    def _make(self, export: Export) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path, key = self._folder / export.file_name, key_for(export, self._settings)
        try:
            with Sealer(path, key, frames=export.frames, octets=export.octets) as sealer:
                frames = self._fill(export, sealer, key)
            if frames:
                size, sha256 = size_and_digest(path, key, frames)
                self._demand(finish_export, export, now=database_now(), size=size, sha256=sha256)
        except Lost:
            log.info("export %s was cancelled", export.id)
        except (OSError, ArchiveTooLarge, SealBroken) as fault:
            self._give_up(export, fault)

    def _fill(self, export: Export, sealer: Sealer, key: bytes) -> int:
        """Write the rest of the file; return the number of frames, or 0 if told to stop."""
        frames = export.frames
        pieces = (
            pieces_of_pack(export, self._folder, key)
            if export.kind == "pack"
            else pieces_of_signatures(export)
        )
        for piece in pieces:
            sealer.write(piece.data)
            if "work" in piece.columns:
                frames, octets = sealer.settle()
                self._demand(
                    note_progress,
                    export,
                    now=database_now(),
                    frames=frames,
                    octets=octets,
                    **piece.columns,
                )
            elif time.monotonic() - self._renewed > RENEW_SECONDS:
                self._demand(note_progress, export, now=database_now(), **piece.columns)
                self._renewed = time.monotonic()
            if self._stop.is_set():
                self._write(give_back, export.id, holder=self._holder)
                return 0
        return frames

    def _demand(self, operation: Callable[..., bool], export: Export, **columns: Any) -> None:
        if not self._write(operation, export.id, holder=self._holder, **columns):
            raise Lost

    def _give_up(self, export: Export, fault: Exception) -> None:
        reason = (
            "too_large"
            if isinstance(fault, ArchiveTooLarge)
            else "no_room"
            if getattr(fault, "errno", None) in NO_ROOM
            else "broken"
        )
        # Log only the kind of error, because its message could hold a path or worse.
        log.error("export %s failed: %s %s", export.id, type(fault).__name__, reason)
        # First free the disk space, including temporary files, so that the database can store the
        # failure.
        for path in self._folder.glob(f"{export.id}.*"):
            path.unlink(missing_ok=True)
        self._write(fail_export, export.id, holder=self._holder, fault=reason)
