"""Tests of goals and milestones."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.petitions.goals import current_goal, milestones, past_goals


def test_milestones_are_round_numbers():
    assert list(milestones(1000)) == [10, 25, 50, 100, 250, 500, 1000]
    assert list(milestones(9)) == []


@pytest.mark.parametrize(
    ("count", "goal", "shown"),
    [
        (0, 0, 0),
        (7, 0, 0),
        (0, 43, 43),
        (42, 43, 43),
        (43, 43, 50),
        (49, 43, 50),
        (50, 43, 100),
        (100, 100, 250),
        (1, 1, 10),
    ],
)
def test_goal_is_the_organizers_until_reached_and_then_the_next_round_number(count, goal, shown):
    assert current_goal(count, goal) == shown


@given(count=st.integers(0, 10**8), goal=st.integers(1, 10**8))
def test_goal_is_always_ahead_and_past_goals_always_behind(count, goal):
    ahead = current_goal(count, goal)
    behind = past_goals(count, ahead)
    assert ahead > count
    assert all(step <= count for step in behind)
    assert all(sooner < later for sooner, later in pairwise(behind))
    assert len(behind) <= 5
