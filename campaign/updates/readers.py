"""Who a mailing still has to reach."""

from sqlalchemy import distinct, exists, func, select

from campaign.extensions import db
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.queries import hears_of, kind_of, suppressed
from campaign.updates.mailing_models import MailingReceipt

_GOING_ON = ("planned", "sending", "paused")


def next_readers(mailing, cause_id):
    """Return the query of those who are next: active when it began, writing by each update, not suppressed."""
    query = select(Subscription.id, Subscription.lang, Subscription.email_digest).where(
        Subscription.id > mailing.reached_id,
        Subscription.state == "active",
        Subscription.frequency == "each",
        Subscription.confirmed_at <= mailing.starts_at,
        hears_of(cause_id),
        ~suppressed(),
    )
    if mailing.langs:
        query = query.where(Subscription.lang.in_(mailing.langs))
    if mailing.kinds:
        query = query.where(kind_of(Subscription.source).in_(mailing.kinds))
    return query.order_by(Subscription.id)


def still_to_come(mailing):
    """Return how many addresses have no letter of the mailing yet, and are to have one as subscriptions stand now."""
    return _without_letter(mailing) if mailing.state in _GOING_ON else 0


def never_reached(mailing):
    """Return how many addresses would have had a letter, had the mailing not been stopped."""
    return _without_letter(mailing) if mailing.state == "stopped" else 0


def _without_letter(mailing):
    has_one = exists().where(MailingReceipt.mailing_id == mailing.id, MailingReceipt.email_digest == Subscription.email_digest)
    others = next_readers(mailing, mailing.update.cause_id).where(~has_one).order_by(None).subquery()
    return db.session.scalar(select(func.count(distinct(others.c.email_digest))))
