"""Mailing an update to subscribers: planning it, and what an organizer may do while it runs."""

from sqlalchemy import func, select

from campaign.accounts.audit import record
from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.mail.models import OutboxMessage
from campaign.mail.operations import enqueue
from campaign.subscriptions.models import Subscription
from campaign.updates.mailing_models import Mailing, MailingReceipt
from campaign.updates.operations import publish_update, update_to_change
from campaign.updates.recipients import never_reached, still_to_come

LETTER = "update_letter"
TEST = "update_test"
KINDS = ("subscribers", "signers")
UNREACHED = "unreached"


class MailedAlready(CampaignError):
    """This update has a mailing; nobody gets it twice."""

    status = 409


class MailingOver(CampaignError):
    """The mailing is stopped or done."""

    status = 409


class MailingBegun(CampaignError):
    """The mailing has begun, so its time and its readers stay as they are."""

    status = 409


class NotPublic(CampaignError):
    """Only what is published is mailed."""

    status = 409


def plan_mailing(*, update_id, now, starts_at=None, langs=(), kinds=(), per_minute=0):
    """Let the worker mail the update from `starts_at` on, or as soon as it is public. Raises MailedAlready and NotPublic.

    `langs` and `kinds` (of KINDS) choose among the subscribers, empty means all; `per_minute` 0 is no limit.
    """
    row = update_to_change(update_id)
    if row.state != "published":
        raise NotPublic(row.slug)
    if mailing_of(update_id):
        raise MailedAlready(row.slug)
    made = Mailing(
        update_id=update_id,
        langs=list(langs),
        kinds=list(kinds),
        per_minute=per_minute,
        starts_at=max(starts_at or now, row.publish_at),
        created_at=now,
    )
    db.session.add(made)
    db.session.flush()
    return made


def change_mailing(*, mailing_id, now, starts_at=None, langs=(), kinds=(), per_minute=0):
    """Give a mailing that has not begun another time and other readers, as `plan_mailing` takes them. Raises MailingBegun."""
    row = _unbegun(mailing_id)
    row.langs, row.kinds, row.per_minute = list(langs), list(kinds), per_minute
    row.starts_at = max(starts_at or now, row.update.publish_at)
    row.state = "planned"
    db.session.flush()
    return row


def cancel_mailing(*, mailing_id):
    """Drop a mailing that has not begun: the update can be mailed anew. Raises MailingBegun."""
    db.session.delete(_unbegun(mailing_id))
    db.session.flush()


def publish_and_mail(*, update_id, now, publish_at=None, time_zone="", mails=False):
    """Publish an update and, where `mails`, plan its mailing to all subscribers with it. Raises UpdateNotReady."""
    row = publish_update(update_id=update_id, now=now, publish_at=publish_at, time_zone=time_zone)
    if mails:
        plan_mailing(update_id=update_id, now=now)
    return row


def send_test(*, actor, update_id, organizer_id, lang):
    """Owe the letter, as it will look in `lang`, to one organizer. It is about its entry of the audit trail, which names both."""
    row = update_to_change(update_id)
    details = {"organizer": organizer_id}
    entry = record(
        actor, "mail.test", subject=("update", update_id), cause_id=row.cause_id, details=details
    )
    enqueue(kind=TEST, subject_id=entry.id, lang=lang)


def pause_mailing(*, mailing_id):
    """Owe no more letters until it goes on; the few that are on their way already arrive. Raises MailingOver."""
    return _turn(mailing_id, ("planned", "sending"), "paused")


def resume_mailing(*, mailing_id):
    """Go on where it was paused. Raises MailingOver."""
    return _turn(mailing_id, ("paused",), "sending")


def stop_mailing(*, mailing_id, now):
    """End it for good: also what is owed and not handed over yet stays unsent. Raises MailingOver."""
    row = _turn(mailing_id, ("planned", "sending", "paused"), "stopped")
    row.finished_at = now
    return row


def mailing_of(update_id):
    """Return the mailing of an update, or None."""
    return db.session.scalar(
        select(Mailing)
        .where(Mailing.update_id == update_id)
        .execution_options(populate_existing=True)
    )


def mailings_among(update_ids):
    """Return {update id: its Mailing} for those that have one."""
    rows = db.session.scalars(select(Mailing).where(Mailing.update_id.in_(list(update_ids))))
    return {row.update_id: row for row in rows}


def report(mailing):
    """Return how many letters are `waiting`, `sent`, `failed` and `dropped`, how many readers a stop left `unreached`, and `ended` by it.

    Waiting are those that are owed, and those whose turn has not come yet.
    Dropped are those whose reader had ended, whose address takes no mail, or that a stop kept back.
    """
    ended = db.session.scalar(
        select(func.count())
        .select_from(Subscription)
        .where(Subscription.ended_mailing_id == mailing.id)
    )
    counts = mailing.counts or letters_of(mailing.id)
    ends = {state: counts.get(state, 0) for state in ("sent", "failed", "dropped")}
    unreached = counts[UNREACHED] if UNREACHED in counts else never_reached(mailing)
    return {
        "waiting": counts.get("owed", 0) + still_to_come(mailing),
        **ends,
        UNREACHED: unreached,
        "ended": ended,
    }


def letters_of(mailing_id):
    """Return {state: how many} of the letters of a mailing, as long as they stand in the outbox."""
    rows = db.session.execute(
        select(OutboxMessage.state, func.count())
        .join(MailingReceipt, MailingReceipt.id == OutboxMessage.subject_id)
        .where(OutboxMessage.kind == LETTER, MailingReceipt.mailing_id == mailing_id)
        .group_by(OutboxMessage.state)
    )
    return {state: many for state, many in rows}


def locked_mailing(mailing_id):
    """Return the mailing as it is now, and keep others out of it until the transaction ends."""
    return db.session.scalars(
        select(Mailing)
        .where(Mailing.id == mailing_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _unbegun(mailing_id):
    # Whoever locks it first decides: once the worker has begun, nothing of it can be taken back.
    row = locked_mailing(mailing_id)
    if not row.is_unbegun:
        raise MailingBegun(f"the mailing is {row.state}")
    return row


def _turn(mailing_id, before, after):
    row = locked_mailing(mailing_id)
    if row.state in before:
        row.state = after
        db.session.flush()
    elif row.state != after:
        raise MailingOver(f"the mailing is {row.state}")
    return row
