"""The order of names that people read."""

import re
from unicodedata import combining, normalize

_NOT_WORD = re.compile(r"[\W_]+")


def sort_key(name):
    """Return what a name is sorted by: its letters without accents, then itself."""
    letters = "".join(letter for letter in normalize("NFKD", name) if not combining(letter))
    return _NOT_WORD.sub(" ", letters).casefold(), name
