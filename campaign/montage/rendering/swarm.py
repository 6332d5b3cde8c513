"""Paint tens of thousands of butterflies one after another, with soft edges and shades."""

from collections.abc import Iterator
from math import ceil
from typing import Any

import numpy as np
from PIL import Image

from campaign.montage.rendering.flock import Flock
from campaign.montage.rendering.sprites import Sprites, Stance

# Below this size in pixels, butterflies are stamped from a bank of turned sprites. Above it, each
# is cut to exact measure.
CUT_TO_MEASURE = 34
BANK_TURN = 1024
BANK_SCALE = 60
# A shade takes the butterfly's colours, because a black shade would make pale wings grey.
SHADE_DARKNESS = 0.45
# A turned square is at most √2 wide, but no pose fills its corners, nor does its shade.
REACH = 1.3

# Left, top, tints of the parts, shade, and masks of the parts.
Stamp = tuple[int, int, list[list[int]], Image.Image, tuple[Image.Image, ...]]


class Swarm:
    """A flock, painted in bands so that a picture can be larger than memory."""

    def __init__(self, flock: Flock) -> None:
        self._flock = flock
        self._drop = max(1, round(flock.size * 0.03))
        self._reach = flock.size * 1.22 * REACH / 2 + self._drop + 2
        self._is_small = flock.size < CUT_TO_MEASURE
        self._sprites = Sprites(flock.size * (1.1 if self._is_small else 1.22))
        self._bank: dict[tuple[int, ...], tuple[Any, Any]] = {}

    def paint(self, top: int, bottom: int) -> np.ndarray:
        """Return rows top … bottom on a transparent ground.

        The array is rows × width × 4 uint8, premultiplied.
        """
        # Pillow treats transparent areas of an RGBA canvas specially. CMYK is four plain channels,
        # so pasting a colour through a mask is exactly "over" in premultiplied alpha.
        canvas = Image.new("CMYK", (self._flock.width, bottom - top))
        near = self._flock.part(self._flock.between(top - self._reach, bottom + self._reach))
        stamps = self._stamped(near) if self._is_small else self._cut(near, top, bottom)
        for left, upper, tints, shade, parts in stamps:
            box = (left, upper - top, left + shade.width, upper - top + shade.height)
            canvas.paste(
                _shade_of(tints), (left, box[1] + self._drop, box[2], box[3] + self._drop), shade
            )
            for tint, part in zip(tints, parts, strict=False):
                canvas.paste((*tint, 255), box, part)
        return np.asarray(canvas)

    def _cut(self, flock: Flock, top: int, bottom: int) -> Iterator[Stamp]:
        """Yield each butterfly at its exact place, turn and size, cropped to the band."""
        columns = (
            flock.variant,
            flock.flip,
            flock.turn,
            flock.scale,
            flock.x,
            flock.y,
            flock.tints,
        )
        for variant, flip, turn, scale, x, y, tints in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            size = flock.size * scale / 1000
            out = ceil(size * REACH)
            left, upper = int(x - out / 2), int(y - out / 2)
            first, last = max(0, top - upper - self._drop), min(out, bottom - upper)
            if first >= last:
                continue
            upper += first
            stance = Stance(flip, turn, size, out, last - first, x - left, y - upper)
            yield (
                left,
                upper,
                tints,
                self._sprites.shade(variant, stance),
                self._sprites.turned(variant, stance).split(),
            )

    def _stamped(self, flock: Flock) -> Iterator[Stamp]:
        """Yield small butterflies from a bank of sprites.

        Place, turn and size are rounded to what the eye can tell apart.
        """
        out = ceil(flock.size * 1.22 * REACH)
        # Below these sizes, the spots and then the wash across a wing cannot be seen.
        parts = 4 if flock.size >= 15 else 3 if flock.size >= 9 else 2
        turn = np.rint(flock.turn / BANK_TURN).astype(np.int32) * BANK_TURN
        scale = np.rint(flock.scale / BANK_SCALE).astype(np.int32) * BANK_SCALE
        left = np.rint(flock.x - out / 2).astype(np.int32)
        top = np.rint(flock.y - out / 2).astype(np.int32)
        columns = (flock.variant, flock.flip, turn, scale, left, top, flock.tints)
        for variant, flip, turn, scale, left, top, tints in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            key = (variant, flip, turn, scale)
            if key not in self._bank:
                stance = Stance(flip, turn, flock.size * scale / 1000, out, out, out / 2, out / 2)
                turned = self._sprites.turned(variant, stance).split()[:parts]
                self._bank[key] = self._sprites.shade(variant, stance), turned
            yield left, top, tints, *self._bank[key]


def _shade_of(tints: list[list[int]]) -> tuple[int, int, int, int]:
    red, green, blue = (
        int(SHADE_DARKNESS * (0.7 * ink + 0.3 * dark)) for ink, dark in zip(*tints[:2], strict=True)
    )
    return red, green, blue, 255
