"""Signature goals: the organizer's own, then the next milestone."""

from collections.abc import Iterator

STEPS = (1, 2.5, 5)


def milestones(limit: int) -> Iterator[int]:
    """Yield 10, 25, 50, 100, 250 … up to and including `limit`."""
    power = 10
    while power <= limit:
        for step in STEPS:
            if (goal := int(power * step)) <= limit:
                yield goal
        power *= 10


def current_goal(count: int, goal: int) -> int:
    """Return the goal to show: the petition's own, or the next milestone once that is reached.

    Return 0 if the petition has no goal.
    """
    if not goal or count < goal:
        return goal
    return next(step for step in milestones(count * 10 + 100) if step > count)


def next_goal(count: int, goal: int) -> int | None:
    """Return the goal to suggest once four fifths of `goal` are reached, else None.

    The suggestion is the next milestone above both `count` and `goal`.
    """
    if not goal or count * 5 < goal * 4:
        return None
    reached = max(count, goal)
    return next(step for step in milestones(reached * 10 + 100) if step > reached)


def past_goals(count: int, goal: int) -> list[int]:
    """Return the milestones already reached on the way to `goal`: the five largest, ascending."""
    reached = {step for step in milestones(count) if goal / 20 <= step < goal}
    return sorted(reached)[-5:]
