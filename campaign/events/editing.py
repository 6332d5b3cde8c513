"""Edit an event part by part, so that editors of different parts never conflict.

Each change brings the version of the part that its editor's form showed. The second of two editors
of the same part gets an EditConflict.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from campaign.accounts.audit import record_planned
from campaign.db.versioned import check_part
from campaign.errors import CampaignError
from campaign.events.hours import HourSkipped, instant_of
from campaign.events.models import Event, EventPicture
from campaign.events.operations import (
    Hours,
    change_event,
    create_event,
    publish,
    set_picture,
)
from campaign.extensions import db, load_for_update
from campaign.publishing.pictures import Picture


class NotReady(CampaignError):
    """The event lacks something required for publishing. `faults` come from `faults_of`."""

    status = 409

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


# Columns that a duplicate copies: everything except times, state and slug.
TAKEN_OVER = (
    "cause_id", "is_vigil", "zone", "town", "country", "latitude", "longitude", "online_url", "online_for", "is_free",
    "registration", "capacity", "most_seats", "questions", "people", "languages", "original_lang",
)  # fmt: skip
WORDS = ("kind", "title", "place", "address", "body", "picture_alt", "programme", "access", "price")
WEEK = timedelta(days=7)


def change_part(
    event_id: int,
    *,
    part: str,
    version: int | None,
    now: datetime,
    hours: Hours | None = None,
    texts=None,
    petition_ids: Sequence[int] | None = None,
    **settings: Any,
) -> Event:
    """Change one part of an event as `change_event` does.

    If the part is `words`, a language that `texts` leaves out is removed. Raise EditConflict and
    the errors of `change_event`.
    """
    event = load_for_update(Event, event_id)
    check_part(event, part, version)
    if part == "words":
        event.texts = [text for text in event.texts if text.lang in texts]
    return change_event(
        event_id, now=now, hours=hours, texts=texts, petition_ids=petition_ids, **settings
    )


def change_picture(
    event_id: int,
    *,
    picture: Picture | None,
    focal: tuple[int, int],
    alts: Mapping[str, str],
    version: int | None,
    now: datetime,
) -> Event:
    """Set the picture, or change only the description of the present one if `picture` is None.

    `focal` is the point that stays visible. `alts` maps a language to the alternative text. Raise
    EditConflict.
    """
    event = load_for_update(Event, event_id)
    if picture:
        set_picture(event_id, picture=picture, now=now, focal=focal, version=version)
    else:
        check_part(event, "picture", version)
        if event.picture:
            event.picture.focal_x, event.picture.focal_y = focal
    for text in event.texts:
        text.picture_alt = alts.get(text.lang, "")
    event.changed_at = now
    db.session.flush()
    return event


def faults_of(event: Event) -> tuple[str, ...]:
    """Return the codes of what keeps a draft from being published."""
    has_place = event.town or event.online_url or any(text.place for text in event.texts)
    return () if has_place else ("place",)


def announce(event_id: int, *, now: datetime) -> Event:
    """Publish a complete draft. Raise NotReady, and EventOver for a cancelled event."""
    _demand_whole(event_id)
    return publish(event_id, now=now)


def announce_later(event_id: int, *, at: datetime | None) -> Event:
    """Schedule a complete draft to be published automatically at `at`. Raise NotReady.

    None cancels the schedule.
    """
    event = _demand_whole(event_id) if at else load_for_update(Event, event_id)
    if event.state == "draft":
        event.publish_at = at
        db.session.flush()
    return event


def publish_due(*, now: datetime) -> int:
    """Publish the drafts that are due and record it in the activity log. Return how many."""
    due = select(Event.id).where(Event.state == "draft", Event.publish_at <= now)
    ids = db.session.scalars(due.with_for_update(skip_locked=True)).all()
    for event in [publish(event_id, now=now) for event_id in ids]:
        about = {"subject": ("event", event.id), "cause_id": event.cause_id}
        record_planned("events.publish", **about, planned=("events.schedule",), now=now)
    return len(ids)


def close_registration(event_id: int, *, closed: bool) -> Event:
    """Close registration, or open it again. People who have a seat keep it."""
    event = load_for_update(Event, event_id)
    event.registration_closed = closed
    db.session.flush()
    return event


def archive_event(event_id: int, *, now: datetime) -> Event:
    """Archive an event: it keeps its page but is in no list."""
    event = load_for_update(Event, event_id)
    event.archived_at = event.archived_at or now
    event.publish_at = None
    db.session.flush()
    return event


def restore_event(event_id: int) -> Event:
    """Take an event out of the archive, as it was."""
    event = load_for_update(Event, event_id)
    event.archived_at = None
    db.session.flush()
    return event


def duplicate_event(event_id: int, *, slug: str, now: datetime) -> Event:
    """Create a draft that copies this event, at the same time and weekday of a coming week.

    Raise SlugTaken.
    """
    old = load_for_update(Event, event_id)
    texts = {text.lang: {name: getattr(text, name) for name in WORDS} for text in old.texts}
    settings = {name: getattr(old, name) for name in TAKEN_OVER}
    hours = _ahead(Hours(old.starts_local, old.ends_local, settings.pop("zone")), now)
    petition_ids = [each.petition_id for each in old.petitions]
    made = create_event(slug=slug, hours=hours, texts=texts, petition_ids=petition_ids, **settings)
    if old.picture:
        kept = ("digest", "width", "height", "focal_x", "focal_y", "data", "small")
        made.picture = EventPicture(**{name: getattr(old.picture, name) for name in kept})
        db.session.flush()
    return made


def _ahead(hours: Hours, now: datetime) -> Hours:
    """Return the Hours moved by whole weeks until they are after `now`.

    Weeks in which a clock change skips one of the two times are left out.
    """
    while True:
        hours = Hours(hours.starts + WEEK, hours.ends + WEEK, hours.zone)
        try:
            starts_at, _ = instant_of(hours.starts, hours.zone), instant_of(hours.ends, hours.zone)
        except HourSkipped:
            continue
        if starts_at > now:
            return hours


def _demand_whole(event_id: int) -> Event:
    event = load_for_update(Event, event_id)
    if faults := faults_of(event):
        raise NotReady(faults)
    return event
