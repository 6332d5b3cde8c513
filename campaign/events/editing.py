"""Edit an event part by part, so that editors of different parts never conflict.

Each change brings the version of the part that its editor's form showed. The second of two editors
of the same part gets an EditConflict.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from campaign.db.versioned import check_part
from campaign.events.hours import HourSkipped, instant_of
from campaign.events.models import Event
from campaign.events.operations import (
    Hours,
    change_event,
    create_event,
    pictures,
)
from campaign.extensions import load_for_update

# Columns that a duplicate copies: everything except times, state and slug.
COPIED_COLUMNS = (
    "cause_id", "remembered", "zone", "town", "country", "latitude", "longitude", "online_url", "online_for", "is_free",
    "registration", "capacity", "most_seats", "questions", "people", "languages", "original_lang",
)  # fmt: skip
COPIED_TEXT_COLUMNS = ("kind", "title", "place", "address", "body", "programme", "access", "price")
WEEK = timedelta(days=7)


def change_part(
    event_id: int,
    *,
    part: str,
    version: int | None,
    now: datetime,
    hours: Hours | None = None,
    texts: dict[str, dict[str, Any]] | None = None,
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
        event.texts = [text for text in event.texts if text.lang in (texts or {})]
    return change_event(
        event_id, now=now, hours=hours, texts=texts, petition_ids=petition_ids, **settings
    )


def duplicate_event(event_id: int, *, slug: str, now: datetime) -> Event:
    """Create a draft that copies this event, at the same time and weekday of a coming week.

    Raise SlugTaken.
    """
    original = load_for_update(Event, event_id)
    texts = {
        text.lang: {name: getattr(text, name) for name in COPIED_TEXT_COLUMNS}
        for text in original.texts
    }
    settings = {name: getattr(original, name) for name in COPIED_COLUMNS}
    hours = _ahead(Hours(original.starts_local, original.ends_local, settings.pop("zone")), now)
    petition_ids = [petition.petition_id for petition in original.petitions]
    copy = create_event(slug=slug, hours=hours, texts=texts, petition_ids=petition_ids, **settings)
    pictures.copy(from_id=original.id, to_id=copy.id)
    return copy


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
