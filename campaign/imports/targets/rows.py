"""What a file says of one target: read from named cells, with the errors in them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from campaign.i18n.locales import UnknownLanguage, is_language, normalised
from campaign.i18n.time_zones import is_zone
from campaign.targets.exporting import TRANSLATED
from campaign.targets.models import EMAIL_STATUSES, TARGET_KINDS
from campaign.text.email_addresses import AddressRefused, parse_address
from campaign.text.names import clean_text
from campaign.text.web_addresses import WebAddressRefused, parse_web_address

PLAIN = (
    *("external_id", "kind", "party", "area", "languages", "time_zone", "emails"),
    *("email_statuses", "telephones", "contact_form", "postal_address", "source"),
    *("checked_on", "valid_from", "valid_until"),
)
MAX_TEXT_LENGTH = 200
MAX_LENGTHS = {"honorific": 80, "party": 120, "postal_address": 1000, "source": 500}
MAX_EMAILS = 10
MAX_TELEPHONES = 10
_TELEPHONE = re.compile(r"(?P<number>[^()]{1,40}?)\s*(?:\((?P<note>[^()]{0,80})\))?")
_IN_LANGUAGE = re.compile(rf"({'|'.join(sorted(TRANSLATED, key=len, reverse=True))})_(.+)")


class RowFault(NamedTuple):
    """An error: the line or number of the row, the column, and a code for the message."""

    line: int
    column: str
    code: str
    detail: str = ""


@dataclass
class FileTarget:
    """A target as a file describes it.

    `columns` are columns of TargetProfile. Those that the file does not have are missing, and of
    texts the languages. `emails` are pairs (address, status), or None.
    """

    line: int
    columns: dict[str, Any] = field(default_factory=dict)
    emails: list[tuple[str, str]] | None = None
    faults: list[RowFault] = field(default_factory=list)

    @property
    def name(self) -> str:
        """A name to call it by in messages."""
        return next(filter(None, self.columns.get("names", {}).values()), "")


class CellRefused(ValueError):
    """A cell has no valid value; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def split_column(name: str, default_lang: str) -> tuple[str, str] | None:
    """Return (column, language) of a heading, such as ("name", "es"), or None if it is unknown.

    The language is "" for a column that is not translated. A translated one without a language is
    in `default_lang`.
    """
    if name in PLAIN:
        return name, ""
    if name in TRANSLATED:
        return name, default_lang
    match = _IN_LANGUAGE.fullmatch(name)
    if match is None:
        return None
    try:
        lang = normalised(match[2])
    except UnknownLanguage:
        return None
    return match[1], lang


def target_row_of(line: int, cells: Mapping[tuple[str, str], str]) -> FileTarget:
    """Return the FileTarget of cells, which are keyed as `split_column` returns."""
    row = FileTarget(line)
    for (column, lang), cell in cells.items():
        try:
            if lang:
                texts = row.columns.setdefault(TRANSLATED[column], {})
                texts[lang] = _text(column, cell)
            elif column not in ("emails", "email_statuses"):
                row.columns[_COLUMN_NAMES.get(column, column)] = _READERS[column](cell)
        except CellRefused as refusal:
            row.faults.append(RowFault(line, column, refusal.code, refusal.detail))
    _read_emails(row, cells)
    since, until = (row.columns.get(name) for name in ("valid_from", "valid_until"))
    if since and until and until < since:
        row.faults.append(RowFault(line, "valid_until", "ends_before_begin"))
    return row


def _text(column: str, cell: str) -> str:
    text = clean_text(cell, lines=column == "postal_address")
    if len(text) > MAX_LENGTHS.get(column, MAX_TEXT_LENGTH):
        raise CellRefused("too_long")
    return text


def _plain(column: str) -> Callable[[str], str]:
    return lambda cell: _text(column, cell)


def _kind(cell: str) -> str:
    if cell and cell not in TARGET_KINDS:
        raise CellRefused("kind", cell)
    return cell or TARGET_KINDS[0]


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError as error:
        raise CellRefused("day", cell) from error


def _zone(cell: str) -> str:
    if cell and not is_zone(cell):
        raise CellRefused("zone", cell)
    return cell


def _languages(cell: str) -> list[str]:
    tags = cell.replace(",", " ").replace(";", " ").split()
    for tag in tags:
        if not is_language(tag):
            raise CellRefused("language", tag)
    return [normalised(tag) for tag in dict.fromkeys(tags)]


def _contact_form(cell: str) -> str:
    try:
        return parse_web_address(cell) if cell else ""
    except WebAddressRefused as error:
        raise CellRefused("web_address", cell) from error


def parse_telephones(text: str) -> list[dict[str, str]]:
    """Return the telephones of a text such as "+52 55 1234 5678 (office); 1234".

    Raise CellRefused.
    """
    items = [item.strip() for item in re.split(r"[;\n]", text) if item.strip()]
    telephones = []
    for item in items:
        match = _TELEPHONE.fullmatch(item)
        if match is None or not any(character.isdigit() for character in match["number"]):
            raise CellRefused("telephone", item)
        telephones.append({"number": match["number"], "note": match["note"] or ""})
    if len(telephones) > MAX_TELEPHONES:
        raise CellRefused("too_many")
    return telephones


_COLUMN_NAMES = {"kind": "target_kind"}
_READERS: dict[str, Callable[[str], Any]] = {
    **{name: _plain(name) for name in ("external_id", "party", "area", "postal_address", "source")},
    **dict.fromkeys(("checked_on", "valid_from", "valid_until"), _day),
    "kind": _kind,
    "languages": _languages,
    "time_zone": _zone,
    "telephones": parse_telephones,
    "contact_form": _contact_form,
}


def _read_emails(row: FileTarget, cells: Mapping[tuple[str, str], str]) -> None:
    if ("emails", "") not in cells:
        return
    typed = re.split(r"[;,\s]+", cells["emails", ""].strip())
    statuses = re.split(r"[;,\s]+", cells.get(("email_statuses", ""), "").strip())
    row.emails = []
    addresses = list(filter(None, typed))
    if len(addresses) > MAX_EMAILS:
        row.faults.append(RowFault(row.line, "emails", "too_many"))
    for index, text in enumerate(addresses[:MAX_EMAILS]):
        status = (statuses[index] if index < len(statuses) else "") or "unknown"
        if status not in EMAIL_STATUSES:
            row.faults.append(RowFault(row.line, "email_statuses", "status", status))
            continue
        try:
            row.emails.append((parse_address(text).normalized, status))
        except AddressRefused:
            row.faults.append(RowFault(row.line, "emails", "email", text))
