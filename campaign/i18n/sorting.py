"""Sort names the way people expect."""

import re
from unicodedata import combining, normalize

_NOT_WORD = re.compile(r"[\W_]+")


def sort_key(name: str) -> tuple[str, str]:
    """Return the sort key of a name: first without accents and case, then the name itself."""
    letters = "".join(letter for letter in normalize("NFKD", name) if not combining(letter))
    return _NOT_WORD.sub(" ", letters).casefold(), name
