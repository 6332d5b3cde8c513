"""White space between words: no no-break spaces, which French has before a question mark."""

import re

_BETWEEN = re.compile("[^\\S\u00a0\u2007\u202f]+")


def words_of(text: str) -> list[str]:
    """Return the parts of a text between which a line may be broken."""
    return [word for word in _BETWEEN.split(text) if word]


def in_one_line(text: str) -> str:
    """Return the text on one line, trimmed, with single spaces between its words."""
    return " ".join(words_of(text))
