"""Deliveries of signatures: what targets see of each one, and the receipts of targets."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select

from campaign.db.versioned import check_part
from campaign.extensions import db, load_for_update, rows_changed
from campaign.petitions.models import DELIVERED_DETAILS, Delivery, Petition
from campaign.petitions.thresholds import mark_reached
from campaign.petitions.versions import update_versions
from campaign.process.clock import utcnow


def change_delivered_details(
    *,
    petition_id: int,
    names: str,
    details: Collection[str],
    now: datetime,
    version: int | None = None,
) -> Petition:
    """Set what targets see of each signature: `names` and `details`.

    Once the petition has opened this makes a new version. Of earlier signatures we deliver no more
    than their signers were told.

    `version` is that of the part `delivery` that the form showed, None without a form. Raise
    EditConflict.
    """
    petition = load_for_update(Petition, petition_id)
    check_part(petition, "delivery", version)
    petition.delivered_names = names
    petition.delivered_details = [name for name in DELIVERED_DETAILS if name in details]
    update_versions(petition, now)
    db.session.flush()
    return petition


def record_delivery(
    *, petition_id: int, day: date, received_by: str, signatures: int, note: str
) -> Delivery:
    """Record that a target received the signatures, and return the Delivery."""
    now = utcnow()
    # A threshold that was reached in this minute counts as delivered too.
    mark_reached(now=now)
    delivery = Delivery(
        petition_id=petition_id,
        day=day,
        received_by=received_by,
        signatures=signatures,
        note=note,
        created_at=now,
    )
    db.session.add(delivery)
    db.session.flush()
    return delivery


def remove_delivery(*, petition_id: int, delivery_id: int) -> bool:
    """Delete the record of a delivery. Return whether there was one."""
    statement = delete(Delivery).where(
        Delivery.id == delivery_id, Delivery.petition_id == petition_id
    )
    return rows_changed(statement, synchronize=True) == 1


def deliveries_of(petition_id: int) -> Sequence[Delivery]:
    """Return the Deliveries of a petition, newest first."""
    query = (
        select(Delivery)
        .where(Delivery.petition_id == petition_id)
        .order_by(Delivery.day.desc(), Delivery.id.desc())
    )
    return db.session.scalars(query).all()
