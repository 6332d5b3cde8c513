"""The butterflies of one picture, in its pixels and in painting order."""

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

    def part(self, chosen: np.ndarray) -> "Flock":
        """Return only the chosen butterflies (indices or booleans), in the same order."""
        columns = {name: getattr(self, name)[chosen] for name in COLUMNS}
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

    Their colours are those of a picture `seen` pixels wide: large butterflies look like Monarchs,
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
