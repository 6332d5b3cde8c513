"""Codes and secrets of kiosks: pairing codes, device secrets, table codes and staff PINs."""

import hmac
import re
import secrets
from base64 import b64decode, urlsafe_b64encode
from hashlib import pbkdf2_hmac, sha256

from campaign.security.digests import keyed_digest
from campaign.security.secret_key import secret_key
from campaign.text import typed_codes

# No two of these characters are easily confused.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
TABLE_LENGTH = 6
PIN_DIGITS = 6
# Token purpose of the email link for confirming the name that was entered at a table.
CONFIRM_NAME = "confirm name"
PIN_ITERATIONS = 200_000
_BASE64URL = re.compile(rb"[A-Za-z0-9_-]*")


def code_of(seed: bytes) -> str:
    """Return the pairing code derived from `seed` and the secret key.

    The seed alone, without the key, opens nothing.
    """
    number = int.from_bytes(hmac.digest(secret_key(), b"kiosk pairing code\0" + seed, "sha256"))
    characters = []
    for _ in range(CODE_LENGTH):
        number, index = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[index])
    return "".join(characters)


def read_code(typed: str) -> str:
    """Return a typed code in its original form, whatever its case, dashes and spaces."""
    return typed_codes.read_code(typed, ALPHABET)


def code_digest(code: str) -> bytes:
    """Return the digest for looking up a pairing code."""
    return keyed_digest(secret_key(), "kiosk pairing code", code)


def new_table_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(TABLE_LENGTH))


def new_secret(kiosk: str) -> str:
    """Return a new secret that the kiosk sends with each request: its UUID and 256 random bits."""
    return f"{kiosk}.{secrets.token_urlsafe(32)}"


def secret_digest(secret: str) -> bytes:
    """Return the stored digest of a secret. A plain hash is enough for 256 random bits."""
    return sha256(secret.encode()).digest()


def claimed_kiosk(secret: str) -> str:
    """Return the UUID of the kiosk that a secret claims to belong to. It proves nothing yet."""
    return secret.partition(".")[0]


def is_secret(secret: str, digest: bytes) -> bool:
    """Return whether `secret` has this digest, compared in constant time."""
    return hmac.compare_digest(secret_digest(secret), digest)


def pin_digest(pin: str, salt: bytes, iterations: int = PIN_ITERATIONS) -> bytes:
    """Return the PBKDF2-HMAC-SHA256 of a PIN, exactly as tablets compute it."""
    return pbkdf2_hmac("sha256", pin.encode(), salt, iterations)


def is_pin(text: str) -> bool:
    return len(text) == PIN_DIGITS and text.isascii() and text.isdecimal()


def new_pin() -> str:
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"


def to_base64(data: bytes) -> str:
    """Encode bytes as base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    """Decode base64url without padding. Raises ValueError."""
    raw = text.encode("ascii")
    if not _BASE64URL.fullmatch(raw):
        raise ValueError("not base64url")
    return b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_")
