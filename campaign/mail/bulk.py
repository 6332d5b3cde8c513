"""Queue one email to many people in batches, so that emails to one person never wait for it.

The cursor of a batch, its receipts and its emails are one transaction. If the worker dies, the next
one begins where the last committed batch ended, and nobody gets the email twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from campaign.extensions import db
from campaign.jobs.runs import JobRun
from campaign.mail.models import IS_QUEUED, OutboxMessage

BATCH = 200
# Few enough that a pause takes effect quickly, and enough that email delivery never runs idle.
MAX_WAITING = 600
# How long the next batch waits until earlier emails have left.
WAIT = timedelta(seconds=0.25)
# How long it waits while mailings are switched off.
PAUSE = timedelta(seconds=5)
# Shorter than emails are kept in the outbox, so that the report can still be made from them.
RECEIPT_RETENTION = timedelta(days=25)


class Batch(NamedTuple):
    """How many readers a batch handled, and when the next one is due, if there is one."""

    readers: int
    next_at: datetime | None


def queue_batches(run: JobRun, send_batch: Callable[..., Batch], **named: Any) -> datetime | None:
    """Call `send_batch(now=…, **named)` until it is over, or has to wait; return until when."""
    while True:
        now = run.now()
        batch = run.write(send_batch, now=now, **named)
        if batch.next_at is None or batch.next_at > now:
            return batch.next_at


def free_places(kind: str, now: datetime) -> int:
    """Return how many emails of `kind` the next batch may enqueue now."""
    waiting = db.session.scalar(
        select(func.count()).where(
            IS_QUEUED, OutboxMessage.kind == kind, OutboxMessage.due_at <= now
        )
    )
    return min(BATCH, MAX_WAITING - (waiting or 0))


def counts_by_state(kind: str, receipt_ids: Select[Any]) -> dict[str, int]:
    """Return {state: count} of the emails with these receipts, as long as they are in the outbox."""
    rows = db.session.execute(
        select(OutboxMessage.state, func.count())
        .where(OutboxMessage.kind == kind, OutboxMessage.subject_id.in_(receipt_ids))
        .group_by(OutboxMessage.state)
    )
    return {state: many for state, many in rows}
