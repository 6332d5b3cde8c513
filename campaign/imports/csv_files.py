"""Read text files of rows: detect encoding, delimiter and broken rows."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator

from campaign.imports.tables import CUT_SHORT, TOO_MANY_CELLS, UNCLOSED, FileRefused, Table

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 50
SAMPLE = 64 * 1024
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A cell may be as long as the file, which IMPORT_BYTES limits. The csv module's own limit is
# too small, and would raise an error.
csv.field_size_limit(2**31 - 1)


def read_csv(data: bytes) -> Table:
    """Return the Table in the bytes of a text file. Raises FileRefused."""
    text, encoding = decode(data)
    text, delimiter = _split_separator_line(text)
    table = Table(encoding=encoding, delimiter=delimiter or guess_delimiter(text))
    _fill(table, text)
    if not table.rows:
        raise FileRefused("empty")
    return table


def decode(data: bytes) -> tuple[str, str]:
    """Return (text, encoding): UTF-8 or UTF-16 if it is, otherwise Western Windows (cp1252).

    Raises FileRefused if the data is not text.
    """
    for byte_order_mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(byte_order_mark):
            return data[len(byte_order_mark) :].decode(encoding, "replace"), encoding
    sample = data[:4096]
    if sample.count(0) > len(sample) / 4:
        # In UTF-16, every second byte of Latin letters is zero. Which one tells the byte order.
        encoding = "utf-16-le" if sample[1::2].count(0) >= sample[0::2].count(0) else "utf-16-be"
        return data.decode(encoding, "replace"), encoding
    if b"\0" in sample:
        raise FileRefused("not_text")
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def guess_delimiter(text: str) -> str:
    """Return the delimiter that gives the most of the first rows the same number of cells.

    Of equally good delimiters, choose one that respects quotation marks, then one that gives more
    cells.
    """
    sample = text[:SAMPLE]

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


def _split_separator_line(text: str) -> tuple[str, str | None]:
    """Return (text, delimiter) without a first line such as `sep=;`, which Excel writes."""
    line, newline, rest = text.partition("\n")
    line = line.strip()
    # A quotation mark cannot be a delimiter, and newer Python versions reject it.
    if newline and line[:4].lower() == "sep=" and len(line) == 5 and line[4] != '"':
        return rest, line[4]
    return text, None


def _fill(table: Table, text: str) -> None:
    lines = _Lines(text)
    width = 0
    for place, cells in enumerate(csv.reader(lines, delimiter=table.delimiter), 1):
        is_last = lines.ended
        quotes = lines.quotes_since()
        error_code = ""
        width = width or len(cells)
        if is_last and quotes % 2:
            error_code = UNCLOSED
        elif is_last and len(cells) < width and not text.endswith(("\n", "\r")):
            error_code = CUT_SHORT
        elif any(cell.strip() for cell in cells[width:]):
            error_code = TOO_MANY_CELLS
        table.add(place, cells, error_code)


class _Lines:
    """Iterates over the lines of a text and counts the quotation marks in them."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self._quotes = 0
        self._next = next(self._lines, None)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._next is None:
            raise StopIteration
        line, self._next = self._next, next(self._lines, None)
        self._quotes += line.count('"')
        return line

    @property
    def ended(self) -> bool:
        return self._next is None

    def quotes_since(self) -> int:
        """Return the number of quotation marks since the last call."""
        count, self._quotes = self._quotes, 0
        return count
