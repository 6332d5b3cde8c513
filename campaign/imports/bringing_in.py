"""The moment a batch comes in, all of it or nothing; and its undoing."""

from collections import Counter

from sqlalchemy import delete, select

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.imports.models import ImportBatch, ImportRow
from campaign.imports.operations import AT_ONCE, demand_unchanged, open_batch
from campaign.lib.bulk import insert_all
from campaign.signatures.collecting import NEW, collect_all
from campaign.signatures.unsigning import take_out

_rows = ImportRow.__table__


class StillWrong(CampaignError):
    """Rows of the batch are wrong: they are mended or left out first."""

    status = 409


class NothingToUndo(CampaignError):
    """The batch has not come in, or was undone before."""

    status = 409


def bring_in(*, batch_id, seen, decided, now):
    """Make signatures of all rows that are new, and erase what the rows said; return the batch.

    `decided` is what was decided on the rows as they were at `seen`; who signed since then is found out here. Raises
    BatchClosed, ChangedMeanwhile or StillWrong.
    """
    batch = open_batch(batch_id)
    demand_unchanged(batch, seen)
    db.session.execute(delete(_rows).where(_rows.c.batch_id == batch_id))
    return _bring_in(batch, decided, now)


def bring_in_at_once(*, batch, decided, now):
    """The same for an ImportBatch that was never kept, whose rows were looked at by a command. Raises StillWrong."""
    db.session.add(batch)
    db.session.flush()
    return _bring_in(batch, decided, now)


def _bring_in(batch, decided, now):
    if any(each.fate == "wrong" for each in decided):
        raise StillWrong(batch.id)
    ids = _collected(decided)
    _keep_evidence(batch.id, decided, ids)
    batch.state, batch.checked_at, batch.imported_at, batch.closed_at = "imported", now, now, now
    batch.counts = dict(Counter(each.fate for each in decided))
    db.session.flush()
    return batch


def undo(*, batch_id, now):
    """Take out what a batch brought, with all personal words; the runner takes it out of tally and ledger. Returns how many.

    Raises NothingToUndo.
    """
    batch = db.session.get(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None or batch.state != "imported":
        raise NothingToUndo(batch_id)
    brought = select(_rows.c.signature_id).where(_rows.c.batch_id == batch_id, _rows.c.signature_id.is_not(None))
    taken = take_out(ids=brought, now=now)
    batch.state, batch.closed_at = "undone", now
    db.session.flush()
    return taken


def _collected(decided):
    """Write the signatures of those who are new; return {place: id}. Who turns out to be a second one becomes a duplicate."""
    # In the order in which everybody who signs takes the index, so that nobody waits for us in a circle; rows of one person
    # keep theirs, so that the first of them counts.
    newcomers = sorted((each for each in decided if each.fate in ("new", "held")), key=lambda each: each.checked.key[1])
    fates = collect_all([each.collected for each in newcomers])
    ids = {}
    for each, fate in zip(newcomers, fates, strict=True):
        if fate.outcome == NEW:
            ids[each.place] = fate.id
        else:
            each.fate, each.why = "duplicate", {"meanwhile": True}
    return ids


def _keep_evidence(batch_id, decided, ids):
    """Write for each row what became of it, and where on paper its signature stands; nothing of what it said."""
    rows = [
        {
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
        for each in decided
    ]
    for start in range(0, len(rows), AT_ONCE):
        insert_all(db.session.connection(), _rows, rows[start : start + AT_ONCE])
