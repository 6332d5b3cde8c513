"""Tasks of events that are near: prepare the table, watch the tablets, empty them afterwards."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask import g, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from campaign.events.models import Event
from campaign.events.queries import events_among
from campaign.i18n.clock_times import clock_time
from campaign.kiosk.queries import gaps_of, kiosks_of
from campaign.organize.identity import causes_where, may
from campaign.organize.overview.task import Task

# Tasks begin this long before an event, and end this long after it.
BEFORE, AFTER = timedelta(days=14), timedelta(days=2)


def at_events(now: datetime) -> list[Task]:
    """Return the Tasks of near events, for people who staff tables.

    Tablets that need attention come first, then the next event.
    """
    if not may("kiosks.see"):
        return []
    near = [
        event
        for event in reversed(events_among(causes_where("kiosks.see")))
        if _is_near(event, now)
    ]
    kept = [task for event in near for task in _tablets(event, now)]
    return kept + [_coming(event) for event in near if event.ends_at > now][:1]


def _is_near(event: Event, now: datetime) -> bool:
    return (
        event.state == "published"
        and event.starts_at <= now + BEFORE
        and now - AFTER < event.ends_at
    )


def _tablets(event: Event, now: datetime) -> Iterator[Task]:
    for kiosk in kiosks_of(event.id):
        state, name = kiosk.state(now), kiosk.name
        if kiosk.is_silent(now) and state != "revoked":
            words = ngettext(
                "Find tablet “%(name)s”: silent since %(time)s, with %(num)s signature on it",
                "Find tablet “%(name)s”: silent since %(time)s, with %(num)s signatures on it",
                kiosk.waiting,
                name=name,
                time=_day_and_time(cast(datetime, kiosk.last_seen_at), event),
            )
        elif kiosk.waiting and state in ("away", "expired"):
            words = ngettext(
                "Connect tablet “%(name)s” to the internet: it holds %(num)s unsent signature",
                "Connect tablet “%(name)s” to the internet: it holds %(num)s unsent signatures",
                kiosk.waiting,
                name=name,
            )
        elif state == "away" and event.starts_at <= now < event.ends_at:
            since = clock_time(kiosk.last_seen_at, get_locale(), ZoneInfo(event.zone))
            words = _("Check tablet “%(name)s”: no contact since %(time)s", name=name, time=since)
        elif state != "revoked" and gaps_of(kiosk.id):
            words = _("Check tablet “%(name)s”: some of its signatures have not arrived", name=name)
        else:
            continue
        yield Task(words, _("View"), url_for("organize.kiosks.show", slug=event.slug))


def _coming(event: Event) -> Task:
    when = _day_and_time(event.starts_at, event)
    words = _(
        "Prepare the table for “%(title)s”: %(when)s", title=event.text(g.lang).title, when=when
    )
    return Task(words, _("Open"), url_for("organize.kiosks.show", slug=event.slug))


def _day_and_time(instant: datetime, event: Event) -> str:
    """Format an instant in the time zone of the event."""
    there, locale = instant.astimezone(ZoneInfo(event.zone)), get_locale()
    return f"{format_skeleton('MMMEd', there, locale=locale)}, {clock_time(there, locale)}"
