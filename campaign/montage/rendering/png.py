"""Write PNG files: a montage with a small palette, or a poster row by row."""

import io
import struct
import zlib
from typing import BinaryIO, cast

import numpy as np
from PIL import Image

# A picture of a few butterflies is small anyway, and its soft shades need every available colour.
COLOURS, COLOURS_OF_FEW = 128, 254
FEW = 0.2
ROUNDS = 8
# The eye notices a step in alpha slightly less than a step in colour.
ALPHA_WEIGHT = 0.9
# Colours are sorted into bins first: five bits each of red, green and blue, four of alpha.
BINS = 1 << 19


def encode_png(image: Image.Image, max_colours: int | None = None) -> bytes:
    """Return the RGBA image as a PNG with a palette of at most `max_colours`.

    That takes a quarter of the bytes, and the difference is hardly visible.
    """
    pixels = np.asarray(image)
    alpha = pixels[:, :, 3]
    visible = alpha > 0
    if not visible.any():
        return _png_bytes(image, 6)
    bins, colours, weights = _binned(pixels[visible])
    max_colours = max_colours or (COLOURS_OF_FEW if visible.mean() < FEW else COLOURS)
    palette = _means(colours, weights, max_colours)
    number_of_bin = np.zeros(BINS, np.uint8)
    used = np.flatnonzero(weights)
    number_of_bin[used] = 1 + _nearest(colours[used], palette)
    numbers = np.zeros(alpha.shape, np.uint8)
    numbers[visible] = number_of_bin[bins]
    small = Image.fromarray(numbers, "P")
    small.putpalette(_straight(palette).tobytes(), "RGBA")
    return _png_bytes(small, 9)


def _png_bytes(image: Image.Image, effort: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=effort)
    return file.getvalue()


def _binned(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the bin of each pixel, and the mean colour and pixel count of each bin.

    Mean colours are premultiplied.
    """
    alpha = pixels[:, 3].astype(np.uint16)
    premultiplied = (pixels[:, :3] * alpha[:, None] + 127) // 255
    red, green, blue = (premultiplied >> 3).astype(np.uint32).T
    bins = red << 14 | green << 9 | blue << 4 | alpha >> 4
    weights = np.bincount(bins, minlength=BINS)
    sums: list[np.ndarray] = [
        np.bincount(bins, channel, minlength=BINS) for channel in premultiplied.T
    ]
    sums.append(np.bincount(bins, alpha, minlength=BINS) * ALPHA_WEIGHT)
    return (
        bins,
        (np.stack(sums, axis=1) / np.maximum(weights, 1)[:, None]).astype(np.float32),
        weights,
    )


def _means(colours: np.ndarray, weights: np.ndarray, max_colours: int) -> np.ndarray:
    """Return the palette: k-means over the bins, starting from evenly spaced ones."""
    used = np.flatnonzero(weights)
    points, weight = colours[used], np.sqrt(weights[used]).astype(np.float32)
    share = np.cumsum(weight) / weight.sum()
    means = points[np.unique(np.searchsorted(share, (np.arange(max_colours) + 0.5) / max_colours))]
    for _ in range(ROUNDS):
        nearest = _nearest(points, means)
        total = np.bincount(nearest, weight, len(means))
        is_used = total > 0
        sums = [np.bincount(nearest, weight * channel, len(means)) for channel in points.T]
        means = (np.stack(sums, axis=1)[is_used] / total[is_used, None]).astype(np.float32)
    return means


def _nearest(points: np.ndarray, means: np.ndarray) -> np.ndarray:
    return cast(np.ndarray, np.argmin((means**2).sum(axis=1) - 2 * points @ means.T, axis=1))


def _straight(palette: np.ndarray) -> np.ndarray:
    """Return the palette as RGBA bytes, with the transparent colour first."""
    alpha = np.minimum(palette[:, 3:] / ALPHA_WEIGHT, 255)
    rgb = palette[:, :3] * 255 / np.maximum(alpha, 1)
    straight = np.zeros((len(palette) + 1, 4), np.float32)
    straight[1:] = np.concatenate([rgb, alpha], axis=1)
    return np.clip(np.rint(straight), 0, 255).astype(np.uint8)


SIGNATURE = b"\x89PNG\r\n\x1a\n"
UP = 2
EFFORT = 6


class PngStream:
    """Writes 8-bit RGB rows to a binary file as PNG (W3C, PNG Specification, third edition)."""

    def __init__(self, file: BinaryIO, width: int, height: int, dots_per_metre: int) -> None:
        self._file = file
        self._packer = zlib.compressobj(EFFORT)
        self._last = np.zeros((1, width, 3), np.uint8)
        file.write(SIGNATURE)
        self._chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        self._chunk(b"sRGB", b"\0")
        self._chunk(b"pHYs", struct.pack(">IIB", dots_per_metre, dots_per_metre, 1))

    def write(self, rows: np.ndarray) -> None:
        """Write the next rows: rows × width × 3 uint8."""
        above = np.concatenate([self._last, rows[:-1]])
        self._last = rows[-1:].copy()
        lines = np.empty((len(rows), 1 + rows[0].size), np.uint8)
        lines[:, 0] = UP
        np.subtract(rows.reshape(len(rows), -1), above.reshape(len(rows), -1), out=lines[:, 1:])
        self._chunk(b"IDAT", self._packer.compress(lines.tobytes()))

    def end(self) -> None:
        """Write the end of the PNG. The file stays open."""
        self._chunk(b"IDAT", self._packer.flush())
        self._chunk(b"IEND", b"")

    def _chunk(self, kind: bytes, content: bytes) -> None:
        if kind == b"IDAT" and not content:
            return
        self._file.write(struct.pack(">I", len(content)) + kind + content)
        self._file.write(struct.pack(">I", zlib.crc32(kind + content)))
