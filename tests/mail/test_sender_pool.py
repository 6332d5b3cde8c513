"""Tests of failing servers: no email is lost or delayed by another, and nothing spins."""

from datetime import timedelta
from threading import Thread
from time import sleep

import pytest
from sqlalchemy import update

from campaign.extensions import db, write
from campaign.jobs.operations import CLAIM_LIFETIME
from campaign.mail import operations
from campaign.mail.delivery import outbox_worker as delivery
from campaign.mail.delivery import result_buffer, sender_pool
from campaign.mail.delivery.outbox_worker import OutboxWorker
from campaign.mail.models import BULK, OutboxMessage
from campaign.mail.smtp.replies import Unreachable
from campaign.mail.smtp.transport import transport_from
from campaign.process.clock import utcnow
from tests.mail.mail_server import mail_server, silent_server
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
from tests.ports import free_port


class Counted:
    """A transport that counts how often it is tried."""

    is_connected = False

    def __init__(self, transport):
        self.transport, self.tries = transport, 0

    def send(self, envelope):
        self.tries += 1
        return self.transport.send(envelope)


def test_refused_login_keeps_everything_and_pauses(app, script):
    queue_some(12)
    with mail_server(script, refuse_login=True) as url, worker_to(url) as outbox_worker:
        assert outbox_worker.deliver_due(now=utcnow()) == 0
        logins = script.connections
        assert outbox_worker.deliver_due(now=utcnow() + timedelta(seconds=20)) == 0
        assert script.connections == logins
    assert set(states()) == {"owed"}
    assert {row.attempts for row in outbox_rows()} == {0}


def test_dead_server_loses_nothing_however_long_it_is_away(app, script):
    queue_some(12)
    now, port = utcnow(), free_port()
    with worker_to(f"smtp://127.0.0.1:{port}", f"smtp://127.0.0.1:{port}") as outbox_worker:
        for day in range(30):
            assert outbox_worker.deliver_due(now=now + timedelta(days=day)) == 0
        assert {(row.state, row.attempts) for row in outbox_rows()} == {("owed", 0)}
        with mail_server(script, port=port):
            probe = outbox_worker.deliver_due(now=now + timedelta(days=31))
            others = outbox_worker.deliver_due(now=now + timedelta(days=31))
    assert (probe, others) == (1, 11)
    assert set(states()) == {"sent"}


def test_dead_server_is_tried_once_in_thirty_seconds(app):
    class Dead:
        is_connected = False
        tries = 0

        def send(self, envelope):
            self.tries += 1
            return Unreachable("nobody there")

    queue_some(12)
    dead, now = Dead(), utcnow()
    outbox_worker = OutboxWorker(
        renderers={KIND: render_message}, transports=[dead], write=write, settings=SETTINGS
    )
    for second in range(300):
        outbox_worker.deliver_due(now=now + timedelta(seconds=second))
    assert dead.tries == 10


def test_hanging_server_is_left_alone_and_loses_nothing(app):
    queue_some(12)
    with silent_server() as url:
        silent = Counted(transport_from(url, None, timeout=0.2))
        outbox_worker = OutboxWorker(
            renderers={KIND: render_message}, transports=[silent], write=write, settings=SETTINGS
        )
        now = utcnow()
        for _ in range(2):
            assert outbox_worker.deliver_due(now=now) == 0
        silent.transport.close()
    assert silent.tries == 1
    assert {(row.state, row.attempts) for row in outbox_rows()} == {("owed", 0)}


def test_message_that_breaks_the_server_does_not_block_the_others(app, script, server_url):
    queue_some(1)
    script.data_seconds = 1.0
    with worker_to(server_url, timeout=0.2) as outbox_worker:
        outbox_worker.deliver_due(now=utcnow())
        script.data_seconds = 0.0
        queue_some(1, subject_id=2)
        later = utcnow() + timedelta(seconds=31)
        assert outbox_rows()[0].last_error == "the mail server did not answer in time"
        while outbox_worker.deliver_due(now=later):
            pass
    assert person(2) in script.recipients
    assert states()[1] == "sent"


def test_server_with_few_connections_gets_all_email_through_them(app, script, server_url):
    queue_some(20)
    now = utcnow()
    with worker_to(f"smtp://127.0.0.1:{free_port()}", server_url) as outbox_worker:
        # The dead connection may hold the last email when the other has sent all it found.
        sent = sum(outbox_worker.deliver_due(now=now) for _ in range(3))
    assert sent == len(script.received) == 20


def test_connection_that_works_is_used_before_one_that_failed(app, script, server_url):
    with worker_to(f"smtp://127.0.0.1:{free_port()}", server_url) as outbox_worker:
        queue_some(20)
        for _ in range(3):
            outbox_worker.deliver_due(now=utcnow())
        queue_some(1, subject_id=21)
        assert outbox_worker.deliver_due(now=utcnow()) == 1


def test_wrong_address_is_tried_once_even_with_several_emails_waiting_for_it(
    app, script, server_url
):
    script.to[person(1)] = ["550 5.1.1 no such user"]
    for _ in range(3):
        queue_some(1)
    with worker_to(server_url) as outbox_worker:
        outbox_worker.deliver_due(now=utcnow())
    assert states() == ["dropped"] * 3
    assert script.attempts == [person(1)]


def test_stopped_worker_releases_what_it_has_not_started(outbox_worker, script):
    queue_some(40)
    outbox_worker.stop()
    outbox_worker.deliver_due(now=utcnow())
    assert script.received == []
    assert {(row.state, row.attempts) for row in outbox_rows()} == {("owed", 0)}


def test_news_waits_behind_transactional_email(app, script, server_url):
    queue_some(5, priority=BULK)
    queue_some(1, subject_id=9)
    with worker_to(server_url) as outbox_worker:
        while outbox_worker.deliver_due(now=utcnow()):
            pass
    assert script.recipients[0] == person(9)
    assert len(script.recipients) == 6


def test_news_pass_is_short_so_that_other_email_is_not_delayed(
    app, script, server_url, monkeypatch
):
    monkeypatch.setattr(delivery, "MAX_BULK_PASS_SECONDS", -1)
    queue_some(5, priority=BULK)
    with worker_to(server_url) as outbox_worker:
        outbox_worker.deliver_due(now=utcnow())
        queue_some(1, subject_id=9)
        outbox_worker.deliver_due(now=utcnow())
    assert person(9) in script.recipients
    assert "owed" in states()


def expire_claims():
    db.session.execute(update(OutboxMessage).values(locked_until=utcnow()))


def test_worker_that_cannot_renew_its_claims_begins_no_further_message(app, script, server_url):
    queue_some(5)

    def failing_write(operation, *arguments, **named):
        if operation is operations.claim:
            # The process is suspended right after it has claimed.
            rows = write(operation, *arguments, **named)
            suspended.setattr(delivery, "SAFE_SECONDS", 0)
            return rows
        return write(operation, *arguments, **named)

    with (
        pytest.MonkeyPatch.context() as suspended,
        worker_to(server_url, write=failing_write) as outbox_worker,
    ):
        outbox_worker.deliver_due(now=utcnow())
    assert script.attempts == []
    with worker_to(server_url) as other:
        assert other.deliver_due(now=utcnow()) == 0
        assert other.deliver_due(now=utcnow() + CLAIM_LIFETIME) == 5


def test_results_that_could_not_be_written_are_written_by_the_next_pass(app, script, server_url):
    queue_some(3)
    failures = [OSError("the database is away")]

    def failing_write(operation, *arguments, **named):
        if operation is result_buffer._write_results and failures:
            raise failures.pop()
        return write(operation, *arguments, **named)

    with worker_to(server_url, write=failing_write) as outbox_worker:
        with pytest.raises(OSError, match="away"):
            outbox_worker.deliver_due(now=utcnow())
        write(expire_claims)
        outbox_worker.renew_claims()
        assert states() == ["owed"] * 3
        # On a busy machine, the first pass may have ended before the last email was sent.
        while states() != ["sent"] * 3:
            outbox_worker.deliver_due(now=utcnow())
    assert len(script.received) == 3


def test_domain_with_slow_servers_leaves_a_connection_to_the_others(
    app, script, server_url, impatient
):
    slow = [f"person{number}@slow.example" for number in range(1, 6)]
    script.thinks_about.update(slow)
    renderers = {
        KIND: lambda row: (
            message(to=slow[row.subject_id - 1])
            if row.subject_id <= len(slow)
            else render_message(row)
        )
    }
    queue_some(len(slow))
    with worker_to(server_url, server_url, server_url, renderers=renderers) as outbox_worker:
        for _ in range(3):
            outbox_worker.deliver_due(now=utcnow())
        queue_some(1, subject_id=9)
        outbox_worker.deliver_due(now=utcnow())
        assert script.recipients == [person(9)]
        assert len(script.attempts) == 3
        # Those that wait are due later: no pass finds them again and again.
        assert operations.claim(limit=9, now=utcnow()) == []
        script.thinks_about.clear()


@pytest.fixture
def impatient(monkeypatch):
    """A pass that does not wait for a server that is slow to answer a message."""
    monkeypatch.setattr(delivery, "MAX_PASS_SECONDS", 0.2)
    monkeypatch.setattr(sender_pool, "GRACE_SECONDS", 0)


def test_slow_answer_to_one_message_delays_no_other(app, script, server_url, impatient):
    script.thinks_about.add(person(1))
    queue_some(1)
    with worker_to(server_url, server_url) as outbox_worker:
        outbox_worker.deliver_due(now=utcnow())
        queue_some(1, subject_id=2)
        while person(2) not in script.recipients:
            outbox_worker.deliver_due(now=utcnow())
        assert [row.state for row in outbox_rows() if row.subject_id == 1] == ["owed"]
        script.thinks_about.clear()
        while states() != ["sent", "sent"]:
            outbox_worker.deliver_due(now=utcnow())
    assert script.recipients.count(person(1)) == 1


def test_second_message_does_not_wait_behind_a_slow_answer_to_the_first(app, script, server_url):
    script.thinks_about.add(person(1))
    queue_some(2)
    with worker_to(server_url, server_url, timeout=30) as outbox_worker:
        delivering = Thread(target=deliver_within, args=[app, outbox_worker])
        delivering.start()
        while person(2) not in script.recipients:
            assert delivering.is_alive()
            sleep(0.01)
        script.thinks_about.clear()
        delivering.join()
    assert states() == ["sent", "sent"]


def test_message_awaiting_a_slow_answer_is_not_sent_twice(app, script, server_url, impatient):
    script.thinks_about.add(person(1))
    queue_some(1)
    with worker_to(server_url) as one, worker_to(server_url) as other:
        one.deliver_due(now=utcnow())
        for _ in range(3):
            write(expire_claims)
            one.renew_claims()
            assert other.deliver_due(now=utcnow()) == one.deliver_due(now=utcnow()) == 0
        script.thinks_about.clear()
        while states() != ["sent"]:
            one.deliver_due(now=utcnow())
    assert script.attempts == [person(1)]
