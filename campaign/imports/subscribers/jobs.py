"""The job that checks, imports and undoes lists of subscribers, and the deletion of old files."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from campaign.extensions import database_now, db, write
from campaign.imports.subscribers.models import SubscriberImport
from campaign.imports.subscribers.operations import (
    JOB,
    SubscriberImportOvertaken,
    finish_check,
    finish_import,
    finish_undo,
    import_part,
    note_progress,
    refuse_file,
    remove_part,
    sweep_imports,
)
from campaign.imports.subscribers.queries import (
    import_by_id,
    list_files,
    opened_list,
    remove_file,
)
from campaign.imports.subscribers.reading import ColumnsMissing, Decide, Result
from campaign.imports.tables import FileRefused
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import JobRun, WorkerContext
from campaign.security.sealed_files import SealBroken, SealedReader
from campaign.subscriptions.importing import Subscriber, outcomes_of

REPORT_SECONDS = 2
SWEEP_SECONDS = 60
WRONG = "wrong"

log = logging.getLogger("campaign.imports")
work = BackgroundWork()


@work.job(JOB, max_attempts=None)
def work_on_list(run: JobRun) -> None:
    """Check, import or undo a list, from its beginning. What is done already stays done."""
    item = import_by_id(run.subject_id)
    if item is None or not item.is_working:
        return
    # It may be deleted at any time, and then could not be loaded again after a rollback.
    db.session.expunge(item)
    # If an organizer overtook it, this job runs again.
    with suppress(SubscriberImportOvertaken):
        if item.state == "checking":
            _check(run, item)
        elif item.state == "importing":
            _import(run, item)
        else:
            _undo(run, item)


@work.periodic(seconds=SWEEP_SECONDS)
def sweep_lists(worker: WorkerContext) -> None:
    """Delete abandoned imports, and every file that belongs to none."""
    # A file is stored after its row, so a file that we list first and that has no row is an orphan.
    storage = list_files(worker.settings)
    names: list[str] = []
    try:
        names = [file.name for file in storage.files()]
    finally:
        kept = write(sweep_imports, now=database_now())
    for name in set(names).difference(kept):
        storage.delete(name)


def _check(run: JobRun, item: SubscriberImport) -> None:
    reported_at = time.monotonic()

    def check(batch: list[Subscriber], reader: SealedReader) -> list[str]:
        nonlocal reported_at
        outcomes = outcomes_of(batch, cause_id=item.cause_id, organisation_id=item.organisation_id)
        db.session.rollback()
        run.check_stop()
        if time.monotonic() - reported_at > REPORT_SECONDS:
            run.write(note_progress, item.id, done=reader.tell())
            reported_at = time.monotonic()
        return outcomes

    result = _go_through(run, item, check)
    if result:
        run.finish(finish_check, item.id, **_columns(result))


def _import(run: JobRun, item: SubscriberImport) -> None:
    def add(batch: list[Subscriber], reader: SealedReader) -> list[str]:
        outcomes: list[str] = run.write(import_part, item.id, batch, done=reader.tell())
        return outcomes

    result = _go_through(run, item, add)
    if result:
        run.finish(finish_import, item.id, **_columns(result))
        remove_file(item.id, run.worker.settings)


def _undo(run: JobRun, item: SubscriberImport) -> None:
    after: int | None = 0
    while after is not None:
        after = run.write(remove_part, item.id, after)
    run.finish(finish_undo, item.id)
    remove_file(item.id, run.worker.settings)


def _go_through(
    run: JobRun,
    item: SubscriberImport,
    decide: Callable[[list[Subscriber], SealedReader], list[str]],
) -> Result | None:
    """Read the file and return the Result, or None if it cannot be read, which is then recorded."""
    settings = run.worker.settings
    try:
        with opened_list(item, settings) as (subscribers, reader):
            return subscribers.go_through(_with(reader, decide), asks=item.asks, now=run.now())
    except (FileRefused, ColumnsMissing, SealBroken, FileNotFoundError) as error:
        code = error.code if isinstance(error, FileRefused) else "broken"
        log.error("import %s of subscribers: %s %s", item.id, type(error).__name__, code)
        run.write(refuse_file, item.id, error_code=code)
        if item.state == "importing":
            _undo(run, item)
        return None


def _with(
    reader: SealedReader, decide: Callable[[list[Subscriber], SealedReader], list[str]]
) -> Decide:
    return lambda batch: decide(batch, reader)


def _columns(result: Result) -> dict[str, Any]:
    """Return the columns of the import that describe a Result."""
    counts = dict(result.outcomes)
    if result.wrong:
        counts[WRONG] = result.wrong
    return {"counts": counts, "errors": [list(error) for error in result.errors]}
