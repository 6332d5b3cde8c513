"""Limit how many letters leave for a target now: none at night, and never all at once."""

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

# By hour of the target's day: the share of the limit per hour that may leave.
SHARES = (
    *[0.0] * 7,
    0.2,
    0.5,
    0.8,
    1.0,
    1.0,
    0.8,
    0.8,
    1.0,
    1.0,
    0.8,
    0.6,
    0.4,
    0.3,
    0.2,
    *[0.0] * 3,
)
MEAN_SHARE = sum(SHARES) / len(SHARES)
# Few letters are not spread over a long campaign.
MIN_PER_HOUR = 1
# The hour of the target's day from which gathered letters leave.
GATHER_HOUR = 9
HOUR = timedelta(hours=1)
HOUR_SECONDS = 3600
MINUTES = 60


def share_at(now: datetime, zone: ZoneInfo) -> float:
    """Return the share of the limit per hour that may leave now: 0.0 at night, at most 1.0."""
    return SHARES[now.astimezone(zone).hour]


def seconds_to_next_hour(now: datetime, zone: ZoneInfo) -> float:
    """Return how long the current hour of the target's day still lasts."""
    local = now.astimezone(zone)
    return HOUR_SECONDS - (local.minute * 60 + local.second + local.microsecond / 1_000_000)


def hourly_limit(
    *, max_per_hour: int, waiting: int, now: datetime, zone: ZoneInfo, closes_at: datetime | None
) -> int:
    """Return how many letters may leave in an hour like this one.

    `max_per_hour` is the limit of the busiest hour. If `closes_at` is ahead, the `waiting` letters
    are spread over the time until then.
    """
    share = share_at(now, zone)
    if not share:
        return 0
    per_hour = float(max_per_hour)
    if closes_at is not None and closes_at > now:
        busy_hours = (closes_at - now) / HOUR * MEAN_SHARE
        per_hour = min(per_hour, max(MIN_PER_HOUR, waiting / busy_hours))
    return max(MIN_PER_HOUR, math.ceil(per_hour * share))


def due_now(
    *, limit: int, in_last_hour: int, last_at: datetime | None, now: datetime, target_id: int
) -> int:
    """Return how many letters may leave for a target this minute, at most `limit` in an hour.

    They leave evenly over the hour, and each target has its own minutes. `last_at` is when the last
    one left, and `in_last_hour` how many have left within an hour.
    """
    if not limit:
        return 0
    # Each target's clock is shifted, so that not all have their turn in the same minute.
    shift = target_id * 7919 % HOUR_SECONDS
    turns = _turns(now, limit, shift) - (_turns(last_at, limit, shift) if last_at else -1)
    return max(0, min(turns, math.ceil(limit / MINUTES), limit - in_last_hour))


def is_gathering_due(
    *, since: datetime, days: int, now: datetime, zone: ZoneInfo, is_over: bool
) -> bool:
    """Return whether the letters that were gathered `since` then may leave now.

    They leave `days` days later in the target's time zone, or as soon as the action `is_over`.
    """
    local = now.astimezone(zone)
    if not share_at(now, zone) or local.hour < GATHER_HOUR:
        return False
    return is_over or local.date() >= since.astimezone(zone).date() + timedelta(days=days)


def _turns(at: datetime, limit: int, shift: int) -> int:
    return math.floor((at.timestamp() + shift) * limit / HOUR_SECONDS)
