"""Codes that people read on one screen and type on another, in any case, with dashes and spaces."""

from unicodedata import normalize

# Crockford's base 32: no two characters are confused, read aloud or on a cracked screen.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def read_code(typed: str, alphabet: str = ALPHABET) -> str:
    """Return a typed code in its original form, whatever its case, dashes and spaces.

    Full-width characters count as plain ones. Everything outside `alphabet` is left out.
    """
    characters = normalize("NFKC", typed).upper().translate(_MISREAD)
    return "".join(character for character in characters if character in alphabet)


def spaced(code: str) -> str:
    """Return a code in two halves, which are easier to read out."""
    return f"{code[: len(code) // 2]}-{code[len(code) // 2 :]}"
