"""Write ZIP archives as a stream, so that they need no memory and no plain file on the disk."""

import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_LOCAL, _AFTER, _CENTRAL, _END = b"PK\x03\x04", b"PK\x07\x08", b"PK\x01\x02", b"PK\x05\x06"
# Sizes follow each file in a data descriptor, because they are unknown before. Names are UTF-8.
_FLAGS = 1 << 3 | 1 << 11
_VERSION, _DEFLATED, _REGULAR_FILE = 20, 8, 0o100600 << 16
MAX_ZIP_BYTES = 2**32 - 1


class ArchiveTooLarge(ValueError):
    """The archive, or a file in it, exceeds the four gigabytes that every program can open."""


@dataclass
class _Entry:
    """A file of the archive: its name, where it begins, and its sizes in bytes."""

    name: bytes
    begins: int
    crc: int = 0
    packed: int = 0
    size: int = 0


class ZipStream:
    """Writes an archive: each method returns the next bytes.

    All files have the time `at`, so the same files make the same archive.
    """

    def __init__(self, at: datetime, *, level: int = 6) -> None:
        self._stamp = struct.pack(
            "<HH",
            at.hour << 11 | at.minute << 5 | at.second // 2,
            (at.year - 1980) << 9 | at.month << 5 | at.day,
        )
        self._level = level
        self._length = 0
        self._entries: list[_Entry] = []
        self._compressor: Any = None

    @property
    def open_size(self) -> int:
        """The size in bytes of the file that was begun last, before compression."""
        return self._entries[-1].size

    def begin(self, name: str) -> bytes:
        """Start the file called `name`."""
        entry = _Entry(name.encode(), self._length)
        self._entries.append(entry)
        self._compressor = zlib.compressobj(self._level, wbits=-zlib.MAX_WBITS)
        head = _LOCAL + struct.pack("<HHH", _VERSION, _FLAGS, _DEFLATED) + self._stamp
        sizes = struct.pack("<IIIHH", 0, 0, 0, len(entry.name), 0)
        return self._written(head + sizes + entry.name)

    def add(self, data: bytes) -> bytes:
        """Add data to the open file."""
        entry = self._entries[-1]
        entry.crc = zlib.crc32(data, entry.crc)
        entry.size += len(data)
        return self._packed(self._compressor.compress(data))

    def end(self) -> bytes:
        """End the open file. Raises ArchiveTooLarge."""
        entry = self._entries[-1]
        rest = self._packed(self._compressor.flush())
        if max(entry.size, entry.packed) > MAX_ZIP_BYTES:
            raise ArchiveTooLarge(entry.name.decode())
        sizes = struct.pack("<III", entry.crc, entry.packed, entry.size)
        return rest + self._written(_AFTER + sizes)

    def file(self, name: str, data: bytes) -> bytes:
        """Write a whole file."""
        return self.begin(name) + self.add(data) + self.end()

    def finish(self) -> bytes:
        """End the archive with the list of its files. Raises ArchiveTooLarge."""
        begins, files = self._length, len(self._entries)
        central = b"".join(map(self._listed, self._entries))
        if begins + len(central) > MAX_ZIP_BYTES:
            raise ArchiveTooLarge
        end = struct.pack("<HHHHIIH", 0, 0, files, files, len(central), begins, 0)
        return self._written(central + _END + end)

    def _packed(self, data: bytes) -> bytes:
        self._entries[-1].packed += len(data)
        return self._written(data)

    def _written(self, data: bytes) -> bytes:
        self._length += len(data)
        return data

    def _listed(self, entry: _Entry) -> bytes:
        head = struct.pack("<HHHH", 3 << 8 | _VERSION, _VERSION, _FLAGS, _DEFLATED) + self._stamp
        sizes = struct.pack(
            "<IIIHHHHHII",
            entry.crc,
            entry.packed,
            entry.size,
            len(entry.name),
            0,
            0,
            0,
            0,
            _REGULAR_FILE,
            entry.begins,
        )
        return _CENTRAL + head + sizes + entry.name
