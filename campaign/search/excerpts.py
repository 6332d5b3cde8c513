"""The piece of a text that a search result shows, with the matching words marked."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from unicodedata import normalize

from campaign.search.normalization import WORD, words_of
from campaign.text.whitespace import in_one_line

MAX_LENGTH = 180
CHARACTERS_BEFORE = 60
# A heading or list item often has no final punctuation. A middle dot separates it from what
# follows.
_BREAK = re.compile(r"(?<=[^\s.!?…:;,·])\s*\n\s*")


class ExcerptPart(NamedTuple):
    """A piece of a text. `is_hit` says whether it is a word that matches the search."""

    text: str
    is_hit: bool


def parts(text: str, terms: Iterable[str]) -> tuple[ExcerptPart, ...]:
    """Return `text` as ExcerptParts. A word that begins with one of `terms` is a hit."""
    text = normalize("NFC", text)
    pieces, end = [], 0
    for start, stop in _hits(text, terms):
        if start > end:
            pieces.append(ExcerptPart(text[end:start], False))
        pieces.append(ExcerptPart(text[start:stop], True))
        end = stop
    if end < len(text):
        pieces.append(ExcerptPart(text[end:], False))
    return tuple(pieces)


def excerpt(summary: str, body: str, terms: Iterable[str]) -> tuple[ExcerptPart, ...]:
    """Return the ExcerptParts of the excerpt to show.

    It comes from the summary, or from the body if only that contains the terms.
    """
    summary, body = (_flattened(text) for text in (summary, body))
    for text in (summary, body):
        if first := next(_hits(text, terms), None):
            return parts(_cut(text, first[0]), terms)
    return parts(_cut(summary or body, 0), terms)


def _flattened(text: str) -> str:
    return in_one_line(_BREAK.sub(" · ", normalize("NFC", text).strip()))


def _hits(text: str, terms: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each word of `text` that begins with a term."""
    beginnings = tuple(terms)
    for match in WORD.finditer(text):
        if any(word.startswith(beginnings) for word in words_of(match.group())):
            yield match.span()


def _cut(text: str, position: int) -> str:
    """Return at most MAX_LENGTH characters of `text` around `position`, cut between words."""
    if len(text) <= MAX_LENGTH:
        return text
    start = max(0, min(position - CHARACTERS_BEFORE, len(text) - MAX_LENGTH))
    if start:
        start = text.find(" ", start, position) + 1 or position
    end = start + MAX_LENGTH
    if end < len(text):
        end = text.rfind(" ", position + 1, end) if " " in text[position + 1 : end] else end
    return (
        ("… " if start else "") + text[start:end].rstrip(" ,;:") + (" …" if end < len(text) else "")
    )
