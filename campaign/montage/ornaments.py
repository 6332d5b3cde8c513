"""The colours of printed sheets, and the band of wing spots along their upper edge."""

from campaign.montage.shapes import RGB
from campaign.montage.typesetting import Sheets

PAPER, BAND, CREAM = (0xFF, 0xF8, 0xEA), (0x17, 0x11, 0x0D), (0xFF, 0xF4, 0xDC)
INK, INK_2, INK_3 = (0x17, 0x11, 0x0D), (0x49, 0x39, 0x2B), (0x60, 0x4B, 0x39)
HAIRLINE = (0xDC, 0xC8, 0xA2)
# For each palette of colors.css: its fire colour, and the colour of small text on paper.
FIRES = {
    "monarch": ((0xF2, 0x8C, 0x1B), (0x8F, 0x36, 0x04)),
    "water": ((0x54, 0xA9, 0xE6), (0x0D, 0x45, 0x77)),
}
SPOTS = 43


def fire_of(palette: str) -> tuple[RGB, RGB]:
    """Return (fire colour, colour of small text) of a palette; the Monarch's if unknown."""
    return FIRES.get(palette, FIRES["monarch"])


def lay_margin(sheets: Sheets, height: float) -> None:
    """Draw the spots of the margin in two staggered rows on a dark band.

    templates/components/band.html draws the same band and explains it.
    """
    sheets.box(0, 0, sheets.width, height, BAND)
    above, unit = (SPOTS + 1) // 2, height / 22
    step = sheets.width / above
    for each in range(above):
        across, down = (2.4, 2) if each % 4 == 2 else (3.1, 2.6)
        sheets.spot((each + 0.35) * step, 6.5 * unit, across * unit, down * unit, CREAM)
    for each in range(SPOTS - above):
        across, down = (4.4, 3.8) if each % 4 == 1 else (3.5, 3)
        sheets.spot((each + 0.85) * step, 16 * unit, across * unit, down * unit, CREAM)
