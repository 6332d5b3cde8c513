"""The eight wing poses of a butterfly, scaled and turned as needed."""

from dataclasses import dataclass, field
from functools import cache
from math import ceil, cos, pi, sin
from typing import cast

import numpy as np
from PIL import Image, ImageFilter

from campaign.montage.shapes.files import DATA

VARIANTS = 8
# Level of detail, and the butterfly size in pixels up to which it is used.
LEVELS = {"small": 15, "mid": 70, "full": 512}
# Margin around a sprite for its shade, as a share of its side.
MARGIN = 1 / 8
SHADE_BLUR = 0.035
SHADE_DEPTH = 0.42


@cache
def _sprite_sheet(level: str) -> np.ndarray:
    """Return the sprites of one level: 8 × side × side × (coverage, cell, wash, spot).

    All are uint8 shares of each pixel. The files hold false colours (see data/build.py). Red is the
    share of wing cell, and green how much of that is the light end of the wash. Blue is the pale
    spots. The rest of the coverage is ink.
    """
    with Image.open(DATA / f"sprites-{level}.png") as image:
        shares = _shares(np.array(image.convert("RGBA")))
    side = shares.shape[1] // 4
    return shares.reshape(2, side, 4, side, 4).swapaxes(1, 2).reshape(VARIANTS, side, side, 4)


def _shares(pixels: np.ndarray) -> np.ndarray:
    alpha = pixels[:, :, 3:]
    shares = np.empty_like(pixels)
    shares[:, :, :1] = alpha
    shares[:, :, 1:] = (pixels[:, :, :3].astype(np.uint16) * alpha + 127) // 255
    return shares


def _art(size: float, variant: int) -> np.ndarray:
    """Return one pose for this size in pixels: side × side × 4 shares."""
    for level, max_size in LEVELS.items():
        if size < max_size:
            return cast(np.ndarray, _sprite_sheet(level)[variant])
    # Not cached, because a pose for print is 16 MB.
    with Image.open(DATA / "sprites-print" / f"{variant}.png") as image:
        return _shares(np.array(image.convert("RGBA")))


@dataclass(frozen=True, slots=True)
class Stance:
    """How one butterfly sits in its stamp, which is `out` pixels wide and `rows` high.

    Its middle is at (x, y), and `size` is in pixels. `turn` is in 65,536ths of a full turn,
    clockwise.
    """

    flip: bool
    turn: int
    size: float
    out: int
    rows: int
    x: float
    y: float


# A pose as a CMYK image, used as four plain channels (coverage, cell, wash, spot). Then its shade
# as an L image, and the side in pixels of the butterfly without its margin.
Pose = tuple[Image.Image, Image.Image, int]


@dataclass(frozen=True)
class Sprites:
    """The poses for butterflies of about `size` pixels, each made when first used."""

    size: float
    _poses: dict[int, Pose] = field(default_factory=dict)

    def turned(self, variant: int, stance: Stance) -> Image.Image:
        """Return one pose in this stance."""
        pose, _, side = self._pose(variant)
        return _transformed(pose, side, stance)

    def shade(self, variant: int, stance: Stance) -> Image.Image:
        """Return the shade of one pose in this stance."""
        _, shade, side = self._pose(variant)
        return _transformed(shade, side, stance)

    def _pose(self, variant: int) -> Pose:
        if variant not in self._poses:
            art = _art(self.size, variant)
            # Slightly larger than needed, because turning softens the edges.
            side = min(len(art), max(6, ceil(self.size * 1.25)))
            padded = _with_margin(Image.fromarray(art, "CMYK"), side)
            self._poses[variant] = padded, _shade(padded, side), side
        return self._poses[variant]


def _transformed(pose: Image.Image, side: int, stance: Stance) -> Image.Image:
    scale = side / stance.size
    across, down = cos(stance.turn * pi / 32768) * scale, sin(stance.turn * pi / 32768) * scale
    mirror = -1 if stance.flip else 1
    a, b, d, e = across * mirror, down * mirror, -down, across
    c = pose.width / 2 - a * stance.x - b * stance.y
    f = pose.width / 2 - d * stance.x - e * stance.y
    out = (stance.out, stance.rows)
    return pose.transform(
        out, Image.Transform.AFFINE, (a, b, c, d, e, f), Image.Resampling.BILINEAR
    )


def _with_margin(pose: Image.Image, side: int) -> Image.Image:
    margin = ceil(side * MARGIN)
    padded = Image.new("CMYK", (side + 2 * margin, side + 2 * margin))
    padded.paste(pose.resize((side, side), Image.Resampling.BOX), (margin, margin))
    return padded


def _shade(pose: Image.Image, side: int) -> Image.Image:
    soft = pose.getchannel(0).filter(ImageFilter.GaussianBlur(side * SHADE_BLUR))
    return soft.point(lambda value: int(value * SHADE_DEPTH))
