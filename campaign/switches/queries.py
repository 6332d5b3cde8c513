"""Queries about what is switched off."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select

from campaign.extensions import db
from campaign.switches.models import Switch


def switch_of(name: str, organisation_id: int | None) -> Switch | None:
    """Return the row of a switch, or None if it is on. Its time may be over."""
    is_own = (
        Switch.organisation_id.is_(None)
        if organisation_id is None
        else Switch.organisation_id == organisation_id
    )
    return db.session.scalar(select(Switch).where(Switch.name == name, is_own))


def switches_off(
    *, now: datetime, organisation_ids: Collection[int] | None = None
) -> Sequence[Switch]:
    """Return what is off now, those of the whole site first.

    With `organisation_ids`, return only those of the whole site and of these organisations.
    """
    query = select(Switch).where(or_(Switch.off_until.is_(None), Switch.off_until > now))
    if organisation_ids is not None:
        query = query.where(
            or_(Switch.organisation_id.is_(None), Switch.organisation_id.in_(organisation_ids))
        )
    return db.session.scalars(
        query.order_by(Switch.organisation_id.is_not(None), Switch.organisation_id, Switch.id)
    ).all()
