"""Pictures that organizers upload, made safe to show.

A separate process without secrets decodes them, turns them upright and scales them down. It encodes
them again without the camera's metadata.
"""

import json
import logging
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from campaign.process import isolated

MAX_BYTES = 12 * 1024 * 1024
# In pixels: wide enough for a phone with a high-resolution screen.
SMALL_WIDTH = 800
MAX_SECONDS = 30
# Decode one picture at a time, as decoding uses much memory, which signing needs too.
_decoding = BoundedSemaphore(1)
log = logging.getLogger("campaign.pictures")


class PictureUploadRefused(ValueError):
    """The bytes are no picture that we can show. `code` is `format`, `bytes` or `pixels`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class CleanPicture:
    """A WebP picture. `digest` identifies its content.

    `small` is a version for phones, or None if the picture is no wider than that.
    """

    data: bytes
    width: int
    height: int
    digest: str
    small: bytes | None


@dataclass(frozen=True)
class CleanLogo:
    """A PNG picture without losses."""

    data: bytes
    width: int
    height: int


def clean_picture(data: bytes) -> CleanPicture:
    """Return the CleanPicture in `data`, at most 1600 pixels wide and high.

    Raises PictureUploadRefused. A large one takes a second or two, so never call this inside a
    database transaction.
    """
    with _decoded(data) as (folder, result):
        clean, small = (folder / "clean.webp").read_bytes(), folder / "small.webp"
        digest = blake2b(clean, digest_size=8).hexdigest()
        return CleanPicture(
            clean,
            result["width"],
            result["height"],
            digest,
            small.read_bytes() if small.exists() else None,
        )


def clean_logo(data: bytes) -> CleanLogo:
    """Return the CleanLogo in `data`, at most 1200 pixels wide and high.

    Raises PictureUploadRefused. Never call this inside a database transaction.
    """
    with _decoded(data, "logo") as (folder, result):
        return CleanLogo((folder / "clean.png").read_bytes(), result["width"], result["height"])


@contextmanager
def _decoded(data: bytes, *options: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the folder with the files of the decoded picture, and the result.

    Raises PictureUploadRefused.
    """
    if len(data) > MAX_BYTES:
        raise PictureUploadRefused("bytes")
    with _decoding, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "picture").write_bytes(data)
        result = _decode_in_process(folder, *options)
        if "refused" in result:
            raise PictureUploadRefused(result["refused"])
        yield folder, result


def _decode_in_process(folder: Path, *options: str) -> dict[str, Any]:
    command = isolated.program("campaign.publishing.picture_decoding", folder, *options)
    try:
        subprocess.run(**command, check=True, timeout=MAX_SECONDS, capture_output=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        # Log only the error's type: its text could contain data from the picture.
        log.error("a picture could not be decoded: %s", type(error).__name__)
        return {"refused": "format"}
    result: dict[str, Any] = json.loads((folder / "done.json").read_text(encoding="utf-8"))
    return result
