"""Import a batch: accept it as a whole, then create its signatures in parts.

Fifty thousand rows in one transaction would block everyone who signs in the meantime. So one
transaction accepts the whole batch, and many short ones carry it out. If they are interrupted, the
batch's job continues with the rows that are still waiting.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, func, select

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.imports.classification import Decided
from campaign.imports.models import WAITS, ImportBatch, ImportRow
from campaign.imports.operations import demand_unchanged, enqueue_rest, locked, open_batch
from campaign.imports.rows import AT_ONCE, insert_rows
from campaign.signatures.bulk_create import NEW, Collected, collect_all

_rows = ImportRow.__table__


class StillWrong(CampaignError):
    """Some rows of the batch are wrong. Correct them or leave them out first."""

    status = 409


def accept(
    *, batch_id: int, seen: str | None, decided: Iterable[Decided], now: datetime
) -> ImportBatch:
    """Accept all rows of an open batch for import as `decided`; return the batch.

    `decided` was computed from the rows as they were at `seen`.
    Raises BatchClosed, EditConflict or StillWrong.
    """
    batch = open_batch(batch_id)
    demand_unchanged(batch, seen)
    counts = Counter(each.fate for each in decided)
    if counts["wrong"]:
        raise StillWrong(batch_id)
    batch.accepted_at, batch.counts = now, dict(counts)
    db.session.flush()
    enqueue_rest(batch)
    return batch


def carry_in(write: Callable[..., Any], batch_id: int, decided: Sequence[Decided]) -> ImportBatch:
    """Import an accepted batch in parts, each in a transaction run by `write`; return the batch.

    Rows of people who signed after the batch was accepted become duplicates.
    """
    for start in range(0, len(decided), AT_ONCE):
        write(_bring_part, batch_id, decided[start : start + AT_ONCE])
    return write(_close, batch_id)


def _bring_part(batch_id: int, decided: Sequence[Decided]) -> None:
    """Create the signatures of the new rows and erase what the rows said.

    Skips rows that another process has imported already.
    """
    if not locked(batch_id).is_arriving:
        return
    chosen = (_rows.c.batch_id == batch_id, _rows.c.place.in_([each.place for each in decided]))
    waiting = set(db.session.scalars(select(_rows.c.place).where(*chosen, WAITS)))
    decided = [each for each in decided if each.place in waiting]
    ids = _collected(decided)
    db.session.execute(delete(_rows).where(*chosen, WAITS))
    insert_rows([_evidence(batch_id, each, ids) for each in decided])


def _collected(decided: Iterable[Decided]) -> dict[int, int]:
    """Create the signatures of new rows; return {place: id}. Repeats become duplicates."""
    # Every signer locks index entries in this order, which prevents deadlocks. The sort is stable,
    # so of several rows of one person the first one counts.
    newcomers = sorted(
        (each for each in decided if each.fate in ("new", "held")),
        key=lambda each: each.checked.key[1],
    )
    fates = collect_all([cast(Collected, each.collected) for each in newcomers])
    ids = {}
    for each, fate in zip(newcomers, fates, strict=True):
        if fate.outcome == NEW:
            ids[each.place] = cast(int, fate.id)
        else:
            each.fate, each.why = "duplicate", {"meanwhile": True}
    return ids


def _evidence(batch_id: int, each: Decided, ids: Mapping[int, int]) -> dict[str, Any]:
    """Return what we keep of a row: its fate and its place on paper, but none of its content."""
    return {
        "batch_id": batch_id,
        "place": each.place,
        "fault": "",
        "left_out": each.fate == "left_out",
        "fate": each.fate,
        "why": each.why if each.fate == "duplicate" else {},
        "sheet": each.checked.sheet if each.checked else "",
        "sheet_row": each.checked.row if each.checked else "",
        "signature_id": ids.get(each.place),
    }


def _close(batch_id: int):
    """Mark a batch as imported, unless it was undone in the meantime; return it."""
    batch = locked(batch_id)
    if batch.is_arriving:
        # The rows still waiting are the heading of a file or empty lines of a sheet.
        db.session.execute(delete(_rows).where(_rows.c.batch_id == batch_id, WAITS))
        fates = (
            select(_rows.c.fate, func.count())
            .where(_rows.c.batch_id == batch_id)
            .group_by(_rows.c.fate)
        )
        batch.counts = {fate: many for fate, many in db.session.execute(fates)}
        batch.state = "imported"
        batch.checked_at = batch.imported_at = batch.closed_at = batch.accepted_at
        db.session.flush()
    return batch
