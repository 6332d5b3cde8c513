"""The moment a batch comes in: accepted as a whole, then brought in by parts.

Fifty thousand rows in one transaction would keep everybody waiting who signs meanwhile. So one transaction decides that all of
a batch comes in, and many short ones carry it out; where they are cut short, the worker goes on from the rows that still wait.
"""

from collections import Counter

from sqlalchemy import delete, func, select

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.imports.models import WAITS, ImportRow
from campaign.imports.operations import demand_unchanged, locked, open_batch
from campaign.imports.rows import AT_ONCE, insert_rows
from campaign.signatures.bulk_create import NEW, collect_all

_rows = ImportRow.__table__


class StillWrong(CampaignError):
    """Rows of the batch are wrong: they are mended or left out first."""

    status = 409


def accept(*, batch_id, seen, decided, now):
    """Settle that all rows of an open batch come in as `decided`, which was decided as they were at `seen`; return the batch.

    Raises BatchClosed, EditConflict or StillWrong.
    """
    batch = open_batch(batch_id)
    demand_unchanged(batch, seen)
    counts = Counter(each.fate for each in decided)
    if counts["wrong"]:
        raise StillWrong(batch_id)
    batch.accepted_at, batch.counts = now, dict(counts)
    db.session.flush()
    return batch


def carry_in(write, batch_id, decided):
    """Bring an accepted batch in, each part in a transaction of its own by `write`; return the batch.

    Who signed since it was decided is found out here, and becomes a duplicate.
    """
    for start in range(0, len(decided), AT_ONCE):
        write(_bring_part, batch_id, decided[start : start + AT_ONCE])
    return write(_close, batch_id)


def _bring_part(batch_id, decided):
    """Make signatures of those rows that are new, and erase what the rows said; those that somebody else brought in are passed."""
    if not locked(batch_id).is_arriving:
        return
    chosen = (_rows.c.batch_id == batch_id, _rows.c.place.in_([each.place for each in decided]))
    waiting = set(db.session.scalars(select(_rows.c.place).where(*chosen, WAITS)))
    decided = [each for each in decided if each.place in waiting]
    ids = _collected(decided)
    db.session.execute(delete(_rows).where(*chosen, WAITS))
    insert_rows([_evidence(batch_id, each, ids) for each in decided])


def _collected(decided):
    """Write the signatures of those who are new; return {place: id}. Who turns out to be a second one becomes a duplicate."""
    # In the order in which everybody who signs takes the index, so that nobody waits for us in a circle; rows of one person
    # keep theirs, so that the first of them counts.
    newcomers = sorted(
        (each for each in decided if each.fate in ("new", "held")),
        key=lambda each: each.checked.key[1],
    )
    fates = collect_all([each.collected for each in newcomers])
    ids = {}
    for each, fate in zip(newcomers, fates, strict=True):
        if fate.outcome == NEW:
            ids[each.place] = fate.id
        else:
            each.fate, each.why = "duplicate", {"meanwhile": True}
    return ids


def _evidence(batch_id, each, ids):
    """Return what is kept of a row: what became of it, and where on paper its signature stands; nothing of what it said."""
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


def _close(batch_id):
    """Say of a batch that all of it is in, unless it was undone meanwhile; return it."""
    batch = locked(batch_id)
    if batch.is_arriving:
        # What still waits names the columns, or is an empty line of a sheet.
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
