"""Which part of a text a result shows, and where in it the found words stand."""

import re
from typing import NamedTuple
from unicodedata import normalize

from campaign.search.normalization import WORD, words_of
from campaign.text.whitespace import in_one_line

MAX_LENGTH = 180
BEFORE = 60
# Where a heading or an item of a list ends without a point, one sets it apart from what follows.
_BREAK = re.compile(r"(?<=[^\s.!?…:;,·])\s*\n\s*")


class Part(NamedTuple):
    """A piece of a text; `is_hit` where it is a word that was looked for."""

    text: str
    is_hit: bool


def parts(text, terms):
    """Return the Parts that make up `text`; a word that begins with one of `terms` is a hit."""
    text = normalize("NFC", text)
    found, end = [], 0
    for start, stop in _hits(text, terms):
        if start > end:
            found.append(Part(text[end:start], False))
        found.append(Part(text[start:stop], True))
        end = stop
    if end < len(text):
        found.append(Part(text[end:], False))
    return tuple(found)


def excerpt(summary, body, terms):
    """Return the Parts of the sentence to show: the summary, or a piece of the body where only that has the words."""
    summary, body = (_flattened(text) for text in (summary, body))
    for text in (summary, body):
        if first := next(_hits(text, terms), None):
            return parts(_cut(text, first[0]), terms)
    return parts(_cut(summary or body, 0), terms)


def _flattened(text):
    return in_one_line(_BREAK.sub(" · ", normalize("NFC", text).strip()))


def _hits(text, terms):
    """Yield (start, end) of the words of `text` that begin with a term."""
    beginnings = tuple(terms)
    for match in WORD.finditer(text):
        if any(word.startswith(beginnings) for word in words_of(match.group())):
            yield match.span()


def _cut(text, place):
    """Return at most MAX_LENGTH letters of `text` with `place` in them, cut between words."""
    if len(text) <= MAX_LENGTH:
        return text
    start = max(0, min(place - BEFORE, len(text) - MAX_LENGTH))
    if start:
        start = text.find(" ", start, place) + 1 or place
    end = start + MAX_LENGTH
    if end < len(text):
        end = text.rfind(" ", place + 1, end) if " " in text[place + 1 : end] else end
    return (
        ("… " if start else "") + text[start:end].rstrip(" ,;:") + (" …" if end < len(text) else "")
    )
