"""Make a shape from an uploaded picture: check it, cut it out, find its colours and outline."""

import io
import json
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import cast

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from campaign.errors import CampaignError
from campaign.montage.rendering.flock import LUMINANCE
from campaign.montage.shapes.extraction import OPAQUE, Cut, cover, resolve_cut
from campaign.montage.shapes.files import SIDE

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


STEP = 7
MAX_POINTS = 4000
MIN_LOOP = 24
SMOOTH = 9


def dots_of(mask: np.ndarray) -> np.ndarray:
    """Return the outline of a mask (1024×1024 bool), holes included.

    The result is n×2 places in sixteenths of a pixel (int).
    """
    loops = [_smooth(loop) for loop in _loops(mask) if len(loop) >= MIN_LOOP]
    length = sum(_lengths(loop).sum() for loop in loops)
    step = max(STEP, length / MAX_POINTS)
    dots = [_sampled(loop, step) for loop in loops]
    return np.rint(np.concatenate(dots) * 16).astype(int) if dots else np.empty((0, 2), int)


def _loops(mask: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the closed paths along the edge of the mask, as corners (column, row).

    The mask is always to the right of the path.
    """
    edges = _edges(np.pad(mask, 1))
    while edges:
        start = corner = next(iter(edges))
        loop, heading = [], (0, 0)
        while True:
            next_corners = edges[corner]
            # Where two paths meet at a corner, turning right keeps them apart.
            right = (corner[0] - heading[1], corner[1] + heading[0])
            next_corner = right if right in next_corners else next_corners[0]
            next_corners.remove(next_corner)
            if not next_corners:
                del edges[corner]
            loop.append(corner)
            heading, corner = (next_corner[0] - corner[0], next_corner[1] - corner[1]), next_corner
            if corner == start:
                break
        yield np.array(loop, float)


def _edges(padded: np.ndarray) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Return {corner: [next corners]} of all edges, in coordinates of the mask without padding."""
    edges: dict[tuple[int, int], list[tuple[int, int]]] = {}

    def add(
        rows: np.ndarray, columns: np.ndarray, start: tuple[int, int], end: tuple[int, int]
    ) -> None:
        for row, column in zip((rows - 1).tolist(), (columns - 1).tolist(), strict=True):
            edges.setdefault((column + start[0], row + start[1]), []).append(
                (column + end[0], row + end[1])
            )

    inner = padded[1:-1, 1:-1]
    for shift, start, end in (
        ((0, 1), (0, 0), (1, 0)),  # nothing above: to the right along the upper edge
        ((1, 2), (1, 0), (1, 1)),  # nothing to the right: down
        ((2, 1), (1, 1), (0, 1)),  # nothing below: to the left
        ((1, 0), (0, 1), (0, 0)),  # nothing to the left: up
    ):
        height, width = inner.shape
        beside = padded[shift[0] : shift[0] + height, shift[1] : shift[1] + width]
        rows, columns = np.nonzero(inner & ~beside)
        add(rows + 1, columns + 1, start, end)
    return edges


def _smooth(loop: np.ndarray) -> np.ndarray:
    """Return the loop without its stairs: each corner moves to the mean of its neighbours."""
    half = SMOOTH // 2
    wrapped = np.concatenate([loop[-half:], loop, loop[:half]])
    total = np.cumsum(np.concatenate([np.zeros((1, 2)), wrapped]), axis=0)
    return cast(np.ndarray, (total[SMOOTH:] - total[:-SMOOTH]) / SMOOTH)


def _lengths(loop: np.ndarray) -> np.ndarray:
    return cast(np.ndarray, np.hypot(*(np.roll(loop, -1, axis=0) - loop).T))


def _sampled(loop: np.ndarray, step: float) -> np.ndarray:
    lengths = _lengths(loop)
    distances = np.concatenate([[0], np.cumsum(lengths)])
    closed = np.concatenate([loop, loop[:1]])
    positions = np.linspace(0, distances[-1], max(1, round(distances[-1] / step)), endpoint=False)
    return np.stack([np.interp(positions, distances, closed[:, axis]) for axis in (0, 1)], axis=1)
