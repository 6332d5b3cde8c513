"""How many emails a day reach one address because someone entered it in a form.

Each form has a limit of its own, but there are many forms. This one counts them all: whoever knows an address can fill its inbox no further.
Emails beyond it wait until the next day, so nothing that someone really signed is lost. News that an address asked for is not counted.
"""

from datetime import UTC, datetime, timedelta

from limits import RateLimitItemPerDay
from limits.strategies import FixedWindowRateLimiter

from campaign.security.rate_limit_storage import limit_storage


class DailyLimit:
    """The counts of one day by the keyed digest of the address, shared between workers."""

    def __init__(self, config):
        self._limiter = FixedWindowRateLimiter(limit_storage(config))
        self._limit = RateLimitItemPerDay(config["MAX_EMAILS_PER_ADDRESS_PER_DAY"])

    def has_room(self, digest: bytes, under_way: int) -> bool:
        """Return whether one more may go today, besides those that are `under_way` and not yet counted."""
        return self._limiter.test(self._limit, "emails", digest.hex(), cost=under_way + 1)

    def count(self, digest: bytes) -> None:
        """Count one email that the mail server has taken: tries that fail are not counted."""
        self._limiter.hit(self._limit, "emails", digest.hex())

    def ends_at(self, digest: bytes) -> datetime:
        """Return when the day of this address is over. It begins with the first email that is counted, which may be under way."""
        day = self._limiter.get_window_stats(self._limit, "emails", digest.hex())
        if day.remaining == self._limit.amount:
            return datetime.now(UTC) + timedelta(seconds=self._limit.get_expiry())
        return datetime.fromtimestamp(day.reset_time, UTC)
