"""URLs as QR codes, drawn into a page."""

import segno
from markupsafe import Markup

# A quiet zone of four modules on each side, as ISO/IEC 18004 requires.
QUIET_ZONE = 4


def qr_code(text: str, *, dark: str = "#17110d", light: str = "#fff4dc") -> Markup:
    """Return `text` as an SVG element without a size, to be labelled by the element around it."""
    code = segno.make(text, error="m", micro=False)
    drawing = code.svg_inline(
        border=QUIET_ZONE, dark=dark, light=light, omitsize=True, svgclass="qr-code", lineclass=None
    )
    return Markup(drawing)  # noqa: S704 - it holds only modules
