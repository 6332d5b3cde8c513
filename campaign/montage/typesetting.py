"""Set text and ornaments on cards and posters."""

import re
import threading
import unicodedata
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import segno
from fpdf import FPDF
from fpdf.enums import Align
from PIL import Image

from campaign.montage.fonts import DISPLAY_FONT, TEXT_FONT, path_of, runs
from campaign.montage.shapes.files import RGB
from campaign.text.whitespace import words_of

# Kalnia is set with tight letter spacing, as on web pages.
TRACKING = {DISPLAY_FONT: -0.014}
# Type size for measuring. Any size works, because widths scale with it.
MEASURED = 100
# Latin, Greek and Cyrillic letters that stay separate: they neither join nor change shape next to
# each other.
_UNSHAPED = re.compile(
    "[ -~\xa0-\u02ff\u0370-\u03ff\u0400-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027]*"
)
# PDFium is not thread-safe.
_pdfium = threading.Lock()


class PdfCanvas:
    """A PDF document of pages of one size.

    Lengths are in points, from the left and top. The y of a text is its baseline.
    """

    def __init__(self, width: float, height: float, *, title: str, lang: str) -> None:
        self.width, self.height = width, height
        self._pdf = FPDF(unit="pt", format=(width, height))
        self._pdf.set_auto_page_break(False)
        self._pdf.c_margin = 0
        self._pdf.set_text_shaping(True)
        self._pdf.set_title(title)
        self._pdf.set_lang(lang)
        self._pdf.set_creator("Volante")
        self._faces: set[str] = set()
        # Titles are tried in many sizes and widths, and shaping their text is the most expensive
        # step.
        self._width_in_points = lru_cache(maxsize=4096)(self._measure)

    def add(self, ground: RGB) -> None:
        """Begin a sheet in the background colour `ground`."""
        self._pdf.add_page()
        self.box(0, 0, self.width, self.height, ground)

    def box(self, x: float, y: float, width: float, height: float, colour: RGB) -> None:
        """Draw a filled rectangle."""
        self._pdf.set_fill_color(*colour)
        self._pdf.rect(x, y, width, height, style="F")

    def spot(self, x: float, y: float, across: float, down: float, colour: RGB) -> None:
        """Draw an ellipse around (x, y) with these horizontal and vertical radii."""
        self._pdf.set_fill_color(*colour)
        self._pdf.ellipse(x - across, y - down, 2 * across, 2 * down, style="F")

    def tapered_rule(self, x: float, y: float, width: float, colour: RGB, *, thick: float) -> None:
        """Draw a rule like the vein of a wing: it tapers to the right, with a straight top."""
        self._pdf.set_fill_color(*colour)
        self._pdf.polygon(
            [(x, y), (x + width, y), (x + width, y + thick / 6), (x, y + thick)], style="F"
        )

    def picture(
        self,
        image: Image.Image | BytesIO | bytes,
        x: float,
        y: float,
        width: float,
        height: float,
        alt: str | None = None,
    ) -> None:
        """Place a Pillow image, or an image file of these bytes. `alt` is its text alternative.

        Bytes may also be an SVG of shapes and gradients, which is drawn as vectors.
        """
        self._pdf.image(image, x, y, width, height, alt_text=alt)

    def code(
        self, url: str, x: float, y: float, side: float, colour: RGB, *, quiet: int = 0
    ) -> None:
        """Draw a QR code of this `side`, with `quiet` empty modules along each edge."""
        rows = [bytes(row) for row in segno.make(url, error="m", micro=False).matrix]
        module = side / (len(rows) + 2 * quiet)
        for down, row in enumerate(rows, quiet):
            for dark in re.finditer(b"\x01+", row):
                across = (quiet + dark.start()) * module
                # Slightly larger than its place, so that no viewer shows lines between modules.
                self.box(
                    x + across,
                    y + down * module,
                    len(dark[0]) * module + 0.05,
                    module + 0.05,
                    colour,
                )

    def turn_to_first(self) -> None:
        """Continue on the first sheet."""
        self._pdf.page = 1

    def width_of(self, text: str, face: str, size: float) -> float:
        """Return the width of a text in this font and size."""
        return size * self._width_in_points(text, face)

    def draw_text(
        self,
        text: str,
        x: float,
        y: float,
        face: str,
        size: float,
        colour: RGB,
        *,
        align: str = "left",
    ) -> None:
        """Set one line. With `align` "right" or "center" x is its end or middle."""
        if align != "left":
            x -= self.width_of(text, face, size) / (1 if align == "right" else 2)
        self._pdf.set_text_color(*colour)
        parts = runs(text, face)
        for font, part in parts:
            self._use(font or TEXT_FONT, size)
            self._pdf.set_xy(x, y - 0.8 * size)
            self._pdf.cell(1, size, part, align=Align.L)
            if len(parts) > 1:
                x += self._pdf.get_string_width(part)

    def draw_text_unshaped(
        self, text: str, x: float, y: float, face: str, size: float, colour: RGB
    ) -> None:
        """Set one line from the left without kerning, which is several times faster.

        Text that needs shaping is still set by `say`.
        """
        text = unicodedata.normalize("NFC", text)
        if not _UNSHAPED.fullmatch(text) or runs(text, face) != [(face, text)]:
            self.draw_text(text, x, y, face, size, colour)
            return
        self._pdf.set_text_color(*colour)
        self._use(face, size)
        self._pdf.text(x, y, text)

    def lines(self, text: str, width: float, face: str, size: float) -> list[str]:
        """Break a text into lines of at most `width`.

        A wider word is broken too, after a hyphen if it has one.
        """
        space = self.width_of(" ", face, size)
        lines: list[str] = []
        line: list[str] = []
        used_width = 0.0
        for word in self._words(text, width, face, size):
            word_width = self.width_of(word, face, size)
            if line and used_width + space + word_width > width:
                lines.append(" ".join(line))
                line, used_width = [], 0.0
            used_width += word_width + (space if line else 0)
            line.append(word)
        return [*lines, " ".join(line)] if line else lines

    def balanced(self, text: str, width: float, face: str, size: float) -> list[str]:
        """Break a text into as few lines as `lines` does, but of about equal length."""
        best = self.lines(text, width, face, size)
        narrow, wide = width / 2, width
        while wide - narrow > size / 4:
            middle = (narrow + wide) / 2
            lines = self.lines(text, middle, face, size)
            if len(lines) <= len(best):
                best, wide = lines, middle
            else:
                narrow = middle
        return best

    def fitted(
        self,
        text: str,
        width: float,
        height: float,
        face: str,
        sizes: Sequence[float],
        leading: float,
    ) -> tuple[list[str], float]:
        """Return (lines, size) with the largest of the `sizes` in which the text fits.

        If none does, it is the smallest.
        """
        longest = [
            max(self.width_of(word, face, size) for word in words_of(text)) for size in sizes
        ]
        # A word that is too long for a line in every size may be broken in any size.
        must_break = min(longest) > width
        for size, word_width in zip(sizes, longest, strict=True):
            fits_unbroken = must_break or word_width <= width
            lines = self.balanced(text, width, face, size)
            if fits_unbroken and len(lines) * leading * size <= height:
                break
        return lines, size

    def output(self) -> bytes:
        """Return the PDF as bytes."""
        return bytes(self._pdf.output())

    def _words(self, text: str, width: float, face: str, size: float) -> Iterator[str]:
        for word in words_of(text):
            rest = word
            while self.width_of(rest, face, size) > width and len(rest) > 1:

                def width_to(end: int, text: str = rest) -> float:
                    return self.width_of(text[:end], face, size)

                fits = max(1, bisect(range(1, len(rest)), width, key=width_to))
                end = rest.rfind("-", 0, fits) + 1 or fits
                yield rest[:end]
                rest = rest[end:]
            yield rest

    def _measure(self, text: str, face: str) -> float:
        """Return the width of the text in a size of one point."""
        width = 0.0
        for font, part in runs(text, face):
            self._use(font or TEXT_FONT, MEASURED)
            width += self._pdf.get_string_width(part)
        return width / MEASURED

    def _use(self, face: str, size: float) -> None:
        if face not in self._faces:
            self._pdf.add_font(face, fname=path_of(face))
            self._faces.add(face)
        self._pdf.set_font(face, size=size)
        self._pdf.set_char_spacing(TRACKING.get(face, 0) * size)


class Pixels:
    """One sheet of a PDF, rendered to `width` × `height` pixels in bands of rows."""

    def __init__(self, pdf: bytes, width: int, height: int) -> None:
        with _pdfium:
            self._document = pypdfium2.PdfDocument(pdf)
            self._page = self._document[0]
        self.width, self.height = width, height

    def rows(self, top: int, bottom: int) -> np.ndarray:
        """Return rows top … bottom, without the last: rows × width × 3 uint8."""
        with _pdfium:
            bitmap = pypdfium2.PdfBitmap.new_native(self.width, bottom - top, pdfium.FPDFBitmap_BGR)
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, self.width, bottom - top)
            pdfium.FPDF_RenderPageBitmap(bitmap, self._page, 0, -top, self.width, self.height, 0, 0)
            rows = np.array(bitmap.to_numpy()[:, :, ::-1])
            bitmap.close()
        return rows

    def close(self) -> None:
        """Free the PDF."""
        with _pdfium:
            self._document.close()


PAPER, BAND, CREAM = (0xFF, 0xF8, 0xEA), (0x17, 0x11, 0x0D), (0xFF, 0xF4, 0xDC)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
INK, INK_2, INK_3 = (0x17, 0x11, 0x0D), (0x49, 0x39, 0x2B), (0x60, 0x4B, 0x39)
HAIRLINE = (0xDC, 0xC8, 0xA2)
# How many spots a margin with the spots of a wing has.
SPOTS = 43
# The height of a margin that is a plain line, as a share of one with spots.
LINE_SHARE = 0.36


@dataclass(frozen=True)
class PrintIdentity:
    """An organisation as its papers and pictures show it, in one language.

    `name` is empty on a site whose set-up has not begun, and for a name that our fonts do not have.
    `fill` is the colour of areas and `text` that of small text on paper, such as "#8f3604".
    `has_spots` says whether the margin shows the spots of a wing.
    """

    name: str
    fill: str
    text: str
    has_spots: bool


def rgb(colour: str) -> RGB:
    """Return a colour such as "#8f3604" as (red, green, blue)."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def draw_margin(canvas: PdfCanvas, height: float, identity: PrintIdentity) -> None:
    """Draw the margin: a line in the organisation's colour, or spots in two rows on a dark band.

    The pages of the site draw the same margin.
    """
    if not identity.has_spots:
        canvas.box(0, 0, canvas.width, LINE_SHARE * height, rgb(identity.fill))
        return
    canvas.box(0, 0, canvas.width, height, BAND)
    above, unit = (SPOTS + 1) // 2, height / 22
    step = canvas.width / above
    for index in range(above):
        across, down = (2.4, 2) if index % 4 == 2 else (3.1, 2.6)
        canvas.spot((index + 0.35) * step, 6.5 * unit, across * unit, down * unit, CREAM)
    for index in range(SPOTS - above):
        across, down = (4.4, 3.8) if index % 4 == 1 else (3.5, 3)
        canvas.spot((index + 0.85) * step, 16 * unit, across * unit, down * unit, CREAM)
