"""Decodes a picture from outside and writes it anew: `campaign.publishing.picture_decoding FOLDER`, run by process/isolated.py.

A process of its own, without database, settings or secrets, that cannot take all memory: what breaks a decoder finds nothing here.
The folder holds `picture`; what is made of it are `clean.webp`, for phones `small.webp`, and the facts in `done.json`.
"""

import json
import resource
import sys
import warnings
from pathlib import Path

from PIL import Image, ImageOps

from campaign.process.parent import exit_with_parent
from campaign.publishing.pictures import SMALL_WIDTH

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 50_000_000
MAX_SIDE = 1600
QUALITY = 80
MAX_MEMORY = 2 * 1024**3


def clean(folder: Path) -> dict:
    """Make the files of the folder's picture; return its size, or why it is refused: `format` or `pixels`."""
    try:
        image = _decoded(folder / "picture")
        if image is None:
            return {"refused": "pixels"}
        _write_webp(image, folder / "clean.webp")
        if image.width > SMALL_WIDTH:
            small = image.copy()
            small.thumbnail((SMALL_WIDTH, MAX_SIDE))
            _write_webp(small, folder / "small.webp")
    except Exception:
        # Each decoder has its own way of saying that a file is cut short or lies about itself.
        return {"refused": "format"}
    return {"width": image.width, "height": image.height}


def _decoded(path):
    """Return the picture upright and at its last size, in colours that WebP has, or None where it has too many pixels."""
    with warnings.catch_warnings():
        # Our own limit stands below Pillow's warning.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(path, formats=FORMATS)
        return _made_smaller(image) if image.width * image.height <= MAX_PIXELS else None


def _made_smaller(image):
    # As early as each kind lets it: fifty million pixels take 200 MB, and each copy of them as much again.
    image.draft("RGB", (2 * MAX_SIDE, 2 * MAX_SIDE))
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode != mode:
        image = image.convert(mode)
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    return ImageOps.exif_transpose(image)


def _write_webp(image, path):
    image.save(path, "WEBP", quality=QUALITY, method=4)


def main():
    folder = Path(sys.argv[1])
    exit_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    (folder / "done.json").write_text(json.dumps(clean(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
