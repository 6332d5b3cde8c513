"""What happens to subscriptions with time: forgetting."""

from datetime import timedelta

from sqlalchemy import delete, select, update

from campaign.extensions import db
from campaign.subscriptions.models import PENDING, Subscription

BATCH = 500


def forget(*, now, days):
    """Erase what nobody confirmed for `days`, and the addresses of those that ended so long ago; return how many."""
    edge = now - timedelta(days=days)
    return _drop_pending(edge) + _empty_ended(edge)


def _drop_pending(edge):
    is_old = (PENDING, Subscription.created_at <= edge)
    old = select(Subscription.id).where(*is_old).limit(BATCH)
    # Said twice, so that a confirmation of this very instant is seen.
    statement = delete(Subscription).where(Subscription.id.in_(old), *is_old)
    return db.session.execute(statement.execution_options(synchronize_session=False)).rowcount


def _empty_ended(edge):
    """That somebody agreed, and when and how it ended, stays without whose it was."""
    is_old = (
        Subscription.state == "ended",
        Subscription.ended_at <= edge,
        Subscription.email.is_not(None),
    )
    old = select(Subscription.id).where(*is_old).limit(BATCH)
    statement = (
        update(Subscription)
        .where(Subscription.id.in_(old), *is_old)
        .values(email=None, email_digest=None, signature_id=None, evidence="")
    )
    return db.session.execute(statement.execution_options(synchronize_session=False)).rowcount
