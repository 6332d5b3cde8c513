"""Corrections by supporters that a rule held, and what an organizer decides about them.

Until then the former name is shown, and the signature stays counted under its number.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from campaign.db.versioned import content_version, demand_version
from campaign.extensions import db, load_for_update
from campaign.signatures import tokens
from campaign.signatures.models import HeldCorrection, Signature

# What the public sees of a signature whose name is shown. Comments are hidden until an organizer
# reads them, so rules need not hold them.
HELD_COLUMNS = ("given_name", "family_name", "country")


def hold_correction(signature_id: int, *, columns: dict, reason: str, now: datetime) -> None:
    """Store these columns until an organizer has reviewed them."""
    db.session.add(
        HeldCorrection(signature_id=signature_id, words=columns, reason=reason, created_at=now)
    )
    db.session.flush()


def drop_corrections(signature_ids: Sequence[int]) -> None:
    db.session.execute(delete(HeldCorrection).where(HeldCorrection.signature_id.in_(signature_ids)))


def correction_of(signature_id: int) -> HeldCorrection | None:
    """Return the waiting correction of this signature, or None."""
    return db.session.get(HeldCorrection, signature_id, populate_existing=True)


def held_corrections(
    petition_ids: list[int], *, limit: int
) -> list[tuple[HeldCorrection, Signature]]:
    """Return the waiting corrections under these petitions, oldest first, with their signatures."""
    query = (
        select(HeldCorrection, Signature)
        .join(Signature, Signature.id == HeldCorrection.signature_id)
        .where(Signature.petition_id.in_(petition_ids))
        .order_by(HeldCorrection.created_at, HeldCorrection.signature_id)
        .limit(limit)
    )
    return [tuple(row) for row in db.session.execute(query)]


def count_held_corrections(petition_ids: list[int]) -> int:
    query = select(func.count()).join_from(
        HeldCorrection, Signature, Signature.id == HeldCorrection.signature_id
    )
    return db.session.scalar(query.where(Signature.petition_id.in_(petition_ids)))


def settle_correction(*, signature_id: int, version: str, is_accepted: bool) -> list[int]:
    """Publish a correction or keep the former values; return the id of the signature.

    `version` is the `content_version` of the `words` that the organizer read. Raise EditConflict if
    the supporter has changed or removed the correction since.
    """
    signature = load_for_update(Signature, signature_id)
    correction = correction_of(signature_id)
    columns = correction.words if correction else {}
    demand_version(content_version(columns), version)
    drop_corrections([signature_id])
    if is_accepted:
        set_columns(signature, columns)
    return [signature_id]


def set_columns(signature: Signature, columns: dict) -> None:
    """Set these columns, and the digest of the person that follows from them."""
    for name, value in columns.items():
        setattr(signature, name, value)
    signature.person_digest = tokens.person_digest(
        signature.given_name, signature.family_name or "", signature.postal_code
    )
    db.session.flush()
