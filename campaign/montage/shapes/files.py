"""The shapes of montages. Each is a folder of data, never code."""

import io
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from PIL import Image

DATA = Path(__file__).parents[1] / "data"
FILES = ("shape.toml", "mask.png", "palette.png", "ghost.json")
SIDE = 1024
# The parts of a butterfly with their own colour, in the order of every array of tints.
PARTS = ("ink", "dark", "light", "spot")

RGB = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Shape:
    """The picture that the butterflies of a cause form.

    `mask` (1024×1024 bool, row = y, column = x) says where butterflies may sit. `palette`
    (1024×1024×3 uint8, sRGB) is the colour of each place. `centre` (column, row) is the point they
    come from and head away from. `ink` and `night_ink` are the darkest colours by day and by night.

    `near_luminance` (k) and `near_tints` (k × 4 parts × 3) give butterflies their colours when they
    are large, by the luminance of their place. Both are empty if each keeps the colour of its
    place. `ghost` (n×2 float, fractions of the square) are the dots of the outline.
    """

    name: str
    title: str
    mask: np.ndarray
    palette: np.ndarray
    centre: tuple[int, int]
    ink: RGB
    night_ink: RGB
    near_luminance: np.ndarray
    near_tints: np.ndarray
    ghost: np.ndarray

    @cached_property
    def area(self) -> float:
        """Return the share of the square that butterflies may sit on, 0 to 1."""
        return float(self.mask.mean())


class UnknownShape(LookupError):
    """No shape has this name."""


def shape_names() -> list[str]:
    """Return the names of the built-in shapes."""
    return sorted(path.parent.name for path in DATA.glob("*/shape.toml"))


@cache
def shape_named(name: str) -> Shape:
    """Return the built-in shape of this name, read once per process. Raise UnknownShape."""
    if name not in shape_names():
        raise UnknownShape(name)
    return shape_in(DATA / name)


def shape_in(folder: Path) -> Shape:
    """Return the shape whose files are in a folder."""
    return shape_from(folder.name, lambda file: (folder / file).read_bytes())


def shape_from(name: str, read: Callable[[str], bytes]) -> Shape:
    """Return the shape whose files (FILES) `read` returns by name."""
    metadata = tomllib.loads(read("shape.toml").decode())
    near = metadata.get("near", [])
    # The file has sixteenths of a pixel, in a square of 1,024 pixels.
    ghost = np.array(json.loads(read("ghost.json")), float).reshape(-1, 2) / (16 * SIDE)
    return Shape(
        name=name,
        title=metadata["title"],
        mask=_pixels(read("mask.png"), "1"),
        palette=_pixels(read("palette.png"), "RGB"),
        centre=tuple(metadata["centre"]),
        ink=_rgb(metadata["ink"]),
        night_ink=_rgb(metadata["night_ink"]),
        near_luminance=np.array([entry["luminance"] for entry in near], float),
        near_tints=np.array([[_rgb(entry[part]) for part in PARTS] for entry in near], float),
        ghost=ghost,
    )


def _pixels(content: bytes, mode: str) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        pixels = np.array(image.convert(mode))
    pixels.flags.writeable = False
    return pixels


def _rgb(text: str) -> RGB:
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue
