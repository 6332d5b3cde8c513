"""What lies beneath the butterflies: their common shade, and the ghost of a nearly empty shape."""

from math import log

import numpy as np
from PIL import Image, ImageDraw

from campaign.montage.flock import Flock
from campaign.montage.shapes import RGB, Shape

GHOST_DAY, GHOST_NIGHT = (0x60, 0x4B, 0x39), (0xBF, 0xA9, 0x8B)
GHOST_STRENGTH = 0.62
# Between few large butterflies the shade is a pale wash of their colours; between many it is deep,
# and closes the gaps.
SHADE_DARKNESS = (1.0, 0.72)
SHADE_STRENGTH = 0.9
WIDEST_GRID = 600
DOTS_FOR = 700


def lay_ground(shape: Shape, flock: Flock, count: int, night: bool) -> Image.Image:
    """What shows between butterflies: red, green, blue, alpha, premultiplied, as a CMYK image."""
    fullness = _between(count, 150, 2500)
    ground = Image.new("CMYK", (flock.width, flock.width))
    if fullness and len(flock.x):
        ground = _shade(shape, flock, count, fullness, night)
    fading = GHOST_STRENGTH * (1 - _between(count, 300, 2000))
    if fading:
        _dot(ground, shape.ghost * flock.width, GHOST_NIGHT if night else GHOST_DAY, fading)
    return ground


def _between(count: int, low: int, high: int) -> float:
    """How far count has come from low to high, 0 to 1, by its logarithm."""
    return min(max(log(max(count, 1) / low) / log(high / low), 0), 1)


def _shade(shape: Shape, flock: Flock, count: int, fullness: float, night: bool):
    """A soft shade in the colour of the butterflies around, where they are dense."""
    cell = max(flock.width / WIDEST_GRID, flock.size / 8)
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
    whole = (flock.width, flock.width)
    return Image.fromarray(pixels, "CMYK").resize(whole, Image.Resampling.BILINEAR)


def _blurred(heap: np.ndarray, reach: int) -> np.ndarray:
    """The mean over a square of 2 · reach + 1 cells around each cell."""
    for axis in (0, 1):
        pad = [(reach + 1, reach) if each == axis else (0, 0) for each in range(3)]
        total = np.cumsum(np.pad(heap, pad), axis=axis, dtype=np.float64)
        wide = 2 * reach + 1
        upper, lower = np.split(total, [wide], axis=axis)[1], np.split(total, [-wide], axis=axis)[0]
        heap = ((upper - lower) / wide).astype(np.float32)
    return heap


def _dot(ground: Image.Image, dots: np.ndarray, colour: RGB, strength: float) -> None:
    radius = max(0.75, ground.width / 1200)
    side = 2 * int(radius + 1.5) + 1
    big = Image.new("L", (8 * side, 8 * side))
    near, far = 8 * (side / 2 - radius), 8 * (side / 2 + radius)
    ImageDraw.Draw(big).ellipse((near, near, far, far), fill=round(255 * strength))
    mask = big.resize((side, side), Image.Resampling.BOX)
    # In a narrow picture the dots would run into a line.
    dots = dots[:: max(1, round(DOTS_FOR / ground.width))]
    for x, y in np.rint(dots - side / 2).astype(int).tolist():
        ground.paste((*colour, 255), (x, y, x + side, y + side), mask)
