"""The text formats of exports: CSV and JSON Lines. `spreadsheet` has the other one.

A format is created for a header and the kinds of its columns. `begin`, `add` (for each batch of
columns) and `end` return the next bytes of the file.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from json.encoder import encode_basestring as _quoted
from typing import Any, ClassVar, NamedTuple, Protocol

from campaign.exports.spreadsheet import Spreadsheet
from campaign.text.csv_writing import BYTE_ORDER_MARK, EXCEL_LINE_END, LINE_END, csv_lines
from campaign.text.formulas import neutralise_all


class FilePiece(NamedTuple):
    """The next bytes of a file, and how many rows are written with them."""

    data: bytes
    done: int


class Format(Protocol):
    """A file format, created for a header, the kinds of its columns, and the time of the export."""

    suffix: ClassVar[str]
    media_type: ClassVar[str]

    def __init__(
        self, header: Sequence[str], kinds: Sequence[str], *, at: datetime | None = None
    ) -> None: ...

    def begin(self) -> bytes: ...

    def add(self, columns: Sequence[Sequence[Any]]) -> bytes: ...

    def end(self) -> bytes: ...


class Csv:
    """Comma-separated values in UTF-8; cells that could run as formulas are escaped."""

    suffix: ClassVar[str] = "csv"
    media_type: ClassVar[str] = "text/csv; charset=utf-8"
    byte_order_mark, line_end = "", LINE_END

    def __init__(
        self, header: Sequence[str], kinds: Sequence[str], *, at: datetime | None = None
    ) -> None:
        self._header, self._kinds = header, kinds

    def begin(self) -> bytes:
        return self.byte_order_mark.encode() + self._lines([neutralise_all(self._header)])

    def add(self, columns: Sequence[Sequence[Any]]) -> bytes:
        safe = [
            neutralise_all(column) if kind == "text" else column
            for column, kind in zip(columns, self._kinds, strict=True)
        ]
        return self._lines(zip(*safe, strict=True))

    def end(self) -> bytes:
        return b""

    def _lines(self, rows: Iterable[Iterable[Any]]) -> bytes:
        return csv_lines(rows, self.line_end).encode()


class CsvForExcel(Csv):
    """CSV for people who open it in Excel: with a byte order mark and RFC 4180 line ends."""

    byte_order_mark, line_end = BYTE_ORDER_MARK, EXCEL_LINE_END


class JsonLines:
    """One JSON object per line, with JSON numbers, booleans and nulls.

    Each answer to the petition's own questions is a separate property.
    """

    suffix: ClassVar[str] = "jsonl"
    media_type: ClassVar[str] = "application/x-ndjson; charset=utf-8"

    def __init__(
        self, header: Sequence[str], kinds: Sequence[str], *, at: datetime | None = None
    ) -> None:
        self._kinds = kinds
        names = (_quoted(name).replace("%", "%%") for name in header)
        self._line = f"{{{','.join(f'{name}:%s' for name in names)}}}\n"

    def begin(self) -> bytes:
        return b""

    def add(self, columns: Sequence[Sequence[Any]]) -> bytes:
        values = map(_json_values, columns, self._kinds)
        return "".join(map(self._line.__mod__, zip(*values, strict=True))).encode()

    def end(self) -> bytes:
        return b""


def _json_values(column: Sequence[Any], kind: str) -> list[Any]:
    """Return each cell of a column as JSON. Encoding whole objects instead takes twice as long."""
    if kind == "flag":
        return ["true" if cell == "yes" else "false" for cell in column]
    if kind == "integer":
        return ["null" if cell is None else cell for cell in column]
    return ["null" if cell is None else _quoted(cell) for cell in column]


# Formats by name. Programs read FORMATS with plain CSV; people get DOWNLOADS with CSV for Excel.
FORMATS: dict[str, type[Format]] = {"csv": Csv, "xlsx": Spreadsheet, "jsonl": JsonLines}
DOWNLOADS: dict[str, type[Format]] = {**FORMATS, "csv": CsvForExcel}
