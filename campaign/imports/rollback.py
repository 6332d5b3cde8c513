"""How batches go: undone or thrown away at once, and carried out by parts.

As with coming in, one small transaction settles it and many short ones carry it out, so that nobody who signs meanwhile waits
for fifty thousand rows. `closed_at` says that all is done; where they are cut short, the worker goes on.
"""

from sqlalchemy import delete, select

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.imports.models import WAITS, ImportRow
from campaign.imports.operations import locked, mark_changed
from campaign.imports.rows import AT_ONCE
from campaign.process.clock import utcnow
from campaign.signatures.undo_import import take_out

_rows = ImportRow.__table__


class NothingToUndo(CampaignError):
    """The batch has not come in, or was undone before."""

    status = 409


def undo(*, batch_id):
    """Settle that all that a batch brought is taken out again; one that is still coming in stops. Returns it. Raises NothingToUndo."""
    batch = locked(batch_id)
    if batch is None or not (batch.state == "imported" or batch.is_arriving):
        raise NothingToUndo(batch_id)
    batch.state, batch.closed_at = "undone", None
    return mark_changed(batch)


def carry_out(write, batch_id):
    """Take out what an undone batch brought, with all personal words, each part in a transaction of its own by `write`.

    The runner takes it out of tally and ledger. Returns how many signatures were taken out; those that went before are not among them.
    """
    taken, after = 0, 0
    while part := write(_take_part, batch_id, after):
        after, many = part
        taken += many
    return taken


def erase_rows(write, batch_id):
    """Erase what was written in a dropped batch, each part in a transaction of its own by `write`."""
    while write(_erase_part, batch_id):
        pass


def _take_part(batch_id, after):
    """Take out what the next rows after a place became; return (the last of their places, how many), or None once all is done."""
    batch = mark_changed(locked(batch_id))
    here = _rows.c.batch_id == batch_id
    rows = db.session.execute(
        select(_rows.c.place, _rows.c.signature_id)
        .where(here, _rows.c.place > after)
        .order_by(_rows.c.place)
        .limit(AT_ONCE)
    ).all()
    if not rows:
        batch.closed_at = utcnow()
        return None
    db.session.execute(
        delete(_rows).where(here, _rows.c.place.in_([row.place for row in rows]), WAITS)
    )
    ids = [row.signature_id for row in rows if row.signature_id is not None]
    return rows[-1].place, take_out(ids=ids, now=utcnow())


def _erase_part(batch_id):
    """Erase some rows; return whether there were any."""
    batch = mark_changed(locked(batch_id))
    here = _rows.c.batch_id == batch_id
    some = db.session.scalars(
        select(_rows.c.place).where(here).order_by(_rows.c.place).limit(AT_ONCE)
    ).all()
    if not some:
        batch.closed_at = utcnow()
    db.session.execute(delete(_rows).where(here, _rows.c.place.in_(some)))
    return bool(some)
