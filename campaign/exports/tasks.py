"""The worker's part in exports: makes the files that wait, one at a time, and removes them in time."""

import errno
import logging
import time

from campaign.exports.delivery_pack import pieces_of_pack
from campaign.exports.export_queries import exports_folder, exports_wait, key_for
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
# What nobody knows of may just be offered or have lost its row a moment ago; after so long it is an orphan.
MAX_ORPHAN_AGE = 600

log = logging.getLogger("campaign.exports")


class Lost(Exception):
    """The export was cancelled, or another worker has it."""


class Exporter:
    """Makes exports until `stop` is set. `write(operation, …)` runs an operation in a committed transaction."""

    def __init__(self, *, settings, write, holder, stop):
        self._settings = settings
        self._folder = exports_folder(settings)
        self._write = write
        self._holder = holder
        self._stop = stop
        self._renewed = 0.0

    def make_next(self):
        """Make the export that waits longest; return whether there was one."""
        if not exports_wait(database_now()):
            return False
        export = self._write(claim_export, holder=self._holder, now=database_now())
        if export:
            self._make(export)
        return True

    def tidy(self):
        """Forget exports whose time is over, and remove every file that is no export's."""
        kept = {name.partition(".")[0] for name in self._write(sweep_exports, now=database_now())}
        for path in self._folder.glob("*"):
            if path.name.partition(".")[0] not in kept and self._is_orphan(path):
                path.unlink(missing_ok=True)

    def _is_orphan(self, path):
        # A sealed file without its row has lost its key, so there is nothing to wait for; others may be half made.
        return path.suffix == ".sealed" or time.time() - path.stat().st_mtime > MAX_ORPHAN_AGE

    def _make(self, export):
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

    def _fill(self, export, sealer, key):
        """Write what is still to be written; return the number of frames, or 0 where we are told to stop."""
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

    def _demand(self, operation, export, **columns):
        if not self._write(operation, export.id, holder=self._holder, **columns):
            raise Lost

    def _give_up(self, export, fault):
        reason = (
            "too_large"
            if isinstance(fault, ArchiveTooLarge)
            else "no_room"
            if getattr(fault, "errno", None) in NO_ROOM
            else "broken"
        )
        # Only what kind of fault: its words could hold a path or worse.
        log.error("export %s failed: %s %s", export.id, type(fault).__name__, reason)
        # First the room is given back, also of what lies beside the file, so that the database can note it.
        for path in self._folder.glob(f"{export.id}.*"):
            path.unlink(missing_ok=True)
        self._write(fail_export, export.id, holder=self._holder, fault=reason)
