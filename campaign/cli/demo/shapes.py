"""The shapes of the demonstration: what the loader hands to whoever stores it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class DemoCauseText:
    """A cause in one language; `story` is Markdown."""

    title: str
    summary: str
    story: str


@dataclass(frozen=True, slots=True)
class DemoPetitionText:
    """A petition in one language; `body` is Markdown, `deliver_place` may be empty."""

    title: str
    summary: str
    organisation: str
    deliver_place: str
    body: str


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """A field of the petition's own; `labels` maps a language to its words."""

    name: str
    type: str
    required: bool
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DemoPetition:
    """A petition with its texts by language.

    Each of `targets` maps a language to a name; `generated` is how many signers to invent for it. Each of `wordings` maps a language to
    the words that supporters are handed to pass it on with; `codes` maps a campaign's code to how many of a hundred signers came with it.
    """

    slug: str
    original_language: str
    goal: int
    generated: int
    opens_at: datetime
    deliver_on: date | None
    required: tuple[str, ...]
    two_per_address: bool
    targets: tuple[Mapping[str, str], ...]
    questions: tuple[DemoQuestion, ...]
    wordings: tuple[Mapping[str, str], ...]
    codes: Mapping[str, int]
    texts: Mapping[str, DemoPetitionText]


@dataclass(frozen=True, slots=True)
class DemoEventText:
    """A gathering in one language; `text` is Markdown, `programme` a tuple of (hour, words).

    Address, access and programme may be empty.
    """

    kind: str
    title: str
    place: str
    address: str
    text: str
    access: str
    programme: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DemoEvent:
    """A gathering; its hours are those of the town it is held in.

    `registration` and `capacity` are as an Event's; `petitions` are slugs.
    """

    slug: str
    date: date
    starts: time
    ends: time
    town: str
    is_vigil: bool
    registration: str
    capacity: int | None
    languages: tuple[str, ...]
    petitions: tuple[str, ...]
    questions: tuple[DemoQuestion, ...]
    texts: Mapping[str, DemoEventText]


@dataclass(frozen=True, slots=True)
class DemoUpdateText:
    """A piece of news in one language."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class DemoUpdate:
    """Dated news of a cause; `petitions` are slugs."""

    slug: str
    date: date
    petitions: tuple[str, ...]
    texts: Mapping[str, DemoUpdateText]


@dataclass(frozen=True, slots=True)
class DemoCause:
    """A cause and all it owns: events with the earliest first, updates with the newest."""

    slug: str
    palette: str
    shape: str
    texts: Mapping[str, DemoCauseText]
    petitions: tuple[DemoPetition, ...]
    events: tuple[DemoEvent, ...]
    updates: tuple[DemoUpdate, ...]
