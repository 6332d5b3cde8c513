"""Queries about batches and printed sheets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from campaign.extensions import db
from campaign.imports.checking import BatchContext, Checker
from campaign.imports.classification import Item
from campaign.imports.columns import cells_by_field
from campaign.imports.models import WAITS, ImportBatch, ImportRow, PrintRun
from campaign.imports.sheet_numbers import read_serial
from campaign.imports.tables import FileTable
from campaign.imports.values import NOON
from campaign.petitions.models import Petition
from campaign.petitions.queries import signing_terms
from campaign.site.settings import site_settings


def batch_by_id(batch_id: int) -> ImportBatch | None:
    """Return the ImportBatch, or None."""
    return db.session.get(ImportBatch, batch_id)


def run_by_id(run_id: int) -> PrintRun | None:
    """Return the PrintRun, or None."""
    return db.session.get(PrintRun, run_id)


def run_of_serial(text: str) -> tuple[PrintRun, str] | None:
    """Return (PrintRun, serial in its standard form) for a typed serial of a sheet, or None."""
    parsed = read_serial(text)
    if parsed is None:
        return None
    run = run_by_id(parsed[0])
    return (run, run.serial(parsed[1])) if run and parsed[1] <= run.sheets else None


def batches_among(cause_ids: Collection[int] | None, limit: int = 50) -> Sequence[ImportBatch]:
    """Return the newest batches, except dropped ones, of these causes, or of all if None."""
    query = (
        select(ImportBatch)
        .where(ImportBatch.state != "dropped")
        .order_by(ImportBatch.id.desc())
        .limit(limit)
    )
    return db.session.scalars(
        query if cause_ids is None else query.where(ImportBatch.cause_id.in_(cause_ids))
    ).all()


def runs_among(cause_ids: Collection[int] | None, limit: int = 12) -> Sequence[PrintRun]:
    """Return the newest PrintRuns of these causes, or of all if None."""
    query = select(PrintRun).order_by(PrintRun.id.desc()).limit(limit)
    return db.session.scalars(
        query if cause_ids is None else query.where(PrintRun.cause_id.in_(cause_ids))
    ).all()


def batch_of_sheet(petition_id: int, serial: str) -> ImportBatch | None:
    """Return the open or imported batch of this sheet of a petition, or None."""
    return batches_of_sheets(petition_id, [serial]).get(serial)


def batches_of_sheets(petition_id: int, serials: Collection[str]) -> dict[str, ImportBatch]:
    """Return {serial: its newest open or imported batch}, without sheets that nobody has typed."""
    query = select(ImportBatch).where(
        ImportBatch.sheet.in_(serials),
        ImportBatch.petition_id == petition_id,
        ImportBatch.state.in_(("open", "imported")),
    )
    return {batch.sheet: batch for batch in db.session.scalars(query.order_by(ImportBatch.id))}


def remembered_columns(cause_id: int) -> dict[str, str]:
    """Return {column name: field} as organizers matched the last five imported files of a cause.

    The field is empty if they ignored the column.
    """
    query = (
        select(ImportBatch.header, ImportBatch.mapping)
        .where(
            ImportBatch.cause_id == cause_id,
            ImportBatch.kind == "file",
            ImportBatch.state.in_(("imported", "undone")),
        )
        .order_by(ImportBatch.id.desc())
        .limit(5)
    )
    remembered: dict[str, str] = {}
    for header, mapping in db.session.execute(query):
        for index, name in enumerate(header):
            if name:
                remembered.setdefault(name, mapping.get(str(index), ""))
    return remembered


def checker_for(batch: ImportBatch, now: datetime) -> Checker | None:
    """Return the Checker for a batch's rows, or None if its petition is not public (yet)."""
    petition = db.session.get_one(Petition, batch.petition_id)
    terms = signing_terms(petition.slug, now=now)
    if terms is None:
        return None
    zone = ZoneInfo(petition.time_zone or site_settings().time_zone)
    signed_at = datetime.combine(batch.signed_on, NOON, zone) if batch.signed_on else None
    context = BatchContext(
        lang=batch.lang,
        country=batch.country,
        signed_at=signed_at,
        zone=zone,
        closes_at=petition.closes_at,
        now=now,
        day_first=batch.day_first,
        from_spreadsheet=batch.kind == "file",
    )
    return Checker(replace(terms, version_id=batch.version_id), context)


def items_of(batch: ImportBatch, *, waiting: bool = False) -> list[Item]:
    """Return the Items of a batch in order, without a heading and empty lines of a typed sheet.

    With `waiting`, skip rows that are imported already.
    """
    query = select(
        ImportRow.row_number,
        ImportRow.cells,
        ImportRow.typed,
        ImportRow.error_code,
        ImportRow.left_out,
    ).where(ImportRow.batch_id == batch.id)
    if waiting:
        query = query.where(WAITS)
    rows = db.session.execute(query.order_by(ImportRow.row_number)).all()
    if batch.header:
        rows = rows[1:]
    columns = batch.columns
    items = [
        Item(row.row_number, _typed(batch, columns, row), row.error_code, row.left_out)
        for row in rows
    ]
    return items if batch.kind == "file" else [item for item in items if any(item.typed.values())]


def items_in(batch: ImportBatch, table: FileTable) -> list[Item]:
    """Return the Items of an unsaved FileTable, with its columns as the batch matches them."""
    rows, columns = table.rows[bool(batch.header) :], batch.columns
    return [
        Item(row.row_number, cells_by_field(row.cells, columns), row.error_code) for row in rows
    ]


def _typed(batch: ImportBatch, columns: Mapping[int, str], row: Any) -> dict[str, str]:
    if batch.kind == "typed":
        return (
            {**(row.typed or {}), "sheet": batch.sheet, "row": str(row.row_number)}
            if any((row.typed or {}).values())
            else {}
        )
    return {**cells_by_field(row.cells or [], columns), **(row.typed or {})}


def typed_in(batch: ImportBatch, row: ImportRow) -> dict[str, str]:
    """Return an ImportRow as {field: text}, including corrections."""
    return _typed(batch, batch.columns, row)


def rows_with(
    batch_id: int, outcome: str, *, after: int = 0, limit: int = 50
) -> Sequence[ImportRow]:
    """Return the rows of a batch with this outcome, or any if empty, after a row number."""
    query = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.row_number > after)
    query = (
        query.where(ImportRow.outcome == outcome)
        if outcome
        else query.where(ImportRow.outcome != "")
    )
    return db.session.scalars(query.order_by(ImportRow.row_number).limit(limit)).all()


def rows_in(batch_id: int) -> int:
    """Return how many rows of a batch are imported so far."""
    return db.session.scalars(
        select(func.count()).select_from(ImportRow).where(ImportRow.batch_id == batch_id, ~WAITS)
    ).one()


def first_rows(batch_id: int, limit: int = 6) -> Sequence[Any]:
    """Return the first ImportRows of a file, including its heading."""
    query = (
        select(ImportRow)
        .where(ImportRow.batch_id == batch_id)
        .order_by(ImportRow.row_number)
        .limit(limit)
    )
    return db.session.scalars(query).all()


def row_of_signature(signature_id: int) -> Any:
    """Return (ImportRow, ImportBatch) behind a signature, or None."""
    query = (
        select(ImportRow, ImportBatch)
        .join(ImportBatch)
        .where(ImportRow.signature_id == signature_id)
    )
    return db.session.execute(query).first()
