"""Figures of so few people that they could be told apart."""

from typing import NamedTuple

MIN_COUNT = 5


class Cells(NamedTuple):
    """Figures that may be shown: pairs (what, how many), the largest first, and how many `others` of how many `kinds`."""

    shown: tuple
    others: int
    kinds: int


def merged(figures, least=MIN_COUNT):
    """Return the Cells of {what: how many}, where no figure is below `least`, the `others` neither unless they are all.

    Whoever knows the total could work a single small figure out from the rest, so the next larger one is merged with it.
    """
    ordered = sorted(figures.items(), key=lambda each: (-each[1], str(each[0])))
    shown = [each for each in ordered if each[1] >= least]
    small = [count for _, count in ordered[len(shown) :]]
    while shown and 0 < sum(small) < least:
        small.append(shown.pop()[1])
    return Cells(tuple(shown), sum(small), len(small))
