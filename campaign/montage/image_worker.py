"""Cuts a shape out of a picture, or draws how one looks: `campaign.montage.image_worker cut|draw FOLDER`, run by process/isolated.py.

A process of its own, without database, settings or secrets, that can neither take all memory nor keep anybody who signs
waiting: pictures come from outside. What it is to do stands in the folder's `order.json`, what it did in `done.json`.
"""

import json
import os
import resource
import sys
from pathlib import Path

from campaign.montage.drawing import draw, encode_png
from campaign.montage.shape_extraction import Cut, ground_of, is_clear, settled
from campaign.montage.shapes import shape_in
from campaign.montage.uploads import PictureRefused, read_picture, shape_of
from campaign.process.parent import exit_with_parent

# Somebody waits for it, so that not everything else goes first.
NICENESS = 10
MAX_MEMORY_BYTES = 3 * 1024**3
QUALITY = 90


def cut(folder, *, title, by, threshold, inverted):
    """Make the files of a shape of the folder's `picture`, and `picture.webp`: the picture without what a camera adds."""
    try:
        picture = read_picture((folder / "picture").read_bytes())
    except PictureRefused as refused:
        return {"refused": refused.reason}
    picture.save(folder / "picture.webp", "WEBP", quality=QUALITY, method=2)
    way = settled(picture, Cut(by, threshold, inverted))
    facts = {
        "width": picture.width,
        "height": picture.height,
        "is_clear": is_clear(picture),
        "ground": ground_of(picture),
    }
    try:
        name, files = shape_of(picture, title, way)
    except PictureRefused as refused:
        return {"name": None, "fault": refused.reason, "cut": vars(way), **facts}
    for file, content in files.items():
        (folder / file).write_bytes(content)
    return {"name": name, "fault": "", "cut": vars(way), **facts}


def show(folder, *, shape_folder, count, gaps, width, night):
    """Draw `drawn.png`: butterflies 1 … count in the shape."""
    drawn = draw(shape_in(Path(shape_folder)), count, width, gaps=gaps, night=night)
    (folder / "drawn.png").write_bytes(encode_png(drawn))
    return {}


WORK = {"cut": cut, "draw": show}


def main():
    kind, folder = sys.argv[1], Path(sys.argv[2])
    exit_with_parent()
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    done = WORK[kind](folder, **json.loads((folder / "order.json").read_text(encoding="utf-8")))
    (folder / "done.json").write_text(json.dumps(done), encoding="utf-8")


if __name__ == "__main__":
    main()
