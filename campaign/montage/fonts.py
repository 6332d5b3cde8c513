"""The fonts of cards and posters, and which of them can print a text."""

import unicodedata
from functools import cache
from itertools import groupby
from pathlib import Path

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent / "data" / "fonts"
DISPLAY_FONT, TEXT_FONT, LABEL_FONT, LABEL_FONT_BOLD = (
    "kalnia",
    "literata",
    "archivo",
    "archivo-semibold",
)
# Fallbacks in order, for characters that our own font lacks. The largest file comes last.
FALLBACKS = (
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
INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f")


def path_of(face: str) -> Path:
    """Return the path of a font file."""
    return FOLDER / f"{face}.ttf"


def runs(text: str, face: str) -> list[tuple[str | None, str]]:
    """Return [(font, part of the text) …].

    If `face` or one fallback has all characters, that is the only part. Otherwise fonts change
    within the text, and None marks characters that no font has.
    """
    text = unicodedata.normalize("NFC", text)
    for font in (face, *FALLBACKS):
        if _has_all(font, text):
            return [(font, text)]
    by_font = [(_face_of(character, face), character) for character in text]
    return [
        (font, "".join(character for _, character in group))
        for font, group in groupby(by_font, key=lambda row: row[0])
    ]


def can_print(text: str) -> bool:
    """Return whether the fonts have every character of the text."""
    return all(face for face, _ in runs(text, TEXT_FONT))


def _face_of(character: str, face: str) -> str | None:
    return next((font for font in (face, *FALLBACKS) if _has_all(font, character)), None)


def _has_all(face: str, text: str) -> bool:
    code_points = _code_points(face)
    return all(ord(character) in code_points or character in INVISIBLE for character in text)


@cache
def _code_points(face: str) -> frozenset[int]:
    with TTFont(path_of(face), lazy=True) as font:
        return frozenset(font.getBestCmap())
