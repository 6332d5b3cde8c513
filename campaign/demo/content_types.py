"""The data classes of the demonstration, passed from its loader to the code that stores it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """An invented organisation. `columns` are those of Organisation, `texts` those of its texts.

    `images` maps a purpose, such as "logo", to the bytes of an SVG file.
    """

    slug: str
    columns: Mapping[str, str | tuple[str, ...]]
    texts: Mapping[str, Mapping[str, str]]
    images: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class DemoCauseText:
    """A cause in one language. `story` is Markdown."""

    title: str
    summary: str
    story: str


@dataclass(frozen=True, slots=True)
class DemoPetitionText:
    """A petition in one language. `body` is Markdown, `deliver_place` may be empty."""

    title: str
    summary: str
    published_by: str
    deliver_place: str
    body: str


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """A petition's own question. `labels` maps a language to its label."""

    name: str
    type: str
    required: bool
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DemoPetition:
    """A petition with its texts by language.

    - `targets`: each maps a language to a name.
    - `generated`: the number of signers to invent.
    - `wordings`: each maps a language to a text for sharing the petition.
    - `codes`: maps a source code to the percentage of signers who came with it.
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
class DemoLetterText:
    """A letter action in one language: its page, and the fixed texts of its letters."""

    title: str
    summary: str
    published_by: str
    body: str
    subject: str
    opening: str
    closing: str


@dataclass(frozen=True, slots=True)
class DemoPrompt:
    """A prompt of a letter. `labels` maps a language to its label."""

    required: bool
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DemoTarget:
    """An invented office. Each text is by language."""

    address: str
    names: Mapping[str, str]
    bodies: Mapping[str, str]
    salutations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DemoSampleLetter:
    """An invented writer of a letter, and their answers to its prompts."""

    lang: str
    given_name: str
    family_name: str
    country: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoLetter:
    """A letter action with its texts by language."""

    slug: str
    original_language: str
    goal: int
    opens_at: datetime
    delivery_method: str
    required: tuple[str, ...]
    prompts: tuple[DemoPrompt, ...]
    targets: tuple[DemoTarget, ...]
    samples: tuple[DemoSampleLetter, ...]
    texts: Mapping[str, DemoLetterText]


@dataclass(frozen=True, slots=True)
class DemoEventText:
    """An event in one language. `text` is Markdown, `programme` a tuple of (time, text).

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
    """An event. Its times are those of the town it is held in.

    `registration` and `capacity` are as in Event. `petitions` are slugs.
    """

    slug: str
    date: date
    starts: time
    ends: time
    town: str
    remembered: int
    registration: str
    capacity: int | None
    languages: tuple[str, ...]
    petitions: tuple[str, ...]
    questions: tuple[DemoQuestion, ...]
    texts: Mapping[str, DemoEventText]


@dataclass(frozen=True, slots=True)
class DemoUpdateText:
    """An update in one language."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class DemoUpdate:
    """A dated update of a cause. `petitions` are slugs."""

    slug: str
    date: date
    petitions: tuple[str, ...]
    texts: Mapping[str, DemoUpdateText]


@dataclass(frozen=True, slots=True)
class DemoDelivery:
    """A delivery of the signatures of the petition with this slug."""

    petition: str
    days_ago: int
    signatures: int
    received_by: str


@dataclass(frozen=True, slots=True)
class DemoAnswer:
    """An answer to a petition. `target` is the place of its target, from 1, or 0 for none."""

    petition: str
    target: int
    answered_by: str
    days_ago: int
    outcome: str
    original_language: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DemoCause:
    """A cause and all it owns: events with the earliest first, updates with the newest first.

    `languages` are those of the site, in their order. All events are in the time zone `zone` and in
    `country`. `comments` maps a language to what invented signers add to their names, and
    `signer_languages` one to the share of those who speak it.
    """

    slug: str
    organisation: DemoOrganisation
    languages: tuple[str, ...]
    zone: str
    country: str
    comments: Mapping[str, tuple[str, ...]]
    signer_languages: Mapping[str, int]
    palette: str
    shape: str
    texts: Mapping[str, DemoCauseText]
    petitions: tuple[DemoPetition, ...]
    letters: tuple[DemoLetter, ...]
    deliveries: tuple[DemoDelivery, ...]
    answers: tuple[DemoAnswer, ...]
    events: tuple[DemoEvent, ...]
    updates: tuple[DemoUpdate, ...]
