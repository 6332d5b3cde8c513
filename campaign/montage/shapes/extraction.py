"""Find the shape in a picture: what is opaque, or what differs from the background colour."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from PIL import Image

OPAQUE = 128
# Share of transparent pixels from which transparency defines the shape.
MIN_CLEAR = 0.01
# Anything that differs more from the background than this is not background, however different the
# rest is.
MAX_DIFFERENT = 40
MIN_THRESHOLD, MAX_THRESHOLD = 1, 254


@dataclass(frozen=True)
class Cut:
    """How to cut out a shape: `by` is "alpha" or "colour", or empty for what fits the picture.

    By colour, the shape is what differs from the background by more than `threshold` (1 … 254). If
    it is None, it is determined from the picture. With `inverted`, the shape is everything else.
    """

    by: str = ""
    threshold: int | None = None
    inverted: bool = False


def is_clear(picture: Image.Image) -> bool:
    """Return whether an RGBA picture has enough transparent pixels to define a shape."""
    return bool((np.asarray(picture.getchannel("A")) < OPAQUE).mean() > MIN_CLEAR)


def ground_of(picture: Image.Image) -> tuple[int, ...]:
    """Return the colour along the edge of a picture: (red, green, blue)."""
    return tuple(int(channel) for channel in _ground(_pixels(picture)))


def resolve_cut(picture: Image.Image, cut: Cut) -> Cut:
    """Return the Cut with everything that was left open determined from the picture."""
    by = cut.by if cut.by == "colour" or is_clear(picture) else "colour"
    if by != "colour":
        return Cut("alpha", cut.threshold, cut.inverted)
    threshold = cut.threshold or max(
        MIN_THRESHOLD, min(_otsu(_distance(_pixels(picture))), MAX_DIFFERENT)
    )
    return Cut("colour", threshold, cut.inverted)


def cover(picture: Image.Image, cut: Cut) -> Image.Image:
    """Return how much each pixel belongs to the shape, as an L image.

    A pixel belongs to it from OPAQUE on. The Cut must be settled.
    """
    if cut.by == "alpha":
        shares = np.asarray(picture.getchannel("A"))
    else:
        # Spread the values around the threshold, so that scaling down keeps the edge in place.
        excess = _distance(_pixels(picture)) - cut.threshold - 0.5
        shares = np.clip(OPAQUE + excess * 4, 0, 255).astype(np.uint8)
    return Image.fromarray(255 - shares if cut.inverted else shares)


def _pixels(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("RGB")).astype(np.int16)


def _ground(pixels: np.ndarray) -> np.ndarray:
    rim = max(1, min(pixels.shape[:2]) // 50)
    edge = [pixels[:rim], pixels[-rim:], pixels[:, :rim], pixels[:, -rim:]]
    median: np.ndarray = np.median(np.concatenate([part.reshape(-1, 3) for part in edge]), axis=0)
    return median.astype(np.int16)


def _distance(pixels: np.ndarray) -> np.ndarray:
    return cast(np.ndarray, np.abs(pixels - _ground(pixels)).max(axis=2))


def _otsu(values: np.ndarray) -> int:
    """Return the threshold that best separates the values (0 … 255) into two groups.

    This is the method of Otsu (IEEE Transactions on Systems, 1979).
    """
    heights = np.bincount(values.ravel(), minlength=256).astype(float)
    below, sums = np.cumsum(heights), np.cumsum(heights * np.arange(256))
    above = below[-1] - below
    means = sums / np.maximum(below, 1), (sums[-1] - sums) / np.maximum(above, 1)
    return int(np.argmax(below * above * (means[0] - means[1]) ** 2))
