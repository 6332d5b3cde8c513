"""Upkeep of events: publishing, reminders, expired holds, changed clock rules, and erasing."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from campaign.events.hours import HourSkipped, instant_of
from campaign.events.life_cycle import event_life_cycle
from campaign.events.models import CANCELLED, ON_HOLD, UNCONFIRMED, Event, Registration
from campaign.events.reminders import REMINDERS
from campaign.events.seats import drop_hold, fill_seats
from campaign.extensions import db, load_for_update, rows_changed
from campaign.jobs.registry import BackgroundWork
from campaign.mail.models import BULK
from campaign.mail.operations import enqueue_about
from campaign.site.settings import site_settings

BATCH_SIZE = 500

work = BackgroundWork()
work.upkeep(event_life_cycle.publish_due)


@work.upkeep
def remind(*, now: datetime) -> int:
    """Enqueue the reminders that are due to people who have a seat. Return how many.

    If both are due, as after a night without a worker, a person gets only the later one.
    """
    return sum(_remind(now, index) for index in reversed(range(len(REMINDERS))))


def _remind(now: datetime, index: int) -> int:
    before, kind = REMINDERS[index]
    soon = select(Event.id).where(
        Event.state == "published", Event.starts_at > now, Event.starts_at <= now + before
    )
    is_due = (
        Registration.event_id.in_(soon),
        Registration.state == "registered",
        Registration.reminder_count <= index,
    )
    due = select(Registration.id).where(*is_due).order_by(Registration.id).limit(BATCH_SIZE)
    rows = db.session.execute(
        update(Registration)
        # We repeat the condition to see changes made by others before we locked the row.
        .where(Registration.id.in_(due), *is_due)
        .values(reminder_count=index + 1)
        .returning(Registration.id, Registration.lang)
        .execution_options(synchronize_session=False)
    ).all()
    enqueue_about(rows, kind, priority=BULK)
    return len(rows)


@work.upkeep
def end_holds(*, now: datetime) -> int:
    """Release expired holds and give the seats to the waiting list. Return how many ended."""
    over = (ON_HOLD, Registration.hold_until <= now)
    events = db.session.scalars(
        select(Registration.event_id).where(*over).distinct().limit(BATCH_SIZE)
    ).all()
    return sum(_end_holds(event_id, over, now) for event_id in sorted(events))


def _end_holds(event_id: int, over: tuple[Any, ...], now: datetime) -> int:
    event = load_for_update(Event, event_id)
    rows = db.session.scalars(
        select(Registration)
        .where(Registration.event_id == event_id, *over)
        .execution_options(populate_existing=True)
    ).all()
    for registration in rows:
        drop_hold(registration)
    db.session.flush()
    fill_seats(event, now=now)
    return len(rows)


@work.upkeep
def forget_old(*, now: datetime) -> int:
    """Erase old registrations after the days that the settings say."""
    return forget(
        now=now,
        days=site_settings().registration_days,
        unconfirmed_days=site_settings().erase_pending_days,
    )


def forget(*, now: datetime, days: int, unconfirmed_days: int) -> int:
    """Erase registrations `days` after their event or their cancellation. Return how many.

    Unconfirmed ones are erased `unconfirmed_days` after they were made. The event keeps the number
    of people who came.
    """
    edge = now - timedelta(days=days)
    over = db.session.scalars(
        select(Event)
        .where(Event.ends_at <= edge, Event.id.in_(select(Registration.event_id).distinct()))
        .limit(BATCH_SIZE)
        .with_for_update(skip_locked=True)
    ).all()
    unconfirmed = (UNCONFIRMED, Registration.created_at <= now - timedelta(days=unconfirmed_days))
    return (
        sum(_erase_registrations(event) for event in over)
        + _drop(CANCELLED, Registration.cancelled_at <= edge)
        + _drop(*unconfirmed)
    )


def _erase_registrations(event: Event) -> int:
    """Save how many people came, then erase the registrations of the event. Return how many."""
    of_event = Registration.event_id == event.id
    attendance = select(func.coalesce(func.sum(Registration.seats), 0)).where(
        of_event, Registration.checked_in_at.is_not(None)
    )
    event.attendance = (event.attendance or 0) + (db.session.scalar(attendance) or 0)
    db.session.flush()
    return rows_changed(delete(Registration).where(of_event))


def _drop(*is_old: Any) -> int:
    old = select(Registration.id).where(*is_old).limit(BATCH_SIZE)
    return rows_changed(
        delete(Registration)
        # We repeat the condition to see a confirmation that arrives at this moment.
        .where(Registration.id.in_(old), *is_old)
    )


@work.at_start
def realign(*, now: datetime) -> int:
    """Recompute the instants of events ahead after clock rules changed. Return how many moved.

    The local time was announced, and a government may change which instant that means.
    """
    ahead = db.session.scalars(
        select(Event).where(Event.ends_at > now, Event.state != "cancelled")
    ).all()
    return sum(_realign(event, now) for event in ahead)


def _realign(event: Event, now: datetime) -> bool:
    try:
        starts_at, ends_at = (
            instant_of(local, event.zone) for local in (event.starts_local, event.ends_local)
        )
    except HourSkipped:
        # The announced time no longer exists under the new rule, so an organizer must choose
        # another.
        return False
    if (starts_at, ends_at) == (event.starts_at, event.ends_at):
        return False
    event.starts_at, event.ends_at = starts_at, ends_at
    event.sequence += 1
    event.changed_at = now
    db.session.flush()
    return True
