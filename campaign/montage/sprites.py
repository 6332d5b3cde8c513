"""The eight wing poses of a butterfly, cut and turned to the size at hand."""

from dataclasses import dataclass
from functools import cache
from math import ceil, cos, pi, sin

import numpy as np
from PIL import Image, ImageFilter

from campaign.montage.shapes import DATA

VARIANTS = 8
# The largest size, in pixels, that each level of detail serves.
LEVELS = {"small": 15, "mid": 70, "full": float("inf")}
# Room around a sprite, as a share of its side, for its shade.
ROOM = 1 / 8
SHADE_BLUR = 0.035
SHADE_DEPTH = 0.42


@cache
def _sheet(level: str) -> np.ndarray:
    """The sprites of one level: 8 × side × side × (coverage, cell, wash, spot), uint8 shares of
    each pixel.

    The files hold false colours (see data/build.py): red is the share of wing cell, green how much
    of that is the light end of the wash, blue pale spot, and what remains of the coverage is ink.
    """
    with Image.open(DATA / f"sprites-{level}.png") as image:
        pixels = np.array(image.convert("RGBA")).astype(np.uint16)
    side = pixels.shape[1] // 4
    alpha = pixels[:, :, 3:]
    shares = np.concatenate([alpha, (pixels[:, :, :3] * alpha + 127) // 255], axis=2).astype(
        np.uint8
    )
    return shares.reshape(2, side, 4, side, 4).swapaxes(1, 2).reshape(VARIANTS, side, side, 4)


def level_for(size: float) -> str:
    """The level of detail for butterflies of this size in pixels."""
    return next(level for level, most in LEVELS.items() if size < most)


@dataclass(frozen=True, slots=True)
class Stance:
    """How one butterfly sits in its stamp of out × out pixels: its middle at (x, y), `size` in
    pixels.

    `turn` is in 65,536ths of a whole turn, clockwise.
    """

    flip: bool
    turn: int
    size: float
    out: int
    x: float
    y: float


@dataclass(frozen=True)
class Sprites:
    """All poses at about one size, ready to be turned.

    `poses` are CMYK images, used as four plain channels: coverage, cell, wash, spot; `shades` are L
    images. `side` counts the room around; `grown` is side with room ÷ side without.
    """

    poses: list[Image.Image]
    shades: list[Image.Image]
    side: int
    grown: float

    def turned(self, variant: int, stance: Stance) -> Image.Image:
        return self._transformed(self.poses[variant], stance)

    def shade(self, variant: int, stance: Stance) -> Image.Image:
        return self._transformed(self.shades[variant], stance)

    def _transformed(self, pose: Image.Image, stance: Stance) -> Image.Image:
        scale = self.side / (stance.size * self.grown)
        across, down = cos(stance.turn * pi / 32768) * scale, sin(stance.turn * pi / 32768) * scale
        mirror = -1 if stance.flip else 1
        a, b, d, e = across * mirror, down * mirror, -down, across
        c = self.side / 2 - a * stance.x - b * stance.y
        f = self.side / 2 - d * stance.x - e * stance.y
        out = (stance.out, stance.out)
        return pose.transform(
            out, Image.Transform.AFFINE, (a, b, c, d, e, f), Image.Resampling.BILINEAR
        )


def sprites_of(size: float) -> Sprites:
    """The poses for butterflies of this size in pixels."""
    sheet = _sheet(level_for(size))
    # A little larger than needed, because turning softens.
    side = min(sheet.shape[1], max(6, ceil(size * 1.25)))
    room = ceil(side * ROOM)
    poses = [_roomy(Image.fromarray(pose, "CMYK"), side, room) for pose in sheet]
    return Sprites(
        poses=poses,
        shades=[_shade(pose, side) for pose in poses],
        side=side + 2 * room,
        grown=(side + 2 * room) / side,
    )


def _roomy(pose: Image.Image, side: int, room: int) -> Image.Image:
    roomy = Image.new("CMYK", (side + 2 * room, side + 2 * room))
    roomy.paste(pose.resize((side, side), Image.Resampling.BOX), (room, room))
    return roomy


def _shade(pose: Image.Image, side: int) -> Image.Image:
    soft = pose.getchannel(0).filter(ImageFilter.GaussianBlur(side * SHADE_BLUR))
    return soft.point(lambda value: int(value * SHADE_DEPTH))
