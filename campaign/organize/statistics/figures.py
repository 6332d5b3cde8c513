"""The figures of a dashboard, combined from what the database counts."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from campaign.organize.postal_regions import region_of
from campaign.organize.statistics.charts import Span
from campaign.petitions.goals import current_goal
from campaign.process.clock import utcnow
from campaign.process.ttl_cache import TtlCache
from campaign.security.small_counts import Cells, merged
from campaign.signatures import statistics
from campaign.signatures.forecast import Forecast, forecast
from campaign.signatures.statistics import Hour

SECONDS = 10
MAX_FIGURES = 100
RANGES = ("hours", "month", "all")
MAX_DAYS_BY_DAY = 92
# The share of confirmed signatures covers this many days, including today.
SHARE_DAYS = 14


@dataclass(frozen=True)
class Figures:
    """The results of all queries on some petitions; `at` is when they ran."""

    at: datetime
    hours: tuple
    by_kind: dict
    countries: Cells
    regions: Cells
    sources: Cells
    brought: int
    confirmed: int
    asked: int
    mail: tuple


def add_cache(app: Flask, name: str, seconds: int = SECONDS) -> None:
    """Add a cache of figures to the app's extensions as `name`; it keeps them while the app serves.

    Counting may read every signature, and many organizers may watch at once.
    """
    app.extensions[name] = TtlCache(
        seconds if app.config.get("SERVING") else 0, max_entries=MAX_FIGURES
    )


def init_app(app: Flask) -> None:
    add_cache(app, "recent_figures")


def recent_figures(petition_ids: Iterable[int]) -> Figures:
    """Return the Figures of these petitions, at most SECONDS old."""
    key = tuple(petition_ids)
    return current_app.extensions["recent_figures"].get(key, partial(make_figures, key))


def make_figures(petition_ids: Collection[int]) -> Figures:
    """Return the Figures of these petitions as of now."""
    now = utcnow()
    by_kind = statistics.counted_by_kind(petition_ids)
    confirmed, asked = statistics.confirmed_since(petition_ids, share_since(now), now)
    regions = Counter()
    for (country, area), count in statistics.counted_by_postal_area(petition_ids).items():
        regions[country, region_of(country, area)] += count
    sources, brought = statistics.counted_by_source(petition_ids)
    return Figures(
        at=now,
        hours=tuple(statistics.hours(petition_ids)),
        by_kind=by_kind,
        countries=merged(by_kind["country"]),
        regions=merged(regions),
        sources=merged(sources),
        brought=brought,
        confirmed=confirmed,
        asked=asked,
        mail=tuple(statistics.mail_trouble(petition_ids)),
    )


def zone() -> ZoneInfo:
    """Return the time zone in which organizers count days."""
    return ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])


def share_since(now: datetime) -> datetime:
    """Return the first instant of the days that the share of confirmed signatures covers."""
    first = now.astimezone(zone()).date() - timedelta(days=SHARE_DAYS - 1)
    return datetime.combine(first, time(), zone())


def day_of(instant: datetime) -> str:
    """Return the day of an instant in the site's time zone, in ISO 8601."""
    return instant.astimezone(zone()).date().isoformat()


def by_day(hours: Iterable[Hour]) -> list[Span]:
    """Return one Span per day in the site's time zone, from the first with signatures to today."""
    sure, waiting = Counter(), Counter()
    for each in hours:
        day = each.hour.astimezone(zone()).date()
        sure[day] += each.sure
        waiting[day] += each.waiting
    today = utcnow().astimezone(zone()).date()
    first = min(sure, default=today)
    days = [first + timedelta(days=place) for place in range((today - first).days + 1)]
    return [Span(day, sure[day], waiting[day]) for day in days]


def spans(hours: Iterable[Hour], chosen_range: str | None) -> list[Span]:
    """Return the Spans to draw: the last 24 hours, the last 30 days, or all days.

    If there are many days, they are grouped in weeks.
    """
    if chosen_range == "hours":
        return _last_hours(hours)
    days = by_day(hours)
    if chosen_range == "month":
        today = days[-1].start
        missing = [
            Span(today - timedelta(days=back), 0, 0) for back in range(29, len(days) - 1, -1)
        ]
        return [*missing, *days[-30:]]
    return days if len(days) <= MAX_DAYS_BY_DAY else _by_week(days)


def _last_hours(hours: Iterable[Hour]) -> list[Span]:
    now = utcnow().replace(minute=0, second=0, microsecond=0)
    known = {each.hour: each for each in hours}
    starts = [now - timedelta(hours=back) for back in range(23, -1, -1)]
    found = [(start.astimezone(zone()), known.get(start)) for start in starts]
    return [
        Span(start, each.sure if each else 0, each.waiting if each else 0) for start, each in found
    ]


def _by_week(days: Iterable[Span]) -> list[Span]:
    weeks = {}
    for day in days:
        weeks.setdefault(day.start - timedelta(days=day.start.weekday()), []).append(day)
    return [
        Span(start, sum(d.sure for d in of), sum(d.waiting for d in of))
        for start, of in weeks.items()
    ]


def goal_forecast(hours: Iterable[Hour], *, count: int, goal: int) -> Forecast | None:
    """Return the Forecast of the next goal, from whole days only: today is not over."""
    days = by_day(hours)
    target = current_goal(count, goal)
    return forecast(
        [day.sure for day in days[:-1]], to_go=target - count, goal=target, today=days[-1].start
    )
