"""Change the queue of jobs, and take leases.

A worker passes its name as `holder`. An operation on a running job returns whether that worker
still held the job. If not, the job was cancelled or taken over, and the caller must roll back what
it did.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from flask import current_app
from sqlalchemy import CursorResult, case, delete, func, literal, null, select, update

from campaign.db.upsert import insert
from campaign.extensions import database_clock, db
from campaign.jobs.models import UNFINISHED, WORKER, Job, Lease
from campaign.jobs.queries import is_claimable
from campaign.process.clock import UtcDateTime, utcnow

RETRY_AFTER = timedelta(seconds=15)
MAX_RETRY_AFTER = timedelta(hours=1)
FINISHED_LIFETIME = timedelta(days=7)
SWEEP_BATCH = 500
LEASE = timedelta(seconds=1)
# How long a claim of a job or an email lasts, unless its worker renews it. The worker does so every
# HEARTBEAT_SECONDS, so another one takes over within 15 seconds after it was killed.
CLAIM_LIFETIME = timedelta(seconds=12)
HEARTBEAT_SECONDS = 3
# A worker notes once a minute that it runs. It may be late when the machine is busy.
HEARTBEAT = timedelta(minutes=3)
# A lease that ends this far in the future was written before the machine's clock was set back.
MAX_LEASE_AHEAD = timedelta(minutes=1)


class UnknownJobError(LookupError):
    """No package has registered this kind of job."""


def enqueue(
    kind: str,
    subject_id: int,
    *,
    run_at: datetime | None = None,
    delay: timedelta = timedelta(0),
) -> None:
    """Queue a job for the row `subject_id` in the caller's transaction.

    It runs from `run_at` on, or `delay` from now by the database's clock.

    If that job waits already, it gets the new time. If it is running, it will run again. Raise
    UnknownJobError if no package has registered the kind.

    To avoid deadlocks, lock the row itself before you enqueue its job: workers do the same.
    """
    if kind not in current_app.extensions["background_work"].kinds:
        raise UnknownJobError(kind)
    values = {
        "kind": kind,
        "subject_id": subject_id,
        "state": "waiting",
        "run_at": run_at or database_clock(delay),
        "attempts": 0,
        "progress": 0,
        "is_requested_again": False,
        "holder": "",
        "created_at": utcnow(),
    }
    statement = insert(Job).values(values)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "subject_id"],
            index_where=UNFINISHED,
            set_={
                "run_at": statement.excluded.run_at,
                "attempts": case((Job.state == "waiting", 0), else_=Job.attempts),
                "is_requested_again": Job.state == "running",
            },
        )
    )


def cancel_job(kind: str, subject_id: int) -> None:
    """Remove the waiting or running job of this kind for this row.

    A worker that runs it notices at its next write, and rolls that back.
    """
    db.session.execute(
        delete(Job)
        .where(Job.kind == kind, Job.subject_id == subject_id, UNFINISHED)
        .execution_options(synchronize_session=False)
    )


def claim_job(kind: str, *, holder: str, now: datetime) -> Job | None:
    """Claim the job of this kind that has been due longest, for CLAIM_LIFETIME.

    Return it, or None if there is none.
    """
    job: Job | None = db.session.scalar(
        select(Job)
        .where(Job.kind == kind, UNFINISHED, is_claimable(now))
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if job is None:
        return None
    job.state, job.holder, job.locked_until = "running", holder, now + CLAIM_LIFETIME
    job.attempts += 1
    job.progress, job.is_requested_again = 0, False
    db.session.flush()
    return job


def renew_job(job_id: int, *, holder: str, until: datetime, progress: int | None = None) -> bool:
    """Extend the claim on a job, and record its progress in percent."""
    values = {} if progress is None else {"progress": progress}
    return _change_held(job_id, holder, locked_until=until, **values)


def finish_job(job_id: int, *, holder: str, now: datetime) -> bool:
    """Mark a job as done, or let it run again if it was enqueued while it was running."""
    return _end(job_id, holder, "done", now)


def postpone_job(job_id: int, *, holder: str, run_at: datetime) -> bool:
    """Let a job that is not finished yet run again from `run_at` on, with all its attempts.

    If it was enqueued while it was running, it runs at the time that was given then.
    """
    again = Job.is_requested_again
    return _change_held(
        job_id,
        holder,
        state="waiting",
        run_at=case((again, Job.run_at), else_=literal(run_at, UtcDateTime())),
        attempts=0,
        locked_until=None,
    )


def release_job(job_id: int, *, holder: str) -> bool:
    """Give back a job when told to stop, so that another worker can claim it at once."""
    return _change_held(
        job_id, holder, state="waiting", attempts=Job.attempts - 1, locked_until=None
    )


def retry_job(job_id: int, *, holder: str, attempts: int, now: datetime) -> bool:
    """Let a job that failed run again later. The pause doubles with each attempt."""
    pause = min(MAX_RETRY_AFTER, RETRY_AFTER * 2 ** min(attempts - 1, 20))
    return _change_held(job_id, holder, state="waiting", run_at=now + pause, locked_until=None)


def fail_job(job_id: int, *, holder: str, now: datetime) -> bool:
    """Give up a job, or let it run again if it was enqueued while it was running."""
    return _end(job_id, holder, "failed", now)


def sweep_jobs(*, now: datetime) -> int:
    """Delete jobs that finished or failed some days ago, and return how many."""
    old_ids = select(Job.id).where(Job.finished_at <= now - FINISHED_LIFETIME).limit(SWEEP_BATCH)
    return _rows_changed(delete(Job).where(Job.id.in_(old_ids)))


def note_worker(*, now: datetime) -> int:
    """Record that a worker runs, in the lease WORKER, which all workers extend.

    Return 0, because this is no work that was waiting.
    """
    statement = insert(Lease).values(name=WORKER, holder="", expires_at=now + HEARTBEAT)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"expires_at": now + HEARTBEAT}
        )
    )
    return 0


def _end(job_id: int, holder: str, state: str, now: datetime) -> bool:
    again = Job.is_requested_again
    return _change_held(
        job_id,
        holder,
        state=case((again, "waiting"), else_=state),
        finished_at=case((again, null()), else_=literal(now, UtcDateTime())),
        attempts=0,
        locked_until=None,
    )


def _change_held(job_id: int, holder: str, **values: Any) -> bool:
    is_held = (Job.id == job_id, Job.holder == holder, Job.state == "running")
    return _rows_changed(update(Job).where(*is_held).values(**values)) == 1


def _rows_changed(statement: Any) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast(CursorResult[Any], result).rowcount


def take_lease(name: str, *, holder: str, now: datetime) -> bool | None:
    """Return True if `holder` may do the work `name` within this transaction.

    PostgreSQL uses an advisory lock that ends with the transaction. SQLite keeps a lease row, which
    a running holder renews. Another process takes it over one second after the last renewal. A
    lease that ends implausibly far in the future is taken over at once.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        return db.session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext(name))))
    statement = insert(Lease).values(name=name, holder=holder, expires_at=now + LEASE)
    lease_holder = db.session.scalar(
        statement.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "expires_at": now + LEASE},
            where=(Lease.holder == holder)
            | (Lease.expires_at < now)
            | (Lease.expires_at > now + MAX_LEASE_AHEAD),
        ).returning(Lease.holder)
    )
    return lease_holder is not None
