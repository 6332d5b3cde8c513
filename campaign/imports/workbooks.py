"""Read the first non-empty worksheet of an XLSX workbook, whose size claims are not trusted."""

import io
import re
import zlib
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, cast
from xml.parsers.expat import ExpatError
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from python_calamine import CalamineError, load_workbook

from campaign.imports.shared_strings import SharedTexts, TooMuchText
from campaign.imports.tables import MAX_COLUMNS, MAX_ROWS, FileRefused, FileTable

SIGNATURE = b"PK\x03\x04"
# Of workbooks in the format before XLSX.
OLD_SIGNATURE = b"\xd0\xcf\x11\xe0"
MAX_UNPACKED_BYTES = 128 * 1024 * 1024
# Limit for the text of all cells, once each has its own copy of a shared text.
MAX_TEXT_BYTES = 2 * MAX_UNPACKED_BYTES
MAX_PARTS = 1000
PIECE_BYTES = 1024 * 1024
# Only parts at these paths matter to us, whatever their type. Anything else, such as an embedded
# workbook of another kind, is not passed on to the reader.
ROOTS, ENDINGS = ("[content_types]", "_rels/", "xl/"), (".xml", ".rels")
SHARED_TEXTS = "xl/sharedstrings.xml"
# The reader allocates the whole rectangle up to the farthest cell. One cell in the last corner
# would use up all memory.
_REFERENCE = re.compile(rb"""[\s"']r\s*=\s*["']([A-Za-z]+)([0-9]+)["']""")
# Spreadsheet programs may record a blank row at the very end. We remove its number, because a cell
# without its own reference would be placed there.
_FAR_ROW = re.compile(rb"""([\s"'])r\s*=\s*["'][0-9]{6,}["']""")
# Blank rows that were once formatted reach far down, and blank columns far right, but not both.
MAX_ROW_INDEX, MAX_COLUMN_INDEX, MAX_CELLS = (
    4 * MAX_ROWS,
    10 * MAX_COLUMNS,
    2 * MAX_ROWS * MAX_COLUMNS,
)


def read_workbook(data: bytes) -> FileTable:
    """Return the FileTable in the bytes of an XLSX file. Raises FileRefused."""
    table = FileTable(encoding="xlsx")
    try:
        with load_workbook(io.BytesIO(_unpack(data))) as book:
            for name in book.sheet_names:
                for row_number, cells in enumerate(_rows(book.get_sheet_by_name(name)), 1):
                    table.add(row_number, [_text(cell) for cell in cells])
                if table.rows:
                    return table
    except (CalamineError, ValueError, OSError) as error:
        raise FileRefused("not_a_workbook") from error
    raise FileRefused("empty")


def _rows(worksheet: Any) -> Iterable[list[Any]]:
    # Keep empty rows above the first row with content, so row numbers match the spreadsheet.
    return cast(Iterable[list[Any]], worksheet.to_python(skip_empty_area=False))


def _unpack(data: bytes) -> bytes:
    """Return the workbook as an uncompressed ZIP, so the reader sees only what we measured."""
    remaining, packed = MAX_UNPACKED_BYTES, io.BytesIO()
    try:
        with ZipFile(io.BytesIO(data)) as source, ZipFile(packed, "w", ZIP_STORED) as target:
            parts = source.infolist()
            if len(parts) > MAX_PARTS or any(part.flag_bits & 1 for part in parts):
                raise FileRefused("not_a_workbook")
            texts = None
            for part in sorted(filter(_is_needed, parts), key=_comes_after_texts):
                xml = _read(source, part, remaining)
                remaining -= len(xml)
                _refuse_far_cells(xml)
                texts = _check_texts(texts, part, xml)
                target.writestr(part.filename, _FAR_ROW.sub(rb"\1", xml))
    except (
        BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        RuntimeError,
        ExpatError,
    ) as error:
        raise FileRefused("not_a_workbook") from error
    except TooMuchText as error:
        raise FileRefused("too_large_unpacked") from error
    return packed.getvalue()


def _path_of(part: ZipInfo) -> str:
    return part.filename.replace("\\", "/").lower()


def _is_needed(part: ZipInfo) -> bool:
    return _path_of(part).startswith(ROOTS) and _path_of(part).endswith(ENDINGS)


def _comes_after_texts(part: ZipInfo) -> bool:
    # Shared texts sort first, because we need them to measure the text in each worksheet.
    return _path_of(part) != SHARED_TEXTS


def _check_texts(texts: SharedTexts | None, part: ZipInfo, xml: bytes) -> SharedTexts | None:
    """Refuse a worksheet whose cells hold too much text and return the SharedTexts once known."""
    if _comes_after_texts(part):
        if texts:
            texts.refuse_more_than(MAX_TEXT_BYTES, xml)
        return texts
    if texts:
        raise FileRefused("not_a_workbook")
    return SharedTexts(xml)


def _read(source: ZipFile, part: ZipInfo, limit: int) -> bytes:
    pieces, remaining = [], limit
    with source.open(part) as file:
        while piece := file.read(PIECE_BYTES):
            remaining -= len(piece)
            if remaining < 0:
                raise FileRefused("too_large_unpacked")
            pieces.append(piece)
    return b"".join(pieces)


def _refuse_far_cells(xml: bytes) -> None:
    if b"\0" in xml:
        raise FileRefused("not_a_workbook")
    columns, rows = set(), set()
    for reference in _REFERENCE.finditer(xml):
        columns.add(reference[1])
        rows.add(reference[2])
    lowest, farthest = max(map(_row, rows), default=0), max(map(_column, columns), default=0)
    if lowest > MAX_ROW_INDEX or lowest * farthest > MAX_CELLS:
        raise FileRefused("too_many_rows")
    if farthest > MAX_COLUMN_INDEX:
        raise FileRefused("too_many_columns")


def _row(digits: bytes) -> int:
    # No spreadsheet has row numbers of more than seven digits, so longer ones are not parsed.
    digits = digits.lstrip(b"0")
    return int(digits or b"0") if len(digits) < 8 else 10**8


def _column(letters: bytes) -> int:
    if len(letters) > 3:
        return 10**4
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return str(cell)
