"""Finding registrations of an event: for its list, for the door, for the sheet of who came."""

from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from campaign.db.plain_letters import plain, plain_letters
from campaign.events.codes import LENGTH, read_code
from campaign.events.models import Registration
from campaign.events.seats import free_seats
from campaign.extensions import db
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.text.email_addresses import AddressRefused, parse_address

_came = Registration.checked_in_at.is_not(None)
# What a list can be narrowed to → the condition.
STATES = {
    "registered": Registration.state == "registered",
    "unconfirmed": Registration.state == "unconfirmed",
    "came": _came,
    "missing": (Registration.state == "registered") & ~_came,
    "waiting": Registration.state == "waiting",
    "held": Registration.state == "held",
    "cancelled": Registration.state == "cancelled",
}


@dataclass(frozen=True)
class Numbers:
    """How an event fills, in seats; `unconfirmed` wait for the button in their email, `free` is None where there is room for all, `parties` is how many registrations hold seats."""

    registered: int
    unconfirmed: int
    came: int
    waiting: int
    held: int
    cancelled: int
    parties: int
    free: int | None


def numbers_of(event):
    """Return the Numbers of an event."""
    of_event = Registration.event_id == event.id
    seats = func.coalesce(func.sum(Registration.seats), 0)
    rows = db.session.execute(
        select(
            Registration.state,
            _came.label("came"),
            seats.label("seats"),
            func.count().label("rows"),
        )
        .where(of_event)
        .group_by(Registration.state, _came)
    ).all()
    by_state = dict.fromkeys(("registered", "unconfirmed", "waiting", "held", "cancelled"), 0)
    for row in rows:
        by_state[row.state] += row.seats
    return Numbers(
        **by_state,
        came=sum(row.seats for row in rows if row.came),
        parties=sum(row.rows for row in rows if row.state == "registered"),
        free=free_seats(event, utcnow()),
    )


def seats_of(event_ids):
    """Return {event id: seats that are given away} for the events that gave any."""
    rows = db.session.execute(
        select(Registration.event_id, func.sum(Registration.seats))
        .where(Registration.event_id.in_(list(event_ids)), Registration.state == "registered")
        .group_by(Registration.event_id)
    )
    return {event_id: seats for event_id, seats in rows}


def held_by_event(event_ids):
    """Return {event id: how many registrations are set aside} for the events that have any."""
    rows = db.session.execute(
        select(Registration.event_id, func.count())
        .where(Registration.event_id.in_(list(event_ids)), STATES["held"])
        .group_by(Registration.event_id)
    )
    return {event_id: count for event_id, count in rows}


def find(event_id, *, words="", state="", limit=None, offset=0):
    """Return the registrations that fit, in the order of their names.

    `words` are parts of a name, a whole mail address, or a code; `state` is a key of STATES, or empty for all.
    """
    query = select(Registration).where(
        Registration.event_id == event_id, *_conditions(words.strip())
    )
    if state:
        query = query.where(STATES[state])
    ordered = query.order_by(plain_letters(Registration.name), Registration.id)
    return db.session.scalars(ordered.limit(limit).offset(offset)).all()


def registration_in(event_id, registration_id):
    """Return the registration of this event with this id, or None."""
    return db.session.scalar(
        select(Registration).where(
            Registration.event_id == event_id, Registration.id == registration_id
        )
    )


def _conditions(words):
    if not words:
        return []
    if "@" in words:
        try:
            return [
                Registration.email_digest == tokens.email_digest(parse_address(words).normalized)
            ]
        except AddressRefused:
            return [Registration.id.is_(None)]
    name = plain_letters(Registration.name)
    in_name = [name.contains(part, autoescape=True) for part in plain(words).split()]
    code = read_code(words)
    # Ten letters may be a name as well.
    return [or_(and_(*in_name), Registration.code == code)] if len(code) == LENGTH else in_name
