"""Tests of registrations that move to a new email address."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from campaign.events.messages import operations as messages
from campaign.events.messages.models import EventMessageReceipt
from campaign.events.registering import CONFIRMATION, cancel_registration
from campaign.extensions import db, write
from campaign.mail.bulk import sending
from campaign.mail.models import OutboxMessage
from campaign.mail.renderers import renderers_of
from campaign.process.clock import utcnow
from tests.factories import mailboxes
from tests.factories.events import ask_to_come, come, make_event, registration
from tests.factories.jobs import run_jobs
from tests.factories.signatures import queued_emails
from tests.mail.mail_server import Script, mail_server
from tests.mail.workers import worker_to

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


def send_message(event):
    """Send a message about an event to those registered, whose emails the worker has not queued."""
    text = {"en": {"subject": "A new room", "body": "Upstairs."}}
    now = utcnow()
    message = write(
        messages.write_message, event_id=event.id, audience="registered", texts=text, now=now
    )
    write(messages.send_message, message_id=message.id, version=None, now=now)
    return message


def message_emails(app):
    """Let the worker do everything, and return the addresses that got the message, sorted."""
    run_jobs(messages.JOB)
    script = Script()
    with mail_server(script) as url, worker_to(url, renderers=renderers_of(app)) as worker:
        while worker.deliver_due(now=utcnow()):
            pass
    return sorted(to for to, content in script.received if b"A new room" in content)


@pytest.mark.parametrize("stays", ["own", "other"])
@pytest.mark.parametrize("is_queued", [True, False])
def test_message_about_the_event_reaches_the_new_address_once(app, stays, is_queued):
    event = make_event()
    for name in ("amalia", "nueva") if stays == "own" else ("nueva", "amalia"):
        come(event, name)
    come(event, "teo")
    send_message(event)
    if is_queued:
        run_jobs(messages.JOB)
    move()
    assert message_emails(app) == [NEW, "teo@rosales.example"]


def test_message_that_came_to_the_new_address_does_not_come_again(app):
    event = make_event()
    own, _other = come(event), come(event, "nueva")
    send_message(event)
    run_jobs(messages.JOB)
    let_its_email_wait(own, until=SOON)
    assert message_emails(app) == [NEW]
    move()
    let_its_email_wait(own, until=timedelta())
    assert message_emails(app) == []


def let_its_email_wait(registration_id, *, until):
    receipts = select(EventMessageReceipt.id).where(
        EventMessageReceipt.reader_id == registration_id
    )
    write(
        lambda: db.session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.kind == messages.EMAIL, OutboxMessage.subject_id.in_(receipts))
            .values(due_at=utcnow() + until)
        )
    )


def test_message_arrives_if_only_the_registration_that_goes_had_its_email(app, monkeypatch):
    monkeypatch.setattr(sending, "BATCH_SIZE", 1)
    event = make_event()
    come(event, "nueva")
    come(event, now=utcnow() - SOON)
    message = send_message(event)
    write(messages.message_sender.send_batch, row_id=message.id, now=utcnow())
    move()
    assert message_emails(app) == [NEW]


def test_queued_message_moves_with_the_only_registration(app):
    event = make_event()
    come(event)
    send_message(event)
    run_jobs(messages.JOB)
    move()
    assert message_emails(app) == [NEW]
