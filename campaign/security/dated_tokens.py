"""Tokens that expire: each names its last day, which no one can change (see `tokens`)."""

from datetime import date, timedelta

from campaign.process.clock import utcnow
from campaign.security.tokens import make_token, read_token

MAX_DAY_DIGITS = 6
_EPOCH = date(1970, 1, 1)
# A day ends at different times around the world, so a token stays valid one day longer in UTC.
_GRACE = timedelta(days=1)


def make_dated_token(
    key: bytes, purpose: str, number: int, last_day: date, seal: bytes = b""
) -> str:
    """Return a token like that of `make_token`, valid until `last_day`."""
    day = (last_day - _EPOCH).days
    return f"{make_token(key, f'{purpose}:{day}', number, seal)}.{day}"


def read_dated_token(key: bytes, purpose: str, token: str, seal: bytes = b"") -> int | None:
    """Return the number in `token`, even if the token has expired.

    Returns None if it was not made with this key for this purpose and seal.
    """
    day = _day_of(token)
    return None if day is None else read_token(key, f"{purpose}:{day}", without_day(token), seal)


def has_ended(token: str) -> bool:
    """Return whether the token's last day is over everywhere on earth, or it names no day."""
    last_day = last_day_of(token)
    return last_day is None or utcnow().date() > last_day + _GRACE


def last_day_after(days: int) -> date:
    """Return the last day of a token that is made now and valid for `days` days."""
    return utcnow().date() + timedelta(days=days)


def last_day_of(token: str) -> date | None:
    """Return the last day that a token names, or None. It proves nothing yet."""
    day = _day_of(token)
    return None if day is None else _EPOCH + timedelta(days=day)


def without_day(token: str) -> str:
    """Return the token without its last day."""
    return token if _day_of(token) is None else token.rpartition(".")[0]


def _day_of(token: str) -> int | None:
    head, _, day = token.rpartition(".")
    return (
        int(day)
        if "." in head and day.isascii() and day.isdecimal() and len(day) <= MAX_DAY_DIGITS
        else None
    )
