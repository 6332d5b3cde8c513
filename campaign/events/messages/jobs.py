"""The job that queues the emails of a message to registered people, and its upkeep."""

from datetime import datetime

from sqlalchemy import delete, func, select

from campaign.accounts.audit import WORKER, record
from campaign.events.messages.models import EventMessage, EventMessageReceipt
from campaign.events.messages.operations import JOB, can_be_emailed, end_message
from campaign.events.messages.queries import EMAIL, email_counts, next_readers
from campaign.extensions import db
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import JobRun
from campaign.mail import bulk
from campaign.switches.state import switched_off

work = BackgroundWork()


@work.job(JOB, max_attempts=None, waits_in_surge=True)
def queue_emails(run: JobRun) -> datetime | None:
    """Enqueue the emails of a message, batch by batch, until it is over or has to wait."""
    return bulk.queue_batches(run, send_batch, message_id=run.subject_id)


def send_batch(*, message_id: int, now: datetime) -> bulk.Batch:
    """Enqueue the next emails of a message."""
    message = db.session.scalar(
        select(EventMessage)
        .where(EventMessage.id == message_id, EventMessage.state == "sending")
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if message is None:
        return bulk.Batch(0, None)
    event = message.event
    if not can_be_emailed(event, now):
        _finish(message, "stopped", now)
        return bulk.Batch(0, None)
    if switched_off("mailings", event.cause.organisation_id):
        return bulk.Batch(0, now + bulk.SWITCHED_OFF_PAUSE)
    free_places = bulk.free_places(EMAIL, now)
    if free_places <= 0:
        return bulk.Batch(0, now + bulk.OUTBOX_WAIT)
    rows = db.session.execute(next_readers(message).limit(free_places)).all()
    if not rows:
        _finish(message, "done", now)
        return bulk.Batch(0, None)
    message.reached_id = rows[-1].id
    bulk.enqueue_once(
        EMAIL,
        EventMessageReceipt,
        rows,
        reader_column="registration_id",
        sent_by={"message_id": message.id},
        queued_at=now,
    )
    db.session.flush()
    return bulk.Batch(len(rows), now)


def _finish(message: EventMessage, state: str, now: datetime) -> None:
    end_message(message, state, now=now)
    email_count = db.session.scalar(
        select(func.count()).where(EventMessageReceipt.message_id == message.id)
    )
    record(
        WORKER,
        "event_messages.done",
        subject=("event_message", message.id),
        cause_id=message.event.cause_id,
        details={"letters": email_count},
        at=now,
    )
    db.session.flush()


@work.upkeep
def settle(*, now: datetime) -> int:
    """Save the reports of finished messages and delete their receipts. Return how many.

    This must happen before their emails are swept from the outbox.
    """
    unsettled: list[EventMessage] = bulk.unreported(EventMessage, now)
    for message in unsettled:
        message.counts = {"sent": 0, **email_counts(message.id)}
        db.session.flush()
        db.session.execute(
            delete(EventMessageReceipt).where(EventMessageReceipt.message_id == message.id)
        )
    return len(unsettled)
