"""Erase old data of subscriptions."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from campaign.extensions import db, rows_changed
from campaign.jobs.registry import BackgroundWork
from campaign.notices.consents import delete_consents
from campaign.site.settings import site_settings
from campaign.subscriptions.consents import SUBJECT
from campaign.subscriptions.models import PENDING, Subscription

BATCH_SIZE = 500

work = BackgroundWork()


@work.upkeep
def forget_old(*, now: datetime) -> int:
    """Erase old data of subscriptions after the days that the settings say."""
    return forget(now=now, days=site_settings().erase_pending_days)


def forget(*, now: datetime, days: int) -> int:
    """Erase unconfirmed subscriptions and addresses of ended ones, and return how many.

    Both happen after `days`.
    """
    cutoff = now - timedelta(days=days)
    return _end_unanswered(cutoff, now) + _drop_pending(cutoff) + _empty_ended(cutoff)


def _end_unanswered(cutoff: datetime, now: datetime) -> int:
    """Erase the addresses of people whom an import asked and who did not answer.

    The digest stays, so that no later import asks them again.
    """
    is_old = (PENDING, Subscription.source == "import", Subscription.created_at <= cutoff)
    old = select(Subscription.id).where(*is_old).limit(BATCH_SIZE)
    statement = (
        update(Subscription)
        .where(Subscription.id.in_(old), *is_old)
        .values(state="ended", ended_at=now, ended_reason="unanswered", email=None)
    )
    return rows_changed(statement)


def _drop_pending(cutoff: datetime) -> int:
    is_old = (PENDING, Subscription.source != "import", Subscription.created_at <= cutoff)
    old = select(Subscription.id).where(*is_old).limit(BATCH_SIZE)
    # Repeat the conditions, so that a subscription that was just confirmed is kept.
    statement = delete(Subscription).where(Subscription.id.in_(old), *is_old)
    ids = db.session.scalars(
        statement.returning(Subscription.id).execution_options(synchronize_session=False)
    ).all()
    delete_consents(SUBJECT, ids)
    return len(ids)


def _empty_ended(cutoff: datetime) -> int:
    """Keep the consent and how it ended, but erase the address."""
    is_old = (
        Subscription.state == "ended",
        Subscription.ended_at <= cutoff,
        Subscription.email.is_not(None),
    )
    old = select(Subscription.id).where(*is_old).limit(BATCH_SIZE)
    statement = (
        update(Subscription)
        .where(Subscription.id.in_(old), *is_old)
        .values(email=None, email_digest=None, signature_id=None, evidence="")
    )
    return rows_changed(statement)
