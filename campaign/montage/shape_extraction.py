"""What of a picture becomes a shape: what is not see-through, or what differs from the colour of its ground."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

OPAQUE = 128
# So much of a picture is see-through where that says what its shape is.
MIN_CLEAR = 0.01
# What differs more from the ground than this is not ground, however different the rest is.
MAX_DIFFERENT = 40
MIN_THRESHOLD, MAX_THRESHOLD = 1, 254


@dataclass(frozen=True)
class Cut:
    """How a shape is cut out: `by` is alpha or colour, or empty for what fits the picture.

    By colour the shape is what differs from the ground by more than `threshold` (1 … 254), which is found in the picture where
    it is None. An `inverted` one is all the rest.
    """

    by: str = ""
    threshold: int | None = None
    inverted: bool = False


def is_clear(picture):
    """Whether an RGBA picture has enough see-through places to say what its shape is."""
    return bool((np.asarray(picture.getchannel("A")) < OPAQUE).mean() > MIN_CLEAR)


def ground_of(picture):
    """Return the colour along the edge of a picture: (red, green, blue)."""
    return tuple(int(channel) for channel in _ground(_pixels(picture)))


def settled(picture, cut):
    """Return the Cut with what was left open in it found in the picture."""
    by = cut.by if cut.by == "colour" or is_clear(picture) else "colour"
    if by != "colour":
        return Cut("alpha", cut.threshold, cut.inverted)
    threshold = cut.threshold or max(
        MIN_THRESHOLD, min(_otsu(_distance(_pixels(picture))), MAX_DIFFERENT)
    )
    return Cut("colour", threshold, cut.inverted)


def cover(picture, cut):
    """Return how much each pixel belongs to the shape, as an L image: it does from OPAQUE on. The Cut is a settled one."""
    if cut.by == "alpha":
        shares = np.asarray(picture.getchannel("A"))
    else:
        # Spread around the limit, so that shrinking keeps the edge where it is.
        past = _distance(_pixels(picture)) - cut.threshold - 0.5
        shares = np.clip(OPAQUE + past * 4, 0, 255).astype(np.uint8)
    return Image.fromarray(255 - shares if cut.inverted else shares)


def _pixels(picture):
    return np.asarray(picture.convert("RGB")).astype(np.int16)


def _ground(pixels):
    rim = max(1, min(pixels.shape[:2]) // 50)
    edge = [pixels[:rim], pixels[-rim:], pixels[:, :rim], pixels[:, -rim:]]
    return np.median(np.concatenate([part.reshape(-1, 3) for part in edge]), axis=0).astype(
        np.int16
    )


def _distance(pixels):
    return np.abs(pixels - _ground(pixels)).max(axis=2)


def _otsu(values):
    """The limit that parts the values (0 … 255) into two groups best (Otsu, IEEE Transactions on Systems, 1979)."""
    heights = np.bincount(values.ravel(), minlength=256).astype(float)
    below, sums = np.cumsum(heights), np.cumsum(heights * np.arange(256))
    above = below[-1] - below
    means = sums / np.maximum(below, 1), (sums[-1] - sums) / np.maximum(above, 1)
    return int(np.argmax(below * above * (means[0] - means[1]) ** 2))
