"""Import a checked file of targets or of area codes, all of it or nothing, and undo that.

The file is compared with the targets outside of the transaction that changes them, so that other
writers do not wait for it. If a target was changed in between, nothing is imported.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, cast

from sqlalchemy import Date, bindparam, delete, select, update

from campaign.db.upsert import insert_all
from campaign.db.versioned import FIRST_VERSION
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, note_ended
from campaign.imports.targets.planning import (
    ADDED,
    CHANGED,
    Email,
    Plan,
    PlannedStep,
    directory_stamp,
    plain_value,
    row_of,
)
from campaign.targets.areas import area_codes, set_area_codes
from campaign.targets.models import TargetEmail, TargetImport, TargetProfile, address_key
from campaign.targets.operations import COLUMNS, PARTS, search_text_of, statuses_of
from campaign.targets.queries import used_profile_ids

# Kind of file → what the activity log calls its import.
IMPORT_ACTIONS = {"targets": "targets.import", "areas": "targets.import_areas"}
MAX_PREVIEW = 50
# SQLite binds at most 32,766 values in a statement.
BATCH_SIZE = 500


class TargetImportOvertaken(CampaignError):
    """Someone else imported, undid or deleted this file, or changed a target, in the meantime."""

    status = 409


def keep_checked(
    *,
    organisation_id: int,
    organizer_id: int | None,
    kind: str,
    file_name: str,
    content: bytes,
    counts: dict[str, int],
    preview: list[dict[str, Any]],
    now: datetime,
) -> TargetImport:
    """Keep a file without errors until an organizer imports or deletes it."""
    item = TargetImport(
        organisation_id=organisation_id,
        organizer_id=organizer_id,
        kind=kind,
        file_name=file_name,
        content=content,
        counts=counts,
        preview=preview,
        created_at=now,
    )
    db.session.add(item)
    db.session.flush()
    return item


def preview_of(plan: Plan) -> list[dict[str, Any]]:
    """Return the first additions and changes of a plan, as `TargetImport.preview` holds them."""
    steps = (step for step in plan.steps if step.outcome in (ADDED, CHANGED))
    return [
        {"line": step.line, "outcome": step.outcome, "name": step.name, "fields": list(step.fields)}
        for step in islice(steps, MAX_PREVIEW)
    ]


def apply_targets(*, import_id: int, plan: Plan, now: datetime) -> TargetImport:
    """Import what `plan` says, which has no faults. Raise TargetImportOvertaken."""
    item = _checked(import_id)
    if directory_stamp(item.organisation_id) != plan.stamp:
        raise TargetImportOvertaken("a target was changed since the file was compared")
    added = [step for step in plan.steps if step.outcome == ADDED]
    changed = [step for step in plan.steps if step.outcome == CHANGED]
    ids = _insert(item.organisation_id, added, now)
    _insert_emails(zip(ids, (step.emails for step in added), strict=True))
    _update(changed)
    with_emails = [step for step in changed if "emails" in step.fields]
    _replace_emails((_id(step), step.emails) for step in with_emails)
    item.changes = {"added": ids, "changed": [_former(step) for step in changed]}
    return _imported(item, plan.counts, now)


def apply_area_codes(*, import_id: int, rows: list[dict[str, str]], now: datetime) -> TargetImport:
    """Replace the area codes of the countries in a file. Raise TargetImportOvertaken."""
    item = _checked(import_id)
    countries = sorted({row["country"] for row in rows})
    former = [row for row in area_codes(item.organisation_id) if row["country"] in countries]
    set_area_codes(organisation_id=item.organisation_id, rows=rows, countries=countries)
    item.changes = {"countries": countries, "former": former}
    return _imported(item, {"added": len(rows)}, now)


def undo_import(*, import_id: int, now: datetime) -> dict[str, int]:
    """Undo an import and return how many targets were "undone", and "kept" because they were used.

    A target that was changed after the import stays as it is, and so does one that was added by
    it and that a petition names. Raise TargetImportOvertaken if it can no longer be undone.
    """
    item = load_for_update(TargetImport, import_id)
    if not may_undo(item):
        raise TargetImportOvertaken("the import cannot be undone")
    changes = cast(dict[str, Any], item.changes)
    note_ended("target_import.undone", item.id, item.created_at)
    counts = (_undo_areas if item.kind == "areas" else _undo_targets)(item, changes)
    item.state, item.undone_at, item.changes, item.preview = "undone", now, None, []
    db.session.flush()
    return counts


def may_undo(item: TargetImport) -> bool:
    """Return whether an import can be undone.

    Area codes: only while no newer file replaced them.
    """
    if item.state != "imported" or item.changes is None:
        return False
    newer = select(TargetImport.id).where(
        TargetImport.organisation_id == item.organisation_id,
        TargetImport.kind == "areas",
        TargetImport.state == "imported",
        TargetImport.id > item.id,
    )
    return item.kind == "targets" or db.session.scalar(newer.limit(1)) is None


def drop_import(*, import_id: int) -> None:
    """Delete a file that was not imported. Raise TargetImportOvertaken."""
    db.session.delete(_checked(import_id))
    db.session.flush()


def _checked(import_id: int) -> TargetImport:
    item = db.session.get(TargetImport, import_id, with_for_update=True, populate_existing=True)
    if item is None or item.state != "checked":
        raise TargetImportOvertaken("the file was imported or deleted")
    return item


def _imported(item: TargetImport, counts: dict[str, int], now: datetime) -> TargetImport:
    item.state, item.imported_at, item.counts, item.content = "imported", now, counts, None
    db.session.flush()
    db.session.expire_all()
    return item


def _insert(organisation_id: int, steps: Sequence[PlannedStep], now: datetime) -> list[int]:
    """Insert targets and return their ids in the same order."""
    rows = [
        {
            **{
                name: plain_value(value)
                for name, value in row_of(organisation_id, step.columns).items()
            },
            "part_versions": {},
            "version": FIRST_VERSION,
            "created_at": now,
        }
        for step in steps
    ]
    ids: list[int] = []
    for batch in _batches(rows):
        inserted = insert_all(
            db.session.connection(), TargetProfile.__table__, batch, returning=["id"]
        )
        # Rows are inserted in their order, so a later one has a higher id.
        ids += sorted(row.id for row in inserted)
    return ids


def _update(steps: Sequence[PlannedStep]) -> None:
    rows = [
        {
            "profile_id": _id(step),
            **{f"new_{name}": step.columns[name] for name in COLUMNS},
            "new_search_text": search_text_of(step.columns),
            "new_part_versions": _next_versions(step),
        }
        for step in steps
    ]
    _update_rows(rows)


def _update_rows(rows: list[dict[str, Any]]) -> None:
    table = TargetProfile.__table__
    written = (*COLUMNS, "search_text", "part_versions")
    statement = (
        update(table)
        .where(table.c.id == bindparam("profile_id"))
        .values(
            {
                **{name: bindparam(f"new_{name}", type_=table.c[name].type) for name in written},
                "version": table.c.version + 1,
            }
        )
    )
    if rows:
        db.session.connection().execute(statement, rows)


def _next_versions(step: PlannedStep) -> dict[str, int]:
    """Return the versions of the parts, so that an open form of a changed part conflicts."""
    versions = dict(step.known.part_versions) if step.known else {}
    for part, columns in PARTS.items():
        names = {*columns, "emails"} if part == "contact" else set(columns)
        if names & set(step.fields):
            versions[part] = versions.get(part, FIRST_VERSION) + 1
    return versions


def _replace_emails(emails: Iterable[tuple[int, Sequence[Email]]]) -> None:
    items = list(emails)
    for batch in _batches([profile_id for profile_id, _emails in items]):
        db.session.execute(
            delete(TargetEmail)
            .where(TargetEmail.profile_id.in_(batch))
            .execution_options(synchronize_session=False)
        )
    _insert_emails(items)


def _insert_emails(items: Iterable[tuple[int, Sequence[Email]]]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "profile_id": profile_id,
            "position": position,
            "address": email.address,
            "address_key": address_key(email.address),
            "status": email.status,
            "status_at": email.status_at,
            "is_listed": email.is_listed,
        }
        for profile_id, emails in items
        for position, email in enumerate(emails)
    ]
    refused: dict[str, tuple[str, datetime | None]] = {}
    for keys in _batches([row["address_key"] for row in rows]):
        refused |= statuses_of(keys)
    for row in rows:
        # Another target has the same address, which bounced or asked not to be written to.
        if row["address_key"] in refused and row["status"] in ("unknown", "good"):
            row["status"], row["status_at"] = refused[row["address_key"]]
    for batch in _batches(rows):
        insert_all(db.session.connection(), TargetEmail.__table__, batch)


def _former(step: PlannedStep) -> dict[str, Any]:
    """Return what a changed target was before, as JSON, with the version that it has now."""
    known = step.known
    if known is None:
        raise ValueError("an added target has no former values")
    return {
        "id": known.id,
        "version": known.version + 1,
        "columns": {name: plain_value(known.columns[name]) for name in step.fields if name in COLUMNS},
        "emails": [
            [email.address, email.status, email.status_at and email.status_at.isoformat(), email.is_listed]
            for email in known.emails
        ]
        if "emails" in step.fields
        else None,
    }  # fmt: skip


def _undo_areas(item: TargetImport, changes: dict[str, Any]) -> dict[str, int]:
    set_area_codes(
        organisation_id=item.organisation_id,
        rows=changes["former"],
        countries=changes["countries"],
    )
    return {"undone": item.counts.get("added", 0), "kept": 0}


def _undo_targets(_item: TargetImport, changes: dict[str, Any]) -> dict[str, int]:
    deleted = _delete_unused(changes["added"])
    restored = _restore(changes["changed"])
    total = len(changes["added"]) + len(changes["changed"])
    return {"undone": deleted + restored, "kept": total - deleted - restored}


def _delete_unused(profile_ids: list[int]) -> int:
    """Delete added targets that nobody changed or uses, and return how many."""
    deleted = 0
    for batch in _batches(profile_ids):
        unchanged = set(
            db.session.scalars(
                select(TargetProfile.id).where(
                    TargetProfile.id.in_(batch), TargetProfile.version == FIRST_VERSION
                )
            )
        )
        unused = unchanged - used_profile_ids(unchanged)
        for table, column in (
            (TargetEmail, TargetEmail.profile_id),
            (TargetProfile, TargetProfile.id),
        ):
            db.session.execute(
                delete(table).where(column.in_(unused)).execution_options(synchronize_session=False)
            )
        deleted += len(unused)
    return deleted


def _restore(former: list[dict[str, Any]]) -> int:
    """Give changed targets their former values, if nobody changed them since. Return how many."""
    restored = 0
    names = (*COLUMNS, "part_versions")
    for batch in _batches(former):
        by_id = {item["id"]: item for item in batch}
        query = select(
            TargetProfile.id, TargetProfile.version, *(TargetProfile.__table__.c[name] for name in names)
        ).where(TargetProfile.id.in_(by_id))  # fmt: skip
        present = {
            row.id: row
            for row in db.session.execute(query)
            if row.version == by_id[row.id]["version"]
        }
        _update_rows([_former_row(row, by_id[row.id]) for row in present.values()])
        _replace_emails(
            (profile_id, [_email(item) for item in by_id[profile_id]["emails"]])
            for profile_id in present
            if by_id[profile_id]["emails"] is not None
        )
        restored += len(present)
    return restored


def _former_row(row: Any, former: dict[str, Any]) -> dict[str, Any]:
    columns = {name: row._mapping[name] for name in COLUMNS} | {
        name: _value(name, value) for name, value in former["columns"].items()
    }
    versions = {part: row.part_versions.get(part, FIRST_VERSION) + 1 for part in PARTS}
    return {
        "profile_id": row.id,
        **{f"new_{name}": value for name, value in columns.items()},
        "new_search_text": search_text_of(columns),
        "new_part_versions": {**row.part_versions, **versions},
    }


def _value(name: str, value: Any) -> Any:
    is_day = isinstance(TargetProfile.__table__.c[name].type, Date)
    return date.fromisoformat(value) if is_day and value else value


def _email(item: list[Any]) -> Email:
    address, status, since, is_listed = item
    return Email(address, status, datetime.fromisoformat(since) if since else None, is_listed)


def _id(step: PlannedStep) -> int:
    return cast(int, cast(Any, step.known).id)


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), BATCH_SIZE):
        yield items[start : start + BATCH_SIZE]
