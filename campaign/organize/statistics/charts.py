"""Bar charts as numbers, from which an SVG of signatures by hour or day is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from campaign.petitions.goals import milestones

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
    """Bars with their scale: `ticks` are pairs (value, y); sizes are in viewBox units."""

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


def _top(most: int) -> int:
    """Return the round number at the top of the scale."""
    if most <= 4:
        return 4
    return next(step for step in milestones(most * 10) if step >= most)


def _ticks(top: int) -> list[int]:
    """Return two to six evenly spaced whole values from zero to `top`."""
    parts = 4 if top % 4 == 0 else 5 if top % 5 == 0 else 2 if top % 2 == 0 else 1
    return [top * part // parts for part in range(parts + 1)]
