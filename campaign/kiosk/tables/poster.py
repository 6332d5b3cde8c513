"""The poster of a table: a QR code readable from a few steps away, and a short URL to type."""

from collections.abc import Mapping, Sequence

from flask_babel import force_locale
from flask_babel import gettext as _

from campaign.i18n.locales import locale_of
from campaign.montage.fonts import DISPLAY_FONT, LABEL_FONT
from campaign.montage.posters.layout import EDGE, MARGIN, PosterPaper
from campaign.montage.posters.spec import PAPER_MM
from campaign.montage.typesetting import BLACK, INK, INK_2, INK_3, WHITE, PrintIdentity
from campaign.sharing.qr_codes import QUIET_ZONE

PAPERS = ("A4", "A3", "A2")
POINTS = 72 / 25.4
# Lengths are thousandths of the page width.
CODE = 560
TITLES = (64, 56, 50, 44, 38, 33, 28, 24)
TITLE_HEIGHT, LEADING = 96, 1.08
ADDRESS = (74, 66, 58, 50, 42, 34)


def table_poster(
    *, titles: Mapping[str, str], url: str, identity: PrintIdentity, paper: str = "A3"
) -> bytes:
    """Return the PDF for a table where people sign on their own phones.

    `titles` maps each language to the title of what people sign at `url`.
    """
    width, height = (side * POINTS for side in {"A4": (210, 297), **PAPER_MM}[paper])
    return _TablePoster(width, height, titles, url, identity).set()


class _TablePoster(PosterPaper):
    def __init__(
        self,
        width: float,
        height: float,
        titles: Mapping[str, str],
        url: str,
        identity: PrintIdentity,
    ) -> None:
        first = next(iter(titles))
        super().__init__(width, height, title=titles[first], lang=first, identity=identity)
        self._titles, self._url = titles, url
        # Phones add the scheme automatically.
        self._address = url.partition("://")[2]

    def set(self) -> bytes:
        self._begin_page()
        top: float = MARGIN + 62
        # All languages use the same size, so that none stands out.
        size = min(
            self._fitted(title, TITLE_HEIGHT, DISPLAY_FONT, TITLES, LEADING)[1]
            for title in self._titles.values()
        )
        for lang, title in self._titles.items():
            top = self._set_text(
                lang,
                self._fitted(title, TITLE_HEIGHT, DISPLAY_FONT, (size,), LEADING)[0],
                size,
                top,
            )
        self._set_code(top + 10, self._height - 250)
        self._set_address()
        return self._canvas.output()

    def _set_text(self, lang: str, lines: Sequence[str], size: float, top: float) -> float:
        """Draw the text in one language and return where the next language begins."""
        with force_locale(locale_of(lang)):
            prompt = _("Sign on your own phone")
        self._draw_text(prompt, EDGE, top + 20, LABEL_FONT, 22, INK_3)
        for at, line in enumerate(lines):
            self._draw_text(
                line, EDGE, top + 34 + size * (0.84 + LEADING * at), DISPLAY_FONT, size, INK
            )
        return top + 34 + size * LEADING * len(lines) + 22

    def _set_code(self, top: float, bottom: float) -> None:
        """Draw the QR code as large as it fits, in black on white, which scanners read best."""
        u = self._unit
        side = min(CODE, bottom - top)
        left, upper = 500 - side / 2, top + (bottom - top - side) / 2
        self._canvas.box(left * u, upper * u, side * u, side * u, WHITE)
        self._canvas.code(self._url, left * u, upper * u, side * u, BLACK, quiet=QUIET_ZONE)

    def _set_address(self) -> None:
        size = next(
            (s for s in ADDRESS if self._width(self._address, DISPLAY_FONT, s) <= 1000 - 2 * EDGE),
            ADDRESS[-1],
        )
        self._draw_text(
            self._address, 500, self._height - 166, DISPLAY_FONT, size, INK, align="center"
        )
        with_no_camera = []
        for lang in self._titles:
            with force_locale(locale_of(lang)):
                with_no_camera.append(_("or enter this web address"))
        self._draw_text(
            " · ".join(with_no_camera),
            500,
            self._height - 122,
            LABEL_FONT,
            21,
            INK_2,
            align="center",
        )
