"""The codes and secrets of kiosks: what opens a pairing, what a tablet shows of itself, what stands on a table."""

import hmac
import re
import secrets
from base64 import b64decode, urlsafe_b64encode
from hashlib import pbkdf2_hmac, sha256

from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key

# No letter or digit here is taken for another one.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
TABLE_LENGTH = 6
PIN_DIGITS = 6
# What a link in an email opens: the page where someone confirms the name that was entered at a table.
CONFIRM_NAME = "confirm name"
PIN_ITERATIONS = 200_000
_BASE64URL = re.compile(rb"[A-Za-z0-9_-]*")


def code_of(seed):
    """Return the pairing code that follows from `seed`, which alone opens nothing."""
    number = int.from_bytes(hmac.digest(secret_key(), b"kiosk pairing code\0" + seed, "sha256"))
    letters = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return "".join(letters)


def read_code(typed):
    """Return the code as it was given out, whatever its case, dashes and spaces."""
    return "".join(sign for sign in typed.upper() if sign in LETTERS)


def spaced(code):
    """Return a code in two halves, as people read it out."""
    return f"{code[: len(code) // 2]}-{code[len(code) // 2 :]}"


def code_digest(code):
    """Return the fingerprint by which a pairing code is found."""
    return keyed_digest(secret_key(), "kiosk pairing code", code)


def new_table_code():
    return "".join(secrets.choice(LETTERS) for _ in range(TABLE_LENGTH))


def new_secret(kiosk):
    """Return what the kiosk called `kiosk` shows with each request: its name, and 256 random bits."""
    return f"{kiosk}.{secrets.token_urlsafe(32)}"


def secret_digest(secret):
    """Return what is kept of a secret: a plain digest, as 256 random bits cannot be tried out."""
    return sha256(secret.encode()).digest()


def claimed_kiosk(secret):
    """Return the kiosk that a secret claims to be of; it proves nothing yet."""
    return secret.partition(".")[0]


def is_secret(secret, digest):
    """Return whether `secret` is the one with this digest, in a time that tells nothing."""
    return hmac.compare_digest(secret_digest(secret), digest)


def pin_digest(pin, salt, iterations=PIN_ITERATIONS):
    """Return the PBKDF2-HMAC-SHA256 of a PIN, as tablets make it too."""
    return pbkdf2_hmac("sha256", pin.encode(), salt, iterations)


def is_pin(text):
    return len(text) == PIN_DIGITS and text.isascii() and text.isdecimal()


def new_pin():
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"


def to_base64(data):
    """Write bytes as base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64(text):
    """Read base64url without padding. Raises ValueError."""
    raw = text.encode("ascii")
    if not _BASE64URL.fullmatch(raw):
        raise ValueError("not base64url")
    return b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_")
