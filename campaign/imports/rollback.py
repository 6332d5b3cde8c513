"""Undo or drop a batch: decide it at once, then remove its rows in parts.

As with imports, one small transaction decides it and many short ones carry it out, so that nobody
who signs in the meantime waits for fifty thousand rows. `closed_at` says that everything is
removed. If the parts are interrupted, the batch's job continues.
"""

from sqlalchemy import delete, select

from campaign.db.transactions import Write
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, load_for_update_or_none, note_ended
from campaign.imports.models import WAITS, ImportBatch, ImportRow
from campaign.imports.operations import enqueue_rest, mark_changed
from campaign.imports.rows import BATCH_SIZE
from campaign.process.clock import utcnow
from campaign.signatures.erasure import withdraw_and_erase

_rows = ImportRow.__table__


class NothingToUndo(CampaignError):
    """The batch is not imported, or was undone before."""

    status = 409


def undo(*, batch_id: int) -> ImportBatch:
    """Undo an imported batch, or stop one that is being imported, and return it.

    `remove_in_parts` then removes its signatures. Raises NothingToUndo.
    """
    batch = load_for_update_or_none(ImportBatch, batch_id)
    if batch is None or not (batch.state == "imported" or batch.is_arriving):
        raise NothingToUndo(batch_id)
    return _begin(batch)


def undo_restored(*, batch_id: int) -> int | None:
    """Undo a batch that a backup brought back and return how many signatures were removed.

    Nobody signs at that time, so it is one transaction. A batch that was not imported yet when
    the backup was made loses its content. Return None if nothing of it is left.
    """
    batch = load_for_update(ImportBatch, batch_id)
    if batch.closed_at is not None and batch.state != "imported":
        return None
    _begin(batch)
    removed, after = 0, 0
    while part := _remove_part(batch_id, after):
        after, count = part
        removed += count
    return removed


def _begin(batch: ImportBatch) -> ImportBatch:
    batch.state, batch.closed_at = "undone", None
    note_ended("import.undone", batch.id, batch.created_at)
    enqueue_rest(batch)
    return mark_changed(batch)


def remove_in_parts(write: Write, batch_id: int) -> int:
    """Remove the signatures and personal data of an undone batch, and return how many signatures.

    Each part is a transaction run by `write`. The hatching runner updates tally and ledger.
    Signatures removed earlier are not counted again.
    """
    removed, after = 0, 0
    while part := write(_remove_part, batch_id, after):
        after, count = part
        removed += count
    return removed


def erase_rows(write: Write, batch_id: int) -> None:
    """Erase the content of a dropped batch, each part in a transaction run by `write`."""
    while write(_erase_part, batch_id):
        pass


def _remove_part(batch_id: int, after: int) -> tuple[int, int] | None:
    """Remove the signatures of the next rows after a row number.

    Return (last row number, number of signatures removed), or None once all rows are done.
    """
    batch = mark_changed(load_for_update(ImportBatch, batch_id))
    in_batch = _rows.c.batch_id == batch_id
    rows = db.session.execute(
        select(ImportRow.row_number, _rows.c.signature_id)
        .where(in_batch, ImportRow.row_number > after)
        .order_by(ImportRow.row_number)
        .limit(BATCH_SIZE)
    ).all()
    if not rows:
        batch.closed_at = utcnow()
        return None
    db.session.execute(
        delete(_rows).where(
            in_batch, ImportRow.row_number.in_([row.row_number for row in rows]), WAITS
        )
    )
    ids = [row.signature_id for row in rows if row.signature_id is not None]
    return rows[-1].row_number, withdraw_and_erase(ids=ids, now=utcnow())


def _erase_part(batch_id: int) -> bool:
    """Erase some rows and return whether there were any."""
    batch = mark_changed(load_for_update(ImportBatch, batch_id))
    in_batch = _rows.c.batch_id == batch_id
    row_numbers = db.session.scalars(
        select(ImportRow.row_number)
        .where(in_batch)
        .order_by(ImportRow.row_number)
        .limit(BATCH_SIZE)
    ).all()
    if not row_numbers:
        batch.closed_at = utcnow()
    db.session.execute(delete(_rows).where(in_batch, ImportRow.row_number.in_(row_numbers)))
    return bool(row_numbers)
