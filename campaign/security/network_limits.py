"""Rate limits by network: IPv4 by address, IPv6 by the /64, /56 and /48 prefixes together."""

import time
from functools import lru_cache

from limits import RateLimitItem
from limits.strategies import RateLimiter

from campaign.security.digests import network_digests


class NetworkLimit:
    """A rate limit for each network.

    `limiter` and `limit` come from the `limits` library. `names` say what is counted.
    """

    def __init__(self, limiter: RateLimiter, limit: RateLimitItem, key: bytes, *names: str) -> None:
        self._limiter, self._limit, self._key, self._names = limiter, limit, key, names

    def hit(self, ip: str) -> bool:
        """Count a request in each network of `ip`; return whether all are within limits.

        Raises ValueError if `ip` is not an IP address.
        """
        # A list, not a generator: every network counts the request, even if another rejects it.
        return all([self._limiter.hit(item, *names) for item, names in self._windows(ip)])

    def window(self, ip: str) -> tuple[int, int]:
        """Return (requests left, seconds until reset) of the fullest network of `ip`."""
        stats = [self._limiter.get_window_stats(item, *names) for item, names in self._windows(ip)]
        fullest = min(stats, key=lambda each: each.remaining)
        return fullest.remaining, max(1, round(fullest.reset_time - time.time()))

    def _windows(self, ip):
        for digest, share in network_digests(self._key, ip):
            yield _widened(self._limit, share), (*self._names, digest.hex())


@lru_cache(maxsize=100)
def _widened(limit, share):
    return (
        limit if share == 1 else type(limit)(limit.amount * share, limit.multiples, limit.namespace)
    )
