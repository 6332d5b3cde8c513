"""Set a long list of names in columns, as many to a sheet as fit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaign.montage.fonts import READS
from campaign.montage.ornaments import INK
from campaign.montage.typesetting import Sheets

# In multiples of the type size: column width, gap between columns, line height, and indent of
# continuation lines.
COLUMN, GUTTER, LEADING, INDENT = 14, 1.2, 1.28, 0.8
# Hardly any character is wider than the type size, so names up to this length need no measuring.
SURELY_FITS = 11
STEP = 0.93


@dataclass(frozen=True)
class Grid:
    """Columns of lines in one type size, within a box of `width` × `height` points."""

    size: float
    width: float
    height: float

    @property
    def columns(self) -> int:
        """Return the number of columns."""
        return max(1, int((self.width / self.size + GUTTER) / (COLUMN + GUTTER)))

    @property
    def rows(self) -> int:
        """Return the number of lines in a full column."""
        return int(self.height / (self.size * LEADING))

    @property
    def holds(self) -> int:
        """Return the number of lines that fit."""
        return self.columns * self.rows

    def place(self, at: int, lines: int) -> tuple[float, float]:
        """Return the position of line `at` of `lines`, from the corner of the box.

        Columns are filled evenly, from the top down.
        """
        rows = min(self.rows, -(-lines // self.columns))
        column, row = divmod(at, rows)
        step = (self.width + GUTTER * self.size) / self.columns
        return column * step, (row + 0.8) * self.size * LEADING


def grid_for(lines: float, width: float, height: float, largest: float, smallest: float) -> Grid:
    """Return the Grid with the largest type size that holds this many lines.

    The size is between `largest` and `smallest`; at `smallest` the lines may not fit.
    """
    size = largest
    while size > smallest and Grid(size, width, height).holds < lines:
        size = max(smallest, size * STEP)
    return Grid(size, width, height)


def lines_of(names: Iterable[str], sheets: Sheets) -> list[tuple[str, bool]]:
    """Return [(line, whether it continues a name) …].

    Names that are too wide for a column are broken, never cut off.
    """
    found = []
    for name in names:
        if len(name) <= SURELY_FITS:
            found.append((name, False))
            continue
        first, *rest = sheets.lines(name, COLUMN - INDENT, READS, 1) or [""]
        found.append((first, False))
        found += [(line, True) for line in rest]
    return found


def set_lines(
    sheets: Sheets, grid: Grid, lines: Sequence[tuple[str, bool]], x: float, y: float
) -> None:
    """Set lines in the grid, with its corner at (x, y)."""
    for at, (line, goes_on) in enumerate(lines):
        across, down = grid.place(at, len(lines))
        sheets.say(line, x + across + goes_on * INDENT * grid.size, y + down, READS, grid.size, INK)
