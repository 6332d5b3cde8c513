"""What each kind of content provides to the search index: which items are public, and their text.

To make another kind searchable, write a Source in its own module and add it to `SOURCES` in
`indexing.py`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class Standing(NamedTuple):
    """An item that is public now. `mark` changes with everything its document is built from."""

    subject_id: int
    slug: str
    mark: str
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Document:
    """An item for readers of `lang`.

    `title`, `summary` and `body` are plain text; the other fields are as in SearchDocument.
    """

    subject_id: int
    lang: str
    written_in: str
    cause_id: int
    slug: str
    title: str
    summary: str
    body: str
    day: date | None = None
    line: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True)
class Source:
    """One kind of content.

    `standing()` returns a Standing for each public item. It runs every second, so it reads few
    columns. `documents(ids)` returns the Documents of these items in each language of the site.
    `endpoint` is the route that shows one item, given its `slug`.
    """

    kind: str
    endpoint: str
    standing: Callable[[], list[Standing]]
    documents: Callable[[Sequence[int]], Iterable[Document]]


def mark_of(*facts: object) -> str:
    """Return the mark of these values: a fingerprint that differs if any of them does."""
    return ".".join("" if fact is None else str(fact) for fact in facts)


def paragraphs(*texts: str) -> str:
    """Join the texts that are not empty, with an empty line between them."""
    return "\n\n".join(text for text in texts if text)
