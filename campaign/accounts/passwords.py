"""Passwords: Argon2id hashes, and an estimate of how hard a password is to guess."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY
from flask import current_app, has_app_context

from campaign.errors import CampaignError

MIN_LENGTH, MAX_LENGTH = 12, 200
# zxcvbn's score 3 of 4 means more than 10^8 guesses. With the hashes, each guess still costs an
# attacker 64 MiB and about 50 ms.
MIN_SCORE = 3
# How many characters must be unrelated to the person. zxcvbn alone is not enough, because it counts
# a name and a row of digits as three words.
MIN_OTHER_CHARACTERS = 8
# The time zxcvbn takes grows with the square of the length, and this many characters are enough for
# it.
MAX_CHECKED_LENGTH = 72

STRONG = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# Each hash takes 64 MiB and a CPU core. A waiting sign-in holds a thread that supporters need, so
# only a few may wait, and only briefly.
MAX_HASHING, MAX_WAITING = 2, 2
MAX_WAIT_SECONDS = 1
RETRY_AFTER_SECONDS = 5
_hashing = BoundedSemaphore(MAX_HASHING)
_slots = BoundedSemaphore(MAX_HASHING + MAX_WAITING)


class HashingBusy(CampaignError):
    """Too many passwords are being checked in this process. Retry after RETRY_AFTER_SECONDS."""

    status = 429


class PasswordTooWeak(ValueError):
    """The password is too weak. `code` says why: "short", "long" or "guessable"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def _hashing_slot() -> Iterator[None]:
    if not _slots.acquire(blocking=False):
        raise HashingBusy
    try:
        if not _hashing.acquire(timeout=MAX_WAIT_SECONDS):
            raise HashingBusy
        try:
            yield
        finally:
            _hashing.release()
    finally:
        _slots.release()


def hash_password(password: str) -> str:
    """Return the hash to store for a password. Raises HashingBusy."""
    with _hashing_slot():
        return _hasher().hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Return whether `password` matches `password_hash`. Raises HashingBusy.

    Without a hash it returns False after the same time.
    """
    try:
        with _hashing_slot():
            _hasher().verify(password_hash or _dummy_hash(_hasher()), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Return whether the password should be hashed again with today's stronger parameters."""
    return _hasher().check_needs_rehash(password_hash)


def check_strength(password: str, about: Iterable[str] = ()) -> None:
    """Raise PasswordTooWeak for a password that is short, too long or easy to guess.

    `about` holds known facts about its owner, such as the name.
    """
    if len(password) < MIN_LENGTH:
        raise PasswordTooWeak("short")
    if len(password) > MAX_LENGTH:
        raise PasswordTooWeak("long")
    known_words = [
        word
        for value in about
        for word in (value, *value.replace("@", " ").replace(".", " ").split())
        if word
    ]
    if len(_without(password.lower(), known_words)) < MIN_OTHER_CHARACTERS:
        raise PasswordTooWeak("guessable")
    # Imported here, because its lists of words take 12 MB, and few processes check passwords.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    if (
        zxcvbn(
            password[:MAX_CHECKED_LENGTH], user_inputs=known_words, max_length=MAX_CHECKED_LENGTH
        )["score"]
        < MIN_SCORE
    ):
        raise PasswordTooWeak("guessable")


def _without(password: str, known_words: Iterable[str]) -> str:
    """Return a password without the known words about its owner."""
    for word in sorted(known_words, key=len, reverse=True):
        password = password.replace(word.lower(), "") if len(word) > 2 else password
    return password


def _hasher() -> PasswordHasher:
    """Return the application's hasher. Only tests set another one, which is fast."""
    return current_app.config.get("PASSWORD_HASHER", STRONG) if has_app_context() else STRONG


@cache
def _dummy_hash(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")
