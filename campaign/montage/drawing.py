"""Draws a montage: one butterfly for each number, on a transparent ground."""

from collections.abc import Collection

import numpy as np
from PIL import Image

from campaign.montage.cloud import paint_cloud
from campaign.montage.encoding import encode_png
from campaign.montage.flock import gather
from campaign.montage.ground import lay_ground
from campaign.montage.shapes import Shape
from campaign.montage.swarm import paint_swarm

__all__ = ["draw", "encode_png"]

# More than these are painted all at once: they are a few pixels each, and one by one would take
# seconds.
LARGEST_SWARM = 40_000
ROWS = 256


def draw(
    shape: Shape, count: int, width: int, *, gaps: Collection[int] = (), night: bool = False
) -> Image.Image:
    """The montage of butterflies 1 … count without the gaps, as an RGBA image of width × width
    pixels.

    Nothing is painted where no butterfly sits, but for a soft shade around each and, while there
    are fewer than 1,500, the dotted outline of the shape. By `night` dark butterflies are lighter,
    so that they show on a dark page.
    """
    flock = gather(shape, count, width, gaps, night)
    ground = np.asarray(lay_ground(shape, flock, count, night))
    butterflies = paint_swarm(flock) if len(flock.x) <= LARGEST_SWARM else paint_cloud(flock)
    return _over(butterflies, ground)


def _over(upper: np.ndarray, lower: np.ndarray) -> Image.Image:
    picture = np.empty_like(upper)
    for top in range(0, len(upper), ROWS):
        rows = slice(top, top + ROWS)
        through = 255 - upper[rows, :, 3:].astype(np.uint16)
        picture[rows] = upper[rows] + ((lower[rows] * through + 127) // 255).astype(np.uint8)
    height, width = picture.shape[:2]
    return Image.frombuffer("RGBa", (width, height), picture, "raw", "RGBa", 0, 1).convert("RGBA")
