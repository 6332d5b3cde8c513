"""The code of a registration: scanned as a QR code at the door, or typed."""

import io
import secrets

import segno
from markupsafe import Markup

# Crockford's base 32: no two digits are confused, read aloud or on a cracked screen.
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """Return a code that nobody can guess: 50 random bits in ten digits."""
    return "".join(secrets.choice(DIGITS) for _ in range(LENGTH))


def read_code(text: str) -> str:
    """Return the code that was typed or scanned, whatever its case and dashes."""
    return "".join(
        character for character in text.upper().translate(_MISREAD) if character in DIGITS
    )


def spaced(code: str) -> str:
    """Return the code in two halves, so that it is easy to read out."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


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
