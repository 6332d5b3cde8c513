"""Work on shapes that takes seconds: given to a process of its own, one at a time, so that nobody who signs waits for it."""

import json
import logging
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from campaign.errors import CampaignError
from campaign.extensions import db
from campaign.montage.models import StoredShape
from campaign.montage.pictures import Line, kept
from campaign.montage.shape_extraction import Cut
from campaign.montage.shapes import DATA, FILES
from campaign.montage.uploads import MAX_BYTES, PictureRefused
from campaign.process import isolated

MAX_SECONDS = 90

log = logging.getLogger("campaign.workshop")
# A page of shapes asks for a handful at once, and two organizers may look at theirs.
_line = Line(16)


class WorkFailed(CampaignError):
    """The process that works on pictures was ended, or took too long."""

    status = 503


@dataclass(frozen=True)
class CutOut:
    """A shape that was made, with the settled Cut, and the picture it was made of as WebP; `ground` is its colour (RGB).

    Where the picture is one but this way of cutting makes no shape of it, `name` is None and `fault` the reason, as of
    PictureRefused.
    """

    name: str | None
    fault: str
    files: dict
    cut: Cut
    picture: bytes
    width: int
    height: int
    is_clear: bool
    ground: tuple[int, int, int]


def cut_out(content, *, title, cut):
    """Make a shape of a picture's bytes; return the CutOut. Raises PictureRefused, WorkFailed or TooManyPictures."""
    if len(content) > MAX_BYTES:
        raise PictureRefused("too_heavy")
    with _line.turn(), tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "picture").write_bytes(content)
        done = _work("cut", folder, title=title, **asdict(cut))
        if "refused" in done:
            raise PictureRefused(done["refused"])
        files = {file: (folder / file).read_bytes() for file in FILES} if done["name"] else {}
        ground = tuple(done.pop("ground"))
        cut = Cut(**done.pop("cut"))
        return CutOut(
            files=files,
            cut=cut,
            picture=(folder / "picture.webp").read_bytes(),
            ground=ground,
            **done,
        )


def preview_png(folder, *, shape, count, width, gaps=(), night=False):
    """Return the PNG of butterflies 1 … `count` without the `gaps` in a shape, from `folder` or drawn now.

    Raises WorkFailed or TooManyPictures.
    """
    order = {"shape": shape, "count": count, "width": width, "gaps": sorted(gaps), "night": night}
    return kept(folder, ("preview", *order.items()), lambda: _drawn(**order), _line)


def lay_shape(name, scratch):
    """Return the folder with the files of a shape: its own, or for an uploaded one a folder made in `scratch`."""
    row = db.session.get(StoredShape, name)
    if row is None:
        return DATA / name
    folder = scratch / name
    folder.mkdir()
    for file, content in row.files().items():
        (folder / file).write_bytes(content)
    return folder


def _drawn(*, shape, **order):
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shape_folder = str(lay_shape(shape, folder))
        # What was read is all that is needed; the connection need not be held meanwhile.
        db.session.rollback()
        _work("draw", folder, shape_folder=shape_folder, **order)
        return (folder / "drawn.png").read_bytes()


def _work(kind, folder, **order):
    (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")
    program = isolated.program("campaign.montage.image_worker", kind, folder)
    try:
        subprocess.run(**program, check=True, timeout=MAX_SECONDS, capture_output=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as fault:
        # The words of an error could hold what was in the picture.
        log.error("the workbench failed at %s: %s", kind, type(fault).__name__)
        raise WorkFailed from fault
    return json.loads((folder / "done.json").read_text(encoding="utf-8"))
