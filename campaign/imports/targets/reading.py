"""Read files of targets: CSV and workbooks with a header row, or Popolo JSON."""

import json
from collections.abc import Iterator
from typing import Any

from campaign.imports.files import read_file
from campaign.imports.tables import FileRefused, FileRow, FileTable
from campaign.imports.targets.popolo import popolo_cells
from campaign.imports.targets.rows import FileTarget, RowFault, split_column, target_row_of
from campaign.targets.areas import code_prefix
from campaign.text.formulas import restored
from campaign.text.names import clean_text
from campaign.text.postal_codes import MAX_LENGTH

ALIASES = {"email": "emails", "telephone": "telephones", "phone": "telephones", "id": "external_id"}
AREA_COLUMNS = ("country", "code", "area", "area_name")
MAX_AREA_LENGTH = 200


class ColumnRefused(FileRefused):
    """A heading of the file is unknown, missing or there twice; `detail` is the heading."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.detail = detail


def read_targets(data: bytes, default_lang: str) -> list[FileTarget]:
    """Return the rows of a file. Texts without a language are in `default_lang`.

    Raise FileRefused if it cannot be read at all.
    """
    if data.lstrip()[:1] in (b"{", b"["):
        cells = popolo_cells(_json_of(data), default_lang)
        return [target_row_of(number, item) for number, item in enumerate(cells, 1)]
    table = read_file(data)
    columns = _columns_of(table, default_lang)
    return [_target_row(row, columns) for row in table.rows[1:]]


def read_area_codes(data: bytes) -> tuple[list[dict[str, str]], list[RowFault]]:
    """Return (rows of AreaCode, errors) of a file with the columns of AREA_COLUMNS.

    Raise FileRefused if it cannot be read at all.
    """
    table = read_file(data)
    headings = [heading.strip().lower() for heading in table.rows[0].cells]
    _refuse_headings(headings, set(AREA_COLUMNS))
    for needed in AREA_COLUMNS[:3]:
        if needed not in headings:
            raise ColumnRefused("missing_column", needed)
    rows: dict[tuple[str, str, str], dict[str, str]] = {}
    faults: list[RowFault] = []
    for row in table.rows[1:]:
        cells = dict(zip(headings, map(restored, row.cells), strict=False))
        fault = (
            RowFault(row.row_number, "", row.error_code)
            if row.error_code
            else _area_fault(row, cells)
        )
        if fault:
            faults.append(fault)
            continue
        country, prefix = cells["country"].upper(), code_prefix(cells["code"])
        area = clean_text(cells["area"], lines=False)
        rows[country, prefix, area] = {
            "country": country,
            "prefix": prefix,
            "area": area,
            "area_name": clean_text(cells.get("area_name", ""), lines=False),
        }
    return list(rows.values()), faults


def _area_fault(row: FileRow, cells: dict[str, str]) -> RowFault | None:
    country, code, area = (cells.get(name, "") for name in AREA_COLUMNS[:3])
    if len(country) != 2 or not (country.isascii() and country.isalpha()):
        return RowFault(row.row_number, "country", "country", country)
    if not code_prefix(code) or len(code) > MAX_LENGTH:
        return RowFault(row.row_number, "code", "code", code)
    if not area:
        return RowFault(row.row_number, "area", "empty")
    if max(len(area), len(cells.get("area_name", ""))) > MAX_AREA_LENGTH:
        return RowFault(row.row_number, "area", "too_long")
    return None


def _json_of(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FileRefused("not_json") from error


def _columns_of(table: FileTable, default_lang: str) -> list[tuple[str, str] | None]:
    """Return the column of each heading, None for an empty one. Raise FileRefused."""
    headings = [heading.strip().lower() for heading in table.rows[0].cells]
    columns = [
        split_column(ALIASES.get(heading, heading), default_lang) if heading else None
        for heading in headings
    ]
    known: set[str] = {heading for heading, column in zip(headings, columns, strict=True) if column}
    _refuse_headings(headings, known)
    for index, column in enumerate(columns):
        if column and column in columns[:index]:
            raise ColumnRefused("repeated_column", headings[index])
    if not any(column and column[0] in ("name", "external_id") for column in columns):
        raise ColumnRefused("missing_column", f"name_{default_lang}")
    return columns


def _refuse_headings(headings: list[str], known: set[str]) -> None:
    for heading in filter(None, headings):
        if heading not in known:
            raise ColumnRefused("unknown_column", heading)


def _target_row(row: FileRow, columns: list[tuple[str, str] | None]) -> FileTarget:
    if row.error_code:
        return FileTarget(row.row_number, faults=[RowFault(row.row_number, "", row.error_code)])
    return target_row_of(row.row_number, dict(_cells(row, columns)))


def _cells(
    row: FileRow, columns: list[tuple[str, str] | None]
) -> Iterator[tuple[tuple[str, str], str]]:
    for index, column in enumerate(columns):
        if column:
            yield column, restored(row.cells[index]) if index < len(row.cells) else ""
