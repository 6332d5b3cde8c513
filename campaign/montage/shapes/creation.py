"""Make a shape from an uploaded picture: check it, cut it out, and find its colours."""

import io
import json
from collections.abc import Callable
from hashlib import blake2b
from typing import cast

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from campaign.errors import CampaignError
from campaign.montage.rendering.flock import LUMINANCE
from campaign.montage.shapes.extraction import OPAQUE, Cut, cover, resolve_cut
from campaign.montage.shapes.files import SIDE
from campaign.montage.shapes.outline import dots_of

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 40_000_000
# Pictures are scaled down to this before anything else.
WORKING_SIDE = 2048
MIN_SIDE = 160
MARGIN = 36
COLOURS = 255
DARKEST, DARKEST_AT_NIGHT = 24, 74
# The mask must cover a share of the square from MIN_AREA to MAX_AREA. At least MIN_THICKNESS of it
# must be THICKNESS pixels thick.
MIN_AREA, MAX_AREA = 0.06, 0.8
MIN_THICKNESS, THICKNESS = 0.5, 25
SPECK = 5


class PictureRefused(CampaignError):
    """The picture cannot become a shape.

    `reason` is a keyword, for which pages show a sentence.
    """

    status = 422

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def shape_files(content: bytes, title: str, cut: Cut | None = None) -> tuple[str, dict[str, bytes]]:
    """Return (name, files) of the shape made from a picture's bytes.

    The name is a digest of the files. Raise PictureRefused with a reason: too_heavy, not_a_picture,
    too_many_pixels, broken, too_coarse, empty, too_small, fills_all or too_thin.
    """
    return shape_of(read_picture(content), title, cut or Cut())


def shape_of(picture: Image.Image, title: str, cut: Cut) -> tuple[str, dict[str, bytes]]:
    """Like `shape_files`, for a picture that `read_picture` returned."""
    covered = cover(picture, resolve_cut(picture, cut))
    box = covered.point(_step(OPAQUE)).getbbox()
    if box is None:
        raise PictureRefused("empty")
    if max(box[2] - box[0], box[3] - box[1]) < MIN_SIDE:
        raise PictureRefused("too_coarse")
    mask = _cleaned(_placed(covered, box).point(_step(OPAQUE)))
    _check(mask)
    files = _files(mask, _palette(_placed(picture.convert("RGB"), box), mask), title)
    digest = blake2b(b"".join(files[name] for name in sorted(files)), digest_size=12)
    return f"own-{digest.hexdigest()}", files


def read_picture(content: bytes) -> Image.Image:
    """Return the picture as RGBA, upright, at most WORKING_SIDE wide and high.

    Of an animation, it is the first frame. Raise PictureRefused.
    """
    if len(content) > MAX_BYTES:
        raise PictureRefused("too_heavy")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PictureRefused("too_many_pixels")
            image.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
            image.load()
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
            return upright.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused("too_many_pixels") from error
    except UnidentifiedImageError as error:
        raise PictureRefused("not_a_picture") from error
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        ArithmeticError,
        LookupError,
        TypeError,
        MemoryError,
    ) as error:
        # Each decoder raises different errors for a truncated or invalid file.
        raise PictureRefused("broken") from error


def _placed(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """Return the part of the image in the box, as large as fits, centred in the square."""
    scale = (SIDE - 2 * MARGIN) / max(box[2] - box[0], box[3] - box[1])
    size = max(1, round((box[2] - box[0]) * scale)), max(1, round((box[3] - box[1]) * scale))
    placed = Image.new(image.mode, (SIDE, SIDE))
    resized = image.resize(size, Image.Resampling.BILINEAR, box, reducing_gap=3)
    placed.paste(resized, ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))
    return placed


def _step(limit: int) -> Callable[[int], int]:
    return lambda value: 255 * (value >= limit)


def _cleaned(mask: Image.Image) -> np.ndarray:
    """Return the mask as bool, without specks."""
    opened = mask.filter(ImageFilter.MinFilter(SPECK)).filter(ImageFilter.MaxFilter(SPECK))
    return cast(np.ndarray, np.minimum(np.asarray(mask), np.asarray(opened)) > 0)


def _check(mask: np.ndarray) -> None:
    area = mask.mean()
    if area == 0:
        raise PictureRefused("too_thin")
    if area > MAX_AREA:
        raise PictureRefused("fills_all")
    thick = Image.fromarray(mask).convert("L")
    # Filters of this size are slow. For shares, a quarter of the pixels is accurate enough.
    thick = thick.reduce(2).point(_step(OPAQUE))
    size = THICKNESS // 4 * 2 + 1
    core = thick.filter(ImageFilter.MinFilter(size)).filter(ImageFilter.MaxFilter(size))
    if np.asarray(core).mean() < MIN_THICKNESS * np.asarray(thick).mean():
        raise PictureRefused("too_thin")
    if area < MIN_AREA:
        raise PictureRefused("too_small")


def _palette(picture: Image.Image, mask: np.ndarray) -> np.ndarray:
    """Return the picture in at most COLOURS colours inside the mask, and black outside.

    No colour inside is completely black.
    """
    inside = np.asarray(picture)[mask]
    few = Image.fromarray(inside[None]).quantize(
        COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    palette = np.zeros((SIDE, SIDE, 3), np.uint8)
    palette[mask] = np.maximum(np.asarray(few.convert("RGB"))[0], DARKEST)
    return palette


def _files(mask: np.ndarray, palette: np.ndarray, title: str) -> dict[str, bytes]:
    ink, night_ink = _inks(palette[mask])
    metadata = {
        "title": title,
        "centre": _centre(mask),
        "ink": _hex(ink),
        "night_ink": _hex(night_ink),
    }
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in metadata.items()
    ]
    dots = json.dumps(dots_of(mask).tolist(), separators=(",", ":"))
    return {
        "shape.toml": "".join(lines).encode(),
        "ghost.json": dots.encode(),
        "mask.png": _png(Image.fromarray(mask)),
        "palette.png": _png(Image.fromarray(palette)),
    }


def _centre(mask: np.ndarray) -> list[int]:
    """Return the [column, row] in the mask that is nearest to its centre of mass."""
    rows, columns = np.nonzero(mask)
    nearest = np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2)
    return [int(columns[nearest]), int(rows[nearest])]


def _inks(colours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of the darkest colours, and a version light enough to be seen by night."""
    luminance = colours @ LUMINANCE
    ink = colours[luminance <= np.percentile(luminance, 4)].mean(axis=0)
    lift = max(0, DARKEST_AT_NIGHT - float(ink @ LUMINANCE))
    return ink, np.minimum(ink + lift, 255)


def _hex(colour: np.ndarray) -> str:
    return "#" + bytes(int(channel) for channel in np.rint(colour)).hex().upper()


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
