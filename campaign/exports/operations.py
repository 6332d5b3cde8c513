"""The life cycle of an export: requested, made by one worker, kept for three days, deleted."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from campaign.db.upsert import insert
from campaign.exports.models import IN_WORK, Export, ExportChoice
from campaign.extensions import db
from campaign.security.sealed_files import new_seed

LOCK = timedelta(seconds=60)
KEPT = timedelta(hours=72)
MAX_ATTEMPTS = 3


def ask_for_export(
    *,
    petition_id: int,
    cause_id: int,
    organizer_id: int,
    kind: str,
    aim: str,
    purpose: str,
    choice: dict[str, Any],
    now: datetime,
) -> Export:
    """Request an export; return it."""
    export = Export(
        petition_id=petition_id,
        cause_id=cause_id,
        organizer_id=organizer_id,
        kind=kind,
        aim=aim,
        purpose=purpose,
        choice=choice,
        asked_at=now,
    )
    db.session.add(export)
    db.session.flush()
    return export


def remember_choice(
    *, organizer_id: int, petition_id: int, aim: str, kind: str, choice: dict[str, Any]
) -> None:
    """Store an organizer's choice, in place of their last one for this petition and aim."""
    keys = {"organizer_id": organizer_id, "petition_id": petition_id, "aim": aim}
    chosen = {"kind": kind, "choice": choice}
    statement = insert(ExportChoice).values(**keys, **chosen)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=chosen))


def claim_export(*, holder: str, now: datetime) -> Export | None:
    """Claim the export that has waited longest, or an abandoned one, for LOCK; return it, or None.

    One that was tried MAX_ATTEMPTS times fails.
    """
    free = Export.locked_until.is_(None) | (Export.locked_until <= now)
    export = db.session.scalar(
        select(Export)
        .where(IN_WORK, free)
        .order_by(Export.asked_at, Export.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Export)
        .execution_options(populate_existing=True)
    )
    if export is None:
        return None
    if export.attempts >= MAX_ATTEMPTS:
        export.state, export.fault = "failed", "broken"
        db.session.flush()
        return None
    export.state, export.holder, export.locked_until = "working", holder, now + LOCK
    export.attempts += 1
    db.session.flush()
    return export


def note_progress(export_id: int, *, holder: str, now: datetime, **columns: Any) -> bool:
    """Store progress and renew the lease for LOCK; return whether the export is still ours.

    If `columns` include `work`, others can continue from here. That resets the attempts, because
    a worker that gets this far has not failed.
    """
    settled = {"attempts": 0} if "work" in columns else {}
    return _ours(export_id, holder, locked_until=now + LOCK, **settled, **columns)


def give_back(export_id: int, *, holder: str) -> bool:
    """Release the export when told to stop, so another worker can continue at once."""
    return _ours(export_id, holder, state="waiting", locked_until=None, attempts=0)


def finish_export(export_id: int, *, holder: str, now: datetime, size: int, sha256: str) -> bool:
    """Mark the file as ready to download; return whether the export was still ours."""
    return _ours(
        export_id,
        holder,
        state="ready",
        ready_at=now,
        size=size,
        sha256=sha256,
        work={},
        locked_until=None,
    )


def fail_export(export_id: int, *, holder: str, fault: str) -> bool:
    """Mark the export as failed because of `fault`; return whether it was still ours."""
    return _ours(export_id, holder, state="failed", fault=fault, locked_until=None)


def start_again(export_id: int, *, now: datetime) -> bool:
    """Request a failed export again from its beginning; return whether it had failed."""
    anew = {
        "work": {},
        "locked_until": None,
        **dict.fromkeys(("attempts", "done", "frames", "octets"), 0),
    }
    failed = (Export.id == export_id, Export.state == "failed")
    return _change(*failed, state="waiting", fault="", asked_at=now, seed=new_seed(), **anew)


def drop_export(export_id: int) -> bool:
    """Delete an export in any state, and the seed of its key; return whether it existed."""
    return db.session.execute(delete(Export).where(Export.id == export_id)).rowcount == 1


def sweep_exports(*, now: datetime) -> list[str]:
    """Delete expired exports and old failed ones; return the names of the files to keep."""
    too_old = (Export.ready_at <= now - KEPT) | (
        (Export.state == "failed") & (Export.asked_at <= now - KEPT)
    )
    db.session.execute(delete(Export).where(too_old).execution_options(synchronize_session=False))
    return [f"{export_id}.sealed" for export_id in db.session.scalars(select(Export.id))]


def _ours(export_id: int, holder: str, **columns: Any) -> bool:
    return _change(
        Export.id == export_id, Export.holder == holder, Export.state == "working", **columns
    )


def _change(*conditions: Any, **columns: Any) -> bool:
    statement = update(Export).where(*conditions).values(**columns)
    return db.session.execute(statement.execution_options(synchronize_session=False)).rowcount == 1
