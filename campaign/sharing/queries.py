"""Queries about sharing petitions and its results."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, and_, case, cast, func, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from campaign.extensions import db
from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key
from campaign.sharing.models import ShareAssignment, ShareText
from campaign.signatures.models import REFERRED, Signature

# A link's figure is shown in steps of this size, and counts only signatures hatched at least this
# long ago.
STEP = 5
COUNTED_AFTER = timedelta(days=1)
PURPOSE = "where the steps of a link begin"
_signature: ReadOnlyColumnCollection[str, Column[Any]] = Signature.__table__.c
# A person who withdraws and signs again through their own link has brought nobody.
_is_referred = and_(
    REFERRED, _signature.hatched_at.is_not(None), _signature.referrer_id != _signature.id
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of a share text.

    `assigned` supporters were given it, `shared` of them pressed a share button, and `referrers`
    brought at least one signature. `referred` is how many signatures they brought.
    """

    text: ShareText
    assigned: int
    shared: int
    referrers: int
    referred: int


def texts_of(petition_id: int) -> Sequence[ShareText]:
    """Return the share texts that a petition gives out, by language, the oldest first."""
    return db.session.scalars(
        select(ShareText)
        .where(ShareText.petition_id == petition_id, ShareText.retired_at.is_(None))
        .order_by(ShareText.lang, ShareText.id)
    ).all()


def assigned_text(signature_id: int | None) -> str | None:
    """Return the share text given to this signature's supporter, or None.

    A retired text counts as None.
    """
    return db.session.scalar(
        select(ShareText.body)
        .join(ShareAssignment, ShareAssignment.text_id == ShareText.id)
        .where(ShareAssignment.signature_id == signature_id, ShareText.retired_at.is_(None))
    )


def count_referred(signature_id: int, *, now: datetime) -> int:
    """Return about how many counted signatures came through this signature's link.

    The figure is in steps of STEP, a day late, and 0 below STEP. Each link's steps start at a
    different offset. So people who add signatures themselves cannot tell which one changed the
    figure.
    """
    count = db.session.scalars(
        select(func.count())
        .select_from(Signature)
        .where(_referred_by(signature_id), _signature.hatched_at <= now - COUNTED_AFTER)
    ).one()
    offset = keyed_digest(secret_key(), PURPOSE, str(signature_id))[0] % STEP
    return max(0, count - offset) // STEP * STEP


def outcomes(texts: Sequence[ShareText], since: datetime) -> list[Outcome]:
    """Return the Outcome of each share text, for supporters who were given one since `since`."""
    # Look up each assignment in the index of referred signatures, because grouping all signatures
    # would slow down as the site grows.
    per_signature = (
        select(
            ShareAssignment.text_id,
            ShareAssignment.shared_at,
            func.count(_signature.id).label("many"),
        )
        .outerjoin(
            Signature, _is_referred & (_signature.referrer_id == ShareAssignment.signature_id)
        )
        .where(
            ShareAssignment.text_id.in_([text.id for text in texts]),
            ShareAssignment.assigned_at >= since,
        )
        .group_by(ShareAssignment.signature_id, ShareAssignment.text_id, ShareAssignment.shared_at)
        .subquery()
    )
    rows = db.session.execute(
        select(
            per_signature.c.text_id,
            func.count().label("assigned"),
            func.count(per_signature.c.shared_at).label("shared"),
            func.count(case((per_signature.c.many > 0, 1))).label("referrers"),
            cast(func.sum(per_signature.c.many), Integer).label("referred"),
        ).group_by(per_signature.c.text_id)
    )
    figures = {row.text_id: (row.assigned, row.shared, row.referrers, row.referred) for row in rows}
    return [Outcome(text, *figures.get(text.id, (0, 0, 0, 0))) for text in texts]


def _referred_by(signature_id: int) -> ColumnElement[bool]:
    return _is_referred & (_signature.referrer_id == signature_id)
