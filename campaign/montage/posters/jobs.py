"""The job that draws a poster in a separate process, and the deletion of old posters."""

import logging
import os
import select
import shutil
import subprocess
import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_id, cause_numbers
from campaign.extensions import database_now, db, write
from campaign.files.choice import storage_for
from campaign.files.scratch import scratch_folder
from campaign.files.storage import FileStorage
from campaign.health.disk_checks import reserve_space
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import JobRun, WorkerContext
from campaign.montage.models import Poster
from campaign.montage.posters.operations import (
    JOB,
    drop_posters,
    fail_poster,
    finish_poster,
    return_poster,
    start_poster,
    sweep_posters,
)
from campaign.montage.posters.spec import PosterSpec
from campaign.montage.queries import (
    Variety,
    names_digest,
    posters_with_former_names,
    shown_names,
)
from campaign.montage.shapes.image_subprocess import write_shape_folder
from campaign.montage.shapes.operations import sweep_shapes
from campaign.montage.texts import appearance_digest_of, digest_of, poster_spec
from campaign.process import isolated

POLL_SECONDS = 0.2
REPORT_SECONDS = 3
SWEEP_SECONDS = 60
MAX_SILENCE_SECONDS = 300
# Younger unknown files may belong to a worker that is just finishing.
MAX_FILE_AGE = 600

log = logging.getLogger("campaign.posters")
work = BackgroundWork()


class RendererError(Exception):
    """The renderer failed, or was silent for too long."""


def poster_files(settings: Mapping[str, Any]) -> FileStorage:
    """Return the storage of the finished posters."""
    return storage_for(settings, "posters")


@work.job(JOB, on_return=return_poster, on_give_up=fail_poster, waits_in_surge=True)
def draw_poster(run: JobRun) -> datetime | None:
    """Draw a poster."""
    poster = db.session.get(Poster, run.subject_id, populate_existing=True)
    if poster is None or poster.state not in ("waiting", "drawing"):
        return None
    variety = Variety.of(poster)
    poster_id, file_name = poster.id, poster.file_name
    run.write(start_poster, poster_id)
    settings = run.worker.settings
    scratch = scratch_folder(settings) / f"poster-{poster_id}-{run.worker.holder}"
    scratch.mkdir(exist_ok=True)
    try:
        reserve_space(run.worker.settings["VAR_DIR"])
        spec, columns = prepare(cast(Cause, cause_by_id(variety.cause_id)), variety, scratch)
        (scratch / "spec.json").write_text(spec.to_json(), encoding="utf-8")
        # Everything needed has been read. Free the database connection while the poster is drawn.
        db.session.rollback()
        _render(run, scratch)
        draft = scratch / "draft"
        columns["file_bytes"] = draft.stat().st_size
        poster_files(settings).put(file_name, draft, on_progress=partial(run.report, 100))
        run.finish(finish_poster, poster_id, **columns)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return None


@work.periodic(seconds=SWEEP_SECONDS)
def sweep_files(worker: WorkerContext) -> None:
    """Delete old posters, posters with names no longer shown as they are, and unknown files."""
    outdated = posters_with_former_names()
    if outdated:
        write(drop_posters, outdated)
    write(sweep_shapes, now=database_now())
    file_names = set(write(sweep_posters, now=database_now()))
    storage = poster_files(worker.settings)
    for file in list(storage.files()):
        if file.name not in file_names and time.time() - file.modified_at > MAX_FILE_AGE:
            storage.delete(file.name)


def _render(run: JobRun, scratch: Path) -> None:
    """Run the renderer and report its progress. Raise RendererError."""
    program = isolated.program(
        "campaign.montage.posters.renderer",
        scratch / "spec.json",
        scratch / "draft",
        niceness=isolated.BACKGROUND,
    )
    with (scratch / "errors").open("wb") as errors:
        renderer = subprocess.Popen(**program, stdout=subprocess.PIPE, stderr=errors)
    output = cast(IO[bytes], renderer.stdout)
    try:
        _follow(run, output)
        renderer.wait()
    finally:
        renderer.kill()
        renderer.wait()
        output.close()
    if renderer.returncode:
        # Log only the type and place of the error: its message could contain a name.
        lines = (scratch / "errors").read_text(errors="replace").splitlines()
        places = [line.strip() for line in lines if line.startswith("  File ")][-3:]
        kind = lines[-1].partition(":")[0] if lines else ""
        raise RendererError(f"poster {run.subject_id}: {kind} {places}")


def _follow(run: JobRun, output: IO[bytes]) -> None:
    """Report the renderer's progress until it ends. Raise RendererError if it hangs."""
    progress, last_output_at, last_report_at = 0, time.monotonic(), 0.0
    while True:
        run.check_stop()
        is_ready, _, _ = select.select([output], [], [], POLL_SECONDS)
        chunk = os.read(output.fileno(), 4096) if is_ready else None
        now = time.monotonic()
        if chunk:
            progress, last_output_at = int(chunk.split()[-1]), now
        elif chunk == b"":
            return
        if now - last_output_at > MAX_SILENCE_SECONDS:
            raise RendererError(f"poster {run.subject_id}: silent for {MAX_SILENCE_SECONDS} s")
        if now - last_report_at > REPORT_SECONDS:
            run.report(progress)
            last_report_at = now


def prepare(cause: Cause, variety: Variety, scratch: Path) -> tuple[PosterSpec, dict[str, Any]]:
    """Write what the renderer needs into the folder `scratch`.

    Return the PosterSpec, and the Poster columns about what it shows.
    """
    now, numbers = database_now(), cause_numbers(cause.id)
    columns = {
        "drawn_at": now,
        "appearance_digest": appearance_digest_of(cause, variety.lang),
        "numbers_digest": digest_of(numbers),
        "last_number": numbers[0],
    }
    inputs: dict[str, Any] = {"shape_folder": write_shape_folder(cause.shape, scratch)}
    if variety.with_names:
        names, names_file = list(shown_names(cause.id, numbers[0])), scratch / "names"
        names_file.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
        inputs |= {"names_file": names_file, "names_count": len(names)}
        columns["names_digest"] = names_digest(names)
    return poster_spec(cause, variety, numbers, now, **inputs), columns
