"""Queries about letters, for pages."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

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


def actions_with_stuck_letters(
    petition_ids: Collection[int], *, now: datetime
) -> list[tuple[int, int]]:
    """Return those of these actions whose letters do not leave, each with how many wait.

    Some have waited for a day, and none was queued in that time. In a long campaign each target still
    gets one in each hour of the day.
    """
    day_ago, other = now - timedelta(days=1), aliased(Letter)
    moves = exists().where(other.petition_id == Letter.petition_id, other.queued_at > day_ago)
    rows = db.session.execute(
        select(Letter.petition_id, func.count())
        .where(
            Letter.petition_id.in_(petition_ids),
            Letter.state == "waiting",
            Letter.way == "individual",
            ~moves,
        )
        .group_by(Letter.petition_id)
        .having(func.min(Letter.created_at) <= day_ago)
        .order_by(Letter.petition_id)
    )
    return [(petition_id, count) for petition_id, count in rows]
