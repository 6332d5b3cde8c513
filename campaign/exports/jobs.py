"""The job that writes a requested file, and the deletion of old files."""

import errno
import logging
import time
from collections.abc import Generator
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from campaign.exports.delivery_pack import DeliveryPack
from campaign.exports.models import SUBSCRIBERS, Export
from campaign.exports.operations import (
    JOB,
    fail_export,
    finish_export,
    note_done,
    return_export,
    start_export,
    sweep_exports,
    wait_for_storage,
)
from campaign.exports.queries import (
    export_by_id,
    export_files,
    key_for,
    scratch_prefix,
)
from campaign.exports.signature_table import pieces_of_signatures, table_of
from campaign.exports.subscribers import (
    count_subscribers,
    pieces_of_subscribers,
    subscriber_format,
)
from campaign.exports.zip_stream import ArchiveTooLarge
from campaign.extensions import database_now, db, write
from campaign.files.scratch import remove_scratch, scratch_folder
from campaign.files.storage import FilesUnavailable
from campaign.health.disk_checks import reserve_space
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import JobRun, WorkerContext
from campaign.security.sealed_files import SealBroken, Sealer, size_and_digest
from campaign.subscriptions.models import SubscriptionScope

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
REPORT_SECONDS = 2
SWEEP_SECONDS = 60
# When a file is made again that could not be stored.
STORAGE_PAUSE = timedelta(minutes=1)

log = logging.getLogger("campaign.exports")
work = BackgroundWork()


@work.job(JOB, on_return=return_export, on_give_up=fail_export, waits_in_surge=True)
def write_export(run: JobRun) -> datetime | None:
    """Write the file of an export from its beginning."""
    export = export_by_id(run.subject_id)
    if export is None or export.state not in ("waiting", "working"):
        return None
    # It may be deleted at any time, and then could not be loaded again after a rollback.
    db.session.expunge(export)
    settings, prefix = run.worker.settings, scratch_prefix(export.id)
    # What a killed worker left. If it still lives, it has lost the job, and must not write our
    # file.
    remove_scratch(settings, prefix)
    draft = scratch_folder(settings) / f"{prefix}{run.worker.holder}.draft"
    storage = export_files(settings)
    try:
        # Tells before the work whether the storage answers.
        storage.delete(export.file_name)
        columns = _write(export, run, draft, key_for(export, settings))
        # This claims the job again and again. A worker that has lost it stores nothing.
        claim = partial(run.report, 100)
        storage.put(export.file_name, draft, on_progress=claim)
    except FilesUnavailable:
        run.write(wait_for_storage, export.id)
        return run.now() + STORAGE_PAUSE
    except (OSError, ArchiveTooLarge, SealBroken) as error:
        # First free the disk space, so that the database can store the failure.
        draft.unlink(missing_ok=True)
        _fail(export, run, error)
    else:
        run.finish(finish_export, export.id, now=run.now(), **columns)
    finally:
        draft.unlink(missing_ok=True)
    return None


@work.periodic(seconds=SWEEP_SECONDS)
def sweep_files(worker: WorkerContext) -> None:
    """Delete expired exports, and every file that belongs to no export."""
    storage = export_files(worker.settings)
    names: list[str] = []
    try:
        # A file is stored after its row, so one that we list first and that has no row is an
        # orphan.
        names = [file.name for file in storage.files()]
    finally:
        # This deletes the keys too, which makes the files unreadable even while the storage is
        # away.
        current = write(sweep_exports, now=database_now())
    for name in set(names).difference(current):
        storage.delete(name)


def _write(export: Export, run: JobRun, draft: Path, key: bytes) -> dict[str, Any]:
    """Write the file and return the columns of the Export that describe it."""
    reserve_space(run.worker.settings["VAR_DIR"])
    pieces = _pieces(export, run, draft.with_suffix(".table"), key)
    with closing(pieces), Sealer(draft, key) as sealer:
        for data in pieces:
            sealer.write(data)
        frames = sealer.finish()
    size, sha256 = size_and_digest(draft, key, frames)
    return {"frames": frames, "size": size, "sha256": sha256}


def _pieces(
    export: Export, run: JobRun, table_path: Path, key: bytes
) -> Generator[bytes, None, None]:
    """Yield the bytes of the file, and record the progress from time to time."""
    if export.kind == "pack":
        pack = DeliveryPack(export, table_path, key)
        total, pieces = pack.total(), pack.pieces()
    elif export.aim == SUBSCRIBERS:
        file_format = subscriber_format(export.kind, for_people=True)
        scope = SubscriptionScope(cause_id=export.cause_id, organisation_id=export.organisation_id)
        total, pieces = count_subscribers(**scope), pieces_of_subscribers(file_format, **scope)
    else:
        table = table_of(export)
        total, pieces = table.total(), pieces_of_signatures(export, table)
    run.write(start_export, export.id, total=total)
    with closing(pieces):
        reported_at, reported = time.monotonic(), 0
        for data, done in pieces:
            yield data
            run.check_stop()
            if time.monotonic() - reported_at > REPORT_SECONDS or done > reported:
                reserve_space(run.worker.settings["VAR_DIR"])
                run.write(note_done, export.id, done=done)
                reported_at, reported = time.monotonic(), done


def _fail(export: Export, run: JobRun, error: Exception) -> None:
    """Give up for a reason that another attempt would not change."""
    error_code = (
        "too_large"
        if isinstance(error, ArchiveTooLarge)
        else "no_room"
        if getattr(error, "errno", None) in DISK_FULL
        else "broken"
    )
    # Log only the kind of error, because its message could hold a path or worse.
    log.error("export %s failed: %s %s", export.id, type(error).__name__, error_code)
    run.finish(fail_export, export.id, error_code=error_code)
