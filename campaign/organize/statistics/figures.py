"""The figures of a petition or a cause, and their bar charts."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from campaign.i18n.clock_times import clock_time
from campaign.i18n.locales import current_locale
from campaign.i18n.long_dates import date_parts
from campaign.petitions.goals import current_goal, milestones
from campaign.process.clock import utcnow
from campaign.process.ttl_cache import TtlCache
from campaign.security.small_counts import Cells, merged
from campaign.signatures.counting import statistics
from campaign.signatures.counting.statistics import Forecast, Hour, forecast
from campaign.site.settings import site_settings
from campaign.text.postal_regions import postal_region

PLOT_TOP, PLOT_BOTTOM = 26, 34
GAP = 0.24


@dataclass(frozen=True)
class Span:
    """An hour, a day or a week, and how many people signed in it, as of now."""

    start: date | datetime
    sure: int
    waiting: int

    @property
    def total(self) -> int:
        return self.sure + self.waiting


@dataclass(frozen=True)
class Bar:
    """A drawn Span: its horizontal position, and the tops and heights of its two parts."""

    span: Span
    x: float
    width: float
    sure_y: float
    sure_height: float
    waiting_y: float
    waiting_height: float
    is_labelled: bool
    is_highest: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Chart:
    """Bars with their scale. `ticks` are pairs (value, y), and sizes are in viewBox units."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[int, float], ...]
    width: int
    height: int
    left: int
    floor: float


def chart(spans: Sequence[Span], *, width: int = 720, height: int = 250, labels: int = 5) -> Chart:
    """Return the Chart of these Spans, which are ordered oldest first."""
    top = _top(max((span.total for span in spans), default=0))
    left = 16 + 9 * len(f"{top:,}")
    floor = height - PLOT_BOTTOM
    step = (width - left) / max(1, len(spans))
    scale = (floor - PLOT_TOP) / top
    highest = max(range(len(spans)), key=lambda place: spans[place].total, default=None)
    every = max(1, -(-len(spans) // labels))
    bars = tuple(
        _bar(
            span,
            left + place * step,
            step,
            floor,
            scale,
            (len(spans) - 1 - place) % every == every // 2,
            place == highest,
        )
        for place, span in enumerate(spans)
    )
    ticks = tuple((value, round(floor - value * scale, 1)) for value in _ticks(top))
    return Chart(bars, ticks, width, height, left, floor)


def _bar(
    span: Span, x: float, step: float, floor: int, scale: float, is_labelled: bool, is_highest: bool
) -> Bar:
    sure, waiting = span.sure * scale, span.waiting * scale
    return Bar(
        span=span,
        x=round(x + step * GAP / 2, 1),
        width=round(step * (1 - GAP), 1),
        sure_y=round(floor - sure, 1),
        sure_height=round(sure, 1),
        waiting_y=round(floor - sure - waiting, 1),
        waiting_height=round(waiting, 1),
        is_labelled=is_labelled,
        is_highest=is_highest and span.total > 0,
    )


def _top(highest: int) -> int:
    """Return the round number at the top of the scale."""
    if highest <= 4:
        return 4
    return next(step for step in milestones(highest * 10) if step >= highest)


def _ticks(top: int) -> list[int]:
    """Return two to six evenly spaced whole values from zero to `top`."""
    parts = 4 if top % 4 == 0 else 5 if top % 5 == 0 else 2 if top % 2 == 0 else 1
    return [top * part // parts for part in range(parts + 1)]


CACHE_SECONDS = 10
MAX_FIGURES = 100
RANGES = ("hours", "month", "all")
MAX_DAYS_BY_DAY = 92
# The share of confirmed signatures covers this many days, including today.
SHARE_DAYS = 14


@dataclass(frozen=True)
class Figures:
    """The results of all queries on some petitions. `at` is when they ran."""

    at: datetime
    hours: tuple[Any, ...]
    by_kind: dict[str, Any]
    countries: Cells
    regions: Cells
    sources: Cells
    referred: int
    confirmed: int
    signed_by_email: int
    mail: tuple[Any, ...]


def add_cache(app: Flask, name: str, seconds: int = CACHE_SECONDS) -> None:
    """Add a cache of figures to the app's extensions as `name`. It keeps them while the app serves.

    Counting may read every signature, and many organizers may watch at once.
    """
    app.extensions[name] = TtlCache(
        seconds if app.config.get("SERVING") else 0, max_entries=MAX_FIGURES
    )


def init_app(app: Flask) -> None:
    add_cache(app, "recent_figures")


def recent_figures(petition_ids: Iterable[int]) -> Figures:
    """Return the Figures of these petitions, at most CACHE_SECONDS old."""
    key = tuple(petition_ids)
    cache = current_app.extensions["recent_figures"]
    return cast(Figures, cache.get(key, partial(make_figures, key)))


def make_figures(petition_ids: Collection[int]) -> Figures:
    """Return the Figures of these petitions as of now."""
    now = utcnow()
    by_kind = statistics.counted_by_kind(petition_ids)
    by_hour = statistics.counted_by_hour(petition_ids)
    confirmed, signed_by_email = statistics.confirmed_since(by_hour, share_since(now), now)
    regions: dict[tuple[str, str], int] = {}
    for (country, area), count in statistics.counted_by_postal_area(petition_ids).items():
        key = country, region_of(country, area)
        regions[key] = regions.get(key, 0) + count
    sources, referred = statistics.counted_by_source(petition_ids)
    return Figures(
        at=now,
        hours=tuple(statistics.hours(by_hour)),
        by_kind=by_kind,
        countries=merged(by_kind["country"]),
        regions=merged(regions),
        sources=merged(sources),
        referred=referred,
        confirmed=confirmed,
        signed_by_email=signed_by_email,
        mail=tuple(statistics.mail_trouble(petition_ids)),
    )


def zone() -> ZoneInfo:
    """Return the time zone in which organizers count days."""
    return ZoneInfo(site_settings().time_zone)


def share_since(now: datetime) -> datetime:
    """Return the first instant of the days that the share of confirmed signatures covers."""
    first = now.astimezone(zone()).date() - timedelta(days=SHARE_DAYS - 1)
    return datetime.combine(first, time(), zone())


def day_of(instant: datetime) -> str:
    """Return the day of an instant in the site's time zone, in ISO 8601."""
    return instant.astimezone(zone()).date().isoformat()


def by_day(hours: Iterable[Hour]) -> list[Span]:
    """Return one Span per day in the site's time zone, from the first with signatures to today."""
    sure: Counter[date] = Counter()
    waiting: Counter[date] = Counter()
    for item in hours:
        day = item.hour.astimezone(zone()).date()
        sure[day] += item.sure
        waiting[day] += item.waiting
    today = utcnow().astimezone(zone()).date()
    first = min(sure, default=today)
    days = [first + timedelta(days=place) for place in range((today - first).days + 1)]
    return [Span(day, sure[day], waiting[day]) for day in days]


def span_label(span: Span, chosen_range: str) -> str:
    """Return when a Span began, as short as an axis needs it."""
    if chosen_range == "hours":
        return clock_time(span.start, current_locale(), zone())
    return date_parts(span.start, current_locale(), "MMMd")


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
    by_hour = {item.hour: item for item in hours}
    starts = [now - timedelta(hours=back) for back in range(23, -1, -1)]
    rows = [(start.astimezone(zone()), by_hour.get(start)) for start in starts]
    return [Span(start, row.sure if row else 0, row.waiting if row else 0) for start, row in rows]


def _by_week(days: Iterable[Span]) -> list[Span]:
    weeks: dict[Any, list[Span]] = {}
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


# In other countries, a region of two characters is wide enough not to identify anyone.
REGION_CHARACTERS = 2


def region_of(country: str, area: str) -> str:
    """Return the region of postal codes that begin with `area`.

    Return its name if we know one, else the beginning of the code, such as `75…`.
    """
    region = postal_region(country, area)
    return region.name if region else f"{area[:REGION_CHARACTERS]}…"
