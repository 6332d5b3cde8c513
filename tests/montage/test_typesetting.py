"""Tests of which font prints what, and of line breaking."""

import io

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from campaign.montage.fonts import (
    DISPLAY_FONT,
    FALLBACKS,
    LABEL_FONT,
    TEXT_FONT,
    can_print,
    path_of,
    runs,
)
from campaign.montage.rendering.png import PngStream
from campaign.montage.typesetting import PdfCanvas

LONG = "Find the forty-three and tell their families the whole truth"


@pytest.fixture
def canvas():
    canvas = PdfCanvas(600, 400, title="A sheet", lang="en")
    canvas.add((255, 255, 255))
    return canvas


@pytest.mark.parametrize(
    ("name", "face"),
    [
        ("Amalia Rosales", TEXT_FONT),
        ("Zoë de la Cruz Hernández", TEXT_FONT),
        ("Łukasz Wiśniewski", "noto-serif"),
        ("Nguyễn Thị Lan", "noto-serif"),
        ("Zoe\u0308", TEXT_FONT),
        ("Ἑλένη Παπαδοπούλου", "noto-serif"),
        ("Олена Шевченко", "noto-serif"),
        ("فاطمة الزهراء", "arabic"),
        ("דוד כהן", "hebrew"),
        ("प्रिया शर्मा", "devanagari"),
        ("ᐊᓇ ᓄᓇ", "syllabics"),
        ("ไอริน สุขใจ", "thai"),
        ("王小明", "han"),
        ("김 민준", "han"),
        ("やまだ ハナコ", "han"),
    ],
)
def test_name_is_set_in_one_font_that_has_all_its_letters(name, face):
    assert [font for font, _ in runs(name, TEXT_FONT)] == [face]


def test_name_of_two_scripts_is_set_in_two_fonts():
    assert runs("王 Ana", TEXT_FONT) == [("han", "王"), (TEXT_FONT, " Ana")]


@pytest.mark.parametrize(
    ("text", "printable"), [("Ana", True), ("Ana 😀", False), ("𓀀", False), ("a\u200dn", True)]
)
def test_characters_without_a_font_are_known(text, printable):
    assert can_print(text) == printable


@pytest.mark.parametrize("face", [DISPLAY_FONT, TEXT_FONT, LABEL_FONT, *FALLBACKS])
def test_every_font_may_be_embedded_and_has_a_copyright_notice(face):
    with TTFont(path_of(face)) as font:
        assert font["OS/2"].fsType in (0, 8)
        assert font["name"].getDebugName(0)


def test_lines_are_never_wider_than_asked_and_lose_no_word(canvas):
    for text in (LONG, "Donaudampfschifffahrtsgesellschaftskapitän"):
        lines = canvas.lines(text, 120, DISPLAY_FONT, 30)
        assert max(canvas.width_of(line, DISPLAY_FONT, 30) for line in lines) <= 120
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_word_too_wide_for_a_line_is_broken_after_its_hyphens(canvas):
    assert canvas.lines("Papouasie-Nouvelle-Guinée", 90, TEXT_FONT, 9.5) == [
        "Papouasie-",
        "Nouvelle-Guinée",
    ]


def test_balanced_lines_are_as_few_and_closer_in_length(canvas):
    plain, balanced = (
        canvas.lines(LONG, 300, DISPLAY_FONT, 30),
        canvas.balanced(LONG, 300, DISPLAY_FONT, 30),
    )

    def spread(lines):
        widths = [canvas.width_of(line, DISPLAY_FONT, 30) for line in lines]
        return max(widths) - min(widths)

    assert len(balanced) == len(plain) and spread(balanced) <= spread(plain)


def test_title_is_set_as_large_as_it_fits(canvas):
    lines, size = canvas.fitted("Home", 500, 100, DISPLAY_FONT, (80, 40, 20), 1.1)
    assert (lines, size) == (["Home"], 80)
    _, size = canvas.fitted(LONG, 500, 100, DISPLAY_FONT, (80, 40, 20), 1.1)
    assert size == 40 or size == 20


@pytest.mark.parametrize("steps", [(5,), (1, 3, 1), (2, 3)])
def test_png_written_row_by_row_is_the_picture(steps):
    pixels = np.random.default_rng(43).integers(0, 256, (5, 7, 3), np.uint8)
    file = io.BytesIO()
    stream = PngStream(file, 7, 5, 11811)
    top = 0
    for rows in steps:
        stream.write(pixels[top : top + rows])
        top += rows
    stream.end()
    with Image.open(file) as image:
        image.verify()
    assert np.array_equal(np.asarray(Image.open(file)), pixels)


def test_line_is_not_broken_where_french_keeps_words_together(canvas):
    question = "Où sont les quarante-trois\u202f?"
    wide = canvas.width_of("Où sont les quarante-trois", DISPLAY_FONT, 20) + 1
    assert canvas.lines(question, wide, DISPLAY_FONT, 20) == [
        "Où sont les",
        "quarante-trois\u202f?",
    ]
