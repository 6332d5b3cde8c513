"""The butterflies of one picture, in painting order, and the colours of their parts."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

import numpy as np

from campaign.montage.layout import places, wings
from campaign.montage.layout import size as size_of
from campaign.montage.shapes.files import PARTS, Shape

PLACE = 2.0**-32


@dataclass(frozen=True, eq=False)
class Flock:
    """Columns of butterflies, in painting order.

    The `width` of the picture, the `size` of a butterfly and the places `x`, `y` (float32) are in
    pixels. `variant`, `flip`, `turn` and `scale` are as in layout.Wings. `tints` is n × 4 parts × 3
    (uint8 sRGB).
    """

    width: int
    size: float
    x: np.ndarray
    y: np.ndarray
    variant: np.ndarray
    flip: np.ndarray
    turn: np.ndarray
    scale: np.ndarray
    tints: np.ndarray

    def part(self, selection: np.ndarray) -> "Flock":
        """Return only the chosen butterflies (indices or booleans), in the same order."""
        columns = {name: getattr(self, name)[selection] for name in COLUMNS}
        return Flock(width=self.width, size=self.size, **columns)

    def between(self, top: float, bottom: float) -> np.ndarray:
        """Return the indices of the butterflies between these two heights, in order."""
        return np.flatnonzero((self.y > top) & (self.y < bottom))


COLUMNS = ("x", "y", "variant", "flip", "turn", "scale", "tints")


def gather(
    shape: Shape,
    count: int,
    width: int,
    gaps: Collection[int],
    night: bool,
    seen: int | None = None,
) -> Flock:
    """Return butterflies 1 … count without the gaps, for a picture `width` pixels wide.

    Their colours are those of a picture `seen` pixels wide: large butterflies have patterned wings,
    small ones are dots of the picture. Print has more pixels than the eye can tell apart, so there
    `seen` is smaller than `width`.
    """
    numbers, x, y = places(shape, 1, count)
    if gaps:
        present = ~np.isin(numbers, np.fromiter(gaps, np.uint32))
        numbers, x, y = numbers[present], x[present], y[present]
    look = wings(shape, numbers, x, y)
    order = np.argsort(look.depth)
    size = size_of(shape, count) * width
    # The first butterflies are large, and the edge of the picture would cut them off.
    rim = min(size * 0.66, width / 2)
    return Flock(
        width=width,
        size=size,
        x=np.clip(x[order] * (PLACE * width), rim, width - rim).astype(np.float32),
        y=np.clip(y[order] * (PLACE * width), rim, width - rim).astype(np.float32),
        variant=look.variant[order],
        flip=look.flip[order],
        turn=look.turn[order],
        scale=look.scale[order],
        tints=tints(shape, look.colour[order], size * (seen or width) / width, night),
    )


LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
# How far the parts of a small butterfly differ from the colour of its place, per channel. Without
# this it would be only a blot.
CONTRAST = np.array(
    [[-0.3, -0.36, -0.44], [-0.06, -0.09, -0.1], [0.13, 0.12, 0.1], [0.2, 0.2, 0.2]], np.float32
)
CHUNK = 1 << 16


def nearness(size: float) -> float:
    """Return 0 for butterflies of so few pixels that they are specks, 1 once wings can be seen."""
    return min(max((size - 9) / 70, 0), 1)


def tints(shape: Shape, colours: np.ndarray, size: float, night: bool) -> np.ndarray:
    """Return the tints of butterflies of these colours and size in pixels.

    The array is n × 4 parts × 3, uint8.
    """
    tinted = np.empty((len(colours), len(PARTS), 3), np.uint8)
    for start in range(0, len(colours), CHUNK):
        part = slice(start, start + CHUNK)
        tinted[part] = _tints(shape, colours[part].astype(np.float32), size, night)
    return tinted


def _tints(shape: Shape, flat: np.ndarray, size: float, night: bool) -> np.ndarray:
    luminance = flat @ LUMINANCE
    lift = np.subtract(shape.night_ink, shape.ink).astype(np.float32) * night
    darkness = np.clip((90 - luminance) / 50, 0, 1)
    flat = flat + darkness[:, None] * lift
    # Below a few pixels the parts blend, and contrast would only darken the whole.
    contrast = CONTRAST * min(max((size - 1) / 9, 0), 1)
    # Pale wings need less contrast: a grey vein on cream is as clear as a black one on orange.
    softness = 1 - 0.5 * np.clip((luminance - 180) / 50, 0, 1)
    far = flat[:, None, :] * (1 + softness[:, None, None] * contrast)
    near = nearness(size)
    if near and len(shape.near_luminance):
        far += near * (_near(shape, luminance, lift) - far)
    return cast(np.ndarray, np.clip(far, 0, 255))


def _near(shape: Shape, luminance: np.ndarray, lift: np.ndarray) -> np.ndarray:
    near = np.empty((len(luminance), len(PARTS), 3), np.float32)
    for part in range(len(PARTS)):
        for channel in range(3):
            anchors = shape.near_tints[:, part, channel]
            near[:, part, channel] = np.interp(luminance, shape.near_luminance, anchors)
    near[:, 0] += lift
    return near
