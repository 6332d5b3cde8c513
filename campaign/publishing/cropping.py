"""Crop a picture around its focal point."""

import io

from PIL import Image

QUALITY = 82


def cut(data: bytes, size: tuple[int, int], focus: tuple[float, float]) -> bytes:
    """Return a JPEG of `size` (width, height) with as much of the picture `data` as fits.

    `focus` is a point in percent of the picture's width and height, from the left and the top. It
    is placed as near to the centre as the picture's edges allow.
    """
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    flat = Image.alpha_composite(ground, image).convert("RGB")
    scale = min(flat.width / size[0], flat.height / size[1])
    wide, high = size[0] * scale, size[1] * scale
    left = _clamp(flat.width * focus[0] / 100 - wide / 2, flat.width - wide)
    top = _clamp(flat.height * focus[1] / 100 - high / 2, flat.height - high)
    file = io.BytesIO()
    flat.resize(size, Image.Resampling.LANCZOS, (left, top, left + wide, top + high)).save(
        file, "JPEG", quality=QUALITY
    )
    return file.getvalue()


def _clamp(start: float, highest: float) -> float:
    return min(max(start, 0), highest)
