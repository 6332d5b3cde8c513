"""The messages of an event, and who gets them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select

from campaign.events.messages.models import EventMessage
from campaign.events.models import Registration
from campaign.extensions import db
from campaign.mail.models import MAX_REPORTS, UndeliverableAddress

_has_seat = Registration.state == "registered"
AUDIENCES: dict[str, ColumnElement[bool]] = {
    "registered": _has_seat,
    "waiting": Registration.state == "waiting",
    "everyone": Registration.state.in_(("registered", "waiting")),
    "came": _has_seat & Registration.checked_in_at.is_not(None),
}


def messages_of(event_id: int) -> Sequence[EventMessage]:
    """Return the messages of an event, newest first."""
    return db.session.scalars(
        select(EventMessage)
        .where(EventMessage.event_id == event_id)
        .order_by(EventMessage.id.desc())
    ).all()


def message_of(event_id: int, message_id: int) -> EventMessage | None:
    """Return the message of this event with this id, or None."""
    return db.session.scalar(
        select(EventMessage)
        .where(EventMessage.event_id == event_id, EventMessage.id == message_id)
        .execution_options(populate_existing=True)
    )


def messages_with_ids(message_ids: Collection[int]) -> Sequence[EventMessage]:
    """Return these messages, in the order of their ids."""
    query = select(EventMessage).where(EventMessage.id.in_(message_ids)).order_by(EventMessage.id)
    return db.session.scalars(query).all()


def sent_since(event_id: int, since: datetime | None = None) -> int:
    """Return how many messages of an event were sent since then, or are being sent."""
    query = select(func.count(EventMessage.id)).where(
        EventMessage.event_id == event_id, EventMessage.started_at.is_not(None)
    )
    if since is not None:
        query = query.where(EventMessage.started_at > since)
    return db.session.scalars(query).one()


def is_sending(event_id: int) -> bool:
    """Return whether a message of this event is being sent."""
    query = select(EventMessage.id).where(
        EventMessage.event_id == event_id, EventMessage.state == "sending"
    )
    return db.session.scalar(query.limit(1)) is not None


def readers_of(event_id: int, audience: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of registrations that are in an audience and can be emailed."""
    is_refused = exists().where(
        UndeliverableAddress.digest == Registration.email_digest,
        UndeliverableAddress.reports >= MAX_REPORTS,
    )
    return (
        Registration.event_id == event_id,
        Registration.email != "",
        AUDIENCES[audience],
        ~is_refused,
    )


def readers_by_lang(event_id: int, audience: str) -> dict[str, int]:
    """Return {language: number of people who would get the email}."""
    rows = db.session.execute(
        select(Registration.lang, func.count())
        .where(*readers_of(event_id, audience))
        .group_by(Registration.lang)
        .order_by(func.count().desc(), Registration.lang)
    )
    return {lang: many for lang, many in rows}


def next_readers(message: EventMessage) -> Select[int, str, bytes]:
    """Return the query for the next readers of a message: people registered when it began."""
    return (
        select(Registration.id, Registration.lang, Registration.email_digest)
        .where(
            *readers_of(message.event_id, message.audience),
            Registration.id > message.reached_id,
            Registration.created_at <= message.started_at,
        )
        .order_by(Registration.id)
    )


def registrations_with_ids(registration_ids: Collection[int]) -> Sequence[Registration]:
    """Return these registrations as they are at this moment."""
    return db.session.scalars(
        select(Registration)
        .where(Registration.id.in_(registration_ids))
        .execution_options(populate_existing=True)
    ).all()
