"""What each kind of content provides to the search index: which items are public, and their text.

To make another kind searchable, write a Source in its own module, and add it to `SOURCES` in
`indexing.py`. Triggers must insert a SearchChange whenever one of its tables changes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class PublicItem(NamedTuple):
    """An item that is public now. `endpoint` shows it, if that is not the one of its source."""

    subject_id: int
    slug: str
    changed_at: datetime | None = None
    endpoint: str = ""


@dataclass(frozen=True)
class Document:
    """An item for readers of `lang`.

    `title`, `summary` and `body` are plain text. The other fields are as in SearchDocument.
    """

    subject_id: int
    lang: str
    text_lang: str
    cause_id: int
    slug: str
    title: str
    summary: str
    body: str
    day: date | None = None
    detail: str = ""
    is_cancelled: bool = False


def no_later_changes(_ids: Sequence[int]) -> Mapping[int, datetime]:
    """Return that no item becomes public by the clock alone."""
    return {}


@dataclass(frozen=True)
class Source:
    """One kind of content.

    `public_items(ids)` returns a PublicItem for each of these items that is public. Without ids, it
    returns all. `documents(ids)` returns the Documents of these items in each language of the site.
    `public_from(ids)` returns when items become public later, if no row changes then. `endpoint` is
    the route that shows one item, given its `slug`.
    """

    kind: str
    endpoint: str
    public_items: Callable[..., list[PublicItem]]
    documents: Callable[[Sequence[int]], Iterable[Document]]
    public_from: Callable[[Sequence[int]], Mapping[int, datetime]] = no_later_changes


def paragraphs(*texts: str) -> str:
    """Join the texts that are not empty, with an empty line between them."""
    return "\n\n".join(text for text in texts if text)
