"""What a kind of thing offers to be found: which of them are public, and their words.

To make another kind findable, write a Source in a file of its own and name it in `SOURCES` of `indexing.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class Standing(NamedTuple):
    """A thing that the public may see now. `mark` changes with everything that a document is made of."""

    subject_id: int
    slug: str
    mark: str
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Document:
    """A thing for readers of `lang`: `title`, `summary` and `body` are plain texts, the rest as in SearchDocument."""

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
    """One kind of thing.

    `standing()` returns a Standing for each public one, from few columns, as it is asked every second. `documents(ids)` returns
    the Documents of these in each language of the site. `endpoint` is the page that shows one, asked with its `slug`.
    """

    kind: str
    endpoint: str
    standing: Callable
    documents: Callable


def mark_of(*facts):
    """Return the mark that these facts make."""
    return ".".join("" if fact is None else str(fact) for fact in facts)


def paragraphs(*texts):
    """Return the texts that are not empty, parted by an empty line."""
    return "\n\n".join(text for text in texts if text)
