"""Read text files as rows: detect encoding, delimiter and broken rows."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple, TextIO

from campaign.imports.tables import CUT_SHORT, TOO_MANY_CELLS, UNCLOSED, FileRefused, FileTable
from campaign.imports.workbooks import OLD_SIGNATURE, SIGNATURE

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 50
SAMPLE = 64 * 1024
# A quotation mark that is never closed makes one row of the rest of the file.
MAX_ROW_CHARACTERS = 1_000_000
OTHER_FORMATS = (b"%PDF", SIGNATURE, OLD_SIGNATURE)
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A cell may be as long as its row. The csv module's own limit is too small, and would raise an
# error.
csv.field_size_limit(2**31 - 1)


def read_csv(data: bytes) -> FileTable:
    """Return the FileTable in the bytes of a text file. Raises FileRefused."""
    reader = CsvReader(io.BytesIO(data))
    table = FileTable(encoding=reader.encoding, delimiter=reader.delimiter)
    for row in reader:
        table.add(row.row_number, row.cells, row.error_code)
    if not table.rows:
        raise FileRefused("empty")
    return table


class CsvRow(NamedTuple):
    """A row as it is in the file: `row_number` and `line`, its first line, count from 1.

    `error_code` is a code if the row is broken.
    """

    row_number: int
    line: int
    cells: list[str]
    error_code: str


class CsvReader:
    """Iterates once over the rows of a CSV file, empty ones too. It keeps one row in memory.

    It closes the file when it is deleted. Raises FileRefused, also while it iterates.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.encoding = _detect_encoding(file)
        # cp1252 leaves some bytes undefined.
        self._text: TextIO = io.TextIOWrapper(file, self.encoding, errors="replace", newline="")
        self._row_lines: list[str] = []
        self._has_ended = False
        self._lines_before = 0
        delimiter = _separator_of(self._text.readline(SAMPLE))
        if delimiter:
            self._lines_before = 1
        else:
            self._text.seek(0)
            delimiter = _guess_delimiter(self._text.read(SAMPLE))
            self._text.seek(0)
        self.delimiter = delimiter

    def __iter__(self) -> Iterator[CsvRow]:
        width, line = 0, self._lines_before + 1
        for row_number, cells in enumerate(csv.reader(self._lines(), delimiter=self.delimiter), 1):
            width = width or len(cells)
            yield CsvRow(row_number, line, cells, self._error_code(cells, width))
            line += len(self._row_lines)
            self._row_lines.clear()

    def _lines(self) -> Iterator[str]:
        """Yield the lines, and keep those of the current row."""
        characters = 0
        while line := self._text.readline(MAX_ROW_CHARACTERS + 1):
            characters = len(line) + (characters if self._row_lines else 0)
            if characters > MAX_ROW_CHARACTERS:
                raise FileRefused("row_too_long")
            self._row_lines.append(line)
            yield line
        self._has_ended = True

    def _error_code(self, cells: list[str], width: int) -> str:
        # Only a quotation mark that is not closed needs another line, or the one after the last.
        if (self._has_ended or len(self._row_lines) > 1) and not self._closes_quotes():
            return UNCLOSED
        # Only the last line can have no end.
        if len(cells) < width and not self._row_lines[-1].endswith(("\n", "\r")):
            return CUT_SHORT
        if any(cell.strip() for cell in cells[width:]):
            return TOO_MANY_CELLS
        return ""

    def _closes_quotes(self) -> bool:
        """Return whether each cell of the current row ends at its closing quotation mark.

        A mark that is not closed ends at the next cell with quotation marks, some rows below. The
        text of that cell then follows the mark.
        """
        try:
            list(csv.reader(self._row_lines, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return False
        return True


def _detect_encoding(file: BinaryIO) -> str:
    """Return UTF-8 or UTF-16 if the file is in it, otherwise Western Windows (cp1252).

    Raises FileRefused if the file is not text.
    """
    sample = file.read(4096)
    file.seek(0)
    for byte_order_mark, encoding in BYTE_ORDER_MARKS:
        if sample.startswith(byte_order_mark):
            return encoding
    if sample.startswith(OTHER_FORMATS):
        raise FileRefused("not_text")
    if sample.count(0) > len(sample) / 4:
        # In UTF-16, every second byte of Latin letters is zero. Which one tells the byte order.
        return "utf-16-le" if sample[1::2].count(0) >= sample[0::2].count(0) else "utf-16-be"
    if b"\0" in sample:
        raise FileRefused("not_text")
    encoding = "utf-8" if _is_utf8(file) else "cp1252"
    file.seek(0)
    return encoding


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(SAMPLE):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separator_of(line: str) -> str:
    """Return the delimiter that a first line such as `sep=;` names, which Excel writes, or ""."""
    text = line.strip("\r\n ")
    # A quotation mark cannot be a delimiter, and newer Python versions reject it.
    is_named = text[:4].lower() == "sep=" and len(text) == 5 and text[4] != '"'
    return text[4] if is_named and line.endswith(("\n", "\r")) else ""


def _guess_delimiter(sample: str) -> str:
    """Return the delimiter that gives the most of the first rows the same number of cells.

    Of equally good delimiters, choose one that respects quotation marks, then one that gives more
    cells.
    """

    def score(delimiter: str) -> tuple[int, bool, int]:
        widths: Counter[int] = Counter()
        for cells in _first_rows(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)):
            widths[len(cells)] += 1
        [(width, count)] = widths.most_common(1) or [(1, 0)]
        return (count, _respects_quotes(sample, delimiter), width) if width > 1 else (0, False, 0)

    return max(DELIMITERS, key=score)


def _respects_quotes(sample: str, delimiter: str) -> bool:
    """Return whether no cell continues after its closing quotation mark.

    The last line of the sample may be cut anywhere, so it does not count.
    """
    lines = io.StringIO(sample, newline="")
    try:
        _first_rows(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return not lines.read(1)
    return True


def _first_rows(reader: Iterable[list[str]]) -> list[list[str]]:
    rows = (cells for cells in reader if any(cells))
    return [cells for cells, _ in zip(rows, range(SAMPLE_ROWS), strict=False)]
