"""What organizers do with an event: create, change and cancel it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from campaign.events.hours import instant_of
from campaign.events.models import (
    Event,
    EventPetition,
    EventText,
    Registration,
)
from campaign.events.queries import PUBLIC
from campaign.events.reminders import passed_reminders
from campaign.events.seats import fill_seats
from campaign.extensions import db, load_for_update, note_ended
from campaign.mail.models import BULK
from campaign.mail.operations import enqueue_about
from campaign.publishing.pictures import Pictures
from campaign.publishing.slug_history import SlugHistory
from campaign.publishing.texts import write_texts

CHANGED = "event_changed"
CALLED_OFF = "event_cancelled"
# Changes to these columns are emailed to registered people. Other changes only show on the page.
ANNOUNCED_COLUMNS = ("starts_local", "ends_local", "zone", "town", "online_url")
ANNOUNCED_TEXTS = ("place", "address")


slugs = SlugHistory(Event)


@dataclass(frozen=True)
class Hours:
    """When an event is, in the local time of its place: naive datetimes and an IANA zone."""

    starts: datetime
    ends: datetime
    zone: str


def create_event(
    *,
    cause_id: int,
    slug: str,
    hours: Hours,
    texts: dict[str, dict[str, Any]],
    petition_ids: Sequence[int] = (),
    **settings: Any,
) -> Event:
    """Create a draft.

    `texts` maps a language to the columns of `EventText`. `settings` are columns of `Event`. Raise
    SlugTaken, HourSkipped and ZoneUnknown.
    """
    slugs.refuse_taken(slug)
    event = Event(cause_id=cause_id, slug=slug, **_columns(hours), **settings)
    event.texts = [EventText(lang=lang, **columns) for lang, columns in texts.items()]
    event.petitions = _petitions(petition_ids)
    db.session.add(event)
    slugs.flush(slug)
    return event


def change_event(
    event_id: int,
    *,
    now: datetime,
    hours: Hours | None = None,
    slug: str | None = None,
    texts: dict[str, dict[str, Any]] | None = None,
    petition_ids: Sequence[int] | None = None,
    **settings: Any,
) -> Event:
    """Change what is given and leave the rest.

    Registered people get an email about a new time or place. The old address redirects to a new
    one. Seats from a larger capacity go to the waiting list. Raise SlugTaken, HourSkipped and
    ZoneUnknown.
    """
    event = load_for_update(Event, event_id)
    before = _announced_values(event)
    if slug and slug != event.slug:
        slugs.change(event, slug)
    for name, value in {**settings, **(_columns(hours) if hours else {})}.items():
        setattr(event, name, value)
    if texts is not None:
        write_texts(event.texts, EventText, texts)
    if petition_ids is not None:
        event.petitions = _petitions(petition_ids)
    event.sequence += 1
    event.changed_at = now
    db.session.flush()
    if hours:
        passed = passed_reminders(event.starts_at, now)
        db.session.execute(
            update(Registration)
            .where(Registration.event_id == event.id)
            .values(reminder_count=passed)
        )
    fill_seats(event, now=now)
    if event.state == "published" and now < event.ends_at and _announced_values(event) != before:
        _notify_registered(event, CHANGED)
    return event


def cancel(event_id: int, *, now: datetime, notices: Mapping[str, str] | None = None) -> Event:
    """Cancel an event, and email everyone who is registered or waiting. Twice changes nothing.

    `notices` maps a language to the sentence that says why. The page stays, with a notice on it.
    """
    event = load_for_update(Event, event_id)
    if event.state == "cancelled":
        return event
    was_public = event.state == "published"
    for text in event.texts:
        text.notice = (notices or {}).get(text.lang, "")
    _cancel(event, now)
    if was_public and now < event.ends_at:
        _notify_registered(event, CALLED_OFF)
    return event


def cancel_restored(event_id: int, *, now: datetime) -> bool:
    """Cancel an event that a backup brought back and return whether it was not cancelled.

    Everyone who is registered was told when it was cancelled.
    """
    event = load_for_update(Event, event_id)
    if event.state == "cancelled":
        return False
    _cancel(event, now)
    return True


def _cancel(event: Event, now: datetime) -> None:
    event.state = "cancelled"
    event.publish_at = None
    event.sequence += 1
    event.changed_at = now
    note_ended("event.cancelled", event.id, event.created_at)
    db.session.flush()


pictures = Pictures(model=Event, is_public=PUBLIC, has_wide=True)


def _columns(hours: Hours) -> dict[str, Any]:
    return {
        "zone": hours.zone,
        "starts_local": hours.starts,
        "ends_local": hours.ends,
        "starts_at": instant_of(hours.starts, hours.zone),
        "ends_at": instant_of(hours.ends, hours.zone),
    }


def _petitions(petition_ids: Sequence[int]) -> list[EventPetition]:
    return [
        EventPetition(petition_id=item, position=index)
        for index, item in enumerate(dict.fromkeys(petition_ids))
    ]


def _announced_values(event: Event) -> tuple[Any, ...]:
    """Return the values whose changes are emailed to registered people."""
    texts = {
        text.lang: tuple(getattr(text, name) for name in ANNOUNCED_TEXTS) for text in event.texts
    }
    return tuple(getattr(event, name) for name in ANNOUNCED_COLUMNS), texts


def _notify_registered(event: Event, kind: str) -> None:
    """Enqueue an email of this kind to everyone who is registered or waiting."""
    rows = db.session.execute(
        select(Registration.id, Registration.lang).where(
            Registration.event_id == event.id, Registration.state.in_(("registered", "waiting"))
        )
    ).all()
    enqueue_about(rows, kind, priority=BULK)
