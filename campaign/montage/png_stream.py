"""Write a PNG row by row, so that it never has to fit in memory."""

import struct
import zlib
from typing import BinaryIO

import numpy as np

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
