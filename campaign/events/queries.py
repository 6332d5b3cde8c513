"""Queries about events and registrations, for pages, emails and check-in."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import joinedload, selectinload

from campaign.causes.models import Cause
from campaign.events.models import ON_HOLD, Event, Registration
from campaign.extensions import db

PUBLIC = (Event.state != "draft", Cause.state != "draft")
LISTED_BY_CAUSE = (*PUBLIC, Event.archived_at.is_(None))
LISTED = (*LISTED_BY_CAUSE, Cause.state == "published")
IN_ARCHIVE = Event.archived_at.is_not(None)
MAX_IN_FEED = 500
FEW_SEATS = 5


def event_by_slug(slug: str) -> Event | None:
    """Return the public event at `slug`, with texts and cause, or None."""
    return db.session.scalar(_with_texts().where(Event.slug == slug, *PUBLIC))


def event_by_id(event_id: int) -> Event | None:
    """Return the event with this id, with texts and cause, or None."""
    return db.session.scalar(_with_texts().where(Event.id == event_id))


def events_with_ids(event_ids: Collection[int]) -> Sequence[Event]:
    """Return these events in any state, in the order of their ids, with texts and cause."""
    return db.session.scalars(_with_texts().where(Event.id.in_(event_ids)).order_by(Event.id)).all()


def event_in_any_state(slug: str) -> Event | None:
    """Return the event at `slug` in any state, with texts and cause, or None."""
    return db.session.scalar(
        _with_texts().where(Event.slug == slug).execution_options(populate_existing=True)
    )


def events_among(cause_ids: Collection[int] | None) -> Sequence[Event]:
    """Return all events of these causes, or of all if None, latest first.

    Texts and cause are loaded.
    """
    return db.session.scalars(
        _with_texts()
        .where(*_in_causes(cause_ids))
        .order_by(Event.starts_at.desc(), Event.id.desc())
    ).all()


def events_by_turn(
    cause_ids: Collection[int] | None,
    now: datetime,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Event]:
    """Return the events of these causes, or of all if None, that are not archived.

    Drafts come first, then events ahead, then past events. Drafts and events ahead begin with the
    next one, past events with the latest.
    """
    turn = case((Event.state == "draft", 0), (Event.ends_at > now, 1), else_=2)
    next_first = case((turn < 2, Event.starts_at))
    order = turn, next_first, Event.starts_at.desc(), Event.id.desc()
    query = (
        _with_texts().where(*_in_causes(cause_ids), Event.archived_at.is_(None)).order_by(*order)
    )
    return db.session.scalars(query.limit(limit).offset(offset)).all()


def events_in_archive(
    cause_ids: Collection[int] | None, *, limit: int | None = None, offset: int = 0
) -> Sequence[Event]:
    """Return the archived events of these causes, or of all if None, latest first."""
    query = (
        _with_texts()
        .where(*_in_causes(cause_ids), IN_ARCHIVE)
        .order_by(Event.starts_at.desc(), Event.id.desc())
    )
    return db.session.scalars(query.limit(limit).offset(offset)).all()


def archived_events(cause_ids: Collection[int] | None) -> int | None:
    """Return how many events of these causes, or of all if None, are in the archive."""
    return db.session.scalar(select(func.count(Event.id)).where(*_in_causes(cause_ids), IN_ARCHIVE))


def events_ahead(
    now: datetime,
    *,
    cause_id: int | None = None,
    town: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Event]:
    """Return the public events that are not over at `now`, next first."""
    query = _listed(cause_id, town).where(Event.ends_at > now)
    return db.session.scalars(
        query.order_by(Event.starts_at, Event.id).limit(limit).offset(offset)
    ).all()


def events_past(
    now: datetime,
    *,
    cause_id: int | None = None,
    town: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Sequence[Event]:
    """Return the public events that are over at `now`, latest first."""
    query = _listed(cause_id, town).where(Event.ends_at <= now)
    ordered = query.order_by(Event.starts_at.desc(), Event.id.desc())
    return db.session.scalars(ordered.limit(limit).offset(offset)).all()


def events_for_calendars(since: datetime, *, cause_id: int | None = None) -> Sequence[Event]:
    """Return the public events that ended after `since`, also cancelled ones, earliest first."""
    return events_ahead(since, cause_id=cause_id, limit=MAX_IN_FEED)


def towns() -> Sequence[str]:
    """Return the towns of all public events, in alphabetical order."""
    query = select(Event.town).join(Event.cause).where(*LISTED, Event.town != "")
    return db.session.scalars(query.distinct().order_by(Event.town)).all()


def registration_by_id(registration_id: int) -> Registration | None:
    """Return the registration, or None."""
    return db.session.get(Registration, registration_id)


def seats_taken(event_id: int) -> int:
    """Return how many seats are given away, without those on hold."""
    return db.session.scalars(
        select(func.coalesce(func.sum(Registration.seats), 0)).where(
            Registration.event_id == event_id, Registration.state == "registered"
        )
    ).one()


def seats_on_hold(event_id: int, now: datetime, *, besides: int | None = None) -> int:
    """Return how many seats are on hold at `now`, without those of the registration `besides`."""
    query = select(func.coalesce(func.sum(Registration.hold_seats), 0)).where(
        ON_HOLD, Registration.event_id == event_id, Registration.hold_until > now
    )
    if besides is not None:
        query = query.where(Registration.id != besides)
    return db.session.scalars(query).one()


def fullness(event: Event) -> str:
    """Return how many seats the public page says are left: `many`, `few` or `full`.

    Return "" if the event has no capacity limit. Only confirmed seats count, so an unconfirmed
    registration changes nothing here.
    """
    if event.capacity is None:
        return ""
    left = event.capacity - seats_taken(event.id)
    return "full" if left <= 0 else "few" if left <= max(FEW_SEATS, event.capacity // 5) else "many"


def _in_causes(cause_ids: Collection[int] | None) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that an event is of these causes, or none if None."""
    return () if cause_ids is None else (Event.cause_id.in_(cause_ids),)


def _listed(cause_id: int | None, town: str) -> Select[Event]:
    query = _with_texts().where(
        *(LISTED if cause_id is None else (*LISTED_BY_CAUSE, Event.cause_id == cause_id))
    )
    return query.where(Event.town == town) if town else query


def _with_texts() -> Select[Event]:
    return (
        select(Event)
        .join(Event.cause)
        .options(
            joinedload(Event.cause).selectinload(Cause.texts),
            selectinload(Event.texts),
            selectinload(Event.petitions),
            selectinload(Event.picture),
        )
    )
