"""Limit sign-in attempts, so that guessing is hopeless and nobody can lock others out.

Attempts are counted before they are checked, so that parallel ones cannot slip through. A browser
from which an organizer has signed in before has its own count, so strangers' attempts never block
it. Everyone else is counted by network and by the account they try, whether or not it exists.
"""

from flask import current_app
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute

from campaign.errors import CampaignError
from campaign.security.digests import address_digest
from campaign.security.rate_limits import limiter

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
REFUSED_ACCESS = RateLimitItemPerHour(1)


class TooManyTries(CampaignError):
    """Too many attempts. Retry after `minutes`."""

    status = 429

    def __init__(self, minutes: int) -> None:
        super().__init__(f"again in {minutes} minutes")
        self.minutes = minutes


def admit_sign_in(*, network: str | None, account: bytes, device: bytes | None = None) -> None:
    """Count one sign-in attempt. Raises TooManyTries.

    `account` is a digest. `device` is the digest of a known device's cookie.
    """
    if device is not None:
        _hit(FROM_DEVICE, "device", account.hex(), device.hex())
        return
    if not limiter().test(REFUSED_AT_SITE, "accounts", "refused"):
        raise TooManyTries(_minutes(REFUSED_AT_SITE))
    _hit_network(FROM_NETWORK, network)
    _hit(AT_ACCOUNT, "account", account.hex())


def count_wrong_password(*, device: bytes | None = None) -> None:
    """Count a wrong password towards the site-wide limit, unless from a known device."""
    if device is None:
        limiter().hit(REFUSED_AT_SITE, "accounts", "refused")


def count_refused_access(*, organizer_id: int, action: str) -> int:
    """Count an organizer's refused attempt at `action` and return how many in the past hour."""
    return limiter().count(REFUSED_ACCESS, "refused access", str(organizer_id), action)


def admit_second_step(*, account: bytes, device: bytes | None = None) -> None:
    """Count one attempt at the second factor of `account`. Raises TooManyTries."""
    _hit(SECOND_STEPS, "second step", account.hex(), device.hex() if device else "")


def admit_reset(*, network: str | None, account: bytes) -> bool:
    """Return whether one more reset email may go to `account`.

    Raises TooManyTries for a network that asks for many.
    """
    _hit_network(RESETS_FROM_NETWORK, network)
    return limiter().hit(RESETS_OF_ACCOUNT, "reset", account.hex())


def may_note_refusal(*, network: str | None, organizer_id: int | None = None) -> bool:
    """Return whether to record one more refused attempt in the activity log.

    Without `organizer_id` it was for an email address that no organizer has.
    """
    if organizer_id is not None:
        return limiter().hit(NOTED_OF_ACCOUNT, "noted", str(organizer_id))
    key = current_app.config["SECRET_KEY"].encode()
    strangers = address_digest(key, network or "").hex()
    return limiter().hit(NOTED_OF_NETWORK, "noted", strangers) and limiter().hit(
        NOTED_OF_STRANGERS, "noted"
    )


def _hit_network(limit: RateLimitItem, network: str | None) -> None:
    if not limiter().hit_network(limit, network, "accounts", "network"):
        raise TooManyTries(_minutes(limit))


def _hit(limit: RateLimitItem, *names: str) -> None:
    if not limiter().hit(limit, "accounts", *names):
        raise TooManyTries(_minutes(limit))


def _minutes(limit: RateLimitItem) -> int:
    return limit.get_expiry() // 60
