"""The worker's tasks: finish accepted, undone and dropped batches, and drop abandoned ones."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from campaign.accounts.audit import WORKER, record
from campaign.extensions import db
from campaign.imports.classification import decide
from campaign.imports.commit import carry_in
from campaign.imports.models import AT_ONE_SITTING, ImportBatch
from campaign.imports.operations import KEPT, drop
from campaign.imports.queries import checker_for, items_of
from campaign.imports.rollback import carry_out, erase_rows

# A request carries out its own batch at once, unless it is large. After this time, it was stopped.
PATIENCE = timedelta(minutes=2)
_IS_LARGE = ImportBatch.rows > AT_ONE_SITTING
_GO_BY = {"undone": carry_out, "dropped": erase_rows}


def go_on(write: Callable[..., Any], *, now: datetime) -> int:
    """Finish accepted, undone and dropped batches that are large or were interrupted.

    Return the number of batches. Each part is a transaction run by `write`.
    """
    is_left = or_(
        ImportBatch.accepted_at < now - PATIENCE, ImportBatch.accepted_at.is_not(None) & _IS_LARGE
    )
    left = db.session.scalars(select(ImportBatch).where(ImportBatch.state == "open", is_left)).all()
    for batch in left:
        checker = checker_for(batch, now)
        if checker:
            carry_in(write, batch.id, decide(checker, items_of(batch, waiting=True)))
    return len(left) + _let_go(write, now)


def forget(write: Callable[..., Any], *, now: datetime) -> int:
    """Drop the open batches that nobody has changed for KEPT, and erase their content.

    Return the number of batches.
    """
    ids = write(_drop_old, now)
    for batch_id in ids:
        erase_rows(write, batch_id)
    return len(ids)


def _let_go(write: Callable[..., Any], now: datetime) -> int:
    # A file that is still being stored counts as dropped too, so wait until it stops changing.
    is_left = or_(
        ImportBatch.changed_at < now - PATIENCE, (ImportBatch.state == "undone") & _IS_LARGE
    )
    is_going = (ImportBatch.state.in_(_GO_BY), ImportBatch.closed_at.is_(None), is_left)
    left = db.session.execute(select(ImportBatch.id, ImportBatch.state).where(*is_going)).all()
    for batch_id, state in left:
        _GO_BY[state](write, batch_id)
    return len(left)


def _drop_old(now: datetime) -> list[int]:
    forgotten = (
        ImportBatch.state == "open",
        ImportBatch.accepted_at.is_(None),
        ImportBatch.changed_at < now - KEPT,
    )
    old = db.session.scalars(
        select(ImportBatch).where(*forgotten).limit(20).with_for_update(skip_locked=True)
    ).all()
    for batch in old:
        drop(batch_id=batch.id)
        record(WORKER, "imports.drop", subject=("import", batch.id), cause_id=batch.cause_id)
    return [batch.id for batch in old]
