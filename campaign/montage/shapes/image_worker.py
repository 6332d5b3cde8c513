"""Cut a shape out of a picture, or draw a preview of one.

Run as `campaign.montage.shapes.image_worker cut|draw FOLDER` by process/isolated.py.

Pictures come from outside, so this process has no database, settings or secrets. Its memory is
limited, and it cannot delay people who sign. It reads its order from `order.json` in the folder,
and writes its result to `done.json`.
"""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from campaign.montage.rendering.drawing import draw, encode_png
from campaign.montage.shapes.creation import PictureRefused, read_picture, shape_of
from campaign.montage.shapes.extraction import Cut, ground_of, is_clear, resolve_cut
from campaign.montage.shapes.files import shape_in
from campaign.process.children import exit_with_parent

MAX_MEMORY_BYTES = 3 * 1024**3
QUALITY = 90


def cut(
    folder: Path, *, title: str, by: str, threshold: int | None, inverted: bool
) -> dict[str, Any]:
    """Write the files of a shape made from the folder's `picture`, and `picture.webp`.

    The WebP is the picture without camera metadata.
    """
    try:
        picture = read_picture((folder / "picture").read_bytes())
    except PictureRefused as error:
        return {"refused": error.reason}
    picture.save(folder / "picture.webp", "WEBP", quality=QUALITY, method=2)
    resolved = resolve_cut(picture, Cut(by, threshold, inverted))
    metadata = {
        "width": picture.width,
        "height": picture.height,
        "is_clear": is_clear(picture),
        "ground": ground_of(picture),
    }
    try:
        name, files = shape_of(picture, title, resolved)
    except PictureRefused as error:
        return {"name": None, "error_code": error.reason, "cut": vars(resolved), **metadata}
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return {"name": name, "error_code": "", "cut": vars(resolved), **metadata}


def show(
    folder: Path, *, shape_folder: str, count: int, gaps: list[int], width: int, night: bool
) -> dict[str, Any]:
    """Write `drawn.png`: butterflies 1 … count in the shape."""
    drawn = draw(shape_in(Path(shape_folder)), count, width, gaps=gaps, night=night)
    (folder / "drawn.png").write_bytes(encode_png(drawn))
    return {}


WORK: dict[str, Callable[..., dict[str, Any]]] = {"cut": cut, "draw": show}


def main() -> None:
    """Run one job with limited memory."""
    kind, folder = sys.argv[1], Path(sys.argv[2])
    exit_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    done = WORK[kind](folder, **json.loads((folder / "order.json").read_text(encoding="utf-8")))
    (folder / "done.json").write_text(json.dumps(done), encoding="utf-8")


if __name__ == "__main__":
    main()
