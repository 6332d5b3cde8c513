"""Counts at which a petition's signatures are delivered again.

A threshold stays reached even if the count falls again. It is over when a delivery is recorded
after that, unless its day was earlier, or when an organizer marks it as done.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import pairwise
from typing import cast

from sqlalchemy import ColumnElement, exists, func, select, update

from campaign.db.versioned import check_part
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, rows_changed
from campaign.petitions.models import Delivery, DeliveryThreshold, Petition, PetitionTally
from campaign.site.settings import local_day

MAX_THRESHOLDS = 10
_IS_REACHED = exists().where(
    PetitionTally.petition_id == DeliveryThreshold.petition_id,
    PetitionTally.count >= DeliveryThreshold.count,
)
_LAST_DELIVERY = (
    select(func.max(Delivery.day))
    .where(
        Delivery.petition_id == DeliveryThreshold.petition_id,
        Delivery.created_at >= DeliveryThreshold.reached_at,
    )
    .scalar_subquery()
)


class BadThresholds(CampaignError):
    """The counts are not positive and increasing, or there are too many."""

    status = 422


def change_thresholds(
    *,
    petition_id: int,
    version: int | None,
    thresholds: Sequence[tuple[int, str]],
    is_public: bool,
    now: datetime,
) -> Petition:
    """Set the thresholds of a petition: pairs (count, note), in increasing order.

    A count that stays keeps its dates. Raise BadThresholds and EditConflict.
    """
    counts = [count for count, _note in thresholds]
    is_increasing = all(first < second for first, second in pairwise((0, *counts)))
    if len(counts) > MAX_THRESHOLDS or not is_increasing:
        raise BadThresholds(f"the counts {counts}")
    petition = load_for_update(Petition, petition_id)
    check_part(petition, "thresholds", version)
    petition.shows_thresholds = is_public
    known = {row.count: row for row in thresholds_of(petition_id)}
    for position, (count, note) in enumerate(thresholds):
        row = known.pop(count, None) or DeliveryThreshold(petition_id=petition_id, count=count)
        row.position, row.note = position, note
        db.session.add(row)
    for row in known.values():
        db.session.delete(row)
    db.session.flush()
    mark_reached(now=now)
    return petition


def copy_thresholds(*, from_id: int, to_id: int) -> None:
    """Give a clone the thresholds of its original, none of them reached."""
    for row in thresholds_of(from_id):
        copied = {"position": row.position, "count": row.count, "note": row.note}
        db.session.add(DeliveryThreshold(petition_id=to_id, **copied))
    db.session.flush()


def mark_reached(*, now: datetime) -> int:
    """Note which thresholds the counts have reached by now. Return how many."""
    statement = (
        update(DeliveryThreshold)
        .where(DeliveryThreshold.reached_at.is_(None), _IS_REACHED)
        .values(reached_at=now)
    )
    return rows_changed(statement, synchronize=True)


def mark_done(*, petition_id: int, threshold_id: int, now: datetime) -> bool:
    """Mark a reached threshold as done, and those below it. Return whether that changed any."""
    row = load_for_update(DeliveryThreshold, threshold_id)
    due = _due(DeliveryThreshold.petition_id == petition_id, DeliveryThreshold.count <= row.count)
    for threshold in due:
        threshold.done_at = now
    db.session.flush()
    return bool(due)


def undo_done(*, threshold_id: int) -> bool:
    """Undo that a threshold was marked as done. Return whether it was."""
    row = load_for_update(DeliveryThreshold, threshold_id)
    was_done = row.done_at is not None
    row.done_at = None
    db.session.flush()
    return was_done


def thresholds_of(petition_id: int) -> Sequence[DeliveryThreshold]:
    """Return the thresholds of a petition, the lowest first."""
    return db.session.scalars(
        select(DeliveryThreshold)
        .where(DeliveryThreshold.petition_id == petition_id)
        .order_by(DeliveryThreshold.count)
        .execution_options(populate_existing=True)
    ).all()


def threshold_of(petition_id: int, threshold_id: int) -> DeliveryThreshold | None:
    """Return the threshold of this petition with this id, or None."""
    return db.session.scalar(
        select(DeliveryThreshold).where(
            DeliveryThreshold.petition_id == petition_id, DeliveryThreshold.id == threshold_id
        )
    )


def due_thresholds(petition_ids: Collection[int]) -> dict[int, DeliveryThreshold]:
    """Return {petition id: its highest threshold that is reached, but not delivered or done}."""
    rows = _due(DeliveryThreshold.petition_id.in_(petition_ids))
    return {row.petition_id: row for row in rows}


def due_ids(petition_id: int) -> set[int]:
    """Return the ids of a petition's thresholds that are reached and neither delivered nor done."""
    return {row.id for row in _due(DeliveryThreshold.petition_id == petition_id)}


def next_public_threshold(petition: Petition, count: int) -> int | None:
    """Return the count of the next delivery that the petition's page announces, or None."""
    if not petition.shows_thresholds:
        return None
    return db.session.scalar(
        select(DeliveryThreshold.count)
        .where(
            DeliveryThreshold.petition_id == petition.id,
            DeliveryThreshold.count > count,
            DeliveryThreshold.reached_at.is_(None),
        )
        .order_by(DeliveryThreshold.count)
        .limit(1)
    )


def _due(*conditions: ColumnElement[bool]) -> list[DeliveryThreshold]:
    """Return the thresholds that are reached and neither delivered nor done, the lowest first."""
    rows = db.session.execute(
        select(DeliveryThreshold, _LAST_DELIVERY)
        .where(
            DeliveryThreshold.reached_at.is_not(None),
            DeliveryThreshold.done_at.is_(None),
            *conditions,
        )
        .order_by(DeliveryThreshold.count)
        .execution_options(populate_existing=True)
    )
    # A delivery that is recorded late may have been before the count was reached. Days are those of
    # the site, which SQLite cannot compute.
    return [
        row for row, day in rows if day is None or day < local_day(cast(datetime, row.reached_at))
    ]
