"""Queries about jobs."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from campaign.extensions import db
from campaign.jobs.models import UNFINISHED, WORKER, Job, Lease


def is_claimable(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a job is due, or was abandoned by its worker."""
    return or_(
        and_(Job.state == "waiting", Job.run_at <= now),
        and_(Job.state == "running", Job.locked_until <= now),
    )


def job_waits(kind: str, now: datetime) -> bool:
    """Return whether there is a job to claim. Unlike claiming, this costs no commit."""
    query = select(Job.id).where(Job.kind == kind, UNFINISHED, is_claimable(now)).limit(1)
    return db.session.scalar(query) is not None


def unfinished_job(kind: str, subject_id: int) -> Job | None:
    """Return the waiting or running job of this kind for this row as it is now, or None."""
    query = select(Job).where(Job.kind == kind, Job.subject_id == subject_id, UNFINISHED)
    return db.session.scalar(query.execution_options(populate_existing=True))


def worker_seen_until() -> datetime | None:
    """Return until when the last worker that ran counts as running, or None if none ever ran."""
    return db.session.scalar(select(Lease.expires_at).where(Lease.name == WORKER))
