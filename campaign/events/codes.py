"""The code of a registration: scanned as a QR code at the door, or typed."""

import io
import secrets

import segno
from markupsafe import Markup

from campaign.text.typed_codes import ALPHABET

CODE_LENGTH = 10


def new_code() -> str:
    """Return a code that nobody can guess: 50 random bits in ten characters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def code_svg(code: str) -> Markup:
    """Return the QR code as an SVG element.

    It is black on white even in dark mode, because scanners need that.
    """
    svg = _qr(code).svg_inline(
        border=3, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=True
    )
    drawing = svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    return Markup(drawing)  # noqa: S704 - it holds only modules


def code_png(code: str) -> bytes:
    """Return the QR code as the bytes of a PNG."""
    file = io.BytesIO()
    _qr(code).save(file, kind="png", scale=8, border=4)
    return file.getvalue()


def _qr(code: str) -> segno.QRCode:
    # Error correction level Q reads damaged codes. Capitals and digits keep the QR code small.
    return segno.make(code, micro=False, error="q")
