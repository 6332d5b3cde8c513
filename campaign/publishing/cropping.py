"""A part of a picture, cut around the point that matters in it."""

import io

from PIL import Image

QUALITY = 82


def cut(data, size, focus):
    """Return a JPEG of `size` (width, height) cut from the picture in `data` with as much of it as fits.

    `focus` is a point of the picture in hundredths from the left and from the top; it comes as near to the middle as the edges let it.
    """
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    flat = Image.alpha_composite(ground, image).convert("RGB")
    scale = min(flat.width / size[0], flat.height / size[1])
    wide, high = size[0] * scale, size[1] * scale
    left = _kept(flat.width * focus[0] / 100 - wide / 2, flat.width - wide)
    top = _kept(flat.height * focus[1] / 100 - high / 2, flat.height - high)
    file = io.BytesIO()
    flat.resize(size, Image.Resampling.LANCZOS, (left, top, left + wide, top + high)).save(
        file, "JPEG", quality=QUALITY
    )
    return file.getvalue()


def _kept(start, most):
    return min(max(start, 0), most)
