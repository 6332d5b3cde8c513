"""Statistics for rates in small groups."""

from math import comb, exp, lgamma, sqrt

Z_95 = 1.959964
TOLERANCE = 1e-7


def wilson(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """Return the 95 % confidence interval (low, high) of the true rate: (0, 1) without trials.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference
    (1927). It is good for few trials too.
    """
    if not trials:
        return 0.0, 1.0
    share = successes / trials
    weight = 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / weight
    reach = z / weight * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    low = 0.0 if not successes else max(0.0, middle - reach)
    return low, 1.0 if successes == trials else min(1.0, middle + reach)


def chance_of_difference(
    successes: int, trials: int, other_successes: int, other_trials: int
) -> float:
    """Return the p-value of the difference between two rates: Fisher's exact test, two-sided.

    It is the probability that chance alone makes them differ this much or more.
    """
    total, all_successes = trials + other_trials, successes + other_successes
    lowest, highest = max(0, all_successes - other_trials), min(trials, all_successes)
    likelihoods = [_likelihood(k, trials, all_successes, total) for k in range(lowest, highest + 1)]
    observed = likelihoods[successes - lowest]
    return min(
        1.0,
        sum(likelihood for likelihood in likelihoods if likelihood <= observed * (1 + TOLERANCE)),
    )


def pairs(count: int) -> int:
    """Return how many pairs `count` things form."""
    return comb(count, 2)


def _likelihood(k: int, trials: int, all_successes: int, total: int) -> float:
    """Return the hypergeometric probability of `k` successes in `trials`.

    There are `all_successes` successes among `total`.
    """
    return exp(
        _log_comb(all_successes, k)
        + _log_comb(total - all_successes, trials - k)
        - _log_comb(total, trials)
    )


def _log_comb(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
