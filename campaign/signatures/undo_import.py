"""Taking signatures out again that should never have come in, with all that they told of people."""

from sqlalchemy import case, null, select, update
from sqlalchemy.orm import aliased

from campaign.extensions import db
from campaign.signatures.models import Signature
from campaign.signatures.owner_operations import ERASED, move_up

_table = Signature.__table__


def take_out(*, ids, now):
    """Withdraw some hundred signatures, and erase their personal words at once; return how many.

    One that is counted keeps its number, and no name, until the runner has taken it out of tally and ledger. Those that were
    taken out or erased before stay as they are.
    """
    _give_up_seats(ids)
    is_counted = _table.c.number.is_not(None)
    emptied = {
        **ERASED,
        "state": case((is_counted, "withdrawn"), else_="erased"),
        "given_name": case((is_counted, ""), else_=null()),
        "withdrawn_at": now,
    }
    chosen = _table.c.id.in_(ids) & (_table.c.given_name != "")
    return db.session.execute(update(_table).where(chosen).values(**emptied)).rowcount


def _give_up_seats(ids):
    """Whoever shares an address with one that leaves moves up to the first seat, unless they leave together."""
    stays = aliased(Signature)
    leaving = (
        select(Signature.petition_id, Signature.email_digest)
        .join(
            stays,
            (stays.petition_id == Signature.petition_id)
            & (stays.email_digest == Signature.email_digest)
            & (stays.seat == 2)
            & stays.id.not_in(ids),
        )
        .where(Signature.id.in_(ids), Signature.seat == 1)
    )
    rows = db.session.execute(leaving).all()
    if rows:
        # The first seat must be free before anybody takes it.
        first = _table.c.id.in_(ids) & _table.c.email_digest.in_([row.email_digest for row in rows])
        db.session.execute(
            update(_table).where(first).values(email_digest=None, person_digest=None)
        )
        move_up(rows)
