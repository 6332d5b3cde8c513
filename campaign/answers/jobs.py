"""The job that queues the emails about an answer or a result, and upkeep of who was told.

Each batch of emails is one transaction with its receipts.
"""

from datetime import datetime

from sqlalchemy import delete, select

from campaign.accounts.audit import WORKER, record
from campaign.answers.recipients import next_people
from campaign.answers.telling import JOB, audit_subject, email_counts, email_kind, is_public
from campaign.answers.telling_models import AnswerReceipt, Telling
from campaign.extensions import db, rows_changed
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import JobRun
from campaign.mail import bulk
from campaign.switches.state import switched_off

# How many receipts one transaction deletes.
FORGOTTEN_AT_ONCE = 5000
work = BackgroundWork()


@work.job(JOB, max_attempts=None, waits_in_surge=True)
def queue_emails(run: JobRun) -> datetime | None:
    """Enqueue the emails, batch by batch, until all are told or it has to wait.

    If the worker dies, its batch is rolled back. The next one begins where the last committed one
    ended.
    """
    return bulk.queue_batches(run, tell_batch, telling_id=run.subject_id)


def tell_batch(*, telling_id: int, now: datetime) -> bulk.Batch:
    """Enqueue the next emails about an answer or a result."""
    telling = db.session.scalar(
        select(Telling)
        .where(Telling.id == telling_id, Telling.state == "sending")
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if telling is None:
        # It was paused or stopped. Resuming enqueues the job again.
        return bulk.Batch(0, None)
    if not is_public(telling.topic):
        # The answer was withdrawn, or the result was changed. If an organizer undoes that, they
        # decide whether to go on.
        telling.state = "paused"
        db.session.flush()
        return bulk.Batch(0, None)
    if switched_off("mailings", telling.petition.cause.organisation_id):
        return bulk.Batch(0, now + bulk.SWITCHED_OFF_PAUSE)
    kind = email_kind(telling.topic)
    free_places = bulk.free_places(kind, now)
    if free_places <= 0:
        return bulk.Batch(0, now + bulk.OUTBOX_WAIT)
    rows = db.session.execute(next_people(telling, limit=free_places)).all()
    if not rows:
        _finish(telling, now)
        return bulk.Batch(0, None)
    telling.reached_id = rows[-1].id
    telling.emailed += bulk.enqueue_once(
        kind,
        AnswerReceipt,
        rows,
        reader_column="signature_id",
        sent_by={"telling_id": telling.id},
    )
    db.session.flush()
    return bulk.Batch(len(rows), now)


def _finish(telling: Telling, now: datetime) -> None:
    telling.state, telling.finished_at = "done", now
    record(
        WORKER,
        "answers.told" if telling.answer_id else "answers.told_result",
        subject=audit_subject(telling.topic),
        cause_id=telling.petition.cause_id,
        details={"letters": telling.emailed},
        at=now,
    )
    db.session.flush()


@work.upkeep
def forget_receipts(*, now: datetime) -> int:
    """Save the reports of what ended long ago, and delete who was told. Return how many rows.

    This must happen before their emails are swept from the outbox.
    """
    over = db.session.scalars(
        select(Telling)
        .where(
            Telling.state.in_(("stopped", "done")),
            Telling.finished_at <= now - bulk.RECEIPT_RETENTION,
            select(AnswerReceipt.id).where(AnswerReceipt.telling_id == Telling.id).exists(),
        )
        .order_by(Telling.id)
        .with_for_update(skip_locked=True)
    ).all()
    for telling in over:
        if not telling.counts:
            telling.counts = email_counts(telling)
    db.session.flush()
    oldest = (
        select(AnswerReceipt.id)
        .where(AnswerReceipt.telling_id.in_([telling.id for telling in over]))
        .order_by(AnswerReceipt.id)
        .limit(FORGOTTEN_AT_ONCE)
    )
    return rows_changed(delete(AnswerReceipt).where(AnswerReceipt.id.in_(oldest))) if over else 0
