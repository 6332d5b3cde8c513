"""Write ZIP archives as a stream that another process can continue."""

import struct
import zlib
from datetime import datetime
from typing import Any

_LOCAL, _AFTER, _CENTRAL, _END = b"PK\x03\x04", b"PK\x07\x08", b"PK\x01\x02", b"PK\x05\x06"
# Sizes follow each file in a data descriptor, because they are unknown before. Names are UTF-8.
_FLAGS = 1 << 3 | 1 << 11
_VERSION, _DEFLATED, _REGULAR_FILE = 20, 8, 0o100600 << 16
MAX_ZIP_BYTES = 2**32 - 1


class ArchiveTooLarge(ValueError):
    """The archive, or a file in it, exceeds the four gigabytes that every program can open."""


class ZipStream:
    """Writes an archive: each method returns the next bytes.

    Between two calls, `state` is JSON that holds all that another process needs to continue. Data
    added in one call is compressed independently, up to a whole byte. All files have the time
    `at`, so the same files make the same archive.
    """

    def __init__(
        self, at: datetime, *, level: int = 6, state: dict[str, Any] | None = None
    ) -> None:
        self._stamp = struct.pack(
            "<HH",
            at.hour << 11 | at.minute << 5 | at.second // 2,
            (at.year - 1980) << 9 | at.month << 5 | at.day,
        )
        self._level = level
        self.state = state or {"files": [], "length": 0, "open": None}

    def begin(self, name: str) -> bytes:
        """Start the file called `name`."""
        self.state = {
            **self.state,
            "open": {"name": name, "at": self.state["length"], "crc": 0, "packed": 0, "size": 0},
        }
        return self._grown(
            _LOCAL
            + struct.pack("<HHH", _VERSION, _FLAGS, _DEFLATED)
            + self._stamp
            + self._facts(name, 0, 0, 0)
        )

    def add(self, data: bytes) -> bytes:
        """Add data to the open file."""
        squeezer = zlib.compressobj(self._level, wbits=-zlib.MAX_WBITS)
        return self._packed(squeezer.compress(data) + squeezer.flush(zlib.Z_FULL_FLUSH), data)

    def end(self) -> bytes:
        """End the open file. Raises ArchiveTooLarge."""
        last = self._packed(zlib.compressobj(wbits=-zlib.MAX_WBITS).flush(), b"")
        file = self.state["open"]
        if max(file["size"], file["packed"]) > MAX_ZIP_BYTES:
            raise ArchiveTooLarge(file["name"])
        after = _AFTER + struct.pack("<III", file["crc"], file["packed"], file["size"])
        self.state = {**self.state, "open": None, "files": [*self.state["files"], file]}
        return last + self._grown(after)

    def file(self, name: str, data: bytes) -> bytes:
        """Write a whole file."""
        return self.begin(name) + self.add(data) + self.end()

    def finish(self) -> bytes:
        """End the archive with the list of its files. Raises ArchiveTooLarge."""
        begins, files = self.state["length"], self.state["files"]
        central = b"".join(map(self._listed, files))
        if begins + len(central) > MAX_ZIP_BYTES:
            raise ArchiveTooLarge
        return self._grown(
            central
            + _END
            + struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(central), begins, 0)
        )

    def _packed(self, packed: bytes, data: bytes) -> bytes:
        file = self.state["open"]
        grown = {
            "crc": zlib.crc32(data, file["crc"]),
            "packed": file["packed"] + len(packed),
            "size": file["size"] + len(data),
        }
        self.state = {**self.state, "open": {**file, **grown}}
        return self._grown(packed)

    def _grown(self, written: bytes) -> bytes:
        self.state = {**self.state, "length": self.state["length"] + len(written)}
        return written

    def _listed(self, file: dict[str, Any]) -> bytes:
        head = struct.pack("<HHHH", 3 << 8 | _VERSION, _VERSION, _FLAGS, _DEFLATED) + self._stamp
        name = file["name"].encode()
        sizes = struct.pack(
            "<IIIHHHHHII",
            file["crc"],
            file["packed"],
            file["size"],
            len(name),
            0,
            0,
            0,
            0,
            _REGULAR_FILE,
            file["at"],
        )
        return _CENTRAL + head + sizes + name

    @staticmethod
    def _facts(name: str, *sizes: int) -> bytes:
        encoded = name.encode()
        return struct.pack("<IIIHH", *sizes, len(encoded), 0) + encoded
