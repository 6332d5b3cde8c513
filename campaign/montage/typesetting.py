"""Sheets of text and ornament for cards and posters: set once as PDF, and printed or turned into pixels from there."""

import re
import threading
import unicodedata
from bisect import bisect
from functools import lru_cache

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import segno
from fpdf import FPDF
from fpdf.enums import Align

from campaign.montage.fonts import READS, SAYS, path_of, runs
from campaign.text.whitespace import words_of

# Kalnia is set tight, as on the pages.
TRACKING = {SAYS: -0.014}
# Any size will do: widths grow with it.
MEASURED = 100
# Latin, Greek and Cyrillic letters as they stand alone: they neither join nor change with their neighbours.
_STANDING = re.compile(
    "[ -~\xa0-\u02ff\u0370-\u03ff\u0400-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027]*"
)
# PDFium serves one thread at a time.
_pdfium = threading.Lock()


class Sheets:
    """A document of sheets, all of one size. Lengths are in points from left and top; y of a text is its baseline."""

    def __init__(self, width, height, *, title, lang):
        self.width, self.height = width, height
        self._pdf = FPDF(unit="pt", format=(width, height))
        self._pdf.set_auto_page_break(False)
        self._pdf.c_margin = 0
        self._pdf.set_text_shaping(True)
        self._pdf.set_title(title)
        self._pdf.set_lang(lang)
        self._pdf.set_creator("Volante")
        self._faces = set()
        # Titles are tried in many sizes and widths, and shaping a text costs more than all the rest.
        self._width_in_points = lru_cache(maxsize=4096)(self._measure)

    def add(self, ground):
        """Begin a sheet, all of it in the colour `ground` (red, green, blue)."""
        self._pdf.add_page()
        self.box(0, 0, self.width, self.height, ground)

    def box(self, x, y, width, height, colour):
        self._pdf.set_fill_color(*colour)
        self._pdf.rect(x, y, width, height, style="F")

    def spot(self, x, y, across, down, colour):
        """An ellipse around (x, y), so wide and high to either side."""
        self._pdf.set_fill_color(*colour)
        self._pdf.ellipse(x - across, y - down, 2 * across, 2 * down, style="F")

    def vein(self, x, y, width, colour, *, thick):
        """A rule that tapers to the right like a wing's vein, its upper edge straight."""
        self._pdf.set_fill_color(*colour)
        self._pdf.polygon(
            [(x, y), (x + width, y), (x + width, y + thick / 6), (x, y + thick)], style="F"
        )

    def picture(self, image, x, y, width, height, alt=None):
        """Put a Pillow image or the bytes of a picture there; `alt` says in words what it shows."""
        self._pdf.image(image, x, y, width, height, alt_text=alt)

    def code(self, url, x, y, side, colour, *, quiet=0):
        """Draw a QR code of this `side`, of which so many modules at each edge stay empty."""
        rows = [bytes(row) for row in segno.make(url, error="m", micro=False).matrix]
        module = side / (len(rows) + 2 * quiet)
        for down, row in enumerate(rows, quiet):
            for dark in re.finditer(b"\x01+", row):
                across = (quiet + dark.start()) * module
                # A hair more than its place, so that no viewer shows lines between modules.
                self.box(
                    x + across,
                    y + down * module,
                    len(dark[0]) * module + 0.05,
                    module + 0.05,
                    colour,
                )

    def turn_to_first(self):
        """Go on with the first sheet."""
        self._pdf.page = 1

    def width_of(self, text, face, size):
        return size * self._width_in_points(text, face)

    def say(self, text, x, y, face, size, colour, *, align="left"):
        """Set one line; with `align` right or centre `x` is its end or middle."""
        if align != "left":
            x -= self.width_of(text, face, size) / (1 if align == "right" else 2)
        self._pdf.set_text_color(*colour)
        parts = runs(text, face)
        for one, part in parts:
            self._use(one or READS, size)
            self._pdf.set_xy(x, y - 0.8 * size)
            self._pdf.cell(1, size, part, align=Align.L)
            if len(parts) > 1:
                x += self._pdf.get_string_width(part)

    def say_plainly(self, text, x, y, face, size, colour):
        """Set one line from the left without kerning, several times as fast; what needs more care gets it."""
        text = unicodedata.normalize("NFC", text)
        if not _STANDING.fullmatch(text) or runs(text, face) != [(face, text)]:
            self.say(text, x, y, face, size, colour)
            return
        self._pdf.set_text_color(*colour)
        self._use(face, size)
        self._pdf.text(x, y, text)

    def lines(self, text, width, face, size):
        """Break a text into lines of at most `width`; a word wider than that is broken too, behind a hyphen where it has one."""
        space = self.width_of(" ", face, size)
        found, line, so_far = [], [], 0
        for word in self._words(text, width, face, size):
            wide = self.width_of(word, face, size)
            if line and so_far + space + wide > width:
                found.append(" ".join(line))
                line, so_far = [], 0
            so_far += wide + (space if line else 0)
            line.append(word)
        return [*found, " ".join(line)] if line else found

    def balanced(self, text, width, face, size):
        """Break a text into as few lines as `lines` does, but of about the same length."""
        best = self.lines(text, width, face, size)
        narrow, wide = width / 2, width
        while wide - narrow > size / 4:
            middle = (narrow + wide) / 2
            tried = self.lines(text, middle, face, size)
            if len(tried) <= len(best):
                best, wide = tried, middle
            else:
                narrow = middle
        return best

    def fitted(self, text, width, height, face, sizes, leading):
        """Return (lines, size) with the largest of the `sizes` in which the text fits; the smallest where none does."""
        longest = [
            max(self.width_of(word, face, size) for word in words_of(text)) for size in sizes
        ]
        # What is too long for a line in every size is broken in any.
        hopeless = min(longest) > width
        for size, long in zip(sizes, longest, strict=True):
            whole = hopeless or long <= width
            lines = self.balanced(text, width, face, size)
            if whole and len(lines) * leading * size <= height:
                break
        return lines, size

    def output(self):
        """Return the PDF as bytes."""
        return bytes(self._pdf.output())

    def _words(self, text, width, face, size):
        for word in words_of(text):
            while self.width_of(word, face, size) > width and len(word) > 1:
                lengths = range(1, len(word))
                fits = max(
                    1,
                    bisect(
                        lengths,
                        width,
                        key=lambda end, word=word: self.width_of(word[:end], face, size),
                    ),
                )
                end = word.rfind("-", 0, fits) + 1 or fits
                yield word[:end]
                word = word[end:]
            yield word

    def _measure(self, text, face):
        """Return the width of the text in a size of one point."""
        width = 0
        for one, part in runs(text, face):
            self._use(one or READS, MEASURED)
            width += self._pdf.get_string_width(part)
        return width / MEASURED

    def _use(self, face, size):
        if face not in self._faces:
            self._pdf.add_font(face, fname=path_of(face))
            self._faces.add(face)
        self._pdf.set_font(face, size=size)
        self._pdf.set_char_spacing(TRACKING.get(face, 0) * size)


class Pixels:
    """One sheet of a PDF as pixels, `width` × `height` of them, given in bands of rows."""

    def __init__(self, pdf, width, height):
        with _pdfium:
            self._document = pypdfium2.PdfDocument(pdf)
            self._page = self._document[0]
        self.width, self.height = width, height

    def rows(self, top, bottom):
        """Rows top … bottom without the last: rows × width × 3 uint8."""
        with _pdfium:
            bitmap = pypdfium2.PdfBitmap.new_native(self.width, bottom - top, pdfium.FPDFBitmap_BGR)
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, self.width, bottom - top)
            pdfium.FPDF_RenderPageBitmap(bitmap, self._page, 0, -top, self.width, self.height, 0, 0)
            rows = np.array(bitmap.to_numpy()[:, :, ::-1])
            bitmap.close()
        return rows

    def close(self):
        with _pdfium:
            self._document.close()
