"""The job that finishes a batch, and the deletion of abandoned batches."""

from datetime import datetime, timedelta

from sqlalchemy import select

from campaign.accounts.audit import WORKER, record_audit_event
from campaign.extensions import database_now, db, write
from campaign.imports.classification import classify
from campaign.imports.commit import import_in_parts
from campaign.imports.models import ImportBatch
from campaign.imports.operations import JOB, RETENTION, STOPPED_AFTER, drop
from campaign.imports.queries import batch_by_id, checker_for, items_of
from campaign.imports.rollback import erase_rows, remove_in_parts
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import JobRun, WorkerContext

SWEEP_SECONDS = 60
# The petition of an accepted batch is not public now. It may be again.
LOOK_AGAIN = timedelta(minutes=1)

work = BackgroundWork()


@work.job(JOB, max_attempts=None)
def finish_batch(run: JobRun) -> datetime | None:
    """Finish an accepted, undone or dropped batch that is large or was interrupted.

    Each part is a transaction, and what is done stays done.
    """
    batch, now = batch_by_id(run.subject_id), run.now()
    if batch is None:
        return None
    if batch.is_arriving:
        checker = checker_for(batch, now)
        if checker is None:
            return now + LOOK_AGAIN
        import_in_parts(run.write, batch.id, classify(checker, items_of(batch, waiting=True)))
    elif batch.is_leaving:
        remove_in_parts(run.write, batch.id)
    elif batch.state == "dropped" and batch.closed_at is None:
        # A file that is still being stored counts as dropped too. Wait until it stops changing.
        if batch.changed_at > now - STOPPED_AFTER:
            return batch.changed_at + STOPPED_AFTER
        erase_rows(run.write, batch.id)
    return None


@work.periodic(seconds=SWEEP_SECONDS)
def sweep_batches(_worker: WorkerContext) -> int:
    """Drop the open batches that nobody has changed for RETENTION and return how many."""
    return drop_abandoned(now=database_now())


def drop_abandoned(*, now: datetime) -> int:
    """Drop the open batches that nobody has changed for RETENTION, and erase their content.

    Return the number of batches.
    """
    ids = write(_drop_old, now)
    for batch_id in ids:
        erase_rows(write, batch_id)
    return len(ids)


def _drop_old(now: datetime) -> list[int]:
    is_abandoned = (
        ImportBatch.state == "open",
        ImportBatch.accepted_at.is_(None),
        ImportBatch.changed_at < now - RETENTION,
    )
    abandoned = db.session.scalars(
        select(ImportBatch).where(*is_abandoned).limit(20).with_for_update(skip_locked=True)
    ).all()
    for batch in abandoned:
        drop(batch_id=batch.id)
        record_audit_event(
            WORKER, "imports.drop", subject=("import", batch.id), cause_id=batch.cause_id
        )
    return [batch.id for batch in abandoned]
