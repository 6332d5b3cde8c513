"""The queue of jobs, and leases of work that only one process may do at a time."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Base, RowId, one_of
from campaign.process.clock import UtcDateTime, utcnow

STATES = ("waiting", "running", "done", "failed")
# The lease by which workers show that they run.
WORKER = "worker"
# A partial index serves only queries that repeat its exact condition.
UNFINISHED = text("state in ('waiting', 'running')")


class Job(Base):
    """Work on one row, `subject_id`, which the worker does from `run_at` on.

    `kind` says what is to be done and in which table the subject is. At most one job of a kind and
    a subject is unfinished. If it is enqueued again while it is `running`, `is_requested_again`
    makes it run again.

    The worker `holder` has a running job until `locked_until`, and may renew that. Then another one
    may claim it. `attempts` counts claims, except those that a worker gave back because it had to
    stop. `progress` is in percent, for kinds that report it.
    """

    __tablename__ = "job"
    __table_args__ = (
        one_of("state", STATES),
        CheckConstraint("progress between 0 and 100", name="progress"),
        CheckConstraint(
            "(state = 'running') = (locked_until is not null)", name="locked_while_running"
        ),
        Index(
            "uq_job_unfinished",
            "kind",
            "subject_id",
            unique=True,
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
        Index("ix_job_due", "kind", "run_at", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
        Index("ix_job_finished_at", "finished_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(RowId)
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    progress: Mapped[int] = mapped_column(SmallInteger, default=0)
    is_requested_again: Mapped[bool] = mapped_column(Boolean, default=False)
    holder: Mapped[str] = mapped_column(String(80), default="")
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Lease(Base):
    """The right to do the work `name`, held by one process until `expires_at` unless renewed."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
