"""Queries about records from tablets that are kept sealed until an organizer decides."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager

from campaign.extensions import db
from campaign.kiosk.models import IN_REVIEW, Kiosk, KioskRecord


def records_in_review(
    event_id: int, kiosk_id: int | None = None, *, after_id: int = 0, limit: int = 20
) -> Sequence[KioskRecord]:
    """Return the undecided records of an event, or of one kiosk at it, oldest first."""
    of_kiosk = (Kiosk.id == kiosk_id,) if kiosk_id else ()
    return db.session.scalars(
        select(KioskRecord)
        .join(KioskRecord.kiosk)
        .where(
            Kiosk.event_id == event_id,
            *of_kiosk,
            IN_REVIEW,
            KioskRecord.decided_at.is_(None),
            KioskRecord.id > after_id,
        )
        .order_by(KioskRecord.id)
        .limit(limit)
        .options(contains_eager(KioskRecord.kiosk).joinedload(Kiosk.event))
    ).all()


def review_by_kiosk(event_id: int) -> Sequence[Any]:
    """Return rows (id, name, waiting, unreadable, rejected) of an event's kiosks, oldest first.

    Only kiosks with undecided records or kept content are included.
    """
    waits, has_content = KioskRecord.decided_at.is_(None), KioskRecord.sealed.is_not(None)
    return db.session.execute(
        select(
            Kiosk.id,
            Kiosk.name,
            func.count().filter(waits).label("waiting"),
            func.count().filter(waits, KioskRecord.reason == "unreadable").label("unreadable"),
            func.count().filter(~waits, has_content).label("rejected"),
        )
        .join(KioskRecord, KioskRecord.kiosk_id == Kiosk.id)
        .where(Kiosk.event_id == event_id, IN_REVIEW, or_(waits, has_content))
        .group_by(Kiosk.id, Kiosk.name)
        .order_by(Kiosk.id)
    ).all()


def many_for_review(event_ids: Collection[int]) -> dict[int, int]:
    """Return {event id: number of undecided records}."""
    rows = db.session.execute(
        select(Kiosk.event_id, func.count())
        .join(KioskRecord, KioskRecord.kiosk_id == Kiosk.id)
        .where(Kiosk.event_id.in_(event_ids), IN_REVIEW, KioskRecord.decided_at.is_(None))
        .group_by(Kiosk.event_id)
    )
    return {event_id: count for event_id, count in rows}


def records_by_id(event_id: int, ids: Collection[int]) -> Sequence[KioskRecord]:
    """Return those of these records that belong to this event, with their kiosks, oldest first."""
    return db.session.scalars(
        select(KioskRecord)
        .join(KioskRecord.kiosk)
        .where(Kiosk.event_id == event_id, KioskRecord.id.in_(ids))
        .order_by(KioskRecord.id)
        .options(contains_eager(KioskRecord.kiosk).joinedload(Kiosk.event))
    ).all()
