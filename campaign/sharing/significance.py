"""What may honestly be said of shares of small crowds."""

from math import comb, exp, lgamma, sqrt

Z_95 = 1.959964
SLACK = 1e-7


def wilson(successes, trials, z=Z_95):
    """Return the interval (low, high) in which the true share lies nineteen times in twenty; (0, 1) where nobody tried.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927): good for few trials too.
    """
    if not trials:
        return 0.0, 1.0
    share = successes / trials
    weight = 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / weight
    reach = z / weight * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    low = 0.0 if not successes else max(0.0, middle - reach)
    return low, 1.0 if successes == trials else min(1.0, middle + reach)


def chance_of_difference(successes, trials, other_successes, other_trials):
    """Return how likely chance alone makes two shares differ as much as these or more: Fisher's exact test, two-sided."""
    everyone, happened = trials + other_trials, successes + other_successes
    least, most = max(0, happened - other_trials), min(trials, happened)
    likelihoods = [_likelihood(k, trials, happened, everyone) for k in range(least, most + 1)]
    seen = likelihoods[successes - least]
    return min(1.0, sum(each for each in likelihoods if each <= seen * (1 + SLACK)))


def pairs(many):
    """Return how many pairs there are among so many."""
    return comb(many, 2)


def _likelihood(k, trials, happened, everyone):
    """Return the chance that of `happened` among `everyone`, `k` fall on these `trials`: the hypergeometric distribution."""
    return exp(
        _log_comb(happened, k)
        + _log_comb(everyone - happened, trials - k)
        - _log_comb(everyone, trials)
    )


def _log_comb(n, k):
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
