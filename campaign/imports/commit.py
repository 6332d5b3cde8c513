"""Import a batch: accept it as a whole, then create its signatures in parts.

Fifty thousand rows in one transaction would block everyone who signs in the meantime. So one
transaction accepts the whole batch, and many short ones carry it out. If they are interrupted, the
batch's job continues with the rows that are still waiting.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, func, select

from campaign.causes.models import Cause
from campaign.db.transactions import Write
from campaign.db.versioned import check_version
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update
from campaign.imports.checking import ValidatedRow
from campaign.imports.classification import ClassifiedRow
from campaign.imports.models import WAITS, ImportBatch, ImportRow
from campaign.imports.operations import enqueue_rest, open_batch
from campaign.imports.rows import BATCH_SIZE, insert_rows
from campaign.notices.models import NOT_RECORDED
from campaign.notices.operations import record_notice
from campaign.signatures.signing import accept_signatures
from campaign.signatures.signing.commands import SignatureCommand

_rows = ImportRow.__table__


class StillWrong(CampaignError):
    """Some rows of the batch are wrong. Correct them or leave them out first."""

    status = 409


def accept(
    *, batch_id: int, version: int | None, decided: Iterable[ClassifiedRow], now: datetime
) -> ImportBatch:
    """Accept all rows of an open batch for import as `decided` and return the batch.

    `decided` was computed from the rows as they were at `version`.
    Raises BatchClosed, EditConflict or StillWrong.
    """
    batch = open_batch(batch_id)
    check_version(batch, version)
    counts = Counter(row.outcome for row in decided)
    if counts["wrong"]:
        raise StillWrong(batch_id)
    batch.accepted_at, batch.counts = now, dict(counts)
    batch.notice_id = _notice_id(batch)
    db.session.flush()
    enqueue_rest(batch)
    return batch


def import_in_parts(write: Write, batch_id: int, decided: Sequence[ClassifiedRow]) -> ImportBatch:
    """Import an accepted batch in parts, each in a transaction run by `write`. Return the batch.

    Rows of people who signed after the batch was accepted become duplicates.
    """
    for start in range(0, len(decided), BATCH_SIZE):
        write(_import_part, batch_id, decided[start : start + BATCH_SIZE])
    return write(_close, batch_id)


def _import_part(batch_id: int, decided: Sequence[ClassifiedRow]) -> None:
    """Create the signatures of the new rows and erase what the rows said.

    Skips rows that another process has imported already.
    """
    batch = load_for_update(ImportBatch, batch_id)
    if not batch.is_arriving:
        return
    same_rows = (
        _rows.c.batch_id == batch_id,
        ImportRow.row_number.in_([row.row_number for row in decided]),
    )
    waiting = set(db.session.scalars(select(ImportRow.row_number).where(*same_rows, WAITS)))
    decided = [row for row in decided if row.row_number in waiting]
    ids = _create_signatures(decided, batch.notice_id)
    db.session.execute(delete(_rows).where(*same_rows, WAITS))
    insert_rows([_imported_row(batch_id, row, ids) for row in decided])


def _notice_id(batch: ImportBatch) -> int:
    """Return the id of the notice printed with the batch's sheets.

    For sheets that we did not print it is their own text. A batch without a text came from
    elsewhere, and nobody knows what people read.
    """
    if batch.notice_id != NOT_RECORDED or not batch.consent_text:
        return batch.notice_id
    cause = cast(Cause, db.session.get(Cause, batch.cause_id))
    return record_notice(
        organisation_id=cause.organisation_id, lang=batch.lang, text=batch.consent_text
    )


def _create_signatures(decided: Iterable[ClassifiedRow], notice_id: int) -> dict[int, int]:
    """Create the signatures of new rows and return {row number: id}. Repeats become duplicates."""
    # Every signer locks index entries in this order, which prevents deadlocks. The sort is stable,
    # so of several rows of one person the first one counts.
    newcomers = sorted(
        (row for row in decided if row.outcome in ("new", "held")),
        key=lambda row: cast(ValidatedRow, row.checked).key[1],
    )
    results = accept_signatures(
        commands=[
            replace(cast(SignatureCommand, row.command), notice_id=notice_id) for row in newcomers
        ]
    )
    ids = {}
    for row, result in zip(newcomers, results, strict=True):
        if result.signature_id is None:
            row.outcome, row.outcome_details = "duplicate", {"meanwhile": True}
        else:
            ids[row.row_number] = result.signature_id
    return ids


def _imported_row(batch_id: int, row: ClassifiedRow, ids: Mapping[int, int]) -> dict[str, Any]:
    """Return what we keep of a row: its outcome and its place on paper, but none of its content."""
    return {
        "batch_id": batch_id,
        "place": row.row_number,
        "error_code": "",
        "left_out": row.outcome == "left_out",
        "outcome": row.outcome,
        "outcome_details": row.outcome_details if row.outcome == "duplicate" else {},
        "sheet": row.checked.sheet if row.checked else "",
        "sheet_row": row.checked.row if row.checked else "",
        "signature_id": ids.get(row.row_number),
    }


def _close(batch_id: int) -> ImportBatch:
    """Mark a batch as imported, unless it was undone in the meantime, and return it."""
    batch = load_for_update(ImportBatch, batch_id)
    if batch.is_arriving:
        # The rows still waiting are the heading of a file or empty lines of a sheet.
        db.session.execute(delete(_rows).where(_rows.c.batch_id == batch_id, WAITS))
        outcomes = (
            select(_rows.c.outcome, func.count())
            .where(_rows.c.batch_id == batch_id)
            .group_by(_rows.c.outcome)
        )
        batch.counts = {outcome: many for outcome, many in db.session.execute(outcomes)}
        batch.state = "imported"
        batch.checked_at = batch.imported_at = batch.closed_at = batch.accepted_at
        db.session.flush()
    return batch
