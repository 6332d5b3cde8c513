"""The data with which a browser draws montages: a shape as one compact file, and the sprites."""

import json
import struct
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np

from campaign.montage.queries import find_shape
from campaign.montage.rendering.sprites import LEVELS
from campaign.montage.shapes.files import DATA, FILES, PARTS, SIDE, Shape, shape_names

MAX_COLOURS, MAX_PACKED_SHAPES = 255, 16
# Increase this when the layout of a packed shape changes, because browsers keep old ones for a
# year.
LAYOUT = b"1"


class TooManyColours(ValueError):
    """The palette has more colours inside the mask than one byte can index."""


@lru_cache(MAX_PACKED_SHAPES)
def packed_shape(name: str) -> bytes:
    """Return the shape as bytes.

    They are a length (uint32), JSON of that length, the dots of the outline, and one byte for each
    of the 1024×1024 pixels. A pixel is 0 where no butterfly may sit, else 1 + the index of its
    colour in the JSON. Dots are pairs of uint16, in sixteenths of a pixel. Everything is
    little-endian. Unlike a picture read back from a canvas, this is the same in every browser.
    """
    shape = find_shape(name)
    colours, indices = np.unique(shape.palette[shape.mask], axis=0, return_inverse=True)
    if len(colours) > MAX_COLOURS:
        raise TooManyColours(name)
    pixels = np.zeros((SIDE, SIDE), np.uint8)
    pixels[shape.mask] = indices.ravel() + 1
    dots = np.rint(shape.ghost * SIDE * 16).astype("<u2")
    header = json.dumps(_header(shape, colours, len(dots)), separators=(",", ":")).encode()
    header += b" " * (-len(header) % 4)
    length = struct.pack("<I", len(header))
    return b"".join((length, header, dots.tobytes(), pixels.tobytes()))


def _header(shape: Shape, colours: np.ndarray, dots: int) -> dict[str, Any]:
    return {
        "centre": shape.centre,
        "ink": shape.ink,
        "night_ink": shape.night_ink,
        "near": [
            {"luminance": luminance, **dict(zip(PARTS, tints, strict=True))}
            for luminance, tints in zip(
                shape.near_luminance.tolist(), shape.near_tints.tolist(), strict=True
            )
        ],
        "colours": colours.ravel().tolist(),
        "dots": dots,
    }


def sprite_png(level: str) -> bytes | None:
    """Return the PNG with the eight poses at one level of detail, or None."""
    return (DATA / f"sprites-{level}.png").read_bytes() if level in LEVELS else None


@cache
def version() -> str:
    """Return a digest of the data behind packed shapes and sprites.

    It goes into URLs, so that browsers can cache them permanently.
    """
    digest = blake2b(LAYOUT, digest_size=6)
    shapes = (DATA / name / file for name in shape_names() for file in FILES)
    for path in sorted([*shapes, *DATA.glob("*.png")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
