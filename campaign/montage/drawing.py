"""Draws a montage: one butterfly for each number, on a transparent ground."""

from collections.abc import Collection

import numpy as np
from PIL import Image

from campaign.montage.cloud import Cloud
from campaign.montage.encoding import encode_png
from campaign.montage.flock import gather
from campaign.montage.ground import Ground
from campaign.montage.layout import size
from campaign.montage.shapes import Shape
from campaign.montage.swarm import Swarm

__all__ = ["Painting", "draw", "encode_png", "max_visible"]

# More than these are painted all at once: they are a few pixels each, and one by one would take
# seconds.
MAX_SWARM = 40_000
# For paper, where they are larger and somebody waits for a worker anyway.
MAX_PRINTED_SWARM = 250_000
# As wide in pixels as a poster seems where one sees all of it.
SEEN = 1200
# In pixels. Butterflies are spread evenly however many there are, so that once they are this small, more of them
# make no other picture.
MIN_VISIBLE_SIZE = 1.5
# From here on twice as many are half as large in area.
MANY = 2000


class Painting:
    """A montage of butterflies 1 … count without the gaps, `width` pixels wide and high, painted in bands of rows.

    Nothing is painted where no butterfly sits, but for a soft shade around each and, while there
    are fewer than 1,500, the dotted outline of the shape. By `night` dark butterflies are lighter,
    so that they show on a dark page. `printed` takes its time for soft edges, and colours them as on a screen.
    For a screen no more than `max_visible` are painted.
    """

    def __init__(
        self,
        shape: Shape,
        count: int,
        width: int,
        *,
        gaps: Collection[int] = (),
        night: bool = False,
        printed: bool = False,
    ) -> None:
        if not printed:
            count = min(count, max_visible(shape, width))
            gaps = [gap for gap in gaps if gap <= count]
        flock = gather(shape, count, width, gaps, night, SEEN if printed else width)
        self._ground = Ground(shape, flock, count, night)
        largest = MAX_PRINTED_SWARM if printed else MAX_SWARM
        self._butterflies = Swarm(flock) if len(flock.x) <= largest else Cloud(flock)

    def rows(self, top: int, bottom: int) -> np.ndarray:
        """Rows top … bottom without the last: rows × width × 4 uint8 (red, green, blue, alpha), premultiplied."""
        return over(self._butterflies.paint(top, bottom), self._ground.lay(top, bottom))


def max_visible(shape: Shape, width: int) -> int:
    """How many butterflies make the picture `width` pixels wide; those after them would not change what one sees."""
    largest = size(shape, MANY) * width
    return max(MAX_SWARM + 1, int(MANY * (largest / MIN_VISIBLE_SIZE) ** 2))


def draw(
    shape: Shape, count: int, width: int, *, gaps: Collection[int] = (), night: bool = False
) -> Image.Image:
    """The whole of a Painting, as an RGBA image of width × width pixels."""
    pixels = Painting(shape, count, width, gaps=gaps, night=night).rows(0, width)
    return Image.frombuffer("RGBa", (width, width), pixels, "raw", "RGBa", 0, 1).convert("RGBA")


def over(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """The upper picture (premultiplied RGBA) laid on the lower one, of as many channels as that has; both uint8."""
    picture = np.empty_like(lower)
    channels = lower.shape[2]
    # Row by row, as what is worked out in between is twice as large.
    for row, (top, beneath) in enumerate(zip(upper, lower, strict=True)):
        through = 255 - top[:, 3:].astype(np.uint16)
        picture[row] = top[:, :channels] + ((beneath * through + 127) // 255).astype(np.uint8)
    return picture
