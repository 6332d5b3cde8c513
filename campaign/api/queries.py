"""Queries that only the API needs."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from campaign.accounts.tokens import token_digest
from campaign.api.models import ApiKey
from campaign.extensions import db
from campaign.signatures.models import SHOWN, Signature


def shown_signatures(petition_id: int, *, after: int, limit: int) -> Sequence[Signature]:
    """Return counted signatures that may be shown with a name or initials, by their numbers.

    Only those with a number above `after` are returned.
    """
    return db.session.scalars(
        select(Signature)
        .where(Signature.petition_id == petition_id, SHOWN, Signature.number > after)
        .order_by(Signature.number)
        .limit(limit)
    ).all()


def key_of(secret: str) -> ApiKey | None:
    """Return the ApiKey for this secret, or None if it does not exist or was revoked."""
    return db.session.scalar(
        select(ApiKey).where(ApiKey.digest == token_digest(secret), ApiKey.revoked_at.is_(None))
    )


def key_by_id(key_id: int) -> ApiKey | None:
    """Return the ApiKey, even if it was revoked, or None."""
    return db.session.get(ApiKey, key_id)


def keys_among(cause_ids: Iterable[int] | None) -> Sequence[ApiKey]:
    """Return the ApiKeys of these causes (None means all), newest first, revoked ones last."""
    query = select(ApiKey).order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())
    return db.session.scalars(
        query if cause_ids is None else query.where(ApiKey.cause_id.in_(cause_ids))
    ).all()
