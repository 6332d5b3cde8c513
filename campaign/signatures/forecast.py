"""When a goal may be reached, with the range that honesty asks for."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt
from statistics import mean, stdev

DAYS = 28
MIN_DAYS = 7
# Nine times in ten the pace stays within this many standard errors.
WIDTH = 1.645
# What people do today they do tomorrow: neighbouring days tell half as much as independent ones would.
INDEPENDENT = 0.5
MAX_DAYS = 3 * 365


@dataclass(frozen=True)
class Forecast:
    """The goal is reached between `earliest` and `latest` if people go on as in the last `days` days, at `pace` a day.

    `latest` is None where the pace is too unsteady, or too slow, to name a day.
    """

    goal: int
    days: int
    pace: float
    earliest: date
    latest: date | None


def forecast(daily, *, to_go, goal, today):
    """Return the Forecast from the counts of past whole days, oldest first; None where there are too few, or nobody signs."""
    recent = daily[-DAYS:]
    if to_go <= 0 or len(recent) < MIN_DAYS or not sum(recent):
        return None
    pace = mean(recent)
    error = WIDTH * stdev(recent) / sqrt(len(recent) * INDEPENDENT)
    quickest, slowest = pace + error, pace - error
    soonest = ceil(to_go / quickest)
    if soonest > MAX_DAYS:
        return None
    last = ceil(to_go / slowest) if slowest > 0 else MAX_DAYS + 1
    latest = today + timedelta(days=last) if last <= MAX_DAYS else None
    return Forecast(goal, len(recent), pace, today + timedelta(days=soonest), latest)
