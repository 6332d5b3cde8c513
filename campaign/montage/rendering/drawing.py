"""Draw a montage: one butterfly per number, on a transparent ground."""

from collections.abc import Collection

import numpy as np
from PIL import Image

from campaign.montage.layout import size
from campaign.montage.rendering.cloud import Cloud
from campaign.montage.rendering.flock import gather
from campaign.montage.rendering.ground import Ground
from campaign.montage.rendering.png import encode_png
from campaign.montage.rendering.swarm import Swarm
from campaign.montage.shapes.files import Shape

__all__ = ["Painting", "draw", "encode_png", "max_visible"]

# Larger flocks are painted all at once. Their butterflies are a few pixels each, and painting them
# one by one would take seconds.
MAX_SWARM = 40_000
# On paper butterflies are larger, and posters are drawn in the background anyway.
MAX_PRINTED_SWARM = 250_000
# Apparent width of a poster in pixels, from where you can see all of it.
SEEN = 1200
# In pixels. Butterflies are always spread evenly, so once they are this small, more of them do not
# change the picture.
MIN_VISIBLE_SIZE = 1.5
# Above this count, twice as many butterflies have half the area each.
MANY = 2000


class Painting:
    """A montage of butterflies 1 … count without the gaps, painted in bands of rows.

    The picture is `width` pixels wide and high. It is transparent except for the butterflies, a
    soft shade around each and, below 2,000 butterflies, the dotted outline of the shape. With
    `night`, dark butterflies are lighter, to show on a dark page. With `printed`, edges are soft
    even in large flocks, which takes longer, and colours are as on a screen. For a screen at most
    `max_visible` are painted.
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
        """Return rows top … bottom, without the last.

        The array is rows × width × 4 uint8 (red, green, blue, alpha), premultiplied.
        """
        return over(self._butterflies.paint(top, bottom), self._ground.lay(top, bottom))


def max_visible(shape: Shape, width: int) -> int:
    """Return how many butterflies can change a picture of this width in pixels."""
    largest = size(shape, MANY) * width
    return max(MAX_SWARM + 1, int(MANY * (largest / MIN_VISIBLE_SIZE) ** 2))


def draw(
    shape: Shape, count: int, width: int, *, gaps: Collection[int] = (), night: bool = False
) -> Image.Image:
    """Return a whole Painting, as an RGBA image of width × width pixels."""
    pixels = Painting(shape, count, width, gaps=gaps, night=night).rows(0, width)
    return Image.frombuffer("RGBa", (width, width), pixels, "raw", "RGBa", 0, 1).convert("RGBA")


def over(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Lay the upper picture (premultiplied RGBA) over the lower one. Both are uint8.

    The result has as many channels as the lower one.
    """
    picture = np.empty_like(lower)
    channels = lower.shape[2]
    # Row by row, because the intermediate values need twice the memory.
    for row, (top, beneath) in enumerate(zip(upper, lower, strict=True)):
        through = 255 - top[:, 3:].astype(np.uint16)
        picture[row] = top[:, :channels] + ((beneath * through + 127) // 255).astype(np.uint8)
    return picture
