"""Files of people as tables of text, whatever spreadsheet wrote them."""

from dataclasses import dataclass, field

from campaign.errors import CampaignError

MAX_ROWS = 50_000
MAX_COLUMNS = 60
# A cell beyond this fits in no field; the check of the field says so, for which this much of it is enough.
MAX_CELL_LENGTH = 2000

UNCLOSED = "unclosed_quote"
CUT_SHORT = "cut_short"
TOO_MANY_CELLS = "too_many_cells"


class FileRefused(CampaignError):
    """The file cannot be read as a table; `code` says why."""

    status = 422

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its number in the file, from 1; `fault` is a code where the row itself is broken."""

    place: int
    cells: list
    fault: str = ""


@dataclass(slots=True)
class Table:
    """The rows that hold anything, in order, and how the file was read."""

    rows: list = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""

    def take(self, place, cells, fault=""):
        """Add a row, cut to what is of use; an empty one is left out. Raises FileRefused where there are too many."""
        kept = [tidied(cell) for cell in cells[:MAX_COLUMNS]]
        while kept and not kept[-1]:
            kept.pop()
        if not kept and not fault:
            return
        if len(self.rows) > MAX_ROWS:
            raise FileRefused("too_many_rows")
        if any(cell.strip() for cell in cells[MAX_COLUMNS:]):
            fault = fault or TOO_MANY_CELLS
        self.rows.append(Row(place, kept, fault))


def tidied(cell):
    """Return a cell without space around it, cut, and without what no database keeps."""
    return cell[: MAX_CELL_LENGTH + 1].replace("\0", "").strip()
