"""Send one email to many people in batches, so that emails to one person never wait for it.

A package subclasses BulkSender for its own kind of email, and says who gets it.

The cursor of a batch, its receipts and its emails are one transaction. If the worker dies, the next
one begins where the last committed batch ended, and no email is queued twice. Nor is one sent twice
(see `campaign.mail.operations.begin`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from sqlalchemy import (
    Row,
    Select,
    Text,
    TextClause,
    cast,
    delete,
    distinct,
    exists,
    func,
    inspect,
    or_,
    select,
)

from campaign.db.upsert import insert_all
from campaign.errors import CampaignError
from campaign.extensions import db, load_for_update, rows_changed
from campaign.jobs.operations import enqueue as enqueue_job
from campaign.jobs.registry import BackgroundWork
from campaign.jobs.runs import JobRun
from campaign.mail.bulk.models import OVER, RUNNING, UNFINISHED, BulkEmail, BulkReceipt
from campaign.mail.models import BULK, HAS_FAILED, IS_QUEUED, OutboxMessage
from campaign.mail.operations import end_wait, enqueue_many
from campaign.switches.state import switched_off

BATCH_SIZE = 200
# Few enough that a pause takes effect quickly, and enough that email delivery never runs idle.
MAX_WAITING = 600
# How long the next batch waits until earlier emails have left.
OUTBOX_WAIT = timedelta(seconds=0.25)
# How long the next batch waits while mailings are switched off.
SWITCHED_OFF_PAUSE = timedelta(seconds=5)
# Why a queued email waits in the outbox: its sending is paused, or its subject is not public.
SENDING_WAITS = "its sending is paused"
# Shorter than the outbox keeps emails, because the report is made from them.
RECEIPT_RETENTION = timedelta(days=25)
# How many receipts one transaction deletes.
FORGOTTEN_AT_ONCE = 5000

Email = TypeVar("Email", bound=BulkEmail)


class AlreadyBegun(CampaignError):
    """The bulk email was planned or begun already, so it can be neither changed nor begun."""

    status = 409


class BulkEmailOver(CampaignError):
    """The bulk email is stopped or done."""

    status = 409


class BatchResult(NamedTuple):
    """How many readers a batch handled, and when the next one is due, if there is one."""

    readers: int
    next_at: datetime | None


class EmailCause(Protocol):
    """The cause that an email is about."""

    @property
    def id(self) -> int:
        """Its id."""

    @property
    def organisation_id(self) -> int:
        """The organisation that sends the email."""


class BulkSender(ABC, Generic[Email]):
    """Sends the emails of one kind to many people, each row of `model` to its own readers.

    `receipts` is the model of the receipts, and `job` the kind of job whose subject is a row.
    `record_audit_event` writes to the activity log what the worker has done.
    """

    model: type[Email]
    receipts: type[BulkReceipt]
    job: ClassVar[str]

    def __init__(self, *, record_audit_event: Callable[..., object]) -> None:
        self._record_audit_event = record_audit_event

    def add_to(self, work: BackgroundWork) -> None:
        """Let the worker queue the emails, and forget who got them."""
        work.job(self.job, max_attempts=None, waits_in_surge=True)(self.queue_emails)
        work.upkeep(self.forget_receipts)

    # What organizers do.

    def pause(self, *, row_id: int) -> Email:
        """Send nothing until it is resumed. Raise BulkEmailOver.

        Emails that are queued already wait. A worker may be sending a few of them.
        """
        return self._change_state(row_id, RUNNING, "paused")

    def resume(self, *, row_id: int) -> Email:
        """Continue where it paused. Raise BulkEmailOver."""
        row = self._change_state(row_id, ("paused",), "sending")
        self._end_wait(row)
        enqueue_job(self.job, row.id)
        return row

    def stop(self, *, row_id: int, now: datetime) -> Email:
        """End the bulk email permanently. Emails that are queued but not sent yet stay unsent.

        Raise BulkEmailOver.
        """
        row = self._change_state(row_id, UNFINISHED, "stopped")
        self.end(row, "stopped", now=row.finished_at or now)
        return row

    def end(self, row: Email, state: str, *, now: datetime) -> None:
        """End the bulk email. `state` is `stopped`, or `done` if it has reached everyone."""
        row.state, row.finished_at = state, now
        self.note_ended(row)
        db.session.flush()
        if state == "stopped":
            self._end_wait(row)

    # What the worker does.

    def queue_emails(self, run: JobRun) -> datetime | None:
        """Enqueue the emails of a row, batch by batch, until it is over or has to wait."""
        while True:
            now = run.now()
            batch = run.write(self.send_batch, row_id=run.subject_id, now=now)
            if batch.next_at is None or batch.next_at > now:
                return batch.next_at

    def send_batch(self, *, row_id: int, now: datetime) -> BatchResult:
        """Enqueue the next emails of a row."""
        row = db.session.scalar(
            select(self.model)
            .where(self.model.id == row_id, self.model.state.in_(RUNNING))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if row is None:
            # The row was paused, stopped or deleted. Resuming enqueues the job again.
            return BatchResult(0, None)
        if obstacle := self.obstacle(row, now):
            return obstacle
        if switched_off("mailings", self.cause_of(row).organisation_id):
            return BatchResult(0, now + SWITCHED_OFF_PAUSE)
        row.state = "sending"
        free_places = self.free_places(row, now)
        if free_places <= 0:
            db.session.flush()
            return BatchResult(0, now + OUTBOX_WAIT)
        readers = db.session.execute(self.next_readers(row).limit(free_places)).all()
        if not readers:
            self.finish(row, "done", now=now)
            return BatchResult(0, None)
        row.reached_id = readers[-1].id
        self.note_enqueued(row, self.enqueue_once(row, readers, now))
        db.session.flush()
        return BatchResult(len(readers), now)

    def finish(self, row: Email, state: str, *, now: datetime) -> None:
        """End the bulk email as `end` does, and record how many emails it had."""
        self.end(row, state, now=now)
        self._record_audit_event(
            self.done_action(row),
            subject=self.subject_of(row),
            cause_id=self.cause_of(row).id,
            details={"letters": self.emailed(row)},
            at=now,
        )
        db.session.flush()

    def enqueue_once(
        self, row: Email, readers: Sequence[Row[int, str, bytes | None]], now: datetime
    ) -> int:
        """Write a receipt for each address that has none, and enqueue its email.

        Return how many.
        """
        columns = inspect(self.receipts).column_attrs
        sent_by, reader_column = (
            columns[name].columns[0].name for name in ("bulk_email_id", "reader_id")
        )
        receipts = insert_all(
            db.session.connection(),
            inspect(self.receipts).local_table,
            [
                {
                    sent_by: row.id,
                    reader_column: reader.id,
                    "email_digest": bytes(reader.email_digest),
                    **self.receipt_values(now),
                }
                for reader in readers
            ],
            # Each address gets one email, even if two people share it.
            unless=(sent_by, "email_digest"),
            returning=("id", reader_column),
        )
        if receipts:
            langs = {reader.id: reader.lang for reader in readers}
            kind = self.email_kind(row)
            enqueue_many(
                [
                    {"kind": kind, "subject_id": receipt_id, "lang": langs[reader_id]}
                    for receipt_id, reader_id in receipts
                ],
                priority=BULK,
            )
        return len(receipts)

    def forget_receipts(self, *, now: datetime) -> int:
        """Save the reports of bulk emails that ended long ago, and delete their receipts.

        Return how many receipts. This must happen before the emails are swept from the outbox.
        """
        receipt_ids = select(self.receipts.id)
        over = db.session.scalars(
            select(self.model)
            .where(
                self.model.state.in_(OVER),
                self.model.finished_at <= now - RECEIPT_RETENTION,
                or_(
                    cast(self.model.counts, Text) == "{}",
                    receipt_ids.where(self.receipts.bulk_email_id == self.model.id).exists(),
                ),
            )
            .order_by(self.model.id)
            .with_for_update(skip_locked=True)
        ).all()
        for row in over:
            if not row.counts:
                counts = self.email_counts(row)
                # Without a receipt, an email that still waits is dropped.
                counts["dropped"] += counts.pop("owed")
                row.counts = {**counts, "unreached": self._unreached(row)}
        db.session.flush()
        oldest = (
            receipt_ids.where(self.receipts.bulk_email_id.in_([row.id for row in over]))
            .order_by(self.receipts.id)
            .limit(FORGOTTEN_AT_ONCE)
        )
        return rows_changed(delete(self.receipts).where(self.receipts.id.in_(oldest)))

    # How far it is.

    def report(self, row: Email) -> dict[str, int]:
        """Return how many emails are `waiting`, `sent`, `failed`, `dropped` or `unreached`.

        Waiting are queued, or their turn has not come. Failed were never accepted, or their worker
        ended while it sent them. Dropped were not sent: the reader no longer wanted any, the
        address takes no email, or the bulk email was stopped. Unreached are addresses that a stop
        left without an email.
        """
        counts = row.counts or self.email_counts(row)
        to_come = self.missing(row) if row.state in UNFINISHED else 0
        return {
            "waiting": counts.get("owed", 0) + to_come,
            **{state: counts.get(state, 0) for state in ("sent", "failed", "dropped")},
            "unreached": counts["unreached"] if "unreached" in counts else self._unreached(row),
        }

    def email_counts(self, row: Email) -> dict[str, int]:
        """Return {state: count} of the emails of a row, as long as they are in the outbox.

        Only those that wait or have failed are read, which are few and indexed.
        """
        queued = self._count_emails(row, IS_QUEUED, "owed")
        failed = self._count_emails(row, HAS_FAILED, "failed")
        dropped = self._count_emails(row, HAS_FAILED, "dropped")
        sent = self.emailed(row) - queued - failed - dropped
        return {"owed": queued, "sent": sent, "failed": failed, "dropped": dropped}

    # What a kind of email says of itself.

    @abstractmethod
    def email_kind(self, row: Email) -> str:
        """Return the kind of the emails in the outbox."""

    @abstractmethod
    def cause_of(self, row: Email) -> EmailCause:
        """Return the cause of a row."""

    @abstractmethod
    def subject_of(self, row: Email) -> tuple[str, int]:
        """Return what the activity log names when it is done: kind and id."""

    @abstractmethod
    def done_action(self, row: Email) -> str:
        """Return the action in the activity log when it is done."""

    @abstractmethod
    def next_readers(self, row: Email) -> Select[int, str, bytes | None]:
        """Return the query for those after `reached_id`, by id: id, `lang` and `email_digest`."""

    @abstractmethod
    def obstacle(self, row: Email, now: datetime) -> BatchResult | None:
        """Return a result without readers if nothing may be sent now. It may change the row."""

    # What a kind of email may override.

    def free_places(self, row: Email, now: datetime) -> int:
        """Return how many emails the next batch may enqueue now."""
        waiting = db.session.scalars(
            select(func.count()).where(
                IS_QUEUED, OutboxMessage.kind == self.email_kind(row), OutboxMessage.due_at <= now
            )
        ).one()
        return min(BATCH_SIZE, MAX_WAITING - waiting)

    def receipt_values(self, now: datetime) -> dict[str, Any]:
        """Return what else a receipt holds, by column."""
        return {}

    def note_enqueued(self, row: Email, count: int) -> None:
        """Keep how many emails a batch enqueued."""

    def note_ended(self, row: Email) -> None:
        """Note that the bulk email has ended, so that a restored backup does not continue it."""

    def emailed(self, row: Email) -> int:
        """Return how many emails were enqueued."""
        return db.session.scalars(
            select(func.count()).where(self.receipts.bulk_email_id == row.id)
        ).one()

    def missing(self, row: Email) -> int:
        """Return how many addresses have no email yet."""
        readers = self.next_readers(row).order_by(None).subquery()
        has_one = exists().where(
            self.receipts.bulk_email_id == row.id,
            self.receipts.email_digest == readers.c.email_digest,
        )
        return db.session.scalars(
            select(func.count(distinct(readers.c.email_digest))).where(~has_one)
        ).one()

    def _unreached(self, row: Email) -> int:
        return self.missing(row) if row.state == "stopped" else 0

    def _change_state(self, row_id: int, before: Collection[str], after: str) -> Email:
        row = load_for_update(self.model, row_id)
        if row.state in before:
            row.state = after
            db.session.flush()
        elif row.state != after:
            raise BulkEmailOver(f"it is {row.state}")
        return row

    def _end_wait(self, row: Email) -> None:
        """Let the worker send or drop the emails of a row that wait in the outbox."""
        receipt_ids = select(self.receipts.id).where(self.receipts.bulk_email_id == row.id)
        end_wait(kind=self.email_kind(row), subject_ids=receipt_ids, reason=SENDING_WAITS)

    def _count_emails(self, row: Email, indexed: TextClause, state: str) -> int:
        of_row = select(self.receipts.id).where(
            self.receipts.id == OutboxMessage.subject_id, self.receipts.bulk_email_id == row.id
        )
        return db.session.scalars(
            select(func.count()).where(
                indexed,
                OutboxMessage.kind == self.email_kind(row),
                OutboxMessage.state == state,
                of_row.exists(),
            )
        ).one()
