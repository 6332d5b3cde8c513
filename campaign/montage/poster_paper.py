"""The paper of posters, measured in thousandths of its width so that one layout fits all sizes."""

from collections.abc import Iterable

from campaign.montage.fonts import SAYS
from campaign.montage.ornaments import INK, INK_3, PAPER, lay_margin
from campaign.montage.shapes import RGB
from campaign.montage.typesetting import Sheets

EDGE, MARGIN = 60, 28


class PosterPaper:
    """Sets text and ornaments on a poster.

    Lengths are in thousandths of the sheet's width, except `width` and `height`, which are in
    points.
    """

    def __init__(self, width: float, height: float, *, title: str, lang: str) -> None:
        self._sheets = Sheets(width, height, title=title, lang=lang)
        self._unit = width / 1000
        self._height = height / self._unit

    def _begin_sheet(self) -> None:
        self._sheets.add(PAPER)
        lay_margin(self._sheets, MARGIN * self._unit)
        self._vein(self._height - 74, 6)
        self._say("Volante", 1000 - EDGE, self._height - 38, SAYS, 19, INK_3, align="right")

    def _say(
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
        self._sheets.say(text, x * u, y * u, face, fits * size * u, colour, align=align)

    def _width(self, text: str, face: str, size: float) -> float:
        return self._sheets.width_of(text, face, size * self._unit) / self._unit

    def _fitted(
        self, text: str, height: float, face: str, sizes: Iterable[float], leading: float
    ) -> tuple[list[str], float]:
        """Return (lines, size) of a text, in the largest of the `sizes` that fits."""
        u = self._unit
        width, sizes = (1000 - 2 * EDGE) * u, [size * u for size in sizes]
        lines, size = self._sheets.fitted(text, width, height * u, face, sizes, leading)
        return lines, size / u

    def _vein(self, y: float, thick: float) -> None:
        u = self._unit
        self._sheets.vein(EDGE * u, y * u, (1000 - 2 * EDGE) * u, INK, thick=thick * u)
