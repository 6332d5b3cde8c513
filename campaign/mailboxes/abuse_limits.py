"""How often people may ask for a new email address."""

from limits import RateLimitItemPerDay
from werkzeug.exceptions import TooManyRequests

from campaign.mailboxes.parts import Mailbox
from campaign.security.rate_limits import limiter

# Each request emails an address that anyone may have entered.
REQUESTS_PER_MAILBOX = RateLimitItemPerDay(3)
# A library or a school may share one IP address.
REQUESTS_PER_NETWORK = RateLimitItemPerDay(20)


def admit_change_request(mailbox: Mailbox, remote_address: str | None) -> None:
    """Count one request of this mailbox, from this IP address.

    Raise TooManyRequests beyond a limit.
    """
    counts = (
        limiter().hit(REQUESTS_PER_MAILBOX, "address change", mailbox.digest.hex()),
        limiter().hit_network(REQUESTS_PER_NETWORK, remote_address, "address change"),
    )
    if not all(counts):
        raise TooManyRequests(retry_after=REQUESTS_PER_MAILBOX.get_expiry())
