"""Undo an import: remove its signatures and their personal data."""

from datetime import datetime

from sqlalchemy import case, null, select, update
from sqlalchemy.orm import aliased

from campaign.extensions import db
from campaign.signatures.models import Signature
from campaign.signatures.owner_operations import ERASED, move_up

_table = Signature.__table__


def take_out(*, ids: list[int], now: datetime) -> int:
    """Withdraw a few hundred signatures, and erase their personal data at once; return how many.

    A counted one keeps its number, but no name, until the runner has removed it from tally and
    ledger. Those already removed or erased stay as they are.
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


def _give_up_seats(ids: list[int]) -> None:
    """Move the second person at an address to the first seat if the first leaves and they stay."""
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
        # The first seat must be free before another signature takes it.
        first = _table.c.id.in_(ids) & _table.c.email_digest.in_([row.email_digest for row in rows])
        db.session.execute(
            update(_table).where(first).values(email_digest=None, person_digest=None)
        )
        move_up(rows)
