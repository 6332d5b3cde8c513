"""The fonts of cards and posters, and which of them can print a text."""

import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent / "data" / "fonts"
SAYS, READS, DOES, DOES_BOLD = "kalnia", "literata", "archivo", "archivo-semibold"
# Fallbacks in order, for characters that our own font lacks. The largest file comes last.
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
# Joiners and direction marks control the layout but are not printed.
UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f")


def path_of(face: str) -> Path:
    """Return the path of a font file."""
    return FOLDER / f"{face}.ttf"


def runs(text: str, face: str) -> list[tuple[str | None, str]]:
    """Return [(font, part of the text) …].

    If `face` or one fallback has all characters, that is the only part. Otherwise fonts change
    within the text, and None marks characters that no font has.
    """
    text = unicodedata.normalize("NFC", text)
    for one in (face, *OTHERS):
        if _has_all(one, text):
            return [(one, text)]
    by_sign = [(_face_of(character, face), character) for character in text]
    return [
        (one, "".join(sign for _, sign in group))
        for one, group in groupby(by_sign, key=lambda row: row[0])
    ]


def can_print(text: str) -> bool:
    """Return whether the fonts have every character of the text."""
    return all(face for face, _ in runs(text, READS))


def _face_of(sign: str, face: str) -> str | None:
    return next((one for one in (face, *OTHERS) if _has_all(one, sign)), None)


def _has_all(face: str, text: str) -> bool:
    signs = _signs(face)
    return all(ord(character) in signs or character in UNSEEN for character in text)


@cache
def _signs(face: str) -> frozenset[int]:
    with TTFont(path_of(face), lazy=True) as font:
        return frozenset(font.getBestCmap())
