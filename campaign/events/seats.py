"""Who gets a seat: first come, first served, then the waiting list as seats are freed.

Everything here runs under the lock on the event's row. No two transactions can give away the same
seat.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from campaign.events.models import WAITING, Event, Registration
from campaign.events.queries import seats_on_hold, seats_taken
from campaign.events.reminders import passed_reminders
from campaign.extensions import db
from campaign.mail.operations import enqueue

SEAT = "registration_seat"
HOLD_LIFETIME = timedelta(hours=1)
# What organizers may let one person register.
MAX_SEATS = 20


def free_seats(event: Event, now: datetime, *, besides: int | None = None) -> int | None:
    """Return how many seats are neither given nor on hold. None means there is no limit.

    The hold of the registration with the id `besides` does not count, as those seats are its own.
    """
    if event.capacity is None:
        return None
    return max(
        0, event.capacity - seats_taken(event.id) - seats_on_hold(event.id, now, besides=besides)
    )


def fits(event: Event, seats: int, now: datetime, *, besides: int | None = None) -> bool:
    """Return whether so many seats are free."""
    free = free_seats(event, now, besides=besides)
    return free is None or seats <= free


def hold(event: Event, registration: Registration, seats: int, *, now: datetime) -> None:
    """Hold so many seats for an hour, if they are free and this registration has no hold yet.

    The caller does the same for someone who has a seat already. Both cases then leave the same
    number of seats free.
    """
    if registration.hold_until is not None and registration.hold_until > now:
        return
    drop_hold(registration)
    db.session.flush()
    if fits(event, seats, now):
        registration.hold_seats, registration.hold_until = seats, now + HOLD_LIFETIME
    db.session.flush()


def drop_hold(registration: Registration) -> None:
    """Release the seats on hold."""
    registration.hold_seats, registration.hold_until = 0, None


def seat(event: Event, registration: Registration, *, now: datetime) -> None:
    """Give the seats, using its own hold first, or the last place on the waiting list."""
    if fits(event, registration.seats, now, besides=registration.id):
        give(event, registration, now)
    else:
        drop_hold(registration)
        registration.state = "waiting"
        registration.waits_since = now
    db.session.flush()


def fill_seats(event: Event, *, now: datetime) -> None:
    """Give freed seats to the waiting list, longest wait first, and email those people.

    A party larger than the free seats keeps its place, and the next ones that fit are served.
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


def give(event: Event, registration: Registration, now: datetime) -> None:
    """Give the seats without checking how many are left."""
    drop_hold(registration)
    registration.state = "registered"
    registration.held_reason = ""
    registration.waits_since = registration.cancelled_at = None
    registration.reminder_count = passed_reminders(event.starts_at, now)
    # From now on the person's calendar knows about the seat.
    registration.sequence = (registration.sequence or 0) + 1
