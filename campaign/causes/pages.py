"""A cause as pages show it: in one language, with its count."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask import current_app
from markupsafe import Markup

from campaign.causes.queries import cause_count
from campaign.lib.markdown import to_html


@dataclass(frozen=True)
class Event:
    """A gathering, in plain words; `hours` as people write them."""

    date: date
    kind: str
    title: str
    place: str
    town: str
    hours: str
    text: str = ""


@dataclass(frozen=True)
class Update:
    """A piece of dated news in plain words."""

    date: date
    title: str
    text: str


@dataclass(frozen=True)
class CausePage:
    """A cause in one language. `shape` is its montage's, `count` its butterflies, `next_number` the number that the next one gets at most."""

    id: int
    slug: str
    title: str
    summary: str
    story: Markup
    palette: str
    shape: str
    count: int
    events: tuple[Event, ...]
    past_events: tuple[Event, ...]
    updates: tuple[Update, ...]

    @property
    def next_number(self):
        return self.count + 1


def page(cause, lang, now):
    """Return the CausePage of a Cause loaded with its texts; the day at `now` parts the events ahead from the past ones."""
    text = cause.text(lang)
    # The day of the campaign: this evening's vigil is not over because it is past midnight in Greenwich.
    today = now.astimezone(ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])).date()
    events = sorted((Event(**_dated(entry)) for entry in text.events), key=lambda event: event.date)
    updates = sorted((Update(**_dated(entry)) for entry in text.updates), key=lambda u: u.date, reverse=True)
    return CausePage(
        id=cause.id,
        slug=cause.slug,
        title=text.title,
        summary=text.summary,
        story=to_html(text.story),
        palette=cause.palette,
        shape=cause.shape,
        count=cause_count(cause.id),
        events=tuple(event for event in events if event.date >= today),
        past_events=tuple(event for event in reversed(events) if event.date < today),
        updates=tuple(updates),
    )


def _dated(entry):
    return {**entry, "date": date.fromisoformat(entry["date"])}
