"""Tests that letters leave at the pace of their targets, in fair order, and that none is lost."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from campaign.actions.letters import jobs
from campaign.actions.letters.delivery import sending
from campaign.extensions import db, write
from campaign.mail import operations as outbox
from campaign.mail.delivery.outbox_worker import renderers_of
from campaign.mail.delivery.result_buffer import _write_results
from campaign.mail.models import BULK, LETTERS, OutboxMessage
from campaign.mail.smtp.replies import Delivered, Refused, TryLater
from campaign.signatures.models import Signature
from campaign.switches.operations import switch_off, switch_on
from campaign.targets.models import TargetEmail, TargetProfile
from tests.actions.letters.sending import (
    DOMAIN,
    MINUTE,
    Recorder,
    make_due,
    outbox_to,
    queue,
    settle,
)
from tests.factories.letter_rows import (
    at,
    letter_row,
    letter_states,
    make_letter_action,
    make_letters,
    make_targets,
)
from tests.factories.organisations import make_organisation
from tests.factories.targets import some_organisation_id
from tests.mail.messages import KIND, queue_some, render_message

pytestmark = pytest.mark.both_databases

MORNING = at("2026-06-10T09:00:00+00:00")
HOUR = timedelta(hours=1)
AFTER_CLAIM = timedelta(minutes=3)
PUT_OFF = TryLater("451 4.7.1")


def change_profile(profile, **columns):
    write(
        lambda: db.session.execute(
            update(TargetProfile).where(TargetProfile.id == profile.id).values(**columns)
        )
    )


def email_status(profile):
    db.session.rollback()
    return db.session.scalar(select(TargetEmail.status).where(TargetEmail.profile_id == profile.id))


def queued_letters():
    """Return the ids of letters in the order in which their emails were queued."""
    db.session.rollback()
    return db.session.scalars(
        select(OutboxMessage.subject_id)
        .where(OutboxMessage.kind == sending.EMAIL)
        .order_by(OutboxMessage.id)
    ).all()


def run_minutes(app, present, minutes, transport, *, each_minute=lambda: None):
    """Let the worker queue, send and settle once a minute."""
    for _ in range(minutes):
        queue(present.now)
        each_minute()
        with outbox_to(app, transport) as worker:
            while worker.deliver_due(now=present.now):
                pass
        settle(present.now)
        present.move()


@pytest.mark.one_database
@pytest.mark.slow
def test_a_thousand_letters_keep_their_rates_and_order_and_delay_no_confirmation(
    letter_app, present, monkeypatch
):
    max_per_hour, targets, each = 60, 10, 100
    action = make_letter_action(settings={"max_per_hour": max_per_hour})
    profiles = make_targets(action, targets)
    ids = {profile.id: make_letters(action, profile, each) for profile in profiles}
    monkeypatch.setitem(renderers_of(letter_app), KIND, render_message)
    left, confirmed = [], []

    def note(envelope):
        is_letter = envelope.sender.endswith(DOMAIN)
        (left if is_letter else confirmed).append((present.now, envelope))
        if not is_letter:
            # No letter of this minute was handed over before the request to confirm.
            assert not left or left[-1][0] < present.now
        return Delivered()

    minutes = 0
    while "waiting" in letter_states() and minutes < 200:
        run_minutes(
            letter_app,
            present,
            1,
            Recorder(note),
            each_minute=lambda: queue_some(3, due_at=present.now),
        )
        minutes += 1
        counts = Counter(envelope.recipient for _, envelope in left)
        assert max(counts.values()) - min(counts.values()) <= 8 or len(counts) < targets
    assert Counter(letter_states()) == {"sent": targets * each}
    assert len(left) == targets * each
    assert len(confirmed) == 3 * minutes
    for profile in profiles:
        address = profile.emails[0].address
        times = [moment for moment, envelope in left if envelope.recipient == address]
        assert all(
            later - earlier >= HOUR
            for earlier, later in zip(times, times[max_per_hour:], strict=False)
        )
        order = [item for item in queued_letters() if item in set(ids[profile.id])]
        assert order == ids[profile.id]


def test_letters_of_actions_and_targets_take_turns_the_oldest_first(letter_app, present):
    settings = {"max_per_hour": 120}
    first, second = (make_letter_action(slug, settings=settings) for slug in ("one", "two"))
    busy, quiet = make_targets(first, 2)
    of_first, of_second = make_letters(first, busy, 4), make_letters(second, busy, 4)
    to_quiet = make_letters(first, quiet, 2)
    for _ in range(4):
        queue(present.move())
    order = queued_letters()
    busy_order = [item for item in order if item not in to_quiet]
    assert len(busy_order) >= 4
    assert all((a in of_first) != (b in of_first) for a, b in pairwise(busy_order))
    for ids in (of_first, of_second):
        chosen = [item for item in busy_order if item in ids]
        assert chosen == ids[: len(chosen)]
    assert {order.index(to_quiet[0]), order.index(to_quiet[1])} <= set(range(6))


def test_lowest_limit_of_its_actions_holds_for_a_target(letter_app, present):
    shy = make_letter_action("shy", settings={"max_per_hour": 2})
    loud = make_letter_action("loud", settings={"max_per_hour": 60})
    [profile] = make_targets(shy, 1)
    make_letters(shy, profile, 5), make_letters(loud, profile, 50)
    present.now = at("2026-06-10T10:00:00+00:00")
    assert sum(queue(present.move()) for _ in range(60)) == 2


def test_domain_gets_at_most_half_of_its_rate(letter_app, present, monkeypatch):
    monkeypatch.setitem(letter_app.config, "MAIL_RATES", {"senate.example": "8/minute"})
    action = make_letter_action(settings={"max_per_hour": 600})
    at_domain = make_targets(action, 6, domain="senate.example")
    elsewhere = make_targets(make_letter_action("other"), 2)
    for profile in [*at_domain, *elsewhere]:
        make_letters(action, profile, 20)
    for _ in range(3):
        queued = Counter(
            letter_row(letter_id).address.partition("@")[2]
            for letter_id in queued_letters()[-queue(present.move()) :]
        )
        assert queued["senate.example"] <= 4
    assert set(letter_states()) == {"waiting", "queued"}


def test_nothing_leaves_at_night_where_the_target_is(letter_app, present):
    action = make_letter_action()
    [tokyo] = make_targets(action, 1, time_zone="Asia/Tokyo")
    [letter_id] = make_letters(action, tokyo, 1)
    # Nine in the evening in Tokyo.
    present.now = at("2026-06-10T12:30:00+00:00")
    assert queue(present.now) == 0
    present.now = at("2026-06-10T22:30:00+00:00")
    assert queue(present.now) == 1
    assert letter_row(letter_id).state == "queued"


def test_letter_that_was_queued_by_day_waits_in_the_outbox_at_night(letter_app, present):
    action = make_letter_action()
    [profile] = make_targets(action, 1, time_zone="America/Toronto")
    make_letters(action, profile, 1)
    # A minute to nine in the evening in Toronto.
    present.now = at("2026-06-11T00:59:00+00:00")
    assert queue(present.now) == 1
    transport = Recorder()
    with outbox_to(letter_app, transport) as worker:
        worker.deliver_due(now=present.move(10 * MINUTE))
        assert transport.handed_over == []
        worker.deliver_due(now=present.move(timedelta(hours=1)))
        assert transport.handed_over == []
        for _ in range(11):
            worker.deliver_due(now=present.move(HOUR))
    assert len(transport.handed_over) == 1
    settle(present.now)
    assert letter_states() == ["sent"]


def test_letters_that_piled_up_leave_at_the_pace_of_the_target(letter_app, present):
    action = make_letter_action(settings={"max_per_hour": 4})
    [profile] = make_targets(action, 1)
    make_letters(action, profile, 12)
    present.now = at("2026-06-10T10:00:00+00:00")
    while "waiting" in letter_states():
        queue(present.move(5 * MINUTE))
    assert present.now > at("2026-06-10T12:00:00+00:00")
    transport = Recorder()
    with outbox_to(letter_app, transport) as worker:
        worker.deliver_due(now=present.now)
        settle(present.now)
        worker.deliver_due(now=present.move(2 * MINUTE))
    assert 1 <= len(transport.handed_over) <= 4


def test_confirmations_and_news_go_before_letters(letter_app, present, monkeypatch):
    monkeypatch.setitem(renderers_of(letter_app), KIND, render_message)
    action = make_letter_action(settings={"max_per_hour": 600})
    for profile in make_targets(action, 3):
        make_letters(action, profile, 5)
    queue(present.now)
    queue_some(2, priority=BULK, due_at=present.now)
    queue_some(2, due_at=present.now)
    transport = Recorder()
    with outbox_to(letter_app, transport) as worker:
        while worker.deliver_due(now=present.now):
            pass
    assert all(name.startswith("person") for name in transport.recipients[:4])
    assert len(transport.recipients) > 4
    assert all(name.startswith("target") for name in transport.recipients[4:])


def test_switch_stops_letters_at_once_and_loses_none(letter_app, present):
    action = make_letter_action(settings={"max_per_hour": 60})
    [profile] = make_targets(action, 1)
    make_letters(action, profile, 2)
    queue(present.now)
    write(switch_off, name="letters", now=present.now, organisation_id=None)
    transport = Recorder()
    with outbox_to(letter_app, transport) as worker:
        worker.deliver_due(now=present.now)
        assert queue(present.move()) == 0
        worker.deliver_due(now=present.move(5 * MINUTE))
        assert transport.handed_over == []
        assert Counter(letter_states()) == {"queued": 1, "waiting": 1}
        write(switch_on, name="letters")
        queue(present.move())
        worker.deliver_due(now=present.move(2 * MINUTE))
    settle(present.now)
    assert letter_states() == ["sent", "sent"]
    assert all(row.attempts == 1 for row in db.session.scalars(select(OutboxMessage)))


def test_switch_of_an_organisation_stops_only_its_letters(letter_app, present):
    action = make_letter_action()
    [profile] = make_targets(action, 1)
    make_letters(action, profile, 1)
    organisation_id = some_organisation_id()
    write(switch_off, name="letters", now=present.now, organisation_id=organisation_id)
    assert queue(present.now) == 0
    assert letter_states() == ["waiting"]
    write(switch_on, name="letters", organisation_id=organisation_id)
    other_id = make_organisation("others", "Others").id
    write(switch_off, name="letters", now=present.now, organisation_id=other_id)
    assert queue(present.now) == 1


def test_letters_of_responses_that_are_not_counted_wait(letter_app, present):
    action = make_letter_action()
    [profile] = make_targets(action, 1)
    [letter_id] = make_letters(action, profile, 1)
    signature_id = letter_row(letter_id).signature_id

    def change(state):
        write(
            lambda: db.session.execute(
                update(Signature).where(Signature.id == signature_id).values(state=state)
            )
        )

    change("held")
    assert queue(present.now) == 0
    change("counted")
    assert queue(present.move()) == 1
    change("held")
    transport = Recorder()
    with outbox_to(letter_app, transport) as worker:
        worker.deliver_due(now=present.now)
    settle(present.now)
    assert (transport.handed_over, letter_states()) == ([], ["waiting"])


@pytest.mark.parametrize(
    ("columns", "status", "reason"),
    [
        ({"removed_at": MORNING}, "unknown", "removed"),
        ({"valid_until": MORNING.date() - timedelta(days=2)}, "unknown", "removed"),
        ({}, "asked_not", "refused"),
        ({}, "bounced", "no_address"),
    ],
)
def test_writer_is_told_if_the_target_cannot_get_letters(
    letter_app, present, columns, status, reason
):
    action = make_letter_action()
    profile, other = make_targets(action, 2)
    [letter_id] = make_letters(action, profile, 1)
    [unharmed] = make_letters(action, other, 1)
    change_profile(profile, **(columns or {"party": "None"}))
    write(
        lambda: db.session.execute(
            update(TargetEmail).where(TargetEmail.profile_id == profile.id).values(status=status)
        )
    )
    queue(present.now)
    row = letter_row(letter_id)
    assert (row.state, row.reason) == ("stopped", reason)
    assert letter_row(unharmed).state == "queued"
    kinds = db.session.scalars(select(OutboxMessage.kind)).all()
    assert sorted(kinds) == ["letter", "letter_not_delivered"]


def test_address_that_refuses_marks_letter_and_target_and_stops_no_other(letter_app, present):
    action = make_letter_action()
    wrong, right = make_targets(action, 2)
    [lost] = make_letters(action, wrong, 1)
    [other] = make_letters(action, right, 1)
    queue(present.now)
    wrong_address = wrong.emails[0].address

    def answer(envelope):
        return Refused("550 5.1.1") if envelope.recipient == wrong_address else Delivered()

    with outbox_to(letter_app, Recorder(answer)) as worker:
        worker.deliver_due(now=present.now)
    settle(present.now)
    assert (letter_row(lost).state, letter_row(lost).reason) == ("bounced", "bounced")
    assert letter_row(other).state == "sent"
    assert (email_status(wrong), email_status(right)) == ("bounced", "unknown")
    told = select(OutboxMessage.subject_id).where(OutboxMessage.kind == "letter_not_delivered")
    assert db.session.scalars(told).all() == [letter_row(lost).signature_id]


@pytest.mark.slow
def test_server_that_puts_a_letter_off_for_two_days_is_given_up(letter_app, present):
    action = make_letter_action()
    profile, other = make_targets(action, 2)
    [letter_id] = make_letters(action, profile, 1)
    address = profile.emails[0].address
    queue(present.now)
    transport = Recorder(lambda e: PUT_OFF if e.recipient == address else Delivered())
    with outbox_to(letter_app, transport) as worker:
        while letter_row(letter_id).state == "queued":
            worker.deliver_due(now=present.move(HOUR))
            settle(present.now)
            assert present.now < MORNING + timedelta(days=6)
            if present.now == MORNING + 5 * HOUR:
                [later] = make_letters(action, other, 1)
                queue(present.now)
    assert present.now > MORNING + timedelta(days=2)
    assert (letter_row(letter_id).state, letter_row(letter_id).reason) == ("stopped", "unreachable")
    assert letter_row(later).state == "sent"
    assert email_status(profile) == "unknown"


def test_killed_worker_loses_nothing_and_repeats_only_what_was_in_flight(
    letter_app, present, caplog
):
    action = make_letter_action(settings={"max_per_hour": 600})
    profiles = make_targets(action, 12)
    for profile in profiles:
        make_letters(action, profile, 2)
    queue(present.now)
    queued = len(queued_letters())
    assert queued >= 12
    transport = Recorder()

    def dying_write(operation, *arguments, **named):
        if operation is _write_results:
            raise SystemExit
        return write(operation, *arguments, **named)

    with pytest.raises(SystemExit), outbox_to(letter_app, transport, write=dying_write) as worker:
        worker.deliver_due(now=present.now)
    settle(present.now)
    assert "sent" not in letter_states()
    in_flight = Counter(envelope.id for envelope in transport.handed_over)
    assert in_flight
    with outbox_to(letter_app, transport) as worker:
        assert worker.deliver_due(now=present.now) == 0
        while worker.deliver_due(now=present.now + AFTER_CLAIM):
            pass
    settle(present.now)
    total = Counter(envelope.id for envelope in transport.handed_over)
    assert len(total) == queued
    assert all(total[key] == (2 if key in in_flight else 1) for key in total)
    assert Counter(letter_states())["sent"] == queued
    assert outbox.CLAIM_ENDED in caplog.text
    assert DOMAIN not in caplog.text


def test_two_workers_queue_no_letter_twice(letter_app, present):
    action = make_letter_action(settings={"max_per_hour": 60})
    [profile] = make_targets(action, 1)
    make_letters(action, profile, 3)
    assert write(sending.queue_letters, holder="first", now=present.now) == 1
    assert write(sending.queue_letters, holder="second", now=present.now) == 0
    assert len(queued_letters()) == 1


def test_jobs_queue_and_settle(letter_app, present, monkeypatch):
    monkeypatch.setattr(jobs, "database_now", lambda: present.now)
    action = make_letter_action()
    [profile] = make_targets(action, 1)
    make_letters(action, profile, 1)

    class Worker:
        holder = "test"

    assert jobs.settle(Worker) == 0
    jobs.queue(Worker)
    write(make_due, present.now)
    assert jobs.settle(Worker) == 0
    with outbox_to(letter_app, Recorder()) as worker:
        worker.deliver_due(now=present.now)
    assert jobs.settle(Worker) == 1
    assert letter_states() == ["sent"]
    priorities = db.session.scalars(select(OutboxMessage.priority)).all()
    assert priorities == [LETTERS]
