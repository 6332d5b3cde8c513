"""Draw queued posters in the worker, one at a time, each in a separate process."""

import logging
import os
import select
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_id, cause_numbers
from campaign.extensions import database_now, db
from campaign.montage.image_jobs import lay_shape
from campaign.montage.models import VARIETY, Poster
from campaign.montage.operations import (
    claim_poster,
    drop_posters,
    finish_poster,
    give_back,
    note_progress,
    sweep_posters,
)
from campaign.montage.poster_spec import PosterSpec
from campaign.montage.queries import (
    Variety,
    is_work_for_the_press,
    names_digest,
    posters_with_former_names,
    shown_names,
)
from campaign.montage.shaping import sweep_shapes
from campaign.montage.texts import digest_of, look_of, poster_spec
from campaign.process import isolated

LOOK_SECONDS = 0.2
RENEW_SECONDS = 3
MAX_SILENCE_SECONDS = 300
# Unknown files and folders may belong to a worker that is still drawing or just finishing. At this
# age in seconds they no longer do.
MAX_FILE_AGE, MAX_SCRATCH_AGE = 600, 3600

log = logging.getLogger("campaign.press")


def posters_folder(settings: Mapping[str, Any]) -> Path:
    """Return the folder of the finished posters."""
    return Path(settings["VAR_DIR"]) / "posters"


class Press:
    """Draws posters until `stop` is set.

    `write(operation, …)` runs an operation in a committed transaction.
    """

    def __init__(
        self,
        *,
        settings: Mapping[str, Any],
        write: Callable[..., Any],
        holder: str,
        stop: threading.Event,
    ) -> None:
        self._folder = posters_folder(settings)
        self._write = write
        self._holder = holder
        self._stop = stop

    def draw_next(self) -> bool:
        """Draw the poster that has waited longest; return whether there was work."""
        if not is_work_for_the_press(database_now()):
            return False
        poster = self._write(claim_poster, holder=self._holder, now=database_now())
        if poster:
            self._draw(poster)
        return True

    def tidy(self) -> None:
        """Delete old posters, posters with names no longer shown as they are, and unknown files."""
        changed = posters_with_former_names()
        if changed:
            self._write(drop_posters, changed)
        self._write(sweep_shapes, now=database_now())
        kept = set(self._write(sweep_posters, now=database_now()))
        for path in self._folder.glob("*"):
            # Another worker may be cleaning up too, or just finishing.
            with suppress(FileNotFoundError):
                _remove_old(path, kept)

    def _draw(self, poster: Poster) -> None:
        scratch = self._folder / f"{poster.id}-{self._holder}"
        scratch.mkdir(parents=True, exist_ok=True)
        try:
            variety = Variety(*(getattr(poster, column) for column in VARIETY))
            spec, facts = prepare(cause_by_id(poster.cause_id), variety, scratch)
            (scratch / "spec.json").write_text(spec.to_json(), encoding="utf-8")
            # Everything needed has been read. Free the database connection while the poster is
            # drawn.
            db.session.rollback()
            if self._print(poster, scratch):
                draft = scratch / "draft"
                facts["octets"] = draft.stat().st_size
                draft.replace(self._folder / poster.file_name)
                self._write(finish_poster, poster.id, holder=self._holder, **facts)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _print(self, poster: Poster, scratch: Path) -> bool:
        """Run the renderer and report its progress; return whether it succeeded."""
        program = isolated.program(
            "campaign.montage.poster_renderer", scratch / "spec.json", scratch / "draft"
        )
        with (scratch / "errors").open("wb") as errors:
            press = subprocess.Popen(**program, stdout=subprocess.PIPE, stderr=errors)
        try:
            if not self._follow(press, poster):
                return False
        finally:
            press.kill()
            press.wait()
            press.stdout.close()
        if press.returncode:
            # Log only the type and place of the error: its message could contain a name.
            told = (scratch / "errors").read_text(errors="replace").splitlines()
            places = [line.strip() for line in told if line.startswith("  File ")][-3:]
            log.error(
                "the press failed at poster %s: %s %s",
                poster.id,
                *(line.partition(":")[0] for line in told[-1:]),
                places,
            )
        return press.returncode == 0

    def _follow(self, press: subprocess.Popen[bytes], poster: Poster) -> bool:
        """Record the renderer's progress until it ends.

        Return False if we have to stop, it hangs, or we have lost the lock on the poster.
        """
        progress, heard, renewed = 0, time.monotonic(), 0
        while not self._stop.is_set():
            ready, _, _ = select.select([press.stdout], [], [], LOOK_SECONDS)
            said = os.read(press.stdout.fileno(), 4096) if ready else None
            now = time.monotonic()
            if said:
                progress, heard = int(said.split()[-1]), now
            elif said == b"":
                press.wait()
                return True
            if now - heard > MAX_SILENCE_SECONDS:
                log.error("the press said nothing for long at poster %s", poster.id)
                return False
            if now - renewed > RENEW_SECONDS:
                if not self._write(
                    note_progress,
                    poster.id,
                    holder=self._holder,
                    progress=progress,
                    now=database_now(),
                ):
                    return False
                renewed = now
        self._write(give_back, poster.id, holder=self._holder)
        return False


def _remove_old(path: Path, kept: Collection[str]) -> None:
    age = time.time() - path.stat().st_mtime
    if path.is_dir() and age > MAX_SCRATCH_AGE:
        shutil.rmtree(path, ignore_errors=True)
    elif path.is_file() and path.name not in kept and age > MAX_FILE_AGE:
        path.unlink()


def prepare(cause: Cause, variety: Variety, scratch: Path) -> tuple[PosterSpec, dict[str, Any]]:
    """Write what the renderer needs into the folder `scratch`.

    Return the PosterSpec, and the Poster columns about what it shows.
    """
    now, numbers = database_now(), cause_numbers(cause.id)
    facts = {
        "drawn_at": now,
        "look": look_of(cause, variety.lang),
        "numbers": digest_of(numbers),
        "last_number": numbers[0],
    }
    laid = {"shape_folder": lay_shape(cause.shape, scratch)}
    if variety.with_names:
        names = list(shown_names(cause.id, numbers[0]))
        laid |= {"names_file": scratch / "names", "names_count": len(names)}
        laid["names_file"].write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
        facts["names"] = names_digest(names)
    return poster_spec(cause, variety, numbers, now, **laid), facts
