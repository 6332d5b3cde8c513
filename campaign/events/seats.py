"""Who gets a seat: the first to come, and the first on the waiting list when one is freed.

Everything here runs under the lock on the event's row, so that no two transactions give the same seat away.
"""

from datetime import timedelta

from sqlalchemy import select

from campaign.events.models import WAITING, Registration
from campaign.events.queries import seats_on_hold, seats_taken
from campaign.events.reminders import passed_reminders
from campaign.extensions import db
from campaign.mail.operations import enqueue

SEAT = "registration_seat"
HOLD = timedelta(hours=1)


def free_seats(event, now, *, besides=None):
    """Return how many seats are neither given nor on hold, or None where there is room for all.

    The hold of the registration `besides` does not count: those seats are its own.
    """
    if event.capacity is None:
        return None
    return max(
        0, event.capacity - seats_taken(event.id) - seats_on_hold(event.id, now, besides=besides)
    )


def fits(event, seats, now, *, besides=None):
    free = free_seats(event, now, besides=besides)
    return free is None or seats <= free


def hold(event, registration, seats, *, now):
    """Keep so many seats for an hour, if there are as many and this registration has no hold yet.

    The caller does the same for someone who has a seat already, so that both leave the same number free.
    """
    if registration.hold_until is not None and registration.hold_until > now:
        return
    drop_hold(registration)
    db.session.flush()
    if fits(event, seats, now):
        registration.hold_seats, registration.hold_until = seats, now + HOLD
    db.session.flush()


def drop_hold(registration):
    registration.hold_seats, registration.hold_until = 0, None


def seat(event, registration, *, now):
    """Give the seats, those on hold first of all, or a place at the end of the waiting list."""
    if fits(event, registration.seats, now, besides=registration.id):
        give(event, registration, now)
    else:
        drop_hold(registration)
        registration.state = "waiting"
        registration.waits_since = now
    db.session.flush()


def fill_seats(event, *, now):
    """Give freed seats to those who wait, the longest first, and write to them.

    A party that is larger than what is free keeps its place, and those behind it are asked whether they fit.
    """
    free = free_seats(event, now)
    if free == 0 or event.state != "published" or now >= event.starts_at:
        return
    waiting = db.session.scalars(
        select(Registration)
        .where(Registration.event_id == event.id, WAITING)
        .order_by(Registration.waits_since, Registration.id)
        .with_for_update()
    )
    for registration in waiting.all():
        if free is not None and registration.seats > free:
            continue
        give(event, registration, now)
        free = None if free is None else free - registration.seats
        enqueue(kind=SEAT, subject_id=registration.id, lang=registration.lang)
    db.session.flush()


def give(event, registration, now):
    """Give a seat without asking how many are left."""
    drop_hold(registration)
    registration.state = "registered"
    registration.held_reason = ""
    registration.waits_since = registration.cancelled_at = None
    registration.reminded = passed_reminders(event.starts_at, now)
    # From now on calendars know of it.
    registration.sequence = (registration.sequence or 0) + 1
