"""Text files of rows: which letters, which sign between cells, and what is broken in them."""

import codecs
import csv
import io
from collections import Counter

from campaign.imports.tables import CUT_SHORT, TOO_MANY_CELLS, UNCLOSED, FileRefused, Table

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 50
SAMPLE = 64 * 1024
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A cell may be as long as the file: the module's own bound is for those who trust it with memory.
csv.field_size_limit(2**31 - 1)


def read_csv(data):
    """Return the Table in the bytes of a text file. Raises FileRefused."""
    text, encoding = decoded(data)
    text, delimiter = _told(text)
    table = Table(encoding=encoding, delimiter=delimiter or sniffed(text))
    _fill(table, text)
    if not table.rows:
        raise FileRefused("empty")
    return table


def decoded(data):
    """Return (text, encoding): UTF-8 or UTF-16 where it is that, else what Windows writes west of the Oder."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    sample = data[:4096]
    if sample.count(0) > len(sample) / 4:
        # Every second octet of Latin letters in UTF-16 is nothing; which one says the order.
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


def sniffed(text):
    """Return the sign between cells: the one that cuts most rows of the beginning into equally many, along their quotes, and into most."""
    sample = text[:SAMPLE]

    def worth(delimiter):
        widths = Counter()
        for cells in _some(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)):
            widths[len(cells)] += 1
        [(width, often)] = widths.most_common(1) or [(1, 0)]
        return (often, _keeps_quotes(sample, delimiter), width) if width > 1 else (0, False, 0)

    return max(DELIMITERS, key=worth)


def _keeps_quotes(sample, delimiter):
    """Return whether no cell goes on behind its closing quotation mark. The last line may be cut anywhere."""
    lines = io.StringIO(sample, newline="")
    try:
        _some(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return not lines.read(1)
    return True


def _some(reader):
    rows = (cells for cells in reader if any(cells))
    return [cells for cells, _ in zip(rows, range(SAMPLE_ROWS), strict=False)]


def _told(text):
    """Return (text, delimiter) without the line by which Excel tells the sign itself, such as `sep=;`."""
    line, newline, rest = text.partition("\n")
    line = line.strip()
    # A quotation mark cannot part cells, and newer Pythons refuse it.
    if newline and line[:4].lower() == "sep=" and len(line) == 5 and line[4] != '"':
        return rest, line[4]
    return text, None


def _fill(table, text):
    lines = _Lines(text)
    width = 0
    for place, cells in enumerate(csv.reader(lines, delimiter=table.delimiter), 1):
        is_last = lines.ended
        quotes = lines.quotes_since()
        fault = ""
        width = width or len(cells)
        if is_last and quotes % 2:
            fault = UNCLOSED
        elif is_last and len(cells) < width and not text.endswith(("\n", "\r")):
            fault = CUT_SHORT
        elif any(cell.strip() for cell in cells[width:]):
            fault = TOO_MANY_CELLS
        table.take(place, cells, fault)


class _Lines:
    """The lines of a text, one by one; counts the quotation marks of those that made a row."""

    def __init__(self, text):
        self._lines = io.StringIO(text, newline="")
        self._quotes = 0
        self._next = next(self._lines, None)

    def __iter__(self):
        return self

    def __next__(self):
        if self._next is None:
            raise StopIteration
        line, self._next = self._next, next(self._lines, None)
        self._quotes += line.count('"')
        return line

    @property
    def ended(self):
        return self._next is None

    def quotes_since(self):
        """Return how many quotation marks there were since the last call."""
        found, self._quotes = self._quotes, 0
        return found
