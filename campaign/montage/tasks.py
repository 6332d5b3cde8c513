"""The worker's press: draws the posters that wait, one at a time, each in a process of its own."""

import logging
import os
import select
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from campaign.causes.queries import cause_by_id, cause_numbers
from campaign.extensions import database_now, db
from campaign.montage.image_jobs import lay_shape
from campaign.montage.models import VARIETY
from campaign.montage.operations import (
    claim_poster,
    drop_posters,
    finish_poster,
    give_back,
    note_progress,
    sweep_posters,
)
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
# What nobody knows of may belong to a press that still works, or is just being offered; after so long it does not.
MAX_FILE_AGE, MAX_SCRATCH_AGE = 600, 3600

log = logging.getLogger("campaign.press")


def posters_folder(settings):
    """Return the folder that holds the drawn posters."""
    return Path(settings["VAR_DIR"]) / "posters"


class Press:
    """Draws posters until `stop` is set. `write(operation, …)` runs an operation in a committed transaction."""

    def __init__(self, *, settings, write, holder, stop):
        self._folder = posters_folder(settings)
        self._write = write
        self._holder = holder
        self._stop = stop

    def draw_next(self):
        """Draw the poster that waits longest; return whether there was one."""
        if not is_work_for_the_press(database_now()):
            return False
        poster = self._write(claim_poster, holder=self._holder, now=database_now())
        if poster:
            self._draw(poster)
        return True

    def tidy(self):
        """Forget posters with names that are no longer shown so, and old ones, and remove what nobody knows of."""
        changed = posters_with_former_names()
        if changed:
            self._write(drop_posters, changed)
        self._write(sweep_shapes, now=database_now())
        kept = set(self._write(sweep_posters, now=database_now()))
        for path in self._folder.glob("*"):
            # Another worker tidies too, or is just done with what lay here.
            with suppress(FileNotFoundError):
                _remove_old(path, kept)

    def _draw(self, poster):
        scratch = self._folder / f"{poster.id}-{self._holder}"
        scratch.mkdir(parents=True, exist_ok=True)
        try:
            variety = Variety(*(getattr(poster, column) for column in VARIETY))
            spec, facts = prepare(cause_by_id(poster.cause_id), variety, scratch)
            (scratch / "spec.json").write_text(spec.to_json(), encoding="utf-8")
            # What was read is all that is needed; the connection need not be held while the press works.
            db.session.rollback()
            if self._print(poster, scratch):
                draft = scratch / "draft"
                facts["octets"] = draft.stat().st_size
                draft.replace(self._folder / poster.file_name)
                self._write(finish_poster, poster.id, holder=self._holder, **facts)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _print(self, poster, scratch):
        """Run the press and pass on how far it is; return whether it has finished."""
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
            # Only what kind of error and where: the words of one could hold a name.
            told = (scratch / "errors").read_text(errors="replace").splitlines()
            places = [line.strip() for line in told if line.startswith("  File ")][-3:]
            log.error(
                "the press failed at poster %s: %s %s",
                poster.id,
                *(line.partition(":")[0] for line in told[-1:]),
                places,
            )
        return press.returncode == 0

    def _follow(self, press, poster):
        """Note what the press says until it ends; return False where we are told to stop, or have lost the poster."""
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


def _remove_old(path, kept):
    age = time.time() - path.stat().st_mtime
    if path.is_dir() and age > MAX_SCRATCH_AGE:
        shutil.rmtree(path, ignore_errors=True)
    elif path.is_file() and path.name not in kept and age > MAX_FILE_AGE:
        path.unlink()


def prepare(cause, variety, scratch):
    """Lay what the press needs into the folder `scratch`; return the PosterSpec, and columns about what it shows."""
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
