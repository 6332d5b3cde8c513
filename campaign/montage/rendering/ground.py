"""What lies beneath the butterflies: their shade, and the outline of a nearly empty shape."""

from math import ceil, log

import numpy as np
from PIL import Image, ImageDraw

from campaign.montage.rendering.flock import Flock
from campaign.montage.shapes.files import RGB, Shape

GHOST_DAY, GHOST_NIGHT = (0x60, 0x4B, 0x39), (0xBF, 0xA9, 0x8B)
# The outline of an empty shape is strong. It weakens with the first butterflies, so that people
# look at them.
GHOST_STRENGTH = (0.8, 0.62)
# Few large butterflies get a pale wash of their colours between them. Many get a deep shade that
# closes the gaps.
SHADE_DARKNESS = (1.0, 0.72)
SHADE_STRENGTH = 0.9
MAX_GRID_WIDTH = 600
DOTS_FOR = 700
# Radius of a dot, as a share of the picture's width. On a big screen, the last row of a hall must
# see the outline.
DOT = 1 / 800


class Ground:
    """What shows between butterflies, painted band by band."""

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
        """Return rows top … bottom.

        The array is rows × width × 4 uint8 (red, green, blue, alpha), premultiplied.
        """
        ground = (
            self._shaded(self._shade, top, bottom)
            if self._shade
            else Image.new("CMYK", (self._width, bottom - top))
        )
        if self._dots:
            self._dots.paste(ground, top, bottom)
        return np.asarray(ground)

    def _shaded(self, grid: Image.Image, top: int, bottom: int) -> Image.Image:
        cell = self._width / grid.width
        # Include neighbouring cells, or each band would end in a seam.
        rim = ceil(2 * cell)
        upper, lower = max(0, top - rim), min(self._width, bottom + rim)
        box = (0, upper / cell, grid.width, lower / cell)
        shade = grid.resize((self._width, lower - upper), Image.Resampling.BILINEAR, box)
        return shade.crop((0, top - upper, self._width, bottom - upper))


def _between(count: int, low: int, high: int) -> float:
    """Return how far count is from low to high on a logarithmic scale, 0 to 1."""
    return min(max(log(max(count, 1) / low) / log(high / low), 0), 1)


def _ghost_strength(count: int) -> float:
    """Return the strength of the outline's dots, which fade as the shape fills."""
    alone, among = GHOST_STRENGTH
    return (alone + (among - alone) * _between(count, 1, 43)) * (1 - _between(count, 300, 2000))


def _shade(shape: Shape, flock: Flock, count: int, fullness: float, night: bool) -> Image.Image:
    """Return a soft shade in the colours of the butterflies, where they are dense.

    It is a small premultiplied CMYK image.
    """
    cell = max(flock.width / MAX_GRID_WIDTH, flock.size / 8)
    side = int(flock.width / cell)
    scale = side / flock.width
    where = (flock.y * scale).astype(np.int32) * side + (flock.x * scale).astype(np.int32)
    # On a dark page, a wash of the light tints would look olive. The dark tints glow like embers.
    colour = flock.tints[:, 1 if night else 2].astype(np.float32)
    # With few butterflies, pale ones weigh more, or orange and ink would mix to mud in the wide
    # gaps.
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
    """Return the mean over a square of 2 · reach + 1 cells around each cell."""
    for axis in (0, 1):
        pad = [(reach + 1, reach) if index == axis else (0, 0) for index in range(3)]
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
        # In a narrow picture, all the dots would merge into a line.
        dots = shape.ghost[:: max(1, round(DOTS_FOR / width))] * width
        self._corners = np.rint(dots - self._side / 2).astype(int)

    def paste(self, ground: Image.Image, top: int, bottom: int) -> None:
        for x, y in self._corners.tolist():
            if top - self._side < y < bottom:
                ground.paste(
                    self._colour, (x, y - top, x + self._side, y - top + self._side), self._mask
                )
