"""The job that queues the emails of a mailing, weekly emails, and upkeep of updates."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select, true, update
from sqlalchemy.orm import aliased

from campaign.accounts.audit import is_unrecorded, record_planned
from campaign.causes.models import Cause
from campaign.extensions import db, load_for_update
from campaign.jobs.registry import BackgroundWork
from campaign.mail.bulk.sending import BATCH_SIZE
from campaign.mail.models import BULK
from campaign.mail.operations import enqueue_about
from campaign.subscriptions.models import WEEKLY, Subscription
from campaign.subscriptions.queries import suppressed
from campaign.surge.state import work_waits
from campaign.switches.state import organisations_without, switched_off
from campaign.updates.mailing import DIGEST, mailing_sender
from campaign.updates.mailing_models import Mailing
from campaign.updates.models import Update
from campaign.updates.queries import public_at
from campaign.updates.recipients import came_with_rejected

WEEK = timedelta(days=7)
# We do not add updates that were published before this to the activity log.
MAX_UNRECORDED_AGE = timedelta(days=7)
PUBLISHED = ("updates.publish",)
work = BackgroundWork()


mailing_sender.add_to(work)


@work.upkeep
def note_published(*, now: datetime) -> int:
    """Record scheduled publications in the activity log. Return how many."""
    public = select(Update.id, Update.publish_at).where(
        Update.state == "published",
        Update.publish_at <= now,
        Update.publish_at > now - MAX_UNRECORDED_AGE,
    )
    return sum(
        _note(update_id, now)
        for update_id, publish_at in db.session.execute(public).all()
        if publish_at and _is_unrecorded(update_id, publish_at)
    )


def _note(update_id: int, now: datetime) -> int:
    # Before we locked the row, another worker may have recorded it, or an editor withdrawn it.
    row = load_for_update(Update, update_id)
    publish_at = row.publish_at
    if row.phase(now) != "public" or not publish_at or not _is_unrecorded(update_id, publish_at):
        return 0
    record_planned(
        "updates.publish",
        subject=("update", update_id),
        cause_id=row.cause_id,
        planned=PUBLISHED,
        now=now,
    )
    return 1


def _is_unrecorded(update_id: int, publish_at: datetime) -> bool:
    return is_unrecorded(
        ("update", update_id), publish_at, recorded_by=PUBLISHED, planned_by=PUBLISHED
    )


@work.upkeep
def send_digests(*, now: datetime) -> int:
    """Enqueue the weekly email to readers whose week is over and who have news waiting.

    Return how many. The period of each weekly email is set in the same transaction, so that no
    update is in two of them. While mailings are switched off, for the site or for the organisation
    of a subscription, they wait, and so they do in a surge.
    """
    if switched_off("mailings") or work_waits():
        return 0
    mine = Subscription.__table__
    since = func.coalesce(mine.c.digest_at, mine.c.confirmed_at)
    news = exists().where(
        Mailing.update_id == Update.id,
        Cause.id == Update.cause_id,
        *public_at(now),
        Mailing.state != "stopped",
        Mailing.starts_at > since,
        Mailing.starts_at <= now,
        (mine.c.cause_id == Update.cause_id) | (mine.c.organisation_id == Cause.organisation_id),
    )
    # A weekly reader of all causes of an organisation gets each update once, and not again for its
    # cause.
    other, owner = aliased(Subscription), aliased(Cause)
    wider = exists().where(
        owner.id == mine.c.cause_id, other.organisation_id == owner.organisation_id,
        other.email_digest == mine.c.email_digest, other.state == "active",
        other.frequency == "weekly",
    )  # fmt: skip
    is_due = (
        WEEKLY, since <= now - WEEK, news, ~wider, _is_on(), ~suppressed(), ~came_with_rejected(),
    )  # fmt: skip
    due = select(Subscription.id).where(*is_due).order_by(Subscription.id).limit(BATCH_SIZE)
    rows = db.session.execute(
        update(mine)
        .where(mine.c.id.in_(due), WEEKLY, since <= now - WEEK)
        .values(digest_from=since, digest_at=now)
        .returning(mine.c.id, mine.c.lang)
    ).all()
    enqueue_about(rows, DIGEST, priority=BULK)
    return len(rows)


def _is_on() -> ColumnElement[bool]:
    """Return the condition that mailings are not switched off for the sender of a subscription."""
    paused = organisations_without("mailings")
    if not paused:
        return true()
    of_cause = select(Cause.organisation_id).where(Cause.id == Subscription.cause_id)
    sender = func.coalesce(Subscription.organisation_id, of_cause.scalar_subquery())
    return sender.not_in(paused)
