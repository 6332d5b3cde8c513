"""How many emails go to each receiving domain, so that none refuses us, and none delays others."""

from collections.abc import Mapping
from time import monotonic
from typing import Protocol

from limits import RateLimitItem

from campaign.security.rate_limits import parse_limit

ANY_DOMAIN = "*"
# How long a domain gets nothing after its first reply that there are too many emails. The pause
# doubles with each further one.
FIRST_PAUSE_SECONDS = 60.0
MAX_PAUSE_SECONDS = 960.0
# After this time without such a reply, the next pause is short again.
FORGET_SECONDS = 3600.0
# How far apart the emails are due that waited for the end of a pause.
SECONDS_BETWEEN = 1.0
# With more domains than this, those that need not wait are forgotten.
MAX_REMEMBERED = 10_000


class Counter(Protocol):
    """Counts emails in the time of a limit, shared between workers."""

    def hit(self, limit: RateLimitItem, *names: str) -> bool:
        """Count an email and return whether it is within `limit`."""
        ...


class DomainRates:
    """The rates of MAIL_RATES by domain, and pauses after replies about too many emails.

    The rate of ANY_DOMAIN applies to each other domain. `counter` shares the rates between workers.
    Each worker learns of pauses from the replies that it gets itself.
    """

    def __init__(self, rates: Mapping[str, str], counter: Counter) -> None:
        self._limits = {domain: parse_limit(rate) for domain, rate in rates.items()}
        self._counter = counter
        # By domain, in monotonic seconds: when the last waiting email is due, and when the last
        # pause ends, with its length.
        self._next_due: dict[str, float] = {}
        self._pauses: dict[str, tuple[float, float]] = {}

    def seconds_to_wait(self, domain: str) -> float:
        """Return the seconds until an email may go to the domain. If that is 0.0, count it.

        Emails that wait are due one after the other, so that few of them have to wait again.
        """
        now = monotonic()
        if self.is_paused(domain):
            return self._place(domain, self._pauses[domain][0], SECONDS_BETWEEN) - now
        limit = self._limits.get(domain) or self._limits.get(ANY_DOMAIN)
        if limit is None or self._counter.hit(limit, "emails to domain", domain):
            return 0.0
        return self._place(domain, now, limit.get_expiry() / limit.amount) - now

    def is_paused(self, domain: str) -> bool:
        """Return whether nothing is sent to the domain now."""
        return domain in self._pauses and monotonic() < self._pauses[domain][0]

    def pause(self, domain: str) -> None:
        """Send nothing to the domain for a while, because it replied that there are too many."""
        now = monotonic()
        if self.is_paused(domain):
            # This is the reply to an email that was on its way already.
            return
        until, last_seconds = self._pauses.get(domain, (-FORGET_SECONDS, 0.0))
        is_forgotten = now > until + FORGET_SECONDS
        seconds = FIRST_PAUSE_SECONDS if is_forgotten else min(2 * last_seconds, MAX_PAUSE_SECONDS)
        self._pauses[domain] = now + seconds, seconds

    def _place(self, domain: str, earliest: float, seconds_between: float) -> float:
        if len(self._next_due) > MAX_REMEMBERED:
            now = monotonic()
            self._next_due = {name: due for name, due in self._next_due.items() if due > now}
        due = max(earliest, self._next_due.get(domain, 0.0)) + seconds_between
        self._next_due[domain] = due
        return due
