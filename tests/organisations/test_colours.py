"""Accent colours: what can be read by day and by night."""

import random

import pytest

from campaign.organisations.colours import (
    DAY_BACKGROUND,
    NIGHT_BACKGROUND,
    butterfly_colours,
    contrast,
    day_accent,
    is_readable,
    luminance,
    nearest_readable,
    night_accent,
    night_variant,
    parse_colour,
)


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#A3471a", "#a3471a"),
        (" a3471a ", "#a3471a"),
        ("#abc", "#aabbcc"),
        ("", None),
        ("#abcd", None),
        ("red", None),
        ("#a3471a;color:red", None),
        ("#٣٣٣", None),
    ],
)
def test_colours_are_three_or_six_hexadecimal_digits(text, colour):
    assert parse_colour(text) == colour


def test_contrast_is_that_of_wcag():
    assert luminance("#000000") == 0
    assert luminance("#ffffff") == pytest.approx(1)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    # The grey that WCAG examples give as the lightest readable one on white.
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#ffffff", "#767676") == contrast("#767676", "#ffffff")


def test_readable_colours_stay_as_they_are():
    assert is_readable("#1d3f94")
    assert nearest_readable("#1d3f94") == "#1d3f94"


def test_nearest_readable_colour_is_the_lightest_of_the_same_hue():
    assert not is_readable("#f28c1b")
    nearest = nearest_readable("#f28c1b")
    assert 4.5 <= contrast(nearest, DAY_BACKGROUND) < 4.6


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#ffff00", "#0000ff", "#1d3f94"])
def test_night_variant_can_be_read_by_night(colour):
    assert contrast(night_variant(colour), NIGHT_BACKGROUND) >= 7


@pytest.mark.slow
def test_every_variant_of_every_accent_can_be_read():
    invented = random.Random(7)
    for _ in range(2000):
        colour = nearest_readable(f"#{invented.randrange(1 << 24):06x}")
        assert is_readable(colour)
        for accent, background in (
            (day_accent(colour), DAY_BACKGROUND),
            (night_accent(colour), NIGHT_BACKGROUND),
        ):
            assert contrast(accent.text, background) >= 7
            for fill in (accent.fill, accent.hover, accent.active):
                assert contrast(fill, accent.on_fill) >= 4.5
        # Hints, the palest text, as in static/css/colors.css.
        assert contrast(day_accent(colour).selected, "#604b39") >= 4.5
        assert contrast(night_accent(colour).selected, "#bfa98b") >= 4.5


@pytest.mark.parametrize("colour", ["#000000", "#b3b300", "#0b5f7a", "#7a1f5b"])
def test_wings_of_butterflies_differ_and_show_their_veins(colour):
    butterfly = butterfly_colours(colour)
    wings = (butterfly.forewings, butterfly.hindwings, butterfly.patches)
    assert [luminance(each) for each in wings] == sorted(map(luminance, wings))
    assert len(set(wings)) == 3
    assert all(contrast(each, "#17110d") >= 6 for each in wings)
