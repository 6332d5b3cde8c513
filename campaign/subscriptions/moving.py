"""Move the subscriptions of a mailbox to another one. Nothing that ended there begins again."""

from collections.abc import Collection
from datetime import datetime

from flask import Flask
from sqlalchemy import delete, select

from campaign.extensions import db, note_ended
from campaign.mailboxes.parts import Mailbox, MailboxPart, register_mailbox_part
from campaign.notices.consents import delete_consents, hand_over_consents
from campaign.subscriptions.consents import SUBJECT, note_ends
from campaign.subscriptions.models import Subscription
from campaign.subscriptions.operations import suppress
from campaign.subscriptions.queries import is_suppressed, subscriptions_of_address, suppression_of

MOVED = "moved"
# What says how the older of two consents came.
_ORIGIN = ("source", "notice_id", "evidence", "confirmed_at", "signature_id")


def init_app(app: Flask) -> None:
    """Register the subscriptions of a mailbox as a part of it."""
    part = MailboxPart(
        name="subscriptions", move=move_subscriptions, count=count_subscriptions, lang=newest_lang
    )
    register_mailbox_part(app, part)


def count_subscriptions(mailbox: Mailbox) -> int:
    """Return how many active subscriptions the mailbox has."""
    return len(subscriptions_of_address(mailbox.digest, mailbox.email))


def newest_lang(mailbox: Mailbox) -> str:
    """Return the language of the newest active subscription of the mailbox, or an empty text."""
    rows = subscriptions_of_address(mailbox.digest, mailbox.email)
    return rows[-1][0].lang if rows else ""


def move_subscriptions(old: Mailbox, new: Mailbox, *, now: datetime) -> None:
    """Move the active subscriptions of a mailbox.

    Those that nobody confirmed are dropped. Those that ended stay, so that no import asks the old
    address again. If one of the two addresses is on the do-not-email list, the new one is from now
    on, and no news goes there.
    """
    if old.digest != new.digest and (suppression := suppression_of(old.digest)):
        suppress(email_digest=new.digest, reason=suppression.reason, note=suppression.note, now=now)
    rows = db.session.scalars(
        select(Subscription)
        .where(Subscription.email_digest.in_({old.digest, new.digest}))
        .order_by(Subscription.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    own = [row for row in rows if old.owns(row.email, row.email_digest)]
    if old.digest == new.digest:
        for row in own:
            row.email = new.email
        db.session.flush()
        return
    there = {_place(row): row for row in rows if row.email_digest == new.digest}
    _drop([row for row in own if row.state == "pending"])
    wants_none = is_suppressed(new.digest)
    for row in own:
        if row.state == "active":
            _move(row, there.get(_place(row)), new, wants_none=wants_none, now=now)


def _move(
    row: Subscription, other: Subscription | None, new: Mailbox, *, wants_none: bool, now: datetime
) -> None:
    if wants_none or (other is not None and other.state == "ended"):
        note_ended("subscription.ended", row.id, row.created_at)
        note_ends([row.id], now=now)
        _end(row, now)
        return
    if other is not None and other.state == "active":
        _merge(row, other, now)
        return
    if other is not None:
        _drop([other])
    row.email, row.email_digest = new
    db.session.flush()


def _merge(row: Subscription, other: Subscription, now: datetime) -> None:
    """Keep the row at the new address, whose links to unsubscribe are in emails there.

    It gets the older consent, and fewer emails if one of the two asked for that.
    """
    if _began(row) < _began(other):
        for name in _ORIGIN:
            setattr(other, name, getattr(row, name))
    if row.frequency == "weekly" and other.frequency != "weekly":
        # The first weekly email must not repeat news that was emailed before.
        other.frequency, other.digest_at = "weekly", now
    hand_over_consents(SUBJECT, row.id, other.id)
    _end(row, now)


def _end(row: Subscription, now: datetime) -> None:
    """End a subscription, and remove its address at once."""
    row.state, row.ended_at, row.ended_reason = "ended", now, MOVED
    row.email = row.email_digest = row.signature_id = None
    row.evidence = ""
    db.session.flush()


def _drop(rows: Collection[Subscription]) -> None:
    """Delete subscriptions that nobody confirmed."""
    ids = [row.id for row in rows]
    if ids:
        delete_consents(SUBJECT, ids)
        db.session.execute(
            delete(Subscription)
            .where(Subscription.id.in_(ids))
            .execution_options(synchronize_session=False)
        )
        for row in rows:
            db.session.expunge(row)


def _place(row: Subscription) -> tuple[int | None, int | None]:
    return row.cause_id, row.organisation_id


def _began(row: Subscription) -> datetime:
    return row.confirmed_at or row.created_at
