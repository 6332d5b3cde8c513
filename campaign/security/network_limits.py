"""Rate limits by network: an IPv4 address alone, an IPv6 address by its /64, /56 and /48 together."""

import time
from functools import lru_cache

from campaign.security.digests import network_digests


class NetworkLimit:
    """How much one network may do; `limiter` and `limit` are of the `limits` library, `names` say what is counted."""

    def __init__(self, limiter, limit, key: bytes, *names: str):
        self._limiter, self._limit, self._key, self._names = limiter, limit, key, names

    def hit(self, ip: str) -> bool:
        """Count one request in each network that `ip` belongs to; return whether all of them admit it.

        Raises ValueError where `ip` is no address.
        """
        # Each is counted, also where another one refuses.
        return all([self._limiter.hit(item, *names) for item, names in self._windows(ip)])

    def window(self, ip: str) -> tuple[int, int]:
        """Return (how many requests the fullest network of `ip` has left, in how many seconds its window begins again)."""
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
