"""Encrypt a file while writing it and decrypt it while reading it, one frame at a time."""

import io
import os
import struct
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from campaign.security.private_files import open_for_owner

SEED_BYTES = 16
FRAME = 2**20
_NONCE, _KEY, _TAG = 12, 32, 16
_LENGTH = struct.Struct(">I")


class SealBroken(ValueError):
    """The file is damaged, truncated, reordered, or encrypted with another key."""


def new_seed() -> bytes:
    """Return a random seed for a file's key. Deleting the seed makes the file unreadable."""
    return os.urandom(SEED_BYTES)


def key_of(secret: bytes, seed: bytes) -> bytes:
    """Derive a file's key from a secret and the file's seed by HKDF-SHA256 (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=_KEY, salt=seed, info=b"volante sealed file").derive(
        secret
    )


class Sealer:
    """Writes a sealed file, in place of what was there.

    A frame is its length, a random nonce, and at most FRAME bytes encrypted by AES-256-GCM. The
    encryption is bound to the frame's position in the file. Only the file's owner may read it.
    """

    def __init__(self, path: str | Path, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._frames = 0
        self._waiting = bytearray()
        self._file = open(path, "wb", opener=open_for_owner)  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        """Add data to the file, one frame as soon as there is enough for it."""
        self._waiting += data
        while len(self._waiting) >= FRAME:
            self._seal(bytes(self._waiting[:FRAME]))
            del self._waiting[:FRAME]

    def finish(self) -> int:
        """Make all data durable and return the number of frames, which reading needs."""
        if self._waiting:
            self._seal(bytes(self._waiting))
            self._waiting.clear()
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._frames

    def _seal(self, plain: bytes) -> None:
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, plain, _place(self._frames))
        self._file.write(_LENGTH.pack(len(sealed)) + nonce + sealed)
        self._frames += 1


def unsealed(path: str | Path, key: bytes, frames: int) -> Iterator[bytes]:
    """Yield the decrypted content of a sealed file of `frames` frames. Raises SealBroken."""
    cipher = AESGCM(key)
    with Path(path).open("rb") as file:
        for place in range(frames):
            yield _read_frame(file, cipher, place)


class SealedReader(io.RawIOBase):
    """A sealed file of `size` plain bytes as a binary file that can be read from any position.

    It reads `file` from any position, and closes it at the end. Reading raises SealBroken.
    """

    def __init__(self, file: BinaryIO, key: bytes, size: int) -> None:
        super().__init__()
        self._cipher = AESGCM(key)
        self._file = file
        self._size = size
        self._position = 0
        self._frame: tuple[int, bytes] = (-1, b"")

    def close(self) -> None:
        self._file.close()
        super().close()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, origin: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[origin]
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        if self._position >= self._size:
            return 0
        place, start = divmod(self._position, FRAME)
        plain = self._open_frame(place)[start : start + len(buffer)]
        if not plain:
            raise SealBroken("cut short")
        buffer[: len(plain)] = plain
        self._position += len(plain)
        return len(plain)

    def _open_frame(self, place: int) -> bytes:
        if self._frame[0] != place:
            self._file.seek(place * (_LENGTH.size + _NONCE + FRAME + _TAG))
            self._frame = (place, _read_frame(self._file, self._cipher, place))
        return self._frame[1]


def size_and_digest(path: str | Path, key: bytes, frames: int) -> tuple[int, str]:
    """Return (size in bytes, SHA-256 in hexadecimal) of the content of a sealed file."""
    size, digest = 0, sha256()
    for plain in unsealed(path, key, frames):
        size += len(plain)
        digest.update(plain)
    return size, digest.hexdigest()


def _read_frame(file: BinaryIO, cipher: AESGCM, place: int) -> bytes:
    """Read and decrypt the frame where the file is, which is number `place`."""
    head = file.read(_LENGTH.size + _NONCE)
    if len(head) < _LENGTH.size + _NONCE:
        raise SealBroken("cut short")
    sealed = file.read(_LENGTH.unpack(head[: _LENGTH.size])[0])
    try:
        return cipher.decrypt(head[_LENGTH.size :], sealed, _place(place))
    except InvalidTag as fault:
        raise SealBroken(f"frame {place}") from fault


def _place(frame: int) -> bytes:
    return frame.to_bytes(8, "big")
