"""Hide counts of so few people that someone could identify them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

MIN_COUNT = 5


class Cells(NamedTuple):
    """Counts that may be shown: pairs (what, how many), largest first.

    `others` is the sum of the remaining counts, and `kinds` says how many of them there are.
    """

    shown: tuple[tuple[Any, int], ...]
    others: int
    kinds: int


def merged(figures: Mapping[Any, int], min_count: int = MIN_COUNT) -> Cells:
    """Return the Cells of {what: how many}, with counts below `min_count` merged into `others`.

    If `others` is below `min_count` too, the next larger counts are merged into it. Otherwise,
    anyone who knows the total could work out a single small count.
    """
    # Most counts of a large site are small, so only the others are sorted.
    shown = [entry for entry in figures.items() if entry[1] >= min_count]
    shown.sort(key=lambda row: (-row[1], str(row[0])))
    others = sum(figures.values()) - sum(count for _, count in shown)
    while shown and 0 < others < min_count:
        others += shown.pop()[1]
    return Cells(tuple(shown), others, len(figures) - len(shown))
