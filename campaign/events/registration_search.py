"""Find and count registrations of an event, for the list, check-in and exports."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select

from campaign.db.functions import plain, unaccented_lower
from campaign.events.codes import CODE_LENGTH
from campaign.events.models import Event, Registration
from campaign.events.seats import free_seats
from campaign.extensions import db
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.text.email_addresses import AddressRefused, parse_address
from campaign.text.typed_codes import read_code

_came = Registration.checked_in_at.is_not(None)
# The filters of the list, each with its condition.
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
    """How full an event is, in seats.

    `unconfirmed` seats wait for the button in their email. `came` includes people whose
    registration was erased afterwards. `free` is None without a capacity limit. `parties` is how
    many registrations hold seats.
    """

    registered: int
    unconfirmed: int
    came: int
    waiting: int
    held: int
    cancelled: int
    parties: int
    free: int | None


def numbers_of(event: Event) -> Numbers:
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
        came=(event.attendance or 0) + sum(row.seats for row in rows if row.came),
        parties=sum(row.rows for row in rows if row.state == "registered"),
        free=free_seats(event, utcnow()),
    )


def seats_of(event_ids: Iterable[int]) -> dict[int, int]:
    """Return {event id: seats given away} for the events that gave any."""
    rows = db.session.execute(
        select(Registration.event_id, func.sum(Registration.seats))
        .where(Registration.event_id.in_(list(event_ids)), Registration.state == "registered")
        .group_by(Registration.event_id)
    )
    return {event_id: seats for event_id, seats in rows}


def held_by_event(event_ids: Iterable[int]) -> dict[int, int]:
    """Return {event id: registrations held for review} for the events that have any."""
    rows = db.session.execute(
        select(Registration.event_id, func.count())
        .where(Registration.event_id.in_(list(event_ids)), STATES["held"])
        .group_by(Registration.event_id)
    )
    return {event_id: count for event_id, count in rows}


def find(
    event_id: int,
    *,
    text: str = "",
    state: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Registration]:
    """Return the matching registrations in the order of their names.

    `text` is parts of a name, a full email address, or a code. `state` is a key of STATES, or ""
    for all.
    """
    query = select(Registration).where(
        Registration.event_id == event_id, *_conditions(text.strip())
    )
    if state:
        query = query.where(STATES[state])
    ordered = query.order_by(unaccented_lower(Registration.name), Registration.id)
    return db.session.scalars(ordered.limit(limit).offset(offset)).all()


def registration_in(event_id: int, registration_id: int) -> Registration | None:
    """Return the registration of this event with this id, or None."""
    return db.session.scalar(
        select(Registration).where(
            Registration.event_id == event_id, Registration.id == registration_id
        )
    )


def _conditions(text: str) -> list[ColumnElement[bool]]:
    if not text:
        return []
    if "@" in text:
        try:
            return [
                Registration.email_digest == tokens.email_digest(parse_address(text).normalized)
            ]
        except AddressRefused:
            return [Registration.id.is_(None)]
    name = unaccented_lower(Registration.name)
    in_name = [name.contains(part, autoescape=True) for part in plain(text).split()]
    code = read_code(text)
    # Ten characters may also be a name, so we search for both.
    return [or_(and_(*in_name), Registration.code == code)] if len(code) == CODE_LENGTH else in_name
