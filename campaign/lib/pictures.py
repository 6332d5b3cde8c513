"""Pictures that organizers upload, made safe to show.

They are decoded, turned upright, made smaller, and written anew without what a camera adds.
"""

import io
import warnings
from dataclasses import dataclass
from hashlib import blake2b

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1600
# Wide enough for a phone with fine pixels.
SMALL_WIDTH = 800
QUALITY = 80


class PictureRefused(ValueError):
    """The bytes are no picture that can be shown; `code` is `format`, `bytes` or `pixels`."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Picture:
    """A WebP picture; `digest` names its content."""

    data: bytes
    width: int
    height: int
    digest: str


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
    """Return the Picture in `data`, at most LONGEST_SIDE pixels wide and high. Raises PictureRefused."""
    if len(data) > MOST_BYTES:
        raise PictureRefused("bytes")
    try:
        with warnings.catch_warnings():
            # Our own limit stands below Pillow's warning.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            if image.width * image.height > MOST_PIXELS:
                raise PictureRefused("pixels")
            image = ImageOps.exif_transpose(image)
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, PictureRefused):
            raise
        raise PictureRefused("format") from error
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    data = _webp(image)
    return Picture(data, *image.size, blake2b(data, digest_size=8).hexdigest())


def for_phones(picture):
    """Return the bytes of a Picture made SMALL_WIDTH wide, or None where it is no wider."""
    if picture.width <= SMALL_WIDTH:
        return None
    image = Image.open(io.BytesIO(picture.data), formats=("WEBP",))
    image.thumbnail((SMALL_WIDTH, LONGEST_SIDE))
    return _webp(image)


def _webp(image):
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=4)
    return file.getvalue()
