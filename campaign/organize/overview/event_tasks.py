"""Tasks at events, for people who staff tables."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from flask import g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign.events.models import Event
from campaign.events.queries import events_among
from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import current_locale, short_weekday_and_day
from campaign.i18n.long_dates import long_date
from campaign.kiosk.queries import gaps_of, kiosks_of
from campaign.organize.core.identity import causes_where, may
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
    tasks = [task for event in near for task in _tablets(event, now)]
    return tasks + [_coming(event) for event in near if event.ends_at > now][:1]


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
            text = ngettext(
                "Find tablet “%(name)s”: no contact since %(time)s, and %(num)s unsent signature on it",
                "Find tablet “%(name)s”: no contact since %(time)s, and %(num)s unsent signatures on it",
                kiosk.waiting,
                name=name,
                time=_day_and_time(cast(datetime, kiosk.last_seen_at), event),
            )
        elif kiosk.waiting and state in ("away", "expired"):
            text = ngettext(
                "Connect tablet “%(name)s” to the internet: it has %(num)s unsent signature",
                "Connect tablet “%(name)s” to the internet: it has %(num)s unsent signatures",
                kiosk.waiting,
                name=name,
            )
        elif state == "away" and event.starts_at <= now < event.ends_at:
            since = clock_time(kiosk.last_seen_at, current_locale(), ZoneInfo(event.zone))
            text = _("Check tablet “%(name)s”: no contact since %(time)s", name=name, time=since)
        elif state != "revoked" and gaps_of(kiosk.id):
            text = _("Check tablet “%(name)s”: some of its signatures have not arrived", name=name)
        else:
            continue
        yield Task(text, _("View"), url_for("organize.kiosks.show", slug=event.slug))


def _coming(event: Event) -> Task:
    when = _day_and_time(event.starts_at, event)
    text = _(
        "Prepare the table for “%(title)s”: %(when)s", title=event.text(g.lang).title, when=when
    )
    return Task(text, _("Open"), url_for("organize.kiosks.show", slug=event.slug))


def _day_and_time(instant: datetime, event: Event) -> str:
    """Format an instant in the time zone of the event."""
    local, locale = instant.astimezone(ZoneInfo(event.zone)), current_locale()
    day = long_date(local, locale, short_weekday_and_day(g.lang))
    return f"{day}, {clock_time(local, locale)}"
