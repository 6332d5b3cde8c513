"""Sort names the way people expect."""

import re
from unicodedata import combining, normalize

_NOT_WORD = re.compile(r"[\W_]+")


def sort_key(name: str) -> tuple[str, str]:
    """Return the sort key of a name: first without accents and case, then the name itself."""
    characters = "".join(
        character for character in normalize("NFKD", name) if not combining(character)
    )
    return _NOT_WORD.sub(" ", characters).casefold(), name
