"""Handing signatures over: what targets see of each one, and the receipts of targets."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select

from campaign.db.versioned import check_part
from campaign.extensions import db, load_for_update
from campaign.petitions.models import HANDED_DETAILS, Handover, Petition
from campaign.petitions.versions import update_versions


def change_delivered_details(
    *,
    petition_id: int,
    names: str,
    details: Collection[str],
    now: datetime,
    version: int | None = None,
) -> Petition:
    """Set what targets see of each signature: `names` of HANDED_NAMES, some of HANDED_DETAILS.

    Once the petition has opened this makes a new version. Of earlier signatures we deliver no more
    than their signers were told.

    `version` is that of the part `handing` that the form showed, None without a form. Raise
    EditConflict.
    """
    petition = load_for_update(Petition, petition_id)
    check_part(petition, "handing", version)
    petition.handed_names = names
    petition.handed_details = [name for name in HANDED_DETAILS if name in details]
    update_versions(petition, now)
    db.session.flush()
    return petition


def record_handover(
    *, petition_id: int, day: date, received_by: str, signatures: int, note: str
) -> Handover:
    """Record that a target received the signatures, and return the Handover."""
    handover = Handover(
        petition_id=petition_id, day=day, received_by=received_by, signatures=signatures, note=note
    )
    db.session.add(handover)
    db.session.flush()
    return handover


def remove_handover(*, petition_id: int, handover_id: int) -> bool:
    """Delete the record of a handover. Return whether there was one."""
    statement = delete(Handover).where(
        Handover.id == handover_id, Handover.petition_id == petition_id
    )
    return cast(CursorResult[Any], db.session.execute(statement)).rowcount == 1


def handovers_of(petition_id: int) -> Sequence[Handover]:
    """Return the Handovers of a petition, newest first."""
    query = (
        select(Handover)
        .where(Handover.petition_id == petition_id)
        .order_by(Handover.day.desc(), Handover.id.desc())
    )
    return db.session.scalars(query).all()
