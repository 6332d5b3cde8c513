"""Tens of thousands of butterflies, painted one after the other with soft edges and shades."""

from collections.abc import Iterator
from math import ceil

import numpy as np
from PIL import Image

from campaign.montage.flock import Flock
from campaign.montage.sprites import Stance, sprites_of

# Below this size in pixels a butterfly is stamped from a bank of turned sprites; above it, each is
# cut to measure.
CUT_TO_MEASURE = 34
BANK_TURN = 1024
BANK_SCALE = 60
# A butterfly's shade has its own colours: black shade would make pale wings grey.
SHADE_DARKNESS = 0.45
# A turned square is at most √2 wide; no pose fills its corners, nor does its shade.
REACH = 1.3

# Left, top, tints of the parts, shade, and the parts' masks.
Stamp = tuple[int, int, list[list[int]], Image.Image, tuple[Image.Image, ...]]


def paint_swarm(flock: Flock) -> np.ndarray:
    """The flock on a transparent ground: width × width × 4 uint8, premultiplied."""
    # Pillow gives an RGBA canvas special care where it is transparent; CMYK is four plain channels,
    # and pasting a colour through a mask is then exactly "over" in premultiplied alpha.
    canvas = Image.new("CMYK", (flock.width, flock.width))
    drop = max(1, round(flock.size * 0.03))
    for left, top, tints, shade, parts in _stamps(flock):
        box = (left, top, left + shade.width, top + shade.width)
        canvas.paste(_shade_of(tints), (left, top + drop, box[2], box[3] + drop), shade)
        for tint, part in zip(tints, parts, strict=False):
            canvas.paste((*tint, 255), box, part)
    return np.asarray(canvas)


def _shade_of(tints: list[list[int]]) -> tuple[int, int, int, int]:
    ink, dark = tints[:2]
    return (
        *(int(SHADE_DARKNESS * (0.7 * a + 0.3 * b)) for a, b in zip(ink, dark, strict=True)),
        255,
    )


def _stamps(flock: Flock) -> Iterator[Stamp]:
    return _stamped(flock) if flock.size < CUT_TO_MEASURE else _cut(flock)


def _cut(flock: Flock) -> Iterator[Stamp]:
    """Every butterfly cut to its exact place, turn and size."""
    sprites = sprites_of(flock.size * 1.22)
    columns = (flock.variant, flock.flip, flock.turn, flock.scale, flock.x, flock.y, flock.tints)
    for variant, flip, turn, scale, x, y, tints in zip(
        *(each.tolist() for each in columns), strict=True
    ):
        size = flock.size * scale / 1000
        out = ceil(size * REACH)
        left, top = int(x - out / 2), int(y - out / 2)
        stance = Stance(flip, turn, size, out, x - left, y - top)
        yield (
            left,
            top,
            tints,
            sprites.shade(variant, stance),
            sprites.turned(variant, stance).split(),
        )


def _stamped(flock: Flock) -> Iterator[Stamp]:
    """Small butterflies from a bank; place, turn and size rounded to what an eye can tell apart."""
    sprites = sprites_of(flock.size * 1.1)
    out = ceil(flock.size * 1.22 * REACH)
    # Below this, neither spots nor the wash across a wing can be seen.
    parts = 4 if flock.size >= 15 else 3 if flock.size >= 9 else 2
    bank = {}
    turn = np.rint(flock.turn / BANK_TURN).astype(np.int32) * BANK_TURN
    scale = np.rint(flock.scale / BANK_SCALE).astype(np.int32) * BANK_SCALE
    left = np.rint(flock.x - out / 2).astype(np.int32)
    top = np.rint(flock.y - out / 2).astype(np.int32)
    columns = (flock.variant, flock.flip, turn, scale, left, top, flock.tints)
    for variant, flip, turn, scale, left, top, tints in zip(
        *(each.tolist() for each in columns), strict=True
    ):
        key = (variant, flip, turn, scale)
        if key not in bank:
            stance = Stance(flip, turn, flock.size * scale / 1000, out, out / 2, out / 2)
            bank[key] = (
                sprites.shade(variant, stance),
                sprites.turned(variant, stance).split()[:parts],
            )
        yield left, top, tints, *bank[key]
