"""The faces that cards and posters are set in, and which of them has the signs of a text."""

import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent / "data" / "fonts"
SAYS, READS, DOES, DOES_BOLD = "kalnia", "literata", "archivo", "archivo-semibold"
# Asked in this order where a text has signs that our own face lacks; the largest file last.
OTHERS = (
    "noto-serif",
    *(
        "arabic",
        "hebrew",
        "devanagari",
        "bengali",
        "gujarati",
        "gurmukhi",
        "kannada",
        "malayalam",
        "oriya",
    ),
    *(
        "sinhala",
        "tamil",
        "telugu",
        "thai",
        "lao",
        "khmer",
        "myanmar",
        "georgian",
        "armenian",
        "ethiopic",
    ),
    *("cherokee", "syllabics", "tifinagh", "thaana", "syriac", "nko", "adlam", "han"),
)
# Joiners and marks of direction are obeyed, not printed.
UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f")


def path_of(face):
    return FOLDER / f"{face}.ttf"


def runs(text, face):
    """Return [(face, part of the text) …]: `face` itself where it has all signs, else one that has, else several.

    The face of a part is None where no face has its signs.
    """
    text = unicodedata.normalize("NFC", text)
    for one in (face, *OTHERS):
        if _has_all(one, text):
            return [(one, text)]
    by_sign = [(_face_of(sign, face), sign) for sign in text]
    return [
        (one, "".join(sign for _, sign in group))
        for one, group in groupby(by_sign, key=lambda each: each[0])
    ]


def can_print(text):
    """Whether every sign of the text is in one of the faces."""
    return all(face for face, _ in runs(text, READS))


def _face_of(sign, face):
    return next((one for one in (face, *OTHERS) if _has_all(one, sign)), None)


def _has_all(face, text):
    signs = _signs(face)
    return all(ord(sign) in signs or sign in UNSEEN for sign in text)


@cache
def _signs(face):
    with TTFont(path_of(face), lazy=True) as font:
        return frozenset(font.getBestCmap())
