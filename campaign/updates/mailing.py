"""Mail an update to subscribers: plan the mailing, and pause, resume or stop it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, select

from campaign.accounts.audit import Actor
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, note_ended
from campaign.jobs.operations import cancel_job
from campaign.jobs.operations import enqueue as enqueue_job
from campaign.mail.bulk import counts_by_state
from campaign.organisations.test_emails import enqueue_test
from campaign.subscriptions.models import Subscription
from campaign.updates.life_cycle import update_life_cycle
from campaign.updates.mailing_models import RUNNING, UNFINISHED, Mailing, MailingReceipt
from campaign.updates.models import Update
from campaign.updates.recipients import never_reached, still_to_come

JOB = "mailing"
EMAIL = "update_letter"
TEST = "update_test"
DIGEST = "update_digest"
KINDS = ("subscribers", "signers")
UNREACHED = "unreached"


class MailedAlready(CampaignError):
    """This update has a mailing already. Nobody gets it twice."""

    status = 409


class MailingOver(CampaignError):
    """The mailing is stopped or done."""

    status = 409


class MailingBegun(CampaignError):
    """The mailing has begun, so its time and its readers can no longer change."""

    status = 409


class NotPublic(CampaignError):
    """The update is not published, so it cannot be mailed."""

    status = 409


def plan_mailing(
    *,
    update_id: int,
    now: datetime,
    starts_at: datetime | None = None,
    langs: Collection[str] = (),
    kinds: Collection[str] = (),
    per_minute: int = 0,
) -> Mailing:
    """Plan to mail the update from `starts_at` on, or as soon as it is public.

    `langs` and `kinds` (of KINDS) choose among the subscribers. Empty means all. `per_minute` 0 is
    no limit. Raise MailedAlready and NotPublic.
    """
    row = load_for_update(Update, update_id)
    if row.state != "published":
        raise NotPublic(row.slug)
    if mailing_of(update_id):
        raise MailedAlready(row.slug)
    mailing = Mailing(
        update_id=update_id,
        langs=list(langs),
        kinds=list(kinds),
        per_minute=per_minute,
        starts_at=max(starts_at or now, row.publish_at or now),
        created_at=now,
    )
    db.session.add(mailing)
    db.session.flush()
    enqueue_job(JOB, mailing.id, run_at=mailing.starts_at)
    return mailing


def change_mailing(
    *,
    mailing_id: int,
    now: datetime,
    starts_at: datetime | None = None,
    langs: Collection[str] = (),
    kinds: Collection[str] = (),
    per_minute: int = 0,
) -> Mailing:
    """Change the time and the readers of a mailing that has not begun. Raise MailingBegun.

    The arguments are those of `plan_mailing`.
    """
    row = _load_unbegun(mailing_id)
    row.langs, row.kinds, row.per_minute = list(langs), list(kinds), per_minute
    row.starts_at = max(starts_at or now, cast(datetime, row.update.publish_at))
    row.state = "planned"
    db.session.flush()
    enqueue_job(JOB, row.id, run_at=row.starts_at)
    return row


def cancel_mailing(*, mailing_id: int) -> None:
    """Delete a mailing that has not begun. The update can be mailed again. Raise MailingBegun."""
    row = _load_unbegun(mailing_id)
    note_ended("mailing.cancelled", row.id, row.created_at)
    db.session.delete(row)
    db.session.flush()
    cancel_job(JOB, mailing_id)


def publish_and_mail(
    *,
    update_id: int,
    now: datetime,
    publish_at: datetime | None = None,
    time_zone: str = "",
    mails: bool = False,
) -> Update:
    """Publish an update and, if `mails`, plan its mailing to all subscribers.

    Raise UpdateNotReady.
    """
    if publish_at:
        row = update_life_cycle.schedule(row_id=update_id, at=publish_at, zone=time_zone, now=now)
    else:
        row = update_life_cycle.publish(row_id=update_id, zone=time_zone, now=now)
    mailing = mailing_of(update_id)
    if mails:
        plan_mailing(update_id=update_id, now=now)
    elif mailing and mailing.state in RUNNING:
        # The update was withdrawn during its mailing.
        enqueue_job(JOB, mailing.id, run_at=max(mailing.starts_at, row.publish_at or now))
    return row


def send_test(*, actor: Actor, update_id: int, organizer_id: int, lang: str) -> None:
    """Enqueue a test email of the update in `lang` to one organizer."""
    row = load_for_update(Update, update_id)
    enqueue_test(
        actor,
        "mail.test",
        kind=TEST,
        subject=("update", update_id),
        cause_id=row.cause_id,
        organizer_id=organizer_id,
        lang=lang,
    )


def pause_mailing(*, mailing_id: int) -> Mailing:
    """Enqueue no more emails until the mailing is resumed. Raise MailingOver.

    The few that are queued already are still sent.
    """
    return _change_state(mailing_id, ("planned", "sending"), "paused")


def resume_mailing(*, mailing_id: int) -> Mailing:
    """Continue a paused mailing. Raise MailingOver."""
    row = _change_state(mailing_id, ("paused",), "sending")
    enqueue_job(JOB, row.id, run_at=row.starts_at)
    return row


def stop_mailing(*, mailing_id: int, now: datetime) -> Mailing:
    """End the mailing permanently. Emails that are queued but not sent yet stay unsent.

    Raise MailingOver.
    """
    row = _change_state(mailing_id, UNFINISHED, "stopped")
    row.finished_at = now
    note_ended("mailing.stopped", row.id, row.created_at)
    return row


def end_restored(*, mailing_id: int, state: str, now: datetime) -> bool:
    """End a mailing that a backup brought back; return whether it had not ended.

    `state` is "done" or "stopped". Those who got its emails since the backup get no second one.
    """
    row = load_for_update(Mailing, mailing_id)
    if row.state not in UNFINISHED:
        return False
    if state == "done":
        finish_mailing(row, now=now)
    else:
        stop_mailing(mailing_id=mailing_id, now=now)
    return True


def finish_mailing(mailing: Mailing, *, now: datetime) -> None:
    """End a mailing that has reached everyone."""
    mailing.state, mailing.finished_at = "done", now
    note_ended("mailing.done", mailing.id, mailing.created_at)
    db.session.flush()


def mailing_of(update_id: int) -> Mailing | None:
    """Return the mailing of an update, or None."""
    return db.session.scalar(
        select(Mailing)
        .where(Mailing.update_id == update_id)
        .execution_options(populate_existing=True)
    )


def mailings_among(update_ids: Iterable[int]) -> dict[int, Mailing]:
    """Return {update id: its Mailing} for those that have one."""
    rows = db.session.scalars(select(Mailing).where(Mailing.update_id.in_(list(update_ids))))
    return {row.update_id: row for row in rows}


def report(mailing: Mailing) -> dict[str, Any]:
    """Return the numbers of a mailing's emails by what became of them.

    `waiting` are queued, or their turn has not come. `sent` were handed over and `failed` were not.
    `dropped` were not sent: the reader had unsubscribed, the address takes no email, or the mailing
    was stopped. `unreached` counts readers that a stop left without an email. `ended` counts
    subscriptions that were ended from this mailing.
    """
    ended = db.session.scalar(
        select(func.count())
        .select_from(Subscription)
        .where(Subscription.ended_mailing_id == mailing.id)
    )
    counts = mailing.counts or email_counts(mailing.id)
    ends = {state: counts.get(state, 0) for state in ("sent", "failed", "dropped")}
    unreached = counts[UNREACHED] if UNREACHED in counts else never_reached(mailing)
    return {
        "waiting": counts.get("owed", 0) + still_to_come(mailing),
        **ends,
        UNREACHED: unreached,
        "ended": ended,
    }


def email_counts(mailing_id: int) -> dict[str, int]:
    """Return {state: count} of a mailing's emails, as long as they are in the outbox."""
    receipts = select(MailingReceipt.id).where(MailingReceipt.mailing_id == mailing_id)
    return counts_by_state(EMAIL, receipts)


def _load_unbegun(mailing_id: int) -> Mailing:
    # The first to lock the row decides. Once the worker has begun, it is too late for changes.
    row = load_for_update(Mailing, mailing_id)
    if not row.is_unbegun:
        raise MailingBegun(f"the mailing is {row.state}")
    return row


def _change_state(mailing_id: int, before: Collection[str], after: str) -> Mailing:
    row = load_for_update(Mailing, mailing_id)
    if row.state in before:
        row.state = after
        db.session.flush()
    elif row.state != after:
        raise MailingOver(f"the mailing is {row.state}")
    return row
