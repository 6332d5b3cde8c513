"""ZIP archives written from front to back, which another process can go on with."""

import struct
import zlib

_LOCAL, _AFTER, _CENTRAL, _END = b"PK\x03\x04", b"PK\x07\x08", b"PK\x01\x02", b"PK\x05\x06"
# Sizes stand behind each file, as they are not known before; names are UTF-8.
_FLAGS = 1 << 3 | 1 << 11
_VERSION, _DEFLATED, _REGULAR_FILE = 20, 8, 0o100600 << 16
MAX_ZIP_BYTES = 2**32 - 1


class ArchiveTooLarge(ValueError):
    """The archive, or a file in it, has grown beyond the four gigabytes that every program can open."""


class ZipStream:
    """Writes an archive: each method returns the bytes that come next.

    Between two calls `state` is all that a continuation needs, as JSON can keep it: what is added in one call is compressed
    by itself, up to a whole byte. All files carry the time `at`, so the same files make the same archive.
    """

    def __init__(self, at, *, level=6, state=None):
        self._stamp = struct.pack(
            "<HH",
            at.hour << 11 | at.minute << 5 | at.second // 2,
            (at.year - 1980) << 9 | at.month << 5 | at.day,
        )
        self._level = level
        self.state = state or {"files": [], "length": 0, "open": None}

    def begin(self, name):
        """Begin the file called `name`."""
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

    def add(self, data):
        """Go on with the open file."""
        squeezer = zlib.compressobj(self._level, wbits=-zlib.MAX_WBITS)
        return self._packed(squeezer.compress(data) + squeezer.flush(zlib.Z_FULL_FLUSH), data)

    def end(self):
        """End the open file."""
        last = self._packed(zlib.compressobj(wbits=-zlib.MAX_WBITS).flush(), b"")
        file = self.state["open"]
        if max(file["size"], file["packed"]) > MAX_ZIP_BYTES:
            raise ArchiveTooLarge(file["name"])
        after = _AFTER + struct.pack("<III", file["crc"], file["packed"], file["size"])
        self.state = {**self.state, "open": None, "files": [*self.state["files"], file]}
        return last + self._grown(after)

    def file(self, name, data):
        """Write a whole file."""
        return self.begin(name) + self.add(data) + self.end()

    def finish(self):
        """End the archive: the list of its files."""
        begins, files = self.state["length"], self.state["files"]
        central = b"".join(map(self._listed, files))
        if begins + len(central) > MAX_ZIP_BYTES:
            raise ArchiveTooLarge
        return self._grown(
            central
            + _END
            + struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(central), begins, 0)
        )

    def _packed(self, packed, data):
        file = self.state["open"]
        grown = {
            "crc": zlib.crc32(data, file["crc"]),
            "packed": file["packed"] + len(packed),
            "size": file["size"] + len(data),
        }
        self.state = {**self.state, "open": {**file, **grown}}
        return self._grown(packed)

    def _grown(self, written):
        self.state = {**self.state, "length": self.state["length"] + len(written)}
        return written

    def _listed(self, file):
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
    def _facts(name, *sizes):
        encoded = name.encode()
        return struct.pack("<IIIHH", *sizes, len(encoded), 0) + encoded
