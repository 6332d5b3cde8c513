"""Queue one email to many people in batches, so that emails to one person never wait for it.

The cursor of a batch, its receipts and its emails are one transaction. If the worker dies, the next
one begins where the last committed batch ended, and nobody gets the email twice.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from campaign.db.upsert import insert_all
from campaign.extensions import Base, db
from campaign.jobs.runs import JobRun
from campaign.mail.models import BULK, IS_QUEUED, OutboxMessage
from campaign.mail.operations import enqueue_many

BATCH_SIZE = 200
# Few enough that a pause takes effect quickly, and enough that email delivery never runs idle.
MAX_WAITING = 600
# How long the next batch waits until earlier emails have left.
OUTBOX_WAIT = timedelta(seconds=0.25)
# How long it waits while mailings are switched off.
SWITCHED_OFF_PAUSE = timedelta(seconds=5)
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
    return min(BATCH_SIZE, MAX_WAITING - (waiting or 0))


def enqueue_once(
    kind: str,
    receipt: type[Base],
    readers: Sequence[Any],
    *,
    reader_column: str,
    sent_by: dict[str, int],
    **values: Any,
) -> int:
    """Write a receipt for each address that has none, and enqueue its email. Return how many.

    `readers` have `id`, `lang` and `email_digest`; `reader_column` of a receipt holds the id.
    `sent_by` is {column: id} of what these emails are about, and `values` are other columns.
    """
    receipts = insert_all(
        db.session.connection(),
        receipt.__table__,
        [
            {
                **sent_by,
                **values,
                reader_column: row.id,
                "email_digest": bytes(row.email_digest),
            }
            for row in readers
        ],
        # Each address gets one email, even if two people share it.
        unless=(*sent_by, "email_digest"),
        returning=("id", reader_column),
    )
    langs = {row.id: row.lang for row in readers}
    if receipts:
        enqueue_many(
            [
                {"kind": kind, "subject_id": receipt_id, "lang": langs[reader_id]}
                for receipt_id, reader_id in receipts
            ],
            priority=BULK,
        )
    return len(receipts)


def unreported(model: type[Any], now: datetime) -> list[Any]:
    """Lock and return the rows whose report must be saved before their receipts are deleted.

    They ended RECEIPT_RETENTION ago. Their emails are still in the outbox, and will be swept soon.
    """
    over = db.session.scalars(
        select(model)
        .where(
            model.state.in_(("done", "stopped")),
            model.finished_at <= now - RECEIPT_RETENTION,
        )
        .with_for_update(skip_locked=True)
    ).all()
    return [row for row in over if not row.counts]


def counts_by_state(kind: str, receipt_ids: Select[Any]) -> dict[str, int]:
    """Return {state: count} of the emails with these receipts, as long as they are in the outbox."""
    rows = db.session.execute(
        select(OutboxMessage.state, func.count())
        .where(OutboxMessage.kind == kind, OutboxMessage.subject_id.in_(receipt_ids))
        .group_by(OutboxMessage.state)
    )
    return {state: many for state, many in rows}
