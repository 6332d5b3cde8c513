"""Read a list of subscribers, and check each of its lines."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO, NamedTuple

from campaign.errors import CampaignError
from campaign.imports.csv_files import CsvReader
from campaign.imports.tables import UNCLOSED, FileRefused, clean_cell
from campaign.signatures.tokens import email_digest
from campaign.site.settings import site_settings
from campaign.subscriptions.importing import NEW, Subscriber
from campaign.subscriptions.models import FREQUENCIES
from campaign.text.email_addresses import AddressRefused, parse_address
from campaign.text.formulas import restored

# A batch is a transaction. People who sign at the same time wait for it.
BATCH_SIZE = 200
MAX_LISTED, SAMPLE_ROWS = 100, 5
MAX_CONSENT_TEXT_LENGTH = 2000
DUPLICATE, INACTIVE = "duplicate", "inactive"
# Field → headings that name it, in lower case.
HEADINGS = {
    "email": ("email", "e-mail", "email address", "correo", "correo electrónico", "courriel"),
    "lang": ("lang", "language", "idioma", "langue"),
    "frequency": ("frequency", "frecuencia", "fréquence"),
    "state": ("state", "status", "estado", "état"),
    "consent_at": ("consent_at", "consent date", "opt-in time", "optin_time", "given at"),
    "consent_text": ("consent_text", "consent", "consent text"),
    "consent_version": ("consent_version", "consent version"),
    "evidence": ("evidence", "how"),
}
MAX_ROWS = 1_000_000
# A power of two, and twice MAX_ROWS, so that most places of an AddressSet are empty.
SLOTS = 2**21
REQUIRED, REQUIRED_CONSENT = ("email",), ("email", "consent_at", "consent_text")
_ACTIVE = ("", "active", "subscribed")
_MAX_LENGTHS = {"consent_version": 20, "evidence": 40, "consent_text": MAX_CONSENT_TEXT_LENGTH}


class ColumnsMissing(CampaignError):
    """The file has no column for the fields `fields`, which the import needs."""

    status = 422

    def __init__(self, fields: list[str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class LineError(NamedTuple):
    """A line of the file that cannot be imported; `code` says why."""

    line: int
    code: str


@dataclass
class Result:
    """What happened, or would happen, with each line of the file.

    `outcomes` counts lines by outcome. `errors` are the first MAX_LISTED wrong lines, of `wrong`,
    and at least as many that hide the lines below them. `sample` are the first new subscribers.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    errors: list[LineError] = field(default_factory=list)
    sample: list[Subscriber] = field(default_factory=list)


class AddressSet:
    """A set of at most MAX_ROWS digests in 16 MB. A Python set needs up to nine times as much.

    It keeps 8 bytes of each. Two of a million digests share these once in 30 million files.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * SLOTS))

    def add(self, digest: bytes) -> bool:
        """Add a digest and return whether it is new."""
        slots, key = self._slots, int.from_bytes(digest[:8], "big") or 1
        position = key % SLOTS
        while slots[position]:
            if slots[position] == key:
                return False
            position = (position + 1) % SLOTS
        slots[position] = key
        return True


Decide = Callable[[list[Subscriber]], list[str]]


class SubscriberList:
    """A CSV file of subscribers. `header` are its headings, and `columns` maps fields to headings.

    Raises FileRefused.
    """

    def __init__(self, file: BinaryIO, columns: Mapping[str, str] | None = None) -> None:
        self._rows = (
            row for row in CsvReader(file) if row.error_code or any(map(clean_cell, row.cells))
        )
        header = next(self._rows, None)
        if header is None:
            raise FileRefused("empty")
        if header.error_code:
            raise FileRefused(header.error_code)
        self.header = [clean_cell(cell) for cell in header.cells]
        guessed = guess_columns(self.header)
        self.columns = guessed | {
            name: heading for name, heading in (columns or {}).items() if heading in self.header
        }
        for name, heading in (columns or {}).items():
            if not heading:
                self.columns.pop(name, None)

    def require(self, *, asks: bool) -> None:
        """Raise ColumnsMissing if a field that the import needs has no column."""
        if missing := missing_columns(self.columns, asks=asks):
            raise ColumnsMissing(missing)

    def go_through(self, decide: Decide, *, asks: bool, now: datetime) -> Result:
        """Check each line, and pass the good ones to `decide` in batches, and return the Result.

        `decide` returns the outcome of each. Raises ColumnsMissing, and FileRefused for a row that
        cannot be read, when the batches before it were passed on.
        """
        self.require(asks=asks)
        result, seen = Result(), AddressSet()
        lines = self._good_lines(result, seen, asks, now)
        while batch := list(islice(lines, BATCH_SIZE)):
            outcomes = decide(batch)
            result.outcomes.update(outcomes)
            new = (row for row, outcome in zip(batch, outcomes, strict=True) if outcome == NEW)
            result.sample += islice(new, SAMPLE_ROWS - len(result.sample))
        return result

    def preview(self, *, asks: bool, now: datetime) -> list[Subscriber]:
        """Return the first good lines. Raises ColumnsMissing, FileRefused."""
        self.require(asks=asks)
        return list(islice(self._good_lines(Result(), AddressSet(), asks, now), SAMPLE_ROWS))

    def _good_lines(
        self, result: Result, seen: AddressSet, asks: bool, now: datetime
    ) -> Iterator[Subscriber]:
        positions = {name: self.header.index(heading) for name, heading in self.columns.items()}
        for number, row in enumerate(self._rows, 1):
            if number > MAX_ROWS:
                raise FileRefused("too_many_rows")
            if row.error_code:
                _note_error(result, LineError(row.line, row.error_code))
                continue
            values = {
                name: restored(clean_cell(row.cells[position])) if position < len(row.cells) else ""
                for name, position in positions.items()
            }
            if values.get("state", "").lower() not in _ACTIVE:
                result.outcomes[INACTIVE] += 1
                continue
            try:
                subscriber = _subscriber(values, asks, now)
            except WrongLine as error:
                _note_error(result, LineError(row.line, error.code))
                continue
            if not seen.add(subscriber.email_digest):
                result.outcomes[DUPLICATE] += 1
                continue
            yield subscriber


class WrongLine(ValueError):
    """A value of a line is wrong; `code` says which, and why if it is the address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _note_error(result: Result, error: LineError) -> None:
    result.wrong += 1
    # People below an open quotation mark are missing from all counts.
    if len(result.errors) < (2 * MAX_LISTED if error.code == UNCLOSED else MAX_LISTED):
        result.errors.append(error)


def missing_columns(columns: Mapping[str, str], *, asks: bool) -> list[str]:
    """Return the fields that an import needs, and that have no column."""
    return [name for name in (REQUIRED if asks else REQUIRED_CONSENT) if name not in columns]


def guess_columns(header: Iterable[str]) -> dict[str, str]:
    """Return {field: heading} for the first known heading of each field."""
    columns: dict[str, str] = {}
    for heading in header:
        for name, known in HEADINGS.items():
            if heading.lower() in known:
                columns.setdefault(name, heading)
    return columns


def _subscriber(values: Mapping[str, str], asks: bool, now: datetime) -> Subscriber:
    try:
        email = parse_address(values["email"]).normalized
    except AddressRefused as error:
        raise WrongLine(f"email_{error.code}") from error
    languages = site_settings().languages
    lang = values.get("lang", "")
    frequency = values.get("frequency", "")
    person = Subscriber(
        email=email,
        email_digest=email_digest(email),
        lang=lang if lang in languages else languages[0],
        frequency=frequency if frequency in FREQUENCIES else FREQUENCIES[0],
    )
    if asks:
        return person
    for name, length in _MAX_LENGTHS.items():
        if len(values.get(name, "")) > length:
            raise WrongLine(f"{name}_too_long")
    if not values["consent_text"]:
        raise WrongLine("consent_text_missing")
    return person._replace(
        consent_at=_instant(values["consent_at"], now),
        consent_text=values["consent_text"],
        consent_version=values.get("consent_version", ""),
        evidence=values.get("evidence", ""),
    )


def _instant(text: str, now: datetime) -> datetime:
    """Return the instant of a consent, in UTC unless it says otherwise."""
    try:
        instant = datetime.fromisoformat(text)
        instant = instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise WrongLine("consent_at") from error
    if instant > now or instant.year < 1990:
        raise WrongLine("consent_at")
    return instant
