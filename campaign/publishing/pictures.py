"""Pictures that organizers upload, made safe to show.

They are decoded, turned upright, made smaller, and written anew without what a camera adds, by a process of its own that holds no secrets.
"""

import json
import logging
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from threading import BoundedSemaphore

from campaign.process import isolated

MAX_BYTES = 12 * 1024 * 1024
# Wide enough for a phone with fine pixels.
SMALL_WIDTH = 800
MAX_SECONDS = 30
# Decoding takes memory that those who sign need too.
_room = BoundedSemaphore(1)
log = logging.getLogger("campaign.pictures")


class PictureRefused(ValueError):
    """The bytes are no picture that can be shown; `code` is `format`, `bytes` or `pixels`."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Picture:
    """A WebP picture; `digest` names its content, and `small` is it for phones, None where it is no wider."""

    data: bytes
    width: int
    height: int
    digest: str
    small: bytes | None


@dataclass(frozen=True)
class ShownPicture:
    """A picture as pages show it, with its words for those who do not see it.

    `focal_x` and `focal_y` are hundredths of its width and height: the point that stays in sight where it is cut.
    """

    digest: str
    width: int
    height: int
    alt: str
    focal_x: int = 50
    focal_y: int = 50

    @property
    def has_small(self):
        return self.width > SMALL_WIDTH


def clean_picture(data):
    """Return the Picture in `data`, at most 1600 pixels wide and high. Raises PictureRefused.

    It takes a second or two for a large one: never while others wait for the database.
    """
    if len(data) > MAX_BYTES:
        raise PictureRefused("bytes")
    with _room, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "picture").write_bytes(data)
        done = _decoded_alone(folder)
        if "refused" in done:
            raise PictureRefused(done["refused"])
        clean, small = (folder / "clean.webp").read_bytes(), folder / "small.webp"
        digest = blake2b(clean, digest_size=8).hexdigest()
        return Picture(
            clean,
            done["width"],
            done["height"],
            digest,
            small.read_bytes() if small.exists() else None,
        )


def _decoded_alone(folder):
    program = isolated.program("campaign.publishing.picture_decoding", folder)
    try:
        subprocess.run(**program, check=True, timeout=MAX_SECONDS, capture_output=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as fault:
        # The text of an error could hold what was in the picture.
        log.error("a picture could not be decoded: %s", type(fault).__name__)
        return {"refused": "format"}
    return json.loads((folder / "done.json").read_text(encoding="utf-8"))
