"""Check whether an address belongs to a cause, so that the cause's owner may suppress it."""

from collections.abc import Collection

from sqlalchemy import exists, or_, select

from campaign.events.models import Event, Registration
from campaign.extensions import db
from campaign.signatures.models import Signature
from campaign.subscriptions.models import Subscription


def is_known_in(digest: bytes, cause_ids: Collection[int]) -> bool:
    """Return whether the address of a digest signed, subscribed or registered in these causes."""
    signed = exists().where(Signature.email_digest == digest, Signature.cause_id.in_(cause_ids))
    subscribed = exists().where(
        Subscription.email_digest == digest,
        or_(Subscription.cause_id.in_(cause_ids), Subscription.cause_id.is_(None)),
    )
    events = select(Event.id).where(Event.cause_id.in_(cause_ids))
    registered = exists().where(
        Registration.email_digest == digest, Registration.event_id.in_(events)
    )
    return db.session.scalar(select(or_(signed, subscribed, registered)))
