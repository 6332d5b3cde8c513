"""White space that may be folded: all but what keeps words together, such as the narrow space of French before a question mark."""

import re

_FOLDED = re.compile("[^\\S\u00a0\u2007\u202f]+")


def in_one_line(text):
    """Return the text on one line, trimmed, with single spaces between its words."""
    return _FOLDED.sub(" ", text).strip()
