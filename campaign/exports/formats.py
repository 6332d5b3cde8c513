"""The forms in which signatures leave: lines of CSV, lines of JSON, and spreadsheets.

A format is made for a header and the kinds of its columns. `begin`, `add` (for each batch of columns) and `end` return the bytes
that come next; `state` is what it takes to go on in another process, as JSON can keep it.
"""

import csv
import io
import json

from campaign.exports.spreadsheet import Spreadsheet
from campaign.lib.formulas import neutralise_all

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
        safe = [neutralise_all(column) if kind == "text" else column for column, kind in zip(columns, self._kinds, strict=True)]
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
        self._header, self._flags = header, [name for name, kind in zip(header, kinds, strict=True) if kind == "flag"]
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def begin(self):
        return b""

    def add(self, columns):
        rows = (dict(zip(self._header, row, strict=True)) for row in zip(*columns, strict=True))
        return "".join(f"{self._encode(self._typed(row))}\n" for row in rows).encode()

    def end(self):
        return b""

    def _typed(self, row):
        for name in self._flags:
            row[name] = row[name] == "yes"
        return row


# What is asked for → the format. Programs read the lean CSV, people get the other.
FORMATS = {"csv": Csv, "xlsx": Spreadsheet, "jsonl": JsonLines}
DOWNLOADS = {**FORMATS, "csv": CsvForExcel}
