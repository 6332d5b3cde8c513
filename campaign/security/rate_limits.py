"""The one rate limiter. Packages declare their limits, and ask it whether a request is within them.

A limit is a `RateLimitItem` of the `limits` library, such as `RateLimitItemPerMinute(10, 15)`:
ten in fifteen minutes. The names beside it say what is counted, and for whom.
"""

import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeGuard, cast

from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from campaign.security.digests import is_local, network_digests
from campaign.security.rate_limit_storage import FallbackStorage, limit_storage

parse_limit = lru_cache(parse)


class Window(NamedTuple):
    """What is left of a limit: `remaining` requests for the next `seconds`."""

    remaining: int
    seconds: int


class RateLimiter:
    """Counts requests in fixed windows, shared between processes.

    `key` is the secret of the digests that stand for IP addresses.
    """

    def __init__(self, storage: Storage, key: bytes) -> None:
        self._storage, self._key = storage, key
        self._limiter = FixedWindowRateLimiter(storage)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "RateLimiter":
        """Return a limiter on the storage that the configuration names."""
        return cls(limit_storage(config), config["SECRET_KEY"].encode())

    def hit(self, limit: RateLimitItem, *names: str) -> bool:
        """Count a request and return whether it is within `limit`."""
        return self._limiter.hit(limit, *names)

    def test(self, limit: RateLimitItem, *names: str, cost: int = 1) -> bool:
        """Return whether `cost` more requests would be within `limit`, without counting them."""
        return self._limiter.test(limit, *names, cost=cost)

    def count(self, limit: RateLimitItem, *names: str) -> int:
        """Count a request and return how many there were in the current window of `limit`."""
        return self._storage.incr(limit.key_for(*names), limit.get_expiry())

    def window(self, limit: RateLimitItem, *names: str) -> Window:
        """Return what is left of `limit`."""
        stats = self._limiter.get_window_stats(limit, *names)
        return Window(stats.remaining, max(1, round(stats.reset_time - time.time())))

    def hit_network(self, limit: RateLimitItem, ip: str | None, *names: str) -> bool:
        """Count a request in each network of `ip` and return whether all are within their limits.

        The networks are an IPv4 address, or the /64, /56 and /48 prefixes of an IPv6 address.
        Requests from this machine are not counted: they come from a proxy missing in
        TRUSTED_PROXIES, or from a developer. Raises ValueError if `ip` is not an IP address.
        """
        if not is_counted(ip):
            return True
        # A list, not a generator: every network counts the request, even if another rejects it.
        # Each network is counted, also after one that has reached its limit.
        hits = [self.hit(item, *keys) for item, keys in self._networks(limit, ip, names)]
        return all(hits)

    def network_window(self, limit: RateLimitItem, ip: str, *names: str) -> Window:
        """Return what is left of `limit` in the fullest network of `ip`."""
        return min(self.window(item, *keys) for item, keys in self._networks(limit, ip, names))

    def is_shared(self) -> bool:
        """Return whether other processes count together with this one right now."""
        return isinstance(self._storage, FallbackStorage) and self._storage.is_shared()

    def _networks(
        self, limit: RateLimitItem, ip: str, names: tuple[str, ...]
    ) -> Iterator[tuple[RateLimitItem, tuple[str, ...]]]:
        for digest, share in network_digests(self._key, ip):
            yield _multiplied(limit, share), (*names, digest.hex())


def init_app(app: Flask) -> None:
    """Give the application its limiter."""
    app.extensions["rate_limiter"] = RateLimiter.from_config(app.config)


def limiter() -> RateLimiter:
    """Return the limiter of the current application."""
    return cast(RateLimiter, current_app.extensions["rate_limiter"])


def is_counted(ip: str | None) -> TypeGuard[str]:
    """Return whether requests from `ip` are counted: those from this machine are not.

    Raises ValueError if `ip` is not an IP address.
    """
    return ip is not None and ip != "" and not is_local(ip)


@lru_cache(maxsize=100)
def _multiplied(limit: RateLimitItem, share: int) -> RateLimitItem:
    if share == 1:
        return limit
    return type(limit)(limit.amount * share, limit.multiples, limit.namespace)
