"""The code of a registration: read from a QR code at the door, or typed by hand."""

import io
import secrets

import segno
from markupsafe import Markup

# Crockford's digits: none is taken for another, read aloud or on a cracked screen.
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code():
    """Return a code that nobody can guess: 50 random bits in ten digits."""
    return "".join(secrets.choice(DIGITS) for _ in range(LENGTH))


def read_code(text):
    """Return the code that somebody typed or scanned, whatever its case and dashes."""
    return "".join(sign for sign in text.upper().translate(_MISREAD) if sign in DIGITS)


def spaced(code):
    """Return the code in two halves, as people read it out."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def code_svg(code):
    """Return the QR code as Markup of an SVG element; it is black on white in every light, as scanners want it."""
    svg = _qr(code).svg_inline(
        border=3, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=True
    )
    return Markup(svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1))


def code_png(code):
    """Return the QR code as the bytes of a PNG."""
    file = io.BytesIO()
    _qr(code).save(file, kind="png", scale=8, border=4)
    return file.getvalue()


def _qr(code):
    # Half of the picture may be lost, and capitals and digits keep it small.
    return segno.make(code, micro=False, error="q")
