"""PDFs for the delivery: a cover letter, and signatures in tables under the demand."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple

from campaign.exports.logos import Logo
from campaign.montage.fonts import DISPLAY_FONT, LABEL_FONT, LABEL_FONT_BOLD, TEXT_FONT, can_print
from campaign.montage.shapes.files import RGB
from campaign.montage.typesetting import (
    HAIRLINE,
    INK,
    INK_2,
    INK_3,
    PdfCanvas,
    PrintIdentity,
    draw_margin,
    rgb,
)
from campaign.text.whitespace import in_one_line

MM = 72 / 25.4
# Width and height in points. North America prints on Letter.
PAPERS = {"a4": (210 * MM, 297 * MM), "letter": (612, 792)}
WHITE = (255, 255, 255)
EDGE, FOOT = 20 * MM, 18 * MM
SIZE, LEADING = 9.5, 1.3
ROW_AIR = 5.4
MARGIN = 4.4 * MM
# The letterhead of the cover letter: the logo, or else the name. Heights, and the largest width.
LOGO_HEIGHT, LOGO_WIDTH, NAME_SIZE = 14 * MM, 70 * MM, 15
LETTERHEAD = 24 * MM
LETTER_SIZE, LETTER_LEADING = 11, 1.5
INDENT = 7 * MM
# The height of what follows only on another page.
NEW_PAGE = float("inf")


class Head(NamedTuple):
    """The header and footer of every page: title, demand, source, and the organisation's look.

    `demand` says who is asked for what. `page` is the page number's text, with {n} and {m}.
    `unset` replaces text in characters that our fonts do not have.
    """

    title: str
    demand: str
    foot: str
    page: str
    unset: str
    lang: str
    identity: PrintIdentity


class Field(NamedTuple):
    """A column of the table: its heading and its share of the width."""

    label: str
    share: float


def signature_sheets(
    head: Head, fields: Sequence[Field], rows: Iterable[Sequence[str]], paper: str
) -> bytes:
    """Return a PDF with a table under the petition's title, with as many rows per page as fit.

    Each row has one text for each Field.
    """
    return _Table(head, fields, paper).set(rows)


def letter_sheets(
    head: Head, blocks: Iterable[tuple[str, Any]], paper: str, *, logo: Logo | None = None
) -> bytes:
    """Return a PDF of blocks (kind, text) below the organisation's letterhead.

    The letterhead is the `logo`, or without one the organisation's name.

    Kinds are `title`, `head`, `bold`, `text`, `item`, `small`, `figure`, `line` and `page`. An item
    has a pair of texts: its bullet and its content. A figure has a label and a number. A line is to
    be filled in by hand. A page begins a new one, without any text.
    """
    return _Letter(head, paper, logo).set(blocks)


class _Paper:
    """The pages of one document. They are drawn last, once the number of pages is known."""

    def __init__(self, head: Head, paper: str) -> None:
        width, height = PAPERS[paper]
        self.head = head
        self.canvas = PdfCanvas(width, height, title=head.title, lang=head.lang)
        self.text_width = width - 2 * EDGE
        self.bottom = height - FOOT - 6 * MM
        self._width = self.canvas.width
        self._pages = 0

    def begin(self, of: int) -> None:
        """Start the next of `of` pages, with the organisation's margin above and a footer."""
        self._pages += 1
        canvas = self.canvas
        canvas.add(WHITE)
        draw_margin(canvas, MARGIN, self.head.identity)
        line = canvas.height - FOOT
        canvas.tapered_rule(EDGE, line, self.text_width, INK, thick=1.6)
        page = self.head.page.format(n=self._pages, m=of)
        width = self.text_width - canvas.width_of(page, LABEL_FONT_BOLD, 9) - 12
        self.draw_fitted(self.head.foot, EDGE, line + 13, LABEL_FONT, 8.5, INK_3, width)
        canvas.draw_text(
            page, self._width - EDGE, line + 13, LABEL_FONT_BOLD, 9, INK_2, align="right"
        )

    def draw_fitted(
        self, text: str, x: float, y: float, face: Any, size: float, colour: Any, max_width: float
    ) -> None:
        """Draw one line of text, smaller if it would be too long."""
        width = self.canvas.width_of(text, face, size)
        self.canvas.draw_text(
            text, x, y, face, size * min(1, max_width / width) if width else size, colour
        )

    def printable(self, text: str) -> str:
        return text if can_print(text) else self.head.unset


class _Table(_Paper):
    def __init__(self, head: Head, fields: Sequence[Field], paper: str) -> None:
        super().__init__(head, paper)
        self._fields = fields
        widths = [self.text_width * field.share for field in fields]
        self._columns = [
            (EDGE + sum(widths[:index]), wide - 8) for index, wide in enumerate(widths)
        ]
        self._title = self.canvas.lines(
            self.printable(head.title), self.text_width, DISPLAY_FONT, 15
        )[:3]
        self._demand = self.canvas.lines(
            self.printable(head.demand), self.text_width, TEXT_FONT, 9.5
        )[:5]
        self._top = 14 * MM + 18 * len(self._title) + 13 * len(self._demand) + 18

    def set(self, rows: Iterable[Sequence[str]]) -> bytes:
        pages = self._paginate(rows)
        for page in pages or [[]]:
            self.begin(len(pages) or 1)
            self._set_head()
            y = self._top
            for row in page:
                y = self._set_row(row, y)
        return self.canvas.output()

    def _paginate(self, rows: Iterable[Sequence[str]]) -> list[list[list[list[str]]]]:
        """Return the rows by page. Each row is a list of lines for each of its cells."""
        pages: list[list[list[list[str]]]] = []
        height_left = 0.0
        for row in rows:
            cells = [
                self._lines(text, wide) for text, (_, wide) in zip(row, self._columns, strict=True)
            ]
            height = self._height(cells)
            if height > height_left:
                pages.append([])
                height_left = self.bottom - self._top
            pages[-1].append(cells)
            height_left -= height
        return pages

    def _lines(self, text: str, wide: float) -> list[str]:
        text = in_one_line(text)
        # Hardly any character is wider than the font size, so texts this short need no measuring.
        if len(text) * SIZE <= wide and text.isascii():
            return [text]
        text = self.printable(text)
        return (
            [text]
            if self.canvas.width_of(text, TEXT_FONT, SIZE) <= wide
            else self.canvas.lines(text, wide, TEXT_FONT, SIZE)
        )

    @staticmethod
    def _height(cells: Sequence[Sequence[str]]) -> float:
        return max(map(len, cells)) * SIZE * LEADING + ROW_AIR

    def _set_head(self) -> None:
        y = 14 * MM
        for line in self._title:
            self.canvas.draw_text(line, EDGE, y, DISPLAY_FONT, 15, INK)
            y += 18
        for line in self._demand:
            self.canvas.draw_text(line, EDGE, y - 2, TEXT_FONT, 9.5, INK_2)
            y += 13
        for field, (x, wide) in zip(self._fields, self._columns, strict=True):
            self.draw_fitted(field.label, x, y + 10, LABEL_FONT_BOLD, 9, INK, wide)
        self.canvas.box(EDGE, y + 15, self.text_width, 1.4, INK)

    def _set_row(self, cells: Sequence[Sequence[str]], y: float) -> float:
        for lines, (x, _) in zip(cells, self._columns, strict=True):
            for index, line in enumerate(lines):
                if line:
                    self.canvas.draw_text_unshaped(
                        line, x, y + 2 + (index + 0.9) * SIZE * LEADING, TEXT_FONT, SIZE, INK
                    )
        y += self._height(cells)
        self.canvas.box(EDGE, y, self.text_width, 0.5, HAIRLINE)
        return y


class _Letter(_Paper):
    # Font, size, leading, colour, and the space before and after.
    STYLES: ClassVar = {
        "title": (DISPLAY_FONT, 22, 1.14, INK, 12, 12),
        "head": (LABEL_FONT_BOLD, 12, 1.3, INK, 14, 6),
        "bold": (LABEL_FONT_BOLD, 10.5, 1.3, INK, 5, 4),
        "text": (TEXT_FONT, LETTER_SIZE, LETTER_LEADING, INK, 0, 7),
        "small": (LABEL_FONT, 9.5, 1.4, INK_2, 4, 6),
    }

    def __init__(self, head: Head, paper: str, logo: Logo | None) -> None:
        super().__init__(head, paper)
        self._logo = logo

    def set(self, blocks: Iterable[tuple[str, Any]]) -> bytes:
        lines = [line for kind, text in blocks for line in self._lines(kind, text)]
        pages: list[list[tuple[Callable[[float], None], float]]] = []
        y = 0.0
        for height, set_line in lines:
            if not pages or height == NEW_PAGE or y + height > self.bottom:
                pages.append([])
                has_letterhead = len(pages) == 1 and (self._logo or self.head.identity.name)
                y = 24 * MM + (LETTERHEAD if has_letterhead else 0)
            if height != NEW_PAGE:
                pages[-1].append((set_line, y))
                y += height
        for page in pages:
            self.begin(len(pages))
            if page is pages[0]:
                self._set_letterhead()
            for set_line, y in page:
                set_line(y)
        return self.canvas.output()

    def _set_letterhead(self) -> None:
        identity, top = self.head.identity, 16 * MM
        if logo := self._logo:
            scale = min(LOGO_HEIGHT / logo.height, LOGO_WIDTH / logo.width)
            width, height = logo.width * scale, logo.height * scale
            self.canvas.picture(logo.data, EDGE, top, width, height, identity.name or None)
        elif identity.name:
            lines = self.canvas.lines(identity.name, self.text_width, DISPLAY_FONT, NAME_SIZE)
            for index, line in enumerate(lines[:2]):
                y = top + (0.8 + 1.2 * index) * NAME_SIZE
                self.canvas.draw_text(line, EDGE, y, DISPLAY_FONT, NAME_SIZE, rgb(identity.text))

    def _lines(self, kind: str, text: Any) -> Iterator[tuple[float, Callable[[float], None]]]:
        """Yield (height, function that draws at y) for each line and space of a block."""
        if kind == "page":
            yield NEW_PAGE, lambda _y: None
            return
        if kind in ("figure", "line"):
            height, (label, count) = (20, text) if kind == "figure" else (38, (text, ""))
            yield height, lambda y: self._figure(label, count, y + height)
            return
        bullet, text = text if kind == "item" else ("", text)
        indent = INDENT if kind == "item" else 0
        face, size, leading, colour, before, behind = self.STYLES["text" if indent else kind]
        yield before, lambda _y: None
        for index, line in enumerate(
            self.canvas.lines(self.printable(text), self.text_width - indent, face, size)
        ):
            marker = bullet if index == 0 else ""
            pieces = ((marker, EDGE), (line, EDGE + indent))
            yield size * leading, partial(self._draw_line, pieces, face, size, colour)
        yield behind, lambda _y: None

    def _draw_line(
        self, pieces: Iterable[tuple[str, float]], face: str, size: float, colour: RGB, y: float
    ) -> None:
        """Draw one line, whose top is at y, from pairs of a text and its x."""
        for text, x in pieces:
            if text:
                self.canvas.draw_text(text, x, y + 0.8 * size, face, size, colour)

    def _figure(self, label: str, count: str, bottom: float) -> None:
        self.canvas.draw_text(label, EDGE, bottom - 8, LABEL_FONT, 10.5, INK)
        self.canvas.draw_text(
            count, EDGE + self.text_width, bottom - 8, LABEL_FONT_BOLD, 10.5, INK, align="right"
        )
        self.canvas.box(EDGE, bottom - 2.5, self.text_width, 0.5, HAIRLINE)
