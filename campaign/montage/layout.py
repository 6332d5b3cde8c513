"""The montage as a function: from a butterfly number to its place, turn, wing and colour.

`static/js/lib/montage-layout.js` computes the same in JavaScript. The files
`tests/vectors/montage_*.json` keep both identical to the bit. That is why everything except `size`
uses whole numbers.
"""

from dataclasses import dataclass
from functools import cache
from math import log, sqrt
from threading import Lock
from typing import cast

import numpy as np

from campaign.montage.shapes.files import Shape

# 1/ρ and 1/ρ² of the plastic number ρ, as 32-bit fractions. They make the R2 sequence (Martin
# Roberts, 2018): for every N, its first N points are spread evenly. Both are odd, so no two of the
# first 2³² candidates share an x or a y.
STEP_X = np.uint32(3242174889)
STEP_Y = np.uint32(2447445414)
PIXEL_SHIFT = np.uint32(22)

BLOCK = 1 << 14
CANDIDATES = 1 << 32
MAX_SIZE = 0.34


class OutOfPlaces(ValueError):
    """The shape has no butterfly of this number, because all 2³² candidates are used up."""


class _Census:
    """How many butterflies the first candidates hold, per block of 16,384 candidates.

    It lets a search start near a high butterfly number, and takes eight bytes per block. It grows
    when a number is higher than any before.
    """

    def __init__(self, shape: Shape) -> None:
        self._mask = shape.mask.ravel()
        self._before = np.zeros(1, np.int64)
        self._lock = Lock()

    def block_of(self, number: int) -> tuple[int, int]:
        """Return the block of butterfly `number`, and how many butterflies precede the block."""
        while self._before[-1] < number:
            self._grow()
        before = self._before
        block = int(np.searchsorted(before, number, side="left")) - 1
        return block, int(before[block])

    def places(self, block: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the x and y (uint32) of one block's candidates inside the mask, in order."""
        start = block * BLOCK + 1
        candidates = np.arange(start, min(start + BLOCK, CANDIDATES), dtype=np.uint32)
        x, y = candidates * STEP_X, candidates * STEP_Y
        inside = self._mask[pixel_of(x, y)]
        return x[inside], y[inside]

    def _grow(self) -> None:
        with self._lock:
            block = len(self._before) - 1
            if block == CANDIDATES // BLOCK:
                raise OutOfPlaces
            ahead = range(block, min(block + 1 + block // 4, CANDIDATES // BLOCK))
            counts = np.array([len(self.places(item)[0]) for item in ahead], np.int64)
            self._before = np.concatenate([self._before, self._before[-1] + np.cumsum(counts)])


@cache
def _census(shape: Shape) -> _Census:
    return _Census(shape)


def pixel_of(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the flat index (row · 1024 + column) of places x, y (uint32) in mask and palette."""
    return ((y >> PIXEL_SHIFT) << np.uint32(10) | (x >> PIXEL_SHIFT)).astype(np.intp)


def places(shape: Shape, first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where butterflies first … last sit, both included: numbers, x and y.

    x and y are uint32 fractions of the square (2³² = 1), and y grows downward. Candidate k = 1, 2,
    3 … is at x = k · 3242174889 and y = k · 2447445414, both modulo 2³². Butterfly n sits at the
    n-th candidate that has the mask set at (x >> 22, y >> 22). Raise ValueError if `first` is below
    1.
    """
    if first < 1:
        raise ValueError("butterflies are numbered from 1")
    count = max(0, last - first + 1)
    x, y = np.empty(count, np.uint32), np.empty(count, np.uint32)
    filled = 0
    if count:
        census = _census(shape)
        block, before = census.block_of(first)
        skip = first - before - 1
        while filled < count:
            block_x, block_y = census.places(block)
            part = min(len(block_x) - skip, count - filled)
            x[filled : filled + part] = block_x[skip : skip + part]
            y[filled : filled + part] = block_y[skip : skip + part]
            filled, block, skip = filled + part, block + 1, 0
    return np.arange(first, first + count, dtype=np.uint32), x, y


def mixed(numbers: np.ndarray) -> np.ndarray:
    """Return a 32-bit hash of each number: the finalizer of MurmurHash3.

    It maps uint32 to uint32, one to one.
    """
    h = numbers.astype(np.uint32)
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))


@dataclass(frozen=True, eq=False)
class Wings:
    """How butterflies look, one array entry for each.

    `variant` 0–7 is the wing pose, in the order of the sprite sheet. `flip` is true if mirrored
    left to right. `turn` is the heading (int32, 65,536 = a full turn, clockwise, 0 = head up).
    `scale` is the size jitter (int32, 1,000 = as `size` says), 980 to 1,220. `colour` (n×3 uint8,
    sRGB) is the palette at the place, jittered by at most 15. `depth` (uint32, all different) is
    the painting order, lowest first.
    """

    variant: np.ndarray
    flip: np.ndarray
    turn: np.ndarray
    scale: np.ndarray
    colour: np.ndarray
    depth: np.ndarray


def wings(shape: Shape, numbers: np.ndarray, x: np.ndarray, y: np.ndarray) -> Wings:
    """Return the look of the butterflies with these numbers at these places (uint32 each)."""
    look, more = mixed(numbers), mixed(numbers + np.uint32(0x9E3779B9))
    spread = (look & np.uint32(0xFFFF)).astype(np.int32)
    return Wings(
        variant=(look >> np.uint32(29)).astype(np.uint8),
        flip=(look >> np.uint32(28) & np.uint32(1)).astype(bool),
        turn=_headings(shape, x, y) + ((spread - 32768) * 5737 >> 15),
        scale=980 + ((look >> np.uint32(16) & np.uint32(0xFFF)).astype(np.int32) * 241 >> 12),
        colour=_colours(shape.palette.reshape(-1, 3)[pixel_of(x, y)], more),
        depth=mixed(numbers + np.uint32(0x3C6EF372)),
    )


def _colours(palette: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """Return each colour made lighter or darker by at most 8.

    Where the colour is strong, its green moves by up to 8 more. A hue that moved freely would turn
    dark places violet and green.
    """
    red, green, blue = palette.astype(np.int32).T
    light = (hashes & np.uint32(0xFFFF)).astype(np.int32) * 17 // 65536 - 8
    hue = (hashes >> np.uint32(16)).astype(np.int32) * 17 // 65536 - 8
    green = green + (hue * np.abs(red - blue) >> 8)
    jittered: np.ndarray = np.stack([red + light, green + light, blue + light], axis=1)
    return jittered.clip(0, 255).astype(np.uint8)


def _headings(shape: Shape, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return headings a third of the way from head up to straight away from the centre.

    The unit is 65,536ths of a turn.
    """
    across = (x >> PIXEL_SHIFT).astype(np.int32) - shape.centre[0]
    up = shape.centre[1] - (y >> PIXEL_SHIFT).astype(np.int32)
    return bearing(across, up) * 87 >> 8


def bearing(across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Return the direction of (across, up), clockwise from straight up, within ¼° (int32).

    The result is −32,768 to 32,768. atan t ≈ t · (π/4 + 0.273 · (1 − t)) for 0 ≤ t ≤ 1 (Rajan et
    al., IEEE Signal Processing Magazine, 2006). With integers, every machine has the same result.
    """
    wide, high = np.abs(across), np.abs(up)
    ratio = (np.minimum(wide, high) << 12) // np.maximum(np.maximum(wide, high), 1)
    angle = ratio * (8192 + (2847 * (4096 - ratio) >> 12)) >> 12
    angle = np.where(wide > high, 16384 - angle, angle)
    angle = np.where(up < 0, 32768 - angle, angle)
    return cast(np.ndarray, np.where(across < 0, -angle, angle))


def size(shape: Shape, count: int) -> float:
    """Return the side of a butterfly's square when there are `count`.

    It is a fraction of the montage's side: factor · √(area / count), at most 0.34. The factor rises
    from 1.2 at 43, which people can still count, to 1.9 at 2,000, where the shape has to be full.
    """
    if count < 1:
        return MAX_SIZE
    progress = min(max(log(count / 43) / log(2000 / 43), 0), 1)
    factor = 1.2 + 0.7 * progress * progress * (3 - 2 * progress)
    return min(MAX_SIZE, factor * sqrt(shape.area / count))
