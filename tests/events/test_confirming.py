"""Tests of seats: held for an hour and kept once confirmed.

Seats reveal to nobody who had registered.
"""

from datetime import timedelta

import pytest

from campaign.events import jobs
from campaign.events.operations import change_event
from campaign.events.queries import event_by_id, fullness, seats_taken
from campaign.events.registering import (
    CONFIRM,
    CONFIRMATION,
    REPEAT,
    RegistrationChanged,
    RegistrationClosed,
    TooFewSeats,
    cancel_registration,
    confirm_registration,
    content_fingerprint,
    give_seat,
)
from campaign.events.reminders import DAY
from campaign.events.seats import HOLD_LIFETIME, SEAT, free_seats
from campaign.extensions import write
from campaign.process.clock import utcnow
from tests.factories.events import (
    ask_to_come,
    come,
    confirm,
    event_now,
    make_event,
    move,
    post_registration,
    registration,
    states,
)
from tests.factories.signatures import queued_emails
from tests.together import together

MINUTE = timedelta(minutes=1)


@pytest.fixture
def five(app):
    return make_event(capacity=5)


def test_five_of_thirty_racing_for_five_seats_get_them(app, five):
    ids = together(app, [lambda place=place: ask_to_come(five, f"r{place}") for place in range(30)])
    assert states() == ["unconfirmed"] * 30
    assert seats_taken(five.id) == 0
    together(app, [lambda item=item: confirm(item) for item in ids])
    assert seats_taken(five.id) == 5
    assert states().count("waiting") == 25


def test_seat_on_hold_is_given_if_confirmed_within_the_hour(five):
    now = utcnow()
    early = ask_to_come(five, "early", seats=5, now=now)
    late = come(five, "late", now=now + MINUTE)
    assert registration(late).state == "waiting"
    confirm(early, now=now + HOLD_LIFETIME - MINUTE)
    assert (registration(early).state, registration(late).state) == ("registered", "waiting")
    assert [item[:2] for item in queued_emails()] == [
        (CONFIRM, early),
        (CONFIRM, late),
        (CONFIRMATION, late),
        (CONFIRMATION, early),
    ]


def test_expired_hold_goes_to_the_waiting_list(five):
    now = utcnow()
    never = ask_to_come(five, "never", seats=5, now=now)
    waits = come(five, "waits", seats=5, now=now + MINUTE)
    assert write(jobs.end_holds, now=now + HOLD_LIFETIME - MINUTE) == 0
    assert write(jobs.end_holds, now=now + HOLD_LIFETIME) == 1
    assert (registration(never).state, registration(waits).state) == ("unconfirmed", "registered")
    assert queued_emails()[-1][:2] == (SEAT, waits)
    confirm(never, now=now + HOLD_LIFETIME + MINUTE)
    assert registration(never).state == "waiting"


def test_new_registrations_do_not_overtake_the_waiting_list(five):
    now = utcnow()
    ask_to_come(five, "never", seats=5, now=now)
    waits = come(five, "waits", seats=3, now=now + MINUTE)
    ask_to_come(five, "new", seats=5, now=now + HOLD_LIFETIME + MINUTE)
    assert registration(waits).state == "registered"


@pytest.mark.parametrize("has_registered", [True, False])
def test_seats_left_do_not_reveal_who_had_registered(five, has_registered):
    now = utcnow()
    if has_registered:
        come(five, "victim", now=now)
    else:
        come(five, "somebody", now=now)
    ask_to_come(five, "victim", seats=2, now=now + MINUTE)
    assert free_seats(five, now + MINUTE) == 2
    ask_to_come(five, "victim", seats=4, now=now + 2 * MINUTE)
    assert free_seats(five, now + 2 * MINUTE) == 2
    write(jobs.end_holds, now=now + 2 * HOLD_LIFETIME)
    assert free_seats(five, now + 2 * HOLD_LIFETIME) == 4


def test_page_is_the_same_before_and_after_a_registration(client, five):
    come(five, "victim", seats=4)
    address = "/en/events/talk"
    before = client.get(address).text
    for email in ("victim@rosales.example", "stranger@kwan.example"):
        post_registration(client, five, {"name": "Ana", "email": email, "seats": "1"})
        assert client.get(address).text == before


def test_public_seat_count_moves_in_steps(app):
    event = make_event(capacity=40)
    assert fullness(event) == "many"
    come(event, "a", seats=20)
    come(event, "b", seats=11)
    assert fullness(event) == "many"
    come(event, "c", seats=1)
    assert fullness(event) == "few"
    come(event, "d", seats=8)
    assert fullness(event) == "full"
    write(change_event, event.id, now=utcnow(), capacity=None)
    assert fullness(event_by_id(event.id)) == ""


def test_viewing_confirms_nothing_and_confirming_twice_is_harmless(client, five):
    first = ask_to_come(five)
    fingerprint = content_fingerprint(registration(first))
    for _ in range(2):
        write(confirm_registration, first, fingerprint=fingerprint, now=utcnow())
    assert states() == ["registered"]
    assert [item[0] for item in queued_emails()] == [CONFIRM, CONFIRMATION]


def test_registration_changed_since_it_was_read_is_not_confirmed(five):
    now = utcnow()
    first = ask_to_come(five, seats=2, now=now)
    fingerprint = content_fingerprint(registration(first))
    assert ask_to_come(five, seats=3, now=now + MINUTE) == first
    with pytest.raises(RegistrationChanged):
        write(confirm_registration, first, fingerprint=fingerprint, now=now + MINUTE)
    assert (registration(first).state, registration(first).seats) == ("unconfirmed", 3)


def test_confirmed_registration_is_changed_by_nobody_else(five):
    first = come(five, seats=2)
    ask_to_come(five, seats=4, now=utcnow() + MINUTE)
    assert (registration(first).state, registration(first).seats) == ("registered", 2)
    assert queued_emails()[-1][:2] == (REPEAT, first)


def test_suspected_bot_is_reviewed_once_confirmed_and_holds_no_seat(five):
    held = ask_to_come(five, "robot", seats=5, held_reason="hidden_field")
    assert free_seats(five, utcnow()) == 5
    confirm(held)
    assert registration(held).state == "held"


def test_no_confirmation_after_the_event_began(five):
    first = ask_to_come(five)
    move(five, starts_at=utcnow() - MINUTE)
    with pytest.raises(RegistrationClosed):
        confirm(first)


def test_organizer_gives_a_seat_to_an_unconfirmed_registration(five):
    first = ask_to_come(five, "a", seats=5)
    other = ask_to_come(five, "b")
    with pytest.raises(TooFewSeats):
        write(give_seat, other, now=utcnow())
    write(give_seat, first, now=utcnow())
    assert (registration(first).state, queued_emails()[-1][:2]) == (
        "registered",
        (CONFIRMATION, first),
    )


def test_denied_registration_gets_no_more_email(five):
    first = ask_to_come(five)
    write(cancel_registration, first, now=utcnow())
    assert registration(first).state == "cancelled"
    assert [item[0] for item in queued_emails()] == [CONFIRM]
    assert free_seats(five, utcnow()) == 5


def test_only_confirmed_registrations_are_reminded(five):
    come(five, "a")
    ask_to_come(five, "b")
    assert write(jobs.remind, now=event_now(five).starts_at - DAY / 2) == 1


def test_unconfirmed_registration_is_erased(five):
    now = utcnow()
    ask_to_come(five, now=now)
    long = make_event("later", cause_id=five.cause_id, days=99)
    ask_to_come(long, now=now)
    stays = come(long, "b", now=now)
    assert write(jobs.forget, now=now + timedelta(days=13), days=30, unconfirmed_days=14) == 0
    assert write(jobs.forget, now=now + timedelta(days=15), days=30, unconfirmed_days=14) == 2
    assert registration(stays).state == "registered"
