"""Move the registrations of a mailbox to another one, without a second seat for the same person."""

from datetime import datetime

from flask import Flask
from sqlalchemy import select

from campaign.events.messages.moving import move_receipts, take_over_receipts
from campaign.events.models import Event, Registration
from campaign.events.registering import CONFIRMATION
from campaign.events.seats import drop_hold, fill_seats
from campaign.extensions import db, load_for_update
from campaign.mail.operations import enqueue
from campaign.mailboxes.parts import Mailbox, MailboxPart, register_mailbox_part

# If there are two registrations, the one whose state comes first stays.
STATES = ("registered", "held", "waiting")


def init_app(app: Flask) -> None:
    """Register the registrations of a mailbox as a part of it."""
    part = MailboxPart(name="registrations", move=move_registrations, count=count_registrations)
    register_mailbox_part(app, part)


def count_registrations(mailbox: Mailbox) -> int:
    """Return how many registrations of the mailbox would move."""
    rows = db.session.scalars(
        select(Registration).where(
            Registration.email_digest == mailbox.digest, Registration.state.in_(STATES)
        )
    ).all()
    return sum(mailbox.owns(row.email, row.email_digest) for row in rows)


def move_registrations(old: Mailbox, new: Mailbox, *, now: datetime) -> None:
    """Move the registrations of a mailbox.

    Those that nobody confirmed are dropped, and cancelled ones stay until they are erased. The link
    of each goes to the new address.
    """
    event_ids = db.session.scalars(
        select(Registration.event_id)
        .where(Registration.email_digest == old.digest)
        .order_by(Registration.event_id)
    ).all()
    for event_id in event_ids:
        _move_in_event(load_for_update(Event, event_id), old, new, now)


def _move_in_event(event: Event, old: Mailbox, new: Mailbox, now: datetime) -> None:
    rows = db.session.scalars(
        select(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.email_digest.in_({old.digest, new.digest}),
        )
        .execution_options(populate_existing=True)
    ).all()
    own = next((row for row in rows if old.owns(row.email, row.email_digest)), None)
    if own is None or own.state == "cancelled":
        return
    other = next((row for row in rows if row.email_digest == new.digest and row is not own), None)
    if own.state == "unconfirmed" and old.digest != new.digest:
        _remove(event, own, now)
        return
    if other is not None and now >= event.starts_at:
        # Both may have come. The event's count of people must stay the same.
        return
    if other is not None and min(own, other, key=_standing) is other:
        _remove(event, own, now)
        return
    if other is not None:
        take_over_receipts(own, removed=other)
        _remove(event, other, now)
    own.email, own.email_digest = new
    db.session.flush()
    move_receipts(own, old_digest=old.digest, new_digest=new.digest)
    if now < event.ends_at and old.digest != new.digest:
        enqueue(kind=CONFIRMATION, subject_id=own.id, lang=own.lang)


def _standing(row: Registration) -> tuple[int, datetime, int]:
    rank = STATES.index(row.state) if row.state in STATES else len(STATES)
    return rank, row.created_at, row.id


def _remove(event: Event, row: Registration, now: datetime) -> None:
    """Delete a registration, and give its seats to the waiting list."""
    drop_hold(row)
    db.session.delete(row)
    db.session.flush()
    fill_seats(event, now=now)
