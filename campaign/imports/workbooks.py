"""The first sheet of an XLSX workbook that holds anything, read without trusting what the file says of its own size."""

import io
import re
import zlib
from datetime import date, datetime, time
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from python_calamine import CalamineError, load_workbook

from campaign.imports.tables import MOST_COLUMNS, MOST_ROWS, FileRefused, Table

SIGNATURE = b"PK\x03\x04"
MOST_UNPACKED = 128 * 1024 * 1024
MOST_PARTS = 1000
PIECE = 1024 * 1024
SHEETS = "xl/worksheets/"
# The reader lays out the whole rectangle up to the farthest cell: one cell in the last corner would take all memory.
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,4})([0-9]{1,9})["']""")
# Blank rows that were once formatted reach far down.
FARTHEST_ROW, FARTHEST_COLUMN = 4 * MOST_ROWS, 10 * MOST_COLUMNS


def read_workbook(data):
    """Return the Table in the bytes of an XLSX file. Raises FileRefused."""
    table = Table(encoding="xlsx")
    try:
        with load_workbook(io.BytesIO(_unpacked(data))) as book:
            for name in book.sheet_names:
                for place, cells in enumerate(_rows(book.get_sheet_by_name(name)), 1):
                    table.take(place, [_text(cell) for cell in cells])
                if table.rows:
                    return table
    except (CalamineError, ValueError, OSError) as error:
        raise FileRefused("not_a_workbook") from error
    raise FileRefused("empty")


def _rows(sheet):
    # Above the first row that holds anything are `start` empty ones: rows are called by what the spreadsheet shows.
    return sheet.to_python(skip_empty_area=False)


def _unpacked(data):
    """Return the workbook packed anew without compression, so that the reader meets only what was measured here."""
    room, packed = MOST_UNPACKED, io.BytesIO()
    try:
        with ZipFile(io.BytesIO(data)) as source, ZipFile(packed, "w", ZIP_STORED) as target:
            parts = source.infolist()
            if len(parts) > MOST_PARTS or any(part.flag_bits & 1 for part in parts):
                raise FileRefused("not_a_workbook")
            for part in parts:
                words = _read(source, part, room)
                room -= len(words)
                if part.filename.startswith(SHEETS):
                    _refuse_far_cells(words)
                target.writestr(part.filename, words)
    except (BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise FileRefused("not_a_workbook") from error
    return packed.getvalue()


def _read(source, part, room):
    pieces, left = [], room
    with source.open(part) as file:
        while piece := file.read(PIECE):
            left -= len(piece)
            if left < 0:
                raise FileRefused("too_large_unpacked")
            pieces.append(piece)
    return b"".join(pieces)


def _refuse_far_cells(words):
    if b"\0" in words:
        raise FileRefused("not_a_workbook")
    for letters, digits in set(_REFERENCE.findall(words)):
        if int(digits) > FARTHEST_ROW:
            raise FileRefused("too_many_rows")
        if _column(letters) > FARTHEST_COLUMN:
            raise FileRefused("too_many_columns")


def _column(letters):
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _text(cell):
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
