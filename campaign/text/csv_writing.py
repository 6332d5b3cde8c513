"""Write rows as CSV."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from campaign.text.formulas import neutralise

# Excel reads a file as UTF-8 only if it begins with a byte order mark.
BYTE_ORDER_MARK = "\ufeff"
# Programs expect the line ends of Unix, and Excel those of RFC 4180.
LINE_END, EXCEL_LINE_END = "\n", "\r\n"


def csv_file(rows: Iterable[Iterable[Any]], *, for_excel: bool) -> str:
    """Return a whole file of these rows. Cells that could run as formulas are escaped."""
    safe_rows = ([_safe(cell) for cell in row] for row in rows)
    if for_excel:
        return BYTE_ORDER_MARK + csv_lines(safe_rows, EXCEL_LINE_END)
    return csv_lines(safe_rows)


def csv_lines(rows: Iterable[Iterable[Any]], line_end: str = LINE_END) -> str:
    """Return the lines of these rows, with their cells as they are."""
    text = io.StringIO()
    csv.writer(text, lineterminator=line_end).writerows(rows)
    return text.getvalue()


def _safe(cell: Any) -> Any:
    return neutralise(cell) if isinstance(cell, str) else cell
