"""Short links that only the receiver of a mail can know, made from a row instead of being stored."""

import hmac
import re
from base64 import urlsafe_b64encode
from hashlib import sha256

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MAC_BYTES = 15  # 120 bits, and a multiple of three, so that base64 needs no padding
# As much as a row's number can hold on both databases.
MAX_ID = 2**63 - 1
_FORM = re.compile(r"(0|[1-9a-z][0-9a-z]{0,12})\.[\w-]{20}", re.ASCII)


def make_token(key, purpose, number, seal=b""):
    """Return `<number in base 36>.<mac>`: proof that whoever shows it was given it for `purpose`.

    `seal` is something of the row with that number. A restored backup can give a lost row's number to another row, which the
    token must not open.
    """
    head = _base36(number)
    return f"{head}.{_mac(key, purpose, head, seal)}"


def read_token(key, purpose, token, seal=b""):
    """Return the number in `token`, or None where it was not made with this key for this purpose and seal."""
    number = claimed_number(token)
    if number is None:
        return None
    head, _, mac = token.partition(".")
    return number if hmac.compare_digest(mac, _mac(key, purpose, head, seal)) else None


def claimed_number(token):
    """Return the number that `token` claims, by which its row is found; None where it is no token. It proves nothing yet."""
    if not _FORM.fullmatch(token):
        return None
    number = int(token.partition(".")[0], 36)
    return number if number <= MAX_ID else None


def _mac(key, purpose, head, seal):
    digest = hmac.new(key, f"{purpose}:{head}:".encode() + seal, sha256).digest()
    return urlsafe_b64encode(digest[:MAC_BYTES]).decode()


def _base36(number):
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"
