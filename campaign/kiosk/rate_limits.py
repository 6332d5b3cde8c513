"""Rate limits for pairing attempts and kiosk requests, against guessing and broken apps."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from campaign.security.digests import is_local
from campaign.security.network_limits import NetworkLimit
from campaign.security.rate_limit_storage import limit_storage

PAIRINGS = RateLimitItemPerMinute(30, 15)
REQUESTS = RateLimitItemPerMinute(240)


class KioskPace:
    """Rate limits for kiosks, shared between processes."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._limiter = FixedWindowRateLimiter(limit_storage(config))
        self._pairings = NetworkLimit(
            self._limiter, PAIRINGS, config["SECRET_KEY"].encode(), "kiosk pairing"
        )

    def may_pair(self, network: str | None) -> bool:
        """Count one attempt to pair; return whether this network may make it."""
        # A local address is a proxy that is not configured as trusted, or a developer.
        if not network or is_local(network):
            return True
        return self._pairings.hit(network)

    def may_ask(self, kiosk_id: int) -> bool:
        """Count one request of a kiosk; return whether to answer it."""
        return self._limiter.hit(REQUESTS, "kiosk", str(kiosk_id))


def init_app(app: Flask) -> None:
    app.extensions["kiosk_pace"] = KioskPace(app.config)


def pace() -> KioskPace:
    return current_app.extensions["kiosk_pace"]
