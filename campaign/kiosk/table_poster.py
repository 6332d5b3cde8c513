"""The poster of a table: a QR code that is read from some steps away, and an address short enough to be typed."""

import segno
from flask_babel import force_locale
from flask_babel import gettext as _

from campaign.lib.locales import LOCALES
from campaign.montage.faces import DOES, SAYS
from campaign.montage.ornaments import INK, INK_2, INK_3, PAPER, lay_margin
from campaign.montage.poster_spec import PAPER_MM
from campaign.montage.typesetting import Sheets

PAPERS = ("A4", "A3", "A2")
POINTS = 72 / 25.4
# Lengths are in thousandths of the sheet's width.
EDGE, MARGIN, CODE = 60, 28, 560
TITLES = (64, 56, 50, 44, 38, 33, 28, 24)
TITLE_HEIGHT, LEADING = 96, 1.08
ADDRESS = (74, 66, 58, 50, 42, 34)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def table_poster(*, titles, url, paper="A3"):
    """Return the PDF for a table where people sign on their own phones.

    `titles` maps a language to what is signed; `url` leads there.
    """
    width, height = (side * POINTS for side in {"A4": (210, 297), **PAPER_MM}[paper])
    return _TablePoster(width, height, titles, url).set()


class _TablePoster:
    def __init__(self, width, height, titles, url):
        first = next(iter(titles))
        self._sheets = Sheets(width, height, title=titles[first], lang=first)
        self._unit, self._height = width / 1000, height / (width / 1000)
        self._titles, self._url = titles, url
        # Phones add the scheme by themselves.
        self._address = url.partition("://")[2]

    def set(self):
        self._sheets.add(PAPER)
        lay_margin(self._sheets, MARGIN * self._unit)
        top = MARGIN + 62
        # No language is louder than another.
        size = min(self._fitted(title, TITLES)[1] for title in self._titles.values())
        for lang, title in self._titles.items():
            top = self._set_words(lang, self._fitted(title, (size,))[0], size, top)
        self._set_code(top + 10, self._height - 250)
        self._set_address()
        return self._sheets.output()

    def _set_words(self, lang, lines, size, top):
        """Set what is asked in one language; return where the next one begins."""
        with force_locale(LOCALES[lang]):
            asked = _("Sign on your own phone")
        self._say(asked, EDGE, top + 20, DOES, 22, INK_3)
        for at, line in enumerate(lines):
            self._say(line, EDGE, top + 34 + size * (0.84 + LEADING * at), SAYS, size, INK)
        return top + 34 + size * LEADING * len(lines) + 22

    def _set_code(self, top, bottom):
        """Draw the code in black on white, as scanners want it, as large as there is room for."""
        u = self._unit
        code = segno.make(self._url, error="m", micro=False)
        rows = list(code.matrix)
        side = min(CODE, bottom - top)
        module = side / (len(rows) + 8)
        left, upper = 500 - side / 2, top + (bottom - top - side) / 2
        self._sheets.box(left * u, upper * u, side * u, side * u, WHITE)
        for down, row in enumerate(rows):
            for begin, length in _runs(row):
                x, y = left + (begin + 4) * module, upper + (down + 4) * module
                # A hair more than a module, so that no viewer shows lines between them.
                self._sheets.box(x * u, y * u, (length * module + 0.05) * u, (module + 0.05) * u, BLACK)

    def _set_address(self):
        size = next((s for s in ADDRESS if self._width(self._address, SAYS, s) <= 1000 - 2 * EDGE), ADDRESS[-1])
        self._say(self._address, 500, self._height - 166, SAYS, size, INK, align="center")
        with_no_camera = []
        for lang in self._titles:
            with force_locale(LOCALES[lang]):
                with_no_camera.append(_("or type this address"))
        self._say(" · ".join(with_no_camera), 500, self._height - 122, DOES, 21, INK_2, align="center")
        self._sheets.vein(EDGE * self._unit, (self._height - 74) * self._unit, (1000 - 2 * EDGE) * self._unit, INK, thick=6 * self._unit)
        self._say("Volante", 1000 - EDGE, self._height - 38, SAYS, 19, INK_3, align="right")

    def _say(self, text, x, y, face, size, colour, align="left"):
        u = self._unit
        # What would run out of the sheet is set smaller.
        fits = min(1, (1000 - 2 * EDGE) / max(self._width(text, face, size), 1))
        self._sheets.say(text, x * u, y * u, face, fits * size * u, colour, align=align)

    def _width(self, text, face, size):
        return self._sheets.width_of(text, face, size * self._unit) / self._unit

    def _fitted(self, title, sizes):
        """Return (lines, size) of a title in the largest of the `sizes` in which it fits."""
        u = self._unit
        width, height = (1000 - 2 * EDGE) * u, TITLE_HEIGHT * u
        lines, size = self._sheets.fitted(title, width, height, SAYS, [size * u for size in sizes], LEADING)
        return lines, size / u


def _runs(row):
    """Yield (where it begins, how long it is) of each run of dark modules."""
    begin = None
    for at, dark in enumerate([*row, 0]):
        if dark and begin is None:
            begin = at
        elif not dark and begin is not None:
            yield begin, at - begin
            begin = None
