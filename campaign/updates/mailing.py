"""Mail an update to subscribers: plan, change and cancel the mailing, and how it is sent."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from sqlalchemy import Select, func, select

from campaign.accounts.audit import WORKER, Actor, record_audit_event
from campaign.causes.models import Cause
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, note_ended
from campaign.jobs.operations import cancel_job
from campaign.jobs.operations import enqueue as enqueue_job
from campaign.mail.bulk.models import RUNNING, UNFINISHED
from campaign.mail.bulk.sending import AlreadyBegun, BatchResult, BulkSender
from campaign.organisations.email_tests import enqueue_test
from campaign.subscriptions.models import Subscription
from campaign.updates.life_cycle import update_life_cycle
from campaign.updates.mailing_models import Mailing, MailingReceipt
from campaign.updates.models import Update
from campaign.updates.queries import public_at
from campaign.updates.recipients import next_readers

JOB = "mailing"
EMAIL = "update_letter"
TEST = "update_test"
DIGEST = "update_digest"
KINDS = ("subscribers", "signers")
MINUTE = timedelta(minutes=1)


class NotPublic(CampaignError):
    """The update is not published, so it cannot be mailed."""

    status = 409


class MailingSender(BulkSender[Mailing]):
    """Emails updates to subscribers."""

    model, receipts, job = Mailing, MailingReceipt, JOB

    def email_kind(self, row: Mailing) -> str:
        return EMAIL

    def cause_of(self, row: Mailing) -> Cause:
        return row.update.cause

    def subject_of(self, row: Mailing) -> tuple[str, int]:
        return "update", row.update_id

    def done_action(self, row: Mailing) -> str:
        return "mail.done"

    def next_readers(self, row: Mailing) -> Select[int, str, bytes | None]:
        return next_readers(row)

    def obstacle(self, row: Mailing, now: datetime) -> BatchResult | None:
        """Wait until it starts, and while the update is not public."""
        if row.starts_at > now:
            return BatchResult(0, row.starts_at)
        public = select(Update.id).join(Update.cause).where(*public_at(now))
        if db.session.scalar(public.where(Update.id == row.update_id)) is None:
            # The update was withdrawn, or is scheduled for later.
            return BatchResult(0, max(now + MINUTE, row.update.publish_at or now))
        return None

    def free_places(self, row: Mailing, now: datetime) -> int:
        """Return how many emails the next batch may enqueue, at most `per_minute` in a minute."""
        free_places = super().free_places(row, now)
        if not row.per_minute:
            return free_places
        recent = select(func.count()).where(
            MailingReceipt.bulk_email_id == row.id, MailingReceipt.queued_at > now - MINUTE
        )
        return min(free_places, row.per_minute - db.session.scalars(recent).one())

    def receipt_values(self, now: datetime) -> dict[str, Any]:
        return {"queued_at": now}

    def note_ended(self, row: Mailing) -> None:
        note_ended(
            "mailing.stopped" if row.state == "stopped" else "mailing.done", row.id, row.created_at
        )

    def report(self, row: Mailing) -> dict[str, int]:
        """Return the numbers of its emails, and how many subscriptions were `ended` from it."""
        ended = select(func.count()).where(Subscription.ended_mailing_id == row.id)
        return {**super().report(row), "ended": db.session.scalars(ended).one()}


mailing_sender = MailingSender(record_audit_event=partial(record_audit_event, WORKER))


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
    no limit. Raise AlreadyBegun and NotPublic.
    """
    row = load_for_update(Update, update_id)
    if row.state != "published":
        raise NotPublic(row.slug)
    if mailing_of(update_id):
        raise AlreadyBegun(row.slug)
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
    """Change the time and the readers of a mailing that has not begun. Raise AlreadyBegun.

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
    """Delete a mailing that has not begun. The update can be mailed again. Raise AlreadyBegun."""
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


def end_restored(*, mailing_id: int, state: str, now: datetime) -> bool:
    """End a mailing that a backup brought back. Return whether it had not ended.

    `state` is "done" or "stopped". Those who got its emails since the backup get no second one.
    """
    row = load_for_update(Mailing, mailing_id)
    if row.state not in UNFINISHED:
        return False
    mailing_sender.end(row, state, now=now)
    return True


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


def _load_unbegun(mailing_id: int) -> Mailing:
    # The first to lock the row decides. Once the worker has begun, it is too late for changes.
    row = load_for_update(Mailing, mailing_id)
    if not row.is_unbegun:
        raise AlreadyBegun(f"the mailing is {row.state}")
    return row
