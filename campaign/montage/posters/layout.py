"""The layout of a poster: its paper, title, montage, count, date, and names in columns."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from campaign.montage.fonts import DISPLAY_FONT, LABEL_FONT, LABEL_FONT_BOLD, TEXT_FONT
from campaign.montage.layout import size as size_of
from campaign.montage.posters.spec import PosterSpec
from campaign.montage.shapes.files import RGB, Shape
from campaign.montage.typesetting import (
    BLACK,
    INK,
    INK_2,
    INK_3,
    PAPER,
    WHITE,
    PdfCanvas,
    PrintIdentity,
    draw_margin,
)
from campaign.sharing.qr_codes import QUIET_ZONE

EDGE, MARGIN = 60, 28
# From the rule at the foot to the lower edge: without a QR code, and with one.
FOOT, FOOT_WITH_CODE = 74, 160
CODE = 130
# The organisation's name below the rule at the foot, beside the address.
NAME_SIZES, NAME_HEIGHT, NAME_LEADING, NAME_GAP = (19, 17, 15, 13, 11), 44, 1.15, 40


class PosterPaper:
    """Sets text and ornaments on a poster of an organisation.

    `url` is at its foot, as an address to type and as a QR code. Lengths are in thousandths of the
    sheet's width, except `width` and `height`, which are in points.
    """

    def __init__(
        self,
        width: float,
        height: float,
        *,
        title: str,
        lang: str,
        identity: PrintIdentity,
        url: str = "",
    ) -> None:
        self._canvas = PdfCanvas(width, height, title=title, lang=lang)
        self._identity, self._foot_url = identity, url
        # Phones add the scheme automatically.
        self._foot_address = url.partition("://")[2]
        self._unit = width / 1000
        self._height = height / self._unit
        self._foot = self._height - (FOOT_WITH_CODE if url else FOOT)

    def _begin_page(self) -> None:
        self._canvas.add(PAPER)
        draw_margin(self._canvas, MARGIN * self._unit, self._identity)
        self._tapered_rule(self._foot, 6)
        if self._foot_url:
            self._draw_text(self._foot_address, EDGE, self._height - 38, LABEL_FONT, 17, INK_3)
            self._draw_code()
        if self._identity.name:
            self._set_name()

    def _draw_code(self) -> None:
        """Draw the QR code at the lower right, in black on white, which scanners read best."""
        u, left, top = self._unit, 1000 - EDGE - CODE, self._foot + 18
        self._canvas.box(left * u, top * u, CODE * u, CODE * u, WHITE)
        self._canvas.code(self._foot_url, left * u, top * u, CODE * u, BLACK, quiet=QUIET_ZONE)

    def _set_name(self) -> None:
        u = self._unit
        right = 1000 - EDGE - (CODE + NAME_GAP if self._foot_url else 0)
        width: float = right - EDGE
        if self._foot_address:
            beside = width - self._width(self._foot_address, LABEL_FONT, 17) - NAME_GAP
            width = max(beside, width / 3)
        lines, size = self._canvas.fitted(
            self._identity.name,
            width * u,
            NAME_HEIGHT * u,
            DISPLAY_FONT,
            [size * u for size in NAME_SIZES],
            NAME_LEADING,
        )
        # One line is level with the address, and more lines are centred there.
        top = self._height - 38 - (len(lines) - 1) / 2 * NAME_LEADING * size / u
        for index, line in enumerate(lines):
            y = top + index * NAME_LEADING * size / u
            self._draw_text(line, right, y, DISPLAY_FONT, size / u, INK_3, align="right")

    def _draw_text(
        self,
        text: str,
        x: float,
        y: float,
        face: str,
        size: float,
        colour: RGB,
        align: str = "left",
    ) -> None:
        u = self._unit
        # Text that is wider than the sheet is set smaller.
        fits = min(1, (1000 - 2 * EDGE) / max(self._width(text, face, size), 1))
        self._canvas.draw_text(text, x * u, y * u, face, fits * size * u, colour, align=align)

    def _width(self, text: str, face: str, size: float) -> float:
        return self._canvas.width_of(text, face, size * self._unit) / self._unit

    def _fitted(
        self, text: str, height: float, face: str, sizes: Iterable[float], leading: float
    ) -> tuple[list[str], float]:
        """Return (lines, size) of a text, in the largest of the `sizes` that fits."""
        u = self._unit
        width, sizes = (1000 - 2 * EDGE) * u, [size * u for size in sizes]
        lines, size = self._canvas.fitted(text, width, height * u, face, sizes, leading)
        return lines, size / u

    def _tapered_rule(self, y: float, thick: float) -> None:
        u = self._unit
        self._canvas.tapered_rule(EDGE * u, y * u, (1000 - 2 * EDGE) * u, INK, thick=thick * u)


TITLE_SIZES = (124, 112, 102, 94, 86, 78, 70, 62, 56, 50, 44, 38)
COUNT_SIZES = (150, 130, 112)
MAX_NAME_POINTS = 13
NAMES_SHARE = 0.24
MIN_NAME_POINTS = {"A3": 5.5, "A2": 6, "A1": 6.5, "A0": 7}
MAX_SHEETS = 400


@dataclass(frozen=True)
class MontageFrame:
    """Where the montage goes: the corner (x, y) and side of its square, in points.

    The square is empty above `first` and below `last`, which are shares of its side.
    """

    x: float
    y: float
    side: float
    first: float
    last: float


def set_poster(
    spec: PosterSpec,
    shape: Shape,
    names: Sequence[str] = (),
    unset: int = 0,
    progress: Callable[[float], object] = lambda _share: None,
) -> tuple[PdfCanvas, MontageFrame]:
    """Set everything but the montage. Return (PdfCanvas, MontageFrame on the first page).

    `unset` is the number of further names that no font can print.
    """
    return _Poster(spec, shape, progress).set(names, unset)


class _Poster(PosterPaper):
    def __init__(self, spec: PosterSpec, shape: Shape, progress: Callable[[float], object]) -> None:
        super().__init__(
            *spec.page_size,
            title=spec.title,
            lang=spec.lang,
            identity=spec.identity,
            url=spec.url,
        )
        self._spec, self._shape, self._progress = spec, shape, progress
        self._heading = spec.names_texts.get("heading", "")
        self._smallest = MIN_NAME_POINTS.get(spec.size, 6)

    def set(self, names: Sequence[str], unset: int) -> tuple[PdfCanvas, MontageFrame]:
        """Set all pages and return (PdfCanvas, MontageFrame on the first page)."""
        self._begin_page()
        if unset:
            self._heading += " " + self._spec.names_texts["unset"].format(n=unset)
        lines = lines_of(names, self._canvas)
        foot, left_over = self._set_names(lines) if lines else (self._foot - 18, [])
        frame = self._frame(self._set_title(bool(lines)), self._set_count(foot, bool(lines)))
        if self._spec.file_format == "pdf":
            self._set_further_sheets(left_over)
        return self._canvas, frame

    def _set_title(self, is_small: bool) -> float:
        """Set the title over the whole width and return its lower end."""
        lines, size = self._fitted(
            self._spec.title, 170 if is_small else 300, DISPLAY_FONT, TITLE_SIZES, 1.04
        )
        for index, line in enumerate(lines):
            self._draw_text(
                line,
                500,
                MARGIN + 36 + size * (0.86 + 1.04 * index),
                DISPLAY_FONT,
                size,
                INK,
                align="center",
            )
        return MARGIN + 36 + size * (1.04 * len(lines) + 0.1)

    def _set_count(self, bottom: float, is_small: bool) -> float:
        """Set the count, what it counts and when, from `bottom` up, and return their upper end."""
        spec, scale = self._spec, 0.66 if is_small else 1
        self._draw_text(
            spec.counted_on, 500, bottom - 8, LABEL_FONT, 20 * scale, INK_3, align="center"
        )
        bottom -= 8 + 42 * scale
        face, sizes = (
            (TEXT_FONT, (32 * scale,))
            if spec.count
            else (DISPLAY_FONT, (72 * scale, 60 * scale, 50 * scale))
        )
        lines, size = self._fitted(spec.caption, 160, face, sizes, 1.3)
        for line in reversed(lines):
            self._draw_text(
                line, 500, bottom, face, size, INK_2 if spec.count else INK, align="center"
            )
            bottom -= 1.3 * size
        if spec.count:
            size = next(
                (
                    s * scale
                    for s in COUNT_SIZES
                    if self._width(spec.count, DISPLAY_FONT, s * scale) < 880
                ),
                COUNT_SIZES[-1] * scale,
            )
            self._draw_text(
                spec.count, 500, bottom - 8 * scale, DISPLAY_FONT, size, INK, align="center"
            )
            bottom -= 8 * scale + 0.8 * size
        return bottom

    def _frame(self, top: float, bottom: float) -> MontageFrame:
        """Return the largest centred square whose painted rows fit between title and count."""
        rows = np.nonzero(self._shape.mask.any(axis=1))[0]
        # The first butterflies are large and reach out of the shape.
        rim = 0.6 * size_of(self._shape, self._spec.last) if self._spec.last else 0.01
        first, last = max(0, rows[0] / 1024 - rim), min(1, (rows[-1] + 1) / 1024 + rim)
        space = bottom - top - 44
        side = min(1000 - 2 * EDGE, space / (last - first))
        y = top + 22 + (space - side * (last - first)) / 2 - side * first
        return MontageFrame(
            (500 - side / 2) * self._unit, y * self._unit, side * self._unit, first, last
        )

    def _set_names(self, lines: list[tuple[str, bool]]) -> tuple[float, list[tuple[str, bool]]]:
        """Set as many lines as fit at the foot. Return their upper end, and the remaining lines."""
        u, texts = self._unit, self._spec.names_texts
        max_height = NAMES_SHARE * self._height
        grid = grid_for(
            len(lines), 1000 * u - 2 * EDGE * u, max_height * u, MAX_NAME_POINTS * u, self._smallest
        )
        shown, left_over = lines[: grid.holds], lines[grid.holds :]
        rows = min(grid.rows, -(-len(shown) // grid.columns))
        top = self._foot - 18 - rows * grid.size * 1.28 / u
        set_lines(self._canvas, grid, shown, EDGE * u, top * u)
        heading = self._heading
        if left_over:
            heading += " " + texts["further" if self._spec.file_format == "pdf" else "not_all"]
        self._draw_text(heading, EDGE, top - 12, LABEL_FONT_BOLD, 13, INK_2)
        self._tapered_rule(top - 40, 4)
        return top - 66, left_over

    def _set_further_sheets(self, lines: list[tuple[str, bool]]) -> None:
        u, top = self._unit, MARGIN + 130
        if not lines:
            return
        # If the names need more than MAX_SHEETS, they are set smaller. Nobody is left out.
        height = (self._foot - 18 - top) * u
        grid = grid_for(
            len(lines) / MAX_SHEETS,
            1000 * u - 2 * EDGE * u,
            height,
            1.25 * self._smallest,
            self._smallest,
        )
        page_count = -(-len(lines) // grid.holds)
        for index in range(page_count):
            self._begin_page()
            self._draw_text(
                self._spec.title,
                EDGE,
                MARGIN + 62,
                DISPLAY_FONT,
                34 if len(self._spec.title) < 40 else 20,
                INK,
            )
            text = self._spec.names_texts["sheet"].format(n=index + 2, m=page_count + 1)
            self._draw_text(text, 1000 - EDGE, MARGIN + 100, LABEL_FONT, 15, INK_3, align="right")
            self._draw_text(self._heading, EDGE, MARGIN + 100, LABEL_FONT_BOLD, 13, INK_2)
            set_lines(
                self._canvas,
                grid,
                lines[index * grid.holds : (index + 1) * grid.holds],
                EDGE * u,
                top * u,
            )
            self._progress((index + 1) / page_count)


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

    def place(self, index: int, lines: int) -> tuple[float, float]:
        """Return the position of line `at` of `lines`, from the corner of the box.

        Columns are filled evenly, from the top down.
        """
        rows = min(self.rows, -(-lines // self.columns))
        column, row = divmod(index, rows)
        step = (self.width + GUTTER * self.size) / self.columns
        return column * step, (row + 0.8) * self.size * LEADING


def grid_for(lines: float, width: float, height: float, largest: float, smallest: float) -> Grid:
    """Return the Grid with the largest type size that holds this many lines.

    The size is between `largest` and `smallest`. At `smallest` the lines may not fit.
    """
    size = largest
    while size > smallest and Grid(size, width, height).holds < lines:
        size = max(smallest, size * STEP)
    return Grid(size, width, height)


def lines_of(names: Iterable[str], canvas: PdfCanvas) -> list[tuple[str, bool]]:
    """Return [(line, whether it continues a name) …].

    Names that are too wide for a column are broken, never cut off.
    """
    lines = []
    for name in names:
        if len(name) <= SURELY_FITS:
            lines.append((name, False))
            continue
        first, *rest = canvas.lines(name, COLUMN - INDENT, TEXT_FONT, 1) or [""]
        lines.append((first, False))
        lines += [(line, True) for line in rest]
    return lines


def set_lines(
    canvas: PdfCanvas, grid: Grid, lines: Sequence[tuple[str, bool]], x: float, y: float
) -> None:
    """Set lines in the grid, with its corner at (x, y)."""
    for index, (line, is_continued) in enumerate(lines):
        across, down = grid.place(index, len(lines))
        canvas.draw_text(
            line,
            x + across + is_continued * INDENT * grid.size,
            y + down,
            TEXT_FONT,
            grid.size,
            INK,
        )
