"""Bars as numbers: what an SVG of signatures by hour or day is drawn from."""

from dataclasses import dataclass
from datetime import date, datetime

from campaign.petitions.goals import milestones

PLOT_TOP, PLOT_BOTTOM = 26, 34
GAP = 0.24


@dataclass(frozen=True)
class Span:
    """An hour, a day or a week, and how many signed in it, as they stand today."""

    start: date | datetime
    sure: int
    waiting: int

    @property
    def total(self):
        return self.sure + self.waiting


@dataclass(frozen=True)
class Bar:
    """A drawn Span: its place from the left, and the tops and heights of its two parts."""

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
    def middle(self):
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Chart:
    """Bars with their scale: `ticks` are pairs of (value, y); sizes are in units of the viewBox."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[int, float], ...]
    width: int
    height: int
    left: int
    floor: float


def chart(spans, *, width=720, height=250, labels=5):
    """Return the Chart of these Spans, oldest first."""
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


def _bar(span, x, step, floor, scale, is_labelled, is_highest):
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


def _top(most):
    """Return the round number that the scale ends at."""
    if most <= 4:
        return 4
    return next(step for step in milestones(most * 10) if step >= most)


def _ticks(top):
    """Return five values from nought to `top`, as many as stay whole."""
    parts = 4 if top % 4 == 0 else 5 if top % 5 == 0 else 2 if top % 2 == 0 else 1
    return [top * part // parts for part in range(parts + 1)]
