"""Tests of emails to registered people: each address once, and nobody who has left."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, update

from campaign.accounts.audit import entries
from campaign.errors import EditConflict
from campaign.events.jobs import forget
from campaign.events.messages import operations as messages
from campaign.events.messages.models import EventMessage, EventMessageReceipt
from campaign.events.messages.operations import message_sender
from campaign.events.messages.queries import message_of, readers_by_lang
from campaign.events.models import Event, Registration
from campaign.events.operations import cancel
from campaign.events.registering import cancel_registration
from campaign.extensions import db, write
from campaign.jobs.operations import CLAIM_LIFETIME
from campaign.mail.bulk import sending
from campaign.mail.bulk.sending import AlreadyBegun
from campaign.mail.models import BULK, OutboxMessage
from campaign.mail.operations import refuse_address
from campaign.mail.renderers import renderers_of
from campaign.process.clock import utcnow
from campaign.signatures import tokens
from campaign.site.settings import site_settings
from campaign.switches.operations import switch_off
from tests.factories.events import ask_to_come, come, link, make_event, move, registration
from tests.factories.jobs import jobs_of, run_jobs
from tests.mail.mail_server import Script, mail_server
from tests.mail.workers import worker_to
from tests.power_cuts import cut_within_a_batch
from tests.together import together

pytestmark = pytest.mark.both_databases

TEXTS = {"en": {"subject": "A new room", "body": "We moved to the *blue* room."}}


@pytest.fixture
def event(app):
    return make_event()


def draft(event, audience="registered", texts=None):
    return write(
        messages.write_message,
        event_id=event.id,
        audience=audience,
        texts=texts or TEXTS,
        now=utcnow(),
    )


def send(message, now=None, version=None):
    return write(messages.send_message, message_id=message.id, version=version, now=now or utcnow())


def now_of(message):
    db.session.rollback()
    return db.session.get(EventMessage, message.id, populate_existing=True)


def crowd(event, count):
    return [come(event, f"guest{number}") for number in range(count)]


def queued():
    """Return the ids of the registrations whose emails are queued."""
    db.session.rollback()
    return sorted(
        db.session.scalars(
            select(EventMessageReceipt.reader_id)
            .join(OutboxMessage, OutboxMessage.subject_id == EventMessageReceipt.id)
            .where(OutboxMessage.kind == messages.EMAIL, OutboxMessage.priority == BULK)
        )
    )


def delivered(app):
    """Let the mail worker deliver everything. Return the addresses that got a message."""
    script = Script()
    with mail_server(script) as url, worker_to(url, renderers=renderers_of(app)) as worker:
        while worker.deliver_due(now=utcnow()):
            pass
    return [to for to, content in script.received if b"A new room" in content]


def email_to(app, registration_id, lang="en"):
    """Render the email to a registration, as the mail worker does, or None."""
    db.session.rollback()
    receipt = db.session.scalar(
        select(EventMessageReceipt.id).where(EventMessageReceipt.reader_id == registration_id)
    )
    return renderers_of(app)[messages.EMAIL](
        SimpleNamespace(subject_id=receipt, lang=lang, kind=messages.EMAIL)
    )


def test_only_people_of_the_audience_with_an_address_that_works_get_it(app, event):
    seated = come(event, "amalia")
    left = come(event, "bea")
    write(cancel_registration, left, now=utcnow())
    ask_to_come(event, "carla")
    refused = come(event, "dora")
    digest = tokens.email_digest("dora@rosales.example")
    write(refuse_address, digest, reason="550", now=utcnow())
    other = come(make_event("other", cause_id=event.cause_id), "emil")
    send(draft(event))
    run_jobs(messages.JOB)
    assert queued() == [seated]
    assert not {left, refused, other} & {*queued()}


def test_waiting_list_and_people_who_came_are_audiences(app):
    event = make_event(capacity=2)
    seated, waiting = come(event, "amalia", seats=2), come(event, "bea")
    assert registration(waiting).state == "waiting"
    assert readers_by_lang(event.id, "waiting") == {"en": 1}
    assert readers_by_lang(event.id, "everyone") == {"en": 2}
    assert readers_by_lang(event.id, "came") == {}
    write(
        lambda: db.session.execute(
            update(Registration).where(Registration.id == seated).values(checked_in_at=utcnow())
        )
    )
    assert readers_by_lang(event.id, "came") == {"en": 1}
    send(draft(event, "waiting"))
    run_jobs(messages.JOB)
    assert queued() == [waiting]


@pytest.mark.slow
def test_each_of_thirty_gets_it_once_despite_worker_crashes(app, event, monkeypatch):
    guests = crowd(event, 30)
    monkeypatch.setattr(sending, "BATCH_SIZE", 7)
    message = send(draft(event))
    write(message_sender.send_batch, row_id=message.id, now=utcnow())
    cut_within_a_batch(monkeypatch, messages.JOB)
    assert len(queued()) == 7
    run_jobs(messages.JOB)
    assert len(queued()) == 7, "the killed worker still has the job"
    run_jobs(messages.JOB, now=utcnow() + 2 * CLAIM_LIFETIME)
    assert queued() == guests
    addresses = delivered(app)
    assert sorted(addresses) == sorted(f"guest{n}@rosales.example" for n in range(30))
    row = now_of(message)
    assert row.state == "done"
    assert message_sender.report(row) == {
        "waiting": 0, "sent": 30, "failed": 0, "dropped": 0, "unreached": 0,
    }  # fmt: skip
    [done] = [entry for entry in entries() if entry.action == "event_messages.done"]
    assert (done.channel, done.details) == ("worker", {"letters": 30})


def test_two_workers_queue_each_email_once(app, event):
    guests = crowd(event, 12)
    message = send(draft(event))
    batch = [lambda: write(message_sender.send_batch, row_id=message.id, now=utcnow())] * 3
    together(app, batch)
    run_jobs(messages.JOB)
    assert queued() == guests


def test_double_press_sends_once(app, event):
    guests = crowd(event, 3)
    message = draft(event)

    def press():
        try:
            return bool(send(message))
        except AlreadyBegun:
            return False

    assert sorted(together(app, [press, press])) == [False, True]
    run_jobs(messages.JOB)
    assert queued() == guests
    assert len(jobs_of(messages.JOB)) <= 1


def test_person_who_cancels_or_is_erased_before_it_leaves_gets_none(app, event):
    stays, cancels, erased = crowd(event, 3)
    send(draft(event))
    run_jobs(messages.JOB)
    assert len(queued()) == 3
    write(cancel_registration, cancels, now=utcnow())
    write(lambda: db.session.delete(db.session.get(Registration, erased)))
    assert email_to(app, stays) is not None
    assert email_to(app, cancels) is None
    assert email_to(app, erased) is None


def test_check_in_that_is_undone_before_it_leaves_sends_none(app, event):
    guest = come(event)

    def mark(moment):
        write(
            lambda: db.session.execute(
                update(Registration).where(Registration.id == guest).values(checked_in_at=moment)
            )
        )

    mark(utcnow())
    send(draft(event, "came"))
    run_jobs(messages.JOB)
    assert email_to(app, guest) is not None
    mark(None)
    assert email_to(app, guest) is None


def test_people_who_register_later_are_not_among_its_readers(app, event):
    before = come(event, "amalia")
    message = send(draft(event), now=utcnow() + timedelta(seconds=1))
    later = come(event, "bea")
    write(
        lambda: db.session.execute(
            update(Registration)
            .where(Registration.id == later)
            .values(created_at=message.started_at + timedelta(seconds=1))
        )
    )
    run_jobs(messages.JOB, now=utcnow() + timedelta(seconds=2))
    assert queued() == [before]


def test_stop_ends_it_and_queued_emails_stay_unsent(app, event, monkeypatch):
    guests = crowd(event, 5)
    monkeypatch.setattr(sending, "BATCH_SIZE", 2)
    message = send(draft(event))
    write(message_sender.send_batch, row_id=message.id, now=utcnow())
    write(message_sender.stop, row_id=message.id, now=utcnow())
    run_jobs(messages.JOB)
    assert queued() == guests[:2]
    assert delivered(app) == []
    assert message_sender.report(now_of(message)) == {
        "waiting": 0, "sent": 0, "failed": 0, "dropped": 2, "unreached": 3,
    }  # fmt: skip


def test_email_shows_event_registration_and_why(app, event):
    guest = come(event, "amalia", seats=2)
    send(draft(event))
    run_jobs(messages.JOB)
    sent = email_to(app, guest)
    assert sent.to == "amalia@rosales.example" and sent.subject == "A new room"
    assert "<em>blue</em>" in sent.html and "blue room" in sent.text
    for part in (link(guest), "/events/talk.ics", "Larch Library"):
        assert part in sent.html and part in sent.text
    assert sent.html.count('class="why"') == 1
    assert sent.list_unsubscribe == ""
    assert not re.search(r"<img|<script", sent.html)


def test_reader_of_another_language_gets_the_nearest_text(app, event):
    spanish, french = come(event, "amalia", lang="es"), come(event, "bea", lang="fr")
    texts = {**TEXTS, "es": {"subject": "Otra sala", "body": "En la sala azul."}}
    message = send(draft(event, texts=texts))
    run_jobs(messages.JOB)
    assert email_to(app, spanish, "es").subject == "Otra sala"
    assert email_to(app, french, "fr").subject == "A new room"
    assert message.lang_for("fr") == "en" and message.lang_for("es-MX") == "es"


def test_cancelled_event_is_named_as_cancelled(app, event):
    guest = come(event)
    write(cancel, event.id, now=utcnow())
    send(draft(event))
    run_jobs(messages.JOB)
    sent = email_to(app, guest)
    assert "talk.ics" not in sent.html and "/events/talk" in sent.html


def test_after_the_event_there_is_no_entry_code_and_no_calendar(app, event):
    guest = come(event)
    code = registration(guest).code
    move(event, starts_at=utcnow() - timedelta(days=1))
    send(draft(event))
    run_jobs(messages.JOB)
    sent = email_to(app, guest)
    assert link(guest) in sent.html
    assert "talk.ics" not in sent.html and code[:5] not in sent.html


def test_limits_of_one_event(app, event):
    come(event)
    now = utcnow()
    for number in range(messages.MAX_MESSAGES):
        at = now + number * messages.DAY
        message = send(draft(event, texts={"en": {"subject": f"{number}", "body": "x"}}), now=at)
        write(
            lambda message=message: db.session.execute(
                update(EventMessage).where(EventMessage.id == message.id).values(state="done")
            )
        )
    with pytest.raises(messages.TooManyMessages):
        draft(event)


def test_two_in_a_day_and_one_at_a_time(app, event):
    come(event)
    drafts = [draft(event) for _ in range(3)]
    send(drafts[0])
    with pytest.raises(messages.MessageUnderWay):
        send(drafts[1])
    run_jobs(messages.JOB)
    send(drafts[1])
    run_jobs(messages.JOB)
    with pytest.raises(messages.TooManyMessages):
        send(drafts[2])
    assert now_of(drafts[2]).state == "draft"


def test_simultaneous_messages_of_one_event_keep_the_limit(app, event):
    come(event)
    drafts = [draft(event) for _ in range(3)]

    def press(message):
        try:
            return bool(send(message))
        except (messages.MessageUnderWay, messages.TooManyMessages):
            return False

    outcomes = together(app, [lambda item=item: press(item) for item in drafts])
    assert sorted(outcomes) == [False, False, True]


def test_nobody_to_email_and_long_past_events_are_refused(app, event):
    with pytest.raises(messages.NoReaders):
        send(draft(event))
    come(event)
    message = draft(event)
    days = timedelta(days=site_settings().registration_days)
    move(event, starts_at=utcnow() - days - timedelta(hours=2))
    with pytest.raises(messages.MessageClosed):
        send(message)
    with pytest.raises(messages.MessageClosed):
        draft(event)
    write(forget, now=utcnow(), days=days.days, unconfirmed_days=7)
    assert readers_by_lang(event.id, "registered") == {}
    with pytest.raises(messages.MessageClosed):
        draft(make_event("quiet", draft=True, cause_id=event.cause_id))


def test_message_under_way_stops_when_the_registrations_are_due_to_be_erased(app, event):
    come(event)
    message = send(draft(event))
    days = timedelta(days=site_settings().registration_days)
    move(event, starts_at=utcnow() - days - timedelta(hours=2))
    run_jobs(messages.JOB)
    assert queued() == [] and now_of(message).state == "stopped"


def test_switched_off_mailings_make_it_wait(app, event):
    guest = come(event)
    message = send(draft(event))
    organisation_id = db.session.get(Event, event.id).cause.organisation_id
    write(switch_off, name="mailings", organisation_id=organisation_id, now=utcnow())
    batch = write(message_sender.send_batch, row_id=message.id, now=utcnow())
    assert batch.next_at is not None and queued() == []
    assert guest


def test_draft_that_changed_since_the_preview_is_not_sent(app, event):
    come(event)
    message = draft(event)
    seen = message.version
    write(
        messages.change_message,
        message_id=message.id,
        version=seen,
        audience="registered",
        texts={"en": {"subject": "Other", "body": "Other"}},
    )
    with pytest.raises(EditConflict):
        send(message, version=seen)
    send(message, version=now_of(message).version)
    with pytest.raises(AlreadyBegun):
        write(messages.delete_message, message_id=message.id)


def test_report_survives_the_sweep_of_receipts(app, event):
    crowd(event, 2)
    message = send(draft(event))
    run_jobs(messages.JOB)
    assert len(delivered(app)) == 2
    write(
        message_sender.forget_receipts,
        now=utcnow() + sending.RECEIPT_RETENTION + timedelta(hours=1),
    )
    assert db.session.scalar(select(func.count()).select_from(EventMessageReceipt)) == 0
    assert message_sender.report(message_of(event.id, message.id))["sent"] == 2
