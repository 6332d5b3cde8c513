"""Colours of an organisation: whether its accent can be read, and its variants by day and night.

Colours are strings such as "#a3471a". Contrast is that of WCAG 2.2, from 1 to 21.
"""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

# The backgrounds of pages, as in static/css/colors.css.
DAY_BACKGROUND = "#fff8ea"
NIGHT_BACKGROUND = "#120d0a"
# The backgrounds of fields and cards, also as there.
DAY_SURFACE = "#fffdf7"
NIGHT_SURFACE = "#1e1612"
INK = "#17110d"
PAPER = "#fffdf7"
MIN_CONTRAST = 4.5
# What the style sheets promise for text in the accent colour.
MIN_TEXT_CONTRAST = 7.0
# How far a button changes its lightness while it is hovered over, out of 1.
HOVER_STEP = 0.06
# How much of the accent is in the background of what is selected, out of 1.
SELECTED_SHARE = 0.14
# How much lighter a butterfly's hindwings and their patches are than its forewings, out of 1.
HINDWING_STEP = 0.08
PATCH_STEP = 0.2
MAX_BUTTERFLY_LIGHTNESS = 0.92
COLOUR = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)


@dataclass(frozen=True)
class Accent:
    """An accent in one mode: areas, areas while hovered over or pressed, text on areas, and text.

    `selected` is the background of what is selected or waits, for text in the usual colours.
    """

    fill: str
    hover: str
    active: str
    on_fill: str
    text: str
    selected: str


@dataclass(frozen=True)
class ButterflyColours:
    """The colours of a drawn butterfly: forewings, hindwings, and the patches on those."""

    forewings: str
    hindwings: str
    patches: str


def parse_colour(text: str) -> str | None:
    """Return a colour as "#rrggbb", from three or six hexadecimal digits, or None."""
    match = COLOUR.fullmatch(text.strip())
    if match is None:
        return None
    digits = match[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def luminance(colour: str) -> float:
    """Return the relative luminance by WCAG: 0 for black, 1 for white."""
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def is_readable(colour: str) -> bool:
    """Whether text in this colour can be read on a page by day. By night a variant is used."""
    return contrast(colour, DAY_BACKGROUND) >= MIN_CONTRAST


def nearest_readable(colour: str) -> str:
    """Return the lightest colour of the same hue that `is_readable`: this one if it is already."""
    return _with_contrast(colour, DAY_BACKGROUND, MIN_CONTRAST)


def night_variant(colour: str) -> str:
    """Return the darkest colour of the same hue that can be read on a page by night."""
    return _with_contrast(colour, NIGHT_BACKGROUND, MIN_TEXT_CONTRAST)


def day_accent(colour: str) -> Accent:
    """Return the variants of a readable colour by day."""
    text = _with_contrast(colour, DAY_BACKGROUND, MIN_TEXT_CONTRAST)
    return _accent(colour, text, DAY_SURFACE)


def night_accent(colour: str) -> Accent:
    """Return the variants of a readable colour by night."""
    variant = night_variant(colour)
    return _accent(variant, variant, NIGHT_SURFACE)


def butterfly_colours(colour: str) -> ButterflyColours:
    """Return the colours of butterflies, light enough for their veins by day and by night."""
    forewings = night_variant(colour)
    lightness = _hls(forewings)[1]
    lighter = (
        _with_lightness(forewings, max(lightness, min(lightness + step, MAX_BUTTERFLY_LIGHTNESS)))
        for step in (HINDWING_STEP, PATCH_STEP)
    )
    return ButterflyColours(forewings, *lighter)


def _accent(fill: str, text: str, surface: str) -> Accent:
    on_fill = max(INK, PAPER, key=lambda colour: contrast(colour, fill))
    # Buttons move away from the colour of their text, so that it stays readable. Black and white
    # cannot move further.
    step = HOVER_STEP if on_fill == INK else -HOVER_STEP
    lightness = _hls(fill)[1]
    if not 0 <= lightness + 2 * step <= 1:
        step = -step
    return Accent(
        fill=fill,
        hover=_with_lightness(fill, lightness + step),
        active=_with_lightness(fill, lightness + 2 * step),
        on_fill=on_fill,
        text=text,
        selected=_mixed(fill, surface, SELECTED_SHARE),
    )


def _with_contrast(colour: str, background: str, ratio: float) -> str:
    """Return the nearest colour of the same hue and saturation with this contrast.

    It is darker on a light background, and lighter on a dark one.
    """
    if contrast(colour, background) >= ratio:
        return colour
    steps = round(_hls(colour)[1] * 255)
    order = range(steps, -1, -1) if luminance(background) > 0.5 else range(steps, 256)
    candidates = (_with_lightness(colour, step / 255) for step in order)
    return next(candidate for candidate in candidates if contrast(candidate, background) >= ratio)


def _mixed(colour: str, background: str, share: float) -> str:
    """Return `background` with this share of `colour` in it."""
    pairs = zip(_channels(colour), _channels(background), strict=True)
    mixed = (share * one + (1 - share) * other for one, other in pairs)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in mixed)


def _with_lightness(colour: str, lightness: float) -> str:
    hue, _, saturation = _hls(colour)
    channels = hls_to_rgb(hue, min(max(lightness, 0), 1), saturation)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _hls(colour: str) -> tuple[float, float, float]:
    return rgb_to_hls(*_channels(colour))


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
