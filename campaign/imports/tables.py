"""Imported files as tables of text, independent of the program that wrote them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from campaign.errors import CampaignError

MAX_ROWS = 50_000
MAX_COLUMNS = 60
# No field is longer. Keeping one more character is enough for the field's check to report it.
MAX_CELL_LENGTH = 2000

UNCLOSED = "unclosed_quote"
CUT_SHORT = "cut_short"
TOO_MANY_CELLS = "too_many_cells"


class FileRefused(CampaignError):
    """The file cannot be read as a table; `code` says why."""

    status = 422

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a file; numbers begin with 1. If it is broken, `error_code` says how."""

    row_number: int
    cells: list[str]
    error_code: str = ""


@dataclass(slots=True)
class FileTable:
    """The non-empty rows of a file, in order, and how the file was read."""

    rows: list[FileRow] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""

    def add(self, row_number: int, cells: Sequence[str], error_code: str = "") -> None:
        """Add a row, trimmed to its limits; skip an empty one.

        Raises FileRefused if there are too many rows.
        """
        trimmed = [clean_cell(cell) for cell in cells[:MAX_COLUMNS]]
        while trimmed and not trimmed[-1]:
            trimmed.pop()
        if not trimmed and not error_code:
            return
        if len(self.rows) > MAX_ROWS:
            raise FileRefused("too_many_rows")
        if any(cell.strip() for cell in cells[MAX_COLUMNS:]):
            error_code = error_code or TOO_MANY_CELLS
        self.rows.append(FileRow(row_number, trimmed, error_code))


def clean_cell(cell: str) -> str:
    """Return a cell trimmed and cut, without NUL characters, which no database stores."""
    return cell[: MAX_CELL_LENGTH + 1].replace("\0", "").strip()
