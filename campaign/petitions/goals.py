"""Goals: the one the organizer set, then the next that is worth reaching."""

STEPS = (1, 2.5, 5)


def milestones(most):
    """Yield 10, 25, 50, 100, 250 … up to and including `most`."""
    power = 10
    while power <= most:
        for step in STEPS:
            if (goal := int(power * step)) <= most:
                yield goal
        power *= 10


def current_goal(count, goal):
    """Return the goal to show: the petition's own, or once that is reached the next milestone; 0 where none was set."""
    if not goal or count < goal:
        return goal
    return next(step for step in milestones(count * 10 + 100) if step > count)


def next_goal(count, goal):
    """Return the goal to suggest once four fifths of `goal` are reached, the milestone above both; else None."""
    if not goal or count * 5 < goal * 4:
        return None
    most = max(count, goal)
    return next(step for step in milestones(most * 10 + 100) if step > most)


def past_goals(count, goal):
    """Return the goals already reached on the way to `goal`, at most the five largest, ascending."""
    reached = {step for step in milestones(count) if goal / 20 <= step < goal}
    return sorted(reached)[-5:]
