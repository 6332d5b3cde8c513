"""Tokens of `tokens` that end: each names its last day, and nobody can give it another."""

from datetime import date, timedelta

from campaign.process.clock import utcnow
from campaign.security.tokens import make_token, read_token

MAX_DAY_DIGITS = 6
_EPOCH = date(1970, 1, 1)
# The last day of a link is over at different hours around the world.
_GRACE = timedelta(days=1)


def make_dated_token(
    key: bytes, purpose: str, number: int, last_day: date, seal: bytes = b""
) -> str:
    """Return a token as `make_token` does, good until `last_day`."""
    day = (last_day - _EPOCH).days
    return f"{make_token(key, f'{purpose}:{day}', number, seal)}.{day}"


def read_dated_token(key: bytes, purpose: str, token: str, seal: bytes = b"") -> int | None:
    """Return the number in `token`, even if it has ended; None where it was not made with this key for this purpose and seal."""
    day = _day_of(token)
    return None if day is None else read_token(key, f"{purpose}:{day}", without_day(token), seal)


def has_ended(token: str) -> bool:
    """Return whether the last day of a token is over everywhere, or it names none."""
    last_day = last_day_of(token)
    return last_day is None or utcnow().date() > last_day + _GRACE


def last_day_after(days: int) -> date:
    """Return the last day of a token that is made now and is good for so many days."""
    return utcnow().date() + timedelta(days=days)


def last_day_of(token: str) -> date | None:
    """Return the last day that a token names, or None."""
    day = _day_of(token)
    return None if day is None else _EPOCH + timedelta(days=day)


def without_day(token: str) -> str:
    """Return what a token says besides its last day."""
    return token if _day_of(token) is None else token.rpartition(".")[0]


def _day_of(token):
    head, _, day = token.rpartition(".")
    return (
        int(day)
        if "." in head and day.isascii() and day.isdecimal() and len(day) <= MAX_DAY_DIGITS
        else None
    )
