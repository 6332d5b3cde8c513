"""Limit sign-in attempts, so that guessing is hopeless and nobody can lock others out.

Attempts are counted before they are checked, so that parallel ones cannot slip through. A browser
from which an organizer has signed in before has its own count, so strangers' attempts never block
it. Everyone else is counted by network and by the account they try, whether or not it exists.
"""

from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from campaign.errors import CampaignError
from campaign.security.digests import address_digest, is_local
from campaign.security.network_limits import NetworkLimit
from campaign.security.rate_limit_storage import limit_storage

FROM_NETWORK = RateLimitItemPerMinute(60, 15)
AT_ACCOUNT = RateLimitItemPerMinute(10, 15)
FROM_DEVICE = RateLimitItemPerMinute(10, 15)
SECOND_STEPS = RateLimitItemPerHour(10)
# Wrong passwords on the whole site, from any number of networks. Above this, only known browsers
# and passkeys can sign in for a while.
REFUSED_AT_SITE = RateLimitItemPerMinute(300, 15)
RESETS_FROM_NETWORK = RateLimitItemPerHour(20)
RESETS_OF_ACCOUNT = RateLimitItemPerHour(4)
# How many refused attempts the activity log keeps: per account, and per network for unknown email
# addresses.
NOTED_OF_ACCOUNT = RateLimitItemPerHour(6)
NOTED_OF_NETWORK = RateLimitItemPerHour(2)
NOTED_OF_STRANGERS = RateLimitItemPerHour(60)


class TooManyTries(CampaignError):
    """Too many attempts; retry after `minutes`."""

    status = 429

    def __init__(self, minutes: int) -> None:
        super().__init__(f"again in {minutes} minutes")
        self.minutes = minutes


class Pace:
    """The counters of attempts, shared between processes."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._limiter = FixedWindowRateLimiter(limit_storage(config))
        self._key = config["SECRET_KEY"].encode()

    def admit(self, *, network: str | None, account: bytes, device: bytes | None = None) -> None:
        """Count one sign-in attempt. Raises TooManyTries.

        `account` is a digest. `device` is the digest of a known device's cookie.
        """
        if device is not None:
            self._hit(FROM_DEVICE, 15, "device", account.hex(), device.hex())
            return
        if not self._limiter.test(REFUSED_AT_SITE, "accounts", "refused"):
            raise TooManyTries(15)
        self._admit_network(FROM_NETWORK, 15, network)
        self._hit(AT_ACCOUNT, 15, "account", account.hex())

    def count_refused(self, *, device: bytes | None = None) -> None:
        """Count a wrong password towards the site-wide limit, unless from a known device."""
        if device is None:
            self._limiter.hit(REFUSED_AT_SITE, "accounts", "refused")

    def count_refused_access(self, *, organizer_id: int, action: str) -> int:
        """Count an organizer's refused attempt at `action`; return how many in the past hour."""
        return self._limiter.storage.incr(f"refused access/{organizer_id}/{action}", 3600)

    def admit_second_step(self, *, account: bytes, device: bytes | None = None) -> None:
        """Count one attempt at the second factor of `account`. Raises TooManyTries."""
        self._hit(SECOND_STEPS, 60, "second step", account.hex(), device.hex() if device else "")

    def admit_reset(self, *, network: str | None, account: bytes) -> bool:
        """Return whether one more reset email may go to `account`.

        Raises TooManyTries for a network that asks for many.
        """
        self._admit_network(RESETS_FROM_NETWORK, 60, network)
        return self._limiter.hit(RESETS_OF_ACCOUNT, "reset", account.hex())

    def notes(self, *, network: str | None, organizer_id: int | None = None) -> bool:
        """Return whether to record one more refused attempt in the activity log.

        Without `organizer_id` it was for an email address that no organizer has.
        """
        if organizer_id is not None:
            return self._limiter.hit(NOTED_OF_ACCOUNT, "noted", str(organizer_id))
        strangers = address_digest(self._key, network or "").hex()
        return self._limiter.hit(NOTED_OF_NETWORK, "noted", strangers) and self._limiter.hit(
            NOTED_OF_STRANGERS, "noted"
        )

    def _admit_network(self, item: RateLimitItem, minutes: int, network: str | None) -> None:
        # A local address means a proxy that is not in TRUSTED_PROXIES, or a developer.
        if network and not is_local(network):
            if not NetworkLimit(self._limiter, item, self._key, "accounts", "network").hit(network):
                raise TooManyTries(minutes)

    def _hit(self, item: RateLimitItem, minutes: int, *names: str) -> None:
        if not self._limiter.hit(item, "accounts", *names):
            raise TooManyTries(minutes)


def init_app(app: Flask) -> None:
    app.extensions["account_pace"] = Pace(app.config)


def pace() -> Pace:
    return current_app.extensions["account_pace"]
