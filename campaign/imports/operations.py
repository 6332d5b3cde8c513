"""Change a batch before it is imported: match columns, correct rows, store outcomes, or drop it.

Each operation takes the `version` of the batch that the form showed, None without a form. It raises
EditConflict if someone else has changed the batch since. Importing the batch decides all outcomes
again.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from campaign.db.transactions import Write
from campaign.db.versioned import check_version
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update_or_none
from campaign.imports.classification import ClassifiedRow
from campaign.imports.models import ImportBatch, ImportRow
from campaign.imports.rows import insert_rows, row_of
from campaign.jobs.operations import enqueue
from campaign.process.clock import utcnow

JOB = "import"
RETENTION = timedelta(days=7)
# A request carries out its own batch at once, unless it is large. After this time, it was stopped,
# and the batch's job finishes it.
STOPPED_AFTER = timedelta(minutes=2)
# Keeps transactions short: people who sign at the same time wait a few hundredths of a second.
OUTCOMES_AT_ONCE = 1000

_rows = ImportRow.__table__


class BatchClosed(CampaignError):
    """The batch is being imported, or was imported, undone or dropped. It cannot be changed."""

    status = 409


def forget_erased(signature_ids: Iterable[int]) -> None:
    """Remove the links from imported rows to erased signatures."""
    db.session.execute(
        update(ImportRow).where(ImportRow.signature_id.in_(signature_ids)).values(signature_id=None)
    )


def match(
    *,
    batch_id: int,
    version: int | None,
    mapping: Mapping[int, str],
    has_heading: bool,
    **settings: Any,
) -> ImportBatch:
    """Set the field of each column of a file, and the settings for all rows, and return the batch.

    `mapping` is {index of the column: field}. `has_heading` says if the first row is a heading.
    """
    batch = _load_changed(batch_id, version)
    first = db.session.scalar(
        select(ImportRow)
        .where(ImportRow.batch_id == batch_id)
        .order_by(ImportRow.row_number)
        .limit(1)
    )
    had_heading = bool(batch.header)
    batch.header = list(first.cells or []) if first is not None and has_heading else []
    batch.rows += had_heading - has_heading
    batch.mapping = {str(index): field for index, field in mapping.items()}
    for name, value in settings.items():
        setattr(batch, name, value)
    batch.checked_at, batch.counts = None, {}
    db.session.flush()
    return batch


def store_typed(
    *,
    batch_id: int,
    typed: Mapping[int, dict[str, str]],
    version: int | None = None,
    left_out: Collection[int] | None = None,
) -> ImportBatch:
    """Store what was typed in rows, as {row number: {field: text}}, and return the batch.

    `left_out` lists which of these rows are left out.
    """
    batch = _load_changed(batch_id, version)
    stored = {row.row_number: row for row in _rows_at(batch_id, typed)}
    new_row_numbers = (
        [row_number for row_number in typed if row_number not in stored]
        if batch.kind == "typed"
        else []
    )
    for row_number, row in stored.items():
        row.typed = (
            {**(row.typed or {}), **typed[row_number]}
            if batch.kind == "file"
            else typed[row_number]
        )
        row.outcome, row.outcome_details = "", {}
        if left_out is not None:
            row.left_out = row_number in left_out
        if row.left_out is False and row.error_code and typed[row_number]:
            # Someone has looked at the broken row and entered what it should say.
            row.error_code = ""
    db.session.flush()
    insert_rows(
        [row_of(batch_id, row_number, typed=typed[row_number]) for row_number in new_row_numbers]
    )
    batch.checked_at = None
    db.session.flush()
    return batch


def begin_change(*, batch_id: int, version: int | None) -> ImportBatch:
    """Mark the batch as changed before its outcomes are decided again and return it."""
    return _load_changed(batch_id, version)


def store_outcomes(
    write: Write,
    *,
    batch_id: int,
    version: int | None,
    decided: Sequence[ClassifiedRow],
    now: datetime,
) -> ImportBatch:
    """Store the outcome of each row, in short transactions run by `write`, and return the batch."""
    for start in range(0, len(decided), OUTCOMES_AT_ONCE):
        version = write(
            _store_some_outcomes, batch_id, version, decided[start : start + OUTCOMES_AT_ONCE]
        )
    return write(_store_counts, batch_id, version, decided, now)


def _store_some_outcomes(
    batch_id: int, version: int | None, decided: Sequence[ClassifiedRow]
) -> int:
    """Replace these rows in bulk, which is faster than updates. Return the batch's new version."""
    batch = _load_changed(batch_id, version)
    batch.checked_at = None
    db.session.flush()
    same_rows = (
        _rows.c.batch_id == batch_id,
        ImportRow.row_number.in_([item.row_number for item in decided]),
    )
    stored = {
        row.place: row._asdict() for row in db.session.execute(select(_rows).where(*same_rows))
    }
    db.session.execute(delete(_rows).where(*same_rows))
    outcomes = [
        {
            "left_out": item.outcome == "left_out",
            "outcome": item.outcome,
            "outcome_details": item.outcome_details,
        }
        for item in decided
    ]
    insert_rows(
        [
            {**stored[item.row_number], **outcome}
            for item, outcome in zip(decided, outcomes, strict=True)
        ]
    )
    return batch.version


def _store_counts(
    batch_id: int, version: int | None, decided: Iterable[ClassifiedRow], now: datetime
) -> ImportBatch:
    batch = _load_changed(batch_id, version)
    batch.checked_at, batch.counts = now, dict(Counter(row.outcome for row in decided))
    db.session.flush()
    return batch


def drop(*, batch_id: int, version: int | None = None) -> ImportBatch:
    """Drop an open batch and return it. `erase_rows` then erases its content."""
    batch = _load_changed(batch_id, version)
    batch.state = "dropped"
    db.session.flush()
    enqueue_rest(batch)
    return batch


def enqueue_rest(batch: ImportBatch) -> None:
    """Queue the job that finishes the batch: at once if it is large, else if we are interrupted."""
    is_ours = batch.state == "dropped" or not batch.is_large
    enqueue(JOB, batch.id, delay=STOPPED_AFTER if is_ours else timedelta(0))


def open_batch(batch_id: int) -> ImportBatch:
    """Return the open batch, locked until the transaction ends. Raises BatchClosed."""
    batch = load_for_update_or_none(ImportBatch, batch_id)
    if batch is None or not batch.is_open:
        raise BatchClosed(batch_id)
    return batch


def mark_changed(batch: ImportBatch) -> ImportBatch:
    """Note that the batch has changed, which gives it a new version, and return it."""
    batch.changed_at = max(utcnow(), batch.changed_at + timedelta(microseconds=1))
    db.session.flush()
    return batch


def _load_changed(batch_id: int, version: int | None = None) -> ImportBatch:
    batch = open_batch(batch_id)
    check_version(batch, version)
    return mark_changed(batch)


def _rows_at(batch_id: int, row_numbers: Iterable[int]) -> Sequence[ImportRow]:
    query = select(ImportRow).where(
        ImportRow.batch_id == batch_id, ImportRow.row_number.in_(list(row_numbers))
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()
