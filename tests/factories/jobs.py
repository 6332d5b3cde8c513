"""Run jobs as the worker does, in the test's own thread."""

from datetime import datetime
from threading import Event

from flask import current_app
from sqlalchemy import select

from campaign.extensions import database_now, db
from campaign.jobs.models import Job
from campaign.jobs.registry import background_work
from campaign.jobs.worker import JobLoop, worker_context


def job_loop(kind: str, *, now: datetime | None = None, stop: Event | None = None) -> JobLoop:
    """Return the loop of a separate worker for jobs of `kind`. `now` freezes its clock."""
    app = current_app._get_current_object()
    context = worker_context(app, stop or Event())
    clock = (lambda: now) if now else database_now
    return JobLoop(background_work(app).kinds[kind], context, clock=clock)


def run_jobs(kind: str, *, now: datetime | None = None) -> int:
    """Run all jobs of `kind` that are due at `now` and return how many attempts that took."""
    loop, attempts = job_loop(kind, now=now), 0
    db.session.rollback()
    while loop.run_next():
        attempts += 1
    db.session.rollback()
    return attempts


def jobs_of(kind: str) -> list[Job]:
    """Return the jobs of a kind as they are now, oldest first."""
    db.session.rollback()
    query = select(Job).where(Job.kind == kind).order_by(Job.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))
