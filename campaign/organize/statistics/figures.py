"""The figures of a dashboard, put together from what the database counts."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from flask import current_app

from campaign.organize.postal_regions import region_of
from campaign.organize.statistics.charts import Span
from campaign.petitions.goals import current_goal
from campaign.process.clock import utcnow
from campaign.security.small_counts import Cells, merged
from campaign.signatures import statistics
from campaign.signatures.forecast import Forecast, forecast

SECONDS = 10
MAX_FIGURES = 100
RANGES = ("hours", "month", "all")
MAX_DAYS_BY_DAY = 92
# Of how many days the share of those who confirm is told, today included.
SHARE_DAYS = 14


@dataclass(frozen=True)
class Figures:
    """What one scan after the other says of some petitions; `at` is when."""

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


class FiguresCache:
    """What `make` last made of petitions, good for so many seconds: it may look at every signature, and many organizers may watch."""

    def __init__(self, seconds, make):
        self._seconds, self._make, self._kept = seconds, make, {}

    def get(self, petition_ids):
        key = tuple(petition_ids)
        born, figures = self._kept.get(key, (0, None))
        if figures is None or not self._seconds or monotonic() - born >= self._seconds:
            figures = self._make(key)
            if len(self._kept) >= MAX_FIGURES:
                self._kept.clear()
            self._kept[key] = (monotonic(), figures)
        return figures


def remember(app, name, make, seconds=SECONDS):
    """Keep under `name` among the app's extensions what `make` last made of petitions, while the app serves."""
    app.extensions[name] = FiguresCache(seconds if app.config.get("SERVING") else 0, make)


def init_app(app):
    remember(app, "recent_figures", make_figures)


def recent_figures(petition_ids):
    """Return the Figures of these petitions, at most SECONDS old."""
    return current_app.extensions["recent_figures"].get(petition_ids)


def make_figures(petition_ids):
    """Return the Figures of these petitions as they are now."""
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


def zone():
    """Return the zone in which organizers count their days."""
    return ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])


def share_since(now):
    """Return the first instant of the days of which the share of those who confirm is told."""
    first = now.astimezone(zone()).date() - timedelta(days=SHARE_DAYS - 1)
    return datetime.combine(first, time(), zone())


def day_of(instant):
    """Return the day of an instant in the campaign's zone, as ISO 8601 writes it."""
    return instant.astimezone(zone()).date().isoformat()


def by_day(hours):
    """Return a Span for every day from the first in which anybody signed until today, in the campaign's zone."""
    sure, waiting = Counter(), Counter()
    for each in hours:
        day = each.hour.astimezone(zone()).date()
        sure[day] += each.sure
        waiting[day] += each.waiting
    today = utcnow().astimezone(zone()).date()
    first = min(sure, default=today)
    days = [first + timedelta(days=place) for place in range((today - first).days + 1)]
    return [Span(day, sure[day], waiting[day]) for day in days]


def spans(hours, chosen_range):
    """Return the Spans to draw: the last 24 hours, the last 30 days, or all days, in weeks where there are many."""
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


def _last_hours(hours):
    now = utcnow().replace(minute=0, second=0, microsecond=0)
    known = {each.hour: each for each in hours}
    starts = [now - timedelta(hours=back) for back in range(23, -1, -1)]
    found = [(start.astimezone(zone()), known.get(start)) for start in starts]
    return [
        Span(start, each.sure if each else 0, each.waiting if each else 0) for start, each in found
    ]


def _by_week(days):
    weeks = {}
    for day in days:
        weeks.setdefault(day.start - timedelta(days=day.start.weekday()), []).append(day)
    return [
        Span(start, sum(d.sure for d in of), sum(d.waiting for d in of))
        for start, of in weeks.items()
    ]


def goal_forecast(hours, *, count, goal) -> Forecast | None:
    """Return the Forecast of the next goal from whole days only: today is not over."""
    days = by_day(hours)
    target = current_goal(count, goal)
    return forecast(
        [day.sure for day in days[:-1]], to_go=target - count, goal=target, today=days[-1].start
    )
