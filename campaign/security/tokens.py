"""Short tokens for links in emails, computed from a row instead of being stored.

Only the person who received the email can know the token.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from hashlib import sha256

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MAC_BYTES = 15  # 120 bits, and a multiple of three, so that base64 needs no padding
# The largest row id on both databases.
MAX_ID = 2**63 - 1
_FORM = re.compile(r"(0|[1-9a-z][0-9a-z]{0,12})\.[\w-]{20}", re.ASCII)


def make_token(key: bytes, purpose: str, number: int, seal: bytes = b"") -> str:
    """Return `<number in base 36>.<mac>`, which proves that its bearer got it for `purpose`.

    `number` is a row's id, and `seal` some data of that row. After a backup is restored, another
    row can get the id of a lost one. The seal keeps old tokens from opening it.
    """
    head = base36(number)
    return f"{head}.{_mac(key, purpose, head, seal)}"


def read_token(key: bytes, purpose: str, token: str, seal: bytes = b"") -> int | None:
    """Return the number in `token`, or None if key, purpose or seal do not match."""
    number = claimed_number(token)
    if number is None:
        return None
    head, _, mac = token.partition(".")
    return number if hmac.compare_digest(mac, _mac(key, purpose, head, seal)) else None


def claimed_number(token: str) -> int | None:
    """Return the number that `token` claims, to find its row, or None if it is not a token.

    This proves nothing yet: check it with `read_token`.
    """
    if not _FORM.fullmatch(token):
        return None
    number = int(token.partition(".")[0], 36)
    return number if number <= MAX_ID else None


def _mac(key: bytes, purpose: str, head: str, seal: bytes) -> str:
    digest = hmac.new(key, f"{purpose}:{head}:".encode() + seal, sha256).digest()
    return urlsafe_b64encode(digest[:MAC_BYTES]).decode()


def base36(number: int) -> str:
    """Return a whole number in base 36."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"
