"""The forms in which signatures leave: lines of CSV, lines of JSON, and spreadsheets.

A format is made for a header and the kinds of its columns. `begin`, `add` (for each batch of columns) and `end` return the bytes
that come next; `state` is what it takes to go on in another process, as JSON can keep it.
"""

import csv
import io
from json.encoder import encode_basestring as _quoted

from campaign.exports.spreadsheet import Spreadsheet
from campaign.text.formulas import neutralise_all

# Excel takes a file for UTF-8 only if it begins with the mark.
MARK = "\ufeff".encode()


class Csv:
    """Comma-separated values in UTF-8; a cell that a spreadsheet would run is made plain."""

    suffix, media_type = "csv", "text/csv; charset=utf-8"
    state = None
    mark, line_end = b"", "\n"

    def __init__(self, header, kinds, *, at=None, state=None):
        self._header, self._kinds = header, kinds

    def begin(self):
        return self.mark + self._lines([neutralise_all(self._header)])

    def add(self, columns):
        safe = [
            neutralise_all(column) if kind == "text" else column
            for column, kind in zip(columns, self._kinds, strict=True)
        ]
        return self._lines(zip(*safe, strict=True))

    def end(self):
        return b""

    def _lines(self, rows):
        text = io.StringIO()
        csv.writer(text, lineterminator=self.line_end).writerows(rows)
        return text.getvalue().encode()


class CsvForExcel(Csv):
    """The same as people open it: with the mark of UTF-8, and lines that end as RFC 4180 says."""

    mark, line_end = MARK, "\r\n"


class JsonLines:
    """One JSON object a line, with numbers, truths and nulls as such, and the petition's own answers by their names."""

    suffix, media_type = "jsonl", "application/x-ndjson; charset=utf-8"
    state = None

    def __init__(self, header, kinds, *, at=None, state=None):
        self._kinds = kinds
        names = (_quoted(name).replace("%", "%%") for name in header)
        self._line = f"{{{','.join(f'{name}:%s' for name in names)}}}\n"

    def begin(self):
        return b""

    def add(self, columns):
        values = map(_json_values, columns, self._kinds)
        return "".join(map(self._line.__mod__, zip(*values, strict=True))).encode()

    def end(self):
        return b""


def _json_values(column, kind):
    """Return the cells of a column as JSON, each by itself: an encoder of whole objects takes twice as long."""
    if kind == "flag":
        return ["true" if cell == "yes" else "false" for cell in column]
    if kind == "whole":
        return ["null" if cell is None else cell for cell in column]
    return ["null" if cell is None else _quoted(cell) for cell in column]


# What is asked for → the format. Programs read the lean CSV, people get the other.
FORMATS = {"csv": Csv, "xlsx": Spreadsheet, "jsonl": JsonLines}
DOWNLOADS = {**FORMATS, "csv": CsvForExcel}
