"""The public ledger: every change to a count, in lines of an hour or a day that tie nobody to an hour."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from campaign.security.small_counts import MIN_COUNT

MIXED = "mixed"


class Line(NamedTuple):
    """How much the count of a petition moved for one reason, in the hour, or in the other hours of the day, that begins at `start`."""

    start: datetime
    period: str
    reason: str
    evidence: str
    change: int


def public_lines(rows: Iterable[tuple[datetime, str, str, int]], *, is_quiet: bool) -> list[Line]:
    """Return the Lines of a ledger whose rows are (hour, reason, evidence, change), oldest first. They add up to the same count.

    Kinds of evidence of which there were fewer than MIN_COUNT in an hour are told together as MIXED. Where even these are fewer, they
    are told with the rest of their day. A quiet petition tells days only, and nothing of the evidence.
    """
    by_hour = defaultdict(Counter)
    for hour, reason, evidence, change in rows:
        by_hour[hour, reason][evidence] += change
    lines, rest_of_days = [], Counter()
    for (hour, reason), kinds in by_hour.items():
        told = {} if is_quiet else _told(kinds)
        lines += [Line(hour, "hour", reason, evidence, change) for evidence, change in told.items()]
        rest_of_days[hour.replace(hour=0), reason] += sum(kinds.values()) - sum(told.values())
    lines += [
        Line(day, "day", reason, MIXED, change)
        for (day, reason), change in rest_of_days.items()
        if change
    ]
    return sorted(lines)


def _told(kinds):
    """Return what may be told of {evidence: change} in one hour."""
    told = {evidence: change for evidence, change in kinds.items() if abs(change) >= MIN_COUNT}
    rest = sum(kinds.values()) - sum(told.values())
    return {**told, MIXED: rest} if abs(rest) >= MIN_COUNT else told
