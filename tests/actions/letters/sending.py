"""Move the clock, and send letters as the worker does."""

from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select, update

from campaign.actions.letters.delivery import gathering, sending
from campaign.actions.letters.models import LetterBatch
from campaign.extensions import db, write
from campaign.mail.delivery import result_buffer
from campaign.mail.delivery.outbox_worker import OutboxWorker, loaders_of, renderers_of
from campaign.mail.models import OutboxMessage
from campaign.mail.smtp.replies import Delivered
from campaign.process import clock

MINUTE = timedelta(minutes=1)
DOMAIN = "letters.volante.example"


class MovingClock:
    """The present, which a test sets and moves."""

    def __init__(self, monkeypatch, now):
        self.now = now
        outer = self

        class Present(clock.datetime):
            @classmethod
            def now(cls, tz=None):
                return outer.now.astimezone(tz)

        monkeypatch.setattr(clock, "datetime", Present)
        # The clock of the database cannot be moved.
        monkeypatch.setattr(result_buffer, "database_now", lambda: outer.now)

    def move(self, duration=MINUTE):
        self.now += duration
        return self.now


class Recorder:
    """A transport that answers as `answer` says, and notes each envelope that was handed over."""

    def __init__(self, answer=lambda envelope: Delivered()):
        self.answer, self.handed_over = answer, []
        self.is_connected = True

    @property
    def recipients(self):
        return [envelope.recipient for envelope in self.handed_over]

    def send(self, envelope):
        result = self.answer(envelope)
        if isinstance(result, Delivered):
            self.handed_over.append(envelope)
        return result

    def close_if_idle(self):
        pass

    def close(self):
        pass


@contextmanager
def outbox_to(app, *transports, write=write):
    """Yield the application's outbox worker, which sends to these transports."""
    worker = OutboxWorker(
        renderers=renderers_of(app),
        loaders=loaders_of(app),
        transports=transports,
        write=write,
        settings=app.config,
    )
    yield worker
    worker.close()


def queue(now):
    """Queue what may leave this minute, as the job does, and return how many letters."""
    count = write(sending.queue_letters, holder="test", now=now)
    write(gathering.gather_letters, holder="test", now=now)
    write(make_due, now)
    return count


def make_documents(now):
    """Make the PDFs of gathered letters, as the jobs do, and return the ids of their emails."""
    query = select(LetterBatch.id).where(LetterBatch.email_id.is_(None))
    batch_ids = db.session.scalars(query).all()
    for batch_id in batch_ids:
        document = gathering.make_document(batch_id)
        write(gathering.queue_email, batch_id=batch_id, document=document)
    write(make_due, now)
    return batch_ids


def settle(now):
    """Note how emails ended, as the job does, and return how many."""
    return write(sending.settle_letters, now=now) + write(gathering.settle_batches, now=now)


def make_due(now):
    """Let what was just queued be due by the test's clock, as it was queued by the database's."""
    db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.due_at > now + timedelta(days=7))
        .values(due_at=now)
    )
