"""Batches until they come in: matched, mended, decided on, or dropped.

Each operation takes the batch as `seen`, the instant at which the page showed it last changed, and raises EditConflict
where somebody else was quicker. What is decided here is decided again when the batch comes in.
"""

from collections import Counter
from datetime import timedelta

from sqlalchemy import delete, select, update

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.imports.models import ImportBatch, ImportRow
from campaign.imports.rows import insert_rows, row_of
from campaign.process.clock import utcnow

KEPT = timedelta(days=7)
# So that whoever signs meanwhile waits for some hundredths of a second.
FATES_AT_ONCE = 1000

_rows = ImportRow.__table__


class BatchClosed(CampaignError):
    """The batch comes in or did, was undone or dropped, and takes no more changes."""

    status = 409


class EditConflict(CampaignError):
    """Somebody else changed the batch since the page was shown."""

    status = 409


def forget_erased(signature_ids):
    """No longer keep from which row of a sheet or file erased signatures came."""
    db.session.execute(
        update(ImportRow).where(ImportRow.signature_id.in_(signature_ids)).values(signature_id=None)
    )


def match(*, batch_id, seen, mapping, has_heading, **settings):
    """Say what the columns of a file hold ({place: field}), whether its first row names them, and what holds for all rows."""
    batch = _changed(batch_id, seen)
    first = db.session.scalar(
        select(ImportRow).where(ImportRow.batch_id == batch_id).order_by(ImportRow.place).limit(1)
    )
    had_heading = bool(batch.header)
    batch.header = list(first.cells) if has_heading else []
    batch.rows += had_heading - has_heading
    batch.mapping = {str(place): field for place, field in mapping.items()}
    for name, value in settings.items():
        setattr(batch, name, value)
    batch.checked_at, batch.counts = None, {}
    db.session.flush()
    return batch


def keep_typed(*, batch_id, typed, seen=None, left_out=None):
    """Keep what was typed in rows, {place: {field: text}}; of those rows `left_out` names the ones that stay out."""
    batch = _changed(batch_id, seen)
    known = {row.place: row for row in _chosen(batch_id, typed)}
    fresh = [place for place in typed if place not in known] if batch.kind == "typed" else []
    for place, row in known.items():
        row.typed = {**(row.typed or {}), **typed[place]} if batch.kind == "file" else typed[place]
        row.fate, row.why = "", {}
        if left_out is not None:
            row.left_out = place in left_out
        if row.left_out is False and row.fault and typed[place]:
            # Somebody has looked at the broken row, and written what it should say.
            row.fault = ""
    db.session.flush()
    insert_rows([row_of(batch_id, place, typed=typed[place]) for place in fresh])
    batch.checked_at = None
    db.session.flush()
    return batch


def begin_change(*, batch_id, seen):
    """Claim the batch for fates that are decided anew; return it."""
    return _changed(batch_id, seen)


def keep_fates(write, *, batch_id, seen, decided, now):
    """Write down what was decided of each row, some hundreds of them in each transaction by `write`; return the batch."""
    for start in range(0, len(decided), FATES_AT_ONCE):
        seen = write(_keep_some_fates, batch_id, seen, decided[start : start + FATES_AT_ONCE])
    return write(_keep_counts, batch_id, seen, decided, now)


def _keep_some_fates(batch_id, seen, decided):
    """Write these rows anew, which is quicker than one by one; return by what the next who changes the batch knows it."""
    batch = _changed(batch_id, seen)
    batch.checked_at = None
    chosen = (_rows.c.batch_id == batch_id, _rows.c.place.in_([each.place for each in decided]))
    kept = {row.place: row._asdict() for row in db.session.execute(select(_rows).where(*chosen))}
    db.session.execute(delete(_rows).where(*chosen))
    fates = [
        {"left_out": each.fate == "left_out", "fate": each.fate, "why": each.why}
        for each in decided
    ]
    insert_rows([{**kept[each.place], **fate} for each, fate in zip(decided, fates, strict=True)])
    return batch.changed_at.isoformat()


def _keep_counts(batch_id, seen, decided, now):
    batch = _changed(batch_id, seen)
    batch.checked_at, batch.counts = now, dict(Counter(each.fate for each in decided))
    db.session.flush()
    return batch


def drop(*, batch_id, seen=None):
    """Throw an open batch away; `erase_rows` then erases all that was written in it. Returns it."""
    batch = _changed(batch_id, seen)
    batch.state = "dropped"
    db.session.flush()
    return batch


def locked(batch_id):
    """Return the batch as it is now, locked until the transaction ends, or None."""
    return db.session.get(ImportBatch, batch_id, with_for_update=True, populate_existing=True)


def open_batch(batch_id):
    """Return the batch, locked until the transaction ends. Raises BatchClosed."""
    batch = locked(batch_id)
    if batch is None or not batch.is_open:
        raise BatchClosed(batch_id)
    return batch


def demand_unchanged(batch, seen):
    """Raise EditConflict where the batch was changed since the instant `seen`, in ISO 8601."""
    if seen is not None and batch.changed_at.isoformat() != seen:
        raise EditConflict(batch.id)


def mark_changed(batch):
    """Let everybody who has seen the batch before find out that it changed; return it."""
    batch.changed_at = max(utcnow(), batch.changed_at + timedelta(microseconds=1))
    db.session.flush()
    return batch


def _changed(batch_id, seen=None):
    batch = open_batch(batch_id)
    demand_unchanged(batch, seen)
    return mark_changed(batch)


def _chosen(batch_id, places):
    query = select(ImportRow).where(
        ImportRow.batch_id == batch_id, ImportRow.place.in_(list(places))
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()
