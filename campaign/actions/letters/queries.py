"""Queries about letters, for pages."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from campaign.actions.letters.models import Letter
from campaign.extensions import db


def letters_of(signature_ids: Collection[int]) -> Sequence[Letter]:
    """Return the letters of these responses, in the order in which they were written."""
    return db.session.scalars(
        select(Letter).where(Letter.signature_id.in_(signature_ids)).order_by(Letter.id)
    ).all()


def undelivered_letters(signature_id: int) -> Sequence[Letter]:
    """Return the letters of a response that could not be delivered, without stopped ones."""
    return db.session.scalars(
        select(Letter)
        .where(Letter.signature_id == signature_id, Letter.reason.not_in(("", "withdrawn")))
        .order_by(Letter.id)
    ).all()
