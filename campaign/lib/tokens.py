"""Short links that only the receiver of a mail can know, made from a row's number instead of being stored."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MAC_BYTES = 15  # 120 bits, and a multiple of three, so that base64 needs no padding


def make_token(key, purpose, number):
    """Return `<number in base 36>.<mac>`: proof that whoever shows it was given it for `purpose`."""
    head = _base36(number)
    return f"{head}.{_mac(key, purpose, head)}"


def read_token(key, purpose, token):
    """Return the number in `token`, or None where it was not made with this key for this purpose."""
    head, _, mac = token.partition(".")
    if not head or not token.isascii() or not hmac.compare_digest(mac, _mac(key, purpose, head)):
        return None
    return int(head, 36)


def _mac(key, purpose, head):
    digest = hmac.new(key, f"{purpose}:{head}".encode(), sha256).digest()
    return urlsafe_b64encode(digest[:MAC_BYTES]).decode()


def _base36(number):
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"
