"""How often one may try to get in, so that guessing is hopeless and nobody can lock somebody else out.

Tries are counted before they are judged, so that many at once do not pass together. A browser from which an organizer has
signed in before is counted by itself: whatever strangers try, it is let to the door. Everybody else is counted by network and
by the account they try, whether or not there is one.
"""

from flask import current_app
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from campaign.errors import CampaignError
from campaign.security.digests import address_digest, is_local
from campaign.security.network_limits import NetworkLimit
from campaign.security.rate_limit_storage import limit_storage

FROM_NETWORK = RateLimitItemPerMinute(60, 15)
AT_ACCOUNT = RateLimitItemPerMinute(10, 15)
FROM_DEVICE = RateLimitItemPerMinute(10, 15)
SECOND_STEPS = RateLimitItemPerHour(10)
# Wrong passwords at the whole site, from any number of networks. Beyond it only known browsers and passkeys get in for a while.
REFUSED_AT_SITE = RateLimitItemPerMinute(300, 15)
RESETS_FROM_NETWORK = RateLimitItemPerHour(20)
RESETS_OF_ACCOUNT = RateLimitItemPerHour(4)
# How many refused tries the audit trail keeps: of each account, and of each network at addresses that nobody has.
NOTED_OF_ACCOUNT = RateLimitItemPerHour(6)
NOTED_OF_NETWORK = RateLimitItemPerHour(2)
NOTED_OF_STRANGERS = RateLimitItemPerHour(60)


class TooManyTries(CampaignError):
    """Somebody tries too often; trying again makes sense in `minutes`."""

    status = 429

    def __init__(self, minutes):
        super().__init__(f"again in {minutes} minutes")
        self.minutes = minutes


class Pace:
    """The counters of tries, shared between processes."""

    def __init__(self, config):
        self._limiter = FixedWindowRateLimiter(limit_storage(config))
        self._key = config["SECRET_KEY"].encode()

    def admit(self, *, network, account, device=None):
        """Count one try at `account` (a digest); `device` is the digest of a known device's cookie. Raises TooManyTries."""
        if device is not None:
            self._hit(FROM_DEVICE, 15, "device", account.hex(), device.hex())
            return
        if not self._limiter.test(REFUSED_AT_SITE, "accounts", "refused"):
            raise TooManyTries(15)
        self._admit_network(FROM_NETWORK, 15, network)
        self._hit(AT_ACCOUNT, 15, "account", account.hex())

    def count_refused(self, *, device=None):
        """Count a wrong password towards the bound of the whole site, unless it came from a known device."""
        if device is None:
            self._limiter.hit(REFUSED_AT_SITE, "accounts", "refused")

    def count_refused_access(self, *, organizer_id, action):
        """Count one refused try of an organizer at `action`; return how many there were within the hour."""
        return self._limiter.storage.incr(f"refused access/{organizer_id}/{action}", 3600)

    def admit_second_step(self, *, account, device=None):
        """Count one try at the second factor of `account`. Raises TooManyTries."""
        self._hit(SECOND_STEPS, 60, "second step", account.hex(), device.hex() if device else "")

    def admit_reset(self, *, network, account):
        """Return whether one more letter may go to `account`. Raises TooManyTries for a network that asks for many."""
        self._admit_network(RESETS_FROM_NETWORK, 60, network)
        return self._limiter.hit(RESETS_OF_ACCOUNT, "reset", account.hex())

    def notes(self, *, network, organizer_id=None):
        """Return whether one more refused try, at this organizer's account or at nobody's, is to stand in the audit trail."""
        if organizer_id is not None:
            return self._limiter.hit(NOTED_OF_ACCOUNT, "noted", str(organizer_id))
        strangers = address_digest(self._key, network or "").hex()
        return self._limiter.hit(NOTED_OF_NETWORK, "noted", strangers) and self._limiter.hit(
            NOTED_OF_STRANGERS, "noted"
        )

    def _admit_network(self, item, minutes, network):
        # This machine itself is a proxy that nobody named as trusted, or a developer.
        if network and not is_local(network):
            if not NetworkLimit(self._limiter, item, self._key, "accounts", "network").hit(network):
                raise TooManyTries(minutes)

    def _hit(self, item, minutes, *names):
        if not self._limiter.hit(item, "accounts", *names):
            raise TooManyTries(minutes)


def init_app(app):
    app.extensions["account_pace"] = Pace(app.config)


def pace():
    return current_app.extensions["account_pace"]
