"""Who gets a seat: whoever comes first, and whoever waits longest when one is freed.

Everything here runs under the lock on the event's row, so that no two transactions give the same seat away.
"""

from sqlalchemy import select

from campaign.events.models import WAITING, Registration
from campaign.events.queries import seats_taken
from campaign.events.reminders import passed_reminders
from campaign.extensions import db
from campaign.mail.operations import owe

SEAT = "registration_seat"


def free_seats(event):
    """Return how many seats are left, or None where there is room for all."""
    return None if event.capacity is None else max(0, event.capacity - seats_taken(event.id))


def fits(event, seats):
    free = free_seats(event)
    return free is None or seats <= free


def seat(event, registration, *, now):
    """Give the seats, or a place at the end of the waiting list."""
    if fits(event, registration.seats):
        _give(event, registration, now)
    else:
        registration.state = "waiting"
        registration.waits_since = now
    db.session.flush()


def fill_seats(event, *, now):
    """Give freed seats to those who wait, the longest first, and write to them.

    A party that is larger than what is free keeps its place, and those behind it are asked whether they fit.
    """
    free = free_seats(event)
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
        _give(event, registration, now)
        free = None if free is None else free - registration.seats
        owe(kind=SEAT, subject_id=registration.id, lang=registration.lang)
    db.session.flush()


def _give(event, registration, now):
    registration.state = "registered"
    registration.waits_since = None
    registration.reminded = passed_reminders(event.starts_at, now)
    # From now on calendars know of it.
    registration.sequence = (registration.sequence or 0) + 1
