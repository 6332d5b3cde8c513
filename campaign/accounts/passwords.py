"""Passwords: Argon2id, and an estimate of how long one would have to guess."""

from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY
from flask import current_app, has_app_context
from zxcvbn import zxcvbn

from campaign.errors import CampaignError

MIN_LENGTH, MAX_LENGTH = 12, 200
# Guesses that somebody with the hashes needs: 3 of 4 is beyond 10^8, each of which costs them 64 MiB and some 50 ms.
MIN_SCORE = 3
# How many characters must have nothing to do with the owner: to zxcvbn a name and a row of digits are three words.
MIN_OTHER_CHARACTERS = 8
# zxcvbn takes time that grows with the square of the length, and knows enough after these.
LOOKED_AT = 72

STRONG = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# Each hash takes 64 MiB and a processor. A waiting sign-in holds a thread that supporters need, so few may wait, and briefly.
MAX_HASHING, MAX_WAITING = 2, 2
MAX_WAIT_SECONDS = 1
RETRY_AFTER_SECONDS = 5
_hashing = BoundedSemaphore(MAX_HASHING)
_places = BoundedSemaphore(MAX_HASHING + MAX_WAITING)


class HashingBusy(CampaignError):
    """Too many passwords are being checked in this process; trying again after RETRY_AFTER_SECONDS makes sense."""

    status = 429


class PasswordTooWeak(ValueError):
    """`code` says why: "short", "long" or "guessable"."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@contextmanager
def _turn():
    if not _places.acquire(blocking=False):
        raise HashingBusy
    try:
        if not _hashing.acquire(timeout=MAX_WAIT_SECONDS):
            raise HashingBusy
        try:
            yield
        finally:
            _hashing.release()
    finally:
        _places.release()


def hash_password(password):
    """Return the hash of a password to keep. Raises HashingBusy."""
    with _turn():
        return _hasher().hash(password)


def matches(password_hash, password):
    """Return whether `password` is the one behind `password_hash`; without a hash it takes as long, and is not. Raises HashingBusy."""
    try:
        with _turn():
            _hasher().verify(password_hash or _nobodys(_hasher()), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash):
    """Return whether a password should be hashed anew, as what is asked of a hash has grown."""
    return _hasher().check_needs_rehash(password_hash)


def demand_strength(password, about=()):
    """Raise PasswordTooWeak for what is short or soon guessed; `about` holds words that are known of its owner."""
    if len(password) < MIN_LENGTH:
        raise PasswordTooWeak("short")
    if len(password) > MAX_LENGTH:
        raise PasswordTooWeak("long")
    known = [
        word
        for words in about
        for word in (words, *words.replace("@", " ").replace(".", " ").split())
        if word
    ]
    if len(_without(password.lower(), known)) < MIN_OTHER_CHARACTERS:
        raise PasswordTooWeak("guessable")
    if zxcvbn(password[:LOOKED_AT], user_inputs=known, max_length=LOOKED_AT)["score"] < MIN_SCORE:
        raise PasswordTooWeak("guessable")


def _without(password, known):
    """Return what is left of a password without the words that are known of its owner."""
    for word in sorted(known, key=len, reverse=True):
        password = password.replace(word.lower(), "") if len(word) > 2 else password
    return password


def _hasher():
    """Return the hasher of the application. Only tests set another one, which is quick."""
    return current_app.config.get("PASSWORD_HASHER", STRONG) if has_app_context() else STRONG


@cache
def _nobodys(hasher):
    return hasher.hash("nobody has this password")
