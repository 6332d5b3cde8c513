"""Tests of delivering what is due."""

from datetime import timedelta

import pytest

from campaign.extensions import write
from campaign.mail import operations
from campaign.mail.delivery import composers_of, make_outbox_worker, register
from campaign.process.clock import utcnow
from tests.mail.letters import KIND, message, owe_some, owed_rows, person, states, word
from tests.mail.postmen import postman_to

pytestmark = pytest.mark.both_databases

SOON = timedelta(minutes=1)
AFTER_LOCK = timedelta(minutes=3)


def test_queued_email_is_sent_once(postman, script):
    owe_some(30)
    assert postman.deliver_due(now=utcnow()) == 30
    assert sorted(script.recipients) == sorted(person(number) for number in range(1, 31))
    assert set(states()) == {"sent"}
    assert all(row.sent_at for row in owed_rows())
    assert postman.deliver_due(now=utcnow() + AFTER_LOCK) == 0
    assert len(script.received) == 30


def test_busy_mailbox_gets_its_email_at_a_later_attempt(postman, script):
    owe_some(1)
    script.to[person(1)] = ["451 4.7.1 greylisted", "250 OK"]
    assert postman.deliver_due(now=utcnow()) == 1
    assert (states(), script.received) == (["owed"], [])
    assert postman.deliver_due(now=utcnow()) == 0
    assert postman.deliver_due(now=utcnow() + SOON) == 1
    assert (states(), script.recipients) == (["sent"], [person(1)])


def test_wrong_address_is_never_tried_again(postman, script):
    script.to[person(1)] = ["550 5.1.1 no such user"]
    owe_some(1)
    postman.deliver_due(now=utcnow())
    owe_some(1)
    postman.deliver_due(now=utcnow())
    assert states() == ["dropped", "dropped"]
    assert script.attempts == [person(1)]


def test_policy_rejection_does_not_suppress_the_address(postman, script):
    script.to[person(1)] = ["554 5.7.1 relay access denied", "250 OK"]
    owe_some(1)
    postman.deliver_due(now=utcnow())
    postman.deliver_due(now=utcnow() + SOON)
    assert states() == ["sent"]


def test_obsolete_email_is_dropped_unsent(app, script, server_url):
    owe_some(2)
    composers = {KIND: lambda owed: None if owed.subject_id == 1 else word(owed)}
    with postman_to(server_url, composers=composers) as postman:
        assert postman.deliver_due(now=utcnow()) == 2
    assert states() == ["dropped", "sent"]
    assert script.recipients == [person(2)]


def test_email_that_fails_to_compose_waits_and_blocks_no_other(app, script, server_url, caplog):
    owe_some(3)

    def fails(owed):
        if owed.subject_id == 1:
            raise KeyError("amalia@correo.mx")
        return message(to="no address" if owed.subject_id == 2 else person(3))

    with postman_to(server_url, composers={KIND: fails}) as postman:
        assert postman.deliver_due(now=utcnow()) == 3
    assert states() == ["owed", "owed", "sent"]
    assert [row.last_error for row in owed_rows()] == [
        "composing: KeyError",
        "composing: ValueError",
        "",
    ]
    assert "amalia" not in caplog.text


def test_kind_without_a_composer_waits(app, script, server_url):
    owe_some(1, kind="news")
    with postman_to(server_url) as postman:
        postman.deliver_due(now=utcnow())
    assert states() == ["owed"]
    assert "news" in owed_rows()[0].last_error


def test_claimed_rows_and_errors_never_hold_an_address(postman, script):
    script.to[person(1)] = ["451 4.2.0 <person1@correo.mx> Person One is over quota"]
    owe_some(1)
    postman.deliver_due(now=utcnow())
    assert "person1" not in str(owed_rows())


def test_postman_of_the_application_writes_into_its_folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    monkeypatch.setitem(app.config, "MAIL_URL", "")
    monkeypatch.setitem(composers_of(app), KIND, None)
    register(app, KIND, word)
    owe_some(2)
    assert make_outbox_worker(app, write).deliver_due(now=utcnow()) == 2
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 2


def test_full_queue_is_claimed_in_batches_of_a_hundred(postman, script):
    owe_some(101)
    assert [postman.deliver_due(now=utcnow()) for _ in range(3)] == [100, 1, 0]
    assert not operations.claim(limit=1, now=utcnow())
