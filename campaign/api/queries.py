"""What the API asks that no page does."""

from sqlalchemy import select

from campaign.extensions import db
from campaign.signatures.models import SHOWN, Signature


def shown_signatures(petition_id, *, after, limit):
    """Return the counted signatures whose owners let a name or initials be shown, by their numbers, beyond the number `after`."""
    return db.session.scalars(
        select(Signature)
        .where(Signature.petition_id == petition_id, SHOWN, Signature.number > after)
        .order_by(Signature.number)
        .limit(limit)
    ).all()
