"""Decode an uploaded picture and encode it again, in a separate process.

Run as `campaign.publishing.picture_decoding FOLDER [logo]` by process/isolated.py. The process has
no database, settings or secrets, and a memory limit, so that an attack on a decoder gains nothing.

The folder contains `picture`. The process writes `clean.webp`, for phones `small.webp`, and its
result as `done.json`. Of a logo it writes `clean.png` instead.
"""

import json
import resource
import sys
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from campaign.process.children import exit_with_parent
from campaign.publishing.picture_upload import SMALL_WIDTH

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 50_000_000
MAX_SIDE = 1600
MAX_LOGO_SIDE = 1200
QUALITY = 80
MAX_MEMORY = 2 * 1024**3


def clean(folder: Path, *, is_logo: bool = False) -> dict[str, Any]:
    """Write the files for the folder's picture and return its size.

    If the picture is refused, the result has only the reason as `refused`: `format` or `pixels`.
    """
    try:
        image = _decode(folder / "picture", MAX_LOGO_SIDE if is_logo else MAX_SIDE)
        if image is None:
            return {"refused": "pixels"}
        if is_logo:
            # PNG would keep a colour profile and the camera's comments.
            image.info.clear()
            image.save(folder / "clean.png", "PNG", optimize=True)
        else:
            _write_pictures(image, folder)
    except Image.DecompressionBombError:
        # Pillow refuses far more pixels than we do before we can count them.
        return {"refused": "pixels"}
    except Exception:
        # Each decoder raises different errors for truncated or malformed files.
        return {"refused": "format"}
    return {"width": image.width, "height": image.height}


def _write_pictures(image: Image.Image, folder: Path) -> None:
    _write_webp(image, folder / "clean.webp")
    if image.width > SMALL_WIDTH:
        small = image.copy()
        small.thumbnail((SMALL_WIDTH, MAX_SIDE))
        _write_webp(small, folder / "small.webp")


def _decode(path: Path, max_side: int) -> Image.Image | None:
    """Return the picture upright, scaled, in RGB or RGBA, or None if it has too many pixels."""
    with warnings.catch_warnings():
        # Our own limit is lower than the one of Pillow's warning.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        image = Image.open(path, formats=FORMATS)
        return _scale_down(image, max_side) if image.width * image.height <= MAX_PIXELS else None


def _scale_down(image: Image.Image, max_side: int) -> Image.Image:
    # Scale down as early as the format allows: fifty million pixels take 200 MB, and so does each
    # copy of them.
    image.draft("RGB", (2 * max_side, 2 * max_side))
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode != mode:
        image = image.convert(mode)
    image.thumbnail((max_side, max_side))
    return ImageOps.exif_transpose(image)


def _write_webp(image: Image.Image, path: Path) -> None:
    image.save(path, "WEBP", quality=QUALITY, method=4)


def main() -> None:
    """Clean the picture in the folder that the first argument names. `logo` may follow."""
    folder, is_logo = Path(sys.argv[1]), "logo" in sys.argv[2:]
    exit_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    (folder / "done.json").write_text(json.dumps(clean(folder, is_logo=is_logo)), encoding="utf-8")


if __name__ == "__main__":
    main()
