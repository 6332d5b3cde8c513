"""The shapes a montage can take: each is a folder of data, never code."""

import io
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from PIL import Image

DATA = Path(__file__).parent / "data"
FILES = ("shape.toml", "mask.png", "palette.png", "ghost.json")
SIDE = 1024
# The parts of a butterfly that have a colour of their own, in the order of every array of tints.
PARTS = ("ink", "dark", "light", "spot")

RGB = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Shape:
    """What the butterflies of one cause add up to.

    `mask` (1024×1024 bool, row = y, column = x) says where butterflies may sit; `palette`
    (1024×1024×3 uint8, sRGB) what colour each place has; `centre` (column, row) is where they came
    from and head away from; `ink` and `night_ink` are its darkest colour by day and by night.
    `near_luminance` (k) and `near_tints` (k × 4 parts × 3) say how butterflies look when they are
    large, by how light their place is; both are empty where each keeps the colour of its place.
    `ghost` (n×2 float, fractions of the square) are the dots of its outline.
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
        """The share of the square that butterflies may sit on, 0 to 1."""
        return float(self.mask.mean())


class UnknownShape(LookupError):
    """No folder of data has this name."""


def shape_names() -> list[str]:
    return sorted(path.parent.name for path in DATA.glob("*/shape.toml"))


@cache
def shape_named(name: str) -> Shape:
    """The shape of this name that comes with the platform, read once per process. Raises UnknownShape."""
    if name not in shape_names():
        raise UnknownShape(name)
    return shape_in(DATA / name)


def shape_in(folder: Path) -> Shape:
    """The shape whose files lie in a folder."""
    return shape_from(folder.name, lambda file: (folder / file).read_bytes())


def shape_from(name: str, read: Callable[[str], bytes]) -> Shape:
    """The shape whose files (FILES) `read` gives by their names."""
    facts = tomllib.loads(read("shape.toml").decode())
    near = facts.get("near", [])
    # A ghost is written in sixteenths of a pixel of the 1,024.
    ghost = np.array(json.loads(read("ghost.json")), float).reshape(-1, 2) / (16 * SIDE)
    return Shape(
        name=name,
        title=facts["title"],
        mask=_pixels(read("mask.png"), "1"),
        palette=_pixels(read("palette.png"), "RGB"),
        centre=tuple(facts["centre"]),
        ink=_rgb(facts["ink"]),
        night_ink=_rgb(facts["night_ink"]),
        near_luminance=np.array([each["luminance"] for each in near], float),
        near_tints=np.array([[_rgb(each[part]) for part in PARTS] for each in near], float),
        ghost=ghost,
    )


def _pixels(content: bytes, mode: str) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        pixels = np.array(image.convert(mode))
    pixels.flags.writeable = False
    return pixels


def _rgb(text: str) -> RGB:
    return tuple(bytes.fromhex(text.removeprefix("#")))
