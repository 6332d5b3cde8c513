"""A forecast of when a petition reaches its goal, as a range of dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt
from statistics import mean, stdev

DAYS = 28
MIN_DAYS = 7
# With 90% probability the pace stays within this many standard errors.
WIDTH = 1.645
# Neighbouring days are correlated, so they carry half as much information as independent days.
INDEPENDENT = 0.5
MAX_DAYS = 3 * 365


@dataclass(frozen=True)
class Forecast:
    """The goal is reached between `earliest` and `latest` at the pace of the last `days` days.

    `pace` is signatures a day. `latest` is None where the pace is too unsteady or too slow to name
    a day.
    """

    goal: int
    days: int
    pace: float
    earliest: date
    latest: date | None


def forecast(daily: Sequence[int], *, to_go: int, goal: int, today: date) -> Forecast | None:
    """Return the Forecast from the counts of past whole days, oldest first.

    Return None with too few days, or with no signatures in them. Also return None if the goal is
    reached or too far away.
    """
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
