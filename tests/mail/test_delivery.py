"""Delivering what is due."""

from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from time import monotonic

import pytest

from campaign.extensions import write
from campaign.lib.times import utcnow
from campaign.mail import marks, operations
from campaign.mail.delivery import Postman, composers_of, postman_for, register
from campaign.mail.transport import transport_from
from tests.mail.letters import KIND, SETTINGS, message, owe_some, owed_rows, person, states, word
from tests.mail.mail_server import Script, free_port, mail_server, silent_server

SOON = timedelta(minutes=1)
AFTER_LOCK = timedelta(minutes=3)


@contextmanager
def postman_to(url, *, composers=None, connections=2, write=write, timeout=5.0):
    transports = [transport_from(url, None, timeout=timeout) for _ in range(connections)]
    postman = Postman(
        composers=composers or {KIND: word}, transports=transports, write=write, settings=SETTINGS
    )
    yield postman
    postman.close()


@pytest.fixture
def script():
    return Script()


@pytest.fixture
def postman(app, script):
    with mail_server(script) as url, postman_to(url) as postman:
        yield postman


def test_what_is_owed_is_sent_once(postman, script):
    owe_some(30)
    assert postman.deliver_due(now=utcnow()) == 30
    assert sorted(script.recipients) == sorted(person(number) for number in range(1, 31))
    assert set(states()) == {"sent"}
    assert all(row.sent_at for row in owed_rows())
    assert postman.deliver_due(now=utcnow() + AFTER_LOCK) == 0
    assert len(script.received) == 30


def test_a_busy_mailbox_gets_its_mail_at_a_later_attempt(postman, script):
    owe_some(1)
    script.to[person(1)] = ["451 4.7.1 greylisted", "250 OK"]
    assert postman.deliver_due(now=utcnow()) == 1
    assert (states(), script.received) == (["owed"], [])
    assert postman.deliver_due(now=utcnow()) == 0
    assert postman.deliver_due(now=utcnow() + SOON) == 1
    assert (states(), script.recipients) == (["sent"], [person(1)])


def test_a_wrong_address_is_never_tried_again(postman, script):
    script.to[person(1)] = ["550 5.1.1 no such user"]
    owe_some(1)
    postman.deliver_due(now=utcnow())
    owe_some(1)
    postman.deliver_due(now=utcnow())
    assert states() == ["dropped", "dropped"]
    assert script.attempts == [person(1)]


def test_a_wrong_address_is_tried_once_even_when_several_mails_wait_for_it(app, script):
    script.to[person(1)] = ["550 5.1.1 no such user"]
    for _ in range(3):
        owe_some(1)
    with mail_server(script) as url, postman_to(url, connections=1) as postman:
        postman.deliver_due(now=utcnow())
    assert states() == ["dropped"] * 3
    assert script.attempts == [person(1)]


def test_a_policy_against_us_costs_nobody_their_address(postman, script):
    script.to[person(1)] = ["554 5.7.1 relay access denied", "250 OK"]
    owe_some(1)
    postman.deliver_due(now=utcnow())
    postman.deliver_due(now=utcnow() + SOON)
    assert states() == ["sent"]


def test_a_refused_login_keeps_everything_and_pauses(app, script):
    owe_some(12)
    with mail_server(script, refuse_login=True) as url, postman_to(url) as postman:
        assert postman.deliver_due(now=utcnow()) == 0
        logins = script.connections
        assert postman.deliver_due(now=utcnow() + timedelta(seconds=20)) == 0
        assert script.connections == logins
    assert set(states()) == {"owed"}
    assert {row.attempts for row in owed_rows()} == {0}


def test_a_dead_server_loses_nothing_and_is_tried_once_in_thirty_seconds(app, script):
    owe_some(12)
    now = utcnow()
    with postman_to(f"smtp://127.0.0.1:{free_port()}?tls=none") as postman:
        began = monotonic()
        passes = [postman.deliver_due(now=now + timedelta(seconds=second)) for second in range(300)]
        assert monotonic() - began < 5
        assert set(passes) == {0}
        assert {row.attempts for row in owed_rows()} == {0}
        with mail_server(script) as url:
            postman._transports[0]._server = transport_from(url, None)._server
            postman._transports[1]._server = transport_from(url, None)._server
            probe = postman.deliver_due(now=now + timedelta(seconds=331))
            rest = postman.deliver_due(now=now + timedelta(seconds=332))
    assert (probe, rest) == (1, 11)
    assert set(states()) == {"sent"}


def test_a_server_that_hangs_is_left_alone_and_loses_nothing(app):
    owe_some(12)
    with silent_server() as url, postman_to(url, timeout=0.2) as postman:
        began = monotonic()
        assert postman.deliver_due(now=utcnow()) == 0
        assert postman.deliver_due(now=utcnow()) == 0
        assert monotonic() - began < 2
    assert {(row.state, row.attempts) for row in owed_rows()} == {("owed", 0)}


def test_one_message_that_a_server_chokes_on_does_not_block_the_others(app, script):
    owe_some(1)
    script.data_seconds = 1.0
    with mail_server(script) as url, postman_to(url, connections=1, timeout=0.2) as postman:
        postman.deliver_due(now=utcnow())
        script.data_seconds = 0.0
        owe_some(1, subject_id=2)
        later = utcnow() + timedelta(seconds=31)
        assert owed_rows()[0].last_error == "the mail server did not answer in time"
        while postman.deliver_due(now=later):
            pass
    assert person(2) in script.recipients
    assert states()[1] == "sent"


def test_a_server_that_takes_few_connections_gets_all_through_those(app, script):
    owe_some(20)
    with mail_server(script) as url, postman_to(url, connections=2) as postman:
        dead = transport_from(f"smtp://127.0.0.1:{free_port()}", None)
        postman._transports[0] = dead
        assert postman.deliver_due(now=utcnow()) == 20
    assert len(script.received) == 20


def test_mail_of_a_worker_that_died_is_sent_after_its_lock_with_the_same_message_id(app, script):
    owe_some(1)

    def dies(operation, *arguments, **named):
        if operation is marks._write_down:
            raise SystemExit
        return write(operation, *arguments, **named)

    with mail_server(script) as url:
        with pytest.raises(SystemExit), postman_to(url, write=dies) as postman:
            postman.deliver_due(now=utcnow())
        assert states() == ["owed"]
        with postman_to(url) as postman:
            assert postman.deliver_due(now=utcnow()) == 0
            assert postman.deliver_due(now=utcnow() + AFTER_LOCK) == 1
    first, second = (message_from_bytes(data)["Message-ID"] for _, data in script.received)
    assert first == second
    assert states() == ["sent"]


def test_a_death_repeats_at_most_twenty_five_marks_and_what_is_in_hand(app, script):
    owe_some(60)
    written = []

    def notes(operation, *arguments, **named):
        if operation is marks._write_down:
            written.append(len(arguments[0]))
        return write(operation, *arguments, **named)

    with mail_server(script) as url, postman_to(url, write=notes) as postman:
        postman.deliver_due(now=utcnow())
    assert sum(written) == 60
    assert max(written) <= 25


def test_mail_that_is_no_longer_apt_is_dropped_unsent(app, script):
    owe_some(2)
    composers = {KIND: lambda owed: None if owed.subject_id == 1 else word(owed)}
    with mail_server(script) as url, postman_to(url, composers=composers) as postman:
        assert postman.deliver_due(now=utcnow()) == 2
    assert states() == ["dropped", "sent"]
    assert script.recipients == [person(2)]


def test_mail_that_cannot_be_worded_waits_and_holds_up_nobody(app, script, caplog):
    owe_some(3)

    def fails(owed):
        if owed.subject_id == 1:
            raise KeyError("amalia@correo.mx")
        return message(to="no address" if owed.subject_id == 2 else person(3))

    with mail_server(script) as url, postman_to(url, composers={KIND: fails}) as postman:
        assert postman.deliver_due(now=utcnow()) == 3
    assert states() == ["owed", "owed", "sent"]
    assert [row.last_error for row in owed_rows()] == ["composing: KeyError", "composing: ValueError", ""]
    assert "amalia" not in caplog.text


def test_a_kind_that_nobody_words_yet_waits(app, script):
    owe_some(1, kind="news")
    with mail_server(script) as url, postman_to(url) as postman:
        postman.deliver_due(now=utcnow())
    assert states() == ["owed"]
    assert "news" in owed_rows()[0].last_error


def test_no_claimed_row_and_no_error_ever_holds_an_address(postman, script):
    script.to[person(1)] = ["451 4.2.0 <person1@correo.mx> Person One is over quota"]
    owe_some(1)
    postman.deliver_due(now=utcnow())
    assert "person1" not in str(owed_rows())


def test_a_postman_told_to_stop_gives_back_what_it_has_not_begun(postman, script):
    owe_some(40)
    postman.stop()
    postman.deliver_due(now=utcnow())
    assert script.received == []
    assert {(row.state, row.attempts) for row in owed_rows()} == {("owed", 0)}


def test_the_applications_postman_writes_into_its_folder(app, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "VAR_DIR", str(tmp_path))
    monkeypatch.setitem(app.config, "MAIL_URL", "")
    monkeypatch.setitem(composers_of(app), KIND, None)
    register(app, KIND, word)
    owe_some(2)
    assert postman_for(app, write).deliver_due(now=utcnow()) == 2
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 2


def test_a_full_queue_is_taken_a_hundred_at_a_time(postman, script):
    owe_some(101)
    assert [postman.deliver_due(now=utcnow()) for _ in range(3)] == [100, 1, 0]
    assert not operations.claim(limit=1, now=utcnow())
