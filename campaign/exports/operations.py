"""The life of an export: asked for, made by one worker at a time, kept for three days, gone."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from campaign.db.insertion import insert
from campaign.exports.models import IN_WORK, Export, ExportChoice
from campaign.extensions import db
from campaign.security.sealed_files import new_seed

LOCK = timedelta(seconds=60)
KEPT = timedelta(hours=72)
MAX_ATTEMPTS = 3


def ask_for_export(*, petition_id, cause_id, organizer_id, kind, aim, purpose, choice, now):
    """Have a file made; return its Export."""
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


def remember_choice(*, organizer_id, petition_id, aim, kind, choice):
    """Keep what an organizer chose, in place of what they chose before for this petition and aim."""
    keys = {"organizer_id": organizer_id, "petition_id": petition_id, "aim": aim}
    chosen = {"kind": kind, "choice": choice}
    statement = insert(ExportChoice).values(**keys, **chosen)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=chosen))


def claim_export(*, holder, now):
    """Take the export that waits longest, or one that its holder left, for LOCK; return it, or None."""
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


def note_progress(export_id, *, holder, now, **columns):
    """Note how far the export is, and keep it for LOCK; return whether it is still ours.

    `columns` with `work` say from where another could go on; whoever got so far has not failed.
    """
    settled = {"attempts": 0} if "work" in columns else {}
    return _ours(export_id, holder, locked_until=now + LOCK, **settled, **columns)


def give_back(export_id, *, holder):
    """Let another go on at once, as we are told to stop."""
    return _ours(export_id, holder, state="waiting", locked_until=None, attempts=0)


def finish_export(export_id, *, holder, now, size, sha256):
    """Offer the file; return whether it was still ours."""
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


def fail_export(export_id, *, holder, fault):
    """Give the export up because of `fault`; return whether it was still ours."""
    return _ours(export_id, holder, state="failed", fault=fault, locked_until=None)


def start_again(export_id, *, now):
    """Have a failed export made from its beginning; return whether it had failed."""
    anew = {
        "work": {},
        "locked_until": None,
        **dict.fromkeys(("attempts", "done", "frames", "octets"), 0),
    }
    failed = (Export.id == export_id, Export.state == "failed")
    return _change(*failed, state="waiting", fault="", asked_at=now, seed=new_seed(), **anew)


def drop_export(export_id):
    """Forget an export in whatever state, and with it the key of its file."""
    return db.session.execute(delete(Export).where(Export.id == export_id)).rowcount == 1


def sweep_exports(*, now):
    """Forget what was kept for long enough, and what failed as long ago; return the names of the files that are to stay."""
    too_old = (Export.ready_at <= now - KEPT) | (
        (Export.state == "failed") & (Export.asked_at <= now - KEPT)
    )
    db.session.execute(delete(Export).where(too_old).execution_options(synchronize_session=False))
    return [f"{export_id}.sealed" for export_id in db.session.scalars(select(Export.id))]


def _ours(export_id, holder, **columns):
    return _change(
        Export.id == export_id, Export.holder == holder, Export.state == "working", **columns
    )


def _change(*conditions, **columns):
    statement = update(Export).where(*conditions).values(**columns)
    return db.session.execute(statement.execution_options(synchronize_session=False)).rowcount == 1
