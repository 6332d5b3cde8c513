"""Limits on wrong codes: for each address, for each network, and for the whole site.

Right codes are not counted, so a school behind one IP address can confirm. Decision 77 says how
likely a lucky guess is.
"""

import logging

from limits import RateLimitItemPerDay
from werkzeug.exceptions import TooManyRequests

from campaign.security.rate_limits import is_counted, limiter

WRONG_PER_ADDRESS = RateLimitItemPerDay(10)
WRONG_PER_NETWORK = RateLimitItemPerDay(20)
WRONG_IN_ALL = RateLimitItemPerDay(2000)
log = logging.getLogger("campaign.codes")
_ADDRESS, _NETWORK, _ALL = "wrong code address", "wrong code network", "wrong codes"


def admit_code(email_digest: bytes, ip: str | None) -> None:
    """Raise TooManyRequests if too many wrong codes came before.

    Addresses that signed nothing have the same limit.
    """
    windows = [
        limiter().window(WRONG_PER_ADDRESS, _ADDRESS, email_digest.hex()),
        limiter().window(WRONG_IN_ALL, _ALL),
    ]
    if is_counted(ip):
        windows.append(limiter().network_window(WRONG_PER_NETWORK, ip, _NETWORK))
    spent = [window.seconds for window in windows if not window.remaining]
    if spent:
        raise TooManyRequests(retry_after=max(spent))


def count_wrong_code(email_digest: bytes, ip: str | None) -> None:
    """Count a wrong code, whatever is wrong with it."""
    limiter().hit(WRONG_PER_ADDRESS, _ADDRESS, email_digest.hex())
    limiter().hit_network(WRONG_PER_NETWORK, ip, _NETWORK)
    limiter().hit(WRONG_IN_ALL, _ALL)
    if not (window := limiter().window(WRONG_IN_ALL, _ALL)).remaining:
        log.warning(
            "%s wrong codes within a day: no codes are accepted for %s seconds, only links",
            WRONG_IN_ALL.amount,
            window.seconds,
        )
