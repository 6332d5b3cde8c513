"""The butterflies of one picture, laid out in its pixels and in the order of painting."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from campaign.montage.layout import places, wings
from campaign.montage.layout import size as size_of
from campaign.montage.shapes import Shape
from campaign.montage.tints import tints

PLACE = 2.0**-32


@dataclass(frozen=True, eq=False)
class Flock:
    """Columns of butterflies, the one painted first first.

    `width` of the picture, `size` of a butterfly and places `x`, `y` (float32) are in pixels;
    `variant`, `flip`, `turn`, `scale` as in layout.Wings; `tints` is n × 4 parts × 3 (uint8 sRGB).
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

    def part(self, chosen: np.ndarray) -> "Flock":
        """Only the chosen butterflies (indices or booleans), in the same order."""
        columns = {name: getattr(self, name)[chosen] for name in COLUMNS}
        return Flock(width=self.width, size=self.size, **columns)

    def between(self, top: float, bottom: float) -> np.ndarray:
        """The indices of the butterflies that sit between these two heights, in the same order."""
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
    """Butterflies 1 … count without the gaps, for a picture `width` pixels wide.

    Their colours are those for a picture `seen` pixels wide: where they are large each is a Monarch,
    where they are small each is a dot of the picture. Print has more pixels than an eye tells apart.
    """
    numbers, x, y = places(shape, 1, count)
    if gaps:
        present = ~np.isin(numbers, np.fromiter(gaps, np.uint32))
        numbers, x, y = numbers[present], x[present], y[present]
    look = wings(shape, numbers, x, y)
    order = np.argsort(look.depth)
    size = size_of(shape, count) * width
    # The few first butterflies are large: those at the rim would be cut off by the edge of the
    # picture.
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
