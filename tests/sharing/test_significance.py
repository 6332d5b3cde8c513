"""Tests of shares in small groups, against reference values."""

import pytest

from campaign.sharing.significance import chance_of_difference, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # As R's prop.test(x, n, correct = FALSE) computes them.
        (0, 10, 0.0, 0.27753),
        (1, 10, 0.01787, 0.40415),
        (5, 10, 0.23659, 0.76341),
        (10, 10, 0.72247, 1.0),
        (27, 1000, 0.01862, 0.03900),
    ],
)
def test_interval_is_wilsons(successes, trials, low, high):
    assert wilson(successes, trials) == pytest.approx((low, high), abs=2e-4)


def test_empty_group_gives_the_full_interval_and_no_difference():
    assert wilson(0, 0) == (0.0, 1.0)
    assert chance_of_difference(0, 0, 0, 0) == 1.0


@pytest.mark.parametrize(
    ("one", "other", "chance"),
    [
        # Fisher's lady tasting tea, three of four right: 34/70 two-sided.
        ((3, 4), (1, 4), 0.48571),
        ((4, 4), (0, 4), 0.02857),
        # Agresti, Categorical Data Analysis: 8 of 10 against 1 of 6 is 0.03497.
        ((8, 10), (1, 6), 0.03497),
        ((10, 100), (10, 100), 1.0),
    ],
)
def test_probability_of_a_difference_is_fishers(one, other, chance):
    assert chance_of_difference(*one, *other) == pytest.approx(chance, abs=2e-4)
    assert chance_of_difference(*other, *one) == pytest.approx(chance, abs=2e-4)


def test_large_groups_are_compared_too():
    assert chance_of_difference(600, 20_000, 500, 20_000) == pytest.approx(0.0024, abs=4e-4)
    assert chance_of_difference(5000, 500_000, 5000, 500_000) == 1.0
