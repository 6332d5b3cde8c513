"""What organizers do with an event: announce it, change it, call it off."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from campaign.errors import CampaignError
from campaign.events.hours import instant_of
from campaign.events.models import (
    Event,
    EventOldSlug,
    EventPetition,
    EventPicture,
    EventText,
    Registration,
)
from campaign.events.reminders import passed_reminders
from campaign.events.seats import fill_seats
from campaign.extensions import db
from campaign.mail.models import BULK
from campaign.mail.operations import enqueue_many

CHANGED = "event_changed"
CALLED_OFF = "event_cancelled"
# What somebody who comes must hear of; other changes wait until they look.
TOLD = ("starts_local", "ends_local", "zone", "town", "online_url")
TOLD_WORDS = ("place", "address")
CENTRE = (50, 50)


class SlugTaken(CampaignError):
    """Another event lives at this address."""

    status = 409


class EventOver(CampaignError):
    """A cancelled event stays cancelled."""

    status = 409


@dataclass(frozen=True)
class Hours:
    """When an event is, as the clocks of its place show it; naive datetimes and an IANA zone."""

    starts: datetime
    ends: datetime
    zone: str


def create_event(*, cause_id, slug, hours, texts, petition_ids=(), **settings):
    """Create a draft; `texts` maps a language to the columns of `EventText`, `settings` are columns of `Event`.

    Raises SlugTaken, HourSkipped and ZoneUnknown.
    """
    _take_slug(slug)
    event = Event(cause_id=cause_id, slug=slug, **_columns(hours), **settings)
    event.texts = [EventText(lang=lang, **words) for lang, words in texts.items()]
    event.petitions = _petitions(petition_ids)
    db.session.add(event)
    _flush(slug)
    return event


def publish(event_id, *, now):
    """Show a draft to the public. Raises EventOver for a cancelled one."""
    event = locked(event_id)
    if event.state == "cancelled":
        raise EventOver(event.slug)
    event.state = "published"
    event.publish_at = event.archived_at = None
    event.changed_at = now
    db.session.flush()
    return event


def change_event(
    event_id, *, now, hours=None, slug=None, texts=None, petition_ids=None, **settings
):
    """Change what is given and leave the rest; the registered hear by mail of a new hour or place.

    The old address leads on to a new one, and seats that a larger capacity brings go to the waiting list. Raises SlugTaken,
    HourSkipped and ZoneUnknown.
    """
    event = locked(event_id)
    before = _told(event)
    if slug and slug != event.slug:
        _take_slug(slug)
        db.session.add(EventOldSlug(slug=event.slug, event_id=event.id))
        event.slug = slug
    for name, value in {**settings, **(_columns(hours) if hours else {})}.items():
        setattr(event, name, value)
    if texts is not None:
        _change_texts(event, texts)
    if petition_ids is not None:
        event.petitions = _petitions(petition_ids)
    event.sequence += 1
    event.changed_at = now
    _flush(event.slug)
    if hours:
        passed = passed_reminders(event.starts_at, now)
        db.session.execute(
            update(Registration).where(Registration.event_id == event.id).values(reminded=passed)
        )
    fill_seats(event, now=now)
    if event.state == "published" and now < event.ends_at and _told(event) != before:
        _tell(event, CHANGED)
    return event


def set_picture(event_id, *, picture, now, focal=CENTRE):
    """Give the event a Picture, or take its own away where it is None; `focal` is its point that stays in sight, in hundredths."""
    made = EventPicture(**vars(picture), focal_x=focal[0], focal_y=focal[1]) if picture else None
    event = locked(event_id)
    if event.picture:
        db.session.delete(event.picture)
        db.session.flush()
    event.picture = made
    event.changed_at = now
    db.session.flush()
    return event


def cancel(event_id, *, now, notices=None):
    """Call an event off, and write to all who are registered or wait; twice changes nothing.

    `notices` maps a language to a sentence that says why. The page stays, with a bar that says so.
    """
    event = locked(event_id)
    if event.state == "cancelled":
        return event
    was_public = event.state == "published"
    for text in event.texts:
        text.notice = (notices or {}).get(text.lang, "")
    event.state = "cancelled"
    event.publish_at = None
    event.sequence += 1
    event.changed_at = now
    db.session.flush()
    if was_public and now < event.ends_at:
        _tell(event, CALLED_OFF)
    return event


def locked(event_id):
    """Return the event, so that nobody else changes it or gives its seats away before this transaction ends."""
    return db.session.scalars(
        select(Event)
        .where(Event.id == event_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _take_slug(slug):
    if db.session.scalar(select(Event.id).where(Event.slug == slug)):
        raise SlugTaken(slug)
    # An address that had only led on is free for whoever needs it.
    forwarded = db.session.get(EventOldSlug, slug)
    if forwarded:
        db.session.delete(forwarded)
        db.session.flush()


def _flush(slug):
    try:
        db.session.flush()
    except IntegrityError as error:
        # Another took the slug in the same instant.
        if "slug" not in str(error.orig):
            raise
        raise SlugTaken(slug) from error


def _columns(hours):
    return {
        "zone": hours.zone,
        "starts_local": hours.starts,
        "ends_local": hours.ends,
        "starts_at": instant_of(hours.starts, hours.zone),
        "ends_at": instant_of(hours.ends, hours.zone),
    }


def _petitions(petition_ids):
    return [
        EventPetition(petition_id=each, position=place) for place, each in enumerate(petition_ids)
    ]


def _change_texts(event, texts):
    kept = {text.lang: text for text in event.texts}
    for lang, words in texts.items():
        text = kept.get(lang)
        if text is None:
            event.texts.append(EventText(lang=lang, **words))
            continue
        for name, value in words.items():
            setattr(text, name, value)


def _told(event):
    words = {text.lang: tuple(getattr(text, name) for name in TOLD_WORDS) for text in event.texts}
    return tuple(getattr(event, name) for name in TOLD), words


def _tell(event, kind):
    rows = db.session.execute(
        select(Registration.id, Registration.lang).where(
            Registration.event_id == event.id, Registration.state.in_(("registered", "waiting"))
        )
    ).all()
    if rows:
        enqueue_many(
            [{"kind": kind, "subject_id": row.id, "lang": row.lang} for row in rows], priority=BULK
        )
