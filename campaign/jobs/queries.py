"""Queries about jobs."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, or_, select

from campaign.extensions import db
from campaign.jobs.models import UNFINISHED, WORKER, Job, Lease
from campaign.process.clock import UtcDateTime

# The database's time, in the condition of periodic work.
NOW: BindParameter[datetime] = bindparam("now", type_=UtcDateTime())


def is_claimable(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return the condition that a job is due, or was abandoned by its worker."""
    return or_(
        and_(Job.state == "waiting", Job.run_at <= now),
        and_(Job.state == "running", Job.locked_until <= now),
    )


# Unlike claiming, this costs no commit.
JOBS_WAIT = select(Job.id).where(UNFINISHED, is_claimable(NOW)).exists()


def waiting_kinds(now: datetime) -> frozenset[str]:
    """Return the kinds that have a job to claim."""
    query = select(Job.kind).distinct().where(UNFINISHED, is_claimable(now))
    return frozenset(db.session.scalars(query))


def unfinished_job(kind: str, subject_id: int) -> Job | None:
    """Return the waiting or running job of this kind for this row as it is now, or None."""
    query = select(Job).where(Job.kind == kind, Job.subject_id == subject_id, UNFINISHED)
    return db.session.scalar(query.execution_options(populate_existing=True))


def worker_seen_until() -> datetime | None:
    """Return until when the last worker that ran counts as running, or None if none ever ran."""
    return db.session.scalar(select(Lease.expires_at).where(Lease.name == WORKER))
