"""A long list of names in columns, as many to a sheet as fit."""

from dataclasses import dataclass

from campaign.montage.fonts import READS
from campaign.montage.ornaments import INK

# In sizes of the type: a column, what parts it from the next, and from line to line.
COLUMN, GUTTER, LEADING, INDENT = 14, 1.2, 1.28, 0.8
# No sign is wider than the type is high, or hardly: names of so many need not be measured.
SURELY_FITS = 11
STEP = 0.93


@dataclass(frozen=True)
class Grid:
    """Columns of lines of one type size within a box of `width` by `height` points."""

    size: float
    width: float
    height: float

    @property
    def columns(self):
        return max(1, int((self.width / self.size + GUTTER) / (COLUMN + GUTTER)))

    @property
    def rows(self):
        return int(self.height / (self.size * LEADING))

    @property
    def holds(self):
        return self.columns * self.rows

    def place(self, at, lines):
        """Where line `at` of `lines` goes, from the box's corner: columns are filled evenly, top down."""
        rows = min(self.rows, -(-lines // self.columns))
        column, row = divmod(at, rows)
        step = (self.width + GUTTER * self.size) / self.columns
        return column * step, (row + 0.8) * self.size * LEADING


def grid_for(lines, width, height, largest, smallest):
    """The Grid with the largest type that holds so many lines, from `largest` down to `smallest` in any case."""
    size = largest
    while size > smallest and Grid(size, width, height).holds < lines:
        size = max(smallest, size * STEP)
    return Grid(size, width, height)


def lines_of(names, sheets):
    """Return [(line, whether it goes on a name) …]: names too wide for a column are broken, never cut."""
    found = []
    for name in names:
        if len(name) <= SURELY_FITS:
            found.append((name, False))
            continue
        first, *rest = sheets.lines(name, COLUMN - INDENT, READS, 1) or [""]
        found.append((first, False))
        found += [(line, True) for line in rest]
    return found


def set_lines(sheets, grid, lines, x, y):
    """Set lines in the grid with its corner at (x, y)."""
    for at, (line, goes_on) in enumerate(lines):
        across, down = grid.place(at, len(lines))
        sheets.say(line, x + across + goes_on * INDENT * grid.size, y + down, READS, grid.size, INK)
