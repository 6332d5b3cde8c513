"""Read targets from Popolo JSON: persons with their newest membership, and organizations.

An organization is a target itself if it has contact details or translations. `translations` is our
own addition to Popolo, which has one language only.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from typing import Any

from campaign.imports.tables import MAX_ROWS, FileRefused
from campaign.imports.targets.rows import split_column
from campaign.targets.exporting import SEPARATOR, TRANSLATED

Cells = dict[tuple[str, str], str]
LISTS = ("persons", "organizations", "memberships", "posts", "areas")
# Type of a contact detail → column.
CONTACTS = {
    "email": "emails",
    "voice": "telephones",
    "phone": "telephones",
    "tel": "telephones",
    "cell": "telephones",
    "url": "contact_form",
    "contact_form": "contact_form",
    "address": "postal_address",
}


def popolo_cells(document: Any, default_lang: str) -> Iterator[Cells]:
    """Return the cells of each target, keyed as for `target_row_of`. Raise FileRefused."""
    if isinstance(document, list):
        document = {"persons": document}
    if not isinstance(document, dict) or not any(name in document for name in LISTS[:2]):
        raise FileRefused("not_popolo")
    lists = {name: document.get(name) or [] for name in LISTS}
    for items in lists.values():
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise FileRefused("not_popolo")
    if len(lists["persons"]) + len(lists["organizations"]) > MAX_ROWS:
        raise FileRefused("too_many_rows")
    return _Popolo(lists, default_lang).cells()


class _Popolo:
    """The lists of a document, indexed by id."""

    def __init__(self, lists: dict[str, list[dict[str, Any]]], lang: str) -> None:
        self._lists, self._lang = lists, lang
        self._by_id = {
            name: {str(item["id"]): item for item in items if item.get("id")}
            for name, items in lists.items()
        }
        self._memberships: dict[str, list[dict[str, Any]]] = {}
        for membership in lists["memberships"]:
            self._memberships.setdefault(str(membership.get("person_id")), []).append(membership)

    def cells(self) -> Iterator[Cells]:
        for person in self._lists["persons"]:
            memberships = [
                *self._memberships.get(str(person.get("id")), ()),
                *_dicts(person.get("memberships")),
            ]
            newest: dict[str, Any] = max(memberships, key=_age_key, default={})
            yield self._person_cells(person, newest)
        for organization in self._lists["organizations"]:
            if organization.get("contact_details") or organization.get("translations"):
                cells = self._common_cells(organization) | self._area_cells(organization)
                yield self._translated({("kind", ""): "body", **cells}, organization)

    def _person_cells(self, person: dict[str, Any], membership: dict[str, Any]) -> Cells:
        post = self._find("posts", membership.get("post_id"), membership.get("post"))
        body = self._find(
            "organizations", membership.get("organization_id"), membership.get("organization")
        )
        party = self._find(
            "organizations", membership.get("on_behalf_of_id"), membership.get("on_behalf_of")
        )
        cells = {
            ("kind", ""): "person",
            ("honorific", self._lang): _text(person.get("honorific_prefix")),
            ("office", self._lang): _text(
                membership.get("role") or membership.get("label") or post.get("label")
            ),
            ("body", self._lang): _text(body.get("name")),
            ("party", ""): _text(party.get("name")),
            ("valid_from", ""): _day(_text(membership.get("start_date")), is_end=False),
            ("valid_until", ""): _day(_text(membership.get("end_date")), is_end=True),
            **self._common_cells(person),
            **self._area_cells(membership if _names_area(membership) else post),
        }
        return self._translated(cells, person)

    def _common_cells(self, item: dict[str, Any]) -> Cells:
        """Return what persons and organizations have in common."""
        cells: Cells = {
            ("external_id", ""): _text(item.get("id")),
            ("name", self._lang): _text(item.get("name")),
            ("emails", ""): "",
            ("telephones", ""): "",
            ("contact_form", ""): "",
            ("postal_address", ""): "",
        }
        details = _dicts(item.get("contact_details"))
        email = _text(item.get("email"))
        if email and not any(detail.get("value") == email for detail in details):
            details = [{"type": "email", "value": email}, *details]
        statuses = []
        for detail in details:
            column = CONTACTS.get(_text(detail.get("type")))
            value, note = _text(detail.get("value")), _text(detail.get("note"))
            if column is None or not value:
                continue
            if column == "emails":
                statuses.append(_text(detail.get("status")) or "unknown")
            elif column == "telephones" and note:
                value = f"{value} ({note.translate(_PARENTHESES)})"
            key = (column, "")
            several = column in ("emails", "telephones")
            cells[key] = SEPARATOR.join(filter(None, (cells[key], value))) if several else value
        cells["email_statuses", ""] = SEPARATOR.join(statuses)
        sources = _dicts(item.get("sources"))
        cells["source", ""] = _text(sources[0].get("url")) if sources else ""
        for name in ("languages", "time_zone", "checked_on"):
            if name in item:
                cells[name, ""] = _text(item[name])
        return cells

    def _area_cells(self, holder: dict[str, Any]) -> Cells:
        area = self._find("areas", holder.get("area_id"), holder.get("area"))
        identifier = area.get("id") or holder.get("area_id")
        return {
            ("area", ""): _text(identifier),
            ("area_name", self._lang): _text(area.get("name")),
        }

    def _translated(self, cells: Cells, item: dict[str, Any]) -> Cells:
        """Return the cells with the translations of an item, which replace its texts."""
        translations = item.get("translations")
        if not isinstance(translations, dict) or not translations:
            return cells
        cells = {key: text for key, text in cells.items() if key[0] not in TRANSLATED}
        for tag, texts in translations.items():
            for name, text in texts.items() if isinstance(texts, dict) else ():
                column = split_column(f"{name}_{tag}", self._lang) if name in TRANSLATED else None
                if column:
                    cells[column] = _text(text)
        return cells

    def _find(self, name: str, item_id: Any, item: Any) -> dict[str, Any]:
        """Return the item with this id, or the one that is written in its place."""
        if isinstance(item, dict):
            return item
        return self._by_id[name].get(str(item_id), {}) if item_id else {}


_PARTIAL_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?")
MONTHS = 12
_PARENTHESES = str.maketrans("()", "[]")


def _names_area(holder: Mapping[str, Any]) -> bool:
    return bool(holder.get("area_id") or holder.get("area"))


def _age_key(membership: dict[str, Any]) -> tuple[str, str]:
    """Return a key that is greatest for the newest membership: one without an end comes last."""
    return _text(membership.get("end_date")) or "9999", _text(membership.get("start_date"))


def _day(text: str, *, is_end: bool) -> str:
    """Return a date as ISO 8601. Popolo allows a year or a month alone, which begins and ends."""
    match = _PARTIAL_DATE.fullmatch(text)
    if match is None:
        return text
    year, month = int(match[1]), int(match[2] or (12 if is_end else 1))
    if not 1 <= month <= MONTHS:
        return text
    day = monthrange(year, month)[1] if is_end and year else 1
    return f"{year:04}-{month:02}-{day:02}"


def _dicts(items: Any) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value).replace("\0", "").strip()
