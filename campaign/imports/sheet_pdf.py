"""Draw signature sheets as PDF, designed for handwriting, poor printers and easy typing in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaign.montage.fonts import DISPLAY_FONT, LABEL_FONT, LABEL_FONT_BOLD, TEXT_FONT
from campaign.montage.shapes.files import RGB
from campaign.montage.typesetting import PdfCanvas

MM = 72 / 25.4
# Width and height in points, landscape.
PAPERS = {"A4": (297 * MM, 210 * MM), "Letter": (792, 612)}
ROWS = 10
EDGE = 12 * MM
MIN_ROW_HEIGHT = 9.4 * MM
MAX_ROW_HEIGHT = 13 * MM
HEAD = 8 * MM
FOOT = 7 * MM
QR, GAP = 21 * MM, 5 * MM
WHITE, INK, GREY, PALE = (255, 255, 255), (0, 0, 0), (90, 90, 90), (236, 236, 236)
TITLE_SIZES = (26, 23, 20, 17, 15, 13)
TEXT_SIZES = (10.5, 9.8, 9.2, 8.6, 8)
# Before the sheets, separate pages show the full text in two columns.
COLUMNS, GUTTER = 2, 12 * MM
FULL_TEXT_SIZE, FULL_TEXT_LEADING, ITEM_INDENT = 11, 1.45, 6 * MM
# The cover page is folded in the middle, so that no ink shows through.
COVER_SIZES, COVER_LEADING, COVER_HEIGHT = (22, 20, 18, 16, 14, 12), 1.25, 24 * MM
DASH, BETWEEN_DASHES = 4 * MM, 3 * MM
# Font, size, and the space before and after.
STYLES = {
    "head": (LABEL_FONT_BOLD, 12.5, 6, 4),
    "bold": (LABEL_FONT_BOLD, 10, 3, 3),
    "text": (TEXT_FONT, FULL_TEXT_SIZE, 0, 7),
    "item": (TEXT_FONT, FULL_TEXT_SIZE, 0, 5),
}


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column to fill in: its heading, its share of the width, and whether it is a checkbox."""

    heading: str
    share: float
    is_checkbox: bool = False


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """The content of all sheets of a print run, in one language.

    `text` is the petition's summary, and `full_text` its full text as paragraphs (kind, text).
    `full_text_note` tells readers of the full text what to do. `cover` explains, in each language,
    the page that covers the names of earlier signers. There is one of `serial_urls`, where a sheet
    is typed in, for each of `serials`.
    """

    lang: str
    paper: str
    cause: str
    title: str
    to: str
    text: str
    full_text: tuple[tuple[str, Any], ...]
    full_text_note: str
    online_note: str
    consent: str
    columns: tuple[SheetColumn, ...]
    sign_url: str
    sign_label: str
    short_address: str
    sheet_label: str
    collected: tuple[str, ...]
    foot: str
    cover: tuple[str, ...]
    serials: tuple[str, ...] = field(default=())
    serial_urls: tuple[str, ...] = field(default=())


def sheets_pdf(spec: SheetSpec) -> bytes:
    """Return the PDF of all sheets of a SheetSpec."""
    return _Printing(spec).printed()


class _Printing:
    def __init__(self, spec: SheetSpec) -> None:
        self._spec = spec
        width, height = PAPERS[spec.paper]
        self._canvas = PdfCanvas(
            width, height, title=f"{spec.title} – {spec.cause}", lang=spec.lang
        )
        self._left, self._right = EDGE, width - EDGE
        self._wide = self._right - self._left
        self._bottom = height - EDGE
        # Measured once for all sheets, because only their serials differ.
        self._fitted_title = self._fit(
            spec.title, self._text_width, 58, DISPLAY_FONT, TITLE_SIZES, 1.08
        )
        self._fitted_text = (
            self._fit(spec.text, self._text_width, 62, TEXT_FONT, TEXT_SIZES, 1.36)
            if spec.text
            else ([], 0)
        )
        self._to = self._canvas.lines(spec.to, self._text_width, LABEL_FONT_BOLD, 9.5)[:2]
        self._consent = self._canvas.lines(spec.consent, self._wide, TEXT_FONT, 8.8)

    @property
    def _text_width(self) -> float:
        return self._wide - 2 * (QR + GAP) - 8 * MM

    def printed(self) -> bytes:
        self._set_full_text()
        self._set_cover()
        for serial, url in zip(self._spec.serials, self._spec.serial_urls, strict=True):
            self._canvas.add(WHITE)
            top = max(self._set_summary(), self._set_codes(serial, url))
            self._set_rows(self._set_consent(top))
            self._set_foot(serial)
        return self._canvas.output()

    def _set_full_text(self) -> None:
        """Draw the full text before the sheets, on as many pages as needed, to read at a table."""
        wide = (self._wide - (COLUMNS - 1) * GUTTER) / COLUMNS
        lines = [
            line for kind, text in self._spec.full_text for line in self._lines_of(kind, text, wide)
        ]
        place, y = 0, 0.0
        for bullet, line, indent, face, size, before, behind in lines:
            high = before + size * FULL_TEXT_LEADING
            # A heading is never the last line of its column.
            needed = high + (2 * size * FULL_TEXT_LEADING if face == LABEL_FONT_BOLD else 0)
            if place == 0 or y + needed > self._bottom - FOOT:
                place += 1
                if place % COLUMNS == 1:
                    top = self._begin_full_text()
                y = top
            x = self._left + (place - 1) % COLUMNS * (wide + GUTTER)
            y += high
            self._draw_text(bullet, x, y, face, size)
            self._draw_text(line, x + indent, y, face, size)
            y += behind

    def _set_cover(self) -> None:
        """Draw the page that hides earlier rows from the next person, with a fold line."""
        self._canvas.add(WHITE)
        fold = (self._bottom + EDGE) / 2
        self._canvas.box(0, 0, self._right + EDGE, fold, PALE)
        y = fold - 10 * MM - len(self._spec.cover) * COVER_HEIGHT
        for text in self._spec.cover:
            lines, size = self._fit(
                text, self._wide, COVER_HEIGHT - 4 * MM, LABEL_FONT_BOLD, COVER_SIZES, COVER_LEADING
            )
            for at, line in enumerate(lines, 1):
                self._draw_text(
                    line, self._left, y + at * size * COVER_LEADING, LABEL_FONT_BOLD, size
                )
            y += COVER_HEIGHT
        x = 0.0
        while x < self._right + EDGE:
            self._canvas.box(x, fold - 0.5, DASH, 1, INK)
            x += DASH + BETWEEN_DASHES

    def _begin_full_text(self) -> float:
        """Start a page of the full text with title and targets. Return where its text may begin."""
        self._canvas.add(WHITE)
        self._draw_text(
            self._spec.full_text_note, self._left, self._bottom - 1, LABEL_FONT, 8.5, GREY
        )
        y = self._set_title(
            *self._fit(self._spec.title, self._wide, 58, DISPLAY_FONT, TITLE_SIZES, 1.08)
        )
        self._canvas.tapered_rule(self._left, y + 9, self._wide, INK, thick=3)
        return y + 20

    def _lines_of(self, kind: str, text: Any, wide: float) -> Iterator[tuple[Any, ...]]:
        """Yield each line of a paragraph.

        A line is (bullet, text, indent, font, size, space before, space after).
        """
        bullet, text = text if kind == "item" else ("", text)
        indent = ITEM_INDENT if kind == "item" else 0
        face, size, before, behind = STYLES[kind]
        lines = self._canvas.lines(text, wide - indent, face, size)
        for at, line in enumerate(lines):
            is_first, is_last = at == 0, at == len(lines) - 1
            yield (
                bullet if is_first else "",
                line,
                indent,
                face,
                size,
                before if is_first else 0,
                behind if is_last else 0,
            )

    def _set_title(self, lines: Sequence[str], size: float) -> float:
        """Draw the cause, the lines of the title and the targets. Return the y of the last line."""
        y = EDGE + 7
        self._draw_text(self._spec.cause, self._left, y, LABEL_FONT_BOLD, 8.5, GREY)
        y += 3
        for line in lines:
            y += size * 1.08
            self._draw_text(line, self._left, y, DISPLAY_FONT, size)
        y += 5
        for line in self._to:
            y += 12.5
            self._draw_text(line, self._left, y, LABEL_FONT_BOLD, 9.5)
        return y

    def _set_summary(self) -> float:
        spec, y = self._spec, self._set_title(*self._fitted_title)
        lines, size = self._fitted_text
        y += 3
        for line in lines:
            y += size * 1.36
            self._draw_text(line, self._left, y, TEXT_FONT, size)
        y += 13
        self._draw_text(spec.online_note, self._left, y, LABEL_FONT, 8.5)
        self._draw_text(
            spec.short_address,
            self._left + self._canvas.width_of(spec.online_note + " ", LABEL_FONT, 8.5),
            y,
            LABEL_FONT_BOLD,
            8.5,
        )
        return y

    def _set_codes(self, serial: str, url: str) -> float:
        spec = self._spec
        type_in, online = self._right - QR, self._right - 2 * QR - GAP - 4 * MM
        # The QR codes need no quiet zone, because the sheet around them is white.
        self._canvas.code(spec.sign_url, online, EDGE, QR, INK)
        self._canvas.code(url, type_in, EDGE, QR, INK)
        y = EDGE + QR + 11
        for line in self._canvas.lines(spec.sign_label, QR + GAP, LABEL_FONT_BOLD, 8):
            self._draw_text(line, online, y, LABEL_FONT_BOLD, 8)
            y += 9.5
        self._draw_text(spec.sheet_label, type_in, EDGE + QR + 11, LABEL_FONT, 8, GREY)
        self._draw_text(serial, type_in, EDGE + QR + 23, LABEL_FONT_BOLD, 11)
        return max(y, EDGE + QR + 23)

    def _set_consent(self, top: float) -> float:
        y = top + 7
        self._canvas.tapered_rule(self._left, y, self._wide, INK, thick=3)
        y += 5
        for line in self._consent:
            y += 11.4
            self._draw_text(line, self._left, y, TEXT_FONT, 8.8)
        return y + 7

    def _set_rows(self, top: float) -> None:
        """Draw the table from `top` down to the footer.

        If the text above is so long that rows would be too low, there are fewer rows.
        """
        height = self._bottom - FOOT - top - HEAD
        rows = min(ROWS, int(height // MIN_ROW_HEIGHT))
        high = min(MAX_ROW_HEIGHT, height / rows)
        number = 8 * MM
        shares = sum(column.share for column in self._spec.columns)
        self._canvas.box(self._left, top, self._wide, HEAD, PALE)
        x = self._left + number
        bottom = top + HEAD + rows * high
        for column in self._spec.columns:
            wide = (self._wide - number) * column.share / shares
            self._heading(column, x, top, wide)
            self._canvas.box(x - 0.3, top, 0.6, bottom - top, INK)
            if column.is_checkbox:
                for row in range(rows):
                    self._square(
                        x + wide / 2 - 2.2 * MM,
                        top + HEAD + (row + 0.5) * high - 2.2 * MM,
                        4.4 * MM,
                    )
            x += wide
        for row in range(rows):
            y = top + HEAD + row * high
            self._draw_text(
                str(row + 1),
                self._left + number / 2,
                y + high / 2 + 4,
                LABEL_FONT_BOLD,
                11,
                align="center",
            )
        for row in range(rows + 1):
            self._canvas.box(self._left, top + HEAD + row * high - 0.3, self._wide, 0.6, INK)
        self._canvas.box(self._left, top - 0.6, self._wide, 1.2, INK)
        self._canvas.box(self._left - 0.3, top, 0.6, bottom - top, INK)
        self._canvas.box(self._right - 0.3, top, 0.6, bottom - top, INK)

    def _heading(self, column: SheetColumn, x: float, top: float, wide: float) -> None:
        lines, size = self._fit(
            column.heading, wide - 5, HEAD - 4, LABEL_FONT_BOLD, (8, 7.4, 6.8, 6.2, 5.6), 1.14
        )
        y = top + (HEAD - 1.14 * size * len(lines)) / 2 + 0.82 * size
        for at, line in enumerate(lines):
            place = (x + wide / 2, "center") if column.is_checkbox else (x + 3, "left")
            self._draw_text(
                line, place[0], y + 1.14 * size * at, LABEL_FONT_BOLD, size, align=place[1]
            )

    def _square(self, x: float, y: float, side: float) -> None:
        self._canvas.box(x, y, side, side, INK)
        self._canvas.box(x + 1, y + 1, side - 2, side - 2, WHITE)

    def _set_foot(self, serial: str) -> None:
        y = self._bottom - 1
        self._draw_text(serial, self._right, y, LABEL_FONT_BOLD, 8.5, align="right")
        x, width = self._left, self._wide - 30 * MM
        for label in self._spec.collected:
            self._draw_text(label, x, y, LABEL_FONT, 8)
            line = x + self._canvas.width_of(label, LABEL_FONT, 8) + 4
            x += width * 0.72 / len(self._spec.collected)
            self._canvas.box(line, y + 1, x - line - 8, 0.5, INK)
        self._draw_text(self._spec.foot, x, y, LABEL_FONT, 7.2, GREY)

    def _fit(
        self,
        text: str,
        width: float,
        height: float,
        face: str,
        sizes: Sequence[float],
        leading: float,
    ) -> tuple[list[str], float]:
        lines, size = self._canvas.fitted(text, width, height, face, sizes, leading)
        max_lines = max(1, int(height // (leading * size)))
        if len(lines) > max_lines:
            lines = [*lines[: max_lines - 1], lines[max_lines - 1].rstrip(".,;: ") + " …"]
        return lines, size

    def _draw_text(
        self,
        text: str,
        x: float,
        y: float,
        face: str,
        size: float,
        colour: RGB = INK,
        align: str = "left",
    ) -> None:
        if text:
            self._canvas.draw_text(text, x, y, face, size, colour, align=align)
