"""Compare two texts so that a person can read what changed."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

_PARAGRAPHS = re.compile(r"(\n\s*\n)")
_WORDS = re.compile(r"\s+|[^\s]+")


class Piece(NamedTuple):
    """A run of text; `kind` is "kept", "added" or "removed"."""

    kind: str
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """Return the Pieces that turn `before` into `after`, word by word within changed paragraphs."""
    found = []
    # Compare paragraphs first: comparing every word with every other takes seconds on a long text.
    for old, new in _opposite(_PARAGRAPHS.split(before), _PARAGRAPHS.split(after)):
        if old == new:
            found.append(Piece("kept", "".join(old)))
        else:
            found += _word_pieces("".join(old), "".join(new))
    return _joined(found)


def line_pieces(before: str, after: str) -> list[Piece]:
    """Return the Pieces that turn `before` into `after` by whole lines, for lists."""
    found = []
    for old, new in _opposite(_lines(before), _lines(after)):
        kinds = (("kept", old),) if old == new else (("removed", old), ("added", new))
        found += [Piece(kind, "".join(lines)) for kind, lines in kinds]
    return _joined(found)


def _lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.splitlines()]


def _word_pieces(before: str, after: str) -> Iterator[Piece]:
    for old, new in _opposite(_WORDS.findall(before), _WORDS.findall(after)):
        if old == new:
            yield Piece("kept", "".join(old))
            continue
        if old:
            yield Piece("removed", "".join(old))
        if new:
            yield Piece("added", "".join(new))


def _opposite(before: list[str], after: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield pairs of matching or replaced stretches of two lists."""
    for _, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield before[i:j], after[k:m]


def _joined(found: Iterable[Piece]) -> list[Piece]:
    whole = []
    for piece in found:
        if not piece.text:
            continue
        if whole and whole[-1].kind == piece.kind:
            whole[-1] = Piece(piece.kind, whole[-1].text + piece.text)
        else:
            whole.append(piece)
    return whole
