"""Tests of delivering what is due."""

from datetime import timedelta

import pytest

from campaign.extensions import write
from campaign.mail import operations
from campaign.mail.delivery import outbox_worker as delivery
from campaign.mail.delivery.outbox_worker import make_outbox_worker
from campaign.mail.models import ACCOUNT, BULK, LETTERS, PERSONAL
from campaign.mail.renderers import names_of, register, renderers_of
from campaign.process.clock import utcnow
from tests.mail.messages import (
    KIND,
    digest_of,
    message,
    outbox_rows,
    person,
    queue_some,
    render_message,
    states,
)
from tests.mail.workers import worker_to

pytestmark = pytest.mark.both_databases

SOON = timedelta(minutes=1)
AFTER_LOCK = timedelta(minutes=3)


def test_queued_email_is_sent_once(outbox_worker, script):
    queue_some(30)
    assert outbox_worker.deliver_due(now=utcnow()) == 30
    assert sorted(script.recipients) == sorted(person(number) for number in range(1, 31))
    assert set(states()) == {"sent"}
    assert all(row.sent_at for row in outbox_rows())
    assert outbox_worker.deliver_due(now=utcnow() + AFTER_LOCK) == 0
    assert len(script.received) == 30


def test_busy_mailbox_gets_its_email_at_a_later_attempt(outbox_worker, script):
    queue_some(1)
    script.to[person(1)] = ["451 4.7.1 greylisted", "250 OK"]
    assert outbox_worker.deliver_due(now=utcnow()) == 1
    assert (states(), script.received) == (["owed"], [])
    assert outbox_worker.deliver_due(now=utcnow()) == 0
    assert outbox_worker.deliver_due(now=utcnow() + SOON) == 1
    assert (states(), script.recipients) == (["sent"], [person(1)])


def test_wrong_address_is_never_tried_again(outbox_worker, script):
    script.to[person(1)] = ["550 5.1.1 no such user"]
    queue_some(1)
    outbox_worker.deliver_due(now=utcnow())
    queue_some(1)
    outbox_worker.deliver_due(now=utcnow())
    assert states() == ["dropped", "dropped"]
    assert script.attempts == [person(1)]


@pytest.mark.parametrize(
    ("reports", "leave"),
    [(0, {ACCOUNT, PERSONAL, BULK, LETTERS}), (1, {ACCOUNT, PERSONAL}), (2, set())],
)
def test_one_report_stops_news_and_only_a_second_what_someone_waits_for(
    outbox_worker, script, reports, leave
):
    for number in range(reports):
        write(
            operations.report_address,
            digest_of(person(1)),
            reason="550 no such user",
            message=f"message {number}",
            now=utcnow(),
        )
    for priority in (ACCOUNT, PERSONAL, BULK, LETTERS):
        queue_some(1, priority=priority)
    while outbox_worker.deliver_due(now=utcnow()):
        pass
    assert {row.priority for row in outbox_rows() if row.state == "sent"} == leave
    assert {row.priority for row in outbox_rows() if row.state == "dropped"} == {
        ACCOUNT,
        PERSONAL,
        BULK,
        LETTERS,
    } - leave
    assert len(script.received) == len(leave)


def test_policy_rejection_does_not_suppress_the_address(outbox_worker, script):
    script.to[person(1)] = ["554 5.7.1 relay access denied", "250 OK"]
    queue_some(1)
    outbox_worker.deliver_due(now=utcnow())
    outbox_worker.deliver_due(now=utcnow() + SOON)
    assert states() == ["sent"]


def test_obsolete_email_is_dropped_unsent(app, script, server_url):
    queue_some(2)
    renderers = {KIND: lambda row: None if row.subject_id == 1 else render_message(row)}
    with worker_to(server_url, renderers=renderers) as outbox_worker:
        assert outbox_worker.deliver_due(now=utcnow()) == 2
    assert states() == ["dropped", "sent"]
    assert script.recipients == [person(2)]


def test_email_that_fails_to_render_waits_and_blocks_no_other(app, script, server_url, caplog):
    queue_some(3)

    def fails(row):
        if row.subject_id == 1:
            raise KeyError("amalia@correo.mx")
        return message(to="no address" if row.subject_id == 2 else person(3))

    with worker_to(server_url, renderers={KIND: fails}) as outbox_worker:
        assert outbox_worker.deliver_due(now=utcnow()) == 3
    assert states() == ["owed", "owed", "sent"]
    assert [row.last_error for row in outbox_rows()] == [
        "composing: KeyError",
        "composing: ValueError",
        "",
    ]
    assert "amalia" not in caplog.text


def test_kind_without_a_renderer_waits(app, script, server_url):
    queue_some(1, kind="news")
    with worker_to(server_url) as outbox_worker:
        outbox_worker.deliver_due(now=utcnow())
    assert states() == ["owed"]
    assert "news" in outbox_rows()[0].last_error


def test_claimed_rows_and_errors_never_hold_an_address(outbox_worker, script):
    script.to[person(1)] = ["451 4.2.0 <person1@correo.mx> Person One is over quota"]
    queue_some(1)
    outbox_worker.deliver_due(now=utcnow())
    assert "person1" not in str(outbox_rows())


def test_worker_of_the_application_writes_into_its_folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    monkeypatch.setitem(app.config, "MAIL_URL", "")
    monkeypatch.setitem(renderers_of(app), KIND, None)
    monkeypatch.setitem(names_of(app), KIND, "")
    register(app, KIND, render_message)
    queue_some(2)
    assert make_outbox_worker(app, write).deliver_due(now=utcnow()) == 2
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 2


def test_full_queue_is_claimed_in_batches(outbox_worker, script, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH_SIZE", 30)
    queue_some(31)
    assert [outbox_worker.deliver_due(now=utcnow()) for _ in range(3)] == [30, 1, 0]
    assert not operations.claim(limit=1, now=utcnow())


def test_idle_worker_writes_nothing(app, script, server_url):
    written = []

    def note(operation, *arguments, **named):
        written.append(operation)
        return write(operation, *arguments, **named)

    with worker_to(server_url, write=note) as idle:
        queue_some(1)
        assert idle.deliver_due(now=utcnow()) == 1
        assert written
        written.clear()
        queue_some(1, due_at=utcnow() + SOON)
        assert idle.deliver_due(now=utcnow()) == 0
    assert written == []


def test_rows_of_a_kind_are_read_once_before_its_emails_are_rendered(app, script, server_url):
    queue_some(3)
    loads = []

    def render(row):
        assert loads
        return render_message(row)

    with worker_to(server_url, renderers={KIND: render}, loaders={KIND: loads.append}) as worker:
        assert worker.deliver_due(now=utcnow()) == 3
    assert [sorted(ids) for ids in loads] == [[1, 2, 3]]
