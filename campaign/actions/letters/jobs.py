"""Periodic work: letters leave at the pace of their targets, and old texts are erased."""

from datetime import datetime

from campaign.actions.letters.delivery import gathering, sending
from campaign.actions.letters.erasure import erase_old_texts
from campaign.extensions import database_now, db, write
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import JobRun, WorkerContext
from campaign.process.clock import utcnow

QUEUE_SECONDS = 60
SETTLE_SECONDS = 2
ERASING_SECONDS = 60 * 60

work = BackgroundWork()


@work.periodic(seconds=QUEUE_SECONDS)
def queue(worker: WorkerContext) -> None:
    """Queue the letters that may leave this minute, and put together those that are gathered."""
    for operation in (sending.queue_letters, gathering.gather_letters):
        write(operation, holder=worker.holder, now=database_now())


@work.periodic(seconds=SETTLE_SECONDS)
def settle(worker: WorkerContext) -> int:
    """Note how the emails of letters ended and return how many did."""
    if not sending.has_queued():
        return 0
    now = database_now()
    letters: int = write(sending.settle_letters, now=now)
    batches: int = write(gathering.settle_batches, now=now)
    return letters + batches


@work.periodic(seconds=ERASING_SECONDS)
def erase_texts(worker: WorkerContext) -> int:
    """Erase the texts of a batch of letters that were delivered long ago and return how many."""
    erased: int = write(erase_old_texts, now=utcnow())
    return erased


@work.job(gathering.JOB, max_attempts=None, waits_in_surge=True)
def make_batch(run: JobRun) -> datetime | None:
    """Make the PDF of gathered letters, and queue their email."""
    document = gathering.make_document(run.subject_id)
    # The database is not needed while the result is written.
    db.session.rollback()
    run.finish(gathering.queue_email, batch_id=run.subject_id, document=document)
    return None
