"""Results that Python and JavaScript must share. Written by ``python -m tests.montage.vectors``."""

import json
from pathlib import Path

import numpy as np

from campaign.montage.layout import places, wings
from campaign.montage.shapes.files import Shape, shape_named, shape_names

FOLDER = Path(__file__).parents[1] / "vectors"
STRETCHES = [
    (1, 1_000),
    (1_235, 1_240),
    (28_000, 28_019),
    (999_990, 1_000_009),
    (4_999_981, 5_000_000),
]
COLUMNS = ["number", "x", "y", "variant", "flip", "turn", "scale", "red", "green", "blue", "depth"]


def vector_path(shape_name: str) -> Path:
    return FOLDER / f"montage_{shape_name}.json"


def rows(shape: Shape, first: int, last: int) -> list[list[int]]:
    numbers, x, y = places(shape, first, last)
    look = wings(shape, numbers, x, y)
    columns = [
        numbers,
        x,
        y,
        look.variant,
        look.flip,
        look.turn,
        look.scale,
        *look.colour.T,
        look.depth,
    ]
    return np.stack([column.astype(np.int64) for column in columns], axis=1).tolist()


def write() -> None:
    for name in shape_names():
        shape = shape_named(name)
        lines = [
            json.dumps(row, separators=(",", ":"))
            for stretch in STRETCHES
            for row in rows(shape, *stretch)
        ]
        head = json.dumps(
            {"shape": name, "area": shape.area, "centre": shape.centre, "columns": COLUMNS}
        )
        vector_path(name).write_text(f'{head[:-1]}, "rows": [\n' + ",\n".join(lines) + "\n]}\n")


if __name__ == "__main__":
    write()
