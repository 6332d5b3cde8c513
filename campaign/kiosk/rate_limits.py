"""How often strangers may try pairing codes, and how often a kiosk may ask, so that neither guessing nor a broken app does harm."""

from flask import current_app
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from campaign.security.digests import is_local
from campaign.security.network_limits import NetworkLimit
from campaign.security.rate_limit_storage import limit_storage

PAIRINGS = RateLimitItemPerMinute(30, 15)
REQUESTS = RateLimitItemPerMinute(240)


class KioskPace:
    """The counters of tries, shared between processes."""

    def __init__(self, config):
        self._limiter = FixedWindowRateLimiter(limit_storage(config))
        self._pairings = NetworkLimit(
            self._limiter, PAIRINGS, config["SECRET_KEY"].encode(), "kiosk pairing"
        )

    def may_pair(self, network):
        """Count one try at a code; return whether it is one too many from this network."""
        # This machine itself is a proxy that nobody named as trusted, or a developer.
        if not network or is_local(network):
            return True
        return self._pairings.hit(network)

    def may_ask(self, kiosk_id):
        """Count one request of a kiosk; return whether it may be answered."""
        return self._limiter.hit(REQUESTS, "kiosk", str(kiosk_id))


def init_app(app):
    app.extensions["kiosk_pace"] = KioskPace(app.config)


def pace():
    return current_app.extensions["kiosk_pace"]
