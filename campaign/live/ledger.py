"""The public ledger: every change to a count, by hour or by day, without exposing single people."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from campaign.security.small_counts import MIN_COUNT

MIXED = "mixed"


class Line(NamedTuple):
    """How much a petition's count changed for one reason.

    The period is the hour that begins at `start`, or the other hours of the day that begins there.
    """

    start: datetime
    period: str
    reason: str
    evidence: str
    change: int


def public_lines(rows: Iterable[tuple[datetime, str, str, int]], *, is_quiet: bool) -> list[Line]:
    """Return the Lines of a ledger whose rows are (hour, reason, evidence, change), oldest first.

    They add up to the same count. Kinds of evidence with changes below MIN_COUNT in an hour are
    merged as MIXED. If even these are below it, they are merged into the rest of their day. A quiet
    petition shows only days, and no evidence.
    """
    by_hour: dict[tuple[datetime, str], Counter[str]] = defaultdict(Counter)
    for hour, reason, evidence, change in rows:
        by_hour[hour, reason][evidence] += change
    lines: list[Line] = []
    rest_of_days: Counter[tuple[datetime, str]] = Counter()
    for (hour, reason), kinds in by_hour.items():
        published = {} if is_quiet else _publishable(kinds)
        lines += [
            Line(hour, "hour", reason, evidence, change) for evidence, change in published.items()
        ]
        rest_of_days[hour.replace(hour=0), reason] += sum(kinds.values()) - sum(published.values())
    lines += [
        Line(day, "day", reason, MIXED, change)
        for (day, reason), change in rest_of_days.items()
        if change
    ]
    return sorted(lines)


def _publishable(kinds: Counter[str]) -> dict[str, int]:
    """Return what may be published of {evidence: change} in one hour."""
    published = {evidence: change for evidence, change in kinds.items() if abs(change) >= MIN_COUNT}
    rest = sum(kinds.values()) - sum(published.values())
    return {**published, MIXED: rest} if abs(rest) >= MIN_COUNT else published
