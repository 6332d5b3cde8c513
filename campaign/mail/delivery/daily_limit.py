"""Limit how many emails per day one address gets because someone entered it in a form.

Each form has its own limit, but there are many forms. This limit counts them all, so nobody can
flood another person's inbox. Emails beyond the limit wait until the next day, so the email for a
real signature still arrives. News that the address subscribed to is not counted.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from limits import RateLimitItemPerDay

from campaign.security.rate_limits import RateLimiter


class DailyLimit:
    """Daily counts per keyed digest of an address, shared between workers.

    `max_per_day` returns how many emails are allowed now.
    """

    def __init__(self, config: Mapping[str, Any], *, max_per_day: Callable[[], int]) -> None:
        self._limiter = RateLimiter.from_config(config)
        self._max_per_day = max_per_day

    @property
    def _limit(self) -> RateLimitItemPerDay:
        return RateLimitItemPerDay(self._max_per_day())

    def allows_more(self, digest: bytes, in_progress: int) -> bool:
        """Return whether one more email may go out today.

        `in_progress` is how many emails to this address are being sent now and are not counted yet.
        """
        return self._limiter.test(self._limit, "emails", digest.hex(), cost=in_progress + 1)

    def count(self, digest: bytes) -> None:
        """Count one email that the mail server accepted. Failed attempts are not counted."""
        self._limiter.hit(self._limit, "emails", digest.hex())

    def ends_at(self, digest: bytes) -> datetime:
        """Return when this address's current day ends.

        The day begins with the first counted email, which may still be on its way.
        """
        day = self._limiter.window(self._limit, "emails", digest.hex())
        has_begun = day.remaining < self._limit.amount
        seconds = day.seconds if has_begun else self._limit.get_expiry()
        return datetime.now(UTC) + timedelta(seconds=seconds)
