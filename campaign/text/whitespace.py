"""White space between words: all but what keeps them together, such as the narrow space of French before a question mark."""

import re

_BETWEEN = re.compile("[^\\S\u00a0\u2007\u202f]+")


def words_of(text):
    """Return what a line may be broken between."""
    return [word for word in _BETWEEN.split(text) if word]


def in_one_line(text):
    """Return the text on one line, trimmed, with single spaces between its words."""
    return " ".join(words_of(text))
