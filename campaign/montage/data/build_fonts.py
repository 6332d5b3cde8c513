"""Makes the committed fonts of cards and posters.

Run it by hand: ``python campaign/montage/data/build_fonts.py NOTO DROID``. Our own fonts come from
static/fonts. NOTO is a folder with the Noto fonts (Debian's fonts-noto-core), and DROID the file
DroidSansFallback.ttf (fonts-droid-fallback). Left out are hints, which print does not use, and
characters that names do not contain.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

HERE = Path(__file__).parent
OURS = HERE.parents[2] / "static" / "fonts"
OUT = HERE / "fonts"
# The `size-adjust` of these three digits in type.css.
SWASHES, SIZE_ADJUST = "457", 1.27
NOTO = {
    "noto-serif": "NotoSerif-Regular",
    "arabic": "NotoNaskhArabic-Regular",
    "hebrew": "NotoSerifHebrew-Regular",
    "devanagari": "NotoSerifDevanagari-Regular",
    "bengali": "NotoSerifBengali-Regular",
    "gujarati": "NotoSerifGujarati-Regular",
    "gurmukhi": "NotoSerifGurmukhi-Regular",
    "kannada": "NotoSerifKannada-Regular",
    "malayalam": "NotoSerifMalayalam-Regular",
    "oriya": "NotoSansOriya-Regular",
    "sinhala": "NotoSerifSinhala-Regular",
    "tamil": "NotoSerifTamil-Regular",
    "telugu": "NotoSerifTelugu-Regular",
    "thai": "NotoSerifThai-Regular",
    "lao": "NotoSerifLao-Regular",
    "khmer": "NotoSerifKhmer-Regular",
    "myanmar": "NotoSerifMyanmar-Regular",
    "georgian": "NotoSerifGeorgian-Regular",
    "armenian": "NotoSerifArmenian-Regular",
    "ethiopic": "NotoSerifEthiopic-Regular",
    "cherokee": "NotoSansCherokee-Regular",
    "syllabics": "NotoSansCanadianAboriginal-Regular",
    "tifinagh": "NotoSansTifinagh-Regular",
    "thaana": "NotoSansThaana-Regular",
    "syriac": "NotoSansSyriac-Regular",
    "nko": "NotoSansNKo-Regular",
    "adlam": "NotoSansAdlam-Regular",
}
LATIN_GREEK_CYRILLIC = [*range(0x20, 0x590), *range(0x1C80, 0x1CC0), *range(0x1E00, 0x2070), 0x20AC]
HAN_KANA_HANGUL = [
    0x20,
    *range(0x2E80, 0x3200),
    *range(0x3400, 0x4DC0),
    *range(0x4E00, 0xA000),
    *range(0xAC00, 0xD7B0),
    *range(0xF900, 0xFB00),
    *range(0xFF00, 0xFFF0),
]


def at_weight(name: str, weight: int) -> TTFont:
    """Return one of our fonts at this weight."""
    font = TTFont(OURS / f"{name}.woff2")
    return instantiateVariableFont(font, {"wght": weight}) if "fvar" in font else font


def kalnia() -> TTFont:
    """Return Kalnia with three digits from another font.

    They are scaled as `size-adjust` does on web pages.
    """
    font = at_weight("kalnia", 500)
    digits = TTFont(OURS / "kalnia-digits-4-5-7.woff2")
    scale = SIZE_ADJUST * font["head"].unitsPerEm / digits["head"].unitsPerEm
    glyphs, names = digits.getGlyphSet(), digits.getBestCmap()
    for digit in SWASHES:
        ours = font.getBestCmap()[ord(digit)]
        outline, pen = DecomposingRecordingPen(glyphs), TTGlyphPen(None)
        glyphs[names[ord(digit)]].draw(outline)
        outline.replay(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
        font["glyf"][ours] = pen.glyph()
        width, bearing = digits["hmtx"][names[ord(digit)]]
        font["hmtx"][ours] = (round(width * scale), round(bearing * scale))
    return font


def subset(font: TTFont, unicodes: Iterable[int] | None = None) -> TTFont:
    """Remove hints and all characters but `unicodes` from a font, and return it."""
    options = Options(
        hinting=False,
        layout_features=["*"],
        notdef_outline=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
    )
    work = Subsetter(options)
    work.populate(unicodes=unicodes or font.getBestCmap())
    work.subset(font)
    return font


def save(font: TTFont, name: str) -> None:
    """Write a font to the folder of committed fonts."""
    font.flavor = None
    font.recalcTimestamp = False
    font.save(OUT / f"{name}.ttf")


def main() -> None:
    """Make all fonts."""
    noto, droid = map(Path, sys.argv[1:])
    OUT.mkdir(exist_ok=True)
    save(kalnia(), "kalnia")
    save(TTFont(OURS / "literata.woff2"), "literata")
    for name, weight in (("archivo", 400), ("archivo-semibold", 600)):
        save(at_weight("archivo", weight), name)
    for name, file in NOTO.items():
        unicodes = LATIN_GREEK_CYRILLIC if name == "noto-serif" else None
        save(subset(TTFont(noto / f"{file}.ttf"), unicodes), name)
    save(subset(TTFont(droid), HAN_KANA_HANGUL), "han")


if __name__ == "__main__":
    main()
