"""Image work on shapes that takes seconds, run in a separate process, one at a time.

So it never delays people who sign. The process runs `image_worker`.
"""

import json
import logging
import subprocess
import tempfile
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.montage.models import StoredShape
from campaign.montage.pictures import DrawingQueue, cached
from campaign.montage.shapes.creation import MAX_BYTES, PictureRefused
from campaign.montage.shapes.extraction import Cut
from campaign.montage.shapes.files import DATA, FILES
from campaign.process import isolated

MAX_SECONDS = 90

log = logging.getLogger("campaign.images")
# One page of shapes requests a handful of previews, and two organizers may open theirs at once.
_queue = DrawingQueue(16)


class WorkFailed(CampaignError):
    """The image process was killed, or took too long."""

    status = 503


@dataclass(frozen=True)
class CutOut:
    """A shape made from a picture, the settled Cut, and the picture as WebP.

    `ground` is the picture's background colour (RGB). If this way of cutting makes no shape of the
    picture, `name` is None and `error_code` is a reason of PictureRefused.
    """

    name: str | None
    error_code: str
    files: dict[str, bytes]
    cut: Cut
    picture: bytes
    width: int
    height: int
    is_clear: bool
    ground: tuple[int, int, int]


def cut_out(content: bytes, *, title: str, cut: Cut) -> CutOut:
    """Make a shape from a picture's bytes and return the CutOut.

    Raise PictureRefused, WorkFailed or DrawingQueueFull.
    """
    if len(content) > MAX_BYTES:
        raise PictureRefused("too_heavy")
    with _queue.acquire(), tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "picture").write_bytes(content)
        result = _run_worker("cut", folder, title=title, **asdict(cut))
        if "refused" in result:
            raise PictureRefused(result["refused"])
        files = {file: (folder / file).read_bytes() for file in FILES} if result["name"] else {}
        ground = tuple(result.pop("ground"))
        cut = Cut(**result.pop("cut"))
        return CutOut(
            files=files,
            cut=cut,
            picture=(folder / "picture.webp").read_bytes(),
            ground=ground,
            **result,
        )


def preview_png(
    folder: Path | str,
    *,
    shape: str,
    count: int,
    width: int,
    gaps: Collection[int] = (),
    night: bool = False,
) -> bytes:
    """Return a PNG of butterflies 1 … `count` without the `gaps` in a shape.

    It comes from `folder`, or is drawn now. Raise WorkFailed or DrawingQueueFull.
    """
    arguments = {
        "shape": shape,
        "count": count,
        "width": width,
        "gaps": sorted(gaps),
        "night": night,
    }
    return cached(folder, ("preview", *arguments.items()), lambda: _draw(**arguments), _queue)


def write_shape_folder(name: str, scratch: Path) -> Path:
    """Return the folder with the files of a shape.

    An uploaded shape is written to a new folder in `scratch` first.
    """
    row = db.session.get(StoredShape, name)
    if row is None:
        return DATA / name
    folder = scratch / name
    folder.mkdir()
    for file, content in row.files().items():
        (folder / file).write_bytes(content)
    return folder


def _draw(*, shape: Any, **arguments: Any) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shape_folder = str(write_shape_folder(shape, folder))
        # Everything needed has been read. Free the database connection while the picture is drawn.
        db.session.rollback()
        _run_worker("draw", folder, shape_folder=shape_folder, **arguments)
        return (folder / "drawn.png").read_bytes()


def _run_worker(kind: str, folder: Path, **arguments: Any) -> dict[str, Any]:
    (folder / "order.json").write_text(json.dumps(arguments), encoding="utf-8")
    command = isolated.program(
        "campaign.montage.shapes.image_worker", kind, folder, niceness=isolated.AWAITED
    )
    try:
        subprocess.run(**command, check=True, timeout=MAX_SECONDS, capture_output=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        # Log only the type of error: its message could contain parts of the picture.
        log.error("the image process failed at %s: %s", kind, type(error).__name__)
        raise WorkFailed from error
    return cast(dict[str, Any], json.loads((folder / "done.json").read_text(encoding="utf-8")))
