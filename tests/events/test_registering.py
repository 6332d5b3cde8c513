"""Tests of registering, the waiting list, and what the registered person may do."""

from datetime import timedelta

import pytest

from campaign.events.models import Event
from campaign.events.operations import CHANGED, Hours, cancel, change_event
from campaign.events.queries import seats_taken
from campaign.events.registering import (
    CANCELLED,
    CONFIRM,
    CONFIRMATION,
    REPEAT,
    RegistrationClosed,
    TooFewSeats,
    admit,
    cancel_registration,
    change_registration,
)
from campaign.events.seats import SEAT
from campaign.extensions import db, transactions, write
from campaign.process.clock import utcnow
from tests.factories.events import come, make_event, move, registration, registrations, states
from tests.factories.signatures import queued_emails
from tests.together import together

pytestmark = pytest.mark.both_databases

LATER = timedelta(minutes=2)


@pytest.fixture
def small(app):
    """An event with two seats."""
    return make_event(capacity=2)


@pytest.mark.slow
@pytest.mark.parametrize("grouped", [False, True])
def test_ten_of_a_hundred_racing_for_ten_seats_get_them(app, monkeypatch, grouped):
    for name in ("write_lock", "group_commit"):
        monkeypatch.setitem(app.extensions, name, app.extensions[name])
    transactions.init_app(app, grouped=grouped)
    event = make_event(capacity=13)
    come(event, "early", seats=3)
    together(app, [lambda place=place: come(event, f"r{place}") for place in range(100)])
    assert seats_taken(event.id) == 13
    assert states().count("registered") == 11
    assert states().count("waiting") == 90
    assert len(queued_emails()) == 202


def test_freed_seats_go_to_the_waiting_list_in_order(small):
    first, second, third, fourth = (come(small, name) for name in ("a", "b", "c", "d"))
    assert states() == ["registered", "registered", "waiting", "waiting"]
    write(cancel_registration, first, now=utcnow())
    assert states() == ["cancelled", "registered", "registered", "waiting"]
    write(cancel_registration, second, now=utcnow())
    assert states() == ["cancelled", "cancelled", "registered", "registered"]
    assert [item[:2] for item in queued_emails() if item[0] == SEAT] == [
        (SEAT, third),
        (SEAT, fourth),
    ]


def test_party_too_large_for_the_free_seats_keeps_its_place(small):
    first = come(small, "a", seats=2)
    large, one = come(small, "large", seats=2), come(small, "one")
    write(change_registration, first, now=utcnow(), name="A", seats=1, answers={})
    assert (registration(large).state, registration(one).state) == ("waiting", "registered")
    write(cancel_registration, first, now=utcnow())
    write(cancel_registration, one, now=utcnow())
    assert registration(large).state == "registered"


def test_many_cancelling_at_once_free_as_many_seats(app):
    event = make_event(capacity=10)
    ids = [come(event, f"r{place}") for place in range(25)]
    together(
        app, [lambda item=item: write(cancel_registration, item, now=utcnow()) for item in ids[:8]]
    )
    assert seats_taken(event.id) == 10
    assert states().count("waiting") == 7
    assert [registration.state for registration in registrations()[10:18]] == ["registered"] * 8


def test_repeat_changes_nothing_and_its_owner_gets_an_email(small):
    now = utcnow()
    first = come(small, now=now)
    assert come(small, now=now) == first
    assert [item[0] for item in queued_emails()] == [CONFIRM, CONFIRMATION]
    assert come(small, seats=2, now=now + LATER) == first
    assert registration(first).seats == 1
    assert [item[0] for item in queued_emails()] == [CONFIRM, CONFIRMATION, REPEAT]
    for place in range(9):
        come(small, now=now + (place + 2) * LATER)
    assert len(queued_emails()) == 6


def test_cancelled_registration_can_be_repeated_and_goes_to_the_end(small):
    first = come(small, "a")
    come(small, "b")
    waits = come(small, "c")
    write(cancel_registration, first, now=utcnow())
    write(cancel_registration, first, now=utcnow())
    assert come(small, "a", seats=2, now=utcnow() + LATER) == first
    assert (registration(first).state, registration(first).seats) == ("waiting", 2)
    assert registration(waits).state == "registered"
    assert [item[0] for item in queued_emails() if item[1] == first] == [
        CONFIRM, CONFIRMATION, CANCELLED, CONFIRM, CONFIRMATION
    ]  # fmt: skip


def test_more_seats_than_free_are_refused_and_nothing_changes(small):
    first = come(small, "a")
    come(small, "b")
    with pytest.raises(TooFewSeats):
        write(change_registration, first, now=utcnow(), name="Other", seats=2, answers={})
    assert (registration(first).name, registration(first).seats) == ("A", 1)


def test_registration_under_review_takes_no_seat_until_approved(small):
    held = come(small, "robot", seats=2, held_reason="hidden_field")
    assert seats_taken(small.id) == 0
    come(small, "a")
    write(admit, held, now=utcnow())
    assert registration(held).state == "waiting"
    other = come(small, "other", held_reason="hidden_field")
    write(admit, other, now=utcnow())
    assert registration(other).state == "registered"


def test_larger_capacity_seats_the_waiting_list(small):
    for name in ("a", "b", "c", "d"):
        come(small, name)
    write(change_event, small.id, now=utcnow(), capacity=3)
    assert states() == ["registered"] * 3 + ["waiting"]
    write(change_event, small.id, now=utcnow(), capacity=1)
    assert states() == ["registered"] * 3 + ["waiting"]
    write(change_event, small.id, now=utcnow(), capacity=None)
    assert states() == ["registered"] * 4


def test_registration_is_refused_after_the_start_or_where_none_is_needed(app):
    event = make_event()
    first = come(event)
    move(event, starts_at=utcnow() - LATER)
    without_registration = make_event("table", cause_id=event.cause_id, registration="none")
    off = make_event("off", cause_id=event.cause_id)
    write(cancel, off.id, now=utcnow())
    for item in (
        event,
        without_registration,
        off,
        make_event("draft", cause_id=event.cause_id, draft=True),
    ):
        with pytest.raises(RegistrationClosed):
            come(item, "late")
    with pytest.raises(RegistrationClosed):
        write(cancel_registration, first, now=utcnow())


def test_attendees_are_told_of_a_new_time_but_not_of_a_new_text(small):
    first = come(small)
    write(change_event, small.id, now=utcnow(), texts={"en": {"body": "Other words."}})
    assert [item[0] for item in queued_emails()] == [CONFIRM, CONFIRMATION]
    hours = Hours(small.starts_local + LATER, small.ends_local + LATER, small.zone)
    write(change_event, small.id, now=utcnow(), hours=hours)
    assert queued_emails()[-1][:2] == (CHANGED, first)
    db.session.rollback()
    assert db.session.get(Event, small.id).sequence == 2
