"""Pictures of montages, drawn once and kept in files by what they show."""

import os
import threading
import time
from hashlib import blake2b
from pathlib import Path

from campaign.montage.drawing import draw, encode_png
from campaign.montage.shapes import shape_named

KEPT_SECONDS = 3600
_drawing = threading.Lock()


def montage_png(folder, *, shape, count, width, gaps=(), night=False):
    """Return the PNG of butterflies 1 … `count` without the `gaps`, `width` pixels wide, from `folder` or drawn now.

    One picture is drawn at a time, as drawing takes the processor from people who sign. Files that nobody asked for
    within an hour go.
    """
    shows = repr((shape, count, width, sorted(gaps), night)).encode()
    file = Path(folder) / f"{blake2b(shows, digest_size=12).hexdigest()}.png"
    if not file.exists():
        with _drawing:
            if not file.exists():
                _keep(file, encode_png(draw(shape_named(shape), count, width, gaps=gaps, night=night)))
                _sweep(file.parent)
    return file.read_bytes()


def _keep(file, content):
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.part")
    draft.write_bytes(content)
    draft.replace(file)


def _sweep(folder):
    old = time.time() - KEPT_SECONDS
    for file in folder.iterdir():
        if file.stat().st_mtime < old:
            file.unlink(missing_ok=True)
