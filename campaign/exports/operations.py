"""The life cycle of an export: requested, made by a job, kept for three days, deleted."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from campaign.db.upsert import insert
from campaign.exports.models import Export, ExportChoice, sealed_name
from campaign.extensions import db, rows_changed
from campaign.jobs.operations import cancel_job, enqueue
from campaign.security.sealed_files import new_seed

JOB = "export"
RETENTION = timedelta(hours=72)


def request_export(
    *,
    petition_id: int | None,
    cause_id: int | None,
    organisation_id: int | None = None,
    organizer_id: int,
    kind: str,
    aim: str,
    purpose: str,
    choice: dict[str, Any],
    now: datetime,
) -> Export:
    """Request an export, and queue its job, and return the export.

    It is of a petition and its cause, or of the subscribers of a cause or of an organisation.
    """
    export = Export(
        petition_id=petition_id,
        cause_id=cause_id,
        organisation_id=organisation_id,
        organizer_id=organizer_id,
        kind=kind,
        aim=aim,
        purpose=purpose,
        choice=choice,
        requested_at=now,
    )
    db.session.add(export)
    db.session.flush()
    enqueue(JOB, export.id)
    return export


def remember_choice(
    *, organizer_id: int, petition_id: int, aim: str, kind: str, choice: dict[str, Any]
) -> None:
    """Store an organizer's choice, in place of their last one for this petition and aim."""
    keys = {"organizer_id": organizer_id, "petition_id": petition_id, "aim": aim}
    values = {"kind": kind, "choice": choice}
    statement = insert(ExportChoice).values(**keys, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))


def start_export(export_id: int, *, total: int) -> None:
    """Record that the file is being written from its beginning, for `total` signatures."""
    _change(Export.id == export_id, state="working", total=total, done=0, error_code="")


def note_done(export_id: int, *, done: int) -> None:
    """Record how many signatures are written."""
    _change(Export.id == export_id, done=done)


def return_export(export_id: int) -> None:
    """Let the export wait for a worker again."""
    _change(Export.id == export_id, Export.state == "working", state="waiting", done=0)


def wait_for_storage(export_id: int) -> None:
    """Let the export wait until the storage of files answers again."""
    _change(Export.id == export_id, state="waiting", done=0, error_code="no_storage")


def finish_export(export_id: int, *, now: datetime, frames: int, size: int, sha256: str) -> None:
    """Mark the file as ready to download."""
    columns = {"frames": frames, "size": size, "sha256": sha256}
    _change(Export.id == export_id, state="ready", ready_at=now, **columns)


def fail_export(export_id: int, *, error_code: str = "broken") -> None:
    """Mark the export as failed because of `error_code`."""
    _change(Export.id == export_id, state="failed", error_code=error_code)


def start_again(export_id: int, *, now: datetime) -> bool:
    """Request a failed export again and return whether it had failed."""
    failed = (Export.id == export_id, Export.state == "failed")
    reset = {"done": 0, "frames": 0, "error_code": "", "seed": new_seed()}
    if not _change(*failed, state="waiting", requested_at=now, **reset):
        return False
    enqueue(JOB, export_id)
    return True


def drop_export(export_id: int) -> bool:
    """Delete an export in any state, its job, and the seed of its key.

    Return whether it existed.
    """
    existed = rows_changed(delete(Export).where(Export.id == export_id), synchronize=True) == 1
    cancel_job(JOB, export_id)
    return existed


def sweep_exports(*, now: datetime) -> list[str]:
    """Delete expired exports and old failed ones, and return the names of the files to keep."""
    too_old = (Export.ready_at <= now - RETENTION) | (
        (Export.state == "failed") & (Export.requested_at <= now - RETENTION)
    )
    db.session.execute(delete(Export).where(too_old).execution_options(synchronize_session=False))
    return [sealed_name(export_id) for export_id in db.session.scalars(select(Export.id))]


def _change(*conditions: Any, **columns: Any) -> bool:
    statement = update(Export).where(*conditions).values(**columns)
    return rows_changed(statement) == 1
