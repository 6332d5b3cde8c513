"""What lies beneath the butterflies: their common shade, and the ghost of a nearly empty shape."""

from math import ceil, log

import numpy as np
from PIL import Image, ImageDraw

from campaign.montage.flock import Flock
from campaign.montage.shapes import RGB, Shape

GHOST_DAY, GHOST_NIGHT = (0x60, 0x4B, 0x39), (0xBF, 0xA9, 0x8B)
# An empty shape is all outline; the first butterflies are what one looks at.
GHOST_STRENGTH = (0.8, 0.62)
# Between few large butterflies the shade is a pale wash of their colours; between many it is deep,
# and closes the gaps.
SHADE_DARKNESS = (1.0, 0.72)
SHADE_STRENGTH = 0.9
MAX_GRID_WIDTH = 600
DOTS_FOR = 700
# A dot is this share of the picture: an empty wall must show its outline to the last row of a hall.
DOT = 1 / 800


class Ground:
    """What shows between butterflies, laid band by band."""

    def __init__(self, shape: Shape, flock: Flock, count: int, night: bool) -> None:
        self._width = flock.width
        fullness = _between(count, 150, 2500)
        self._shade = (
            _shade(shape, flock, count, fullness, night) if fullness and len(flock.x) else None
        )
        strength = _ghost_strength(count)
        self._dots = (
            _Dots(shape, self._width, GHOST_NIGHT if night else GHOST_DAY, strength)
            if strength
            else None
        )

    def lay(self, top: int, bottom: int) -> np.ndarray:
        """Rows top … bottom: rows × width × 4 uint8 (red, green, blue, alpha), premultiplied."""
        ground = (
            self._shaded(top, bottom)
            if self._shade
            else Image.new("CMYK", (self._width, bottom - top))
        )
        if self._dots:
            self._dots.paste(ground, top, bottom)
        return np.asarray(ground)

    def _shaded(self, top: int, bottom: int) -> Image.Image:
        cell = self._width / self._shade.width
        # The neighbouring cells count too, or each band would end in a seam.
        rim = ceil(2 * cell)
        upper, lower = max(0, top - rim), min(self._width, bottom + rim)
        box = (0, upper / cell, self._shade.width, lower / cell)
        whole = self._shade.resize((self._width, lower - upper), Image.Resampling.BILINEAR, box)
        return whole.crop((0, top - upper, self._width, bottom - upper))


def _between(count: int, low: int, high: int) -> float:
    """How far count has come from low to high, 0 to 1, by its logarithm."""
    return min(max(log(max(count, 1) / low) / log(high / low), 0), 1)


def _ghost_strength(count: int) -> float:
    """How strong the dots of the outline are: they fade as the shape itself appears."""
    alone, among = GHOST_STRENGTH
    return (alone + (among - alone) * _between(count, 1, 43)) * (1 - _between(count, 300, 2000))


def _shade(shape: Shape, flock: Flock, count: int, fullness: float, night: bool) -> Image.Image:
    """A soft shade in the colour of the butterflies around, where they are dense: a small premultiplied CMYK image."""
    cell = max(flock.width / MAX_GRID_WIDTH, flock.size / 8)
    side = int(flock.width / cell)
    scale = side / flock.width
    where = (flock.y * scale).astype(np.int32) * side + (flock.x * scale).astype(np.int32)
    # On a dark page a wash of the light tints would be olive; the dark ones glow like embers.
    colour = flock.tints[:, 1 if night else 2].astype(np.float32)
    # Few: the paler neighbour counts for more, or orange and ink would mix to mud in the wide gaps.
    weight = (colour.max(axis=1) / 255) ** (2 - 2 * fullness)
    colour *= weight[:, None]
    heap = np.stack(
        [np.bincount(where, weights, side * side) for weights in (None, weight, *colour.T)],
        axis=1,
        dtype=np.float32,
    ).reshape(side, side, 5)
    heap = _blurred(_blurred(heap, reach := max(1, round(flock.size * scale * 0.3))), reach)
    full = count / (shape.area * side * side)
    alpha = np.clip((heap[:, :, :1] / full - 0.48) / 0.32, 0, 1) * SHADE_STRENGTH * fullness
    darkness = SHADE_DARKNESS[0] + (SHADE_DARKNESS[1] - SHADE_DARKNESS[0]) * fullness
    rgb = heap[:, :, 2:] / np.maximum(heap[:, :, 1:2], 1e-9) * darkness
    pixels = np.concatenate([rgb * alpha, alpha * 255], axis=2).astype(np.uint8)
    return Image.fromarray(pixels, "CMYK")


def _blurred(heap: np.ndarray, reach: int) -> np.ndarray:
    """The mean over a square of 2 · reach + 1 cells around each cell."""
    for axis in (0, 1):
        pad = [(reach + 1, reach) if each == axis else (0, 0) for each in range(3)]
        total = np.cumsum(np.pad(heap, pad), axis=axis, dtype=np.float64)
        wide = 2 * reach + 1
        upper, lower = np.split(total, [wide], axis=axis)[1], np.split(total, [-wide], axis=axis)[0]
        heap = ((upper - lower) / wide).astype(np.float32)
    return heap


class _Dots:
    """The dotted outline of a shape."""

    def __init__(self, shape: Shape, width: int, colour: RGB, strength: float) -> None:
        radius = max(0.75, width * DOT)
        self._side = 2 * int(radius + 1.5) + 1
        self._colour = (*colour, 255)
        big = Image.new("L", (8 * self._side, 8 * self._side))
        near, far = 8 * (self._side / 2 - radius), 8 * (self._side / 2 + radius)
        ImageDraw.Draw(big).ellipse((near, near, far, far), fill=round(255 * strength))
        self._mask = big.resize((self._side, self._side), Image.Resampling.BOX)
        # In a narrow picture the dots would run into a line.
        dots = shape.ghost[:: max(1, round(DOTS_FOR / width))] * width
        self._corners = np.rint(dots - self._side / 2).astype(int)

    def paste(self, ground: Image.Image, top: int, bottom: int) -> None:
        for x, y in self._corners.tolist():
            if top - self._side < y < bottom:
                ground.paste(
                    self._colour, (x, y - top, x + self._side, y - top + self._side), self._mask
                )
