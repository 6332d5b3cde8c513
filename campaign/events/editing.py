"""What editors change in an event, part by part, so that two who are at different parts never meet.

Of two at the same part the second is told: each change brings the mark of the part that its editor had before their eyes.
"""

import json
from datetime import timedelta
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import select

from campaign.accounts.audit import record_planned
from campaign.errors import CampaignError
from campaign.events.hours import HourSkipped, instant_of
from campaign.events.models import Event, EventPicture
from campaign.events.operations import (
    Hours,
    change_event,
    create_event,
    locked,
    publish,
    set_picture,
)
from campaign.extensions import db


class EditConflict(CampaignError):
    """Somebody else changed this part since the editor's page was made."""

    status = 409


class NotReady(CampaignError):
    """The event lacks what it cannot go out without; `faults` are those of `faults_of`."""

    status = 409

    def __init__(self, faults):
        super().__init__(", ".join(faults))
        self.faults = faults


class Part(NamedTuple):
    """The columns of `Event` and of `EventText` that one page changes, and whether its petitions are among them."""

    settings: tuple = ()
    words: tuple = ()
    petitions: bool = False


PARTS = {
    "words": Part(words=("kind", "title", "body", "access")),
    "hours": Part(("zone", "starts_local", "ends_local")),
    "place": Part(
        ("town", "country", "latitude", "longitude", "online_url", "online_for"),
        ("place", "address"),
    ),
    "coming": Part(("registration", "capacity", "most_seats", "is_free", "questions"), ("price",)),
    "programme": Part(words=("programme",)),
    "people": Part(("people",)),
    "about": Part(("languages", "is_vigil"), petitions=True),
    "address": Part(("slug",)),
    "picture": Part(words=("picture_alt",)),
}
# What the next event takes over from the one before: everything but its hours, its state and its name.
TAKEN_OVER = (
    "cause_id", "is_vigil", "zone", "town", "country", "latitude", "longitude", "online_url", "online_for", "is_free",
    "registration", "capacity", "most_seats", "questions", "people", "languages", "original_lang",
)  # fmt: skip
WORDS = ("kind", "title", "place", "address", "body", "picture_alt", "programme", "access", "price")
WEEK = timedelta(days=7)


def mark_of(event, part):
    """Return what tells whether a part of the event is still as an editor saw it."""
    told = json.dumps(values_of(event, part), sort_keys=True, default=str)
    return blake2b(told.encode(), digest_size=8).hexdigest()


def values_of(event, part):
    """Return what stands in a part of the event, as a dict."""
    settings, words, has_petitions = PARTS[part]
    values = {name: getattr(event, name) for name in settings}
    values["texts"] = (
        {text.lang: {name: getattr(text, name) for name in words} for text in event.texts}
        if words
        else {}
    )
    if has_petitions:
        values["petitions"] = [each.petition_id for each in event.petitions]
    if part == "picture" and event.picture:
        values["picture"] = event.picture.digest, event.picture.focal_x, event.picture.focal_y
    return values


def change_part(
    event_id, *, part, mark, now, hours=None, texts=None, petition_ids=None, **settings
):
    """Change one part of an event as `change_event` does; in its words, a language that `texts` leaves out is taken away.

    Raises EditConflict, and whatever `change_event` raises.
    """
    event = locked(event_id)
    if mark != mark_of(event, part):
        raise EditConflict(f"the {part} of {event.slug}")
    if part == "words":
        event.texts = [text for text in event.texts if text.lang in texts]
    return change_event(
        event_id, now=now, hours=hours, texts=texts, petition_ids=petition_ids, **settings
    )


def change_picture(event_id, *, picture, focal, alts, mark, now):
    """Set the Picture, or where it is None only what is said of the present one; `alts` maps a language to what is seen on it.

    Raises EditConflict.
    """
    event = locked(event_id)
    if mark != mark_of(event, "picture"):
        raise EditConflict(f"the picture of {event.slug}")
    if picture:
        set_picture(event_id, picture=picture, now=now, focal=focal)
    elif event.picture:
        event.picture.focal_x, event.picture.focal_y = focal
    for text in event.texts:
        text.picture_alt = alts.get(text.lang, "")
    event.changed_at = now
    db.session.flush()
    return event


def faults_of(event):
    """Return the codes of what keeps a draft from going out."""
    has_place = event.town or event.online_url or any(text.place for text in event.texts)
    return () if has_place else ("place",)


def announce(event_id, *, now):
    """Publish a whole draft. Raises NotReady, and EventOver for a cancelled one."""
    _demand_whole(event_id)
    return publish(event_id, now=now)


def announce_later(event_id, *, at):
    """Let a whole draft be published by itself at an instant, or no longer where `at` is None. Raises NotReady."""
    event = _demand_whole(event_id) if at else locked(event_id)
    if event.state == "draft":
        event.publish_at = at
        db.session.flush()
    return event


def publish_due(*, now):
    """Publish the drafts whose instant has come, and note it in the audit trail; return how many."""
    due = select(Event.id).where(Event.state == "draft", Event.publish_at <= now)
    ids = db.session.scalars(due.with_for_update(skip_locked=True)).all()
    for event in [publish(event_id, now=now) for event_id in ids]:
        about = {"subject": ("event", event.id), "cause_id": event.cause_id}
        record_planned("events.publish", **about, planned=("events.schedule",), now=now)
    return len(ids)


def close_registration(event_id, *, closed):
    """Take no more registrations, or take them again; whoever has a seat keeps it."""
    event = locked(event_id)
    event.registration_closed = closed
    db.session.flush()
    return event


def archive_event(event_id, *, now):
    """Put an event away: at its address still, in no list any more."""
    event = locked(event_id)
    event.archived_at = event.archived_at or now
    event.publish_at = None
    db.session.flush()
    return event


def restore_event(event_id):
    """Take an event out of the archive, as it was."""
    event = locked(event_id)
    event.archived_at = None
    db.session.flush()
    return event


def duplicate_event(event_id, *, slug, now):
    """Begin the next event as a draft: all of this one, at the same hour of the same weekday, in a week that is ahead.

    Raises SlugTaken.
    """
    old = locked(event_id)
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


def _ahead(hours, now):
    """Return the Hours some weeks later, after `now`, in a week in which clocks skip neither of them."""
    while True:
        hours = Hours(hours.starts + WEEK, hours.ends + WEEK, hours.zone)
        try:
            starts_at, _ = instant_of(hours.starts, hours.zone), instant_of(hours.ends, hours.zone)
        except HourSkipped:
            continue
        if starts_at > now:
            return hours


def _demand_whole(event_id):
    event = locked(event_id)
    if faults := faults_of(event):
        raise NotReady(faults)
    return event
