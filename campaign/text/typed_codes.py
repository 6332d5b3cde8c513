"""Codes that people read on one screen and type on another, in any case, with dashes and spaces."""

from unicodedata import normalize

# Crockford's base 32: no two of its characters look or sound alike.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def read_code(typed: str, alphabet: str = ALPHABET) -> str:
    """Return a typed code in its original form, whatever its case, dashes and spaces.

    Full-width characters count as plain ones. Characters outside `alphabet` are left out.
    """
    characters = normalize("NFKC", typed).upper().translate(_MISREAD)
    return "".join(character for character in characters if character in alphabet)


def spaced(code: str) -> str:
    """Return a code in two halves, which are easier to read out."""
    return f"{code[: len(code) // 2]}-{code[len(code) // 2 :]}"
