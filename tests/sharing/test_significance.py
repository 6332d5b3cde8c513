"""Shares of small crowds: against figures worked out elsewhere."""

import pytest

from campaign.sharing.significance import chance_of_difference, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # As prop.test(x, n, correct = FALSE) of R gives them.
        (0, 10, 0.0, 0.27753),
        (1, 10, 0.01787, 0.40415),
        (5, 10, 0.23659, 0.76341),
        (10, 10, 0.72247, 1.0),
        (27, 1000, 0.01862, 0.03900),
    ],
)
def test_the_interval_is_that_of_wilson(successes, trials, low, high):
    assert wilson(successes, trials) == pytest.approx((low, high), abs=2e-4)


def test_of_nobody_nothing_is_known():
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
def test_the_chance_of_a_difference_is_fishers(one, other, chance):
    assert chance_of_difference(*one, *other) == pytest.approx(chance, abs=2e-4)
    assert chance_of_difference(*other, *one) == pytest.approx(chance, abs=2e-4)


def test_large_crowds_are_compared_too():
    assert chance_of_difference(600, 20_000, 500, 20_000) == pytest.approx(0.0024, abs=4e-4)
    assert chance_of_difference(5000, 500_000, 5000, 500_000) == 1.0
