"""Tests of registrations that move to a new email address."""

from datetime import timedelta

import pytest

from campaign.events.registering import CONFIRMATION, cancel_registration
from campaign.extensions import write
from campaign.process.clock import utcnow
from tests.factories import mailboxes
from tests.factories.events import ask_to_come, come, make_event, registration
from tests.factories.signatures import queued_emails

pytestmark = pytest.mark.both_databases
OLD, NEW = "amalia@rosales.example", "nueva@rosales.example"
SOON = timedelta(days=8)


def move(**more):
    return mailboxes.move(OLD, NEW, **more)


def emails_about(registration_id):
    return [kind for kind, subject_id, _lang in queued_emails() if subject_id == registration_id]


def test_registration_moves_and_its_link_goes_to_the_new_address(client, app):
    event = make_event()
    own, other = come(event, seats=2), come(event, "odile")
    code = registration(own).code
    before = emails_about(own).count(CONFIRMATION)
    move()
    row = registration(own)
    assert (row.email, row.state, row.seats, row.code) == (NEW, "registered", 2, code)
    assert emails_about(own).count(CONFIRMATION) == before + 1
    assert registration(other).email == "odile@rosales.example"


def test_no_second_seat_for_the_same_person(app):
    event = make_event(capacity=3)
    own = come(event, seats=2)
    other = come(event, "nueva")
    waiting = come(event, "teo")
    assert registration(waiting).state == "waiting"
    move()
    assert registration(own).email == NEW
    assert registration(other) is None
    assert registration(waiting).state == "registered"


def test_older_registration_stays_also_at_the_new_address(app):
    event = make_event()
    other = come(event, "nueva")
    own = come(event)
    move()
    assert registration(own) is None
    assert registration(other).state == "registered"


def test_seat_stays_rather_than_a_place_on_the_waiting_list(app):
    event = make_event(capacity=1)
    other = come(event, "nueva")
    own = come(event)
    assert registration(own).state == "waiting"
    move()
    assert registration(own) is None
    assert registration(other).state == "registered"


def test_unconfirmed_registration_is_dropped_and_its_seats_are_free(app):
    event = make_event(capacity=1)
    own = ask_to_come(event)
    waiting = come(event, "teo")
    move()
    assert registration(own) is None
    assert registration(waiting).state == "registered"


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_cancelled_or_unconfirmed_registration_gives_way(app, is_cancelled):
    event = make_event()
    own, other = come(event), ask_to_come(event, "nueva")
    if is_cancelled:
        write(cancel_registration, other, now=utcnow())
    move()
    assert registration(own).email == NEW
    assert registration(other) is None


def test_cancelled_registration_stays_until_it_is_erased(app):
    own = come(make_event())
    write(cancel_registration, own, now=utcnow())
    move()
    assert registration(own).email == OLD


def test_after_the_event_began_nobody_is_removed(app):
    event = make_event()
    own, other = come(event), come(event, "nueva")
    alone = come(make_event("walk", cause_id=event.cause_id))
    move(now=utcnow() + SOON)
    assert registration(own).email == OLD
    assert registration(other).email == NEW
    assert registration(alone).email == NEW


def test_another_way_to_write_the_address(app):
    own = come(make_event())
    mailboxes.move(OLD, "Amalia@Rosales.example")
    assert registration(own).email == "Amalia@Rosales.example"
