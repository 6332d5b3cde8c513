"""What the API asks that no page does."""

from sqlalchemy import select

from campaign.accounts.tokens import token_digest
from campaign.api.models import ApiKey
from campaign.extensions import db
from campaign.signatures.models import SHOWN, Signature


def shown_signatures(petition_id, *, after, limit):
    """Return the counted signatures whose owners let a name or initials be shown, by their numbers, beyond the number `after`."""
    return db.session.scalars(
        select(Signature)
        .where(Signature.petition_id == petition_id, SHOWN, Signature.number > after)
        .order_by(Signature.number)
        .limit(limit)
    ).all()


def key_of(secret):
    """Return the ApiKey that somebody shows, or None where there is none or it was revoked."""
    return db.session.scalar(
        select(ApiKey).where(ApiKey.digest == token_digest(secret), ApiKey.revoked_at.is_(None))
    )


def key_by_id(key_id):
    """Return the ApiKey, a revoked one too, or None."""
    return db.session.get(ApiKey, key_id)


def keys_among(cause_ids):
    """Return the ApiKeys of these causes, or of all where None, the newest first and revoked ones last."""
    query = select(ApiKey).order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())
    return db.session.scalars(
        query if cause_ids is None else query.where(ApiKey.cause_id.in_(cause_ids))
    ).all()
