"""Pictures that organizers upload, made safe to show.

They are decoded, turned upright, made smaller, and written anew without what a camera adds.
"""

import io
import warnings
from dataclasses import dataclass
from hashlib import blake2b
from threading import BoundedSemaphore

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1600
# Wide enough for a phone with fine pixels.
SMALL_WIDTH = 800
QUALITY = 80
# Decoding takes memory that those who sign need too.
_room = BoundedSemaphore(1)


class PictureRefused(ValueError):
    """The bytes are no picture that can be shown; `code` is `format`, `bytes` or `pixels`."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Picture:
    """A WebP picture; `digest` names its content, and `small` is it for phones, None where it is no wider."""

    data: bytes
    width: int
    height: int
    digest: str
    small: bytes | None


@dataclass(frozen=True)
class ShownPicture:
    """A picture as pages show it, with its words for those who do not see it.

    `focal_x` and `focal_y` are hundredths of its width and height: the point that stays in sight where it is cut.
    """

    digest: str
    width: int
    height: int
    alt: str
    focal_x: int = 50
    focal_y: int = 50

    @property
    def has_small(self):
        return self.width > SMALL_WIDTH


def clean_picture(data):
    """Return the Picture in `data`, at most LONGEST_SIDE pixels wide and high. Raises PictureRefused.

    It takes a second or two for a large one: never while others wait for the database.
    """
    if len(data) > MOST_BYTES:
        raise PictureRefused("bytes")
    with _room:
        image = _decoded(data)
    data = _webp(image)
    return Picture(data, *image.size, blake2b(data, digest_size=8).hexdigest(), _for_phones(image))


def _decoded(data):
    """Return the picture upright and at its last size, in colours that WebP has."""
    try:
        with warnings.catch_warnings():
            # Our own limit stands below Pillow's warning.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            if image.width * image.height <= MOST_PIXELS:
                return _made_smaller(image)
    except Exception as error:
        # Each decoder has its own way of saying that a file is cut short or lies about itself.
        raise PictureRefused("format") from error
    raise PictureRefused("pixels")


def _made_smaller(image):
    # As early as each kind lets it: fifty million pixels take 200 MB, and each copy of them as much again.
    image.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode != mode:
        image = image.convert(mode)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return ImageOps.exif_transpose(image)


def _for_phones(image):
    """Return the bytes of the picture made SMALL_WIDTH wide, or None where it is no wider."""
    if image.width <= SMALL_WIDTH:
        return None
    small = image.copy()
    small.thumbnail((SMALL_WIDTH, LONGEST_SIDE))
    return _webp(small)


def _webp(image):
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=4)
    return file.getvalue()
