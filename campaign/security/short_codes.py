"""Short codes for emails, to type instead of following a link, computed instead of being stored.

A code is a row's number, enciphered with a key and a seal. It has no space for a separate proof. A
guessed code yields the number of a random row, so check that the row belongs to the seal.
"""

import hmac

from campaign.text.typed_codes import ALPHABET

CODE_LENGTH = 8
BITS = 40  # five for each character
MAX_NUMBER = (1 << BITS) - 1
_HALF_BITS = BITS // 2
_HALF = (1 << _HALF_BITS) - 1
# As many rounds as NIST SP 800-38G demands of FF1, which is built in the same way.
_ROUNDS = 10


def make_short_code(key: bytes, purpose: str, number: int, seal: bytes) -> str:
    """Return the code of `number`, up to MAX_NUMBER, for those who know `seal`.

    Each seal has its own code for each number. Raises ValueError if the number is too large.
    """
    if not 0 <= number <= MAX_NUMBER:
        raise ValueError("too large for a short code")
    left, right = number >> _HALF_BITS, number & _HALF
    for step in range(_ROUNDS):
        left, right = right, left ^ _mixed(key, purpose, seal, step, right)
    return _written(left << _HALF_BITS | right)


def read_short_code(key: bytes, purpose: str, code: str, seal: bytes) -> int | None:
    """Return the number in `code`, or None if it is not a code.

    The number proves nothing, because every code has one. Check that its row belongs to `seal`.
    """
    if len(code) != CODE_LENGTH or not set(code) <= set(ALPHABET):
        return None
    value = 0
    for character in code:
        value = value * len(ALPHABET) + ALPHABET.index(character)
    left, right = value >> _HALF_BITS, value & _HALF
    for step in reversed(range(_ROUNDS)):
        left, right = right ^ _mixed(key, purpose, seal, step, left), left
    return left << _HALF_BITS | right


def _mixed(key: bytes, purpose: str, seal: bytes, step: int, half: int) -> int:
    """Return the round function of the Feistel network: a keyed digest, as long as a half."""
    text = f"{purpose}:{step}:{half}:".encode() + seal
    return int.from_bytes(hmac.digest(key, text, "sha256")[:4]) & _HALF


def _written(value: int) -> str:
    characters = []
    for _ in range(CODE_LENGTH):
        value, index = divmod(value, len(ALPHABET))
        characters.append(ALPHABET[index])
    return "".join(reversed(characters))
