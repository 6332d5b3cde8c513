"""Tests that no mailing reaches anyone twice when a worker ends while it sends one."""

from datetime import timedelta
from threading import Thread
from time import sleep

import pytest
from sqlalchemy import update

from campaign.extensions import db, write
from campaign.mail import operations
from campaign.mail.delivery import outbox_worker as delivery
from campaign.mail.delivery import result_buffer
from campaign.mail.delivery.outbox_worker import OutboxWorker
from campaign.mail.models import BULK, LETTERS, PERSONAL, OutboxMessage
from campaign.mail.operations import BEING_SENT, MAY_HAVE_ARRIVED
from campaign.mail.smtp.replies import Delivered, Unreachable
from campaign.process.clock import utcnow
from tests.mail.messages import (
    KIND,
    SETTINGS,
    message,
    outbox_rows,
    person,
    queue_some,
    render_message,
    states,
)
from tests.mail.workers import deliver_within, worker_to

pytestmark = pytest.mark.both_databases

AFTER_LOCK = timedelta(minutes=3)


class Watched:
    """A transport that accepts every email, and reads what the outbox says of it at that time."""

    is_connected = True

    def __init__(self, app, answer=None):
        self.app, self.answer = app, answer or (lambda envelope: Delivered())
        self.seen, self.begun = [], []

    def send(self, envelope):
        with self.app.app_context():
            rows = outbox_rows()
        self.seen.append(next(row.last_error for row in rows if row.id == envelope.id))
        self.begun.append(sum(row.last_error == BEING_SENT for row in rows))
        return self.answer(envelope)

    def close_if_idle(self):
        pass


def worker_with(*transports, write=write):
    return OutboxWorker(
        renderers={KIND: render_message}, transports=transports, write=write, settings=SETTINGS
    )


def deliver_all(outbox_worker):
    while outbox_worker.deliver_due(now=utcnow()):
        pass


def test_mailing_is_noted_before_it_is_sent_a_few_emails_at_a_time(app):
    queue_some(40, priority=BULK)
    transports = [Watched(app), Watched(app)]
    deliver_all(worker_with(*transports))
    seen = [error for transport in transports for error in transport.seen]
    assert seen == [BEING_SENT] * 40
    assert max(count for transport in transports for count in transport.begun) <= 8
    assert {(row.state, row.last_error) for row in outbox_rows()} == {("sent", "")}


@pytest.mark.parametrize("priority", [PERSONAL, LETTERS])
def test_what_must_arrive_is_not_noted_so_it_is_sent_again(app, priority):
    queue_some(3, priority=priority)
    transport = Watched(app)
    deliver_all(worker_with(transport))
    assert transport.seen == [""] * 3


def test_next_worker_sends_the_rest_but_nothing_that_may_have_arrived(app, script, server_url):
    queue_some(12, priority=BULK)

    def dies_when_it_writes_a_result(operation, *arguments, **named):
        if operation is result_buffer._write_results and arguments[0]:
            raise SystemExit
        return write(operation, *arguments, **named)

    with (
        pytest.raises(SystemExit),
        worker_to(server_url, write=dies_when_it_writes_a_result) as outbox_worker,
    ):
        outbox_worker.deliver_due(now=utcnow())
    assert script.recipients[0] == person(1)
    with worker_to(server_url) as outbox_worker:
        assert outbox_worker.deliver_due(now=utcnow()) == 0
        assert outbox_worker.deliver_due(now=utcnow() + AFTER_LOCK) == 8
    assert len(script.recipients) == len(set(script.recipients))
    uncertain, others = outbox_rows()[:4], outbox_rows()[4:]
    assert {(row.state, row.last_error) for row in uncertain} == {("failed", MAY_HAVE_ARRIVED)}
    assert {row.state for row in others} == {"sent"}
    assert {person(number) for number in range(5, 13)} <= set(script.recipients)


def test_worker_that_was_only_slow_still_records_what_it_sent(app):
    queue_some(1, priority=BULK)

    def is_taken_for_ended(envelope):
        with app.app_context():
            write(expire_claims)
            [row] = write(operations.claim, limit=9, now=utcnow())
            assert row.last_error == MAY_HAVE_ARRIVED
        return Delivered()

    deliver_all(worker_with(Watched(app, is_taken_for_ended)))
    [row] = outbox_rows()
    assert (row.state, row.last_error, row.locked_until) == ("sent", "", None)


def expire_claims():
    db.session.execute(update(OutboxMessage).values(locked_until=utcnow()))


def test_email_that_no_server_took_is_sent_later(app, script, server_url):
    queue_some(3, priority=BULK)
    dead = Watched(app, lambda envelope: Unreachable("nobody there"))
    worker_with(dead).deliver_due(now=utcnow())
    assert dead.seen == [BEING_SENT]
    assert {(row.state, row.last_error, row.attempts) for row in outbox_rows()} == {("owed", "", 0)}
    with worker_to(server_url) as outbox_worker:
        assert outbox_worker.deliver_due(now=utcnow()) == 3


def test_error_while_results_are_written_returns_what_was_noted_but_not_sent(app):
    queue_some(8, priority=BULK)
    failures = [OSError("the database is away")]
    transports = [Watched(app), Watched(app)]

    def fails_once(operation, *arguments, **named):
        if operation is result_buffer._write_results and arguments[0] and failures:
            raise failures.pop()
        return write(operation, *arguments, **named)

    outbox_worker = worker_with(*transports, write=fails_once)
    with pytest.raises(OSError, match="away"):
        outbox_worker.deliver_due(now=utcnow())
    for _ in range(3):
        outbox_worker.deliver_due(now=utcnow() + AFTER_LOCK)
    assert states() == ["sent"] * 8
    assert sum(len(transport.seen) for transport in transports) == 8


def test_slow_domain_does_not_keep_a_mailing_from_the_others(app, script, server_url, monkeypatch):
    monkeypatch.setattr(delivery, "MAX_BULK_PASS_SECONDS", 30)
    slow = [f"person{number}@slow.example" for number in range(1, 21)]
    script.thinks_about.update(slow)

    def renderer(row):
        number = row.subject_id
        return message(to=slow[number - 1]) if number <= len(slow) else render_message(row)

    queue_some(40, priority=BULK)
    with worker_to(*[server_url] * 3, renderers={KIND: renderer}, timeout=30) as outbox_worker:
        delivering = Thread(target=deliver_within, args=[app, outbox_worker])
        delivering.start()
        while len(script.recipients) < 20:
            assert delivering.is_alive()
            sleep(0.01)
        assert not set(slow) & set(script.recipients)
        script.thinks_about.clear()
        delivering.join()
    assert states() == ["sent"] * 40
