"""Tests that small groups of people are never shown separately."""

import pytest

from campaign.security.small_counts import merged


@pytest.mark.parametrize(
    ("figures", "shown", "others", "kinds"),
    [
        ({}, (), 0, 0),
        ({"CA": 9, "MX": 5}, (("CA", 9), ("MX", 5)), 0, 0),
        ({"CA": 9, "MX": 3, "FR": 2}, (("CA", 9),), 5, 2),
        # The one small figure would be the total less the others.
        ({"CA": 9, "MX": 6, "FR": 1}, (("CA", 9),), 7, 2),
        ({"CA": 2}, (), 2, 1),
    ],
)
def test_figures_below_five_are_merged_so_that_none_can_be_computed(figures, shown, others, kinds):
    assert merged(figures) == (shown, others, kinds)
