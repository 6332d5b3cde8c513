"""Compare the rows of a file with the targets of an organisation: what would be changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from campaign.extensions import db
from campaign.imports.targets.rows import FileTarget, RowFault
from campaign.targets.exporting import TRANSLATED
from campaign.targets.models import EMAIL_STATUSES, TargetEmail, TargetProfile, address_key
from campaign.targets.operations import COLUMNS, search_text_of
from campaign.targets.queries import search_key

EMPTY: dict[str, Any] = {
    **{name: {} for name in TRANSLATED.values()},
    **{name: [] for name in ("languages", "telephones")},
    **dict.fromkeys(("checked_on", "valid_from", "valid_until")),
    "target_kind": "person",
}
ADDED, CHANGED, SAME, REMOVED = OUTCOMES = ("added", "changed", "same", "removed")


class Email(NamedTuple):
    """An address of a target."""

    address: str
    status: str
    status_at: datetime | None
    is_listed: bool


@dataclass
class Known:
    """A target that the organisation has, or that an earlier row of the file adds."""

    id: int | None
    columns: dict[str, Any]
    emails: list[Email] = field(default_factory=list)
    is_removed: bool = False
    version: int = 0
    part_versions: dict[str, int] = field(default_factory=dict)
    line: int | None = None


class PlannedStep(NamedTuple):
    """What a row does: it adds a target (`known` is None), changes one, or neither.

    `columns` are all columns that the target then has, `fields` the names of those that change.
    """

    line: int
    outcome: str
    name: str
    known: Known | None
    columns: dict[str, Any]
    emails: list[Email]
    fields: tuple[str, ...] = ()


class Stamp(NamedTuple):
    """Is another one whenever a target of the organisation was added, changed or deleted."""

    size: int
    highest_id: int
    versions: int


@dataclass
class Plan:
    """What a file would do. With `faults`, nothing may be imported."""

    stamp: Stamp
    steps: list[PlannedStep] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """The number of rows with each of OUTCOMES."""
        counts = dict.fromkeys(OUTCOMES, 0)
        for step in self.steps:
            counts[step.outcome] += 1
        return counts


def directory_stamp(organisation_id: int) -> Stamp:
    """Return the Stamp of the targets of an organisation."""
    key = TargetProfile.id
    query = select(
        func.count(key),
        func.coalesce(func.max(key), 0),
        func.coalesce(func.sum(TargetProfile.version), 0),
    ).where(TargetProfile.organisation_id == organisation_id)
    return Stamp(*map(int, db.session.execute(query).one()))


def plan_import(organisation_id: int, rows: Sequence[FileTarget]) -> Plan:
    """Return the Plan of a file."""
    plan = Plan(directory_stamp(organisation_id))
    directory = _Directory(organisation_id)
    for row in rows:
        plan.faults += row.faults
        if not row.faults:
            result = directory.step(row)
            if isinstance(result, RowFault):
                plan.faults.append(result)
            else:
                plan.steps.append(result)
    plan.faults.sort()
    return plan


class _Directory:
    """The targets of an organisation, by what a row can name: external id, or name and area."""

    def __init__(self, organisation_id: int) -> None:
        self._by_external_id: dict[str, Known] = {}
        self._by_name: dict[str, list[Known]] = {}
        for known in _known_targets(organisation_id):
            self._add(known)

    def step(self, row: FileTarget) -> PlannedStep | RowFault:
        """Return what a row does, or why it can do nothing."""
        candidates = self._candidates(row)
        if len(candidates) > 1:
            return RowFault(row.line, "name", "ambiguous", row.name)
        known = candidates[0] if candidates else None
        if known is not None and known.line is not None:
            return RowFault(row.line, "name", "twice", str(known.line))
        columns = merged_columns(known.columns if known else {}, row.columns)
        if not any(columns["names"].values()):
            return RowFault(row.line, "name", "no_name")
        emails = merged_emails(known.emails if known else [], row.emails)
        if known is None:
            known = Known(None, columns, line=row.line)
            self._add(known)
            return PlannedStep(row.line, ADDED, row.name, None, columns, emails)
        known.line = row.line
        name = row.name or next(filter(None, known.columns["names"].values()), "")
        fields = changed_fields(known, columns, emails)
        outcome = REMOVED if known.is_removed else CHANGED if fields else SAME
        return PlannedStep(row.line, outcome, name, known, columns, emails, fields)

    def _add(self, known: Known) -> None:
        if known.columns["external_id"]:
            self._by_external_id[known.columns["external_id"]] = known
        for key in {search_key(name) for name in known.columns["names"].values()} - {""}:
            self._by_name.setdefault(key, []).append(known)

    def _candidates(self, row: FileTarget) -> list[Known]:
        external_id = row.columns.get("external_id", "")
        if external_id in self._by_external_id:
            return [self._by_external_id[external_id]]
        same_name = {
            id(known): known
            for name in row.columns.get("names", {}).values()
            for known in self._by_name.get(search_key(name), ())
        }
        return [known for known in same_name.values() if _fits(known, row, external_id)]


def merged_columns(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return all columns of a target after a row: what the file does not have stays."""
    columns = {name: old.get(name, EMPTY.get(name, "")) for name in COLUMNS}
    for name, value in new.items():
        if name in TRANSLATED.values():
            texts = {**columns[name], **value}
            columns[name] = {lang: text for lang, text in texts.items() if text}
        else:
            columns[name] = value
    return columns


def merged_emails(old: list[Email], new: list[tuple[str, str]] | None) -> list[Email]:
    """Return the addresses of a target after a row. Of two statuses the graver one stays."""
    if new is None:
        return old
    known = {address_key(email.address): email for email in old}
    listed: dict[str, Email] = {}
    for address, status in new:
        key = address_key(address)
        before = known.get(key, Email(address, "unknown", None, True))
        is_worse = EMAIL_STATUSES.index(status) > EMAIL_STATUSES.index(before.status)
        listed[key] = before._replace(
            address=address, status=status if is_worse else before.status, is_listed=True
        )
    hidden = (
        email._replace(is_listed=False)
        for key, email in known.items()
        if key not in listed and email.status in ("bounced", "asked_not")
    )
    return [*listed.values(), *hidden]


def changed_fields(known: Known, columns: dict[str, Any], emails: list[Email]) -> tuple[str, ...]:
    """Return the names of the columns that differ, with "emails"."""
    fields = [name for name in COLUMNS if known.columns[name] != columns[name]]
    return (*fields, "emails") if known.emails != emails else tuple(fields)


def row_of(organisation_id: int, columns: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a row of TargetProfile, which the search finds."""
    return {
        "organisation_id": organisation_id,
        **columns,
        "search_text": search_text_of(columns),
    }


def plain_value(value: Any) -> Any:
    """Return a value of a column as JSON can hold it."""
    return value.isoformat() if isinstance(value, date) else value


def _fits(known: Known, row: FileTarget, external_id: str) -> bool:
    """Return whether a row may be about a target with the same name."""
    if external_id and known.columns["external_id"]:
        return False
    return "area" not in row.columns or known.columns["area"] == row.columns["area"]


def _known_targets(organisation_id: int) -> Iterator[Known]:
    table = TargetProfile.__table__.c
    names = (*COLUMNS, "id", "removed_at", "version", "part_versions")
    query = select(*(table[name] for name in names)).where(table.organisation_id == organisation_id)
    emails = _known_emails(organisation_id)
    for row in db.session.execute(query):
        values = dict(row._mapping)
        yield Known(
            values["id"],
            {name: values[name] for name in COLUMNS},
            emails.get(values["id"], []),
            values["removed_at"] is not None,
            values["version"],
            values["part_versions"],
        )


def _known_emails(organisation_id: int) -> dict[int, list[Email]]:
    query = (
        select(
            TargetEmail.profile_id,
            TargetEmail.address,
            TargetEmail.status,
            TargetEmail.status_at,
            TargetEmail.is_listed,
        )
        .join(TargetProfile, TargetProfile.id == TargetEmail.profile_id)
        .where(TargetProfile.organisation_id == organisation_id)
        .order_by(TargetEmail.is_listed.desc(), TargetEmail.position, TargetEmail.id)
    )
    emails: dict[int, list[Email]] = {}
    for row in db.session.execute(query):
        emails.setdefault(row.profile_id, []).append(
            Email(row.address, row.status, row.status_at, row.is_listed)
        )
    return emails
