"""Addresses as QR codes, drawn into a page."""

import segno
from markupsafe import Markup

# Four modules of quiet around, as ISO/IEC 18004 asks for.
QUIET = 4


def qr_code(text, *, dark="#17110d", light="#fff4dc"):
    """Return `text` as an SVG element without size, to be named by the element around it."""
    code = segno.make(text, error="m", micro=False)
    drawing = code.svg_inline(
        border=QUIET, dark=dark, light=light, omitsize=True, svgclass="qr-code", lineclass=None
    )
    return Markup(drawing)
